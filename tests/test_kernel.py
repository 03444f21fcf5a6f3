"""The kernel as a whole: time, editions, what is next, earlier judgements, the answer's form."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import pickle
from typing import TYPE_CHECKING, Any

import pytest

from build import (
    at,
    day,
    found,
    judge,
    log,
    missing,
    only,
    outcomes,
    policy,
    policy_text,
    record,
)
from missingrules import Coverage, MissingRulesError, Policy, Record, evaluate, explain, kernel
from missingrules.calendar import to_us
from missingrules.entries import KINDS
from missingrules.vocabulary import standard

if TYPE_CHECKING:
    from missingrules.kernel.noted import Asked

REPORTED = "E1 2023-01-10 09:00 reported\n"
INSPECTOR_TEXT = """
parameters:
  inspector_time: {value: 1 hour, basis: assumed, note: no source says}
rules:
  - id: inspector
    title: The inspector is informed
    authority: recommendation
    basis: stated
    cite: {source: guidance, section: Part 2}
    on: {entry: reported}
    require: {action: inspector_informed, within: inspector_time}
    severity: critical
    owed_by: call_handler
"""
INSPECTOR = policy(INSPECTOR_TEXT)
MEETING_TEXT = """
parameters:
  window: {value: 90 days, edge: inclusive, basis: inferred}
terms:
  missing: {category: missing}
rules:
  - id: meeting
    on: {episodes: missing, reach: 3, within: window, as_recorded: {category: missing}}
    require: {action: strategy_meeting_held, within: 14 days}
"""
MEETING = policy(MEETING_TEXT)
REVIEW = policy(MEETING_TEXT.replace("strategy_meeting_held", "supervisor_reviewed"))


# --- Calling it -----------------------------------------------------------------------------------


def test_the_instant_must_be_aware() -> None:
    with pytest.raises(ValueError, match="aware"):
        evaluate(INSPECTOR, record(REPORTED), as_of=dt.datetime(2023, 1, 10, 9))  # noqa: DTZ001


def test_the_instant_has_no_default() -> None:
    with pytest.raises(TypeError):
        evaluate(INSPECTOR, record(REPORTED))  # type: ignore[call-arg]


def test_the_zone_of_the_instant_does_not_matter() -> None:
    instant = at("2023-01-10 12:00")
    abroad = instant.astimezone(dt.timezone(dt.timedelta(hours=11)))
    one = evaluate(INSPECTOR, record(REPORTED), as_of=instant)
    assert one.to_dict() == evaluate(INSPECTOR, record(REPORTED), as_of=abroad).to_dict()


def test_entries_may_be_given_instead_of_a_record() -> None:
    instant = at("2023-01-10 12:00")
    one = evaluate(INSPECTOR, log(REPORTED), as_of=instant)
    assert one.to_dict() == evaluate(INSPECTOR, record(REPORTED), as_of=instant).to_dict()


def test_a_child_without_entries_owes_nothing() -> None:
    answer = judge(INSPECTOR, "", "2023-01-10 12:00")
    assert answer.findings == ()
    assert answer.data_gaps == ()
    assert answer.next_due is None


def test_many_duties_that_rest_on_one_another_cite_each_entry_once() -> None:
    # Each cites what the one before cites; kept as often as it is said, that would double.
    after_each = policy("""
rules:
  - id: plan
    on: {entry: reported}
    require: {action: trigger_plan_updated, within: 1 hour}
""")
    lines = [f"E{n} {day(n)} 09:00 reported\nE{n} {day(n)} 11:00 returned" for n in range(60)]
    lines += [f"- {day(n)} 12:00 trigger_plan_updated" for n in range(60, 120)]
    findings = found(judge(after_each, "\n".join(lines), f"{day(120)} 00:00"))
    assert [one.outcome for one in findings] == ["fulfilled_late"] * 60
    assert all(len(set(one.cited)) == len(one.cited) for one in findings)


def test_many_runs_that_rest_on_one_another_cite_each_entry_once() -> None:
    # What answers a run stands in an episode of the first, which leads to all that were answered.
    lines = [missing(*range(120))]
    lines += [f"E1 {day(3 * n + 2)} 12:00 supervisor_reviewed" for n in range(40)]
    findings = found(judge(REVIEW, "\n".join(lines), f"{day(150)} 00:00"))
    assert [one.outcome for one in findings] == ["fulfilled"] * 40
    assert all(len(set(one.cited)) == len(one.cited) for one in findings)
    assert set(findings[0].evidence) <= set(findings[-1].cited)


def test_entries_that_are_not_known_yet_change_nothing() -> None:
    assert judge(INSPECTOR, REPORTED, "2023-01-10 08:59:59").findings == ()


def test_the_order_and_repetition_of_entries_does_not_matter() -> None:
    entries = log(missing(0, 10, 20))
    answers = [
        evaluate(MEETING, order + order[:2], as_of=at(f"{day(60)} 00:00")).to_dict()
        for order in (entries, entries[::-1], entries[3:] + entries[:3])
    ]
    assert answers[0] == answers[1] == answers[2]


def test_a_policy_that_was_pickled_gives_the_same_answer() -> None:
    copy = pickle.loads(pickle.dumps(MEETING))  # noqa: S301 - our own bytes
    log_text = missing(0, 10, 20)
    one, other = (judge(p, log_text, f"{day(60)} 00:00") for p in (MEETING, copy))
    assert one.to_dict() == other.to_dict()


def test_judging_leaves_no_trace_in_the_policy_or_the_record() -> None:
    case = record(missing(0, 10, 20))
    before = judge(MEETING, case, f"{day(60)} 00:00").to_dict()
    judge(MEETING, record(missing(*range(0, 300, 5))), f"{day(400)} 00:00")
    judge(MEETING, case, f"{day(15)} 00:00")
    assert judge(MEETING, case, f"{day(60)} 00:00").to_dict() == before


FAR = """
E1 2100-12-20 09:00 reported missing_since=08:00
E1 2100-12-30 09:10 graded grade=low
- 2100-12-31 09:00 marker_added marker=cse
E1 2101-01-12 09:00 returned
"""


@pytest.mark.parametrize(
    ("trigger", "rest", "entry"),
    [
        ("{entry: returned}", "require: {action: enquiry_made, within: 2 working days}", 1),
        ("{entry: graded}", "require: {field: rationale, within: 2 working days}", 1),
        ("{every: 9 working days}", "require: {action: enquiry_made}", 0),
        ("{open: {more_than: 9 working days}}", "measure: true", 0),
        ("{gap: {more_than: 9 working days}}", "measure: true", 0),
        ("{entry: marker_added}", "grade: {at_least: high, within: 2 working days}", 1),
        (
            "{open: {more_than: 1 day}}",
            "if: {lasted: {at_least: 9 working days}}\n            measure: true",
            0,
        ),
    ],
)
def test_working_days_of_years_whose_holidays_nobody_knows_are_refused_by_rule_and_entry(
    trigger: str, rest: str, entry: int
) -> None:
    rule = policy(f"""
        rules:
          - id: far
            on: {trigger}
            {rest}
    """)
    case = record(FAR)
    with pytest.raises(MissingRulesError) as refused:
        judge(rule, case, "2101-02-01 00:00")
    named = case.entries[entry].entry_id
    assert str(refused.value) == (
        f"Rule far cannot count working days from entry {named}: working days must lie in the "
        "years 1872 to 2100, whose holidays are known for GB. Correct the time of the entry, or "
        "leave it out."
    )


def test_a_far_entry_from_which_no_working_days_are_counted_hurts_no_rule() -> None:
    one = policy("""
        rules:
          - id: interview
            on: {entry: returned}
            require: {action: return_interview_held, within: 2 working days}
    """)
    assert outcomes(judge(one, FAR, "2101-01-11 00:00")) == []


# --- What is asked --------------------------------------------------------------------------------

QUESTIONS = policy("""
parameters:
  grace: {value: 15 minutes, basis: assumed, note: for a test}
