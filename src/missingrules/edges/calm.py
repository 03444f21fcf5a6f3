"""The dates that examples are laid on: calm ones, and the ones that are not.

Calm is a Monday in February at ten: winter time before and after, no public holiday for weeks.
Instants are UTC microseconds; clock times are those of the policy's zone.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from missingrules.calendar import DAY_US, HOUR_US, MINUTE_US, parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.calendar import Calendar
    from missingrules.duties import Duty

MINUTE: Final = MINUTE_US
HOUR: Final = HOUR_US
DAY: Final = DAY_US

YEAR: Final = 2024
"""The year of the examples, where the rule is in force then."""
OUT_OF_CALENDAR: Final = (ValueError, OverflowError)
"""What the calendar raises for years that it does not know, such as those of public holidays."""

_REACH: Final = 40
_MORNING: Final = 10
_MONDAYS: Final = 53
_FRIDAY: Final = 4


def at(calendar: Calendar, day: int, hour: int = _MORNING, minute: int = 0) -> int:
    """Give the instant at which the clocks show a time on a date (its ordinal).

    A time that the clocks skip or show twice is taken as so long after midnight.
    """
    date = dt.date.fromordinal(day)
    try:
        return parse_instant(f"{date}T{hour:02}:{minute:02}:00", calendar.zone)
    except ValueError:
        return calendar.midnight(day) + hour * HOUR + minute * MINUTE


def calm(duty: Duty) -> int:
    """Give a calm instant at which this edition of a rule is in force, near the year of examples.

    Where it is in force on no such Monday, any Monday will do, then its first day.
    """
    calendar = duty.calendar
    return next(
        (instant for instant in _candidates(duty) if duty.in_force(instant)),
        duty.since if duty.since is not None else at(calendar, _monday(YEAR)),
    )


def _candidates(duty: Duty) -> Iterator[int]:
    calendar = duty.calendar
    for distance in range(_REACH):
        for year in dict.fromkeys((YEAR + distance, YEAR - distance)):
            yield at(calendar, _monday(year))
    first = duty.since if duty.since is not None else duty.until
    if first is None:
        return
    day = calendar.day(first)
    step = 1 if duty.since is not None else -1
    monday = day - (day - 1) % 7
    for week in range(_MONDAYS):
        yield at(calendar, monday + 7 * step * week)
    for other in range(7):
        yield at(calendar, day + step * other)


def _monday(year: int) -> int:
    """Give the first Monday from 5 February on."""
    fifth = dt.date(year, 2, 5).toordinal()
    return fifth + (1 - fifth) % 7


def clock_changes(calendar: Calendar, near: int) -> dict[str, int]:
    """Find the dates on which the clocks go forward (``spring``) and back (``autumn``).

    They are those of the year after ``near``; a zone that leaves its clocks alone has none.
    """
    found: dict[str, int] = {}
    start = calendar.day(near)
    for day in range(start, start + 366):
        length = calendar.midnight(day + 1) - calendar.midnight(day)
        if length != DAY:
            found.setdefault("spring" if length < DAY else "autumn", day)
    return found


def friday(calendar: Calendar, near: int) -> int:
    """Give the first Friday from a date on that is a working day, before a weekend."""
    day = calendar.day(near)
    while dt.date.fromordinal(day).weekday() != _FRIDAY or not calendar.is_working(day):
        day += 1
    return day


def eve_of_holiday(calendar: Calendar, near: int) -> int | None:
    """Give the last working day before the next public holiday that is no weekend; None for none.

    Looks ahead for a year.
    """
    start = calendar.day(near)
    for day in range(start + 1, start + 366):
        if dt.date.fromordinal(day).weekday() <= _FRIDAY and not calendar.is_working(day):
            eve = day - 1
            while not calendar.is_working(eve):
                eve -= 1
            return eve
    return None


def in_words(calendar: Calendar, us: int) -> str:
    """Write the date and minute that the clocks show: ``Mon 5 Feb 2024, 10:00``."""
    return f"{day_in_words(calendar, us)}, {clock(calendar, us)}"


def day_in_words(calendar: Calendar, us: int) -> str:
    """Write the local date: ``Mon 5 Feb 2024``. English whatever the locale."""
    date = dt.date.fromisoformat(calendar.local(us)[:10])
    return f"{_DAYS[date.weekday()]} {date.day} {_MONTHS[date.month - 1]} {date.year}"


def clock(calendar: Calendar, us: int) -> str:
    """Write the minute that the clocks show: ``10:00``."""
    return calendar.local(us)[11:16]


_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
