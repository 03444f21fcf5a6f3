"""The answer: what a finding says and keeps, and the assessment that holds findings."""

from __future__ import annotations

import datetime as dt
import json
import re
import string
from typing import TYPE_CHECKING

import pytest

import build
from missingrules import Coverage, Policy, doubt, evaluate
from missingrules.finding import OUTCOMES, grade_name, merged_ids, stamp
from missingrules.vocabulary import standard

if TYPE_CHECKING:
    from missingrules import Assessment, Finding

POLICY = """
parameters:
  count: {value: 2, basis: stated, cite: {source: guidance, section: "3"}}
  window: {value: 30 days, edge: inclusive, placed_by: reported, basis: assumed, note: a test}
  soon: {value: 2 hours, basis: assumed, note: a test}
terms:
  missing: {recorded: category}
rules:
  - id: meeting
    title: A meeting is held
    cite: {source: guidance, section: "3"}
    on: {episodes: missing, reach: count, within: window, as_recorded: {category: missing}}
    require: {action: strategy_meeting_held, within: 3 working days}
    severity: critical
    owed_by: childrens_social_care
  - id: notification
    title: A notification is written
    on: {entry: reported}
    require: {action: ppn_submitted, within: soon}
    may_be_decided_by: mash
    severity: major
    owed_by: officer
  - id: interview
    title: An interview is held
    on: {entry: returned}
    require: {action: prevention_interview, within: not_stated}
  - id: tracked
    title: A tracker is opened
    on: {entry: reported}
    unless: {whereabouts: known}
    require: {action: tracker_opened, within: 1 day}
  - id: placed
    title: The form of the home is used
    on: {entry: reported}
    if: {from_place: childrens_home}
    require: {action: philomena_form_used, within: 1 hour}
  - id: floor
    title: The grade reflects the marker
    on: [{entry: graded}, {entry: marker_added}]
    if: {marker: self_harm}
    per: episode
    grade: {at_least: high, within: 30 minutes}
  - id: absent
    title: The category absent is not used
    on: {entry: categorised, where: {category: absent}}
    forbid: true
  - id: measured
    title: A child was away for a day
    on: {open: {at_least: 24 hours}}
    measure: true
  - id: review
    title: A supervisor reviews
    on: {every: 4 hours}
    while: open
    require: {action: supervisor_reviewed}
"""

FIELDS = [
    "finding_id",
    "child_id",
    "episode_id",
    "rule",
    "policy",
    "edition",
    "policy_digest",
    "outcome",
    "severity",
    "authority",
    "basis",
    "timing_basis",
    "action",
    "owner",
    "opened_at",
    "known_at",
    "due_at",
    "done_at",
    "message",
    "evidence",
    "episodes",
    "episodes_since",
    "masked",
    "masked_by",
    "recorded_grade",
    "required_grade",
    "history_truncated",
    "incomplete_record",
    "cite",
    "as_of",
]
"""What every finding has in JSON, whatever else."""

RETURNED = """
E1 2023-06-01 09:00 reported whereabouts=unknown from_place=home
E1 2023-06-01 09:00 categorised category=concern_for_safety
E1 2023-06-01 12:00 returned
"""


@pytest.fixture(scope="module")
def policy() -> Policy:
    return build.policy(POLICY)


def judged(policy: Policy, log: str, as_of: str = "2023-06-30 12:00") -> Assessment:
    return build.judge(policy, log, as_of)


def one(policy: Policy, rule: str, log: str, as_of: str = "2023-06-30 12:00") -> Finding:
    return build.only(judged(policy, log, as_of), rule)


# --- The id --------------------------------------------------------------------------------------


def test_an_obligation_keeps_its_id_from_pending_to_breached_to_late(policy: Policy) -> None:
    late = f"{RETURNED}\nE1 2023-06-02 12:00 ppn_submitted"
    found = [
        one(policy, "notification", late, as_of)
        for as_of in ("2023-06-01 09:30", "2023-06-01 20:00", "2023-06-03 09:00")
    ]
    assert [f.outcome for f in found] == ["pending", "breached", "fulfilled_late"]
    assert len({f.finding_id for f in found}) == 1
    assert re.fullmatch(r"f-[0-9a-f]{24}", found[0].finding_id)


