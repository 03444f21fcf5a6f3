"""Trials that can be changed: the same record without some entries, or as of another instant.

What is tried is drawn by :mod:`missingrules.testing`. Here instants are UTC microseconds and a
record is its entries, so that a property can say in few words what it compares.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from missingrules import testing
from missingrules.calendar import from_us, to_us
from missingrules.kernel import judge
from missingrules.record import EVERYTHING, Coverage, Record
from missingrules.testing.code import indented

if TYPE_CHECKING:
    from hypothesis import strategies as st

    from missingrules.entry import Entry
    from missingrules.finding import Assessment
    from missingrules.matchers import Engine
    from missingrules.policy import Policy

WILTSHIRE = "wiltshire"
GENERATED = "generated"


@dataclass(frozen=True)
class Trial:
    """All that a verdict rests on."""

    policy: Policy
    entries: tuple[Entry, ...]
    as_of: int
    coverage: Coverage = EVERYTHING

    @classmethod
    def of(cls, drawn: testing.Trial) -> Trial:
        """Take what was drawn."""
        policy, record, as_of, coverage = drawn
        return cls(policy, record.entries, to_us(as_of), coverage)

    @property
    def record(self) -> Record:
        """The record as the kernel takes it."""
        return Record.of(self.entries, child_id="C")

    def judge(self, *, engine: Engine = "native") -> Assessment:
        """Judge the record."""
        return judge(
            self.policy, self.record, as_of=self.as_of, coverage=self.coverage, engine=engine
        )

    def but(self, **changes: Any) -> Trial:
        """Change some of it."""
        return replace(self, **changes)

    def known(self) -> Trial:
        """Leave out what is not known yet."""
        return self.but(entries=tuple(e for e in self.entries if e.known <= self.as_of))

    def __repr__(self) -> str:
        """Write it as code that makes it again."""
        parts = (self.policy, self.record, from_us(self.as_of), self.coverage)
        lines = [f"{indented(testing.as_code(part))},\n" for part in parts]
        return f"Trial.of(Trial(\n{''.join(lines)}))"


def trials(origin: str, **options: Any) -> st.SearchStrategy[Trial]:
    """Draw trials of a shipped policy, or of one made up."""
    policy = None if origin == GENERATED else origin
    return testing.trials(policy, **options).map(Trial.of)
