"""Delimited text (CSV), row by row: nothing is guessed that would lose a row without a word.

The parser is that of the standard library. What it adds: every row has the line it begins on, a
row with too few or too many cells is a fault and not a shifted row, and a quote that is never
closed costs one line and not the rest of the file.
"""

from __future__ import annotations

import csv
import io
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from missingrules.errors import Fault, LogError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from typing_extensions import Buffer

_DELIMITERS: Final = (",", ";", "\t", "|")
_LONGEST_CELL: Final = 10_000_000
_MOST_LINES: Final = 2_000  # of one row; more is a quote that was never closed
_BOMS: Final = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


class Trouble(NamedTuple):
    """What is wrong with a row, or with a cell of it (``column`` is its name, or empty)."""

    code: str
    message: str
    hint: str = ""
    column: str = ""


class Row(NamedTuple):
    """One row: the line that it begins on, and its cells, or what is wrong with it."""

    line: int
    cells: Sequence[object]
    trouble: Trouble | None = None


class Delimited:
    """A file of delimited text that is being read: ``columns``, then its rows once."""

    def __init__(
        self,
        stream: IO[bytes],
        *,
        source: str,
        encoding: str = "utf-8",
        delimiter: str | None = None,
    ) -> None:
        """Read the header. Raises :class:`LogError` where there is none that can be used."""
        self.source = source
        self._feed = _Feed(_decoded(stream, encoding, source))
        header = self._feed.peek()
        self.delimiter = delimiter or _delimiter(header)
        if "\0" in header:
            self._stop("not-text", "holds NUL characters", "Is it UTF-16? Name its encoding.")
        self._reader = self._new_reader()
        self.columns: tuple[str, ...] = ()
        first = next(self._rows(), None)
        if first is not None:
            if first.trouble is not None:
                self._stop(
                    first.trouble.code, first.trouble.message, first.trouble.hint, first.line
                )
            self.columns = tuple(str(cell).strip() for cell in first.cells)
            repeated = sorted({c for c in self.columns if c and self.columns.count(c) > 1})
            if repeated:
                message = f"the header has a column twice: {', '.join(repeated)}"
                self._stop("duplicate-column", message, "Give each a name of its own.", first.line)

    def _stop(self, code: str, message: str, hint: str = "", line: int = 1) -> None:
        raise LogError([Fault(self.source, line, 1, code, message, hint)])

    def __iter__(self) -> Iterator[Row]:
        """Give the rows below the header; blank lines are no rows."""
        width = len(self.columns)
        for row in self._rows():
            if row.trouble is not None or len(row.cells) == width:
                yield row
                continue
            what = "fewer" if len(row.cells) < width else "more"
            trouble = Trouble(
                "ragged-row",
                f"the row has {len(row.cells)} cells, {what} than the header's {width}",
                "Is a cell with a delimiter in it without quotes?",
            )
            yield Row(row.line, (), trouble)

    def _new_reader(self) -> Iterator[list[str]]:
        csv.field_size_limit(_LONGEST_CELL)
        return csv.reader(self._feed, delimiter=self.delimiter, strict=True)

    def _rows(self) -> Iterator[Row]:
        while True:
            self._feed.begin()
            try:
                cells = next(self._reader, None)
            except csv.Error as error:
                line = self._feed.reject()
                self._reader = self._new_reader()
                if line is None:
                    return
                yield Row(line, (), _csv_trouble(str(error)))
                continue
            except (OSError, EOFError) as error:
                line = self._feed.line + 1
                name = type(error).__name__
                hint = "Get the file again: what follows is not in it."
                yield Row(
                    line, (), Trouble("truncated-file", f"the file breaks off ({name})", hint)
                )
                return
            if cells is None:
                return
            if cells:
                yield Row(self._feed.first, cells)


class _Feed:
    """The lines of a text, of which those of the row in hand can be had again."""

    def __init__(self, text: Iterator[str]) -> None:
        self._text = text
        self._again: list[str] = []
        self._row: list[str] = []
        self.line = 0
        self.first = 1

    def peek(self) -> str:
        """Look at the first line."""
        line = next(self._text, "")
        if line:
            self._again.append(line)
        return line

    def begin(self) -> None:
        """Begin a row."""
        self._row = []
        self.first = self.line + 1

    def reject(self) -> int | None:
        """Leave out the first line of the row in hand, and read the others again."""
        if not self._row:
            return None
        self._again = [*self._row[1:], *self._again]
        self.line -= len(self._row) - 1
        return self.first

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if len(self._row) >= _MOST_LINES:
            raise StopIteration
        line = self._again.pop(0) if self._again else next(self._text)
        self.line += 1
        self._row.append(line)
        return line


def _decoded(stream: IO[bytes], encoding: str, source: str) -> Iterator[str]:
    """Decode a text by its byte order mark, else as said; bytes that do not fit stay visible."""
    start = stream.read(4)
    named = next((name for mark, name in _BOMS if start.startswith(mark)), encoding)
    errors = "replace" if named.startswith(("utf-16", "utf-32")) else "surrogateescape"
    whole = io.BufferedReader(_Behind(start, stream))
    try:
        return iter(io.TextIOWrapper(whole, encoding=named, errors=errors, newline=""))
    except LookupError:
        message = f"there is no encoding {encoding}"
        raise LogError([Fault(source, 0, 0, "unknown-encoding", message)]) from None


class _Behind(io.RawIOBase):
    """What was read ahead of a stream, and then the rest of it."""

    def __init__(self, start: bytes, stream: IO[bytes]) -> None:
        self._start = start
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        room = memoryview(buffer)
        found = self._start[: len(room)] or self._stream.read(len(room))
        self._start = self._start[len(found) :]
        room[: len(found)] = found
        return len(found)


def _delimiter(header: str) -> str:
    return max(_DELIMITERS, key=header.count)


def _csv_trouble(error: str) -> Trouble:
    if "field larger" in error:
        return Trouble("long-cell", f"a cell is longer than {_LONGEST_CELL:,} characters")
    hint = 'A quote inside a quoted cell is written twice: "".'
    return Trouble("bad-quotes", "the quotes of the row do not match", hint)
