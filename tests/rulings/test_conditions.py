"""Conditions: what each form of them looks at, on both sides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from build import day, found, judge, missing, outcomes, policy

if TYPE_CHECKING:
    from missingrules import Policy

REPORTED = "E1 2023-01-10 09:00 reported\n"
WINDOW = "{value: 90 days, edge: inclusive, basis: inferred}"


def noted(condition: str, trigger: str = "reported") -> Policy:
    """A measure on an entry, if the condition holds."""
    return policy(f"""
parameters:
  window: {WINDOW}
terms:
  missing: {{category: missing}}
rules:
  - id: noted
    on: {{entry: {trigger}}}
    if: {condition}
    measure: true
""")


def holds(condition: str, log: str, trigger: str = "reported") -> bool:
    """Whether the condition held at the last trigger in the log."""
    told = found(judge(noted(condition, trigger), log, "2024-01-01 00:00"))
    assert {one.outcome for one in told} <= {"noted"}
    return bool(told)


# --- Values of fields -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("condition", "before", "truth"),
    [
        ("{category: missing}", "categorised category=missing", True),
        ("{category: missing}", "categorised category=absent", False),
        ("{category: [missing, absent]}", "categorised category=absent", True),
        ("{ground: enquiries_not_made}", "categorised category=absent", False),
        (
            "{ground: enquiries_not_made}",
            "categorised category=absent ground=enquiries_not_made",
            True,
        ),
        ("{priority: [immediate, priority]}", "prioritised priority=priority", True),
        ("{priority: immediate}", "prioritised priority=scheduled", False),
        ("{grade: [medium, high]}", "graded grade=medium", True),
        ("{grade: high}", "graded grade=medium", False),
        ("{not: {grade: high}}", "graded grade=medium", True),
        ("{vulnerable: true}", "assessed vulnerable=yes", True),
        ("{vulnerable: true}", "assessed vulnerable=no", False),
        ("{vulnerable: not_applicable}", "assessed vulnerable=not_applicable", True),
        ("{concern: [crime, cse]}", "concern_noted concern=cse", True),
        ("{concern: crime}", "concern_noted concern=cse", False),
        ("{recorded: graded.rationale}", "graded grade=low rationale=why", True),
        ("{recorded: graded.rationale}", "graded grade=low rationale=' '", False),
        ("{entry: fim_notified}", "fim_notified", True),
        ("{entry: fim_notified}", "inspector_informed", False),
        ("{entry: graded, where: {grade: high}}", "graded grade=high", True),
        ("{entry: graded, where: {grade: high}}", "graded grade=low", False),
        ("{entry: graded, where: {rationale: recorded}}", "graded grade=low rationale=why", True),
        ("{entry: graded, where: {rationale: recorded}}", "graded grade=low", False),
        ("{entry: graded, where: {by: officer}}", "graded grade=low by=officer", True),
        ("{entry: graded, where: {by: officer}}", "graded grade=low by=mash", False),
        ("{attended_by: health}", None, None),
    ],
)
def test_a_condition_on_what_the_episode_says(
    condition: str, before: str | None, truth: bool | None
) -> None:
    if before is None:
        meeting = "- 2023-01-01 09:00 strategy_meeting_held attended_by=police,health\n"
        assert holds(condition, meeting + REPORTED)
        assert not holds(condition, meeting.replace("health", "mash") + REPORTED)
        return
    log = f"{REPORTED}E1 2023-01-10 10:00 {before}\nE1 2023-01-10 11:00 tracker_opened"
    assert holds(condition, log, "tracker_opened") is truth


@pytest.mark.parametrize(
    ("entries", "category"),
    [
        (["category=missing id=a", "category=absent id=b"], "absent"),
        (["category=missing id=b", "category=absent id=a"], "missing"),
        (["category=missing id=a recorded=10:01", "category=absent id=b"], "missing"),
        (["category=missing id=b", "category=absent id=a recorded=10:01"], "absent"),
    ],
)
def test_of_two_values_in_one_moment_the_later_recorded_then_the_greater_id_wins(
    entries: list[str], category: str
) -> None:
    log = REPORTED + "".join(f"E1 2023-01-10 10:00 categorised {entry}\n" for entry in entries)
    log += "E1 2023-01-10 11:00 tracker_opened"
    assert holds(f"{{category: {category}}}", log, "tracker_opened")


def test_the_last_value_stands() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 10:00 categorised category=absent
        E1 2023-01-10 10:30 categorised category=missing
        E1 2023-01-10 11:00 tracker_opened
    """
    assert holds("{category: missing}", log, "tracker_opened")
    assert not holds("{category: absent}", log, "tracker_opened")


