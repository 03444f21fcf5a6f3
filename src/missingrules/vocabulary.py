"""The vocabulary of a log: which kinds of entry there are, with which fields and values.

The standard vocabulary is read off the classes in :mod:`missingrules.entries`; a policy may add to
it.
"""

from __future__ import annotations

import functools
import types
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Union, get_args, get_origin

from missingrules import entries, entryfields, values
from missingrules.entryfields import FieldType, Holds, Home
from missingrules.errors import Fault, PolicyError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from missingrules.language import AddedField, Additions

GRADES: tuple[str, ...] = get_args(entryfields.GradeName)
"""The risk grades, from the lowest to the highest."""

COLUMNS = (
    "child_id",
    "episode_id",
    "at",
    "recorded_at",
    "kind",
    "entry_id",
    "by",
    "area",
    "authority",
)
"""What every entry has, whatever its kind."""

_OPEN_TYPES = frozenset({"choice", "choices", "yes_no", "date"})
_LISTED_TYPES = frozenset({"choice", "choices"})
# Fields that name markers and concerns take whatever is added to those.
_FOLLOWERS = {"marker": ("carries", "refers_to"), "concern": ("carries", "refers_to")}


@dataclass(frozen=True, slots=True)
class Field:
    """What a field of an entry holds.

    ``values`` are those of a choice; None where any word in snake_case will do. ``open`` is True
    where a field that nobody recorded is *not recorded* (the answer is unknown), False where it
    means "no".
    """

    name: str
    type: FieldType
    values: tuple[str, ...] | None = None
    open: bool = False
    required: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of entry: what it belongs to, what it holds, and what messages call it.

    ``phrase`` fills "No record of {phrase} by ...".
    """

    name: str
    home: Home
    fields: Mapping[str, Field] = field(hash=False)
    phrase: str


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The kinds of entry by name, and the policy's names for roles that a log calls otherwise.

    An entry keeps the role as it was logged; whoever compares roles asks :meth:`role`.
    """

    kinds: Mapping[str, Kind] = field(hash=False)
    roles: Mapping[str, str] = field(default_factory=dict, hash=False)
    names: frozenset[str] = field(init=False, repr=False, compare=False)
    """Every field of every kind."""

    def __post_init__(self) -> None:
        """Collect the names of the fields."""
        names = frozenset(name for kind in self.kinds.values() for name in kind.fields)
        object.__setattr__(self, "names", names)

    def role(self, logged: str) -> str:
        """Give the policy's name of a role as it stands in the log."""
        return self.roles.get(logged, logged)

    def with_field(self, name: str) -> tuple[str, ...]:
        """Name the kinds that have a field of this name."""
        return tuple(kind.name for kind in self.kinds.values() if name in kind.fields)

    def extended(self, additions: Additions) -> Vocabulary:
        """Add what a policy adds; adding what is there already, and says the same, changes nothing.

        Raises :class:`PolicyError` with every fault; the ``source`` of each is the dotted path of
        the key, such as ``vocabulary.kinds.drone_sent``, its line and column are 0.
        """
        kinds = dict(self.kinds)
        faults = [
            *_add_kinds(kinds, additions),
            *_add_fields(kinds, additions),
            *_add_values(kinds, additions),
        ]
        if faults:
            raise PolicyError(faults)
        return Vocabulary(kinds, {**self.roles, **additions.roles})


@functools.cache
def standard() -> Vocabulary:
    """Give the standard vocabulary: the kinds of entry that every log may hold."""
    return Vocabulary({name: kind_of(model) for name, model in entries.KINDS.items()})


@functools.cache
def kind_of(model: type[entries.TypedEntry]) -> Kind:
    """Read a kind off its class."""
    fields = {}
    for name, told in model.model_fields.items():
        if name not in COLUMNS:
            holds, annotation = _held(Annotated[told.annotation, None, *told.metadata])
            fields[name] = Field(
                name=name,
                type=holds.type,
                values=entryfields.listed(annotation) if holds.type in _LISTED_TYPES else None,
                open=holds.open,
                required=told.is_required(),
            )
    return Kind(str(model.model_fields["kind"].default), model.home, fields, model.phrase)


