"""A log of entries, and reading it from JSON Lines.

Reading never stops at a fault. Every line ends as accepted, duplicate or rejected, the three add up
to the lines read, and :class:`Log` lists every fault of every rejected line with its place.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, TypeAlias

from missingrules import calendar, jsonlines, values
from missingrules.entry import Entry, canonical
from missingrules.errors import Fault
from missingrules.faultlist import FaultList
from missingrules.tablerows import read_row
from missingrules.vocabulary import standard

if TYPE_CHECKING:
    from pathlib import Path

    from missingrules.vocabulary import Vocabulary


Source: TypeAlias = str | os.PathLike[str] | IO[bytes] | IO[str] | Iterable[bytes] | Iterable[str]
"""Where a log can be read from: a path, a stream, or its lines."""


@dataclass(frozen=True, slots=True)
class Log:
    """What a log held.

    ``rows`` is the sum of ``accepted``, ``duplicates``, ``rejected`` and ``left_out``; a row can
    amount to several entries. A rejected row may be the very action that seems to be missing:
    ``incomplete`` names the children it may belong to, and ``unattributed`` counts the rows that
    could be anybody's. ``conflicts`` are the ids that stood over two contents, of which the
    earliest recorded was kept; ``incomplete`` names the children of both, too.
    """

    entries: tuple[Entry, ...] = ()
    """Sorted by child, time, time of recording and id, in whatever order they came."""
    accepted: int = 0
    duplicates: int = 0
    rows: int = 0
    rejected: int = 0
    faults: Sequence[Fault] = ()
    """Everything wrong with the rejected rows, in order of place; very many are not in memory."""
    incomplete: frozenset[str] = frozenset()
    unattributed: int = 0
    conflicts: tuple[str, ...] = ()
    left_out: int = 0
    """Rows that the filter of a mapping leaves out."""
    partly: int = 0
    """Accepted rows of which some cells could not be read; ``faults`` lists these too."""

    @property
    def lost(self) -> bool:
        """Whether anything that a row held is not in the entries: rejected, unread, set aside."""
        return bool(self.rejected or self.partly or self.conflicts)

    @property
    def first(self) -> int | None:
        """When the earliest entry happened."""
        return min((entry.at for entry in self.entries), default=None)

    @property
    def last(self) -> int | None:
        """When the latest entry happened."""
        return max((entry.at for entry in self.entries), default=None)

    def by_child(self) -> dict[str, tuple[Entry, ...]]:
        """Give each child's entries, children in order of id."""
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.child_id, []).append(entry)
        return {child_id: tuple(entries) for child_id, entries in found.items()}


