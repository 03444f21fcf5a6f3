"""Findings that later corrections took away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.kernel import judge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missingrules.finding import Assessment, Finding, Withdrawn
    from missingrules.selection import Selection


def withdrawals(assessment: Assessment) -> tuple[Withdrawn, ...]:
    """List what stood just before some correction was known and does not stand any more.

    Of a finding that several corrections touched, the gravest form in which it stood is given. The
    record is judged again for each instant at which corrections became known, twice where anything
    is gone that stood then, and not at all without corrections.
    """
    if not assessment.corrections:
        return ()
    found: dict[str, Withdrawn] = {}
    now = {finding.finding_id: finding.is_breach for finding in assessment.findings}
    for known in sorted({entry.known for entry in assessment.corrections}):
        earlier = judge(
            assessment.policy, assessment.record, as_of=known - 1, coverage=assessment.coverage
        )
        if all(now.get(f.finding_id, -1) >= f.is_breach for f in earlier.findings):
            continue
        for one in assessment.withdrawn_since(earlier):
            held = found.get(one.finding.finding_id)
            if held is None or _gravity(one.finding) > _gravity(held.finding):
                found[one.finding.finding_id] = one
    return tuple(found[finding_id] for finding_id in sorted(found))


def handed_or_found(
    assessment: Assessment, withdrawn: Iterable[Withdrawn] | None, selection: Selection | None
) -> tuple[Withdrawn, ...]:
    """Give what was handed in as withdrawn; without it, what is found in a whole assessment.

    In one that a selection narrowed, what was left out would look as if it had been taken away.
    """
    if withdrawn is None and selection is None:
        return withdrawals(assessment)
    return tuple(withdrawn or ())


def _gravity(finding: Finding) -> tuple[bool, bool]:
    return finding.is_breach, finding.is_required
