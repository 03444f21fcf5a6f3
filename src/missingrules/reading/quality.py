"""Data-quality notes: what in a log looks wrong, listed and never mended.

Everything is looked at a child at a time (:meth:`Quality.add`), so that a log that does not fit
into memory can be looked at too; what is kept across children is one short text an id. Notes hold
ids and places in files, nothing else.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from missingrules.wording import many

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from missingrules.entry import Entry
    from missingrules.errors import Fault
    from missingrules.log import Log

SHOWN: Final = 20
_ENDS: Final = frozenset({"returned", "located", "closed"})
_FROM_CALLS: Final = frozenset({"prioritised", "assessed", "fim_notified"})


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """Something about the data that a person should look at. ``ids`` are sorted."""

    code: str
    message: str
    ids: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Give the message with how many there are and the first of them."""
        if not self.ids:
            return self.message
        more = len(self.ids) - SHOWN
        listed = ", ".join(self.ids[:SHOWN]) + (f" and {more} more" if more > 0 else "")
        return f"{self.message}: {len(self.ids)} ({listed})."

    def to_dict(self) -> dict[str, Any]:
        """Give the note as JSON takes it."""
        return {
            "code": self.code,
            "message": self.message,
            "count": len(self.ids),
            "ids": list(self.ids),
        }


_TWICE: Final = (
    "which may be one absence under two ids (a table of same_episodes in a mapping joins them)"
)
_MESSAGES: Final = {
    "duplicate-episodes": f"Episodes of one child reported at the very same time, {_TWICE}",
    "overlapping-episodes": f"Episodes of one child that overlap, {_TWICE}",
    "no-end": "Episodes of which no end is on record",
    "end-before-start": "Episodes that end before they start",
    "no-report": "Episodes without a report",
    "similar-ids": "Ids of children that differ only by case, blanks, signs or leading zeros",
    "shared-episode": "Ids of episodes that stand under more than one child",
    "suspected-duplicates": (
        "Children with one date of birth and one area or home, who may be one person"
    ),
    "unlinked-incident": "Incidents that are linked to no person and count for nobody, by row",
    "alias-circle": "Aliases that lead back to themselves, not used, by row",
    "two-aliases": "Ids with several aliases, not used, by row",
    "report-after-end": (
        "Reports of an absence that stands under several ids, later than the end that another of "
        "them tells, so that a new time away begins, by row"
    ),
    "closed-while-away": (
        "Absences that are closed under one id while the child is away by another, so that duties "
        "that last until the return end too early, by row"
    ),
    "voided-for-all": (
        "Absences that are void under one id, and so under all that mean the same, by row"
    ),
    "joins-nothing": (
        "Tables of ids of episodes that mean another, with pairs that join nothing here"
    ),
}
NOT_OF_ROWS: Final = frozenset(_MESSAGES)
"""Codes of notes; a fault with one of them is no fault of a row."""

NO_CALLS: Final = Note(
    "no-calls",
    "No command-and-control data is given: episodes that were never upgraded from a call cannot be "
    "looked for. That does not mean that there are none.",
)


@dataclass(slots=True)
class Quality:
    """What was found so far; give it every child once, in any order.

    What is told by all children together, such as ids that are alike, is held as keys that several
    ids share: two texts a child. For a log that does not fit into memory, :meth:`released` hands
    them over, and :meth:`take_shared` takes what was found among them.
    """

    entries: int = 0
    """How many entries were looked at."""
    recorded: int = 0
    """How many of them were recorded at another time than they happened."""
    from_calls: bool = False
    """Whether anything is there that the control room writes down."""
    _found: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _keys: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    _homes: dict[str, str] = field(default_factory=dict)

    def add(self, child_id: str, entries: Sequence[Entry]) -> None:
        """Look at all entries of one child."""
        self.entries += len(entries)
        self.recorded += sum(entry.recorded != entry.at for entry in entries)
        self.from_calls = self.from_calls or any(e.kind in _FROM_CALLS for e in entries)
        for code, episode in episode_notes(entries):
            self._found[code].add(episode)
        self._keys["similar-ids", _plain(child_id)].add(child_id)
        for birth, place in _births(entries):
            self._keys["suspected-duplicates", f"{birth} {place}"].add(child_id)
        for episode in {entry.episode_id for entry in entries if entry.episode_id}:
            if self._homes.setdefault(episode, child_id) != child_id:
                self._found["shared-episode"].add(episode)

    def merge(self, other: Quality) -> None:
        """Take in what was found among other children."""
        self.entries += other.entries
        self.recorded += other.recorded
        self.from_calls = self.from_calls or other.from_calls
        self.take_shared((code, each) for code, found in other._found.items() for each in found)
        for key, ids in other._keys.items():
            self._keys[key] |= ids
        for episode, child_id in other._homes.items():
            if self._homes.setdefault(episode, child_id) != child_id:
                self._found["shared-episode"].add(episode)

    def released(self) -> Iterator[tuple[str, str, str]]:
        """Give what is held across children, as code, key and id, and hold it no longer.

        Which child an episode stood under is let go too: a spool can tell that by itself.
        """
        self._homes.clear()
        for (code, key), ids in self._keys.items():
            yield from ((code, key, each) for each in ids)
        self._keys.clear()

    def take_shared(self, found: Iterable[tuple[str, str]]) -> None:
        """Take ids by the code of what was found of them elsewhere."""
        for code, each in found:
            self._found[code].add(each)

    def notes(self) -> tuple[Note, ...]:
        """List what was found, in order of code."""
        found = {code: set(ids) for code, ids in self._found.items()}
        for (code, _), ids in self._keys.items():
            if len(ids) > 1:
                found.setdefault(code, set()).update(ids)
        return tuple(_note(code, ids) for code, ids in sorted(found.items()) if ids)

    @property
    def recording(self) -> str:
        """Say of how many entries there is a time of recording of their own."""
        if not self.entries:
            return "No entry was read."
        share = self.recorded / self.entries
        text = (
            f"Recorded at another time than it happened: {self.recorded} of "
            f"{many(self.entries, 'entry', 'entries')} ({share:.0%})."
        )
        if not self.recorded:
            text += (
                " No entry has a time of recording of its own, so nothing can be told of late "
                "recording, and what is said of timeliness rests on when things are said to have "
                "happened."
            )
        return text


