"""Edges that mutation testing found unguarded: lose one step of the kernel and a test fails."""

from __future__ import annotations

import pytest

from build import at, day, judge, missing, only, outcomes, policy, record
from missingrules import Coverage
from missingrules.calendar import to_us

REPORTED = "E1 2023-01-10 09:00 reported\n"


# --- Counting: which episode is the latest, and which only may count ------------------------------

RUN = policy("""
parameters:
  window: {value: 10 days, edge: inclusive, basis: inferred}
terms:
  missing: {category: missing}
rules:
  - id: meeting
    on: {episodes: missing, reach: 2, within: window}
    require: {action: strategy_meeting_held, within: 3 days}
""")


def counted_late(episode: str, placed: int, counted: int) -> str:
    """An episode of one day that came to count only on another."""
    return (
        f"{episode} {day(placed)} 09:00 reported\n"
        f"{episode} {day(counted)} 09:00 categorised category=missing\n"
    )


def test_episodes_of_long_ago_that_come_to_count_late_do_not_end_a_run() -> None:
    log = missing(20, 25) + "\n"
    log += counted_late("E3", -60, 26) + counted_late("E4", -30, 27) + missing(32, first=5)
    finding = only(judge(RUN, log, f"{day(60)} 00:00"))
    assert finding.episodes == ("E1", "E2")
    assert finding.episodes_since == 1


def test_a_new_episode_out_of_reach_ends_a_run_though_an_old_one_comes_to_count_with_it() -> None:
    rule = policy("""
        parameters:
          window: {value: 10 days, edge: inclusive, basis: inferred}
        terms:
          missing: {any: [{category: missing}, {marker: cse}]}
        rules:
          - id: meeting
            on: {episodes: missing, reach: 2, within: window}
            require: {action: strategy_meeting_held, within: 3 days}
    """)
    log = (
        missing(0, 5)
        + f"""
        E3 {day(-80)} 09:00 reported
        E4 {day(50)} 09:00 reported
        - {day(51)} 09:00 marker_added marker=cse
        E5 {day(55)} 09:00 reported
    """
    )
    runs = [one.episodes for one in judge(rule, log, f"{day(80)} 00:00").findings]
    assert runs == [("E1", "E2"), ("E4", "E5")]


def test_an_episode_that_may_count_is_counted_once_however_often_it_is_looked_at() -> None:
    rule = policy("""
        terms:
          missing: {all: [{recorded: category}, {looked_after: true}]}
        rules:
          - id: meeting
            on: {episodes: missing, reach: 1, within: ever}
            require: {action: strategy_meeting_held, within: 3 days}
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 10:00 categorised category=absent
        E1 2023-01-10 11:00 categorised category=missing
    """
    finding = only(judge(rule, log, "2023-02-01 00:00"))
    assert finding.outcome == "indeterminate"
    assert finding.episodes_since == 0


# --- Duties that may exist ------------------------------------------------------------------------


def test_a_duty_that_surely_arose_in_one_episode_hides_no_doubt_in_another() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            if: {whereabouts: unknown}
            require: {action: inspector_informed, within: 1 hour}
    """)
    log = "E1 2023-01-10 09:00 reported whereabouts=unknown\nE2 2023-01-20 09:00 reported"
    answer = judge(rule, log, "2023-02-01 00:00")
    assert [(one.episode_id, one.outcome) for one in answer.findings] == [
        ("E1", "breached"),
        ("E2", "indeterminate"),
    ]


def test_a_duty_that_surely_arose_in_an_episode_leaves_no_doubt_there() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: tracker_opened}
            if: {looked_after: true}
            require: {action: inspector_informed, within: 1 hour}
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 10:00 tracker_opened
        - 2023-01-10 11:00 care_status looked_after=yes
        E1 2023-01-10 12:00 tracker_opened
    """
    assert outcomes(judge(rule, log, "2023-02-01 00:00")) == ["breached"]


def test_a_field_that_was_surely_owed_is_not_hidden_by_one_that_only_may_have_been() -> None:
    rule = policy("""
        rules:
          - id: rationale
            on: {entry: graded}
            if: {looked_after: true}
            require: {field: rationale, within: 1 hour}
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 10:00 graded grade=low
        - 2023-01-10 11:00 care_status looked_after=yes
        E1 2023-01-10 12:00 graded grade=low
    """
    answer = judge(rule, log, "2023-02-01 00:00")
    assert [(one.anchor, one.outcome) for one in answer.findings] == [
        ("E1.graded", "indeterminate"),
        ("E1.graded.2", "breached"),
    ]


# --- What was known when --------------------------------------------------------------------------


def test_a_grade_too_low_could_be_known_once_it_was_recorded() -> None:
    rule = policy("""
        rules:
          - id: floor
            on: {entry: graded}
            grade: {at_least: medium, within: 30 minutes}
    """)
    log = f"{REPORTED}E1 2023-01-10 10:00 graded grade=low recorded=15:00"
    finding = only(judge(rule, log, "2023-01-11 00:00"))
    assert finding.opened_at == at("2023-01-10 10:00")
    assert finding.known_at == at("2023-01-10 15:00")


# --- Evidence -------------------------------------------------------------------------------------


def test_the_grade_that_shortened_an_interval_is_cited() -> None:
    rule = policy("""
        rules:
          - id: review
            on: {every: 4 hours, sooner: [{if: {grade: high}, every: 1 hour}]}
            while: open
            require: {action: supervisor_reviewed}
    """)
    case = record(f"{REPORTED}E1 2023-01-10 09:30 graded grade=high")
    finding = only(judge(rule, case, "2023-01-10 10:00"))
    assert finding.due_at == at("2023-01-10 10:30")
    assert "E1.graded" in finding.cited
    cut = case.only([*finding.evidence, *finding.cited])
    assert only(judge(rule, cut, "2023-01-10 10:00")).due_at == finding.due_at


def test_every_merge_on_the_way_to_an_episode_is_cited() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            require: {action: inspector_informed, within: 1 hour}
    """)
    case = record(f"""{REPORTED}
        E2 2023-01-10 08:00 reported
        E3 2023-01-10 07:00 reported
        E3 2023-01-11 09:00 merged into=E2
        E2 2023-01-11 10:00 merged into=E1
    """)
    finding = only(judge(rule, case, "2023-01-12 00:00"))
    assert {"E3.merged", "E2.merged"} <= set(finding.cited)
    cut = case.only([*finding.evidence, *finding.cited])
    assert only(judge(rule, cut, "2023-01-12 00:00")).finding_id == finding.finding_id


# --- Coverage -------------------------------------------------------------------------------------


def test_a_condition_is_read_again_when_the_source_ceases_to_show_what_it_rests_on() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            unless: {marker: cse}
            require: {action: inspector_informed, within: 2 hours}
    """)
    ends = to_us(at("2023-01-10 09:30"))
    ceased = Coverage(kinds={"marker_added": (None, ends)})
    assert outcomes(judge(rule, REPORTED, "2023-01-10 12:00")) == ["breached"]
    assert outcomes(judge(rule, REPORTED, "2023-01-10 12:00", coverage=ceased)) == ["indeterminate"]


def test_a_source_with_a_place_for_a_field_shows_that_it_was_left_empty() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            require: {action: graded, where: {rationale: recorded}, within: 1 hour}
    """)
    log = f"{REPORTED}E1 2023-01-10 09:30 graded grade=low"
    limited = Coverage.between(without=["ppn_shared"])
    assert outcomes(judge(rule, log, "2023-01-10 12:00", coverage=limited)) == ["breached"]


def test_an_end_on_record_is_enough_though_the_source_could_not_show_every_end() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            while: open
            require: {action: inspector_informed, within: 1 hour}
    """)
    log = f"{REPORTED}E1 2023-01-10 12:00 closed"
    limited = Coverage.between(without=["located", "returned"])
    assert outcomes(judge(rule, log, "2023-01-10 15:00", coverage=limited)) == ["breached"]


