"""Rulings 6 to 13: what is accepted as done, what is in time, and what ends a duty."""

from __future__ import annotations

import pytest

from build import at, day, found, judge, missing, only, outcomes, policy

REPORTED = "E1 2023-01-10 09:00 reported\n"


# --- Ruling 6: from when on an action is accepted -------------------------------------------------

MEETING = policy("""
terms:
  missing: {category: missing}
rules:
  - id: meeting
    on: {episodes: missing, reach: 1, within: ever}
    require: {action: strategy_meeting_held, within: 48 hours}
""")
FIM = """
rules:
  - id: fim
    on: {entry: categorised}
    require: {action: fim_notified, within: 15 minutes}
"""
FIM_TOLD = policy(FIM)
FIM_TOLD_AFTER = policy(FIM + "    after: trigger\n")
CATEGORISED = """
E1 2023-01-10 08:50 reported
E1 2023-01-10 09:00 categorised category=missing
"""


@pytest.mark.parametrize(
    ("held", "outcome"),
    [("08:59:59.999999", "breached"), ("09:00", "fulfilled"), ("09:00:01", "fulfilled")],
)
def test_ruling_06_a_count_accepts_actions_from_its_opening_on(held: str, outcome: str) -> None:
    log = f"{CATEGORISED}\n- 2023-01-10 {held} strategy_meeting_held"
    assert only(judge(MEETING, log, "2023-02-01 00:00")).outcome == outcome


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ("08:50", "fulfilled"),
        ("08:57", "fulfilled"),
        ("09:00", "fulfilled"),
        ("09:15", "fulfilled"),
    ],
)
def test_ruling_06_a_duty_of_an_episode_accepts_what_was_done_since_the_report(
    told: str, outcome: str
) -> None:
    log = f"{CATEGORISED}\nE1 2023-01-10 {told} fim_notified"
    assert only(judge(FIM_TOLD, log, "2023-02-01 00:00")).outcome == outcome


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        ("08:57", "breached"),
        ("08:59:59.999999", "breached"),
        ("09:00", "fulfilled"),
        ("09:15", "fulfilled"),
    ],
)
def test_ruling_06_after_trigger_only_what_was_done_from_the_trigger_on_counts(
    told: str, outcome: str
) -> None:
    log = f"{CATEGORISED}\nE1 2023-01-10 {told} fim_notified"
    assert only(judge(FIM_TOLD_AFTER, log, "2023-02-01 00:00")).outcome == outcome


def test_ruling_06_an_action_of_another_episode_does_not_count() -> None:
    log = f"""{CATEGORISED}
        E2 2023-01-10 08:50 reported
        E2 2023-01-10 09:05 fim_notified
    """
    assert only(judge(FIM_TOLD, log, "2023-02-01 00:00")).outcome == "breached"


def test_ruling_06_what_was_done_in_an_earlier_time_away_does_not_count_for_the_next() -> None:
    log = """
        E1 2023-01-10 09:00 reported
        E1 2023-01-10 09:00 categorised category=missing
        E1 2023-01-10 09:05 fim_notified
        E1 2023-01-10 18:00 returned
        E1 2023-01-20 09:00 reported
        E1 2023-01-20 09:00 categorised category=missing
    """
    assert outcomes(judge(FIM_TOLD, log, "2023-02-01 00:00")) == ["fulfilled", "breached"]


def test_ruling_06_an_action_must_say_what_the_rule_asks_of_it() -> None:
    rule = policy("""
        rules:
          - id: interview
            on: {entry: returned}
            require: {action: prevention_interview, where: {mode: in_person}, within: 24 hours}
    """)
    returned = f"{REPORTED}E1 2023-01-10 12:00 returned\n"
    held = f"{returned}E1 2023-01-10 14:00 prevention_interview mode=in_person"
    phone = f"{returned}E1 2023-01-10 14:00 prevention_interview mode=phone"
    silent = f"{returned}E1 2023-01-10 14:00 prevention_interview"
    assert only(judge(rule, held, "2023-02-01 00:00")).outcome == "fulfilled"
    assert only(judge(rule, phone, "2023-02-01 00:00")).outcome == "breached"
    assert only(judge(rule, silent, "2023-02-01 00:00")).outcome == "indeterminate"


