"""From a row of a table to entries, as a mapping says.

A row that does not tell whose it is, or when anything happened, is rejected. From a row of which
one cell cannot be read the rest is taken: an episode is not lost for a misspelt interview time.
Either way every fault is listed, and the child's record is marked incomplete.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from missingrules import values
from missingrules.calendar import Calendar
from missingrules.entry import Entry, derive_entry_id
from missingrules.reading.cells import CellError, CellReaders, several
from missingrules.reading.delimited import Trouble
from missingrules.reading.faults import MappingError
from missingrules.reading.language import Linked

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from missingrules.reading.cells import Cells, Reader
    from missingrules.reading.language import Cell, Keep, MadeEntry, Table
    from missingrules.reading.mapping import SourceMapping
    from missingrules.reading.people import People
    from missingrules.vocabulary import Field


INTO: Final = ("merged", "into")
"""The kind and the field that names another episode."""


@dataclass(slots=True)
class Reading:
    """What became of one row. ``children`` are those that it is about: of a link also several.

    ``episode`` is the id of the episode as the file has it, before it is read as another.
    """

    entries: list[Entry] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    children: tuple[str, ...] = ()
    episode: str | None = None
    kept: bool = True

    def trouble(self, trouble: Trouble) -> None:
        """Note what is wrong, once."""
        if trouble not in self.troubles:
            self.troubles.append(trouble)

    def get(self, reader: Reader | None, cells: Cells) -> Any:
        """Read a cell; None if it is not recorded, or not readable, which is noted."""
        if reader is None:
            return None
        try:
            return reader(cells)
        except CellError as error:
            self.trouble(error.trouble)
            return None


@dataclass(frozen=True, slots=True)
class _Cell:
    """A compiled field: ``column`` is empty for a constant."""

    name: str
    column: str
    read: Reader
    required: bool


@dataclass(frozen=True, slots=True)
class _Made:
    """A compiled entry of a table."""

    kind: str
    at: Reader
    at_column: str
    recorded: Reader | None
    by: Reader | None
    when: Callable[[Cells], bool]
    fields: tuple[_Cell, ...]
    of_child: bool
    may_be_either: bool


class TableReader:
    """A table of a mapping, made fit for the columns that a file has."""

    def __init__(
        self,
        mapping: SourceMapping,
        name: str,
        columns: Sequence[str],
        *,
        source: str,
        people: People,
    ) -> None:
        """Find the columns. Raises :class:`MappingError` for every one that the file lacks."""
        table = mapping.file.tables[name]
        self.mapping = mapping
        self.people = people
        self._cells = cells = CellReaders(mapping, columns, source, table.encoding)
        self._children = self._children_of(table)
        self._episode = None if table.episode is None else cells.identifier(table.episode)
        self._recorded = None if table.recorded_at is None else cells.instant(table.recorded_at)
        self._area, self._authority = (
            None if cell is None else cells.cell(cell, values.label)
            for cell in (table.area, table.authority)
        )
        self._keep = self._kept(table.keep)
        self._made = [self._entry(entry) for entry in table.entries]
        faults = cells.faults()
        if faults:
            raise MappingError(faults)

    @property
    def trimmed(self) -> int:
        """Of how many ids blanks were taken off so far."""
        return self._cells.trimmed

    def read(self, cells: Cells) -> Reading:
        """Make entries of one row."""
        made = Reading()
        try:
            if not self._keep(cells):
                made.kept = False
                return made
        except CellError as error:
            made.trouble(error.trouble)  # whether it is to be kept cannot be told, so it is
        if self._is_whose(cells, made):
            self._make(cells, made)
        if not made.entries and not made.troubles:
            made.trouble(
                Trouble("nothing-told", "no time is given for anything that the row could tell")
            )
        return made

    def _is_whose(self, cells: Cells, made: Reading) -> bool:
        """Tell which children the row is about; False, with the trouble, if it does not say."""
        before = len(made.troubles)
        made.children = made.get(self._children, cells) or ()
        if not made.children and len(made.troubles) == before:
            made.trouble(Trouble("missing-field", "the id of the child is missing"))
        return bool(made.children)

    def _make(self, cells: Cells, made: Reading) -> None:
        before = len(made.troubles)
        made.episode = made.get(self._episode, cells)
        if len(made.troubles) > before:
            return
        episode_id = self._meant(made.episode)
        recorded = made.get(self._recorded, cells)
        area, authority = made.get(self._area, cells), made.get(self._authority, cells)
        untimed: dict[str, str] = {}
        used: set[str] = set()
        for part in self._made:
            told = self._told(part, cells, made, untimed)
            if told is None:
                continue
            at, fields, own, by = told
            used.update(each.column for each in part.fields)
            home = None if part.of_child else episode_id
            if home is None and not part.of_child and not part.may_be_either:
                made.trouble(Trouble("missing-field", "the id of the episode is missing"))
                continue
            when = recorded if own is None else own
            known = at if when is None else when
            for child in made.children:
                entry = Entry("", child, home, part.kind, at, known, by, fields, area, authority)
                object.__setattr__(entry, "entry_id", derive_entry_id(entry))  # still in the making
                made.entries.append(entry)
        for column, time in untimed.items():
            if column not in used:
                message = f"{column} is given, and {time}, the time of it, is empty"
                made.trouble(Trouble("no-time", message, "", time, "empty"))

    def _told(
        self, part: _Made, cells: Cells, made: Reading, untimed: dict[str, str]
    ) -> tuple[int, dict[str, object], int | None, str | None] | None:
        """Read what a row says of one entry; None if it says nothing.

        ``untimed`` gathers the column of what is told, and not when it was, with that of its time.
        """
        try:
            if not part.when(cells):
                return None
        except CellError as error:
            if made.get(part.at, cells) is not None:
                made.trouble(error.trouble)
            return None
        at, timed = None, True
        try:
            at = part.at(cells)
            timed = at is not None
        except CellError as error:
            made.trouble(error.trouble)
        fields, substance = _fields(part, cells, made)
        if fields is None:
            return None
        if at is None:
            if substance and not timed:
                untimed[substance] = part.at_column
            return None
        return at, fields, made.get(part.recorded, cells), made.get(part.by, cells)

    def _meant(self, episode: str | None) -> str | None:
        """Give the id that the id of an episode means."""
        return None if episode is None else self.people.episodes.get(episode, episode)

    # -- compiling

    def _children_of(self, table: Table) -> Reader:
        """Make what tells the children that a row is about."""
        aliases = self.people.aliases
        if not isinstance(table.child, Linked):
            read = self._cells.identifier(table.child)

            def own(cells: Cells) -> tuple[str, ...]:
                child = read(cells)
                return () if child is None else (aliases.get(child, child),)

            return own
        column, links = table.child.column, self.people.links[table.child.link]
        key = self._cells.key(column)

        def linked(cells: Cells) -> tuple[str, ...]:
            incident = key(cells)
            if incident and incident not in links:
                message = f"{column} names an incident that is linked to no person"
                hint = "Without a link nothing that it tells counts for any child."
                raise CellError(Trouble("unlinked-incident", message, hint, column))
            return links.get(incident, ())

        return linked

    def _entry(self, entry: MadeEntry) -> _Made:
        kind = self.mapping.vocabulary.kinds[entry.kind]
        return _Made(
            kind=kind.name,
            at=self._cells.instant(entry.at),
            at_column=_column(entry.at),
            recorded=None if entry.recorded_at is None else self._cells.instant(entry.recorded_at),
            by=None if entry.by is None else self._cells.cell(entry.by, values.word),
            when=self._cells.condition(entry.when),
            fields=tuple(
                _Cell(name, _column(cell), self._field(cell, told, kind.name), told.required)
                for name, cell in entry.fields.items()
                for told in (kind.fields[name],)
            ),
            of_child=kind.home == "child",
            may_be_either=kind.home == "either",
        )

    def _field(self, cell: Cell, told: Field, kind: str) -> Reader:
        match told.type:
            case "instant":
                return self._cells.instant(cell)
            case "date":
                return self._cells.date(cell)
            case "reference":
                read = self._cells.identifier(cell)
                if (kind, told.name) != INTO:
                    return read
                return lambda cells: self._meant(read(cells))
            case "choices" if cell.separator is not None:
                return self._cells.cell(cell, several(cell.separator, told.values))
        return self._cells.cell(cell, values.reader(told.type, told.values))

    def _kept(self, keep: Keep | None) -> Callable[[Cells], bool]:
        """Make the filter of a table. A row that does not tell the age is kept."""
        says = self._cells.condition(keep)
        if keep is None or keep.under is None or keep.born is None or keep.at is None:
            return says
        born, at = self._cells.date(keep.born), self._cells.instant(keep.at)
        calendar, under = Calendar(self.mapping.file.zone or "UTC"), keep.under

        def young(cells: Cells) -> bool:
            if not says(cells):
                return False
            try:
                birth, instant = born(cells), at(cells)
            except CellError:
                return True  # what cannot be read is told where an entry is made of it
            return birth is None or instant is None or calendar.age(birth, instant) < under

        return young


def _fields(part: _Made, cells: Cells, made: Reading) -> tuple[dict[str, object] | None, str]:
    """Read the fields of an entry, and the column of the first that it needs.

    None for the fields where one that it needs is not told.
    """
    fields: dict[str, object] = {}
    substance = ""
    for each in part.fields:
        told = made.get(each.read, cells)
        if told is not None and told != ():
            fields[each.name] = told
            if each.required:
                substance = substance or each.column
        elif each.required:
            return None, ""
    return fields, substance


def _column(cell: Cell) -> str:
    return cell.column or " + ".join(cell.columns or ())
