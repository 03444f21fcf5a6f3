"""Entries from rows with the canonical names: one at a time, or many of one table."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from missingrules import values
from missingrules.entries import VOIDS_NOTHING, TypedEntry
from missingrules.entry import Entry, to_entry, with_id
from missingrules.episoderow import Episode
from missingrules.errors import Fault, LogError
from missingrules.vocabulary import COLUMNS, standard
from missingrules.wording import plural

if TYPE_CHECKING:
    from collections.abc import Callable

    from missingrules.vocabulary import Kind, Vocabulary

_COLUMNS = frozenset(COLUMNS)
_SEEN = 4_096  # cells of a column; in most logs rows about one child stand near each other
_UNKNOWN_LISTED = 20  # of one row; a row with thousands is not a row of this log

EntryLike: TypeAlias = Entry | TypedEntry | Episode | Mapping[str, Any]
"""What stands for one entry, or (an :class:`Episode`) for several."""


def to_entries(item: EntryLike, *, vocabulary: Vocabulary | None = None) -> tuple[Entry, ...]:
    """Turn whatever stands for entries into the kernel's form: a wide row gives several.

    A mapping is a row with the canonical names; raises :class:`LogError` with all that is wrong
    with it.
    """
    if isinstance(item, Entry):
        return (item,)
    if isinstance(item, TypedEntry):
        return (to_entry(item),)
    if isinstance(item, Episode):
        return tuple(to_entry(each) for each in item.entries())
    if isinstance(item, Mapping):
        found = entry_from_row(item, vocabulary)
        if isinstance(found, Entry):
            return (found,)
        raise LogError(found)
    raise TypeError(f"item must be an entry, an Episode or a mapping, not {type(item).__name__}")


class TableRows:
    """Reads rows of one table with the canonical names, quickly where nothing is wrong with them.

    What has to be asked of the columns is asked once for each kind of entry, and not of every row.
    """

    def __init__(
        self, columns: Sequence[str], vocabulary: Vocabulary, zone: str | None = None
    ) -> None:
        """Take the names of the columns; the rest as for :func:`entry_from_row`."""
        self._columns, self._vocabulary, self._zone = tuple(columns), vocabulary, zone
        self._places = {name: place for place, name in enumerate(columns)}
        self._kind = self._places.get("kind")
        self._instant = values.reader("instant", zone=zone)
        self._plans: dict[str, _Plan] = {}
        self._seen: dict[str, dict[str, Any]] = {}

    def entry(self, cells: Sequence[Any]) -> Entry | None:  # noqa: C901 - a call a cell would cost
        """Make an entry of a row; None where something may be wrong: read it another way then.

        What it makes is what :func:`entry_from_row` makes of the same cells by their names.
        """
        kind = None if self._kind is None else cells[self._kind]
        plan = None
        if isinstance(kind, str):
            plan = self._plans.get(kind) or self._plan(kind)
        if plan is None or plan.has_more(cells):
            return None
        row: dict[str, Any] = {}
        try:
            for name, place, read, required, seen in plan.cells:
                cell = cells[place]
                if isinstance(cell, str) and cell in seen:
                    row[name] = seen[cell]
                    continue
                if cell is None or values.blank(cell):
                    if required:
                        return None
                    continue
                if isinstance(cell, str) and not cell.isascii():
                    return None
                row[name] = made = read(cell)
                if isinstance(cell, str):
                    if len(seen) >= _SEEN:
                        seen.clear()
                    seen[cell] = made
        except values.UnreadableError:
            return None
        return plan.entry(row)

    def _plan(self, name: str) -> _Plan | None:
        kind = self._vocabulary.kinds.get(name)
        if kind is None or len(self._places) < len(self._columns):
            return None
        wanted: list[tuple[str, Callable[[object], Any], bool]] = [
            ("entry_id", values.identifier, False),
            ("child_id", values.identifier, True),
            ("at", self._instant, True),
            ("recorded_at", self._instant, False),
            ("by", values.word, False),
            ("area", values.label, False),
            ("authority", values.label, False),
        ]
        if kind.home != "child":
            wanted.append(("episode_id", values.identifier, kind.home == "episode"))
        for field_name, told in kind.fields.items():
            read = values.reader(told.type, told.values, self._zone)
            wanted.append((field_name, read, told.required))
        if any(required and column not in self._places for column, _, required in wanted):
            return None
        known = {column for column, _, _ in wanted} | {"kind"}
        plan = _Plan(
            kind=kind,
            cells=tuple(
                (column, self._places[column], read, required, self._seen_of(column, kind))
                for column, read, required in wanted
                if column in self._places
            ),
            others=_all_of([p for column, p in self._places.items() if column not in known]),
        )
        self._plans[name] = plan
        return plan

    def _seen_of(self, column: str, kind: Kind) -> dict[str, Any]:
        """Give where to keep what the latest cells of a column read as: most come again soon.

        A field may be of another type in another kind, so each kind has its own for that.
        """
        if column in kind.fields:
            return {}
        return self._seen.setdefault("at" if column == "recorded_at" else column, {})


@dataclass(frozen=True, slots=True)
class _Plan:
    """How to read rows of one kind: the cells that it has, and those that must be empty."""

    kind: Kind
    cells: tuple[tuple[str, int, Callable[[object], Any], bool, dict[str, Any]], ...]
    others: Callable[[Sequence[Any]], tuple[Any, ...]]

    def has_more(self, cells: Sequence[Any]) -> bool:
        """Say whether a row has cells that an entry of this kind has not."""
        others = self.others(cells)
        return others.count(None) + others.count("") != len(others)

    def entry(self, row: dict[str, Any]) -> Entry | None:
        """Make an entry of cells that were read."""
        episode_id = row.pop("episode_id", None)
        if self.kind.name == "voided" and episode_id is None and "of" not in row:
            return None
        entry_id, child_id, at = row.pop("entry_id", ""), row.pop("child_id"), row.pop("at")
        recorded = row.pop("recorded_at", at)
        by, area = row.pop("by", None), row.pop("area", None)
        authority = row.pop("authority", None)
        fields = {name: row[name] for name in self.kind.fields if row.get(name, ()) != ()}
        return with_id(
            Entry(
                entry_id,
                child_id,
                episode_id,
                self.kind.name,
                at,
                recorded,
                by,
                fields,
                area,
                authority,
            )
        )


def _all_of(places: Sequence[int]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Give what takes the cells at some places out of a row, always as a tuple."""
    if len(places) > 1:
        return operator.itemgetter(*places)
    return lambda cells: tuple(cells[place] for place in places)


