"""What lint can say of a policy that loads, and how much it matters.

The codes are stable: other tools may rest on them. What is *wrong* with a policy has codes of its
own (:data:`missingrules.checks.PolicyCode`, :data:`missingrules.yamlsource.YamlCode`) and stops the
policy from being loaded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, get_args

from missingrules.errors import Fault

if TYPE_CHECKING:
    from missingrules.policysource import PolicySource
    from missingrules.yamlsource import Path, Place

Level = Literal["error", "warning", "note"]

LintCode = Literal[
    # Who answers for the policy
    "no-owner",
    "no-last-reviewed",
    "review-overdue",
    "review-in-future",
    # What it rests on
    "unused-source",
    "same-source-twice",
    "number-in-place",
    "inferred-from-nothing",
    "assumed-without-note",
    "edition-without-basis",
    # Names
    "unused-term",
    "unused-parameter",
    "unfamiliar-role",
    "renamed-role",
    # Editions
    "edition-changes-nothing",
    "value-never-used",
    "same-edition-twice",
    "files-gap",
    "files-overlap",
    # Conditions
    "never-holds",
    "always-holds",
    "where-never-holds",
    # One rule
    "never-applies",
    "hardly-applies",
    "count-never-reached",
    "released-at-once",
    "answers-itself",
    "deadline-outlives-window",
    "sooner-not-sooner",
    "steps-beyond-scale",
    "floor-at-bottom",
    "idle-key",
    # Two rules
    "forbidden-and-required",
    "conflicting-demands",
    "same-duty-twice",
    "covered-duty",
    "longer-deadline",
    "lower-floor",
    # Against an older edition
    "policy-renamed",
    "edition-not-changed",
    "rule-removed",
    "rule-renamed",
    "rule-reused",
    # The second matcher
    "durable-limit",
    # Warnings that somebody allowed
    "allowed-without-reason",
    "idle-allowance",
    # Notes
    "inactive-rule",
    "rule-switched-off",
    "may-be-unknown",
]
"""What lint can find beside the faults for which a policy is refused."""

NOTES: Final = frozenset({"inactive-rule", "rule-switched-off", "may-be-unknown"})
"""Codes that only tell a reader something; all others of :data:`LintCode` are warnings."""

_OURS: Final = frozenset(get_args(LintCode))


def level_of(code: str) -> Level:
    """Say how much a code matters; what is not lint's own is an error."""
    if code in NOTES:
        return "note"
    return "warning" if code in _OURS else "error"


@dataclass(slots=True)
class Notices:
    """Collects what is found in one policy, each once."""

    source: PolicySource
    found: dict[Fault, None] = field(default_factory=dict)

    def at(self, path: Path, code: LintCode, message: str, hint: str = "") -> None:
        """Note something at the value that stands at a path."""
        self._add(self.source.place(path), code, message, hint)

    def at_key(self, path: Path, code: LintCode, message: str, hint: str = "") -> None:
        """Note something at the key that leads to a path."""
        self._add(self.source.key_place(path), code, message, hint)

    def _add(self, place: Place, code: LintCode, message: str, hint: str) -> None:
        found = Fault(place.source, place.line, place.column, code, message, hint)
        self.found.setdefault(found)
