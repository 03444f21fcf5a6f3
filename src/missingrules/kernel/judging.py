"""The kernel: one child's record judged under one policy at one instant.

Pure: no clock, no environment, no input or output. Live use and a scan of years call the same
function.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from missingrules.calendar import to_us
from missingrules.duties import Recorded
from missingrules.errors import CalendarError
from missingrules.finding import PENDING, Assessment, Finding, Withdrawn
from missingrules.kernel.actions import Actions
from missingrules.kernel.fields import recorded
from missingrules.kernel.grades import graded
from missingrules.kernel.moments import walk_through
from missingrules.kernel.repeating import Repeating
from missingrules.kernel.walk import Walk
from missingrules.policy import loaded
from missingrules.record import CORRECTIONS, EVERYTHING, Record, history

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from missingrules.duties import Duty
    from missingrules.entry import Entry
    from missingrules.kernel.episode import Episode
    from missingrules.kernel.noted import Asked, CountMoment, Opening, Pulse
    from missingrules.matchers import Engine
    from missingrules.policy import Policy
    from missingrules.record import Coverage
    from missingrules.tablerows import EntryLike


def evaluate(
    policy: Policy,
    record: Record | Iterable[EntryLike],
    *,
    as_of: dt.datetime,
    coverage: Coverage = EVERYTHING,
    engine: Engine = "native",
) -> Assessment:
    """Judge the record of one child as it was known at ``as_of``, an aware datetime.

    ``record`` may also be entries of one child in any order. ``coverage`` says what the source of
    the log could have shown, the same for every child of a log; without it, everything at all
    times. A scan takes a log to begin with its first entry, so give ``evaluate`` the same coverage
    if the answers are to be the same, and always if you load recent entries alone. ``engine``
    chooses the matcher: ``native``, ``durable``, or ``both``, which raises
    :class:`~missingrules.errors.EngineError` on any difference. Raises ``ValueError`` for a naive
    ``as_of``, and for a coverage that names what no log of the policy can hold. Raises
    :class:`~missingrules.errors.CalendarError` where a rule counts working days from an entry of a
    year whose public holidays are not known; it names the two. Raises ``TypeError`` for the name
    of a policy in place of a loaded one.
    """
    policy = loaded(policy)
    if not isinstance(record, Record):
        record = Record.of(record)
    return judge(policy, record, as_of=to_us(as_of), coverage=coverage, engine=engine)


def judge(  # noqa: PLR0913 - as for evaluate
    policy: Policy,
    record: Record,
    *,
    as_of: int,
    coverage: Coverage = EVERYTHING,
    engine: Engine = "native",
    trace: list[Asked] | None = None,
) -> Assessment:
    """Do what :func:`evaluate` does, in UTC microseconds; ``trace`` gathers every condition."""
    walk = walked(policy, record, as_of=as_of, coverage=coverage, engine=engine, trace=trace)
    return assess(walk, record)


def assess(walk: Walk, record: Record) -> Assessment:
    """Settle every duty that a walk met."""
    policy, as_of = walk.policy, walk.as_of
    with _known_years(policy, record, as_of):
        findings = settle(walk)
    findings.sort(key=lambda f: (f.opened_us, f.duty.rule, f.episode_id or "", f.anchor, f.slot))
    wakeups = {at for at in walk.wakeups if at > as_of}
    for finding in findings:
        if finding.outcome == PENDING and finding.due_us is not None:
            # At the very end of a time in hours a duty is in time, a microsecond later it is not.
            wakeups.add(max(finding.due_us, as_of + 1))
    return Assessment(
        child_id=record.child_id,
        policy=policy,
        record=record,
        coverage=walk.coverage,
        as_of_us=as_of,
        findings=tuple(findings),
        data_gaps=walk.gaps(findings),
        wakeups=tuple(sorted(wakeups)),
        corrections=walk.history.corrections,
    )


def walked(  # noqa: PLR0913 - as for evaluate
    policy: Policy,
    record: Record,
    *,
    as_of: int,
    coverage: Coverage = EVERYTHING,
    engine: Engine = "native",
    trace: list[Asked] | None = None,
) -> Walk:
    """Walk through the record up to ``as_of`` and return what was met on the way."""
    coverage.check(policy.vocabulary)
    walk = Walk(
        policy=policy,
        matcher=policy.matcher(engine),
        history=history(record, as_of),
        as_of=as_of,
        coverage=coverage,
        child_id=record.child_id,
        incomplete=record.incomplete,
        trace=trace,
    )
    with _known_years(policy, record, as_of):
        return walk_through(walk)


@contextlib.contextmanager
def _known_years(policy: Policy, record: Record, as_of: int) -> Iterator[None]:
    """Name the rule and the entry where working days lie in years whose holidays nobody knows."""
    try:
        yield
    except CalendarError as error:
        for entry in record.known(as_of)[0]:
            for rule in policy.duties:
                if _beyond(policy, rule, entry):
                    raise CalendarError(
                        f"Rule {rule} cannot count working days from entry {entry.entry_id}: "
                        f"{error}. Correct the time of the entry, or leave it out."
                    ) from error
        raise


def _beyond(policy: Policy, rule: str, entry: Entry) -> bool:
    """Whether the working days of a rule, counted from an entry, are not known."""
    instants = (entry.at, *(value for value in entry.fields.values() if type(value) is int))
    lengths = [length for duty in policy.duties[rule] for length in duty.lengths]
    lengths += [length for length, _ in policy.lasted]
    for instant in instants:
        for length in lengths:
            try:
                policy.calendar.reached(instant, length, strict=True)
            except CalendarError:
                return True
    return False


def settle(walk: Walk) -> list[Finding]:
    """Everything that the duties of the policy come to for the child."""
    by_rule: defaultdict[str, Noted] = defaultdict(lambda: Noted([], [], [], []))
    for opening in walk.openings:
        noted = by_rule[opening.duty.rule]
        to_record = isinstance(opening.duty.effect, Recorded)
        (noted.to_record if to_record else noted.openings).append(opening)
    for moment in walk.counts:
        by_rule[moment.duty.rule].counts.append(moment)
    for (rule, episode, leg), beats in walk.pulses.items():
        by_rule[rule].pulses.append((episode, leg, beats))
    found = [finding for case in walk.floors.values() for finding in graded(walk, case)]
    for rule, noted in by_rule.items():
        if noted.to_record:
            found += recorded(walk, noted.to_record)
        if noted.openings or noted.counts or noted.pulses:
            actions = Actions(walk, rule, walk.policy.duties[rule])
            found += actions.settle(noted.openings, noted.counts)
            for episode, leg, beats in noted.pulses:
                found += Repeating(actions, episode, leg, beats).findings()
            actions.remark()
    return found


class Noted(NamedTuple):
    """What a walk noted for one rule."""

    to_record: list[Opening]
    openings: list[Opening]
    """The other ones."""
    counts: list[CountMoment]
    pulses: list[tuple[Episode, int, list[tuple[Duty, Pulse]]]]


def next_change(assessment: Assessment) -> int | None:
    """Find the next instant at which a deadline ends or time alone changes a finding."""
    known, _ = assessment.record.known(assessment.as_of_us)
    record = Record(assessment.child_id, known, assessment.record.incomplete)
    due = {f.due_us for f in assessment.findings if f.outcome == PENDING}
    before = {(f.finding_id, f.outcome, f.missed) for f in assessment.findings}
    waiting = list(assessment.wakeups)
    seen: set[int] = set()
    while waiting:
        instant = min(waiting)
        waiting.remove(instant)
        if instant in seen:
            continue
        seen.add(instant)
        if instant in due:
            return instant
        later = judge(assessment.policy, record, as_of=instant, coverage=assessment.coverage)
        if {(f.finding_id, f.outcome, f.missed) for f in later.findings} != before:
            return instant
        waiting += [at for at in later.wakeups if at not in seen]
    return None


def withdrawn(assessment: Assessment, earlier: dt.datetime | Assessment) -> tuple[Withdrawn, ...]:
    """Findings made at an earlier instant that are gone because of corrections known since then."""
    if not isinstance(earlier, Assessment):
        earlier = judge(
            assessment.policy, assessment.record, as_of=to_us(earlier), coverage=assessment.coverage
        )
    now = {finding.finding_id: finding for finding in assessment.findings}
    since = [entry for entry in assessment.corrections if entry.known > earlier.as_of_us]
    if not since:
        return ()
    uncorrected = _without(assessment, earlier.as_of_us)
    gone: list[Withdrawn] = []
    for finding in earlier.findings:
        current = now.get(finding.finding_id)
        if current is not None and current.is_breach >= finding.is_breach:
            continue
        as_it_was = uncorrected.get(finding.finding_id)
        still = as_it_was is not None and as_it_was.is_breach >= finding.is_breach
        rests_on = {*finding.evidence, *finding.cited}
        if not still and rests_on.isdisjoint(entry.fields.get("of") for entry in since):
            continue
        causes = [entry for entry in since if _touches(entry, finding, assessment)] or since
        gone.append(
            Withdrawn(
                finding,
                tuple(entry.entry_id for entry in causes),
                tuple(sorted({entry.by for entry in causes if entry.by})),
                tuple(str(entry.fields["reason"]) for entry in causes if "reason" in entry.fields),
            )
        )
    return tuple(gone)


def _without(assessment: Assessment, since: int) -> dict[str, Finding]:
    """Judge the record as if no correction had been made since an instant."""
    record = assessment.record
    entries = tuple(e for e in record.entries if e.kind not in CORRECTIONS or e.known <= since)
    judged = judge(
        assessment.policy,
        Record(record.child_id, entries, record.incomplete),
        as_of=assessment.as_of_us,
        coverage=assessment.coverage,
    )
    return {finding.finding_id: finding for finding in judged.findings}


def _touches(correction: Entry, finding: Finding, assessment: Assessment) -> bool:
    """Whether a correction changes an entry or an episode that a finding rests on."""
    rests_on = {*finding.evidence, *finding.cited}
    home = {entry.entry_id: entry.episode_id for entry in assessment.record.entries}
    episodes = {finding.episode_id, *finding.episodes, *(home.get(i) for i in rests_on)} - {None}
    touched = {correction.episode_id, correction.fields.get("into")}
    target = correction.fields.get("of")
    if target is not None:
        touched = {home.get(str(target))}
    return target in rests_on or not episodes.isdisjoint(touched)
