"""Runs of counted episodes once more, slowly and in another way.

The kernel walks through moments and slides windows. Here every set of counted episodes is tried,
with nothing but the dates of the standard library. Where the two agree, both read the policy as it
is written.
"""

from __future__ import annotations

import datetime as dt
import itertools
import zoneinfo
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Holds = Callable[[dt.datetime, dt.datetime], bool]

NEVER = dt.datetime.min.replace(tzinfo=dt.UTC)


class Counted(NamedTuple):
    """An episode: its name, the instant that places it, the instant since when it counts."""

    name: str
    placed: dt.datetime
    since: dt.datetime


class Convention(NamedTuple):
    """What a policy states about a window; ``length=None`` looks back for ever."""

    length: int | None
    unit: str
    inclusive: bool
    zone: str = "UTC"

    def holds(self, first: dt.datetime, last: dt.datetime) -> bool:
        """Whether two instants lie in one window."""
        if self.length is None:
            return True
        if self.unit == "hours":
            apart, longest = last - first, dt.timedelta(hours=self.length)
            return apart <= longest if self.inclusive else apart < longest
        zone = zoneinfo.ZoneInfo(self.zone)
        dates = (last.astimezone(zone).date() - first.astimezone(zone).date()).days
        return dates <= self.length if self.inclusive else dates < self.length


@dataclass
class Run:
    """A run of episodes that owes one action."""

    opened: dt.datetime
    due: dt.datetime
    episodes: frozenset[str]
    further: list[str] = field(default_factory=list)
    done: dt.datetime | None = None

    def outcome(self, as_of: dt.datetime) -> str:
        """How it stands."""
        if self.done is not None:
            return "fulfilled" if self.done <= self.due else "fulfilled_late"
        return "pending" if as_of <= self.due else "breached"


def runs(  # noqa: PLR0913 - what a policy states about a count
    episodes: Iterable[Counted],
    actions: Sequence[dt.datetime],
    *,
    number: int,
    holds: Holds,
    allowed: dt.timedelta,
    afresh: bool = False,
) -> list[Run]:
    """Give every run of episodes, with what became of it.

    ``afresh``: an action uses up what counted before it, even if nothing had called for it.
    """
    made: list[Run] = []
    used: set[str] = set()
    going: Run | None = None
    everything = sorted(episodes, key=lambda episode: episode.since)
    for now in sorted({*(episode.since for episode in everything), *actions}):
        new = [e for e in everything if e.since == now]
        if new:
            free = [e for e in everything if e.since <= now and e.name not in used]
            together = fullest(free, new, number, holds)
            if together is not None:
                # What counts late may fill a window whose run was thought to be over.
                waiting = [r for r in made if r.done is None and r.episodes <= together]
                going = going or (waiting[-1] if waiting else None)
                if going is None:
                    going = Run(now, now + allowed, together)
                    made.append(going)
                else:
                    going.further += [e.name for e in new]
            elif max(e.placed for e in new) >= latest(everything, now):
                going = None
        if now in actions:
            waiting = [r for r in made if r.done is None]
            in_time = [r for r in waiting if now <= r.due]
            answered = in_time or sorted(waiting, key=lambda r: r.due)[-1:]
            for run in answered:
                run.done = now
            if answered or afresh:
                used |= {e.name for e in everything if e.since <= now}
                going = None
    return made


def latest(episodes: Iterable[Counted], now: dt.datetime) -> dt.datetime:
    """Give the latest place of an episode that counted before."""
    return max((e.placed for e in episodes if e.since < now), default=NEVER)


def fullest(
    free: Sequence[Counted], new: Sequence[Counted], number: int, holds: Holds
) -> frozenset[str] | None:
    """Try every set of episodes with a new one in it.

    Give the largest that fits into a window, the latest of equals; None if none is large enough.
    """
    best: tuple[int, dt.datetime, frozenset[str]] | None = None
    for size in range(number, len(free) + 1):
        for chosen in itertools.combinations(free, size):
            first, last = min(e.placed for e in chosen), max(e.placed for e in chosen)
            if set(new).isdisjoint(chosen) or not holds(first, last):
                continue
            if best is None or (size, last) > best[:2]:
                best = (size, last, frozenset(e.name for e in chosen))
    return None if best is None else best[2]
