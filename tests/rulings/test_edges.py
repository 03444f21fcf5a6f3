"""Rulings 14 to 16: disorder, history that begins too late, facts not recorded, outcomes."""

from __future__ import annotations

import pytest

from build import at, day, found, judge, missing, only, outcomes, policy
from missingrules import Coverage
from missingrules.finding import OUTCOMES

REPORTED = "E1 2023-01-10 09:00 reported\n"
INSPECTOR = policy("""
rules:
  - id: inspector
    on: {entry: reported}
    require: {action: inspector_informed, within: 1 hour}
""")


# --- Ruling 14: disorder --------------------------------------------------------------------------


def test_ruling_14_an_entry_before_its_report_is_a_data_gap() -> None:
    log = f"{REPORTED}E1 2023-01-10 08:30 resource_attended"
    (gap,) = judge(INSPECTOR, log, "2023-01-10 09:30").data_gaps
    assert gap.code == "before_report"
    assert gap.episode_id == "E1"
    assert gap.entries == ("E1.resource_attended",)


@pytest.mark.parametrize("ending", ["located", "returned", "closed"])
def test_ruling_14_found_before_reported_is_a_data_gap(ending: str) -> None:
    log = f"{REPORTED}E1 2023-01-10 08:30 {ending}"
    (gap,) = judge(INSPECTOR, log, "2023-01-10 09:30").data_gaps
    assert gap.code == "found_before_report"


def test_ruling_14_an_entry_in_the_moment_of_the_report_is_in_order() -> None:
    log = f"{REPORTED}E1 2023-01-10 09:00 inspector_informed"
    answer = judge(INSPECTOR, log, "2023-01-10 09:30")
    assert not answer.data_gaps
    assert only(answer).outcome == "fulfilled"


def test_ruling_14_an_episode_without_a_report_is_a_data_gap() -> None:
    log = "E1 2023-01-10 09:05 categorised category=missing"
    answer = judge(INSPECTOR, log, "2023-01-10 12:00")
    assert [gap.code for gap in answer.data_gaps] == ["no_report"]
    assert not found(answer)


def test_ruling_14_a_report_entered_late_cures_both() -> None:
    log = """
        E1 2023-01-10 09:05 categorised category=missing
        E1 2023-01-10 09:00 reported recorded='2023-01-11 09:00'
    """
    assert judge(INSPECTOR, log, "2023-01-10 12:00").data_gaps != ()
    cured = judge(INSPECTOR, log, "2023-01-11 09:00")
    assert cured.data_gaps == ()
    assert only(cured).outcome == "breached"
    assert only(cured).to_dict()["opened_at"] == "2023-01-10T09:00:00Z"
    assert only(cured).to_dict()["known_at"] == "2023-01-11T09:00:00Z"


def test_ruling_14_a_duty_learned_late_was_due_when_it_was_due() -> None:
    log = "E1 2023-01-10 09:00 reported recorded='2023-01-11 09:00'"
    assert not found(judge(INSPECTOR, log, "2023-01-10 12:00"))
    assert only(judge(INSPECTOR, log, "2023-01-11 09:00")).to_dict()["due_at"] == (
        "2023-01-10T10:00:00Z"
    )


def test_ruling_14_an_action_dated_before_the_report_cannot_be_told_to_be_the_answer() -> None:
    log = f"{REPORTED}E1 2023-01-10 08:59 inspector_informed"
    answer = judge(INSPECTOR, log, "2023-01-10 12:00")
    assert only(answer).outcome == "indeterminate"
    assert {gap.code for gap in answer.data_gaps} == {"before_report", "not_recorded"}