class Trouble(NamedTuple):
    """Something wrong with a row, and the key that it hangs on."""

    key: str
    code: str
    message: str
    hint: str = ""
    held: str = ""


def entry_from_row(
    row: Mapping[str, Any],
    vocabulary: Vocabulary | None = None,
    zone: str | None = None,
    *,
    source: str = "row",
    line: int = 0,
) -> Entry | list[Fault]:
    """Make an entry of one row with the canonical names, or list everything wrong with it.

    Cells are text, as in a file, or Python values: ``datetime``, ``date``, ``bool``, lists.
    ``zone`` is the IANA zone of local times without an offset; without it they are faults.
    ``source`` and ``line`` say where the row stands; the column is 1, or 0 without a line.
    """
    read = read_row(row, vocabulary or standard(), zone)
    if isinstance(read, Entry):
        return read
    column = 1 if line else 0
    return [Fault(source, line, column, *each[1:]) for each in read]


def read_row(
    row: Mapping[str, Any], vocabulary: Vocabulary, zone: str | None
) -> Entry | list[Trouble]:
    """Make an entry of one row, or say what is wrong with which key of it."""
    troubles: list[Trouble] = []
    instant = values.reader("instant", zone=zone)
    kind = _kind(row, vocabulary, troubles)
    child_id = _cell(row, "child_id", values.identifier, troubles, required=True)
    episode_id = None
    if kind is None or kind.home != "child":
        episode_id = _cell(row, "episode_id", values.identifier, troubles)
    entry_id = _cell(row, "entry_id", values.identifier, troubles)
    at = _cell(row, "at", instant, troubles, required=True)
    recorded = _cell(row, "recorded_at", instant, troubles)
    by = _cell(row, "by", values.word, troubles)
    area = _cell(row, "area", values.label, troubles)
    authority = _cell(row, "authority", values.label, troubles)
    fields: dict[str, object] = {}
    if kind is not None:
        fields = _fields(row, kind, vocabulary, zone, troubles)
        _check_home(kind, row, troubles)
    if troubles or kind is None:
        return troubles
    return with_id(
        Entry(
            entry_id=entry_id or "",
            child_id=child_id,
            episode_id=episode_id,
            kind=kind.name,
            at=at,
            recorded=at if recorded is None else recorded,
            by=by,
            fields=fields,
            area=area,
            authority=authority,
        )
    )


