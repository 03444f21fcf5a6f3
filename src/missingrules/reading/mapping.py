"""Mappings: loaded and checked.

Everything in a mapping that names something else is checked when it is loaded: kinds, fields,
values of code tables, formats, zones. A mapping that loads reads any file that has its columns.
Shipped mappings stand in the folder ``mappings`` and are loaded by name.
"""

from __future__ import annotations

import datetime as dt
import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from missingrules import values
from missingrules.calendar import Calendar
from missingrules.errors import Fault, MissingRulesError
from missingrules.reading.language import Linked, MappingFile
from missingrules.record import Coverage
from missingrules.vocabulary import standard
from missingrules.yamlsource import LONGEST_BYTES, Located, decode, read

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.reading.language import Cell, Keep, MadeEntry, Table
    from missingrules.vocabulary import Field, Vocabulary
    from missingrules.yamlsource import Path as Where

EVERY_OTHER: Final = "*"
"""The code of a code table that stands for every other one."""

_TIMES: Final = ("%H", "%I", "%c", "%X", "%T")
_YEARS: Final = ("%Y", "%G")


class MappingError(MissingRulesError):
    """A mapping that cannot be used, or files that it does not fit."""


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """A mapping that was checked, with the vocabulary that it makes entries of."""

    file: MappingFile
    vocabulary: Vocabulary
    source: str

    @property
    def name(self) -> str:
        """Its short name."""
        return self.file.mapping

    @property
    def notes(self) -> tuple[str, ...]:
        """What the mapping decides that the source leaves open, in sentences for people."""
        made = []
        for name, table in self.file.tables.items():
            for cell in _cells(table):
                if cell.time_of_day is not None:
                    column = cell.column or " ".join(cell.columns or ())
                    made.append(
                        f"Column {column} of {name} holds dates: "
                        f"{cell.time_of_day.isoformat('minutes')} is taken as the time of day."
                    )
            if table.recorded_at is None and all(e.recorded_at is None for e in table.entries):
                made.append(
                    f"Table {name} does not say when its rows were entered: "
                    "that something was entered late cannot be seen."
                )
        if self.file.repeated_times != "reject":
            made.append(
                "Times in the hour that the clocks repeat in autumn are taken as the "
                f"{self.file.repeated_times} of the two."
            )
        return tuple(dict.fromkeys(made))

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of entry that its tables make."""
        return frozenset(e.kind for table in self.file.tables.values() for e in table.entries)

    def coverage(self) -> Coverage:
        """What an extract read by this mapping can show; outside it nothing is missing."""
        covers = self.file.covers
        shown = self.kinds if covers.kinds is None else frozenset(covers.kinds)
        kept = {"decided_not_required", "voided", "merged"}  # their absence accuses nobody
        lacking: set[tuple[str, str]] = set()
        for kind in shown & self.kinds:
            filled = {
                name
                for table in self.file.tables.values()
                for entry in table.entries
                if entry.kind == kind
                for name in entry.fields
            }
            lacking |= {(kind, name) for name in self.vocabulary.kinds[kind].fields.keys() - filled}
        calendar = Calendar(self.file.zone or "UTC")
        start = None if covers.from_ is None else calendar.midnight(covers.from_.toordinal())
        end = None
        if covers.until is not None:
            end = calendar.midnight(covers.until.toordinal() + 1) - 1
        return Coverage(
            start=start,
            end=end,
            kinds={kind: None for kind in self.vocabulary.kinds if kind not in {*shown, *kept}},
            without_fields=frozenset(lacking),
        )


def mappings_folder() -> Path:
    """Where the shipped mappings are: in the package, or beside the sources of a checkout."""
    here = Path(__file__).parents[1]
    installed = here / "mappings"
    return installed if installed.is_dir() else here.parents[1] / "mappings"


def shipped_mappings() -> dict[str, Path]:
    """Map the name of every shipped mapping to its file, in order of name."""
    return {file.stem: file for file in sorted(mappings_folder().glob("*.yaml"))}


def load_mapping(name_or_path: str | Path, vocabulary: Vocabulary | None = None) -> SourceMapping:
    """Load a shipped mapping by its name, or any by its path (``./mine.yaml``).

    ``vocabulary`` is that of a policy that adds kinds or fields. Raises :class:`MappingError` with
    every fault.
    """
    path = Path(name_or_path)
    if isinstance(name_or_path, str) and "/" not in name_or_path and not path.suffix:
        known = shipped_mappings()
        if name_or_path not in known:
            close = difflib.get_close_matches(name_or_path, known, 1)
            hint = f"did you mean `{close[0]}`?" if close else f"Shipped: {', '.join(known)}."
            message = f"no mapping `{name_or_path}` is shipped"
            raise MappingError([Fault(name_or_path, 0, 0, "unknown-mapping", message, hint)])
        path = known[name_or_path]
    try:
        with path.open("rb") as file:
            raw = file.read(LONGEST_BYTES + 1)
    except OSError as error:
        message = f"cannot be read: {error.strerror or 'the system refuses'}"
        raise MappingError([Fault(str(path), 0, 0, "unreadable-file", message)]) from None
    return parse_mapping(decode(raw, str(path), error=MappingError), str(path), vocabulary)


def parse_mapping(
    text: str, source: str = "<mapping>", vocabulary: Vocabulary | None = None
) -> SourceMapping:
    """Read a mapping from its text. Raises :class:`MappingError` with every fault."""
    located = read(text, source, error=MappingError)
    try:
        file = MappingFile.model_validate(located.data)
    except ValidationError as error:
        raise MappingError(list(_shape_faults(error, located))) from None
    made = SourceMapping(file, vocabulary or standard(), source)
    faults = list(_Check(made, located).faults())
    if faults:
        raise MappingError(faults)
    return made


def _cells(table: Table) -> Iterator[Cell]:
    """Every cell of a table that a time or a date may come from."""
    for entry in table.entries:
        yield entry.at
        yield from entry.fields.values()
    for entry in table.entries:
        if entry.recorded_at is not None:
            yield entry.recorded_at
    if table.recorded_at is not None:
        yield table.recorded_at


# --- Faults ---------------------------------------------------------------------------------------


def _shape_faults(error: ValidationError, located: Located) -> Iterator[Fault]:
    for problem in error.errors(include_url=False, include_input=False):
        path = _within(problem["loc"], located)
        name = next((str(s) for s in reversed(problem["loc"]) if isinstance(s, str)), "")
        match problem["type"]:
            case "missing":
                place = located.place(path)
                yield _fault(place, "missing-key", f"`{problem['loc'][-1]}` is missing")
            case "extra_forbidden":
                place = located.keys.get(path, located.place(path))
                yield _fault(place, "unknown-key", f"`{name}` is no key of this part")
            case _:
                yield _fault(located.place(path), "wrong-value", f"`{name}`: {problem['msg']}")


def _within(loc: tuple[str | int, ...], located: Located) -> Where:
    """Follow where pydantic stopped as far as it stands in the file."""
    path: list[str | int] = []
    value: Any = located.data
    for step in loc:
        listed = isinstance(value, list) and isinstance(step, int) and step < len(value)
        if listed or (isinstance(value, dict) and step in value):
            value = value[step]  # type: ignore[index, unused-ignore]
            path.append(step)
    return tuple(path)


def _fault(place: object, code: str, message: str, hint: str = "") -> Fault:
    return Fault(place.source, place.line, place.column, code, message, hint)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Check:
    """Holds the names in a mapping against what they name."""

    mapping: SourceMapping
    located: Located

    def faults(self) -> Iterator[Fault]:
        file = self.mapping.file
        if file.zone is not None:
            try:
                Calendar(file.zone)
            except ValueError as error:
                yield self.at(("zone",), "unknown-zone", str(error))
        for what, text in file.formats.items():
            yield from self.format(("formats", what), text, dates=what == "date")
        for kind in file.covers.kinds or ():
            if kind not in self.mapping.vocabulary.kinds:
                yield self.at(("covers", "kinds"), "unknown-kind", f"`{kind}` is no kind of entry")
        for name, table in file.tables.items():
            yield from self.table(("tables", name), table)

    def at(self, path: Where, code: str, message: str, hint: str = "") -> Fault:
        return _fault(self.located.place(path), code, message, hint)

    def table(self, path: Where, table: Table) -> Iterator[Fault]:
        if isinstance(table.child, Linked):
            if table.child.link not in self.mapping.file.links:
                message = f"there is no link table `{table.child.link}`"
                yield self.at((*path, "child", "link"), "unknown-link", message)
        else:
            yield from self.cell((*path, "child"), table.child, "reference")
        if table.episode is not None:
            yield from self.cell((*path, "episode"), table.episode, "reference")
        if table.recorded_at is not None:
            yield from self.cell((*path, "recorded_at"), table.recorded_at, "instant")
        if table.keep is not None:
            yield from self.keep((*path, "keep"), table.keep)
        for number, entry in enumerate(table.entries):
            yield from self.entry((*path, "entries", number), entry, table)

    def keep(self, path: Where, keep: Keep) -> Iterator[Fault]:
        by_age = (keep.under, keep.born, keep.at)
        if any(part is not None for part in by_age):
            if None in by_age:
                yield self.at(path, "missing-key", "`under`, `born` and `at` go together")
                return
            assert keep.born is not None  # noqa: S101 - one of the three that were looked at
            assert keep.at is not None  # noqa: S101 - the same
            yield from self.cell((*path, "born"), keep.born, "date")
            yield from self.cell((*path, "at"), keep.at, "instant")
        elif keep.column is None or (keep.is_ is None and keep.is_not is None):
            hint = "Write `under`, `born` and `at`, or `column` with `is` or `is_not`."
            yield self.at(path, "missing-key", "`keep` does not say what is kept", hint)

    def entry(self, path: Where, entry: MadeEntry, table: Table) -> Iterator[Fault]:
        kind = self.mapping.vocabulary.kinds.get(entry.kind)
        if kind is None:
            hint = values.suggestion(entry.kind, self.mapping.vocabulary.kinds)
            message = f"`{entry.kind}` is no kind of entry"
            yield self.at((*path, "kind"), "unknown-kind", message, hint)
            return
        if kind.home == "episode" and table.episode is None:
            message = f"`{kind.name}` belongs to an episode, and the table names none"
            yield self.at((*path, "kind"), "no-episode", message, "Say `episode:` in the table.")
        yield from self.cell((*path, "at"), entry.at, "instant")
        if entry.recorded_at is not None:
            yield from self.cell((*path, "recorded_at"), entry.recorded_at, "instant")
        if entry.by is not None:
            yield from self.cell((*path, "by"), entry.by, "word")
        for name, cell in entry.fields.items():
            told = kind.fields.get(name)
            if told is None:
                hint = values.suggestion(name, kind.fields)
                message = f"`{name}` is no field of `{kind.name}`"
                yield self.at((*path, "fields", name), "unknown-field", message, hint)
            else:
                yield from self.cell((*path, "fields", name), cell, told.type, told)
        for name, told in kind.fields.items():
            if told.required and name not in entry.fields:
                message = f"`{kind.name}` needs the field `{name}`"
                yield self.at(path, "missing-field", message)

    def cell(
        self, path: Where, cell: Cell, type_: str, told: Field | None = None
    ) -> Iterator[Fault]:
        given = [cell.column, cell.columns, cell.constant]
        if sum(part is not None for part in given) != 1:
            hint = "Name one of `column`, `columns` and `constant`."
            yield self.at(path, "which-cell", "it must say once where its value comes from", hint)
            return
        if cell.codes is not None:
            yield from self.codes(path, cell.codes, type_, told)
        if cell.constant is not None:
            yield from self.value(path, cell.constant, type_, told)
        if cell.format is not None and type_ not in ("instant", "date"):
            yield self.at((*path, "format"), "no-format", "only times and dates have a format")
        if type_ in ("instant", "date") and cell.constant is None:
            text = cell.format or self.mapping.file.formats.get(
                "instant" if type_ == "instant" else "date"
            )
            if cell.format is not None:
                yield from self.format((*path, "format"), cell.format, dates=type_ == "date")
            timeless = text is not None and not any(sign in text for sign in _TIMES)
            if type_ == "instant" and timeless and cell.time_of_day is None:
                hint = (
                    "Say `time_of_day`: it decides windows and deadlines, so it has to be chosen."
                )
                yield self.at(path, "no-time-of-day", "its format has no time of day", hint)
        if cell.time_of_day is not None and type_ != "instant":
            yield self.at(path, "no-instant", "`time_of_day` is for times only")

    def format(self, path: Where, text: str, *, dates: bool) -> Iterator[Fault]:
        signs = _YEARS if not dates else (*_YEARS, "%x")
        if not any(sign in text for sign in signs):
            hint = "Years of two digits do not say which century."
            yield self.at(path, "no-year", "the format must have a year of four digits: %Y", hint)
        try:
            dt.datetime.strptime(dt.datetime(2023, 1, 2, 3, 4, 5).strftime(text), text)  # noqa: DTZ001, DTZ007
        except ValueError:
            yield self.at(path, "bad-format", "this is no format of strptime")

    def codes(self, path: Where, name: str, type_: str, told: Field | None) -> Iterator[Fault]:
        table = self.mapping.file.codes.get(name)
        if table is None:
            hint = values.suggestion(name, self.mapping.file.codes)
            yield self.at((*path, "codes"), "unknown-codes", f"there are no codes `{name}`", hint)
            return
        for code, value in table.items():
            if value is not None:
                yield from self.value(("codes", name, code), value, type_, told)

    def value(self, path: Where, value: object, type_: str, told: Field | None) -> Iterator[Fault]:
        if type_ in ("instant", "date"):
            yield self.at(path, "wrong-value", "times and dates come from columns")
            return
        try:
            if type_ == "word":
                values.word(value)
            else:
                values.reader(type_, None if told is None else told.values)(value)
        except values.UnreadableError as error:
            yield self.at(path, "wrong-value", f"the value {error.message}", error.hint)
