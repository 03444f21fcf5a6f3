"""What holds of every verdict, whatever the policy and the record (design of the kernel, section 6).

Each property is tried with the shipped policy `wiltshire` and with policies made up on the spot. The names
of the tests are the properties.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import json
from dataclasses import replace
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    Literal,
    TypeGuard,
    Union,
    get_args,
    get_origin,
)

import pytest
from hypothesis import HealthCheck, Phase, assume, event, given, note, settings
from hypothesis import strategies as st
from pydantic import BaseModel

import oracle
from missingrules.calendar import Elapsed, from_us
from missingrules.duties import Action, Floor, Forbidden, Measured, Recorded
from missingrules.errors import EngineError
from missingrules.explain import explain
from missingrules.facts import PRINCIPAL
from missingrules.finding import OUTCOMES
from missingrules.kernel import judge
from missingrules.language import Effect, PolicyFile
from missingrules.log import Entry, Intake
from missingrules.policy import Policy
from missingrules.record import CORRECTIONS, Coverage, Record
from missingrules.scan import scan
from strategies import (
    AFTER_REPORT,
    CLOCK,
    DAY,
    DAYS_BETWEEN,
    GENERATED,
    HOUR,
    LATE,
    MICROSECOND,
    PRIVATE,
    TIMELESS,
    WEEK,
    WILTSHIRE,
    WINTER,
    Trial,
    histories,
    policy_files,
    pool_of,
    to_yaml,
    trials,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from missingrules.duties import Duty
    from missingrules.finding import Assessment, Finding

under_each_policy = pytest.mark.parametrize("origin", [WILTSHIRE, GENERATED])


def answer(assessment: Assessment, *, without: Iterable[str] = ()) -> Any:
    """Everything that an assessment says, as it would be written out."""
    told = assessment.to_dict()
    for finding in told["findings"]:
        for key in without:
            del finding[key]
    return told


def by_id(assessment: Assessment) -> dict[str, Finding]:
    return {finding.finding_id: finding for finding in assessment.findings}


# --- The record -----------------------------------------------------------------------------------


@under_each_policy
@given(data=st.data())
def test_the_order_of_entries_and_duplicates_do_not_matter(
    origin: str, data: st.DataObject
) -> None:
    trial = data.draw(trials(origin))
    shuffled = data.draw(st.permutations([*trial.entries, *trial.entries[:3]]))
    assert answer(trial.but(entries=tuple(shuffled)).judge()) == answer(trial.judge())


@under_each_policy
@given(data=st.data())
def test_nothing_that_was_not_known_yet_has_a_bearing(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin))
    known = trial.known()
    assume(known.entries)
    assert answer(trial.judge()) == answer(known.judge())


@under_each_policy
@given(data=st.data())
def test_each_child_of_a_log_is_judged_as_if_alone(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin))
    pool = pool_of({entry.kind for entry in trial.entries} | {"located"})
    others = [data.draw(histories(pool, child_id=name, most=2)) for name in ("A", "D")]
    intake = Intake()
    for entry in data.draw(st.permutations([*trial.entries, *others[0], *others[1]])):
        intake.accept(entry)
    log = intake.log()
    found = scan(log, trial.policy, as_of=from_us(trial.as_of))
    assert not found.failed
    assert [a.child_id for a in found.assessments] == ["A", "C", "D"]
    for assessment in found.assessments:
        entries = [entry for entry in log.entries if entry.child_id == assessment.child_id]
        alone = trial.but(entries=tuple(entries), coverage=found.coverage).judge()
        assert answer(assessment) == answer(alone)


@under_each_policy
@given(data=st.data())
def test_judging_after_every_entry_gives_what_a_batch_gives(
    origin: str, data: st.DataObject
) -> None:
    trial = data.draw(trials(origin, conflicts=False))
    live: list[Entry] = []
    for _, arrived in itertools.groupby(
        sorted(trial.entries, key=lambda e: e.known), key=lambda e: e.known
    ):
        live.extend(arrived)
        now = live[-1].known
        seen = judge(trial.policy, Record.of(live), as_of=now, coverage=trial.coverage)
        batch = trial.but(as_of=now).judge()
        assert verdicts(seen) == verdicts(batch)


def verdicts(assessment: Assessment) -> dict[str, tuple[str, int, int | None, int | None]]:
    return {
        f.finding_id: (f.outcome, f.opened_us, f.due_us, f.done_us) for f in assessment.findings
    }


@under_each_policy
@given(data=st.data())
def test_what_was_found_live_stays_found_if_nothing_is_told_late_or_taken_back(
    origin: str, data: st.DataObject
) -> None:
    trial = data.draw(trials(origin, late=False, early=False, corrections=False, conflicts=False))
    before: dict[str, Finding] = {}
    for now in sorted({entry.known for entry in trial.entries} | {trial.as_of}):
        found = by_id(trial.but(as_of=now).judge())
        for finding_id, earlier in before.items():
            if earlier.outcome == "indeterminate":
                continue
            note(f"{earlier.rule} {earlier.outcome}, then at {from_us(now)}")
            later = found[finding_id]
            assert (later.anchor, later.slot) == (earlier.anchor, earlier.slot)
            if not isinstance(earlier.duty.effect, Floor):
                assert later.opened_us == earlier.opened_us
            assert later.is_breach >= earlier.is_breach
        before = found


@under_each_policy
@given(data=st.data())
def test_both_matchers_give_the_same_answer(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin))
    try:
        trial.policy.matcher("both")
    except EngineError as refused:
        assume("is not for engine" not in str(refused))
        raise
    both = trial.judge(engine="both")  # raises where they differ
    assert verdicts(both) == verdicts(trial.judge())


# --- Evidence -------------------------------------------------------------------------------------


@under_each_policy
@given(data=st.data())
def test_a_finding_can_be_had_from_its_evidence_alone(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin))
    for finding in trial.judge().findings:
        cut = trial.record.only((*finding.evidence, *finding.cited))
        again = judge(trial.policy, cut, as_of=trial.as_of, coverage=trial.coverage)
        found = by_id(again).get(finding.finding_id)
        note(f"{finding.rule}: {finding.evidence} {finding.cited}")
        assert found is not None
        same = {"evidence": (), "cited": (), "incomplete_record": False}
        assert replace(found, **same) == replace(finding, **same)


@under_each_policy
@given(data=st.data())
def test_explanations_tell_one_story_in_text_and_in_json(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin))
    assessment = trial.judge()
    explained = explain(
        trial.policy, trial.record, as_of=from_us(trial.as_of), coverage=trial.coverage
    )
    assert [each.rule for each in explained] == list(trial.policy.duties)
    for each in explained:
        told = each.to_dict()
        assert told["findings"] == [
            f.finding_id for f in assessment.findings if f.rule == each.rule
        ]
        lines = each.to_text().split("\n")
        texts = list(texts_of(told["reason"]))
        assert len(lines) == len(texts)
        assert all(text in line for text, line in zip(texts, lines, strict=True))
        assert PRIVATE not in json.dumps(told)
        assert told["reason"]["truth"] == ("yes" if told["findings"] else "no")
    if assessment.findings:
        finding = data.draw(st.sampled_from(assessment.findings))
        (one,) = explain(
            trial.policy,
            trial.record,
            as_of=from_us(trial.as_of),
            coverage=trial.coverage,
            finding=finding.finding_id,
        )
        assert one.rule == finding.rule


def texts_of(reason: dict[str, Any]) -> Iterator[str]:
    yield reason["text"]
    for part in reason.get("parts", ()):
        yield from texts_of(part)


# --- Outcomes -------------------------------------------------------------------------------------


@under_each_policy
@given(data=st.data())
def test_outcomes_agree_with_the_times_that_they_rest_on(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin))
    assessment = trial.judge()
    known = {entry.entry_id for entry in trial.known().entries}
    findings = assessment.findings
    assert len(by_id(assessment)) == len(findings)
    assert list(findings) == sorted(findings, key=lambda f: f.opened_us)
    json.dumps(assessment.to_dict())
    assert PRIVATE not in json.dumps(assessment.to_dict())
    for finding in findings:
        note(f"{finding.rule} {finding.outcome}")
        assert finding.outcome in OUTCOMES
        assert finding.opened_us <= finding.known_us <= trial.as_of
        assert finding.evidence
        assert {*finding.evidence, *finding.cited} <= known
        assert finding.masked == bool(finding.masked_by)
        assert set(finding.masked_by) <= set(finding.episodes)
        assert finding.duty.in_force(finding.opened_us) or isinstance(finding.duty.effect, Floor)
        check_outcome(finding, trial.as_of)
    assert set(assessment.breaches) == {f for f in findings if f.is_breach}
    for owed in assessment.required_actions:
        assert owed.outcome in ("pending", "breached")
        assert owed.done_us is None
    assert assessment.next_due is None or assessment.next_due > assessment.as_of


def check_outcome(finding: Finding, as_of: int) -> None:
    last = last_in_time(finding)
    done = finding.done_us
    event(finding.outcome)
    if finding.outcome == "pending":
        assert done is None
        assert last is None or as_of <= last
    elif finding.outcome == "breached":
        assert done is None
        if isinstance(finding.duty.effect, Forbidden):
            assert last is None
        else:
            assert last is not None
            assert last < as_of or last < finding.opened_us
    elif finding.outcome == "fulfilled":
        assert finding.answer is None or (done is not None and done <= as_of)
        assert done is None or last is None or done <= last
    elif finding.outcome == "fulfilled_late":
        assert done is not None
        assert last is not None
        assert last < done <= as_of
    elif finding.outcome == "noted":
        assert isinstance(finding.duty.effect, Measured)
        assert done is None
    elif finding.outcome == "decided_not_required":
        assert finding.answer is not None
        assert done is not None
        assert finding.opened_us <= done
        assert last is None or done <= last
        assert finding.duty.deciders
    elif finding.outcome == "indeterminate":
        assert finding.unknown
    if finding.outcome in ("fulfilled", "fulfilled_late") and not isinstance(
        finding.duty.effect, Floor
    ):
        assert finding.answer is not None


def last_in_time(finding: Finding) -> int | None:
    """The last microsecond in time; for hours the deadline itself."""
    due, duty = finding.due_us, finding.duty
    if due is None:
        return None
    within = getattr(duty.effect, "within", None)
    if duty.every is not None:
        lengths = [duty.every.interval, *(interval for _, interval in duty.every.sooner)]
        if all(isinstance(length, Elapsed) for length in lengths):
            return due
        return due - 1
    if isinstance(duty.effect, Floor) and due == finding.opened_us:
        return due - 1  # a grade recorded below the floor is a breach at once
    return due if isinstance(within, Elapsed) else due - 1


@under_each_policy
@given(data=st.data())
def test_time_alone_changes_nothing_before_next_due(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin)).known()
    assume(trial.entries)
    assessment = trial.judge()
    due = assessment.next_due
    end = (
        trial.as_of + 1000 * DAY
        if due is None
        else int((due - from_us(0)) / dt.timedelta(microseconds=1))
    )
    assume(end - trial.as_of > 1)
    between = data.draw(
        st.one_of(
            st.just(end - 1),
            st.sampled_from([o for o in AFTER_REPORT if o > 0]).map(lambda o: trial.as_of + o),
            st.integers(trial.as_of + 1, end - 1),
        )
    )
    assume(trial.as_of < between < end)
    later = trial.but(as_of=between).judge()
    assert outcomes(later) == outcomes(assessment)


def outcomes(assessment: Assessment) -> dict[str, tuple[str, int]]:
    return {f.finding_id: (f.outcome, f.missed) for f in assessment.findings}


@under_each_policy
@given(data=st.data())
def test_time_alone_never_takes_a_breach_back(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin)).known()
    assume(trial.entries)
    earlier = by_id(trial.judge())
    after = data.draw(st.sampled_from([o for o in AFTER_REPORT if o > 0]))
    later = by_id(trial.but(as_of=trial.as_of + after).judge())
    for finding_id, finding in earlier.items():
        if finding.outcome == "indeterminate":
            continue
        note(f"{finding.rule} {finding.outcome}")
        again = later[finding_id]
        if finding.is_breach:
            assert again.outcome == finding.outcome
        elif finding.outcome != "pending":
            assert again.outcome in (
                finding.outcome,
                "not_observable",
                "breached",
                "fulfilled_late",
            )


# --- Answers --------------------------------------------------------------------------------------


@under_each_policy
@given(data=st.data())
def test_doing_what_is_owed_in_time_leaves_no_breach_of_it(
    origin: str, data: st.DataObject
) -> None:
    trial = data.draw(trials(origin))
    owed = [
        finding
        for finding in trial.judge().findings
        if finding.outcome in ("pending", "breached", "fulfilled_late")
        and (last_in_time(finding) is None or finding.opened_us <= last_in_time(finding))  # type: ignore[operator]
        and not isinstance(finding.duty.effect, Forbidden)
    ]
    assume(owed)
    finding = data.draw(st.sampled_from(owed))
    last = last_in_time(finding)
    latest = trial.as_of if last is None else min(last, trial.as_of)
    first = min(finding.opened_us + 1, latest)
    when = data.draw(st.sampled_from((latest, first, (first + latest) // 2)))
    assume(isinstance(finding.duty.effect, Action) or same_time_away(trial, finding, when))
    kind = data.draw(st.sampled_from(kinds_owed(trial, finding)))
    recorded = data.draw(st.sampled_from((when, trial.as_of)))
    done = owed_entry(trial, finding, kind, when, recorded)
    note(f"{finding.rule} {finding.outcome}, done by {done}")
    found = by_id(trial.but(entries=(*trial.entries, done)).judge()).get(finding.finding_id)
    if found is None:
        assert when == finding.opened_us
    elif isinstance(finding.duty.effect, Floor):
        # The one finding of an episode goes on to what was demanded afterwards.
        assert not found.is_breach or found.opened_us > when
    else:
        assert not found.is_breach
        assert found.outcome != "pending"


def same_time_away(trial: Trial, finding: Finding, when: int) -> bool:
    """Whether the child was not reported missing again in between: gradings and fields start anew."""
    return not any(
        entry.kind == "reported"
        and entry.episode_id == finding.episode_id
        and finding.opened_us < entry.at <= when
        for entry in trial.known().entries
    )


def kinds_owed(trial: Trial, finding: Finding) -> list[str]:
    effect = finding.duty.effect
    if isinstance(effect, Action):
        return sorted(effect.kinds)
    if isinstance(effect, Recorded):
        return [anchor_of(trial, finding).kind]
    return ["graded"]


def anchor_of(trial: Trial, finding: Finding) -> Entry:
    known, _ = trial.record.known(trial.as_of)
    return next(entry for entry in known if entry.entry_id == finding.anchor)


def owed_entry(trial: Trial, finding: Finding, kind: str, when: int, recorded: int) -> Entry:
    """Make the entry that a finding asks for. Only an action may be told late."""
    effect = finding.duty.effect
    by: str | None = None
    fields: dict[str, object] = {}
    if isinstance(effect, Action):
        where = source_of(trial.policy, finding.duty).require.where or {}
        for name, value in where.items():
            if name == "by":
                by = str(value)
            else:
                fields[name] = value_of(trial.policy, kind, name, value)
    elif isinstance(effect, Recorded):
        recorded = when
        principal = PRINCIPAL.get(kind, "")
        given = anchor_of(trial, finding).fields
        if principal in given:
            fields[principal] = given[principal]
        require = source_of(trial.policy, finding.duty).require
        for name in effect.fields:
            fields[name] = value_of(trial.policy, kind, name, require.as_, every=True)
    else:
        recorded = when
        fields = {"grade": finding.required_grade}
    told = trial.policy.vocabulary.kinds[kind]
    for name, field in told.fields.items():
        if field.required and name not in fields:
            fields[name] = value_of(trial.policy, kind, name, None)
    episode_id = finding.episode_id or anchor_of(trial, finding).episode_id or "C-E0"
    if told.home == "child":
        episode_id = None
    return Entry("owed", "C", episode_id, kind, when, recorded, by, fields)


def source_of(policy: Policy, duty: Duty) -> Any:
    return next(rule for rule in policy.source.file.rules if rule.id == duty.rule)


def value_of(
    policy: Policy, kind: str, name: str, wanted: object, *, every: bool = False
) -> object:
    field = policy.vocabulary.kinds[kind].fields[name]
    value = wanted[0] if isinstance(wanted, list) else wanted
    value = {True: "yes", False: "no", "recorded": None}.get(value, value)  # type: ignore[call-overload]
    match field.type:
        case "choices":
            everything = tuple(sorted(field.values or ("police",)))
            return everything if every or value is None else (value,)
        case "yes_no":
            return value or "yes"
        case "text":
            return PRIVATE
        case "date":
            return dt.date(2023, 11, 7)
        case "instant":
            return WINTER
        case _:
            return value or (field.values or ("something",))[0]


# --- Corrections ----------------------------------------------------------------------------------


@under_each_policy
@given(data=st.data())
def test_voiding_an_episode_equals_never_having_had_it(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin))
    episodes = sorted({e.episode_id for e in trial.entries if e.episode_id is not None})
    episode_id = data.draw(st.sampled_from(episodes))
    when = trial.as_of - data.draw(st.sampled_from((0, HOUR, 30 * DAY)))
    void = Entry("void", "C", episode_id, "voided", when, when, "supervisor")
    voided = trial.but(entries=(*trial.entries, void)).judge()
    rest = tuple(entry for entry in trial.entries if entry.episode_id != episode_id)
    never = judge(
        trial.policy, Record.of(rest, child_id="C"), as_of=trial.as_of, coverage=trial.coverage
    )
    assert [f.to_dict() for f in voided.findings] == [f.to_dict() for f in never.findings]


@under_each_policy
@given(data=st.data())
def test_what_corrections_take_away_is_gone_and_listed(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin))
    earlier = trial.as_of - data.draw(st.sampled_from((DAY, 30 * DAY, 100 * DAY)))
    assessment = trial.judge()
    before, now = by_id(trial.but(as_of=earlier).judge()), by_id(assessment)
    for withdrawn in assessment.withdrawn_since(from_us(earlier)):
        assert withdrawn.finding.finding_id in before
        assert withdrawn.finding.finding_id not in now
        assert withdrawn.entries
        causes = [e for e in trial.entries if e.entry_id in withdrawn.entries]
        assert all(e.kind in CORRECTIONS and earlier < e.known <= trial.as_of for e in causes)


@under_each_policy
@given(data=st.data())
def test_no_breach_vanishes_through_corrections_without_being_listed(
    origin: str, data: st.DataObject
) -> None:
    trial = data.draw(trials(origin))
    plain = tuple(entry for entry in trial.entries if entry.kind not in CORRECTIONS)
    earlier = max(entry.known for entry in plain)
    later = [
        replace(entry, recorded=max(entry.recorded, earlier + 1))
        for entry in trial.entries
        if entry.kind in CORRECTIONS
    ]
    assume(later)
    as_of = max(entry.known for entry in later)
    before = by_id(trial.but(entries=plain, as_of=earlier).judge())
    untouched = by_id(trial.but(entries=plain, as_of=as_of).judge())
    now = trial.but(entries=(*plain, *later), as_of=as_of).judge()
    gone = {f.finding.finding_id for f in now.withdrawn_since(from_us(earlier))}
    for finding_id, finding in before.items():
        if finding.is_breach and finding_id in untouched and finding_id not in by_id(now):
            note(f"{finding.rule} {finding.outcome} {finding.evidence}")
            assert finding_id in gone


# --- Time -----------------------------------------------------------------------------------------


@given(
    trial=trials(GENERATED, traits=TIMELESS),
    weeks=st.sampled_from((1, -1, 4, 52, -300)),
)
def test_shifting_everything_by_whole_weeks_shifts_the_answer(trial: Trial, weeks: int) -> None:
    by = weeks * WEEK
    shifted = trial.but(
        entries=tuple(shift(entry, by) for entry in trial.entries),
        as_of=trial.as_of + by,
        coverage=Coverage(
            moved(trial.coverage.start, by),
            moved(trial.coverage.end, by),
            {
                kind: None if span is None else (moved(span[0], by), moved(span[1], by))
                for kind, span in trial.coverage.kinds.items()
            },
            trial.coverage.without_fields,
        ),
    )
    here, there = trial.judge(), shifted.judge()
    assert [normal(f, by) for f in there.findings] == [normal(f, 0) for f in here.findings]
    assert [w - by for w in there.wakeups] == list(here.wakeups)
    assert [(g.code, g.entries) for g in there.data_gaps] == [
        (g.code, g.entries) for g in here.data_gaps
    ]


def moved(instant: int | None, by: int) -> int | None:
    return None if instant is None else instant + by


def shift(entry: Entry, by: int) -> Entry:
    fields = {k: v + by if isinstance(v, int) else v for k, v in entry.fields.items()}
    return replace(entry, at=entry.at + by, recorded=entry.recorded + by, fields=fields)


def normal(finding: Finding, by: int) -> Finding:
    return replace(
        finding,
        duty=None,  # type: ignore[arg-type]
        slot=finding.slot - by if finding.slot else 0,
        opened_us=finding.opened_us - by,
        known_us=finding.known_us - by,
        due_us=moved(finding.due_us, -by),
        done_us=moved(finding.done_us, -by),
        as_of_us=finding.as_of_us - by,
    )


# --- Counting -------------------------------------------------------------------------------------

LENGTHS = {
    "90 days": (90, "days"),
    "30 days": (30, "days"),
    "1 day": (1, "days"),
    "2160 hours": (2160, "hours"),
    "24 hours": (24, "hours"),
    "ever": (None, "ever"),
}
ALLOWED = {"24 hours": dt.timedelta(hours=24), "720 hours": dt.timedelta(hours=720)}


@functools.cache
def counting_policy(  # noqa: PLR0913 - everything that a count can state
    number: int, length: str, edge: str, placed_by: str, within: str, zone: str, since: str
) -> Policy:
    rule: dict[str, Any] = {
        "id": "meeting",
        "title": "A meeting is held",
        "authority": "force_policy",
        "basis": "assumed",
        "on": {"episodes": "missing", "reach": number, "within": "ever"},
        "require": {"action": "strategy_meeting_held", "within": within},
    }
    if since:
        rule["on"]["since"] = since
    parameters = {}
    if length != "ever":
        rule["on"]["within"] = "window"
        parameters["window"] = {
            "value": length,
            "edge": edge,
            "placed_by": placed_by,
            "basis": "assumed",
            "note": "made up",
        }
    return Policy.parse(
        to_yaml(
            {
                "policy": "counting",
                "title": "Counting",
                "edition": "1",
                "conventions": {"zone": zone},
                "parameters": parameters,
                "terms": {"missing": {"category": "missing"}},
                "rules": [rule],
            }
        )
    )


@st.composite
def counts(draw: Callable[..., Any]) -> tuple[dict[str, Any], list[Entry]]:
    """Draw a convention and a history of reports, categories and meetings."""
    stated = draw(
        st.fixed_dictionaries(
            {
                "number": st.sampled_from((3, 2, 1, 4)),
                "length": st.sampled_from(list(LENGTHS)),
                "edge": st.sampled_from(("inclusive", "exclusive")),
                "placed_by": st.sampled_from(("reported", "missing_since")),
                "within": st.sampled_from(list(ALLOWED)),
                "zone": st.sampled_from(("Europe/London", "UTC", "America/St_Johns")),
                "since": st.sampled_from(("", "", "action")),
            }
        )
    )
    entries: list[Entry] = []
    start = WINTER - draw(st.sampled_from((0, 10 * DAY, 100 * DAY, 250 * DAY)))
    step = st.tuples(
        st.sampled_from(DAYS_BETWEEN),
        st.sampled_from(CLOCK),
        st.sampled_from((0, HOUR, 40 * DAY)),  # from the report to the category
        st.sampled_from((None, HOUR, DAY, 91 * DAY)),  # missing since
        st.sampled_from(LATE),
    )
    for number, (days, clock, wait, since, delay) in enumerate(draw(st.lists(step, max_size=7))):
        start += days * DAY
        report = start + clock
        fields: dict[str, object] = {} if since is None else {"missing_since": report - since}
        name = f"E{number}"
        entries.append(
            Entry(f"r{number}", "C", name, "reported", report, report + delay, None, fields)
        )
        when = report + wait
        category = {"category": "missing"}
        entries.append(Entry(f"c{number}", "C", name, "categorised", when, when, None, category))
    meeting = st.tuples(
        st.integers(0, 7), st.sampled_from((0, HOUR, DAY, 2 * DAY, 30 * DAY, -HOUR))
    )
    for number, (after, aside) in enumerate(draw(st.lists(meeting, max_size=4))):
        reports = [e for e in entries if e.kind == "reported"] or [None]
        report = reports[after % len(reports)]
        when = (start if report is None else report.at) + aside
        entries.append(Entry(f"m{number}", "C", None, "strategy_meeting_held", when, when))
    return stated, entries


@given(case=counts(), after=st.sampled_from((500 * DAY, 0, MICROSECOND, DAY, 10 * DAY)))
def test_a_counter_written_another_way_finds_the_same_runs(
    case: tuple[dict[str, Any], list[Entry]], after: int
) -> None:
    stated, entries = case
    assume(entries)
    as_of = max(entry.known for entry in entries) + after
    assessment = judge(counting_policy(**stated), Record.of(entries), as_of=as_of)
    length, unit = LENGTHS[stated["length"]]
    convention = oracle.Convention(length, unit, stated["edge"] == "inclusive", stated["zone"])
    expected = oracle.runs(
        counted(entries, "reported" if length is None else stated["placed_by"]),
        [from_us(entry.at) for entry in entries if entry.kind == "strategy_meeting_held"],
        number=stated["number"],
        holds=convention.holds,
        allowed=ALLOWED[stated["within"]],
        afresh=stated["since"] == "action",
    )
    found = sorted(
        (f.opened_at, f.due_at, sorted(f.episodes), f.episodes_since, f.done_at, f.outcome)
        for f in assessment.findings
    )
    assert found == sorted(
        (
            run.opened,
            run.due,
            sorted(run.episodes),
            len(run.further),
            run.done,
            outcome_of(run, from_us(as_of)),
        )
        for run in expected
    )
    event(f"{len(found)} runs")


def outcome_of(run: oracle.Run, as_of: dt.datetime) -> str:
    if run.done is not None:
        return "fulfilled" if run.done <= run.due else "fulfilled_late"
    return "pending" if as_of <= run.due else "breached"


def counted(entries: Iterable[Entry], placed_by: str) -> Iterator[oracle.Counted]:
    told: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        if entry.episode_id is not None:
            told.setdefault(entry.episode_id, {})[entry.kind] = entry
    for name, kinds in told.items():
        report = kinds["reported"]
        placed = report.fields.get("missing_since", report.at)
        yield oracle.Counted(
            name,
            from_us(placed if placed_by == "missing_since" else report.at),  # type: ignore[arg-type]
            from_us(kinds["categorised"].at),
        )


# --- The generator itself -------------------------------------------------------------------------


LAYERS = {"PolicyFile.extends"}
"""Keys that no made-up policy has: layers are tried in tests of their own."""


def test_made_up_policies_speak_the_whole_language() -> None:
    spoken: set[str] = set()

    @settings(
        max_examples=400,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(file=policy_files())
    def listen(file: dict[str, Any]) -> None:
        spoken.update(said(PolicyFile, file))

    listen()
    assert sorted(sayable(PolicyFile) - spoken - LAYERS) == []


def said(annotation: Any, value: Any, where: str = "") -> Iterator[str]:
    """Name the keys in a part of a policy, with their words where there is a closed set of them."""
    for held in alternatives(annotation):
        if get_origin(held) is Literal and value in get_args(held) and isinstance(value, str):
            yield f"{where}={value}"
        elif get_origin(held) is list and isinstance(value, list):
            for each in value:
                yield from said(get_args(held)[0], each, where)
        elif get_origin(held) is dict and isinstance(value, dict):
            for each in value.values():
                yield from said(get_args(held)[1], each, where)
        elif is_model(held) and isinstance(value, dict):
            for key, name, inner in keys_of(held):
                if key in value:
                    yield name
                    yield from said(inner, value[key], name)


def sayable(annotation: Any, where: str = "", seen: frozenset[Any] = frozenset()) -> set[str]:
    """Name everything that :func:`said` can find."""
    found: set[str] = set()
    for held in alternatives(annotation):
        if get_origin(held) is Literal:
            found |= {f"{where}={word}" for word in get_args(held) if isinstance(word, str)}
        elif get_origin(held) in (list, dict):
            found |= sayable(get_args(held)[-1], where, seen)
        elif is_model(held) and held not in seen:
            for _, name, inner in keys_of(held):
                found |= {name} | sayable(inner, name, seen | {held})
    return found


def keys_of(model: type[BaseModel]) -> Iterator[tuple[str, str, Any]]:
    """List the keys of a model; what an edition may say as well as a rule counts once."""
    for name, told in model.model_fields.items():
        key = told.alias or name
        owner = Effect if name in Effect.model_fields else model
        yield key, f"{owner.__name__}.{key}", told.annotation


def alternatives(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        yield from alternatives(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from alternatives(part)
    else:
        yield annotation


def is_model(annotation: Any) -> TypeGuard[type[BaseModel]]:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
