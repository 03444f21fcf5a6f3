"""When a condition is asked again: at whatever bears on it, wherever in the log that stands.

And at nothing else: an entry that a finding does not cite has no part in it. Each case here once
hung on an entry that had nothing to do with the duty.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pytest

from build import at, day, found, judge, missing, only, outcomes, policy, record
from missingrules import Assessment, Coverage, Policy, Record
from missingrules.calendar import to_us

if TYPE_CHECKING:
    from missingrules.finding import Finding

REPORTED = "E1 2023-01-10 09:00 reported\n"


def alike(rule: Policy, case: Record, as_of: str, **options: Coverage) -> list[Finding]:
    """Judge a record, and see that each finding can be had from its evidence alone."""
    whole = judge(rule, case, as_of, **options).findings
    for finding in whole:
        cut = case.only((*finding.evidence, *finding.cited))
        assert bare(finding) in map(bare, judge(rule, cut, as_of, **options).findings)
    return list(whole)


def bare(finding: Finding) -> Finding:
    return finding._replace(evidence=(), cited=())


# --- How many episodes count ----------------------------------------------------------------------

SOONER = policy("""
    terms:
      missing: {category: missing}
    rules:
      - id: enquiries
        on:
          every: 24 hours
          sooner: [{if: {counted: {episodes: missing, at_least: 1, within: ever}}, every: 1 hour}]
        require: {action: enquiry_made}
""")


@pytest.mark.parametrize("beside", ["", "E2 2023-01-12 11:00 concern_noted concern=crime\n"])
def test_an_interval_is_shorter_from_when_another_episode_begins_to_count(beside: str) -> None:
    case = record(f"""{REPORTED}
        E2 2023-01-10 10:00 reported
        E1 2023-01-10 12:00 categorised category=missing
        {beside}
    """)
    _, finding = alike(SOONER, case, "2023-01-13 00:00")
    assert finding.due_at == at("2023-01-10 13:00")


def test_an_episode_that_begins_to_count_releases_in_another() -> None:
    rule = policy("""
        terms:
          missing: {category: missing}
        rules:
          - id: inspector
            on: {entry: reported}
            unless: {counted: {episodes: missing, at_least: 1, within: ever}}
            require: {action: inspector_informed, within: 4 hours}
    """)
    case = record(f"""{REPORTED}
        E2 2023-01-10 10:00 reported
        E1 2023-01-10 12:00 categorised category=missing
    """)
    assert [one.outcome for one in alike(rule, case, "2023-01-11 00:00")] == ["not_applicable"] * 2
    late = record(f"""{REPORTED}
        E2 2023-01-10 10:00 reported
        E1 2023-01-10 15:00 categorised category=missing
        E2 2023-01-10 16:00 concern_noted concern=crime
    """)
    assert [one.outcome for one in alike(rule, late, "2023-01-11 00:00")] == ["breached"] * 2


def test_a_time_of_grace_begins_when_another_episode_comes_to_count() -> None:
    rule = policy("""
        terms:
          missing: {category: missing}
          explained:
            all: [{counted: {episodes: missing, at_least: 1, within: ever}}, {grade: high}]
            by: 1 hour
        rules:
          - id: meeting
            on: {episodes: explained, reach: 2, within: ever}
            require: {action: strategy_meeting_held, within: 3 days}
    """)
    log = f"""{REPORTED}
        E2 2023-01-10 10:00 reported
        E2 2023-01-10 12:30 graded grade=high
        E1 2023-01-10 12:00 categorised category=missing
        E1 2023-01-10 12:40 graded grade=high
    """
    finding = only(judge(rule, log, "2023-01-20 00:00"))
    assert finding.opened_at == at("2023-01-10 12:00")


def test_an_episode_leaves_a_window_that_ends_with_the_present_as_time_goes_on() -> None:
    rule = policy("""
        parameters:
          week: {value: 7 days, edge: inclusive, basis: inferred}
        terms:
          missing: {category: missing}
        rules:
          - id: meeting
            on: {episodes: missing, reach: 2, within: ever}
            unless: {not: {counted: {episodes: missing, at_least: 2, within: week}}}
            require: {action: strategy_meeting_held, within: 14 days}
    """)
    case = record(missing(0, 2))
    assert outcomes(judge(rule, case, f"{day(7)} 23:00")) == ["pending"]
    assert outcomes(judge(rule, case, f"{day(8)} 00:00")) == ["not_applicable"]
    assert judge(rule, case, f"{day(7)} 23:00").next_due == at(f"{day(8)} 00:00")


# --- What is known of the child -------------------------------------------------------------------


@pytest.mark.parametrize("beside", ["", "E1 2023-01-10 11:00 lines_of_enquiry_set\n"])
def test_a_concern_of_any_episode_bears_on_every_other_at_once(beside: str) -> None:
    rule = policy("""
        rules:
          - id: enquiries
            on: {every: 24 hours, sooner: [{if: {concern: cse, ever: true}, every: 1 hour}]}
            require: {action: enquiry_made}
    """)
    case = record(f"{REPORTED}E2 2023-01-10 10:00 concern_noted concern=cse\n{beside}")
    (finding,) = alike(rule, case, "2023-01-11 00:00")
    assert finding.due_at == at("2023-01-10 11:00")


def test_a_concern_of_any_episode_releases_where_two_of_one_moment_do() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            unless: {concern: cse, ever: true}
            require: {action: inspector_informed, within: 4 hours}
    """)
    case = record(f"""{REPORTED}
        E1 2023-01-10 10:00 concern_noted concern=cse
        E2 2023-01-10 10:00 concern_noted concern=cse
    """)
    assert [one.outcome for one in alike(rule, case, "2023-01-11 00:00")] == ["not_applicable"]


