"""Rulings 1 to 5: what counts, thresholds, runs of episodes and what they owe, corrections."""

from __future__ import annotations

import pytest

from build import day, found, judge, missing, only, outcomes, policy, record
from missingrules import Coverage

# Concern for safety is properly used on a stated ground, with a rationale within 15 minutes.
# Anything else that has a category counts, unless the whereabouts are known.
SUBSTANCE = """
parameters:
  window: {value: 90 days, edge: inclusive, basis: inferred}
terms:
  whereabouts_known: {all: [{recorded: whereabouts}, {whereabouts: known}]}
  proper:
    all:
      - {category: concern_for_safety}
      - {ground: [enquiries_not_made, exceptional_circumstances]}
      - {recorded: categorised.rationale}
    by: 15 minutes
  missing: {all: [{recorded: category}, {not: proper}, {not: whereabouts_known}]}
rules:
  - id: meeting
    on: {episodes: missing, reach: 3, within: window, as_recorded: {category: missing}}
    require: {action: strategy_meeting_held, within: 14 days}
"""
MEETING = policy(SUBSTANCE)

IMPROPER = "category=concern_for_safety"
PROPER = "category=concern_for_safety ground=enquiries_not_made rationale='parent still ringing'"


def labelled(*labels: str) -> str:
    """One episode on days 0, 10, 20 ... with these first categories, recorded with the report."""
    lines = []
    for number, label in enumerate(labels):
        lines.append(f"E{number + 1} {day(10 * number)} 09:00 reported")
        lines.append(f"E{number + 1} {day(10 * number)} 09:00 categorised {label}")
    return "\n".join(lines)


# --- Ruling 1: an episode counts by substance -----------------------------------------------------


def test_ruling_01_three_episodes_put_in_concern_for_safety_without_reasons_owe_a_meeting() -> None:
    meeting = only(judge(MEETING, labelled(IMPROPER, IMPROPER, IMPROPER), "2023-03-01 00:00"))
    assert meeting.outcome == "breached"
    assert meeting.episodes == ("E1", "E2", "E3")


def test_ruling_01_concern_for_safety_properly_used_is_not_counted() -> None:
    assert not found(judge(MEETING, labelled(PROPER, PROPER, PROPER), "2023-03-01 00:00"))


@pytest.mark.parametrize(
    "label",
    [
        "category=concern_for_safety rationale='no ground stated'",
        "category=concern_for_safety ground=exceptional_circumstances",
        "category=concern_for_safety ground=exceptional_circumstances rationale='  '",
        "category=absent",
        "category=no_apparent_risk",
    ],
)
def test_ruling_01_without_ground_or_rationale_or_under_another_label_it_counts(label: str) -> None:
    meeting = only(judge(MEETING, labelled(label, label, label), "2023-03-01 00:00"))
    assert meeting.outcome == "breached"


def test_ruling_01_an_episode_without_a_category_is_not_counted_yet() -> None:
    log = labelled(IMPROPER, IMPROPER) + f"\nE3 {day(20)} 09:00 reported"
    assert not found(judge(MEETING, log, "2023-03-01 00:00"))


def test_ruling_01_the_finding_is_masked_where_labels_fall_short_and_names_the_episodes() -> None:
    log = labelled("category=missing", IMPROPER, "category=missing")
    meeting = only(judge(MEETING, log, "2023-03-01 00:00"))
    assert meeting.masked
    assert meeting.masked_by == ("E2",)


def test_ruling_01_a_label_that_the_source_has_no_place_for_masks_nothing() -> None:
    rule = policy(
        SUBSTANCE.replace(
            "{all: [{recorded: category}, {not: proper}, {not: whereabouts_known}]}",
            "{recorded: reported.missing_since}",
        )
    )
    log = "\n".join(f"E{n} {day(n)} 09:00 reported missing_since=07:30" for n in (1, 2, 3))
    assert only(judge(rule, log, "2023-03-01 00:00")).masked_by == ("E1", "E2", "E3")
    unseen = Coverage.between(without=["categorised"])
    meeting = only(judge(rule, log, "2023-03-01 00:00", coverage=unseen))
    assert meeting.outcome == "breached"
    assert not meeting.masked


def test_ruling_01_every_masked_episode_is_named() -> None:
    meeting = only(judge(MEETING, labelled(IMPROPER, IMPROPER, IMPROPER), "2023-03-01 00:00"))
    assert meeting.masked_by == ("E1", "E2", "E3")


def test_ruling_01_the_finding_is_not_masked_where_labels_reach_the_threshold_too() -> None:
    log = labelled("category=missing", "category=missing", "category=missing")
    meeting = only(judge(MEETING, log, "2023-03-01 00:00"))
    assert not meeting.masked
    assert meeting.masked_by == ()


def test_ruling_01_a_fourth_episode_mislabelled_does_not_mask_three_that_are_not() -> None:
    log = labelled(IMPROPER) + "\n" + missing(10, 20, 30, first=2)
    meeting = only(judge(MEETING, log, "2023-03-01 00:00"))
    assert meeting.opened_at.date().isoformat() == day(20)
    assert meeting.masked_by == ("E1",)  # at the third episode labels gave two


def test_ruling_01_labels_that_reach_what_substance_does_not_owe_nothing() -> None:
    log = "\n".join(
        f"E{n} {day(n)} 09:00 reported whereabouts=known\n"
        f"E{n} {day(n)} 09:00 categorised category=missing"
        for n in (1, 2, 3)
    )
    assert not found(judge(MEETING, log, "2023-03-01 00:00"))


def test_ruling_01_it_counts_since_the_first_moment_its_term_was_true() -> None:
    log = (
        missing(0, 10)
        + f"""
        E3 {day(20)} 09:00 reported
        E3 {day(20)} 11:30 categorised category=missing
    """.replace("\n        ", "\n")
    )
    meeting = only(judge(MEETING, log, "2023-03-01 00:00"))
    assert meeting.to_dict()["opened_at"] == f"{day(20)}T11:30:00Z"


