"""Running cases: each is judged by the kernel, and held against what it expects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from missingrules.kernel import assess, walked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from missingrules.cases.case import Case
    from missingrules.cases.expected import Expected
    from missingrules.finding import Finding
    from missingrules.kernel.noted import Asked
    from missingrules.kernel.walk import Walk


@dataclass(frozen=True, slots=True)
class Wrong:
    """Something that did not come out: a finding that differs, is missing, or is too many."""

    expected: Expected | None
    finding: Finding | None


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a case.

    ``findings`` are those of the rules that the case is about, ``walk`` what the kernel asked on
    the way. ``error`` says why a case could not be judged at all.
    """

    case: Case
    findings: tuple[Finding, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    walk: Walk | None = field(default=None, repr=False)
    error: str | None = None

    @property
    def passed(self) -> bool:
        """Whether everything came out as expected."""
        return not self.wrong and self.error is None


def run_case(case: Case) -> Result:
    """Judge the record of a case, and compare."""
    trace: list[Asked] = []
    try:
        walk = walked(
            case.policy, case.record, as_of=case.as_of, coverage=case.coverage, trace=trace
        )
        assessment = assess(walk, case.record)
    except ValueError as error:  # working days of a year whose holidays nobody knows
        return Result(case, error=str(error))
    about = frozenset(case.about)
    findings = tuple(one for one in assessment.findings if one.rule in about)
    return Result(case, findings, tuple(compared(case.expected, findings)), walk)


def run_cases(cases: Iterable[Case]) -> tuple[Result, ...]:
    """Run cases in order."""
    return tuple(run_case(case) for case in cases)


def compared(expected: Sequence[Expected], findings: Sequence[Finding]) -> list[Wrong]:
    """Pair what is expected with what there is, and give what does not agree.

    What agrees is paired first, as much of it as can be; the rest goes with what is most like it.
    """
    likes = [
        [
            number
            for number, finding in enumerate(findings)
            if finding.rule == wanted.rule and not any(wanted.differences(finding))
        ]
        for wanted in expected
    ]
    taken: dict[int, int] = {}

    def place(wanted: int, tried: set[int]) -> bool:
        for number in likes[wanted]:
            if number not in tried:
                tried.add(number)
                if number not in taken or place(taken[number], tried):
                    taken[number] = wanted
                    return True
        return False

    left = [wanted for number, wanted in enumerate(expected) if not place(number, set())]
    over = [finding for number, finding in enumerate(findings) if number not in taken]
    wrong = []
    for wanted in left:
        same = [finding for finding in over if finding.rule == wanted.rule]
        nearest = min(same, key=lambda f: len(list(wanted.differences(f))), default=None)
        if nearest is not None:
            over.remove(nearest)
        wrong.append(Wrong(wanted, nearest))
    return wrong + [Wrong(None, finding) for finding in over]
