"""Why, and why not: what an explanation shows for each form of rule and condition."""

from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

import pytest

import build
from missingrules import Coverage, MissingRulesError, Policy, explain
from missingrules.explain import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules import Explanation

POLICY = """
parameters:
  count: {value: 3, basis: assumed, note: for a test}
  window: {value: 30 days, edge: exclusive, placed_by: reported, basis: assumed, note: for a test}
  grace: {value: 15 minutes, basis: assumed, note: for a test}
  began: {value: 2023-02-01, basis: assumed, note: for a test}
  ended: {value: 2023-03-01, basis: assumed, note: for a test}
terms:
  documented: {all: [{category: concern_for_safety}, {recorded: categorised.rationale}]}
  proper: {term: documented, by: grace}
  missing: {all: [{recorded: category}, {not: proper}]}
  home_or_known: {any: [{from_place: home}, {whereabouts: known}]}
rules:
  - id: meeting
    title: A meeting is held
    cite: {source: guidance, section: "2"}
    on: {episodes: missing, reach: count, within: window, as_recorded: {category: missing}}
    require: {action: strategy_meeting_held, within: 5 working days}
  - id: ever
    on: {episodes: missing, more_than: 3, within: ever}
    require: {action: escalated, within: not_stated}
  - id: open
    on: {open: {more_than: 6 hours}}
    require: {action: inspector_informed, within: 1 hour}
  - id: away
    on: {open: {at_least: 6 hours, since: missing_since}}
    require: {action: inspector_informed, within: 1 hour}
  - id: gap
    on: {gap: {at_least: 2 hours}}
    measure: true
  - id: review
    on: {every: 4 hours, sooner: [{if: {grade: high}, every: 1 hour}]}
    while: open
    require: {action: supervisor_reviewed}
  - id: floor
    on: [{entry: graded}, {entry: marker_added}]
    if: {any: [{marker: self_harm}, {concern: suicidal_ideation}]}
    per: episode
    grade: {at_least: high, within: 30 minutes}
  - id: raised
    on: {entry: concern_noted}
    grade: {steps_up: 1, within: 30 minutes}
  - id: dated
    from: began
    until: ended
    on: {entry: categorised, where: {category: absent}}
    forbid: true
  - id: young
    on: {entry: reported}
    if: {all: [{age: {under: 12}}, {not: {from_place: home}}]}
    unless: [home_or_known, {entry: located}]
    require: {action: fim_notified, within: 1 day}
  - id: some
    on: {entry: graded}
    if: {at_least: 2, of: [{marker: cse}, {concern: crime}, {from_place: home}]}
    require: {field: refers_to, names_known: [markers], or_field: rationale, within: 1 hour}
  - id: often
    on: {entry: graded}
    if:
      all:
        - {counted: {episodes: missing, at_least: 2, within: ever}}
        - {lasted: {at_least: 3 hours}}
    require: {action: enquiry_made, within: 1 hour}
"""

LATER = "2023-06-30 12:00"


@pytest.fixture(scope="module")
def policy() -> Policy:
    return build.policy(POLICY)


def one(
    policy: Policy, rule: str, log: str, as_of: str = LATER, coverage: Coverage | None = None
) -> Explanation:
    (made,) = explain(
        policy,
        build.record(log),
        as_of=build.at(as_of),
        rule=rule,
        coverage=coverage or Coverage(),
    )
    return made


def told(
    policy: Policy, rule: str, log: str, as_of: str = LATER, coverage: Coverage | None = None
) -> str:
    return one(policy, rule, log, as_of, coverage).to_text()


def shows(text: str, *expected: str) -> None:
    """Check that these lines stand in the text, in this order, whatever their depth."""
    found = [line.strip() for line in text.splitlines()]
    for line in expected:
        assert line in found, f"{line}\nis not in\n{text}"
        found = found[found.index(line) + 1 :]


def reasons(reason: Reason) -> Iterator[Reason]:
    yield reason
    for part in reason.parts:
        yield from reasons(part)


# --- One tree ------------------------------------------------------------------------------------