def test_ruling_01_it_counts_since_the_end_of_the_time_of_grace_where_that_decides() -> None:
    log = (
        missing(0, 10) + f"\nE3 {day(20)} 09:00 reported\nE3 {day(20)} 09:05 categorised {IMPROPER}"
    )
    assert not found(judge(MEETING, log, f"{day(20)} 09:19:59"))
    meeting = only(judge(MEETING, log, f"{day(20)} 09:20"))
    assert meeting.to_dict()["opened_at"] == f"{day(20)}T09:20:00Z"


@pytest.mark.parametrize(
    "later",
    [
        f"E3 {day(20)} 10:00 categorised {PROPER}",
        f"E3 {day(20)} 10:00 categorised category=no_apparent_risk",
        f"E3 {day(20)} 10:00 reported whereabouts=known",
    ],
)
def test_ruling_01_it_stays_counted_when_its_term_becomes_false(later: str) -> None:
    log = missing(0, 10, 20) + "\n" + later
    assert only(judge(MEETING, log, "2023-03-01 00:00")).outcome == "breached"


def test_ruling_01_it_stays_counted_for_a_threshold_reached_after_the_term_became_false() -> None:
    log = missing(0, 10) + f"\nE2 {day(11)} 10:00 categorised {PROPER}\n" + missing(20, first=3)
    assert only(judge(MEETING, log, "2023-03-01 00:00")).episodes == ("E1", "E2", "E3")


def test_ruling_01_a_voided_episode_is_not_counted() -> None:
    log = missing(0, 10, 20) + f"\nE2 {day(12)} 10:00 voided reason=duplicate"
    assert not found(judge(MEETING, log, "2023-03-01 00:00"))


def test_ruling_01_an_episode_merged_away_is_not_counted_beside_the_one_it_went_into() -> None:
    log = missing(0, 10, 20) + f"\nE2 {day(12)} 10:00 merged into=E1"
    assert not found(judge(MEETING, log, "2023-03-01 00:00"))


def test_ruling_01_a_label_put_right_before_the_threshold_is_reached_does_not_mask() -> None:
    log = (
        labelled(IMPROPER)
        + f"\nE1 {day(1)} 09:00 categorised category=missing\n"
        + missing(10, 20, first=2)
    )
    assert not only(judge(MEETING, log, "2023-03-01 00:00")).masked


def test_ruling_01_a_label_put_right_afterwards_still_masked_the_count() -> None:
    log = (
        labelled(IMPROPER)
        + "\n"
        + missing(10, 20, first=2)
        + f"\nE1 {day(21)} 09:00 categorised category=missing"
    )
    assert only(judge(MEETING, log, "2023-03-01 00:00")).masked_by == ("E1",)


def test_ruling_01_a_label_made_wrong_afterwards_does_not_mask() -> None:
    log = missing(0, 10, 20) + f"\nE1 {day(21)} 09:00 categorised {IMPROPER}"
    assert not only(judge(MEETING, log, "2023-03-01 00:00")).masked


def test_ruling_01_a_label_dated_back_after_the_threshold_was_known_does_not_unmask() -> None:
    late = f"E1 {day(1)} 09:00 categorised category=missing recorded='{day(25)} 09:00'"
    log = labelled(IMPROPER) + "\n" + missing(10, 20, first=2) + "\n" + late
    assert only(judge(MEETING, log, "2023-03-01 00:00")).masked_by == ("E1",)


def test_ruling_01_a_label_recorded_late_together_with_its_report_does_not_mask() -> None:
    late = f"recorded='{day(25)} 09:00'"
    log = missing(0, 10) + (
        f"\nE3 {day(20)} 09:00 reported {late}"
        f"\nE3 {day(20)} 09:00 categorised category=missing {late}"
    )
    meeting = only(judge(MEETING, log, "2023-03-01 00:00"))
    assert not meeting.masked
    assert meeting.to_dict()["known_at"] == f"{day(25)}T09:00:00Z"


def test_ruling_01_without_as_recorded_no_count_by_label_is_made() -> None:
    rule = policy(SUBSTANCE.replace(", as_recorded: {category: missing}", ""))
    meeting = only(judge(rule, labelled(IMPROPER, IMPROPER, IMPROPER), "2023-03-01 00:00"))
    assert not meeting.masked


# --- Ruling 2: the threshold, its moment and its evidence -----------------------------------------


def counting(count: str, window: str, within: str = "window") -> str:
    return f"""
parameters:
  window: {window}
terms:
  missing: {{category: missing}}
rules:
  - id: meeting
    on: {{episodes: missing, {count}, within: {within}}}
    require: {{action: strategy_meeting_held, within: 14 days}}
"""


DAYS_90 = "{value: 90 days, edge: inclusive, basis: inferred}"


@pytest.mark.parametrize(
    ("window", "last", "reached"),
    [
        ("{value: 90 days, edge: inclusive, basis: inferred}", 89, True),
        ("{value: 90 days, edge: inclusive, basis: inferred}", 90, True),
        ("{value: 90 days, edge: inclusive, basis: inferred}", 91, False),
        ("{value: 90 days, edge: exclusive, basis: inferred}", 89, True),
        ("{value: 90 days, edge: exclusive, basis: inferred}", 90, False),
        ("{value: 2160 hours, edge: inclusive, basis: inferred}", 90, True),
        ("{value: 2160 hours, edge: exclusive, basis: inferred}", 90, False),
    ],
)
def test_ruling_02_the_window_holds_what_its_stated_edge_says(
    window: str, last: int, reached: bool
) -> None:
    rule = policy(counting("reach: 3", window))
    assert bool(found(judge(rule, missing(0, 30, last), f"{day(last)} 23:00"))) is reached


