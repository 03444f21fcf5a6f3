"""Runs of counted episodes once more, slowly and in another way.

The kernel walks through moments and slides windows. Here every set of counted episodes is tried,
with nothing but the dates of the standard library and a list of bank holidays typed by hand. Where
the two agree, both read the policy as it is written. Instants are in UTC.
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

HOLIDAYS = frozenset(
    dt.date.fromisoformat(f"{year}-{day}")
    for year, days in {
        2023: "01-02 04-07 04-10 05-01 05-08 05-29 08-28 12-25 12-26",
        2024: "01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26",
        2025: "01-01 04-18 04-21 05-05 05-26 08-25 12-25 12-26",
        2026: "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
        2027: "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    }.items()
    for day in days.split()
)
"""The bank holidays of England in these years."""


class Counted(NamedTuple):
    """An episode: its name, the instant that places it, the instant since when it counts.

    And since when that is known, and since when it is known to be void.
    """

    name: str
    placed: dt.datetime
    since: dt.datetime
    known: dt.datetime = NEVER
    voided: dt.datetime | None = None

    def stands(self, as_of: dt.datetime) -> bool:
        """Whether it is on the record at an instant."""
        return self.known <= as_of and (self.voided is None or as_of < self.voided)


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
            apart = last.astimezone(dt.UTC) - first.astimezone(dt.UTC)
            longest = dt.timedelta(hours=self.length)
            return apart <= longest if self.inclusive else apart < longest
        zone = zoneinfo.ZoneInfo(self.zone)
        dates = (last.astimezone(zone).date() - first.astimezone(zone).date()).days
        return dates <= self.length if self.inclusive else dates < self.length


class Dates(NamedTuple):
    """So many local dates to do something in, or so many that are working days in England."""

    number: int
    working: bool
    zone: str

    def end(self, opened: dt.datetime) -> dt.datetime:
        """Count from the next date; give the midnight with which the last one is over."""
        zone = zoneinfo.ZoneInfo(self.zone)
        date = opened.astimezone(zone).date()
        left = self.number
        while left:
            date += dt.timedelta(days=1)
            if not self.working or (date.isoweekday() <= 5 and date not in HOLIDAYS):
                left -= 1
        over = dt.datetime.combine(date + dt.timedelta(days=1), dt.time(), zone)
        return over.astimezone(dt.UTC)


@dataclass
class Run:
    """A run of episodes that owes one action."""

    opened: dt.datetime
    allowed: dt.timedelta | Dates
    episodes: frozenset[str]
    further: list[str] = field(default_factory=list)
    done: dt.datetime | None = None

    @property
    def due(self) -> dt.datetime:
        """The last instant in time; for dates the first one that is too late."""
        if isinstance(self.allowed, Dates):
            return self.allowed.end(self.opened)
        return self.opened + self.allowed

    def in_time(self, instant: dt.datetime) -> bool:
        """Whether the time allowed is not over."""
        return instant < self.due if isinstance(self.allowed, Dates) else instant <= self.due

    def outcome(self, as_of: dt.datetime) -> str:
        """How it stands."""
        if self.done is not None:
            return "fulfilled" if self.in_time(self.done) else "fulfilled_late"
        return "pending" if self.in_time(as_of) else "breached"


def runs(  # noqa: PLR0913 - what a policy states about a count
    episodes: Iterable[Counted],
    actions: Sequence[dt.datetime],
    *,
    number: int,
    holds: Holds,
    allowed: dt.timedelta | Dates,
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
                    going = Run(now, allowed, together)
                    made.append(going)
                else:
                    going.further += [e.name for e in new]
            elif max(e.placed for e in new) > latest(everything, now):
                going = None
        if now in actions:
            waiting = [r for r in made if r.done is None]
            in_time = [r for r in waiting if r.in_time(now)]
            answered = in_time or sorted(waiting, key=lambda r: r.opened)[-1:]
            for run in answered:
                run.done = now
            if answered or afresh:
                used |= {e.name for e in everything if e.since <= now}
                going = None
    return made


def reached(episodes: Iterable[Counted], *, number: int, holds: Holds) -> dt.datetime | None:
    """Give the first instant at which so many lie in one window; None if they never do."""
    return min(
        (
            max(e.since for e in chosen)
            for chosen in itertools.combinations(episodes, number)
            if holds(min(e.placed for e in chosen), max(e.placed for e in chosen))
        ),
        default=None,
    )


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
