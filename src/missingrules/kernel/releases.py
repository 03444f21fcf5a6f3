"""What releases from a duty before its deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.duties import OnEntry
from missingrules.kernel.asking import accepts
from missingrules.terms import MAYBE, NO, YES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.entry import Entry
    from missingrules.kernel.obligation import Obligation
    from missingrules.kernel.walk import Walk


def concerns(walk: Walk, obligation: Obligation, entry: Entry) -> bool:
    """Whether an entry is about the subject of an obligation."""
    episode = walk.by_entry.get(entry.entry_id)
    return obligation.episode is None or episode is None or episode is obligation.episode


def find_release(walk: Walk, obligation: Obligation) -> None:
    """Find the first moment up to the deadline at which the rule's ``unless`` holds.

    Where there is none, note the releases that the source could not show, or that hang on the
    unrecorded.
    """
    if not obligation.duty.unless:
        return
    until = walk.as_of if obligation.last is None else min(obligation.last, walk.as_of)
    behind: list[str] = []
    hits: list[tuple[int, tuple[str, ...]]] = []
    unsure: list[str] = []
    for form in obligation.duty.unless:
        if isinstance(form, OnEntry):
            entered = _entered(walk, form, obligation, until)
            hits += [(entry.at, (entry.entry_id,)) for entry in entered]
            unsure += [k for k in form.kinds if not walk.holds(k, obligation.accept_from, until)]
            continue
        truth = NO
        for state in walk.states(form, obligation.episode, obligation.leg):
            if state.at > until:
                break
            truth = state.truth
            behind += state.cited
            if truth == YES and state.until > obligation.opened:
                hits.append((max(state.at, obligation.opened), state.cited))
        if truth == MAYBE:
            unsure.append("what would release from it")
    if hits:
        obligation.release, cited = min(hits, key=lambda hit: hit[0])
        obligation.cite(cited)
    else:
        obligation.unsure = tuple(unsure)
    obligation.cite(behind)


def _entered(walk: Walk, form: OnEntry, obligation: Obligation, until: int) -> Iterator[Entry]:
    """Give the entries that release, up to an instant."""
    for kind in form.kinds:
        for entry in walk.about(kind, obligation.episode):
            if (
                obligation.accept_from <= entry.at <= until
                and accepts(walk, obligation.duty.rule, form.kinds, entry) == YES
            ):
                yield entry
