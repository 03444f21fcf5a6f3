"""Examples for conditions: one for each way they can come out, or a row that says there is none."""

from __future__ import annotations

import pytest

from build import policy
from missingrules import evaluate
from missingrules.calendar import from_us
from missingrules.edges import edge_cases

YES, NO, UNKNOWN = "holds", "does not hold", "cannot be told"
HEADS = {"Noted": YES, "Not noted": NO, "Cannot be told": UNKNOWN}

RULE = """
    parameters:
      w: {{value: 90 days, edge: inclusive, basis: inferred}}
      short: {{value: 2 hours, edge: exclusive, basis: inferred}}
    terms:
      away: {{category: [missing, absent]}}
      known: {{whereabouts: known}}
      documented: {{all: [{{category: concern_for_safety}}, {{recorded: categorised.rationale}}]}}
    rules:
      - id: x
        on: {{entry: {trigger}}}
        if: {condition}
        measure: true
"""


def ways(condition: str, trigger: str) -> dict[str, list[str]]:
    """What came out, with the settings that made it so; ``none`` for those without an example."""
    (table,) = edge_cases(policy(RULE.format(condition=condition, trigger=trigger)))
    found: dict[str, list[str]] = {}
    for row in table.rows:
        names = [tried for side, tried in ((row.about, row.tried), *row.also) if side == "Only if"]
        for tried in names:
            _, _, rest = tried.partition(": ")
            if row.impossible:
                found.setdefault("none", []).append(tried)
                continue
            truth = HEADS[row.verdicts[0].head]
            assert tried.startswith(f"the condition {truth}"), row
            found.setdefault(truth, []).append(rest)
    return found


ANSWERABLE = {
    "category: missing": {YES, NO},
    "graded.grade: [medium, high]": {YES, NO},
    "whereabouts: known": {YES, NO, UNKNOWN},
    "vulnerable: true": {YES, NO, UNKNOWN},
    "looked_after: true": {YES, NO, UNKNOWN},
    "open: 'no'": {YES, NO, UNKNOWN},
    "graded.refers_to: self_harm": {YES, NO, UNKNOWN},
    "recorded: whereabouts": {YES, NO},
    "recorded: categorised.rationale": {YES, NO},
    "recorded: missing_since": {YES, NO},
    "marker: [self_harm, suicide]": {YES, NO},
    "concern: crime": {YES, NO},
    "concern: crime, ever: true": {YES, NO},
    "entry: trigger_plan_created": {YES, NO},
    "entry: graded, where: {grade: high, rationale: recorded}": {YES, NO},
    "entry: graded, where: {by: force_incident_manager}": {YES, NO, UNKNOWN},
    "entry: care_status, where: {looked_after: true}": {YES, NO, UNKNOWN},
    "age: {at_least: 12}": {YES, NO, UNKNOWN},
    "age: {at_least: 12, under: 16}": {YES, NO, UNKNOWN},
    "age: {under: 1}": {YES, NO, UNKNOWN},
    "lasted: {at_least: 6 hours}": {YES, NO},
    "lasted: {more_than: 2 days}": {YES, NO},
    "lasted: {at_least: 5 working days, since: missing_since}": {YES, NO, UNKNOWN},
    "counted: {episodes: away, at_least: 3, within: w}": {YES, NO, UNKNOWN},
    "counted: {episodes: away, more_than: 1, within: ever}": {YES, NO, UNKNOWN},
    "counted: {episodes: known, at_least: 2, within: short}": {YES, NO, UNKNOWN},
    "all: [{category: missing}, {marker: cse}]": {YES, NO},
    "all: [{category: missing}, {looked_after: true}]": {YES, NO, UNKNOWN},
    "any: [{whereabouts: known}, {concern: crime}]": {YES, NO, UNKNOWN},
    "not: {whereabouts: known}": {YES, NO, UNKNOWN},
    "not: {all: [{recorded: whereabouts}, {whereabouts: known}]}": {YES, NO},
    "at_least: 2, of: [{marker: cse}, {looked_after: true}, {age: {under: 13}}]": {
        YES,
        NO,
        UNKNOWN,
    },
    "term: documented, by: 15 minutes": {YES, NO},
    "not: {term: documented, by: 15 minutes}": {YES, NO},
    "all: [{category: missing}, {looked_after: true}], by: 1 hour": {YES, NO, UNKNOWN},
}
"""Conditions, and how each can come out."""


