"""What holds of every verdict, whatever the policy and whatever the record.

Each property is tried with the shipped policy `wiltshire` and with policies made up on the spot;
the names of the tests are the properties. ``tests/conftest.py`` says how to look longer.
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
    NamedTuple,
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
from missingrules import testing
from missingrules.calendar import DAY_US, from_us, to_us
from missingrules.duties import Action, Floor, Forbidden, Measured
from missingrules.entry import Entry
from missingrules.errors import EngineError
from missingrules.explain import explain
from missingrules.finding import OUTCOMES
from missingrules.kernel import judge
from missingrules.language import Effect, PolicyFile
from missingrules.log import Intake
from missingrules.policy import Policy
from missingrules.record import CORRECTIONS, Coverage, Record
from missingrules.scan import scan
from missingrules.testing.answer import answers, can_be_answered, chances, last_in_time
from missingrules.testing.cell import UNTIL_RECORDED
from missingrules.testing.condition import Traits
from missingrules.testing.edge import spans
from missingrules.testing.history import BETWEEN_REPORTS, CLOCK
from missingrules.testing.instant import NOON
from missingrules.testing.policy import policy_files, to_yaml
from missingrules.testing.trial import UNTIL_JUDGED
from strategies import GENERATED, WILTSHIRE, Trial, trials

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from missingrules.finding import Assessment, Finding

under_each_policy = pytest.mark.parametrize("origin", [WILTSHIRE, GENERATED])

LATER = spans("10m 15m 15m+ 1h 1h+ 2h 2h+ 12h 24h 24h+ 2d 2d+ 3d 3d+ 5d 8d 11d 40d")


def answer(assessment: Assessment) -> dict[str, Any]:
    """Everything that an assessment says, as it is written out."""
    return assessment.to_dict()


def by_id(assessment: Assessment) -> dict[str, Finding]:
    return {finding.finding_id: finding for finding in assessment.findings}


def verdicts(assessment: Assessment) -> dict[str, tuple[object, ...]]:
    return {
        finding.finding_id: (finding.outcome, finding.opened_us, finding.due_us, finding.done_us)
        for finding in assessment.findings
    }


@under_each_policy
@given(data=st.data())
def test_what_is_remembered_of_conditions_changes_no_verdict(
    origin: str, data: st.DataObject
) -> None:
    trial = data.draw(trials(origin))
    # For a trace every condition is asked again, whether or not anything behind it has changed.
    asked = judge(trial.policy, trial.record, as_of=trial.as_of, coverage=trial.coverage, trace=[])
    assert answer(trial.judge()) == answer(asked)


# --- The record -----------------------------------------------------------------------------------


@under_each_policy
@given(data=st.data())
def test_the_order_of_entries_and_duplicates_do_not_matter(
    origin: str, data: st.DataObject
) -> None:
    trial = data.draw(trials(origin))
    shuffled = data.draw(st.permutations([*trial.entries, *trial.entries[:3]]))
    assert answer(trial.but(entries=tuple(shuffled)).judge()) == answer(trial.judge())


UNDONE_BY = {"marker_removed": "marker_added"}
"""Kinds of entry that say of one thing what another says."""


def apart(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Leave out what is told of one thing at the very instant of another: ids settle what stands.

    Corrections come one after another; of which one was entered first the ids decide too. Episodes
    that a merge names may come to be one thing.
    """
    given = tuple(entries)
    merges = [entry for entry in given if entry.kind == "merged"]
    merged = {name for each in merges for name in (each.episode_id, each.fields["into"])}
    kept: dict[object, Entry] = {}
    for entry in given:
        kind = UNDONE_BY.get(entry.kind, entry.kind)
        episode = "merged" if entry.episode_id in merged else entry.episode_id
        about = (entry.recorded,) if kind in CORRECTIONS else (kind, episode, entry.at)
        kept.setdefault(about, entry)
    return tuple(kept.values())


