"""What cases show of a policy: every form can be covered whole, and every gap shows."""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

import build
from missingrules import Policy
from missingrules.calendar import DAY_US, HOUR_US, MINUTE_US, Calendar, parse_duration
from missingrules.cases import Coverage, Point, coverage, parse_cases, run_cases
from missingrules.cases.coverage import Atlas
from missingrules.cases.judged import Judged
from missingrules.cases.nearness import apart, beside, by_deadline
from missingrules.cases.report import covered
from missingrules.kernel import assess, walked
from strategies import GENERATED, WILTSHIRE, trials

if TYPE_CHECKING:
    from missingrules.kernel.walk import Walk
    from strategies import Trial

FOLDER = Path(__file__).resolve().parent / "cases"
EVERY_FORM = (FOLDER / "every_form.yaml").read_text(encoding="utf-8")
ITS_CASES = (FOLDER / "every_form.cases.yaml").read_text(encoding="utf-8")

LONDON = Calendar("Europe/London")
NOON = 1_699_272_000_000_000  # Monday, 6 November 2023


@cache
def seen(policy: str = EVERY_FORM, cases: str = ITS_CASES) -> Coverage:
    compiled = build.policy(policy)
    return coverage(compiled, run_cases(parse_cases(cases, compiled, source="f")))


def gaps(policy: str = EVERY_FORM, cases: str = ITS_CASES) -> list[str]:
    """Give ``owner: point`` of everything that no case shows."""
    return [f"{point.owner}: {point}" for point in seen(policy, cases).missing]


def points_of(rules: str) -> list[str]:
    return [str(point) for point in coverage(build.policy(rules), ()).points]


def about(rule: str) -> str:
    """Keep the cases about one rule."""
    head, *blocks = re.split(r"^(?=  - name: )", ITS_CASES, flags=re.MULTILINE)
    return head + "".join(block for block in blocks if f"    about: {rule}\n" in block)


def without(text: str, *fragments: str) -> str:
    """Take out the lines that hold these, one each."""
    for fragment in fragments:
        found = [line for line in text.splitlines(keepends=True) if fragment in line]
        assert len(found) == 1, (fragment, found)
        text = text.replace(found[0], "")
    return text


def changed(old: str, new: str) -> str:
    """Change the policy in one place."""
    assert EVERY_FORM.count(old) == 1, old
    return EVERY_FORM.replace(old, new)


# --- The whole language --------------------------------------------------------------------------


def test_every_form_of_the_language_can_be_covered_whole() -> None:
    whole = seen()
    assert whole.missing == ()
    assert whole.complete
    assert len(whole.points) > 200


def test_every_case_of_it_passes() -> None:
    policy = build.policy(EVERY_FORM)
    wrong = [r.case.name for r in run_cases(parse_cases(ITS_CASES, policy)) if not r.passed]
    assert wrong == []


def test_without_cases_nothing_is_covered() -> None:
    nothing = coverage(build.policy(EVERY_FORM), ())
    assert nothing.reached == frozenset()
    assert nothing.missing == nothing.points == seen().points


@pytest.mark.parametrize(
    ("rule", "taken", "gap"),
    [
        ("meeting", "then: day 11 12:00 strategy_meeting_held", "2 days: done just inside"),
        ("meeting", "then: day 12 12:00", "2 days: done at its end"),
        ("meeting", "then: day 13 00:00", "2 days: done just outside"),
        ("meeting", "rationale by mash", "mash: decides with reasons"),
        ("meeting", "rationale by officer", "another role decides, which does not count"),
        ("meeting", "held by supervisor", "decided without reasons, which does not count"),
        ("busy-day", "then: day 1 09:00 B", "decided by an episode just so far back"),
        ("still-open", "as_of: day 2 08:59", "since reported: just short of it"),
        ("still-open", "10:00 graded low", "on graded: grade is high: no"),
        ("still-open", "09:30 inspector_informed", "done between report and trigger"),
        ("open-working", "as_of: day 3 00:00", "against policy"),
        ("open-days", "located", "while away: the child is located, and it goes on"),
        ("open-days", "before the trigger", "done before the trigger, which does not count"),
        ("review", "09:15 categorised", "in order at its end"),
        ("review", "09:16 categorised", "in order just after the time is over"),
        ("review", "10:59 supervisor_reviewed", "every: 1 hour: done just inside"),
        ("review", "resolved_without_deployment", "unless prioritised: releases from it"),
        ("reported-late", "born 2011-11-06", "12 years: asked on the birthday"),
        ("reported-late", "log: day 0 09:00 reported missing_since", "age 10 to 11: unknown"),
        ("steps", "09:50 graded medium", "30 minutes: done at its end"),
        ("never-low", "graded high", "at least medium: one grade above"),
        ("long", "reported; 10:00 graded low", "lasted more than 1 day: unknown"),
        ("often", "then: day 43", "decided by an episode just further back"),
        ("risks", "cse; care_status philomena, ", "care_status is on the record: yes"),
        ("dated", "before it", "from: 2023-01-01: what would trigger it, the day before"),
    ],
)
def test_a_case_that_is_taken_away_leaves_its_gap(rule: str, taken: str, gap: str) -> None:
    assert not any(gap in line for line in gaps(cases=about(rule)) if rule in line)
    assert any(gap in line for line in gaps(cases=without(about(rule), taken)))


