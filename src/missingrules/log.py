"""A log of entries: one entry as the kernel sees it, and reading and writing JSON Lines.

Reading never stops at a fault. Every line ends as accepted, duplicate or rejected, the three add up
to the lines read, and :class:`Log` lists every fault of every rejected line with its place.

**Derived ids.** An entry without an ``entry_id`` gets ``e-`` and the first 32 hexadecimal digits of
the SHA-256 of its content. The content is one JSON object, written as RFC 8785 asks (keys sorted,
no spaces, UTF-8, no needless escapes), of every column that is recorded, ``entry_id`` apart, and
every field that is recorded, all on one level. ``recorded_at`` is always there: without one it is
``at``. Instants are in UTC as ``2024-03-31T00:30:00Z``, with exactly six decimals where they have a
fraction of a second; dates as ``2009-05-23``; yes / no answers as ``yes``, ``no`` or
``not_applicable``; lists sorted, each value once; texts without the blank characters around them. A
role is taken as it was logged.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import operator
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any, NamedTuple, TypeAlias

from missingrules import calendar, jsonlines, values
from missingrules.entries import VOIDS_NOTHING, TypedEntry
from missingrules.episoderow import Episode
from missingrules.errors import Fault, LogError
from missingrules.faultlist import FaultList
from missingrules.vocabulary import COLUMNS, kind_of, standard
from missingrules.wording import plural

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from missingrules.vocabulary import Kind, Vocabulary

_COLUMNS = frozenset(COLUMNS)
_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - in UTC; the Z is written behind it
_SEEN = 4_096  # cells of a column; in most logs rows about one child stand near each other
_UNKNOWN_LISTED = 20  # of one row; a row with thousands is not a row of this log


# --- Entries -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a log, in the form that the kernel works with.

    ``at`` and ``recorded`` are microseconds since 1970 in UTC. ``fields`` has only what was
    recorded: a choice or yes / no answer as ``str``, choices as a sorted ``tuple``, a date as
    ``date``, an instant as ``int`` of microseconds, a text without blanks around it.
    """

    entry_id: str
    child_id: str
    episode_id: str | None
    kind: str
    at: int
    recorded: int
    by: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict, hash=False, repr=False)
    area: str | None = None
    authority: str | None = None

    @property
    def known(self) -> int:
        """From when on the entry is known: the later of when it was, and when it was entered."""
        return max(self.at, self.recorded)


Source: TypeAlias = str | os.PathLike[str] | IO[bytes] | IO[str] | Iterable[bytes] | Iterable[str]
"""Where a log can be read from: a path, a stream, or its lines."""

EntryLike: TypeAlias = Entry | TypedEntry | Episode | Mapping[str, Any]
"""What stands for one entry, or (an :class:`Episode`) for several."""


def to_entry(typed: TypedEntry) -> Entry:
    """Turn a typed entry into the kernel's form, with its id derived if it has none."""
    fields = {}
    for name in kind_of(type(typed)).fields:
        cell = getattr(typed, name)
        if not values.blank(cell):
            fields[name] = calendar.to_us(cell) if isinstance(cell, dt.datetime) else cell
    at = calendar.to_us(typed.at)
    return _with_id(
        Entry(
            entry_id=typed.entry_id or "",
            child_id=typed.child_id,
            episode_id=typed.episode_id,
            kind=kind_of(type(typed)).name,
            at=at,
            recorded=at if typed.recorded_at is None else calendar.to_us(typed.recorded_at),
            by=typed.by,
            fields=fields,
            area=typed.area,
            authority=typed.authority,
        )
    )


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


def to_json(entry: Entry) -> dict[str, Any]:
    """Write an entry as a row of the log: canonical names, times in UTC.

    What is not recorded is left out. The reader makes the same entry of it.
    """
    return {"entry_id": entry.entry_id, **_content(entry)}


def derive_entry_id(entry: Entry) -> str:
    """Give the id that the content of an entry has (see the recipe at the top of this module)."""
    return f"e-{hashlib.sha256(canonical(entry)).hexdigest()[:32]}"


