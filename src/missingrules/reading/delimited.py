"""Delimited text (CSV), row by row: nothing is guessed that would lose a row without a word.

The parser is that of the standard library. What it adds: every row has the line it begins on, a
row with too few or too many cells is a fault and not a shifted row, and a quote that is never
closed costs one line and not the rest of the file.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections import deque
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from missingrules import values
from missingrules.errors import Fault, LogError
from missingrules.wording import many

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from typing_extensions import Buffer

LONGEST_LINE: Final = 10_000_000
_DELIMITERS: Final = (",", ";", "\t", "|")
_MOST_LINES: Final = 2_000  # of one row; more is a quote that was never closed
_SEPARATOR: Final = re.compile(r"sep=(.)\s*", re.IGNORECASE)  # a spreadsheet's own first line
_OF_NO_FILES: Final = frozenset(
    {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
)
"""Encodings of Python that are of names or of source code, or of nothing."""
_EVERY_BYTE: Final = bytes(range(256))
_BOMS: Final = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def codec_of(encoding: str) -> str:
    """Give the name of an encoding as the standard library writes it.

    Raises ``LookupError`` for what no text in a file is encoded in.
    """
    name = codecs.lookup(encoding).name
    if name in _OF_NO_FILES:
        raise LookupError(encoding)
    "".encode(name)
    return name


class Trouble(NamedTuple):
    """What is wrong with a row, or with a cell of it.

    ``column`` is the name of the cell's column and ``held`` the class of what it held, both empty
    for a whole row.
    """

    code: str
    message: str
    hint: str = ""
    column: str = ""
    held: str = ""


class Row(NamedTuple):
    """One row: the line that it begins on, and its cells, or what is wrong with it."""

    line: int
    cells: Sequence[object]
    trouble: Trouble | None = None


def shown(columns: Iterable[str]) -> list[str]:
    """Give the names of columns that a message may show: those before a name of several lines.

    A quote in the header that a later row closes makes one name of all that stands between, and
    names of what follows in that row.
    """
    return list(itertools.takewhile(lambda name: len(name.splitlines()) < 2, columns))  # noqa: PLR2004 - several


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
        """Read the header. Raises :class:`LogError` where there is none that can be used.

        ``delimiter`` is found out by the header if it is not given.
        """
        self.source = source
        try:
            self._feed = _Feed(_decoded(stream, encoding, source))
            header = self._feed.peek()
            if header is not None and (told := _SEPARATOR.fullmatch(header)):
                delimiter = delimiter or told[1]
                next(self._feed)
                header = self._feed.peek()
        except (OSError, EOFError):
            self._stop(*BROKEN_OFF)
        except UnicodeError:
            hint = "It has no byte order mark. Name the order too: utf-16-le or utf-16-be."
            self._stop("bad-encoding", f"is not {encoding}", hint)
        if header is None:
            self._stop(*_TOO_LONG)
        if "\0" in header:
            self._stop("not-text", "holds NUL characters", "Is it UTF-16? Name its encoding.")
        self.delimiter = delimiter or max(_DELIMITERS, key=header.count)
        self._reader = self._new_reader()
        self.columns = self._header()

    def _header(self) -> tuple[str, ...]:
        rows = self._rows()
        first = next((row for row in rows if row.trouble or not _empty(row)), None)
        if first is None:
            return ()
        if first.trouble is not None:
            self._stop(*first.trouble[:3], line=first.line)
        columns = tuple(str(cell).strip() for cell in first.cells)
        twice = [str(n) for n, name in enumerate(columns, 1) if name and columns.count(name) > 1]
        if twice:
            # By number: without a header the first line is a row, and none of it may be shown.
            message = f"several columns have one name: the columns {', '.join(twice)}"
            self._stop("duplicate-column", message, "Give each a name of its own.", first.line)
        return columns

    def _stop(self, code: str, message: str, hint: str = "", line: int = 1) -> NoReturn:
        raise LogError([Fault(self.source, line, 1, code, message, hint)])

    def __iter__(self) -> Iterator[Row]:
        """Give the rows below the header. Blank lines, and rows of empty cells, are no rows."""
        width = len(self.columns)
        for row in self._rows():
            if row.trouble is not None:
                yield row
            elif _empty(row):
                continue
            elif len(row.cells) != width:
                yield self._ragged(row, width)
            elif row.cells[0] == self.columns[0] and self._is_header(row):
                hint = "Were several files joined to one?"
                yield Row(row.line, (), Trouble("header-again", "the header stands here", hint))
            else:
                yield row

    def _is_header(self, row: Row) -> bool:
        return tuple(str(cell).strip() for cell in row.cells) == self.columns

    def _ragged(self, row: Row, width: int) -> Row:
        """Refuse a row of another width; of several lines only the first, the others may be rows.

        A quote that is closed by that of a later row makes one row of what are several.
        """
        if self._feed.lines > 1:
            self._feed.reject()
            self._reader = self._new_reader()
        what = "fewer" if len(row.cells) < width else "more"
        message = f"the row has {many(len(row.cells), 'cell')}, {what} than the header's {width}"
        hint = "Is a cell with a delimiter in it without quotes?"
        return Row(row.line, (), Trouble("ragged-row", message, hint))

    def _new_reader(self) -> Iterator[list[str]]:
        csv.field_size_limit(LONGEST_LINE)
        return csv.reader(self._feed, delimiter=self.delimiter, strict=True)

    def _rows(self) -> Iterator[Row]:
        while True:
            self._feed.begin()
            try:
                cells = next(self._reader, None)
            except _TooLongError:
                self._reader = self._new_reader()
                yield Row(self._feed.first, (), Trouble(*_TOO_LONG))
                continue
            except csv.Error:
                line = self._feed.reject()
                self._reader = self._new_reader()
                if line is None:
                    return
                hint = 'A quote inside a quoted cell is written twice: "".'
                yield Row(line, (), Trouble("bad-quotes", "the quotes do not match", hint))
                continue
            except (OSError, EOFError):
                yield Row(self._feed.line + 1, (), Trouble(*BROKEN_OFF))
                return
            if cells is None:
                return
            if cells:
                yield Row(self._feed.first, cells)


def _empty(row: Row) -> bool:
    return all(values.blank(cell) for cell in row.cells)


BROKEN_OFF: Final = (
    "truncated-file",
    "the file cannot be read from here on",
    "Get the file again: what follows is not read.",
)
"""Code, message and hint for a file that cannot be read to its end."""

_TOO_LONG: Final = (
    "long-line",
    f"the line is longer than {LONGEST_LINE:,} characters",
    "Is it one row? Its line ends may be lost.",
)


class _TooLongError(Exception):
    """A line that is too long to be held."""


class _Feed:
    """The lines of a text, of which those of the row in hand can be had again."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._again: deque[str | None] = deque()  # None for a line that was too long
        self._row: list[str] = []
        self.line = 0
        self.first = 1

    @property
    def lines(self) -> int:
        """Of how many lines the row in hand is."""
        return len(self._row)

    def peek(self) -> str | None:
        """Look at the first line that is not blank; None if it is too long."""
        seen: list[str | None] = []
        while (line := self._read()) != "":
            seen.append(line)
            if line is None or line.strip():
                break
        self._again.extendleft(reversed(seen))
        return line

    def begin(self) -> None:
        """Begin a row."""
        self._row = []
        self.first = self.line + 1

    def reject(self) -> int | None:
        """Leave out the first line of the row in hand, and read the others again."""
        if not self._row:
            return None
        self._again.extendleft(reversed(self._row[1:]))
        self.line -= len(self._row) - 1
        return self.first

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        if len(self._row) >= _MOST_LINES:
            raise StopIteration
        line = self._again.popleft() if self._again else self._read()
        if line is None:
            if self._row:  # what went before is a row of its own
                self._again.appendleft(None)
                raise StopIteration
            self.line += 1
            raise _TooLongError
        if not line:
            raise StopIteration
        self.line += 1
        self._row.append(line)
        return line

    def _read(self) -> str | None:
        line = self._text.readline(LONGEST_LINE)
        if len(line) < LONGEST_LINE or line.endswith(("\n", "\r")):
            return line
        while line and not line.endswith(("\n", "\r")):
            line = self._text.readline(LONGEST_LINE)
        return None


