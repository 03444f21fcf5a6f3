"""A policy, compiled: duties with their triggers, conditions and deadlines, ready to be judged.

Everything that the language leaves to names (terms, parameters, fields) is resolved once, by
:mod:`missingrules.compiling`.
"""

from __future__ import annotations

import hashlib
import os
from importlib import metadata
from typing import TYPE_CHECKING

from missingrules import facts
from missingrules.calendar import Calendar
from missingrules.compiling.conditions import Conditions
from missingrules.compiling.rules import Rules
from missingrules.duties import index
from missingrules.layers import load_source, source_from_text
from missingrules.matchers import matcher_for

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from missingrules.duties import Duty
    from missingrules.entry import Entry
    from missingrules.matchers import Matcher
    from missingrules.policysource import PolicySource
    from missingrules.terms import Condition, Prop
    from missingrules.vocabulary import Vocabulary


class Policy:
    """A policy ready to judge with. Immutable in use; may be shared between threads.

    ``name``, ``title`` and ``edition`` are those of the file; ``digest`` changes with anything that
    could change a verdict: the merged text, the calendar's data and the version of this package.
    """

    def __init__(self, source: PolicySource) -> None:
        """Compile a checked source; :meth:`load` and :meth:`parse` are the usual ways in."""
        file = source.file
        self.source = source
        self.name: str = file.policy
        self.title: str = file.title
        self.edition: str = file.edition
        holidays = file.conventions.holidays
        self.calendar = Calendar(
            file.conventions.zone,
            holidays.country if holidays else None,
            holidays.subdivision if holidays else None,
        )
        self.vocabulary: Vocabulary = source.vocabulary
        self.digest: str = _digest(source, self.calendar)
        compiler = Conditions(source, self.calendar)
        self.duties: Mapping[str, tuple[Duty, ...]] = Rules(compiler, self.digest).duties()
        self.conditions: tuple[Condition, ...] = tuple(compiler.conditions.values())
        self.graces = tuple(compiler.graces)
        self.watches = tuple(compiler.watches)
        self.counts = tuple(compiler.counts)
        self.lasted = tuple(compiler.lasted)
        self.props: tuple[Prop, ...] = tuple(compiler.props.values())
        self.codes: Mapping[tuple[str, str], Mapping[str, int]] = compiler.codes
        self._coders = {
            prop: facts.coder(
                prop, self.codes.get((prop.kind, prop.name), {}), self.vocabulary.roles
            )
            for prop in self.props
            if prop.what in ("code", "names", "recorded")
        }
        self.setters = {
            known: facts.setters(self.props, self._coders, known=known) for known in (False, True)
        }
        self.known_props = _known_props(self.props)
        self.index = index(
            self.duties, self.conditions, (term for term, _, _ in self.counts), self.props
        )
        self.bearing = {
            known: _bearing(self.props, self.index.resting, known=known) for known in (False, True)
        }
        self.watched: dict[str, list[tuple[Prop, Condition | None]]] = {}
        for prop in self.props:
            if prop.what == "has":
                kind, check = self.watches[prop.number]
                self.watched.setdefault(kind, []).append((prop, check))
        self.matter = {
            False: frozenset(
                (*_ALWAYS_MATTER, *self.setters[False], *self.watched, *self.index.on_entry)
            )
            | self.index.floor_kinds,
            True: frozenset((*_ALWAYS_MATTER, *self.setters[True])) | self.index.floor_kinds,
        }
        self._entry_props: dict[str, list[Prop]] = {}
        for prop in self.props:
            if prop.scope == "entry":
                self._entry_props.setdefault(prop.kind, []).append(prop)
        self._matchers: dict[str, Matcher] = {}

    @classmethod
    def load(cls, name_or_path: str | Path) -> Policy:
        """Load a shipped policy by name, or any by path; raise ``PolicyError`` with every fault."""
        return cls(load_source(name_or_path))

    @classmethod
    def parse(cls, text: str, *, source: str = "<policy>") -> Policy:
        """Read a policy from its text; ``source`` is what faults call it."""
        return cls(source_from_text(text, source=source))

    def __repr__(self) -> str:
        """Name, edition and the first digits of the digest."""
        return f"<Policy {self.name} {self.edition} {self.digest[:12]}>"

    def __reduce__(self) -> tuple[type[Policy], tuple[PolicySource]]:
        """Pickle the source; compiling again is cheap, and closures cannot travel."""
        return (type(self), (self.source,))

    def matcher(self, engine: str) -> Matcher:
        """Return the matcher of that name, made once a policy."""
        found = self._matchers.get(engine)
        if found is None:
            found = self._matchers.setdefault(engine, matcher_for(engine, self.conditions))
        return found

    def role(self, by: str | None) -> str | None:
        """Return what this policy calls a role of the log."""
        return None if by is None else self.vocabulary.roles.get(by, by)

    def entry_facts(self, entry: Entry) -> dict[Prop, int]:
        """Facts of one entry alone, for conditions on its fields."""
        found: dict[Prop, int] = {}
        for prop in self._entry_props.get(entry.kind, ()):
            value = entry.by if prop.name == "by" else entry.fields.get(prop.name)
            if value is not None and prop in self._coders:
                found[prop] = self._coders[prop](value)
        return found


