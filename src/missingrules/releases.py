"""What releases from a duty before its deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.duties import OnEntry
from missingrules.terms import MAYBE, YES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.log import Entry
    from missingrules.moments import Walk
    from missingrules.obligation import Obligation
    from missingrules.terms import Condition


def concerns(walk: Walk, obligation: Obligation, entry: Entry) -> bool:
    """Whether an entry is about the subject of an obligation."""
    episode = walk.by_entry.get(entry.entry_id)
    return obligation.episode is None or episode is None or episode is obligation.episode


def find_release(walk: Walk, obligation: Obligation) -> None:
    """Find the first moment up to the deadline at which the rule's ``unless`` holds."""
    forms = obligation.duty.unless
    if not forms:
        return
    hits = [hit for form in forms for hit in _hits(walk, form, obligation)]
    hits = [hit for hit in hits if obligation.in_time(hit[0])]
    if hits:
        obligation.release, cited = min(hits, key=lambda hit: hit[0])
        obligation.cited.extend(cited)
    else:
        obligation.unsure = list(_unsure(walk, obligation))
    for form in forms:
        if not isinstance(form, OnEntry):
            for at, _, _, cited in _states(walk, form, obligation):
                if obligation.in_time(at):
                    obligation.cited.extend(cited)


def _hits(
    walk: Walk, form: OnEntry | Condition, obligation: Obligation
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Give the moments from the opening on at which this form releases, and the entries behind."""
    if not isinstance(form, OnEntry):
        for at, until, truth, cited in _states(walk, form, obligation):
            if truth == YES and until > obligation.opened:
                yield max(at, obligation.opened), cited
        return
    for kind in form.kinds:
        for entry in walk.by_kind.get(kind, ()):
            if (
                entry.at >= obligation.accept_from
                and concerns(walk, obligation, entry)
                and walk.accepts(obligation.duty.rule, form.kinds, entry) == YES
            ):
                yield entry.at, (entry.entry_id,)


def _states(
    walk: Walk, form: Condition, obligation: Obligation
) -> list[tuple[int, int, int, tuple[str, ...]]]:
    """Give from when until when a releasing condition stood how, and on which entries.

    What is asked after a child was reported missing again says nothing of the time away before.
    """
    episode, end = obligation.episode, walk.as_of + 1
    key = None if episode is None else episode.episode_id
    if episode is not None and obligation.leg + 1 < len(episode.legs):
        end = episode.legs[obligation.leg + 1].start
    asked = [each for each in walk.releases.get((form.number, key), ()) if each[0] < end]
    ends = (*(at for at, _, _ in asked[1:]), end)
    return [
        (at, until, truth, cited) for (at, truth, cited), until in zip(asked, ends, strict=False)
    ]


def _unsure(walk: Walk, obligation: Obligation) -> Iterator[str]:
    """Name the releases that the source could not show, or that hang on the unrecorded."""
    until = walk.as_of if obligation.last is None else min(obligation.last, walk.as_of)
    for form in obligation.duty.unless:
        if isinstance(form, OnEntry):
            for kind in form.kinds:
                if not walk.coverage.holds(kind, obligation.accept_from, until):
                    yield kind
        else:
            seen = [state for state in _states(walk, form, obligation) if state[0] <= until]
            if seen and seen[-1][2] == MAYBE:
                yield "what would release from it"