def look_at(log: Log) -> Quality:
    """Look at every child of a log that was read."""
    quality = Quality()
    for child_id, entries in log.by_child().items():
        quality.add(child_id, entries)
    return quality


def all_notes(log: Log, quality: Quality, *, holds_calls: bool | None = None) -> list[Note]:
    """List what is odd about a log, and what cannot be looked for in it.

    ``holds_calls`` says whether its source has the calls of the control room; without it that is
    told by what the log holds.
    """
    notes = [*quality.notes(), *reading_notes(log.faults)]
    has_calls = quality.from_calls if holds_calls is None else holds_calls
    return notes if has_calls else [*notes, NO_CALLS]


def described(quality: Quality, notes: Iterable[Note]) -> dict[str, Any]:
    """Give what there is to say of the data as JSON takes it."""
    return {
        "entries": quality.entries,
        "recorded_at_another_time": quality.recorded,
        "notes": [note.to_dict() for note in notes],
    }


def reading_notes(faults: Iterable[Fault]) -> tuple[Note, ...]:
    """List what reading found that is no matter of one row alone, by place."""
    places: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for fault in faults:
        if fault.code in _MESSAGES:
            places[fault.code].append((fault.source, fault.line))
    return tuple(
        Note(code, _MESSAGES[code], tuple(_place(*each) for each in sorted(found)))
        for code, found in sorted(places.items())
    )


def _place(source: str, line: int) -> str:
    return f"{source}:{line}" if line else source


@dataclass(slots=True)
class _Span:
    """From when to when an episode was, as far as that is on record."""

    start: int | None = None
    end: int | None = None
    gone: bool = False
    """Whether it is void, or merged into another one."""

    def take(self, entry: Entry) -> None:
        if entry.kind == "reported":
            self.start = entry.at if self.start is None else min(self.start, entry.at)
        elif entry.kind in _ENDS:
            self.end = entry.at if self.end is None else max(self.end, entry.at)
        elif entry.kind == "merged" or (entry.kind == "voided" and "of" not in entry.fields):
            self.gone = True


def episode_notes(entries: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    """Give what is odd about the episodes of one child, as code and episode id.

    Episodes that are void or merged into another one are not looked at.
    """
    spans: dict[str, _Span] = {}
    for entry in entries:
        if entry.episode_id is not None:
            spans.setdefault(entry.episode_id, _Span()).take(entry)
    placed: list[tuple[int, str, int | None]] = []
    for episode, span in spans.items():
        if span.gone:
            continue
        if span.start is None:
            yield "no-report", episode
            continue
        placed.append((span.start, episode, span.end))
        if span.end is None:
            yield "no-end", episode
        elif span.end < span.start:
            yield "end-before-start", episode
    placed.sort(key=lambda each: each[:2])
    yield from _against_each_other(placed)


def _against_each_other(
    placed: Sequence[tuple[int, str, int | None]],
) -> Iterator[tuple[str, str]]:
    """Compare episodes, in order of start, with those before them."""
    starts = Counter(start for start, _, _ in placed)
    latest: tuple[int, str] | None = None  # the end that is the last so far, and whose it is
    overlapping: dict[str, None] = {}
    for start, episode, end in placed:
        if starts[start] > 1:
            yield "duplicate-episodes", episode
        elif latest is not None and start < latest[0]:
            overlapping |= {latest[1]: None, episode: None}
        if end is not None:
            latest = (end, episode) if latest is None else max(latest, (end, episode))
    yield from (("overlapping-episodes", episode) for episode in overlapping)


def _note(code: str, ids: Iterable[str]) -> Note:
    return Note(code, _MESSAGES[code], tuple(sorted(ids)))


def _plain(child_id: str) -> str:
    """Give the id without what people write now one way, now another."""
    signs = "".join(sign for sign in child_id.casefold() if sign.isalnum())
    letters = signs.rstrip("0123456789")
    return letters + signs[len(letters) :].lstrip("0")


def _births(entries: Sequence[Entry]) -> Iterator[tuple[str, str]]:
    """Give each date of birth of a child with the area and the home that it is reported under."""
    born = {str(e.fields["date_of_birth"]) for e in entries if "date_of_birth" in e.fields}
    places = Counter(e.area for e in entries if e.area is not None)
    homes = {str(e.fields["home_id"]) for e in entries if "home_id" in e.fields}
    usual = [f"area {area}" for area, _ in places.most_common(1)]
    for birth in sorted(born):
        for place in [*usual, *(f"home {home}" for home in sorted(homes))]:
            yield birth, place
