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
    window = trigger.window
    span = None if window is None else window.span
    placed = sorted(
        ((episode.placed(trigger.placed_by), episode.episode_id, episode) for episode in counted),
        key=lambda item: item[:2],
    )
    keys = [at if window is None else window.key(at) for at, _, _ in placed]
    begun = set(new)
    fresh = [place for place, (_, _, episode) in enumerate(placed) if episode in begun]
    best, first = (0, 0, 0), 0
    for last, (at, _, _) in enumerate(placed):
        if last + 1 < len(placed) and placed[last + 1][0] == at:
            continue  # episodes placed at one instant are in or out together
        while span is not None and keys[last] - keys[first] > span:
            first += 1
        holds_new = any(first <= place <= last for place in fresh)
        if holds_new and last + 1 - first >= best[1] - best[0]:
            best = (first, last + 1, at)
    start, end, at = best
    return Fullest(tuple(episode for _, _, episode in placed[start:end]), at)
