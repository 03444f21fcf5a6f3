"""The record of one child: what was known when, with corrections applied.

Nothing is edited in place. Whatever was known at an instant can be had back, and with it the
verdict of that instant.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from missingrules.calendar import to_us
from missingrules.entry import Entry, canonical
from missingrules.errors import LogError
from missingrules.tablerows import to_entries

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from missingrules.tablerows import EntryLike
    from missingrules.vocabulary import Vocabulary

CORRECTIONS = frozenset({"voided", "merged"})

Span = tuple[int | None, int | None]

Place = tuple[int, int, str]
"""Where an entry stands in a record: when it happened, when it was recorded, its id."""


def _hull(spans: Sequence[Span]) -> Span:
    """Join spans to one; of those that leave a gap between them, the ones after the last gap."""
    low, high = float("-inf"), float("inf")
    ordered = sorted((low if s is None else s, high if e is None else e) for s, e in spans)
    start, end = ordered[0]
    for begin, until in ordered[1:]:
        if begin > end + 1:
            start = begin
        end = max(end, until)
    return (None if start == low else int(start), None if end == high else int(end))


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the source of a log can hold, from when to when (UTC microseconds or None).

    ``kinds`` gives kinds of entry a span of their own, or None where the source cannot hold them at
    all. ``without_fields`` lists fields, as ``(kind, field)``, that the source has no place for.
    Outside its coverage a source proves nothing: what it does not show is *not observable*, never a
    breach.
    """

    start: int | None = None
    end: int | None = None
    kinds: Mapping[str, Span | None] = field(default_factory=dict, hash=False)
    without_fields: frozenset[tuple[str, str]] = frozenset()

    @classmethod
    def between(
        cls,
        start: dt.datetime | None = None,
        end: dt.datetime | None = None,
        *,
        without: Iterable[str] = (),
    ) -> Coverage:
        """Cover from ``start`` to ``end`` (aware datetimes).

        ``without`` names kinds (``ppn_shared``) and fields (``graded.rationale``) that it lacks.
        Raises ``ValueError`` for an end before the start.
        """
        if start is not None and end is not None and end < start:
            raise ValueError(f"{end=!s} must not be before {start=!s}")
        names = [tuple(name.split(".", 1)) for name in without]
        return cls(
            start=None if start is None else to_us(start),
            end=None if end is None else to_us(end),
            kinds={name[0]: None for name in names if len(name) == 1},
            without_fields=frozenset((name[0], name[1]) for name in names if len(name) > 1),
        )

    @classmethod
    def joined(cls, parts: Sequence[Coverage], kinds: Iterable[str]) -> Coverage:
        """What several sources cover together, of these kinds.

        A kind is covered where one of them covers it; where two spans of it leave a gap, from the
        later one on. A field is lacking where any source lacks it that covers its kind: an entry of
        that source says nothing of it.
        """
        start, end = _hull([(part.start, part.end) for part in parts])
        spans: dict[str, Span | None] = {}
        for kind in kinds:
            held = [s for p in parts if (s := p.kinds.get(kind, (p.start, p.end))) is not None]
            span = _hull(held) if held else None
            if span != (start, end):
                spans[kind] = span
        lacking = {
            (kind, name)
            for part in parts
            for kind, name in part.without_fields
            if part.kinds.get(kind, (part.start, part.end)) is not None
        }
        return cls(start, end, spans, frozenset(lacking))

    @property
    def limited(self) -> bool:
        """Whether anything but the start is limited; then the kernel has to look facts up."""
        return self.end is not None or bool(self.kinds) or bool(self.without_fields)

    def check(self, vocabulary: Vocabulary) -> None:
        """Raise ``ValueError`` for a kind or a field that the vocabulary does not have."""
        kinds = vocabulary.kinds
        for kind in (*self.kinds, *(kind for kind, _ in self.without_fields)):
            if kind not in kinds:
                close = difflib.get_close_matches(kind, kinds, 1)
                hint = f"; did you mean {close[0]!r}?" if close else ""
                raise ValueError(f"coverage: {kind!r} must be a kind of entry{hint}")
        for kind, name in self.without_fields:
            if name not in kinds[kind].fields:
                listed = ", ".join(kinds[kind].fields) or "none"
                raise ValueError(f"coverage: {name!r} must be a field of {kind}; it has {listed}")

    def borders(self) -> set[int]:
        """Instants from which on the source shows more, or no longer shows what it did."""
        spans = [(self.start, self.end), *(span for span in self.kinds.values() if span)]
        starts = {start for start, _ in spans if start is not None}
        return starts | {end + 1 for _, end in spans if end is not None}

    def span(self, kind: str) -> Span | None:
        """Return from when to when the source can hold this kind; None if never."""
        return self.kinds.get(kind, (self.start, self.end))

    def holds(self, kind: str, first: int, last: int) -> bool:
        """Whether the source would show an entry of this kind all through."""
        span = self.span(kind)
        if span is None:
            return False
        start, end = span
        return (start is None or start <= first) and (end is None or last <= end)

    def lacks_field(self, kind: str, name: str) -> bool:
        """Whether the source has no place for this field."""
        return (kind, name) in self.without_fields


