"""A log in the making: what an example puts on the record, entry by entry."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from missingrules.entry import Entry
from missingrules.record import Record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from missingrules.vocabulary import Vocabulary

CHILD = "child"


@dataclass(frozen=True, slots=True)
class Scene:
    """Entries of one child, in the order in which they were put there; ids are their numbers."""

    vocabulary: Vocabulary
    entries: tuple[Entry, ...] = ()

    def put(  # noqa: PLR0913 - everything that an entry is
        self,
        kind: str,
        at: int,
        episode: str | None = None,
        *,
        by: str | None = None,
        recorded: int | None = None,
        fields: Mapping[str, object] | None = None,
    ) -> Scene:
        """Add an entry; the episode is left out where the kind is about the child."""
        known = self.vocabulary.kinds[kind]
        entry = Entry(
            entry_id=f"{max((int(e.entry_id) for e in self.entries), default=0) + 1:02}",
            child_id=CHILD,
            episode_id=None if known.home == "child" else episode,
            kind=kind,
            at=at,
            recorded=at if recorded is None else recorded,
            by=by,
            fields={
                name: held(known.fields[name].type, value) for name, value in (fields or {}).items()
            },
        )
        return replace(self, entries=(*self.entries, entry))

    def changed(self, entry_id: str, fields: Mapping[str, object | None]) -> Scene:
        """Change fields of an entry; None takes one away."""
        made = []
        for entry in self.entries:
            if entry.entry_id != entry_id:
                made.append(entry)
                continue
            known = self.vocabulary.kinds[entry.kind].fields
            new = {n: held(known[n].type, v) for n, v in fields.items() if v is not None}
            kept = {n: v for n, v in entry.fields.items() if n not in fields}
            made.append(replace(entry, fields={**kept, **new}))
        return replace(self, entries=tuple(made))

    def but_for(self, kind: str, entry_id: str | None = None) -> Scene:
        """Take off the entries of a kind, or one of them."""
        kept = tuple(
            entry
            for entry in self.entries
            if entry.kind != kind or (entry_id is not None and entry.entry_id != entry_id)
        )
        return replace(self, entries=kept)

    def entry(self, entry_id: str) -> Entry:
        """Give an entry by its id."""
        return next(entry for entry in self.entries if entry.entry_id == entry_id)

    def record(self) -> Record:
        """Give the record that the kernel judges."""
        return Record.of(self.entries, child_id=CHILD)


def held(type_: str, value: object) -> object:
    """Give a value in the form in which an entry holds it."""
    if type_ == "date" and isinstance(value, str):
        return dt.date.fromisoformat(value)
    if type_ == "choices" and not isinstance(value, tuple):
        return (str(value),)
    return value
