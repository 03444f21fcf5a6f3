"""Records judged and explained in full, each page read line by line before it was kept.

A case under ``explained/`` is a YAML file: ``title``, what the record shows; ``policy`` and ``log``
in the notation of ``build.py``; ``as_of``, the instants to judge at; and, where they matter,
``coverage`` (``start``, ``end``, ``without``, ``kinds`` with a span each), ``incomplete``, and
``since``, an earlier instant whose findings may have been withdrawn. Beside it stands what comes
out: at every instant each finding that was not the same at the instant before, with whatever is not
empty; what to look at in the record; when to look again; and at the last instant the explanation of
the rules under ``explain``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

import build
from missingrules import Coverage, explain
from missingrules.calendar import to_us
from missingrules.finding import stamp

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules import Assessment, Finding

FOLDER = Path(__file__).parent / "explained"
CASES = sorted(path.stem for path in FOLDER.glob("*.yaml"))

OF_THE_RULE = {
    *("child_id", "rule", "title", "policy", "policy_digest", "severity", "authority", "basis"),
    *("timing_basis", "action", "owner", "cite", "as_of", "finding_id", "outcome", "episode_id"),
}
"""Said in the head of a finding, or the same for every finding of its rule."""


def instant(text: str | None) -> int | None:
    return None if text is None else to_us(build.at(text))


def coverage_of(case: dict[str, Any]) -> Coverage:
    said = case.get("coverage", {})
    named = Coverage.between(without=said.get("without", ()))
    spans = {
        kind: None if span is None else (instant(span[0]), instant(span[1]))
        for kind, span in said.get("kinds", {}).items()
    }
    return Coverage(
        instant(said.get("start")),
        instant(said.get("end")),
        {**named.kinds, **spans},
        named.without_fields,
    )


def shown(finding: Finding) -> str:
    slot = f" {stamp(finding.slot)}" if finding.slot > 1 else ""
    about = f"{finding.episode_id or 'of the child'} ({finding.anchor}{slot})"
    lines = [f"{finding.rule} {about}: {finding.outcome}"]
    for key, value in finding.to_dict().items():
        if key not in OF_THE_RULE and value not in (None, [], 0, False):
            lines.append(f"  {key}: {', '.join(value) if isinstance(value, list) else value}")
    return "\n".join(lines)


def judged(assessment: Assessment) -> Iterator[str]:
    yield from map(shown, assessment.findings)
    for gap in assessment.data_gaps:
        about = f"{gap.episode_id or '-'} {gap.rule or '-'} ({', '.join(gap.entries)})"
        yield f"{gap.code} {about}\n  {gap.message}"
    yield f"look again: {assessment.next_due or 'never'}"


def withdrawn(assessment: Assessment, since: str | None) -> Iterator[str]:
    for gone in assessment.withdrawn_since(build.at(since)) if since else ():
        finding, by = gone.finding, ", ".join(gone.by)
        yield (
            f"withdrawn: {finding.rule} {finding.episode_id or 'of the child'} {finding.outcome}"
            f" since {finding.opened_at} by {', '.join(gone.entries)} ({by}) {gone.reasons}"
        )


def read(name: str) -> dict[str, Any]:
    case: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return case


def page(name: str) -> str:
    case = read(name)
    policy, coverage = build.policy(case["policy"]), coverage_of(case)
    record = build.record(case["log"], incomplete=case.get("incomplete", False))
    lines: list[str] = []
    before: list[str] = []
    for as_of in case["as_of"]:
        assessment = build.judge(policy, record, as_of, coverage=coverage)
        blocks = [*judged(assessment), *withdrawn(assessment, case.get("since"))]
        lines += [f"== {as_of}", *(block for block in blocks if block not in before)]
        before = blocks
    lines.append(f"== explained at {case['as_of'][-1]}")
    last = build.at(case["as_of"][-1])
    for one in explain(policy, record, as_of=last, coverage=coverage):
        if one.rule in case["explain"]:
            lines.append(one.to_text())
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", CASES)
def test_everything_that_is_said_of_a_record_is_as_it_was_when_a_person_read_it(name: str) -> None:
    assert page(name) == (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_what_a_finding_cites_is_enough_to_find_it_again(name: str) -> None:
    case = read(name)
    policy, record, coverage = (
        build.policy(case["policy"]),
        build.record(case["log"]),
        coverage_of(case),
    )
    lost = []
    for as_of in case["as_of"]:
        for finding in build.judge(policy, record, as_of, coverage=coverage).findings:
            rests_on = record.only({*finding.evidence, *finding.cited})
            again = build.judge(policy, rests_on, as_of, coverage=coverage)
            found = {(one.finding_id, one.outcome) for one in again.findings}
            if (finding.finding_id, finding.outcome) not in found:
                lost.append(f"{as_of}: {finding.rule} {finding.anchor} {finding.outcome}")
    assert lost == []


if __name__ == "__main__":
    for each in sys.argv[1:] or CASES:
        (FOLDER / f"{each}.txt").write_text(page(each), encoding="utf-8", newline="\n")
