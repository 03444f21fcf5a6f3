"""Codes of what can be wrong with a policy. They are stable: other tools may rest on them."""

from typing import Literal

from missingrules.errors import Fault
from missingrules.yamlsource import Place

PolicyCode = Literal[
    # Files and layers
    "unreadable-file",
    "unknown-policy",
    "unknown-edition",
    "bad-extends",
    "extends-in-a-circle",
    "too-many-layers",
    "same-policy-name",
    "duplicate-rule",
    "unknown-rule",
    # Shape
    "unknown-key",
    "missing-key",
    "wrong-type",
    "not-one-of",
    "bad-name",
    "bad-date",
    "empty-list",
    "null-value",
    "blank-text",
    # Conventions and citations
    "unknown-zone",
    "unknown-holidays",
    "no-holidays",
    "unknown-source",
    "no-cite",
    "no-note",
    # Additions to the vocabulary
    "kind-exists",
    "field-exists",
    "column-exists",
    "fixed-values",
    "no-values",
    # Parameters
    "bad-value",
    "bad-duration",
    "months",
    "reserved-name",
    "unused-edge",
    "unused-name",
    "value-changes-type",
    "unknown-parameter",
    "wrong-parameter",
    "basis-not-restated",
    # Editions
    "editions-out-of-order",
    "edition-gap",
    "edition-overlap",
    "until-before-from",
    "dates-and-editions",
    # Windows and counts
    "window-without-edge",
    "window-in-working-days",
    "not-stated",
    "bad-number",
    # Conditions
    "no-form",
    "several-forms",
    "misplaced-key",
    "choose-one",
    "too-few-conditions",
    "unknown-term",
    "circular-terms",
    "condition-too-large",
    "bad-grace",
    "bad-age",
    # Vocabulary
    "unknown-kind",
    "unknown-field",
    "ambiguous-field",
    "unknown-value",
    "not-comparable",
    "unknown-grade",
    # Rules
    "no-trigger",
    "no-effect",
    "several-effects",
    "needs-entry",
    "field-of-other-kind",
    "wrong-field",
    "graded-trigger",
    "grade-of-child",
    "mixed-triggers",
    "while-of-child",
    "count-of-episode",
    "every-of-child",
    "condition-of-episode",
]
"""What can be wrong with a policy that is YAML (see :data:`missingrules.yamlsource.YamlCode`)."""


def fault(place: Place, code: PolicyCode, message: str, hint: str = "") -> Fault:
    """Make a fault at a place."""
    return Fault(place.source, place.line, place.column, code, message, hint)
