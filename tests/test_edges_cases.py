"""Rows as cases beside a policy: read and run as if somebody had written them, they come true."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from build import policy
from missingrules import Policy, testing
from missingrules.cases import parse_cases, run_cases
from missingrules.edges import as_cases, edge_cases
from triggers import TRIGGERS, trigger_policy


def check(made: Policy, *rules: str) -> str:
    """Run the rows of a policy as cases: all of them are read, and all pass."""
    text = as_cases(made, rules)
    written = text.count("\n  - name: ")
    if written:
        results = run_cases(parse_cases(text, made))
        assert len(results) == written
        assert not [result.case.name for result in results if not result.passed]
    return text


def test_the_rows_of_wiltshire_are_cases_that_pass() -> None:
    text = check(Policy.load("wiltshire"), "strategy-meeting", "concern-for-safety-rationale")
    assert 'name: "strategy-meeting 5: the third episode 90 local dates after the first"' in text
    assert "# strategy-meeting" in text  # a row without an example is still named
    assert "masked: true" in text


@pytest.mark.parametrize("name", TRIGGERS)
def test_the_rows_of_every_trigger_are_cases_that_pass(name: str) -> None:
    check(policy(trigger_policy(name)))


@settings(max_examples=4)
@given(made=testing.policies())
def test_the_rows_of_any_policy_are_cases_that_pass(made: Policy) -> None:
    check(made)


def test_every_row_is_a_case_or_a_comment() -> None:
    made = policy(trigger_policy("T18"))
    text = check(made)
    for table in edge_cases(made):
        for number, row in enumerate(table.rows, 1):
            name = f"{row.rule} {number}: {row.tried}"
            assert (f"# {name}: no example" if row.impossible else f'- name: "{name}"') in text


def test_a_time_that_the_clocks_show_twice_is_written_with_its_offset() -> None:
    made = policy("""
        rules:
          - id: x
            on: {entry: reported}
            from: 2024-10-26
            until: 2024-10-27
            require: {action: inspector_informed, within: 15 hours}
    """)
    assert "01:00:00+01:00" in check(made)