def coarse(entries: Iterable[Entry]) -> Iterator[Entry]:
    """Tell entries as a source does that knows half days, and hands them over at the end of each.

    Then much stands at one instant, and much becomes known at one.
    """
    half = DAY_US // 2
    for entry in entries:
        at = entry.at // half * half
        yield replace(entry, at=at, recorded=(at // DAY_US + 1) * DAY_US)


def renamed(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """Give entries other ids, which sort the other way round."""
    ordered = sorted(entry.entry_id for entry in entries)
    names = {old: f"n{number:04}" for number, old in enumerate(reversed(ordered))}
    return tuple(
        replace(
            entry,
            entry_id=names[entry.entry_id],
            fields={
                name: names.get(str(value), value) if name == "of" else value
                for name, value in entry.fields.items()
            },
        )
        for entry in entries
    )


def unnamed(assessment: Assessment) -> list[str]:
    """What an assessment finds, without ids of entries and findings."""
    named = {"finding_id", "evidence", "cited", "message"}
    return sorted(
        json.dumps({name: told for name, told in f.to_dict().items() if name not in named})
        for f in assessment.findings
    )


@under_each_policy
@given(data=st.data())
def test_ids_of_entries_decide_no_verdict(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin))
    unique = {entry.entry_id: entry for entry in trial.entries}.values()
    entries = apart(coarse(unique) if data.draw(st.booleans()) else unique)
    other = trial.but(entries=renamed(entries))
    assert unnamed(other.judge()) == unnamed(trial.but(entries=entries).judge())


@under_each_policy
@given(data=st.data())
def test_nothing_that_was_not_known_yet_has_a_bearing(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin))
    assert answer(trial.known().judge()) == answer(trial.judge())


@under_each_policy
@given(data=st.data())
def test_each_child_of_a_log_is_judged_as_if_alone(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin))
    others: list[Entry] = []
    for name in ("A", "D"):
        drawn = testing.records(trial.policy, child_id=name, max_episodes=2)
        others += data.draw(drawn).entries
    intake = Intake()
    for entry in data.draw(st.permutations([*trial.entries, *others])):
        intake.accept(entry)
    log = intake.log()
    found = scan(log, trial.policy, as_of=from_us(trial.as_of))
    assert not found.failed
    assert [assessment.child_id for assessment in found.assessments] == ["A", "C", "D"]
    for assessment in found.assessments:
        own = Record.of(
            [entry for entry in log.entries if entry.child_id == assessment.child_id],
            incomplete=assessment.child_id in log.incomplete,
        )
        alone = judge(trial.policy, own, as_of=trial.as_of, coverage=found.coverage)
        assert answer(assessment) == answer(alone)


@under_each_policy
@given(data=st.data())
def test_judging_live_after_every_entry_gives_what_a_batch_gives(
    origin: str, data: st.DataObject
) -> None:
    trial = data.draw(trials(origin))
    live: list[Entry] = []
    arrivals = sorted(trial.entries, key=lambda entry: entry.known)
    for now, arrived in itertools.groupby(arrivals, key=lambda entry: entry.known):
        live.extend(arrived)
        seen = trial.but(entries=tuple(live), as_of=now).judge()
        assert verdicts(seen) == verdicts(trial.but(as_of=now).judge())


@under_each_policy
@given(data=st.data())
def test_what_was_found_live_stays_found_if_nothing_is_told_late_or_taken_back(
    origin: str, data: st.DataObject
) -> None:
    in_order = trials(origin, late=False, disorder=False, corrections=False, conflicts=False)
    trial = data.draw(in_order)
    before: dict[str, Finding] = {}
    for now in sorted({entry.known for entry in trial.entries} | {trial.as_of}):
        found = by_id(trial.but(as_of=now).judge())
        for finding_id, earlier in before.items():
            if earlier.outcome == "indeterminate" or earlier.history_truncated:
                continue  # what only may have arisen gives way to what surely did
            note(f"{earlier.rule} was {earlier.outcome}; at {from_us(now)}:")
            later = found[finding_id]
            assert later.is_breach >= earlier.is_breach
            if not isinstance(earlier.duty.effect, Floor):
                assert later.opened_us == earlier.opened_us
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
    assert answer(both) == answer(trial.judge())


# --- Evidence -------------------------------------------------------------------------------------


@under_each_policy
@given(data=st.data())
def test_a_finding_can_be_had_from_its_evidence_alone(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin))
    for finding in trial.judge().findings:
        note(f"{finding.rule}: {finding.evidence} {finding.cited}")
        cut = trial.record.only((*finding.evidence, *finding.cited))
        again = judge(trial.policy, cut, as_of=trial.as_of, coverage=trial.coverage)
        found = by_id(again)[finding.finding_id]
        assert without_evidence(found) == without_evidence(finding)


def without_evidence(finding: Finding) -> Finding:
    return finding._replace(evidence=(), cited=(), incomplete_record=False)


