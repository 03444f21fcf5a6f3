"""What releases from a duty before its deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.duties import OnEntry
from missingrules.kernel.asking import accepts
from missingrules.terms import MAYBE, YES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.kernel.noted import State
    from missingrules.kernel.obligation import Obligation
    from missingrules.kernel.walk import Walk
    from missingrules.log import Entry
    from missingrules.terms import Condition


def concerns(walk: Walk, obligation: Obligation, entry: Entry) -> bool:
    """Whether an entry is about the subject of an obligation."""
    episode = walk.by_entry.get(entry.entry_id)
    return obligation.episode is None or episode is None or episode is obligation.episode


def find_release(walk: Walk, obligation: Obligation) -> None:
    """Find the first moment up to the deadline at which the rule's ``unless`` holds."""
    if not obligation.duty.unless:
        return
    behind: list[str] = []
    hits: list[tuple[int, tuple[str, ...]]] = []
    for form in obligation.duty.unless:
        if isinstance(form, OnEntry):
            hits += [(entry.at, (entry.entry_id,)) for entry in _entered(walk, form, obligation)]
            continue
        for state in _states(walk, form, obligation):
            if not obligation.in_time(state.at):
                break
            behind += state.cited
            if state.truth == YES and state.until > obligation.opened:
                hits.append((max(state.at, obligation.opened), state.cited))
    hits = [hit for hit in hits if obligation.in_time(hit[0])]
    if hits:
        obligation.release, cited = min(hits, key=lambda hit: hit[0])
        obligation.cite(cited)
    else:
        obligation.unsure = tuple(_unsure(walk, obligation))
    obligation.cite(behind)


def _entered(walk: Walk, form: OnEntry, obligation: Obligation) -> Iterator[Entry]:
    """Give the entries that release."""
    for kind in form.kinds:
        for entry in walk.about(kind, obligation.episode):
            if (
                entry.at >= obligation.accept_from
                and accepts(walk, obligation.duty.rule, form.kinds, entry) == YES
            ):
                yield entry


def _states(walk: Walk, form: Condition, obligation: Obligation) -> tuple[State, ...]:
    return walk.states(form, obligation.episode, obligation.leg)


def _unsure(walk: Walk, obligation: Obligation) -> Iterator[str]:
    """Name the releases that the source could not show, or that hang on the unrecorded."""
    until = walk.as_of if obligation.last is None else min(obligation.last, walk.as_of)
    for form in obligation.duty.unless:
        if isinstance(form, OnEntry):
            for kind in form.kinds:
                if not walk.holds(kind, obligation.accept_from, until):
                    yield kind
        else:
            seen = [state for state in _states(walk, form, obligation) if state.at <= until]
            if seen and seen[-1].truth == MAYBE:
                yield "what would release from it"
