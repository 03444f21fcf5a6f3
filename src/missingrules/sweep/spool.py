"""Entries held, or set aside on disk, and had back child by child, however large the log is.

On disk DuckDB sorts them, within a limit of memory and spilling to the folder that it is given.
Every column is text or a whole number: nothing that decides is left to SQL.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self, TypeAlias

from missingrules.entry import Entry, canonical
from missingrules.errors import LogError, MissingRulesError
from missingrules.log import Intake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from missingrules.errors import Fault

IN_MEMORY: Final = 200_000
"""So many entries are held in memory; more are set aside on disk."""

_BATCH: Final = 50_000
_TOLD: Final = 10_000
_WHOLE: Final = frozenset({"row", "happened", "recorded"})
_SIZE: Final = re.compile(r"(?!0+(?:\.0*)?[^0-9.])[0-9]+(?:\.[0-9]+)? ?[KMGT]i?B", re.IGNORECASE)
"""Sizes that DuckDB takes; it has more ways to write one, some of which it reads as no limit."""
_COLUMNS: Final = (
    "row",
    "place",
    "entry_id",
    "child_id",
    "episode_id",
    "kind",
    "happened",
    "recorded",
    "role",
    "area",
    "authority",
    "fields",
)
_CONTENT: Final = "child_id, episode_id, kind, happened, recorded, role, area, authority, fields"

Packed: TypeAlias = tuple[Any, ...]
"""One entry as it lies on disk: the columns from ``entry_id`` on."""

Kept: TypeAlias = Entry | Packed
"""One entry as a spool gives it."""


class Spool(Intake):
    """An intake that moves its entries to disk when there are more than a few.

    Use it as a context manager; what it kept is gone afterwards. ``memory`` limits DuckDB, as in
    ``"1GB"``; up to ``in_memory`` entries (:data:`IN_MEMORY`) nothing is written at all, and DuckDB
    is not needed.
    """

    def __init__(
        self,
        folder: Path,
        *,
        memory: str = "1GB",
        in_memory: int | None = None,
        order: Callable[[str], str] | None = None,
        taken: Callable[[int], None] | None = None,
    ) -> None:
        """Take an existing folder to work in.

        Children come in the order of their ids, or of what ``order`` makes of an id. ``taken`` is
        told now and then how many entries there are. Raises ``MissingRulesError`` for a ``memory``
        that is no size, also where the entries will not be many.
        """
        if _SIZE.fullmatch(memory) is None:
            raise MissingRulesError(
                f"memory={memory} must be a number and KB, MB, GB or TB, as in 500MB or 1.5GB"
            )
        super().__init__(folder)
        self._folder, self._memory = folder, memory
        self._limit = IN_MEMORY if in_memory is None else in_memory
        self._order, self._taken = order, taken
        self._disk: _Disk | None = None
        self._rows: list[Sequence[Entry]] = []
        self._held = 0
        self._settled: dict[str, tuple[Entry, ...]] = {}
        self.first: int | None = None
        """When the earliest entry happened, once settled."""
        self.latest: int | None = None
        """When the last entry was recorded, once settled."""
        self.size = 0
        """How many children there are, once settled."""

    def __enter__(self) -> Self:
        """Use it, and let it go in the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the file."""
        if self._disk is not None:
            self._disk.close()

    @property
    def on_disk(self) -> bool:
        """Whether the entries were too many to be held in memory."""
        return self._disk is not None

    @property
    def held(self) -> int:
        """How many entries were taken."""
        return self._held

    # -- in

    def accept(self, entry: Entry) -> None:
        """Take an entry."""
        self.take((entry,), (), entry.child_id)

    def take(self, entries: Sequence[Entry], faults: Sequence[Fault], child_id: object) -> None:
        """Take a row that amounts to several entries.

        Raises :class:`LogError` where there are many and DuckDB is not installed, or its folder is
        full.
        """
        if not entries:
            self.reject(faults, child_id)
            return
        before = self._held // _TOLD
        self._held += len(entries)
        if self._taken is not None and self._held // _TOLD > before:
            self._taken(self._held)
        if faults:
            self._partly += 1
            self._faults.extend(faults)
            self._incomplete.update(entry.child_id for entry in entries)
        if self._disk is not None:
            self._disk.take(entries)
            return
        self._rows.append(entries)
        if self._held > self._limit:
            self._disk = _Disk(self._folder, self._memory, self._order)
            for row in self._rows:
                self._disk.take(row)
            self._rows.clear()

    # -- settled

    def settle(self) -> None:
        """Tell duplicates and conflicting ids apart from what stands. Call it once, at the end."""
        if self._disk is None:
            self._settle_in_memory()
            return
        found = self._disk.settle()
        self._accepted, self._duplicates = found.accepted, found.duplicates
        self._conflicts |= found.conflicts
        self._incomplete |= found.disputed
        self.first, self.latest, self.size = found.first, found.latest, found.children

    def _settle_in_memory(self) -> None:
        plain = Intake()
        for row in self._rows:
            plain.take(row, (), row[0].child_id)
        log = plain.log()
        self._rows.clear()
        self._accepted, self._duplicates = log.accepted, log.duplicates
        self._conflicts |= set(log.conflicts)
        self._incomplete |= log.incomplete
        self._settled = log.by_child()
        self.first = log.first
        self.latest = max((entry.recorded for entry in log.entries), default=None)
        self.size = len(self._settled)

    def children(self, size: int) -> Iterator[list[list[Kept]]]:
        """Give the entries in chunks of about ``size``, each of whole children, sorted.

        :func:`entries_of` makes entries of what each child has there.
        """
        if self._disk is not None:
            yield from self._disk.children(size)
            return
        chunk: list[list[Kept]] = []
        held = 0
        order = self._order or str
        for child_id in sorted(self._settled, key=order):
            entries = self._settled[child_id]
            if held >= size:
                yield chunk
                chunk, held = [], 0
            chunk.append(list(entries))
            held += len(entries)
        if chunk:
            yield chunk

    def unheard(self) -> frozenset[str]:
        """Name the children of whom rows were rejected or set aside and none was accepted."""
        if self._disk is None:
            return frozenset(self._incomplete - self._settled.keys())
        return frozenset(self._incomplete - self._disk.known(self._incomplete))

    # -- across children

    def note_keys(self, keys: Iterable[tuple[str, str, str]]) -> None:
        """Set aside what is told only by all children together; see :meth:`Quality.released`."""
        if self._disk is None:
            raise ValueError("keys are set aside on disk only")
        self._disk.note_keys(list(keys))

    def shared_keys(self) -> Iterator[tuple[str, str]]:
        """Give, by code, the ids that share a key with another id."""
        if self._disk is not None:
            yield from self._disk.shared_keys()


class _Settled(NamedTuple):
    accepted: int
    duplicates: int
    conflicts: set[str]
    disputed: set[str]
    """Children of whom a content under such an id is, or would have been."""
    first: int | None
    latest: int | None
    children: int


class _Disk:
    """The entries in a database of their own."""

    def __init__(self, folder: Path, memory: str, order: Callable[[str], str] | None) -> None:
        try:
            import duckdb
            import pyarrow as pa
        except ImportError:
            msg = "a log of this size needs DuckDB and pyarrow: pip install 'missingrules[scan]'"
            raise LogError(msg) from None
        self._arrow, self._error = pa, duckdb.Error
        self._schema = pa.schema(
            (name, pa.int64() if name in _WHOLE else pa.string()) for name in _COLUMNS
        )
        with self._said():
            self._db = duckdb.connect(
                str(folder / "entries.duckdb"),
                config={
                    "memory_limit": memory,
                    "temp_directory": str(folder),
                    "preserve_insertion_order": False,
                    "threads": 2,
                },
            )
            self._db.execute("SET enable_progress_bar = false")  # it would go to standard output
            columns = ", ".join(
                f"{name} {'BIGINT' if name in _WHOLE else 'VARCHAR'}" for name in _COLUMNS
            )
            self._db.execute(f"CREATE TABLE entries ({columns})")
            self._db.execute("CREATE TABLE keys (code VARCHAR, key VARCHAR, id VARCHAR)")
        self._order = order
        self._waiting: list[Packed] = []
        self._row = 0

    def close(self) -> None:
        self._db.close()

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Say what DuckDB cannot do, such as writing to a full disk, in our own words."""
        try:
            yield
        except self._error as error:
            raise LogError(
                f"the entries could not be set aside on disk ({type(error).__name__}): is there "
                "room in the folder for it, and enough memory for DuckDB?"
            ) from None

    def take(self, entries: Sequence[Entry]) -> None:
        self._row += 1
        order = self._order
        for entry in entries:
            place = None if order is None else order(entry.child_id)
            self._waiting.append((self._row, place, *packed(entry)))
        if len(self._waiting) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            self._insert("entries", self._waiting, self._schema)
            self._waiting.clear()

    def _insert(self, table: str, rows: list[Packed], schema: Any) -> None:
        columns = zip(*rows, strict=True)
        batch = self._arrow.table(  # noqa: F841 - DuckDB finds it by its name
            [self._arrow.array(c, f.type) for c, f in zip(columns, schema, strict=True)],
            schema=schema,
        )
        with self._said():
            self._db.execute(f"INSERT INTO {table} SELECT * FROM batch")  # noqa: S608 - our tables

    def settle(self) -> _Settled:
        self._flush()
        with self._said():
            return self._settle()

    def _settle(self) -> _Settled:
        db = self._db
        db.execute("CREATE TABLE dropped (number BIGINT, row BIGINT)")
        db.execute(
            "CREATE TABLE repeated AS SELECT entry_id FROM entries GROUP BY entry_id "
            "HAVING count(*) > 1"
        )
        db.execute(
            "INSERT INTO dropped SELECT number, row FROM "  # noqa: S608 - names of columns
            "(SELECT rowid AS number, row, row_number() "
            f"OVER (PARTITION BY entry_id, {_CONTENT} ORDER BY rowid) AS place FROM entries "
            "WHERE entry_id IN (SELECT entry_id FROM repeated)) WHERE place > 1"
        )
        rivals: dict[str, list[tuple[int, int, Entry]]] = {}
        found = db.execute(
            f"SELECT rowid, {', '.join(_COLUMNS)} FROM entries "  # noqa: S608 - names of columns
            "WHERE rowid NOT IN (SELECT number FROM dropped) AND entry_id IN (SELECT entry_id FROM "
            f"(SELECT DISTINCT entry_id, {_CONTENT} FROM entries WHERE entry_id IN "
            "(SELECT entry_id FROM repeated)) GROUP BY entry_id HAVING count(*) > 1)"
        ).fetchall()
        for number, row, _, *cells in found:
            entry = unpacked(tuple(cells))
            rivals.setdefault(entry.entry_id, []).append((number, row, entry))
        for several in rivals.values():
            several.sort(key=lambda each: (each[2].recorded, each[2].at, canonical(each[2])))
            db.executemany("INSERT INTO dropped VALUES (?, ?)", [each[:2] for each in several[1:]])
        # As in memory, a row is accepted for the first entry of an id that it brings.
        (kept,) = db.execute(
            "SELECT count(DISTINCT row) FROM entries WHERE "
            "entry_id NOT IN (SELECT entry_id FROM repeated) OR rowid IN (SELECT min(rowid) FROM "
            "entries WHERE entry_id IN (SELECT entry_id FROM repeated) GROUP BY entry_id)"
        ).fetchone() or (0,)
        first, latest, children = db.execute(
            "SELECT min(happened), max(recorded), count(DISTINCT child_id) FROM entries "
            "WHERE rowid NOT IN (SELECT number FROM dropped)"
        ).fetchone() or (None, None, 0)
        accepted = int(kept)
        disputed = {entry.child_id for several in rivals.values() for _, _, entry in several}
        return _Settled(
            accepted,
            self._row - accepted,
            set(rivals),
            disputed,
            first,
            latest,
            int(children),
        )

    def children(self, size: int) -> Iterator[list[list[Kept]]]:
        wanted = ", ".join(_COLUMNS[2:])
        with self._said():
            cursor = self._db.cursor().execute(
                f"SELECT {wanted} FROM entries "  # noqa: S608 - names of columns
                "WHERE rowid NOT IN (SELECT number FROM dropped) "
                "ORDER BY coalesce(place, child_id), child_id, happened, recorded, entry_id"
            )
        chunk: list[list[Kept]] = []
        child_id: str | None = None
        held = 0
        while batch := self._fetched(cursor):
            for cells in batch:
                if cells[1] != child_id:
                    child_id = cells[1]
                    if held >= size:
                        yield chunk
                        chunk, held = [], 0
                    chunk.append([])
                chunk[-1].append(cells)
                held += 1
        if chunk:
            yield chunk

    def _fetched(self, cursor: Any) -> list[Packed]:
        with self._said():
            found: list[Packed] = cursor.fetchmany(10_000)
        return found

    def known(self, children: Iterable[str]) -> set[str]:
        with self._said():
            found = self._db.execute(
                "SELECT DISTINCT child_id FROM entries WHERE child_id IN (SELECT unnest(?))",
                [list(children)],
            ).fetchall()
        return {child_id for (child_id,) in found}

    def note_keys(self, keys: list[tuple[str, str, str]]) -> None:
        if keys:
            text = self._arrow.string()
            self._insert(
                "keys", keys, self._arrow.schema([(n, text) for n in ("code", "key", "id")])
            )

    def shared_keys(self) -> Iterator[tuple[str, str]]:
        with self._said():
            cursor = self._db.execute(
                "SELECT DISTINCT code, id FROM keys SEMI JOIN (SELECT code, key FROM keys "
                "GROUP BY code, key HAVING min(id) <> max(id)) shared USING (code, key)"
            )
        while batch := self._fetched(cursor):
            yield from batch
        with self._said():
            shared = self._db.execute(
                "SELECT episode_id FROM entries WHERE episode_id IS NOT NULL AND rowid NOT IN "
                "(SELECT number FROM dropped) GROUP BY 1 HAVING min(child_id) <> max(child_id)"
            ).fetchall()
        yield from (("shared-episode", episode) for (episode,) in shared)


def entries_of(kept: Iterable[Kept]) -> list[Entry]:
    """Make entries of what a spool gives for a child."""
    return [each if isinstance(each, Entry) else unpacked(each) for each in kept]


def _told(cell: dt.date) -> dict[str, str]:
    """Write what JSON has no form for: dates."""
    return {"date": cell.isoformat()}


_write = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_told
).encode


def packed(entry: Entry) -> Packed:
    """Write an entry as it lies in the spool."""
    return (
        entry.entry_id,
        entry.child_id,
        entry.episode_id,
        entry.kind,
        entry.at,
        entry.recorded,
        entry.by,
        entry.area,
        entry.authority,
        _write(entry.fields) if entry.fields else None,
    )


def unpacked(cells: Packed) -> Entry:
    """Read an entry back."""
    entry_id, child_id, episode_id, kind, at, recorded, by, area, authority, told = cells
    fields = {} if told is None else {k: _cell(v) for k, v in json.loads(told).items()}
    return Entry(entry_id, child_id, episode_id, kind, at, recorded, by, fields, area, authority)


def _cell(value: Any) -> object:
    if isinstance(value, list):
        return tuple(value)
    return dt.date.fromisoformat(value["date"]) if isinstance(value, dict) else value
