"""Codes of what can be wrong with a file of cases; they are stable, for other tools to rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from missingrules.errors import Fault, MissingRulesError

if TYPE_CHECKING:
    from missingrules.yamlsource import Place

CaseCode = Literal[
    # Files
    "no-cases",
    "cases-of-an-edition",
    "unreadable-file",
    "other-policy",
    # Shape
    "unknown-key",
    "missing-key",
    "wrong-type",
    "blank-text",
    "choose-one",
    "duplicate-name",
    "bad-date",
    # What a case is about, and what it expects
    "unknown-rule",
    "rule-off",
    "no-rule",
    "unknown-outcome",
    "unknown-grade",
    "unknown-episode",
    # Coverage of the source
    "bad-coverage",
    # Notation
    "open-quote",
    "nothing-before",
    "no-kind",
    "unknown-kind",
    "unknown-field",
    "missing-field",
    "wrong-home",
    "field-twice",
    "ambiguous-value",
    "no-value",
    "duplicate-id",
    "bad-value",
    "bad-id",
    "impossible-date",
    "bad-time",
    "naive-time",
    "impossible-time",
    "skipped-time",
    "ambiguous-time",
    "nul-byte",
]
"""What can be wrong with a file of cases that is YAML.

What is wrong with the YAML has a :data:`missingrules.yamlsource.YamlCode`, what a case changes of
its policy the code of a policy.
"""


class CaseError(MissingRulesError):
    """A file of cases that cannot be read."""


def fault(place: Place, code: CaseCode, message: str, hint: str = "") -> Fault:
    """Make a fault at a place."""
    return Fault(place.source, place.line, place.column, code, message, hint)
