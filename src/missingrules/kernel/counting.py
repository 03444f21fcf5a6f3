"""Which window holds most episodes."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from missingrules.duties import OnCount
    from missingrules.kernel.episode import Episode


class Line(NamedTuple):
    """Episodes in order of placing, the instant that places each, and its key for a window."""

    episodes: Sequence[Episode]
    placed: Sequence[int]
    keys: Sequence[int]


class Fullest(NamedTuple):
    """The episodes inside a window, in order of placing, and the instant at which it ends."""

    inside: tuple[Episode, ...]
    end: int


def line(trigger: OnCount, episodes: Iterable[Episode]) -> Line:
    """Put episodes in order of placing; of one instant, in order of id."""
    by, window = trigger.placed_by, trigger.window
    ordered = sorted((episode.placed(by), episode.episode_id, episode) for episode in episodes)
    placed = [at for at, _, _ in ordered]
    keys = placed if window is None else [window.key(at) for at in placed]
    return Line([episode for _, _, episode in ordered], placed, keys)


def fullest(
    trigger: OnCount, new: Sequence[Episode], counts: Callable[[Episode], bool], on: Line
) -> Fullest:
    """Find the window that holds most episodes that count, and at least one that is new.

    A window ends where an episode is placed. Of windows that hold as many, the latest is taken; no
    window at all holds nothing.
    """
    window = trigger.window
    span = None if window is None else window.span
    start, end = 0, len(on.keys)
    if window is not None and span is not None:
        # No window that holds a new episode reaches any farther.
        keys = [window.key(episode.placed(trigger.placed_by)) for episode in new]
        start = bisect_left(on.keys, min(keys) - span)
        end = bisect_right(on.keys, max(keys) + span)
    places = [place for place in range(start, end) if counts(on.episodes[place])]
    fresh = [number for number, place in enumerate(places) if on.episodes[place] in new]
    best, first = (0, 0, 0), 0
    for last, place in enumerate(places):
        at, key = on.placed[place], on.keys[place]
        if last + 1 < len(places) and on.placed[places[last + 1]] == at:
            continue  # episodes placed at one instant are in or out together
        while span is not None and key - on.keys[places[first]] > span:
            first += 1
        as_many = last + 1 - first >= best[1] - best[0]
        if as_many and any(first <= number <= last for number in fresh):
            best = (first, last + 1, at)
    begin, stop, at = best
    return Fullest(tuple(on.episodes[place] for place in places[begin:stop]), at)
