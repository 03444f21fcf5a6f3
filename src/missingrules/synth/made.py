"""A made-up log, child by child: never more than one child is held at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.entry import Entry
from missingrules.synth.chance import CHILDREN, SEEDS
from missingrules.synth.child import force
from missingrules.synth.habits import Habits, check_whole
from missingrules.synth.lives import live

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.synth.child import Child, Force

_ENDLESS = 2**63


def entries(
    *,
    episodes: int | None = None,
    children: int | None = None,
    seed: int = 0,
    habits: Habits | None = None,
) -> Iterator[Entry]:
    """Make up a log: its entries child by child, each child's in order of time.

    Give either the number of ``episodes`` or of ``children``. The same seed and habits give the
    same entries everywhere, and a larger log begins with the children of a smaller one; of the
    last child of ``episodes`` some episodes may be left out. Raises ``ValueError`` at once for
    numbers that cannot be.
    """
    return _entries(made(episodes=episodes, children=children, seed=seed, habits=habits))


def _entries(log: Iterator[Child]) -> Iterator[Entry]:
    for child in log:
        for at, recorded, number, episode, said, own in child.drafts:
            yield Entry(
                entry_id=child.entry_id(number),
                child_id=child.child_id,
                episode_id=episode,
                kind=said.kind,
                at=at * 1_000_000,
                recorded=recorded * 1_000_000,
                by=said.by,
                fields=said.fields | own if own else said.fields.copy(),
                area=child.area.name,
                authority=child.area.authority,
            )


def made(
    *, episodes: int | None, children: int | None, seed: int, habits: Habits | None
) -> Iterator[Child]:
    """Check what was asked for, and make the children one after the other."""
    if (episodes is None) == (children is None):
        raise ValueError(f"{episodes=} and {children=}: one of them must be given")
    if episodes is not None:
        check_whole("episodes", episodes, 1, _ENDLESS)
    if children is not None:
        check_whole("children", children, 1, CHILDREN - 1)
    check_whole("seed", seed, 0, SEEDS - 1)
    return _made(force(habits or Habits(), seed), episodes or _ENDLESS, children or CHILDREN - 1)


def _made(whose: Force, episodes: int, children: int) -> Iterator[Child]:
    left = episodes
    for number in range(1, children + 1):
        child = live(whose, number, left)
        yield child
        left -= child.episodes
        if not left:
            return
