"""Walk through one child's history, moment by moment, and note where duties arise.

A moment is one instant with everything of that instant applied: entries, times of grace that end,
and durations that are reached. Conditions are read after all of it, so that no answer depends on
the order of entries inside a moment.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from missingrules.kernel.asking import ask_entry
from missingrules.kernel.counted import begin_to_count, note_counts
from missingrules.kernel.graces import settle_graces
from missingrules.kernel.grades import Demand, bind_grades
from missingrules.kernel.timers import GraceOver, StillOpen, set_timers
from missingrules.kernel.triggers import fire, fire_still_open
from missingrules.kernel.watching import pulse, watch
from missingrules.record import place
from missingrules.terms import NO, UNKNOWN, YES
from missingrules.vocabulary import GRADES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missingrules.entry import Entry
    from missingrules.kernel.episode import Episode
    from missingrules.kernel.walk import Walk
    from missingrules.record import Place
    from missingrules.terms import Prop

Event: TypeAlias = "tuple[int, Place, Entry, bool, bool]"
"""Instant, place in the record, entry; whether it happens then, and whether it becomes known."""

_PAIRS: Final = {
    "marker_added": ("marker_added", "marker_removed"),
    "marker_removed": ("marker_added", "marker_removed"),
}
"""Kinds of entry that undo one another: what is known by them is worked out together."""


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

    def touch(self, episode: Episode) -> None:
        """Take an episode in, with the grade that it had before."""
        self.touched.setdefault(episode, episode.grade)


def walk_through(walk: Walk) -> Walk:
    """Walk to ``as_of``, once."""
    set_timers(walk)
    events = _events(walk)
    place, total = 0, len(events)
    while place < total or walk.timers:
        now = events[place][0] if place < total else walk.timers[0][0]
        timed = bool(walk.timers) and walk.timers[0][0] <= now
        if timed:
            now = walk.timers[0][0]
        if now > walk.as_of:
            break
        first, matters = place, timed or walk.always
        while place < total and events[place][0] == now:
            matters = matters or _matters(walk, events[place])
            place += 1
        if matters:
            _pass(walk, now, events[first:place])
    return walk


def _events(walk: Walk) -> list[Event]:
    """Give everything that happens or becomes known, in order.

    What becomes known at one instant, as all of a night does, is taken in as it happened.
    """
    events: list[Event] = []
    for entry in walk.entries:
        if entry.recorded > entry.at:
            events.append((entry.at, place(entry), entry, True, False))
            events.append((entry.recorded, place(entry), entry, False, True))
        else:
            events.append((entry.at, place(entry), entry, True, True))
    events.sort()  # no two are alike in the first two
    return events


def _matters(walk: Walk, event: Event) -> bool:
    """Whether an event can change anything on the way, and not just answer a duty."""
    _, _, entry, happens, becomes_known = event
    if (happens and entry.kind in walk.policy.matter[False]) or (
        becomes_known and entry.kind in walk.policy.matter[True]
    ):
        return True
    episode = walk.by_entry.get(entry.entry_id)
    if episode is None:
        return any(each.stirred or each.fell_short for each in walk.episodes)
    return episode.stirred or episode.fell_short or not episode.legs


def _pass(walk: Walk, now: int, events: Sequence[Event]) -> None:
    """Apply everything of one instant, then see what follows from it."""
    moment = _applied(walk, now, events)
    stirred = settle_graces(walk, moment)
    if stirred:
        stirred, changed = begin_to_count(walk, moment, stirred)
        if changed:
            note_counts(walk, changed, moment)
    for entry in moment.happened:
        fire(walk, entry, moment)
    for still in moment.still_open:
        fire_still_open(walk, still, moment)
    if walk.index.on_floor:
        kinds = walk.index.floor_kinds
        bears = bool(moment.demands) or any(event[2].kind in kinds for event in events)
        for episode in moment.touched:
            if bears or episode.fell_short:
                bind_grades(walk, episode, moment)
    for episode in stirred:
        pulse(walk, episode, now)
        watch(walk, episode, now)
        episode.stirred = False
    if walk.stirred or walk.always:
        watch(walk, None, now)
    walk.stirred = False


def _applied(walk: Walk, now: int, events: Sequence[Event]) -> Moment:
    """Apply the entries of a moment, and find the episodes that it concerns."""
    moment = Moment(now)
    child_changed = False
    # A report lets what is on record of the time away before be forgotten, and not what is of its
    # own instant.
    for _, _, entry, happens, becomes_known in sorted(events, key=_is_no_report):
        episode = walk.by_entry.get(entry.entry_id)
        if episode is None:
            child_changed = True
        else:
            moment.touch(episode)
        if happens:
            if episode is not None and not episode.legs:
                episode.stirred = True  # without a report, what is told of it begins it
            _apply(walk, entry, episode, known=False)
        if becomes_known:
            _apply(walk, entry, episode, known=True)
    moment.happened = [entry for _, _, entry, happens, _ in events if happens]
    moment.learned = [entry for _, _, entry, _, becomes_known in events if becomes_known]
    _ring(walk, moment)
    if walk.stirred:
        for episode in walk.episodes:
            moment.touch(episode)
    elif child_changed:
        _touch_live(walk, moment)
    return moment


def _is_no_report(event: Event) -> bool:
    return event[2].kind != "reported"


def _ring(walk: Walk, moment: Moment) -> None:
    """Take in what the timers of a moment were set for."""
    while walk.timers and walk.timers[0][0] == moment.at:
        timer = heapq.heappop(walk.timers)[2]
        for episode in walk.episodes if timer.episode is None else (timer.episode,):
            moment.touch(episode)
        if isinstance(timer, GraceOver):
            moment.graces_over.append(timer)
        elif isinstance(timer, StillOpen):
            moment.still_open.append(timer)


def _touch_live(walk: Walk, moment: Moment) -> None:
    """Take in the episodes that something about the child can still bear on."""
    for episode in walk.episodes:
        leg = episode.leg(moment.at)
        away = leg is not None and (leg.returned is None or leg.returned > moment.at)
        if away or episode.episode_id in walk.watching:
            moment.touch(episode)


def _apply(walk: Walk, entry: Entry, episode: Episode | None, *, known: bool) -> None:
    """Bring facts up to date with an entry: when it happens, and when it is ``known``."""
    if entry.kind == "reported" and episode is not None and not _began(entry, episode, known=known):
        return
    if entry.kind in walk.policy.setters[known]:
        _set_facts(walk, entry, episode, known=known)
        if known and _is_late(walk, entry, episode):
            _work_out_again(walk, entry, episode)
    if known:
        _warn(walk, entry, episode)
        return
    if entry.kind == "graded" and episode is not None:
        episode.grade = (GRADES.index(str(entry.fields["grade"])), entry)
    elif entry.kind == "born":
        walk.born = (entry.fields["date_of_birth"], entry.entry_id)
        walk.stir("child", None, ())  # how old the child is bears on every episode
    for prop, check in walk.policy.watched.get(entry.kind, ()):
        truth = YES if check is None else ask_entry(walk, "", "watch", check, entry)
        if truth != NO:
            _has(walk, prop, truth, entry, episode)


def _set_facts(walk: Walk, entry: Entry, episode: Episode | None, *, known: bool) -> None:
    """Set the facts that an entry of this kind changes, of its episode or of the child."""
    setters = walk.policy.setters[known][entry.kind]
    for setter, scope in setters:
        for facts, sources in _reach(walk, scope, episode):
            setter(facts, sources, entry)
    for scope in {scope for _, scope in setters}:
        walk.stir(scope, episode, walk.policy.bearing[known].get(entry.kind, ()))


def _is_late(walk: Walk, entry: Entry, episode: Episode | None) -> bool:
    """Say whether something of this kind that happened afterwards is known already."""
    if entry.kind not in walk.policy.known_props:
        return False
    key = (_PAIRS.get(entry.kind, (entry.kind,))[0], _home(walk, entry, episode))
    latest, own = walk.latest.get(key), place(entry)
    if latest is None or latest < own:
        walk.latest[key] = own
        return False
    return True


def _work_out_again(walk: Walk, entry: Entry, episode: Episode | None) -> None:
    """Put what is known by entries of a kind in the order in which it happened."""
    kinds, home = _PAIRS.get(entry.kind, (entry.kind,)), _home(walk, entry, episode)
    setters = walk.policy.setters[True]
    reaches = {scope for kind in kinds for _, scope in setters.get(kind, ())}
    for facts, _ in (each for scope in reaches for each in _reach(walk, scope, home)):
        for prop in walk.policy.known_props[entry.kind]:
            facts.pop(prop, None)
    leg = None if home is None else home.leg(entry.at)
    known = (
        each
        for kind in kinds
        for each in (walk.by_kind.get(kind, ()) if home is None else walk.own(kind, home))
        if each.known <= entry.known
        and (home is None or each.kind != "reported" or home.leg(each.at) is leg)
    )
    for each in sorted(known, key=place):
        for setter, scope in setters.get(each.kind, ()):
            for facts, sources in _reach(walk, scope, home):
                setter(facts, sources, each)


def _home(walk: Walk, entry: Entry, episode: Episode | None) -> Episode | None:
    """Give the episode that entries of a kind are about; None for what may be about the child."""
    return episode if walk.policy.vocabulary.kinds[entry.kind].home == "episode" else None


def _began(entry: Entry, episode: Episode, *, known: bool) -> bool:
    """Let a report begin its time away; False if it was entered when that was long over."""
    leg = episode.leg(entry.at)
    if leg is not None and leg.number and leg.report is entry:
        episode.begin_again(known=known)
    episode.stirred = True
    # What was entered when the next time away had begun says nothing of that one.
    return not known or episode.leg(entry.known) is leg


def _warn(walk: Walk, entry: Entry, episode: Episode | None) -> None:
    """Keep the markers and concerns that are known, for duties to name them."""
    if entry.kind in _PAIRS:
        marker = str(entry.fields["marker"])
        if place(entry) < walk.last_of_marker.get(marker, place(entry)):
            return
        walk.last_of_marker[marker] = place(entry)
    if entry.kind == "marker_added":
        walk.markers[str(entry.fields["marker"])] = entry.entry_id
        walk.lifted.pop(str(entry.fields["marker"]), None)
    elif entry.kind == "marker_removed":
        walk.markers.pop(str(entry.fields["marker"]), None)
        walk.lifted[str(entry.fields["marker"])] = entry.entry_id
    elif entry.kind == "concern_noted" and episode is not None:
        episode.concerns[str(entry.fields["concern"])] = entry.entry_id


def _has(walk: Walk, prop: Prop, truth: int, entry: Entry, episode: Episode | None) -> None:
    """Note that an entry of a kind that conditions ask for is on the record, or may be."""
    walk.stir(prop.scope, episode, walk.index.resting.get(prop, ()))
    for facts, sources in _reach(walk, prop.scope, episode):
        if truth == YES or facts.get(prop) != YES:
            facts[prop] = YES if truth == YES else UNKNOWN
            sources[prop] = entry.entry_id


def _reach(
    walk: Walk, scope: str, episode: Episode | None
) -> list[tuple[dict[Prop, int], dict[Prop, str]]]:
    """Whose facts an entry changes: an episode's, or the child's, which all episodes share."""
    if scope == "episode" and episode is not None:
        return [(episode.facts, episode.sources)]
    return [(walk.facts, walk.sources), *((e.facts, e.sources) for e in walk.episodes)]
