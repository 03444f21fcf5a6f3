"""The rows as cases that stand beside a policy, so that what was signed off stays so.

The notation is that of ``missingrules policy test``: days are local dates counted from the date on
which a row is looked at, times are those of the policy's zone.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from missingrules.calendar import Elapsed, InstantError, parse_instant
from missingrules.edges.table import edge_cases
from missingrules.kernel import judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from missingrules.calendar import Calendar
    from missingrules.edges.row import Row
    from missingrules.entry import Entry
    from missingrules.finding import Finding
    from missingrules.policy import Policy

_SHORT = len("2024-02-05T10:00:00")


def as_cases(policy: Policy, rules: Sequence[str] = ()) -> str:
    """Write the rows of a policy, or of some of its rules, as a file of cases.

    Each expects what the kernel says today; rows without an example are left as comments. Raises
    :class:`missingrules.edges.table.UnknownRuleError` for a rule that is not there.
    """
    out = [
        f"# Edge cases of `{policy.name}`, edition {policy.edition}, as it judges them today.",
        f"# Run them with: missingrules policy test {policy.name}",
        "",
        f"policy: {policy.name}",
        "",
        "cases:",
    ]
    for table in edge_cases(policy, rules):
        of_edition = "" if table.since is None else f" from {table.since.isoformat()}"
        for number, row in enumerate(table.rows, 1):
            name = f"{row.rule}{of_edition} {number}: {row.tried}"
            if row.impossible:
                out.append(f"  # {name}: no example, {row.impossible}")
            else:
                out += [f"  {line}" for line in _case(policy, row, name)]
    return "\n".join(out) + "\n"


def _case(policy: Policy, row: Row, name: str) -> Iterator[str]:
    calendar = policy.calendar
    zero = calendar.day(row.as_of)
    found = [
        finding
        for finding in judge(policy, row.record(), as_of=row.as_of).findings
        if finding.rule == row.rule
    ]
    yield f"- name: {_quoted(name)}"
    yield f"  about: {row.rule}"
    yield f"  day 0: {dt.date.fromordinal(zero).isoformat()}"
    yield "  log: |"
    struck = {entry.fields.get("of") for entry in row.entries}
    for entry in sorted(row.entries, key=lambda entry: (entry.at, entry.entry_id)):
        words = [_when(calendar, zero, entry.at), *_step(policy, zero, entry)]
        if entry.entry_id in struck:
            words.append(f"as {entry.entry_id}")
        yield f"    {' '.join(words)}"
    yield f"  as_of: {_when(calendar, zero, row.as_of)}"
    if not found:
        yield "  expect: none"
        return
    yield "  expect:"
    for finding in found:
        stated = ", ".join(f"{key}: {cell}" for key, cell in _expected(calendar, zero, finding))
        yield f"    - {{{stated}}}"


def _step(policy: Policy, zero: int, entry: Entry) -> Iterator[str]:
    """Write whose entry it is, its kind, its fields and who made it."""
    kind = policy.vocabulary.kinds[entry.kind]
    if kind.home != "child":
        yield entry.episode_id or "child"
    yield entry.kind
    for name, value in entry.fields.items():
        yield f"{name}={_cell(policy.calendar, zero, value)}"
    if entry.by is not None:
        yield f"by {entry.by}"
    if entry.recorded > entry.at:
        yield f"recorded {_when(policy.calendar, zero, entry.recorded)}"


def _cell(calendar: Calendar, zero: int, value: object) -> str:
    if isinstance(value, int):
        return _quoted(_when(calendar, zero, value))
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    text = str(value)
    return _quoted(text) if " " in text else text


def _expected(calendar: Calendar, zero: int, finding: Finding) -> Iterator[tuple[str, Any]]:
    yield "outcome", finding.outcome
    yield "episode", finding.episode_id or "child"
    yield "opened", _quoted(_when(calendar, zero, finding.opened_us))
    if finding.due_us is None:
        yield "due", "none"
    elif isinstance(finding.duty.allowed, Elapsed) or not _midnight(calendar, finding.due_us):
        yield "due", _quoted(_when(calendar, zero, finding.due_us))
    else:
        yield "due", f"end of day {calendar.day(finding.due_us) - 1 - zero}"
    if finding.masked:
        yield "masked", "true"
    if finding.required_grade is not None:
        yield "recorded_grade", finding.recorded_grade
        yield "required_grade", finding.required_grade
    if finding.missed:
        yield "missed", finding.missed


def _midnight(calendar: Calendar, us: int) -> bool:
    return calendar.midnight(calendar.day(us)) == us


def _when(calendar: Calendar, zero: int, us: int) -> str:
    """Write an instant as a day of the case and a time, with its offset only where it needs one."""
    local = calendar.local(us)
    clock = local[11:]
    bare = clock[: clock.index("+") if "+" in clock else clock.index("-")]
    try:
        needed = parse_instant(f"{local[:10]}T{bare}", calendar.zone) != us
    except InstantError:
        needed = True
    time = bare.removesuffix(":00") if len(bare) == _SHORT - 11 else bare
    day = dt.date.fromisoformat(local[:10]).toordinal() - zero
    return f"day {day} {clock if needed else time}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