def test_text_and_json_come_from_one_tree() -> None:
    tree = Reason(
        "all of",
        "no",
        parts=(
            Reason("first", "yes", "seen", ("E-1", "E-2")),
            Reason("second", "unknown", parts=(Reason("third"),)),
        ),
    )
    assert "\n".join(tree.lines()) == textwrap.dedent("""\
        - all of
          + first [seen] (E-1, E-2)
          ? second
              third""")
    assert tree.to_dict() == {
        "text": "all of",
        "truth": "no",
        "parts": [
            {"text": "first", "truth": "yes", "observed": "seen", "entries": ["E-1", "E-2"]},
            {"text": "second", "truth": "unknown", "parts": [{"text": "third"}]},
        ],
    }


def test_an_explanation_is_json_and_names_its_findings(policy: Policy) -> None:
    made = one(policy, "open", "E1 2023-06-01 09:00 reported")
    document = made.to_dict()
    assert json.loads(json.dumps(document)) == document
    assert document["child_id"] == build.CHILD
    assert document["rule"] == "open"
    assert document["as_of"] == "2023-06-30T12:00:00Z"
    assert document["findings"] == [made.findings[0].finding_id]
    assert document["reason"]["text"] == "open: The rule open (edition 1)"


def test_every_entry_that_an_explanation_names_is_in_the_record(policy: Policy) -> None:
    log = (
        "-  2023-01-01 09:00 marker_added marker=cse\n"
        "E1 2023-06-01 09:00 reported from_place=school\n"
        "E1 2023-06-01 09:05 categorised category=concern_for_safety\n"
        "E1 2023-06-01 09:30 graded grade=low refers_to=cse"
    )
    known = {entry.entry_id for entry in build.log(log)}
    for made in explain(policy, build.record(log), as_of=build.at(LATER)):
        for reason in reasons(made.reason):
            assert {*reason.entries} <= known


def test_the_verdict_of_the_explanation_is_that_of_the_judgement(policy: Policy) -> None:
    log = build.missing(1, 10, 20)
    made = explain(policy, build.record(log), as_of=build.at(LATER))
    assessment = build.judge(policy, log, LATER)
    assert [e.rule for e in made] == list(policy.duties)
    found = {f.finding_id for e in made for f in e.findings}
    assert found == {f.finding_id for f in assessment.findings}
    for each in made:
        assert (each.reason.truth == "yes") == bool(each.findings)


@pytest.mark.parametrize("engine", ["durable", "both"])
def test_every_matcher_tells_the_same_story(policy: Policy, engine: str) -> None:
    pytest.importorskip("durable_rules_engine")
    record = build.record(build.missing(1, 10, 20))
    stories = [
        [made.to_dict() for made in explain(policy, record, as_of=build.at(LATER), engine=e)]  # type: ignore[arg-type]
        for e in ("native", engine)
    ]
    assert stories[0] == stories[1]


# --- What to explain -----------------------------------------------------------------------------


def test_a_finding_or_its_id_chooses_the_rule_behind_it(policy: Policy) -> None:
    record = build.record("E1 2023-06-01 09:00 reported")
    as_of = build.at(LATER)
    (finding,) = build.found(build.judge(policy, record, LATER), "open")
    by_finding = explain(policy, record, as_of=as_of, finding=finding)
    assert by_finding == explain(policy, record, as_of=as_of, finding=finding.finding_id)
    assert by_finding == explain(policy, record, as_of=as_of, rule="open")


def test_a_finding_that_this_judgement_does_not_make_is_refused(policy: Policy) -> None:
    record = build.record("E1 2023-06-01 09:00 reported")
    (finding,) = build.found(build.judge(policy, record, LATER), "open")
    with pytest.raises(MissingRulesError, match=r"no finding f-\w+ for child C1 at this instant"):
        explain(policy, record, as_of=build.at("2023-06-01 09:30"), finding=finding)


def test_rule_and_finding_together_are_refused(policy: Policy) -> None:
    with pytest.raises(ValueError, match="give one of them"):
        explain(policy, build.record(""), as_of=build.at(LATER), rule="open", finding="f-1")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("meetings", "did you mean `meeting`?"),
        ("Meeting", "did you mean `meeting`?"),
        ("zzz", "its rules are meeting, ever, open"),
    ],
)
def test_an_unknown_rule_is_refused_with_a_hint(policy: Policy, name: str, hint: str) -> None:
    with pytest.raises(MissingRulesError) as error:
        explain(policy, build.record(""), as_of=build.at(LATER), rule=name)
    assert hint in str(error.value)


