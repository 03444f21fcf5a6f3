"""Chance that draws the same from one seed on every machine and every Python.

Of the standard library only ``Random.random()`` is used, seeded with an integer: that sequence is
promised not to change. What is made of it are comparisons, sums, products and quotients of doubles,
which IEEE 754 fixes to the last bit. Logarithms, powers, hashes and ``sum`` of doubles are left
alone, because they differ between machines or Pythons; so a long tail is a curve through given
points, not a formula.
"""

from __future__ import annotations

import itertools
import random
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")

CHILDREN = 10**8  # more would share streams, and ids would not sort
SEEDS = 2**63


@dataclass(frozen=True, slots=True)
class Curve:
    """How a quantity is spread: so many of all lie below each of the values, straight between.

    ``shares`` rise from 0 to 1; two that are equal leave out what lies between their values.
    """

    shares: tuple[float, ...]
    values: tuple[int, ...]


def curve(*points: tuple[float, int]) -> Curve:
    """Lay a curve through points of share and value."""
    shares, values = zip(*points, strict=True)
    return Curve(shares, values)


@dataclass(frozen=True, slots=True)
class Weighted(Generic[T]):
    """Things to draw from, each with the sum of the weights up to it."""

    things: tuple[T, ...]
    sums: tuple[float, ...]


def weighted(*pairs: tuple[float, T]) -> Weighted[T]:
    """Take pairs of weight and thing; the weights need not sum up to 1."""
    return Weighted(
        tuple(thing for _, thing in pairs),
        tuple(itertools.accumulate(weight for weight, _ in pairs)),
    )


class Chance:
    """One stream of draws. Every child has its own, so one child does not depend on another."""

    __slots__ = ("random",)

    def __init__(self, seed: int, child: int, purpose: int = 0) -> None:
        """Begin the stream of a child, of its log (purpose 0) or of the faulty rows beside (1)."""
        key = (2 * seed + purpose) * 2**32 + child
        self.random = random.Random(key).random  # noqa: S311 - made-up logs, no secrets

    def share(self, share: float) -> bool:
        """Say yes in so many of all cases."""
        return self.random() < share

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number from ``low`` to ``high``, both included."""
        return low + int(self.random() * (high - low + 1))

    def one(self, things: Sequence[T]) -> T:
        """Draw one of several, each as likely as the others."""
        return things[int(self.random() * len(things))]

    def pick(self, weights: Weighted[T]) -> T:
        """Draw one of several by weight."""
        return weights.things[bisect_right(weights.sums, self.random() * weights.sums[-1])]

    def along(self, curve: Curve) -> int:
        """Draw a quantity as it is spread, cut to a whole number."""
        drawn = self.random()
        shares, values = curve.shares, curve.values
        above = bisect_right(shares, drawn)
        low, start = values[above - 1], shares[above - 1]
        return int(low + (values[above] - low) * ((drawn - start) / (shares[above] - start)))