def _cell(
    row: Mapping[str, Any],
    name: str,
    read: Callable[[object], Any],
    troubles: list[Trouble],
    *,
    required: bool = False,
) -> Any:
    """Read one cell; None if it is not recorded, or not readable."""
    cell = row.get(name)
    if cell is None or values.blank(cell):
        if required:
            message = f"`{name}` is missing"
            troubles.append(Trouble(name, "missing-field", message, "", values.class_of(cell)))
        return None
    try:
        return read(cell)
    except values.UnreadableError as error:
        held = values.class_of(cell)
        troubles.append(Trouble(name, error.code, f"`{name}` {error.message}", error.hint, held))
        return None


def _kind(row: Mapping[str, Any], vocabulary: Vocabulary, troubles: list[Trouble]) -> Kind | None:
    name = row.get("kind")
    if values.blank(name):
        troubles.append(Trouble("kind", "missing-field", "`kind` is missing"))
        return None
    kind = vocabulary.kinds.get(name) if isinstance(name, str) else None
    if kind is None:
        message, hint = "`kind` names no kind of entry", ""
        if isinstance(name, str):
            hint = values.suggestion(name, vocabulary.kinds)
            if hint and values.quotable(name):
                message = f"`{name}` is no kind of entry"
        hint = hint or "A policy may add kinds: read the log with its vocabulary."
        troubles.append(Trouble("kind", "unknown-kind", message, hint))
    return kind


def _fields(
    row: Mapping[str, Any],
    kind: Kind,
    vocabulary: Vocabulary,
    zone: str | None,
    troubles: list[Trouble],
) -> dict[str, object]:
    fields: dict[str, object] = {}
    unknown: list[object] = []
    for name, cell in row.items():
        if name in _COLUMNS or name in kind.fields:
            continue
        if not (name in vocabulary.names and values.blank(cell)):  # a column of other kinds, empty
            unknown.append(name)
    troubles.extend(_unknown_field(name, kind, vocabulary) for name in unknown[:_UNKNOWN_LISTED])
    if len(unknown) > _UNKNOWN_LISTED:
        more = len(unknown) - _UNKNOWN_LISTED
        are = plural(more, "more key is no field", "more keys are no fields")
        message = f"{more} {are} of `{kind.name}`"
        troubles.append(Trouble("", "unknown-field", message))
    for name, told in kind.fields.items():
        read = values.reader(told.type, told.values, zone)
        found = _cell(row, name, read, troubles, required=told.required)
        if found is not None and found != ():
            fields[name] = found
    return fields


def _unknown_field(name: object, kind: Kind, vocabulary: Vocabulary) -> Trouble:
    if not isinstance(name, str):
        return Trouble("", "unknown-field", f"a key is no text, and no field of `{kind.name}`")
    shown = f"`{name}`" if values.quotable(name) else "a key"
    elsewhere = vocabulary.with_field(name)
    if elsewhere:
        hint = f"It belongs to: {', '.join(elsewhere)}."
    else:
        hint = values.suggestion(name, [*COLUMNS, *kind.fields])
    return Trouble(name, "unknown-field", f"{shown} is no field of `{kind.name}`", hint)


def _check_home(kind: Kind, row: Mapping[str, Any], troubles: list[Trouble]) -> None:
    without = values.blank(row.get("episode_id"))
    if kind.home == "episode" and without:
        message = f"`episode_id` is missing: `{kind.name}` belongs to an episode"
        troubles.append(Trouble("episode_id", "missing-field", message))
    elif kind.home == "child" and not without:
        message = f"`episode_id` must be empty: `{kind.name}` is about the child"
        troubles.append(Trouble("episode_id", "wrong-home", message))
    elif kind.name == "voided" and without and values.blank(row.get("of")):
        troubles.append(Trouble("of", "missing-field", f"`of` {VOIDS_NOTHING}"))
