"""Which window holds most episodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missingrules.duties import OnCount
    from missingrules.episode import Episode


class Fullest(NamedTuple):
    """The episodes inside a window, in order of placing, and the instant at which it ends."""

    inside: tuple[Episode, ...]
    end: int


def fullest(trigger: OnCount, new: Iterable[Episode], counted: Iterable[Episode]) -> Fullest:
    """Find the window that holds most of ``counted`` and at least one of ``new``.

    A window ends where an episode is placed. Of windows that hold as many, the latest is taken; no
    window at all holds nothing.
    """
    window, fresh = trigger.window, set(new)
    placed = sorted(
        ((episode.placed(trigger.placed_by), episode.episode_id, episode) for episode in counted),
        key=lambda item: item[:2],
    )
    best = Fullest((), 0)
    for end in sorted({at for at, _, _ in placed}):
        inside = tuple(
            episode
            for at, _, episode in placed
            if at <= end and (window is None or window.holds(at, end))
        )
        if len(inside) >= len(best.inside) and not fresh.isdisjoint(inside):
            best = Fullest(inside, end)
    return best
