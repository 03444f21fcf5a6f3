"""What became of a number of duties, counted in the way that inspectors publish it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from missingrules import finding as outcomes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

IN_DENOMINATOR: Final = frozenset({outcomes.FULFILLED, outcomes.FULFILLED_LATE, outcomes.BREACHED})
"""Duties of which it is settled whether they were met in time."""

OWED: Final = IN_DENOMINATOR | {outcomes.PENDING, outcomes.DECIDED}
"""Duties that surely arose and that the source can show."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many duties ended in each outcome.

    ``in_time`` of ``of`` is compliance as inspectors write it, "42 of 50". What is not due yet,
    decided not required, cannot be told or cannot be seen stands beside it and is in neither
    number. ``on_incomplete_records`` counts findings of any outcome of children some of whose rows
    were rejected; ``unmet_on_incomplete_records`` those of them that are breaches, which a rejected
    row may have answered.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    on_incomplete_records: int = 0
    unmet_on_incomplete_records: int = 0

    @classmethod
    def of_cells(cls, cells: Iterable[tuple[str, bool, int]]) -> Tally:
        """Add up cells of outcome, incomplete record and number."""
        counts: dict[str, int] = {}
        incomplete = unmet = 0
        for outcome, on_incomplete, number in cells:
            counts[outcome] = counts.get(outcome, 0) + number
            if on_incomplete:
                incomplete += number
                if outcome in (outcomes.BREACHED, outcomes.FULFILLED_LATE):
                    unmet += number
        return cls(counts, incomplete, unmet)

    def __getitem__(self, outcome: str) -> int:
        """How many ended so."""
        return self.counts.get(outcome, 0)

    @property
    def in_time(self) -> int:
        """How many the record shows done in time: the numerator."""
        return self[outcomes.FULFILLED]

    @property
    def late(self) -> int:
        """How many the record shows done, after the time allowed."""
        return self[outcomes.FULFILLED_LATE]

    @property
    def no_record(self) -> int:
        """How many the record does not show done by the end of the time allowed."""
        return self[outcomes.BREACHED]

    @property
    def of(self) -> int:
        """The denominator: done in time, done late, no record."""
        return sum(self[outcome] for outcome in IN_DENOMINATOR)

    @property
    def owed(self) -> int:
        """The denominator, what is not due yet, and what was decided not to be required."""
        return sum(self[outcome] for outcome in OWED)

    @property
    def findings(self) -> int:
        """All of them."""
        return sum(self.counts.values())

    def to_dict(self) -> dict[str, int]:
        """Give the tally as JSON takes it; every outcome is there, also where it is nought."""
        return {
            "in_time": self.in_time,
            "of": self.of,
            **{outcome: self[outcome] for outcome in outcomes.OUTCOMES},
            "on_incomplete_records": self.on_incomplete_records,
            "unmet_on_incomplete_records": self.unmet_on_incomplete_records,
        }
