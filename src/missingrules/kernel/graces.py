"""Times of grace: a term hides what would be counted at once, until it is over or is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules import terms
from missingrules.kernel.asking import ask
from missingrules.kernel.episode import forget
from missingrules.kernel.timers import GraceOver
from missingrules.terms import MAYBE, NO, UNKNOWN, YES

if TYPE_CHECKING:
    from missingrules.kernel.episode import Episode
    from missingrules.kernel.moments import Moment
    from missingrules.kernel.walk import Walk
    from missingrules.terms import Prop


def settle_graces(walk: Walk, moment: Moment) -> list[Episode]:
    """Begin and end times of grace; return the episodes whose facts may have changed."""
    always = walk.always
    if walk.policy.graces:
        for episode in moment.touched:
            if episode.stirred or always:
                _run(walk, episode, moment.at)
        for grace in moment.graces_over:
            _end(walk, grace, moment.at)
    return [episode for episode in moment.touched if episode.stirred or always]


def _run(walk: Walk, episode: Episode, now: int) -> None:
    if not episode.legs or now < episode.legs[0].start:
        return
    for number, (first, rest, within) in enumerate(walk.policy.graces):
        if walk.idle(first, episode) and walk.idle(rest, episode):
            continue
        prop = walk.index.grace_props[number]
        state = episode.facts.get(prop, 0)
        truth, cited, _ = ask(walk, "", "grace", first, now, episode)
        if truth != YES:
            if state:
                episode.grace_start.pop(number, None)
                episode.grace_kept.pop(number, None)
                _set(walk, episode, prop, 0)
            continue
        if state == 0:
            _set(walk, episode, prop, terms.RUNNING)
            episode.grace_start[number] = now
            if cited:
                episode.sources[prop] = cited[0]
            walk.push(now + within.us, GraceOver(episode, number, now))
            state = terms.RUNNING
        if state == terms.RUNNING:
            truth, cited, _ = ask(walk, "", "grace", rest, now, episode)
            if truth == YES:
                episode.grace_kept[number] = cited
                _set(walk, episode, prop, terms.KEPT)


def _set(walk: Walk, episode: Episode, prop: Prop, state: int) -> None:
    """Note how a time of grace stands, which some conditions rest on."""
    episode.facts[prop] = state
    forget(episode.answers, walk.index.resting.get(prop, ()))


def _end(walk: Walk, ended: GraceOver, now: int) -> None:
    episode, number = ended.episode, ended.number
    prop = walk.index.grace_props[number]
    current = episode.grace_start.get(number) == ended.started
    if not current or episode.facts.get(prop) != terms.RUNNING:
        return
    truth, cited, _ = ask(walk, "", "grace", walk.policy.graces[number][1], now, episode)
    state = {YES: terms.KEPT, NO: terms.LAPSED, MAYBE: UNKNOWN}[truth]
    episode.grace_kept[number] = cited
    _set(walk, episode, prop, state)
    episode.stirred = True
