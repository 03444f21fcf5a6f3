"""What several policies find in the same children: counted, matched, and set side by side."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from missingrules import finding as outcomes
from missingrules.calendar import DAY_US, Calendar
from missingrules.compare.judging import MEETINGS, subject_of
from missingrules.figures.tally import OWED, Tally
from missingrules.finding import stamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from missingrules.finding import Finding
    from missingrules.record import Record

FOUND: Final = OWED | {outcomes.INDETERMINATE}
"""Outcomes of duties that a policy finds: those that surely arose, and those that may have."""

DAYS_A_MONTH: Final = 365.2425 / 12


class Change(NamedTuple):
    """What one policy finds of one child, in one thing compared, that the first policy does not.

    ``days_earlier`` is by how many days the first duty arises sooner (less than nought: later);
    None where one of the policies finds none.
    """

    child_id: str
    policy: int
    subject: str
    only_first: tuple[str, ...]
    """Outcomes of the duties that only the first policy finds."""
    only_other: tuple[str, ...]
    differing: tuple[tuple[str, str], ...]
    """Outcomes, under the first policy and this one, of duties that both find."""
    first_us: int | None
    other_us: int | None

    @property
    def days_earlier(self) -> int | None:
        """By how many whole days the first duty arises sooner than under the first policy."""
        if self.first_us is None or self.other_us is None:
            return None
        days, _ = divmod(abs(self.first_us - self.other_us), DAY_US)
        return days if self.other_us <= self.first_us else -days

    @property
    def weight(self) -> tuple[object, ...]:
        """What is listed first: what only one policy sees, then what is seen sooner."""
        sooner = self.days_earlier
        return (
            sooner is not None,
            -abs(sooner or 0),
            -len(self.only_other) - len(self.only_first) - len(self.differing),
            self.child_id,
            self.policy,
            self.subject,
        )

    def to_dict(self, names: Sequence[str]) -> dict[str, Any]:
        """Give the change as JSON takes it."""
        return {
            "child_id": self.child_id,
            "policy": names[self.policy],
            "against": names[0],
            "subject": self.subject,
            "only_first": list(self.only_first),
            "only_other": list(self.only_other),
            "differing": [list(pair) for pair in self.differing],
            "opened_first": None if self.first_us is None else stamp(self.first_us),
            "opened_other": None if self.other_us is None else stamp(self.other_us),
            "days_earlier": self.days_earlier,
        }


@dataclass(slots=True)
class Counts:
    """Counts over children, for policies by number; the first is what the others are set against.

    ``changes`` holds every change with ``every``, else the ``listed`` weightiest.
    """

    policies: int
    calendar: Calendar
    listed: int = 25
    every: bool = False
    unshared: frozenset[tuple[int, str]] = frozenset()
    """By policy, what only it or only the first policy has a rule for: listed last."""
    children: int = 0
    failed: int = 0
    outcomes: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    """By policy, what is compared, and outcome."""
    children_with: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    """Children by policy, what is compared, and ``owed`` or ``missed``."""
    months: Counter[tuple[int, str]] = field(default_factory=Counter)
    """Meetings owed by policy and local month in which the duty arose."""
    differences: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    """By policy, what is compared, and in what they differ: ``only_first``, ``only_other``,
    ``differing``, ``children``, and children whom only one of them sees."""
    days: Counter[tuple[int, str, int]] = field(default_factory=Counter)
    """By policy and what is compared: children for whom it arises so many days sooner."""
    changes: list[Change] = field(default_factory=list)

    def empty(self) -> Counts:
        """Give the same with nothing counted."""
        return Counts(self.policies, self.calendar, self.listed, self.every, self.unshared)

    def add(self, record: Record, findings: Sequence[Sequence[Finding]]) -> None:
        """Count one child."""
        found = [_by_subject(each) for each in findings]
        for number, by_subject in enumerate(found):
            for subject, duties in by_subject.items():
                self._count(number, subject, duties)
        for number in range(1, self.policies):
            for subject in sorted(found[0].keys() | found[number].keys()):
                mine, theirs = found[0].get(subject, []), found[number].get(subject, [])
                change = changed(record.child_id, number, subject, mine, theirs)
                if change is not None:
                    self._take(change)

    def merge(self, other: Counts) -> None:
        """Add what was counted of other children."""
        self.children += other.children
        self.failed += other.failed
        for name in ("outcomes", "children_with", "months", "differences", "days"):
            getattr(self, name).update(getattr(other, name))
        self.changes += other.changes
        self.settle()

    def tally(self, policy: int, subject: str) -> Tally:
        """What became of the duties of one policy, in one thing compared."""
        return Tally({o: self.outcomes[policy, subject, o] for o in outcomes.OUTCOMES})

    def total(self, policy: int) -> Tally:
        """What became of all duties of one policy."""
        made: Counter[str] = Counter()
        for (number, _, outcome), count in self.outcomes.items():
            if number == policy:
                made[outcome] += count
        return Tally(dict(made))

    def sooner(self, policy: int, subject: str) -> Sooner:
        """By how much sooner children are seen than under the first policy."""
        days = sorted(
            day
            for (number, name, day), count in self.days.items()
            for _ in range(count)
            if number == policy and name == subject
        )
        earlier = [day for day in days if day > 0]
        return Sooner(
            both=len(days),
            sooner=len(earlier),
            later=sum(day < 0 for day in days),
            days=sum(earlier),
            median=earlier[len(earlier) // 2] if earlier else 0,
        )

    def _count(self, number: int, subject: str, duties: Iterable[Finding]) -> None:
        owed = missed = False
        for finding in duties:
            self.outcomes[number, subject, finding.outcome] += 1
            owed |= finding.outcome in OWED
            missed |= finding.is_breach
            if subject == MEETINGS and finding.outcome in OWED:
                self.months[number, self.calendar.local(finding.opened_us)[:7]] += 1
        self.children_with[number, subject, "owed"] += owed
        self.children_with[number, subject, "missed"] += missed

    def _take(self, change: Change) -> None:
        key = (change.policy, change.subject)
        for name in ("only_first", "only_other", "differing"):
            self.differences[(*key, name)] += len(getattr(change, name))
        self.differences[(*key, "children_only_first")] += change.other_us is None
        self.differences[(*key, "children_only_other")] += change.first_us is None
        if change.days_earlier is not None:
            self.days[(*key, change.days_earlier)] += 1
        if change.only_first or change.only_other or change.differing:
            self.differences[(*key, "children")] += 1
            self.changes.append(change)
            if not self.every and len(self.changes) > 4 * self.listed + 100:
                self.settle()

    def settle(self) -> None:
        """Put the weightiest changes first, and let go of what is not listed."""
        self.changes.sort(
            key=lambda change: (
                change.subject != MEETINGS,
                (change.policy, change.subject) in self.unshared,
                *change.weight,
            )
        )
        if not self.every:
            del self.changes[self.listed :]


class Sooner(NamedTuple):
    """Children whom two policies see: how many sooner under the second, and by how many days.

    ``median`` is the upper one of those seen sooner, nought where there is none.
    """

    both: int
    sooner: int
    later: int
    days: int
    median: int


def changed(
    child_id: str, policy: int, subject: str, first: Sequence[Finding], other: Sequence[Finding]
) -> Change | None:
    """Match what two policies find of a child; None where neither finds anything.

    Duties are the same where the episode, the entry that gave rise to them and the interval are.
    """
    mine, theirs = _by_anchor(first), _by_anchor(other)
    only_first: list[str] = []
    only_other: list[str] = []
    differing: list[tuple[str, str]] = []
    for key in sorted(mine.keys() | theirs.keys()):
        one, two = mine.get(key, []), theirs.get(key, [])
        both = min(len(one), len(two))
        differing += [
            (a.outcome, b.outcome) for a, b in zip(one, two, strict=False) if a.outcome != b.outcome
        ]
        only_first += [finding.outcome for finding in one[both:]]
        only_other += [finding.outcome for finding in two[both:]]
    if not mine and not theirs:
        return None
    return Change(
        child_id,
        policy,
        subject,
        tuple(only_first),
        tuple(only_other),
        tuple(differing),
        min((finding.opened_us for each in mine.values() for finding in each), default=None),
        min((finding.opened_us for each in theirs.values() for finding in each), default=None),
    )


def _by_subject(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    made: dict[str, list[Finding]] = {}
    for finding in findings:
        made.setdefault(subject_of(finding.duty), []).append(finding)
    return made


def _by_anchor(findings: Iterable[Finding]) -> dict[tuple[str, str, int], list[Finding]]:
    made: dict[tuple[str, str, int], list[Finding]] = {}
    for finding in findings:
        if finding.outcome in FOUND:
            key = (finding.episode_id or "", finding.anchor, finding.slot)
            made.setdefault(key, []).append(finding)
    for found in made.values():
        found.sort(key=lambda finding: (finding.opened_us, finding.rule))
    return made
