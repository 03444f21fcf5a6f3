"""Entries set aside on disk and had back child by child, however large the log is.

DuckDB sorts them, within a limit of memory and spilling to the folder that it is given. Every
column is text or a whole number: nothing that decides is left to SQL.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, Final, Self

from missingrules.errors import LogError
from missingrules.log import Entry, Intake, canonical

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_BATCH: Final = 50_000
_COLUMNS: Final = (
    "row",
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

Packed = tuple[Any, ...]
"""One entry as it lies in the spool: the columns from ``entry_id`` on."""


class Spool(Intake):
    """An intake that keeps its entries on disk instead of in memory.

    Use it as a context manager; what it kept is gone afterwards. ``memory`` limits DuckDB, as in
    ``"1GB"``.
    """

    def __init__(self, folder: Path, *, memory: str = "1GB") -> None:
        """Open the spool in an existing folder. Raises :class:`LogError` without DuckDB."""
        super().__init__()
        try:
            import duckdb
            import pyarrow as pa
        except ImportError:
            msg = "scanning large logs needs DuckDB and pyarrow: pip install 'missingrules[scan]'"
            raise LogError(msg) from None
        self._arrow = pa
        self._schema = pa.schema(
            (name, pa.int64() if name in ("row", "happened", "recorded") else pa.string())
            for name in _COLUMNS
        )
        self._db = duckdb.connect(
            str(folder / "entries.duckdb"),
            config={
                "memory_limit": memory,
                "temp_directory": str(folder),
                "preserve_insertion_order": False,
                "threads": 2,
            },
        )
        columns = ", ".join(
            f"{name} {'BIGINT' if name in ('row', 'happened', 'recorded') else 'VARCHAR'}"
            for name in _COLUMNS
        )
        self._db.execute(f"CREATE TABLE entries ({columns})")
        self._waiting: list[Packed] = []
        self._row = 0
        self.first: int | None = None
        self.latest: int | None = None

    def __enter__(self) -> Self:
        """Use it, and let it go in the end."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the file."""
        self._db.close()

    # -- in

    def accept(self, entry: Entry) -> None:
        """Take an entry."""
        self.take((entry,), (), entry.child_id)

    def take(self, entries: Sequence[Entry], faults: Sequence[Any], child_id: object) -> None:
        """Take a row that amounts to several entries."""
        if not entries:
            self.reject(faults, child_id)
            return
        self._row += 1
        for entry in entries:
            self._waiting.append((self._row, *packed(entry)))
            if self.first is None or entry.at < self.first:
                self.first = entry.at
            if self.latest is None or entry.recorded > self.latest:
                self.latest = entry.recorded
        if faults:
            self._partly += 1
            self._faults.extend(faults)
            self._incomplete.update(entry.child_id for entry in entries)
        if len(self._waiting) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            columns = zip(*self._waiting, strict=True)
            batch = self._arrow.table(  # noqa: F841 - DuckDB finds it by its name
                [self._arrow.array(c, f.type) for c, f in zip(columns, self._schema, strict=True)],
                schema=self._schema,
            )
            self._db.execute("INSERT INTO entries SELECT * FROM batch")
            self._waiting.clear()

    # -- settled

    def settle(self) -> None:
        """Tell duplicates and conflicting ids apart from what stands. Call it once, at the end."""
        self._flush()
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
        for number, row, *cells in found:
            entry = unpacked(tuple(cells))
            rivals.setdefault(entry.entry_id, []).append((number, row, entry))
        for entry_id, several in rivals.items():
            self._conflicts.add(entry_id)
            several.sort(key=lambda each: (each[2].recorded, each[2].at, canonical(each[2])))
            db.executemany("INSERT INTO dropped VALUES (?, ?)", [each[:2] for each in several[1:]])
        # As in memory, a row is accepted for the first entry of an id that it brings.
        (kept,) = db.execute(
            "SELECT count(DISTINCT row) FROM entries WHERE "
            "entry_id NOT IN (SELECT entry_id FROM repeated) OR rowid IN (SELECT min(rowid) FROM "
            "entries WHERE entry_id IN (SELECT entry_id FROM repeated) GROUP BY entry_id)"
        ).fetchone() or (0,)
        self._accepted = int(kept)
        self._duplicates = self._row - self._accepted

    def children(self, size: int) -> Iterator[list[list[Packed]]]:
        """Give the entries in chunks of about ``size``, each of whole children, sorted."""
        wanted = ", ".join(_COLUMNS[1:])
        cursor = self._db.execute(
            f"SELECT {wanted} FROM entries "  # noqa: S608 - names of columns
            "WHERE rowid NOT IN (SELECT number FROM dropped) "
            "ORDER BY child_id, happened, recorded, entry_id"
        )
        chunk: list[list[Packed]] = []
        held = 0
        while batch := cursor.fetchmany(10_000):
            for cells in batch:
                if not chunk or chunk[-1][0][1] != cells[1]:
                    if held >= size:
                        yield chunk
                        chunk, held = [], 0
                    chunk.append([])
                chunk[-1].append(cells)
                held += 1
        if chunk:
            yield chunk


_write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def packed(entry: Entry) -> Packed:
    """Write an entry as it lies in the spool."""
    fields = entry.fields
    told = None
    if fields:
        told = _write(
            {
                name: {"date": cell.isoformat()}
                if isinstance(cell, dt.date)
                else list(cell)
                if isinstance(cell, tuple)
                else cell
                for name, cell in fields.items()
            }
        )
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
        told,
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
