"""Findings that later corrections took away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.calendar import from_us

if TYPE_CHECKING:
    from missingrules.finding import Assessment, Finding, Withdrawn


def withdrawals(assessment: Assessment) -> tuple[Withdrawn, ...]:
    """List what stood just before some correction was known and does not stand any more.

    Of a finding that several corrections touched, the gravest form in which it stood is given. The
    record is judged twice more for each instant at which corrections became known, and not at all
    where there are none.
    """
    found: dict[str, Withdrawn] = {}
    for known in sorted({entry.known for entry in assessment.corrections}):
        for one in assessment.withdrawn_since(from_us(known - 1)):
            held = found.get(one.finding.finding_id)
            if held is None or _gravity(one.finding) > _gravity(held.finding):
                found[one.finding.finding_id] = one
    return tuple(found[finding_id] for finding_id in sorted(found))


def _gravity(finding: Finding) -> tuple[bool, bool]:
    return finding.is_breach, finding.is_required
