"""What a finding asks for, done: the entry that answers it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from missingrules.calendar import Elapsed
from missingrules.duties import Action, Floor, Forbidden, Measured, Recorded
from missingrules.entry import Entry
from missingrules.facts import PRINCIPAL
from missingrules.finding import BREACHED, FULFILLED_LATE, PENDING
from missingrules.terms import All, Any, Is
from missingrules.testing.code import free_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from missingrules.finding import Finding
    from missingrules.policy import Policy
    from missingrules.record import Record
    from missingrules.terms import Condition, Node
    from missingrules.vocabulary import Field

FILLING = "Filled in."
_DAY = dt.date(2000, 1, 1)


def last_in_time(finding: Finding) -> int | None:
    """Give the last microsecond in time, for hours the deadline itself; None without a deadline."""
    due, duty = finding.due_us, finding.duty
    if due is None:
        return None
    if duty.every is not None:
        lengths = [duty.every.interval, *(interval for _, interval in duty.every.sooner)]
        in_hours = all(isinstance(length, Elapsed) for length in lengths)
    elif isinstance(duty.effect, Floor) and due == finding.opened_us:
        in_hours = False  # a grade recorded below the floor was too late when it was made
    else:
        in_hours = isinstance(duty.allowed, Elapsed)
    return due if in_hours else due - 1


def can_be_answered(finding: Finding) -> bool:
    """Say whether an entry in time could have answered the finding."""
    last = last_in_time(finding)
    return (
        finding.outcome in (PENDING, BREACHED, FULFILLED_LATE)
        and not isinstance(finding.duty.effect, Forbidden | Measured)
        and (last is None or finding.opened_us <= last)
    )


def chances(record: Record, finding: Finding) -> tuple[int, int]:
    """Give the last instant in time to do what is owed, and the first (just after it arose)."""
    last, first, as_of = last_in_time(finding), finding.opened_us, finding.as_of_us
    latest = as_of if last is None else min(last, as_of)
    if not isinstance(finding.duty.effect, Action):
        # A second report begins another time away, with gradings and fields of its own.
        again = [
            entry.at - 1
            for entry in record.entries
            if entry.kind == "reported"
            and entry.episode_id == finding.episode_id
            and entry.at > first
        ]
        latest = min([latest, *again])
    return latest, min(first + 1, latest)


def answers(policy: Policy, record: Record, finding: Finding, when: int) -> list[Entry]:
    """Make the entries, one for each kind that will do, that do at ``when`` what is owed.

    What is recorded of an action may be recorded later, so it is at the finding's ``as_of``; fields
    and grades are owed on record.
    """
    effect, anchor = finding.duty.effect, _anchor(record, finding)
    checks: Mapping[str, Condition | None] = {"graded": None}
    if isinstance(effect, Action):
        checks = effect.kinds
    elif isinstance(effect, Recorded):
        checks = {anchor.kind: effect.checks[anchor.kind]}
    made = []
    for kind, check in checks.items():
        told = policy.vocabulary.kinds[kind]
        fields = {name: _anything(held) for name, held in told.fields.items() if held.required}
        if isinstance(effect, Floor):
            fields["grade"] = finding.required_grade
        principal = PRINCIPAL.get(kind, "")
        if isinstance(effect, Recorded) and principal in anchor.fields:
            fields[principal] = anchor.fields[principal]
        if check is not None:
            _satisfy(policy, kind, check.node, fields)
        by = fields.pop("by", None)
        episode_id = finding.episode_id or anchor.episode_id or "none"
        made.append(
            Entry(
                entry_id=free_id(record.entries, "done"),
                child_id=record.child_id,
                episode_id=None if told.home == "child" else episode_id,
                kind=kind,
                at=when,
                recorded=finding.as_of_us if isinstance(effect, Action) else when,
                by=None if by is None else str(by),
                fields=fields,
            )
        )
    return made


def _anchor(record: Record, finding: Finding) -> Entry:
    known, _ = record.known(finding.as_of_us)
    return next(entry for entry in known if entry.entry_id == finding.anchor)


def _satisfy(policy: Policy, kind: str, node: Node, fields: dict[str, object]) -> None:
    """Fill in the fields so that a condition on one entry holds."""
    match node:
        case All(parts):
            for part in parts:
                _satisfy(policy, kind, part, fields)
        case Any(parts):
            _satisfy(policy, kind, parts[0], fields)
        case Is(prop=prop, codes=codes):
            held = policy.vocabulary.kinds[kind].fields.get(prop.name)
            if prop.what == "code":
                table = policy.codes[kind, prop.name]
                word = next(word for word, code in table.items() if code in codes)
                is_date = held is not None and held.type == "date"
                fields[prop.name] = dt.date.fromisoformat(word) if is_date else word
            elif prop.what == "names":
                fields[prop.name] = (prop.value,)
            elif held is not None:
                fields[prop.name] = _anything(held)


def _anything(held: Field) -> object:
    """Fill a field: a list with everything that it could name."""
    words = tuple(sorted(held.values or ("filled",)))
    filled: dict[str, object] = {
        "choice": words[0],
        "choices": words,
        "yes_no": "yes",
        "text": FILLING,
        "date": _DAY,
        "instant": 0,
        "reference": "filled",
    }
    return filled[held.type]