terms:
  documented: {all: [{category: concern_for_safety}, {recorded: categorised.rationale}]}
  proper: {term: documented, by: grace}
  missing: {all: [{recorded: category}, {not: proper}]}
  seen: {entry: enquiry_made, where: {by: supervisor}}
rules:
  - id: count
    on: {episodes: missing, reach: 1, within: ever, as_recorded: {category: missing}}
    unless: {open: false}
    require: {action: strategy_meeting_held, where: {attended_by: police}, within: 1 day}
  - id: entry
    on: {entry: graded, where: {grade: high}}
    if: seen
    require: {field: rationale, within: 1 hour}
  - id: again
    on: {every: 4 hours, sooner: [{if: {grade: high}, every: 1 hour}]}
    unless: {looked_after: false}
    require: {action: supervisor_reviewed}
  - id: floor
    on: {entry: marker_added}
    per: episode
    unless: {looked_after: false}
    grade: {at_least: high, within: 1 hour}
""")


def test_every_question_says_what_it_was_asked_for_and_by_which_rule() -> None:
    asked: list[Asked] = []
    log = """
        E1 2023-01-10 09:00 reported
        E1 2023-01-10 09:05 categorised category=concern_for_safety
        E1 2023-01-10 09:10 enquiry_made by=supervisor
        E1 2023-01-10 09:15 graded grade=low
        - 2023-01-10 09:20 marker_added marker=cse
        - 2023-01-10 09:30 strategy_meeting_held attended_by=health
        - 2023-01-10 09:40 case_status open=yes
        E1 2023-01-10 10:00 graded grade=high
    """
    answer = kernel.judge(QUESTIONS, record(log), as_of=to_us(at("2023-01-10 12:00")), trace=asked)
    assert answer == judge(QUESTIONS, log, "2023-01-10 12:00")
    assert {(one.role, one.rule) for one in asked} == {
        ("grace", ""),  # the rules that share a condition share its answer
        ("label", ""),
        ("term", ""),
        ("unless", ""),
        ("watch", ""),
        ("where", "count"),
        ("where", "entry"),
        ("if", "entry"),
        ("field", "entry"),
        ("every", "again"),
        ("unless", "again"),
        ("unless", "floor"),
    }


# --- Triggers of time -----------------------------------------------------------------------------


def opened(form: str) -> Policy:
    return policy(f"""
rules:
  - id: meeting
    on: {{open: {{{form}}}}}
    require: {{action: strategy_meeting_held, within: 24 hours}}
""")


def test_more_than_48_hours_opens_just_past_48_hours() -> None:
    rule = opened("more_than: 48 hours")
    assert not found(judge(rule, REPORTED, "2023-01-12 09:00"))
    meeting = only(judge(rule, REPORTED, "2023-01-12 09:00:00.000001"))
    assert meeting.to_dict()["opened_at"] == "2023-01-12T09:00:00.000001Z"


def test_at_least_6_hours_opens_at_6_hours() -> None:
    rule = opened("at_least: 6 hours")
    assert not found(judge(rule, REPORTED, "2023-01-10 14:59:59.999999"))
    assert found(judge(rule, REPORTED, "2023-01-10 15:00"))


@pytest.mark.parametrize(
    ("form", "returned", "opens"),
    [
        ("more_than: 48 hours", "2023-01-12 09:00", False),
        ("more_than: 48 hours", "2023-01-12 09:01", True),
        ("at_least: 48 hours", "2023-01-12 08:59", False),
        ("at_least: 48 hours", "2023-01-12 09:00", True),
        # Days: two dates later at least, three for more than two.
        ("at_least: 2 days", "2023-01-11 23:59", False),
        ("at_least: 2 days", "2023-01-12 00:01", True),
        ("more_than: 2 days", "2023-01-12 23:59", False),
        ("more_than: 2 days", "2023-01-13 00:01", True),
    ],
)
def test_a_child_found_before_then_was_not_away_so_long(
    form: str, returned: str, *, opens: bool
) -> None:
    rule = opened(form)
    for ending in ("located", "returned"):
        text = f"{REPORTED}E1 {returned} {ending}"
        assert bool(found(judge(rule, text, "2023-02-01 00:00"))) is opens


def test_48_hours_across_the_change_of_clocks_are_48_hours() -> None:
    rule = opened("at_least: 48 hours")
    text = "E1 2023-03-25 12:00 reported"
    assert not found(judge(rule, text, "2023-03-27 11:59"))
    assert found(judge(rule, text, "2023-03-27 12:00"))


def test_an_episode_may_be_open_since_the_child_was_missed() -> None:
    rule = opened("at_least: 6 hours, since: missing_since")
    text = "E1 2023-01-10 09:00 reported missing_since=05:00"
    assert not found(judge(rule, text, "2023-01-10 10:59"))
    assert found(judge(rule, text, "2023-01-10 11:00"))


def test_a_child_missing_that_long_already_when_reported_opens_it_with_the_report() -> None:
    rule = opened("at_least: 6 hours, since: missing_since")
    text = "E1 2023-01-10 09:00 reported missing_since=01:00"
    assert only(judge(rule, text, "2023-01-10 09:00")).to_dict()["opened_at"] == (
        "2023-01-10T09:00:00Z"
    )


def test_without_missing_since_the_report_stands_in_and_the_gap_is_listed() -> None:
    rule = opened("at_least: 6 hours, since: missing_since")
    answer = judge(rule, REPORTED, "2023-01-10 15:00")
    assert outcomes(answer) == ["pending"]
    assert [gap.code for gap in answer.data_gaps] == ["missing_since_not_recorded"]


def test_a_reopened_episode_is_open_from_its_second_report() -> None:
    rule = opened("at_least: 6 hours")
    text = f"{REPORTED}E1 2023-01-10 12:00 returned\nE1 2023-01-15 09:00 reported\n"
    assert not found(judge(rule, text, "2023-01-15 14:59"))
    assert only(judge(rule, text, "2023-01-15 15:00")).to_dict()["opened_at"] == (
        "2023-01-15T15:00:00Z"
    )


def test_a_duty_opened_by_time_reads_its_condition_then() -> None:
    rule = policy("""
        rules:
          - id: meeting
            on: {open: {at_least: 6 hours}}
            if: {looked_after: true}
            require: {action: strategy_meeting_held, within: 24 hours}
    """)
    in_time = f"{REPORTED}- 2023-01-10 15:00 care_status looked_after=yes"
    too_late = f"{REPORTED}- 2023-01-10 08:00 care_status looked_after=no\n"
    too_late += "- 2023-01-10 15:01 care_status looked_after=yes"
    assert outcomes(judge(rule, in_time, "2023-01-10 16:00")) == ["pending"]
    assert outcomes(judge(rule, too_late, "2023-01-10 16:00")) == []


def test_sooner_if_graded_high() -> None:
    """Lewisham: missing more than 48 hours, or sooner if graded high."""
    rule = policy("""
        rules:
          - id: meeting
            on: [{open: {more_than: 48 hours}}, {entry: graded, where: {grade: high}}]
            require: {action: strategy_meeting_held, within: 24 hours}
    """)
    high = f"{REPORTED}E1 2023-01-10 10:00 graded grade=high"
    finding = only(judge(rule, high, "2023-01-13 00:00"))
    assert finding.to_dict()["opened_at"] == "2023-01-10T10:00:00Z"
    low = f"{REPORTED}E1 2023-01-10 10:00 graded grade=low"
    finding = only(judge(rule, low, "2023-01-13 00:00"))
    assert finding.to_dict()["opened_at"] == "2023-01-12T09:00:00.000001Z"


def gap(form: str) -> Policy:
    return policy(f"""