@under_each_policy
@given(data=st.data())
def test_explanations_tell_one_story_in_text_and_in_json(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin))
    findings = trial.judge().findings
    ask = functools.partial(
        explain, trial.policy, trial.record, as_of=from_us(trial.as_of), coverage=trial.coverage
    )
    explained = ask()
    assert [each.rule for each in explained] == list(trial.policy.duties)
    for each in explained:
        told = each.to_dict()
        assert told["findings"] == [f.finding_id for f in findings if f.rule == each.rule]
        assert told["reason"]["truth"] == ("yes" if told["findings"] else "no")
        assert testing.FREE_TEXT not in json.dumps(told)
        lines, texts = each.to_text().split("\n"), list(texts_of(told["reason"]))
        assert len(lines) == len(texts)
        assert all(text in line for text, line in zip(texts, lines, strict=True))
    for finding in findings[:1]:
        assert [each.rule for each in ask(finding=finding.finding_id)] == [finding.rule]


def texts_of(reason: dict[str, Any]) -> Iterator[str]:
    yield reason["text"]
    for part in reason.get("parts", ()):
        yield from texts_of(part)


# --- Outcomes -------------------------------------------------------------------------------------


@under_each_policy
@given(data=st.data())
def test_a_finding_rests_on_what_was_known_and_quotes_no_free_text(
    origin: str, data: st.DataObject
) -> None:
    trial = data.draw(trials(origin))
    assessment = trial.judge()
    known = {entry.entry_id for entry in trial.known().entries}
    assert testing.FREE_TEXT not in json.dumps(answer(assessment))
    assert len(by_id(assessment)) == len(assessment.findings)
    opened = [finding.opened_us for finding in assessment.findings]
    assert opened == sorted(opened)
    for finding in assessment.findings:
        note(f"{finding.rule} {finding.outcome}")
        assert finding.opened_us <= finding.known_us <= trial.as_of
        assert finding.evidence
        assert {*finding.evidence, *finding.cited} <= known
        assert finding.masked == bool(finding.masked_by)
        assert {*finding.masked_by} <= {*finding.episodes}
        assert finding.duty.in_force(finding.opened_us) or isinstance(finding.duty.effect, Floor)


@under_each_policy
@given(data=st.data())
def test_outcomes_agree_with_the_times_that_they_rest_on(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin))
    assessment = trial.judge()
    for finding in assessment.findings:
        note(f"{finding.rule} {finding.outcome}")
        check_outcome(finding, trial.as_of)
    assert {*assessment.breaches} == {f for f in assessment.findings if f.is_breach}
    assert all(f.outcome in ("pending", "breached") for f in assessment.required_actions)
    assert all(f.done_us is None for f in assessment.required_actions)
    assert assessment.next_due is None or assessment.next_due > assessment.as_of


def check_outcome(finding: Finding, as_of: int) -> None:
    last, done, effect = last_in_time(finding), finding.done_us, finding.duty.effect
    event(finding.outcome)
    assert finding.outcome in OUTCOMES
    match finding.outcome:
        case "pending":
            assert done is None
            assert last is None or as_of <= last
        case "breached":
            assert done is None
            assert isinstance(effect, Forbidden) or (last is not None and last < as_of)
        case "fulfilled":
            # A grade that was never too low answers by being there.
            assert finding.answer is not None or isinstance(effect, Floor)
            assert (done is None) == (finding.answer is None)
            assert done is None or done <= as_of
            assert done is None or last is None or done <= last
        case "fulfilled_late":
            assert finding.answer is not None
            assert done is not None
            assert last is not None
            assert last < done <= as_of
        case "decided_not_required":
            assert finding.duty.deciders
            assert finding.answer is not None
            assert done is not None
            assert finding.opened_us <= done
            assert last is None or done <= last
        case "noted":
            assert isinstance(effect, Measured)
            assert done is None
        case "indeterminate":
            assert finding.unknown


@under_each_policy
@given(data=st.data())
def test_time_alone_changes_nothing_before_next_due(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin)).known()
    assessment = trial.judge()
    due = assessment.next_due
    end = trial.as_of + 1000 * DAY_US if due is None else to_us(due)
    assume(end - trial.as_of > 1)
    between = data.draw(
        st.one_of(
            st.just(end - 1),
            st.sampled_from(LATER).map(lambda span: min(trial.as_of + span, end - 1)),
            st.integers(trial.as_of + 1, end - 1),
        )
    )
    assert outcomes(trial.but(as_of=between).judge()) == outcomes(assessment)


def outcomes(assessment: Assessment) -> dict[str, tuple[str, int]]:
    return {f.finding_id: (f.outcome, f.missed) for f in assessment.findings}