def test_the_id_hangs_neither_on_wording_nor_on_edition_nor_on_digest(policy: Policy) -> None:
    other = Policy.parse(
        build.policy_text(POLICY)
        .replace("A notification is written", "Somebody writes a notification")
        .replace('edition: "1"', 'edition: "2"')
        .replace("value: 2 hours", "value: 3 hours")
    )
    assert other.digest != policy.digest
    here, there = (one(p, "notification", RETURNED) for p in (policy, other))
    assert here.finding_id == there.finding_id
    assert (here.duty.edition, there.duty.edition) == ("1", "2")
    assert here.due_at != there.due_at


def test_two_obligations_never_share_an_id(policy: Policy) -> None:
    second = RETURNED.replace("E1", "E2").replace("06-01", "06-09")
    found = judged(policy, f"{RETURNED}\n{second}").findings
    other = build.judge(policy, build.record(RETURNED, child="C2"), "2023-06-30 12:00").findings
    ids = [f.finding_id for f in (*found, *other)]
    assert len(ids) == len(set(ids))


def test_the_slots_of_a_repeating_duty_have_ids_of_their_own(policy: Policy) -> None:
    reviewed = (
        "E1 2023-06-01 09:00 reported\nE1 2023-06-01 15:00 supervisor_reviewed\n"
        "E1 2023-06-02 09:00 supervisor_reviewed"
    )
    found = build.found(judged(policy, reviewed, "2023-06-02 10:00"), "review")
    assert len(found) > 2
    assert len({f.finding_id for f in found}) == len(found)


# --- What it says --------------------------------------------------------------------------------

CATEGORISED = "E1 2023-06-01 09:05 categorised"
MARKED = "-  2023-05-01 09:00 marker_added marker=self_harm"
GRADED = f"{MARKED}\n{RETURNED}\nE1 2023-06-01 10:00 graded grade=low"
TWICE = f"{RETURNED}\n{build.missing(155, first=2)}"  # 5 June