_LONGEST_NAMED = 200


def loaded(given: object, argument: str = "policy") -> Policy:
    """Take a policy; raise ``TypeError`` for anything else, such as the name of one.

    ``argument`` is what the caller's caller knows it by.
    """
    if isinstance(given, Policy):
        return given
    if isinstance(given, (str, os.PathLike)):
        name = os.fspath(given)
        if isinstance(name, str) and len(name) <= _LONGEST_NAMED and "\n" not in name:
            told = f"{argument}={name!r} is the name of a policy: Policy.load({name!r}) loads it"
            raise TypeError(told)
        raise TypeError(
            f"{argument} must be a Policy: Policy.load loads one by its name or path, and "
            "Policy.parse reads its text"
        )
    raise TypeError(f"{argument} must be a Policy, as Policy.load gives it, not {_a_type(given)}")


def _a_type(given: object) -> str:
    return "None" if given is None else f"of type {type(given).__name__}"


_ALWAYS_MATTER = (
    "reported",
    "returned",
    "graded",
    "born",
    "marker_added",
    "marker_removed",
    "concern_noted",
)
"""Kinds of entry that the walk stops at whatever a policy asks."""

_MARKED = {"marker": ("marker_added", "marker_removed"), "concern": ("concern_noted",)}


def _known_props(props: Sequence[Prop]) -> dict[str, tuple[Prop, ...]]:
    """By kind of entry, the facts that the last such entry decides, once it is known.

    A concern, once noted, stays: it does not matter which entry came last.
    """
    made: dict[str, list[Prop]] = {}
    for prop in props:
        if prop.known and prop.scope != "entry" and prop.what != "concern":
            for kind in _MARKED.get(prop.what, (prop.kind,)):
                made.setdefault(kind, []).append(prop)
    return {kind: tuple(listed) for kind, listed in made.items()}


def _bearing(
    props: Sequence[Prop], resting: Mapping[Prop, tuple[int, ...]], *, known: bool
) -> dict[str, tuple[int, ...]]:
    """By kind of entry, the conditions whose facts it changes: when known, or when it happens."""
    made: dict[str, dict[int, None]] = {}
    for prop in props:
        if prop.known == known and prop.scope != "entry":
            for kind in _MARKED.get(prop.what, (prop.kind,)):
                made.setdefault(kind, {}).update(dict.fromkeys(resting.get(prop, ())))
    return {kind: tuple(numbers) for kind, numbers in made.items()}


def _digest(source: PolicySource, calendar: Calendar) -> str:
    parts = (source.digest, calendar.version, metadata.version("missingrules"))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()
