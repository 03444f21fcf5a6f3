"""Kinds, fields and values that a policy names, against the vocabulary of logs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from missingrules import wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from missingrules.checks.review import Review
    from missingrules.vocabulary import Field, Vocabulary
    from missingrules.yamlsource import Path

WORD: Final = re.compile(r"[a-z][a-z0-9_]*")
_ANSWERS: Final = ("yes", "no", "not_applicable")
_CHOICES: Final = frozenset({"choice", "choices"})


def check_kinds(review: Review, path: Path, named: str | Sequence[str]) -> list[str]:
    """Check kinds of entry; return those that logs can have."""
    known: list[str] = []
    for at, kind in _each(path, named):
        if isinstance(kind, str) and kind in review.vocabulary.kinds:
            known.append(kind)
            continue
        hint = wording.suggestion(str(kind), review.vocabulary.kinds)
        hint = hint or "a policy adds kinds under `vocabulary`"
        review.fault(at, "unknown-kind", f"logs have no kind {wording.quoted(kind)}", hint)
    return known


def fields_named(vocabulary: Vocabulary, name: str) -> list[tuple[str, Field]]:
    """Find what ``field`` or ``kind.field`` may mean: each kind that has it, with the field."""
    kind, dot, field = name.partition(".")
    if dot:
        found = vocabulary.kinds.get(kind)
        return [(kind, found.fields[field])] if found is not None and field in found.fields else []
    return [
        (kind.name, kind.fields[name]) for kind in vocabulary.kinds.values() if name in kind.fields
    ]


def check_field(
    review: Review, path: Path, name: str, *, is_key: bool, also: Sequence[str] = ()
) -> tuple[str, Field] | None:
    """Check that a name means one field; ``also`` lists what else could stand there."""
    note = review.key_fault if is_key else review.fault
    fields = fields_named(review.vocabulary, name)
    if len(fields) == 1:
        return fields[0]
    if fields:
        kinds = [kind for kind, _ in fields]
        message = f"`{name}` is a field of {wording.listed(kinds, 'and')}"
        note(path, "ambiguous-field", message, f"say which one: `{kinds[0]}.{name}`")
        return None
    kind, dot, field = name.partition(".")
    if dot and kind in review.vocabulary.kinds:
        own = review.vocabulary.kinds[kind].fields
        hint = wording.advice(field, own, "it has no fields")
        note(path, "unknown-field", f"`{kind}` has no field {wording.quoted(field)}", hint)
        return None
    known = [*also, *_all_fields(review.vocabulary)]
    what = "neither a condition nor a field" if also else "not a field"
    message = f"{wording.quoted(name)} is {what}"
    hint = wording.suggestion(name, known)
    if also and not hint:
        hint = f"conditions are {wording.listed(also, 'and')}; anything else is a field of a log"
    note(path, "unknown-field", message, hint)
    return None


def _all_fields(vocabulary: Vocabulary) -> list[str]:
    return [
        name
        for kind in vocabulary.kinds.values()
        for field in kind.fields
        for name in (field, f"{kind.name}.{field}")
    ]


def check_values(
    review: Review, path: Path, field: Field, named: object, *, parameters: bool = False
) -> None:
    """Check values that a field is compared with; ``parameters`` may stand for them."""
    for at, value in _each(path, named):
        _check_value(review, at, field, value, parameters=parameters)


def _check_value(
    review: Review, path: Path, field: Field, value: object, *, parameters: bool
) -> None:
    if field.type not in {*_CHOICES, "yes_no"}:
        message = f"`{field.name}` holds {_held(field)}, which a policy cannot compare"
        hint = "ask whether it was recorded: `recorded` in place of the value, or `{recorded: ...}`"
        review.fault(path, "not-comparable", message, hint)
        return
    if isinstance(value, bool) and field.type == "yes_no":
        return
    if not isinstance(value, str):
        message = f"`{field.name}` is compared with words, not with {wording.noun(value)}"
        review.fault(path, "wrong-type", message)
        return
    known = _ANSWERS if field.type == "yes_no" else field.values
    if parameters and value in review.parameters:
        _check_parameter_value(review, path, field, value, known)
    elif known is None and not WORD.fullmatch(value):
        hint = "a lower-case letter first, then lower-case letters, digits and underscores"
        review.fault(path, "unknown-value", f"{wording.quoted(value)} is not a word of a log", hint)
    elif known is not None and value not in known:
        message = f"{wording.quoted(value)} is not a value of `{field.name}`"
        review.fault(path, "unknown-value", message, _value_hint(value, known))


def _check_parameter_value(
    review: Review, path: Path, field: Field, name: str, known: Sequence[str] | None
) -> None:
    parameter = review.parameters[name]
    for value in (parameter.value, *(edition.value for edition in parameter.editions)):
        if not isinstance(value, str) or (known is not None and value not in known):
            message = f"{wording.quoted(value)}, given by parameter `{name}`, is not a value of "
            review.fault(path, "wrong-parameter", f"{message}`{field.name}`")


def _value_hint(value: str, known: Sequence[str]) -> str:
    return wording.advice(value, known, "a policy adds values under `vocabulary`")


def _held(field: Field) -> str:
    return {"date": "a date", "instant": "an instant", "reference": "an id"}.get(
        field.type, "free text"
    )


def check_where(
    review: Review, path: Path, kinds: Sequence[str], where: dict[str, object] | None
) -> None:
    """Check what the fields of entries of these kinds must say."""
    for name, named in (where or {}).items():
        at = (*path, name)
        if name == "by":
            _check_roles(review, at, named)
            continue
        for kind in kinds:
            fields = review.vocabulary.kinds[kind].fields
            if name not in fields:
                message = f"`{kind}` has no field {wording.quoted(name)}"
                hint = wording.advice(name, [*fields, "by"], "")
                review.key_fault(at, "unknown-field", message, hint)
            elif named != "recorded":
                check_values(review, at, fields[name], named, parameters=True)


def _check_roles(review: Review, path: Path, named: object) -> None:
    for at, role in _each(path, named):
        if not isinstance(role, str) or not WORD.fullmatch(role):
            message = f"{wording.quoted(role)} is not a role"
            hint = "a word in snake_case such as `duty_inspector`"
            review.fault(at, "bad-name", message, hint)
        elif role in review.parameters:
            review.fault(at, "wrong-parameter", f"`{role}` is a parameter here, not a role")


def check_risks(review: Review, path: Path, named: str | list[str], kind: str, name: str) -> None:
    """Check markers or concerns: values of a field of a kind of entry."""
    check_values(review, path, review.vocabulary.kinds[kind].fields[name], named)


def _each(path: Path, named: object) -> Iterator[tuple[Path, object]]:
    if isinstance(named, list | tuple):
        for number, value in enumerate(named):
            yield (*path, number), value
    else:
        yield path, named