def test_a_case_that_fails_covers_nothing() -> None:
    right = "{then: 10:59 graded medium, expect: fulfilled}"
    wrong = about("floor").replace(right, right.replace("fulfilled", "pending"))
    assert "floor: within: 1 hour: done just inside" in gaps(cases=wrong)
    assert "floor: within: 1 hour: done just inside" not in gaps(cases=about("floor"))


def test_a_case_covers_only_the_rules_that_it_is_about() -> None:
    text = """\
policy: test
cases:
  - name: it
    about: ever
    log: day 0 09:00 reported; categorised missing
    as_of: +1h
    expect: pending
"""
    assert {point.owner for point in seen(cases=text).reached} == {"ever", "term missing"}


# --- What changes in the policy ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "old", "new", "gap"),
    [
        ("meeting", "held, within: 2 days", "held, within: 3 days", "3 days: done at its end"),
        ("meeting", "[supervisor, mash]", "[supervisor, mash, officer]", "officer: decides"),
        ("ever", "reach: 1,", "reach: 5,", "5 counted as missing: one more"),
        ("long", "at_least: 6 hours", "at_least: 7 hours", "asked when it is just reached"),
        ("risks", "{marker: cse}", "{marker: [cse, cce]}", "marker cce: yes"),
        ("review", "_deployment}}", "_deployment, by: mash}}", "by mash: yes"),
        ("reported-late", "under: 12", "under: 14", "14 years: asked on the birthday"),
        ("review", "by: 15 minutes", "by: 20 minutes", "20 minutes: in order at its end"),
        ("still-open", "while: open", "while: away", "the child is located, and it goes on"),
        ("dated", "until: 2025-01-01", "until: 2026-01-01", "2026-01-01: what would trigger it"),
    ],
)
def test_what_is_changed_in_a_policy_shows_as_a_gap(
    rule: str, old: str, new: str, gap: str
) -> None:
    assert any(gap in line for line in gaps(changed(old, new), about(rule)))


def test_a_number_that_a_case_changes_for_itself_is_not_covered_by_it() -> None:
    rule = """
    parameters: {time: {value: 1 hour, basis: inferred}}
    rules:
      - id: told
        on: {entry: reported}
        require: {action: inspector_informed, within: time}
    """
    case = """\
policy: test
cases:
  - name: it
    about: told
    with: {parameters: {time: {value: 2 hours, basis: inferred}}}
    log: day 0 09:00 reported; 11:00 inspector_informed
    as_of: +1h
    expect: fulfilled
"""
    assert "told: within: 1 hour: done at its end" in gaps(rule, case)
    assert "told: on: reported: triggers it" not in gaps(rule, case)


def test_a_rule_that_is_off_is_asked_for_and_covered_by_a_case_that_turns_it_on() -> None:
    rule = """
    rules:
      - id: told
        active: false
        on: {entry: reported}
        forbid: true
    """
    case = """\
policy: test
cases:
  - name: it
    about: told
    with: {rules: [{id: told, active: true}]}
    log: day 0 09:00 reported
    as_of: +1h
    expect: breached
"""
    assert points_of(rule) == ["on: reported: triggers it", "against policy"]
    assert gaps(rule, case) == []