rules:
  - id: late-report
    on: {{gap: {{from: missing_since, to: reported, {form}}}}}
    measure: true
""")


@pytest.mark.parametrize(
    ("form", "since", "opens"),
    [
        ("more_than: 1 hour", "08:00", False),
        ("more_than: 1 hour", "07:59", True),
        ("at_least: 1 hour", "08:00", True),
        ("at_least: 1 hour", "08:01", False),
    ],
)
def test_too_long_between_missed_and_reported(form: str, since: str, *, opens: bool) -> None:
    text = f"E1 2023-01-10 09:00 reported missing_since={since}"
    assert outcomes(judge(gap(form), text, "2023-01-11 00:00")) == (["noted"] if opens else [])


def test_the_gap_by_age() -> None:
    """A foster agency reports within one hour under 12, two hours from 12 on."""
    rule = policy("""
        rules:
          - id: under-12
            on: {gap: {more_than: 1 hour}}
            if: {age: {under: 12}}
            measure: true
          - id: over-11
            on: {gap: {more_than: 2 hours}}
            if: {age: {at_least: 12}}
            measure: true
    """)
    text = "E1 2023-01-10 09:00 reported missing_since=07:30\n"
    for born, rules in (("2011-01-11", ["under-12"]), ("2011-01-10", [])):
        child = f"{text}- 2020-01-01 00:00 born date_of_birth={born}"
        assert [one.rule for one in found(judge(rule, child, "2023-01-11 00:00"))] == rules


def test_a_gap_without_missing_since_cannot_be_told() -> None:
    answer = judge(gap("more_than: 1 hour"), REPORTED, "2023-01-11 00:00")
    assert outcomes(answer) == ["indeterminate"]
    assert {one.code for one in answer.data_gaps} == {"missing_since_not_recorded", "not_recorded"}


# --- A time of grace ------------------------------------------------------------------------------

GRACE = policy("""
terms:
  proper: {all: [{category: concern_for_safety}, {recorded: categorised.rationale}], by: 15 minutes}
  improper: {all: [{category: concern_for_safety}, {not: proper}]}
rules:
  - id: count
    on: {episodes: improper, reach: 1, within: ever}
    measure: true
""")
CONCERN = f"{REPORTED}E1 2023-01-10 09:00 categorised category=concern_for_safety\n"
RESTATED = "categorised category=concern_for_safety rationale='parent ringing round'"


def counted_at(text: str, as_of: str = "2023-01-11 00:00") -> str | None:
    answers = found(judge(GRACE, text, as_of))
    return answers[0].to_dict()["opened_at"][11:-1] if answers else None


@pytest.mark.parametrize(
    ("time", "counted"),
    [
        ("09:00", None),
        ("09:10", None),
        ("09:15", None),
        ("09:15:00.000001", "09:15:00"),
        ("12:00", "09:15:00"),
    ],
)
def test_grace_is_kept_within_it_and_at_its_end_and_lapses_just_past_it(
    time: str, counted: str | None
) -> None:
    assert counted_at(f"{CONCERN}E1 2023-01-10 {time} {RESTATED}") == counted


@pytest.mark.parametrize(("as_of", "lapsed"), [("09:14:59", False), ("09:15", True)])
def test_grace_has_the_benefit_of_the_doubt_while_it_runs(as_of: str, *, lapsed: bool) -> None:
    assert bool(found(judge(GRACE, CONCERN, f"2023-01-10 {as_of}"))) is lapsed


def test_grace_is_not_kept_by_what_was_recorded_after_it_and_dated_back() -> None:
    text = f"{CONCERN}E1 2023-01-10 09:05 {RESTATED} recorded=09:20"
    assert counted_at(text) == "09:15:00"


def test_grace_is_not_kept_by_a_rationale_of_the_first_entry_recorded_after_it() -> None:
    text = f"{REPORTED}E1 2023-01-10 09:00 {RESTATED} recorded=10:00"
    assert counted_at(text) == "09:15:00"


def test_grace_starts_anew_when_its_first_condition_comes_to_hold_again() -> None:
    text = f"""{CONCERN}
        E1 2023-01-10 09:10 categorised category=absent
        E1 2023-01-10 09:30 categorised category=concern_for_safety
    """
    assert counted_at(text) == "09:45:00"


def test_grace_does_not_start_anew_when_the_category_is_merely_repeated() -> None:
    text = f"{CONCERN}E1 2023-01-10 09:10 categorised category=concern_for_safety"
    assert counted_at(text) == "09:15:00"


def test_grace_ends_with_its_first_condition() -> None:
    assert counted_at(f"{CONCERN}E1 2023-01-10 09:10 categorised category=absent") is None


def test_a_rationale_given_for_an_earlier_category_does_not_serve_the_next() -> None:
    text = f"""{REPORTED}
        E1 2023-01-10 09:00 categorised category=absent rationale='back for tea'
        E1 2023-01-10 09:30 categorised category=concern_for_safety
    """
    assert counted_at(text) == "09:45:00"


def test_a_rationale_withdrawn_from_the_record_does_not_serve() -> None:
    text = f"""{CONCERN}
        E1 2023-01-10 09:05 {RESTATED} id=wrong
        E1 2023-01-10 12:00 voided of=wrong
    """
    assert counted_at(text, "2023-01-10 11:00") is None
    assert counted_at(text) == "09:15:00"


# --- Editions -------------------------------------------------------------------------------------

# In July the clocks show British Summer Time: 1 July begins at 23:00 UTC on 30 June.
BEFORE, AFTER = "2023-06-30 22:59", "2023-06-30 23:00"


def dated(rule: str) -> Policy:
    return policy(f"""
rules:
  - id: inspector
    {rule}
    on: {{entry: reported}}
    require: {{action: inspector_informed, within: 1 hour}}
