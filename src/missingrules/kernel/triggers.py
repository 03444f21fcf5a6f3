"""What gives rise to a duty: an entry, a late report, an episode that lasts too long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.duties import Floor
from missingrules.finding import merged_ids
from missingrules.kernel.asking import ALWAYS, ask, ask_entry
from missingrules.kernel.grades import Demand
from missingrules.kernel.noted import Opening
from missingrules.kernel.watching import start_watching
from missingrules.terms import MAYBE, NO, YES

if TYPE_CHECKING:
    from missingrules.duties import Duty
    from missingrules.entry import Entry
    from missingrules.kernel.episode import Episode, Leg
    from missingrules.kernel.moments import Moment
    from missingrules.kernel.timers import StillOpen
    from missingrules.kernel.walk import Walk


def fire_still_open(walk: Walk, still: StillOpen, moment: Moment) -> None:
    """Open a duty on an episode that has lasted so long, if that can be told."""
    leg, truth, now = still.leg, YES, moment.at
    unknown: tuple[str, ...] = ()
    if leg.found is None and not walk.shows_end("open", leg.start, now):
        truth, unknown = MAYBE, ("whether the child was found",)
    if isinstance(still.duty.effect, Floor):
        moment.demands.append(Demand(still.duty, still.episode, leg.report, truth, unknown=unknown))
    else:
        _open(
            walk, still.duty, still.episode, leg, now, leg.report, truth, unknown=unknown, slot=now
        )


def fire(walk: Walk, entry: Entry, moment: Moment) -> None:
    """Open the duties that an entry gives rise to."""
    now = moment.at
    episode = walk.by_entry.get(entry.entry_id)
    leg = None if episode is None else episode.leg(now)
    if entry.kind == "returned" and leg is not None and leg.back is not entry:
        return  # the same return, entered again
    for duty, trigger in walk.index.on_entry.get(entry.kind, ()):
        if not duty.in_force(now):
            continue
        truth, where = YES, trigger.kinds[entry.kind]
        if where is not None:
            truth = ask_entry(walk, duty.rule, "where", where, entry)
            if truth == NO:
                continue
        if episode is not None or duty.per == "child" or _either(walk, entry):
            _open(walk, duty, episode, leg, now, entry, truth)
            continue
        for other, away in walk.missing(now):
            _open(walk, duty, other, away, now, entry, truth)
    if episode is not None and leg is not None and leg.report is entry:
        _fire_late_report(walk, episode, leg, moment)


def _either(walk: Walk, entry: Entry) -> bool:
    """Whether an entry could have named an episode; without one it is about the child."""
    return walk.policy.vocabulary.kinds[entry.kind].home == "either"


def _fire_late_report(walk: Walk, episode: Episode, leg: Leg, moment: Moment) -> None:
    """Open the duties of a report that came too long after the child went missing."""
    now = moment.at
    since = leg.report.fields.get("missing_since")
    for duty, trigger in walk.index.on_gap:
        if not duty.in_force(now):
            continue
        truth = MAYBE
        if not isinstance(since, int):
            walk.missing_since(episode, leg, duty)
        elif walk.policy.calendar.reached(since, trigger.duration, trigger.strict) <= now:
            truth = YES
        else:
            continue
        unknown = () if truth == YES else ("missing_since",)
        if isinstance(duty.effect, Floor):
            moment.demands.append(Demand(duty, episode, leg.report, truth, unknown=unknown))
        else:
            _open(walk, duty, episode, leg, now, leg.report, truth, unknown=unknown, slot=now)


def _open(  # noqa: PLR0913 - everything that an opening is
    walk: Walk,
    duty: Duty,
    episode: Episode | None,
    leg: Leg | None,
    now: int,
    anchor: Entry,
    truth: int,
    *,
    unknown: tuple[str, ...] = (),
    slot: int = 0,
) -> None:
    """Note that a duty arises, or may, unless its condition does not hold."""
    if leg is not None and duty.ends is not None:
        end = leg.end(duty.ends)
        if end is not None and end <= now:
            return
    holds, rests_on, not_known = ALWAYS
    if duty.condition is not None:
        holds, rests_on, not_known = ask(walk, duty.rule, "if", duty.condition, now, episode)
        if holds == NO:
            return
    names: tuple[str, ...] = ()
    if duty.names_known:
        names, behind = _warnings(walk, duty, episode)
        rests_on += behind
    if truth == MAYBE and not unknown:
        unknown = (f"fields of {anchor.kind}",)
    if not_known:
        unknown = merged_ids(unknown, not_known)
    learned = max(now, anchor.recorded, walk.known(rests_on) if rests_on else now)
    if episode is not None:
        rests_on += episode.frame(leg)
    subject = None if duty.per == "child" else episode
    walk.openings.append(
        Opening(
            duty=duty,
            episode=subject,
            leg=0 if subject is None or leg is None else leg.number,
            at=now,
            known=learned,
            anchor=anchor,
            truth=MAYBE if MAYBE in (truth, holds) else YES,
            cited=rests_on,
            unknown=unknown,
            names=names,
            slot=slot,
        )
    )
    if duty.watched:
        start_watching(walk, duty, subject, now)


def _warnings(
    walk: Walk, duty: Duty, episode: Episode | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Markers and concerns that are to be named, and the entries by which they are known."""
    known: dict[str, str] = {}
    behind: tuple[str, ...] = ()
    if "markers" in duty.names_known:
        known |= walk.markers
        behind = tuple(walk.lifted.values())
    if "concerns" in duty.names_known and episode is not None:
        known |= episode.concerns
    return tuple(sorted(known)), (*behind, *known.values())
