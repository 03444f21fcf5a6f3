"""How far apart the instants of an example lie: windows, lengths of time, and their edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules import terms
from missingrules.calendar import Days, Elapsed
from missingrules.edges.calm import DAY, MINUTE, at, clock
from missingrules.wording import many

if TYPE_CHECKING:
    from missingrules.calendar import Calendar, Duration
    from missingrules.window import Window

_WEEK: Final = 7
_HOUR: Final = 60
_FARTHEST: Final = 60_000
_MOST_TESTED: Final = 2_000


def back(calendar: Calendar, instant: int, days: int) -> int:
    """Give the instant so many local dates earlier at which the clocks show the same time."""
    shown = clock(calendar, instant)
    return at(calendar, calendar.day(instant) - days, int(shown[:2]), int(shown[3:]))


def full(instant: int) -> int:
    """Give the first whole minute from an instant on; people look at no microseconds."""
    return -(-instant // MINUTE) * MINUTE


def edge(window: Window) -> int:
    """Give the largest distance inside a window: local dates for days, else whole minutes.

    0 for a window that looks back for ever.
    """
    span = window.span
    if span is None:
        return 0
    return span if isinstance(window.length, Days) else span // MINUTE


def before(window: Window, end: int, distance: int) -> int:
    """Give the instant that lies a distance (as in :func:`edge`) before the end of a window."""
    if isinstance(window.length, Days):
        return back(window.calendar, end, distance)
    return end - distance * MINUTE


def far(window: Window, distance: int) -> str:
    """Write a distance (as in :func:`edge`) in words."""
    if isinstance(window.length, Days):
        return "on the same date" if distance == 0 else f"{many(distance, 'local date')} after"
    return f"{length(distance)} after"


def length(minutes: int) -> str:
    """Write a number of minutes: ``48 hours``, ``47 hours and 59 minutes``."""
    hours, rest = divmod(minutes, 60)
    parts = [many(hours, "hour")] if hours else []
    if rest or not hours:
        parts.append(many(rest, "minute"))
    return " and ".join(parts)


def near(window: Window | None, end: int, number: int, calendar: Calendar) -> list[int]:
    """Place so many episodes before an instant, well inside a window: a week apart where they fit.

    The earliest first.
    """
    if number <= 0:
        return []
    if window is None or window.span is None:
        return [back(calendar, end, _WEEK * step) for step in range(number, 0, -1)]
    if isinstance(window.length, Days) and edge(window) >= number:
        apart = min(_WEEK, max(1, (edge(window) - 1) // number))
        return [back(calendar, end, apart * step) for step in range(number, 0, -1)]
    if isinstance(window.length, Days):
        return [end - step * MINUTE for step in range(number, 0, -1)]
    limit = edge(window)
    for apart in (_WEEK, 1):
        if limit > apart * number * (DAY // MINUTE):
            return [back(calendar, end, apart * step) for step in range(number, 0, -1)]
    apart = min(_HOUR, limit // number)
    return [end - apart * step * MINUTE for step in range(number, 0, -1)]


def start_of(calendar: Calendar, instant: int, duration: Duration) -> int:
    """Give the latest start from which something has lasted so long, and no longer, at an instant.

    The clocks show the same time at both where the duration is in days.
    """
    if isinstance(duration, Elapsed):
        return instant - duration.us
    if isinstance(duration, Days):
        return back(calendar, instant, duration.count)
    today = calendar.day(instant)
    for days in range(duration.count, _FARTHEST):
        start = back(calendar, instant, days)
        if calendar.day(calendar.reached(start, duration, strict=False)) <= today:
            return start
        if days > duration.count + _MOST_TESTED:
            break
    return instant


def a_bit(duration: Duration) -> int:
    """Give the smallest step that people speak of: a minute, or for dates a day."""
    return MINUTE if isinstance(duration, Elapsed) else DAY


def compared(calendar: Calendar, start: int, duration: Duration, instant: int) -> int:
    """Compare how long something has lasted with a limit, in the codes of conditions."""
    if instant >= calendar.reached(start, duration, strict=True):
        return terms.ABOVE
    return terms.AT if instant >= calendar.reached(start, duration, strict=False) else terms.BELOW