# --- What is asked for ---------------------------------------------------------------------------


def answers(condition: str, trigger: str = "reported") -> list[str]:
    """Give the answers that are asked for of each part of a condition."""
    rule = f"""
    rules:
      - id: one
        on: {{entry: {trigger}}}
        if: {condition}
        measure: true
    """
    return [
        f"{point.what}: {point.seen}"
        for point in coverage(build.policy(rule), ()).points
        if point.part == "if"
    ]


def test_an_open_field_can_be_unknown_and_a_closed_one_cannot() -> None:
    assert answers("{whereabouts: known}") == [
        *("whereabouts is known: no", "whereabouts is known: unknown", "whereabouts is known: yes"),
    ]
    assert answers("{category: missing}") == ["category is missing: no", "category is missing: yes"]
    assert answers("{marker: cse}") == ["marker cse: no", "marker cse: yes"]


def test_what_is_recorded_and_then_compared_is_never_unknown() -> None:
    found = answers("{all: [{recorded: whereabouts}, {whereabouts: known}]}")
    assert not [line for line in found if line.endswith("unknown")]
    assert "whereabouts is recorded: no" in found


def test_each_value_of_a_list_is_asked_for_and_an_answer_that_no_value_gives_is_not() -> None:
    every = "{from_place: [home, foster, childrens_home, school, hospital, other]}"
    assert [line.partition(": ")[2] for line in answers(every)] == [
        "unknown",
        *(f"yes, as {place}" for place in ("childrens_home", "foster", "home", "hospital")),
        *("yes, as other", "yes, as school"),
    ]
    assert "from_place is home or foster: no" in answers("{from_place: [home, foster]}")


@pytest.mark.parametrize(
    ("markers", "seen_of_it"),
    [
        ("marker_added cse; marker_added cce", {"marker cse or marker cce: yes"}),
        ("marker_added cse", {"marker cse or marker cce: yes", "marker cse: yes"}),
    ],
)
def test_an_answer_counts_where_it_decides(markers: str, seen_of_it: set[str]) -> None:
    rule = """
    rules:
      - id: one
        on: {entry: reported}
        if: {marker: [cse, cce]}
        measure: true
    """
    case = f"""\
policy: test
cases:
  - name: it
    about: one
    log: day 0 08:00 {markers}; 09:00 reported
    as_of: +1h
    expect: noted
"""
    reached = {f"{p.what}: {p.seen}" for p in seen(rule, case).reached if p.part == "if"}
    assert reached == seen_of_it


@pytest.mark.parametrize(
    ("condition", "never"),
    [
        # Longer cannot be over before shorter: it never decides beside it.
        (
            "{any: [{lasted: {at_least: 1 hour}}, {lasted: {at_least: 2 hours}}]}",
            "lasted at least 2 hours: yes",
        ),
        (
            "{all: [{lasted: {at_least: 1 day}}, {lasted: {at_least: 2 days}}]}",
            "lasted at least 1 day: no",
        ),
        # What is graded has a grade.
        ("{all: [{recorded: grade}, {grade: high}]}", "grade is recorded: no"),
        # A marker that is carried was added.
        ("{any: [{entry: marker_added}, {marker: cse}]}", "marker cse: yes"),
        # A time of grace can only run while its first condition holds.
        (
            "{all: [{grade: low}, {all: [{grade: high}, {recorded: priority}], by: 1 hour}]}",
            "grade is low and grade is high, and in time priority is recorded: yes",
        ),
    ],
)
def test_what_no_record_can_bring_about_is_not_asked_for(condition: str, never: str) -> None:
    asked = answers(condition)
    assert never not in asked
    assert never.rpartition(": ")[0] in {line.rpartition(": ")[0] for line in asked}


def test_what_triggers_a_rule_is_there_when_it_is_asked() -> None:
    there = "{all: [{recorded: category}, {marker: cse}]}"
    assert "category is recorded: no" not in answers(there, trigger="categorised")
    assert "category is recorded: no" in answers(there, trigger="reported")
    assert answers("{entry: marker_added}", trigger="marker_added") == [
        "an entry marker_added is on the record: yes"
    ]