def _held(annotation: object) -> tuple[Holds, object]:
    """Find the marker in an annotation, past an "or None"."""
    if get_origin(annotation) is Annotated:
        inner, *marks = get_args(annotation)
        for mark in marks:
            if isinstance(mark, Holds):
                return mark, inner
        return _held(inner)
    if get_origin(annotation) in {Union, types.UnionType}:
        return _held(next(part for part in get_args(annotation) if part is not types.NoneType))
    raise TypeError(f"{annotation=} must be marked with Holds")


# --- Additions -----------------------------------------------------------------------------------


def _add_kinds(kinds: dict[str, Kind], additions: Additions) -> Iterator[Fault]:
    for name, added in additions.kinds.items():
        path = f"vocabulary.kinds.{name}"
        fields = {}
        for field_name, told in added.fields.items():
            made = _made(field_name, told)
            fields[field_name] = made
            yield from _faults_of(f"{path}.fields.{field_name}", made)
        kind = Kind(name, added.of, fields, added.phrase.strip())
        if values.blank(added.phrase):
            hint = 'Write what "No record of ... by ..." should say.'
            yield _fault(path, "blank-phrase", "the phrase is blank", hint)
        if kinds.setdefault(name, kind) != kind:
            hint = "To give it more fields, name it under `fields`."
            yield _fault(path, "kind-exists", f"`{name}` exists and says something else", hint)


def _add_fields(kinds: dict[str, Kind], additions: Additions) -> Iterator[Fault]:
    for kind_name, added in additions.fields.items():
        path = f"vocabulary.fields.{kind_name}"
        kind = kinds.get(kind_name)
        if kind is None:
            hint = values.suggestion(kind_name, kinds)
            yield _fault(path, "unknown-kind", f"there is no kind `{kind_name}`", hint)
            continue
        fields = dict(kind.fields)
        for name, told in added.items():
            made = _made(name, told)
            yield from _faults_of(f"{path}.{name}", made)
            if fields.setdefault(name, made) != made:
                message = f"`{kind_name}` has another field `{name}` already"
                hint = "To give it more values, name it under `values`."
                yield _fault(f"{path}.{name}", "field-exists", message, hint)
        kinds[kind_name] = replace(kind, fields=fields)


def _add_values(kinds: dict[str, Kind], additions: Additions) -> Iterator[Fault]:
    for name, added in additions.values.items():
        path = f"vocabulary.values.{name}"
        holders = [kind for kind in kinds.values() if name in kind.fields]
        if not holders:
            known = {each for kind in kinds.values() for each in kind.fields}
            hint = values.suggestion(name, known)
            yield _fault(path, "unknown-field", f"no kind has a field `{name}`", hint)
        elif name == "grade":
            hint = f"The grades are {', '.join(GRADES)}, in this order."
            yield _fault(path, "fixed-values", "the grades cannot be added to", hint)
        elif all(kind.fields[name].values is None for kind in holders):
            message = f"`{name}` has no list of values to add to"
            yield _fault(path, "no-values", message, "A choice without a list takes any word.")
        else:
            for followed in (name, *_FOLLOWERS.get(name, ())):
                _widen(kinds, followed, added)


def _widen(kinds: dict[str, Kind], name: str, added: list[str]) -> None:
    for kind in list(kinds.values()):
        told = kind.fields.get(name)
        if told is not None and told.values is not None:
            wider = replace(told, values=tuple(dict.fromkeys((*told.values, *added))))
            kinds[kind.name] = replace(kind, fields={**kind.fields, name: wider})


def _made(name: str, told: AddedField) -> Field:
    listed = tuple(dict.fromkeys(told.values)) if told.values is not None else None
    return Field(name, told.type, listed, told.type in _OPEN_TYPES, told.required)


def _faults_of(path: str, made: Field) -> Iterator[Fault]:
    if made.name in COLUMNS:
        yield _fault(path, "column-exists", f"every entry has `{made.name}` already")
    if made.values is not None and made.type not in _LISTED_TYPES:
        hint = "Only choice and choices take a list of values."
        yield _fault(path, "no-values", f"a field of type {made.type} takes no values", hint)


def _fault(path: str, code: str, message: str, hint: str = "") -> Fault:
    return Fault(path, 0, 0, code, message, hint)