CONVENTIONS = {
    "2160 hours": "{value: 2160 hours, edge: inclusive, basis: inferred}",
    "90 days, inclusive": "{value: 90 days, edge: inclusive, basis: inferred}",
    "90 days, exclusive": "{value: 90 days, edge: exclusive, basis: inferred}",
}
# Six cases at the edge of a window, with the offsets that London had.
SIX_CASES = {
    "same clock": ("2024-05-01 12:00+01:00", "2024-07-30 12:00+01:00", (3, 3, 2)),
    "spring change": ("2024-02-01 12:00+00:00", "2024-05-01 12:00+01:00", (3, 3, 2)),
    "autumn change": ("2024-09-01 12:00+01:00", "2024-11-30 12:00+00:00", (2, 3, 2)),
    "later in the day": ("2024-05-01 12:00+01:00", "2024-07-30 18:00+01:00", (2, 3, 2)),
    "first at 00:30 BST": ("2024-05-01 00:30+01:00", "2024-07-30 12:00+01:00", (2, 3, 2)),
    "91 dates, leap year": ("2023-12-01 12:00+00:00", "2024-03-01 12:00+00:00", (2, 2, 2)),
}


@pytest.mark.parametrize("name", SIX_CASES)
@pytest.mark.parametrize("convention", CONVENTIONS)
def test_ruling_02_six_cases_that_every_window_must_get_right(convention: str, name: str) -> None:
    first, last, counts = SIX_CASES[name]
    between = f"{last[:8]}15 12:00" if last[8:10] == "30" else "2024-02-15 12:00"
    log = "".join(
        f"E{n} {time} reported\nE{n} {time} categorised category=missing\n"
        for n, time in enumerate((first, between, last), 1)
    )
    rule = policy(counting("reach: 3", CONVENTIONS[convention]))
    reached = bool(found(judge(rule, log, "2025-01-01 00:00")))
    assert reached == (counts[list(CONVENTIONS).index(convention)] == 3)


def test_ruling_02_a_minute_past_an_elapsed_window_is_outside() -> None:
    rule = policy(counting("reach: 2", "{value: 48 hours, edge: inclusive, basis: inferred}"))
    first = missing(0)
    inside = f"\nE2 {day(2)} 09:00 reported\nE2 {day(2)} 09:00 categorised category=missing"
    assert found(judge(rule, first + inside, f"{day(3)} 00:00"))
    outside = inside.replace("09:00", "09:01")
    assert not found(judge(rule, first + outside, f"{day(3)} 00:00"))


def test_ruling_02_reach_opens_at_the_number_and_more_than_at_the_next() -> None:
    reach, more = policy(counting("reach: 3", DAYS_90)), policy(counting("more_than: 3", DAYS_90))
    assert not found(judge(reach, missing(0, 10), f"{day(50)} 00:00"))
    assert found(judge(reach, missing(0, 10, 20), f"{day(50)} 00:00"))
    assert not found(judge(more, missing(0, 10, 20), f"{day(50)} 00:00"))
    assert found(judge(more, missing(0, 10, 20, 30), f"{day(50)} 00:00"))


def test_ruling_02_ever_reaches_back_without_limit() -> None:
    rule = policy(counting("reach: 3", DAYS_90, within="ever"))
    assert found(judge(rule, missing(0, 1000, 3000), f"{day(3001)} 00:00"))


def test_ruling_02_the_moment_of_the_threshold_opens_the_duty() -> None:
    rule = policy(counting("reach: 3", DAYS_90))
    log = missing(0, 10, 20, 30)
    assert only(judge(rule, log, f"{day(40)} 00:00")).to_dict()["opened_at"] == (
        f"{day(20)}T09:00:00Z"
    )


def test_ruling_02_windows_are_measured_between_placing_instants_not_from_the_moment() -> None:
    """The third is put in its category five days after its report: the window had it all along."""
    rule = policy(counting("reach: 3", DAYS_90))
    log = missing(0, 45) + (
        f"\nE3 {day(90)} 09:00 reported\nE3 {day(95)} 09:00 categorised category=missing"
    )
    assert not found(judge(rule, log, f"{day(95)} 08:59"))
    meeting = only(judge(rule, log, f"{day(95)} 09:00"))
    assert meeting.to_dict()["opened_at"] == f"{day(95)}T09:00:00Z"


def test_ruling_02_an_early_episode_that_begins_to_count_late_can_complete_the_window() -> None:
    rule = policy(counting("reach: 3", DAYS_90))
    log = (
        f"E1 {day(0)} 09:00 reported\n"
        + missing(20, 40, first=2)
        + f"\nE1 {day(200)} 09:00 categorised category=missing"
    )
    meeting = only(judge(rule, log, f"{day(201)} 00:00"))
    assert meeting.to_dict()["opened_at"] == f"{day(200)}T09:00:00Z"
    assert meeting.episodes == ("E1", "E2", "E3")


def test_ruling_02_of_two_windows_that_hold_as_many_the_later_one_is_shown() -> None:
    rule = policy(counting("reach: 3", DAYS_90))
    log = (
        f"{missing(0, 10)}\n{missing(100, 110, first=4)}\nE3 {day(60)} 09:00 reported\n"
        f"E3 {day(200)} 09:00 categorised category=missing"
    )
    meeting = only(judge(rule, log, f"{day(201)} 00:00"))
    assert meeting.episodes == ("E3", "E4", "E5")


def test_ruling_02_evidence_is_every_counted_episode_of_the_window_and_no_other() -> None:
    rule = policy(counting("reach: 3", DAYS_90))
    log = missing(0, 100, 110) + f"\nE9 {day(111)} 09:00 reported\n" + missing(120, first=4)
    meeting = only(judge(rule, log, f"{day(121)} 00:00"))
    assert meeting.episodes == ("E2", "E3", "E4")
    assert set(meeting.evidence) == {
        f"E{n}.{kind}" for n in (2, 3, 4) for kind in ("reported", "categorised")
    }


