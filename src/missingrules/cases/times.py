"""The words of a case, and the times among them.

Times are those of the clocks in the policy's zone; days are counted from day 0.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from missingrules import wording
from missingrules.calendar import HOUR_US, MINUTE_US, InstantError, from_us, parse_instant, to_us

if TYPE_CHECKING:
    from collections.abc import Callable

    from missingrules.calendar import Calendar

_SECOND_US: Final = 1_000_000
_UNITS: Final = {"s": _SECOND_US, "m": MINUTE_US, "h": HOUR_US}
_TIME = re.compile(r"([0-2]\d:[0-5]\d)(:[0-5]\d(?:\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?")
SHIFT = re.compile(r"[+-](?:\d{1,6}[smhd])+")
_AMOUNT = re.compile(r"(\d+)([smhd])")
_DAY = re.compile(r"-?\d{1,5}")
_TOKEN = re.compile(r"""(?:[^\s"';]|"[^"\n]*"|'[^'\n]*')+|(?P<open>["'])""")
WHEN_HINT: Final = "`day 3 10:00`, `10:00` or `+20m`"


class NotationError(Exception):
    """What is wrong with a step, and which character of the text it begins at."""

    def __init__(self, at: int, code: str, message: str, hint: str = "") -> None:
        """Take the place, a stable code, and the words."""
        super().__init__(message)
        self.at, self.code, self.message, self.hint = at, code, message, hint


class Token(NamedTuple):
    """A word of a step: its text without quotes, where it begins, and whether it was quoted."""

    text: str
    at: int
    quoted: bool


@dataclass(frozen=True, slots=True)
class Clock:
    """How a case counts time: from local date ``day_zero`` on, in the zone of a calendar."""

    day_zero: dt.date
    calendar: Calendar

    def on(self, date: dt.date, time: str, at: int) -> int:
        """Read a time of a local date as an instant, in UTC microseconds."""
        clock, seconds, offset = _parts(time, at)
        text = f"{date.isoformat()}T{clock}{seconds}{offset}"
        try:
            return parse_instant(text, self.calendar.zone)
        except InstantError as error:
            raise NotationError(at, error.code, f"{time}: {error}") from None

    def date(self, day: int, at: int) -> dt.date:
        """Give the local date of a day of the case."""
        try:
            return self.day_zero + dt.timedelta(day)
        except OverflowError:
            raise NotationError(at, "bad-time", f"day {day} lies outside the calendar") from None

    def date_of(self, instant: int) -> dt.date:
        """Give the local date of an instant."""
        return dt.date.fromordinal(self.calendar.day(instant))

    def shifted(self, instant: int, shift: str, at: int) -> int:
        """Go on from an instant: whole local dates first, then elapsed time."""
        sign = -1 if shift.startswith("-") else 1
        amounts = [(int(number), unit) for number, unit in _AMOUNT.findall(shift)]
        days = sum(number for number, unit in amounts if unit == "d")
        if days:
            local = self.calendar.local(instant)
            date = dt.date.fromisoformat(local[:10])
            try:
                date += sign * dt.timedelta(days)
            except OverflowError:
                raise NotationError(at, "bad-time", f"{shift} leads out of the calendar") from None
            instant = self.on(date, re.sub(r"(Z|[+-]\d\d:\d\d)$", "", local[11:]), at)
        elapsed = sum(number * _UNITS[unit] for number, unit in amounts if unit != "d")
        try:
            return to_us(from_us(instant + sign * elapsed))
        except (InstantError, OverflowError):
            message = f"{wording.quoted(shift)} leads out of the years 1900 to 2199"
            raise NotationError(at, "impossible-time", message) from None

    def end_of(self, day: int, at: int) -> int:
        """Give the midnight that ends a local date."""
        return self.calendar.midnight(self.date(day, at).toordinal() + 1)


def steps(text: str, fault: Callable[[NotationError], None]) -> list[list[Token]]:
    """Divide a text into steps, and each step into words."""
    found: list[list[Token]] = [[]]
    at = 0
    while at < len(text):
        sign = text[at]
        if sign in ";\n":
            found.append([])
            at += 1
        elif sign.isspace():
            at += 1
        elif sign == "#":
            at = text.find("\n", at) if "\n" in text[at:] else len(text)
        else:
            match = _TOKEN.match(text, at)
            assert match is not None  # noqa: S101 - anything but a blank or a semicolon matches
            if match["open"]:
                hint = "close it on the same line"
                fault(NotationError(at, "open-quote", "this quote is never closed", hint))
                found[-1] = []
                at = text.find("\n", at) if "\n" in text[at:] else len(text)
                continue
            plain = _unquoted(match[0])
            found[-1].append(Token(plain, at, plain != match[0] and match[0][0] in "\"'"))
            at = match.end()
    return [step for step in found if step]


def when(
    tokens: list[Token], place: int, clock: Clock, before: int | None, *, bare: bool
) -> tuple[int, int]:
    """Read a time that begins at a token, and give it with the place behind it.

    ``before`` is the instant that a relative time starts from. ``bare``: no time at all is that
    instant. Raises :class:`NotationError`.
    """
    token = tokens[place] if place < len(tokens) else tokens[-1]
    text = token.text
    if text == "day":
        day = _number(tokens, place + 1)
        if place + 2 >= len(tokens) or _TIME.fullmatch(tokens[place + 2].text) is None:
            message = f"no time of day follows `day {day}`"
            raise NotationError(token.at, "bad-time", message, f"for example `day {day} 09:00`")
        time = tokens[place + 2]
        return clock.on(clock.date(day, token.at), time.text, time.at), place + 3
    if text == "end" and [each.text for each in tokens[place + 1 : place + 3]] == ["of", "day"]:
        return clock.end_of(_number(tokens, place + 3), token.at), place + 4
    if SHIFT.fullmatch(text) is None and _TIME.fullmatch(text) is None:
        if not bare or text[:1].isdigit() or text[:1] in "+-":
            message = f"{wording.quoted(text)} is no time"
            raise NotationError(token.at, "bad-time", message, f"write {WHEN_HINT}")
        if before is not None:
            return before, place
        message = "the first step needs a day and a time"
        raise NotationError(token.at, "nothing-before", message, "for example `day 0 09:00`")
    return _going_on(token, clock, before), place + 1


def _going_on(token: Token, clock: Clock, before: int | None) -> int:
    """Read a time that goes on from the step before."""
    if before is None:
        message = f"{wording.quoted(token.text)} goes on from a step before it, and there is none"
        raise NotationError(token.at, "nothing-before", message, "for example `day 0 09:00`")
    if token.text.startswith("-"):
        message = "a step comes after the one before"
        hint = "write the day and the time: steps may stand in any order"
        raise NotationError(token.at, "bad-time", message, hint)
    if token.text.startswith("+"):
        return clock.shifted(before, token.text, token.at)
    return clock.on(clock.date_of(before), token.text, token.at)


def _number(tokens: list[Token], place: int) -> int:
    """Read the number behind ``day``."""
    token = tokens[place] if place < len(tokens) else None
    if token is None or _DAY.fullmatch(token.text) is None:
        at = tokens[place - 1].at if token is None else token.at
        raise NotationError(
            at, "bad-time", "`day` needs a whole number", "for example `day 3 10:00`"
        )
    return int(token.text)


def _parts(time: str, at: int) -> tuple[str, str, str]:
    match = _TIME.fullmatch(time)
    if match is None:
        raise NotationError(at, "bad-time", f"{wording.quoted(time)} is no time", "as in `09:30`")
    return match[1], match[2] or ":00", match[3] or ""


def _unquoted(text: str) -> str:
    return re.sub(r"\"([^\"\n]*)\"|'([^'\n]*)'", lambda m: m[1] if m[1] is not None else m[2], text)