MESSAGES = {
    "breached": (
        "notification",
        RETURNED,
        "No record of a public protection notification by 2023-06-01 12:00. Episode E1.",
    ),
    "late": (
        "notification",
        f"{RETURNED}\nE1 2023-06-02 12:00 ppn_submitted",
        (
            "On record after the time allowed: a public protection notification, 2023-06-02 13:00; "
            "due by 2023-06-01 12:00. Episode E1."
        ),
    ),
    "learned after the time was over": (
        "notification",
        "E1 2023-06-01 09:00 reported recorded=14:30",
        (
            "No record of a public protection notification by 2023-06-01 12:00. It could first be "
            "known on 2023-06-01 15:30. Episode E1."
        ),
    ),
    "done": (
        "notification",
        f"{RETURNED}\nE1 2023-06-01 10:00 ppn_submitted",
        "On record: a public protection notification, 2023-06-01 11:00. Episode E1.",
    ),
    "decided": (
        "notification",
        (
            f"{RETURNED}\nE1 2023-06-01 10:00 decided_not_required action=ppn_submitted by=mash "
            "rationale='as agreed' id=D-1"
        ),
        (
            "A notification is written: decided not required on 2023-06-01 11:00, entry D-1. "
            "Episode E1."
        ),
    ),
    "no time stated": (
        "interview",
        RETURNED,
        (
            "Required: a prevention interview. No time is stated; open since 2023-06-01 13:00. "
            "Episode E1."
        ),
    ),
    "released": (
        "tracked",
        RETURNED.replace("unknown", "known"),
        "No longer required: A tracker is opened. Episode E1.",
    ),
    "end of a date": (
        "tracked",
        RETURNED,
        "No record of a missing investigation tracker by end of 2023-06-02. Episode E1.",
    ),
    "cannot be told": (
        "placed",
        "E1 2023-06-01 09:00 reported",
        (
            "Cannot be told: The form of the home is used. What is not known: reported.from_place. "
            "Episode E1."
        ),
    ),
    "forbidden": (
        "absent",
        f"{RETURNED}\n{CATEGORISED} category=absent",
        "Against policy: The category absent is not used (2023-06-01 10:05). Episode E1.",
    ),
    "noted": (
        "measured",
        "E1 2023-06-01 09:00 reported",
        "Noted: A child was away for a day (2023-06-02 10:00). Episode E1.",
    ),
    "too low": (
        "floor",
        GRADED,
        (
            "Grade low is on record, where at least high is required since 2023-06-01 11:00. "
            "Episode E1."
        ),
    ),
    "raised": (
        "floor",
        f"{GRADED}\nE1 2023-06-01 11:00 graded grade=high",
        (
            "Grade low is on record, where at least high is required since 2023-06-01 11:00. "
            "It was raised on 2023-06-01 12:00. Episode E1."
        ),
    ),
    "a count": (
        "meeting",
        TWICE,
        (
            "No record of a strategy meeting by end of 2023-06-08. 2 episodes reached the "
            "threshold on 2023-06-05 10:00: E1, E2. Not counted by the recorded category: E1."
        ),
    ),
    "a count and more": (
        "meeting",
        f"{TWICE}\nE3 2023-06-06 09:00 reported\nE3 2023-06-06 09:00 categorised category=missing",
        (
            "No record of a strategy meeting by end of 2023-06-08. 2 episodes reached the "
            "threshold on 2023-06-05 10:00: E1, E2. Further episodes since: 1. "
            "Not counted by the recorded category: E1."
        ),
    ),
    "missed again and again": (
        "review",
        "E1 2023-06-01 09:00 reported\nE1 2023-06-01 18:00 returned",
        (
            "No record of a supervisor's review by 2023-06-01 14:00. No record 2 times in a row. "
            "Episode E1."
        ),
    ),
}


@pytest.mark.parametrize(
    ("unknown", "told"),
    [
        ("missing_since", "since when the child was missing"),
        ("fields of graded", "what the risk grading says"),
        ("fields of reported", "what the report says"),
        ("fields of located", "what the entry “located” says"),
        ("fields of own_kind", "what the entry “own kind” says"),
        ("categorised.category", "the recorded category"),
        ("ppn_submitted.ethnicity", "“ethnicity” of the public protection notification"),
        ("own_kind.own_field", "“own field” of the entry “own kind”"),
        ("marker cse", "the warning marker child sexual exploitation"),
        ("concern self_harm", "the concern self-harm"),
        ("trigger_plan_created", "whether there was a trigger plan"),
        ("return_interview_declined", "whether the return home interview was declined"),
        ("care_status", "the care status"),
        ("resource_attended", "officers attending"),
        ("own_kind", "whether “own kind” was recorded"),
        ("what would release from it", "what would release from it"),
        ("whether episode E0 counts", "whether episode E0 counts"),
    ],
)
def test_what_is_not_known_is_told_in_words(unknown: str, told: str) -> None:
    assert doubt.in_words(unknown) == told


def test_whatever_a_condition_can_ask_has_words_without_names_of_the_log() -> None:
    for kind in standard().kinds.values():
        names = [kind.name, f"fields of {kind.name}", *(f"{kind.name}.{f}" for f in kind.fields)]
        for told in map(doubt.in_words, names):
            assert "_" not in told
            assert "." not in told
            assert told[0] in "“" + string.ascii_lowercase