def test_ruling_02_episodes_that_begin_to_count_in_one_moment_open_one_duty() -> None:
    rule = policy(counting("reach: 3", DAYS_90))
    reports = "\n".join(f"E{n} {day(n)} 09:00 reported" for n in (1, 2, 3, 4))
    labels = "\n".join(f"E{n} {day(9)} 09:00 categorised category=missing" for n in (1, 2, 3, 4))
    meeting = only(judge(rule, f"{reports}\n{labels}", f"{day(10)} 00:00"))
    assert meeting.episodes == ("E1", "E2", "E3", "E4")
    assert meeting.episodes_since == 0


def test_ruling_02_a_policy_may_place_episodes_by_when_the_child_went_missing() -> None:
    placed = "{value: 10 days, edge: inclusive, placed_by: missing_since, basis: inferred}"
    by_report, by_start = (
        policy(counting("reach: 2", placed.replace("missing_since", "reported"))),
        policy(counting("reach: 2", placed)),
    )
    log = missing(0) + (
        f"\nE2 {day(12)} 09:00 reported missing_since='{day(10)} 20:00'"
        f"\nE2 {day(12)} 09:00 categorised category=missing"
    )
    assert not found(judge(by_report, log, f"{day(13)} 00:00"))
    assert found(judge(by_start, log, f"{day(13)} 00:00"))


# --- Ruling 3: a run of episodes owes one action --------------------------------------------------


SPELLS = policy(counting("reach: 3", DAYS_90))


def test_ruling_03_six_episodes_ten_days_apart_owe_one_meeting() -> None:
    meeting = only(judge(SPELLS, missing(0, 10, 20, 30, 40, 50), f"{day(90)} 00:00"))
    assert meeting.outcome == "breached"
    assert meeting.episodes == ("E1", "E2", "E3")
    assert meeting.episodes_since == 3


def test_ruling_03_twenty_more_episodes_are_counted_in_the_one_finding() -> None:
    meeting = only(judge(SPELLS, missing(*range(0, 230, 10)), f"{day(300)} 00:00"))
    assert meeting.episodes_since == 20
    assert "Further episodes since: 20" in meeting.message


def test_ruling_03_the_third_episode_alone_has_none_since() -> None:
    assert only(judge(SPELLS, missing(0, 10, 20), f"{day(30)} 00:00")).episodes_since == 0


def test_ruling_03_a_lapse_ends_the_run_and_the_next_threshold_owes_anew() -> None:
    log = missing(0, 10, 20, 200, 210, 220)
    first, second = found(judge(SPELLS, log, f"{day(300)} 00:00"))
    assert (first.episodes, second.episodes) == (("E1", "E2", "E3"), ("E4", "E5", "E6"))
    assert first.outcome == second.outcome == "breached"
    assert first.episodes_since == 0
    assert first.finding_id != second.finding_id


def test_ruling_03_time_alone_does_not_end_a_run() -> None:
    """On day 95 two are in the window, but there is no episode; on day 98 there are three again."""
    held = judge(SPELLS, missing(0, 10, 20, 98), f"{day(200)} 00:00")
    assert only(held).episodes_since == 1


def test_ruling_03_episodes_are_used_again_across_a_lapse() -> None:
    log = missing(0, 10, 20, 105, 108)  # on day 105 the window holds two, on day 108 three
    first, second = found(judge(SPELLS, log, f"{day(200)} 00:00"))
    assert first.episodes == ("E1", "E2", "E3")
    assert second.episodes == ("E3", "E4", "E5")


def test_ruling_03_an_answer_uses_up_every_episode_counted_by_then() -> None:
    log = missing(0, 10, 20, 30, 40) + f"\n- {day(22)} 10:00 strategy_meeting_held"
    assert outcomes(judge(SPELLS, log, f"{day(200)} 00:00")) == ["fulfilled"]


def test_ruling_03_three_new_episodes_after_an_answer_owe_anew() -> None:
    log = missing(0, 10, 20, 30, 40, 50) + f"\n- {day(22)} 10:00 strategy_meeting_held"
    first, second = found(judge(SPELLS, log, f"{day(200)} 00:00"))
    assert (first.outcome, second.outcome) == ("fulfilled", "breached")
    assert second.episodes == ("E4", "E5", "E6")


def test_ruling_03_an_answer_uses_up_further_episodes_of_the_run_too() -> None:
    log = missing(0, 10, 20, 30, 40, 50) + f"\n- {day(32)} 10:00 strategy_meeting_held"
    assert outcomes(judge(SPELLS, log, f"{day(200)} 00:00")) == ["fulfilled"]


def test_ruling_03_episodes_since_stop_at_the_answer() -> None:
    log = missing(0, 10, 20, 30, 40) + f"\n- {day(32)} 10:00 strategy_meeting_held"
    assert only(judge(SPELLS, log, f"{day(200)} 00:00")).episodes_since == 1


def test_ruling_03_an_episode_counted_in_the_moment_of_the_answer_is_used_up() -> None:
    log = missing(0, 10, 20, 25, 35, 45) + f"\n- {day(25)} 09:00 strategy_meeting_held"
    assert outcomes(judge(SPELLS, log, f"{day(200)} 00:00")) == ["fulfilled"]


def test_ruling_03_a_late_answer_uses_up_the_episodes_of_its_run_too() -> None:
    log = missing(0, 10, 20, 30, 40, 50, 60) + f"\n- {day(55)} 10:00 strategy_meeting_held"
    late = only(judge(SPELLS, log, f"{day(200)} 00:00"))
    assert late.outcome == "fulfilled_late"
    assert late.episodes_since == 3


