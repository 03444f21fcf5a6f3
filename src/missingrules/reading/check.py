"""Names in a mapping, against what they name: kinds, fields, code tables, formats, zones."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from missingrules import values, wording
from missingrules.calendar import Calendar
from missingrules.reading.delimited import codec_of
from missingrules.reading.faults import MappingCode, fault
from missingrules.reading.language import ALIASES, SAME_EPISODES, Linked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.errors import Fault
    from missingrules.reading.language import Cell, Keep, MadeEntry, MappingFile, Pairs, Table
    from missingrules.vocabulary import Field, Vocabulary
    from missingrules.yamlsource import Located
    from missingrules.yamlsource import Path as Where

_TIMES: Final = ("%H", "%I", "%c", "%X", "%T")
_YEARS: Final = ("%Y", "%G")
_TIMED: Final = frozenset({"instant", "date"})


def check(file: MappingFile, vocabulary: Vocabulary, located: Located) -> list[Fault]:
    """List everything in a mapping that names something that is not there."""
    return sorted(set(_Check(file, vocabulary, located).faults()))


@dataclass(frozen=True, slots=True)
class _Check:
    file: MappingFile
    vocabulary: Vocabulary
    located: Located

    def faults(self) -> Iterator[Fault]:
        file = self.file
        if file.zone is not None:
            try:
                Calendar(file.zone)
            except ValueError:
                hint = "An IANA zone such as `Europe/London`."
                message = f"there is no zone {wording.quoted(file.zone)}"
                yield self.at(("zone",), "unknown-zone", message, hint)
        for what, text in file.formats.items():
            yield from self.format(("formats", what), text)
        for number, kind in enumerate(file.covers.kinds or ()):
            yield from self.kind(("covers", "kinds", number), kind)
        first, last = file.covers.from_, file.covers.until
        if first is not None and last is not None and last < first:
            message = "the extract covers nothing: `until` is before `from`"
            yield self.at(("covers", "until"), "dates-reversed", message)
        for name, table in file.tables.items():
            yield from self.table(("tables", name), table)
        yield from self.joined()

    def joined(self) -> Iterator[Fault]:
        """Check the tables of pairs."""
        tables, same = self.file.tables, self.file.same_episodes
        own = {ALIASES: "aliases", SAME_EPISODES: "ids of episodes that mean another"}
        for name, pairs in self.file.links.items():
            yield from self.pairs(("links", name), pairs)
            if name in tables or name in own:
                message = f"`{name}` is the name of another table"
                yield self.at(("links", name), "name-taken", message, "Give it one of its own.")
        for name, joining in ((ALIASES, self.file.aliases), (SAME_EPISODES, same)):
            if joining is not None:
                yield from self.pairs((name,), joining)
            if name in tables:
                message = f"`{name}` is the name of the table of {own[name]}"
                yield self.at(("tables", name), "name-taken", message, "Give it one of its own.")
        if same is not None and all(table.episode is None for table in tables.values()):
            message = "no table names an episode, so there are no ids for it to replace"
            yield self.at((SAME_EPISODES,), "no-episode", message, "Say `episode:` in a table.")

    def at(self, path: Where, code: MappingCode, message: str, hint: str = "") -> Fault:
        return fault(self.located.place(path), code, message, hint)

    def kind(self, path: Where, name: str) -> Iterator[Fault]:
        if name not in self.vocabulary.kinds:
            hint = values.suggestion(name, self.vocabulary.kinds)
            message = f"{wording.quoted(name)} is no kind of entry"
            yield self.at(path, "unknown-kind", message, hint)

    def encoding(self, path: Where, name: str) -> Iterator[Fault]:
        try:
            codec_of(name)
        except LookupError:
            hint = "Common ones are utf-8, utf-16 and cp1252."
            message = f"there is no encoding {wording.quoted(name)}"
            yield self.at((*path, "encoding"), "unknown-encoding", message, hint)

    def pairs(self, path: Where, pairs: Pairs) -> Iterator[Fault]:
        yield from self.encoding(path, pairs.encoding)
        if pairs.accepted is not None and pairs.confidence is None:
            message = "`accepted` goes with `confidence`"
            hint = "Name the column that says how surely it was linked."
            yield self.at((*path, "accepted"), "missing-key", message, hint)

    def table(self, path: Where, table: Table) -> Iterator[Fault]:
        yield from self.encoding(path, table.encoding)
        if isinstance(table.child, Linked):
            if table.child.link not in self.file.links:
                message = f"there is no link table {wording.quoted(table.child.link)}"
                hint = values.suggestion(table.child.link, self.file.links)
                yield self.at((*path, "child", "link"), "unknown-link", message, hint)
        else:
            yield from self.cell((*path, "child"), table.child, "reference")
        for key, cell, type_ in (
            ("episode", table.episode, "reference"),
            ("recorded_at", table.recorded_at, "instant"),
            ("area", table.area, "label"),
            ("authority", table.authority, "label"),
        ):
            if cell is not None:
                yield from self.cell((*path, key), cell, type_)
        if table.keep is not None:
            yield from self.keep((*path, "keep"), table.keep)
        for number, entry in enumerate(table.entries):
            yield from self.entry((*path, "entries", number), entry, table)

    def keep(self, path: Where, keep: Keep) -> Iterator[Fault]:
        by_age = (keep.under, keep.born, keep.at)
        if any(part is not None for part in by_age):
            if keep.born is None or keep.at is None or keep.under is None:
                yield self.at(path, "missing-key", "`under`, `born` and `at` go together")
                return
            yield from self.cell((*path, "born"), keep.born, "date")
            yield from self.cell((*path, "at"), keep.at, "instant")
        by_column = keep.is_ is not None or keep.is_not is not None
        if by_column != (keep.column is not None) or not (by_column or keep.under is not None):
            hint = "Write `under`, `born` and `at`, or `column` with `is` or `is_not`."
            yield self.at(path, "missing-key", "`keep` does not say what is kept", hint)

    def entry(self, path: Where, entry: MadeEntry, table: Table) -> Iterator[Fault]:
        kind = self.vocabulary.kinds.get(entry.kind)
        if kind is None:
            yield from self.kind((*path, "kind"), entry.kind)
            return
        if kind.home == "episode" and table.episode is None:
            message = f"`{kind.name}` belongs to an episode, and the table names none"
            yield self.at((*path, "kind"), "no-episode", message, "Say `episode:` in the table.")
        if entry.when is not None and entry.when.is_ is None and entry.when.is_not is None:
            message = "`when` does not say what its column holds"
            yield self.at((*path, "when"), "missing-key", message, "Add `is` or `is_not`.")
        yield from self.cell((*path, "at"), entry.at, "instant")
        if entry.recorded_at is not None:
            yield from self.cell((*path, "recorded_at"), entry.recorded_at, "instant")
        if entry.by is not None:
            yield from self.cell((*path, "by"), entry.by, "word")
        for name, cell in entry.fields.items():
            told = kind.fields.get(name)
            if told is None:
                hint = values.suggestion(name, kind.fields)
                message = f"{wording.quoted(name)} is no field of `{kind.name}`"
                place = self.located.key_place((*path, "fields", name))
                yield fault(place, "unknown-field", message, hint)
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
        elif type_ in _TIMED:
            yield from self.timed(path, cell, type_)
        if cell.format is not None and type_ not in _TIMED:
            yield self.at((*path, "format"), "no-format", "only times and dates have a format")
        if cell.time_of_day is not None and type_ != "instant":
            message = "only a time that is made of a date has it"
            yield self.at((*path, "time_of_day"), "no-instant", message)

    def timed(self, path: Where, cell: Cell, type_: str) -> Iterator[Fault]:
        """Check a time or a date that comes from a column."""
        if cell.format is not None:
            yield from self.format((*path, "format"), cell.format)
        text = cell.format or self.file.formats.get("instant" if type_ == "instant" else "date")
        if type_ != "instant" or text is None:
            return
        if any(sign in text for sign in _TIMES):
            if cell.time_of_day is not None:
                message = "its format has a time of day already"
                yield self.at((*path, "time_of_day"), "time-of-day-twice", message)
        elif cell.time_of_day is None:
            hint = "Say `time_of_day`: it decides windows and deadlines, so it has to be chosen."
            yield self.at(path, "no-time-of-day", "its format has no time of day", hint)

    def format(self, path: Where, text: str) -> Iterator[Fault]:
        try:
            dt.datetime.strptime(dt.datetime(2023, 1, 2, 3, 4, 5).strftime(text), text)  # noqa: DTZ001, DTZ007 - only tried out
        except (ValueError, re.error):  # re: a sign that stands twice
            hint = "As in `%d/%m/%Y %H:%M`."
            yield self.at(path, "bad-format", "this is no format of strptime", hint)
            return
        if not any(sign in text for sign in _YEARS):
            hint = "Years of two digits do not say which century."
            yield self.at(path, "no-year", "the format must have a year of four digits: %Y", hint)

    def codes(self, path: Where, name: str, type_: str, told: Field | None) -> Iterator[Fault]:
        table = self.file.codes.get(name)
        if table is None:
            hint = values.suggestion(name, self.file.codes)
            message = f"there are no codes {wording.quoted(name)}"
            yield self.at((*path, "codes"), "unknown-codes", message, hint)
            return
        for code, value in table.items():
            if value is not None:
                yield from self.value(("codes", name, code), value, type_, told)

    def value(self, path: Where, value: object, type_: str, told: Field | None) -> Iterator[Fault]:
        if type_ in _TIMED:
            yield self.at(path, "wrong-value", "times and dates come from columns")
            return
        readers = {"word": values.word, "label": values.label}
        read = readers.get(type_) or values.reader(type_, None if told is None else told.values)
        try:
            read(value)
        except values.UnreadableError as error:
            yield self.at(path, "wrong-value", f"the value {error.message}", error.hint)
