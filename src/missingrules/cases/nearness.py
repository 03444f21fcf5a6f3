"""How near a time came to the end of a duration: just short of it, at it, or just past it.

"Just" is as fine as the duration itself. For minutes and hours it is one minute, and "at" is the
instant. For days and working days it is one local date: "at" is any time of the date on which the
duration is reached, "just short" the date before, "just past" the next date that counts further.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from missingrules.calendar import MINUTE_US, Elapsed

if TYPE_CHECKING:
    from missingrules.calendar import Calendar, Duration

Side = Literal["short", "at", "past"]

SIDES: Final[tuple[Side, ...]] = ("short", "at", "past")

JUST_US: Final = MINUTE_US


def beside(calendar: Calendar, start: int, duration: Duration, instant: int) -> Side | None:
    """Say on which side of a duration that begins at ``start`` an instant lies, if it is near."""
    if isinstance(duration, Elapsed):
        return apart(instant - start - duration.us, JUST_US)
    day = calendar.day(instant)
    if day == calendar.day(calendar.reached(start, duration, strict=True)):
        return "past"
    return (
        "at"
        if (off := day - calendar.day(calendar.reached(start, duration, strict=False))) == 0
        else ("short" if off == -1 else None)
    )


def by_deadline(calendar: Calendar, due: int, duration: Duration, instant: int) -> Side | None:
    """Say on which side of a deadline an instant lies; ``due`` is as findings have it.

    The next date is past a deadline in working days, even if it is none.
    """
    if isinstance(duration, Elapsed):
        return apart(instant - due, JUST_US)
    return apart(calendar.day(instant) - calendar.day(due - 1), 1)


def apart(difference: int, just: int) -> Side | None:
    """Say on which side of a limit something is that is so far from it."""
    if difference == 0:
        return "at"
    if -just <= difference < 0:
        return "short"
    return "past" if 0 < difference <= just else None
