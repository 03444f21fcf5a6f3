"""From a row of a table to entries, as a mapping says.

A row that does not tell whose it is, or when anything happened, is rejected. From a row of which
one cell cannot be read the rest is taken: an episode is not lost for a misspelt interview time.
Either way every fault is listed, and the child's record is marked incomplete.
"""

from __future__ import annotations

import datetime as dt
import re
import zoneinfo
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from missingrules import values
from missingrules.calendar import Calendar, to_us
from missingrules.errors import Fault
from missingrules.log import Entry, derive_entry_id
from missingrules.reading.delimited import Trouble
from missingrules.reading.language import Linked
from missingrules.reading.mapping import EVERY_OTHER, MappingError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from missingrules.reading.language import Cell, Keep, MadeEntry, Table, When
    from missingrules.reading.mapping import SourceMapping

    Cells = Sequence[object]
    Reader = Callable[[Cells], Any]

_MISSING = object()
_NO_ID = re.compile(r"[^\w.:-]+")


@dataclass(slots=True)
class Reading:
    """What became of one row."""

    entries: list[Entry] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    child_id: str | None = None
    kept: bool = True


@dataclass(frozen=True, slots=True)
class _Made:
    """A compiled entry of a table."""

    kind: str
    at: Reader
    recorded: Reader | None
    by: Reader | None
    when: Callable[[Cells], bool]
    fields: tuple[tuple[str, Reader, bool], ...]
    of_child: bool
    may_be_either: bool


