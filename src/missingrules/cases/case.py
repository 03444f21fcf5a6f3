"""A case: one record with what is expected of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from missingrules.cases.expected import Expected
    from missingrules.cases.times import Clock
    from missingrules.policy import Policy
    from missingrules.record import Coverage, Record
    from missingrules.yamlsource import Place


@dataclass(frozen=True, slots=True)
class Case:
    """One record with what is expected of it.

    ``policy`` has the changes of the case in it. ``about`` lists the rules that are looked at. All
    instants are UTC microseconds.
    """

    name: str
    place: Place
    policy: Policy
    about: tuple[str, ...]
    clock: Clock
    record: Record = field(repr=False)
    as_of: int
    coverage: Coverage = field(repr=False)
    expected: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class CaseFile:
    """The cases of one policy, in the order of the file."""

    policy: Policy
    path: Path
    cases: tuple[Case, ...]
