"""Faults of mappings, and the error that carries them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from missingrules.errors import Fault, MissingRulesError

if TYPE_CHECKING:
    from missingrules.yamlsource import Place

MappingCode = Literal[
    "bad-date",
    "bad-format",
    "bad-name",
    "blank-text",
    "dates-reversed",
    "empty-list",
    "missing-field",
    "missing-key",
    "name-taken",
    "no-episode",
    "no-format",
    "no-instant",
    "no-time-of-day",
    "no-year",
    "not-one-of",
    "null-value",
    "time-of-day-twice",
    "unknown-codes",
    "unknown-encoding",
    "unknown-field",
    "unknown-key",
    "unknown-kind",
    "unknown-link",
    "unknown-zone",
    "which-cell",
    "wrong-type",
    "wrong-value",
]
"""What can be wrong with a mapping that is plain YAML."""


class MappingError(MissingRulesError):
    """A mapping that cannot be used, or files that it does not fit."""


def fault(place: Place, code: MappingCode, message: str, hint: str = "") -> Fault:
    """Make a fault at a place."""
    return Fault(place.source, place.line, place.column, code, message, hint)
