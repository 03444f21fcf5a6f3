"""Testing policies by name: what the command ``missingrules policy test`` does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules import wording
from missingrules.cases.codes import CaseError
from missingrules.cases.coverage import coverage
from missingrules.cases.file import load_cases
from missingrules.cases.report import Report
from missingrules.cases.run import run_cases
from missingrules.errors import Fault, MissingRulesError
from missingrules.layers import shipped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from missingrules.cases.case import CaseFile


def run_policies(
    names: Sequence[str | Path] | None = None,
    *,
    rule: str | None = None,
    with_coverage: bool = True,
) -> tuple[Report, ...]:
    """Run the cases beside policies, by default beside each shipped one.

    ``rule`` keeps to the cases about one rule, and to what there is to show of it. Raises
    :class:`CaseError` with the faults of every file, ``PolicyError`` for a faulty policy,
    ``MissingRulesError`` for a rule that none of the policies has.
    """
    files = _files(shipped() if names is None else names)
    if rule is not None:
        files = _about(files, rule)
    found = []
    for file in files:
        cases = [case for case in file.cases if rule is None or rule in case.about]
        results = run_cases(cases)
        rules = None if rule is None else frozenset([rule])
        seen = coverage(file.policy, results, rules=rules) if with_coverage else None
        found.append(Report(file.policy.name, file.path, results, seen))
    speaking = [one for one in found if one.results or (one.coverage and one.coverage.points)]
    return tuple(speaking or found)


def _files(names: Sequence[str | Path] | dict[str, Path]) -> list[CaseFile]:
    """Load every file before any case is run."""
    files: list[CaseFile] = []
    faults: list[Fault] = []
    for name in dict.fromkeys(names):
        try:
            files.append(load_cases(name))
        except CaseError as error:
            faults += error.faults
    if faults:
        raise CaseError(faults)
    return files


def _about(files: list[CaseFile], rule: str) -> list[CaseFile]:
    """Keep the policies that have a rule."""
    known = {one.id for file in files for one in file.policy.source.file.rules}
    if rule not in known:
        hint = wording.advice(rule, sorted(known))
        names = wording.listed(file.policy.name for file in files)
        message = f"{names} has no rule {wording.quoted(rule)}"
        raise MissingRulesError(f"{message}; {hint}" if hint else message)
    return [file for file in files if rule in {one.id for one in file.policy.source.file.rules}]