def test_ruling_03_a_meeting_that_nothing_had_called_for_uses_up_nothing() -> None:
    log = missing(0, 10, 20) + f"\n- {day(15)} 10:00 strategy_meeting_held"
    meeting = only(judge(SPELLS, log, f"{day(200)} 00:00"))
    assert meeting.outcome == "breached"
    assert meeting.episodes == ("E1", "E2", "E3")


def test_ruling_03_a_second_meeting_after_the_answer_uses_up_nothing() -> None:
    meetings = f"\n- {day(22)} 10:00 strategy_meeting_held\n- {day(45)} 10:00 strategy_meeting_held"
    log = missing(0, 10, 20, 30, 40, 50) + meetings
    assert outcomes(judge(SPELLS, log, f"{day(200)} 00:00")) == ["fulfilled", "breached"]


SINCE = policy(counting("reach: 3, since: action", DAYS_90))


def test_ruling_03_with_since_action_such_a_meeting_starts_the_count_afresh() -> None:
    log = missing(0, 10, 20) + f"\n- {day(15)} 10:00 strategy_meeting_held"
    assert not found(judge(SINCE, log, f"{day(200)} 00:00"))


def test_ruling_03_with_since_action_three_episodes_after_the_meeting_owe_anew() -> None:
    log = missing(0, 10, 20, 30, 40) + f"\n- {day(15)} 10:00 strategy_meeting_held"
    assert only(judge(SINCE, log, f"{day(200)} 00:00")).episodes == ("E3", "E4", "E5")


def test_ruling_03_with_since_action_a_meeting_before_every_episode_changes_nothing() -> None:
    log = f"- {day(0)} 08:00 strategy_meeting_held\n" + missing(0, 10, 20)
    assert only(judge(SINCE, log, f"{day(200)} 00:00")).episodes == ("E1", "E2", "E3")


def test_ruling_03_with_since_action_a_decision_that_is_not_valid_changes_nothing() -> None:
    decision = "decided_not_required action=strategy_meeting_held by=officer"
    log = missing(0, 10, 20) + f"\n- {day(15)} 10:00 {decision}"
    assert only(judge(SINCE, log, f"{day(200)} 00:00")).episodes == ("E1", "E2", "E3")


def test_ruling_03_a_count_ever_keeps_its_run_until_it_is_answered() -> None:
    rule = policy(counting("reach: 3", DAYS_90, within="ever"))
    log = missing(0, 10, 20, 900, 1800)
    assert only(judge(rule, log, f"{day(2000)} 00:00")).episodes_since == 2


def test_ruling_03_a_count_ever_owes_anew_after_an_answer() -> None:
    rule = policy(counting("reach: 3", DAYS_90, within="ever"))
    log = missing(0, 10, 20, 900, 1800, 1900) + f"\n- {day(21)} 10:00 strategy_meeting_held"
    assert outcomes(judge(rule, log, f"{day(2000)} 00:00")) == ["fulfilled", "breached"]


def test_ruling_03_the_condition_of_the_rule_is_part_of_what_keeps_a_run_going() -> None:
    rule = policy(
        counting("reach: 2", DAYS_90).replace("    require", "    if: {marker: cse}\n    require")
    )
    log = missing(0, 10) + f"\n- {day(5)} 09:00 marker_added marker=cse"
    assert outcomes(judge(rule, log, f"{day(50)} 00:00")) == ["breached"]
    without = missing(0, 10) + f"\n- {day(15)} 09:00 marker_added marker=cse"
    assert not found(judge(rule, without, f"{day(50)} 00:00"))
    later = without + "\n" + missing(20, first=3)
    assert only(judge(rule, later, f"{day(50)} 00:00")).episodes == ("E1", "E2", "E3")


REQUESTED = policy(
    counting("reach: 3", DAYS_90).replace(
        "    require: {action: strategy_meeting_held",
        "    unless: {entry: strategy_meeting_held}\n"
        "    require: {action: strategy_meeting_requested",
    )
)


def test_ruling_03_a_release_uses_up_the_episodes_like_an_answer() -> None:
    """Where the meeting was held, nobody has to ask for it; three more call for the next."""
    held = f"\n- {day(21)} 09:00 strategy_meeting_held"
    four = missing(0, 10, 20, 30) + held
    assert outcomes(judge(REQUESTED, four, f"{day(80)} 00:00")) == ["not_applicable"]
    six = missing(0, 10, 20, 30, 40, 50) + held
    first, second = found(judge(REQUESTED, six, f"{day(80)} 00:00"))
    assert (first.outcome, second.outcome) == ("not_applicable", "breached")
    assert second.episodes == ("E4", "E5", "E6")


def test_ruling_03_what_held_before_releases_from_the_opening_on_and_uses_up_as_much() -> None:
    rule = policy(
        counting("reach: 3", DAYS_90).replace(
            "    require", "    unless: {marker: cse}\n    require"
        )
    )
    marked = (
        f"- {day(0)} 08:00 marker_added marker=cse\n- {day(25)} 08:00 marker_removed marker=cse\n"
    )
    four = marked + missing(0, 10, 20, 30)
    assert outcomes(judge(rule, four, f"{day(80)} 00:00")) == ["not_applicable"]
    six = marked + missing(0, 10, 20, 30, 40, 50)
    assert outcomes(judge(rule, six, f"{day(80)} 00:00")) == ["not_applicable", "breached"]


def test_ruling_03_what_comes_after_the_deadline_is_no_release() -> None:
    held = f"\n- {day(35)} 09:00 strategy_meeting_held"
    log = missing(0, 10, 20, 30, 40) + held
    finding = only(judge(REQUESTED, log, f"{day(80)} 00:00"))
    assert finding.outcome == "breached"
    assert finding.episodes_since == 2


