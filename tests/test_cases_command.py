"""The command ``missingrules policy test``."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING, NamedTuple

import pytest
from typer.testing import CliRunner

import build
from missingrules.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

POLICY = build.policy_text("""
rules:
  - id: told
    on: {entry: reported}
    require: {action: inspector_informed, within: 1 hour}
""")
CASES = """\
policy: test
cases:
  - name: within the hour
    about: told
    log: day 0 09:00 reported
    as_of: day 1 09:00
    expect: breached
    variants:
      - {then: 09:59 inspector_informed, expect: fulfilled}
      - {then: 10:00 inspector_informed, expect: fulfilled}
      - {then: 09:30 inspector_informed; 11:00 reported, expect: fulfilled}
"""
LATE = "      - {then: 10:01 inspector_informed, expect: fulfilled_late}\n"


@pytest.fixture
def policy(tmp_path: Path) -> Path:
    (tmp_path / "mine.yaml").write_text(POLICY, encoding="utf-8")
    (tmp_path / "mine.cases.yaml").write_text(CASES, encoding="utf-8")
    return tmp_path / "mine.yaml"


def cases_of(policy: Path) -> Path:
    return policy.with_name("mine.cases.yaml")


class Done(NamedTuple):
    """What the command ended with."""

    exit_code: int
    stdout: str
    stderr: str


def ran(*arguments: object) -> Done:
    done = CliRunner().invoke(app, ["policy", "test", *map(str, arguments)])
    return Done(done.exit_code, done.stdout, done.stderr)


def test_all_passed_is_0_and_what_is_not_covered_is_shown(policy: Path) -> None:
    done = ran(policy)
    assert done.exit_code == 0
    assert done.stdout.splitlines() == [
        "test: 4 cases, 4 passed, 0 failed.",
        "test: 6 of 7 points covered. No case shows:",
        "  told",
        "    within: 1 hour: done just outside",
    ]


def test_coverage_can_be_required_and_left_out(policy: Path) -> None:
    assert ran(policy, "--require-coverage").exit_code == 1
    assert ran(policy, "--no-coverage").stdout == "test: 4 cases, 4 passed, 0 failed.\n"
    with cases_of(policy).open("a") as file:
        file.write(LATE)
    done = ran(policy, "--require-coverage")
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (0, "test: 7 of 7 points covered.")
    both = ran(policy, "--require-coverage", "--no-coverage")
    assert both.exit_code == 2
    assert "give one of them" in both.stderr


def test_a_failing_case_is_1(policy: Path) -> None:
    with cases_of(policy).open("a") as file:
        file.write(LATE.replace("_late", ""))
    done = ran(policy)
    assert done.exit_code == 1
    assert done.stdout.startswith(f"FAILED {cases_of(policy)}:12: within the hour: 10:01")


def test_a_faulty_file_and_a_policy_that_is_not_there_are_2(policy: Path) -> None:
    cases_of(policy).write_text(CASES.replace("breached", "breachd"))
    done = ran(policy)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{cases_of(policy)}:7:13: unknown-outcome" in done.stderr
    cases_of(policy).unlink()
    assert "no-cases" in ran(policy).stderr
    assert ran("nowhere").exit_code == ran(policy).exit_code == 2


def test_one_rule_is_run_alone(policy: Path) -> None:
    assert ran(policy, "--rule", "told").exit_code == 0
    done = ran(policy, "--rule", "tolt")
    assert done.exit_code == 2
    assert "did you mean `told`?" in done.stderr


def test_junit_is_written_beside_the_text(policy: Path, tmp_path: Path) -> None:
    done = ran(policy, "--junit", tmp_path / "junit.xml")
    assert "4 passed" in done.stdout
    root = ET.parse(tmp_path / "junit.xml").getroot()  # noqa: S314 - written just above
    assert len(root.findall("testsuite/testcase")) == 4
    values = {each.get("name"): each.get("value") for each in root.iter("property")}
    assert values == {"points": "7", "points_covered": "6"}
    unwritable = ran(policy, "--junit", tmp_path / "no" / "folder.xml")
    assert unwritable.exit_code == 2


def test_json_holds_the_cases_and_the_coverage(policy: Path) -> None:
    (told,) = json.loads(ran(policy, "--format", "json").stdout)["policies"]
    assert (told["policy"], told["passed"], told["failed"]) == ("test", 4, 0)
    assert told["coverage"]["of"]["told"]["missing"][0]["seen"] == "done just outside"
    (without,) = json.loads(ran(policy, "--format", "json", "--no-coverage").stdout)["policies"]
    assert "coverage" not in without


def test_several_policies_are_tested_one_after_the_other(policy: Path) -> None:
    done = ran(policy, "england", "--no-coverage")
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == ["test", "england"]


def test_the_file_of_cases_can_be_named_as_well(policy: Path) -> None:
    assert ran(cases_of(policy)).stdout == ran(policy).stdout