EVERYTHING = Coverage()
"""A source that could hold everything at all times."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a record that a person should look at. ``entries`` are entry ids.

    Codes: ``conflicting_entry`` (one id, two contents), ``unknown_target`` and ``later_target`` (a
    correction that corrects nothing known, or something recorded after it), ``merge_superseded``,
    ``merge_cycle``, ``no_report``, ``before_report``, ``reported_after_found``,
    ``found_before_report``, ``missing_since_not_recorded``, ``not_recorded`` (a rule hangs on a
    fact that nobody recorded), ``decision_not_valid``.
    """

    code: str
    message: str
    episode_id: str | None = None
    entries: tuple[str, ...] = ()
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """Everything logged about one child, in no particular order.

    Make one with :meth:`of`. ``incomplete`` says that rows of this child were rejected on the way
    in, so that what is missing here may have been in them.
    """

    child_id: str
    entries: tuple[Entry, ...] = field(repr=False)
    incomplete: bool = False

    @classmethod
    def of(
        cls, entries: Iterable[EntryLike], *, child_id: str | None = None, incomplete: bool = False
    ) -> Record:
        """Gather entries of one child: typed entries, ``Episode`` rows, or dictionaries.

        A row is read with the standard vocabulary; read rows of kinds that a policy adds with
        :func:`missingrules.tablerows.entry_from_row` first. Raises :class:`LogError` if they are of
        several children, or none and ``child_id`` is not given.
        """
        unique: dict[str, list[Entry]] = {}
        for item in entries:
            for entry in to_entries(item):
                same = unique.setdefault(entry.entry_id, [])
                if entry not in same:
                    same.append(entry)
        every = [entry for same in unique.values() for entry in same]
        children = {entry.child_id for entry in every}
        if child_id is not None:
            children.add(child_id)
        if len(children) != 1:
            msg = f"a record is of one child, these entries are of {len(children)}"
            raise LogError(msg)
        every.sort(key=place if len(every) == len(unique) else lambda e: (place(e), canonical(e)))
        return cls(children.pop(), tuple(every), incomplete)

    def known(self, as_of: int) -> tuple[tuple[Entry, ...], tuple[Remark, ...]]:
        """Entries known at an instant, by when they happened, and remarks on conflicting ids.

        Of one id with several contents the earliest recorded stands.
        """
        entries = sorted((e for e in self.entries if e.known <= as_of), key=place)
        if len({entry.entry_id for entry in entries}) == len(entries):
            return tuple(entries), ()
        first: dict[str, Entry] = {}
        conflicts: dict[str, Entry] = {}
        for entry in sorted(entries, key=lambda e: (e.recorded, e.at, canonical(e))):
            if first.setdefault(entry.entry_id, entry) is not entry:
                conflicts[entry.entry_id] = entry
        remarks = tuple(
            Remark(
                "conflicting_entry",
                f"Entry {entry_id} stands in the log with different contents; "
                "the earliest recorded is used.",
                first[entry_id].episode_id,
                (entry_id,),
            )
            for entry_id in sorted(conflicts)
        )
        return tuple(entry for entry in entries if first[entry.entry_id] is entry), remarks

    def only(self, entry_ids: Iterable[str]) -> Record:
        """Cut the record down to these entries."""
        kept = frozenset(entry_ids)
        entries = tuple(entry for entry in self.entries if entry.entry_id in kept)
        return Record(self.child_id, entries, self.incomplete)


@dataclass(frozen=True, slots=True)
class Story:
    """One episode once corrections are applied: its entries, and those of episodes merged into it.

    ``corrections`` are ids of the entries that brought the merged ones here.
    """

    episode_id: str
    entries: tuple[Entry, ...]
    corrections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class History:
    """What a record comes to at an instant: entries about the child, episodes, remarks."""

    child: tuple[Entry, ...]
    episodes: tuple[Story, ...]
    corrections: tuple[Entry, ...]
    remarks: tuple[Remark, ...]


