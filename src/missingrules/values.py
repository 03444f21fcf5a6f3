"""What one cell of a log may hold: ids, words, texts, yes / no answers, dates and instants.

Each reader takes a cell as it came (text, or a Python value from a program) and gives back the one
form that the rest of the package works with, or raises :class:`UnreadableError`. Typed entries and
the reader of logs both use these, so they cannot disagree. A message never quotes what the cell
held.
"""

from __future__ import annotations

import datetime as dt
import functools
import numbers
import re
import unicodedata
from difflib import get_close_matches
from typing import TYPE_CHECKING

from missingrules import calendar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

YES_NO = ("yes", "no", "not_applicable")
ID_LENGTH = 128
WORD_LENGTH = 64
QUOTABLE_LENGTH = 40
YEARS = range(1900, 2200)

_ID = re.compile(rf"\w[\w./:-]{{0,{ID_LENGTH - 1}}}")
_WORD = re.compile(rf"[a-z][a-z0-9_]{{0,{WORD_LENGTH - 1}}}")
_LABEL = re.compile(rf"\w[\w .,'\u2019&()/-]{{0,{ID_LENGTH - 1}}}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# What strip() takes off, and the characters that print as nothing.
_INVISIBLE = (
    "\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\xad\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006"
    "\u2007\u2008\u2009\u200a\u200b\u200c\u200d\u2028\u2029\u202f\u205f\u2060\u2800\u3000\u3164\ufeff"
)
_AS_RFC_3339 = "Write it as 2024-03-31T02:30:00+01:00, or in UTC as 2024-03-31T01:30:00Z."
_TIME_FAULTS = {
    "bad-time": "is not a time in RFC 3339",
    "naive-time": "has no offset from UTC",
    "impossible-time": f"is no time that exists between {YEARS[0]} and {YEARS[-1]}",
    "skipped-time": "never happened: the clocks went forward over it",
    "ambiguous-time": "happened twice: the clocks went back over it",
}
_TIME_HINTS = {
    "bad-time": _AS_RFC_3339,
    "naive-time": f"{_AS_RFC_3339} Or tell the reader the zone of its local times.",
    "impossible-time": "Hours run from 00 to 23, minutes and seconds from 00 to 59.",
    "skipped-time": "Write it with its offset from UTC.",
    "ambiguous-time": "Write it with its offset from UTC, which tells the two apart.",
}
_CLASSES = (
    (bool, "true or false"),
    (dt.datetime, "time"),
    (dt.date, "date"),
    (dict, "object"),
    (numbers.Number, "number"),
)


class UnreadableError(ValueError):
    """A cell that does not hold what is due; the text continues the name of the column."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        """Take a stable code, what is wrong ("is not a date") and what would be right."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


def blank(cell: object) -> bool:
    """Tell whether nothing was recorded: null, no text or only invisible signs, an empty list."""
    if isinstance(cell, str):
        return not (cell and (cell[0].isalnum() or cell.strip(_INVISIBLE)))
    return cell is None or (isinstance(cell, (list, tuple)) and not cell)


def class_of(cell: object) -> str:
    """Say what class of value a cell holds, and never the value: "text of 12 characters"."""
    if blank(cell):
        return "empty"
    if isinstance(cell, str):
        return f"text of {len(cell)} character{'s' * (len(cell) != 1)}"
    if isinstance(cell, (list, tuple)):
        return f"list of {len(cell)}"
    return next((name for kind, name in _CLASSES if isinstance(cell, kind)), "other")


def quotable(name: str) -> bool:
    """Tell whether an unknown name may stand in a message: a short word in snake_case."""
    return len(name) <= QUOTABLE_LENGTH and _WORD.fullmatch(name) is not None


def suggestion(name: str, known: Iterable[str]) -> str:
    """Ask "Did you mean ...?" for the closest known name; empty if none is close."""
    return _suggestion(name[: 2 * WORD_LENGTH], tuple(sorted(known)))


@functools.lru_cache(maxsize=4096)  # one mistake tends to fill a whole column
def _suggestion(name: str, known: tuple[str, ...]) -> str:
    plain = re.sub(r"[\s-]+", "_", name.strip().lower())
    close = get_close_matches(plain, known, n=1)
    return f"Did you mean `{close[0]}`?" if close else ""


def identifier(cell: object) -> str:
    """Read the id of a child, an episode, an entry or a home: `bad-id` if it is none."""
    if not isinstance(cell, str):
        code, message, hint = (
            "bad-id",
            "is not text",
            "Write the id in quotes, even if it is a number.",
        )
        raise UnreadableError(code, message, hint)
    if _ID.fullmatch(cell) and (cell.isascii() or unicodedata.is_normalized("NFC", cell)):
        return cell
    hint = "An id starts with a letter, a digit or _ and goes on with these and . - / : only."
    if len(cell) > ID_LENGTH:
        raise UnreadableError("bad-id", f"is longer than {ID_LENGTH} characters", hint)
    if any(unicodedata.category(sign) in {"Cc", "Cf", "Cs"} for sign in cell):
        raise UnreadableError("bad-id", "holds a control or invisible character", hint)
    if cell != cell.strip():
        raise UnreadableError("bad-id", "starts or ends with a space", "Take the spaces off.")
    if not unicodedata.is_normalized("NFC", cell):
        hint = "Normalise the text to Unicode NFC, so that one id has one spelling."
        raise UnreadableError("bad-id", "has accents written as separate characters", hint)
    raise UnreadableError("bad-id", "holds characters that an id must not have", hint)


def word(cell: object) -> str:
    """Read a name in snake_case, such as a role or the name of a tool."""
    if isinstance(cell, str) and _WORD.fullmatch(cell):
        return cell
    hint = f"Write it in snake_case, as in duty_inspector, up to {WORD_LENGTH} characters."
    raise UnreadableError("bad-value", "is not a word in snake_case", hint)


def label(cell: object) -> str:
    """Read the short name of an area or an authority, on one line."""
    if isinstance(cell, str) and _LABEL.fullmatch(stripped := cell.strip(_INVISIBLE)):
        return stripped
    hint = f"Use letters, digits, spaces and . , ' & ( ) / - up to {ID_LENGTH} characters."
    raise UnreadableError("bad-value", "is not a plain name", hint)


def text(cell: object) -> str:
    """Read free text; what surrounds it is taken off."""
    if not isinstance(cell, str):
        raise UnreadableError("bad-value", "is not text", "Write it in quotes.")
    if "\0" in cell:
        raise UnreadableError("nul-byte", "holds a NUL character", "Take it out of the text.")
    if not cell.isascii() and any("\ud800" <= sign <= "\udfff" for sign in cell):
        hint = "Half of a surrogate pair stands alone: the text was cut or badly converted."
        raise UnreadableError("bad-value", "holds a broken character", hint)
    return cell.strip(_INVISIBLE)


def choice(cell: object, values: tuple[str, ...] | None) -> str:
    """Read one of the values, or any word where ``values`` is None."""
    if values is None:
        return word(cell)
    if isinstance(cell, str):
        if cell in values:
            return cell
        hint = suggestion(cell, values)
    else:
        hint = ""
    raise UnreadableError(
        "bad-value",
        "is not one of its values",
        hint or f"The values are: {', '.join(values)}.",
    )


def choices(cell: object, values: tuple[str, ...] | None) -> tuple[str, ...]:
    """Read several values: a list, or text with the values separated by commas or semicolons."""
    if isinstance(cell, str):
        cell = [part.strip() for part in re.split("[,;]", cell)]
    if not isinstance(cell, (list, tuple, set, frozenset)):
        raise UnreadableError("bad-value", "is not a list", 'Write it as ["first", "second"].')
    return tuple(sorted({choice(part, values) for part in cell if not blank(part)}))


def yes_no(cell: object) -> str:
    """Read yes, no or not_applicable; true and false mean yes and no."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, str):
        if cell in YES_NO:
            return cell
        if cell in {"true", "false"}:
            return "yes" if cell == "true" else "no"
    hint = "Write yes, no, not_applicable, true or false, and leave it out if it is not recorded."
    raise UnreadableError("bad-value", "is not a yes / no answer", hint)


def date(cell: object) -> dt.date:
    """Read a calendar date: `bad-date` unless YYYY-MM-DD, `impossible-date` if there is none."""
    if isinstance(cell, dt.date) and not isinstance(cell, dt.datetime):
        found = cell
    elif isinstance(cell, str) and _DATE.fullmatch(cell):
        try:
            found = dt.date.fromisoformat(cell)
        except ValueError:
            raise UnreadableError("impossible-date", "is a date that does not exist") from None
    else:
        hint = "Write it as 2009-05-23: year, month and day with hyphens."
        raise UnreadableError("bad-date", "is not a date as YYYY-MM-DD", hint)
    if found.year not in YEARS:
        raise UnreadableError("impossible-date", f"lies outside {YEARS[0]} to {YEARS[-1]}")
    return found


def instant(cell: object, zone: str | None = None) -> int:
    """Read an instant, in microseconds since 1970 in UTC.

    ``zone`` is the IANA zone of local times without an offset; without it they are `naive-time`.
    The other codes are those of :class:`missingrules.calendar.InstantError`. Digits beyond
    microseconds are cut off.
    """
    if isinstance(cell, dt.datetime):
        if cell.utcoffset() is not None:
            try:
                return calendar.to_us(cell)
            except calendar.InstantError as error:
                code = error.code
                raise UnreadableError(code, _TIME_FAULTS[code], _TIME_HINTS[code]) from None
        cell = cell.replace(tzinfo=None).isoformat()
    if not isinstance(cell, str):
        raise UnreadableError("bad-time", "is not a time in RFC 3339", _TIME_HINTS["bad-time"])
    try:
        return calendar.parse_instant(cell, zone)
    except calendar.InstantError as error:
        raise UnreadableError(
            error.code, _TIME_FAULTS[error.code], _TIME_HINTS[error.code]
        ) from None


_PLAIN: dict[str, Callable[[object], object]] = {
    "date": date,
    "reference": identifier,
    "text": text,
    "yes_no": yes_no,
}


def reader(
    type_: str, listed: tuple[str, ...] | None = None, zone: str | None = None
) -> Callable[[object], object]:
    """Give what reads a cell of a field of this type; ``listed`` are the values of a choice."""
    match type_:
        case "choice":
            return functools.partial(choice, values=listed)
        case "choices":
            return functools.partial(choices, values=listed)
        case "instant":
            return functools.partial(instant, zone=zone)
    return _PLAIN[type_]
