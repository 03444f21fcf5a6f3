"""Faults, and the errors that carry them.

A fault says where the trouble is, what it is and what would be right. It never quotes a value from
a log: a log holds personal data, and a message travels further than its author thinks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One thing wrong at one place.

    ``line`` and ``column`` count from 1; 0 means that the fault has no place in a text.
    ``code`` is stable across releases; ``message`` and ``hint`` are for people and may be reworded.
    ``held`` is the class of the value that stood there, such as "text of 12 characters", and
    ``row`` what became of the row where it was not rejected; both are empty where nothing is to
    be said.
    """

    source: str
    line: int
    column: int
    code: str
    message: str
    hint: str = ""
    held: str = ""
    row: str = ""

    def __str__(self) -> str:
        """``source:line:column: code: message``, with the hint on an indented line of its own."""
        place = self.source
        if self.line:
            place += f":{self.line}:{self.column}"
        text = f"{place}: {self.code}: {self.message}"
        return f"{text}\n    {self.hint}" if self.hint else text


class MissingRulesError(Exception):
    """Base of every error that this package raises on purpose.

    ``faults`` lists everything found wrong, in order of place; the text has one fault a paragraph.
    """

    def __init__(self, faults: Iterable[Fault] | str) -> None:
        """Take the faults, or one sentence where there is no place to point at."""
        if isinstance(faults, str):
            self.faults: tuple[Fault, ...] = ()
            super().__init__(faults)
        else:
            self.faults = tuple(sorted(faults))
            super().__init__("\n".join(str(fault) for fault in self.faults))


class LogError(MissingRulesError):
    """An entry or a log that cannot be read."""


class CalendarError(MissingRulesError, ValueError):
    """Working days of a year whose public holidays nobody knows."""


class PolicyError(MissingRulesError):
    """A policy that cannot be loaded."""


class EngineError(MissingRulesError):
    """A matcher that is not available, refuses a policy, or disagrees with the other one."""