def test_a_rule_that_is_off_is_refused_as_such() -> None:
    policy = Policy.load("wiltshire")
    with pytest.raises(MissingRulesError, match="ppn-aware of the policy wiltshire is off"):
        explain(policy, build.record(""), as_of=build.at(LATER), rule="ppn-aware")


def test_a_child_without_entries_can_be_explained(policy: Policy) -> None:
    made = explain(policy, build.record(""), as_of=build.at(LATER))
    assert len(made) == len(policy.duties)
    assert all("so nothing was called for" in each.to_text() for each in made)


def test_entries_can_be_given_as_they_are(policy: Policy) -> None:
    log = build.missing(1, 2, 3)
    given = explain(policy, build.log(log), as_of=build.at(LATER), rule="meeting")
    assert given == (one(policy, "meeting", log),)


# --- Where it stands -----------------------------------------------------------------------------


def test_it_says_what_is_asked_by_whom_and_where_that_is_written(policy: Policy) -> None:
    shows(
        told(policy, "meeting", ""),
        "- meeting: A meeting is held (edition 1)",
        "asks for: a strategy meeting, within 5 working days",
        "rests on: Guidance on missing children, An office, 2023, section 2 "
        "(force policy, inferred)",
    )


@pytest.mark.parametrize(
    ("rule", "asks"),
    [
        ("ever", "asks for: an escalation, no time stated"),
        ("gap", "asks for nothing: it is only noted"),
        ("dated", "asks that it does not happen"),
        (
            "floor",
            "asks for: a risk grade of at least high, within 30 minutes of what demands it",
        ),
        (
            "raised",
            (
                "asks for: a risk grade a step higher than before, within 30 minutes of what "
                "demands it"
            ),
        ),
        ("some", "asks for: refers to, within 1 hour"),
    ],
)
def test_it_says_what_each_form_of_rule_asks(policy: Policy, rule: str, asks: str) -> None:
    shows(told(policy, rule, ""), asks)


def test_it_says_when_a_rule_applies(policy: Policy) -> None:
    log = (
        "E1 2023-01-10 09:00 reported\nE1 2023-01-10 09:05 categorised category=absent\n"
        "E2 2023-02-10 09:00 reported\nE2 2023-02-10 09:05 categorised category=absent"
    )
    shows(
        told(policy, "dated", log),
        "edition 1 applies from 2023-02-01 to before 2023-03-01",
        "categorised 2023-01-10 09:05 (E1.categorised)",
        "categorised 2023-02-10 09:05 (E2.categorised)",
        "breached: Against policy: The rule dated (2023-02-10 09:05). Episode E2. (E2.categorised)",
    )


# --- Counts --------------------------------------------------------------------------------------


def test_a_count_that_was_reached_shows_the_window_in_local_time_and_utc(policy: Policy) -> None:
    shows(
        told(policy, "meeting", build.missing(150, 160, 170)),
        "+ triggered by 3 episodes counted as missing, within 30 days (exclusive edge), placed by "
        "reported",
        "+ episode E1, placed 2023-05-31 10:00 [counts since 2023-05-31 10:00] "
        "(E1.reported, E1.categorised)",
        "- 2 of 3 from 2023-05-12 00:00 (2023-05-11T23:00:00Z) to 2023-06-10 10:00 "
        "(2023-06-10T09:00:00Z): E1, E2",
        "+ 3 of 3 from 2023-05-22 00:00 (2023-05-21T23:00:00Z) to 2023-06-20 10:00 "
        "(2023-06-20T09:00:00Z): E1, E2, E3",
        "arose 2023-06-20 10:00 (2023-06-20T09:00:00Z)",
        "due before 2023-06-28 00:00 (2023-06-27T23:00:00Z) (time allowed is inferred)",
    )


