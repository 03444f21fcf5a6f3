"""Instants that love edges: midnights, changes of the clocks, leap days, ends of durations."""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from missingrules.calendar import DAY_US, from_us, parse_instant, to_us
from missingrules.record import Record
from missingrules.testing import argument
from missingrules.testing.edge import Edge, spans

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missingrules.testing.argument import PolicyLike
    from missingrules.testing.subject import Subject

NOON = parse_instant("2023-11-06T12:00:00Z")
"""An ordinary Monday: what failing cases shrink to."""

FIRST, LAST = parse_instant("1900-01-01T00:00:00Z"), parse_instant("2199-12-31T23:59:59.999999Z")
"""The years that a log may speak of."""

NEARBY = spans("0m 0m+ 0m- 15m 1h 12h 1d 3d 10d 30d -15m -1h -1d -30d")
_DATES = ("2023-11-07", "2023-12-25", "2024-01-01", "2024-02-29", "2024-03-01", "2023-08-01")
_YEARS = (2023, 2024)


def instants(
    policy: PolicyLike | None = None,
    *,
    near: Record | Iterable[dt.datetime] | None = None,
    first: dt.datetime | None = None,
    last: dt.datetime | None = None,
) -> st.SearchStrategy[dt.datetime]:
    """Draw instants (aware datetimes, UTC) at which verdicts are likely to change.

    Without ``near`` they lie at and around landmarks: midnights in the policy's zone (London's
    without a policy), changes of its clocks, a leap day, a public holiday, first days of editions.
    With ``near``, a record or some instants, they lie at the same instants, or a duration of the
    policy before or after them; one microsecond to either side as often as not. What would fall
    outside ``first`` and ``last`` is moved to the border. Shrinks to noon of an ordinary Monday, or
    to the earliest instant of ``near``.
    """
    subject = argument.subject(policy)
    given: Iterable[int] = ()
    if isinstance(near, Record):
        given = {at for entry in near.entries for at in (entry.at, entry.known)}
    elif near is not None:
        given = argument.instants_of("near", near)
    low = FIRST if first is None else argument.instant_of("first", first)
    high = LAST if last is None else argument.instant_of("last", last)
    if low > high:
        argument.refuse(f"first={first!s}", f"not be after last={last!s}")
    return _instants(subject, tuple(sorted(given)) or landmarks(subject), low, high)


@st.composite
def _instants(
    draw: st.DrawFn, subject: Subject, starts: tuple[int, ...], low: int, high: int
) -> dt.datetime:
    offsets = st.one_of(st.sampled_from(NEARBY), st.sampled_from(subject.whole.edges))
    start, offset = draw(st.sampled_from(starts)), draw(offsets)
    if not isinstance(offset, Edge):
        found = start + offset
    elif draw(st.booleans()):
        found = offset.before(start, subject.calendar)
    else:
        found = offset.after(start, subject.calendar)
    return from_us(min(max(found, low), high))


@functools.lru_cache(maxsize=64)
def landmarks(subject: Subject) -> tuple[int, ...]:
    """List instants to begin at: an ordinary one, then those at which something is special."""
    midnights = [
        subject.calendar.midnight(dt.date.fromisoformat(day).toordinal()) for day in _DATES
    ]
    special = (*midnights, *clock_changes(subject.calendar.zone), *subject.borders)
    return (NOON, NOON + DAY_US // 2 - DAY_US // 48, *dict.fromkeys(special))


@functools.cache
def clock_changes(zone: str) -> tuple[int, ...]:
    """List the first instants after each change of the clocks in the years of the landmarks."""
    clock = zoneinfo.ZoneInfo(zone)

    def offset(us: int) -> dt.timedelta | None:
        return from_us(us).astimezone(clock).utcoffset()

    found = []
    day = to_us(dt.datetime(_YEARS[0], 1, 1, tzinfo=dt.UTC))
    end = to_us(dt.datetime(_YEARS[-1] + 1, 1, 1, tzinfo=dt.UTC))
    while day < end:
        early, late = day, day + DAY_US
        if offset(early) != offset(late):
            after = offset(late)
            while late - early > 1:
                middle = (early + late) // 2
                early, late = (early, middle) if offset(middle) == after else (middle, late)
            found.append(late)
        day += DAY_US
    return tuple(found)
