"""Episodes that begin to count, and the duties that rest on their number."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from missingrules.duties import Floor
from missingrules.finding import merged_ids
from missingrules.kernel.asking import ask
from missingrules.kernel.counting import fullest
from missingrules.kernel.episode import Since
from missingrules.kernel.graces import settle_graces
from missingrules.kernel.grades import Demand
from missingrules.kernel.noted import CountMoment
from missingrules.kernel.watching import start_watching
from missingrules.terms import MAYBE, NO, YES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from missingrules.duties import Duty, OnCount
    from missingrules.kernel.episode import Episode
    from missingrules.kernel.moments import Moment
    from missingrules.kernel.walk import Walk
    from missingrules.terms import Condition

Change: TypeAlias = "tuple[list[Episode], list[Episode]]"
"""Episodes that begin to count at a moment: surely, and possibly."""


def begin_to_count(
    walk: Walk, moment: Moment, stirred: list[Episode]
) -> tuple[list[Episode], dict[int, Change]]:
    """Find the episodes that begin to count, by the number of the term that counts them.

    Where a condition rests on how many count, it is asked again of every episode: these are
    returned as well.
    """
    changed: dict[int, Change] = {}
    while _begin(walk, moment.at, stirred, changed):
        walk.stirred = True
        for episode in walk.episodes:
            episode.stirred = True
            moment.touch(episode)
        stirred = settle_graces(walk, moment)
    return stirred, changed


def _begin(walk: Walk, now: int, stirred: list[Episode], changed: dict[int, Change]) -> bool:
    """Note the episodes that begin to count; true if a condition rests on their number."""
    told = False
    for term in walk.index.count_terms:
        for episode in stirred:
            if term.number in episode.counted or walk.idle(term, episode):
                continue
            truth, cited = _counts(walk, term, episode, now)
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
            told |= term.number in walk.index.inner
            episode.possible.setdefault(term.number, since)
    return told


def _counts(walk: Walk, term: Condition, episode: Episode, now: int) -> tuple[int, tuple[str, ...]]:
    """Whether an episode counts at a moment; without a report it only may."""
    if not episode.legs:
        if now < episode.story.entries[0].at:
            return NO, ()
        told = (entry.entry_id for entry in episode.story.entries)
        return MAYBE, merged_ids(told, episode.story.corrections)
    if now < episode.legs[0].start:
        return NO, ()
    truth, cited, _ = ask(walk, "", "term", term, now, episode)
    report = episode.legs[0].report.entry_id
    leg = episode.leg(now)
    again = episode.frame(leg) if leg is not None and leg.number else ()
    behind = (report, *cited, *again, *_grace_sources(walk, term, episode))
    return truth, merged_ids(behind, episode.story.corrections)


def note_counts(walk: Walk, changed: Mapping[int, Change], moment: Moment) -> None:
    """Note for every duty that rests on them that episodes began to count."""
    for duty, trigger in walk.index.on_count:
        change = changed.get(trigger.term.number)
        if change is not None and any(change) and duty.in_force(moment.at):
            _note(walk, duty, trigger, change, moment)


def _note(
    walk: Walk,
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
                walk.missing_since(episode, episode.legs[0], duty)
    latest = max(sure or maybe, key=lambda e: (e.placed(trigger.placed_by), e.episode_id))
    truth, cited, unknown = ask(walk, duty.rule, "if", duty.condition, now, latest)
    if not isinstance(duty.effect, Floor):
        counted = CountMoment(duty, trigger, now, sure, maybe, truth, cited, unknown)
        walk.counts.append(counted)
        start_watching(walk, duty, None, now)
        return
    number = trigger.term.number
    if not sure:
        return
    window = fullest(trigger, sure, lambda e: number in e.counted, walk.line(trigger))
    if len(window.inside) >= trigger.number:
        since = [e.counted[number] for e in window.inside]
        evidence = merged_ids(*((*each.cited, *each.before) for each in since))
        for episode, leg in walk.missing(now):
            moment.touch(episode)
            moment.demands.append(Demand(duty, episode, leg.report, YES, evidence))


def _grace_sources(walk: Walk, term: Condition, episode: Episode) -> Iterator[str]:
    """Entries behind the parts of a condition that a time of grace hides."""
    for number in term.graces:
        rest = walk.policy.graces[number][1]
        for prop in rest.facts:
            if prop in episode.sources:
                yield episode.sources[prop]