LATE = {
    "late by less than a minute": (
        f"{RETURNED}\nE1 2023-06-01 11:00:40 ppn_submitted",
        (
            "On record after the time allowed: a public protection notification, "
            "2023-06-01 12:00:40; due by 2023-06-01 12:00:00. Episode E1."
        ),
    ),
    "late by less than a second": (
        f"{RETURNED}\nE1 2023-06-01 11:00:00.25 ppn_submitted",
        (
            "On record after the time allowed: a public protection notification, "
            "2023-06-01 12:00:00.250000; due by 2023-06-01 12:00:00. Episode E1."
        ),
    ),
    "late in the hour that the clocks repeat": (
        "E1 2022-10-29 22:20 reported\nE1 2022-10-30 01:10 ppn_submitted",
        (
            "On record after the time allowed: a public protection notification, "
            "2022-10-30 01:10+00:00; due by 2022-10-30 01:20+01:00. Episode E1."
        ),
    ),
    "late by less than a minute in the hour that the clocks repeat": (
        "E1 2022-10-29 23:20 reported\nE1 2022-10-30 01:20:30 ppn_submitted",
        (
            "On record after the time allowed: a public protection notification, "
            "2022-10-30 01:20:30+00:00; due by 2022-10-30 01:20:00+00:00. Episode E1."
        ),
    ),
}


@pytest.mark.parametrize("name", LATE)
def test_what_was_late_never_reads_as_if_it_had_been_in_time(policy: Policy, name: str) -> None:
    log, expected = LATE[name]
    assert one(policy, "notification", log).message == expected


@pytest.mark.parametrize("name", MESSAGES)
def test_the_message_is_a_plain_sentence_with_local_times(policy: Policy, name: str) -> None:
    rule, log, expected = MESSAGES[name]
    finding = build.found(judged(policy, log), rule)[0]
    assert finding.message == expected
    in_words = expected.replace("reported.from_place", "from where the child went missing")
    assert finding.told == in_words
    assert finding.sentence == in_words.removesuffix(" Episode E1.")


@pytest.mark.parametrize(
    ("rule", "log", "as_of", "expected"),
    [
        (
            "notification",
            RETURNED,
            "2023-06-01 10:00",
            "Required by 2023-06-01 12:00: a public protection notification. Episode E1.",
        ),
        (
            "tracked",
            RETURNED,
            "2023-06-01 10:00",
            "Required by end of 2023-06-02: a missing investigation tracker. Episode E1.",
        ),
        (
            "floor",
            (
                "E1 2023-06-01 09:00 reported\nE1 2023-06-01 09:10 graded grade=low\n"
                "-  2023-06-01 10:00 marker_added marker=self_harm"
            ),
            "2023-06-01 10:10",
            (
                "Grade low is on record, where at least high is required since 2023-06-01 11:00. "
                "To be graded again by 2023-06-01 11:30. Episode E1."
            ),
        ),
    ],
)
def test_the_message_of_what_is_still_in_time_says_by_when(
    policy: Policy, rule: str, log: str, as_of: str, expected: str
) -> None:
    assert one(policy, rule, log, as_of).message == expected


def test_what_the_source_cannot_show_is_no_accusation(policy: Policy) -> None:
    coverage = Coverage.between(without=["ppn_submitted"])
    assessment = build.judge(policy, RETURNED, "2023-06-30 12:00", coverage=coverage)
    finding = build.only(assessment, "notification")
    assert finding.outcome == "not_observable"
    assert finding.message == ("Not visible in this source: A notification is written. Episode E1.")


def test_a_message_never_holds_text_of_the_log(policy: Policy) -> None:
    log = (
        f"{TWICE}\nE1 2023-06-01 09:01 graded grade=low rationale='Jo CANARY'\n"
        "E1 2023-06-01 10:00 decided_not_required action=ppn_submitted by=mash rationale='CANARY'\n"
        "E2 2023-06-06 10:00 voided reason='CANARY'\n"
    )
    assert "CANARY" not in json.dumps(judged(policy, log).to_dict())


# --- What it is ----------------------------------------------------------------------------------