def test_too_many_states_to_try_are_taken_one_by_one() -> None:
    many = ", ".join(
        f"{{marker: {name}}}"
        for name in (
            *("self_harm", "suicide", "mental_health", "physical_health", "disability", "cse"),
            *("cce", "missing", "trafficking", "violence", "weapons", "drugs", "domestic_abuse"),
            *("radicalisation", "other"),
        )
    )
    more = ", ".join(f"{{lasted: {{at_least: {n} hours}}}}" for n in range(1, 14))
    found = answers(f"{{any: [{many}, {{entry: marker_added}}, {more}]}}")
    assert "marker cse: no" in found


@pytest.mark.parametrize(
    ("grade", "asked"),
    [
        ("{at_least: high, within: 1 hour}", ["one grade below", "just this grade"]),
        ("{at_least: very_low, within: 1 hour}", ["just this grade", "one grade above"]),
        ("{steps_up: 3, within: 1 hour}", ["one grade below", "just this grade"]),
    ],
)
def test_a_grade_that_does_not_exist_is_not_asked_for(grade: str, asked: list[str]) -> None:
    rule = f"""
    rules:
      - id: one
        on: {{entry: concern_noted}}
        grade: {grade}
    """
    points = coverage(build.policy(rule), ()).points
    assert sorted(p.seen for p in points if p.part == "grade") == sorted(asked)


def test_one_of_one_episode_can_never_be_fewer() -> None:
    rules = """
    terms: {missing: {category: missing}}
    rules:
      - id: first
        on: {episodes: missing, reach: 1, within: ever}
        require: {action: strategy_meeting_held, within: 2 days}
    """
    found = [line for line in points_of(rules) if line.startswith("episodes")]
    assert found == [
        "episodes: 1 counted as missing: just so many",
        "episodes: 1 counted as missing: one more",
    ]


# --- Layers --------------------------------------------------------------------------------------

LAYER = """
policy: local
title: A layer for one test
edition: "1"
extends: england
"""


def local(text: str) -> set[str]:
    return {point.owner for point in coverage(Policy.parse(LAYER + text), ()).points}


def test_what_is_taken_over_unchanged_is_for_the_cases_of_the_policy_below() -> None:
    assert local("") == set()
    assert local("owner: somebody\nrules: [{id: risk-graded, severity: minor, note: x}]") == set()


def test_a_rule_of_which_the_layer_says_what_it_asks_is_asked_for_whole() -> None:
    layer = "rules: [{id: risk-graded, unless: whereabouts_known}]"
    assert local(layer) == {"risk-graded", "term whereabouts_known"} - {"term whereabouts_known"}


def test_a_parameter_or_a_term_that_the_layer_changes_is_asked_for_where_it_matters() -> None:
    time = "parameters: {grading_time: {value: 2 hours, basis: assumed, note: x}}"
    assert local(time) == {"risk-graded"}
    term = "terms: {known_warnings: {marker: [self_harm, cse]}}"
    assert local(term) == {"term known_warnings"}


# --- Just ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("duration", "offset", "side"),
    [
        ("2 hours", 2 * HOUR_US - MINUTE_US - 1, None),
        ("2 hours", 2 * HOUR_US - MINUTE_US, "short"),
        ("2 hours", 2 * HOUR_US - 1, "short"),
        ("2 hours", 2 * HOUR_US, "at"),
        ("2 hours", 2 * HOUR_US + 1, "past"),
        ("2 hours", 2 * HOUR_US + MINUTE_US, "past"),
        ("2 hours", 2 * HOUR_US + MINUTE_US + 1, None),
        ("3 days", 1 * DAY_US, None),
        ("3 days", 2 * DAY_US, "short"),
        ("3 days", 3 * DAY_US - 12 * HOUR_US, "at"),
        ("3 days", 3 * DAY_US + 11 * HOUR_US, "at"),
        ("3 days", 4 * DAY_US, "past"),
        ("3 days", 5 * DAY_US, None),
        ("4 working days", 4 * DAY_US, "at"),
        ("4 working days", 5 * DAY_US, None),
        ("4 working days", 7 * DAY_US, "past"),
    ],
)
def test_just_is_as_fine_as_the_duration(duration: str, offset: int, side: str | None) -> None:
    assert beside(LONDON, NOON, parse_duration(duration), NOON + offset) == side