def test_the_nearest_miss_says_which_episode_left_the_window_and_when(policy: Policy) -> None:
    shows(
        told(policy, "meeting", build.missing(0, 20, 30)),
        "nearest miss: 2 of 3; E1 left the window 2023-01-31 00:00 (2023-01-31T00:00:00Z)",
        "- so nothing was called for",
    )


def test_the_nearest_miss_says_how_many_more_there_would_have_to_be(policy: Policy) -> None:
    text = told(policy, "ever", build.missing(0, 20))
    shows(
        text,
        "- triggered by 4 episodes counted as missing, ever, placed by reported",
        "- 2 of 4 from the beginning to 2023-01-21 09:00 (2023-01-21T09:00:00Z): E1, E2",
        "nearest miss: 2 of 4; 2 more would have been needed",
    )


def test_the_nearest_miss_is_the_fullest_window_and_not_the_last(policy: Policy) -> None:
    text = told(policy, "meeting", build.missing(0, 10, 100))
    shows(text, "nearest miss: 2 of 3; 1 more would have been needed")


def test_the_nearest_miss_says_what_an_action_used_up(policy: Policy) -> None:
    log = f"{build.missing(0, 5, 10)}\n-  2023-01-12 10:00 strategy_meeting_held\n"
    again = build.missing(12, 14, first=4)
    text = told(policy, "meeting", log + again)
    shows(
        text,
        "+ 3 of 3 from 2022-12-13 00:00 (2022-12-13T00:00:00Z) to 2023-01-11 09:00 "
        "(2023-01-11T09:00:00Z): E1, E2, E3",
    )
    assert "E1, E2, E3, E4" not in text
    assert text.count("fulfilled: ") == 1


def test_an_episode_that_does_not_count_says_why(policy: Policy) -> None:
    log = (
        "E1 2023-06-01 09:00 reported\n"
        "E1 2023-06-01 09:05 categorised category=concern_for_safety rationale='a reason'"
    )
    shows(
        told(policy, "meeting", log),
        "- episode E1, placed 2023-06-01 10:00 [does not count]",
        "- missing: all of",
        "+ category is recorded [recorded] (E1.categorised)",
        "- not: proper: all of, with a time of grace",
        "+ category is concern_for_safety [concern_for_safety] (E1.categorised)",
        "+ the rest within 15 minutes: rationale is recorded [in order within the time of grace]",
        "- so nothing was called for",
    )


@pytest.mark.parametrize(
    ("as_of", "line"),
    [
        (
            "2023-06-01 09:10",
            "? the rest within 15 minutes: rationale is recorded [time of grace still running]",
        ),
        (
            LATER,
            (
                "- the rest within 15 minutes: rationale is recorded "
                "[not in order when the time of grace ended]"
            ),
        ),
    ],
)
def test_a_time_of_grace_shows_how_it_stands(policy: Policy, as_of: str, line: str) -> None:
    log = (
        "E1 2023-06-01 09:00 reported\nE1 2023-06-01 09:05 categorised category=concern_for_safety"
    )
    shows(told(policy, "meeting", log, as_of), line)


def test_a_time_of_grace_that_never_began_is_no_question(policy: Policy) -> None:
    shows(
        told(policy, "meeting", build.missing(1)),
        "+ not: proper: all of, with a time of grace",
        "- category is concern_for_safety [missing] (E1.categorised)",
        "the rest within 15 minutes: rationale is recorded [not begun]",
    )


def test_an_episode_that_may_count_says_so(policy: Policy) -> None:
    coverage = Coverage.between(without=["categorised.rationale"])
    log = (
        "E1 2023-06-01 09:00 reported\nE1 2023-06-01 09:05 categorised category=concern_for_safety"
    )
    shows(
        told(policy, "meeting", log, coverage=coverage),
        "? episode E1, placed 2023-06-01 10:00 [may count]",
    )


def test_a_window_that_reaches_back_to_before_the_log_begins_is_told(policy: Policy) -> None:
    coverage = Coverage.between(build.at("2023-01-01 00:00"))
    text = told(policy, "meeting", build.missing(1, 2), coverage=coverage)
    shows(text, "the window reaches back to before the log begins")


# --- Other triggers ------------------------------------------------------------------------------


