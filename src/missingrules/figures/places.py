"""Where a duty is reported under: the area and the authority that the entries name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missingrules.entry import Entry
    from missingrules.finding import Finding
    from missingrules.record import History

Place: TypeAlias = tuple[str | None, str | None]
"""Area and authority; None where no entry names one."""

NOWHERE: Final[Place] = (None, None)


class Places:
    """The areas and authorities of one child's episodes and duties.

    An episode belongs where its report says, else where the first of its entries does that says
    anything. A duty of the child belongs where the episode does that gave rise to it, the last of
    several; without one, where the latest episode does.
    """

    def __init__(self, history: History) -> None:
        """Look at what stands on the record."""
        self._episodes: dict[str, Place] = {}
        self._entries: dict[str, str] = {}
        self._child = NOWHERE
        stories = history.episodes
        every = [entry for story in stories for entry in story.entries]
        self.named = any(
            entry.area is not None or entry.authority is not None
            for entry in (*history.child, *every)
        )
        if not self.named:
            return
        for story in sorted(stories, key=lambda story: (story.entries[0].at, story.episode_id)):
            reports = [entry for entry in story.entries if entry.kind == "reported"]
            place = _first([*reports, *story.entries])
            self._episodes[story.episode_id] = place
            if place != NOWHERE:
                self._child = place
            for entry in story.entries:
                self._entries[entry.entry_id] = story.episode_id
        if self._child == NOWHERE:
            self._child = _first(reversed(history.child))

    def of_episode(self, episode_id: str) -> Place:
        """Where an episode is reported under."""
        return self._episodes.get(episode_id, NOWHERE)

    @property
    def of_child(self) -> Place:
        """Where the latest episode is reported under, or else what stands in none."""
        return self._child

    def of(self, finding: Finding) -> Place:
        """Where a duty is reported under."""
        if not self.named:
            return NOWHERE
        episode_id = finding.episode_id
        if episode_id is None and finding.episodes:
            episode_id = finding.episodes[-1]
        if episode_id is None:
            episode_id = self._entries.get(finding.anchor)
        return self._child if episode_id is None else self.of_episode(episode_id)


def _first(entries: Iterable[Entry]) -> Place:
    area = authority = None
    for entry in entries:
        area = area or entry.area
        authority = authority or entry.authority
    return area, authority