""")


@pytest.mark.parametrize(
    ("dates", "reported", "applies"),
    [
        ("from: 2023-07-01", BEFORE, False),
        ("from: 2023-07-01", AFTER, True),
        ("until: 2023-07-01", BEFORE, True),
        ("until: 2023-07-01", AFTER, False),
    ],
)
def test_a_rule_applies_to_what_opens_on_its_dates_in_local_time(
    dates: str, reported: str, *, applies: bool
) -> None:
    answer = judge(dated(dates), f"E1 {reported} reported", "2023-08-01 00:00")
    assert bool(found(answer)) is applies


def test_a_duty_outlives_the_rule_under_which_it_opened() -> None:
    answer = judge(dated("until: 2023-07-01"), f"E1 {BEFORE} reported", "2023-07-01 00:30")
    assert outcomes(answer) == ["breached"]


TIMES = policy("""
parameters:
  time: {value: 4 hours, basis: inferred, editions: [{from: 2023-07-01, value: 1 hour}]}
rules:
  - id: inspector
    on: {entry: reported}
    require: {action: inspector_informed, within: time}
""")


@pytest.mark.parametrize(
    ("reported", "due"),
    [(BEFORE, "2023-07-01T02:59:00Z"), (AFTER, "2023-07-01T00:00:00Z")],
)
def test_the_value_of_a_parameter_is_that_of_the_moment_of_opening(reported: str, due: str) -> None:
    answer = judge(TIMES, f"E1 {reported} reported", "2023-08-01 00:00")
    assert only(answer).to_dict()["due_at"] == due


def test_the_edition_of_a_rule_is_that_of_the_moment_of_opening() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            editions:
              - edition: first
                from: 2023-01-01
                require: {action: fim_notified, within: 1 hour}
              - edition: second
                from: 2023-07-01
                require: {action: inspector_informed, within: 1 hour}
    """)
    for reported, edition, action in (
        (BEFORE, "first", "fim_notified"),
        (AFTER, "second", "inspector_informed"),
    ):
        finding = only(judge(rule, f"E1 {reported} reported", "2023-08-01 00:00"))
        assert (finding.to_dict()["edition"], finding.action) == (edition, action)
    assert not found(judge(rule, "E1 2022-12-31 23:59 reported", "2023-08-01 00:00"))


def test_each_edition_is_answered_by_its_own_action() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            editions:
              - edition: first
                from: 2023-01-01
                require: {action: fim_notified, within: 1 hour}
              - edition: second
                from: 2023-07-01
                require: {action: inspector_informed, within: 1 hour}
    """)
    old = f"E1 {BEFORE} reported\nE1 {BEFORE} inspector_informed"
    new = f"E1 {AFTER} reported\nE1 {AFTER} fim_notified"
    assert outcomes(judge(rule, old, "2023-08-01 00:00")) == ["breached"]
    assert outcomes(judge(rule, new, "2023-08-01 00:00")) == ["breached"]


def test_what_was_done_before_the_trigger_must_be_what_its_edition_asks() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: categorised}
            editions:
              - edition: first
                from: 2023-01-01
                require: {action: fim_notified, within: 1 hour}
              - edition: second
                from: 2023-01-05
                require: {action: inspector_informed, within: 1 hour}
    """)
    for action, outcome in (("fim_notified", "breached"), ("inspector_informed", "fulfilled")):
        text = f"{REPORTED}E1 2023-01-10 09:05 {action}\n"
        text += "E1 2023-01-10 09:10 categorised category=missing"
        assert outcomes(judge(rule, text, "2023-01-11 00:00")) == [outcome]


COUNTED = """
parameters:
  window: {value: 90 days, edge: inclusive, basis: inferred}
  count: {value: 3, basis: inferred, editions: [{from: 2023-07-01, value: 2, basis: inferred}]}
terms:
  missing: {category: missing}
rules:
  - id: meeting
    on: {episodes: missing, reach: count, within: window}
    require: {action: strategy_meeting_held, within: 14 days}
"""


def episode(number: int, time: str) -> str:
    return f"E{number} {time} reported\nE{number} {time} categorised category=missing\n"


def test_a_window_looks_back_across_the_start_of_an_edition() -> None:
    rule = policy(COUNTED)
    first = episode(1, "2023-06-01 12:00")
    assert not found(judge(rule, first + episode(2, BEFORE), "2023-08-01 00:00"))
    assert only(judge(rule, first + episode(2, AFTER), "2023-08-01 00:00")).episodes == ("E1", "E2")


def test_a_window_looks_back_across_the_start_of_the_rule() -> None:
    rule = policy(COUNTED.replace("    require", "    from: 2023-07-01\n    require"))
    log_text = episode(1, "2023-06-01 12:00") + episode(2, AFTER)
    assert only(judge(rule, log_text, "2023-08-01 00:00")).episodes == ("E1", "E2")


def test_before_its_start_a_rule_does_not_open_and_afterwards_only_with_an_episode() -> None:
    rule = policy(COUNTED.replace("    require", "    from: 2023-07-01\n    require"))
    two = episode(1, "2023-06-01 12:00") + episode(2, BEFORE)
    assert not found(judge(rule, two, "2023-08-01 00:00"))
    three = two + episode(3, "2023-07-05 12:00")
    meeting = only(judge(rule, three, "2023-08-01 00:00"))
    assert meeting.to_dict()["opened_at"] == "2023-07-05T12:00:00Z"
    assert meeting.episodes == ("E1", "E2", "E3")


def test_a_run_that_goes_on_across_editions_owes_one_action() -> None:
    rule = policy(COUNTED)
    log_text = "".join(episode(n, f"2023-06-{20 + n} 12:00") for n in range(1, 4))
    log_text += episode(4, "2023-07-05 12:00")
    assert only(judge(rule, log_text, "2023-08-01 00:00")).episodes_since == 1


# --- What comes next ------------------------------------------------------------------------------


def next_due(rule: Policy, text: str, as_of: str) -> str | None:
    due = judge(rule, text, as_of).next_due
    return None if due is None else due.isoformat().replace("+00:00", "Z")


def test_next_due_is_the_next_deadline_of_what_is_pending() -> None:
    assert next_due(INSPECTOR, REPORTED, "2023-01-10 09:30") == "2023-01-10T10:00:00Z"


def test_next_due_is_none_once_nothing_is_pending() -> None:
    assert next_due(INSPECTOR, REPORTED, "2023-01-10 12:00") is None
    done = f"{REPORTED}E1 2023-01-10 09:30 inspector_informed"
    assert next_due(INSPECTOR, done, "2023-01-10 09:45") is None


def test_next_due_is_the_earliest_of_several() -> None:
    text = f"{REPORTED}E2 2023-01-10 08:45 reported\n"
    assert next_due(INSPECTOR, text, "2023-01-10 09:30") == "2023-01-10T09:45:00Z"


def test_next_due_foresees_what_time_alone_will_open() -> None:
    rule = opened("more_than: 48 hours")
    assert next_due(rule, REPORTED, "2023-01-10 12:00") == "2023-01-12T09:00:00.000001Z"
    home = f"{REPORTED}E1 2023-01-11 09:00 returned"
    assert next_due(rule, home, "2023-01-11 12:00") is None


def test_next_due_does_not_foresee_what_is_in_the_log_but_not_known_yet() -> None:
    rule = opened("more_than: 48 hours")
    home = f"{REPORTED}E1 2023-01-11 09:00 returned"
    assert next_due(rule, home, "2023-01-10 12:00") == "2023-01-12T09:00:00.000001Z"


