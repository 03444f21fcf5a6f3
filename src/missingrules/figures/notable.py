"""What a report shows of single children, kept while a log is judged, and never more than so much.

It holds ids and records of children: keep it as you keep the log.
"""

from __future__ import annotations

import bisect
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from missingrules import finding as outcomes
from missingrules.figures.corrections import withdrawals

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from missingrules.finding import Assessment, Finding, Withdrawn
    from missingrules.record import Coverage, Record


class _Kept(Protocol):
    @property
    def order(self) -> tuple[object, ...]:
        """Where it belongs; of no two the same."""
        ...


T = TypeVar("T", bound=_Kept)


@dataclass(frozen=True, slots=True)
class Case:
    """A child with unmet duties, and all that it takes to judge the record again."""

    no_record: int
    late: int
    child_id: str
    record: Record = field(repr=False)
    coverage: Coverage = field(repr=False)
    as_of_us: int

    @property
    def order(self) -> tuple[int, int, str]:
        """Most duties without a record first, then most done late, then by id."""
        return -self.no_record, -self.late, self.child_id


@dataclass(frozen=True, slots=True)
class Decision:
    """Somebody decided in time, and with reasons on record, that an action was not required."""

    decided_us: int
    child_id: str
    finding_id: str
    episode_id: str | None
    rule: str
    title: str
    entry: str
    by: str | None

    @property
    def order(self) -> tuple[int, str, str]:
        """The latest first."""
        return -self.decided_us, self.child_id, self.finding_id


@dataclass(frozen=True, slots=True)
class WithdrawnBy:
    """What the same corrections took away from a child's findings.

    ``entries`` are the corrections, ``by`` the roles that made them; ``reasoned`` says whether each
    of them has a reason on record, whose text stays in the log. ``findings`` counts what they took
    away, by rule, title and the outcome that it had.
    """

    child_id: str
    entries: tuple[str, ...]
    by: tuple[str, ...]
    reasoned: bool
    findings: tuple[tuple[str, str, str, int], ...]

    @property
    def breaches(self) -> int:
        """How many of them were breaches."""
        return sum(n for *_, outcome, n in self.findings if outcome in _BREACHES)

    @property
    def order(self) -> tuple[int, str, tuple[str, ...]]:
        """Most breaches first."""
        return -self.breaches, self.child_id, self.entries


@dataclass(frozen=True, slots=True)
class NotJudged:
    """A child whose record could not be judged, and the class of the error."""

    child_id: str
    cause: str

    @property
    def order(self) -> tuple[str, str]:
        """By id."""
        return self.child_id, self.cause


_BREACHES = frozenset({outcomes.BREACHED, outcomes.FULFILLED_LATE})


class First(Generic[T]):
    """The first so many of what it was given, whatever the order of giving; ``all`` counts all."""

    def __init__(self, limit: int) -> None:
        """Keep no more than ``limit``."""
        self.limit = limit
        self.all = 0
        self._kept: list[T] = []

    def __iter__(self) -> Iterator[T]:
        """Give what was kept, in order."""
        return iter(self._kept)

    def __len__(self) -> int:
        """Count what was kept."""
        return len(self._kept)

    def __eq__(self, other: object) -> bool:
        """Say whether both hold the same."""
        return isinstance(other, First) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]  # it grows

    def takes(self, order: tuple[object, ...]) -> bool:
        """Say whether something with this place would be kept."""
        return len(self._kept) < self.limit or bool(self._kept and order < self._kept[-1].order)

    def add(self, item: T) -> None:
        """Keep an item, if it is among the first."""
        self.all += 1
        if self.takes(item.order):
            bisect.insort(self._kept, item, key=_order)
            del self._kept[self.limit :]

    def merge(self, other: First[T]) -> None:
        """Take in what another one was given."""
        self.all += other.all - len(other)
        for item in other:
            self.add(item)


def _order(item: _Kept) -> tuple[object, ...]:
    return item.order


class Notable:
    """The children with the most unmet duties, decisions, withdrawn findings, failures.

    Who has the most unmet duties is not who is at the greatest risk; nothing here ranks that.
    """

    def __init__(self, *, children: int = 25, listed: int = 100) -> None:
        """Keep so many children, and so many of each list."""
        self.cases: First[Case] = First(children)
        self.decisions: First[Decision] = First(listed)
        self.withdrawn: First[WithdrawnBy] = First(listed)
        self.not_judged: First[NotJudged] = First(listed)

    def __eq__(self, other: object) -> bool:
        """Say whether both hold the same."""
        return isinstance(other, Notable) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]  # it grows

    def add(self, assessment: Assessment, *, withdrawn: Iterable[Withdrawn] | None = None) -> None:
        """Look at one child; ``withdrawn`` as in :meth:`Figures.add`."""
        no_record = late = 0
        for finding in assessment.findings:
            if finding.outcome == outcomes.BREACHED:
                no_record += 1
            elif finding.outcome == outcomes.FULFILLED_LATE:
                late += 1
            elif finding.outcome == outcomes.DECIDED:
                self.decisions.add(_decision(finding, assessment))
        if no_record or late:
            self.cases.add(
                Case(
                    no_record,
                    late,
                    assessment.child_id,
                    assessment.record,
                    assessment.coverage,
                    assessment.as_of_us,
                )
            )
        gone = withdrawals(assessment) if withdrawn is None else withdrawn
        for group in _by_corrections(assessment, gone):
            self.withdrawn.add(group)

    def fail(self, finding: Finding) -> None:
        """Take note of a child whose record could not be judged."""
        self.not_judged.add(NotJudged(finding.child_id, ", ".join(finding.unknown)))

    def merge(self, other: Notable) -> None:
        """Take in what was noted of other children; the order of merging does not matter."""
        self.cases.merge(other.cases)
        self.decisions.merge(other.decisions)
        self.withdrawn.merge(other.withdrawn)
        self.not_judged.merge(other.not_judged)


def _decision(finding: Finding, assessment: Assessment) -> Decision:
    entry = next((e for e in assessment.record.entries if e.entry_id == finding.answer), None)
    return Decision(
        decided_us=finding.opened_us if finding.done_us is None else finding.done_us,
        child_id=finding.child_id,
        finding_id=finding.finding_id,
        episode_id=finding.episode_id,
        rule=finding.rule,
        title=finding.title,
        entry=finding.answer or "",
        by=None if entry is None else assessment.policy.role(entry.by),
    )


def _by_corrections(assessment: Assessment, gone: Iterable[Withdrawn]) -> list[WithdrawnBy]:
    """Gather what the same corrections took away."""
    groups: dict[tuple[str, ...], list[Withdrawn]] = {}
    for one in gone:
        groups.setdefault(tuple(sorted(one.entries)), []).append(one)
    made = []
    for entries, found in groups.items():
        counts: dict[tuple[str, str, str], int] = {}
        for one in found:
            key = (one.finding.rule, one.finding.title, one.finding.outcome)
            counts[key] = counts.get(key, 0) + 1
        reasoned = {e.entry_id for e in assessment.record.entries if e.fields.get("reason")}
        made.append(
            WithdrawnBy(
                child_id=assessment.child_id,
                entries=entries,
                by=tuple(sorted({role for one in found for role in one.by})),
                reasoned=reasoned.issuperset(entries),
                findings=tuple((*key, n) for key, n in sorted(counts.items())),
            )
        )
    return made
