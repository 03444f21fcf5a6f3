"""Reading a whole extract: several files or tables, in whatever form, into one log.

Every row ends as accepted, duplicate, rejected, or left out by the filter of a mapping; the four
add up to the rows read.
"""

from __future__ import annotations

import fnmatch
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from missingrules import values
from missingrules.entry import Entry
from missingrules.errors import Fault, LogError
from missingrules.log import Intake, Log, take_lines
from missingrules.reading import tables
from missingrules.reading.delimited import BROKEN_OFF, shown
from missingrules.reading.faults import MappingError
from missingrules.reading.files import STDIN, form_of
from missingrules.reading.joined import Absences
from missingrules.reading.people import NO_ROW, read_people
from missingrules.reading.rows import TableReader
from missingrules.tablerows import TableRows, entry_from_row
from missingrules.vocabulary import COLUMNS, standard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from missingrules.reading.delimited import Trouble
    from missingrules.reading.mapping import SourceMapping
    from missingrules.reading.people import People
    from missingrules.reading.tables import Given
    from missingrules.vocabulary import Vocabulary

_UNDECODED: Final = re.compile("[\udc80-\udcff]")
_PARTLY: Final = "partly read"


def read_files(
    paths: Iterable[Path],
    *,
    mapping: SourceMapping | Sequence[SourceMapping] | None = None,
    vocabulary: Vocabulary | None = None,
    zone: str | None = None,
) -> Log:
    """Read files as one log: with the canonical names, by a mapping, or by one for each source.

    JSON Lines, CSV (both also packed: ``.gz``, ``.zst``) and Parquet, told by the ends of their
    names. ``zone`` is the IANA zone of times without an offset in files with the canonical names.
    Raises :class:`LogError` for a file that cannot be read at all, and
    :class:`~missingrules.reading.mapping.MappingError` for files that do not fit the mapping.
    """
    intake = Intake()
    mappings = () if mapping is None else mapping if isinstance(mapping, Sequence) else (mapping,)
    take_files(intake, paths, mappings=mappings, vocabulary=vocabulary, zone=zone)
    return intake.log()


def take_files(
    intake: Intake,
    paths: Iterable[Path],
    *,
    mappings: Sequence[SourceMapping] = (),
    vocabulary: Vocabulary | None = None,
    zone: str | None = None,
) -> None:
    """Read files into an intake, as :func:`read_files` does."""
    listed = list(paths)
    if mappings:
        shared = shared_out(listed, mappings)
        _read_mapped([(m, [tables.file(path) for path in own]) for m, own in shared], intake)
        return
    words = vocabulary or standard()
    for path in listed:
        if str(path) == STDIN:
            take_lines(intake, sys.stdin.buffer, words, zone, "<stdin>")
        elif form_of(path) in ("jsonl", None):
            _read_lines(path, intake, words, zone)
        else:
            _read_canonical(tables.file(path), intake, words, zone)


def read_tables(
    held: Mapping[str, object],
    *,
    mapping: SourceMapping | None = None,
    vocabulary: Vocabulary | None = None,
    zone: str | None = None,
) -> Log:
    """Read tables in memory as one log: with the canonical names, or by a mapping.

    ``held`` gives each table a name: with a mapping, that of one of its tables, or a name of a file
    that the mapping knows. A table is anything with the Arrow PyCapsule interface, as those of
    polars, pandas, pyarrow and duckdb; what else is given raises ``TypeError``. The rest is as for
    :func:`read_files`.
    """
    intake = Intake()
    given = [tables.table(table, name) for name, table in held.items()]
    if mapping is not None:
        _read_mapped([(mapping, given)], intake)
    else:
        for each in given:
            _read_canonical(each, intake, vocabulary or standard(), zone)
    return intake.log()


def read_table(
    table: object,
    *,
    mapping: SourceMapping | None = None,
    name: str | None = None,
    vocabulary: Vocabulary | None = None,
    zone: str | None = None,
) -> Log:
    """Read one table in memory as a log, as :func:`read_tables` does.

    ``name`` is what faults call it; a mapping of one table needs none.
    """
    if name is None:
        only = [] if mapping is None else list(mapping.file.tables)
        name = only[0] if len(only) == 1 else "table"
    return read_tables({name: table}, mapping=mapping, vocabulary=vocabulary, zone=zone)