def test_next_due_does_not_announce_an_opening_that_the_condition_will_refuse() -> None:
    rule = policy("""
        rules:
          - id: meeting
            on: {open: {at_least: 6 hours}}
            if: {marker: cse}
            require: {action: strategy_meeting_held, within: 24 hours}
    """)
    assert next_due(rule, REPORTED, "2023-01-10 10:00") is None
    marked = f"- 2023-01-01 09:00 marker_added marker=cse\n{REPORTED}"
    assert next_due(rule, marked, "2023-01-10 10:00") == "2023-01-10T15:00:00Z"


def test_next_due_foresees_the_end_of_a_grace_that_will_open_a_count() -> None:
    assert next_due(GRACE, CONCERN, "2023-01-10 09:05") == "2023-01-10T09:15:00Z"
    kept = f"{CONCERN}E1 2023-01-10 09:03 {RESTATED}"
    assert next_due(GRACE, kept, "2023-01-10 09:05") is None


def test_next_due_foresees_the_next_interval_and_the_next_miss() -> None:
    rule = policy("""
        rules:
          - id: review
            on: {every: 4 hours}
            while: open
            require: {action: supervisor_reviewed}
    """)
    assert next_due(rule, REPORTED, "2023-01-10 10:00") == "2023-01-10T13:00:00Z"
    after_a_miss = next_due(rule, REPORTED, "2023-01-10 14:00")
    assert after_a_miss is not None
    assert after_a_miss.startswith("2023-01-10T17:00:00")


def test_next_due_foresees_the_first_interval_of_a_duty_that_starts_later() -> None:
    rule = policy("""
        rules:
          - id: review
            on: {every: 4 hours, first_after: 24 hours}
            while: open
            require: {action: supervisor_reviewed}
    """)
    assert next_due(rule, REPORTED, "2023-01-10 10:00") == "2023-01-11T09:00:00Z"


def test_next_due_foresees_a_new_grading_that_is_due() -> None:
    rule = policy("""
        rules:
          - id: floor
            on: [{entry: graded}, {entry: marker_added}]
            if: {marker: self_harm}
            grade: {at_least: high, within: 30 minutes}
    """)
    text = f"""{REPORTED}
        E1 2023-01-10 09:10 graded grade=low
        - 2023-01-10 09:40 marker_added marker=self_harm
    """
    assert next_due(rule, text, "2023-01-10 09:50") == "2023-01-10T10:10:00Z"
    assert next_due(rule, text, "2023-01-10 10:30") is None


def test_next_due_of_days_is_the_midnight_that_ends_the_last_one() -> None:
    assert next_due(MEETING, missing(0, 10, 20), f"{day(25)} 00:00") == f"{day(35)}T00:00:00Z"


def test_software_that_wakes_at_next_due_and_asks_again_misses_nothing() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            require: {action: inspector_informed, within: 1 hour}
          - id: meeting
            on: {open: {more_than: 6 hours}}
            require: {action: strategy_meeting_held, within: 2 hours}
    """)
    case, instant, minutes = record(REPORTED), at("2023-01-10 09:00"), []
    while (due := evaluate(rule, case, as_of=instant).next_due) is not None:
        assert due > instant
        instant = due
        minutes.append(due.strftime("%H:%M"))
    assert list(dict.fromkeys(minutes)) == ["10:00", "15:00", "17:00"]
    assert outcomes(evaluate(rule, case, as_of=instant)) == ["breached", "breached"]


# --- Earlier judgements ---------------------------------------------------------------------------


def test_an_earlier_as_of_gives_the_earlier_verdict() -> None:
    text = f"{REPORTED}E1 2023-01-10 11:00 inspector_informed"
    case = record(text)
    verdicts = [outcomes(judge(INSPECTOR, case, f"2023-01-10 {t}")) for t in ("08:59", "09:30")]
    verdicts += [outcomes(judge(INSPECTOR, case, f"2023-01-10 {t}")) for t in ("10:30", "11:00")]
    assert verdicts == [[], ["pending"], ["breached"], ["fulfilled_late"]]


def test_judging_at_an_instant_equals_judging_what_was_known_then() -> None:
    text = (
        missing(0, 10, 20)
        + f"""