def history(record: Record, as_of: int) -> History:
    """Apply the corrections known at ``as_of`` (UTC microseconds), and sort into episodes."""
    entries, remarks = record.known(as_of)
    found = list(remarks)
    corrections = sorted(
        (entry for entry in entries if entry.kind in CORRECTIONS), key=_recorded, reverse=True
    )
    active, voided = _active(entries, corrections, found)
    standing = [e for e in entries if e.kind not in CORRECTIONS and e.entry_id not in voided]
    void_episodes = {e.episode_id for e in active if e.kind == "voided" and "of" not in e.fields}
    standing = [e for e in standing if e.episode_id is None or e.episode_id not in void_episodes]
    by_episode: dict[str, list[Entry]] = {}
    for entry in standing:
        if entry.episode_id is not None:
            by_episode.setdefault(entry.episode_id, []).append(entry)
    merges = _merges(active, by_episode, void_episodes, found)
    stories: dict[str, list[Entry]] = {}
    brought: dict[str, set[str]] = {}
    for episode_id, listed in by_episode.items():
        root = episode_id
        links = []
        while root in merges:
            links.append(merges[root].entry_id)
            root = str(merges[root].fields["into"])
            links.append(by_episode[root][0].entry_id)
        if links:
            links.append(listed[0].entry_id)
        stories.setdefault(root, []).extend(listed)
        brought.setdefault(root, set()).update(links)
    return History(
        child=tuple(e for e in standing if e.episode_id is None),
        episodes=tuple(
            Story(
                episode_id,
                tuple(sorted(stories[episode_id], key=place)),
                tuple(sorted(brought[episode_id])),
            )
            for episode_id in sorted(stories)
        ),
        corrections=tuple(reversed(active)),
        remarks=tuple(found),
    )


def _active(
    entries: tuple[Entry, ...], corrections: list[Entry], remarks: list[Remark]
) -> tuple[list[Entry], set[str]]:
    """Find the corrections that stand, latest first, and the ids of the entries they void.

    A correction can undo an earlier one, never a later one; so there is nothing to go round in
    circles.
    """
    by_id = {entry.entry_id: entry for entry in entries}
    active: list[Entry] = []
    voided: set[str] = set()
    for correction in corrections:
        if correction.entry_id in voided:
            continue
        active.append(correction)
        if correction.kind != "voided" or "of" not in correction.fields:
            continue
        target = by_id.get(str(correction.fields["of"]))
        if target is None:
            remarks.append(
                _ignored(correction, "unknown_target", "voids an entry that is not known")
            )
        elif target.kind in CORRECTIONS and _recorded(target) >= _recorded(correction):
            remarks.append(
                _ignored(correction, "later_target", "voids a correction recorded after it")
            )
        else:
            voided.add(target.entry_id)
    return active, voided


def _merges(
    active: list[Entry],
    by_episode: Mapping[str, list[Entry]],
    void_episodes: set[str | None],
    remarks: list[Remark],
) -> dict[str, Entry]:
    """Find the merge that stands for each episode merged away, and remark on the others."""
    latest: dict[str, Entry] = {}
    for merge in active:
        if merge.kind != "merged" or merge.episode_id is None or merge.episode_id in void_episodes:
            continue
        if merge.episode_id in latest:
            remarks.append(_ignored(merge, "merge_superseded", "was followed by another merge"))
        else:
            latest[merge.episode_id] = merge
    standing: dict[str, Entry] = {}
    for merge in sorted(latest.values(), key=_recorded):
        source, into = str(merge.episode_id), str(merge.fields["into"])
        if into in void_episodes:
            continue
        if into not in by_episode:
            remarks.append(
                _ignored(merge, "unknown_target", "names an episode that this child does not have")
            )
            continue
        root = into
        while root in standing and root != source:
            root = str(standing[root].fields["into"])
        if root == source:
            remarks.append(_ignored(merge, "merge_cycle", "would merge an episode into itself"))
            continue
        standing[source] = merge
    return standing


def _ignored(correction: Entry, code: str, why: str) -> Remark:
    return Remark(
        code,
        f"Correction {correction.entry_id} is ignored: it {why}.",
        correction.episode_id,
        (correction.entry_id,),
    )


def place(entry: Entry) -> Place:
    """Order of entries: by instant; of one instant the later recorded comes last and wins."""
    return entry.at, entry.recorded, entry.entry_id


def _recorded(entry: Entry) -> tuple[int, int, str]:
    return entry.recorded, entry.at, entry.entry_id