def test_ruling_14_an_action_dated_before_the_report_is_superseded_by_one_after_it() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 08:59 inspector_informed
        E1 2023-01-10 09:30 inspector_informed
    """
    assert only(judge(INSPECTOR, log, "2023-01-10 12:00")).outcome == "fulfilled"


def test_ruling_14_a_doubtful_action_dated_before_the_report_is_no_sure_breach() -> None:
    rule = policy("""
        rules:
          - id: interview
            on: {entry: returned}
            require: {action: prevention_interview, where: {mode: in_person}, within: 24 hours}
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 08:00 prevention_interview
        E1 2023-01-10 12:00 returned
    """
    assert judge(rule, log, "2023-02-01 00:00").breaches == ()
    sure = log.replace("prevention_interview", "prevention_interview mode=in_person")
    assert outcomes(judge(rule, sure, "2023-02-01 00:00")) == ["indeterminate"]
    by_phone = log.replace("prevention_interview", "prevention_interview mode=phone")
    assert outcomes(judge(rule, by_phone, "2023-02-01 00:00")) == ["breached"]


@pytest.mark.parametrize("returned", ["09:00", "09:30"])
def test_ruling_14_a_return_ends_what_is_open_in_an_episode_without_a_report(returned: str) -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: concern_noted}
            while: open
            require: {action: inspector_informed, within: 1 hour}
    """)
    log = f"""
        E1 2023-01-10 09:00 concern_noted concern=crime
        E1 2023-01-10 {returned} returned
    """
    assert judge(rule, log, "2023-01-11 00:00").breaches == ()


def test_ruling_14_an_earlier_report_entered_late_puts_the_action_in_order() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 08:59 inspector_informed
        E1 2023-01-10 08:50 reported recorded='2023-01-11 09:00'
    """
    answer = judge(INSPECTOR, log, "2023-01-11 09:00")
    assert only(answer).outcome == "fulfilled"
    assert not answer.data_gaps


def test_ruling_14_voiding_the_entry_in_disorder_cures_the_gap() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 08:30 returned id=wrong
        E1 2023-01-10 09:10 voided of=wrong
    """
    assert judge(INSPECTOR, log, "2023-01-10 09:05").data_gaps != ()
    assert judge(INSPECTOR, log, "2023-01-10 09:10").data_gaps == ()


def test_ruling_14_found_before_reported_does_not_end_the_episode() -> None:
    rule = policy("""
        rules:
          - id: enquiries
            on: {entry: reported}
            while: open
            require: {action: lines_of_enquiry_set, within: 2 hours}
    """)
    log = f"{REPORTED}E1 2023-01-10 08:30 returned"
    assert only(judge(rule, log, "2023-01-10 10:00")).outcome == "pending"


def test_ruling_14_an_episode_without_a_report_may_count_and_never_counts_for_sure() -> None:
    rule = policy("""
        parameters:
          window: {value: 90 days, edge: inclusive, basis: inferred}
        terms:
          missing: {category: missing}
        rules:
          - id: meeting
            on: {episodes: missing, reach: 3, within: window}
            require: {action: strategy_meeting_held, within: 14 days}
    """)
    log = missing(0, 10) + f"\nE3 {day(20)} 09:00 categorised category=missing"
    answer = judge(rule, log, f"{day(60)} 00:00")
    assert only(answer).outcome == "indeterminate"
    assert not answer.breaches


# --- Ruling 15: history that begins too late ------------------------------------------------------

COUNT = """
parameters:
  window: {value: 90 days, edge: inclusive, basis: inferred}
terms:
  missing: {category: missing}
rules:
  - id: meeting
    on: {episodes: missing, reach: 3, within: WITHIN}
    require: {action: strategy_meeting_held, within: 14 days}
"""
WINDOWED = policy(COUNT.replace("WITHIN", "window"))
EVER = policy(COUNT.replace("WITHIN", "ever"))


def since(number: int) -> Coverage:
    return Coverage.between(at(f"{day(number)} 00:00"))


def test_ruling_15_a_threshold_reached_stays_owed_though_the_window_reaches_too_far_back() -> None:
    answer = judge(WINDOWED, missing(0, 10, 20), f"{day(60)} 00:00", coverage=since(0))
    assert only(answer).outcome == "breached"
    assert only(answer).history_truncated


def test_ruling_15_a_threshold_not_reached_is_indeterminate() -> None:
    answer = judge(WINDOWED, missing(0, 10), f"{day(60)} 00:00", coverage=since(0))
    assert only(answer).outcome == "indeterminate"
    assert only(answer).history_truncated
    assert answer.breaches == answer.required_actions == ()
    assert [gap.code for gap in answer.data_gaps] == ["not_recorded"]