def test_past_a_deadline_in_working_days_is_the_next_date() -> None:
    working = parse_duration("4 working days")
    due = LONDON.deadline(NOON, working).due
    sides = [by_deadline(LONDON, due, working, NOON + n * DAY_US) for n in range(2, 7)]
    assert sides == [None, "short", "at", "past", None]
    assert apart(0, 1) == "at"


# --- Reports -------------------------------------------------------------------------------------


def test_the_report_lists_what_no_case_shows_by_rule() -> None:
    left = without(ITS_CASES, "10:59 graded medium", "day 11 12:00 strategy_meeting_held, expect")
    found = seen(cases=left)
    total = len(found.points)
    assert list(covered(found)) == [
        f"test: {total - 2} of {total} points covered. No case shows:",
        "  meeting",
        "    within: 2 days: done just inside",
        "  floor",
        "    within: 1 hour: done just inside",
    ]
    assert list(covered(seen())) == [f"test: {total} of {total} points covered."]


def test_the_report_says_in_which_condition_a_part_does_not_decide() -> None:
    lines = list(covered(seen(cases=about("ever"))))
    assert any("marker cse: yes (where it decides: at least 2 of marker cse" in x for x in lines)


def test_the_report_as_json_counts_by_rule_and_term() -> None:
    made = seen(cases=without(ITS_CASES, "10:59 graded medium")).to_dict()
    assert made["points"] - made["reached"] == 1
    assert made["complete"] is False
    assert made["of"]["floor"]["missing"] == [
        {"part": "within", "what": "1 hour", "inside": "", "seen": "done just inside"}
    ]
    assert sum(told["points"] for told in made["of"].values()) == made["points"]


def test_points_are_plain_and_sortable() -> None:
    point = Point("rule", "if", "category is missing", "", "yes")
    assert str(point) == "if: category is missing: yes"
    assert sorted([point, Point("rule", "", "", "", "done")])[1] is point


# --- What records show ---------------------------------------------------------------------------

BROKEN = {"no_report", "before_report", "found_before_report"}
"""In such a record anything may be unknown."""

ATLAS = Atlas()  # the shipped policy is taken apart once
FEW = settings(max_examples=max(20, settings().max_examples // 3))


def out_of_order(walk: Walk) -> bool:
    """Whether a report was entered only after the child had been reported again."""
    return any(
        one.report.recorded > other.start
        for episode in walk.episodes
        for one, other in pairwise(episode.legs)
    )


def shown_and_asked(trial: Trial, atlas: Atlas) -> tuple[set[Point], set[Point]]:
    """Everything that a record shows of all rules, and everything that is asked for."""
    walk = walked(trial.policy, trial.record, as_of=trial.as_of, trace=[])
    assessment = assess(walk, trial.record)
    if out_of_order(walk) or BROKEN & {gap.code for gap in assessment.data_gaps}:
        return set(), set()
    asked = set(atlas.points(trial.policy, None))
    judged = Judged(walk, assessment.findings)
    return set(atlas.seen(trial.policy, trial.policy.duties, judged)), asked


@FEW
@given(trial=trials(GENERATED, limited=False))
def test_nothing_is_seen_of_a_made_up_policy_that_was_said_to_be_unreachable(trial: Trial) -> None:
    shown, asked = shown_and_asked(trial, Atlas())
    assert shown <= asked


@FEW
@given(trial=trials(WILTSHIRE, limited=False))
def test_nothing_is_seen_of_wiltshire_that_was_said_to_be_unreachable(trial: Trial) -> None:
    shown, asked = shown_and_asked(trial, ATLAS)
    assert shown <= asked


def test_one_episode_alone_has_no_edge_of_a_window_to_show() -> None:
    rule = """
    parameters:
      window: {value: 90 days, edge: inclusive, basis: assumed, note: "?"}
    terms:
      missing: {category: missing}
    rules:
      - id: meeting
        on: {episodes: missing, reach: NUMBER, within: window}
        require: {action: strategy_meeting_held, within: 2 days}
    """
    assert any("far back" in point for point in points_of(rule.replace("NUMBER", "2")))
    assert not any("far back" in point for point in points_of(rule.replace("NUMBER", "1")))