# --- Canonical names ------------------------------------------------------------------------------


def _read_lines(path: Path, intake: Intake, words: Vocabulary, zone: str | None) -> None:
    source = str(path)
    with tables.open_file(path) as stream:
        try:
            take_lines(intake, stream, words, zone, source)
        except EOFError:
            intake.reject([Fault(source, 0, 0, *BROKEN_OFF)])


def _read_canonical(given: Given, intake: Intake, words: Vocabulary, zone: str | None) -> None:
    source = given.source
    with given.open("utf-8", None) as (columns, rows):
        unknown = [c for c in columns if c and c not in COLUMNS and c not in words.names]
        if unknown:
            hint = "Write a mapping for a file with other names: `missingrules map FILE`."
            plain = [column for column in shown(columns) if column in unknown]
            message = f"has columns that no entry has: {', '.join(plain[:10])}"
            if not plain:
                message = "has a column whose name is several lines"
                hint = "Is a quote in the header never closed?"
            if not {"child_id", "at", "kind"} <= set(columns):  # it may be a row: nothing is shown
                message = "has not the columns of a log: child_id, at, kind and others"
                hint += " Is its first line the header?"
            raise LogError([Fault(source, 1, 1, "unknown-column", message, hint)])
        table = TableRows(columns, words, zone)
        for row in rows:
            if row.trouble is not None:
                intake.reject([_fault(source, row.line, columns, row.trouble)])
                continue
            entry = table.entry(row.cells)
            if entry is not None:
                intake.accept(entry)
                continue
            cells = {
                name: cell
                for name, cell in zip(columns, row.cells, strict=True)
                if name or not values.blank(cell)
            }
            broken = [name for name, cell in cells.items() if _undecoded(cell)]
            if broken:
                hint = "Save the file as UTF-8, or say its encoding in a mapping."
                faults = [
                    Fault(source, row.line, 1, "bad-utf8", f"`{name}` is not UTF-8", hint)
                    for name in broken
                ]
                child = None if "child_id" in broken else cells.get("child_id")
                intake.reject(faults, child)
                continue
            found = entry_from_row(cells, words, zone, source=source, line=row.line)
            if isinstance(found, Entry):
                intake.accept(found)
            else:
                intake.reject(found, cells.get("child_id"))


def _undecoded(cell: object) -> bool:
    return isinstance(cell, str) and not cell.isascii() and bool(_UNDECODED.search(cell))


# --- By a mapping ---------------------------------------------------------------------------------


def shared_out(
    paths: Iterable[Path], mappings: Sequence[SourceMapping]
) -> list[tuple[SourceMapping, list[Path]]]:
    """Give each of several mappings the files that it knows by their names.

    Aliases and links that several of them know are for each of these. Raises :class:`MappingError`
    for a file that none of them knows, for one whose rows several would read, and for a mapping of
    which there is no file.
    """
    listed = list(paths)
    if len(mappings) <= 1:
        return [(mapping, listed) for mapping in mappings]
    own: dict[str, list[Path]] = {mapping.source: [] for mapping in mappings}
    filled: set[str] = set()
    faults = []
    for path in listed:
        given = tables.file(path)
        homes = [(m, found[0]) for m in mappings if len(found := _homes(given, m.files)) == 1]
        knowing = [mapping for mapping, _ in homes]
        rows = [mapping for mapping, home in homes if home in mapping.file.tables]
        if knowing and (len(knowing) == 1 or not rows):
            for mapping in knowing:
                own[mapping.source].append(path)
            filled.update(mapping.source for mapping in rows)
            continue
        names = ", ".join(m.name for m in (knowing or mappings))
        what = f"is a file of several mappings ({names})" if knowing else "is none of their files"
        message = f"by its name this file {what}"
        hint = f"Each file must be known by one of the mappings: {names}."
        faults.append(Fault(given.source, 0, 0, "unplaced-file", message, hint))
    faults += [
        Fault(mapping.source, 0, 0, "no-file", "there is no file for any of its tables", "")
        for mapping in mappings
        if mapping.source not in filled
    ]
    if faults:
        raise MappingError(faults)
    return [(mapping, own[mapping.source]) for mapping in mappings]