@pytest.mark.parametrize(("first", "indeterminate"), [(89, True), (90, True), (91, False)])
def test_ruling_15_a_window_wholly_inside_the_log_is_judged(
    first: int, indeterminate: bool
) -> None:
    """Day 1 at midnight begins the log: from day 91 on 90 days back lie inside."""
    coverage = since(1)
    answer = judge(WINDOWED, missing(first), f"{day(first)} 12:00", coverage=coverage)
    assert outcomes(answer) == (["indeterminate"] if indeterminate else [])


def test_ruling_15_one_episode_too_few_in_a_whole_window_is_not_indeterminate() -> None:
    answer = judge(WINDOWED, missing(100, 110), f"{day(160)} 00:00", coverage=since(0))
    assert not found(answer)


def test_ruling_15_a_threshold_reached_in_a_whole_window_bears_no_flag() -> None:
    answer = judge(WINDOWED, missing(100, 110, 120), f"{day(160)} 00:00", coverage=since(0))
    assert not only(answer).history_truncated


def test_ruling_15_a_count_ever_bears_the_flag_only() -> None:
    reached = judge(EVER, missing(0, 10, 20), f"{day(60)} 00:00", coverage=since(0))
    assert only(reached).outcome == "breached"
    assert only(reached).history_truncated
    assert not found(judge(EVER, missing(0, 10), f"{day(60)} 00:00", coverage=since(0)))


def test_ruling_15_a_source_without_a_beginning_truncates_nothing() -> None:
    assert not only(judge(WINDOWED, missing(0, 10, 20), f"{day(60)} 00:00")).history_truncated
    assert not only(judge(EVER, missing(0, 10, 20), f"{day(60)} 00:00")).history_truncated


def test_ruling_15_an_answer_in_doubtful_time_leaves_nothing_to_do() -> None:
    log = missing(0, 10) + f"\n- {day(11)} 09:00 strategy_meeting_held"
    answer = judge(WINDOWED, log, f"{day(60)} 00:00", coverage=since(0))
    assert answer.breaches == answer.required_actions == ()


@pytest.mark.parametrize("as_of", ["2023-01-10 09:00", "2023-01-10 10:00"])
def test_ruling_15_a_deadline_not_passed_is_pending(as_of: str) -> None:
    assert only(judge(INSPECTOR, REPORTED, as_of)).outcome == "pending"


# --- Coverage: what the source could not have shown -----------------------------------------------


def test_coverage_an_action_of_a_kind_that_the_source_cannot_hold_is_not_observable() -> None:
    coverage = Coverage.between(without=["inspector_informed"])
    for as_of in ("2023-01-10 09:30", "2023-01-10 12:00", "2024-01-10 12:00"):
        answer = judge(INSPECTOR, REPORTED, as_of, coverage=coverage)
        assert outcomes(answer) == ["not_observable"]
        assert answer.breaches == answer.required_actions == ()


def test_coverage_what_it_cannot_hold_and_yet_shows_is_on_record() -> None:
    log = f"{REPORTED}E1 2023-01-10 09:30 inspector_informed"
    coverage = Coverage.between(without=["inspector_informed"])
    assert outcomes(judge(INSPECTOR, log, "2023-01-11 00:00", coverage=coverage)) == ["fulfilled"]


def test_coverage_of_several_actions_that_would_do_all_must_be_observable() -> None:
    rule = policy("""
        rules:
          - id: traced
            on: {entry: reported}
            require: {action: [resource_attended, enquiry_made], within: 1 hour}
    """)
    coverage = Coverage.between(without=["enquiry_made"])
    answer = judge(rule, REPORTED, "2023-01-11 00:00", coverage=coverage)
    assert outcomes(answer) == ["not_observable"]


@pytest.mark.parametrize(
    ("start", "end", "outcome"),
    [
        ("2023-01-10 09:00", "2023-01-10 10:00", "breached"),
        ("2023-01-10 09:01", None, "not_observable"),
        (None, "2023-01-10 09:59", "not_observable"),
    ],
)
def test_coverage_a_kind_may_be_held_from_when_to_when(
    start: str | None, end: str | None, outcome: str
) -> None:
    span = tuple(
        None if text is None else round(at(text).timestamp() * 1_000_000) for text in (start, end)
    )
    coverage = Coverage(kinds={"inspector_informed": (span[0], span[1])})
    assert outcomes(judge(INSPECTOR, REPORTED, "2023-01-11 00:00", coverage=coverage)) == [outcome]


