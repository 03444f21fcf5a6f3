"""Editions: of rules and parameters in one policy, and of a policy in several files."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from missingrules import wording
from missingrules.errors import Fault
from missingrules.language import Effect
from missingrules.lint.names import used_by_rules
from missingrules.policysource import edition_of, parameter_values, rule_editions

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence

    from missingrules.language import Rule
    from missingrules.lint.codes import LintCode, Notices
    from missingrules.policysource import ParameterValue, PolicySource
    from missingrules.yamlsource import Path


@dataclass(frozen=True, slots=True)
class Span:
    """From a local date to before another; None is without beginning, or without end."""

    since: dt.date | None
    until: dt.date | None

    def meets(self, other: Span) -> bool:
        """Whether there is a date in both."""
        return _before(self.since, other.until) and _before(other.since, self.until)


def _before(since: dt.date | None, until: dt.date | None) -> bool:
    return since is None or until is None or since < until


def check_editions(notices: Notices) -> None:
    """Find editions that change nothing, and values of parameters that no rule ever reads."""
    source = notices.source
    for number, rule in enumerate(source.file.rules):
        _check_rule(notices, ("rules", number), rule)
    spans: dict[str, list[Span]] = {}
    for rule, uses in zip(source.file.rules, used_by_rules(source), strict=True):
        mine = _spans(source, rule)
        for name in uses.parameters:
            spans.setdefault(name, []).extend(mine)
    for name, parameter in source.file.parameters.items():
        values = parameter_values(name, parameter)
        _check_changes(notices, name, values)
        if name in spans and len(values) > 1:
            _check_reach(notices, name, values, spans[name])


def _check_rule(notices: Notices, path: Path, rule: Rule) -> None:
    before: list[object] | None = None
    for number, edition in enumerate(rule.editions):
        merged = edition_of(rule, number)
        says = [getattr(merged, key) for key in Effect.model_fields]
        if says == before:
            named = "this edition" if edition.edition is None else wording.quoted(edition.edition)
            message = f"{named} of `{rule.id}` says what the edition before it says"
            hint = "take it away, or say what changes"
            notices.at((*path, "editions", number), "edition-changes-nothing", message, hint)
        before = says


def _check_changes(notices: Notices, name: str, values: Sequence[ParameterValue]) -> None:
    for number, (before, now) in enumerate(pairwise(values)):
        same = (before.value, before.edge, before.placed_by, before.basis, before.cite) == (
            *(now.value, now.edge, now.placed_by, now.basis, now.cite),
        )
        if same:
            message = f"from {now.since} on `{name}` is what it was before"
            hint = "take the edition away, or say what changes"
            at = ("parameters", name, "editions", number)
            notices.at(at, "edition-changes-nothing", message, hint)


def _check_reach(
    notices: Notices, name: str, values: Sequence[ParameterValue], spans: Iterable[Span]
) -> None:
    """Find a value that is replaced before the first rule that reads it begins, or comes after."""
    ends = [value.since for value in values[1:]]
    listed = list(spans)
    for number, (value, until) in enumerate(zip(values, [*ends, None], strict=True)):
        if any(Span(value.since, until).meets(span) for span in listed):
            continue
        when = "" if value.since is None else f" from {value.since} on"
        when += "" if until is None else f" before {until}"
        message = f"no rule that uses `{name}` applies{when}, where it is `{value.value}`"
        path: Path = ("parameters", name)
        at = (*path, "value") if number == 0 else (*path, "editions", number - 1)
        notices.at(at, "value-never-used", message, "take the value away, or date the rule")


# --- One policy in several files ------------------------------------------------------------------


def across_files(sources: Sequence[PolicySource]) -> list[Fault]:
    """Compare the files that hold editions of one policy, in order of edition."""
    found: list[Fault] = []
    by_name: dict[str, list[PolicySource]] = {}
    for source in sources:
        by_name.setdefault(source.file.policy, []).append(source)
    for named in by_name.values():
        ordered = sorted(named, key=lambda source: source.file.edition)
        for older, newer in pairwise(ordered):
            if older.file.edition == newer.file.edition:
                if older.digest != newer.digest:
                    found.append(_same_edition(older, newer))
            else:
                found += _joints(older, newer)
    return found


def _same_edition(older: PolicySource, newer: PolicySource) -> Fault:
    message = (
        f"{older.layers[-1].source} says something else and is edition "
        f"`{newer.file.edition}` of `{newer.file.policy}` too"
    )
    return _fault(newer, ("edition",), "same-edition-twice", message, "give each its own edition")


def _joints(older: PolicySource, newer: PolicySource) -> Iterator[Fault]:
    """Compare the end of each rule in one file with its beginning in the next one."""
    before = {rule.id: _spans(older, rule) for rule in older.file.rules}
    for number, rule in enumerate(newer.file.rules):
        spans = _spans(newer, rule)
        if before.get(rule.id, spans) == spans:  # unchanged, or a new one
            continue
        end, since = before[rule.id][-1].until, spans[0].since
        if end == since:  # both None: the newer file stands in for the older one
            continue
        path: Path = ("rules", number, "id")
        name = older.layers[-1].source
        if end is not None and since is not None and end < since:
            message = f"`{rule.id}` ends on {end} in {name}, and begins on {since} here"
            hint = "nothing judges what arises between; move one of the dates"
            yield _fault(newer, path, "files-gap", message, hint)
        else:
            ending = "does not end" if end is None else f"ends on {end}"
            begins = "has no beginning" if since is None else f"begins on {since}"
            message = f"`{rule.id}` {ending} in {name}, and {begins} here"
            hint = "give both files the same date: `until` in the older one, `from` in the newer"
            yield _fault(newer, path, "files-overlap", message, hint)


def _spans(source: PolicySource, rule: Rule) -> list[Span]:
    return [Span(dated.since, dated.until) for dated in rule_editions(source, rule)]


def _fault(source: PolicySource, path: Path, code: LintCode, message: str, hint: str) -> Fault:
    place = source.place(path)
    return Fault(place.source, place.line, place.column, code, message, hint)
