"""Times and dates as a mapping says that they are written."""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

from missingrules import values

_SERIAL: Final = re.compile(r"[1-9][0-9]{4}([.,][0-9]+)?")
_MIDNIGHT: Final = dt.time()
_DAY: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_ISO: Final = {
    "%Y-%m-%d": re.compile(_DAY),
    "%Y-%m-%d %H:%M": re.compile(rf"{_DAY} [0-9]{{2}}:[0-9]{{2}}"),
    "%Y-%m-%d %H:%M:%S": re.compile(rf"{_DAY} [0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}"),
}
"""Formats that need no ``strptime``, which is slow."""


def parsed(text: str, shape: str, what: str) -> dt.datetime:
    """Read a time or a date (``what``) in a format of strptime.

    Raises :class:`missingrules.values.UnreadableError`.
    """
    text = text.strip()
    try:
        if shape in _ISO and _ISO[shape].fullmatch(text):
            return dt.datetime.fromisoformat(text)
        return dt.datetime.strptime(text, shape)  # noqa: DTZ007 - placed by whoever asks
    except ValueError:
        example = dt.datetime(2024, 3, 31, 14, 30).strftime(shape)  # noqa: DTZ001 - to be shown
        hint = f"It would be written as {example}."
        if _SERIAL.fullmatch(text):
            hint += " A bare number may be a day as spreadsheets count them: export it as text."
        message = f"is not a {what} as the mapping says it is written"
        raise values.UnreadableError(f"bad-{what}", message, hint) from None


def dated(value: dt.datetime, clock: dt.time) -> dt.datetime:
    """Give a date that came as a time its time of day."""
    if value.time() != _MIDNIGHT or value.tzinfo is not None:
        hint = "Take `time_of_day` out of the mapping."
        message = "holds times, and the mapping says that it holds dates"
        raise values.UnreadableError("bad-time", message, hint)
    return dt.datetime.combine(value, clock)