MARKED = policy("""
    terms:
      marked: {all: [{recorded: reported.reporter}, {marker: cse}]}
    rules:
      - id: meeting
        on: {episodes: marked, reach: 2, within: ever}
        require: {action: strategy_meeting_held, within: 3 days}
""")
BACK = f"""
E1 {day(0)} 09:00 reported reporter=home
E1 {day(0)} 18:00 returned
E2 {day(9)} 09:00 reported reporter=home
E2 {day(9)} 18:00 returned
- {day(20)} 09:00 marker_added marker=cse
"""


@pytest.mark.parametrize(
    "beside", ["", f"E2 {day(25)} 09:00 quality_reviewed of=grading verdict=good\n"]
)
def test_an_episode_counts_from_when_its_term_is_true_whether_or_not_the_child_is_back(
    beside: str,
) -> None:
    (finding,) = alike(MARKED, record(BACK + beside), f"{day(40)} 00:00")
    assert finding.opened_at == at(f"{day(20)} 09:00")
    assert finding.episodes == ("E1", "E2")


OF_AGE = policy("""
    terms:
      teenager: {age: {at_least: 13}}
    rules:
      - id: meeting
        on: {episodes: teenager, reach: 1, within: ever}
        require: {action: strategy_meeting_held, within: 3 days}
""")
BORN = "- 2023-01-01 09:00 born date_of_birth=2010-01-15\n"


@pytest.mark.parametrize(
    "beside", ["", "E1 2023-01-20 09:00 quality_reviewed of=grading verdict=good\n"]
)
def test_a_birthday_after_the_return_does_not_change_what_the_episode_was(beside: str) -> None:
    returned = f"{BORN}{REPORTED}E1 2023-01-12 09:00 returned\n{beside}"
    assert found(judge(OF_AGE, returned, "2023-02-01 00:00")) == []
    away = f"{BORN}{REPORTED}E1 2023-01-16 09:00 returned\n{beside}"
    assert only(judge(OF_AGE, away, "2023-02-01 00:00")).opened_at == at("2023-01-15 00:00")


def test_a_date_of_birth_learned_after_the_return_tells_how_old_the_child_was() -> None:
    learned = f"{REPORTED}E1 2023-01-12 09:00 returned\n- 2023-01-20 09:00 born date_of_birth="
    young = judge(OF_AGE, f"{learned}2010-01-15", "2023-02-01 00:00")
    assert [one.outcome for one in young.findings] == ["indeterminate"]  # when it was reported
    case = record(f"{learned}2009-12-15")
    (of_age,) = alike(OF_AGE, case, "2023-02-01 00:00")
    assert (of_age.opened_at, of_age.outcome) == (at("2023-01-20 09:00"), "breached")