# --- Runs: releases, labels, doubt ----------------------------------------------------------------


def test_after_a_release_the_next_episode_owes_anew() -> None:
    rule = policy("""
        terms:
          missing: {category: missing}
        rules:
          - id: meeting
            on: {episodes: missing, reach: 1, within: ever}
            unless: {entry: trigger_plan_consulted}
            require: {action: strategy_meeting_held, within: 3 days}
    """)
    log = missing(0, 10) + f"\nE1 {day(1)} 09:00 trigger_plan_consulted"
    assert outcomes(judge(rule, log, f"{day(30)} 00:00")) == ["not_applicable", "breached"]


def test_a_condition_releases_from_a_run() -> None:
    rule = policy("""
        terms:
          missing: {category: missing}
        rules:
          - id: meeting
            on: {episodes: missing, reach: 1, within: ever}
            unless: {marker: cse}
            require: {action: strategy_meeting_held, within: 3 days}
    """)
    log = missing(0) + f"\n- {day(1)} 09:00 marker_added marker=cse"
    assert outcomes(judge(rule, log, f"{day(30)} 00:00")) == ["not_applicable"]


def test_episodes_used_up_no_longer_show_that_the_label_would_have_counted_enough() -> None:
    rule = policy("""
        parameters:
          window: {value: 90 days, edge: inclusive, basis: inferred}
        terms:
          missing: {recorded: category}
        rules:
          - id: meeting
            on: {episodes: missing, reach: 2, within: window, as_recorded: {category: missing}}
            require: {action: strategy_meeting_held, within: 14 days}
    """)
    log = missing(0, 5) + f"\n- {day(6)} 09:00 strategy_meeting_held\n"
    log += missing(10, 15, first=3).replace("category=missing", "category=absent")
    first, second = judge(rule, log, f"{day(60)} 00:00").findings
    assert not first.masked
    assert second.masked_by == ("E3", "E4")


MAY_COUNT = policy("""
    parameters:
      window: {value: 90 days, edge: inclusive, basis: inferred}
    terms:
      missing: {all: [{recorded: category}, {not: {whereabouts: known}}]}
    rules:
      - id: meeting
        on: {episodes: missing, reach: 2, within: window}
        require: {action: strategy_meeting_held, within: 3 days}
""")


def test_a_run_in_doubt_rests_on_the_entries_that_may_make_its_episodes_count() -> None:
    finding = only(judge(MAY_COUNT, missing(0, 5), f"{day(30)} 00:00"))
    assert finding.outcome == "indeterminate"
    assert {"E1.categorised", "E2.categorised"} <= {*finding.evidence, *finding.cited}


def test_a_meeting_that_may_have_used_up_an_episode_leaves_the_next_run_in_doubt() -> None:
    sure = missing(5, 10, first=2).replace("reported", "reported whereabouts=unknown")
    held = f"\n- {day(6)} 09:00 strategy_meeting_held\n"
    finding = judge(MAY_COUNT, missing(0) + held + sure, f"{day(60)} 00:00").findings[-1]
    assert finding.episodes == ("E2", "E3")
    assert finding.outcome == "indeterminate"
    assert finding.unknown == ("whether an earlier action used up its episodes",)


# --- A time away that ends and begins again -------------------------------------------------------

INSPECTOR = policy("""
    rules:
      - id: inspector
        on: {entry: reported}
        require: {action: inspector_informed, within: 1 hour}
""")
REOPENED = f"""{REPORTED}
    E1 2023-01-10 18:00 returned
    E1 2023-01-20 09:00 reported whereabouts=unknown
"""


def test_a_duty_of_the_first_time_away_does_not_rest_on_the_second() -> None:
    first, second = judge(INSPECTOR, REOPENED, "2023-02-01 00:00").findings
    assert "E1.reported.2" not in first.cited
    assert "E1.reported" in second.cited


def test_what_the_second_report_says_is_read_for_the_second_time_away() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            if: {all: [{whereabouts: unknown}, {recorded: whereabouts}]}
            require: {action: inspector_informed, within: 1 hour}
    """)
    finding = only(judge(rule, REOPENED, "2023-02-01 00:00"))
    assert (finding.anchor, finding.outcome) == ("E1.reported.2", "breached")


def test_a_duty_answered_before_it_was_released_does_not_arise_again() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: graded}
            unless: {entry: trigger_plan_consulted}
            require: {action: inspector_informed, within: 8 hours}
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 09:10 graded grade=low
        E1 2023-01-10 10:00 inspector_informed
        E1 2023-01-10 10:30 trigger_plan_consulted
        E1 2023-01-10 10:40 graded grade=low
    """
    assert outcomes(judge(rule, log, "2023-01-12 00:00")) == ["fulfilled"]


