"""Any text as the cases of a policy; those that load are run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mutating import TextMutator
from target import ROOT, Target

from missingrules.cases import (
    CaseError,
    Report,
    coverage,
    junit,
    parse_cases,
    run_cases,
    text,
    to_dict,
)
from missingrules.policy import Policy
from missingrules.yamlsource import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

_POLICIES: Final = {name: Policy.load(name) for name in ("england", "wiltshire", "good_practice")}
_NAME: Final = re.compile(rb"^policy: (\w+)", re.MULTILINE)
_SHIFTS: Final = """\
    log: day -99999 09:00 reported; +999999h999999h graded low; +99999d located recorded -999999h
    day 0: 2199-12-31
    day 0: 1900-01-01
    as_of: +999999h
    expect: {opened: +999999h, due: end of day 99999}
    with: {parameters: {a: 999999 hours}, on: [a], off: [a]}
"""
_MOST_COVERED: Final = 2_000
"""Inputs that are longer are run, and what they cover is not worked out: that takes long."""


def seeds() -> Iterator[bytes]:
    """Give the shipped cases, two at a time."""
    for name in _POLICIES:
        page = (ROOT / "policies" / f"{name}.cases.yaml").read_text(encoding="utf-8")
        cases = re.split(r"^  - ", page.split("\ncases:\n")[1], flags=re.MULTILINE)[1:]
        for start in range(0, len(cases), 2):
            some = "".join(f"  - {case}" for case in cases[start : start + 2])
            yield f"policy: {name}\ncases:\n{some}".encode()


def check(raw: bytes) -> None:
    """Load cases of the policy that they name, and run them."""
    named = _NAME.search(raw)
    policy = _POLICIES.get(named[1].decode() if named else "england", _POLICIES["england"])
    try:
        cases = parse_cases(decode(raw, "<cases>", error=CaseError), policy)
    except CaseError as error:
        assert error.faults, "an error has a place"
        for fault in error.faults:
            assert fault.line >= 1, f"a fault has a line: {fault}"
            assert fault.column >= 1, f"a fault has a column: {fault}"
        return
    results = run_cases(cases)
    assert len(results) == len(cases)
    measured = len(raw) < _MOST_COVERED and len(raw) % 10 == 0
    covered = coverage(policy, results) if measured else None
    report = Report(policy.name, Path("x.cases.yaml"), results, covered)
    assert "\n".join(text(report))
    assert to_dict(report)
    assert junit([report])


TARGET: Final = Target(
    "load_cases",
    check,
    seeds,
    TextMutator([_SHIFTS, *(raw.decode("utf-8", "replace") for raw in seeds())], indented=True),
    4_000,
)
