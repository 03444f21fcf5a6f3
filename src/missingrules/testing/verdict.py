"""Verdicts side by side: what a judge said, and how two verdicts differ.

A difference names findings by id and rule, and says which of their keys differ. It quotes outcomes
and instants, and nothing else that a judge may have said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from missingrules import values
from missingrules.errors import MissingRulesError
from missingrules.finding import OUTCOMES, Assessment, Finding

if TYPE_CHECKING:
    from missingrules.policy import Policy
    from missingrules.record import Record

Told: TypeAlias = Finding | Mapping[str, Any]
Judge: TypeAlias = "Callable[[Policy, Record, dt.datetime], Assessment | Iterable[Told]]"
"""What is tested: given a policy, a record and an instant, it gives an assessment, or findings.

A finding is one of the library's, or a mapping with at least ``finding_id``, ``rule`` and
``outcome``, and otherwise any keys of :meth:`Finding.to_dict`.
"""

_ALIKE = frozenset({"rule", "outcome", "child_id", "evidence", "cited"})
"""Keys under which a finding says the same in JSON and in Python."""

_INSTANTS = ("opened_at", "due_at", "done_at", "known_at")


class InvariantError(MissingRulesError, AssertionError):
    """Something does not hold that must hold of every verdict.

    ``invariant`` is its name, such as ``order-independent``; ``findings`` are the ids of the
    findings that show it. The text names rules, findings and outcomes, and quotes nothing of a log.
    """

    def __init__(self, message: str, *, invariant: str = "", findings: Iterable[str] = ()) -> None:
        """Take the text, and what a program may want to know of it."""
        super().__init__(message)
        self.invariant = invariant
        self.findings = tuple(findings)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge said: findings by id and, where it gave an assessment, what goes with them."""

    findings: Mapping[str, Told]
    gaps: frozenset[tuple[object, ...]] | None = None
    wakeups: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One way in which two verdicts differ; without an id it is about no finding in particular."""

    finding_id: str
    text: str


def verdict(said: Assessment | Iterable[Told]) -> Verdict:
    """Take what a judge said.

    Raises ``TypeError`` for what is neither an assessment nor findings, ``ValueError`` for a
    finding without an id, a rule or an outcome, and for two of one id.
    """
    if isinstance(said, Assessment):
        gaps = frozenset(
            (gap.code, gap.rule, gap.episode_id, frozenset(gap.entries)) for gap in said.data_gaps
        )
        return Verdict(_by_id(said.findings), gaps, said.wakeups)
    if isinstance(said, str | Mapping | Finding) or not isinstance(said, Iterable):
        raise TypeError(f"judge must return an Assessment or findings, not {type(said).__name__}")
    return Verdict(_by_id(said))


def value(finding: Told, key: str) -> Any:
    """Give what a finding says under a key of its JSON form; None where it says nothing."""
    if isinstance(finding, Finding) and key in _ALIKE:
        return getattr(finding, key)
    return _json(finding).get(key)


def differences(
    one: Verdict, other: Verdict, *, where: str, ignoring: frozenset[str] = frozenset()
) -> list[Difference]:
    """List how the other verdict, had ``where``, differs from the one."""
    found = []
    for finding_id in sorted({**one.findings, **other.findings}, key=_place(one, other)):
        here, there = one.findings.get(finding_id), other.findings.get(finding_id)
        if here is None or there is None:
            text = f"only {where}" if here is None else f"is gone {where}"
            found.append(Difference(finding_id, f"{_outcome(here or there)}, {text}"))
        elif here != there and (text := _contrast(here, there, where, ignoring)):
            found.append(Difference(finding_id, text))
    for name, what in (("gaps", "the data gaps differ"), ("wakeups", "the next instants differ")):
        told = getattr(one, name), getattr(other, name)
        if None not in told and told[0] != told[1]:
            found.append(Difference("", f"{what} {where}"))
    return found


def refuse(invariant: str, sentence: str, found: Iterable[Difference], *verdicts: Verdict) -> None:
    """Raise :class:`InvariantError` if there is any difference."""
    listed = list(found)
    if not listed:
        return
    rules = {f: value(told, "rule") for each in verdicts for f, told in each.findings.items()}
    lines = [
        f"    {rules[each.finding_id]} {each.finding_id}: {each.text}"
        if each.finding_id
        else f"    {each.text}"
        for each in listed
    ]
    ids = [each.finding_id for each in listed if each.finding_id]
    raise InvariantError(
        "\n".join([f"{invariant}: {sentence}", *lines]), invariant=invariant, findings=ids
    )


def _by_id(said: Iterable[Told]) -> dict[str, Told]:
    found: dict[str, Told] = {}
    for finding in said:
        finding_id = _id_of(finding)
        if finding_id in found:
            raise ValueError(f"judge must not give two findings of one id, as for {finding_id}")
        found[finding_id] = finding
    return found


def _id_of(finding: Told) -> str:
    """Give the id of a finding; a mapping must have what every check asks for."""
    if isinstance(finding, Finding):
        return finding.finding_id
    if not isinstance(finding, Mapping):
        raise TypeError(f"a finding must be a Finding or a mapping, not {type(finding).__name__}")
    for key in ("finding_id", "rule"):
        try:
            values.identifier(finding.get(key))
        except values.UnreadableError:
            raise ValueError(f"a finding must have an id under {key!r}") from None
    if finding.get("outcome") not in OUTCOMES:
        raise ValueError(f"a finding must have one of {', '.join(OUTCOMES)} under 'outcome'")
    return str(finding["finding_id"])


def _json(finding: Told) -> Mapping[str, Any]:
    return finding.to_dict() if isinstance(finding, Finding) else finding


def _outcome(finding: Told | None) -> str:
    return "" if finding is None else str(value(finding, "outcome"))


def _place(one: Verdict, other: Verdict) -> Callable[[str], tuple[str, str]]:
    told = {**other.findings, **one.findings}
    return lambda finding_id: (str(value(told[finding_id], "rule")), finding_id)


def _contrast(one: Told, other: Told, where: str, ignoring: frozenset[str]) -> str:
    """Say how two findings of one id differ in what both of them tell."""
    here, there = _json(one), _json(other)
    keys = [k for k in here if k in there and k not in ignoring and here[k] != there[k]]
    shown = [key for key in ("outcome", *_INSTANTS) if key in keys]
    texts = [f"{key} {_plain(here[key])}, {where} {_plain(there[key])}" for key in shown]
    others = sorted(set(keys) - set(shown))
    if others:
        texts.append(f"{'also ' if texts else ''}different {where}: {', '.join(map(_key, others))}")
    return "; ".join(texts)


def _plain(told: object) -> str:
    """Write an outcome or an instant; what is neither is not quoted."""
    if told is None:
        return "none"
    if isinstance(told, dt.datetime):
        return told.isoformat()
    text = str(told)
    if text in OUTCOMES:
        return text
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return "something else"
    return text


def _key(name: object) -> str:
    return name if isinstance(name, str) and values.quotable(name) else "a key"
