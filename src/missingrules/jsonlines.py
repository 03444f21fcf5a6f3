"""JSON Lines, read line by line from whatever somebody hands in.

Each line ends as one object or as one fault with its column. A line is never held whole if it is
longer than :data:`LINE_LIMIT`, however long it is; JSON that Python would let pass (NaN, a key
given twice) or choke on (deep nesting, endless numbers) is a fault.
"""

from __future__ import annotations

import json
import numbers
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, NoReturn, Protocol, runtime_checkable

from missingrules import values
from missingrules.errors import Fault, LogError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

LINE_LIMIT = 1_000_000
"""The longest line that is read, in bytes (in characters, where lines come as text)."""

_BOM = "\ufeff"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_LITERAL = re.compile(r'"((?:[^"\\]|\\.)*+)"(\s*:)?')


class Trouble(NamedTuple):
    """Something wrong with a line, at a column that counts from 1."""

    column: int
    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line that is not blank: its number from 1, its object, and what is wrong with it as JSON.

    With trouble there may still be an object, as where a key stands twice.
    """

    number: int
    text: str = ""
    cells: dict[str, Any] | None = None
    troubles: tuple[Trouble, ...] = ()
    repeated: tuple[str, ...] = ()
    """The keys that stand more than once in the object; its cells hold the last of each."""


def read_lines(
    source: str | os.PathLike[str] | IO[bytes] | IO[str] | Iterable[bytes] | Iterable[str],
    name: str = "log",
) -> Iterator[Line]:
    """Read every line that is not blank.

    ``source`` is a path, a stream (binary or text) or an iterable of lines; ``name`` is what an
    error calls it. A byte order mark at the start is skipped. Raises :class:`LogError` where
    nothing can be read at all.
    """
    try:
        if isinstance(source, (str, os.PathLike)):
            with Path(source).open("rb") as stream:
                yield from _lines(_bounded(stream))
        elif isinstance(source, _Stream):
            yield from _lines(_bounded(source))
        else:
            yield from _lines(source)
    except OSError as error:
        message = f"the log cannot be read: {error.strerror or type(error).__name__}"
        raise LogError([Fault(name, 0, 0, "unreadable-file", message)]) from error
    except UnicodeDecodeError:
        message, hint = "the log is not UTF-8", "Open the file in binary mode to see where."
        raise LogError([Fault(name, 0, 0, "bad-utf8", message, hint)]) from None


def key_columns(text: str) -> dict[str, int]:
    """Give the column at which each key of a JSON object first stands, counted from 1."""
    found: dict[str, int] = {}
    for literal in _LITERAL.finditer(text):
        if literal[2] is not None:
            found.setdefault(literal[1], literal.start() + 1)
    return found


# --- Lines ---------------------------------------------------------------------------------------


@runtime_checkable
class _Stream(Protocol):
    """What hands out lines of bounded length."""

    def readline(self, size: int, /) -> bytes | str:
        """Read up to the end of the line, or so many bytes."""


def _bounded(stream: _Stream) -> Iterator[bytes | str | None]:
    """Read lines, None in place of each that is too long."""
    while line := stream.readline(LINE_LIMIT + 1):
        if len(line) > LINE_LIMIT and not _ended(line):
            while line and not _ended(line):
                line = stream.readline(LINE_LIMIT)
            yield None
        else:
            yield line


def _ended(line: bytes | str) -> bool:
    return line.endswith(b"\n") if isinstance(line, bytes) else line.endswith("\n")


def _lines(source: Iterable[bytes | str | None]) -> Iterator[Line]:
    for number, raw in enumerate(source, start=1):
        if raw is None or len(raw) > LINE_LIMIT + 1:
            yield Line(number, troubles=(_TOO_LONG,))
            continue
        if isinstance(raw, bytes):
            text = _decoded(raw)
        elif isinstance(raw, str):
            text = raw
        else:
            raise TypeError(f"source must give lines as bytes or text, not {type(raw).__name__}")
        if isinstance(text, Trouble):
            yield Line(number, troubles=(text,))
            continue
        if number == 1:
            text = text.removeprefix(_BOM)
        text = text.rstrip("\r\n")
        if text and not text.isspace():
            yield _parsed(number, text)


_TOO_LONG = Trouble(
    1,
    "line-too-long",
    f"the line is longer than {LINE_LIMIT:,} bytes",
    "One entry stands on one line; a document or an image does not belong in a log.",
)


def _decoded(raw: bytes) -> str | Trouble:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        hint = "Save the log as UTF-8."
        if raw.startswith(_UTF_16):
            hint = "It looks like UTF-16. Save the log as UTF-8."
        column = len(raw[: error.start].decode()) + 1
        return Trouble(column, "bad-utf8", "the line is not UTF-8", hint)


# --- JSON ----------------------------------------------------------------------------------------


class _NotJsonError(ValueError):
    """A constant that is no JSON."""


class _Cells(dict[str, Any]):
    """An object in which keys stand twice."""

    repeated: tuple[str, ...] = ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    cells = dict(pairs)
    if len(cells) == len(pairs):
        return cells
    found = _Cells(cells)
    counts = Counter(name for name, _ in pairs)
    found.repeated = tuple(name for name, count in counts.items() if count > 1)
    return found


@dataclass(frozen=True, slots=True)
class Number:
    """A number: no cell of a log holds one, and its digits may be personal."""

    digits: str = field(repr=False)


numbers.Number.register(Number)  # to whoever asks for the class of a value


def _refuse(_: str) -> NoReturn:
    raise _NotJsonError


_decode = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=Number, parse_float=Number, parse_constant=_refuse
).decode


def _parsed(number: int, text: str) -> Line:
    if "\0" in text:
        hint = "The file is damaged, or not text. UTF-8 text has no NUL."
        trouble = Trouble(text.index("\0") + 1, "nul-byte", "the line holds a NUL byte", hint)
        return Line(number, troubles=(trouble,))
    try:
        cells = _decode(text)
    except json.JSONDecodeError as error:
        hint = "Names and texts stand in double quotes, and nothing after the closing brace."
        trouble = Trouble(error.pos + 1, "bad-json", "the line is not JSON", hint)
    except RecursionError:
        trouble = Trouble(
            1, "bad-json", "the line is nested too deeply", "An entry is one flat object."
        )
    except _NotJsonError:
        hint = "Leave out what is not recorded."
        trouble = Trouble(1, "bad-json", "the line has NaN or Infinity, which are not JSON", hint)
    else:
        if isinstance(cells, dict):
            repeated = cells.repeated if isinstance(cells, _Cells) else ()
            return Line(number, text, cells, _repeats(text, repeated), repeated)
        hint = 'Each line is an object: {"child_id": ..., "at": ..., "kind": ...}.'
        trouble = Trouble(1, "not-an-object", "the line is not a JSON object", hint)
    return Line(number, troubles=(trouble,))


def _repeats(text: str, repeated: tuple[str, ...]) -> tuple[Trouble, ...]:
    if not repeated:
        return ()
    places = key_columns(text)
    return tuple(
        Trouble(
            places.get(name, 1),
            "duplicate-key",
            f"{f'`{name}`' if values.quotable(name) else 'a key'} stands more than once",
            "Keep one of them.",
        )
        for name in repeated
    )