# --- Duties that come again -----------------------------------------------------------------------

REVIEW = policy("""
    rules:
      - id: review
        on: {every: 4 hours, sooner: [{if: {grade: high}, every: 1 hour}]}
        while: open
        require: {action: supervisor_reviewed}
""")


def test_a_shortened_interval_is_missed_when_the_shorter_time_has_passed() -> None:
    log = f"{REPORTED}E1 2023-01-10 09:30 graded grade=high"
    assert outcomes(judge(REVIEW, log, "2023-01-10 10:45")) == ["breached"]


def test_an_interval_that_was_missed_before_it_was_shortened_keeps_its_first_deadline() -> None:
    log = f"{REPORTED}E1 2023-01-10 14:00 graded grade=high"
    finding = only(judge(REVIEW, log, "2023-01-10 16:30"))
    assert (finding.due_at, finding.missed) == (at("2023-01-10 13:00"), 3)


def test_intervals_in_days_go_on_being_missed() -> None:
    rule = policy("""
        rules:
          - id: review
            on: {every: 1 day}
            while: open
            require: {action: supervisor_reviewed}
    """)
    sooner = only(judge(rule, REPORTED, "2023-01-14 12:00"))
    later = only(judge(rule, REPORTED, "2023-01-24 12:00"))
    assert sooner.outcome == later.outcome == "breached"
    assert 1 < sooner.missed < later.missed


def test_an_interval_that_begins_later_is_answered_by_the_first_entry_after_that() -> None:
    rule = policy("""
        rules:
          - id: review
            on: {every: 4 hours, first_after: 24 hours}
            while: open
            require: {action: supervisor_reviewed}
    """)
    log = f"{REPORTED}E1 2023-01-11 11:00 supervisor_reviewed"
    first, second = judge(rule, log, "2023-01-11 12:00").findings
    assert (first.opened_at, first.outcome) == (at("2023-01-11 09:00"), "fulfilled")
    assert (second.opened_at, second.outcome) == (at("2023-01-11 11:00"), "pending")


# --- Grades ---------------------------------------------------------------------------------------


def test_a_grade_rule_that_is_not_in_force_demands_nothing() -> None:
    rule = policy("""
        rules:
          - id: floor
            from: 2024-01-01
            on: {entry: graded}
            grade: {at_least: medium, within: 30 minutes}
    """)
    log = f"{REPORTED}E1 2023-01-10 10:00 graded grade=low"
    assert not judge(rule, log, "2023-02-01 00:00").findings