# --- Ruling 4: which run an action answers --------------------------------------------------------


def spells(deadline: str) -> str:
    """Runs of two within ten days: they open on days 1 and 31, and day 30 is a lapse."""
    window = "{value: 10 days, edge: inclusive, basis: inferred}"
    return counting("reach: 2", window).replace("within: 14 days", f"within: {deadline}")


TWO_RUNS = missing(0, 1, 30, 31)


def test_ruling_04_an_action_answers_every_run_still_within_its_deadline() -> None:
    log = f"{TWO_RUNS}\n- {day(40)} 10:00 strategy_meeting_held"
    rule = policy(spells("60 days"))
    assert outcomes(judge(rule, log, f"{day(200)} 00:00")) == ["fulfilled", "fulfilled"]


def test_ruling_04_a_run_overdue_stays_breached_when_a_newer_one_is_answered_in_time() -> None:
    log = f"{TWO_RUNS}\n- {day(40)} 10:00 strategy_meeting_held"
    rule = policy(spells("14 days"))
    assert outcomes(judge(rule, log, f"{day(200)} 00:00")) == ["breached", "fulfilled"]


def test_ruling_04_where_all_are_overdue_the_latest_is_answered() -> None:
    log = f"{TWO_RUNS}\n- {day(90)} 10:00 strategy_meeting_held"
    rule = policy(spells("14 days"))
    assert outcomes(judge(rule, log, f"{day(200)} 00:00")) == ["breached", "fulfilled_late"]


def test_ruling_04_one_overdue_run_is_answered_late() -> None:
    log = f"{missing(0, 1)}\n- {day(90)} 10:00 strategy_meeting_held"
    rule = policy(spells("14 days"))
    assert outcomes(judge(rule, log, f"{day(200)} 00:00")) == ["fulfilled_late"]


def test_ruling_04_a_second_action_answers_the_older_overdue_run() -> None:
    meetings = f"\n- {day(90)} 10:00 strategy_meeting_held\n- {day(91)} 10:00 strategy_meeting_held"
    rule = policy(spells("14 days"))
    late = found(judge(rule, TWO_RUNS + meetings, f"{day(200)} 00:00"))
    assert [one.outcome for one in late] == ["fulfilled_late", "fulfilled_late"]
    assert [one.answer for one in late] == ["strategy_meeting_held.2", "strategy_meeting_held"]


def test_ruling_04_an_action_between_two_runs_answers_only_the_first() -> None:
    log = f"{TWO_RUNS}\n- {day(20)} 10:00 strategy_meeting_held"
    rule = policy(spells("60 days"))
    assert outcomes(judge(rule, log, f"{day(200)} 00:00")) == ["fulfilled", "breached"]


def test_ruling_04_the_answer_to_a_newer_run_uses_up_the_episodes_of_the_overdue_one_too() -> None:
    log = f"{TWO_RUNS}\n- {day(40)} 10:00 strategy_meeting_held\n{missing(41, first=5)}"
    rule = policy(spells("14 days"))
    assert outcomes(judge(rule, log, f"{day(200)} 00:00")) == ["breached", "fulfilled"]


# --- Ruling 5: corrections ------------------------------------------------------------------------


def test_ruling_05_a_void_recomputes_from_what_is_then_known() -> None:
    log = missing(0, 10, 20, 30) + f"\nE2 {day(35)} 09:00 voided reason=duplicate"
    before = only(judge(SPELLS, log, f"{day(35)} 08:59"))
    after = only(judge(SPELLS, log, f"{day(35)} 09:00"))
    assert before.episodes == ("E1", "E2", "E3")
    assert after.episodes == ("E1", "E3", "E4")
    assert after.to_dict()["opened_at"] == f"{day(30)}T09:00:00Z"


def test_ruling_05_an_earlier_as_of_gives_back_the_earlier_verdict() -> None:
    log = missing(0, 10, 20) + f"\nE2 {day(60)} 09:00 voided reason=duplicate"
    assert outcomes(judge(SPELLS, log, f"{day(50)} 00:00")) == ["breached"]
    assert outcomes(judge(SPELLS, log, f"{day(61)} 00:00")) == []


def test_ruling_05_a_void_that_is_dated_back_counts_from_when_it_was_recorded() -> None:
    void = f"E2 {day(12)} 09:00 voided recorded='{day(60)} 09:00'"
    log = f"{missing(0, 10, 20)}\n{void}"
    assert outcomes(judge(SPELLS, log, f"{day(50)} 00:00")) == ["breached"]
    assert outcomes(judge(SPELLS, log, f"{day(61)} 00:00")) == []


def test_ruling_05_findings_that_a_correction_withdrew_are_listed_with_who_and_why() -> None:
    log = missing(0, 10, 20) + f"\nE2 {day(60)} 09:00 voided reason='entered twice' by=supervisor"
    case = record(log)
    earlier = judge(SPELLS, case, f"{day(50)} 00:00")
    (gone,) = judge(SPELLS, case, f"{day(61)} 00:00").withdrawn_since(earlier)
    assert gone.finding == only(earlier)
    assert gone.entries == ("E2.voided",)
    assert gone.by == ("supervisor",)
    assert gone.reasons == ("entered twice",)


def test_ruling_05_a_merge_that_takes_a_breach_away_is_listed_too() -> None:
    case = record(missing(0, 10, 20) + f"\nE3 {day(60)} 09:00 merged into=E2 by=mash")
    (gone,) = judge(SPELLS, case, f"{day(61)} 00:00").withdrawn_since(
        judge(SPELLS, case, f"{day(50)} 00:00").as_of
    )
    assert gone.finding.outcome == "breached"
    assert gone.entries == ("E3.merged",)


