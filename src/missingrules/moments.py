"""Walk through one child's history, moment by moment, and note where duties arise.

A moment is one instant with everything of that instant applied: entries, times of grace that end,
and durations that are reached. Conditions are read after all of it, so that no answer depends on
the order of entries inside a moment.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from missingrules import terms
from missingrules.counting import fullest, line
from missingrules.duties import Floor, OnCount, OnEntry, Recorded, in_force
from missingrules.episode import Episode, Since, legs_of
from missingrules.finding import merged_ids
from missingrules.grades import Demand, bind_grades
from missingrules.record import Remark
from missingrules.terms import MAYBE, NO, UNKNOWN, YES
from missingrules.vocabulary import GRADES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from missingrules.calendar import Duration
    from missingrules.counting import Line
    from missingrules.duties import Checks, Duty
    from missingrules.episode import Answer, Leg
    from missingrules.finding import Finding
    from missingrules.grades import Demanded, FloorCase
    from missingrules.log import Entry
    from missingrules.matchers import Matcher
    from missingrules.policy import Policy
    from missingrules.record import Coverage, History
    from missingrules.terms import Condition, Prop

Event: TypeAlias = "tuple[int, int, str, Entry, bool, bool]"
"""Instant, time of recording, id, entry; whether it happens then, and whether it becomes known."""

ALWAYS: Answer = (YES, (), ())
"""What no condition at all comes to."""

Role = Literal["if", "where", "unless", "term", "label", "grace", "field", "watch", "every"]


_NAMES = {
    "age": "date of birth",
    "lasted": "how long the episode has lasted",
    "count_high": "how many episodes count",
    "grace": "what was recorded before the time of grace was over",
}


def _kept_grace(condition: Condition, episode: Episode | None) -> Iterator[str]:
    """What kept the times of grace that a condition asks about."""
    if episode is not None:
        for number in condition.graces:
            yield from episode.grace_kept.get(number, ())


def forget(answers: dict[int, Answer], conditions: Iterable[int]) -> None:
    """Forget the answers to these conditions: a fact that they rest on has changed."""
    for number in conditions:
        answers.pop(number, None)


@dataclass(slots=True, eq=False)
class Opening:
    """A trigger that fired: a duty arises here if ``truth`` is ``YES``, else it may."""

    duty: Duty
    episode: Episode | None
    leg: int
    at: int
    known: int
    anchor: Entry
    truth: int
    cited: tuple[str, ...]
    unknown: tuple[str, ...]
    names: tuple[str, ...] = ()
    slot: int = 0


@dataclass(slots=True, eq=False)
class CountMoment:
    """Episodes that began to count, for one duty, and whether its condition held just then."""

    duty: Duty
    trigger: OnCount
    at: int
    sure: list[Episode]
    maybe: list[Episode]
    truth: int
    cited: tuple[str, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pulse:
    """A repeating duty from a moment on: whether it applies, and at what interval."""

    at: int
    truth: int
    interval: Duration
    cited: tuple[str, ...]
    unknown: tuple[str, ...] = ()


class State(NamedTuple):
    """How a condition stood from ``at`` to before ``until``, and the entries that it rests on."""

    at: int
    until: int
    truth: int
    cited: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One condition judged: what was asked when, on which facts, with what answer."""

    rule: str
    role: Role
    condition: Condition
    at: int
    episode_id: str | None
    entry_id: str | None
    facts: dict[Prop, int]
    sources: dict[Prop, str]
    truth: int


@dataclass(frozen=True, slots=True, eq=False)
class WindowTest:
    """One time that a count was held against its threshold, kept for explanations.

    ``inside`` lie in the window that ends at ``end``; ``counted`` are all that counted by ``at``
    and were not used up by an action before.
    """

    rule: str
    trigger: OnCount
    at: int
    end: int
    inside: tuple[Episode, ...]
    counted: tuple[Episode, ...]
    used_up: frozenset[str]
    reached: bool


@dataclass(frozen=True, slots=True, eq=False)
class GraceOver:
    """A time of grace, begun at ``started``, is over."""

    episode: Episode
    number: int
    started: int


@dataclass(frozen=True, slots=True, eq=False)
class StillOpen:
    """An episode has been open for as long as a duty says."""

    episode: Episode
    duty: Duty
    leg: Leg


@dataclass(frozen=True, slots=True, eq=False)
class Tick:
    """Time alone changes a fact: an episode has lasted, a birthday came, coverage ended.

    Without an episode it is a fact of the child, which bears on all of them.
    """

    episode: Episode | None


Timer: TypeAlias = GraceOver | StillOpen | Tick

Change: TypeAlias = "tuple[list[Episode], list[Episode]]"
"""Episodes that begin to count at a moment: surely, and possibly."""


@dataclass(slots=True, eq=False)
class Moment:
    """One instant: what happened, what became known, and the episodes that it concerns."""

    at: int
    happened: list[Entry] = field(default_factory=list)
    learned: list[Entry] = field(default_factory=list)
    touched: dict[Episode, tuple[int, Entry] | None] = field(default_factory=dict)
    """The episodes, each with the grade that it had before."""
    graces_over: list[GraceOver] = field(default_factory=list)
    still_open: list[StillOpen] = field(default_factory=list)
    demands: list[Demand] = field(default_factory=list)

    def bears_on_grades(self, kinds: frozenset[str]) -> bool:
        """Whether anything of the moment is graded, or demands a grade; ``kinds`` may."""
        return bool(self.demands) or any(
            entry.kind == "graded" or entry.kind in kinds
            for entry in (*self.happened, *self.learned)
        )

    def touch(self, episode: Episode) -> None:
        """Take an episode in, with the grade that it had before."""
        self.touched.setdefault(episode, episode.grade)