def _decoded(stream: IO[bytes], encoding: str, source: str) -> io.TextIOWrapper:
    """Decode a text by its byte order mark, else as said; bytes that do not fit stay visible."""
    start = stream.read(4)
    named = next((name for mark, name in _BOMS if start.startswith(mark)), encoding)
    try:
        codec = codec_of(named)
    except LookupError:
        message = f"there is no encoding {encoding}"
        raise LogError([Fault(source, 0, 0, "unknown-encoding", message)]) from None
    whole = io.BufferedReader(_Behind(start, stream))
    return io.TextIOWrapper(whole, encoding=codec, errors=_errors(codec), newline="")


def _errors(codec: str) -> str:
    """Keep bytes that do not fit visible, in encodings of which a byte can be made visible."""
    try:
        _EVERY_BYTE.decode(codec, "surrogateescape")
    except UnicodeError:
        return "replace"
    return "replace" if codec.startswith(("utf-16", "utf-32")) else "surrogateescape"


class _Behind(io.RawIOBase):
    """What was read ahead of a stream, and then the rest of it."""

    def __init__(self, start: bytes, stream: Any) -> None:
        self._start = start
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Buffer) -> int:
        room = memoryview(buffer)
        # Of a file that breaks off, what comes before is read.
        found = self._start[: len(room)] or self._stream.read1(len(room))
        self._start = self._start[len(found) :]
        room[: len(found)] = found
        return len(found)
