"""Edges: instants at which a duration is just reached, not quite reached, or just over.

A deadline, a window, an interval, a time of grace: wherever a policy has a duration, what happens a
microsecond to either side of its end can change a verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from missingrules.calendar import DAY_US, HOUR_US, MINUTE_US, Days, Elapsed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missingrules.calendar import Calendar, Duration

_UNITS = {"m": MINUTE_US, "h": HOUR_US, "d": DAY_US}
_NUDGES = (0, 1, -1)


class Edge(NamedTuple):
    """One edge of a duration, and microseconds to one side of it.

    Dates have two edges: the midnight that ends the last one (``ends``), and that which begins it.
    """

    length: Duration
    ends: bool
    nudge: int

    def after(self, start: int, calendar: Calendar) -> int:
        """Give the instant (UTC microseconds) on this edge of the duration from ``start``."""
        if isinstance(self.length, Elapsed):
            return start + self.length.us + self.nudge
        if self.ends:
            return calendar.deadline(start, self.length).due + self.nudge
        return calendar.reached(start, self.length, strict=False) + self.nudge

    def before(self, start: int, calendar: Calendar) -> int:
        """Give the instant from which the duration reaches to ``start``; working days as days."""
        if isinstance(self.length, Elapsed):
            return start - self.length.us - self.nudge
        first = calendar.day(start) - self.length.count
        return calendar.midnight(first + self.ends) - self.nudge


Offset: TypeAlias = int | Edge
"""How far from a start: microseconds, or an edge."""


def moved(start: int, offset: Offset, calendar: Calendar) -> int:
    """Give the instant so far after ``start``."""
    return offset.after(start, calendar) if isinstance(offset, Edge) else start + offset


def edges(lengths: Iterable[Duration]) -> tuple[Edge, ...]:
    """List the edges of durations, the shortest duration first."""
    return tuple(
        Edge(length, ends, nudge)
        for length in sorted(set(lengths), key=_rough)
        for ends in ((True,) if isinstance(length, Elapsed) else (True, False))
        for nudge in _NUDGES
    )


def spans(text: str) -> tuple[int, ...]:
    """Read lengths in microseconds: ``2h`` is two hours, ``2h+`` a microsecond more."""
    found = []
    for word in text.split():
        number, unit = word.rstrip("+-")[:-1], word.rstrip("+-")[-1]
        found.append(int(number) * _UNITS[unit] + word.endswith("+") - word.endswith("-"))
    return tuple(found)


def _rough(length: Duration) -> tuple[int, str]:
    if isinstance(length, Elapsed):
        return length.us, ""
    working = 0 if isinstance(length, Days) else 1
    return length.count * DAY_US + working, type(length).__name__
