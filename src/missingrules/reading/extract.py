"""Reading a whole extract: several files, in whatever form, into one log.

Every row ends as accepted, duplicate, rejected, or left out by the filter of a mapping; the four
add up to the rows read.
"""

from __future__ import annotations

import contextlib
import fnmatch
import sys
from typing import IO, TYPE_CHECKING, Any

from missingrules import jsonlines, values
from missingrules.errors import Fault, LogError
from missingrules.log import Entry, Intake, Log, entry_from_row, take_lines
from missingrules.reading.delimited import Delimited, Row
from missingrules.reading.files import STDIN, form_of, opened
from missingrules.reading.mapping import MappingError
from missingrules.reading.rows import TableReader
from missingrules.vocabulary import COLUMNS, standard

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from missingrules.reading.language import Pairs, Table
    from missingrules.reading.mapping import SourceMapping
    from missingrules.vocabulary import Vocabulary


def read_files(
    paths: Iterable[Path],
    *,
    mapping: SourceMapping | None = None,
    vocabulary: Vocabulary | None = None,
    zone: str | None = None,
) -> Log:
    """Read files as one log: with the canonical names, or by a mapping.

    JSON Lines, CSV (both also packed: ``.gz``, ``.zst``) and Parquet, told by the ends of their
    names. ``zone`` is the IANA zone of times without an offset in files with the canonical names.
    Raises :class:`LogError` for a file that cannot be read at all, and
    :class:`~missingrules.reading.mapping.MappingError` for files that do not fit the mapping.
    """
    intake = Intake()
    listed = list(paths)
    if mapping is None:
        for path in listed:
            _read_canonical(path, intake, vocabulary or standard(), zone)
    else:
        _read_mapped(listed, mapping, intake)
    return intake.log()


# --- Files ----------------------------------------------------------------------------------------


@contextlib.contextmanager
def _rows_of(
    path: Path, *, encoding: str = "utf-8", delimiter: str | None = None
) -> Iterator[tuple[tuple[str, ...], Iterable[Row]]]:
    """Open a file as a table: its columns, and its rows once."""
    source = str(path)
    form = form_of(path)
    if form == "parquet":
        yield _parquet(path)
        return
    with _opened(path) as stream:
        if form == "jsonl":
            yield _objects(stream, source)
        else:
            table = Delimited(stream, source=source, encoding=encoding, delimiter=delimiter)
            yield table.columns, table


