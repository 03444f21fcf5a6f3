"""What is known of a child, and what was noted, as far as a walk through the record has come."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

from missingrules.kernel.counting import line
from missingrules.kernel.episode import Episode, forget, legs_of
from missingrules.kernel.noted import State
from missingrules.record import Remark

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from missingrules.duties import Duty, OnCount
    from missingrules.entry import Entry
    from missingrules.finding import Finding
    from missingrules.kernel.counting import Line
    from missingrules.kernel.episode import Answer, Leg
    from missingrules.kernel.grades import Demanded, FloorCase
    from missingrules.kernel.noted import Asked, CountMoment, Opening, Pulse, WindowTest
    from missingrules.kernel.timers import Timer
    from missingrules.matchers import Matcher
    from missingrules.policy import Policy
    from missingrules.record import Coverage, History, Place
    from missingrules.terms import Condition, Prop


@dataclass(eq=False)
class Walk:
    """A walk through one record, which :mod:`missingrules.kernel.moments` takes to ``as_of``.

    ``trace`` gathers every condition that is asked, if it is given.
    """

    policy: Policy
    matcher: Matcher
    history: History
    as_of: int
    coverage: Coverage
    child_id: str
    incomplete: bool = False
    trace: list[Asked] | None = None

    def __post_init__(self) -> None:
        """Set the scene: episodes with their legs, and every entry by what it is asked for."""
        # What is known of the child: each fact, the entry that it is known by, and what conditions
        # come to on it. Each episode holds the same of its own.
        self.facts: dict[Prop, int] = {}
        self.sources: dict[Prop, str] = {}
        self.answers: dict[int, Answer] = {}
        self.stirred = False
        self.markers: dict[str, str] = {}
        self.lifted: dict[str, str] = {}
        # How far what is known has come: the last entry of each kind, by episode or of the child,
        # and the last about each marker. What is entered late may belong before it.
        self.latest: dict[tuple[str, Episode | None], Place] = {}
        self.last_of_marker: dict[str, Place] = {}
        self.born: tuple[object, str] | None = None
        # What was noted: triggers that fired, counts, and the life of repeating duties by rule,
        # episode and time away; grades demanded; how releases stood; what a reader should know.
        self.openings: list[Opening] = []
        self.counts: list[CountMoment] = []
        self.pulses: dict[tuple[str, Episode, int], list[tuple[Duty, Pulse]]] = {}
        self.beats: dict[tuple[str, Episode], object] = {}
        self.floors: dict[tuple[str, str], FloorCase] = {}
        self.demanded: dict[tuple[str, str, int], Demanded] = {}
        self.watching: dict[str | None, dict[int, Condition]] = {}
        self.releases: dict[tuple[int, str | None], list[tuple[int, Answer]]] = {}
        self.window_tests: list[WindowTest] = []
        self.remarks: list[Remark] = []
        # When to look again: before ``as_of``, and after it.
        self.timers: list[tuple[int, int, Timer]] = []
        self.wakeups: list[int] = []
        self._ticket = 0
        # Every answer holds until a fact behind it changes, unless time alone or the source can
        # change it; a trace is to hold every question, so nothing is remembered then.
        self.index = self.policy.index
        self.limited = self.coverage.limited
        self.remembers = self.trace is None and not self.limited
        self.always = self.limited or self.index.moves or bool(self.index.borders)
        self.facts_of_entries: dict[str, dict[Prop, int]] = {}
        self.answers_of_entries: dict[tuple[str, int], int] = {}
        self._lines: dict[int, Line] = {}
        # The record itself.
        self.episodes: list[Episode] = []
        self.by_entry: dict[str, Episode] = {}
        for story in self.history.episodes:
            episode = Episode(story.episode_id, story, legs_of(story, self.remarks), {}, {})
            self.episodes.append(episode)
            self.by_entry.update((entry.entry_id, episode) for entry in story.entries)
        self.entries = (
            *self.history.child,
            *(entry for episode in self.episodes for entry in episode.story.entries),
        )
        self.known_by_id: dict[str, int] = {}
        self.kind_by_id: dict[str, str] = {}
        self.by_kind: dict[str, list[Entry]] = {}
        self._about: dict[tuple[str, Episode | None], list[Entry]] = {}
        for entry in self.entries:
            entry_id, kind = entry.entry_id, entry.kind
            self.known_by_id[entry_id] = entry.known
            self.kind_by_id[entry_id] = kind
            self.by_kind.setdefault(kind, []).append(entry)
            self._about.setdefault((kind, self.by_entry.get(entry_id)), []).append(entry)
        self._states: dict[tuple[int, Episode | None, int], tuple[State, ...]] = {}
        first = self.coverage.start
        self._shows_all = not self.limited and (
            first is None or all(first <= entry.at for entry in self.entries)
        )

    def missing_since(self, episode: Episode, leg: Leg, duty: Duty) -> None:
        """Remark that a report does not say since when the child was missing."""
        self.remarks.append(
            Remark(
                "missing_since_not_recorded",
                f"Report {leg.report.entry_id} does not say since when the child was missing; the "
                "time of the report is used.",
                episode.episode_id,
                (leg.report.entry_id,),
                duty.rule,
            )
        )

    def push(self, instant: int, timer: Timer) -> None:
        """Set a timer; one beyond ``as_of`` only tells when to look again."""
        if instant > self.as_of:
            self.wakeups.append(instant)
            return
        self._ticket += 1
        heapq.heappush(self.timers, (instant, self._ticket, timer))

    def shows_end(self, ends: str, first: int, last: int) -> bool:
        """Whether the source would show that a child was found, or (``away``) came back."""
        if self._shows_all:
            return True
        kinds = ("returned", "closed") if ends == "away" else ("located", "returned")
        return any(self.coverage.holds(kind, first, last) for kind in kinds)

    def holds(self, kind: str, first: int, last: int) -> bool:
        """Whether the source would show an entry of this kind all through.

        ``first`` is no earlier than the first entry of the child.
        """
        return self._shows_all or self.coverage.holds(kind, first, last)

    def about(self, kind: str, episode: Episode | None) -> Sequence[Entry]:
        """Entries of a kind about an episode or the child; without an episode, every one."""
        if episode is None:
            return self.by_kind.get(kind, ())
        own = self._about.get((kind, episode), ())
        of_child = self._about.get((kind, None))
        return own if of_child is None else (*of_child, *own)

    def line(self, trigger: OnCount) -> Line:
        """The episodes in order of placing, for one trigger."""
        found = self._lines.get(id(trigger))
        if found is None:
            found = self._lines[id(trigger)] = line(trigger, self.episodes)
        return found

    def own(self, kind: str, episode: Episode | None) -> Sequence[Entry]:
        """Entries of a kind that name an episode; without an episode, those that name none."""
        return self._about.get((kind, episode), ())

    def states(self, condition: Condition, episode: Episode | None, leg: int) -> tuple[State, ...]:
        """How a releasing condition stood from when until when, and the entries behind it.

        What is asked after a child was reported missing again says nothing of the time away before.
        """
        key = (condition.number, episode, leg)
        found = self._states.get(key)
        if found is None:
            end = self.as_of + 1
            if episode is not None and leg + 1 < len(episode.legs):
                end = episode.legs[leg + 1].start
            home = None if episode is None else episode.episode_id
            asked = self.releases.get((condition.number, home), ())
            begun = [each for each in asked if each[0] < end]
            ends = (*(at for at, _ in begun[1:]), end)
            found = self._states[key] = tuple(
                State(at, until, truth, cited)
                for (at, (truth, cited, _)), until in zip(begun, ends, strict=False)
            )
        return found

    def known(self, ids: Iterable[str]) -> int:
        """When the last of these entries was known; 0 for none."""
        return max((self.known_by_id[i] for i in ids if i in self.known_by_id), default=0)

    def gaps(self, findings: Sequence[Finding]) -> tuple[Remark, ...]:
        """Everything about the record that a person should look at, each once."""
        remarks = [*self.history.remarks, *self.remarks]
        for finding in findings:
            if finding.outcome == "indeterminate":
                what = ", ".join(finding.unknown) or "something that the rule hangs on"
                remarks.append(
                    Remark(
                        "not_recorded",
                        f"Rule {finding.rule} cannot be judged: {what}.",
                        finding.episode_id,
                        finding.evidence,
                        finding.rule,
                    )
                )
        return tuple(dict.fromkeys(remarks))

    def stir(self, scope: str, episode: Episode | None, bears_on: Sequence[int]) -> None:
        """Note whose facts may have changed, and which conditions rest on them.

        Only these are asked again.
        """
        if scope == "episode" and episode is not None:
            episode.stirred = True
            forget(episode.answers, bears_on)
        else:
            self.stirred = True
            forget(self.answers, bears_on)
            for each in self.episodes:
                each.stirred = True
                forget(each.answers, bears_on)

    def idle(self, asked: Condition | Duty, episode: Episode | None) -> bool:
        """Whether nothing that a condition, or a repeating duty, rests on can have changed."""
        if self.limited or asked.moves:
            return False
        return not (self.stirred if episode is None else episode.stirred)

    def missing(self, now: int) -> Iterator[tuple[Episode, Leg]]:
        """Episodes in which the child has not been found at a moment."""
        for episode in self.episodes:
            leg = episode.leg(now)
            if leg is not None and (leg.found is None or leg.found > now):
                yield episode, leg
