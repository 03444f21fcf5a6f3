"""Mappings: loaded, and what they say of the extracts that they read.

Everything in a mapping that names something else is checked when it is loaded: kinds, fields,
values of code tables, formats, zones. A mapping that loads reads any file that has its columns.
Shipped mappings stand in the folder ``mappings`` and are loaded by name.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from missingrules.calendar import Calendar
from missingrules.errors import Fault
from missingrules.reading.check import check
from missingrules.reading.faults import MappingError
from missingrules.reading.language import ALIASES, SAME_EPISODES, Linked
from missingrules.reading.shape import read_shape
from missingrules.record import Coverage
from missingrules.vocabulary import standard
from missingrules.yamlsource import LONGEST_BYTES, decode, read

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from missingrules.reading.language import Cell, MappingFile, Pairs, Table
    from missingrules.vocabulary import Vocabulary

_ANSWERS = frozenset({"decided_not_required", "voided", "merged"})
"""Kinds whose absence accuses nobody, so that a source need not be able to show them."""

_FRAME = frozenset({"reported", "returned", "closed"})
"""Kinds that say from when to when a child was away."""


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
    def pairs(self) -> Mapping[str, Pairs]:
        """Its tables of pairs: the links by name, the aliases, and the same episodes."""
        own = {ALIASES: self.file.aliases, SAME_EPISODES: self.file.same_episodes}
        return {**self.file.links, **{name: each for name, each in own.items() if each is not None}}

    @property
    def files(self) -> Mapping[str, Sequence[str]]:
        """By which names it knows the files of each of its tables."""
        tables = {name: table.files for name, table in self.file.tables.items()}
        return {**tables, **{name: pairs.files for name, pairs in self.pairs.items()}}

    def needs(self, name: str) -> bool:
        """Whether an extract is not whole without this table.

        Aliases and the table of same episodes may always be left out.
        """
        table = self.file.tables.get(name)
        if table is not None:
            return not table.optional
        return any(
            isinstance(table.child, Linked) and table.child.link == name and not table.optional
            for table in self.file.tables.values()
        )

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
        if self.file.repeated_times != "reject":
            made.append(
                "Times in the hour that the clocks repeat in autumn are taken as the "
                f"{self.file.repeated_times} of the two."
            )
        made += self.file.notes
        unrecorded = self.without_recording_time
        if unrecorded:
            which = "table" if len(unrecorded) == 1 else "tables"
            made.append(
                f"It is not known when the rows of the {which} {', '.join(unrecorded)} were "
                "entered: findings on whether something was in time rest on when it is said to "
                "have happened."
            )
        return tuple(dict.fromkeys(made))

    @property
    def without_recording_time(self) -> tuple[str, ...]:
        """The tables that do not say when their rows were entered."""
        return tuple(
            name
            for name, table in self.file.tables.items()
            if table.recorded_at is None and all(e.recorded_at is None for e in table.entries)
        )

    @property
    def by_day(self) -> bool:
        """Whether it holds only the day of reports or of ends, so that the time of day is taken."""
        return any(
            entry.kind in _FRAME and entry.at.time_of_day is not None
            for table in self.file.tables.values()
            for entry in table.entries
        )

    @property
    def kinds(self) -> frozenset[str]:
        """The kinds of entry that its tables make."""
        return frozenset(e.kind for table in self.file.tables.values() for e in table.entries)

    def coverage(self, given: Collection[str] | None = None) -> Coverage:
        """What an extract read by this mapping can show; outside it nothing is missing.

        ``given`` names the tables of which there are files, all without it: what only another one
        could show is not covered.
        """
        covers = self.file.covers
        read = [t for name, t in self.file.tables.items() if given is None or name in given]
        filled: dict[str, set[str]] = {}
        for table in read:
            for entry in table.entries:
                filled.setdefault(entry.kind, set()).update(entry.fields)
        made = self.kinds
        shown = set(filled)
        if covers.kinds is not None:
            shown = {kind for kind in covers.kinds if kind in filled or kind not in made}
        lacking = {
            (kind, name)
            for kind in shown & filled.keys()
            for name in self.vocabulary.kinds[kind].fields.keys() - filled[kind]
        }
        calendar = Calendar(self.file.zone or "UTC")
        start = None if covers.from_ is None else calendar.midnight(covers.from_.toordinal())
        end = None
        if covers.until is not None:
            end = calendar.midnight(covers.until.toordinal() + 1) - 1
        return Coverage(
            start=start,
            end=end,
            kinds={kind: None for kind in self.vocabulary.kinds if kind not in {*shown, *_ANSWERS}},
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
            hint = f"Did you mean `{close[0]}`?" if close else f"Shipped: {', '.join(known)}."
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
    file = read_shape(located)
    words = vocabulary or standard()
    faults = check(file, words, located)
    if faults:
        raise MappingError(faults)
    return SourceMapping(file, words, source)


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