def test_a_birthday_after_the_return_releases_from_what_is_still_owed() -> None:
    rule = policy("""
        rules:
          - id: interview
            on: {entry: returned}
            unless: {age: {at_least: 13}}
            require: {action: return_interview_held, within: 72 hours}
    """)
    case = f"{BORN}{REPORTED}E1 2023-01-13 09:00 returned"
    assert outcomes(judge(rule, case, "2023-02-01 00:00")) == ["not_applicable"]
    assert judge(rule, case, "2023-01-14 00:00").next_due == at("2023-01-15 00:00")


def test_a_source_that_ends_changes_nothing_about_what_was_told_before_it_did() -> None:
    ends = Coverage(end=to_us(at("2023-02-01 00:00")))
    case = record(f"""{REPORTED}
        E1 2023-01-12 09:00 closed
        - 2023-01-20 09:00 born date_of_birth=2009-12-15
    """)
    (finding,) = alike(OF_AGE, case, "2023-03-01 00:00", coverage=ends)
    assert finding.opened_at == at("2023-01-20 09:00")


# --- An episode without a report ------------------------------------------------------------------

UNREPORTED = policy("""
    terms:
      marked: {marker: cse}
    rules:
      - id: meeting
        on: {episodes: marked, reach: 1, within: ever}
        require: {action: strategy_meeting_held, within: 3 days}
""")


@pytest.mark.parametrize(
    "beside",
    [
        "",
        "- 2023-01-01 09:00 marker_added marker=self_harm\n",
        "- 2023-01-01 09:00 marker_added marker=cse\n",
        "E2 2022-12-01 09:00 concern_noted concern=crime\n",
    ],
)
def test_an_episode_without_a_report_may_count_from_its_first_entry_on(beside: str) -> None:
    case = f"{beside}E1 2023-01-10 09:00 lines_of_enquiry_set\n"
    opened = {one.opened_at for one in of("E1", judge(UNREPORTED, case, "2023-02-01 00:00"))}
    assert opened <= {at("2023-01-10 09:00")}
    begins = Coverage(start=to_us(at("2023-01-05 00:00")), kinds={"born": None})
    limited = judge(UNREPORTED, case, "2023-02-01 00:00", coverage=begins)
    assert {one.opened_at for one in of("E1", limited)} <= {at("2023-01-10 09:00")}
    assert opened or beside.startswith("E2")


def of(episode: str, assessment: Assessment) -> list[Finding]:
    return [one for one in assessment.findings if episode in one.episodes]


# --- What is cited --------------------------------------------------------------------------------


def test_the_value_that_made_a_ground_lapse_is_cited() -> None:
    rule = policy("""
        rules:
          - id: enquiries
            on: {every: 7 days, sooner: [{if: {ground: enquiries_not_made}, every: 30 minutes}]}
            require: {action: enquiry_made}
    """)
    case = record(f"""{REPORTED}
        E1 2023-01-10 09:00 categorised category=absent ground=enquiries_not_made
        E1 2023-01-10 09:10 categorised category=missing
    """)
    (finding,) = alike(rule, case, "2023-01-13 00:00")
    assert (finding.due_at, finding.missed) == (at("2023-01-10 09:30"), 1)
    assert "E1.categorised.2" in finding.cited


def test_the_merge_that_gave_an_episode_its_report_is_cited_by_a_grade_that_its_count_demands() -> (
    None
):
    rule = policy("""
        terms:
          missing: {category: missing}
        rules:
          - id: floor
            on: {episodes: missing, reach: 2, within: ever}
            grade: {at_least: high, within: 1 hour}
    """)
    case = record(f"""
        {missing(0)}
        E1 {day(0)} 10:00 graded grade=low
        E2 {day(1)} 09:00 reported
        E3 {day(2)} 09:00 categorised category=missing
        E2 {day(3)} 09:00 merged into=E3
    """)
    (finding,) = alike(rule, case, f"{day(9)} 00:00")
    assert "E2.merged" in finding.cited


DRONES = policy("""
    parameters:
      window: {value: 90 days, edge: exclusive, basis: inferred}
    terms:
      unmarked: {all: [{not: {marker: cse}}, {not: {category: absent}}]}
    rules:
      - id: enquiry
        on: {episodes: unmarked, reach: 2, within: window}
        require: {action: enquiry_made, within: 10 days}
""")