E2 {day(11)} 09:00 categorised category=absent recorded='{day(30)} 09:00'
E3 {day(40)} 09:00 voided
- {day(25)} 09:00 strategy_meeting_held recorded='{day(50)} 09:00'
"""
    )
    case = record(text)
    for number in range(0, 61, 5):
        instant = at(f"{day(number)} 12:00")
        known = Record.of(
            [e for e in case.entries if e.known <= round(instant.timestamp() * 1_000_000)],
            child_id="C1",
        )
        whole = evaluate(MEETING, case, as_of=instant)
        assert whole.to_dict() == evaluate(MEETING, known, as_of=instant).to_dict()


@pytest.mark.parametrize(
    ("rule", "text", "instants"),
    [
        (
            INSPECTOR,
            f"{REPORTED}E1 2023-01-10 11:00 inspector_informed",
            ["2023-01-10 09:30", "2023-01-10 10:30", "2023-01-10 12:00"],
        ),
        (
            MEETING,
            missing(0, 10, 20, 30) + f"\n- {day(60)} 09:00 strategy_meeting_held",
            [f"{day(25)} 00:00", f"{day(33)} 00:00", f"{day(50)} 00:00", f"{day(61)} 00:00"],
        ),
    ],
)
def test_an_obligation_keeps_its_id_from_pending_to_breached_to_late(
    rule: Policy, text: str, instants: list[str]
) -> None:
    findings = [only(judge(rule, text, instant)) for instant in instants]
    assert len({finding.finding_id for finding in findings}) == 1
    assert findings[0].outcome == "pending"
    assert findings[-1].outcome == "fulfilled_late"


def test_the_id_does_not_hang_on_wording_edition_or_deadline() -> None:
    other = policy(
        INSPECTOR_TEXT.replace("The inspector is informed", "Tell the inspector")
        .replace("1 hour", "2 hours")
        .replace("critical", "minor")
    )
    one, two = (only(judge(p, REPORTED, "2023-01-10 12:00")) for p in (INSPECTOR, other))
    assert one.finding_id == two.finding_id
    assert one.to_dict()["policy_digest"] != two.to_dict()["policy_digest"]


def test_the_id_differs_by_child_rule_and_episode() -> None:
    rule = policy("""
        rules:
          - id: one
            on: {entry: reported}
            require: {action: inspector_informed, within: 1 hour}
          - id: two
            on: {entry: reported}
            require: {action: inspector_informed, within: 1 hour}
    """)
    text = "E1 2023-01-10 09:00 reported\nE2 2023-01-11 09:00 reported"
    ids = {
        finding.finding_id
        for child in ("C1", "C2")
        for finding in judge(rule, record(text, child=child), "2023-02-01 00:00").findings
    }
    assert len(ids) == 8


def test_withdrawn_since_takes_an_instant_or_an_assessment() -> None:
    case = record(missing(0, 10, 20) + f"\nE2 {day(60)} 09:00 voided by=supervisor")
    later, earlier = (judge(MEETING, case, f"{day(n)} 00:00") for n in (61, 50))
    assert later.withdrawn_since(earlier) == later.withdrawn_since(earlier.as_of)
    assert len(later.withdrawn_since(earlier)) == 1


def test_withdrawn_since_leaves_out_what_was_withdrawn_before() -> None:
    case = record(missing(0, 10, 20) + f"\nE2 {day(30)} 09:00 voided")
    later = judge(MEETING, case, f"{day(61)} 00:00")
    assert later.withdrawn_since(at(f"{day(40)} 00:00")) == ()
    assert len(later.withdrawn_since(at(f"{day(29)} 00:00"))) == 1


def test_withdrawn_since_does_not_list_what_other_corrections_left_alone() -> None:
    case = record(missing(0, 10, 20, 30) + f"\nE4 {day(60)} 09:00 voided")
    later = judge(MEETING, case, f"{day(61)} 00:00")
    assert later.withdrawn_since(at(f"{day(50)} 00:00")) == ()


def test_withdrawn_since_does_not_blame_corrections_of_something_else() -> None:
    text = f"""{REPORTED}
        E1 2023-01-10 09:30 inspector_informed recorded='2023-01-12 09:00'
        E1 2023-01-10 09:10 graded grade=low id=wrong
        E1 2023-01-12 10:00 voided of=wrong
    """
    later = judge(INSPECTOR, text, "2023-01-13 00:00")
    assert outcomes(later) == ["fulfilled"]
    assert later.withdrawn_since(at("2023-01-11 00:00")) == ()


def test_withdrawn_since_lists_a_breach_that_a_voided_entry_turned_into_nothing() -> None:
    text = f"""{REPORTED}
        E1 2023-01-10 09:05 categorised category=concern_for_safety id=wrong
        E1 2023-01-12 09:00 voided of=wrong by=duty_inspector reason='wrong key'
    """
    rule = policy("""
        rules:
          - id: withdrawn
            on: {entry: categorised, where: {category: concern_for_safety}}
            forbid: true
    """)
    (gone,) = judge(rule, text, "2023-01-13 00:00").withdrawn_since(at("2023-01-11 00:00"))
    assert gone.finding.outcome == "breached"
    assert (gone.by, gone.reasons) == (("duty_inspector",), ("wrong key",))


def test_a_breach_that_a_correction_weakened_to_less_than_a_breach_is_listed() -> None:
    """Corrections must not launder breaches: here the return is moved to before the deadline."""
    rule = policy("""
        rules:
          - id: enquiries
            on: {entry: reported}
            while: open
            require: {action: lines_of_enquiry_set, within: 2 hours}
    """)
    text = f"""{REPORTED}
        E1 2023-01-10 18:00 returned id=first
        E1 2023-01-12 09:00 voided of=first by=supervisor
        E1 2023-01-10 10:00 returned recorded='2023-01-12 09:00'
    """
    case = record(text)
    earlier, later = (judge(rule, case, f"2023-01-{n} 00:00") for n in (11, 13))
    assert (outcomes(earlier), outcomes(later)) == (["breached"], ["not_applicable"])
    assert [gone.finding for gone in later.withdrawn_since(earlier)] == list(earlier.findings)


# --- The answer's form ----------------------------------------------------------------------------

CONTRACT = {
    *("finding_id", "child_id", "episode_id", "rule", "policy", "edition", "policy_digest"),
    *("outcome", "severity", "authority", "basis", "timing_basis", "action", "owner"),
    *("opened_at", "known_at", "due_at", "done_at", "message", "evidence", "episodes"),
    *("episodes_since", "masked", "masked_by", "recorded_grade", "required_grade"),
    *("history_truncated", "incomplete_record", "cite", "as_of"),
}
EXTRAS = {"title", "cited", "missed", "unknown"}


def test_a_finding_in_json_has_exactly_the_keys_that_are_promised() -> None:
    finding = only(judge(INSPECTOR, REPORTED, "2023-01-10 12:00"))
    assert set(finding.to_dict()) == CONTRACT | EXTRAS


def test_a_finding_says_what_its_rule_says() -> None:
    told = only(judge(INSPECTOR, REPORTED, "2023-01-10 12:00")).to_dict()
    expected: dict[str, Any] = {
        "child_id": "C1",
        "episode_id": "E1",
        "rule": "inspector",
        "title": "The inspector is informed",
        "policy": "test",
        "edition": "1",
        "policy_digest": INSPECTOR.digest,
        "outcome": "breached",
        "severity": "critical",
        "authority": "recommendation",
        "basis": "stated",
        "timing_basis": "assumed",
        "action": "inspector_informed",
        "owner": "call_handler",
        "opened_at": "2023-01-10T09:00:00Z",
        "known_at": "2023-01-10T09:00:00Z",
        "due_at": "2023-01-10T10:00:00Z",
        "done_at": None,
        "evidence": ["E1.reported"],
        "cite": {
            "source": "guidance",
            "title": "Guidance on missing children",
            "publisher": "An office",
            "published": "2023",
            "section": "Part 2",
        },
        "as_of": "2023-01-10T12:00:00Z",
    }
    assert {key: told[key] for key in expected} == expected


def test_a_rule_that_says_nothing_of_severity_owner_or_clause() -> None:
    told = only(judge(MEETING, missing(0, 10, 20), f"{day(60)} 00:00")).to_dict()
    assert (told["severity"], told["owner"], told["cite"]) == ("major", None, None)


def test_the_basis_of_the_time_allowed_stands_apart_from_that_of_the_duty() -> None:
    written_out = policy(INSPECTOR_TEXT.replace("within: inspector_time", "within: 1 hour"))
    assert only(judge(written_out, REPORTED, "2023-01-10 12:00")).timing_basis == "stated"
    no_time = policy(INSPECTOR_TEXT.replace("value: 1 hour", "value: not_stated"))
    assert only(judge(no_time, REPORTED, "2023-01-10 12:00")).timing_basis is None


def test_an_assessment_is_json() -> None:
    answer = judge(MEETING, missing(0, 10, 20), f"{day(25)} 00:00")
    told = json.loads(json.dumps(answer.to_dict()))
    assert told["child_id"] == "C1"
    assert told["as_of"] == f"{day(25)}T00:00:00Z"
    assert told["next_due"] == f"{day(35)}T00:00:00Z"
    assert len(told["findings"]) == 1


def test_an_incomplete_record_marks_its_findings() -> None:
    whole, cut = (
        only(judge(INSPECTOR, record(REPORTED, incomplete=flag), "2023-01-10 12:00"))
        for flag in (False, True)
    )
    assert (whole.incomplete_record, cut.incomplete_record) == (False, True)
    assert whole.finding_id == cut.finding_id


def test_required_actions_come_the_most_urgent_first() -> None:
    rule = policy("""
        rules:
          - id: slow
            on: {entry: reported}
            require: {action: tracker_opened, within: 4 hours}
          - id: some-time
            on: {entry: reported}
            require: {action: prioritised, within: not_stated}
          - id: fast
            on: {entry: reported}
            require: {action: inspector_informed, within: 1 hour}
    """)
    answer = judge(rule, REPORTED, "2023-01-10 09:30")
    assert [one.rule for one in answer.required_actions] == ["fast", "slow", "some-time"]


def test_known_at_is_later_than_opened_at_where_something_was_learned_late() -> None:
    text = "E1 2023-01-10 09:00 reported recorded='2023-01-12 09:00'"
    finding = only(judge(INSPECTOR, text, "2023-01-13 00:00"))
    assert finding.known_at == at("2023-01-12 09:00")
    assert finding.opened_at == at("2023-01-10 09:00")


def test_known_at_takes_in_the_condition_that_was_learned_late() -> None:
    rule = policy("""
        rules:
          - id: inspector
            on: {entry: reported}
            if: {marker: cse}
            require: {action: inspector_informed, within: 1 hour}
    """)
    text = f"- 2023-01-01 09:00 marker_added marker=cse recorded='2023-01-12 09:00'\n{REPORTED}"
    finding = only(judge(rule, text, "2023-01-13 00:00"))
    assert finding.known_at == at("2023-01-12 09:00")


def test_known_at_of_a_count_takes_in_every_episode_of_its_window() -> None:
    late = missing(0).replace("reported", f"reported recorded='{day(40)} 09:00'")
    meeting = only(judge(MEETING, late + "\n" + missing(10, 20, first=2), f"{day(60)} 00:00"))
    assert meeting.opened_at == at(f"{day(20)} 09:00")
    assert meeting.known_at == at(f"{day(40)} 09:00")


# --- Messages -------------------------------------------------------------------------------------


def message(rule: Policy, text: str, as_of: str) -> str:
    return only(judge(rule, text, as_of)).message


def test_a_message_never_says_that_something_was_not_done() -> None:
    assert message(INSPECTOR, REPORTED, "2023-01-10 12:00").startswith(
        "No record of the duty inspector being informed by 2023-01-10 10:00."
    )


def test_a_message_gives_local_time() -> None:
    text = "E1 2023-07-10 09:00+01:00 reported"
    assert "2023-07-10 10:00" in message(INSPECTOR, text, "2023-07-10 12:00")


def test_a_message_says_what_is_required_by_when() -> None:
    assert message(INSPECTOR, REPORTED, "2023-01-10 09:30").startswith(
        "Required by 2023-01-10 10:00"
    )


def test_a_message_gives_a_date_where_the_time_allowed_ends_with_one() -> None:
    assert f"by end of {day(34)}" in message(MEETING, missing(0, 10, 20), f"{day(60)} 00:00")


def test_a_message_may_be_worded_by_the_policy() -> None:
    rule = policy(
        INSPECTOR_TEXT.replace(
            "within: inspector_time", "within: 1 hour, called: the inspector knowing"
        )
    )
    assert "No record of the inspector knowing" in message(rule, REPORTED, "2023-01-10 12:00")


CANARY = "Jane Doe of 12 Elm Road"
EVERYTHING = policy("""
parameters:
  window: {value: 90 days, edge: inclusive, basis: inferred}
