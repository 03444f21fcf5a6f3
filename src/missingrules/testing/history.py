"""What was told of one child, episode by episode, in the making.

An episode is a report, and what is told after it at instants that lie on the edges of the durations
in use. What comes first in a list is what a failing case shrinks to.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from hypothesis import strategies as st

from missingrules.testing.cell import Told, combined, told
from missingrules.testing.correction import correction
from missingrules.testing.edge import moved, spans
from missingrules.testing.instant import landmarks

if TYPE_CHECKING:
    from missingrules.entry import Entry
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
BACK = (1, 2, 3, 4)
"""The next episode is placed by the last one, or by one before it."""
MOST_TOLD, MOST_OF_CHILD, MOST_CORRECTIONS, MOST_CONFLICTS = 8, 4, 4, 2


class Traits(NamedTuple):
    """What may stand in a record."""

    min_episodes: int
    max_episodes: int
    late: bool
    disorder: bool
    corrections: bool
    conflicts: bool


def anything_told(
    about: Subject, focus: Focus, *homes: str, late: bool = True
) -> st.SearchStrategy[Told]:
    """Draw something that belongs there; what rules ask for comes up four times as often."""
    known = about.vocabulary.kinds
    kinds = [kind for kind in known if kind in focus.kinds and known[kind].home in homes]
    asked = [kind for kind in kinds if kind in focus.asked]
    each = {kind: told(about, kind, focus, late=late) for kind in kinds}
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

    def add(self, what: Told, start: int, offset: Offset, home: str | None) -> None:
        at = moved(start, offset, self.about.calendar)
        entry_id = f"{self.child_id}.{len(self.entries) + 1}"
        self.entries.append(
            what.entry(self.about, at, start, entry_id=entry_id, child_id=self.child_id, home=home)
        )

    def anything(self, *homes: str) -> st.SearchStrategy[Told]:
        return anything_told(self.about, self.focus, *homes, late=self.traits.late)

    def offsets(self, simple: tuple[int, ...]) -> st.SearchStrategy[Offset]:
        return st.sampled_from((*simple, *self.focus.edges))

    def episodes(self) -> None:
        """Tell of episodes one after another, some of them several times over."""
        draw, disorder = self.draw, self.traits.disorder
        after = (*AFTER_REPORT, *(BEFORE_REPORT if disorder else ()))
        later = st.tuples(self.anything("episode", "either"), self.offsets(after))
        episode = st.tuples(
            told(self.about, "reported", self.focus, late=self.traits.late),
            st.lists(later, max_size=MOST_TOLD),
            combined(TIMES, (*(True,) * 7, not disorder), CLOCK),
            combined((*BETWEEN_REPORTS, *self.focus.edges), BACK),
        )
        least, most = self.traits.min_episodes, self.traits.max_episodes
        base = draw(st.sampled_from(landmarks(self.about))) + draw(st.sampled_from(FROM_LANDMARK))
        drawn = draw(st.lists(episode, min_size=least, max_size=most))
        for report, others, (times, reported, clock), (further, back) in drawn:
            for _ in range(min(times, most - len(self.starts))):
                self.episode(base + clock, report if reported or not others else None, others)
                base = moved(base, further, self.about.calendar)
            base = moved(self.starts[-min(back, len(self.starts))], further, self.about.calendar)
        self.starts = self.starts or [base]

    def episode(self, start: int, report: Told | None, others: list[tuple[Told, Offset]]) -> None:
        """Tell of one episode."""
        self.starts.append(start)
        name = f"{self.child_id}-E{len(self.starts)}"
        if report is not None:
            self.add(report, start, 0, name)
        for what, offset in others:
            self.add(what, start, offset, name)

    def of_child(self) -> None:
        """Tell of the child, where rules ask for that."""
        homes = {self.about.vocabulary.kinds[kind].home for kind in self.focus.kinds}
        if homes == {"episode"}:
            return
        each = st.tuples(
            self.anything("child", "either"),
            st.sampled_from(self.starts),
            self.offsets(OF_CHILD),
        )
        for what, start, offset in self.draw(st.lists(each, max_size=MOST_OF_CHILD)):
            self.add(what, start, offset, None)

    def corrections(self) -> None:
        """Correct entries, episodes and corrections, and what does not exist."""
        for number in range(MOST_CORRECTIONS):
            if number and not self.draw(st.booleans()):
                return
            entry_id = f"{self.child_id}.{len(self.entries) + 1}"
            made = correction(self.entries, self.child_id, entry_id, late=self.traits.late)
            self.entries.append(self.draw(made))

    def conflicts(self) -> None:
        """Tell some entries again under the same id, at another time."""
        if not self.entries:
            return
        # Told an hour earlier, an entry could come before its report.
        asides = [aside for aside in AGAIN if aside > 0 or self.traits.disorder]
        again = st.tuples(st.sampled_from(self.entries), st.sampled_from(asides))
        for entry, aside in self.draw(st.lists(again, max_size=MOST_CONFLICTS)):
            at, recorded = entry.at + aside, entry.recorded + aside
            self.entries.append(replace(entry, at=at, recorded=recorded))