def test_coverage_that_ends_before_the_deadline_accuses_nobody() -> None:
    coverage = Coverage.between(end=at("2023-01-10 09:30"))
    answer = judge(INSPECTOR, REPORTED, "2023-01-11 00:00", coverage=coverage)
    assert outcomes(answer) == ["not_observable"]


def test_coverage_that_ends_after_the_deadline_shows_the_breach() -> None:
    coverage = Coverage.between(end=at("2023-01-10 10:00"))
    answer = judge(INSPECTOR, REPORTED, "2023-01-11 00:00", coverage=coverage)
    assert outcomes(answer) == ["breached"]


def test_coverage_a_field_that_the_source_has_no_place_for_is_not_observable() -> None:
    rule = policy("""
        rules:
          - id: rationale
            on: {entry: graded}
            require: {field: rationale, within: 1 hour}
    """)
    log = f"{REPORTED}E1 2023-01-10 09:10 graded grade=low\n"
    without = Coverage.between(without=["graded.rationale"])
    assert outcomes(judge(rule, log, "2023-01-11 00:00", coverage=without)) == ["not_observable"]
    assert outcomes(judge(rule, log, "2023-01-11 00:00")) == ["breached"]
    other = Coverage.between(without=["categorised.rationale"])
    assert outcomes(judge(rule, log, "2023-01-11 00:00", coverage=other)) == ["breached"]


def test_coverage_a_marker_that_the_source_cannot_hold_is_unknown_not_absent() -> None:
    """A join that fails in practice: markers live in another table."""
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            if: {marker: self_harm}
            require: {action: inspector_informed, within: 1 hour}
    """)
    without = Coverage.between(without=["marker_added"])
    answer = judge(rule, REPORTED, "2023-01-11 00:00", coverage=without)
    assert outcomes(answer) == ["indeterminate"]
    assert only(answer).unknown == ("marker self_harm",)
    assert not found(judge(rule, REPORTED, "2023-01-11 00:00"))


def test_coverage_a_grade_cannot_be_judged_where_markers_cannot_be_seen() -> None:
    rule = policy("""
        rules:
          - id: floor
            on: [{entry: graded}, {entry: marker_added}]
            if: {marker: self_harm}
            grade: {at_least: high, within: 30 minutes}
    """)
    log = f"{REPORTED}E1 2023-01-10 09:10 graded grade=low"
    without = Coverage.between(without=["marker_added"])
    answer = judge(rule, log, "2023-01-11 00:00", coverage=without)
    assert outcomes(answer) == ["indeterminate"]
    assert answer.breaches == ()


def test_coverage_a_grade_at_the_floor_is_in_order_whatever_markers_there_are() -> None:
    rule = policy("""
        rules:
          - id: floor
            on: [{entry: graded}, {entry: marker_added}]
            if: {marker: self_harm}
            grade: {at_least: high, within: 30 minutes}
    """)
    log = f"{REPORTED}E1 2023-01-10 09:10 graded grade=high"
    without = Coverage.between(without=["marker_added"])
    assert judge(rule, log, "2023-01-11 00:00", coverage=without).breaches == ()


def test_coverage_a_release_that_the_source_cannot_show_is_no_reason_to_accuse() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            unless: {entry: trigger_plan_consulted}
            require: {action: inspector_informed, within: 1 hour}
    """)
    without = Coverage.between(without=["trigger_plan_consulted"])
    assert judge(rule, REPORTED, "2023-01-11 00:00", coverage=without).breaches == ()
    assert outcomes(judge(rule, REPORTED, "2023-01-11 00:00")) == ["breached"]


def test_coverage_a_return_that_the_source_cannot_show_does_not_keep_an_episode_open() -> None:
    """Without a time of return nobody can say that the child was away for 48 hours."""
    rule = policy("""
        rules:
          - id: meeting
            on: {open: {more_than: 48 hours}}
            require: {action: strategy_meeting_held, within: 24 hours}
    """)
    without = Coverage.between(without=["located", "returned", "closed"])
    assert judge(rule, REPORTED, "2023-02-01 00:00", coverage=without).breaches == ()
    assert len(judge(rule, REPORTED, "2023-02-01 00:00").breaches) == 1


