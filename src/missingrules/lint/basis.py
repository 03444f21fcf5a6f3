"""What numbers and duties rest on, where the policy does not say enough of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from missingrules import wording
from missingrules.policysource import parameter_values
from missingrules.vocabulary import GRADES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.language import Parameter
    from missingrules.lint.codes import Notices
    from missingrules.yamlsource import Path

_NUMBER_KEYS: Final = frozenset(
    {
        *("reach", "more_than", "at_least", "under", "steps_up", "within", "every", "first_after"),
        "by",
    }
)
_DURATION: Final = re.compile(r"[0-9]+ +[a-z]+.*")


def check_basis(notices: Notices) -> None:
    """Find numbers without a basis of their own, and a basis that nothing stands behind."""
    for path, value in _in_place(notices):
        message = f"{wording.quoted(value)} is written in place, so it has no basis of its own"
        if path[0] == "rules":
            message = f"{wording.quoted(value)} is written in place: its basis is that of the duty"
        hint = "make it a parameter, with the basis of the number"
        notices.at(path, "number-in-place", message, hint)
    for name, parameter in notices.source.file.parameters.items():
        _check_parameter(notices, name, parameter)
    for number, rule in enumerate(notices.source.file.rules):
        at = ("rules", number, "basis")
        if rule.basis == "assumed" and rule.note is None:
            message = f"the duty of `{rule.id}` is assumed, but not why"
            hint = "give `note`: who would have to settle it, and why this until then"
            notices.at(at, "assumed-without-note", message, hint)
        if rule.basis == "inferred" and rule.cite is None and rule.note is None:
            message = f"the duty of `{rule.id}` is inferred, but not from what"
            hint = "give `cite` for what it follows from, and `note` for the step"
            notices.at(at, "inferred-from-nothing", message, hint)


def _in_place(notices: Notices) -> Iterator[tuple[Path, object]]:
    """Every number, duration and grade that a rule or a term writes out."""
    for key in ("rules", "terms"):
        yield from _numbers(notices.source.located.data.get(key), (key,))


def _numbers(data: Any, path: Path) -> Iterator[tuple[Path, object]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _numbers(value, (*path, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _numbers(value, (*path, number))
    elif path[-1] in _NUMBER_KEYS and "where" not in path:
        grade = path[-2:] == ("grade", "at_least") and data in GRADES
        if grade or isinstance(data, int) or (isinstance(data, str) and _DURATION.fullmatch(data)):
            yield path, data


def _check_parameter(notices: Notices, name: str, parameter: Parameter) -> None:
    path: Path = ("parameters", name)
    first, *later = parameter_values(name, parameter)
    if first.basis == "inferred" and first.cite is None and first.note is None:
        message = f"`{name}` is inferred, but not from what"
        hint = "give `cite` for what it follows from, and `note` for the step"
        notices.at((*path, "basis"), "inferred-from-nothing", message, hint)
    before = first
    for number, value in enumerate(later):
        edition = parameter.editions[number]
        says_nothing = edition.basis is None and edition.cite is None
        if says_nothing and value.basis == "stated" and value.value != before.value:
            message = f"`{name}` changes, and the same passage is cited for both values"
            hint = "give the edition a `basis` of its own, with `cite` or `note`"
            notices.at((*path, "editions", number), "edition-without-basis", message, hint)
        before = value