def test_an_episode_that_was_not_open_long_enough_shows_how_long_it_was(policy: Policy) -> None:
    log = "E1 2023-06-01 09:00 reported missing_since=06:30\nE1 2023-06-01 13:00 returned"
    shows(
        told(policy, "open", log),
        "triggered when an episode is open more than 6 hours after the report",
        "E1: 2023-06-01 10:00 to 2023-06-01 14:00; the time is up 2023-06-01 16:00 (E1.reported)",
        "- so nothing was called for",
    )
    shows(
        told(policy, "away", log),
        "triggered when an episode is open at least 6 hours after the child went missing",
        "E1: 2023-06-01 10:00 to 2023-06-01 14:00; the time is up 2023-06-01 13:30 (E1.reported)",
        "breached: No record of the duty inspector being informed by 2023-06-01 14:30. Episode E1. "
        "(E1.reported)",
    )


def test_a_gap_shows_both_its_ends(policy: Policy) -> None:
    log = (
        "E1 2023-06-01 09:00 reported missing_since=06:30\nE2 2023-06-02 09:00 reported\n"
        "E3 2023-06-03 09:00 reported missing_since=08:30"
    )
    shows(
        told(policy, "gap", log),
        "triggered when the report came at least 2 hours after the child went missing",
        "reported 2023-06-01 10:00, missing since [2023-06-01 07:30] (E1.reported)",
        "reported 2023-06-02 10:00, missing since [not recorded] (E2.reported)",
        "reported 2023-06-03 10:00, missing since [2023-06-03 09:30] (E3.reported)",
    )


def test_a_repeating_rule_shows_when_the_episode_was_open(policy: Policy) -> None:
    shows(
        told(policy, "review", "E1 2023-06-01 09:00 reported", "2023-06-01 15:00"),
        "comes again every 4 hours while the episode is open",
        "E1: 2023-06-01 10:00 to still open (E1.reported)",
        "breached: No record of a supervisor's review by 2023-06-01 14:00. Episode E1. "
        "(E1.reported)",
        "due 2023-06-01 14:00 (2023-06-01T13:00:00Z) (time allowed is inferred)",
    )


def test_an_entry_that_came_shows_what_was_looked_at_and_one_that_did_not_says_so(
    policy: Policy,
) -> None:
    shows(told(policy, "dated", ""), "- triggered by an entry categorised [0 on record]")
    log = "E1 2023-02-10 09:00 reported\nE1 2023-02-10 09:05 categorised category=missing"
    shows(
        told(policy, "dated", log),
        "+ triggered by an entry categorised [1 on record]",
        "- episode E1, categorised 2023-02-10 09:05 (E1.categorised)",
        "- category is absent [missing] (E1.categorised)",
        "- so nothing was called for",
    )


def test_a_grade_shows_what_is_recorded_and_what_is_required(policy: Policy) -> None:
    log = (
        "E1 2023-06-01 09:00 reported\nE1 2023-06-01 09:05 graded grade=low\n"
        "-  2023-06-01 10:00 marker_added marker=self_harm"
    )
    shows(
        told(policy, "floor", log),
        "+ marker self_harm [on record] (marker_added)",
        "- concern suicidal_ideation [no record]",
        "grade recorded: low; required: high",
    )


# --- Conditions ----------------------------------------------------------------------------------


def test_what_is_not_known_is_shown_as_such_and_what_decided_too(policy: Policy) -> None:
    log = (
        "E1 2023-06-01 09:00 reported from_place=school\n"
        "E2 2023-06-02 09:00 reported from_place=home"
    )
    shows(
        told(policy, "young", log),
        "the condition, each time the rule was triggered",
        "? episode E1, condition 2023-06-01 10:00",
        "? all of",
        "? age under 12 [not known]",
        "+ not: from_place is home [school] (E1.reported)",
        "- episode E2, condition 2023-06-02 10:00",
        "- not: from_place is home [home] (E2.reported)",
    )


def test_an_age_is_shown_in_completed_years(policy: Policy) -> None:
    log = (
        "-  2023-01-01 09:00 born date_of_birth=2012-06-02\n"
        "E1 2023-06-01 09:00 reported from_place=school"
    )
    shows(told(policy, "young", log), "+ age under 12 [age 10]")


