"""How long something took, as counts in fixed buckets: small, and merged by adding."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from missingrules.calendar import DAY_US, HOUR_US, MINUTE_US

if TYPE_CHECKING:
    from collections.abc import Mapping

BEFORE: Final = "before it arose"
"""Done before the duty arose, as where the report already told whom the duty asks to tell."""

BUCKETS: Final = (
    ("15 minutes", 15 * MINUTE_US),
    ("30 minutes", 30 * MINUTE_US),
    ("1 hour", HOUR_US),
    ("2 hours", 2 * HOUR_US),
    ("4 hours", 4 * HOUR_US),
    ("8 hours", 8 * HOUR_US),
    ("24 hours", 24 * HOUR_US),
    ("48 hours", 48 * HOUR_US),
    ("72 hours", 72 * HOUR_US),
    ("5 days", 5 * DAY_US),
    ("7 days", 7 * DAY_US),
    ("14 days", 14 * DAY_US),
    ("28 days", 28 * DAY_US),
)
"""Each bucket by its upper edge, which belongs to it; elapsed time, a day being 24 hours."""

LONGER: Final = "longer"
LABELS: Final = (BEFORE, *(f"up to {name}" for name, _ in BUCKETS), LONGER)
"""What the buckets are called, from the shortest time to the longest."""

_EDGES: Final = tuple(edge for _, edge in BUCKETS)


def bucket(us: int) -> int:
    """Give the place in :data:`LABELS` of a time in microseconds; a negative one is the first."""
    return 0 if us < 0 else bisect_left(_EDGES, us) + 1


class Spread:
    """How many times fell into each bucket, read off a mapping from bucket to number."""

    def __init__(self, counts: Mapping[int, int]) -> None:
        """Take the counts as they are."""
        self.counts = tuple(counts.get(place, 0) for place in range(len(LABELS)))

    @property
    def number(self) -> int:
        """How many times there are."""
        return sum(self.counts)

    @property
    def median(self) -> str | None:
        """The bucket that holds the median, the lower one of two; None where there are no times."""
        middle, seen = (self.number + 1) // 2, 0
        if not middle:
            return None
        for place, count in enumerate(self.counts):
            seen += count
            if seen >= middle:
                return LABELS[place]
        raise AssertionError  # the counts add up to their sum

    def to_dict(self) -> dict[str, object]:
        """Give the spread as JSON takes it."""
        return {
            "number": self.number,
            "median": self.median,
            "buckets": dict(zip(LABELS, self.counts, strict=True)),
        }
