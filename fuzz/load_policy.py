"""Any text as a policy; one that loads is used for all that policies are used for."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from mutating import TextMutator
from target import ROOT, Target, scratch

from missingrules.errors import MissingRulesError, PolicyError
from missingrules.kernel import evaluate
from missingrules.layers import source_from_text
from missingrules.lint import lint
from missingrules.log import read_jsonl
from missingrules.policy import Policy
from missingrules.record import Record
from missingrules.show import show, to_html, to_markdown
from missingrules.yamlsource import decode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.errors import Fault

_FILE: Final = scratch() / "policy.yaml"
_TODAY: Final = dt.date(2026, 11, 21)
_AS_OF: Final = dt.datetime(2023, 6, 1, 12, tzinfo=dt.UTC)
_RECORD: Final = Record.of(read_jsonl(ROOT / "examples" / "01_wiltshire_boy.jsonl").entries)
_HEAD: Final = """\
policy: small
title: T
edition: 2024-01
extends: {}
"""


def seeds() -> Iterator[bytes]:
    """Give small policies, sound and faulty, and every rule that is shipped, laid over its own."""
    yield from (path.read_bytes() for path in sorted((ROOT / "examples").glob("*.yaml")))
    for folder in ("bad_policies", "bad_policies/lower", "lint", "conformance", "rulings", "cases"):
        for path in sorted((ROOT / "tests" / folder).rglob("*.yaml")):
            raw = path.read_bytes()
            if raw.startswith((b"policy:", b"#")) and len(raw) < _LONGEST:
                yield raw
    for name in ("england", "wiltshire", "good_practice"):
        text = (ROOT / "policies" / f"{name}.yaml").read_text(encoding="utf-8")
        rules = text.split("\nrules:\n")[1].split("\n  - id: ")[1:]
        for some in (rules[start : start + 4] for start in range(0, len(rules), 4)):
            listed = "".join(f"  - id: own-{rule.rstrip()}\n" for rule in some)
            yield f"{_HEAD.format(name)}rules:\n{listed}".encode()


def check(raw: bytes) -> None:
    """Load a policy, lint it, write it as a page, and judge with it."""
    try:
        text = decode(raw, "<policy>", error=PolicyError)
        policy = Policy.parse(text)
    except PolicyError as error:
        assert error.faults, "an error has a place"
        assert list(error.faults) == sorted(error.faults), "faults are in order"
        for fault in error.faults:
            _stands_in(fault, raw)
        policy = None
    _FILE.write_bytes(raw)
    try:
        report = lint(_FILE, today=_TODAY)
    except MissingRulesError as error:
        assert policy is None, f"what loads can be linted: {error}"
    else:
        assert report.to_text()
        assert report.to_dict()["found"] or not report.found
    if policy is None:
        return
    if len(raw) % 8 == 0:
        again = source_from_text(text).digest
        assert again == policy.source.digest, "the digest is of the text"
    page = show(policy)
    assert to_markdown(page)
    assert to_html(page)
    try:
        assessment = evaluate(policy, _RECORD, as_of=_AS_OF)
    except ValueError as error:
        assert "holidays" in str(error), f"only holidays can be unknown: {error}"
    else:
        for finding in assessment.findings:
            assert finding.to_dict()["finding_id"]


def _stands_in(fault: Fault, raw: bytes) -> None:
    """Assert that a fault has a place, and that the place is in the text."""
    lines = raw.decode("utf-8", "replace").splitlines() or [""]
    assert fault.line >= 1, f"a fault has a line: {fault}"
    assert fault.column >= 1, f"a fault has a column: {fault}"
    if fault.source == "<policy>":
        assert fault.line <= len(lines) + 1, f"a fault is in the text: {fault}"


_LONGEST: Final = 4_000
TARGET: Final = Target(
    "load_policy",
    check,
    seeds,
    TextMutator((raw.decode("utf-8", "replace") for raw in seeds()), indented=True),
    _LONGEST,
)
