"""The life of an obligation: from the moment it arises to what became of it.

The order is always the same: what arises at a moment comes before what is done at that moment, and
what is done before the end of the episode.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from missingrules import finding as outcomes
from missingrules.calendar import Elapsed
from missingrules.duties import Forbidden, Measured
from missingrules.finding import Finding, merged_ids
from missingrules.terms import MAYBE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missingrules.duties import Duty
    from missingrules.entry import Entry
    from missingrules.kernel.episode import Episode
    from missingrules.kernel.walk import Walk

_AT_ONCE: Final = {Measured: outcomes.NOTED, Forbidden: outcomes.BREACHED}
"""What duties come to of which nothing is owed."""


@dataclass(slots=True, eq=False)
class Obligation:
    """One duty that arose, and how it stands."""

    duty: Duty
    episode: Episode | None
    leg: int
    opened: int
    known: int
    anchor: str
    truth: int
    due: int | None
    last: int | None
    accept_from: int
    evidence: list[str]
    cited: dict[str, None]
    """Ids of what it rests on, in order of first mention; :meth:`cite` adds to them."""
    unknown: list[str]
    done: Entry | None = None
    done_at: int | None = None
    decided: bool = False
    release: int | None = None
    end: int | None = None
    doubtful: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    episodes: tuple[str, ...] = ()
    episodes_since: int = 0
    masked_by: tuple[str, ...] = ()
    history_truncated: bool = False
    window_ids: frozenset[str] = frozenset()
    slot: int = 0

    def cite(self, ids: Iterable[str]) -> None:
        """Let it rest on these entries too.

        Each is kept once: obligations take over from one another what they rest on.
        """
        for each in ids:
            self.cited[each] = None

    def cite_end_of(self, before: Obligation) -> None:
        """Let it rest on what closed the one before, which is why this is another one."""
        self.cite(before.cited if before.done is None else (before.done.entry_id,))

    def open_at(self, instant: int) -> bool:
        """Whether it is still unanswered and has neither been released nor ended."""
        if self.done is not None or (self.release is not None and self.release < instant):
            return False
        if self.end is None or self.end >= instant:
            return True
        return self.last is not None and self.last < self.end

    def was_open_at(self, instant: int) -> bool:
        """Whether it was so then, before what was done at that moment or later."""
        return self.open_at(instant) or (self.done_at is not None and self.done_at >= instant)

    def in_time(self, instant: int) -> bool:
        """Whether the instant is within the time allowed."""
        return self.last is None or instant <= self.last


def answer(obligations: Iterable[Obligation], entry: Entry) -> list[Obligation]:
    """Let an action answer all that is open and in time, else the latest overdue one.

    What another action of the same moment answered is open until the moment is over: an action that
    was entered twice answers no more than once.
    """
    waiting = [
        o
        for o in obligations
        if o.accept_from <= entry.at
        and (o.open_at(entry.at) or (o.done_at == entry.at and not o.decided))
    ]
    chosen = [o for o in waiting if o.in_time(entry.at)]
    if not chosen and waiting:
        chosen = [max(waiting, key=lambda o: (o.last or 0, o.opened, o.anchor))]
    for obligation in chosen:
        if obligation.done is None:
            obligation.done, obligation.done_at = entry, entry.at
    return chosen


def deadline(duty: Duty, start: int) -> tuple[int | None, int | None]:
    """When the time allowed ends, and the last instant in time (None: no time is stated)."""
    within = duty.within
    if within is None:
        return None, None
    if isinstance(within, Elapsed):
        return start + within.us, start + within.us
    return duty.calendar.deadline(start, within)


def finish(walk: Walk, obligation: Obligation) -> Finding:
    """Say how an obligation stands at ``as_of``; what answered it is cited last."""
    outcome = _outcome(walk, obligation)
    episode, done = obligation.episode, obligation.done
    if done is not None:
        obligation.cite((done.entry_id,))
        home = walk.by_entry.get(done.entry_id)
        if home is not None and home is not episode:
            obligation.cite(home.frame(None))
    obligation.cite(obligation.doubtful)
    return Finding(
        duty=obligation.duty,
        child_id=walk.child_id,
        episode_id=None if episode is None else episode.episode_id,
        outcome=outcome,
        anchor=obligation.anchor,
        slot=obligation.slot,
        opened_us=obligation.opened,
        known_us=obligation.known,
        due_us=obligation.due,
        done_us=obligation.done_at,
        answer=None if done is None else done.entry_id,
        evidence=tuple(dict.fromkeys(obligation.evidence)),
        cited=tuple(obligation.cited),
        episodes=obligation.episodes,
        episodes_since=obligation.episodes_since,
        masked=bool(obligation.masked_by),
        masked_by=obligation.masked_by,
        unknown=_unknown(walk, obligation) if outcome == outcomes.INDETERMINATE else (),
        history_truncated=obligation.history_truncated,
        incomplete_record=walk.incomplete,
        as_of_us=walk.as_of,
    )


def _unknown(walk: Walk, obligation: Obligation) -> tuple[str, ...]:
    """What would have to be known to tell how it stands."""
    unknown = [*obligation.unknown, *obligation.unsure]
    if obligation.doubtful:
        unknown.append("whether an entry on record is the answer")
    if not _shows_report(walk, obligation):
        unknown.append("the report of the episode")
    return merged_ids(unknown)


def _outcome(walk: Walk, obligation: Obligation) -> str:  # noqa: C901, PLR0911 - each case
    as_of, last = walk.as_of, obligation.last
    at_once = _AT_ONCE.get(type(obligation.duty.effect))
    if at_once is not None:
        return outcomes.INDETERMINATE if obligation.truth == MAYBE else at_once
    if obligation.done_at is not None:
        if obligation.decided:
            return outcomes.DECIDED
        if obligation.in_time(obligation.done_at):
            return outcomes.FULFILLED
        if not _shows_end(walk, obligation):
            return outcomes.NOT_OBSERVABLE
        return outcomes.INDETERMINATE if obligation.truth == MAYBE else outcomes.FULFILLED_LATE
    if obligation.release is not None:
        return outcomes.NOT_APPLICABLE
    end = obligation.end
    if end is not None and end <= as_of and (last is None or end <= last):
        return outcomes.NOT_APPLICABLE
    if obligation.truth == MAYBE or obligation.doubtful or obligation.unsure:
        return outcomes.INDETERMINATE
    if not _shows_end(walk, obligation):
        return outcomes.NOT_OBSERVABLE
    if not _shows_report(walk, obligation):
        return outcomes.INDETERMINATE
    until = as_of if last is None else min(last, as_of)
    if not all(walk.holds(kind, obligation.opened, until) for kind in obligation.duty.kinds):
        return outcomes.NOT_OBSERVABLE
    if last is None or as_of <= last:
        return outcomes.PENDING
    return outcomes.BREACHED


def _shows_end(walk: Walk, obligation: Obligation) -> bool:
    """Whether the source would show that the episode, and the duty with it, ended in time."""
    ends, last = obligation.duty.ends, obligation.last
    if ends is None or obligation.end is not None:
        return True
    until = walk.as_of if last is None else min(last, walk.as_of)
    return walk.shows_end(ends, obligation.opened, until)


def _shows_report(walk: Walk, obligation: Obligation) -> bool:
    """Whether the episode's report is known; without one it may lie before the log begins."""
    episode = obligation.episode
    duty = obligation.duty
    if episode is None or episode.legs or (duty.after_trigger and duty.ends is None):
        return True
    span = walk.coverage.span("reported")
    return span is not None and span[0] is None
