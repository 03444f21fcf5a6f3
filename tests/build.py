"""Logs and policies in compact notation, so that a test shows its whole case at one glance.

A log is text, one entry a line: the episode (``-`` for an entry about the child), date and time,
the kind, then fields and columns in any order::

    E1 2023-01-10 09:00 reported missing_since=07:30
    E1 2023-01-10 09:05 categorised category=concern_for_safety by=call_handler recorded=09:40
    -  2023-01-11 10:00 strategy_meeting_held id=meeting attended_by=police,health

A time without an offset is UTC; one without a date falls on the date of its line. Without ``id=``
an entry is called after its episode and kind: ``E1.reported``, the next one ``E1.reported.2``; or
``marker_added``. A policy is YAML; what every rule must say and most tests do not care about
(title, authority, basis) is filled in.
"""

from __future__ import annotations

import datetime as dt
import re
import shlex
import textwrap
from typing import TYPE_CHECKING

from missingrules import Coverage, Policy, Record, evaluate
from missingrules.calendar import from_us, parse_instant
from missingrules.errors import LogError
from missingrules.tablerows import entry_from_row

if TYPE_CHECKING:
    from missingrules import Assessment, Entry, Finding
    from missingrules.vocabulary import Vocabulary

CHILD = "C1"
FIRST_DAY = dt.date(2023, 1, 1)

_TIME = re.compile(r"\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?")
_INSTANT = re.compile(rf"(\d{{4}}-\d\d-\d\d)[T ]({_TIME.pattern})")
_RULE = re.compile(r"^( *)- id: (\S+)$", re.MULTILINE)

_HEAD = """\
policy: test
title: A policy for one test
edition: "1"
conventions:
  zone: Europe/London
  holidays: {country: GB, subdivision: ENG}
sources:
  guidance: {title: Guidance on missing children, publisher: An office, published: "2023"}
"""


def at(text: str) -> dt.datetime:
    """Read ``2023-01-10 09:00``, with seconds or an offset where they matter; UTC without one."""
    return from_us(parse_instant(_rfc_3339(text)))


def log(text: str, *, child: str = CHILD, vocabulary: Vocabulary | None = None) -> list[Entry]:
    """Read a log in the notation above."""
    entries: list[Entry] = []
    seen: dict[str, int] = {}
    for line in textwrap.dedent(text).splitlines():
        if not line.strip():
            continue
        episode, date, time, kind, *cells = shlex.split(line)
        row: dict[str, object] = {
            "child_id": child,
            "episode_id": "" if episode == "-" else episode,
            "at": _rfc_3339(f"{date}T{time}"),
            "kind": kind,
        }
        for cell in cells:
            name, _, value = cell.partition("=")
            column = {"id": "entry_id", "recorded": "recorded_at"}.get(name, name)
            row[column] = _filled(date, value)
        name = kind if episode == "-" else f"{episode}.{kind}"
        seen[name] = seen.get(name, 0) + 1
        row.setdefault("entry_id", name if seen[name] == 1 else f"{name}.{seen[name]}")
        found = entry_from_row(row, vocabulary)
        if isinstance(found, list):
            raise LogError(found)
        entries.append(found)
    return entries


def day(number: int) -> str:
    """Write the date so many days after 1 January 2023, a Sunday."""
    return (FIRST_DAY + dt.timedelta(number)).isoformat()


def missing(*days: int, first: int = 1) -> str:
    """Write one episode a day, recorded as missing with the report at 09:00 UTC: E1, E2, ..."""
    lines = []
    for number, when in enumerate(days, first):
        lines.append(f"E{number} {day(when)} 09:00 reported")
        lines.append(f"E{number} {day(when)} 09:00 categorised category=missing")
    return "\n".join(lines)


def record(text: str, *, child: str = CHILD, incomplete: bool = False) -> Record:
    """Gather a log in the notation above; an empty one is the record of a child without entries."""
    return Record.of(log(text, child=child), child_id=child, incomplete=incomplete)


def policy(text: str) -> Policy:
    """Compile a policy of these ``parameters``, ``terms`` and ``rules``."""
    return Policy.parse(policy_text(text))


def policy_text(text: str) -> str:
    """Write out in full what :func:`policy` compiles."""
    return _HEAD + _with_defaults(textwrap.dedent(text))


def judge(
    policy: Policy, entries: str | Record, as_of: str, *, coverage: Coverage | None = None
) -> Assessment:
    """Judge a log as it was known at an instant."""
    one = record(entries) if isinstance(entries, str) else entries
    return evaluate(policy, one, as_of=at(as_of), coverage=coverage or Coverage())


def found(assessment: Assessment, rule: str | None = None) -> list[Finding]:
    """List the findings (of a rule) in order."""
    return [one for one in assessment.findings if rule is None or one.rule == rule]


def only(assessment: Assessment, rule: str | None = None) -> Finding:
    """Give the one finding (of a rule) that there is; fail if there are none or several."""
    (one,) = found(assessment, rule)
    return one


def outcomes(assessment: Assessment, rule: str | None = None) -> list[str]:
    """List the outcomes (of a rule), in order of the findings."""
    return [one.outcome for one in found(assessment, rule)]


def _rfc_3339(text: str) -> str:
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise ValueError(f"{text=} must be like 2023-01-10 09:00")
    date, time, seconds, _, offset = match.groups()
    clock = time.removesuffix(offset or "")
    return f"{date}T{clock}{'' if seconds else ':00'}{offset or 'Z'}"


def _filled(date: str, value: str) -> str:
    """Complete a time or an instant; leave everything else as it is."""
    if _TIME.fullmatch(value):
        return _rfc_3339(f"{date}T{value}")
    return _rfc_3339(value) if _INSTANT.fullmatch(value) else value


def _with_defaults(text: str) -> str:
    """Give each rule that does not say them a title, an authority and a basis."""
    heads = list(_RULE.finditer(text))
    ends = [head.start() for head in heads[1:]] + [len(text)]
    parts = [text[: heads[0].start()] if heads else text]
    for head, end in zip(heads, ends, strict=True):
        body, margin = text[head.end() : end], f"\n{head[1]}  "
        parts.append(head[0])
        for key, value in (
            ("title", f"The rule {head[2]}"),
            ("authority", "force_policy"),
            ("basis", "inferred"),
        ):
            if f"{margin}{key}:" not in body:
                parts.append(f"{margin}{key}: {value}")
        parts.append(body)
    return "".join(parts)