def _content(entry: Entry) -> dict[str, Any]:
    at = _utc(entry.at)
    cells = {
        "child_id": entry.child_id,
        "episode_id": entry.episode_id,
        "at": at,
        "recorded_at": at if entry.recorded == entry.at else _utc(entry.recorded),
        "kind": entry.kind,
        "by": entry.by,
        "area": entry.area,
        "authority": entry.authority,
    }
    row: dict[str, Any] = {name: cell for name, cell in cells.items() if cell is not None}
    for name, cell in entry.fields.items():
        if isinstance(cell, int):
            row[name] = _utc(cell)
        elif isinstance(cell, dt.date):
            row[name] = cell.isoformat()
        else:
            row[name] = list(cell) if isinstance(cell, tuple) else cell
    return row


_write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(entry: Entry) -> bytes:
    """Give the content of an entry as the recipe at the top of this module writes it."""
    return _write(_content(entry)).encode()


def _utc(us: int) -> str:
    return f"{(_EPOCH + dt.timedelta(microseconds=us)).isoformat()}Z"


def _with_id(entry: Entry) -> Entry:
    if not entry.entry_id:
        object.__setattr__(entry, "entry_id", derive_entry_id(entry))  # still in the making
    return entry


# --- One row -------------------------------------------------------------------------------------


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
        return _with_id(
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


class _Trouble(NamedTuple):
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
    read = _read(row, vocabulary or standard(), zone)
    if isinstance(read, Entry):
        return read
    column = 1 if line else 0
    return [Fault(source, line, column, *each[1:]) for each in read]


def _read(
    row: Mapping[str, Any], vocabulary: Vocabulary, zone: str | None
) -> Entry | list[_Trouble]:
    troubles: list[_Trouble] = []
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
    return _with_id(
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
    troubles: list[_Trouble],
    *,
    required: bool = False,
) -> Any:
    """Read one cell; None if it is not recorded, or not readable."""
    cell = row.get(name)
    if cell is None or values.blank(cell):
        if required:
            message = f"`{name}` is missing"
            troubles.append(_Trouble(name, "missing-field", message, "", values.class_of(cell)))
        return None
    try:
        return read(cell)
    except values.UnreadableError as error:
        held = values.class_of(cell)
        troubles.append(_Trouble(name, error.code, f"`{name}` {error.message}", error.hint, held))
        return None


def _kind(row: Mapping[str, Any], vocabulary: Vocabulary, troubles: list[_Trouble]) -> Kind | None:
    name = row.get("kind")
    if values.blank(name):
        troubles.append(_Trouble("kind", "missing-field", "`kind` is missing"))
        return None
    kind = vocabulary.kinds.get(name) if isinstance(name, str) else None
    if kind is None:
        message, hint = "`kind` names no kind of entry", ""
        if isinstance(name, str):
            hint = values.suggestion(name, vocabulary.kinds)
            if hint and values.quotable(name):
                message = f"`{name}` is no kind of entry"
        hint = hint or "A policy may add kinds: read the log with its vocabulary."
        troubles.append(_Trouble("kind", "unknown-kind", message, hint))
    return kind


def _fields(
    row: Mapping[str, Any],
    kind: Kind,
    vocabulary: Vocabulary,
    zone: str | None,
    troubles: list[_Trouble],
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
        troubles.append(_Trouble("", "unknown-field", message))
    for name, told in kind.fields.items():
        read = values.reader(told.type, told.values, zone)
        found = _cell(row, name, read, troubles, required=told.required)
        if found is not None and found != ():
            fields[name] = found
    return fields


def _unknown_field(name: object, kind: Kind, vocabulary: Vocabulary) -> _Trouble:
    if not isinstance(name, str):
        return _Trouble("", "unknown-field", f"a key is no text, and no field of `{kind.name}`")
    shown = f"`{name}`" if values.quotable(name) else "a key"
    elsewhere = vocabulary.with_field(name)
    if elsewhere:
        hint = f"It belongs to: {', '.join(elsewhere)}."
    else:
        hint = values.suggestion(name, [*COLUMNS, *kind.fields])
    return _Trouble(name, "unknown-field", f"{shown} is no field of `{kind.name}`", hint)


def _check_home(kind: Kind, row: Mapping[str, Any], troubles: list[_Trouble]) -> None:
    without = values.blank(row.get("episode_id"))
    if kind.home == "episode" and without:
        message = f"`episode_id` is missing: `{kind.name}` belongs to an episode"
        troubles.append(_Trouble("episode_id", "missing-field", message))
    elif kind.home == "child" and not without:
        message = f"`episode_id` must be empty: `{kind.name}` is about the child"
        troubles.append(_Trouble("episode_id", "wrong-home", message))
    elif kind.name == "voided" and without and values.blank(row.get("of")):
        troubles.append(_Trouble("of", "missing-field", f"`of` {VOIDS_NOTHING}"))


# --- The whole log -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Log:
    """What a log held.

    ``rows`` is the sum of ``accepted``, ``duplicates``, ``rejected`` and ``left_out``; a row can
    amount to several entries. A rejected row may be
    the very action that seems to be missing: ``incomplete`` names the children it may belong to,
    and ``unattributed`` counts the rows that could be anybody's. ``conflicts`` are the ids that
    stood over two contents, of which the earliest recorded was kept; ``incomplete`` names the
    children of both, too.
    """

    entries: tuple[Entry, ...] = ()
    """Sorted by child, time, time of recording and id, in whatever order they came."""
    accepted: int = 0
    duplicates: int = 0
    rows: int = 0
    rejected: int = 0
    faults: Sequence[Fault] = ()
    """Everything wrong with the rejected rows, in order of place; very many are not in memory."""
    incomplete: frozenset[str] = frozenset()
    unattributed: int = 0
    conflicts: tuple[str, ...] = ()
    left_out: int = 0
    """Rows that the filter of a mapping leaves out."""
    partly: int = 0
    """Accepted rows of which some cells could not be read; ``faults`` lists these too."""

    @property
    def lost(self) -> bool:
        """Whether anything that a row held is not in the entries: rejected, unread, set aside."""
        return bool(self.rejected or self.partly or self.conflicts)

    @property
    def first(self) -> int | None:
        """When the earliest entry happened."""
        return min((entry.at for entry in self.entries), default=None)

    @property
    def last(self) -> int | None:
        """When the latest entry happened."""
        return max((entry.at for entry in self.entries), default=None)

    def by_child(self) -> dict[str, tuple[Entry, ...]]:
        """Give each child's entries, children in order of id."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.child_id, []).append(entry)
        return {child_id: tuple(entries) for child_id, entries in found.items()}


class Intake:
    """Where rows are counted while a log is read, from whatever source; ends in a :class:`Log`."""

    def __init__(self, folder: Path | None = None) -> None:
        """Start with nothing; ``folder`` is where very many faults are set aside."""
        self._entries: dict[str, Entry] = {}
        self._conflicts: set[str] = set()
        self._duplicates = 0
        self._rejected = 0
        self._faults = FaultList(folder)
        self._incomplete: set[str] = set()
        self._unattributed = 0
        self._accepted = 0
        self._left_out = 0
        self._partly = 0

    def take(self, entries: Sequence[Entry], faults: Sequence[Fault], child_id: object) -> None:
        """Take a row that amounts to several entries: a duplicate if none of them is new.

        ``faults`` are those of cells that could not be read; a row of which nothing could is
        rejected.
        """
        if not entries:
            self.reject(faults, child_id)
            return
        new = [self._keep(entry) for entry in entries]
        if any(new):
            self._accepted += 1
        else:
            self._duplicates += 1
        if faults:
            self._partly += 1
            self._faults.extend(faults)
            self._incomplete.update(entry.child_id for entry in entries)

    def leave_out(self) -> None:
        """Count a row that the filter of a mapping leaves out."""
        self._left_out += 1

    def note(self, fault: Fault) -> None:
        """List a fault of something that is no row of the log."""
        self._faults.extend((fault,))

    def accept(self, entry: Entry) -> None:
        """Take an entry; the same one again is a duplicate.

        Of two contents under one id the earliest recorded is kept, then the earliest, then the one
        whose canonical content sorts first; the id is a conflict, and what is known of the
        children of both may lack something.
        """
        if self._keep(entry):
            self._accepted += 1
        else:
            self._duplicates += 1

    def _keep(self, entry: Entry) -> bool:
        """Keep an entry; False if its id is there already."""
        held = self._entries.get(entry.entry_id)
        if held is None:
            self._entries[entry.entry_id] = entry
            return True
        if held != entry:
            self._conflicts.add(entry.entry_id)
            self._incomplete.update((held.child_id, entry.child_id))  # a content of one is lost
            if _earliest(entry) < _earliest(held):
                self._entries[entry.entry_id] = entry
        return False

    def reject(self, faults: Iterable[Fault], child_id: object = None) -> None:
        """Count a row as rejected; ``child_id`` is the cell it had there, whatever it held."""
        self._rejected += 1
        self._faults.extend(faults)
        try:
            self._incomplete.add(values.identifier(child_id))
        except values.UnreadableError:
            self._unattributed += 1

    def log(self) -> Log:
        """Close the books."""
        entries = sorted(
            self._entries.values(),
            key=lambda entry: (entry.child_id, entry.at, entry.recorded, entry.entry_id),
        )
        return Log(
            entries=tuple(entries),
            duplicates=self._duplicates,
            accepted=self._accepted,
            left_out=self._left_out,
            partly=self._partly,
            rows=self._accepted + self._duplicates + self._rejected + self._left_out,
            rejected=self._rejected,
            faults=self._faults.settled(),
            incomplete=frozenset(self._incomplete),
            unattributed=self._unattributed,
            conflicts=tuple(sorted(self._conflicts)),
        )


def _earliest(entry: Entry) -> tuple[int, int, bytes]:
    return entry.recorded, entry.at, canonical(entry)


def read_jsonl(
    *sources: Source,
    vocabulary: Vocabulary | None = None,
    zone: str | None = None,
    source: str | None = None,
) -> Log:
    """Read one log in JSON Lines from one source or several: paths, streams, iterables of lines.

    ``vocabulary`` is the one of the policy, if it adds to the standard one. ``zone`` is the IANA
    zone of times without an offset; without it they are rejected. ``source`` is what faults call
    each source; without it, its path or the name of the stream. Raises :class:`LogError` where
    nothing can be read at all, ``ValueError`` for a zone that does not exist.
    """
    if zone is not None:
        calendar.parse_instant("2000-01-01T12:00:00", zone)
    words = vocabulary or standard()
    intake = Intake()
    for lines in sources:
        take_lines(intake, lines, words, zone, source or _name_of(lines))
    return intake.log()


def take_lines(
    intake: Intake, lines: Source, words: Vocabulary, zone: str | None, source: str
) -> None:
    """Read one source of JSON Lines to its end."""
    for line in jsonlines.read_lines(lines, source):
        found = [] if line.cells is None else _read(line.cells, words, zone)
        if isinstance(found, Entry) and not line.troubles:
            intake.accept(found)
            continue
        faults = [Fault(source, line.number, *trouble) for trouble in line.troubles]
        if not isinstance(found, Entry):
            places = jsonlines.key_columns(line.text) if found else {}
            faults += [
                Fault(source, line.number, places.get(key, 1), *told) for key, *told in found
            ]
        cells = {} if line.cells is None or "child_id" in line.repeated else line.cells
        intake.reject(faults, cells.get("child_id"))


def _name_of(lines: Source) -> str:
    if isinstance(lines, (str, os.PathLike)):
        return os.fspath(lines)
    name = getattr(lines, "name", None)  # of a stream; a pipe has only a number
    return name if isinstance(name, str) else "log"
