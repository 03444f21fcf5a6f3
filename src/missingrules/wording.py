"""Words that messages are made of, so that all of them sound alike."""

from __future__ import annotations

import datetime as dt
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missingrules.yamlsource import Path

_PLURALS: Final = {"child": "children"}
_MOST_LISTED: Final = 12
_LONGEST_QUOTED: Final = 60

_PLAIN: Final = {
    "cce": "child criminal exploitation",
    "childrens_home": "a children's home",
    "childrens_social_care": "children's social care",
    "cse": "child sexual exploitation",
    "foster": "foster care",
    "honour_based_abuse": "honour-based abuse",
}
"""Names in snake_case that people write in another way than with blanks."""
_WORDS: Final = {
    "fim": "FIM",
    "mash": "MASH",
    "philomena": "Philomena",
    "ppn": "PPN",
}
"""Words that stand in names and are not written in small letters."""
_ARTICLES: Final = {
    "childrens_social_care": "children's social care",
    "education": "education",
    "health": "health",
    "mash": "the multi-agency safeguarding hub (MASH)",
    "officer": "a police officer",
}
"""Roles and bodies that a sentence names in a way of its own; all others are "the ..."."""
_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June", "July", "August", "September"),
    *("October", "November", "December"),
)
_ORDINALS: Final = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    "tenth",
)


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


def plain(name: str) -> str:
    """Write a name in snake_case as people do: ``concern for safety``, ``PPN review time``."""
    if name in _PLAIN:
        return _PLAIN[name]
    words = name.replace("self_harm", "self-harm").split("_")
    return " ".join(_WORDS.get(word, word) for word in words)


def role(name: str) -> str:
    """Name a role or body inside a sentence: ``the duty inspector``, ``children's social care``."""
    return _ARTICLES.get(name) or f"the {plain(name)}"


def ordinal(number: int) -> str:
    """Count: ``first``, ``tenth``, ``21st``."""
    if 1 <= number <= len(_ORDINALS):
        return _ORDINALS[number - 1]
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"


def plural(number: int, one: str, more: str = "") -> str:
    """Give the form of a word that goes with a number: ``child`` or ``children``."""
    return one if number == 1 else more or _PLURALS.get(one, f"{one}s")


def many(number: int, one: str, more: str = "") -> str:
    """Count with a word: ``1 child``, ``2 children``."""
    return f"{number} {plural(number, one, more)}"


def at_least(limit: object, *, strict: bool) -> str:
    """Write a lower limit: ``at least 6 hours``, or ``more than 6 hours`` where it is strict."""
    return f"{'more than' if strict else 'at least'} {limit}"


def day(date: dt.date) -> str:
    """Write a date out: ``1 September 2022``, in English whatever the locale."""
    return f"{date.day} {_MONTHS[date.month - 1]} {date.year}"