def test_an_answer_in_an_episode_that_is_used_up_cites_what_used_it_up() -> None:
    case = record(f"""
        E1 {day(0)} 09:00 reported
        E2 {day(5)} 09:00 reported
        E9 {day(6)} 08:00 reported
        E9 {day(6)} 08:00 categorised category=absent
        E9 {day(6)} 09:00 enquiry_made
        E3 {day(35)} 09:00 reported
        E4 {day(36)} 09:00 reported
        E2 {day(90)} 09:00 enquiry_made
    """)
    last = alike(DRONES, case, f"{day(120)} 00:00")[-1]
    assert (last.episodes, last.outcome) == (("E3", "E4"), "fulfilled_late")
    assert {"E1.reported", "E9.enquiry_made", "E9.categorised"} <= set(last.cited)


def test_an_answer_in_an_episode_that_does_not_count_cites_why() -> None:
    case = record(f"""
        E1 {day(0)} 09:00 reported
        E1 {day(0)} 09:00 categorised category=absent
        E2 {day(5)} 09:00 reported
        E3 {day(7)} 09:00 reported
        E1 {day(9)} 09:00 enquiry_made
    """)
    (finding,) = alike(DRONES, case, f"{day(120)} 00:00")
    assert finding.episodes == ("E2", "E3")
    assert "E1.categorised" in finding.cited


def test_a_run_that_may_follow_on_one_that_was_released_cites_the_release() -> None:
    rule = policy("""
        parameters:
          window: {value: 90 days, edge: inclusive, basis: inferred}
        terms:
          missing: {category: missing}
        rules:
          - id: request
            on: {episodes: missing, reach: 3, within: window}
            unless: {entry: strategy_meeting_held}
            require: {action: strategy_meeting_requested, within: 14 days}
    """)
    case = record(f"{missing(0)}\n- {day(5)} 09:00 strategy_meeting_held\n{missing(9, first=2)}")
    begins = Coverage(start=to_us(at(f"{day(0)} 00:00")))
    told = alike(rule, case, f"{day(40)} 00:00", coverage=begins)
    assert [one.outcome for one in told] == ["not_applicable", "indeterminate"]
    assert "strategy_meeting_held" in told[1].cited


# --- A count beside other triggers ----------------------------------------------------------------

EITHER = policy("""
    terms:
      missing: {category: missing}
    rules:
      - id: enquiry
        on: [{episodes: missing, reach: 1, within: ever}, {entry: reported}, {entry: concern_noted}]
        per: child
        require: {action: enquiry_made, within: 3 days}
""")


def test_a_duty_that_was_open_and_is_done_leaves_no_doubt_about_a_run_in_between() -> None:
    case = """
        E1 2023-01-10 09:00 concern_noted concern=cse
        E2 2023-01-12 09:00 enquiry_made
    """
    assert outcomes(judge(EITHER, case, "2023-02-01 00:00")) == ["fulfilled"]


