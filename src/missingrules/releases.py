"""What releases from a duty before its deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.duties import OnEntry
from missingrules.terms import MAYBE, YES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.log import Entry
    from missingrules.moments import State, Walk
    from missingrules.obligation import Obligation
    from missingrules.terms import Condition


def concerns(walk: Walk, obligation: Obligation, entry: Entry) -> bool:
    """Whether an entry is about the subject of an obligation."""
    episode = walk.by_entry.get(entry.entry_id)
    return obligation.episode is None or episode is None or episode is obligation.episode


def find_release(walk: Walk, obligation: Obligation) -> None:
    """Find the first moment up to the deadline at which the rule's ``unless`` holds."""
    duty, opened = obligation.duty, obligation.opened
    if not duty.unless:
        return
    first: tuple[int, tuple[str, ...]] | None = None
    for form in duty.unless:
        for at, cited in (
            _entered(walk, form, obligation)
            if isinstance(form, OnEntry)
            else (
                (max(state.at, opened), state.cited)
                for state in _states(walk, form, obligation)
                if state.truth == YES and state.until > opened
            )
        ):
            if obligation.in_time(at) and (first is None or at < first[0]):
                first = (at, cited)
    if first is not None:
        obligation.release = first[0]
        obligation.cited.extend(first[1])
    else:
        obligation.unsure = tuple(_unsure(walk, obligation))
    for form in duty.watched:
        for state in _states(walk, form, obligation):
            if obligation.in_time(state.at):
                obligation.cited.extend(state.cited)


def _entered(
    walk: Walk, form: OnEntry, obligation: Obligation
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Give the entries that release, with when they do."""
    for kind in form.kinds:
        for entry in walk.about(kind, obligation.episode):
            if (
                entry.at >= obligation.accept_from
                and walk.accepts(obligation.duty.rule, form.kinds, entry) == YES
            ):
                yield entry.at, (entry.entry_id,)


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