def test_a_rationale_belongs_to_its_grade() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 10:00 graded grade=low rationale=why
        E1 2023-01-10 10:30 graded grade=high
        E1 2023-01-10 11:00 tracker_opened
    """
    assert not holds("{recorded: graded.rationale}", log, "tracker_opened")
    restated = log.replace("grade=high", "grade=low")
    assert holds("{recorded: graded.rationale}", restated, "tracker_opened")


def test_what_another_episode_says_is_not_this_ones() -> None:
    other = "E0 2023-01-01 09:00 reported\nE0 2023-01-01 10:00 graded grade=high\n"
    log = f"{other}{REPORTED}E1 2023-01-10 11:00 tracker_opened"
    assert not holds("{grade: high}", log, "tracker_opened")


# --- The child ------------------------------------------------------------------------------------

ADDED = "- 2020-01-01 09:00 marker_added marker=cse"
AGAIN = "- 2022-01-01 09:00 marker_added marker=cse"


@pytest.mark.parametrize(
    ("entries", "truth"),
    [
        (ADDED, True),
        ("- 2020-01-01 09:00 marker_added marker=cce", False),
        ("- 2023-01-10 09:00 marker_added marker=cse", True),
        ("- 2023-01-10 09:00:01 marker_added marker=cse", False),
        (f"{ADDED}\n- 2021-01-01 09:00 marker_removed marker=cse", False),
        (f"{ADDED}\n- 2021-01-01 09:00 marker_removed marker=cce", True),
        (f"{ADDED}\n- 2021-01-01 09:00 marker_removed marker=cse\n{AGAIN}", True),
    ],
)
def test_a_marker_counts_from_when_it_was_added_until_it_was_removed(
    entries: str, *, truth: bool
) -> None:
    assert holds("{marker: cse}", f"{entries}\n{REPORTED}") is truth


def test_a_marker_is_the_childs_in_every_episode() -> None:
    log = f"- 2020-01-01 09:00 marker_added marker=cse\n{REPORTED}E2 2023-02-10 09:00 reported"
    assert outcomes(judge(noted("{marker: cse}"), log, "2023-03-01 00:00")) == ["noted", "noted"]


def test_a_concern_is_of_its_episode_and_ever_of_the_child() -> None:
    earlier = "E0 2023-01-01 09:00 reported\nE0 2023-01-01 10:00 concern_noted concern=crime\n"
    assert not holds("{concern: crime}", earlier + REPORTED)
    assert holds("{concern: crime, ever: true}", earlier + REPORTED)
    later = (
        f"{REPORTED}E2 2023-02-01 09:00 reported\nE2 2023-02-01 10:00 concern_noted concern=crime"
    )
    assert not holds("{concern: crime, ever: true}", later)


@pytest.mark.parametrize(
    ("reported", "truth"),
    [
        ("2023-07-01 22:59", True),  # 23:59 local, the day before the twelfth birthday
        ("2023-07-01 23:00", False),  # midnight local
    ],
)
def test_age_changes_at_local_midnight(reported: str, *, truth: bool) -> None:
    log = f"- 2020-01-01 09:00 born date_of_birth=2011-07-02\nE1 {reported} reported"
    assert holds("{age: {under: 12}}", log) is truth
    assert holds("{age: {at_least: 12}}", log) is not truth


def test_an_age_band_holds_its_lower_end_and_not_its_upper() -> None:
    for years, truth in ((11, False), (12, True), (17, True), (18, False)):
        log = f"- 2023-01-01 09:00 born date_of_birth={2023 - years}-01-10\n{REPORTED}"
        assert holds("{age: {at_least: 12, under: 18}}", log) is truth


def test_a_status_is_the_last_one_recorded() -> None:
    log = f"""
        - 2022-01-01 09:00 care_status looked_after=yes
        - 2022-06-01 09:00 care_status looked_after=no
        {REPORTED.strip()}
    """
    assert not holds("{looked_after: true}", log)
    assert holds("{looked_after: false}", log)


def test_a_later_status_entry_that_is_silent_leaves_the_earlier_answer() -> None:
    log = f"""
        - 2022-01-01 09:00 care_status looked_after=yes
        - 2022-06-01 09:00 care_status home_id=H1
        {REPORTED.strip()}
    """
    assert holds("{looked_after: true}", log)


# --- Entries on the record ------------------------------------------------------------------------


def test_entries_of_the_child_stay_on_record_and_those_of_an_episode_since_its_report() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 09:30 fim_notified
        -  2023-01-10 10:00 trigger_plan_created
        E1 2023-01-10 12:00 returned
        E1 2023-01-15 09:00 reported
        E1 2023-01-15 12:00 located
    """
    assert not holds("{entry: fim_notified}", log, "located")
    assert holds("{entry: trigger_plan_created}", log, "located")