def test_breaches_are_what_was_missed_or_late_and_required_is_what_can_still_be_done(
    policy: Policy,
) -> None:
    kinds = {
        name: (finding.is_breach, finding.is_required)
        for name, (rule, log, _) in MESSAGES.items()
        for finding in [build.found(judged(policy, log), rule)[0]]
    }
    breach_to_do, breach_over = (True, True), (True, False)
    assert kinds == {
        "breached": breach_to_do,
        "learned after the time was over": breach_to_do,
        "late": breach_over,
        "done": (False, False),
        "decided": (False, False),
        "no time stated": (False, True),
        "released": (False, False),
        "end of a date": breach_to_do,
        "cannot be told": (False, False),
        "forbidden": breach_over,
        "noted": (False, False),
        "too low": breach_to_do,
        "raised": breach_over,
        "a count": breach_to_do,
        "a count and more": breach_to_do,
        "missed again and again": breach_to_do,
    }


def test_a_finding_carries_the_basis_of_the_duty_and_of_its_time_apart(policy: Policy) -> None:
    meeting, notification = (
        one(policy, r, TWICE) if r == "meeting" else first(policy, r)
        for r in ("meeting", "notification")
    )
    assert (meeting.basis, meeting.timing_basis) == ("inferred", "inferred")
    assert (notification.basis, notification.timing_basis) == ("inferred", "assumed")
    assert meeting.cite is not None
    assert meeting.cite["title"] == "Guidance on missing children"
    assert meeting.cite["section"] == "3"
    assert notification.cite is None


def first(policy: Policy, rule: str) -> Finding:
    return one(policy, rule, RETURNED)


def test_instants_are_aware_and_in_utc(policy: Policy) -> None:
    finding = one(policy, "notification", f"{RETURNED}\nE1 2023-06-02 12:00 ppn_submitted")
    assert finding.opened_at == finding.known_at == build.at("2023-06-01 09:00")
    assert finding.due_at == build.at("2023-06-01 11:00")
    assert finding.done_at == build.at("2023-06-02 12:00")
    assert finding.as_of == build.at("2023-06-30 12:00")
    for instant in (finding.opened_at, finding.due_at, finding.done_at, finding.as_of):
        assert instant is not None
        assert instant.utcoffset() == dt.timedelta(0)
    assert first(policy, "interview").due_at is None
    assert first(policy, "interview").done_at is None


def test_what_was_learned_late_is_known_later_than_it_opened(policy: Policy) -> None:
    log = "E1 2023-06-01 09:00 reported recorded=2023-06-03 whereabouts=unknown"
    finding = one(policy, "notification", log.replace("2023-06-03", "14:30"))
    assert finding.known_at == build.at("2023-06-01 14:30")
    assert finding.opened_at == build.at("2023-06-01 09:00")


def test_in_json_a_finding_has_every_field_of_the_contract(policy: Policy) -> None:
    told = [f.to_dict() for f in judged(policy, TWICE).findings]
    for finding in told:
        assert {*FIELDS} <= finding.keys()
        assert finding["outcome"] in OUTCOMES
        assert json.loads(json.dumps(finding)) == finding
    assert len({tuple(finding) for finding in told}) == 1


@pytest.mark.parametrize(
    ("us", "text"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (1, "1970-01-01T00:00:00.000001Z"),
        (250_000, "1970-01-01T00:00:00.250000Z"),
        (-1_000_000, "1969-12-31T23:59:59Z"),
    ],
)
def test_a_stamp_is_rfc_3339_with_as_many_decimals_as_there_are(us: int, text: str) -> None:
    assert stamp(us) == text


def test_ranks_beyond_the_top_grade_stop_there() -> None:
    assert [grade_name(number) for number in (0, 3, 9)] == ["very_low", "high", "high"]


def test_merged_ids_keep_the_order_of_first_mention() -> None:
    assert merged_ids(("b", "a"), ("a", "c"), ()) == ("b", "a", "c")


# --- The assessment ------------------------------------------------------------------------------


