"""The whole table: every rule of a policy, each edition, with its edge cases."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from missingrules import wording
from missingrules.duties import Action, Floor, Forbidden, Measured, Recorded
from missingrules.edges import (
    applies,
    counts,
    dated,
    ends,
    grading,
    outright,
    recording,
    repeated,
    runs,
    times,
)
from missingrules.edges.build import Builder
from missingrules.edges.conditions import Solver
from missingrules.edges.opening import Stage
from missingrules.edges.rests import cited, rests_of
from missingrules.edges.row import Row, Table
from missingrules.errors import MissingRulesError
from missingrules.policy import loaded
from missingrules.policysource import rule_editions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from missingrules import language
    from missingrules.duties import Duty
    from missingrules.edges.rests import Rest
    from missingrules.policy import Policy


class UnknownRuleError(MissingRulesError):
    """A rule that the policy does not have, or that is off."""


@dataclass(frozen=True, slots=True)
class RuleEdges:
    """The edge cases of one edition of a rule.

    ``since`` and ``until`` are local dates (None: without beginning, without end). ``rests`` are
    all parameters that the edition names, ``cite`` is its clause in words.
    """

    rule: str
    title: str
    edition: str
    since: dt.date | None
    until: dt.date | None
    authority: str
    basis: str
    owner: str | None
    note: str
    cite: str
    rests: tuple[Rest, ...]
    rows: tuple[Row, ...]


def edge_cases(policy: Policy, rules: Sequence[str] = ()) -> Iterator[RuleEdges]:
    """Work out the edge cases of every rule of a policy, or of these, in the policy's order.

    Raises :class:`UnknownRuleError` for a rule that the policy does not have or that is off.
    """
    policy = loaded(policy)
    for rule in rules:
        _check(policy, rule)
    builder = Builder(policy, Solver(policy))
    for rule, duties in policy.duties.items():
        if not rules or rule in rules:
            for duty in duties:
                yield _edition(policy, duty, builder, several=len(duties) > 1)


def off(policy: Policy) -> list[str]:
    """List the rules that are shipped but off; they judge nothing."""
    return [rule.id for rule in policy.source.file.rules if not rule.active]


def _check(policy: Policy, rule: str) -> None:
    if rule in policy.duties:
        return
    if rule in off(policy):
        message = f"the rule {rule} is off: it has no edge cases until a layer turns it on"
    else:
        message = f"{policy.name} has no rule {rule}"
        message += f"; {hint}" if (hint := wording.advice(rule, policy.duties)) else ""
    raise UnknownRuleError(message)


def _edition(policy: Policy, duty: Duty, builder: Builder, *, several: bool) -> RuleEdges:
    rule = _written(policy, duty)
    since, until = _date(duty, duty.since), _date(duty, duty.until)
    stage = Stage(policy, duty, builder)
    name = duty.edition if several else ""
    table = Table(stage, name)
    for about, forms, make in _groups(duty, rule):
        plain = rests_of(policy, *forms, date=since, graces=False)
        table.begin(about, plain, rests_of(policy, *forms, date=since))
        make(table, stage)
    if not table.rows:
        table.begin("When it applies")
        table.cannot("the rule applies", "no record was found on which it does")
    return RuleEdges(
        rule=duty.rule,
        title=duty.title,
        edition=duty.edition,
        since=since,
        until=until,
        authority=duty.authority,
        basis=duty.basis,
        owner=duty.owner,
        note=rule.note or "",
        cite=cited(policy, rule.cite),
        rests=rests_of(policy, *_all_forms(rule), date=since),
        rows=tuple(table.rows),
    )


def _written(policy: Policy, duty: Duty) -> language.Rule:
    """Give the rule as it is written for an edition."""
    rule = next(each for each in policy.source.file.rules if each.id == duty.rule)
    since = _date(duty, duty.since)
    found = rule_editions(policy.source, rule)
    return next(
        (
            dated_rule.rule
            for dated_rule in reversed(found)
            if dated_rule.since is None or (since is not None and dated_rule.since <= since)
        ),
        found[0].rule,
    )


def _date(duty: Duty, instant: int | None) -> dt.date | None:
    return None if instant is None else dt.date.fromordinal(duty.calendar.day(instant))


def _all_forms(rule: language.Rule) -> list[object]:
    forms = [rule.on, rule.if_, rule.unless, rule.require, rule.grade, rule.from_, rule.until]
    return [form for form in forms if form is not None]


Group: TypeAlias = "tuple[str, Sequence[object], Callable[[Table, Stage], None]]"


def _groups(duty: Duty, rule: language.Rule) -> Iterator[Group]:
    """Give the sides of a rule: what to call each, what it hangs on, what makes its rows."""
    on = rule.on if isinstance(rule.on, list) else [rule.on]
    yield from _when(on, rule)
    within = [part.within for part in (rule.require, rule.grade) if part is not None]
    asked = [rule.require.where] if rule.require is not None else []
    match duty.effect:
        case Action() if duty.every is not None:
            every = [form.every for form in on if form is not None]
            yield "How often", every, repeated.intervals
            shorter = [form.sooner for form in on if form is not None]
            yield "More often", shorter, repeated.sooner
            yield "When it applies, and when it rests", [rule.if_, rule.unless], repeated.rests
            yield "What counts as the action", [asked], times.accepted
            yield "When it ends", every, repeated.stops
        case Action():
            yield "By when", within, times.deadlines
            yield "What counts as the action", [asked], times.accepted
            yield "Missing again", [], times.reopened
        case Recorded():
            yield "What must be recorded", [rule.require], recording.values
            yield "By when", within, times.deadlines
        case Floor():
            floor = [] if rule.grade is None else [rule.grade.at_least, rule.grade.steps_up]
            yield "Graded before what demands it", [*floor, *within], grading.before
            yield "Graded after it", floor, grading.after
            yield "Graded again", [*floor, *within], grading.again
            yield "By when", within, times.deadlines
        case Forbidden() | Measured():
            yield "What follows", [], outright.afterwards
    if duty.every is None:
        yield "What releases", [rule.unless], ends.releases
        yield "When the child is found", within, ends.found
    yield "Who may decide that it is not required", [], ends.decisions
    yield "From when to when", [rule.from_, rule.until], dated.dates


def _when(on: Sequence[language.Trigger | None], rule: language.Rule) -> Iterator[Group]:
    yield "When it applies", [form for form in on if form and not form.episodes], applies.triggers
    counting = [form for form in on if form and form.episodes]
    if counting:
        window = [part for form in counting for part in (form.reach, form.more_than, form.within)]
        yield "How many episodes, how far apart", window, counts.numbers
        yield "What counts as an episode", [form.episodes for form in counting], counts.what_counts
        yield "Under another label", [form.as_recorded for form in counting], runs.labels
        yield "More episodes", window, runs.runs
    if rule.if_ is not None:
        yield "Only if", [rule.if_], applies.conditions