def test_coverage_without_returns_a_duty_while_open_accuses_nobody() -> None:
    rule = policy("""
        rules:
          - id: review
            on: {every: 4 hours}
            while: open
            require: {action: supervisor_reviewed}
    """)
    without = Coverage.between(without=["located", "returned", "closed"])
    assert judge(rule, REPORTED, "2023-02-01 00:00", coverage=without).breaches == ()


@pytest.mark.parametrize(
    ("end", "outcome"),
    [
        ("2023-01-12 08:59", "indeterminate"),
        ("2023-01-12 12:00", "not_observable"),
        ("2023-01-13 12:00", "breached"),
    ],
)
def test_coverage_that_ends_first_cannot_say_that_an_episode_stayed_open(
    end: str, outcome: str
) -> None:
    rule = policy("""
        rules:
          - id: meeting
            on: {open: {more_than: 48 hours}}
            require: {action: strategy_meeting_held, within: 24 hours}
    """)
    coverage = Coverage.between(end=at(end))
    answer = judge(rule, REPORTED, "2023-02-01 00:00", coverage=coverage)
    assert outcomes(answer) == [outcome]


def test_coverage_a_repeating_duty_misses_nothing_after_the_source_ends() -> None:
    rule = policy("""
        rules:
          - id: review
            on: {every: 4 hours}
            while: open
            require: {action: supervisor_reviewed}
    """)
    coverage = Coverage.between(end=at("2023-01-11 10:00"))
    breach = only(judge(rule, REPORTED, "2023-02-01 00:00", coverage=coverage))
    assert (breach.outcome, breach.missed) == ("breached", 6)


def test_coverage_that_begins_within_an_episode_accuses_nobody() -> None:
    """The report, and with it the time from which actions count, lies before the source begins."""
    rule = policy("""
        rules:
          - id: fim
            on: {entry: categorised}
            require: {action: fim_notified, within: 15 minutes}
    """)
    log = "E1 2023-01-10 18:45 categorised category=missing"
    coverage = Coverage.between(at("2023-01-10 15:00"))
    assert judge(rule, log, "2023-02-01 00:00", coverage=coverage).breaches == ()


def test_coverage_that_begins_within_an_episode_cannot_say_that_it_is_open() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: concern_noted}
            after: trigger
            while: open
            require: {action: inspector_informed, within: 1 hour}
    """)
    log = "E1 2023-01-10 18:45 concern_noted concern=crime"
    coverage = Coverage.between(at("2023-01-10 15:00"))
    assert judge(rule, log, "2023-02-01 00:00", coverage=coverage).breaches == ()
    reported = f"E1 2023-01-10 16:00 reported\n{log}"
    assert len(judge(rule, reported, "2023-02-01 00:00", coverage=coverage).breaches) == 1


NO_ENDS = Coverage.between(without=["located", "returned", "closed"])


def test_coverage_without_returns_a_late_answer_accuses_nobody() -> None:
    rule = policy("""
        rules:
          - id: enquiries
            on: {entry: reported}
            while: open
            require: {action: lines_of_enquiry_set, within: 2 hours}
          - id: review
            on: {every: 4 hours}
            while: open
            require: {action: supervisor_reviewed}
    """)
    late = """
        E1 2023-01-10 15:00 lines_of_enquiry_set
        E1 2023-01-10 18:00 supervisor_reviewed
    """
    told = judge(rule, f"{REPORTED}{late}", "2023-01-10 19:00", coverage=NO_ENDS)
    assert told.breaches == ()
    assert len(judge(rule, f"{REPORTED}{late}", "2023-01-10 19:00").breaches) == 2
    in_time = late.replace("15:00", "10:00").replace("18:00", "12:00")
    told = judge(rule, f"{REPORTED}{in_time}", "2023-01-10 13:00", coverage=NO_ENDS)
    assert outcomes(told).count("fulfilled") == 2


def test_coverage_without_returns_a_late_grade_accuses_nobody() -> None:
    rule = policy("""
        rules:
          - id: floor
            on: {entry: graded}
            grade: {at_least: medium, within: 30 minutes}
    """)
    log = f"{REPORTED}E1 2023-01-15 09:00 graded grade=low"
    assert judge(rule, log, "2023-02-01 00:00", coverage=NO_ENDS).breaches == ()
    assert len(judge(rule, log, "2023-02-01 00:00").breaches) == 1


def test_coverage_labels_that_cannot_be_seen_leave_the_count_indeterminate() -> None:
    without = Coverage.between(without=["categorised"])
    log = "\n".join(f"E{n} {day(10 * n)} 09:00 reported" for n in (1, 2, 3))
    answer = judge(WINDOWED, log, f"{day(90)} 00:00", coverage=without)
    assert outcomes(answer) == ["indeterminate"]


def test_coverage_a_meeting_that_cannot_be_seen_is_not_observable_however_many_episodes() -> None:
    without = Coverage.between(without=["strategy_meeting_held"])
    answer = judge(WINDOWED, missing(*range(0, 100, 10)), f"{day(200)} 00:00", coverage=without)
    assert set(outcomes(answer)) == {"not_observable"}


# --- Facts that nobody recorded -------------------------------------------------------------------


def asking(condition: str) -> str:
    return f"""