def test_a_trigger_that_only_may_be_one_adds_to_the_duty_that_was_open_then() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: [{entry: reported}, {entry: graded, where: {rationale: recorded}}]
            after: trigger
            require: {action: inspector_informed, within: 1 hour}
    """)
    lacking = Coverage(without_fields=frozenset({("graded", "rationale")}))
    case = f"""{REPORTED}
        E1 2023-01-10 09:10 graded grade=low
        E1 2023-01-10 09:30 inspector_informed
    """
    assert outcomes(judge(rule, case, "2023-02-01 00:00", coverage=lacking)) == ["fulfilled"]


def test_a_run_and_another_duty_of_one_rule_by_one_entry_have_ids_of_their_own() -> None:
    log = f"{REPORTED}E1 2023-01-11 09:00 enquiry_made\n"
    log += "E1 2023-01-12 09:00 categorised category=missing"
    told = judge(EITHER, log, "2023-02-01 00:00").findings
    assert [(one.anchor, one.outcome) for one in told] == [
        ("E1.reported", "fulfilled"),
        ("E1.reported", "breached"),
    ]
    assert len({one.finding_id for one in told}) == 2


def test_an_answer_in_an_episode_used_up_where_nothing_was_owed_cites_all_that_used_it_up() -> None:
    rule = policy("""
        terms:
          unmarked: {not: {category: absent}}
        rules:
          - id: enquiry
            on: {episodes: unmarked, reach: 2, within: ever, since: action}
            require: {action: enquiry_made, within: 10 days}
    """)
    case = record(f"""
        E1 {day(0)} 09:00 reported
        E9 {day(1)} 09:00 reported
        E9 {day(1)} 09:00 categorised category=absent
        E9 {day(1)} 10:00 enquiry_made
        E3 {day(35)} 09:00 reported
        E4 {day(36)} 09:00 reported
        E1 {day(40)} 09:00 enquiry_made
    """)
    (finding,) = alike(rule, case, f"{day(60)} 00:00")
    assert finding.episodes == ("E3", "E4")
    assert {"E9.enquiry_made", "E9.reported", "E9.categorised"} <= set(finding.cited)


# --- Of one instant -------------------------------------------------------------------------------

AFTERWARDS = policy("""
    rules:
      - id: interview
        on: {entry: returned}
        after: trigger
        require: {action: prevention_interview, within: 24 hours}
      - id: enquiries
        on: {every: 2 hours}
        while: open
        require: {action: enquiry_made}
""")
"""What is owed after a return, and as long as there is none."""


@pytest.mark.parametrize("ids", [("a", "b"), ("b", "a")])
def test_a_child_who_was_back_at_the_instant_of_the_report_was_back(ids: tuple[str, str]) -> None:
    report, back = ids
    case = record(f"""
        E1 2023-01-10 12:00 reported id={report}
        E1 2023-01-10 12:00 returned id={back}
    """)
    found = [(one.rule, one.outcome) for one in alike(AFTERWARDS, case, "2023-03-01 09:00")]
    assert found == [("interview", "breached")]


@pytest.mark.parametrize("ids", [("a", "b"), ("b", "a")])
def test_a_return_entered_before_the_report_of_the_same_instant_ends_it_too(
    ids: tuple[str, str],
) -> None:
    report, back = ids
    case = record(f"""
        E1 2023-01-10 12:00 reported id={report} recorded=14:00
        E1 2023-01-10 12:00 returned id={back} recorded=13:00
    """)
    found = [
        (one.rule, one.outcome) for one in judge(AFTERWARDS, case, "2023-03-01 09:00").findings
    ]
    assert found == [("interview", "breached")]


@pytest.mark.parametrize("ids", [("x", "y"), ("y", "x")])
@pytest.mark.parametrize(
    ("kind", "open_again"), [("returned", False), ("located", False), ("closed", True)]
)
def test_of_a_child_missing_again_a_closing_of_the_same_instant_is_of_the_time_before(
    ids: tuple[str, str], kind: str, *, open_again: bool
) -> None:
    report, end = ids
    case = record(f"""
        E1 2023-01-10 09:00 reported
        E1 2023-01-10 10:00 returned
        E1 2023-01-12 12:00 reported id={report}
        E1 2023-01-12 12:00 {kind} id={end}
    """)
    missed = [f.due_at for f in judge(AFTERWARDS, case, "2023-01-13 09:00").breaches]
    assert (at("2023-01-12 14:00") in missed) == open_again


@pytest.mark.parametrize("ids", [("a", "b"), ("b", "a")])
def test_what_was_done_at_the_instant_of_a_later_report_is_on_record_of_that_time_away(
    ids: tuple[str, str],
) -> None:
    told = policy("""
        rules:
          - id: told
            on: {entry: supervisor_reviewed}
            if: {entry: fim_notified}
            measure: true
    """)
    report, done = ids
    case = record(f"""
        E1 2023-01-10 09:00 reported
        E1 2023-01-10 10:00 returned
        E1 2023-01-12 12:00 reported id={report}
        E1 2023-01-12 12:00 fim_notified id={done}
        E1 2023-01-12 13:00 supervisor_reviewed
    """)
    assert [one.outcome for one in alike(told, case, "2023-01-13 09:00")] == ["noted"]


# --- Entered late, or all in one night ------------------------------------------------------------

NIGHT = "recorded=2023-01-11T02:00:00Z"
"""A system hands over at two in the morning what was entered in it all day."""

REASONED = policy("""
    rules:
      - id: reasoned
        on: {entry: supervisor_reviewed}
        if: {recorded: categorised.rationale}
        measure: true
