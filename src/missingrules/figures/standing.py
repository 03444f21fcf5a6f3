"""What stands on a child's record at the instant of the judgement, apart from any duty."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from missingrules.figures.places import Places
from missingrules.record import history
from missingrules.vocabulary import GRADES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from missingrules.entry import Entry
    from missingrules.finding import Assessment
    from missingrules.record import History, Story
    from missingrules.selection import Selection

GONE = "not on record"
"""What was reviewed, where the entry named is not, or no longer, on record."""


@dataclass(frozen=True, slots=True)
class EpisodeFacts:
    """One episode, merged ones being one.

    ``reported_us`` is None where there is no report; ``category`` is the one it opened with,
    ``grade`` the highest it ever had; ``kinds`` are all kinds of entry it holds.
    """

    episode_id: str
    reported_us: int | None
    category: str | None
    grade: str | None
    kinds: frozenset[str]
    first_us: int
    """Its first entry."""

    @property
    def placed_us(self) -> int:
        """When it was reported; without a report, its first entry."""
        return self.first_us if self.reported_us is None else self.reported_us


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands: episodes, how many entries of each kind, and reviews of what was reviewed.

    A review is the kind of what was reviewed, and the verdict.
    """

    episodes: tuple[EpisodeFacts, ...]
    entries: Mapping[str, int]
    reviews: tuple[tuple[str, str], ...]
    places: Places
    history: History


def standing(assessment: Assessment) -> Standing:
    """Look at a child's record as it stood when it was judged, corrections applied."""
    found = history(assessment.record, assessment.as_of_us)
    entries: dict[str, int] = {}
    every = [*found.child, *(entry for story in found.episodes for entry in story.entries)]
    for entry in every:
        entries[entry.kind] = entries.get(entry.kind, 0) + 1
    return Standing(
        episodes=tuple(facts_of(story) for story in found.episodes),
        entries=entries,
        reviews=_reviews(every, assessment) if "quality_reviewed" in entries else (),
        places=Places(found),
        history=found,
    )


def chosen(found: Standing, selection: Selection, assessment: Assessment) -> Standing:
    """Keep the episodes that are selected, by when they were reported and where, and what is there.

    A review goes with what was reviewed. What stands in no episode is kept by when it happened, and
    by where the child is.
    """
    child_id, places = assessment.child_id, found.places
    episodes = tuple(
        episode
        for episode in found.episodes
        if selection.selects_episode(
            child_id, episode.placed_us, places.of_episode(episode.episode_id)
        )
    )
    names = {episode.episode_id for episode in episodes}
    kept = [
        entry
        for entry in found.history.child
        if selection.selects_episode(child_id, entry.at, places.of_child)
    ]
    kept += [
        e for story in found.history.episodes if story.episode_id in names for e in story.entries
    ]
    entries: dict[str, int] = {}
    for entry in kept:
        entries[entry.kind] = entries.get(entry.kind, 0) + 1
    reviews = found.reviews
    if reviews:
        every = [
            *found.history.child,
            *(entry for story in found.history.episodes for entry in story.entries),
        ]
        reviews = _reviews(every, assessment, frozenset(entry.entry_id for entry in kept))
    return replace(found, episodes=episodes, entries=entries, reviews=reviews)


def facts_of(story: Story) -> EpisodeFacts:
    """Gather the facts of one episode."""
    reported = category = None
    grade = -1
    for entry in story.entries:  # in order of time
        if entry.kind == "reported" and reported is None:
            reported = entry.at
        elif entry.kind == "categorised":
            if category is None or category.at == entry.at:
                category = entry
        elif entry.kind == "graded":
            grade = max(grade, GRADES.index(str(entry.fields["grade"])))
    return EpisodeFacts(
        story.episode_id,
        reported,
        None if category is None else str(category.fields["category"]),
        None if grade < 0 else GRADES[grade],
        frozenset(entry.kind for entry in story.entries),
        story.entries[0].at,
    )


def _reviews(
    entries: list[Entry], assessment: Assessment, kept: frozenset[str] | None = None
) -> tuple[tuple[str, str], ...]:
    """Give the latest review of each thing that was reviewed, if that is ``kept``."""
    by_id = {entry.entry_id: entry for entry in entries}
    latest: dict[tuple[str | None, str], Entry] = {}
    for entry in entries:
        if entry.kind == "quality_reviewed":
            key = (entry.episode_id, str(entry.fields["of"]))
            held = latest.get(key)
            if held is None or _recorded(held) < _recorded(entry):
                latest[key] = entry
    kinds = assessment.policy.vocabulary.kinds
    found = []
    for (_, of), entry in latest.items():
        if kept is not None and (of if of in by_id else entry.entry_id) not in kept:
            continue
        kind = by_id[of].kind if of in by_id else of if of in kinds else GONE
        found.append((kind, str(entry.fields["verdict"])))
    return tuple(found)


def _recorded(entry: Entry) -> tuple[int, int, str]:
    return entry.recorded, entry.at, entry.entry_id