def placed(given: Iterable[Given], mapping: SourceMapping) -> list[tuple[str, Given]]:
    """Tell by its name which table of the mapping each is that was handed in.

    Raises :class:`MappingError` for what is none of its tables, or several, and for tables of which
    there is no file.
    """
    files = mapping.files
    found = [(_home(each, files, mapping.name), each) for each in given]
    names = {name for name, _ in found}
    faults = []
    for name, patterns in files.items():
        if name in names or not mapping.needs(name):
            continue
        message = f"there is no file for its table {name}: {', '.join(patterns)}"
        hint = (
            "Without it, what it could show would seem to be missing. Say `optional: true` in the "
            "mapping if extracts come without it."
        )
        faults.append(Fault(mapping.source, 0, 0, "no-file", message, hint))
    if faults and found:
        raise MappingError(faults)
    return found


def tables_given(paths: Iterable[Path], mapping: SourceMapping) -> frozenset[str]:
    """Name the tables of a mapping of which files are given, for :meth:`SourceMapping.coverage`."""
    return frozenset(name for name, _ in placed((tables.file(path) for path in paths), mapping))


def _read_mapped(sources: Iterable[tuple[SourceMapping, Sequence[Given]]], intake: Intake) -> None:
    """Read every source; the pairs of all of them first, since they join one with another."""
    joined, faults = [], set()
    for mapping, given in sources:
        found = placed(given, mapping)
        people, wrong = read_people(mapping, found)
        faults.update(wrong)  # a table that several mappings know is wrong once
        joined.append((mapping, people, found))
    absences = Absences(people for _, people, _ in joined)
    for fault in sorted(faults):
        intake.note(fault)
    for mapping, people, found in joined:
        for name, each in found:
            if name in mapping.file.tables:
                _read_table(each, name, mapping, people, intake, absences)
    for fault in absences.faults():
        intake.note(fault)


def _homes(given: Given, files: Mapping[str, Sequence[str]]) -> list[str]:
    """Name the tables of a mapping that a file or a table may be, by its name."""
    if given.name in files:
        return [given.name]
    return [
        name
        for name, patterns in files.items()
        if any(fnmatch.fnmatchcase(given.name.lower(), pattern.lower()) for pattern in patterns)
    ]


def _home(given: Given, files: Mapping[str, Sequence[str]], mapping: str) -> str:
    found = _homes(given, files)
    if len(found) == 1:
        return found[0]
    known = "; ".join(f"{name}: {', '.join(patterns)}" for name, patterns in files.items())
    what = f"is several tables of it ({', '.join(found)})" if found else "is none of its tables"
    message = f"by its name this file {what}"
    hint = f"The mapping {mapping} knows files by these names: {known}."
    raise MappingError([Fault(given.source, 0, 0, "unplaced-file", message, hint)])


def _read_table(  # noqa: PLR0913 - what is read, how, and where it goes
    given: Given,
    name: str,
    mapping: SourceMapping,
    people: People,
    intake: Intake,
    absences: Absences,
) -> None:
    table, source = mapping.file.tables[name], given.source
    with given.open(table.encoding, table.delimiter) as (columns, rows):
        if not columns:
            return
        reader = TableReader(mapping, name, columns, source=source, people=people)
        for row in rows:
            if row.trouble is not None:
                intake.reject([_fault(source, row.line, columns, row.trouble)])
                continue
            made = reader.read(row.cells)
            if not made.kept:
                intake.leave_out()
                continue
            became = _PARTLY if made.entries else ""
            faults = [_fault(source, row.line, columns, t, became) for t in made.troubles]
            intake.take(made.entries, faults, made.children[0] if made.children else None)
            absences.take(made.entries, (mapping.source, made.episode), source, row.line)
    if reader.trimmed:
        message = f"ids of which blanks were taken off: {reader.trimmed}"
        intake.note(Fault(source, 0, 0, "trimmed-ids", message, row=NO_ROW))


def _fault(
    source: str, line: int, columns: Sequence[str], trouble: Trouble, row: str = ""
) -> Fault:
    """Place what is wrong: the column is the number of the cell, or 1 for the whole row."""
    code, message, hint, name, held = trouble
    column = columns.index(name) + 1 if name in columns else 1
    return Fault(source, line, column, code, message, hint, held, row)