def test_an_assessment_sorts_its_findings_into_what_one_asks_of_it(policy: Policy) -> None:
    entries = "E1 2023-06-01 10:00 graded grade=low\nE1 2023-06-01 10:30 ppn_submitted"
    assessment = judged(policy, f"{TWICE}\n{MARKED}\n{entries}")
    assert {f.rule for f in assessment.gradings} == {"floor"}
    assert all(f.is_breach for f in assessment.breaches)
    assert all(f.is_required for f in assessment.required_actions)
    assert {f.rule for f in assessment.breaches} >= {"meeting", "floor"}
    opened = [f.opened_us for f in assessment.findings]
    assert opened == sorted(opened)
    gaps = [(gap.code, gap.rule, gap.episode_id) for gap in assessment.data_gaps]
    assert gaps == [("not_recorded", "placed", "E2"), ("not_recorded", "tracked", "E2")]


def test_required_actions_begin_with_the_most_urgent_and_end_with_those_without_a_time(
    policy: Policy,
) -> None:
    due = [f.due_us for f in judged(policy, TWICE).required_actions]
    stated = [us for us in due if us is not None]
    assert stated == sorted(stated)
    assert due[len(stated) :] == [None] * (len(due) - len(stated)) != []


def test_next_due_is_the_next_deadline_or_the_next_thing_that_time_brings(policy: Policy) -> None:
    log = "E1 2023-06-01 09:00 reported from_place=home whereabouts=unknown"
    answered = f"{log}\nE1 2023-06-01 09:10 ppn_submitted\nE1 2023-06-01 09:10 tracker_opened"
    assert judged(policy, log, "2023-06-01 09:00").next_due == build.at("2023-06-01 11:00")
    assert judged(policy, answered, "2023-06-01 09:30").next_due == build.at("2023-06-01 13:00")
    returned = f"{answered}\nE1 2023-06-01 09:20 returned"
    assert judged(policy, returned, "2023-06-01 09:30").next_due is None


def test_the_assessment_is_json(policy: Policy) -> None:
    assessment = judged(policy, TWICE, "2023-06-05 12:00")
    document = assessment.to_dict()
    assert json.loads(json.dumps(document)) == document
    assert document["child_id"] == build.CHILD
    assert document["as_of"] == "2023-06-05T12:00:00Z"
    assert document["next_due"] is not None
    assert document["next_due"].endswith("Z")
    assert [f["finding_id"] for f in document["findings"]] == [
        f.finding_id for f in assessment.findings
    ]


def test_a_correction_does_not_make_a_finding_vanish_without_a_trace(policy: Policy) -> None:
    void = "E2 2023-06-20 10:00 voided by=supervisor reason='another child' id=V-1"
    before = judged(policy, TWICE, "2023-06-15 12:00")
    after = judged(policy, f"{TWICE}\n{void}")
    gone = after.withdrawn_since(build.at("2023-06-15 12:00"))
    assert gone == after.withdrawn_since(before)
    (meeting,) = [w for w in gone if w.finding.rule == "meeting"]
    assert meeting.finding.outcome == "breached"
    assert (meeting.entries, meeting.by, meeting.reasons) == (
        ("V-1",),
        ("supervisor",),
        ("another child",),
    )
    assert "another child" not in json.dumps(after.to_dict())


def test_the_basis_of_a_comparison_needs_an_offset(policy: Policy) -> None:
    with pytest.raises(ValueError, match="aware"):
        judged(policy, TWICE).withdrawn_since(dt.datetime(2023, 6, 15))  # noqa: DTZ001 - on purpose


def test_an_empty_record_gives_an_empty_assessment(policy: Policy) -> None:
    assessment = evaluate(policy, build.record(""), as_of=build.at("2023-06-30 12:00"))
    assert assessment.findings == assessment.breaches == assessment.required_actions == ()
    assert assessment.next_due is None
    assert assessment.data_gaps == ()


def test_a_finding_names_its_policy_and_the_digest_of_that(policy: Policy) -> None:
    assessment = judged(policy, "E1 2023-01-10 09:00 reported")
    assert assessment.findings
    for finding in assessment.findings:
        told = finding.to_dict()
        assert (finding.policy, finding.policy_digest) == (told["policy"], told["policy_digest"])