def _opened(path: Path) -> IO[bytes]:
    try:
        return opened(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"cannot be read: {reason}"
        raise LogError([Fault(str(path), 0, 0, "unreadable-file", message)]) from None


def _broken_off(source: str, error: Exception) -> Fault:
    hint = "Get the file again: what follows is not in it."
    name = type(error).__name__
    return Fault(source, 0, 0, "truncated-file", f"the file breaks off ({name})", hint)


def _parquet(path: Path) -> tuple[tuple[str, ...], Iterable[Row]]:
    duckdb = _duckdb()
    try:
        found = duckdb.connect().execute("SELECT * FROM read_parquet(?)", [str(path)])
    except duckdb.Error as error:
        message = f"cannot be read as Parquet ({type(error).__name__})"
        raise LogError([Fault(str(path), 0, 0, "unreadable-file", message)]) from None
    columns = tuple(column[0] for column in found.description)
    return columns, _fetched(found)


def _fetched(found: Any) -> Iterator[Row]:
    line = 0
    while batch := found.fetchmany(10_000):
        for cells in batch:
            line += 1
            yield Row(line, cells)


def _objects(stream: Any, source: str) -> tuple[tuple[str, ...], Iterable[Row]]:
    """Read JSON Lines as a table; its columns are those of its first object."""
    lines = jsonlines.read_lines(stream, source)
    first = next(lines, None)
    columns = () if first is None or first.cells is None else tuple(first.cells)

    def rows() -> Iterator[Row]:
        for line in (first, *lines) if first is not None else ():
            trouble = line.troubles[0] if line.troubles else None
            if line.cells is None or trouble is not None:
                told = None if trouble is None else trouble[1:]
                yield Row(line.number, (), None if told is None else _trouble(*told))
            else:
                yield Row(line.number, [line.cells.get(column) for column in columns])

    return columns, rows()


def _trouble(code: str, message: str, hint: str = "") -> Any:
    from missingrules.reading.delimited import Trouble

    return Trouble(code, message, hint)


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError:
        msg = "reading Parquet needs DuckDB: pip install 'missingrules[scan]'"
        raise LogError(msg) from None
    return duckdb


# --- Canonical names ------------------------------------------------------------------------------


def _read_canonical(path: Path, intake: Intake, words: Vocabulary, zone: str | None) -> None:
    source = str(path)
    if source == STDIN:
        take_lines(intake, sys.stdin.buffer, words, zone, "<stdin>")
        return
    if form_of(path) in ("jsonl", None):
        with _opened(path) as stream:
            try:
                take_lines(intake, stream, words, zone, source)
            except (OSError, EOFError) as error:
                intake.reject([_broken_off(source, error)])
        return
    with _rows_of(path) as (columns, rows):
        unknown = [c for c in columns if c not in COLUMNS and c not in words.names]
        if unknown:
            hint = "Write a mapping for a file with other names: `missingrules map FILE`."
            message = f"has columns that no entry has: {', '.join(unknown[:10])}"
            raise LogError([Fault(source, 1, 1, "unknown-column", message, hint)])
        for row in rows:
            if row.trouble is not None:
                intake.reject([Fault(source, row.line, 1, *row.trouble[:3])])
                continue
            cells = dict(zip(columns, row.cells, strict=True))
            found = entry_from_row(cells, words, zone, source=source, line=row.line)
            if isinstance(found, Entry):
                intake.accept(found)
            else:
                intake.reject(found, cells.get("child_id"))


# --- By a mapping ---------------------------------------------------------------------------------


def _read_mapped(paths: Sequence[Path], mapping: SourceMapping, intake: Intake) -> None:
    tables = mapping.file.tables
    pairs = dict(mapping.file.links)
    if mapping.file.aliases is not None:
        pairs["aliases"] = mapping.file.aliases
    homes = {path: _home(path, mapping, {**tables, **pairs}) for path in paths}
    aliases: dict[str, str] = {}
    links: dict[str, dict[str, str]] = {name: {} for name in mapping.file.links}
    for path, name in homes.items():
        if name in pairs:
            into = aliases if pairs[name] is mapping.file.aliases else links[name]
            into.update(_pairs(path, pairs[name], intake))
    for name, found in links.items():
        links[name] = {incident: aliases.get(person, person) for incident, person in found.items()}
    for path, name in homes.items():
        if name in tables:
            _read_table(path, name, mapping, links, aliases, intake)


def _home(path: Path, mapping: SourceMapping, known: Mapping[str, Table | Pairs]) -> str:
    """Tell which table of the mapping a file is, by its name."""
    found = [
        name
        for name, table in known.items()
        if any(fnmatch.fnmatch(path.name.lower(), pattern.lower()) for pattern in table.files)
    ]
    if len(found) == 1:
        return found[0]
    patterns = "; ".join(f"{name}: {', '.join(table.files)}" for name, table in known.items())
    what = f"is several tables of it ({', '.join(found)})" if found else "is none of its tables"
    message = f"by its name this file {what}"
    hint = f"The mapping {mapping.name} knows files by these names: {patterns}."
    raise MappingError([Fault(str(path), 0, 0, "unplaced-file", message, hint)])


def _pairs(path: Path, pairs: Pairs, intake: Intake) -> dict[str, str]:
    """Read a table from one id to another. Its rows are no rows of the log."""
    found: dict[str, str] = {}
    source = str(path)
    with _rows_of(path, encoding=pairs.encoding, delimiter=pairs.delimiter) as (columns, rows):
        for column in (pairs.from_, pairs.to):
            if column not in columns:
                message = f"has no column {column}"
                raise MappingError([Fault(source, 1, 1, "missing-column", message)])
        one, other = columns.index(pairs.from_), columns.index(pairs.to)
        for row in rows:
            if row.trouble is not None:
                intake.note(Fault(source, row.line, 1, *row.trouble[:3]))
                continue
            key, person = row.cells[one], row.cells[other]
            if not (values.blank(key) or values.blank(person)):
                found[str(key).strip()] = str(person).strip()
    return found


def _read_table(  # noqa: PLR0913 - a file, and all that its rows are read with
    path: Path,
    name: str,
    mapping: SourceMapping,
    links: Mapping[str, Mapping[str, str]],
    aliases: Mapping[str, str],
    intake: Intake,
) -> None:
    table, source = mapping.file.tables[name], str(path)
    with _rows_of(path, encoding=table.encoding, delimiter=table.delimiter) as (columns, rows):
        if not columns:
            return
        reader = TableReader(mapping, name, columns, source=source, links=links, aliases=aliases)
        for row in rows:
            if row.trouble is not None:
                intake.reject([Fault(source, row.line, 1, *row.trouble[:3])])
                continue
            made = reader.read(row.cells)
            if not made.kept:
                intake.leave_out()
                continue
            faults = [
                Fault(source, row.line, _column(columns, t.column), t.code, t.message, t.hint)
                for t in made.troubles
            ]
            intake.take(made.entries, faults, made.child_id)


def _column(columns: Sequence[str], name: str) -> int:
    """The number of a column, from 1; 1 where it has none."""
    return columns.index(name) + 1 if name in columns else 1