def test_a_release_shows_each_turn_it_took(policy: Policy) -> None:
    log = (
        "-  2023-01-01 09:00 born date_of_birth=2012-06-02\n"
        "E1 2023-06-01 09:00 reported from_place=school whereabouts=unknown\n"
        "E1 2023-06-01 11:00 located"
    )
    shows(
        told(policy, "young", log),
        "released from it, up to the deadline, by",
        "home or known",
        "- episode E1, from 2023-06-01 10:00",
        "- home or known: any of",
        "- from_place is home [school] (E1.reported)",
        "- whereabouts is known [unknown] (E1.reported)",
        "+ an entry located [1 on record]",
        "located 2023-06-01 12:00 (E1.located)",
        "not applicable: No longer required: The rule young. Episode E1. (E1.reported)",
    )


def test_at_least_so_many_of_shows_each_of_them(policy: Policy) -> None:
    log = (
        "-  2023-01-01 09:00 marker_added marker=cse\n"
        "E1 2023-06-01 09:00 reported from_place=home\nE1 2023-06-01 09:05 graded grade=low"
    )
    shows(
        told(policy, "some", log),
        "+ at least 2 of",
        "+ marker cse [on record] (marker_added)",
        "- concern crime [no record]",
        "+ from_place is home [home] (E1.reported)",
        "- refers_to names all that was known [1 known but not named]",
        "- rationale is recorded [not recorded]",
        "breached: No record of refers to by 2023-06-01 11:05. Episode E1. (E1.graded)",
    )


def test_counts_and_durations_show_what_they_came_to(policy: Policy) -> None:
    log = f"{build.missing(0, 1)}\nE2 2023-01-02 12:00 graded grade=low"
    shows(
        told(policy, "often", log),
        "+ at least 2 episodes counted as missing [2]",
        "+ lasted at least 3 hours [exactly]",
    )


def test_what_the_source_cannot_show_is_told(policy: Policy) -> None:
    log = "E1 2023-06-01 09:00 reported from_place=home\nE1 2023-06-01 09:05 graded grade=low"
    coverage = Coverage.between(without=["marker_added"])
    shows(
        told(policy, "some", log, coverage=coverage),
        "? marker cse [not observable in this source]",
    )


def test_corrections_are_applied_before_anything_is_told(policy: Policy) -> None:
    log = f"{build.missing(0, 10, 20)}\nE2 2023-01-25 10:00 voided reason='another child'"
    text = told(policy, "meeting", log)
    assert "E2" not in text
    shows(text, "nearest miss: 2 of 3; 1 more would have been needed")


def test_free_text_of_the_log_never_appears(policy: Policy) -> None:
    log = (
        "E1 2023-06-01 09:00 reported from_place=home\n"
        "E1 2023-06-01 09:05 categorised category=concern_for_safety rationale='CANARY one'\n"
        "E1 2023-06-01 09:10 graded grade=low rationale='CANARY two'\n"
        "E2 2023-06-02 09:00 reported from_place=home\n"
        "E2 2023-06-02 10:00 voided reason='CANARY three'\n"
    )
    for made in explain(policy, build.record(log), as_of=build.at(LATER)):
        assert "CANARY" not in made.to_text()
        assert "CANARY" not in json.dumps(made.to_dict())


def test_roles_are_shown_as_the_policy_calls_them() -> None:
    policy = build.policy(
        """
        vocabulary:
          roles: {sgt: supervisor}
        rules:
          - id: reviewed
            on: {entry: reported}
            require: {action: supervisor_reviewed, where: {by: supervisor}, within: 1 hour}
        """
    )
    log = (
        "E1 2023-06-01 09:00 reported\nE1 2023-06-01 09:10 supervisor_reviewed by=officer\n"
        "E1 2023-06-01 09:20 supervisor_reviewed by=sgt id=second"
    )
    shows(
        told(policy, "reviewed", log),
        "- by supervisor [officer] (E1.supervisor_reviewed)",
        "+ by supervisor [supervisor] (second)",
    )