@under_each_policy
@given(data=st.data())
def test_time_alone_settles_only_what_is_pending(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin)).known()
    later = trial.as_of + data.draw(st.sampled_from(LATER))
    found = by_id(trial.but(as_of=later).judge())
    for finding_id, earlier in by_id(trial.judge()).items():
        if earlier.outcome == "indeterminate":
            continue
        note(f"{earlier.rule} {earlier.outcome}")
        again = found[finding_id]
        assert earlier.outcome in ("pending", again.outcome)


# --- Answers --------------------------------------------------------------------------------------


@under_each_policy
@settings(suppress_health_check=[*settings().suppress_health_check, HealthCheck.filter_too_much])
@given(data=st.data())
def test_doing_what_is_owed_in_time_leaves_no_breach_of_it(
    origin: str, data: st.DataObject
) -> None:
    trial = data.draw(trials(origin))
    owed = [finding for finding in trial.judge().findings if can_be_answered(finding)]
    assume(owed)
    finding = data.draw(st.sampled_from(owed))
    last, first = chances(trial.record, finding)
    when = data.draw(st.sampled_from((last, first, (finding.opened_us + last) // 2)))
    done = data.draw(st.sampled_from(answers(trial.policy, trial.record, finding, when)))
    if isinstance(finding.duty.effect, Action):  # may be recorded at once, or later
        done = replace(done, recorded=data.draw(st.sampled_from((when, trial.as_of))))
    note(f"{finding.rule} {finding.outcome}, done by {done}")
    found = by_id(trial.but(entries=(*trial.entries, done)).judge()).get(finding.finding_id)
    if found is None:
        assert when == finding.opened_us  # the same moment, so that it may not have arisen at all
    elif isinstance(finding.duty.effect, Floor):
        # The one finding of an episode goes on to what was demanded afterwards.
        assert not found.is_breach or found.opened_us > when
    else:
        assert not found.is_breach
        assert found.outcome != "pending"


# --- Corrections ----------------------------------------------------------------------------------


@under_each_policy
@given(data=st.data())
def test_voiding_an_episode_equals_never_having_had_it(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin))
    named = sorted({e.episode_id for e in trial.entries if e.episode_id is not None})
    episode_id = data.draw(st.sampled_from(named))
    when = trial.as_of - data.draw(st.sampled_from(spans("0m 1h 30d")))
    void = Entry("void", "C", episode_id, "voided", when, when, "supervisor")
    voided = trial.but(entries=(*trial.entries, void)).judge()
    rest = tuple(entry for entry in trial.entries if entry.episode_id != episode_id)
    never = trial.but(entries=rest).judge()
    assert answer(voided)["findings"] == answer(never)["findings"]


@under_each_policy
@given(data=st.data())
def test_what_corrections_withdrew_is_gone(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin))
    earlier = trial.as_of - data.draw(st.sampled_from(spans("1d 30d 100d")))
    assessment = trial.judge()
    before, now = by_id(trial.but(as_of=earlier).judge()), by_id(assessment)
    for gone in assessment.withdrawn_since(from_us(earlier)):
        withdrawn = gone.finding.finding_id
        assert before[withdrawn] == gone.finding
        assert withdrawn not in now or (gone.finding.is_breach and not now[withdrawn].is_breach)
        causes = [entry for entry in trial.entries if entry.entry_id in gone.entries]
        assert causes
        assert all(entry.kind in CORRECTIONS for entry in causes)
        assert all(earlier < entry.known <= trial.as_of for entry in causes)


@under_each_policy
@given(data=st.data())
def test_no_correction_takes_a_breach_away_unlisted(origin: str, data: st.DataObject) -> None:
    trial = data.draw(trials(origin))
    plain = tuple(entry for entry in trial.entries if entry.kind not in CORRECTIONS)
    earlier = max(entry.known for entry in plain)
    later = tuple(
        replace(entry, recorded=max(entry.recorded, earlier + 1))
        for entry in trial.entries
        if entry.kind in CORRECTIONS
    )
    assume(later)
    as_of = max(entry.known for entry in later)
    before = by_id(trial.but(entries=plain, as_of=earlier).judge())
    uncorrected = by_id(trial.but(entries=plain, as_of=as_of).judge())
    assessment = trial.but(entries=(*plain, *later), as_of=as_of).judge()
    standing = {finding.finding_id for finding in assessment.breaches}
    listed = {gone.finding.finding_id for gone in assessment.withdrawn_since(from_us(earlier))}
    for finding_id, finding in before.items():
        note(f"{finding.rule} {finding.outcome} {finding.evidence}")
        if finding.is_breach and uncorrected[finding_id].is_breach:
            assert finding_id in standing | listed


# --- Time -----------------------------------------------------------------------------------------


TIMELESS = testing.trials(
    testing.policies(dated=False, ages=False, working_days=False, zones=["UTC"])
)
"""Nothing that makes one week different from another."""


@given(
    trial=TIMELESS.map(Trial.of),
    weeks=st.sampled_from((1, -1, 4, 52, -300)) | st.just(7),
)
def test_shifting_everything_by_whole_weeks_shifts_the_answer(trial: Trial, weeks: int) -> None:
    by = weeks * 7 * DAY_US
    shifted = trial.but(
        entries=tuple(moved_entry(entry, by) for entry in trial.entries),
        as_of=trial.as_of + by,
        coverage=moved_coverage(trial.coverage, by),
    )
    here, there = trial.judge(), shifted.judge()
    assert [moved_finding(f, -by) for f in there.findings] == [
        moved_finding(f, 0) for f in here.findings
    ]
    assert moved(to_us(there.next_due) if there.next_due else None, -by) == (
        to_us(here.next_due) if here.next_due else None
    )
    assert [(gap.code, gap.entries) for gap in there.data_gaps] == [
        (gap.code, gap.entries) for gap in here.data_gaps
    ]


def moved(instant: int | None, by: int) -> int | None:
    return None if instant is None else instant + by


def moved_entry(entry: Entry, by: int) -> Entry:
    fields = {k: v + by if isinstance(v, int) else v for k, v in entry.fields.items()}
    return replace(entry, at=entry.at + by, recorded=entry.recorded + by, fields=fields)


def moved_coverage(coverage: Coverage, by: int) -> Coverage:
    return Coverage(
        moved(coverage.start, by),
        moved(coverage.end, by),
        {
            kind: None if span is None else (moved(span[0], by), moved(span[1], by))
            for kind, span in coverage.kinds.items()
        },
        coverage.without_fields,
    )


def moved_finding(finding: Finding, by: int) -> Finding:
    return finding._replace(
        slot=finding.slot + by if finding.slot > 1 else finding.slot,
        opened_us=finding.opened_us + by,
        known_us=finding.known_us + by,
        due_us=moved(finding.due_us, by),
        done_us=moved(finding.done_us, by),
        as_of_us=finding.as_of_us + by,
    )


# --- Counting -------------------------------------------------------------------------------------

LENGTHS: dict[str, tuple[int | None, str]] = {
    "90 days": (90, "days"),
    "30 days": (30, "days"),
    "1 day": (1, "days"),
    "2160 hours": (2160, "hours"),
    "24 hours": (24, "hours"),
    "ever": (None, "ever"),
}
ALLOWED = {"24 hours": dt.timedelta(hours=24), "720 hours": dt.timedelta(hours=720)}


class Stated(NamedTuple):
    """What a policy states about a count."""

    number: int
    length: str
    edge: str
    placed_by: str
    within: str
    zone: str
    since: str | None


@functools.cache
def counting_policy(stated: Stated) -> Policy:
    on: dict[str, Any] = {"episodes": "missing", "reach": stated.number, "within": "ever"}
    if stated.since:
        on["since"] = stated.since
    parameters = {}
    if stated.length != "ever":
        on["within"] = "window"
        parameters["window"] = {
            "value": stated.length,
            "edge": stated.edge,
            "placed_by": stated.placed_by,
            "basis": "assumed",
            "note": "made up",
        }
    rule = {
        "id": "meeting",
        "title": "A meeting is held",
        "authority": "force_policy",
        "basis": "assumed",
        "on": on,
        "require": {"action": "strategy_meeting_held", "within": stated.within},
    }
    file = {
        "policy": "counting",
        "title": "Counting",
        "edition": "1",
        "conventions": {"zone": stated.zone},
        "parameters": parameters,
        "terms": {"missing": {"category": "missing"}},
        "rules": [rule],
    }
    return Policy.parse(to_yaml(file))


CONVENTIONS = st.builds(
    Stated,
    number=st.sampled_from((3, 2, 1, 4)),
    length=st.sampled_from(list(LENGTHS)),
    edge=st.sampled_from(("inclusive", "exclusive")),
    placed_by=st.sampled_from(("reported", "missing_since")),
    within=st.sampled_from(list(ALLOWED)),
    zone=st.sampled_from(("Europe/London", "UTC", "America/St_Johns")),
    since=st.sampled_from((None, None, "action")),
)


@st.composite
def counted_histories(draw: Callable[..., Any]) -> list[Entry]:
    """Draw reports, categories and meetings; episodes may count later than others after them."""
    entries: list[Entry] = []
    start = NOON - draw(st.sampled_from(spans("0m 10d 100d 250d")))
    step = st.tuples(
        st.sampled_from((*BETWEEN_REPORTS, *spans("89d 90d 91d"))),
        st.sampled_from(CLOCK),
        st.sampled_from(spans("0m 1h 40d")),  # from the report to the category
        st.sampled_from((None, *spans("1h 1d 91d"))),  # missing since
        st.sampled_from(UNTIL_RECORDED),
    )
    reports: list[int] = []
    steps = draw(st.lists(step, min_size=1, max_size=7))
    for number, (further, clock, wait, since, delay) in enumerate(steps):
        start += further
        report = start + clock
        reports.append(report)
        name, when = f"E{number}", report + wait
        fields = {} if since is None else {"missing_since": report - since}
        category = {"category": "missing"}
        entries += [
            Entry(f"r{number}", "C", name, "reported", report, report + delay, None, fields),
            Entry(f"c{number}", "C", name, "categorised", when, when, None, category),
        ]
    meeting = st.tuples(st.sampled_from(reports), st.sampled_from(spans("0m 1h 1d 2d 30d -1h")))
    meetings = {report + after for report, after in draw(st.lists(meeting, max_size=4))}
    for number, when in enumerate(sorted(meetings)):
        entries.append(Entry(f"m{number}", "C", None, "strategy_meeting_held", when, when))
    return entries


@given(stated=CONVENTIONS, entries=counted_histories(), after=st.sampled_from(UNTIL_JUDGED))
def test_a_counter_written_another_way_finds_the_same_runs(
    stated: Stated, entries: list[Entry], after: int
) -> None:
    as_of = max(entry.known for entry in entries) + max(after, 0)
    assessment = judge(counting_policy(stated), Record.of(entries), as_of=as_of)
    length, unit = LENGTHS[stated.length]
    convention = oracle.Convention(length, unit, stated.edge == "inclusive", stated.zone)
    expected = oracle.runs(
        counted(entries, "reported" if length is None else stated.placed_by),
        [from_us(entry.at) for entry in entries if entry.kind == "strategy_meeting_held"],
        number=stated.number,
        holds=convention.holds,
        allowed=ALLOWED[stated.within],
        afresh=stated.since == "action",
    )
    event(f"{len(expected)} runs")
    assert sorted(
        (f.opened_at, f.due_at, sorted(f.episodes), f.episodes_since, f.done_at, f.outcome)
        for f in assessment.findings
    ) == sorted(
        (
            run.opened,
            run.due,
            sorted(run.episodes),
            len(run.further),
            run.done,
            run.outcome(from_us(as_of)),
        )
        for run in expected
    )


def counted(entries: Iterable[Entry], placed_by: str) -> Iterator[oracle.Counted]:
    told: dict[str, dict[str, Entry]] = {}
    for entry in entries:
        if entry.episode_id is not None:
            told.setdefault(entry.episode_id, {})[entry.kind] = entry
    for name, kinds in told.items():
        placed: Any = kinds["reported"].at
        if placed_by == "missing_since":
            placed = kinds["reported"].fields.get("missing_since", placed)
        yield oracle.Counted(name, from_us(placed), from_us(kinds["categorised"].at))


# --- What is tried --------------------------------------------------------------------------------

LAYERS = {"PolicyFile.extends"}
"""Keys that no made-up policy has: layers have tests of their own."""


def test_made_up_policies_speak_the_whole_language() -> None:
    spoken: set[str] = set()

    @settings(
        max_examples=400,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(file=policy_files(Traits()))
    def listen(file: dict[str, Any]) -> None:
        spoken.update(said(PolicyFile, file))

    listen()
    assert sorted(sayable(PolicyFile) - spoken - LAYERS) == []


def said(annotation: Any, value: Any, where: str = "") -> Iterator[str]:
    """Name the keys in a part of a policy, with their words where there is a closed set of them."""
    for held in alternatives(annotation):
        if get_origin(held) is Literal and isinstance(value, str) and value in get_args(held):
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
    """List the keys of a model; what an edition may say as well as its rule counts once."""
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
