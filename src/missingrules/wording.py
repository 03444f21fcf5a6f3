"""Words that messages are made of, so that all of them sound alike."""

from __future__ import annotations

import datetime as dt
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missingrules.yamlsource import Path

_MOST_LISTED: Final = 12
_LONGEST_QUOTED: Final = 60


def quoted(value: object) -> str:
    """Quote a short value as the file has it; cut a long one."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    text = " ".join(text.split())
    if len(text) > _LONGEST_QUOTED:
        text = f"{text[:_LONGEST_QUOTED]}..."
    return f"`{text}`"


def listed(words: Iterable[str], last: str = "or") -> str:
    """Join words: ``a, b or c``."""
    known = list(words)
    if len(known) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(known)
    return f"{', '.join(known[:-1])} {last} {known[-1]}"


def suggestion(word: str, known: Iterable[str]) -> str:
    """Ask "did you mean ...?" for the closest known word; empty if none is close."""
    close = get_close_matches(word.lower().replace(" ", "_"), list(known), n=1)
    return f"did you mean `{close[0]}`?" if close else ""


def advice(word: str, known: Iterable[str], none: str = "") -> str:
    """Suggest the closest known word; else list them, if they are few; else say ``none``."""
    words = list(known)
    close = suggestion(word, words)
    if close or not 0 < len(words) <= _MOST_LISTED:
        return close or none
    return f"known: {listed(words, 'and')}"


def part(path: Path) -> str:
    """Name a part of a file by its last key."""
    key = next((step for step in reversed(path) if isinstance(step, str)), None)
    text = "the policy" if key is None else f"`{key}`"
    return f"an item of {text}" if path and isinstance(path[-1], int) else text


def noun(value: object) -> str:  # noqa: PLR0911 - one a type
    """Say what a value is in the words of somebody who writes YAML."""
    match value:
        case bool():
            return "true or false"
        case int():
            return "a whole number"
        case float():
            return "a number with a fraction"
        case dt.date():
            return "a date"
        case str():
            return "text"
        case list():
            return "a list"
        case dict():
            return "keys with values"
        case _:
            return "null"
