"""When a child is away: spells of episodes close together, in the years in which it goes missing.

The gaps are drawn first and then fitted into what is left of the year, so that a child with a
handful of episodes has them within weeks, one with sixty has them all the year round, and none is
reported missing before it is back from the time before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from missingrules.synth.chance import curve, weighted
from missingrules.synth.child import DAY, HOUR, MINUTE
from missingrules.synth.habits import FREQUENCY, YEAR_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.synth.child import Child

_HOW_OFTEN: Final = weighted(*((share, (low, high)) for share, low, high in FREQUENCY))
_SAME_SPELL: Final = 0.8
_GAP: Final = curve((0, DAY // 2), (0.3, 3 * DAY), (0.6, 10 * DAY), (0.85, 30 * DAY), (1, 60 * DAY))
_PAUSE: Final = curve((0, 40 * DAY), (0.7, 120 * DAY), (1, 240 * DAY))
# The hours in which children are reported: few before noon, most in the evening.
_TIME_OF_DAY: Final = curve(
    (0, 0),
    (0.12, 2 * HOUR),
    (0.16, 7 * HOUR),
    (0.26, 12 * HOUR),
    (0.46, 17 * HOUR),
    (0.93, 23 * HOUR),
    (1, DAY),
)
_ROOM: Final = 6 * HOUR  # for each episode, so that moving a report to its hour never runs over


class Absence(NamedTuple):
    """A time away: when it was reported, when the child was back, and the same of a reopening."""

    report: int
    back: int
    again: tuple[int, int] | None = None

    @property
    def over(self) -> int:
        """When the child is back for good."""
        return self.back if self.again is None else self.again[1]


def absences(child: Child) -> Iterator[Absence]:
    """Draw the times away of a child, in order."""
    chance, habits = child.chance, child.habits
    year = child.force.begin + _first_year(child) * YEAR_DAYS * DAY
    free = year
    while year < child.force.end:
        low, high = chance.pick(_HOW_OFTEN)
        for absence in _of_a_year(child, chance.whole(low, high), free, year + YEAR_DAYS * DAY):
            free = absence.over + HOUR
            yield absence
        year += YEAR_DAYS * DAY
        free = max(free, year)
        if not chance.share(habits.again_next_year):
            return


def _first_year(child: Child) -> int:
    """Draw the first year of a child, counted from 0.

    In each year but the first, some of the children are those of the year before: so that every
    year has about as many, fewer begin in it.
    """
    new = 1 - child.habits.again_next_year
    drawn = child.random() * (1 + new * (child.habits.years - 1))
    return 0 if drawn < 1 else min(1 + int((drawn - 1) / new), child.habits.years - 1)


def _of_a_year(child: Child, count: int, free: int, end: int) -> Iterator[Absence]:
    chance = child.chance
    longest = YEAR_DAYS * DAY // (2 * count)  # else the year would be too short for the many
    times = [_away(child, longest) for _ in range(count)]
    gaps = [chance.along(_GAP if chance.share(_SAME_SPELL) else _PAUSE) for _ in range(count - 1)]
    fixed = sum(away + more for away, _, more in times[:-1]) + count * _ROOM
    left = end - DAY - free - fixed
    wanted = sum(gaps)
    if wanted > left:
        gaps = [gap * left // wanted for gap in gaps]
        wanted = sum(gaps)
    at = free + chance.whole(0, left - wanted)
    earliest = free
    for (away, pause, more), gap in zip(times, [*gaps, 0], strict=True):
        report = at - at % DAY + chance.along(_TIME_OF_DAY)
        if report < earliest:
            report = earliest + chance.whole(20 * MINUTE, 4 * HOUR)
        back = report + away
        again = (back + pause, back + more) if more else None
        yield Absence(report, back, again)
        earliest = back + more
        at += away + more + gap + _ROOM


def _away(child: Child, longest: int) -> tuple[int, int, int]:
    """Draw seconds away, then until a second report, and until the return from that one."""
    away = min(child.chance.along(child.force.away), longest)
    if not child.chance.share(child.habits.reopened):
        return away, 0, 0
    pause = child.chance.whole(HOUR, 10 * HOUR)
    return away, pause, pause + child.chance.whole(HOUR, 8 * HOUR)
