"""Reading cells as a mapping says: which columns, by which code table, in which format."""

from __future__ import annotations

import datetime as dt
import functools
import re
import zoneinfo
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from missingrules import values
from missingrules.calendar import to_us
from missingrules.errors import Fault
from missingrules.reading.delimited import Trouble, shown
from missingrules.reading.language import EMPTY, EVERY_OTHER
from missingrules.reading.times import dated, parsed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from missingrules.reading.language import Cell, Keep, When
    from missingrules.reading.mapping import SourceMapping

    Cells: TypeAlias = Sequence[object]
    Reader: TypeAlias = Callable[[Cells], Any]

_MISSING: Final = object()
_NO_ID: Final = re.compile(r"[^\w.:-]+")
_UNDECODED: Final = re.compile("[\udc80-\udcff]")
_HINTS: Final = {
    "naive-time": "Say the `zone` of its times in the mapping.",
    "ambiguous-time": "Say `repeated_times` in the mapping, if one of the two will do.",
    "skipped-time": "It may be the time of another clock. Export it with its offset from UTC.",
    "bad-time": "Say the `format` of its times in the mapping.",
}
_SEEN: Final = 10_000


class CellError(ValueError):
    """A cell that cannot be read."""

    def __init__(self, trouble: Trouble) -> None:
        """Take what is wrong with it."""
        super().__init__(trouble.message)
        self.trouble = trouble