terms:
  proper:
    all:
      - {category: concern_for_safety}
      - {ground: [enquiries_not_made, exceptional_circumstances]}
      - {recorded: categorised.rationale}
    by: 15 minutes
  missing: {all: [{recorded: category}, {not: proper}]}
rules:
  - id: meeting
    on: {episodes: missing, reach: 2, within: window, as_recorded: {category: missing}}
    require: {action: strategy_meeting_held, within: 5 working days}
    may_be_decided_by: childrens_social_care
  - id: rationale
    on: {entry: [categorised, graded]}
    require: {field: rationale, within: 15 minutes}
  - id: outcome
    on: {entry: strategy_meeting_recorded}
    require: {field: outcome, within: 24 hours}
  - id: with-reasons
    on: {entry: graded, where: {rationale: recorded}}
    require: {action: ppn_reviewed, where: {by: supervisor}, within: 1 hour}
    may_be_decided_by: mash
  - id: refers
    on: {entry: graded}
    require:
      {field: refers_to, names_known: [markers, concerns], or_field: rationale, within: 1 hour}
  - id: floor
    on: [{entry: graded}, {entry: marker_added}]
    if: {any: [{marker: self_harm}, {recorded: graded.rationale}]}
    grade: {at_least: high, within: 30 minutes}
  - id: review
    on: {every: 4 hours}
    if: {not: {recorded: voided.reason}}
    while: open
    require: {action: supervisor_reviewed}
  - id: forbidden
    on: {entry: categorised}
    if: {recorded: categorised.rationale}
    forbid: true
  - id: measured
    on: {entry: decided_not_required, where: {rationale: recorded}}
    per: episode
    measure: true
  - id: place
    on: {entry: reported}
    if: {from_place: home}
    require: {action: prioritised, within: 1 hour}