rules:
  - id: inspector
    on: {{entry: reported}}
    if: {condition}
    require: {{action: inspector_informed, within: 1 hour}}
"""


@pytest.mark.parametrize(
    ("condition", "recorded"),
    [
        ("{whereabouts: unknown}", "E1 2023-01-10 09:00 reported whereabouts=unknown"),
        ("{from_place: childrens_home}", "E1 2023-01-10 09:00 reported from_place=childrens_home"),
        ("{looked_after: true}", "- 2023-01-01 09:00 care_status looked_after=yes"),
        ("{open: false}", "- 2023-01-01 09:00 case_status open=no"),
        ("{age: {under: 12}}", "- 2023-01-01 09:00 born date_of_birth=2015-01-01"),
    ],
)
def test_three_valued_an_open_fact_not_recorded_makes_the_rule_indeterminate(
    condition: str, recorded: str
) -> None:
    rule = policy(asking(condition))
    answer = judge(rule, REPORTED, "2023-01-11 00:00")
    assert outcomes(answer) == ["indeterminate"]
    assert only(answer).unknown
    (gap,) = answer.data_gaps
    assert (gap.code, gap.rule, gap.episode_id) == ("not_recorded", "inspector", "E1")
    known = f"{'' if 'reported' in recorded else REPORTED}{recorded}"
    answer = judge(rule, known, "2023-01-11 00:00")
    assert outcomes(answer) == ["breached"]
    assert not answer.data_gaps


@pytest.mark.parametrize(
    ("condition", "recorded"),
    [
        ("{whereabouts: unknown}", "E1 2023-01-10 09:00 reported whereabouts=known"),
        ("{from_place: childrens_home}", "E1 2023-01-10 09:00 reported from_place=home"),
        ("{looked_after: true}", "- 2023-01-01 09:00 care_status looked_after=no"),
        ("{looked_after: true}", "- 2023-01-01 09:00 care_status looked_after=not_applicable"),
        ("{open: false}", "- 2023-01-01 09:00 case_status open=yes"),
        ("{age: {under: 12}}", "- 2023-01-01 09:00 born date_of_birth=2009-01-01"),
    ],
)
def test_three_valued_an_open_fact_recorded_otherwise_means_no(
    condition: str, recorded: str
) -> None:
    known = f"{'' if 'reported' in recorded else REPORTED}{recorded}"
    answer = judge(policy(asking(condition)), known, "2023-01-11 00:00")
    assert not found(answer)
    assert not answer.data_gaps


@pytest.mark.parametrize(
    "condition",
    [
        "{category: missing}",
        "{grade: high}",
        "{marker: cse}",
        "{concern: crime}",
        "{priority: immediate}",
    ],
)
def test_three_valued_a_closed_fact_not_recorded_means_no(condition: str) -> None:
    answer = judge(policy(asking(condition)), REPORTED, "2023-01-11 00:00")
    assert not found(answer)
    assert not answer.data_gaps


@pytest.mark.parametrize(
    ("condition", "outcome"),
    [
        ("{all: [{whereabouts: unknown}, {marker: cse}]}", None),
        ("{any: [{whereabouts: unknown}, {marker: cse}]}", "indeterminate"),
        ("{any: [{whereabouts: unknown}, {not: {marker: cse}}]}", "breached"),
        ("{not: {whereabouts: known}}", "indeterminate"),
        ("{all: [{recorded: whereabouts}, {whereabouts: unknown}]}", None),
        ("{not: {all: [{recorded: whereabouts}, {whereabouts: known}]}}", "breached"),
        ("{at_least: 1, of: [{whereabouts: unknown}, {looked_after: true}]}", "indeterminate"),
        (
            "{at_least: 2, of: [{whereabouts: unknown}, {marker: cse}, {marker: cce}]}",
            None,
        ),
    ],
)
def test_three_valued_unknown_spreads_only_where_it_could_change_the_answer(
    condition: str, outcome: str | None
) -> None:
    answer = judge(policy(asking(condition)), REPORTED, "2023-01-11 00:00")
    assert outcomes(answer) == ([] if outcome is None else [outcome])


def test_three_valued_a_duty_that_may_not_exist_and_was_done_leaves_nothing_to_ask() -> None:
    log = f"{REPORTED}E1 2023-01-10 09:30 inspector_informed"
    answer = judge(policy(asking("{whereabouts: unknown}")), log, "2023-01-11 00:00")
    assert answer.breaches == answer.required_actions == ()


def test_three_valued_done_late_where_the_duty_may_not_exist_is_no_breach() -> None:
    log = f"{REPORTED}E1 2023-01-10 19:30 inspector_informed"
    answer = judge(policy(asking("{whereabouts: unknown}")), log, "2023-01-11 00:00")
    assert answer.breaches == ()


def test_three_valued_a_grade_at_the_floor_is_in_order_whatever_the_condition() -> None:
    rule = policy("""
        rules:
          - id: floor
            on: {entry: graded}
            if: {looked_after: true}
            grade: {at_least: medium, within: 30 minutes}
    """)
    high = judge(rule, f"{REPORTED}E1 2023-01-10 09:10 graded grade=high", "2023-01-11 00:00")
    assert "indeterminate" not in outcomes(high)
    assert not high.data_gaps
    low = judge(rule, f"{REPORTED}E1 2023-01-10 09:10 graded grade=low", "2023-01-11 00:00")
    assert outcomes(low) == ["indeterminate"]


def test_three_valued_a_grade_raised_late_that_may_not_have_been_demanded_is_no_breach() -> None:
    rule = policy("""
        rules:
          - id: floor
            on: {entry: graded}
            if: {looked_after: true}
            grade: {at_least: high, within: 30 minutes}
    """)
    low = f"{REPORTED}E1 2023-01-10 09:10 graded grade=low\n"
    raised = f"{low}E1 2023-01-10 17:30 graded grade=high\n"
    assert outcomes(judge(rule, low, "2023-01-11 00:00")) == ["indeterminate"]
    assert outcomes(judge(rule, raised, "2023-01-11 00:00")) == ["indeterminate"]
    known = f"{raised}- 2023-01-01 09:00 care_status looked_after=yes"
    assert outcomes(judge(rule, known, "2023-01-11 00:00")) == ["fulfilled_late"]


def test_three_valued_what_is_learned_after_the_trigger_does_not_answer_for_it() -> None:
    """Read at the trigger, on what was the case then: a status of later is another one."""
    later = f"{REPORTED}- 2023-01-10 12:00 care_status looked_after=yes"
    rule = policy(asking("{looked_after: true}"))
    assert outcomes(judge(rule, later, "2023-01-11 00:00")) == ["indeterminate"]
    late = f"{REPORTED}- 2023-01-01 09:00 care_status looked_after=yes recorded='2023-01-10 12:00'"
    assert outcomes(judge(rule, late, "2023-01-11 00:00")) == ["breached"]


def test_three_valued_a_count_that_hangs_on_something_not_recorded_is_indeterminate() -> None:
    """The term as one would first write it, with whereabouts that nobody recorded."""
    rule = policy("""
        parameters:
          window: {value: 90 days, edge: inclusive, basis: inferred}
        terms:
          missing: {all: [{recorded: category}, {not: {whereabouts: known}}]}
        rules:
          - id: meeting
            on: {episodes: missing, reach: 3, within: window}
            require: {action: strategy_meeting_held, within: 14 days}
    """)
    answer = judge(rule, missing(0, 10, 20), f"{day(60)} 00:00")
    assert outcomes(answer) == ["indeterminate"]
    assert not found(judge(rule, missing(0, 10), f"{day(60)} 00:00"))
    recorded = missing(0, 10, 20).replace("reported", "reported whereabouts=unknown")
    assert outcomes(judge(rule, recorded, f"{day(60)} 00:00")) == ["breached"]


def test_three_valued_a_trigger_that_may_hold_after_a_sure_one_is_not_passed_silently() -> None:
    rule = policy("""
        rules:
          - id: shared
            on: {entry: ppn_submitted, where: {stage: found}}
            after: trigger
            require: {action: ppn_shared, within: 24 hours}
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 10:00 ppn_submitted stage=found
        E1 2023-01-10 11:00 ppn_shared
        E1 2023-01-10 12:00 ppn_submitted
    """
    assert outcomes(judge(rule, log, "2023-01-13 00:00")) == ["fulfilled", "indeterminate"]


def test_three_valued_a_measure_that_may_apply_is_indeterminate() -> None:
    rule = policy("""
        rules:
          - id: measure
            on: {entry: reported}
            if: {looked_after: true}
            measure: true
    """)
    looked_after = f"- 2023-01-01 09:00 care_status looked_after=yes\n{REPORTED}"
    assert outcomes(judge(rule, REPORTED, "2023-01-11 00:00")) == ["indeterminate"]
    assert outcomes(judge(rule, looked_after, "2023-01-11 00:00")) == ["noted"]


# --- Ruling 16: outcomes --------------------------------------------------------------------------


def test_ruling_16_these_are_the_outcomes() -> None:
    assert set(OUTCOMES) == {
        "pending",
        "fulfilled",
        "fulfilled_late",
        "breached",
        "decided_not_required",
        "indeterminate",
        "not_observable",
        "not_applicable",
        "noted",
        "error",
    }


FORBIDDEN = policy("""
rules:
  - id: withdrawn
    on: {entry: categorised, where: {category: concern_for_safety}}
    forbid: true
