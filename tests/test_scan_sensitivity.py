"""Findings of a scan say on what they hang that was assumed, if it is asked."""

from __future__ import annotations

import csv
import json
import secrets
import sys
from pathlib import Path
from typing import Any

import pytest

from missingrules import Log, Policy, read_jsonl
from missingrules.cli import main
from missingrules.compare import sensitivity_of
from missingrules.sweep import sweeping

ROOT = Path(__file__).resolve().parent.parent
BOY = ROOT / "examples" / "01_wiltshire_boy.jsonl"
AUDIT = ROOT / "examples" / "06_audit" / "audit.jsonl"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*args: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["missingrules", *map(str, args)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        out, err = capsys.readouterr()
        return ended.value.code, out, err

    return run


def marks(log: Log, policy: Policy) -> dict[str, list[dict[str, Any]]]:
    """On what the findings of a log hang, by finding id, as the report of the whole log has it."""
    return {
        one.finding.finding_id: [hangs.to_dict() for hangs in one.sensitive_to]
        for one in sensitivity_of(log, policy).hanging.found
    }


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two children of the audit."""
    path = tmp_path_factory.mktemp("log") / "two.jsonl"
    lines = AUDIT.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if json.loads(line)["child_id"] in ("child-01", "child-05")]
    path.write_text("".join(kept), encoding="utf-8")
    return path


def test_a_scan_says_of_each_finding_on_what_it_hangs_in_every_format(
    run: Any, two: Path, tmp_path: Path
) -> None:
    code, out, _ = run("scan", two, "-p", "england", "--sensitivity", "--out", tmp_path / "a")
    assert code == 1
    expected = marks(read_jsonl(two), Policy.load("england"))
    assert expected
    text = (tmp_path / "a" / "findings.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    told = {row["finding_id"]: row["sensitive_to"] for row in rows}
    assert {name: hangs for name, hangs in told.items() if hangs} == expected
    assert all(list(row)[-1] == "sensitive_to" for row in rows)
    with (tmp_path / "a" / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = {row["finding_id"]: row["sensitive_to"] for row in csv.DictReader(file)}
    assert {name for name, cell in cells.items() if cell} == set(expected)
    assert any("1 hour 12 minutes instead of 1 hour = fulfilled" in cell for cell in cells.values())
    table = pytest.importorskip("pyarrow.parquet").read_table(tmp_path / "a" / "findings.parquet")
    written = zip(table["finding_id"].to_pylist(), table["sensitive_to"].to_pylist(), strict=True)
    assert dict(written) == told
    summary = json.loads((tmp_path / "a" / "summary.json").read_text(encoding="utf-8"))
    assert summary["sensitive"] == len(expected)
    assert f"{len(expected)} findings hang on something that the policy assumes." in out


def test_the_report_marks_what_hangs_and_counts_it(run: Any, two: Path, tmp_path: Path) -> None:
    run("scan", two, "-p", "england", "--sensitivity", "--out", tmp_path)
    html = (tmp_path / "report.html").read_text(encoding="utf-8")
    number = len(marks(read_jsonl(two), Policy.load("england")))
    assert f"{number} findings hang on something that was assumed." in html
    assert "Grading time: 1 hour 12 minutes instead of 1 hour: would be: completed" in html
    shared = (tmp_path / "report-for-sharing.html").read_text(encoding="utf-8")
    assert f"{number} findings hang" not in shared or number % 5 == 0
    assert "This hangs on what was assumed" not in shared


def test_the_text_of_a_child_says_on_what_a_finding_hangs(run: Any, two: Path) -> None:
    _, out, _ = run("scan", two, "-p", "england", "--sensitivity")
    assert "Sensitive to grading_time: 1 hour 12 minutes instead of 1 hour: would" in out
    _, whole, _ = run("scan", BOY, "-p", "england", "--sensitivity", "--format", "json")
    (child,) = json.loads(whole)["children"]
    found = marks(read_jsonl(BOY), Policy.load("england"))
    assert {
        each["finding_id"]: each["sensitive_to"]
        for each in child["findings"]
        if each["sensitive_to"]
    } == found


@pytest.mark.parametrize("form", ["jsonl", "csv", "json"])
def test_nobody_who_does_not_ask_has_the_column(run: Any, form: str) -> None:
    _, out, _ = run("scan", BOY, "-p", "england", "--format", form)
    assert "sensitive_to" not in out


def test_a_report_without_the_marks_says_that_they_were_not_worked_out(
    run: Any, two: Path, tmp_path: Path
) -> None:
    said = "hang on something that was assumed was not worked out"
    run("scan", two, "-p", "england", "--out", tmp_path / "plain")
    run("scan", two, "-p", "england", "--sensitivity", "--out", tmp_path / "asked")
    for name in ("report.html", "report-for-sharing.html"):
        assert said in (tmp_path / "plain" / name).read_text(encoding="utf-8")
        assert said not in (tmp_path / "asked" / name).read_text(encoding="utf-8")


def test_marks_are_the_same_in_several_processes_and_as_many_under_pseudonyms(
    run: Any, two: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr(sweeping, "CHUNK", 1)
    asked = ("scan", two, "-p", "england", "--sensitivity", "--format", "jsonl", "--workers", 2)
    _, plain, _ = run(*asked)
    told = {row["finding_id"]: row["sensitive_to"] for row in map(json.loads, plain.splitlines())}
    expected = marks(read_jsonl(two), Policy.load("england"))
    assert {name: hangs for name, hangs in told.items() if hangs} == expected
    key = tmp_path / "key"
    key.write_text(secrets.token_hex(32), encoding="ascii")
    key.chmod(0o600)
    _, hidden, _ = run(*asked, "--pseudonymise", key)
    kept = [row["sensitive_to"] for row in map(json.loads, hidden.splitlines())]
    assert sum(map(bool, kept)) == len(expected)


def test_of_a_child_who_cannot_be_judged_nothing_is_told(
    run: Any, two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(sys.modules["missingrules.scan"], "judge", broken)
    _, out, _ = run("scan", two, "-p", "england", "--sensitivity", "--format", "jsonl")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [(row["outcome"], row["sensitive_to"]) for row in rows] == [("error", None)] * 2