# --- How many, how long ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "episodes", "truth"),
    [
        ("at_least: 2", (0,), False),
        ("at_least: 2", (0, 90), True),
        ("at_least: 2", (0, 91), False),
        ("more_than: 2", (0, 10), False),
        ("more_than: 2", (0, 10, 20), True),
    ],
)
def test_episodes_counted_so_far_take_in_this_one(
    limit: str, episodes: tuple[int, ...], *, truth: bool
) -> None:
    condition = f"{{counted: {{episodes: missing, {limit}, within: window}}}}"
    last = f"\nE{len(episodes)} {day(episodes[-1])} 12:00 tracker_opened"
    assert holds(condition, missing(*episodes) + last, "tracker_opened") is truth


def test_episodes_that_do_not_count_are_not_counted() -> None:
    condition = "{counted: {episodes: missing, at_least: 2, within: ever}}"
    absent = missing(0).replace("category=missing", "category=absent")
    log = f"{absent}\n{missing(10, first=2)}\nE2 {day(10)} 12:00 tracker_opened"
    assert not holds(condition, log, "tracker_opened")


def test_episodes_after_this_moment_are_not_counted() -> None:
    condition = "{counted: {episodes: missing, at_least: 2, within: ever}}"
    log = f"{missing(0, 10)}\nE1 {day(1)} 12:00 tracker_opened"
    assert not holds(condition, log, "tracker_opened")


@pytest.mark.parametrize(
    ("limit", "returned", "truth"),
    [
        ("more_than: 24 hours", "2023-01-11 09:00", False),
        ("more_than: 24 hours", "2023-01-11 09:01", True),
        ("at_least: 24 hours", "2023-01-11 08:59", False),
        ("at_least: 24 hours", "2023-01-11 09:00", True),
    ],
)
def test_how_long_the_episode_has_lasted(limit: str, returned: str, *, truth: bool) -> None:
    log = f"{REPORTED}E1 {returned} returned"
    assert holds(f"{{lasted: {{{limit}}}}}", log, "returned") is truth


def test_how_long_since_the_child_was_missed() -> None:
    log = "E1 2023-01-10 09:00 reported missing_since=08:00\nE1 2023-01-11 08:00 returned"
    assert holds("{lasted: {at_least: 24 hours, since: missing_since}}", log, "returned")
    assert not holds("{lasted: {at_least: 24 hours}}", log, "returned")


def test_how_long_the_second_time_away_has_lasted() -> None:
    log = f"""{REPORTED}
        E1 2023-01-12 09:00 returned
        E1 2023-01-15 09:00 reported
        E1 2023-01-15 12:00 returned
    """
    told = found(
        judge(noted("{lasted: {at_least: 24 hours}}", "returned"), log, "2023-02-01 00:00")
    )
    assert [one.to_dict()["opened_at"] for one in told] == ["2023-01-12T09:00:00Z"]