def plain(value: object) -> str:
    """Write a cell as codes, conditions and links compare it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value).strip()


class CellReaders:
    """Makes what reads the cells of a table whose file has these columns.

    ``trimmed`` counts the ids of which blanks were taken off.
    """

    def __init__(
        self, mapping: SourceMapping, columns: Sequence[str], source: str, encoding: str = "utf-8"
    ) -> None:
        """Start without faults."""
        self.mapping = mapping
        self.columns = list(columns)
        self.source = source
        self.encoding = encoding
        self._lacking: dict[str, None] = {}
        self._found = False
        self.trimmed = 0

    def place(self, column: str) -> int:
        """Where a column stands; if the file does not have it, it is among the ``lacking``."""
        if column in self.columns:
            self._found = True
            return self.columns.index(column)
        self._lacking[column] = None
        return 0

    def faults(self) -> list[Fault]:
        """List the columns that the file lacks.

        Its own are named only where some are those of the mapping: without a header the first line
        is a row, and none of it may be shown.
        """
        if not self._lacking:
            return []
        name = self.mapping.name
        if not self._found:
            message = f"has none of the columns that the mapping {name} reads"
            wanted = ", ".join(self._lacking)
            hint = f"Is its first line the header? The mapping reads: {wanted}."
            close = [values.suggestion(column, shown(self.columns)) for column in self._lacking]
            if any(close):
                hint += " Capital and small letters are told apart."
            return [Fault(self.source, 1, 1, "missing-column", message, hint)]
        found = []
        for column in self._lacking:
            message = f"has no column {column}, which the mapping {name} reads"
            hint = values.suggestion(column, shown(self.columns)).replace("`", "") or (
                f"It has: {', '.join(shown(self.columns)[:30])}."
            )
            found.append(Fault(self.source, 1, 1, "missing-column", message, hint))
        return found

    def cell(self, cell: Cell, convert: Callable[[Any], Any], joint: str = " ") -> Reader:
        """Make what reads a cell: its code table first, then the value as the log has it.

        What it makes gives None for what is not recorded and raises :class:`CellError`.
        """
        column, raw = self._raw(cell, joint)
        table = None if cell.codes is None else self.mapping.file.codes[cell.codes]
        if table is not None:
            table = {code.strip(): meant for code, meant in table.items()}

        def read(cells: Cells) -> Any:
            value = raw(cells)
            if table is not None and (EMPTY in table or not values.blank(value)):
                code = EMPTY if values.blank(value) else plain(value)
                value = table.get(code, table.get(EVERY_OTHER, _MISSING))
                if value is _MISSING:
                    hint = "Add it to the table; null means not recorded."
                    message = f"{column} holds a code that is not in the table {cell.codes}"
                    held = values.class_of(raw(cells))
                    raise CellError(Trouble("unknown-code", message, hint, column, held))
            if value is None or values.blank(value):
                return None
            try:
                return convert(value)
            except values.UnreadableError as error:
                message = f"{column} {error.message}"
                held = values.class_of(value)
                raise CellError(Trouble(error.code, message, error.hint, column, held)) from None

        return read

    def _raw(self, cell: Cell, joint: str) -> tuple[str, Reader]:
        """Give the name of the column (the first of several), and what gets the value."""
        if cell.constant is not None:
            constant = tuple(cell.constant) if isinstance(cell.constant, list) else cell.constant
            return "", lambda _: constant
        columns = cell.columns or [cell.column or ""]
        found = [self._decoded(column) for column in columns]
        if cell.columns is None:
            return columns[0], found[0]

        def joined(cells: Cells) -> str | None:
            parts = [get(cells) for get in found]
            if any(values.blank(part) for part in parts):
                return None
            return joint.join(str(part).strip() for part in parts)

        return columns[0], joined

    def _decoded(self, column: str) -> Reader:
        """Make what gets a value, unless its bytes were not of the encoding."""
        place = self.place(column)

        def get(cells: Cells) -> object:
            value = cells[place]
            if isinstance(value, str) and not value.isascii() and _UNDECODED.search(value):
                message = f"{column} holds bytes that are not {self.encoding}"
                hint = "Say the `encoding` of the file in the mapping, often cp1252."
                held = values.class_of(value)
                raise CellError(Trouble("bad-encoding", message, hint, column, held))
            return value

        return get

    def identifier(self, cell: Cell, joint: str = "-") -> Reader:
        """Make what reads an id; several columns are joined."""
        trim = self.mapping.file.trim_ids

        def identifier(value: object) -> str:
            if isinstance(value, int) and not isinstance(value, bool):
                value = str(value)
            if isinstance(value, float):
                hint = "Leave the column as text where it is exported."
                raise values.UnreadableError("bad-id", "is a number with decimals", hint)
            if trim and isinstance(value, str) and value != value.strip():
                self.trimmed += 1
                value = value.strip()
            if cell.columns is not None and isinstance(value, str):
                value = _NO_ID.sub("-", value)
            return values.identifier(value)

        return self.cell(cell, identifier, joint)

    def key(self, column: str) -> Reader:
        """Make what gets the value of a column by which something is looked up."""
        get = self._decoded(column)
        return lambda cells: plain(get(cells))

    def instant(self, cell: Cell) -> Reader:
        """Make what reads a time, in UTC microseconds."""
        shape = cell.format or self.mapping.file.formats.get("instant")
        clock = cell.time_of_day

        def instant(value: object) -> int:
            if isinstance(value, str) and shape is not None:
                value = parsed(value, shape, "time")
            elif isinstance(value, str) and clock is not None:
                value = values.date(value.strip())
            if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
                if clock is None:
                    hint = "Say `time_of_day` in the mapping."
                    raise values.UnreadableError("bad-time", "holds dates without a time", hint)
                value = dt.datetime.combine(value, clock)
            elif clock is not None and isinstance(value, dt.datetime):
                value = dated(value, clock)
            return self._when(value.strip() if isinstance(value, str) else value)

        seen = functools.lru_cache(_SEEN)(instant)  # a row gives one time to several entries
        return self.cell(cell, lambda value: (seen if isinstance(value, str) else instant)(value))

    def _when(self, value: object) -> int:
        """Place a time; without an offset in the zone of the mapping."""
        zone = self.mapping.file.zone
        try:
            return values.instant(value, zone)
        except values.UnreadableError as error:
            fold = {"earlier": 0, "later": 1}.get(self.mapping.file.repeated_times)
            if error.code == "ambiguous-time" and fold is not None and zone is not None:
                wall = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
                if isinstance(wall, dt.datetime):
                    return to_us(wall.replace(tzinfo=zoneinfo.ZoneInfo(zone), fold=fold))
            hint = _HINTS.get(error.code, error.hint)
            raise values.UnreadableError(error.code, error.message, hint) from None

    def date(self, cell: Cell) -> Reader:
        """Make what reads a date."""
        shape = cell.format or self.mapping.file.formats.get("date")

        def date(value: object) -> dt.date:
            if isinstance(value, str):
                value = value.strip() if shape is None else parsed(value, shape, "date")
            return values.date(value.date() if isinstance(value, dt.datetime) else value)

        return self.cell(cell, date)

    def condition(self, when: When | Keep | None) -> Callable[[Cells], bool]:
        """Make what tells whether a row says so; without a condition every row does.

        What it makes raises :class:`CellError` for an empty cell that is a gap.
        """
        if when is None or when.column is None:
            return lambda _: True
        column, get = when.column, self._decoded(when.column)
        wanted = None if when.is_ is None else frozenset(when.is_)
        refused = frozenset(when.is_not or ())
        gap = getattr(when, "if_empty", "no") == "gap"

        def holds(cells: Cells) -> bool:
            value = get(cells)
            if gap and values.blank(value):
                message = f"{column} is empty: it was not recorded"
                raise CellError(Trouble("not-recorded", message, "", column, "empty"))
            text = plain(value)
            return (wanted is None or text in wanted) and text not in refused

        return holds


def several(separator: str, listed: tuple[str, ...] | None) -> Callable[[object], object]:
    """Make what takes a list apart that stands in one cell."""

    def read(value: object) -> tuple[str, ...]:
        parts = value.split(separator) if isinstance(value, str) else value
        if isinstance(parts, list):
            parts = [part.strip() if isinstance(part, str) else part for part in parts]
        return values.choices(parts, listed)

    return read
