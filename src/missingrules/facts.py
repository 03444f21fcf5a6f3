"""How entries become facts: small whole numbers that conditions are judged on."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from missingrules import terms
from missingrules.terms import Prop

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from missingrules.entry import Entry
    from missingrules.terms import Scope

    Coder = Callable[[object], int]
    Setter = Callable[[dict[Prop, int], dict[Prop, str], Entry], None]

PRINCIPAL = {"categorised": "category", "graded": "grade", "prioritised": "priority"}
"""Kinds of entry whose other fields belong to one value: a new category has a ground of its own."""


def setters(
    props: Sequence[Prop], coders: Mapping[Prop, Coder], *, known: bool
) -> dict[str, tuple[tuple[Setter, Scope], ...]]:
    """Functions that bring facts up to date, by kind of entry, each with whose facts they are.

    ``known``: those that work when an entry is known, not when what it tells happened.
    """
    made: dict[str, list[tuple[Setter, Scope]]] = {}
    by_kind: dict[str, list[Prop]] = {}
    for prop in props:
        if prop.known != known or prop.scope == "entry":
            continue
        if prop.what == "marker":
            added, removed = _flag(prop, "marker", 1), _flag(prop, "marker", 0)
            made.setdefault("marker_added", []).append((added, prop.scope))
            made.setdefault("marker_removed", []).append((removed, prop.scope))
        elif prop.what == "concern":
            made.setdefault("concern_noted", []).append((_flag(prop, "concern", 1), prop.scope))
        elif prop.what in ("code", "names", "recorded"):
            by_kind.setdefault(prop.kind, []).append(prop)
    for kind, listed in by_kind.items():
        kept = made.setdefault(kind, [])
        if kind in PRINCIPAL:
            kept.append((_reset(PRINCIPAL[kind], tuple(listed)), "episode"))
        kept += [(_set(prop, coders[prop]), prop.scope) for prop in listed]
    return {kind: tuple(kept) for kind, kept in made.items()}


def _flag(prop: Prop, field: str, code: int) -> Setter:
    value = prop.value

    def set_flag(facts: dict[Prop, int], sources: dict[Prop, str], entry: Entry) -> None:
        if entry.fields.get(field) == value:
            facts[prop] = code
            sources[prop] = entry.entry_id

    return set_flag


def _reset(principal: str, props: tuple[Prop, ...]) -> Setter:
    """Forget what was recorded with another value of the principal field."""
    last = Prop("episode", "code", "", f"last {principal}")

    def reset(facts: dict[Prop, int], sources: dict[Prop, str], entry: Entry) -> None:
        value = entry.fields.get(principal)
        if value is None:
            return
        if sources.get(last) != value:
            sources[last] = str(value)
            for prop in props:
                if facts.pop(prop, None) is not None:
                    sources[prop] = entry.entry_id

    return reset


def _set(prop: Prop, code: Coder) -> Setter:
    name = prop.name

    def set_field(facts: dict[Prop, int], sources: dict[Prop, str], entry: Entry) -> None:
        value = entry.fields.get(name)
        if value is not None:
            facts[prop] = code(value)
            sources[prop] = entry.entry_id

    return set_field


def coder(prop: Prop, codes: Mapping[str, int], roles: Mapping[str, str]) -> Coder:
    """Make the function that codes what a field holds; ``roles`` are renamed by the policy."""
    if prop.what == "recorded":
        return lambda _: 1
    if prop.what == "names":
        words = {prop.value, *(logged for logged, role in roles.items() if role == prop.value)}
        return lambda value: 2 if words.isdisjoint(cast("tuple[str, ...]", value)) else 1
    if prop.name == "by":
        return lambda value: codes.get(roles.get(str(value), str(value)), terms.OTHER)
    return lambda value: codes.get(str(value), terms.OTHER)