""")
SAMPLES = {
    "choice": None,
    "choices": None,
    "yes_no": "yes",
    "date": "2010-05-01",
    "reference": "E1",
}


def with_canaries() -> Record:
    """One entry of every kind, in two episodes, with a canary in every text and label."""
    entries: list[dict[str, object]] = []
    vocabulary = standard()
    for minute, (episode_id, name) in enumerate(itertools.product(("E1", "E2"), KINDS)):
        kind = vocabulary.kinds[name]
        if name in ("voided", "merged"):
            continue
        instant = at("2023-01-10 09:00" if episode_id == "E1" else "2023-01-20 09:00")
        row: dict[str, object] = {
            "child_id": "C1",
            "episode_id": "" if kind.home == "child" else episode_id,
            "at": instant + dt.timedelta(minutes=0 if name == "reported" else minute),
            "kind": name,
            "area": CANARY,
            "authority": CANARY,
        }
        for field in kind.fields.values():
            if field.type == "text":
                row[field.name] = CANARY
            elif field.type == "instant":
                row[field.name] = at("2023-01-10 08:00")
            elif field.values is not None:
                row[field.name] = field.values[0]
            else:
                row[field.name] = SAMPLES[field.type] or "word"
        entries.append(row)
    void = {
        "child_id": "C1",
        "episode_id": "E2",
        "at": at("2023-03-01 09:00"),
        "kind": "voided",
        "reason": CANARY,
    }
    return Record.of([*entries, void])


@pytest.mark.parametrize(
    "as_of", ["2023-01-10 09:30", "2023-01-20 10:30", "2023-02-20 00:00", "2023-04-01 00:00"]
)
def test_free_text_of_the_log_never_comes_out_again(as_of: str) -> None:
    case = with_canaries()
    answer = judge(EVERYTHING, case, as_of)
    shown = [json.dumps(answer.to_dict())]
    shown += [finding.message for finding in answer.findings]
    shown += [str(one) for one in answer.data_gaps]
    for told in explain(EVERYTHING, case, as_of=at(as_of)):
        shown += [told.to_text(), json.dumps(told.to_dict()), repr(told)]
    shown.append(repr(answer))
    assert answer.findings
    for text in shown:
        assert "Jane" not in text
        assert "Elm Road" not in text


def test_the_reason_of_a_correction_comes_out_only_where_it_is_asked_for() -> None:
    case = with_canaries()
    gone = judge(EVERYTHING, case, "2023-04-01 00:00").withdrawn_since(at("2023-02-20 00:00"))
    assert gone
    assert all(one.reasons == (CANARY,) for one in gone)
    assert all("Jane" not in one.finding.message for one in gone)


# --- Explanations ---------------------------------------------------------------------------------


def test_every_rule_is_explained_whether_or_not_it_called_for_something() -> None:
    told = explain(EVERYTHING, with_canaries(), as_of=at("2023-02-20 00:00"))
    assert [one.rule for one in told] == list(EVERYTHING.duties)


def test_a_near_miss_is_told_with_when_the_lost_episode_left_the_window() -> None:
    (told,) = explain(MEETING, record(missing(0, 50, 91)), as_of=at(f"{day(100)} 00:00"))
    text = told.to_text()
    assert "nearest miss: 2 of 3" in text
    assert "E1 left the window 2023-04-02 00:00" in text
    assert told.findings == ()


def test_an_explanation_shows_the_interval_in_local_time_and_utc() -> None:
    (told,) = explain(MEETING, record(missing(0, 50, 90)), as_of=at(f"{day(100)} 00:00"))
    assert "from 2023-01-01 00:00 (2023-01-01T00:00:00Z)" in told.to_text()
    assert "to 2023-04-01 10:00 (2023-04-01T09:00:00Z)" in told.to_text()


def test_an_unknown_rule_or_finding_is_refused() -> None:
    case, instant = record(REPORTED), at("2023-01-10 12:00")
    with pytest.raises(MissingRulesError, match="no rule nothing"):
        explain(INSPECTOR, case, as_of=instant, rule="nothing")
    with pytest.raises(MissingRulesError, match="no finding"):
        explain(INSPECTOR, case, as_of=instant, finding="f-0")


def test_a_finding_is_explained_by_its_rule() -> None:
    case, instant = record(REPORTED), at("2023-01-10 12:00")
    finding = only(judge(INSPECTOR, case, "2023-01-10 12:00"))
    by_finding = explain(INSPECTOR, case, as_of=instant, finding=finding)
    assert by_finding == explain(INSPECTOR, case, as_of=instant, finding=finding.finding_id)
    assert by_finding == explain(INSPECTOR, case, as_of=instant, rule="inspector")


# --- Evidence -------------------------------------------------------------------------------------


SUFFICIENT = {
    "masked count": (
        MEETING,
        missing(0, 10, 20, 30) + f"\n- {day(60)} 09:00 strategy_meeting_held",
    ),
    "grace": (GRACE, f"{CONCERN}E1 2023-01-10 10:00 {RESTATED}"),
    "every kind of rule": (EVERYTHING, ""),
    "voided and merged": (
        MEETING,
        missing(0, 10, 20, 30)
        + f"\nE2 {day(35)} 09:00 merged into=E1 id=m\n- {day(36)} 09:00 voided of=m",
    ),
    "merged": (MEETING, missing(0, 10, 20, 30) + f"\nE2 {day(35)} 09:00 merged into=E1"),
    "reopened": (
        policy("""
            rules:
              - id: interview
                on: {entry: returned}
                require: {action: prevention_interview, within: 24 hours}
        """),
        """
        E1 2023-01-10 09:00 reported
        E1 2023-01-10 18:00 returned
        E1 2023-01-20 09:00 reported
        E1 2023-01-20 18:00 returned
        E1 2023-01-20 19:00 prevention_interview
        """,
    ),
}


LABEL_CHANGED = """
E1 2023-01-09 18:00 reported
E1 2023-01-09 19:40 categorised category=missing
E1 2023-01-09 21:30 categorised category=absent
E2 2023-01-10 08:00 reported
E2 2023-01-10 08:00 categorised category=missing
E3 2023-01-10 09:00 reported
E3 2023-01-10 09:00 categorised category=missing
"""


def test_what_masked_an_episode_is_cited() -> None:
    finding = only(judge(MEETING, LABEL_CHANGED, "2023-01-11 00:00"))
    assert finding.masked_by == ("E1",)
    assert "E1.categorised.2" in finding.cited


FORGETTING = policy("""
terms:
  missing: {all: [{recorded: category}, {not: {whereabouts: known}}]}
rules:
  - id: meeting
    on: {episodes: missing, reach: 1, within: ever}
    require: {action: strategy_meeting_held, within: 24 hours}
""")


def test_what_made_a_term_unknown_is_cited() -> None:
    text = """
        E1 2023-01-10 09:00 reported whereabouts=known
        E1 2023-01-10 09:00 categorised category=missing
        E1 2023-01-10 12:00 returned
        E1 2023-01-12 09:00 reported
    """
    finding = only(judge(FORGETTING, text, "2023-01-20 00:00"))
    assert finding.outcome == "indeterminate"
    cut = record(text).only([*finding.evidence, *finding.cited])
    assert outcomes(judge(FORGETTING, cut, "2023-01-20 00:00")) == ["indeterminate"]


@pytest.mark.parametrize("name", SUFFICIENT)
def test_what_a_finding_cites_is_enough_to_find_it_again(name: str) -> None:
    rule, text = SUFFICIENT[name]
    case = record(text) if text else with_canaries()
    for as_of in ("2023-01-10 09:30", "2023-01-20 10:30", "2023-02-20 00:00", "2023-04-01 00:00"):
        for finding in judge(rule, case, as_of).findings:
            cut = case.only([*finding.evidence, *finding.cited])
            again = [
                one
                for one in judge(rule, cut, as_of).findings
                if one.finding_id == finding.finding_id
            ]
            keys = ("outcome", "masked", "due_us", "done_us", "episodes", "recorded_grade")
            assert [[getattr(one, key) for key in keys] for one in again] == [
                [getattr(finding, key) for key in keys]
            ], finding.rule


# --- Coverage on the whole ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("blind", "rationale", "outcome"),
    [
        ((), None, None),  # no marker is no marker: nothing has to be named
        (("marker_added",), None, "indeterminate"),
        (("marker_added",), "the log says why", "fulfilled"),
        (("marker_added", "graded.refers_to", "graded.rationale"), None, "not_observable"),
    ],
)
def test_a_grading_that_names_nothing_is_not_in_order_where_markers_could_not_be_seen(
    blind: tuple[str, ...], rationale: str | None, outcome: str | None
) -> None:
    head = {"child_id": "C1", "episode_id": "E1", "at": "2023-02-01T10:00:00Z"}
    graded = {**head, "kind": "graded", "grade": "medium", "rationale": rationale}
    made = evaluate(
        Policy.load("england"),
        Record.of([{**head, "kind": "reported"}, graded]),
        as_of=at("2023-02-20 00:00"),
        coverage=Coverage.between(without=blind),
    )
    found = [f.outcome for f in made.findings if f.rule == "grading-refers-to-warnings"]
    assert found == ([] if outcome is None else [outcome])


def test_a_coverage_that_limits_nothing_changes_nothing() -> None:
    case = with_canaries()
    wide = Coverage.between(at("1950-01-01 00:00"), at("2150-01-01 00:00"))
    one = judge(EVERYTHING, case, "2023-02-20 00:00").to_dict()
    assert one == judge(EVERYTHING, case, "2023-02-20 00:00", coverage=wide).to_dict()


def test_the_policy_text_that_tests_are_written_in_is_a_whole_policy() -> None:
    assert Policy.parse(policy_text(INSPECTOR_TEXT)).digest == INSPECTOR.digest