def test_a_grade_that_surely_had_to_be_so_high_is_in_order_though_it_was_in_doubt_before() -> None:
    rule = policy("""
        rules:
          - id: floor
            on: {entry: graded}
            if: {looked_after: true}
            grade: {at_least: medium, within: 30 minutes}
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 10:00 graded grade=high
        - 2023-01-10 11:00 care_status looked_after=yes
        E1 2023-01-10 12:00 graded grade=high
    """
    assert outcomes(judge(rule, log, "2023-02-01 00:00")) == ["fulfilled"]


def test_what_released_from_a_higher_grade_is_cited() -> None:
    rule = policy("""
        rules:
          - id: floor
            on: {entry: marker_added}
            unless: {entry: trigger_plan_consulted}
            grade: {at_least: high, within: 2 hours}
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 09:10 graded grade=low
        - 2023-01-10 10:00 marker_added marker=cse
        E1 2023-01-10 11:00 trigger_plan_consulted
    """
    finding = only(judge(rule, log, "2023-02-01 00:00"))
    assert finding.outcome == "not_applicable"
    assert "E1.trigger_plan_consulted" in finding.cited


# --- Corrections ----------------------------------------------------------------------------------


def test_only_the_correction_that_took_a_finding_away_is_named() -> None:
    case = record(f"""{REPORTED}
        E2 2023-01-20 09:00 reported
        E2 2023-01-20 09:05 inspector_informed
        - 2023-01-21 09:00 voided of=E2.inspector_informed id=other
        - 2023-01-22 09:00 voided of=E1.reported id=cause
    """)
    now = judge(INSPECTOR, case, "2023-02-01 00:00")
    (gone,) = now.withdrawn_since(at("2023-01-20 10:30"))
    assert gone.finding.anchor == "E1.reported"
    assert gone.entries == ("cause",)


# --- What time alone changes ----------------------------------------------------------------------


def test_an_episode_begins_to_count_by_time_alone() -> None:
    rule = policy("""
        terms:
          long: {lasted: {at_least: 6 hours}}
        rules:
          - id: meeting
            on: {episodes: long, reach: 1, within: ever}
            require: {action: strategy_meeting_held, within: 3 days}
    """)
    finding = only(judge(rule, REPORTED, "2023-01-11 00:00"))
    assert finding.opened_at == at("2023-01-10 15:00")


def test_a_birthday_ends_a_duty_that_comes_again() -> None:
    rule = policy("""
        rules:
          - id: review
            on: {every: 24 hours}
            while: open
            if: {age: {under: 12}}
            require: {action: supervisor_reviewed}
    """)
    log = f"- 2012-01-01 09:00 born date_of_birth=2011-01-11\n{REPORTED}"
    assert outcomes(judge(rule, log, "2023-01-11 12:00")) == ["not_applicable"]


def test_a_duty_on_an_open_episode_is_not_owed_before_the_rule_is_in_force() -> None:
    rule = policy("""
        rules:
          - id: meeting
            from: 2024-01-01
            on: {open: {more_than: 48 hours}}
            require: {action: strategy_meeting_held, within: 24 hours}
    """)
    assert not judge(rule, REPORTED, "2023-02-01 00:00").findings


# --- More releases, answers and evidence ----------------------------------------------------------


@pytest.mark.parametrize(("grade", "outcome"), [("high", "not_applicable"), ("low", "breached")])
def test_only_an_entry_that_says_what_it_must_releases(grade: str, outcome: str) -> None:
    once = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            unless: {entry: graded, where: {grade: high}}
            require: {action: inspector_informed, within: 4 hours}
    """)
    again = policy("""
        rules:
          - id: review
            on: {every: 4 hours}
            while: open
            unless: {entry: graded, where: {grade: high}}
            require: {action: supervisor_reviewed}
    """)
    log = f"{REPORTED}E1 2023-01-10 10:00 graded grade={grade}"
    assert outcomes(judge(once, log, "2023-01-11 00:00")) == [outcome]
    assert outcomes(judge(again, log, "2023-01-11 00:00")) == [outcome]


def test_what_is_done_in_the_moment_of_the_release_is_done() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            unless: {entry: trigger_plan_consulted}
            require: {action: inspector_informed, within: 4 hours}
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 10:00 trigger_plan_consulted
        E1 2023-01-10 10:00 inspector_informed
    """
    assert outcomes(judge(rule, log, "2023-01-11 00:00")) == ["fulfilled"]


def test_after_a_meeting_the_next_episode_owes_anew() -> None:
    rule = policy("""
        terms:
          missing: {category: missing}
        rules:
          - id: meeting
            on: {episodes: missing, reach: 1, within: ever}
            require: {action: strategy_meeting_held, within: 3 days}
    """)
    log = missing(0, 10) + f"\n- {day(1)} 09:00 strategy_meeting_held"
    assert outcomes(judge(rule, log, f"{day(30)} 00:00")) == ["fulfilled", "breached"]


def test_a_run_that_joins_a_duty_brings_its_episodes_along() -> None:
    rule = policy("""
        parameters:
          window: {value: 10 days, edge: inclusive, basis: inferred}
        terms:
          missing: {category: missing}
        rules:
          - id: meeting
            on: [{episodes: missing, reach: 2, within: window}, {entry: concern_noted}]
            per: child
            require: {action: strategy_meeting_held, within: 14 days}
    """)
    log = missing(0, 5) + f"\nE1 {day(3)} 09:00 concern_noted concern=cse"
    finding = only(judge(rule, log, f"{day(6)} 00:00"))
    assert finding.anchor == "E1.concern_noted"
    assert finding.episodes == ("E1", "E2")


def test_a_grade_in_order_that_nothing_surely_demanded_is_no_finding() -> None:
    rule = policy("""
        rules:
          - id: floor
            on: {entry: graded}
            if: {looked_after: true}
            grade: {at_least: medium, within: 30 minutes}
    """)
    log = f"{REPORTED}E1 2023-01-10 10:00 graded grade=high"
    assert not judge(rule, log, "2023-02-01 00:00").findings


def test_a_merge_into_an_episode_that_was_voided_is_no_gap() -> None:
    log = missing(0, 10) + (
        f"\nE2 {day(11)} 09:00 merged into=E1\nE1 {day(12)} 09:00 voided reason=mistake"
    )
    assert not judge(RUN, log, f"{day(30)} 00:00").data_gaps


# --- More on coverage -----------------------------------------------------------------------------


def test_a_source_that_shows_locations_shows_the_end_of_what_is_owed_while_open() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            while: open
            require: {action: inspector_informed, within: 1 hour}
    """)
    limited = Coverage.between(without=["returned", "closed"])
    assert outcomes(judge(rule, REPORTED, "2023-01-10 15:00", coverage=limited)) == ["breached"]


def test_a_coverage_of_a_kind_that_no_log_can_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="ppn_shred"):
        judge(INSPECTOR, REPORTED, "2023-01-10 15:00", coverage=Coverage(kinds={"ppn_shred": None}))


# --- The rest -------------------------------------------------------------------------------------


def test_a_condition_on_a_count_that_may_be_reached_is_in_doubt() -> None:
    rule = policy("""
        terms:
          missing: {all: [{recorded: category}, {looked_after: true}]}
        rules:
          - id: inspector
            on: {entry: tracker_opened}
            if: {counted: {episodes: missing, at_least: 2, within: ever}}
            require: {action: inspector_informed, within: 1 hour}
    """)
    one, two = missing(0), missing(0, 10)
    assert not judge(rule, f"{one}\nE1 {day(20)} 09:00 tracker_opened", f"{day(30)} 00:00").findings
    answer = judge(rule, f"{two}\nE2 {day(20)} 09:00 tracker_opened", f"{day(30)} 00:00")
    assert outcomes(answer) == ["indeterminate"]


def test_a_window_of_a_count_ends_with_the_episode_and_not_with_the_moment_of_asking() -> None:
    rule = policy("""
        parameters:
          window: {value: 10 days, edge: inclusive, basis: inferred}
        terms:
          missing: {category: missing}
        rules:
          - id: inspector
            on: {entry: tracker_opened}
            if: {counted: {episodes: missing, at_least: 2, within: window}}
            require: {action: inspector_informed, within: 1 hour}
    """)
    log = missing(0, 8) + f"\nE2 {day(15)} 09:00 tracker_opened"
    assert outcomes(judge(rule, log, f"{day(30)} 00:00")) == ["breached"]


def test_a_field_of_the_second_time_away_is_none_of_the_first() -> None:
    rule = policy("""
        rules:
          - id: rationale
            on: {entry: graded}
            require: {field: rationale, within: 60 days}
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 10:00 graded grade=low
        E1 2023-01-10 18:00 returned
        E1 2023-01-20 09:00 reported
        E1 2023-01-20 10:00 graded grade=low rationale=why
    """
    first, second = judge(rule, log, "2023-06-01 00:00").findings
    assert (first.outcome, second.outcome) == ("breached", "fulfilled")


UNLESS_MARKED = policy("""
    rules:
      - id: review
        on: {every: 4 hours}
        while: open
        unless: {marker: cse}
        require: {action: supervisor_reviewed}
""")


def test_what_releases_from_the_start_leaves_no_duty_that_comes_again() -> None:
    log = f"- 2023-01-09 09:00 marker_added marker=cse\n{REPORTED}"
    assert not judge(UNLESS_MARKED, log, "2023-01-11 00:00").findings


def test_what_releases_from_a_duty_that_comes_again_is_cited() -> None:
    log = f"{REPORTED}- 2023-01-10 10:00 marker_added marker=cse"
    finding = only(judge(UNLESS_MARKED, log, "2023-01-11 00:00"))
    assert finding.outcome == "not_applicable"
    assert "marker_added" in finding.cited


def test_what_may_release_leaves_a_duty_that_comes_again_open_to_doubt() -> None:
    no_markers = Coverage.between(without=["marker_added"])
    finding = only(judge(UNLESS_MARKED, REPORTED, "2023-01-11 00:00", coverage=no_markers))
    assert finding.outcome == "indeterminate"
    assert finding.unknown == ("marker cse",)


def test_an_end_on_record_is_enough_for_a_duty_that_comes_again() -> None:
    log = f"{REPORTED}E1 2023-01-10 15:00 closed"
    limited = Coverage.between(without=["located", "returned"])
    assert outcomes(judge(REVIEW, log, "2023-01-11 00:00", coverage=limited)) == ["breached"]


DECIDABLE = policy("""
    rules:
      - id: review
        on: {every: 4 hours}
        while: open
        require: {action: supervisor_reviewed}
        may_be_decided_by: supervisor
""")


def test_a_valid_decision_about_a_duty_that_comes_again_is_no_gap() -> None:
    decided = "decided_not_required action=supervisor_reviewed by=supervisor"
    log = f"{REPORTED}E1 2023-01-10 10:00 {decided} rationale=because"
    answer = judge(DECIDABLE, log, "2023-01-10 11:00")
    assert outcomes(answer) == ["decided_not_required", "pending"]
    assert not answer.data_gaps


@pytest.mark.parametrize(
    "log",
    [
        pytest.param("E1 2023-01-10 13:30 DECIDED", id="after the interval was missed"),
        pytest.param(
            "E1 2023-01-10 09:30 DECIDED recorded=10:30\nE1 2023-01-10 09:45 supervisor_reviewed",
            id="about the interval before",
        ),
    ],
)
def test_a_decision_counts_only_in_the_interval_that_runs(log: str) -> None:
    decided = "decided_not_required action=supervisor_reviewed by=supervisor rationale=because"
    answer = judge(DECIDABLE, REPORTED + log.replace("DECIDED", decided), "2023-01-10 15:00")
    assert "decided_not_required" not in outcomes(answer)
    assert [gap.code for gap in answer.data_gaps] == ["decision_not_valid"]


def test_only_an_id_with_several_contents_is_in_conflict() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 10:00 graded grade=low id=twice
        E1 2023-01-10 10:00 graded grade=high id=twice
    """
    gaps = judge(INSPECTOR, log, "2023-01-11 00:00").data_gaps
    assert [(gap.code, gap.entries) for gap in gaps] == [("conflicting_entry", ("twice",))]


# --- What is owed day after day, and what two triggers of one moment share ------------------------


def test_a_duty_owed_every_day_counts_a_miss_for_each_day() -> None:
    rule = policy("""
        rules:
          - id: review
            on: {every: 1 day}
            while: open
            require: {action: supervisor_reviewed}
    """)
    review = only(judge(rule, "E1 2023-01-10 09:00 reported", "2023-01-14 12:00"))
    assert (review.outcome, review.missed) == ("breached", 3)


@pytest.mark.parametrize("earlier", [0, 1, 2, 3])
def test_the_anchor_of_a_duty_does_not_hang_on_what_was_noted_long_before(earlier: int) -> None:
    rule = policy("""
        parameters:
          window: {value: 90 days, edge: inclusive, basis: inferred}
        terms:
          missing: {category: missing}
        rules:
          - id: meeting
            on: [{episodes: missing, reach: 2, within: window}, {entry: concern_noted}]
            per: child
            require: {action: strategy_meeting_held, within: 14 days}
    """)
    before = ["E0 2022-06-01 09:00 reported"]
    before += [f"E0 2022-06-01 1{n}:00 concern_noted concern=cse" for n in range(earlier)]
    before += ["E0 2022-06-02 10:00 returned", "- 2022-06-03 10:00 strategy_meeting_held"]
    same = f"E2 {day(10)} 09:00 concern_noted concern=cse"
    log = "\n".join([*before, missing(0, 10), same])
    meeting = judge(rule, log, "2023-01-12 00:00").findings[-1]
    assert meeting.anchor == "E2.concern_noted"


# --- What already stands when a duty arises -------------------------------------------------------


def test_what_releases_and_stood_before_the_threshold_was_reached_releases_still() -> None:
    rule = policy("""
        parameters:
          window: {value: 10 days, edge: inclusive, basis: inferred}
        terms:
          missing: {category: missing}
        rules:
          - id: meeting
            on: {episodes: missing, reach: 2, within: window}
            unless: {marker: cse}
            require: {action: strategy_meeting_held, within: 3 days}
    """)
    log = f"- {day(-1)} 09:00 marker_added marker=cse\n" + missing(0, 5)
    finding = only(judge(rule, log, f"{day(60)} 00:00"))
    assert finding.outcome == "not_applicable"
    assert "marker_added" in finding.cited
    removed = log + f"\n- {day(4)} 09:00 marker_removed marker=cse"
    assert outcomes(judge(rule, removed, f"{day(60)} 00:00")) == ["breached"]


def test_a_repeating_duty_that_may_apply_arises_when_it_may_first_be_due() -> None:
    rule = policy("""
        rules:
          - id: enquiries
            on: {every: 2 hours, first_after: 72 hours}
            if: {whereabouts: known}
            while: open
            require: {action: enquiry_made}
    """)
    log = REPORTED + "- 2023-01-10 09:10 care_status looked_after=yes\n"
    finding = only(judge(rule, log, "2023-01-20 00:00"))
    assert finding.outcome == "indeterminate"
    assert finding.opened_at == at("2023-01-13 09:00")


def test_a_report_that_was_entered_late_leaves_no_doubt_about_the_time_away_before() -> None:
    rule = policy("""
        terms:
          whereabouts_known: {all: [{recorded: whereabouts}, {whereabouts: known}]}
        rules:
          - id: fim
            on: {entry: reported}
            unless: whereabouts_known
            while: open
            require: {action: fim_notified, within: 15 minutes}
    """)
    log = """
        E1 2023-01-10 12:00 reported whereabouts=unknown
        E1 2023-01-10 12:20 returned
        E1 2023-01-10 12:25 reported recorded=12:45
    """
    assert outcomes(judge(rule, log, "2023-01-20 00:00")) == ["breached", "breached"]
    at_once = log.replace("12:20", "12:10").replace("12:25", "12:15")
    assert outcomes(judge(rule, at_once, "2023-01-20 00:00")) == ["not_applicable", "breached"]


def test_episodes_that_a_possible_run_used_up_do_not_begin_another_when_they_count_surely() -> None:
    log = """
        E1 2023-11-06 12:00 reported
        E2 2023-11-07 12:00 reported
        - 2023-11-07 12:00 strategy_meeting_held
        E2 2023-11-07 12:01 categorised category=missing
    """
    before = Coverage.between(at("2023-11-16 12:00"), at("2023-11-16 12:00"))
    (finding,) = judge(RUN, log, "2024-05-25 12:00", coverage=before).findings
    assert finding.outcome == "fulfilled"
    assert finding.opened_at == at("2023-11-06 12:00")


def test_a_run_that_may_be_adds_nothing_to_the_duty_of_the_child_that_surely_stands() -> None:
    rule = policy("""
        terms:
          missing: {category: missing}
        rules:
          - id: fim
            on:
              - {episodes: missing, reach: 1, within: ever}
              - {entry: concern_noted}
            per: child
            require: {action: fim_notified, within: 15 minutes}
    """)
    log = "E1 2023-01-10 09:00 concern_noted concern=self_harm"
    assert only(judge(rule, log, "2023-01-10 09:05")).outcome == "pending"


# --- What is said of a doubt ----------------------------------------------------------------------


def test_only_what_cannot_be_told_is_named_as_not_known() -> None:
    rule = policy("""
        rules:
          - id: grading
            on: {entry: reported}
            if:
              all:
                - {looked_after: true}
                - {not: {marker: cse}}
                - {not: {entry: graded}}
            require: {action: graded, within: 1 hour}
    """)
    finding = only(judge(rule, REPORTED, "2023-01-20 00:00"))
    assert finding.outcome == "indeterminate"
    assert finding.unknown == ("care_status.looked_after",)


def test_what_the_source_cannot_show_is_named_by_its_kind() -> None:
    rule = policy("""
        rules:
          - id: grading
            on: {entry: reported}
            if: {entry: trigger_plan_created}
            require: {action: graded, within: 1 hour}
    """)
    coverage = Coverage.between(without=["trigger_plan_created"])
    finding = only(judge(rule, REPORTED, "2023-01-20 00:00", coverage=coverage))
    assert finding.unknown == ("trigger_plan_created",)


def test_a_decision_on_another_episode_than_the_one_that_owes_is_no_gap() -> None:
    rule = policy("""
        rules:
          - id: interview
            on: {entry: returned}
            after: trigger
            if: {marker: cse}
            may_be_decided_by: childrens_social_care
            require: {action: return_interview_held, within: 72 hours}
    """)
    log = """
        E1 2023-01-10 09:00 reported
        E1 2023-01-10 12:00 returned
        E1 2023-01-10 13:00 decided_not_required action=return_interview_held rationale=r
        -  2023-01-15 09:00 marker_added marker=cse
        E2 2023-01-20 09:00 reported
        E2 2023-01-20 12:00 returned
    """
    made = judge(rule, log, "2023-01-21 00:00")
    assert outcomes(made) == ["pending"]
    assert made.data_gaps == ()
    of_the_other = judge(
        rule, log.replace("E1 2023-01-10 13", "E2 2023-01-20 13"), "2023-01-21 00:00"
    )
    assert [gap.code for gap in of_the_other.data_gaps] == ["decision_not_valid"]


# --- What was entered late ------------------------------------------------------------------------


def test_a_category_entered_late_counts_from_when_it_was_given_not_from_when_it_was_entered() -> (
    None
):
    rule = policy("""
        terms:
          missing: {all: [{recorded: category}, {not: {whereabouts: known}}]}
        rules:
          - id: meeting
            on: {episodes: missing, reach: 1, within: ever}
            require: {action: strategy_meeting_held, within: 3 days}
    """)
    log = """
        E1 2023-01-10 09:00 reported whereabouts=unknown
        E1 2023-01-10 09:30 categorised category=missing "recorded=2023-01-20 10:00"
    """
    finding = only(judge(rule, log, "2023-02-01 00:00"))
    assert finding.opened_at == at("2023-01-10 09:30")
    assert finding.known_at == at("2023-01-20 10:00")


def test_a_rationale_counts_as_recorded_only_from_when_it_was_entered() -> None:
    rule = policy("""
        terms:
          missing: {not: {recorded: categorised.rationale}}
        rules:
          - id: meeting
            on: {episodes: missing, reach: 1, within: ever}
            require: {action: strategy_meeting_held, within: 3 days}
    """)
    log = """
        E1 2023-01-10 09:00 reported
        E1 2023-01-10 09:00 categorised category=missing rationale=r recorded=09:10
    """
    assert only(judge(rule, log, "2023-02-01 00:00")).opened_at == at("2023-01-10 09:00")


def test_an_episode_placed_by_a_time_that_nobody_recorded_is_a_gap() -> None:
    rule = policy("""
        parameters:
          window: {value: 10 days, edge: inclusive, placed_by: missing_since, basis: inferred}
        terms:
          missing: {category: missing}
        rules:
          - id: meeting
            on: {episodes: missing, reach: 2, within: window}
            require: {action: strategy_meeting_held, within: 3 days}
    """)
    made = judge(rule, missing(0, 5), f"{day(60)} 00:00")
    assert [(gap.code, gap.episode_id) for gap in made.data_gaps] == [
        ("missing_since_not_recorded", "E1"),
        ("missing_since_not_recorded", "E2"),
    ]


def test_a_decision_uses_up_what_counted_when_it_was_taken_not_when_it_was_entered() -> None:
    rule = policy("""
        parameters:
          window: {value: 90 days, edge: inclusive, basis: inferred}
        terms:
          missing: {category: missing}
        rules:
          - id: meeting
            on: {episodes: missing, reach: 3, within: window}
            may_be_decided_by: supervisor
            require: {action: strategy_meeting_held, within: 5 days}
    """)
    decided = f"- {day(21)} 09:00 decided_not_required action=strategy_meeting_held by=supervisor"
    log = f"""
        {missing(0, 10, 20, 22, 30, 40)}
        {decided} rationale=r "recorded={day(23)} 09:00"
    """
    log = "\n".join(line.strip() for line in log.splitlines())
    first, second = judge(rule, log, f"{day(60)} 00:00").findings
    assert (first.outcome, first.episodes_since) == ("decided_not_required", 0)
    assert (second.episodes, second.opened_at) == (("E4", "E5", "E6"), at(f"{day(40)} 09:00"))


# --- Terms that count by other terms --------------------------------------------------------------


def test_a_term_that_counts_by_another_is_settled_in_the_moment_in_which_that_changes() -> None:
    rule = policy("""
        parameters:
          window: {value: 90 days, edge: inclusive, basis: inferred}
        terms:
          labelled: {category: missing}
          repeated: {counted: {episodes: labelled, at_least: 2, within: window}}
        rules:
          - id: meeting
            on: {episodes: repeated, reach: 1, within: ever}
            require: {action: strategy_meeting_held, within: 3 days}
    """)
    log = missing(0, 5) + f"\nE2 {day(9)} 10:00 graded grade=low"
    assert only(judge(rule, log, f"{day(60)} 00:00")).opened_at == at(f"{day(5)} 09:00")
    # E1 is placed earlier and counts later: with it E2 is the second, though nothing happens to E2.
    late = f"{counted_late('E1', 0, 20)}{missing(5, first=2)}\nE2 {day(30)} 10:00 graded grade=low"
    assert only(judge(rule, late, f"{day(60)} 00:00")).opened_at == at(f"{day(20)} 09:00")


def test_that_a_role_is_recorded_can_be_asked_of_an_entry() -> None:
    rule = policy("""
        rules:
          - id: graded
            on: {entry: graded, where: {by: recorded}}
            measure: true
    """)
    log = REPORTED + "E1 2023-01-10 09:30 graded grade=low"
    assert outcomes(judge(rule, log, "2023-02-01 00:00")) == []
    assert outcomes(judge(rule, f"{log} by=officer", "2023-02-01 00:00")) == ["noted"]


# --- What edition, time away and trigger say each for itself --------------------------------------


def test_an_action_that_an_older_edition_would_take_may_be_the_answer_to_a_newer_one() -> None:
    rule = policy("""
        rules:
          - id: interview
            on: {entry: returned}
            after: trigger
            editions:
              - {from: 2022-01-01, require: {action: prevention_interview, within: 1 hour}}
              - from: 2023-01-01
                edition: second
                require:
                  action: prevention_interview
                  where: {mode: in_person}
                  within: 1 day
    """)
    log = """
        E1 2023-03-04 09:00 reported
        E1 2023-03-04 18:00 returned
        E1 2023-03-04 19:00 prevention_interview
    """
    coverage = Coverage.between(without=["prevention_interview.mode"])
    made = judge(rule, log, "2023-06-01 00:00", coverage=coverage)
    assert outcomes(made) == ["indeterminate"]


def test_a_report_entered_after_the_next_time_away_began_says_nothing_of_that() -> None:
    rule = policy("""
        terms:
          whereabouts_known: {all: [{recorded: whereabouts}, {whereabouts: known}]}
        rules:
          - id: enquiries
            on: {every: 2 hours}
            unless: whereabouts_known
            while: open
            require: {action: enquiry_made}
    """)
    log = """
        E1 2023-03-04 12:00 reported whereabouts=unknown {}
        E1 2023-03-04 12:10 returned
        E1 2023-03-04 12:15 reported
    """
    for entered in ("recorded=12:00", "recorded=14:00"):
        _, second = judge(rule, log.format(entered), "2023-03-04 20:00").findings
        assert (second.outcome, second.missed) == ("breached", 3)


def test_a_grade_rule_on_a_gap_says_that_the_start_of_the_gap_is_not_known() -> None:
    rule = policy("""
        rules:
          - id: floor
            on: {gap: {more_than: 2 hours}}
            grade: {at_least: high, within: 1 hour}
    """)
    for graded in ("10:00", "10:20"):
        log = f"E1 2023-03-04 10:00 reported\nE1 2023-03-04 {graded} graded grade=medium"
        assert only(judge(rule, log, "2023-03-05 00:00")).unknown == ("missing_since",)


def test_episodes_count_in_a_source_without_a_column_for_whereabouts() -> None:
    rule = policy("""
        terms:
          whereabouts_known: {all: [{recorded: whereabouts}, {whereabouts: known}]}
          missing: {all: [{recorded: category}, {not: whereabouts_known}]}
        rules:
          - id: meeting
            on: {episodes: missing, reach: 3, within: ever}
            require: {action: strategy_meeting_held, within: 3 days}
    """)
    without = Coverage.between(without=["reported.whereabouts"])
    assert outcomes(judge(rule, missing(0, 5, 9), f"{day(60)} 00:00", coverage=without)) == [
        "breached"
    ]


def test_a_rationale_that_the_source_has_no_place_for_may_have_been_given() -> None:
    rule = policy("""
        terms:
          missing: {not: {recorded: categorised.rationale}}
        rules:
          - id: meeting
            on: {episodes: missing, reach: 3, within: ever}
            require: {action: strategy_meeting_held, within: 3 days}
    """)
    without = Coverage.between(without=["categorised.rationale"])
    assert outcomes(judge(rule, missing(0, 5, 9), f"{day(60)} 00:00", coverage=without)) == [
        "indeterminate"
    ]


# --- What a first look leaves out -----------------------------------------------------------------


def test_a_child_is_of_age_nought_until_the_first_birthday() -> None:
    rule = policy("""
        rules:
          - id: infant
            on: {entry: reported}
            if: {age: {under: 1}}
            measure: true
    """)
    log = f"- 2023-01-01 09:00 born date_of_birth=2022-07-01\n{REPORTED}"
    assert outcomes(judge(rule, log, "2023-01-11 00:00")) == ["noted"]


def test_a_rule_that_comes_into_force_between_two_times_away_binds_the_second() -> None:
    rule = policy("""
        rules:
          - id: meeting
            from: 2023-01-15
            on: {open: {at_least: 6 hours}}
            require: {action: strategy_meeting_held, within: 1 day}
    """)
    log = f"{REPORTED}E1 2023-01-11 09:00 returned\nE1 2023-01-20 09:00 reported"
    finding = only(judge(rule, log, "2023-01-20 16:00"))
    assert finding.opened_at == at("2023-01-20 15:00")


def test_what_belonged_to_another_category_is_not_cited_any_more() -> None:
    rule = policy("""
        rules:
          - id: no-ground
            on: {entry: graded}
            if: {not: {recorded: ground}}
            measure: true
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 09:05 categorised category=concern_for_safety ground=enquiries_not_made
        E1 2023-01-10 09:10 categorised category=missing
        E1 2023-01-10 09:20 graded grade=low
    """
    assert "E1.categorised" not in only(judge(rule, log, "2023-01-11 00:00")).cited


def test_a_release_that_the_source_cannot_show_leaves_a_duty_without_a_time_in_doubt() -> None:
    rule = policy("""
        rules:
          - id: escalation
            on: {entry: reported}
            unless: {entry: ppn_reviewed}
            require: {action: escalated, within: not_stated}
    """)
    finding = only(
        judge(
            rule, REPORTED, "2023-01-11 00:00", coverage=Coverage.between(without=["ppn_reviewed"])
        )
    )
    assert (finding.outcome, finding.unknown) == ("indeterminate", ("ppn_reviewed",))


def test_a_finding_of_the_child_goes_with_the_episode_that_held_the_answer() -> None:
    rule = policy("""
        rules:
          - id: plan
            on: {entry: marker_added}
            require: {action: lines_of_enquiry_set, within: 1 day}
    """)
    log = f"""
        - 2023-01-09 09:00 marker_added marker=cse
        {REPORTED}
        E1 2023-01-12 10:00 lines_of_enquiry_set
        E2 2023-01-12 11:00 reported
        E2 2023-01-13 09:00 voided id=other by=mash
        E1 2023-01-13 10:00 voided id=void by=supervisor
        - 2023-01-13 11:00 voided of=marker_added id=mark by=call_handler
    """
    answer = judge(rule, log, "2023-01-13 10:30")
    assert outcomes(answer) == ["breached"]
    assert answer.withdrawn_since(at("2023-01-12 12:00")) == ()
    (gone,) = judge(rule, log, "2023-01-14 00:00").withdrawn_since(at("2023-01-12 12:00"))
    assert (gone.finding.outcome, gone.entries) == ("fulfilled_late", ("void", "mark"))


def test_what_was_withdrawn_is_told_of_the_same_source_that_was_judged() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            require: {action: inspector_informed, within: 1 hour}
    """)
    log = f"{REPORTED}E1 2023-01-11 09:00 voided of=E1.reported id=void"
    without = Coverage.between(without=["inspector_informed"])
    answer = judge(rule, log, "2023-01-12 00:00", coverage=without)
    (gone,) = answer.withdrawn_since(at("2023-01-10 12:00"))
    assert (gone.finding.outcome, gone.entries) == ("not_observable", ("void",))


# --- One instant more or less ---------------------------------------------------------------------


def test_what_was_overdue_when_the_child_was_found_can_still_be_done_late() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            while: open
            require: {action: inspector_informed, within: 1 hour}
    """)
    log = f"{REPORTED}E1 2023-01-10 11:00 located\nE1 2023-01-10 12:00 inspector_informed"
    assert outcomes(judge(rule, log, "2023-01-11 00:00")) == ["fulfilled_late"]
    early = f"{REPORTED}E1 2023-01-10 09:30 located\nE1 2023-01-10 12:00 inspector_informed"
    assert outcomes(judge(rule, early, "2023-01-11 00:00")) == ["not_applicable"]


def test_an_entry_releases_at_the_very_instant_from_which_actions_are_accepted() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            unless: {entry: trigger_plan_consulted}
            require: {action: inspector_informed, within: 1 hour}
    """)
    log = f"{REPORTED}E1 2023-01-10 09:00 trigger_plan_consulted"
    assert outcomes(judge(rule, log, "2023-01-11 00:00")) == ["not_applicable"]


def test_an_interval_ends_at_the_very_instant_at_which_the_child_is_found() -> None:
    rule = policy("""
        rules:
          - id: review
            on: {every: 4 hours}
            while: open
            require: {action: supervisor_reviewed}
    """)
    log = f"{REPORTED}E1 2023-01-10 11:00 located"
    assert outcomes(judge(rule, log, "2023-01-10 11:00")) == ["not_applicable"]
    assert outcomes(judge(rule, log, "2023-01-10 10:59")) == ["pending"]


def test_a_field_restated_before_the_report_of_its_episode_is_recorded() -> None:
    rule = policy("""
        rules:
          - id: rationale
            on: {entry: categorised}
            require: {field: rationale, within: 15 minutes}
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 08:50 categorised category=missing
        E1 2023-01-10 08:55 categorised category=missing rationale=why
    """
    assert outcomes(judge(rule, log, "2023-01-11 00:00"))[0] == "fulfilled"


def test_of_three_times_away_each_is_released_by_what_came_to_hold_in_it() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            unless: {grade: high}
            require: {action: inspector_informed, within: not_stated}
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 18:00 returned
        E1 2023-01-12 09:00 reported
        E1 2023-01-12 10:00 graded grade=high
        E1 2023-01-12 11:00 graded grade=low
        E1 2023-01-12 18:00 returned
        E1 2023-01-14 09:00 reported
    """
    told = outcomes(judge(rule, log, "2023-01-15 00:00"))
    assert told == ["pending", "not_applicable", "pending"]


def test_of_two_triggers_of_a_grade_the_sure_one_counts() -> None:
    rule = policy("""
        rules:
          - id: floor
            on: [{entry: graded, where: {rationale: recorded}}, {entry: marker_added}]
            grade: {at_least: high, within: 1 hour}
    """)
    lacking = Coverage(without_fields=frozenset({("graded", "rationale")}))
    log = f"{REPORTED}E1 2023-01-10 10:00 graded grade=low\n"
    doubtful = judge(rule, log, "2023-01-11 00:00", coverage=lacking)
    assert outcomes(doubtful) == ["indeterminate"]
    log += "- 2023-01-10 10:00 marker_added marker=cse"
    assert outcomes(judge(rule, log, "2023-01-11 00:00", coverage=lacking)) == ["breached"]


def test_what_one_of_several_sources_has_no_place_for_is_lacking_where_it_covers_the_kind() -> None:
    reports = Coverage(kinds={"graded": None}, without_fields=frozenset({("graded", "rationale")}))
    grades = Coverage(kinds={"reported": None})
    kinds = ["reported", "graded"]
    assert Coverage.joined([reports, grades], kinds).without_fields == frozenset()
    grades = Coverage(without_fields=frozenset({("graded", "rationale")}))
    assert Coverage.joined([reports, grades], kinds).lacks_field("graded", "rationale")