""")


def test_ruling_16_what_is_forbidden_is_a_breach_that_leaves_nothing_to_do() -> None:
    log = f"{REPORTED}E1 2023-01-10 09:05 categorised category=concern_for_safety"
    answer = judge(FORBIDDEN, log, "2023-01-10 09:05")
    assert outcomes(answer) == ["breached"]
    assert answer.breaches == answer.findings
    assert answer.required_actions == ()
    assert only(answer).to_dict()["action"] is None


def test_ruling_16_what_is_not_forbidden_is_nothing() -> None:
    log = f"{REPORTED}E1 2023-01-10 09:05 categorised category=missing"
    assert not found(judge(FORBIDDEN, log, "2023-01-11 00:00"))


def test_ruling_16_a_forbidden_entry_put_right_later_was_a_breach_all_the_same() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 09:05 categorised category=concern_for_safety
        E1 2023-01-10 09:06 categorised category=missing
    """
    assert outcomes(judge(FORBIDDEN, log, "2023-01-11 00:00")) == ["breached"]


def test_ruling_16_a_measure_is_noted_and_nobody_owes_anything() -> None:
    """Herefordshire: three or more in 90 days, looked after: counted, no action."""
    rule = policy("""
        parameters:
          window: {value: 90 days, edge: inclusive, basis: inferred}
        terms:
          missing: {category: missing}
        rules:
          - id: measure
            on: {episodes: missing, reach: 3, within: window}
            measure: true
    """)
    answer = judge(rule, missing(0, 10, 20), f"{day(60)} 00:00")
    assert outcomes(answer) == ["noted"]
    assert answer.breaches == answer.required_actions == ()


@pytest.mark.parametrize(
    ("log", "as_of", "breach", "required"),
    [
        ("", "2023-01-10 09:30", False, True),
        ("", "2023-01-10 11:00", True, True),
        ("E1 2023-01-10 09:30 inspector_informed", "2023-01-10 11:00", False, False),
        ("E1 2023-01-10 10:30 inspector_informed", "2023-01-10 11:00", True, False),
    ],
)
def test_ruling_16_a_breach_is_breached_or_late_and_required_is_what_is_still_to_do(
    log: str, as_of: str, breach: bool, required: bool
) -> None:
    finding = only(judge(INSPECTOR, REPORTED + log, as_of))
    assert finding.is_breach is breach
    assert finding.is_required is required