@pytest.mark.parametrize("condition", ANSWERABLE)
def test_a_condition_is_shown_every_way_it_can_come_out(condition: str) -> None:
    found = ways(f"{{{condition}}}", "assessed")
    assert {truth for truth in found if truth != "none"} == ANSWERABLE[condition]


def test_each_value_of_a_list_is_tried_by_itself() -> None:
    found = ways("{any: [{marker: [self_harm, suicide]}, {concern: crime}]}", "assessed")
    assert found[YES] == ["marker self-harm", "marker suicide", "concern crime"]


def test_silence_and_another_value_are_two_ways_of_not_holding() -> None:
    assert ways("{category: missing}", "assessed")[NO] == [
        "category: not recorded",
        "category: not missing",
    ]
    assert ways("{looked_after: true}", "assessed") == {
        YES: ["looked after: yes"],
        NO: ["looked after: not yes"],
        UNKNOWN: ["looked after: not recorded"],
    }


def test_a_time_of_grace_is_tried_at_its_end_and_after_it() -> None:
    found = ways("{term: documented, by: 15 minutes}", "assessed")
    assert any("at the end of the 15 minutes" in each for each in found[YES])
    assert any("a minute after the 15 minutes" in each for each in found[NO])
    assert any("while the 15 minutes of grace run" in each for each in found[YES])
    assert any("when the 15 minutes of grace are over" in each for each in found[NO])


def test_an_age_is_tried_on_the_birthday_and_on_the_day_before() -> None:
    found = ways("{age: {at_least: 12, under: 16}}", "reported")
    assert found == {
        YES: ["on the 12th birthday", "the day before the 16th birthday"],
        NO: ["the day before the 12th birthday", "on the 16th birthday"],
        UNKNOWN: ["date of birth not recorded"],
    }


def test_birthdays_are_counted_as_people_do() -> None:
    assert ways("{age: {at_least: 5, under: 22}}", "reported")[YES] == [
        "on the fifth birthday",
        "the day before the 22nd birthday",
    ]


@pytest.mark.parametrize(("number", "called"), [(7, "seventh"), (11, "11th"), (21, "21st")])
def test_the_episode_that_reaches_a_count_is_called_as_people_do(number: int, called: str) -> None:
    (table,) = edge_cases(
        policy(f"""
        parameters:
          w: {{value: 90 days, edge: inclusive, basis: inferred}}
        terms:
          away: {{category: missing}}
        rules:
          - id: x
            on: {{episodes: away, reach: {number}, within: w}}
            measure: true
        """)
    )
    told = {row.tried for row in table.rows}
    assert f"the {called} episode 90 local dates after the first" in told


def test_a_window_of_a_condition_is_tried_at_its_edge() -> None:
    found = ways("{counted: {episodes: away, at_least: 3, within: w}}", "assessed")
    assert found[YES] == ["3 counted", "3 counted, the oldest at the edge of the window"]
    assert found[NO] == [
        "2 counted",
        "3 episodes, the oldest just outside the window",
        "none counted",
    ]


def test_what_cannot_be_is_said_and_not_left_out() -> None:
    found = ways("{all: [{recorded: whereabouts}, {whereabouts: known}]}", "reported")
    assert found["none"] == ["the condition cannot be told: whereabouts: not recorded"]
    never = ways("{all: [{marker: cse}, {not: {marker: cse}}]}", "reported")
    assert YES not in never
    assert any(each.startswith("the condition holds") for each in never["none"])


def test_what_the_trigger_tells_is_told_by_the_trigger() -> None:
    (table,) = edge_cases(
        policy(RULE.format(condition="{concern: crime}", trigger="concern_noted"))
    )
    row = next(row for row in table.rows if row.verdicts and row.verdicts[0].head == "Noted")
    assert [entry.kind for entry in row.entries] == ["reported", "concern_noted"]


def test_an_example_has_nothing_on_record_that_it_does_not_need() -> None:
    made = policy(RULE.format(condition="{marker: cse}", trigger="assessed"))
    (table,) = edge_cases(made)
    row = next(row for row in table.rows if row.verdicts and row.verdicts[0].head == "Noted")
    assert [entry.kind for entry in row.entries] == ["marker_added", "reported", "assessed"]
    (found,) = evaluate(made, row.record(), as_of=from_us(row.as_of)).findings
    assert {*found.evidence, *found.cited} == {entry.entry_id for entry in row.entries}


def test_an_episode_without_a_report_may_count() -> None:
    found = ways("{counted: {episodes: away, at_least: 2, within: w}}", "assessed")
    assert "2 without a report, which may count" in found[UNKNOWN]