class Intake:
    """Where rows are counted while a log is read, from whatever source; ends in a :class:`Log`."""

    def __init__(self, folder: Path | None = None) -> None:
        """Start with nothing; ``folder`` is where very many faults are set aside."""
        self._entries: dict[str, Entry] = {}
        self._conflicts: set[str] = set()
        self._duplicates = 0
        self._rejected = 0
        self._faults = FaultList(folder)
        self._incomplete: set[str] = set()
        self._unattributed = 0
        self._accepted = 0
        self._left_out = 0
        self._partly = 0

    def take(self, entries: Sequence[Entry], faults: Sequence[Fault], child_id: object) -> None:
        """Take a row that amounts to several entries: a duplicate if none of them is new.

        ``faults`` are those of cells that could not be read; a row of which nothing could is
        rejected.
        """
        if not entries:
            self.reject(faults, child_id)
            return
        new = [self._keep(entry) for entry in entries]
        if any(new):
            self._accepted += 1
        else:
            self._duplicates += 1
        if faults:
            self._partly += 1
            self._faults.extend(faults)
            self._incomplete.update(entry.child_id for entry in entries)

    def leave_out(self) -> None:
        """Count a row that the filter of a mapping leaves out."""
        self._left_out += 1

    def note(self, fault: Fault) -> None:
        """List a fault of something that is no row of the log."""
        self._faults.extend((fault,))

    def accept(self, entry: Entry) -> None:
        """Take an entry; the same one again is a duplicate.

        Of two contents under one id the earliest recorded is kept, then the earliest, then the one
        whose canonical content sorts first; the id is a conflict, and what is known of the
        children of both may lack something.
        """
        if self._keep(entry):
            self._accepted += 1
        else:
            self._duplicates += 1

    def _keep(self, entry: Entry) -> bool:
        """Keep an entry; False if its id is there already."""
        held = self._entries.get(entry.entry_id)
        if held is None:
            self._entries[entry.entry_id] = entry
            return True
        if held != entry:
            self._conflicts.add(entry.entry_id)
            self._incomplete.update((held.child_id, entry.child_id))  # a content of one is lost
            if _earliest(entry) < _earliest(held):
                self._entries[entry.entry_id] = entry
        return False

    def reject(self, faults: Iterable[Fault], child_id: object = None) -> None:
        """Count a row as rejected; ``child_id`` is the cell it had there, whatever it held."""
        self._rejected += 1
        self._faults.extend(faults)
        try:
            self._incomplete.add(values.identifier(child_id))
        except values.UnreadableError:
            self._unattributed += 1

    def log(self) -> Log:
        """Close the books."""
        entries = sorted(
            self._entries.values(),
            key=lambda entry: (entry.child_id, entry.at, entry.recorded, entry.entry_id),
        )
        return Log(
            entries=tuple(entries),
            duplicates=self._duplicates,
            accepted=self._accepted,
            left_out=self._left_out,
            partly=self._partly,
            rows=self._accepted + self._duplicates + self._rejected + self._left_out,
            rejected=self._rejected,
            faults=self._faults.settled(),
            incomplete=frozenset(self._incomplete),
            unattributed=self._unattributed,
            conflicts=tuple(sorted(self._conflicts)),
        )


def _earliest(entry: Entry) -> tuple[int, int, bytes]:
    return entry.recorded, entry.at, canonical(entry)


def read_jsonl(
    *sources: Source,
    vocabulary: Vocabulary | None = None,
    zone: str | None = None,
    source: str | None = None,
) -> Log:
    """Read one log in JSON Lines from one source or several: paths, streams, iterables of lines.

    ``vocabulary`` is the one of the policy, if it adds to the standard one. ``zone`` is the IANA
    zone of times without an offset; without it they are rejected. ``source`` is what faults call
    each source; without it, its path or the name of the stream. Raises :class:`LogError` where
    nothing can be read at all, ``ValueError`` for a zone that does not exist.
    """
    if zone is not None:
        calendar.parse_instant("2000-01-01T12:00:00", zone)
    words = vocabulary or standard()
    intake = Intake()
    for lines in sources:
        take_lines(intake, lines, words, zone, source or _name_of(lines))
    return intake.log()


def take_lines(
    intake: Intake, lines: Source, words: Vocabulary, zone: str | None, source: str
) -> None:
    """Read one source of JSON Lines to its end."""
    for line in jsonlines.read_lines(lines, source):
        found = [] if line.cells is None else read_row(line.cells, words, zone)
        if isinstance(found, Entry) and not line.troubles:
            intake.accept(found)
            continue
        faults = [Fault(source, line.number, *trouble) for trouble in line.troubles]
        if not isinstance(found, Entry):
            places = jsonlines.key_columns(line.text) if found else {}
            faults += [
                Fault(source, line.number, places.get(key, 1), *told) for key, *told in found
            ]
        cells = {} if line.cells is None or "child_id" in line.repeated else line.cells
        intake.reject(faults, cells.get("child_id"))


def _name_of(lines: Source) -> str:
    if isinstance(lines, (str, os.PathLike)):
        return os.fspath(lines)
    name = getattr(lines, "name", None)  # of a stream; a pipe has only a number
    return name if isinstance(name, str) else "log"