class _CellError(ValueError):
    """A cell that cannot be read."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.message)
        self.trouble = trouble


class TableReader:
    """A table of a mapping, made fit for the columns that a file has."""

    def __init__(  # noqa: PLR0913 - a file, its table, and the ids that mean others
        self,
        mapping: SourceMapping,
        name: str,
        columns: Sequence[str],
        *,
        source: str,
        links: Mapping[str, Mapping[str, str]],
        aliases: Mapping[str, str],
    ) -> None:
        """Find the columns. Raises :class:`MappingError` for every one that the file lacks."""
        self.mapping = mapping
        self.source = source
        self.columns = list(columns)
        self.links = links
        self.aliases = aliases
        self.trimmed = 0
        self._faults: list[Fault] = []
        self._calendar = Calendar(mapping.file.zone) if mapping.file.zone else None
        table = mapping.file.tables[name]
        self._child = self._child_of(table)
        self._episode = None if table.episode is None else self._id(table.episode, joint="-")
        self._recorded = None if table.recorded_at is None else self._instant(table.recorded_at)
        self._area = None if table.area is None else self._reader(table.area, values.label)
        self._authority = (
            None if table.authority is None else self._reader(table.authority, values.label)
        )
        self._keep = self._kept(table.keep)
        self._made = [self._entry(entry) for entry in table.entries]
        if self._faults:
            raise MappingError(list(dict.fromkeys(self._faults)))

    def read(self, cells: Cells) -> Reading:
        """Make entries of one row."""
        made = Reading()
        if self._keep is not None and not self._keep(cells):
            made.kept = False
            return made
        child_id = self._get(self._child, cells, made)
        if child_id is None:
            if not made.troubles:
                made.troubles.append(Trouble("missing-field", "the id of the child is missing"))
            return made
        made.child_id = child_id = self.aliases.get(child_id, child_id)
        episode_id = self._get(self._episode, cells, made)
        if made.troubles:
            return made
        recorded = self._get(self._recorded, cells, made)
        area = self._get(self._area, cells, made)
        authority = self._get(self._authority, cells, made)
        for part in self._made:
            entry = self._entry_of(part, cells, made, child_id, episode_id, recorded)
            if entry is not None:
                object.__setattr__(entry, "area", area)  # still in the making
                object.__setattr__(entry, "authority", authority)
                object.__setattr__(entry, "entry_id", derive_entry_id(entry))
                made.entries.append(entry)
        if not made.entries and not made.troubles:
            made.troubles.append(
                Trouble("nothing-told", "no time is given for anything that the row could tell")
            )
        return made

    def _entry_of(  # noqa: PLR0913 - the parts of one entry
        self,
        part: _Made,
        cells: Cells,
        made: Reading,
        child_id: str,
        episode_id: str | None,
        recorded: int | None,
    ) -> Entry | None:
        if not part.when(cells):
            return None
        before = len(made.troubles)
        at = self._get(part.at, cells, made)
        fields: dict[str, object] = {}
        for name, reader, required in part.fields:
            told = self._get(reader, cells, made)
            if told is not None and told != ():
                fields[name] = told
            elif required:
                return None
        if at is None:
            return None
        own = self._get(part.recorded, cells, made)
        by = self._get(part.by, cells, made)
        home = None if part.of_child else episode_id
        if home is None and not part.of_child and not part.may_be_either:
            if len(made.troubles) == before:
                made.troubles.append(Trouble("missing-field", "the id of the episode is missing"))
            return None
        when = recorded if own is None else own
        return Entry("", child_id, home, part.kind, at, at if when is None else when, by, fields)

    def _get(self, reader: Reader | None, cells: Cells, made: Reading) -> Any:
        if reader is None:
            return None
        try:
            return reader(cells)
        except _CellError as error:
            if error.trouble not in made.troubles:
                made.troubles.append(error.trouble)
            return None

    # -- compiling

    def _place(self, column: str) -> int:
        """Where a column stands; a fault if the file does not have it."""
        if column in self.columns:
            return self.columns.index(column)
        hint = values.suggestion(column, self.columns).replace("`", "") or (
            f"It has: {', '.join(self.columns[:30])}."
        )
        message = f"has no column {column}, which the mapping {self.mapping.name} reads"
        self._faults.append(Fault(self.source, 1, 1, "missing-column", message, hint))
        return 0

    def _text(self, cell: Cell, joint: str = " ") -> tuple[str, Reader]:
        """Give the names of the columns of a cell, and what gets its raw value."""
        if cell.constant is not None:
            constant = tuple(cell.constant) if isinstance(cell.constant, list) else cell.constant
            return "", lambda _: constant
        if cell.columns is not None:
            places = [self._place(column) for column in cell.columns]

            def joined(cells: Cells) -> str | None:
                parts = [cells[place] for place in places]
                if any(values.blank(part) for part in parts):
                    return None
                return joint.join(str(part).strip() for part in parts)

            return " + ".join(cell.columns), joined
        assert cell.column is not None  # noqa: S101 - a mapping that loads says one of the three
        place = self._place(cell.column)
        return cell.column, lambda cells: cells[place]

    def _reader(self, cell: Cell, convert: Callable[[Any], Any], joint: str = " ") -> Reader:
        """Make what reads a cell: its code table first, then the value as the log has it."""
        column, raw = self._text(cell, joint)
        table = None if cell.codes is None else self.mapping.file.codes[cell.codes]
        if table is not None:
            table = {str(code).strip(): meant for code, meant in table.items()}

        def reading(cells: Cells) -> Any:
            value = raw(cells)
            if table is not None and not values.blank(value):
                value = table.get(str(value).strip(), table.get(EVERY_OTHER, _MISSING))
                if value is _MISSING:
                    hint = "Add it to the table; null means not recorded."
                    message = f"{column} holds a code that is not in the table {cell.codes}"
                    raise _CellError(Trouble("unknown-code", message, hint, column))
            if value is None or values.blank(value):
                return None
            try:
                return convert(value)
            except values.UnreadableError as error:
                message = f"{column} {error.message}"
                raise _CellError(Trouble(error.code, message, error.hint, column)) from None

        return reading

    def _id(self, cell: Cell, joint: str = " ") -> Reader:
        trim = self.mapping.file.trim_ids

        def identifier(value: object) -> str:
            if isinstance(value, int) and not isinstance(value, bool):
                value = str(value)
            if trim and isinstance(value, str) and value != value.strip():
                self.trimmed += 1
                value = value.strip()
            if cell.columns is not None and isinstance(value, str):
                value = _NO_ID.sub("-", value)
            return values.identifier(value)

        return self._reader(cell, identifier, joint)

    def _child_of(self, table: Table) -> Reader:
        if not isinstance(table.child, Linked):
            return self._id(table.child)
        linked, column = table.child, table.child.column
        place = self._place(column)

        def child(cells: Cells) -> str | None:
            incident = cells[place]
            if values.blank(incident):
                return None
            found = self.links[linked.link].get(str(incident).strip())
            if found is None:
                message = f"{column} names an incident that is linked to no person"
                raise _CellError(Trouble("unlinked-incident", message, "", column))
            return found

        return child

    def _instant(self, cell: Cell) -> Reader:
        shape = cell.format or self.mapping.file.formats.get("instant")
        clock = cell.time_of_day

        def instant(value: object) -> int:
            if isinstance(value, str) and shape is not None:
                try:
                    value = dt.datetime.strptime(value.strip(), shape)  # noqa: DTZ007 - local below
                except ValueError:
                    message = "is not a time as the mapping says it is written"
                    raise values.UnreadableError("bad-time", message, _as(shape)) from None
            if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
                if clock is None:
                    hint = "Say `time_of_day` in the mapping."
                    raise values.UnreadableError("bad-time", "holds dates without a time", hint)
                value = dt.datetime.combine(value, clock)
            elif clock is not None and isinstance(value, dt.datetime):
                value = dt.datetime.combine(value.date(), clock)
            return self._when(value)

        return self._reader(cell, instant)

    def _when(self, value: object) -> int:
        """Place a time; without an offset in the zone of the mapping."""
        try:
            return values.instant(value, self.mapping.file.zone)
        except values.UnreadableError as error:
            fold = {"earlier": 0, "later": 1}.get(self.mapping.file.repeated_times)
            if error.code != "ambiguous-time" or fold is None or self.mapping.file.zone is None:
                raise
            if isinstance(value, str):
                value = dt.datetime.fromisoformat(value)
            assert isinstance(value, dt.datetime)  # noqa: S101 - nothing else can be ambiguous
            return to_us(value.replace(tzinfo=zoneinfo.ZoneInfo(self.mapping.file.zone), fold=fold))

    def _date(self, cell: Cell) -> Callable[[object], dt.date]:
        shape = cell.format or self.mapping.file.formats.get("date")

        def date(value: object) -> dt.date:
            if isinstance(value, str) and shape is not None:
                try:
                    value = dt.datetime.strptime(value.strip(), shape).date()  # noqa: DTZ007
                except ValueError:
                    message = "is not a date as the mapping says it is written"
                    raise values.UnreadableError("bad-date", message, _as(shape)) from None
            elif isinstance(value, dt.datetime):
                value = value.date()
            return values.date(value)

        return date

    def _entry(self, entry: MadeEntry) -> _Made:
        kind = self.mapping.vocabulary.kinds[entry.kind]
        fields = []
        for name, cell in entry.fields.items():
            told = kind.fields[name]
            if told.type == "instant":
                reader = self._instant(cell)
            elif told.type == "date":
                reader = self._reader(cell, self._date(cell))
            elif told.type == "reference":
                reader = self._id(cell)
            elif told.type == "choices" and cell.separator is not None:
                reader = self._reader(cell, _several(cell.separator, told.values))
            else:
                reader = self._reader(cell, values.reader(told.type, told.values))
            fields.append((name, reader, told.required))
        return _Made(
            kind=kind.name,
            at=self._instant(entry.at),
            recorded=None if entry.recorded_at is None else self._instant(entry.recorded_at),
            by=None if entry.by is None else self._reader(entry.by, values.word),
            when=self._condition(entry.when),
            fields=tuple(fields),
            of_child=kind.home == "child",
            may_be_either=kind.home == "either",
        )

    def _condition(self, when: When | Keep | None) -> Callable[[Cells], bool]:
        if when is None or when.column is None:
            return lambda _: True
        place = self._place(when.column)
        wanted = None if when.is_ is None else frozenset(when.is_)
        refused = frozenset(when.is_not or ())

        def holds(cells: Cells) -> bool:
            text = "" if cells[place] is None else str(cells[place]).strip()
            return (wanted is None or text in wanted) and text not in refused

        return holds

    def _kept(self, keep: Keep | None) -> Callable[[Cells], bool] | None:
        """Make the filter of a table. A row that does not tell the age is kept."""
        if keep is None:
            return None
        if keep.under is None or keep.born is None or keep.at is None:
            return self._condition(keep)
        born, at = self._reader(keep.born, self._date(keep.born)), self._instant(keep.at)
        calendar, under = self._calendar or Calendar("UTC"), keep.under

        def young(cells: Cells) -> bool:
            try:
                birth, instant = born(cells), at(cells)
            except _CellError:
                return True
            return birth is None or instant is None or calendar.age(birth, instant) < under

        return young


def _several(separator: str, listed: tuple[str, ...] | None) -> Callable[[object], object]:
    def read(value: object) -> tuple[str, ...]:
        parts = value.split(separator) if isinstance(value, str) else value
        return values.choices(
            [p.strip() if isinstance(p, str) else p for p in parts],  # type: ignore[attr-defined]
            listed,
        )

    return read


def _as(shape: str) -> str:
    example = dt.datetime(2024, 3, 31, 14, 30).strftime(shape)  # noqa: DTZ001 - only to be shown
    return f"It would be written as {example}."
