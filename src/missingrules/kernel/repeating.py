"""Duties that come again and again while a child is away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from missingrules import finding as outcomes
from missingrules.calendar import Elapsed
from missingrules.duties import OnEntry
from missingrules.finding import Finding, merged_ids
from missingrules.kernel.asking import accepts
from missingrules.terms import MAYBE, YES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missingrules.calendar import Duration
    from missingrules.duties import Duty
    from missingrules.entry import Entry
    from missingrules.kernel.actions import Actions
    from missingrules.kernel.episode import Episode
    from missingrules.kernel.noted import Pulse


_BEAT, _DONE, _DECIDED = range(3)


@dataclass(slots=True)
class _Slot:
    duty: Duty
    anchor: str
    start: int
    due: int
    last: int
    interval: Duration
    cited: list[str]
    first_due: int
    missed: int = 0


class Repeating:
    """A duty that comes again and again while a child is away."""

    def __init__(
        self, actions: Actions, episode: Episode, leg: int, pulses: Sequence[tuple[Duty, Pulse]]
    ) -> None:
        """Take what the walk noted of one rule in one time away."""
        self.walk = walk = actions.walk
        self.actions = actions
        self.pulses = pulses
        self.found: list[Finding] = []
        self.slot: _Slot | None = None
        self.duty = pulses[0][0]  # the edition in force, by which the next interval is judged
        self.episode = episode
        self.leg = episode.legs[leg]
        actions.repeated.add(self.episode)
        self.begin = self.leg.start
        trigger = pulses[0][0].every
        if trigger is not None and trigger.first_after is not None:
            calendar = walk.policy.calendar
            self.begin = calendar.reached(self.begin, trigger.first_after, strict=False)
        self.end = self.leg.end(pulses[0][0].ends)
        self.ended_by: tuple[str, ...] = ()
        self.maybe: tuple[Duty, Pulse, int] | None = None
        self.rested: list[str] = []
        for duty, _ in pulses:
            self.release(duty)

    def findings(self) -> list[Finding]:
        """Give one finding for each stretch between two times that it was done."""
        until = self.walk.as_of if self.end is None else min(self.end, self.walk.as_of)
        for at, phase, _, item in self.events(until):
            self.miss(at)
            if phase == _BEAT:
                self.turn(item, at)
            elif phase == _DONE:
                self.done(item)
            else:
                self.decide(item)
        if self.begin > self.walk.as_of and self.end is None:
            self.walk.wakeups.append(self.begin)
        self.miss(until)
        self.close(until)
        if self.maybe is not None and not self.found:
            duty, pulse, at = self.maybe
            slot = self.make(duty, pulse, at)
            slot.cited = [i for _, each in self.pulses for i in each.cited]  # it was never sure
            self.found.append(self.finding(slot, outcomes.INDETERMINATE, None, pulse.unknown))
        return self.found

    def events(self, until: int) -> list[tuple[int, int, int, Any]]:
        """Order what bears on the duty from its beginning on: how it stands, what was done."""
        beats = [(pulse.at, duty, pulse) for duty, pulse in self.pulses]
        early = [beat for beat in beats if beat[0] <= self.begin]
        beats = [(self.begin, *early[-1][1:])] if early else []
        beats += [(p.at, duty, p) for duty, p in self.pulses if p.at > self.begin]
        done = self.actions.about(self.episode)
        decided = [entry for entry in self.actions.decisions if self.about(entry)]
        events: list[tuple[int, int, int, Any]] = [
            *((at, _BEAT, n, (duty, pulse)) for n, (at, duty, pulse) in enumerate(beats)),
            *((entry.at, _DONE, n, entry) for n, entry in enumerate(done)),
            *((entry.known, _DECIDED, n, entry) for n, entry in enumerate(decided)),
        ]
        events.sort()  # no two are alike in the first three
        return [event for event in events if self.begin <= event[0] <= until]

    def release(self, duty: Duty) -> None:
        """Let an entry that the rule's ``unless`` names end the duty for this time away."""
        for form in duty.unless:
            if not isinstance(form, OnEntry):
                continue
            for kind in form.kinds:
                for entry in self.walk.by_kind.get(kind, ()):
                    if (
                        entry.at >= self.leg.start
                        and self.about(entry)
                        and (self.end is None or entry.at < self.end)
                        and accepts(self.walk, duty.rule, form.kinds, entry) == YES
                    ):
                        self.end, self.ended_by = entry.at, (entry.entry_id,)

    def about(self, entry: Entry) -> bool:
        """Whether an entry is about this episode, or about the child."""
        other = self.walk.by_entry.get(entry.entry_id)
        return other is None or other is self.episode

    def make(self, duty: Duty, pulse: Pulse, at: int) -> _Slot:
        """Begin an interval."""
        end = duty.calendar.deadline(at, pulse.interval)
        return _Slot(
            duty=duty,
            anchor=self.leg.report.entry_id,
            start=at,
            due=end.due,
            last=end.last,
            interval=pulse.interval,
            cited=list(pulse.cited),
            first_due=end.due,
        )

    def turn(self, beat: tuple[Duty, Pulse], at: int) -> None:
        """Take up what a moment changed: whether the duty applies, and how often."""
        duty, pulse = beat
        self.duty = duty
        if pulse.truth != YES:
            if pulse.truth == MAYBE and self.maybe is None:
                self.maybe = (duty, pulse, at)
            if self.slot is not None:
                self.slot.cited += pulse.cited
            self.rested += pulse.cited
            self.close(at)
            return
        if self.slot is None:
            if self.end is None or at < self.end:
                self.slot = self.make(duty, pulse, at)
                self.slot.cited += self.rested  # by which it did not begin before
            return
        self.slot.cited += pulse.cited
        if pulse.interval != self.slot.interval:
            end = duty.calendar.deadline(at, pulse.interval)
            if end.last < self.slot.last:
                if not self.slot.missed:
                    self.slot.first_due = end.due
                self.slot.due, self.slot.last = end.due, end.last
            self.slot.interval = pulse.interval

    def miss(self, now: int) -> None:
        """Count the intervals that passed without the action before ``now``.

        What the source of the log no longer shows is not counted.
        """
        slot = self.slot
        if slot is not None and self.walk.limited:
            spans = [self.walk.coverage.span(kind) for kind in slot.duty.kinds]
            ends = [span[1] for span in spans if span is not None and span[1] is not None]
            now = min([now, *ends])
        while slot is not None and slot.last < now:
            steps = 1
            interval = slot.interval
            if isinstance(interval, Elapsed):
                steps = max(1, (now - 1 - slot.last) // interval.us + 1)
                slot.due += interval.us * steps
                slot.last = slot.due
            else:
                end = slot.duty.calendar.deadline(slot.last, interval)
                slot.due, slot.last = end.due, end.last
            slot.missed += steps

    def done(self, entry: Entry) -> None:
        """End the interval with the action, which begins the next."""
        if self.slot is not None:
            late = self.slot.missed > 0
            self.answer(entry, entry.at, outcomes.FULFILLED_LATE if late else outcomes.FULFILLED)

    def decide(self, entry: Entry) -> None:
        """End the interval with a valid decision that the action is not required."""
        slot = self.slot
        if (
            slot is not None
            and not slot.missed
            and entry.at >= slot.start
            and self.actions.may_decide(slot.duty, entry)
        ):
            self.actions.decided.add(entry.entry_id)
            self.answer(entry, entry.known, outcomes.DECIDED)

    def answer(self, entry: Entry, at: int, outcome: str) -> None:
        """Close the interval with an entry, and begin the next there."""
        slot = self.slot
        assert slot is not None  # noqa: S101 - the callers looked
        self.found.append(self.finding(slot, outcome, entry, done_at=at))
        end = self.duty.calendar.deadline(at, slot.interval)
        # A decision counts only in an interval that runs: what began it is why the next begins.
        before = [slot.anchor] if outcome == outcomes.DECIDED else []
        self.slot = _Slot(
            duty=self.duty,
            anchor=entry.entry_id,
            start=at,
            due=end.due,
            last=end.last,
            interval=slot.interval,
            cited=[*slot.cited, *before],
            first_due=end.due,
        )

    def close(self, at: int) -> None:
        """End the running interval: with the episode, with the duty, or at ``as_of``."""
        slot = self.slot
        if slot is None:
            return
        self.slot = None
        if slot.missed:
            self.found.append(self.finding(slot, outcomes.BREACHED, None))
        elif (self.end is not None and self.end <= at) or at < self.walk.as_of:
            self.found.append(self.finding(slot, outcomes.NOT_APPLICABLE, None))
        else:
            self.found.append(self.finding(slot, outcomes.PENDING, None))
        if self.end is None and at == self.walk.as_of:
            self.walk.wakeups.append(slot.last + 1)

    def doubtful(self, slot: _Slot, end: int) -> tuple[str, ...]:
        """Entries that may be the action, if with them no interval would be missed."""
        entries = sorted(
            (entry.at, entry.entry_id)
            for entry in self.actions.doubtful
            if slot.start <= entry.at <= end and self.about(entry)
        )
        start = slot.start
        for at in (*(at for at, _ in entries), end):
            if slot.duty.calendar.deadline(start, slot.interval).last < at:
                return ()
            start = at
        return tuple(entry_id for _, entry_id in entries)

    def finding(
        self,
        slot: _Slot,
        outcome: str,
        entry: Entry | None,
        unknown: tuple[str, ...] = (),
        done_at: int | None = None,
    ) -> Finding:
        """Say how an interval ended."""
        walk = self.walk
        end = done_at
        if end is None:
            end = walk.as_of if self.end is None else min(self.end, walk.as_of)
        doubtful = self.doubtful(slot, end) if slot.missed else ()
        if doubtful:
            outcome = outcomes.INDETERMINATE
            unknown = ("whether an entry on record is the answer",)
        until = min(slot.first_due, walk.as_of)
        uncertain = (outcomes.BREACHED, outcomes.PENDING, outcomes.FULFILLED_LATE)
        if outcome in uncertain and not (
            all(walk.holds(kind, slot.start, until) for kind in slot.duty.kinds)
            and (
                self.end is not None or walk.shows_end(slot.duty.ends or "open", slot.start, until)
            )
        ):
            outcome = outcomes.NOT_OBSERVABLE
        return Finding(
            duty=slot.duty,
            child_id=walk.child_id,
            episode_id=self.episode.episode_id,
            outcome=outcome,
            anchor=slot.anchor,
            slot=slot.start,
            opened_us=slot.start,
            known_us=max(slot.start, walk.known_by_id.get(slot.anchor, slot.start)),
            due_us=slot.first_due,
            done_us=done_at,
            answer=None if entry is None else entry.entry_id,
            evidence=(slot.anchor,),
            cited=merged_ids(
                slot.cited,
                () if entry is None else (entry.entry_id,),
                self.ended_by,
                self.episode.frame(self.leg),
                doubtful,
            ),
            missed=slot.missed,
            unknown=unknown,
            incomplete_record=walk.incomplete,
            as_of_us=walk.as_of,
        )