def test_ruling_05_nothing_is_listed_where_nothing_was_withdrawn() -> None:
    case = record(missing(0, 10, 20))
    later = judge(SPELLS, case, f"{day(61)} 00:00")
    assert later.withdrawn_since(judge(SPELLS, case, f"{day(50)} 00:00")) == ()


def test_ruling_05_a_duty_that_was_answered_is_not_withdrawn() -> None:
    case = record(missing(0, 10, 20) + f"\n- {day(30)} 09:00 strategy_meeting_held")
    later = judge(SPELLS, case, f"{day(61)} 00:00")
    assert later.withdrawn_since(judge(SPELLS, case, f"{day(25)} 00:00")) == ()


def test_ruling_05_voiding_the_answer_brings_the_breach_back() -> None:
    log = missing(0, 10, 20) + (
        f"\n- {day(30)} 09:00 strategy_meeting_held id=meeting\n- {day(60)} 09:00 voided of=meeting"
    )
    assert outcomes(judge(SPELLS, log, f"{day(50)} 00:00")) == ["fulfilled"]
    assert outcomes(judge(SPELLS, log, f"{day(61)} 00:00")) == ["breached"]


def test_ruling_05_voiding_one_entry_leaves_the_rest_of_its_episode() -> None:
    log = (
        missing(0, 10)
        + f"""
E3 {day(20)} 09:00 reported
E3 {day(20)} 09:00 categorised category=absent
E3 {day(20)} 09:10 categorised category=missing id=wrong
E3 {day(21)} 09:00 voided of=wrong
"""
    )
    assert found(judge(SPELLS, log, f"{day(20)} 12:00"))
    assert not found(judge(SPELLS, log, f"{day(22)} 00:00"))


def test_ruling_05_voiding_an_episode_equals_never_having_had_it() -> None:
    void = f"\nE2 {day(60)} 09:00 voided"
    with_it = judge(SPELLS, missing(0) + "\n" + missing(10, first=2) + void, f"{day(70)} 00:00")
    without = judge(SPELLS, missing(0), f"{day(70)} 00:00")
    assert with_it.findings == without.findings
    assert with_it.data_gaps == without.data_gaps


def test_ruling_05_voiding_a_void_undoes_it() -> None:
    log = missing(0, 10, 20) + (
        f"\nE2 {day(30)} 09:00 voided id=oops\n- {day(31)} 09:00 voided of=oops"
    )
    assert outcomes(judge(SPELLS, log, f"{day(30)} 12:00")) == []
    assert only(judge(SPELLS, log, f"{day(60)} 00:00")).episodes == ("E1", "E2", "E3")


def test_ruling_05_voiding_a_merge_undoes_it() -> None:
    log = missing(0, 10, 20) + (
        f"\nE3 {day(30)} 09:00 merged into=E2 id=oops\n- {day(31)} 09:00 voided of=oops"
    )
    assert outcomes(judge(SPELLS, log, f"{day(30)} 12:00")) == []
    assert only(judge(SPELLS, log, f"{day(60)} 00:00")).episodes == ("E1", "E2", "E3")


def test_ruling_05_undoing_can_itself_be_undone() -> None:
    log = (
        missing(0, 10, 20)
        + f"""
E2 {day(30)} 09:00 voided id=first
- {day(31)} 09:00 voided of=first id=second
- {day(32)} 09:00 voided of=second id=third
"""
    )
    assert outcomes(judge(SPELLS, log, f"{day(60)} 00:00")) == []


def test_ruling_05_voiding_an_episode_brings_back_what_was_merged_into_it() -> None:
    log = (
        missing(0, 10, 20, 30)
        + f"""
E2 {day(40)} 09:00 merged into=E4
E4 {day(41)} 09:00 voided reason='another child'
"""
    )
    assert only(judge(SPELLS, log, f"{day(40)} 12:00")).episodes == ("E1", "E4", "E3")
    assert only(judge(SPELLS, log, f"{day(60)} 00:00")).episodes == ("E1", "E2", "E3")


def test_ruling_05_merges_in_a_circle_are_noted_and_lose_no_episode() -> None:
    log = (
        missing(0, 10, 20, 30)
        + f"""
E1 {day(40)} 09:00 merged into=E2
E2 {day(41)} 09:00 merged into=E1
"""
    )
    answer = judge(SPELLS, log, f"{day(60)} 00:00")
    assert [gap.code for gap in answer.data_gaps] == ["merge_cycle"]
    assert len(only(answer).episodes) == 3


def test_ruling_05_a_circle_of_three_is_noted() -> None:
    log = (
        missing(0, 10, 20, 30)
        + f"""
E1 {day(40)} 09:00 merged into=E2
E2 {day(41)} 09:00 merged into=E3
E3 {day(42)} 09:00 merged into=E1
"""
    )
    answer = judge(SPELLS, log, f"{day(60)} 00:00")
    assert [gap.code for gap in answer.data_gaps] == ["merge_cycle"]


def test_ruling_05_a_merge_into_itself_is_ignored_and_noted() -> None:
    log = missing(0, 10, 20) + f"\nE2 {day(40)} 09:00 merged into=E2"
    answer = judge(SPELLS, log, f"{day(60)} 00:00")
    assert [gap.code for gap in answer.data_gaps] == ["merge_cycle"]
    assert only(answer).episodes == ("E1", "E2", "E3")


def test_ruling_05_a_merge_across_children_is_ignored_and_noted() -> None:
    log = missing(0, 10, 20) + f"\nE2 {day(40)} 09:00 merged into=E77"
    answer = judge(SPELLS, log, f"{day(60)} 00:00")
    (gap,) = answer.data_gaps
    assert gap.code == "unknown_target"
    assert gap.entries == ("E2.merged",)
    assert only(answer).episodes == ("E1", "E2", "E3")


