"""Tables, wherever they come from: columns, and rows of plain values.

Delimited text and JSON Lines are read here in Python, Parquet by DuckDB. Parquet and tables in
memory come through the Arrow interface.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import glob
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, Final, TypeAlias

from missingrules import jsonlines
from missingrules.errors import Fault, LogError
from missingrules.reading.delimited import BROKEN_OFF, Delimited, Row, Trouble
from missingrules.reading.files import form_of, opened, unpacked_name

if TYPE_CHECKING:
    import decimal
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

Opened: TypeAlias = tuple[tuple[str, ...], "Iterable[Row]"]
"""The columns of a table, and its rows once."""

_EPOCH: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - naive, as the times that it places
_FIRST_DAY: Final = dt.date(1970, 1, 1).toordinal()
_TO_US: Final = {"s": 1_000_000, "ms": 1_000, "us": 1}
_NS: Final = 1_000
_MS_A_DAY: Final = 86_400_000
_NO_VALUE: Final = (OverflowError, ValueError)  # Arrow's own errors of values are of the second


@dataclass(frozen=True, slots=True)
class Given:
    """A table that was handed in.

    ``source`` is what faults call it, ``name`` what a mapping knows it by; ``open`` takes an
    encoding and a delimiter (None to find it out).
    """

    source: str
    name: str
    open: Callable[[str, str | None], AbstractContextManager[Opened]]


def file(path: Path) -> Given:
    """Hand in a file."""
    return Given(str(path), unpacked_name(path), functools.partial(_file, path))


def table(held: object, name: str) -> Given:
    """Hand in a table in memory: anything with the Arrow PyCapsule interface."""
    if not hasattr(held, "__arrow_c_stream__"):
        msg = (
            f"table must offer the Arrow PyCapsule interface, as tables of polars, pandas, pyarrow "
            f"and duckdb do, not {type(held).__name__}"
        )
        raise TypeError(msg)
    return Given(name, name, functools.partial(_arrow, held, name))


@contextlib.contextmanager
def _file(path: Path, encoding: str, delimiter: str | None) -> Iterator[Opened]:
    source = str(path)
    form = form_of(path)
    if form == "parquet":
        with _parquet(path) as found:
            yield found
    elif form == "jsonl":
        with open_file(path) as stream:  # once to learn the keys, once to read
            columns = _keys(stream, source)
        with open_file(path) as stream:
            yield columns, _objects(stream, source, columns)
    else:
        with open_file(path) as stream:
            made = Delimited(stream, source=source, encoding=encoding, delimiter=delimiter)
            yield made.columns, made


def open_file(path: Path) -> IO[bytes]:
    """Open a file, unpacked. Raises :class:`LogError` where it cannot be opened."""
    try:
        return opened(path)
    except OSError as error:
        message = f"cannot be read: {error.strerror or type(error).__name__}"
        raise LogError([Fault(str(path), 0, 0, "unreadable-file", message)]) from None


# --- JSON Lines -----------------------------------------------------------------------------------


def _keys(stream: IO[bytes], source: str) -> tuple[str, ...]:
    """List every key of every line: a line leaves out what it does not tell."""
    found: dict[str, None] = {}
    with contextlib.suppress(EOFError):  # reading the lines says so
        for line in jsonlines.read_lines(stream, source):
            found.update(dict.fromkeys(line.cells or ()))
    return tuple(found)


def _objects(stream: IO[bytes], source: str, columns: tuple[str, ...]) -> Iterator[Row]:
    number = 0
    try:
        for line in jsonlines.read_lines(stream, source):
            number = line.number
            if line.troubles:
                yield Row(number, (), Trouble(*line.troubles[0][1:]))
            elif line.cells is not None:
                yield Row(number, [_plain(line.cells.get(column)) for column in columns])
    except EOFError:
        yield Row(number + 1, (), Trouble(*BROKEN_OFF))


def _plain(cell: object) -> object:
    """Read a number as the text that it stands as; ids and codes are often written as numbers."""
    if isinstance(cell, list):
        return [_plain(each) for each in cell]
    return cell.digits if isinstance(cell, jsonlines.Number) else cell


# --- Parquet and Arrow ----------------------------------------------------------------------------


@contextlib.contextmanager
def _parquet(path: Path) -> Iterator[Opened]:
    try:
        import duckdb
    except ImportError:
        msg = "reading Parquet needs DuckDB: pip install 'missingrules[scan]'"
        raise LogError(msg) from None
    with duckdb.connect() as connection:
        connection.execute("SET enable_progress_bar = false")  # it would go to standard output
        try:
            # The path is a pattern to DuckDB.
            query = "SELECT * FROM read_parquet(?)"
            found = connection.sql(query, params=[glob.escape(str(path))])
            made = _opened(found, str(path))
        except (duckdb.Error, RuntimeError, ValueError):  # the last two: a name that is no UTF-8
            message, hint = "cannot be read as Parquet", "It breaks off, is damaged, or is none."
            raise LogError([Fault(str(path), 0, 0, "unreadable-file", message, hint)]) from None
        yield made


@contextlib.contextmanager
def _arrow(held: Any, source: str, _encoding: str, _delimiter: str | None) -> Iterator[Opened]:
    yield _opened(held, source)


def _opened(held: Any, source: str) -> Opened:
    """Read what has the Arrow PyCapsule interface."""
    try:
        import pyarrow as pa
    except ImportError:
        msg = "reading Parquet and tables needs pyarrow: pip install 'missingrules[scan]'"
        raise LogError(msg) from None
    reader = pa.RecordBatchReader.from_stream(held)
    columns = tuple(reader.schema.names)
    twice = [str(n) for n, name in enumerate(columns, 1) if columns.count(name) > 1]
    if twice:
        message = f"several columns have one name: the columns {', '.join(twice)}"
        hint = "Give each a name of its own."
        raise LogError([Fault(source, 0, 0, "duplicate-column", message, hint)])
    shown = [name for name in columns if not name.startswith("__index_level_")]  # of pandas
    return tuple(shown), _batches(reader, shown, pa)


def _batches(reader: Any, columns: list[str], pa: Any) -> Iterator[Row]:
    line = 0
    batches = iter(reader)
    while True:
        try:
            batch = next(batches, None)
        except (pa.ArrowException, OSError):
            yield Row(line + 1, (), Trouble(*BROKEN_OFF))
            return
        if batch is None:
            return
        cells = [_values(batch.column(name), pa) for name in columns]
        for row in zip(*cells, strict=True):
            line += 1
            yield Row(line, row)


def _values(column: Any, pa: Any) -> list[object]:
    """Turn a column into plain values: times as ``datetime``, the rest as Python has it.

    A time that Python cannot hold becomes a number, which is no time to whoever reads it.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        words = _values(column.dictionary, pa)
        return [None if n is None else words[n] for n in column.indices.to_pylist()]
    if pa.types.is_timestamp(kind):
        counts = column.cast(pa.int64()).to_pylist()
        return [None if n is None else _time(n, kind.unit, aware=bool(kind.tz)) for n in counts]
    if pa.types.is_date(kind):
        width, a_day = (pa.int32(), 1) if pa.types.is_date32(kind) else (pa.int64(), _MS_A_DAY)
        counts = column.cast(width).to_pylist()
        return [None if n is None else _day(n // a_day) for n in counts]
    if pa.types.is_decimal(kind):
        return [_whole(number) for number in column.to_pylist()]
    if pa.types.is_time(kind) or pa.types.is_duration(kind):
        column = column.cast(pa.string())
    try:
        found: list[object] = column.to_pylist()
    except _NO_VALUE:
        return [_alone(cell, pa) for cell in column]
    return found


def _alone(cell: Any, pa: Any) -> object:
    """Read a cell by itself, where one of its column is nothing that Python could hold.

    A text that is not UTF-8 keeps its bytes visible, as one from a file does; of the rest it is
    only known that something stands there.
    """
    try:
        return cell.as_py()
    except _NO_VALUE:
        if pa.types.is_string(cell.type) or pa.types.is_large_string(cell.type):
            return cell.as_buffer().to_pybytes().decode(errors="surrogateescape")
        return object()


def _time(count: int, unit: str, *, aware: bool) -> object:
    us = count // _NS if unit == "ns" else count * _TO_US[unit]
    try:
        made = _EPOCH + dt.timedelta(microseconds=us)
    except OverflowError:
        return count
    return made.replace(tzinfo=dt.UTC) if aware else made


def _day(count: int) -> object:
    try:
        return dt.date.fromordinal(_FIRST_DAY + count)
    except (OverflowError, ValueError):
        return count


def _whole(number: decimal.Decimal | None) -> object:
    return int(number) if number is not None and number == number.to_integral_value() else number