# --- Together -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markers", "truth"),
    [((), False), (("cse",), False), (("cse", "cce"), True), (("cse", "cce", "drugs"), True)],
)
def test_at_least_two_of_three(markers: tuple[str, ...], *, truth: bool) -> None:
    condition = "{at_least: 2, of: [{marker: cse}, {marker: cce}, {marker: drugs}]}"
    log = "".join(f"- 2020-01-01 09:00 marker_added marker={marker}\n" for marker in markers)
    assert holds(condition, log + REPORTED) is truth


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ("{all: [{marker: cse}, {marker: cce}]}", False),
        ("{any: [{marker: cse}, {marker: cce}]}", True),
        ("{not: {marker: cse}}", False),
        ("{not: {any: [{marker: cce}, {marker: drugs}]}}", True),
        ("{all: [{marker: cse}, {not: {marker: cce}}]}", True),
    ],
)
def test_all_any_and_not(condition: str, *, truth: bool) -> None:
    assert holds(condition, f"- 2020-01-01 09:00 marker_added marker=cse\n{REPORTED}") is truth


def test_at_high_risk_of_exploitation_and_missing_three_times_in_90_days() -> None:
    """Essex Police, B1601."""
    rule = policy(f"""
        parameters:
          window: {WINDOW}
        terms:
          missing: {{category: missing}}
        rules:
          - id: plan
            on: {{episodes: missing, reach: 3, within: window}}
            if: {{marker: cse}}
            require: {{action: trigger_plan_created, within: 5 working days}}
    """)
    marked = f"- {day(0)} 08:00 marker_added marker=cse\n"
    assert outcomes(judge(rule, marked + missing(0, 10, 20), f"{day(60)} 00:00")) == ["breached"]
    assert outcomes(judge(rule, missing(0, 10, 20), f"{day(60)} 00:00")) == []
    assert outcomes(judge(rule, marked + missing(0, 10), f"{day(60)} 00:00")) == []


def test_two_in_90_days_only_if_there_is_no_open_case() -> None:
    """Lambeth: an assessment; if the case is open, the allocated worker's interview."""
    rule = policy(f"""
        parameters:
          window: {WINDOW}
        terms:
          missing: {{category: missing}}
        rules:
          - id: assessment
            on: {{episodes: missing, reach: 2, within: window}}
            if: {{open: false}}
            require: {{action: strategy_meeting_requested, within: 5 working days}}
          - id: interview
            on: {{entry: returned}}
            if: {{open: true}}
            require: {{action: return_interview_held, within: 72 hours}}
    """)
    log = f"{missing(0, 10)}\nE2 {day(10)} 20:00 returned\n- {day(-5)} 09:00 case_status open="
    for answer, rules in (("no", ["assessment"]), ("yes", ["interview"])):
        told = found(judge(rule, log + answer, f"{day(60)} 00:00"))
        assert [one.rule for one in told] == rules


def test_a_looked_after_child_absent_six_hours_must_be_classed_as_missing() -> None:
    """Essex, 2014."""
    rule = policy("""
        rules:
          - id: classed
            on: {open: {at_least: 6 hours}}
            if: {looked_after: true}
            require: {action: categorised, where: {category: missing}, within: 1 hour}
    """)
    child = f"- 2023-01-01 09:00 care_status looked_after=yes\n{REPORTED}"
    absent = f"{child}E1 2023-01-10 09:05 categorised category=absent\n"
    assert outcomes(judge(rule, absent, "2023-01-10 14:59")) == []
    assert outcomes(judge(rule, absent, "2023-01-10 15:00")) == ["pending"]
    assert outcomes(judge(rule, absent, "2023-01-10 16:01")) == ["breached"]
    missing_then = f"{absent}E1 2023-01-10 15:30 categorised category=missing"
    assert outcomes(judge(rule, missing_then, "2023-01-10 16:01")) == ["fulfilled"]
    classed_before = f"{child}E1 2023-01-10 10:00 categorised category=missing"
    assert outcomes(judge(rule, classed_before, "2023-01-10 16:01")) == ["fulfilled"]
