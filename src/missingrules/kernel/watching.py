"""What is watched once a duty is open: what releases from it, and how often it falls due."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.duties import OnEntry, in_force
from missingrules.kernel.asking import ask
from missingrules.kernel.noted import Pulse
from missingrules.terms import MAYBE, NO, YES

if TYPE_CHECKING:
    from missingrules.duties import Duty
    from missingrules.kernel.episode import Episode
    from missingrules.kernel.walk import Walk


def start_watching(walk: Walk, duty: Duty, episode: Episode | None, now: int) -> None:
    """Watch what releases from a duty that arose, or may have, from now on."""
    key = None if episode is None else episode.episode_id
    for condition in duty.watched:
        watched = walk.watching.setdefault(key, {})
        if condition.number not in watched:
            watched[condition.number] = condition
            answer = ask(walk, "", "unless", condition, now, episode)
            walk.releases[condition.number, key] = [(now, answer)]


def watch(walk: Walk, episode: Episode | None, now: int) -> None:
    """Note how each condition that is watched stands, where it may have changed."""
    key = None if episode is None else episode.episode_id
    for number, condition in walk.watching.get(key, {}).items():
        if not walk.idle(condition, episode):
            answer = ask(walk, "", "unless", condition, now, episode)
            if answer is not walk.releases[number, key][-1][1]:
                walk.releases[number, key].append((now, answer))


def pulse(walk: Walk, episode: Episode, now: int) -> None:
    """Note how the repeating duties of an open episode stand from this moment on."""
    leg = episode.leg(now)
    if leg is None:
        return
    for editions in walk.index.on_every:
        duty = in_force(editions, now)
        rule = editions[0].rule
        if duty is None:
            pulses = walk.pulses.get((rule, episode, leg.number))
            if pulses:
                last, pulse = pulses[-1]
                pulses.append((last, Pulse(now, NO, pulse.interval, ())))
            continue
        end = leg.end(duty.ends)
        if end is not None and end < now:
            continue
        pulses = walk.pulses.get((rule, episode, leg.number))
        if pulses is None:
            pulses = walk.pulses[rule, episode, leg.number] = []
        same = bool(pulses) and pulses[-1][0] is duty
        if same and (
            not duty.asked
            or walk.idle(duty, episode)
            or _answered(walk, duty, episode) == walk.beats.get((rule, episode))
        ):
            continue
        pulses.append((duty, _beat(walk, duty, episode, now)))
        walk.beats[rule, episode] = _answered(walk, duty, episode)


def _answered(walk: Walk, duty: Duty, episode: Episode) -> object:
    """What a repeating duty stands on, as far as answers are remembered; else nothing equal."""
    if not walk.remembers or duty.moves:
        return object()
    return [episode.answers.get(condition.number) for condition in duty.asked]


def _beat(walk: Walk, duty: Duty, episode: Episode, now: int) -> Pulse:
    """Ask whether a repeating duty applies, and at what interval."""
    truth, cited, unknown = ask(walk, duty.rule, "if", duty.condition, now, episode)
    rests_on = list(cited)
    for form in duty.unless:
        if isinstance(form, OnEntry):
            continue
        released, because, not_known = ask(walk, duty.rule, "unless", form, now, episode)
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
        holds, because, _ = ask(walk, duty.rule, "every", condition, now, episode)
        rests_on.extend(because)
        if holds == YES:
            interval = shorter
            break
    return Pulse(now, truth, interval, tuple(dict.fromkeys(rests_on)), unknown)
