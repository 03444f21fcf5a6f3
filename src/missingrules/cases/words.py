"""Findings and times of a case in words: local times, counted in the days of the case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules.cases.expected import SORTS, value_of
from missingrules.cases.times import NotationError

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Container, Mapping

    from missingrules.cases.run import Wrong
    from missingrules.cases.times import Clock

_TELLING: Final = frozenset(
    {"episode", "due", "done", "missed", "recorded_grade", "required_grade"}
)
"""What is told of a finding that nobody expected."""

_MONTHS: Final = "JanFebMarAprMayJunJulAugSepOctNovDec"


def differences(wrong: Wrong, clock: Clock) -> tuple[str, str]:
    """Say what was expected of a rule, and what there is instead."""
    wanted, got = wrong.expected, wrong.finding
    if wanted is None:
        keys: Container[str] = _TELLING
    elif got is None:
        keys = wanted.stated
    else:
        keys = {key for key, _, _ in wanted.differences(got)} | ({"episode"} & wanted.stated.keys())
    expected = present = "no finding"
    if wanted is not None:
        expected = _said(wanted.outcome, wanted.stated, keys, clock)
    if got is not None:
        there = {key: value_of(got, key) for key in (SORTS if wanted is None else wanted.stated)}
        if wanted is None:
            there = {key: value for key, value in there.items() if value not in (None, 0)}
        present = _said(got.outcome, there, keys, clock)
    return expected, present


def _said(outcome: str, values: Mapping[str, object], keys: Container[str], clock: Clock) -> str:
    parts = [outcome]
    for key, value in values.items():
        if key in keys:
            parts.append(f"{key.replace('_', ' ')} {_value(key, value, clock)}")
    return ", ".join(parts)


def _value(key: str, value: object, clock: Clock) -> str:
    if key == "episode":
        return "of the child" if value is None else str(value)
    if value is None or value == ():
        return "none"
    if SORTS[key] == "time" and isinstance(value, int):
        return moment(clock, value, ends=key == "due")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def moment(clock: Clock, us: int, *, ends: bool = False) -> str:
    """Say an instant as cases write it, with its date: ``day 3 10:00 (Thu 9 Nov 2023)``.

    Where something ``ends`` at midnight, it ends with the day before. The offset stands behind a
    time that the clocks showed twice.
    """
    calendar = clock.calendar
    if ends and calendar.midnight(calendar.day(us)) == us:
        date = clock.date_of(us - 1)
        return f"end of day {(date - clock.day_zero).days} ({_date(date)})"
    date, local = clock.date_of(us), calendar.local(us)
    time = local[11:16] if us % 60_000_000 == 0 else local[11:-6]
    try:
        clock.on(date, time, 0)
    except NotationError:
        time = local[11:16] + local[-6:]
    return f"day {(date - clock.day_zero).days} {time} ({_date(date)})"


def _date(date: dt.date) -> str:
    """Write a date for people, whatever the locale: ``Thu 9 Nov 2023``."""
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[date.weekday()]
    month = _MONTHS[3 * date.month - 3 : 3 * date.month]
    return f"{day} {date.day} {month} {date.year}"