def test_ruling_06_an_action_that_may_be_the_answer_is_superseded_by_one_that_surely_is() -> None:
    rule = policy("""
        rules:
          - id: interview
            on: {entry: returned}
            require: {action: prevention_interview, where: {mode: in_person}, within: 24 hours}
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 12:00 returned
        E1 2023-01-10 14:00 prevention_interview
        E1 2023-01-10 16:00 prevention_interview mode=in_person
    """
    held = only(judge(rule, log, "2023-02-01 00:00"))
    assert held.outcome == "fulfilled"
    assert held.answer == "E1.prevention_interview.2"


def test_ruling_06_a_role_that_the_log_calls_otherwise_is_the_role_that_the_policy_names() -> None:
    rule = policy("""
        vocabulary:
          roles: {cad_super: supervisor}
        rules:
          - id: review
            on: {entry: ppn_submitted}
            require: {action: ppn_reviewed, where: {by: supervisor}, within: 24 hours}
    """)
    submitted = f"{REPORTED}E1 2023-01-10 12:00 ppn_submitted\n"
    by_super = f"{submitted}E1 2023-01-10 13:00 ppn_reviewed by=cad_super"
    by_mash = f"{submitted}E1 2023-01-10 13:00 ppn_reviewed by=mash"
    assert only(judge(rule, by_super, "2023-02-01 00:00")).outcome == "fulfilled"
    assert only(judge(rule, by_mash, "2023-02-01 00:00")).outcome == "breached"


# --- Ruling 7: in time, late, pending, breached, decided ------------------------------------------

INSPECTOR = policy("""
rules:
  - id: inspector
    on: {entry: reported}
    require: {action: inspector_informed, within: 1 hour}
""")


@pytest.mark.parametrize(
    ("done", "outcome"),
    [
        ("09:00", "fulfilled"),
        ("09:59:59", "fulfilled"),
        ("10:00", "fulfilled"),
        ("10:00:00.000001", "fulfilled_late"),
        ("23:00", "fulfilled_late"),
    ],
)
def test_ruling_07_a_deadline_in_hours_includes_its_last_instant(done: str, outcome: str) -> None:
    log = f"{REPORTED}E1 2023-01-10 {done} inspector_informed"
    finding = only(judge(INSPECTOR, log, "2023-01-11 00:00"))
    assert finding.outcome == outcome
    assert finding.to_dict()["due_at"] == "2023-01-10T10:00:00Z"


@pytest.mark.parametrize(
    ("as_of", "outcome"),
    [("09:00", "pending"), ("10:00", "pending"), ("10:00:00.000001", "breached")],
)
def test_ruling_07_what_is_not_done_is_pending_until_the_deadline_has_passed(
    as_of: str, outcome: str
) -> None:
    assert only(judge(INSPECTOR, REPORTED, f"2023-01-10 {as_of}")).outcome == outcome


def test_ruling_07_what_was_done_late_is_a_breach_but_no_longer_required() -> None:
    log = f"{REPORTED}E1 2023-01-10 11:00 inspector_informed"
    answer = judge(INSPECTOR, log, "2023-01-11 00:00")
    assert answer.breaches == answer.findings
    assert answer.required_actions == ()


def test_ruling_07_what_is_overdue_is_a_breach_and_still_required() -> None:
    answer = judge(INSPECTOR, REPORTED, "2023-01-11 00:00")
    assert answer.breaches == answer.required_actions == answer.findings


def test_ruling_07_what_is_pending_is_required_and_no_breach() -> None:
    answer = judge(INSPECTOR, REPORTED, "2023-01-10 09:30")
    assert answer.breaches == ()
    assert answer.required_actions == answer.findings


def test_ruling_07_what_was_done_in_time_is_neither() -> None:
    answer = judge(
        INSPECTOR, f"{REPORTED}E1 2023-01-10 09:30 inspector_informed", "2023-01-11 00:00"
    )
    assert answer.breaches == answer.required_actions == ()


def test_ruling_07_an_action_recorded_late_was_in_time_if_it_happened_in_time() -> None:
    log = f"{REPORTED}E1 2023-01-10 09:30 inspector_informed recorded='2023-01-12 09:00'"
    assert only(judge(INSPECTOR, log, "2023-01-11 00:00")).outcome == "breached"
    assert only(judge(INSPECTOR, log, "2023-01-12 09:00")).outcome == "fulfilled"


def test_ruling_07_the_first_of_two_actions_is_the_answer() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 11:00 inspector_informed
        E1 2023-01-10 09:30 inspector_informed
    """
    assert only(judge(INSPECTOR, log, "2023-01-11 00:00")).answer == "E1.inspector_informed.2"


def within(deadline: str) -> str:
    return f"""
rules:
  - id: sharing
    on: {{entry: ppn_submitted}}
    require: {{action: ppn_shared, within: {deadline}}}
"""


def submitted(time: str, shared: str | None = None) -> str:
    log = f"E1 2023-01-01 00:00 reported\nE1 {time} ppn_submitted\n"
    return log if shared is None else f"{log}E1 {shared} ppn_shared"


@pytest.mark.parametrize(
    ("deadline", "start", "due", "last"),
    [
        # Days count from the next date and end with their date.
        ("1 day", "2023-01-10 00:00", "2023-01-12T00:00:00Z", "2023-01-11 23:59:59.999999"),
        ("1 day", "2023-01-10 23:59", "2023-01-12T00:00:00Z", "2023-01-11 23:59:59.999999"),
        # Across the change of clocks on 26 March 2023 midnight comes an hour earlier in UTC.
        ("3 days", "2023-03-24 12:00", "2023-03-27T23:00:00Z", "2023-03-27 22:59:59.999999"),
        ("48 hours", "2023-03-25 12:00", "2023-03-27T12:00:00Z", "2023-03-27 12:00"),
        # Friday 6 April 2023 was Good Friday's eve; Monday 10 April was a holiday too.
        ("1 working day", "2023-04-06 12:00", "2023-04-11T23:00:00Z", "2023-04-11 22:59:59.999999"),
        (
            "5 working days",
            "2023-01-06 12:00",
            "2023-01-14T00:00:00Z",
            "2023-01-13 23:59:59.999999",
        ),
        # From a Saturday the first working day is Monday.
        ("1 working day", "2023-01-07 12:00", "2023-01-10T00:00:00Z", "2023-01-09 23:59:59.999999"),
    ],
)
def test_ruling_07_deadlines_of_every_unit_at_their_edge(
    deadline: str, start: str, due: str, last: str
) -> None:
    rule = policy(within(deadline))
    in_time = only(judge(rule, submitted(start, last), "2023-06-01 00:00"))
    assert in_time.outcome == "fulfilled"
    assert in_time.to_dict()["due_at"] == due
    date, time = due.removesuffix("Z").split("T")
    just_past = f"{date} {time}" if "day" in deadline else f"{date} {time}.000001"
    late = only(judge(rule, submitted(start, just_past), "2023-06-01 00:00"))
    assert late.outcome == "fulfilled_late"
    assert only(judge(rule, submitted(start), last)).outcome == "pending"
    assert only(judge(rule, submitted(start), just_past)).outcome == "breached"


def test_ruling_07_a_deadline_that_policy_does_not_state_is_never_overdue() -> None:
    rule = policy(within("not_stated"))
    open_still = only(judge(rule, submitted("2023-01-10 12:00"), "2033-01-01 00:00"))
    assert open_still.outcome == "pending"
    assert open_still.due_at is None
    assert open_still.timing_basis is None
    done = only(judge(rule, submitted("2023-01-10 12:00", "2028-01-01 00:00"), "2033-01-01 00:00"))
    assert done.outcome == "fulfilled"


DECIDABLE = policy("""
rules:
  - id: sharing
    on: {entry: ppn_submitted}
    require: {action: ppn_shared, within: 24 hours}
    may_be_decided_by: [mash, supervisor]
""")
SUBMITTED = f"{REPORTED}E1 2023-01-10 12:00 ppn_submitted\n"
DECIDED = "decided_not_required action=ppn_shared"


@pytest.mark.parametrize("time", ["2023-01-10 12:00", "2023-01-11 00:00", "2023-01-11 12:00"])
def test_ruling_07_a_valid_decision_that_nothing_is_required_stands_and_is_listed(
    time: str,
) -> None:
    log = f"{SUBMITTED}E1 {time} {DECIDED} by=mash rationale='no consent needed' id=decision"
    answer = judge(DECIDABLE, log, "2023-02-01 00:00")
    finding = only(answer)
    assert finding.outcome == "decided_not_required"
    assert finding.answer == "decision"
    assert answer.breaches == answer.required_actions == ()
    assert not answer.data_gaps


@pytest.mark.parametrize(
    "decision",
    [
        f"E1 2023-01-11 00:00 {DECIDED} by=officer rationale=because",
        f"E1 2023-01-11 00:00 {DECIDED} rationale=because",
        f"E1 2023-01-11 00:00 {DECIDED} by=mash",
        f"E1 2023-01-11 00:00 {DECIDED} by=mash rationale='   '",
        f"E1 2023-01-10 11:59:59 {DECIDED} by=mash rationale=because",
        f"E1 2023-01-11 12:00:00.000001 {DECIDED} by=mash rationale=because",
    ],
    ids=["role", "nobody", "no rationale", "blank rationale", "before it opened", "too late"],
)
def test_ruling_07_a_decision_that_is_not_valid_leaves_the_breach_and_is_noted(
    decision: str,
) -> None:
    answer = judge(DECIDABLE, SUBMITTED + decision, "2023-02-01 00:00")
    assert only(answer).outcome == "breached"
    assert [gap.code for gap in answer.data_gaps] == ["decision_not_valid"]


@pytest.mark.parametrize(
    "decision",
    [
        "decided_not_required action=ppn_reviewed by=mash rationale=because",
        f"{DECIDED} by=mash rationale=because",
    ],
    ids=["another action", "another episode"],
)
def test_ruling_07_a_decision_about_something_else_changes_nothing(decision: str) -> None:
    other = "E2 2023-01-10 09:00 reported\n"
    episode = "E1" if "reviewed" in decision else "E2"
    log = f"{SUBMITTED}{other}{episode} 2023-01-11 00:00 {decision}"
    assert only(judge(DECIDABLE, log, "2023-02-01 00:00")).outcome == "breached"


def test_ruling_07_an_action_that_may_be_the_answer_but_is_too_late_changes_nothing() -> None:
    rule = policy("""
        rules:
          - id: interview
            on: {entry: returned}
            require: {action: prevention_interview, where: {mode: in_person}, within: 24 hours}
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 12:00 returned
        E1 2023-01-30 12:00 prevention_interview
    """
    assert len(judge(rule, log, "2023-02-01 00:00").breaches) == 1


def test_ruling_07_without_roles_in_the_rule_nobody_may_decide() -> None:
    rule = policy(within("24 hours"))
    log = f"{SUBMITTED}E1 2023-01-11 00:00 {DECIDED} by=mash rationale=because"
    assert only(judge(rule, log, "2023-02-01 00:00")).outcome == "breached"


def test_ruling_07_a_decision_after_the_action_does_not_undo_it() -> None:
    log = f"""{SUBMITTED}
        E1 2023-01-10 13:00 ppn_shared
        E1 2023-01-11 00:00 {DECIDED} by=mash rationale=because
    """
    assert only(judge(DECIDABLE, log, "2023-02-01 00:00")).outcome == "fulfilled"


def test_ruling_07_a_decision_about_a_meeting_uses_up_the_episodes_like_a_meeting() -> None:
    rule = policy("""
        terms:
          missing: {category: missing}
        rules:
          - id: meeting
            on: {episodes: missing, reach: 2, within: ever}
            require: {action: strategy_meeting_held, within: 14 days}
            may_be_decided_by: childrens_social_care
    """)
    times = {n: f"E{n} 2023-01-{n:02} 09:00" for n in (1, 2, 4, 5)}
    episodes = "\n".join(
        f"{time} reported\n{time} categorised category=missing" for time in times.values()
    )
    decision = (
        "- 2023-01-03 09:00 decided_not_required action=strategy_meeting_held "
        "by=childrens_social_care rationale='met last week'"
    )
    first, second = found(judge(rule, f"{episodes}\n{decision}", "2023-03-01 00:00"))
    assert (first.outcome, second.outcome) == ("decided_not_required", "breached")
    assert second.episodes == ("E4", "E5")
    three = "\n".join(episodes.splitlines()[:6])
    assert outcomes(judge(rule, f"{three}\n{decision}", "2023-03-01 00:00")) == [
        "decided_not_required"
    ]


def test_ruling_07_a_decision_that_is_not_valid_uses_up_nothing() -> None:
    rule = policy("""
        terms:
          missing: {category: missing}
        rules:
          - id: meeting
            on: {episodes: missing, reach: 2, within: ever}
            require: {action: strategy_meeting_held, within: 14 days}
            may_be_decided_by: childrens_social_care
    """)
    log = """
        E1 2023-01-01 09:00 reported
        E1 2023-01-01 09:00 categorised category=missing
        E2 2023-01-02 09:00 reported
        E2 2023-01-02 09:00 categorised category=missing
        - 2023-01-03 09:00 decided_not_required action=strategy_meeting_held by=officer rationale=x
        E3 2023-01-04 09:00 reported
        E3 2023-01-04 09:00 categorised category=missing
    """
    finding = only(judge(rule, log, "2023-03-01 00:00"))
    assert finding.outcome == "breached"
    assert finding.episodes_since == 1


# --- Ruling 8: one open obligation for each rule and subject --------------------------------------

CONCERNS = """
rules:
  - id: inspector
    on: {entry: concern_noted}
    require: {action: inspector_informed, within: 1 hour}
"""
TWO_CONCERNS = f"""{REPORTED}
E1 2023-01-10 10:00 concern_noted concern=crime id=first
E1 2023-01-10 10:30 concern_noted concern=violence id=second
"""


def test_ruling_08_further_triggers_add_evidence_and_the_earliest_deadline_stands() -> None:
    finding = only(judge(policy(CONCERNS), TWO_CONCERNS, "2023-01-10 10:45"))
    assert finding.evidence == ("first", "second")
    assert finding.to_dict()["due_at"] == "2023-01-10T11:00:00Z"
    assert finding.to_dict()["opened_at"] == "2023-01-10T10:00:00Z"


def test_ruling_08_further_triggers_do_not_change_which_obligation_it_is() -> None:
    first = only(judge(policy(CONCERNS), TWO_CONCERNS, "2023-01-10 10:15"))
    second = only(judge(policy(CONCERNS), TWO_CONCERNS, "2023-01-10 10:45"))
    assert first.finding_id == second.finding_id


def test_ruling_08_a_later_trigger_with_an_earlier_deadline_brings_the_deadline_forward() -> None:
    rule = policy("""
        parameters:
          time: {value: 48 hours, basis: inferred, editions: [{from: 2023-01-11, value: 1 hour}]}
        rules:
          - id: inspector
            on: {entry: concern_noted}
            require: {action: inspector_informed, within: time}
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 23:30 concern_noted concern=crime
        E1 2023-01-11 00:10 concern_noted concern=violence
    """
    finding = only(judge(rule, log, "2023-01-11 00:15"))
    assert finding.to_dict()["due_at"] == "2023-01-11T01:10:00Z"


def test_ruling_08_a_trigger_after_the_deadline_belongs_to_the_same_breach() -> None:
    log = f"{TWO_CONCERNS}E1 2023-01-10 15:00 concern_noted concern=cse id=third"
    finding = only(judge(policy(CONCERNS), log, "2023-01-10 15:30"))
    assert finding.outcome == "breached"
    assert finding.evidence == ("first", "second", "third")


def test_ruling_08_after_trigger_a_trigger_that_follows_the_answer_owes_anew() -> None:
    rule = policy(CONCERNS + "    after: trigger\n")
    log = f"""{REPORTED}
        E1 2023-01-10 10:00 concern_noted concern=crime
        E1 2023-01-10 10:15 inspector_informed
        E1 2023-01-10 10:30 concern_noted concern=violence
    """
    assert outcomes(judge(rule, log, "2023-01-11 00:00")) == ["fulfilled", "breached"]


def test_ruling_08_otherwise_what_was_done_in_the_episode_answers_later_triggers_too() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 10:00 concern_noted concern=crime
        E1 2023-01-10 10:15 inspector_informed
        E1 2023-01-10 10:30 concern_noted concern=violence
    """
    assert outcomes(judge(policy(CONCERNS), log, "2023-01-11 00:00")) == ["fulfilled"]


def test_ruling_08_each_episode_has_its_own_obligation() -> None:
    log = f"""{TWO_CONCERNS}
        E2 2023-01-20 09:00 reported
        E2 2023-01-20 09:00 concern_noted concern=crime
    """
    assert [one.episode_id for one in found(judge(policy(CONCERNS), log, "2023-02-01 00:00"))] == [
        "E1",
        "E2",
    ]


def test_ruling_08_a_child_has_one_open_obligation_whatever_the_episode() -> None:
    rule = policy("""
        rules:
          - id: escalation
            on: {entry: strategy_meeting_declined}
            after: trigger
            require: {action: escalated, within: 48 hours}
    """)
    twice = """
        - 2023-01-10 09:00 strategy_meeting_declined
        - 2023-01-11 09:00 strategy_meeting_declined
    """
    finding = only(judge(rule, twice, "2023-01-11 10:00"))
    assert finding.to_dict()["due_at"] == "2023-01-12T09:00:00Z"
    assert len(finding.evidence) == 2
    answered = f"""{twice}
        - 2023-01-11 12:00 escalated
        - 2023-01-12 09:00 strategy_meeting_declined
    """
    assert outcomes(judge(rule, answered, "2023-02-01 00:00")) == ["fulfilled", "breached"]


def test_ruling_08_an_action_entered_twice_answers_no_more_than_once() -> None:
    rule = policy("""
        rules:
          - id: plan
            on: {entry: reported}
            require: {action: trigger_plan_updated, within: 1 hour}
    """)
    log = f"""
        {REPORTED}
        E2 2023-01-11 09:00 reported
        - 2023-01-12 09:00 trigger_plan_updated id=once
        - 2023-01-12 09:00 trigger_plan_updated id=again
    """
    assert outcomes(judge(rule, log, "2023-02-01 00:00")) == ["breached", "fulfilled_late"]


def test_ruling_08_two_triggers_in_one_moment_make_one_obligation() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: [{entry: reported}, {entry: concern_noted}]
            require: {action: inspector_informed, within: 1 hour}
    """)
    log = f"{REPORTED}E1 2023-01-10 09:00 concern_noted concern=crime"
    assert len(only(judge(rule, log, "2023-02-01 00:00")).evidence) == 2


AT_A_MARKER = policy("""
rules:
  - id: inspector
    on: {entry: marker_added}
    per: episode
    require: {action: inspector_informed, within: 1 hour}
""")


def test_ruling_08_a_trigger_about_the_child_per_episode_applies_to_each_open_episode() -> None:
    log = """
        E1 2023-01-10 09:00 reported
        E2 2023-01-10 09:00 reported
        E2 2023-01-10 10:00 returned
        E3 2023-01-11 09:00 reported
        - 2023-01-10 12:00 marker_added marker=cse
    """
    assert only(judge(AT_A_MARKER, log, "2023-02-01 00:00")).episode_id == "E1"


def test_ruling_08_a_trigger_about_the_child_passes_over_who_is_found_in_that_moment() -> None:
    log = f"{REPORTED}E1 2023-01-10 12:00 located\n- 2023-01-10 12:00 marker_added marker=cse"
    assert not found(judge(AT_A_MARKER, log, "2023-02-01 00:00"))


def test_ruling_08_a_duty_of_the_child_opened_by_time_is_one() -> None:
    rule = policy("""
        rules:
          - id: meeting
            on: {open: {more_than: 48 hours}}
            per: child
            require: {action: strategy_meeting_held, within: 24 hours}
    """)
    log = f"{REPORTED}E2 2023-01-10 12:00 reported"
    finding = only(judge(rule, log, "2023-01-12 18:00"))
    assert finding.episode_id is None
    assert len(finding.evidence) == 2


def test_ruling_08_a_decision_about_the_child_is_judged_as_the_childs() -> None:
    rule = policy("""
        rules:
          - id: reasons
            on: {entry: decided_not_required}
            require: {field: rationale, within: 24 hours}
    """)
    decision = "decided_not_required action=strategy_meeting_held by=mash"
    for others in ("", REPORTED, f"{REPORTED}E2 2023-01-10 09:00 reported\n"):
        log = f"{others}- 2023-01-11 09:00 {decision}"
        finding = only(judge(rule, log, "2023-02-01 00:00"))
        assert (finding.outcome, finding.episode_id) == ("breached", None)
    of_episode = f"{REPORTED}E1 2023-01-11 09:00 {decision}"
    assert only(judge(rule, of_episode, "2023-02-01 00:00")).episode_id == "E1"


RELEASABLE = """
rules:
  - id: inspector
    on: {entry: concern_noted}
    unless: {category: absent}
    require: {action: inspector_informed, within: 1 hour}
"""


def test_ruling_08_a_trigger_after_a_release_owes_anew() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 10:00 concern_noted concern=crime
        E1 2023-01-10 10:15 categorised category=absent
        E1 2023-01-10 10:30 categorised category=missing
        E1 2023-01-10 11:00 concern_noted concern=cse
    """
    for rule in (policy(RELEASABLE), policy(RELEASABLE + "    after: trigger\n")):
        told = judge(rule, log, "2023-01-11 00:00")
        assert outcomes(told) == ["not_applicable", "breached"]


def test_ruling_08_a_deadline_brought_forward_holds_for_releases_too() -> None:
    rule = policy("""
        parameters:
          time: {value: 48 hours, basis: inferred, editions: [{from: 2023-01-11, value: 1 hour}]}
        rules:
          - id: inspector
            on: {entry: concern_noted}
            unless: {category: absent}
            require: {action: inspector_informed, within: time}
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 23:30 concern_noted concern=crime
        E1 2023-01-11 00:10 concern_noted concern=violence
    """
    for time, outcome in (("01:10", "not_applicable"), ("01:11", "breached")):
        text = f"{log}\nE1 2023-01-11 {time} categorised category=absent"
        assert outcomes(judge(rule, text, "2023-01-20 00:00")) == [outcome]


COUNT_OR_MARKER = policy("""
terms:
  missing: {category: missing}
rules:
  - id: meeting
    on:
      - {episodes: missing, more_than: 1, within: ever}
      - {entry: marker_added, where: {marker: cse}}
    per: child
    require: {action: strategy_meeting_held, within: 14 days}
""")


def test_ruling_08_another_trigger_adds_to_the_obligation_that_a_count_opened() -> None:
    """Havering: more than three, no window, or at risk of CSE."""
    log = missing(0, 2) + f"\n- {day(5)} 09:00 marker_added marker=cse id=marker"
    finding = only(judge(COUNT_OR_MARKER, log, f"{day(6)} 00:00"))
    assert "marker" in finding.evidence
    assert finding.to_dict()["due_at"] == f"{day(17)}T00:00:00Z"


def test_ruling_08_a_count_adds_to_the_obligation_that_another_trigger_opened() -> None:
    log = missing(0, 5) + f"\n- {day(3)} 09:00 marker_added marker=cse id=marker"
    finding = only(judge(COUNT_OR_MARKER, log, f"{day(6)} 00:00"))
    assert finding.to_dict()["due_at"] == f"{day(18)}T00:00:00Z"
    assert {"marker", "E2.reported"} <= set(finding.evidence)


# --- Ruling 9: required fields --------------------------------------------------------------------

RATIONALE = policy("""
rules:
  - id: rationale
    on: {entry: categorised, where: {category: concern_for_safety}}
    require: {field: rationale, within: 15 minutes}
""")
WITHOUT = f"{REPORTED}E1 2023-01-10 09:00 categorised category=concern_for_safety\n"
RESTATED = "categorised category=concern_for_safety rationale='parent still ringing round'"


def test_ruling_09_a_field_given_with_the_triggering_entry_is_in_order() -> None:
    log = f"{REPORTED}E1 2023-01-10 09:00 {RESTATED}"
    assert only(judge(RATIONALE, log, "2023-02-01 00:00")).outcome == "fulfilled"


@pytest.mark.parametrize(
    ("as_of", "outcome"),
    [("09:00", "pending"), ("09:15", "pending"), ("09:15:00.000001", "breached")],
)
def test_ruling_09_a_field_not_given_is_pending_until_its_time_is_over(
    as_of: str, outcome: str
) -> None:
    finding = only(judge(RATIONALE, WITHOUT, f"2023-01-10 {as_of}"))
    assert finding.outcome == outcome
    assert finding.action == "rationale"


@pytest.mark.parametrize(
    ("time", "outcome"),
    [("09:14", "fulfilled"), ("09:15", "fulfilled"), ("09:15:01", "fulfilled_late")],
)
def test_ruling_09_a_later_entry_that_restates_the_value_may_give_it(
    time: str, outcome: str
) -> None:
    log = f"{WITHOUT}E1 2023-01-10 {time} {RESTATED}"
    finding = found(judge(RATIONALE, log, "2023-02-01 00:00"))[0]
    assert finding.outcome == outcome
    assert finding.answer == "E1.categorised.2"


@pytest.mark.parametrize(
    "later",
    [
        "categorised category=missing rationale='now missing'",
        "categorised category=concern_for_safety",
        "categorised category=concern_for_safety rationale=' '",
        "graded grade=low rationale='about the grade'",
    ],
)
def test_ruling_09_another_value_another_kind_or_a_blank_does_not_cure(later: str) -> None:
    log = f"{WITHOUT}E1 2023-01-10 09:10 {later}"
    assert found(judge(RATIONALE, log, "2023-02-01 00:00"))[0].outcome == "breached"


@pytest.mark.parametrize(
    ("recorded", "outcome"), [("09:15", "fulfilled"), ("09:15:01", "fulfilled_late")]
)
def test_ruling_09_what_counts_is_when_the_field_was_recorded(recorded: str, outcome: str) -> None:
    log = f"{WITHOUT}E1 2023-01-10 09:05 {RESTATED} recorded={recorded}"
    assert found(judge(RATIONALE, log, "2023-02-01 00:00"))[0].outcome == outcome


def test_ruling_09_a_rationale_dated_back_is_late_even_in_the_triggering_entry_itself() -> None:
    log = f"{REPORTED}E1 2023-01-10 09:00 {RESTATED} recorded=17:00"
    finding = only(judge(RATIONALE, log, "2023-02-01 00:00"))
    assert finding.outcome == "fulfilled_late"
    assert finding.to_dict()["done_at"] == "2023-01-10T17:00:00Z"


def test_ruling_09_a_rationale_dated_to_before_the_trigger_does_not_cure_it() -> None:
    log = f"{WITHOUT}E1 2023-01-10 08:59 {RESTATED} recorded=17:00"
    cured = [
        one.outcome
        for one in found(judge(RATIONALE, log, "2023-02-01 00:00"))
        if one.evidence == ("E1.categorised",)
    ]
    assert cured in ([], ["breached"], ["fulfilled_late"])


def test_ruling_09_two_entries_without_the_field_are_one_obligation() -> None:
    log = f"{WITHOUT}E1 2023-01-10 09:10 categorised category=concern_for_safety"
    finding = only(judge(RATIONALE, log, "2023-02-01 00:00"))
    assert finding.outcome == "breached"
    assert finding.to_dict()["due_at"] == "2023-01-10T09:15:00Z"
    assert len(finding.evidence) == 2


def test_ruling_09_the_field_of_another_episode_does_not_count() -> None:
    log = f"""{WITHOUT}
        E2 2023-01-10 09:00 reported
        E2 2023-01-10 09:05 {RESTATED}
    """
    assert [one.outcome for one in found(judge(RATIONALE, log, "2023-02-01 00:00"))] == [
        "breached",
        "fulfilled",
    ]


GRADING = policy("""
rules:
  - id: rationale
    on: {entry: graded}
    require: {field: rationale, within: 1 hour}
""")


def test_ruling_09_each_grade_needs_a_rationale_of_its_own() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 09:10 graded grade=medium
        E1 2023-01-10 09:20 graded grade=high rationale='texts about suicide'
    """
    assert outcomes(judge(GRADING, log, "2023-02-01 00:00")) == ["breached", "fulfilled"]


VOICE = policy("""
rules:
  - id: voice
    on: {entry: ppn_submitted}
    require: {field: voice_of_child, as: ["yes", not_applicable], within: 24 hours}
""")


@pytest.mark.parametrize(
    ("voice", "outcome"),
    [
        ("voice_of_child=yes", "fulfilled"),
        ("voice_of_child=not_applicable", "fulfilled"),
        ("voice_of_child=no", "breached"),
        ("", "breached"),
    ],
)
def test_ruling_09_a_field_may_have_to_say_something_and_silence_is_not_an_answer(
    voice: str, outcome: str
) -> None:
    log = f"{REPORTED}E1 2023-01-10 12:00 ppn_submitted {voice}"
    assert only(judge(VOICE, log, "2023-02-01 00:00")).outcome == outcome


def test_ruling_09_a_later_entry_may_put_the_answer_right() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 12:00 ppn_submitted voice_of_child=no
        E1 2023-01-10 15:00 ppn_submitted voice_of_child=yes
    """
    assert set(outcomes(judge(VOICE, log, "2023-02-01 00:00"))) == {"fulfilled"}


CARRIES = policy("""
rules:
  - id: carries
    on: {entry: ppn_submitted}
    require: {field: carries, names_known: [markers, concerns], within: 24 hours}
""")
KNOWN = f"""{REPORTED}
- 2020-05-01 09:00 marker_added marker=self_harm
E1 2023-01-10 09:10 concern_noted concern=suicidal_ideation
"""


@pytest.mark.parametrize(
    ("carries", "outcome"),
    [
        ("carries=self_harm,suicidal_ideation", "fulfilled"),
        ("carries=self_harm,suicidal_ideation,cse", "fulfilled"),
        ("carries=self_harm", "breached"),
        ("carries=suicidal_ideation", "breached"),
        ("", "breached"),
    ],
)
def test_ruling_09_a_list_must_name_every_marker_and_concern_known(
    carries: str, outcome: str
) -> None:
    log = f"{KNOWN}E1 2023-01-10 12:00 ppn_submitted {carries}"
    assert only(judge(CARRIES, log, "2023-02-01 00:00")).outcome == outcome


@pytest.mark.parametrize(
    "not_known",
    [
        "- 2023-01-10 12:01 marker_added marker=cse",
        "- 2020-05-01 09:00 marker_added marker=cse recorded='2023-01-10 12:01'",
        "- 2020-05-02 09:00 marker_added marker=cse\n- 2022-05-02 09:00 marker_removed marker=cse",
        "E0 2022-01-10 09:00 reported\nE0 2022-01-10 09:00 concern_noted concern=crime",
    ],
    ids=["added later", "recorded later", "removed", "of another episode"],
)
def test_ruling_09_what_was_not_known_then_need_not_be_named(not_known: str) -> None:
    log = f"""{KNOWN}
E1 2023-01-10 12:00 ppn_submitted carries=self_harm,suicidal_ideation
{not_known}"""
    assert only(judge(CARRIES, log, "2023-02-01 00:00")).outcome == "fulfilled"


def test_ruling_09_another_field_may_stand_in() -> None:
    rule = policy("""
        rules:
          - id: refers
            on: {entry: graded}
            require:
              field: refers_to
              names_known: [markers]
              or_field: rationale
              within: 1 hour
    """)
    marker = f"{REPORTED}- 2020-05-01 09:00 marker_added marker=self_harm\n"
    silent = f"{marker}E1 2023-01-10 09:30 graded grade=high"
    reasons = f"{marker}E1 2023-01-10 09:30 graded grade=high rationale='marker is old'"
    assert only(judge(rule, silent, "2023-02-01 00:00")).outcome == "breached"
    assert only(judge(rule, reasons, "2023-02-01 00:00")).outcome == "fulfilled"


def test_ruling_09_several_fields_must_all_be_there() -> None:
    rule = policy("""
        rules:
          - id: grounds
            on: {entry: categorised, where: {category: concern_for_safety}}
            require: {field: [ground, rationale], within: 15 minutes}
    """)
    half = f"{REPORTED}E1 2023-01-10 09:00 {RESTATED}\n"
    assert only(judge(rule, half, "2023-02-01 00:00")).outcome == "breached"
    rest = "categorised category=concern_for_safety ground=enquiries_not_made"
    whole = f"{half}E1 2023-01-10 09:10 {rest}"
    assert found(judge(rule, whole, "2023-02-01 00:00"))[0].outcome == "fulfilled"


def test_ruling_09_a_field_of_an_entry_about_the_child() -> None:
    rule = policy("""
        rules:
          - id: recorded
            on: {entry: strategy_meeting_recorded}
            require: {field: outcome, within: 24 hours}
    """)
    empty = "- 2023-01-10 09:00 strategy_meeting_recorded\n"
    assert only(judge(rule, empty, "2023-02-01 00:00")).outcome == "breached"
    filled = f"{empty}- 2023-01-10 15:00 strategy_meeting_recorded outcome='plan agreed'"
    assert found(judge(rule, filled, "2023-02-01 00:00"))[0].outcome == "fulfilled"


# --- Ruling 10: duties that come again and again --------------------------------------------------

REVIEW = policy("""
rules:
  - id: review
    on: {every: 4 hours, sooner: [{if: {grade: high}, every: 1 hour}]}
    while: open
    require: {action: supervisor_reviewed}
""")
AWAY = "E1 2023-01-10 08:00 reported\n"


def test_ruling_10_the_first_interval_runs_from_the_report() -> None:
    first = only(judge(REVIEW, AWAY, "2023-01-10 10:00"))
    assert first.outcome == "pending"
    assert first.to_dict()["due_at"] == "2023-01-10T12:00:00Z"


def test_ruling_10_the_next_interval_slides_from_when_it_was_last_done() -> None:
    log = f"{AWAY}E1 2023-01-10 10:00 supervisor_reviewed"
    done, following = found(judge(REVIEW, log, "2023-01-10 11:00"))
    assert (done.outcome, following.outcome) == ("fulfilled", "pending")
    assert following.to_dict()["due_at"] == "2023-01-10T14:00:00Z"
    assert done.finding_id != following.finding_id


@pytest.mark.parametrize(
    ("done", "outcome"),
    [("12:00", "fulfilled"), ("12:00:00.000001", "fulfilled_late")],
)
def test_ruling_10_done_at_the_end_of_the_interval_is_in_time(done: str, outcome: str) -> None:
    log = f"{AWAY}E1 2023-01-10 {done} supervisor_reviewed"
    assert found(judge(REVIEW, log, "2023-01-10 13:00"))[0].outcome == outcome


@pytest.mark.parametrize(
    ("as_of", "missed"),
    [
        ("12:00", 0),
        ("12:00:00.000001", 1),
        ("16:00", 1),
        ("16:00:00.000001", 2),
        ("20:00", 2),
        ("21:00", 3),
    ],
)
def test_ruling_10_consecutive_misses_are_one_finding_that_counts_them(
    as_of: str, missed: int
) -> None:
    finding = only(judge(REVIEW, AWAY, f"2023-01-10 {as_of}"))
    assert finding.missed == missed
    assert finding.outcome == ("breached" if missed else "pending")
    assert finding.to_dict()["due_at"] == "2023-01-10T12:00:00Z"


def test_ruling_10_after_a_miss_the_next_interval_starts_when_the_last_was_due() -> None:
    """Missed at 12:00 and done at 15:59: one miss. Done at 16:01: two."""
    in_second = f"{AWAY}E1 2023-01-10 15:59 supervisor_reviewed"
    in_third = f"{AWAY}E1 2023-01-10 16:01 supervisor_reviewed"
    (one,) = judge(REVIEW, in_second, "2023-01-10 17:00").breaches
    (two,) = judge(REVIEW, in_third, "2023-01-10 17:00").breaches
    assert (one.missed, two.missed) == (1, 2)


def test_ruling_10_misses_apart_are_findings_apart() -> None:
    log = f"{AWAY}E1 2023-01-10 13:00 supervisor_reviewed"
    answer = judge(REVIEW, log, "2023-01-10 18:00")
    assert [(one.missed, one.is_required) for one in answer.breaches] == [(1, False), (1, True)]


def test_ruling_10_after_a_late_review_the_next_interval_slides_from_it() -> None:
    log = f"{AWAY}E1 2023-01-10 13:00 supervisor_reviewed"
    (pending,) = judge(REVIEW, log, "2023-01-10 14:00").required_actions
    assert pending.to_dict()["due_at"] == "2023-01-10T17:00:00Z"


def test_ruling_10_a_grade_that_shortens_the_interval_brings_the_deadline_forward() -> None:
    log = f"{AWAY}E1 2023-01-10 09:00 graded grade=high"
    assert only(judge(REVIEW, log, "2023-01-10 09:30")).to_dict()["due_at"] == (
        "2023-01-10T10:00:00Z"
    )


def test_ruling_10_a_change_of_grade_never_puts_the_deadline_back() -> None:
    late = f"{AWAY}E1 2023-01-10 11:30 graded grade=high"
    assert only(judge(REVIEW, late, "2023-01-10 11:45")).to_dict()["due_at"] == (
        "2023-01-10T12:00:00Z"
    )
    down = """
        E1 2023-01-10 08:00 reported
        E1 2023-01-10 08:00 graded grade=high
        E1 2023-01-10 08:30 graded grade=medium
    """
    assert only(judge(REVIEW, down, "2023-01-10 08:45")).to_dict()["due_at"] == (
        "2023-01-10T09:00:00Z"
    )


def test_ruling_10_after_a_downgrade_the_next_interval_is_the_longer_one() -> None:
    log = """
        E1 2023-01-10 08:00 reported
        E1 2023-01-10 08:00 graded grade=high
        E1 2023-01-10 08:30 graded grade=medium
        E1 2023-01-10 08:50 supervisor_reviewed
    """
    (pending,) = judge(REVIEW, log, "2023-01-10 09:00").required_actions
    assert pending.to_dict()["due_at"] == "2023-01-10T12:50:00Z"


def test_ruling_10_an_interval_not_yet_due_when_the_child_is_found_is_not_applicable() -> None:
    for ending in ("located", "returned", "closed"):
        log = f"{AWAY}E1 2023-01-10 11:00 {ending}"
        assert outcomes(judge(REVIEW, log, "2023-01-11 00:00")) == ["not_applicable"]


def test_ruling_10_a_miss_before_the_child_is_found_stays_a_breach() -> None:
    log = f"{AWAY}E1 2023-01-10 14:00 located"
    answer = judge(REVIEW, log, "2023-01-11 00:00")
    (breach,) = answer.breaches
    assert breach.missed == 1


def test_ruling_10_nothing_is_owed_after_the_end() -> None:
    log = f"""{AWAY}
        E1 2023-01-10 10:00 supervisor_reviewed
        E1 2023-01-10 11:00 returned
    """
    answer = judge(REVIEW, log, "2023-02-01 00:00")
    assert [one.outcome for one in answer.findings] == ["fulfilled", "not_applicable"]
    assert answer.next_due is None


def test_ruling_10_a_duty_while_away_goes_on_when_the_child_is_located() -> None:
    away = policy("""
        rules:
          - id: review
            on: {every: 4 hours}
            while: away
            require: {action: supervisor_reviewed}
    """)
    located = f"{AWAY}E1 2023-01-10 11:00 located\n"
    assert outcomes(judge(away, located, "2023-01-10 13:00")) == ["breached"]
    returned = f"{located}E1 2023-01-10 11:30 returned"
    assert outcomes(judge(away, returned, "2023-01-10 13:00")) == ["not_applicable"]


def test_ruling_10_a_reopened_episode_starts_the_duty_again() -> None:
    log = f"""{AWAY}
        E1 2023-01-10 11:00 returned
        E1 2023-01-12 08:00 reported
    """
    first, second = found(judge(REVIEW, log, "2023-01-12 13:00"))
    assert (first.outcome, second.outcome) == ("not_applicable", "breached")
    assert second.to_dict()["due_at"] == "2023-01-12T12:00:00Z"


def test_ruling_10_a_slot_keeps_its_id_from_pending_to_breached_to_done() -> None:
    log = f"{AWAY}E1 2023-01-10 17:00 supervisor_reviewed"
    ids = {
        found(judge(REVIEW, log, f"2023-01-10 {as_of}"))[0].finding_id
        for as_of in ("10:00", "13:00", "16:30", "18:00")
    }
    assert len(ids) == 1


def test_ruling_10_the_first_interval_may_start_later() -> None:
    """Torbay: still missing at 72 hours a meeting, then weekly."""
    rule = policy("""
        rules:
          - id: weekly
            on: {every: 1 week, first_after: 72 hours}
            while: open
            require: {action: supervisor_reviewed}
    """)
    assert not found(judge(rule, AWAY, "2023-01-13 07:59"))
    assert only(judge(rule, AWAY, "2023-01-13 08:00")).to_dict()["due_at"] == (
        "2023-01-21T00:00:00Z"
    )


def test_ruling_10_a_duty_on_a_condition_starts_and_ends_with_it() -> None:
    """Enfield: at high risk the plan is updated weekly while the child is missing."""
    rule = policy("""
        rules:
          - id: weekly
            on: {every: 1 week}
            if: {grade: high}
            while: open
            require: {action: trigger_plan_updated}
    """)
    assert not found(judge(rule, AWAY, "2023-01-20 00:00"))
    high = f"{AWAY}E1 2023-01-11 08:00 graded grade=high\n"
    assert only(judge(rule, high, "2023-01-12 00:00")).to_dict()["due_at"] == "2023-01-19T00:00:00Z"
    lower = f"{high}E1 2023-01-13 08:00 graded grade=low"
    assert judge(rule, lower, "2023-02-01 00:00").breaches == ()


def test_ruling_10_a_valid_decision_answers_an_interval() -> None:
    rule = policy("""
        rules:
          - id: review
            on: {every: 4 hours}
            while: open
            require: {action: supervisor_reviewed}
            may_be_decided_by: duty_inspector
    """)
    decision = "decided_not_required action=supervisor_reviewed by=duty_inspector rationale=asleep"
    answer = judge(rule, f"{AWAY}E1 2023-01-10 10:00 {decision}", "2023-01-10 13:00")
    assert outcomes(answer) == ["decided_not_required", "pending"]
    assert answer.required_actions[0].to_dict()["due_at"] == "2023-01-10T14:00:00Z"


def test_ruling_10_unless_releases_from_a_repeating_duty() -> None:
    rule = policy("""
        rules:
          - id: review
            on: {every: 4 hours}
            unless: {category: no_apparent_risk}
            while: open
            require: {action: supervisor_reviewed}
    """)
    log = f"{AWAY}E1 2023-01-10 10:00 categorised category=no_apparent_risk"
    assert judge(rule, log, "2023-01-10 15:00").breaches == ()


@pytest.mark.parametrize("done", ["10:00", "12:00"])
def test_ruling_10_an_action_that_may_be_the_answer_makes_no_sure_breach(done: str) -> None:
    rule = policy("""
        rules:
          - id: review
            on: {every: 4 hours}
            while: open
            require: {action: supervisor_reviewed, where: {by: supervisor}}
    """)
    log = f"{AWAY}E1 2023-01-10 {done} supervisor_reviewed"
    assert judge(rule, log, "2023-01-10 13:30").breaches == ()


def test_ruling_10_a_repeating_duty_on_something_not_recorded_cannot_be_told() -> None:
    rule = policy("""
        rules:
          - id: review
            on: {every: 4 hours}
            if: {looked_after: true}
            while: open
            require: {action: supervisor_reviewed}
    """)
    assert outcomes(judge(rule, AWAY, "2023-01-10 15:00")) == ["indeterminate"]
    learned = f"{AWAY}- 2023-01-01 10:00 care_status looked_after=yes"
    assert outcomes(judge(rule, learned, "2023-01-10 15:00")) == ["breached"]


def test_ruling_10_done_in_the_moment_of_the_report_answers_the_first_interval() -> None:
    log = f"{AWAY}E1 2023-01-10 08:00 supervisor_reviewed"
    done, following = found(judge(REVIEW, log, "2023-01-10 10:00"))
    assert (done.outcome, following.outcome) == ("fulfilled", "pending")
    assert following.to_dict()["due_at"] == "2023-01-10T12:00:00Z"


def test_ruling_10_done_in_the_moment_of_the_return_is_done() -> None:
    log = f"{AWAY}E1 2023-01-10 12:00 supervisor_reviewed\nE1 2023-01-10 12:00 returned"
    answer = judge(REVIEW, log, "2023-01-10 18:00")
    assert answer.breaches == answer.required_actions == ()
    assert answer.findings[0].outcome == "fulfilled"


# --- Ruling 11: what being found ends -------------------------------------------------------------

ENQUIRIES = policy("""
rules:
  - id: enquiries
    on: {entry: reported}
    while: open
    require: {action: lines_of_enquiry_set, within: 2 hours}
""")


@pytest.mark.parametrize("ending", ["located", "returned", "closed"])
def test_ruling_11_a_duty_not_yet_due_when_the_child_is_found_is_not_applicable(
    ending: str,
) -> None:
    log = f"{REPORTED}E1 2023-01-10 10:30 {ending}"
    assert only(judge(ENQUIRIES, log, "2023-01-10 10:29")).outcome == "pending"
    answer = judge(ENQUIRIES, log, "2023-01-10 10:30")
    assert only(answer).outcome == "not_applicable"
    assert answer.required_actions == ()


@pytest.mark.parametrize(
    ("located", "outcome"), [("11:00", "not_applicable"), ("11:00:00.000001", "breached")]
)
def test_ruling_11_a_breach_stays_when_the_child_is_found_later(located: str, outcome: str) -> None:
    log = f"{REPORTED}E1 2023-01-10 {located} located"
    assert only(judge(ENQUIRIES, log, "2023-01-11 00:00")).outcome == outcome


def test_ruling_11_what_was_done_before_the_child_was_found_stays_done() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 09:30 lines_of_enquiry_set
        E1 2023-01-10 10:30 located
    """
    assert only(judge(ENQUIRIES, log, "2023-01-11 00:00")).outcome == "fulfilled"


def test_ruling_11_without_while_a_duty_survives_the_return() -> None:
    log = f"{REPORTED}E1 2023-01-10 09:30 returned"
    assert only(judge(INSPECTOR, log, "2023-01-11 00:00")).outcome == "breached"


def test_ruling_11_a_duty_while_away_ends_with_the_return_not_with_the_location() -> None:
    away = policy("""
        rules:
          - id: enquiries
            on: {entry: reported}
            while: away
            require: {action: lines_of_enquiry_set, within: 2 hours}
    """)
    located = f"{REPORTED}E1 2023-01-10 10:30 located\n"
    assert only(judge(away, located, "2023-01-11 00:00")).outcome == "breached"
    returned = f"{located}E1 2023-01-10 10:45 returned"
    assert only(judge(away, returned, "2023-01-11 00:00")).outcome == "not_applicable"


def test_ruling_11_a_return_learned_late_takes_back_the_breach_but_not_at_an_earlier_as_of() -> (
    None
):
    log = f"{REPORTED}E1 2023-01-10 10:30 returned recorded='2023-01-11 09:00'"
    assert only(judge(ENQUIRIES, log, "2023-01-10 12:00")).outcome == "breached"
    assert only(judge(ENQUIRIES, log, "2023-01-11 09:00")).outcome == "not_applicable"


def test_ruling_11_a_duty_does_not_arise_after_the_child_was_found() -> None:
    rule = policy(CONCERNS + "    while: open\n")
    log = f"""{REPORTED}
        E1 2023-01-10 10:30 located
        E1 2023-01-10 10:31 concern_noted concern=crime
    """
    assert not found(judge(rule, log, "2023-01-11 00:00"))


MARKED = policy("""
rules:
  - id: inspector
    on: {entry: reported}
    if: {marker: cse}
    require: {action: inspector_informed, within: 1 hour}
""")


def test_ruling_11_the_condition_is_read_at_the_trigger() -> None:
    before = f"- 2023-01-10 08:00 marker_added marker=cse\n{REPORTED}"
    same = f"- 2023-01-10 09:00 marker_added marker=cse\n{REPORTED}"
    after = f"- 2023-01-10 09:01 marker_added marker=cse\n{REPORTED}"
    assert outcomes(judge(MARKED, before, "2023-01-11 00:00")) == ["breached"]
    assert outcomes(judge(MARKED, same, "2023-01-11 00:00")) == ["breached"]
    assert outcomes(judge(MARKED, after, "2023-01-11 00:00")) == []


def test_ruling_11_what_happens_to_the_condition_afterwards_changes_nothing() -> None:
    log = f"""
        - 2023-01-10 08:00 marker_added marker=cse
        {REPORTED.strip()}
        - 2023-01-10 09:10 marker_removed marker=cse
    """
    assert outcomes(judge(MARKED, log, "2023-01-11 00:00")) == ["breached"]


def test_ruling_11_unless_releases_up_to_the_deadline_and_not_after_it() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            unless: {category: no_apparent_risk}
            require: {action: inspector_informed, within: 1 hour}
    """)
    for time, outcome in (
        ("09:00", "not_applicable"),
        ("10:00", "not_applicable"),
        ("10:00:00.000001", "breached"),
    ):
        log = f"{REPORTED}E1 2023-01-10 {time} categorised category=no_apparent_risk"
        assert only(judge(rule, log, "2023-01-11 00:00")).outcome == outcome


def test_ruling_11_unless_an_entry_counts_from_the_report_on_but_not_before_it() -> None:
    rule = policy("""
        rules:
          - id: request
            on: {entry: categorised}
            unless: {entry: strategy_meeting_held}
            require: {action: inspector_informed, within: 1 hour}
    """)
    for time, outcome in (
        ("08:49", "breached"),
        ("08:50", "not_applicable"),
        ("10:01", "breached"),
    ):
        log = f"{CATEGORISED}\n- 2023-01-10 {time} strategy_meeting_held"
        assert only(judge(rule, log, "2023-01-11 00:00")).outcome == outcome


def test_ruling_11_a_release_about_the_child_counts_after_the_return_too() -> None:
    rule = policy("""
        rules:
          - id: interview
            on: {entry: returned}
            unless: {marker: cse}
            require: {action: prevention_interview, within: 24 hours}
    """)
    returned = f"{REPORTED}E1 2023-01-10 12:00 returned\n"
    for time, outcome in (("2023-01-10 13:00", "not_applicable"), ("2023-01-11 12:01", "breached")):
        log = f"{returned}- {time} marker_added marker=cse"
        assert only(judge(rule, log, "2023-02-01 00:00")).outcome == outcome


def test_ruling_11_a_field_not_yet_due_when_the_child_is_found_is_not_applicable() -> None:
    rule = policy("""
        rules:
          - id: rationale
            on: {entry: graded}
            while: open
            require: {field: rationale, within: 1 hour}
    """)
    graded = f"{REPORTED}E1 2023-01-10 09:10 graded grade=low\n"
    for found_at, outcome in (("09:30", "not_applicable"), ("10:30", "breached")):
        log = f"{graded}E1 2023-01-10 {found_at} located"
        assert only(judge(rule, log, "2023-02-01 00:00")).outcome == outcome


def test_ruling_11_unless_releases_from_a_required_field_too() -> None:
    rule = policy("""
        rules:
          - id: rationale
            on: {entry: graded}
            unless: {category: no_apparent_risk}
            require: {field: rationale, within: 1 hour}
    """)
    graded = f"{REPORTED}E1 2023-01-10 09:10 graded grade=low\n"
    for time, outcome in (("10:10", "not_applicable"), ("10:11", "breached")):
        log = f"{graded}E1 2023-01-10 {time} categorised category=no_apparent_risk"
        assert only(judge(rule, log, "2023-02-01 00:00")).outcome == outcome


def test_ruling_11_a_release_that_hangs_on_something_not_recorded_cannot_be_told() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            unless: {whereabouts: known}
            require: {action: inspector_informed, within: 1 hour}
    """)
    assert outcomes(judge(rule, REPORTED, "2023-02-01 00:00")) == ["indeterminate"]
    unknown = REPORTED.replace("reported", "reported whereabouts=unknown")
    assert outcomes(judge(rule, unknown, "2023-02-01 00:00")) == ["breached"]
    known = REPORTED.replace("reported", "reported whereabouts=known")
    assert outcomes(judge(rule, known, "2023-02-01 00:00")) == ["not_applicable"]


# --- Ruling 12: grade floors ----------------------------------------------------------------------

FLOOR = policy("""
terms:
  at_risk: {any: [{marker: [self_harm, suicide]}, {concern: [self_harm, suicidal_ideation]}]}
rules:
  - id: floor
    on: [{entry: graded}, {entry: marker_added}, {entry: concern_noted}]
    if: at_risk
    grade: {at_least: high, within: 30 minutes}
""")
MARKER = "- 2020-05-01 09:00 marker_added marker=self_harm id=marker\n"


def test_ruling_12_a_grade_recorded_below_the_floor_is_a_breach_at_once() -> None:
    log = f"{MARKER}{REPORTED}E1 2023-01-10 09:10 graded grade=medium"
    finding = only(judge(FLOOR, log, "2023-01-10 09:10"))
    assert finding.outcome == "breached"
    assert (finding.recorded_grade, finding.required_grade) == ("medium", "high")
    assert finding.to_dict()["opened_at"] == "2023-01-10T09:10:00Z"
    assert finding.is_required


def test_ruling_12_the_finding_says_what_demanded_the_grade() -> None:
    log = f"""{MARKER}{REPORTED}
        E1 2023-01-10 09:05 concern_noted concern=suicidal_ideation id=texts
        E1 2023-01-10 09:10 graded grade=medium id=grading
    """
    finding = only(judge(FLOOR, log, "2023-01-10 09:30"))
    assert {"marker", "texts", "grading"} <= {*finding.evidence, *finding.cited}


@pytest.mark.parametrize("grade", ["very_low", "low", "medium"])
def test_ruling_12_every_grade_below_the_floor_is_a_breach(grade: str) -> None:
    log = f"{MARKER}{REPORTED}E1 2023-01-10 09:10 graded grade={grade}"
    assert only(judge(FLOOR, log, "2023-01-10 10:00")).recorded_grade == grade


def test_ruling_12_a_grade_at_the_floor_is_no_breach() -> None:
    log = f"{MARKER}{REPORTED}E1 2023-01-10 09:10 graded grade=high"
    answer = judge(FLOOR, log, "2023-01-10 10:00")
    assert answer.breaches == answer.required_actions == ()


def test_ruling_12_a_grade_that_nothing_speaks_against_is_no_breach() -> None:
    log = f"{REPORTED}E1 2023-01-10 09:10 graded grade=low"
    assert not found(judge(FLOOR, log, "2023-01-10 10:00"))


LEARNED = f"""{REPORTED}
E1 2023-01-10 09:10 graded grade=medium
- 2023-01-10 09:40 marker_added marker=self_harm
"""


@pytest.mark.parametrize(
    ("as_of", "outcome"),
    [("09:40", "pending"), ("10:10", "pending"), ("10:10:00.000001", "breached")],
)
def test_ruling_12_a_marker_learned_after_the_grading_allows_the_time_to_grade_again(
    as_of: str, outcome: str
) -> None:
    finding = only(judge(FLOOR, LEARNED, f"2023-01-10 {as_of}"))
    assert finding.outcome == outcome
    assert finding.to_dict()["opened_at"] == "2023-01-10T09:40:00Z"
    assert finding.to_dict()["due_at"] == "2023-01-10T10:10:00Z"


@pytest.mark.parametrize(
    ("raised", "outcome"),
    [("09:50", "fulfilled"), ("10:10", "fulfilled"), ("10:10:00.000001", "fulfilled_late")],
)
def test_ruling_12_graded_again_in_time_or_late(raised: str, outcome: str) -> None:
    log = f"{LEARNED}E1 2023-01-10 {raised} graded grade=high"
    assert only(judge(FLOOR, log, "2023-01-11 00:00")).outcome == outcome


def test_ruling_12_a_concern_noted_after_the_grading_allows_it_too() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 09:10 graded grade=medium
        E1 2023-01-10 09:40 concern_noted concern=self_harm
    """
    assert only(judge(FLOOR, log, "2023-01-10 10:00")).outcome == "pending"


def test_ruling_12_a_marker_binds_from_when_it_was_recorded_if_that_is_later() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 09:10 graded grade=medium
        - 2020-05-01 09:00 marker_added marker=self_harm recorded='2023-01-10 09:40'
    """
    finding = only(judge(FLOOR, log, "2023-01-10 09:41"))
    assert finding.outcome == "pending"
    assert finding.to_dict()["due_at"] == "2023-01-10T10:10:00Z"


def test_ruling_12_a_marker_recorded_in_advance_binds_from_when_it_happened() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 09:10 graded grade=medium
        - 2023-01-10 09:40 marker_added marker=self_harm recorded=09:05
    """
    assert not found(judge(FLOOR, log, "2023-01-10 09:39"))
    assert only(judge(FLOOR, log, "2023-01-10 09:41")).to_dict()["due_at"] == (
        "2023-01-10T10:10:00Z"
    )


def test_ruling_12_a_marker_learned_after_the_child_was_found_demands_nothing() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 09:10 graded grade=medium
        E1 2023-01-10 12:00 located
        - 2023-01-10 12:30 marker_added marker=self_harm
    """
    assert not found(judge(FLOOR, log, "2023-01-11 00:00"))


def test_ruling_12_a_grade_recorded_after_the_child_was_found_is_not_bound() -> None:
    log = f"{MARKER}{REPORTED}E1 2023-01-10 12:00 returned\nE1 2023-01-10 12:30 graded grade=low"
    assert judge(FLOOR, log, "2023-01-11 00:00").breaches == ()


def test_ruling_12_a_breach_stays_when_the_child_is_found() -> None:
    log = f"{MARKER}{REPORTED}E1 2023-01-10 09:10 graded grade=low\nE1 2023-01-10 12:00 returned"
    assert only(judge(FLOOR, log, "2023-01-11 00:00")).outcome == "breached"


def test_ruling_12_a_new_grading_not_yet_due_when_the_child_is_found_is_not_applicable() -> None:
    log = f"{LEARNED}E1 2023-01-10 10:00 located"
    assert only(judge(FLOOR, log, "2023-01-11 00:00")).outcome == "not_applicable"


def test_ruling_12_there_is_one_obligation_for_each_episode() -> None:
    log = f"""{MARKER}{REPORTED}
        E1 2023-01-10 09:10 graded grade=low
        E1 2023-01-10 09:30 graded grade=medium
        E1 2023-01-10 09:40 concern_noted concern=self_harm
        E2 2023-01-20 09:00 reported
        E2 2023-01-20 09:10 graded grade=low
    """
    first, second = found(judge(FLOOR, log, "2023-02-01 00:00"))
    assert (first.episode_id, second.episode_id) == ("E1", "E2")


def test_ruling_12_a_grade_raised_later_is_a_late_answer_with_nothing_left_to_do() -> None:
    log = f"""{MARKER}{REPORTED}
        E1 2023-01-10 09:10 graded grade=medium
        E1 2023-01-10 11:00 graded grade=high id=raised
    """
    answer = judge(FLOOR, log, "2023-01-11 00:00")
    finding = only(answer)
    assert finding.outcome == "fulfilled_late"
    assert finding.answer == "raised"
    assert answer.required_actions == ()


def test_ruling_12_raised_but_not_far_enough_is_still_a_breach() -> None:
    log = f"""{MARKER}{REPORTED}
        E1 2023-01-10 09:10 graded grade=low
        E1 2023-01-10 11:00 graded grade=medium
    """
    finding = only(judge(FLOOR, log, "2023-01-11 00:00"))
    assert finding.outcome == "breached"
    assert finding.recorded_grade == "medium"


def test_ruling_12_a_downgrade_below_the_floor_is_a_breach_at_once() -> None:
    log = f"""{MARKER}{REPORTED}
        E1 2023-01-10 09:10 graded grade=high
        E1 2023-01-10 15:00 graded grade=medium
    """
    assert judge(FLOOR, log, "2023-01-10 14:59").breaches == ()
    finding = only(judge(FLOOR, log, "2023-01-10 15:00"))
    assert finding.outcome == "breached"
    assert finding.recorded_grade == "medium"
    assert finding.to_dict()["opened_at"] == "2023-01-10T15:00:00Z"


def test_ruling_12_a_downgrade_is_the_same_obligation_as_before() -> None:
    log = f"""{MARKER}{REPORTED}
        E1 2023-01-10 09:10 graded grade=high
        E1 2023-01-10 15:00 graded grade=medium
    """
    before, after = (only(judge(FLOOR, log, f"2023-01-10 {t}")) for t in ("14:59", "15:00"))
    assert before.finding_id == after.finding_id


def test_ruling_12_no_grade_at_all_is_another_rules_matter() -> None:
    assert not found(judge(FLOOR, f"{MARKER}{REPORTED}", "2023-02-01 00:00"))


def test_ruling_12_a_marker_removed_before_the_grading_demands_nothing() -> None:
    removed = "- 2022-05-01 09:00 marker_removed marker=self_harm\n"
    log = f"{MARKER}{removed}{REPORTED}E1 2023-01-10 09:10 graded grade=low"
    assert not found(judge(FLOOR, log, "2023-02-01 00:00"))


def test_ruling_12_a_removal_recorded_after_the_grading_does_not_excuse_it() -> None:
    removed = "- 2022-05-01 09:00 marker_removed marker=self_harm recorded='2023-01-11 09:00'\n"
    log = f"{MARKER}{removed}{REPORTED}E1 2023-01-10 09:10 graded grade=low"
    assert only(judge(FLOOR, log, "2023-02-01 00:00")).outcome == "breached"


RELEASED = policy("""
rules:
  - id: floor
    on: [{entry: graded}, {entry: marker_added}]
    if: {marker: self_harm}
    unless: {not: {marker: self_harm}}
    grade: {at_least: high, within: 30 minutes}
""")


@pytest.mark.parametrize(
    ("removed", "outcome"),
    [("10:00", "not_applicable"), ("10:10", "not_applicable"), ("10:11", "breached")],
)
def test_ruling_12_a_marker_removed_in_time_releases_where_the_rule_says_so(
    removed: str, outcome: str
) -> None:
    log = f"{LEARNED}- 2023-01-10 {removed} marker_removed marker=self_harm"
    assert only(judge(RELEASED, log, "2023-01-11 00:00")).outcome == outcome


def test_ruling_12_without_unless_the_removal_releases_from_nothing() -> None:
    log = f"{LEARNED}- 2023-01-10 10:00 marker_removed marker=self_harm"
    assert only(judge(FLOOR, log, "2023-01-11 00:00")).outcome == "breached"


def test_ruling_12_the_order_of_entries_inside_a_moment_does_not_matter() -> None:
    """Graded in the instant in which the marker was recorded: it was there to be seen."""
    one = f"""{REPORTED}
        E1 2023-01-10 09:10 graded grade=low id=aaa
        - 2023-01-10 09:10 marker_added marker=self_harm id=zzz
    """
    other = one.replace("aaa", "tmp").replace("zzz", "aaa").replace("tmp", "zzz")
    assert outcomes(judge(FLOOR, one, "2023-01-10 09:10")) == ["breached"]
    assert outcomes(judge(FLOOR, other, "2023-01-10 09:10")) == ["breached"]


STEPS = policy("""
rules:
  - id: steps
    on: {entry: concern_noted, where: {concern: exploitation}}
    grade: {steps_up: 1, within: 30 minutes}
""")


@pytest.mark.parametrize(
    ("before", "required"),
    [("very_low", "low"), ("low", "medium"), ("medium", "high")],
)
def test_ruling_12_steps_up_start_from_the_grade_before_the_trigger(
    before: str, required: str
) -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 09:10 graded grade={before}
        E1 2023-01-10 09:40 concern_noted concern=exploitation
    """
    finding = only(judge(STEPS, log, "2023-01-10 10:00"))
    assert finding.outcome == "pending"
    assert (finding.recorded_grade, finding.required_grade) == (before, required)
    raised = f"{log}\nE1 2023-01-10 10:05 graded grade={required}"
    assert only(judge(STEPS, raised, "2023-01-11 00:00")).outcome == "fulfilled"
    assert only(judge(STEPS, log, "2023-01-11 00:00")).outcome == "breached"


def test_ruling_12_a_later_lower_demand_does_not_take_back_a_higher_one() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 09:10 graded grade=medium
        E1 2023-01-10 09:20 concern_noted concern=exploitation
        E1 2023-01-10 09:30 graded grade=low
        E1 2023-01-10 09:35 concern_noted concern=exploitation
        E1 2023-01-10 09:45 graded grade=medium
    """
    finding = only(judge(STEPS, log, "2023-01-11 00:00"))
    assert (finding.outcome, finding.required_grade) == ("breached", "high")
    assert finding.opened_at == at("2023-01-10 09:20")


def test_ruling_12_steps_up_stop_at_the_top() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 09:10 graded grade=high
        E1 2023-01-10 09:40 concern_noted concern=exploitation
    """
    assert judge(STEPS, log, "2023-01-11 00:00").breaches == ()


def test_ruling_12_steps_up_from_no_grade_demand_nothing() -> None:
    log = f"{REPORTED}E1 2023-01-10 09:40 concern_noted concern=exploitation"
    assert not found(judge(STEPS, log, "2023-01-11 00:00"))


def test_ruling_12_a_grade_raised_in_the_moment_of_the_trigger_satisfies_the_step() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 09:10 graded grade=low
        E1 2023-01-10 09:40 concern_noted concern=exploitation
        E1 2023-01-10 09:40 graded grade=medium
    """
    assert judge(STEPS, log, "2023-01-11 00:00").breaches == ()


def test_ruling_12_a_floor_without_condition_binds_every_grade() -> None:
    """The Met's older protocol: a missing child is never graded below medium."""
    rule = policy("""
        rules:
          - id: floor
            on: {entry: graded}
            grade: {at_least: medium, within: 30 minutes}
    """)
    for grade, breaches in (("very_low", 1), ("low", 1), ("medium", 0), ("high", 0)):
        log = f"{REPORTED}E1 2023-01-10 09:10 graded grade={grade}"
        assert len(judge(rule, log, "2023-01-11 00:00").breaches) == breaches


def test_ruling_12_gradings_list_every_finding_about_a_grade() -> None:
    log = f"{MARKER}{REPORTED}E1 2023-01-10 09:10 graded grade=medium"
    answer = judge(FLOOR, log, "2023-01-10 10:00")
    assert answer.gradings == answer.findings
    assert judge(INSPECTOR, REPORTED, "2023-01-10 10:00").gradings == ()


def test_ruling_12_a_grade_lowered_in_the_time_to_grade_again_is_a_breach_at_once() -> None:
    log = f"{LEARNED}E1 2023-01-10 09:45 graded grade=low"
    finding = only(judge(FLOOR, log, "2023-01-10 09:50"))
    assert finding.outcome == "breached"
    assert finding.recorded_grade == "low"


COUNT_FLOOR = policy("""
parameters:
  window: {value: 90 days, edge: inclusive, basis: inferred}
terms:
  missing: {category: missing}
rules:
  - id: floor
    on: {episodes: missing, reach: 3, within: window}
    grade: {at_least: high, within: 30 minutes}
""")


def test_ruling_12_a_floor_by_count_binds_only_once_the_threshold_is_reached() -> None:
    one = missing(0) + f"\nE1 {day(0)} 09:00 graded grade=low"
    assert judge(COUNT_FLOOR, one, f"{day(1)} 00:00").breaches == ()
    three = missing(0, 10, 20) + f"\nE3 {day(20)} 09:00 graded grade=low"
    finding = only(judge(COUNT_FLOOR, three, f"{day(21)} 00:00"))
    assert (finding.outcome, finding.episode_id) == ("breached", "E3")


def test_ruling_12_a_floor_binds_grades_recorded_after_what_demands_it() -> None:
    rule = policy("""
        rules:
          - id: floor
            on: {entry: concern_noted}
            grade: {at_least: high, within: 30 minutes}
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 09:05 concern_noted concern=self_harm
        E1 2023-01-10 09:10 graded grade=low
    """
    finding = only(judge(rule, log, "2023-01-10 09:10"))
    assert finding.outcome == "breached"


def test_ruling_12_a_floor_may_be_demanded_by_time() -> None:
    rule = policy("""
        rules:
          - id: floor
            on: {open: {at_least: 24 hours}}
            grade: {at_least: high, within: 30 minutes}
    """)
    log = f"{REPORTED}E1 2023-01-10 09:10 graded grade=low"
    assert not found(judge(rule, log, "2023-01-11 08:59"))
    assert only(judge(rule, log, "2023-01-11 09:00")).outcome == "pending"
    assert only(judge(rule, log, "2023-01-11 09:31")).outcome == "breached"


def test_ruling_12_an_entry_in_time_releases_where_the_rule_says_so() -> None:
    rule = policy("""
        rules:
          - id: floor
            on: [{entry: graded}, {entry: marker_added}]
            if: {marker: self_harm}
            unless: {entry: supervisor_reviewed}
            grade: {at_least: high, within: 30 minutes}
    """)
    for time, outcome in (("09:50", "not_applicable"), ("10:11", "breached")):
        log = f"{LEARNED}E1 2023-01-10 {time} supervisor_reviewed"
        assert only(judge(rule, log, "2023-01-11 00:00")).outcome == outcome


def test_ruling_12_a_trigger_that_may_hold_is_not_passed_silently() -> None:
    rule = policy("""
        rules:
          - id: floor
            on: {entry: graded, where: {by: force_incident_manager}}
            grade: {at_least: high, within: 30 minutes}
    """)
    graded = f"{REPORTED}E1 2023-01-10 09:10 graded grade=low"
    assert outcomes(judge(rule, graded, "2023-01-11 00:00")) == ["indeterminate"]
    by_fim = f"{graded} by=force_incident_manager"
    assert outcomes(judge(rule, by_fim, "2023-01-11 00:00")) == ["breached"]
    assert outcomes(judge(rule, f"{graded} by=officer", "2023-01-11 00:00")) == []


def test_ruling_12_a_late_grading_stays_a_breach_when_the_next_one_is_pending() -> None:
    rule = policy("""
        rules:
          - id: steps
            on: {entry: concern_noted}
            grade: {steps_up: 1, within: 30 minutes}
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 09:10 graded grade=low
        E1 2023-01-10 09:20 concern_noted concern=crime
        E1 2023-01-10 11:20 graded grade=medium
        E1 2023-01-10 12:20 concern_noted concern=cse
    """
    assert len(judge(rule, log, "2023-01-10 11:30").breaches) == 1
    answer = judge(rule, log, "2023-01-10 12:30")
    assert len(answer.breaches) == 1
    assert len(answer.required_actions) == 1


def test_ruling_12_the_recorded_grade_is_the_one_that_was_judged() -> None:
    log = f"""{MARKER}{REPORTED}
        E1 2023-01-10 09:10 graded grade=high
        E1 2023-01-10 12:00 returned
        E1 2023-01-10 15:00 graded grade=medium
    """
    finding = only(judge(FLOOR, log, "2023-01-11 00:00"))
    assert (finding.outcome, finding.recorded_grade) == ("fulfilled", "high")


def test_ruling_12_a_step_up_binds_later_grades_too() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 09:10 graded grade=low
        E1 2023-01-10 09:40 concern_noted concern=exploitation
        E1 2023-01-10 09:50 graded grade=medium
        E1 2023-01-10 13:00 graded grade=low
    """
    assert only(judge(STEPS, log, "2023-01-10 12:59")).outcome == "fulfilled"
    lowered = only(judge(STEPS, log, "2023-01-10 13:00"))
    assert lowered.outcome == "breached"
    assert (lowered.recorded_grade, lowered.required_grade) == ("low", "medium")


def test_ruling_12_what_no_longer_holds_binds_no_later_grade() -> None:
    rule = policy("""
        rules:
          - id: floor
            on: {entry: marker_added}
            if: {marker: self_harm}
            unless: {not: {marker: self_harm}}
            grade: {at_least: high, within: 30 minutes}
    """)
    log = f"""{REPORTED}
        E1 2023-01-10 09:10 graded grade=high
        - 2023-01-10 09:40 marker_added marker=self_harm
        - 2023-01-10 10:00 marker_removed marker=self_harm
    """
    for time, breaches in (("09:50", 1), ("11:00", 0)):
        text = f"{log}\nE1 2023-01-10 {time} graded grade=low"
        assert len(judge(rule, text, "2023-01-11 00:00").breaches) == breaches


def test_ruling_12_a_low_grade_after_a_reopening_is_a_breach_of_its_own_time_away() -> None:
    log = f"""{LEARNED}
        E1 2023-01-10 10:00 returned
        E1 2023-01-12 09:00 reported
        E1 2023-01-12 09:10 graded grade=low
    """
    assert only(judge(FLOOR, log, "2023-01-11 00:00")).outcome == "not_applicable"
    finding = only(judge(FLOOR, log, "2023-01-12 09:10"))
    assert finding.outcome == "breached"
    assert finding.to_dict()["opened_at"] == "2023-01-12T09:10:00Z"


def test_ruling_12_a_breach_of_the_first_time_away_stays_when_the_second_is_graded_high() -> None:
    log = f"""{MARKER}{REPORTED}
        E1 2023-01-10 09:10 graded grade=low
        E1 2023-01-10 12:00 returned
        E1 2023-01-12 09:00 reported
        E1 2023-01-12 09:10 graded grade=high
    """
    assert len(judge(FLOOR, log, "2023-01-13 00:00").breaches) == 1


DOUBTED = policy("""
rules:
  - id: grading
    on: [{entry: graded, where: {by: supervisor}}, {entry: care_status}, {entry: concern_noted}]
    if: {all: [{looked_after: true}, {not: {from_place: home}}]}
    per: episode
    unless: {philomena: true}
    grade: {at_least: high, within: 30 minutes}
""")
CARED_FOR = "- 2023-01-01 09:00 care_status looked_after=yes philomena=no id=cared\n"
FROM_SCHOOL = "E1 2023-01-10 09:00 reported from_place=school\n"
LOW = "E1 2023-01-10 09:10 graded grade=low by=supervisor id=low\n"


def test_ruling_12_a_demand_that_was_in_doubt_has_its_time_from_when_it_is_sure() -> None:
    log = f"{FROM_SCHOOL}{LOW}- 2023-01-10 09:30 care_status looked_after=yes philomena=no"
    assert outcomes(judge(DOUBTED, log, "2023-01-10 09:20")) == ["indeterminate"]
    waiting = only(judge(DOUBTED, log, "2023-01-10 09:45"))
    assert waiting.outcome == "pending"
    assert (waiting.opened_at, waiting.due_at) == (at("2023-01-10 09:30"), at("2023-01-10 10:00"))
    assert outcomes(judge(DOUBTED, log, "2023-01-10 10:01")) == ["breached"]


def test_ruling_12_a_grade_raised_in_time_leaves_what_was_in_doubt_before_in_doubt() -> None:
    log = f"""
        {FROM_SCHOOL}{LOW}
        - 2023-01-10 09:30 care_status looked_after=yes philomena=no
        E1 2023-01-10 09:50 graded grade=high by=supervisor
    """
    finding = only(judge(DOUBTED, log, "2023-01-10 12:00"))
    assert finding.outcome == "indeterminate"
    assert finding.unknown == ("care_status.looked_after",)


def test_ruling_12_a_sure_demand_binds_a_grade_that_may_be_a_trigger_itself() -> None:
    log = f"""
        {CARED_FOR}{FROM_SCHOOL}
        E1 2023-01-10 09:10 graded grade=high by=supervisor id=first
        E1 2023-01-10 11:00 graded grade=low id=second
    """
    finding = only(judge(DOUBTED, log, "2023-01-10 12:00"))
    assert finding.outcome == "breached"
    assert {"cared", "first", "second"} <= set(finding.cited)
    in_doubt = only(judge(DOUBTED, log.replace("by=supervisor", ""), "2023-01-10 12:00"))
    assert in_doubt.outcome == "indeterminate"
    assert in_doubt.unknown == ("fields of graded",)


def test_ruling_12_what_releases_later_does_not_take_a_breach_at_once_away() -> None:
    log = f"""
        {CARED_FOR}{FROM_SCHOOL}{LOW}
        - 2023-01-10 10:00 care_status philomena=yes
        E1 2023-01-10 11:00 concern_noted concern=crime
    """
    finding = only(judge(DOUBTED, log, "2023-01-10 12:00"))
    assert finding.outcome == "breached"
    assert finding.opened_at == at("2023-01-10 09:10")


def test_ruling_12_what_is_not_known_is_that_of_the_time_away_in_question() -> None:
    log = f"""
        {CARED_FOR}{FROM_SCHOOL}
        E1 2023-01-10 09:10 graded grade=high by=supervisor
        E1 2023-01-10 12:00 returned
        E1 2023-01-12 09:00 reported
        E1 2023-01-12 09:10 graded grade=low by=supervisor
    """
    finding = only(judge(DOUBTED, log, "2023-01-12 12:00"))
    assert finding.outcome == "indeterminate"
    assert finding.unknown == ("reported.from_place",)


# --- Ruling 13: duties belong to the episode, not to its label ------------------------------------

DUTIES = policy("""
rules:
  - id: interview
    on: {entry: returned}
    require: {action: prevention_interview, within: 24 hours}
  - id: offer
    on: {entry: returned}
    require: {action: return_interview_offered, within: 72 hours}
  - id: notification
    on: {entry: [located, returned]}
    require: {action: ppn_submitted, within: 24 hours}
  - id: plan
    on: {entry: returned}
    require: {action: [trigger_plan_created, trigger_plan_updated], within: 5 working days}
""")


@pytest.mark.parametrize(
    "label",
    [
        "category=concern_for_safety",
        "category=concern_for_safety ground=enquiries_not_made rationale='parent ringing round'",
        "category=missing",
        "category=absent",
        None,
    ],
)
def test_ruling_13_a_child_found_while_in_concern_for_safety_is_owed_the_same_duties(
    label: str | None,
) -> None:
    """Gloucestershire: neither form nor interview nor plan, because the label was never changed."""
    log = f"{REPORTED}E1 2023-01-10 15:00 returned\n"
    if label is not None:
        log += f"E1 2023-01-10 09:05 categorised {label}\n"
    answer = judge(DUTIES, log, "2023-02-01 00:00")
    assert {one.rule: one.outcome for one in answer.findings} == {
        "interview": "breached",
        "offer": "breached",
        "notification": "breached",
        "plan": "breached",
    }


def test_ruling_13_located_and_returned_are_one_duty_to_notify() -> None:
    log = f"""{REPORTED}
        E1 2023-01-10 15:00 located
        E1 2023-01-10 17:00 returned
    """
    finding = only(judge(DUTIES, log, "2023-02-01 00:00"), "notification")
    assert finding.to_dict()["due_at"] == "2023-01-11T15:00:00Z"
