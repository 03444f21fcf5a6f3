"""What came of cases: text for people, JSON, and JUnit's XML for continuous integration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from missingrules.cases.words import differences, moment
from missingrules.wording import many

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from missingrules.cases.coverage import Coverage
    from missingrules.cases.run import Result


@dataclass(frozen=True, slots=True)
class Report:
    """What came of the cases of one policy; ``coverage`` is None where nobody asked for it."""

    policy: str
    path: Path
    results: tuple[Result, ...]
    coverage: Coverage | None

    @property
    def failed(self) -> tuple[Result, ...]:
        """The cases that did not come out."""
        return tuple(result for result in self.results if not result.passed)


# --- Text -----------------------------------------------------------------------------------------


def text(tested: Report) -> Iterator[str]:
    """Say it in lines: a failing case with what differs, then the sum, then what no case shows."""
    for result in tested.failed:
        place = result.case.place
        yield f"FAILED {place.source}:{place.line}: {result.case.name}"
        yield from (f"    {line}" for line in failure(result))
    passed = len(tested.results) - len(tested.failed)
    sums = f"{passed} passed, {len(tested.failed)} failed"
    yield f"{tested.policy}: {many(len(tested.results), 'case')}, {sums}."
    if tested.coverage is not None:
        yield from covered(tested.coverage)


def failure(result: Result) -> Iterator[str]:
    """Say what did not come out, what was expected above what there is."""
    if result.error is not None:
        yield f"could not be judged: {result.error}"
    for wrong in result.wrong:
        expected, present = differences(wrong, result.case.clock)
        one = wrong.expected or wrong.finding
        rule = "" if one is None else one.rule
        yield f"{rule}: expected {expected}"
        yield f"{' ' * len(rule)}       got {present}"
    yield f"judged as of {moment(result.case.clock, result.case.as_of)}"


def covered(coverage: Coverage) -> Iterator[str]:
    """Say how much of a policy its cases show, and what they do not."""
    shown = len(coverage.points) - len(coverage.missing)
    line = f"{coverage.policy.name}: {shown} of {many(len(coverage.points), 'point')} covered"
    if coverage.complete:
        yield f"{line}."
        return
    yield f"{line}. No case shows:"
    owner = None
    for point in coverage.missing:
        if point.owner != owner:
            owner = point.owner
            yield f"  {owner}"
        inside = f" (where it decides: {point.inside})" if point.inside else ""
        yield f"    {point}{inside}"


# --- JSON -----------------------------------------------------------------------------------------


def to_dict(tested: Report) -> dict[str, Any]:
    """Give what came of the cases of a policy as JSON takes it."""
    made: dict[str, Any] = {
        "policy": tested.policy,
        "file": str(tested.path),
        "passed": len(tested.results) - len(tested.failed),
        "failed": len(tested.failed),
        "cases": [_case(result) for result in tested.results],
    }
    if tested.coverage is not None:
        made["coverage"] = tested.coverage.to_dict()
    return made


def _case(result: Result) -> dict[str, Any]:
    case = result.case
    made: dict[str, Any] = {
        "name": case.name,
        "line": case.place.line,
        "about": list(case.about),
        "passed": result.passed,
    }
    if not result.passed:
        made["said"] = list(failure(result))
    return made


# --- JUnit ----------------------------------------------------------------------------------------


def junit(every: Sequence[Report]) -> bytes:
    """Give what came of the cases as a JUnit XML document: a suite a policy, a test a case."""
    suites = ET.Element("testsuites", {"name": "missingrules policy test", **_sums(every)})
    for tested in every:
        suite = ET.SubElement(suites, "testsuite", {"name": tested.policy, **_sums([tested])})
        if tested.coverage is not None:
            properties = ET.SubElement(suite, "properties")
            points = len(tested.coverage.points)
            reached = points - len(tested.coverage.missing)
            for name, value in (("points", points), ("points_covered", reached)):
                ET.SubElement(properties, "property", name=name, value=str(value))
        for result in tested.results:
            case = ET.SubElement(
                suite,
                "testcase",
                classname=tested.policy,
                name=result.case.name,
                file=result.case.place.source,
                line=str(result.case.place.line),
            )
            if not result.passed:
                lines = list(failure(result))
                kind = "failure" if result.error is None else "error"
                ET.SubElement(case, kind, message=lines[0]).text = "\n".join(lines)
    ET.indent(suites)
    made: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return made + b"\n"


def _sums(every: Sequence[Report]) -> dict[str, str]:
    failed = [result for tested in every for result in tested.failed]
    errors = sum(result.error is not None for result in failed)
    return {
        "tests": str(sum(len(tested.results) for tested in every)),
        "failures": str(len(failed) - errors),
        "errors": str(errors),
    }
