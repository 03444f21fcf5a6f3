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
    duty = obligation.duty
    key = None if obligation.episode is None else obligation.episode.episode_id
    best: tuple[int, tuple[str, ...]] | None = None
    for form in duty.unless:
        hits: Iterator[tuple[int, tuple[str, ...]]]
        if isinstance(form, OnEntry):
            hits = (
                (entry.at, (entry.entry_id,))
                for kind in form.kinds
                for entry in walk.by_kind.get(kind, ())
                if entry.at >= obligation.accept_from
                and concerns(walk, obligation, entry)
                and walk.accepts(duty.rule, form.kinds, entry) == YES
            )
        else:
            hits = (
                (max(at, obligation.opened), cited)
                for at, until, truth, cited in _states(walk, form, key)
                if truth == YES and until > obligation.opened
            )
        for at, cited in hits:
            if obligation.in_time(at) and (best is None or at < best[0]):
                best = (at, cited)
    if best is not None:
        obligation.release = best[0]
        obligation.cited.extend(best[1])
    else:
        obligation.unsure = list(_unsure(walk, obligation, key))
    for form in duty.unless:
        if not isinstance(form, OnEntry):
            for at, _, cited in walk.releases.get((form.number, key), ()):
                if obligation.in_time(at):
                    obligation.cited.extend(cited)


def _states(
    walk: Walk, form: Condition, key: str | None
) -> Iterator[tuple[int, int, int, tuple[str, ...]]]:
    """Give from when until when a releasing condition stood how, and on which entries."""
    asked = walk.releases.get((form.number, key), ())
    ends = (*(at for at, _, _ in asked[1:]), walk.as_of + 1)
    for (at, truth, cited), until in zip(asked, ends, strict=False):
        yield at, until, truth, cited


def _unsure(walk: Walk, obligation: Obligation, key: str | None) -> Iterator[str]:
    """Name the releases that the source could not show, or that hang on the unrecorded."""
    until = walk.as_of if obligation.last is None else min(obligation.last, walk.as_of)
    for form in obligation.duty.unless:
        if isinstance(form, OnEntry):
            for kind in form.kinds:
                if not walk.coverage.holds(kind, obligation.accept_from, until):
                    yield kind
        else:
            seen = [r for r in walk.releases.get((form.number, key), ()) if r[0] <= until]
            if seen and seen[-1][1] == MAYBE:
                yield "what would release from it"
