"""When time alone changes something: a duration is over, a birthday comes, coverage ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from missingrules.duties import Duty
    from missingrules.kernel.episode import Episode, Leg
    from missingrules.kernel.walk import Walk


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


def set_timers(walk: Walk) -> None:
    """Set everything that a walk has to be woken for."""
    for episode in walk.episodes:
        _set_open_timers(walk, episode)
    if walk.index.moves or walk.index.borders or walk.limited:
        _set_ticks(walk)


def _set_open_timers(walk: Walk, episode: Episode) -> None:
    for duty, trigger in walk.index.on_open:
        for leg in episode.legs:
            start: object = leg.start
            if trigger.since == "missing_since":
                start = leg.report.fields.get("missing_since")
                if start is None:
                    walk.missing_since(episode, leg, duty)
                    start = leg.start
            assert isinstance(start, int)  # noqa: S101 - the log holds instants as numbers
            instant = max(
                walk.policy.calendar.reached(start, trigger.duration, trigger.strict), leg.start
            )
            if leg.found is not None and leg.found < instant:
                continue
            if not duty.in_force(instant):
                continue
            walk.push(instant, StillOpen(episode, duty, leg))


def _set_ticks(walk: Walk) -> None:
    """Make moments of the instants at which time alone changes what a condition rests on."""
    for at in _borders(walk):
        walk.push(at, Tick(None))
    for episode in walk.episodes:
        for leg in episode.legs:
            instants: set[int] = set()
            for duration, since in walk.policy.lasted:
                start = leg.start if since == "reported" else leg.report.fields.get(since)
                if isinstance(start, int):
                    for strict in (False, True):
                        instants.add(walk.policy.calendar.reached(start, duration, strict))
            instants |= _birthdays(walk)
            for at in instants:
                if leg.start < at and (leg.returned is None or at <= leg.returned):
                    walk.push(at, Tick(episode))


def _borders(walk: Walk) -> set[int]:
    """Instants at which a fact of the child changes with time alone."""
    borders = set(walk.index.borders)
    if walk.limited:
        borders |= walk.coverage.borders()
    if walk.index.drifts:
        borders |= _birthdays(walk) | _edges_of_windows(walk)
    return borders


def _birthdays(walk: Walk) -> set[int]:
    calendar = walk.policy.calendar
    return {
        calendar.birthday(entry.fields["date_of_birth"], years)  # type: ignore[arg-type]
        for entry in walk.by_kind.get("born", ())
        for years in walk.index.ages
    }


def _edges_of_windows(walk: Walk) -> set[int]:
    """Instants at which an episode enters or leaves a window that ends with the present."""
    edges: set[int] = set()
    for _, window, placed_by in walk.policy.counts:
        if window is not None:
            placed = {episode.placed(placed_by) for episode in walk.episodes}
            edges |= placed | {at for each in placed if (at := window.leaves(each)) is not None}
    return edges