""")


@pytest.mark.parametrize("ids", list(itertools.permutations("abc")))
@pytest.mark.parametrize(
    ("last", "outcomes_"),
    [
        ("category=concern_for_safety", []),
        ("category=concern_for_safety rationale=x", ["noted"]),
        ("category=missing", []),
        ("category=missing rationale=x", ["noted"]),
    ],
)
def test_what_is_entered_in_one_night_is_read_in_the_order_in_which_it_happened(
    ids: tuple[str, str, str], last: str, outcomes_: list[str]
) -> None:
    case = record(f"""
        E1 2023-01-10 09:00 reported
        E1 2023-01-10 10:00 categorised id={ids[0]} category=concern_for_safety rationale=x {NIGHT}
        E1 2023-01-10 11:00 categorised id={ids[1]} category=missing {NIGHT}
        E1 2023-01-10 12:00 categorised id={ids[2]} {last} {NIGHT}
        E1 2023-01-11 13:00 supervisor_reviewed
    """)
    found = judge(REASONED, case, "2023-01-12 09:00").findings
    assert [one.outcome for one in found] == outcomes_


@pytest.mark.parametrize(
    ("entered", "outcomes_"),
    [
        # The category of nine o'clock was reasoned, and then there was another.
        ("E1 2023-01-10 09:00 categorised category=concern_for_safety rationale=x", []),
        # The one on record now was given before, with reasons.
        ("E1 2023-01-10 11:00 categorised category=missing rationale=x", ["noted"]),
        # It was given with reasons, and again without: the same value is still reasoned.
        ("E1 2023-01-10 13:00 categorised category=missing rationale=x", ["noted"]),
        # Another one came between: what was reasoned before it is forgotten.
        ("E1 2023-01-10 12:30 categorised category=other", []),
    ],
)
def test_what_is_entered_late_is_put_where_it_happened(entered: str, outcomes_: list[str]) -> None:
    before = "E1 2023-01-10 12:10 categorised category=missing rationale=y"
    case = record(f"""
        E1 2023-01-10 09:00 reported
        {before if "other" in entered else ""}
        E1 2023-01-10 12:40 categorised category=missing
        {entered} {NIGHT}
        E1 2023-01-11 13:00 supervisor_reviewed
    """)
    found = judge(REASONED, case, "2023-01-12 09:00").findings
    assert [one.outcome for one in found] == outcomes_


FLOOR = policy("""
    rules:
      - id: floor
        on: [{entry: graded}, {entry: marker_added}]
        if: {marker: self_harm}
        per: episode
        grade: {at_least: high, within: 30 minutes}
      - id: named
        on: {entry: graded}
        require: {field: refers_to, names_known: [markers], within: 1 hour}
""")


@pytest.mark.parametrize("ids", [("a", "b"), ("b", "a")])
@pytest.mark.parametrize(
    ("added", "removed", "active"),
    [
        ("2023-01-08 10:00", "2023-01-09 15:00", False),
        ("2023-01-09 15:00", "2023-01-08 10:00", True),
    ],
)
@pytest.mark.parametrize("late", ["marker_added", "marker_removed", "both"])
def test_a_marker_that_was_taken_off_later_is_off_whenever_it_was_entered(
    ids: tuple[str, str], added: str, removed: str, late: str, *, active: bool
) -> None:
    night, soon = "recorded=2023-01-10T02:00:00Z", "recorded=2023-01-09T20:00:00Z"
    case = record(f"""
        - {added} marker_added marker=self_harm id={ids[0]} {soon if "removed" in late else night}
        - {removed} marker_removed marker=self_harm id={ids[1]} {soon if "added" in late else night}
        E1 2023-01-10 09:00 reported
        E1 2023-01-10 10:00 graded grade=low
    """)
    found = judge(FLOOR, case, "2023-01-12 09:00").findings
    expected = (
        [("floor", "breached"), ("named", "breached")] if active else [("named", "fulfilled")]
    )
    assert [(one.rule, one.outcome) for one in found] == expected
