"""What was told of one child, episode by episode, in the making.

An episode is a report, and what is told after it at instants that lie on the edges of the durations
in use. What comes first in a list is what a failing case shrinks to.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

from missingrules.testing.cell import Told, told
from missingrules.testing.correction import UNTIL_RECORDED, correction
from missingrules.testing.edge import moved, spans
from missingrules.testing.instant import landmarks

if TYPE_CHECKING:
    from missingrules.log import Entry
    from missingrules.testing.edge import Offset
    from missingrules.testing.subject import Focus, Subject

FROM_LANDMARK = spans("0d -2d -1d -60d")
BETWEEN_REPORTS = spans("1d 2d 10d 30d 0d 7d 45d 29d 44d 60d")
CLOCK = spans("0m 30m -30m 12h 690m 0m+ 0m-")
"""The time of day moves by this; with midnights between, dates and elapsed time part."""
AFTER_REPORT = spans("10m 0m 1m 20m 30m 3h 6h 12h 25h 2d 3d 5d 8d 11d 40d")
BEFORE_REPORT = spans("-10m -1d")
OF_CHILD = spans("0m 1h 1d 3d 10d 30d 45d 91d 120d -1d -400d")
"""From a report to something told of the child."""
AGAIN = spans("1h -1h 1d")
TIMES = (1, 1, 1, 2, 3, 4)
"""How often an episode is told, each time so much later: counts are of episodes alike."""
MOST_TOLD, MOST_OF_CHILD, MOST_CORRECTIONS, MOST_CONFLICTS = 8, 4, 4, 2


class Traits(NamedTuple):
    """What may stand in a record."""

    min_episodes: int
    max_episodes: int
    late: bool
    disorder: bool
    corrections: bool
    conflicts: bool


def anything_told(about: Subject, focus: Focus, *homes: str) -> st.SearchStrategy[Told]:
    """Draw something that belongs there; what rules ask for comes up four times as often."""
    known = about.vocabulary.kinds
    kinds = [kind for kind in known if kind in focus.kinds and known[kind].home in homes]
    asked = [kind for kind in kinds if kind in focus.asked]
    each = {kind: told(about, kind, focus) for kind in kinds}
    return st.sampled_from([*(asked * 3), *kinds]).flatmap(each.__getitem__)


@st.composite
def histories(
    draw: st.DrawFn, about: Subject, focus: Focus, child_id: str, traits: Traits
) -> list[Entry]:
    """Draw the entries of one child, in the order in which they came to mind."""
    journal = _Journal(draw, about, focus, child_id, traits)
    journal.episodes()
    journal.of_child()
    if traits.corrections and draw(st.booleans()):
        journal.corrections()
    if traits.conflicts and draw(st.sampled_from((False, False, False, True))):
        journal.conflicts()
    return journal.entries


@dataclass
class _Journal:
    """Entries in the making, and the starts of the episodes that they are told around."""

    draw: st.DrawFn
    about: Subject
    focus: Focus
    child_id: str
    traits: Traits
    entries: list[Entry] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)

    def add(
        self, what: Told, start: int, offset: Offset, episode_id: str | None, delay: Offset
    ) -> None:
        calendar = self.about.calendar
        at = moved(start, offset, calendar)
        self.entries.append(
            what.entry(
                self.about,
                entry_id=f"{self.child_id}.{len(self.entries) + 1}",
                child_id=self.child_id,
                episode_id=episode_id,
                at=at,
                recorded=moved(at, delay, calendar),
                start=start,
            )
        )

    def offsets(self, simple: tuple[int, ...]) -> st.SearchStrategy[Offset]:
        return st.sampled_from((*simple, *self.focus.edges))

    def delays(self) -> st.SearchStrategy[Offset]:
        if not self.traits.late:
            return st.just(0)
        return st.sampled_from((*UNTIL_RECORDED, self.focus.edges[0], self.focus.edges[-1]))

    def episodes(self) -> None:
        """Tell of episodes one after another, some of them several times over."""
        draw, disorder, calendar = self.draw, self.traits.disorder, self.about.calendar
        after = self.offsets((*AFTER_REPORT, *(BEFORE_REPORT if disorder else ())))
        later = st.tuples(
            anything_told(self.about, self.focus, "episode", "either"), after, self.delays()
        )
        episode = st.tuples(
            told(self.about, "reported", self.focus),
            st.sampled_from((True, True, True, not disorder)),
            self.delays(),
            st.lists(later, max_size=MOST_TOLD),
            st.sampled_from(CLOCK),
            self.offsets(BETWEEN_REPORTS),
            st.sampled_from(TIMES),
        )
        least, most = self.traits.min_episodes, self.traits.max_episodes
        base = draw(st.sampled_from(landmarks(self.about))) + draw(st.sampled_from(FROM_LANDMARK))
        for *what, clock, further, times in draw(st.lists(episode, min_size=least, max_size=most)):
            for _ in range(min(times, most - len(self.starts))):
                self.episode(base + clock, *what)
                base = moved(base, further, calendar)
            base = moved(draw(st.sampled_from(self.starts[::-1])), further, calendar)
        self.starts = self.starts or [base]

    def episode(
        self,
        start: int,
        report: Told,
        reported: bool,  # noqa: FBT001 - one of the things drawn
        delay: Offset,
        others: list[tuple[Told, Offset, Offset]],
    ) -> None:
        """Tell of one episode; one of which nothing else is told has a report."""
        self.starts.append(start)
        name = f"{self.child_id}-E{len(self.starts)}"
        if reported or not others:
            self.add(report, start, 0, name, delay)
        for what, offset, wait in others:
            self.add(what, start, offset, name, wait)

    def of_child(self) -> None:
        """Tell of the child, where rules ask for that."""
        homes = {self.about.vocabulary.kinds[kind].home for kind in self.focus.kinds}
        if homes == {"episode"}:
            return
        each = st.tuples(
            anything_told(self.about, self.focus, "child", "either"),
            st.sampled_from(self.starts),
            self.offsets(OF_CHILD),
            self.delays(),
        )
        for what, start, offset, wait in self.draw(st.lists(each, max_size=MOST_OF_CHILD)):
            self.add(what, start, offset, None, wait)

    def corrections(self) -> None:
        """Correct entries, episodes and corrections, and what does not exist."""
        for _ in range(self.draw(st.integers(0, MOST_CORRECTIONS))):
            entry_id = f"{self.child_id}.{len(self.entries) + 1}"
            made = correction(self.entries, self.child_id, entry_id, late=self.traits.late)
            self.entries.append(self.draw(made))

    def conflicts(self) -> None:
        """Tell some entries again under the same id, at another time."""
        if not self.entries:
            return
        again = st.tuples(st.sampled_from(self.entries), st.sampled_from(AGAIN))
        for entry, aside in self.draw(st.lists(again, max_size=MOST_CONFLICTS)):
            at, recorded = entry.at + aside, entry.recorded + aside
            self.entries.append(replace(entry, at=at, recorded=recorded))