@dataclass(eq=False)
class Walk:
    """The walk, and what it gathered on the way. Run it once with :meth:`run`."""

    policy: Policy
    matcher: Matcher
    history: History
    as_of: int
    coverage: Coverage
    child_id: str
    incomplete: bool = False
    trace: list[Asked] | None = None

    def __post_init__(self) -> None:
        """Set the scene: episodes with their legs, and what is to happen when."""
        self.facts: dict[Prop, int] = {}
        self.sources: dict[Prop, str] = {}
        self.answers: dict[int, Answer] = {}
        self.stirred = False
        self.markers: dict[str, str] = {}
        self.lifted: dict[str, str] = {}
        self.born: tuple[object, str] | None = None
        self.openings: list[Opening] = []
        self.counts: list[CountMoment] = []
        self.pulses: dict[tuple[str, Episode, int], list[tuple[Duty, Pulse]]] = {}
        self.floors: dict[tuple[str, str], FloorCase] = {}
        self.demanded: dict[tuple[str, str, int], Demanded] = {}
        self.releases: dict[tuple[int, str | None], list[tuple[int, Answer]]] = {}
        self.wakeups: list[int] = []
        self.window_tests: list[WindowTest] = []
        self.remarks: list[Remark] = []
        self.by_entry: dict[str, Episode] = {}
        self.known_by_id: dict[str, int] = {e.entry_id: e.known for e in self.history.child}
        self.episodes: list[Episode] = []
        self.index = self.policy.index
        # Every answer holds until a fact behind it changes, unless time alone or the source can
        # change it; a trace is to hold every question, so nothing is remembered then.
        self._remembers = self.trace is None and not self.coverage.limited
        self._always = self.coverage.limited or self.index.moves or bool(self.index.borders)
        self._watching: dict[str | None, dict[int, Condition]] = {}
        self._entry_facts: dict[str, dict[Prop, int]] = {}
        self._entry_answers: dict[tuple[str, int], int] = {}
        self._lines: dict[int, Line] = {}
        self._beats: dict[tuple[str, Episode], object] = {}
        self._timers: list[tuple[int, int, Timer]] = []
        self._ticket = 0
        for story in self.history.episodes:
            episode = Episode(story.episode_id, story, legs_of(story, self.remarks), {}, {})
            self.episodes.append(episode)
            for entry in story.entries:
                self.by_entry[entry.entry_id] = episode
                self.known_by_id[entry.entry_id] = entry.known
        self._entries = (
            *self.history.child,
            *(entry for episode in self.episodes for entry in episode.story.entries),
        )
        self.kind_by_id = {entry.entry_id: entry.kind for entry in self._entries}
        self.by_kind: dict[str, list[Entry]] = {}
        for entry in self._entries:
            self.by_kind.setdefault(entry.kind, []).append(entry)
        self._about: dict[tuple[str, Episode | None], list[Entry]] = {}
        for kind, entries in self.by_kind.items():
            for entry in entries:
                key = (kind, self.by_entry.get(entry.entry_id))
                self._about.setdefault(key, []).append(entry)
        self._states: dict[tuple[int, Episode | None, int], tuple[State, ...]] = {}
        first = self.coverage.start
        self._shows_all = not self.coverage.limited and (
            first is None or all(first <= entry.at for entry in self._entries)
        )

    # -- setting the scene

    def _events(self) -> list[Event]:
        """Give (instant, recorded, id, entry, happens, becomes known), in order."""
        events = []
        for entry in self._entries:
            if entry.recorded > entry.at:
                events.append((entry.at, entry.recorded, entry.entry_id, entry, True, False))
                events.append((entry.recorded, entry.recorded, entry.entry_id, entry, False, True))
            else:
                events.append((entry.at, entry.recorded, entry.entry_id, entry, True, True))
        events.sort()  # no two are alike in the first three
        return events

    def run(self) -> Walk:
        """Walk to ``as_of``."""
        for episode in self.episodes:
            self._set_open_timers(episode)
        if self.index.moves or self.index.borders or self.coverage.limited:
            self._set_ticks()
        events = self._events()
        place, total = 0, len(events)
        while place < total or self._timers:
            now = events[place][0] if place < total else self._timers[0][0]
            timed = bool(self._timers) and self._timers[0][0] <= now
            if timed:
                now = self._timers[0][0]
            if now > self.as_of:
                break
            first = place
            while place < total and events[place][0] == now:
                place += 1
            if timed or self._always or any(map(self._matters, events[first:place])):
                self._moment(now, events[first:place])
        return self

    def _matters(self, event: Event) -> bool:
        """Whether an event can change anything on the way, and not just answer a duty."""
        _, _, _, entry, happens, becomes_known = event
        if (happens and entry.kind in self.policy.matter[False]) or (
            becomes_known and entry.kind in self.policy.matter[True]
        ):
            return True
        episode = self.by_entry.get(entry.entry_id)
        if episode is None:
            return any(each.stirred or each.fell_short for each in self.episodes)
        return episode.stirred or episode.fell_short or not episode.legs

    def _set_open_timers(self, episode: Episode) -> None:
        for duty, trigger in self.index.on_open:
            for leg in episode.legs:
                start: object = leg.start
                if trigger.since == "missing_since":
                    start = leg.report.fields.get("missing_since")
                    if start is None:
                        self._missing_since(episode, leg, duty)
                        start = leg.start
                assert isinstance(start, int)  # noqa: S101 - the log holds instants as numbers
                instant = max(
                    self.policy.calendar.reached(start, trigger.duration, trigger.strict), leg.start
                )
                if leg.found is not None and leg.found < instant:
                    continue
                if not duty.in_force(instant):
                    continue
                self._push(instant, StillOpen(episode, duty, leg))

    def _missing_since(self, episode: Episode, leg: Leg, duty: Duty) -> None:
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

    def _set_ticks(self) -> None:
        """Make moments of the instants at which time alone changes what a condition rests on."""
        for at in self._borders():
            self._push(at, Tick(None))
        for episode in self.episodes:
            for leg in episode.legs:
                instants: set[int] = set()
                for duration, since in self.policy.lasted:
                    start = leg.start if since == "reported" else leg.report.fields.get(since)
                    if isinstance(start, int):
                        for strict in (False, True):
                            instants.add(self.policy.calendar.reached(start, duration, strict))
                instants |= self._birthdays()
                for at in instants:
                    if leg.start < at and (leg.returned is None or at <= leg.returned):
                        self._push(at, Tick(episode))

    def _borders(self) -> set[int]:
        """Instants at which a fact of the child changes with time alone."""
        borders = set(self.index.borders)
        if self.coverage.limited:
            borders |= self.coverage.borders()
        if self.index.drifts:
            borders |= self._birthdays() | self._edges_of_windows()
        return borders

    def _birthdays(self) -> set[int]:
        calendar = self.policy.calendar
        return {
            calendar.birthday(entry.fields["date_of_birth"], years)  # type: ignore[arg-type]
            for entry in self.by_kind.get("born", ())
            for years in self.index.ages
        }

    def _edges_of_windows(self) -> set[int]:
        """Instants at which an episode enters or leaves a window that ends with the present."""
        edges: set[int] = set()
        for _, window, placed_by in self.policy.counts:
            if window is not None:
                placed = {episode.placed(placed_by) for episode in self.episodes}
                edges |= placed | {at for each in placed if (at := window.leaves(each)) is not None}
        return edges

    def _push(self, instant: int, timer: Timer) -> None:
        """Set a timer; one beyond ``as_of`` only tells when to look again."""
        if instant > self.as_of:
            self.wakeups.append(instant)
            return
        self._ticket += 1
        heapq.heappush(self._timers, (instant, self._ticket, timer))

    def labelled(
        self, trigger: OnCount, episode: Episode, at: int, known: int
    ) -> tuple[int, tuple[str, ...]]:
        """Judge an episode by its recorded label at an instant, on what was known by then."""
        shadow = Episode(
            episode.episode_id, episode.story, episode.legs, dict(self.facts), dict(self.sources)
        )
        for entry in episode.story.entries:
            if entry.at <= at and entry.recorded <= known:
                for by_known in (False, True):
                    for setter, _ in self.policy.setters[by_known].get(entry.kind, ()):
                        setter(shadow.facts, shadow.sources, entry)
        truth, cited, _ = self.ask("", "label", trigger.label, at, shadow)
        return truth, cited

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

    # -- one moment

    def _moment(self, now: int, events: Sequence[Event]) -> None:
        """Apply everything of one instant, then see what follows from it."""
        moment = self._applied(now, events)
        stirred = self._settle_graces(moment)
        if stirred:
            stirred, changed = self._count(moment, stirred)
            self._note_counts(changed, moment)
        for entry in moment.happened:
            self._fire(entry, moment)
        for still in moment.still_open:
            self._still_open(still, moment)
        if self.index.on_floor:
            bears = moment.bears_on_grades(self.index.floor_kinds)
            for episode in moment.touched:
                if bears or episode.fell_short:
                    bind_grades(self, episode, moment)
        for episode in stirred:
            self._pulse(episode, now)
            self._watch(episode, now)
            episode.stirred = False
        if self.stirred or self._always:
            self._watch(None, now)
        self.stirred = False

    def _settle_graces(self, moment: Moment) -> list[Episode]:
        """Begin and end times of grace; return the episodes whose facts may have changed."""
        always = self._always
        if self.policy.graces:
            for episode in moment.touched:
                if episode.stirred or always:
                    self._graces(episode, moment.at)
            for grace in moment.graces_over:
                self._end_grace(grace, moment.at)
        return [episode for episode in moment.touched if episode.stirred or always]

    def _applied(self, now: int, events: Sequence[Event]) -> Moment:
        """Apply the entries of a moment, and find the episodes that it concerns."""
        moment = Moment(now)
        child_changed = False
        for _, _, _, entry, happens, becomes_known in events:
            episode = self.by_entry.get(entry.entry_id)
            if episode is None:
                child_changed = True
            else:
                moment.touch(episode)
            if happens:
                if episode is not None and not episode.legs:
                    episode.stirred = True  # without a report, what is told of it begins it
                moment.happened.append(entry)
                self._apply(entry, episode, known=False)
            if becomes_known:
                moment.learned.append(entry)
                self._apply(entry, episode, known=True)
        self._ring(moment)
        if self.stirred:
            for episode in self.episodes:
                moment.touch(episode)
        elif child_changed:
            self._touch_live(moment)
        return moment

    def _ring(self, moment: Moment) -> None:
        """Take in what the timers of a moment were set for."""
        while self._timers and self._timers[0][0] == moment.at:
            timer = heapq.heappop(self._timers)[2]
            for episode in self.episodes if timer.episode is None else (timer.episode,):
                moment.touch(episode)
            if isinstance(timer, GraceOver):
                moment.graces_over.append(timer)
            elif isinstance(timer, StillOpen):
                moment.still_open.append(timer)

    def _touch_live(self, moment: Moment) -> None:
        """Take in the episodes that something about the child can still bear on."""
        for episode in self.episodes:
            leg = episode.leg(moment.at)
            away = leg is not None and (leg.returned is None or leg.returned > moment.at)
            if away or episode.episode_id in self._watching:
                moment.touch(episode)

    def _apply(self, entry: Entry, episode: Episode | None, *, known: bool) -> None:
        """Bring facts up to date with an entry: when it happens, and when it is ``known``."""
        if (
            entry.kind == "reported"
            and episode is not None
            and not self._began(entry, episode, known=known)
        ):
            return
        if entry.kind in self.policy.setters[known]:
            self._set_facts(entry, episode, known=known)
        if known:
            self._warn(entry, episode)
            return
        if entry.kind == "graded" and episode is not None:
            episode.grade = (GRADES.index(str(entry.fields["grade"])), entry)
        elif entry.kind == "born":
            self.born = (entry.fields["date_of_birth"], entry.entry_id)
            self._stir("child", None, ())  # how old the child is bears on every episode
        for prop, check in self.policy.watched.get(entry.kind, ()):
            truth = YES if check is None else self.ask_entry("", "watch", check, entry)
            if truth != NO:
                self._has(prop, truth, entry, episode)

    def _set_facts(self, entry: Entry, episode: Episode | None, *, known: bool) -> None:
        """Set the facts that an entry of this kind changes, of its episode or of the child."""
        setters = self.policy.setters[known][entry.kind]
        for setter, scope in setters:
            for facts, sources in self._reach(scope, episode):
                setter(facts, sources, entry)
        for scope in {scope for _, scope in setters}:
            self._stir(scope, episode, self.policy.bearing[known].get(entry.kind, ()))

    def _began(self, entry: Entry, episode: Episode, *, known: bool) -> bool:
        """Let a report begin its time away; False if it was entered when that was long over."""
        leg = episode.leg(entry.at)
        if leg is not None and leg.number and leg.report is entry:
            episode.begin_again(known=known)
        episode.stirred = True
        # What was entered when the next time away had begun says nothing of that one.
        return not known or episode.leg(entry.known) is leg

    def _warn(self, entry: Entry, episode: Episode | None) -> None:
        """Keep the markers and concerns that are known, for duties to name them."""
        if entry.kind == "marker_added":
            self.markers[str(entry.fields["marker"])] = entry.entry_id
            self.lifted.pop(str(entry.fields["marker"]), None)
        elif entry.kind == "marker_removed":
            self.markers.pop(str(entry.fields["marker"]), None)
            self.lifted[str(entry.fields["marker"])] = entry.entry_id
        elif entry.kind == "concern_noted" and episode is not None:
            episode.concerns[str(entry.fields["concern"])] = entry.entry_id

    def _has(self, prop: Prop, truth: int, entry: Entry, episode: Episode | None) -> None:
        """Note that an entry of a kind that conditions ask for is on the record, or may be."""
        self._stir(prop.scope, episode, self.index.resting.get(prop, ()))
        for facts, sources in self._reach(prop.scope, episode):
            if truth == YES or facts.get(prop) != YES:
                facts[prop] = YES if truth == YES else UNKNOWN
                sources[prop] = entry.entry_id

    def _still_open(self, still: StillOpen, moment: Moment) -> None:
        """Open a duty on an episode that has lasted so long, if that can be told."""
        leg, truth, now = still.leg, YES, moment.at
        unknown: tuple[str, ...] = ()
        if leg.found is None and not self.shows_end("open", leg.start, now):
            truth, unknown = MAYBE, ("whether the child was found",)
        if isinstance(still.duty.effect, Floor):
            moment.demands.append(
                Demand(still.duty, still.episode, leg.report, truth, unknown=unknown)
            )
        else:
            self._open(still.duty, still.episode, now, leg.report, truth, unknown=unknown, slot=now)

    def _stir(self, scope: str, episode: Episode | None, bears_on: Sequence[int]) -> None:
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

    def _idle(self, condition: Condition | None, episode: Episode | None) -> bool:
        """Whether nothing that a condition rests on can have changed at this moment."""
        if self.coverage.limited or (condition is not None and condition.moves):
            return False
        return not (self.stirred if episode is None else episode.stirred)

    def _reach(
        self, scope: str, episode: Episode | None
    ) -> list[tuple[dict[Prop, int], dict[Prop, str]]]:
        """Whose facts an entry changes: an episode's, or the child's, which all episodes share."""
        if scope == "episode" and episode is not None:
            return [(episode.facts, episode.sources)]
        return [(self.facts, self.sources), *((e.facts, e.sources) for e in self.episodes)]

    # -- asking

    def ask(
        self,
        rule: str,
        role: Role,
        condition: Condition | None,
        now: int,
        episode: Episode | None,
    ) -> Answer:
        """Judge a condition: its truth, the entries it rests on, what was not recorded."""
        if condition is None:
            return ALWAYS
        answers = self.answers if episode is None else episode.answers
        answer = answers.get(condition.number)
        if answer is not None:
            return answer
        facts = self.facts if episode is None else episode.facts
        sources = self.sources if episode is None else episode.sources
        extra: list[str] = []
        if condition.ages or condition.lasted or condition.counts:
            facts = dict(facts)
            self._work_out(condition, facts, now, episode, extra, role)
        if self.coverage.limited:
            facts = self._observable(condition, facts, now)
        truth = self.matcher.judge(condition, facts)
        if self.trace is not None:
            self.trace.append(
                Asked(
                    rule,
                    role,
                    condition,
                    now,
                    None if episode is None else episode.episode_id,
                    None,
                    {prop: facts.get(prop, 0) for prop in condition.facts},
                    {prop: sources[prop] for prop in condition.facts if prop in sources},
                    truth,
                )
            )
        cited = [sources[prop] for prop in condition.facts if prop in sources]
        extra += _kept_grace(condition, episode)
        if len(cited) + len(extra) > 1:
            cited = list(dict.fromkeys((*cited, *extra)))
        unknown: tuple[str, ...] = ()
        if truth == MAYBE:
            unknown = merged_ids(self._named(prop) for prop in terms.doubts(condition.node, facts))
        answer = truth, tuple(cited or extra), unknown
        if self._remembers and not condition.moves:
            answers[condition.number] = answer
        return answer

    def _named(self, prop: Prop) -> str:
        """What to call a fact that cannot be told."""
        if prop.what in ("marker", "concern"):
            return f"{prop.what} {prop.value}"
        if prop.what == "has":
            return self.policy.watches[prop.number][0]
        if prop.what in _NAMES:
            return _NAMES[prop.what]
        return f"{prop.kind}.{prop.name}"

    def ask_entry(self, rule: str, role: Role, condition: Condition | None, entry: Entry) -> int:
        """Judge a condition on the fields of one entry."""
        if condition is None:
            return YES
        asked = (entry.entry_id, condition.number)
        found = self._entry_answers.get(asked)
        if found is not None:
            return found
        facts = self.entry_facts(entry)
        if self.coverage.limited:
            facts = self._observable(condition, facts, entry.at)
        truth = self.matcher.judge(condition, facts)
        if self.trace is not None:
            kept = {prop: facts.get(prop, 0) for prop in condition.facts}
            episode = self.by_entry.get(entry.entry_id)
            self.trace.append(
                Asked(
                    rule,
                    role,
                    condition,
                    entry.at,
                    None if episode is None else episode.episode_id,
                    entry.entry_id,
                    kept,
                    dict.fromkeys(kept, entry.entry_id),
                    truth,
                )
            )
        if self._remembers:
            self._entry_answers[asked] = truth
        return truth

    def entry_facts(self, entry: Entry) -> dict[Prop, int]:
        """Facts of one entry alone, for conditions on its fields."""
        facts = self._entry_facts.get(entry.entry_id)
        if facts is None:
            facts = self._entry_facts[entry.entry_id] = self.policy.entry_facts(entry)
        return facts

    def accepts(self, rule: str, kinds: Checks, entry: Entry) -> int:
        """Whether an entry is one of these kinds and says what it must."""
        return self.ask_entry(rule, "where", kinds[entry.kind], entry)

    def judge_fields(
        self, rule: str, condition: Condition, entry: Entry, facts: dict[Prop, int]
    ) -> int:
        """Judge whether required fields are in order, on facts of one or more entries."""
        if self.coverage.limited:
            facts = self._observable(condition, facts, entry.at)
        truth = self.matcher.judge(condition, facts)
        if self.trace is not None:
            kept = {prop: facts.get(prop, 0) for prop in condition.facts}
            episode = self.by_entry.get(entry.entry_id)
            episode_id = None if episode is None else episode.episode_id
            self.trace.append(
                Asked(
                    rule, "field", condition, entry.at, episode_id, entry.entry_id, kept, {}, truth
                )
            )
        return truth

    def _work_out(  # noqa: PLR0913 - what is asked, of whom, when, to what end
        self,
        condition: Condition,
        facts: dict[Prop, int],
        now: int,
        episode: Episode | None,
        cited: list[str],
        role: Role,
    ) -> None:
        """Fill in the facts that change with time alone."""
        calendar = self.policy.calendar
        for prop in condition.facts:
            if prop.what == "age":
                facts[prop] = UNKNOWN
                if self.born is not None:
                    at, ended_by = self._of_age(now, episode, role)
                    cited += ended_by
                    years = calendar.age(self.born[0], at)  # type: ignore[arg-type]
                    facts[prop] = years if years >= 0 else UNKNOWN
                    cited.append(self.born[1])
            elif prop.what == "lasted":
                facts[prop] = self._lasted(prop.number, now, episode)
                if episode is not None and episode.report is not None:
                    cited.append(episode.report.entry_id)
            elif prop.what in ("count_low", "count_high"):
                term, window, placed_by = self.policy.counts[prop.number]
                end = now if episode is None or not episode.legs else episode.placed(placed_by)
                number = 0
                for other in self.episodes:
                    since = (
                        other.counted.get(term.number)
                        if prop.what == "count_low"
                        else other.possible.get(term.number)
                    )
                    if since is None:
                        continue
                    placed = other.placed(placed_by)
                    if window is None or window.holds(placed, end):
                        number += 1
                        cited.extend((*since.cited, *since.before))
                facts[prop] = number

    def _of_age(self, now: int, episode: Episode | None, role: Role) -> tuple[int, tuple[str, ...]]:
        """When a child's age is taken: what an episode was, a later birthday does not change."""
        leg = None if episode is None else episode.leg(now)
        if role not in ("term", "grace") or leg is None or leg.returned is None:
            return now, ()
        if now <= leg.returned:
            return now, ()
        return leg.returned, tuple(entry.entry_id for entry in leg.ended_by)

    def _lasted(self, number: int, now: int, episode: Episode | None) -> int:
        duration, since = self.policy.lasted[number]
        leg = None if episode is None else episode.leg(now)
        if leg is None:
            return UNKNOWN
        start: object = leg.start
        if since == "missing_since":
            start = leg.report.fields.get("missing_since")
            if not isinstance(start, int):
                return UNKNOWN
        assert isinstance(start, int)  # noqa: S101 - the log holds instants as numbers
        end = now if leg.found is None else min(now, leg.found)
        calendar = self.policy.calendar
        if end >= calendar.reached(start, duration, strict=True):
            return terms.ABOVE
        return terms.AT if end >= calendar.reached(start, duration, strict=False) else terms.BELOW

    def _observable(
        self, condition: Condition, facts: dict[Prop, int], now: int
    ) -> dict[Prop, int]:
        """Replace "no" by unknown where the source could not have shown otherwise."""
        patched = None
        for prop in condition.facts:
            value = facts.get(prop, 0)
            if value or prop.what in ("grace", "lasted", "count_low", "count_high", "unnamed"):
                continue
            if prop.scope == "entry":
                if not self.coverage.lacks_field(prop.kind, prop.name):
                    continue
            elif all(
                self.coverage.holds(kind, now, now)
                and not (prop.name and self._has_no_place(prop, kind))
                for kind in self._kinds_of(prop)
            ):
                continue
            if patched is None:
                patched = dict(facts)
            patched[prop] = UNKNOWN
        return facts if patched is None else patched

    def _has_no_place(self, prop: Prop, kind: str) -> bool:
        """Whether the source has no place for a field, so that nothing can be told from silence.

        That an attribute is *not recorded* can be told: it is a state of its own, and true of it.
        """
        if not self.coverage.lacks_field(kind, prop.name):
            return False
        field = self.policy.vocabulary.kinds[kind].fields.get(prop.name)
        return prop.what != "recorded" or field is None or not field.open

    def _kinds_of(self, prop: Prop) -> tuple[str, ...]:
        if prop.what == "marker":
            return ("marker_added",)
        if prop.what == "concern":
            return ("concern_noted",)
        if prop.what == "has":
            return (self.policy.watches[prop.number][0],)
        if prop.what == "age":
            return ("born",)
        return (prop.kind,)

    # -- times of grace

    def _graces(self, episode: Episode, now: int) -> None:
        if not episode.legs or now < episode.legs[0].start:
            return
        for number, (first, rest, within) in enumerate(self.policy.graces):
            if self._idle(first, episode) and self._idle(rest, episode):
                continue
            prop = self.index.grace_props[number]
            state = episode.facts.get(prop, 0)
            truth, cited, _ = self.ask("", "grace", first, now, episode)
            if truth != YES:
                if state:
                    episode.grace_start.pop(number, None)
                    episode.grace_kept.pop(number, None)
                    self._set_grace(episode, prop, 0)
                continue
            if state == 0:
                self._set_grace(episode, prop, terms.RUNNING)
                episode.grace_start[number] = now
                if cited:
                    episode.sources[prop] = cited[0]
                self._push(now + within.us, GraceOver(episode, number, now))
                state = terms.RUNNING
            if state == terms.RUNNING:
                truth, cited, _ = self.ask("", "grace", rest, now, episode)
                if truth == YES:
                    episode.grace_kept[number] = cited
                    self._set_grace(episode, prop, terms.KEPT)

    def _set_grace(self, episode: Episode, prop: Prop, state: int) -> None:
        """Note how a time of grace stands, which some conditions rest on."""
        episode.facts[prop] = state
        forget(episode.answers, self.index.resting.get(prop, ()))

    def _end_grace(self, ended: GraceOver, now: int) -> None:
        episode, number = ended.episode, ended.number
        prop = self.index.grace_props[number]
        current = episode.grace_start.get(number) == ended.started
        if not current or episode.facts.get(prop) != terms.RUNNING:
            return
        truth, cited, _ = self.ask("", "grace", self.policy.graces[number][1], now, episode)
        state = {YES: terms.KEPT, NO: terms.LAPSED, MAYBE: UNKNOWN}[truth]
        episode.grace_kept[number] = cited
        self._set_grace(episode, prop, state)
        episode.stirred = True

    # -- counting

    def _count(
        self, moment: Moment, stirred: list[Episode]
    ) -> tuple[list[Episode], dict[int, Change]]:
        """Find the episodes that begin to count, by the number of the term that counts them.

        Where a condition rests on how many count, it is asked again of every episode: these are
        returned as well.
        """
        changed: dict[int, Change] = {}
        while self._begin_to_count(moment.at, stirred, changed):
            self.stirred = True
            for episode in self.episodes:
                episode.stirred = True
                moment.touch(episode)
            stirred = self._settle_graces(moment)
        return stirred, changed

    def _begin_to_count(self, now: int, stirred: list[Episode], changed: dict[int, Change]) -> bool:
        """Note the episodes that begin to count; true if a condition rests on their number."""
        told = False
        for term in self.index.count_terms:
            # A term that counts episodes by another term may change for every episode.
            asked = self.episodes if term.counts and changed else stirred
            for episode in asked:
                if term.number in episode.counted or self._idle(term, episode):
                    continue
                truth, cited = self._counts(term, episode, now)
                before = episode.not_yet.get(term.number, ())
                if truth != YES:
                    episode.not_yet[term.number] = merged_ids(before, cited)
                if truth == NO:
                    continue
                since = Since(now, cited, before)
                sure, maybe = changed.setdefault(term.number, ([], []))
                if truth == YES:
                    episode.counted[term.number] = since
                    sure.append(episode)
                elif term.number not in episode.possible:
                    maybe.append(episode)
                else:
                    continue
                told |= term.number in self.index.inner
                episode.possible.setdefault(term.number, since)
        return told

    def _counts(self, term: Condition, episode: Episode, now: int) -> tuple[int, tuple[str, ...]]:
        """Whether an episode counts at a moment; without a report it only may."""
        if not episode.legs:
            if now < episode.story.entries[0].at:
                return NO, ()
            told = (entry.entry_id for entry in episode.story.entries)
            return MAYBE, merged_ids(told, episode.story.corrections)
        if now < episode.legs[0].start:
            return NO, ()
        truth, cited, _ = self.ask("", "term", term, now, episode)
        report = episode.legs[0].report.entry_id
        leg = episode.leg(now)
        again = episode.frame(leg) if leg is not None and leg.number else ()
        behind = (report, *cited, *again, *self._grace_sources(term, episode))
        return truth, merged_ids(behind, episode.story.corrections)

    def _note_counts(self, changed: Mapping[int, Change], moment: Moment) -> None:
        """Note for every duty that rests on them that episodes began to count."""
        for duty, trigger in self.index.on_count:
            change = changed.get(trigger.term.number)
            if change is not None and any(change) and duty.in_force(moment.at):
                self._counted(duty, trigger, change, moment)

    def _counted(
        self,
        duty: Duty,
        trigger: OnCount,
        change: Change,
        moment: Moment,
    ) -> None:
        """Note that episodes began to count for a duty, or what grade their number demands."""
        now = moment.at
        sure, maybe = change
        if trigger.placed_by == "missing_since":
            for episode in (*sure, *maybe):
                if episode.legs and "missing_since" not in episode.legs[0].report.fields:
                    self._missing_since(episode, episode.legs[0], duty)
        latest = max(sure or maybe, key=lambda e: (e.placed(trigger.placed_by), e.episode_id))
        truth, cited, unknown = self.ask(duty.rule, "if", duty.condition, now, latest)
        if not isinstance(duty.effect, Floor):
            counted = CountMoment(duty, trigger, now, sure, maybe, truth, cited, unknown)
            self.counts.append(counted)
            self._start_watching(duty, None, now)
            return
        number = trigger.term.number
        if not sure:
            return
        window = fullest(trigger, sure, lambda e: number in e.counted, self.line(trigger))
        if len(window.inside) >= trigger.number:
            since = [e.counted[number] for e in window.inside]
            evidence = merged_ids(*((*each.cited, *each.before) for each in since))
            for episode, leg in self._missing(now):
                moment.touch(episode)
                moment.demands.append(Demand(duty, episode, leg.report, YES, evidence))

    def _grace_sources(self, term: Condition, episode: Episode) -> Iterator[str]:
        """Entries behind the parts of a condition that a time of grace hides."""
        for number in term.graces:
            rest = self.policy.graces[number][1]
            for prop in rest.facts:
                if prop in episode.sources:
                    yield episode.sources[prop]

    # -- triggers

    def _fire(self, entry: Entry, moment: Moment) -> None:
        now = moment.at
        episode = self.by_entry.get(entry.entry_id)
        leg = None if episode is None else episode.leg(now)
        if entry.kind == "returned" and leg is not None and leg.back is not entry:
            return  # the same return, entered again
        for duty, trigger in self.index.on_entry.get(entry.kind, ()):
            if not duty.in_force(now):
                continue
            truth, where = YES, trigger.kinds[entry.kind]
            if where is not None:
                truth = self.ask_entry(duty.rule, "where", where, entry)
                if truth == NO:
                    continue
            if episode is not None or duty.per == "child" or self._either(entry):
                self._open(duty, episode, now, entry, truth)
                continue
            for other, _ in self._missing(now):
                self._open(duty, other, now, entry, truth)
        if episode is not None and leg is not None and leg.report is entry:
            self._gaps(episode, leg, moment)

    def _missing(self, now: int) -> Iterator[tuple[Episode, Leg]]:
        """Episodes in which the child has not been found at a moment."""
        for episode in self.episodes:
            leg = episode.leg(now)
            if leg is not None and (leg.found is None or leg.found > now):
                yield episode, leg

    def _either(self, entry: Entry) -> bool:
        """Whether an entry could have named an episode; without one it is about the child."""
        return self.policy.vocabulary.kinds[entry.kind].home == "either"

    def _gaps(self, episode: Episode, leg: Leg, moment: Moment) -> None:
        """Open the duties of a report that came too long after the child went missing."""
        now = moment.at
        since = leg.report.fields.get("missing_since")
        for duty, trigger in self.index.on_gap:
            if not duty.in_force(now):
                continue
            truth = MAYBE
            if not isinstance(since, int):
                self._missing_since(episode, leg, duty)
            elif self.policy.calendar.reached(since, trigger.duration, trigger.strict) <= now:
                truth = YES
            else:
                continue
            unknown = () if truth == YES else ("missing_since",)
            if isinstance(duty.effect, Floor):
                moment.demands.append(Demand(duty, episode, leg.report, truth, unknown=unknown))
            else:
                self._open(duty, episode, now, leg.report, truth, unknown=unknown, slot=now)

    def _open(  # noqa: PLR0913 - everything that an opening is
        self,
        duty: Duty,
        episode: Episode | None,
        now: int,
        anchor: Entry,
        truth: int,
        *,
        unknown: tuple[str, ...] = (),
        slot: int = 0,
    ) -> None:
        """Note that a duty arises, or may, unless its condition does not hold."""
        leg = None if episode is None else episode.leg(now)
        if leg is not None and duty.ends is not None:
            end = leg.end(duty.ends)
            if end is not None and end <= now:
                return
        holds, rests_on, not_known = ALWAYS
        if duty.condition is not None:
            holds, rests_on, not_known = self.ask(duty.rule, "if", duty.condition, now, episode)
            if holds == NO:
                return
        names: tuple[str, ...] = ()
        if isinstance(duty.effect, Recorded) and duty.effect.names_known:
            names, behind = self._warnings(duty.effect, episode)
            rests_on = (*rests_on, *behind)
        if truth == MAYBE and not unknown:
            unknown = (f"fields of {anchor.kind}",)
        learned = max(now, anchor.known, self.known(rests_on) if rests_on else now)
        if episode is not None:
            rests_on = (*rests_on, *episode.frame(leg))
        subject = None if duty.per == "child" else episode
        self.openings.append(
            Opening(
                duty=duty,
                episode=subject,
                leg=0 if subject is None or leg is None else leg.number,
                at=now,
                known=learned,
                anchor=anchor,
                truth=MAYBE if MAYBE in (truth, holds) else YES,
                cited=rests_on,
                unknown=merged_ids(unknown, not_known),
                names=names,
                slot=slot,
            )
        )
        if duty.watched:
            self._start_watching(duty, subject, now)

    def _warnings(
        self, effect: Recorded, episode: Episode | None
    ) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Markers and concerns that are to be named, and the entries by which they are known."""
        known: dict[str, str] = {}
        behind: tuple[str, ...] = ()
        if "markers" in effect.names_known:
            known |= self.markers
            behind = tuple(self.lifted.values())
        if "concerns" in effect.names_known and episode is not None:
            known |= episode.concerns
        return tuple(sorted(known)), (*behind, *known.values())

    # -- releases

    def _start_watching(self, duty: Duty, episode: Episode | None, now: int) -> None:
        key = None if episode is None else episode.episode_id
        for condition in duty.watched:
            watched = self._watching.setdefault(key, {})
            if condition.number not in watched:
                watched[condition.number] = condition
                answer = self.ask("", "unless", condition, now, episode)
                self.releases[condition.number, key] = [(now, answer)]

    def _watch(self, episode: Episode | None, now: int) -> None:
        key = None if episode is None else episode.episode_id
        for number, condition in self._watching.get(key, {}).items():
            if not self._idle(condition, episode):
                answer = self.ask("", "unless", condition, now, episode)
                if answer is not self.releases[number, key][-1][1]:
                    self.releases[number, key].append((now, answer))

    # -- repeating duties

    def _pulse(self, episode: Episode, now: int) -> None:
        """Note how the repeating duties of an open episode stand from this moment on."""
        leg = episode.leg(now)
        if leg is None:
            return
        for editions in self.index.on_every:
            duty = in_force(editions, now)
            rule = editions[0].rule
            if duty is None:
                pulses = self.pulses.get((rule, episode, leg.number))
                if pulses:
                    last, pulse = pulses[-1]
                    pulses.append((last, Pulse(now, NO, pulse.interval, ())))
                continue
            end = leg.end(duty.ends)
            if end is not None and end < now:
                continue
            pulses = self.pulses.get((rule, episode, leg.number))
            if pulses is None:
                pulses = self.pulses[rule, episode, leg.number] = []
            same = bool(pulses) and pulses[-1][0] is duty
            if same and (
                all(self._idle(c, episode) for c in duty.asked)
                or self._answered(duty, episode) == self._beats.get((rule, episode))
            ):
                continue
            pulses.append((duty, self._beat(duty, episode, now)))
            self._beats[rule, episode] = self._answered(duty, episode)

    def _answered(self, duty: Duty, episode: Episode) -> object:
        """What a repeating duty stands on, as far as answers are remembered; else nothing equal."""
        if not self._remembers or duty.moves:
            return object()
        return [episode.answers.get(condition.number) for condition in duty.asked]

    def _beat(self, duty: Duty, episode: Episode, now: int) -> Pulse:
        """Ask whether a repeating duty applies, and at what interval."""
        truth, cited, unknown = self.ask(duty.rule, "if", duty.condition, now, episode)
        rests_on = list(cited)
        for form in duty.unless:
            if isinstance(form, OnEntry):
                continue
            released, because, not_known = self.ask(duty.rule, "unless", form, now, episode)
            rests_on.extend(because)
            unknown += not_known
            if released == YES or truth == NO:
                truth = NO
            elif released == MAYBE:
                truth = MAYBE
        trigger = duty.every
        assert trigger is not None  # noqa: S101 - the index holds nothing else
        interval = trigger.interval
        for condition, shorter in trigger.sooner:
            holds, because, _ = self.ask(duty.rule, "every", condition, now, episode)
            rests_on.extend(because)
            if holds == YES:
                interval = shorter
                break
        return Pulse(now, truth, interval, tuple(dict.fromkeys(rests_on)), unknown)
