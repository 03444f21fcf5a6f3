"""The shipped policies: their cases pass, and show all that there is to see."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import pytest

from missingrules.cases import Report, run_policies, text
from missingrules.cases.file import SUFFIX
from missingrules.layers import policies_folder, shipped

if TYPE_CHECKING:
    from missingrules.cases import Result

NAMES = tuple(shipped())


@cache
def report_of(name: str) -> Report:
    (report,) = run_policies([name])
    return report


def results(name: str) -> tuple[Result, ...]:
    return report_of(name).results


@pytest.mark.parametrize("name", NAMES)
def test_every_case_comes_out_as_expected(name: str) -> None:
    report = report_of(name)
    assert [line for line in text(report) if not line.startswith(f"{name}: ")] == []
    assert report.failed == ()


def test_a_file_of_cases_is_no_policy() -> None:
    files = {path.name for path in policies_folder().rglob("*.yaml")}
    assert {f"{name}{SUFFIX}" for name in NAMES} <= files
    assert not [name for name in NAMES if "cases" in name]


def test_every_shipped_policy_has_its_cases_beside_it() -> None:
    assert [report_of(name).policy for name in NAMES] == list(NAMES)
    assert all(len(results(name)) > 20 for name in ("england", "wiltshire", "good_practice"))
    assert all(len(results(name)) > 6 for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_the_cases_show_everything_that_there_is_to_see(name: str) -> None:
    coverage = report_of(name).coverage
    assert coverage is not None
    assert list(map(str, coverage.missing)) == []
    assert coverage.complete


def test_between_them_the_cases_are_about_every_rule() -> None:
    about = {rule for name in NAMES for result in results(name) for rule in result.case.about}
    assert about == {
        rule.id for name in NAMES for rule in results(name)[0].case.policy.source.file.rules
    }


def test_the_boy_whose_seven_episodes_nobody_counted_is_among_them() -> None:
    (run,) = [
        r
        for r in results("wiltshire")
        if r.case.name.startswith("Seven episodes") and ":" not in r.case.name
    ]
    meeting = next(one for one in run.findings if one.rule == "strategy-meeting")
    assert meeting.masked
    assert len({e.episode_id for e in run.case.record.entries if e.episode_id}) == 7
    (last,) = [
        r for r in results("wiltshire") if r.case.name.startswith("The last episode of the boy")
    ]
    graded = next(one for one in last.findings if one.rule == "self-harm-grading")
    assert (graded.recorded_grade, graded.required_grade) == ("medium", "high")


def test_every_expectation_names_at_least_the_outcome_and_most_of_them_a_time() -> None:
    first = [
        result.case.expected[0]
        for name in NAMES
        for result in results(name)
        if ":" not in result.case.name and result.case.expected
    ]
    timed = [one for one in first if {"due", "opened", "done"} & one.stated.keys()]
    assert len(timed) > len(first) // 2