def test_ruling_05_a_void_of_something_unknown_is_ignored_and_noted() -> None:
    log = missing(0, 10, 20) + f"\n- {day(40)} 09:00 voided of=nothing"
    answer = judge(SPELLS, log, f"{day(60)} 00:00")
    assert [gap.code for gap in answer.data_gaps] == ["unknown_target"]
    assert outcomes(answer) == ["breached"]


def test_ruling_05_a_merged_episode_is_placed_by_the_earliest_report() -> None:
    rule = policy(counting("reach: 2", DAYS_90))
    log = (
        missing(0)
        + f"""
E2 {day(89)} 09:00 reported
E3 {day(92)} 09:00 reported
E3 {day(92)} 09:00 categorised category=missing
"""
    )
    assert not found(judge(rule, log, f"{day(93)} 00:00"))
    merged = f"{log}\nE2 {day(93)} 09:00 merged into=E3"
    assert only(judge(rule, merged, f"{day(94)} 00:00")).episodes == ("E1", "E3")


def test_ruling_05_merges_follow_one_another() -> None:
    log = (
        missing(0, 10, 20, 30, 40)
        + f"""
E5 {day(50)} 09:00 merged into=E4
E4 {day(51)} 09:00 merged into=E3
"""
    )
    answer = judge(SPELLS, log, f"{day(60)} 00:00")
    assert only(answer).episodes == ("E1", "E2", "E3")
    assert only(answer).episodes_since == 0


def test_ruling_05_the_later_of_two_merges_of_one_episode_stands_and_the_other_is_noted() -> None:
    log = (
        missing(0, 10, 20)
        + f"""
E3 {day(30)} 09:00 merged into=E1
E3 {day(31)} 09:00 merged into=E2
"""
    )
    answer = judge(SPELLS, log, f"{day(60)} 00:00")
    assert [gap.code for gap in answer.data_gaps] == ["merge_superseded"]


REOPENED = f"""
E1 {day(0)} 09:00 reported
E1 {day(0)} 09:00 categorised category=missing
E1 {day(0)} 18:00 returned
E1 {day(10)} 09:00 reported
E1 {day(10)} 18:00 returned
"""
INTERVIEW = policy("""
rules:
  - id: interview
    on: {entry: returned}
    require: {action: prevention_interview, within: 24 hours}
""")


def test_ruling_05_a_second_report_after_the_return_counts_once() -> None:
    rule = policy(counting("reach: 2", DAYS_90))
    assert not found(judge(rule, REOPENED, f"{day(50)} 00:00"))
    assert found(judge(rule, REOPENED + missing(20, first=2), f"{day(50)} 00:00"))


def test_ruling_05_a_reopened_episode_owes_the_duties_after_each_return() -> None:
    first, second = found(judge(INTERVIEW, REOPENED, f"{day(50)} 00:00"))
    assert (first.outcome, second.outcome) == ("breached", "breached")
    assert first.opened_at < second.opened_at
    assert first.finding_id != second.finding_id


def test_ruling_05_each_return_has_its_own_answer() -> None:
    first = f"{REOPENED}E1 {day(0)} 20:00 prevention_interview"
    assert outcomes(judge(INTERVIEW, first, f"{day(50)} 00:00")) == ["fulfilled", "breached"]
    second = f"{REOPENED}E1 {day(10)} 20:00 prevention_interview"
    assert outcomes(judge(INTERVIEW, second, f"{day(50)} 00:00")) == ["breached", "fulfilled"]


def test_ruling_05_a_return_recorded_twice_is_one_return() -> None:
    rule = policy("""
        rules:
          - id: interview
            on: {entry: returned}
            after: trigger
            require: {action: prevention_interview, within: 24 hours}
    """)
    log = f"""
E1 {day(0)} 09:00 reported
E1 {day(0)} 12:00 returned
E1 {day(0)} 13:00 prevention_interview
E1 {day(0)} 14:00 returned
"""
    assert outcomes(judge(rule, log, f"{day(50)} 00:00")) == ["fulfilled"]


def test_ruling_05_a_second_call_before_the_return_is_no_reopening() -> None:
    log = f"""
E1 {day(0)} 09:00 reported
E1 {day(0)} 12:00 reported
E1 {day(0)} 18:00 returned
"""
    assert outcomes(judge(INTERVIEW, log, f"{day(50)} 00:00")) == ["breached"]


def test_ruling_05_a_report_after_the_child_was_only_located_is_noted() -> None:
    """No return, so no second time away; but somebody has to look at it."""
    log = f"""
E1 {day(0)} 09:00 reported
E1 {day(0)} 12:00 located
E1 {day(0)} 14:00 reported
"""
    answer = judge(INTERVIEW, log, f"{day(50)} 00:00")
    assert [gap.code for gap in answer.data_gaps] == ["reported_after_found"]
    returned = f"{log}E1 {day(0)} 13:00 returned"
    assert judge(INTERVIEW, returned, f"{day(50)} 00:00").data_gaps == ()


def test_ruling_05_where_the_child_was_known_to_be_once_is_not_known_after_a_reopening() -> None:
    rule = policy("""
        rules:
          - id: known
            on: {entry: reported}
            if: {whereabouts: known}
            measure: true
    """)
    log = f"""
E1 {day(0)} 09:00 reported whereabouts=known
E1 {day(0)} 18:00 returned
E1 {day(10)} 09:00 reported
"""
    assert outcomes(judge(rule, log, f"{day(50)} 00:00")) == ["noted", "indeterminate"]


def test_ruling_05_the_return_of_a_merged_episode_keeps_its_duties() -> None:
    log = f"""
E1 {day(0)} 09:00 reported
E1 {day(0)} 18:00 returned
E2 {day(10)} 09:00 reported
E2 {day(10)} 18:00 returned
E2 {day(11)} 09:00 merged into=E1
"""
    assert outcomes(judge(INTERVIEW, log, f"{day(50)} 00:00")) == ["breached", "breached"]
