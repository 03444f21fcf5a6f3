"""Compiling a policy: what becomes of the names in it."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from build import judge, outcomes, policy
from missingrules import Record, compare, evaluate, explain, read_jsonl, scan
from missingrules.duties import Action
from missingrules.edges.table import edge_cases
from missingrules.selection import Selection
from missingrules.show.pages import show
from missingrules.sweep import swept

if TYPE_CHECKING:
    from collections.abc import Callable

REVIEW = """
parameters:
  interval: {{value: 4 hours, basis: {basis}, note: A choice., cite: {{source: guidance}}}}
rules:
  - id: review
    on: {{every: {every}}}
    require: {{action: supervisor_reviewed}}
"""


@pytest.mark.parametrize("basis", ["stated", "inferred", "assumed"])
def test_the_time_of_a_repeating_duty_rests_on_what_its_interval_rests_on(basis: str) -> None:
    (duty,) = policy(REVIEW.format(every="interval", basis=basis)).duties["review"]
    assert duty.timing_basis == basis


def test_an_interval_written_out_rests_on_what_the_rule_rests_on() -> None:
    (duty,) = policy(REVIEW.format(every="4 hours", basis="stated")).duties["review"]
    assert (duty.basis, duty.timing_basis) == ("inferred", "inferred")


def test_a_repeating_duty_has_an_interval_and_no_other_time() -> None:
    (duty,) = policy(REVIEW.format(every="interval", basis="stated")).duties["review"]
    assert isinstance(duty.effect, Action)
    assert duty.effect.within is None
    assert duty.every is not None
    assert str(duty.every.interval) == "4 hours"


def test_a_time_that_is_not_stated_rests_on_nothing() -> None:
    rule = policy("""
        rules:
          - id: told
            on: {entry: reported}
            require: {action: inspector_informed, within: not_stated}
    """)
    (duty,) = rule.duties["told"]
    assert duty.timing_basis is None


GRADED = policy("""
    parameters:
      floor:
        value: high
        basis: inferred
        editions: [{from: 2023-02-01, value: medium}]
    terms:
      grave: {grade: floor}
    rules:
      - id: told
        on: {entry: fim_notified}
        if: {any: [grave, {graded.grade: [very_low, floor]}]}
        measure: true
""")


@pytest.mark.parametrize(
    ("month", "grade", "expected"),
    [
        ("01", "high", ["noted"]),
        ("01", "medium", []),
        ("02", "high", []),
        ("02", "medium", ["noted"]),
        ("02", "very_low", ["noted"]),
    ],
)
def test_a_parameter_in_a_condition_stands_for_its_value_on_the_day(
    month: str, grade: str, expected: list[str]
) -> None:
    log = f"""
        E1 2023-{month}-10 09:00 reported
        E1 2023-{month}-10 09:10 graded grade={grade}
        E1 2023-{month}-10 09:20 fim_notified
    """
    assert outcomes(judge(GRADED, log, "2023-03-01 00:00")) == expected


# --- A name in place of a policy -----------------------------------------------------------------

NOWHEN = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
GIVEN_A_POLICY: dict[str, Callable[[Any], object]] = {
    "evaluate": lambda given: evaluate(given, [], as_of=NOWHEN),
    "explain": lambda given: explain(given, [], as_of=NOWHEN),
    "scan": lambda given: scan(read_jsonl([]), given, as_of=NOWHEN),
    "swept": lambda given: swept([], given).__enter__(),
    "Selection.of": lambda given: Selection.of(given, rules=["strategy-meeting"]),
    "compare": lambda given: compare.compare(read_jsonl([]), [given, given], as_of=NOWHEN),
    "label_audit": lambda given: compare.label_audit(read_jsonl([]), given, as_of=NOWHEN),
    "sensitivity": lambda given: compare.sensitivity(given, Record("A", ()), as_of=NOWHEN),
    "sensitivity_of": lambda given: compare.sensitivity_of(read_jsonl([]), given, as_of=NOWHEN),
    "vary": lambda given: compare.vary(read_jsonl([]), given, "repeat_count=2", as_of=NOWHEN),
    "edge_cases": lambda given: list(edge_cases(given)),
    "show": show,
}


@pytest.mark.parametrize("name", GIVEN_A_POLICY)
def test_the_name_of_a_policy_in_place_of_a_policy_is_told_with_what_loads_it(name: str) -> None:
    for given in ("wiltshire", Path("wiltshire")):
        with pytest.raises(
            TypeError, match=r"'wiltshire' .*: Policy\.load\('wiltshire'\) loads it"
        ):
            GIVEN_A_POLICY[name](given)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (None, "policy must be a Policy, as Policy.load gives it, not None"),
        ({}, "policy must be a Policy, as Policy.load gives it, not of type dict"),
        ("policy: mine\nrules: []\n", "Policy.parse reads its text"),
    ],
)
def test_what_is_no_policy_at_all_is_told_by_its_type(given: object, told: str) -> None:
    with pytest.raises(TypeError, match=re.escape(told)):
        evaluate(given, [], as_of=NOWHEN)  # type: ignore[arg-type]
