"""Rows on duties that come again and again while a child is away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.calendar import Elapsed
from missingrules.duties import OnEvery
from missingrules.edges.answers import action
from missingrules.edges.applies import TRUTHS, drafts_of
from missingrules.edges.build import EPISODE
from missingrules.edges.calm import MINUTE
from missingrules.edges.ends import entered
from missingrules.edges.spacing import full
from missingrules.terms import MAYBE, NO, YES, Condition

if TYPE_CHECKING:
    from missingrules.calendar import Duration
    from missingrules.edges.conditions import Branch
    from missingrules.edges.opening import Opened, Stage
    from missingrules.edges.row import Table


def intervals(table: Table, stage: Stage) -> None:
    """Add rows around the end of an interval: done in it, after it, never."""
    opened, trigger = stage.base, stage.duty.every
    if opened is None or trigger is None:
        return
    start = opened.at
    if trigger.first_after is not None and opened.built.report is not None:
        early = opened.at - MINUTE
        table.case("a minute before the first interval begins", opened, early)
        first = action(stage, opened, early)
        if first is not None:
            tried = "done a minute before the first interval begins"
            table.case(tried, opened, start, first)
    last = _last(stage, start, trigger.interval)
    table.case("not done, looked at in the last minute", opened, last)
    table.case("not done, looked at a minute later", opened, last + MINUTE)
    following = _last(stage, last, trigger.interval)
    table.case("not done, and the next interval has passed", opened, following + MINUTE)
    for tried, at in (("in the last minute", last), ("a minute too late", last + MINUTE)):
        scene = action(stage, opened, at)
        if scene is None:
            table.cannot(f"done {tried}", "no entry could be the answer")
        else:
            table.case(f"done {tried}", opened, at, scene)


def _last(stage: Stage, start: int, interval: Duration) -> int:
    """Give the last whole minute of an interval."""
    due = stage.calendar.deadline(start, interval).due
    return due if isinstance(interval, Elapsed) else due - MINUTE


def sooner(table: Table, stage: Stage) -> None:
    """Add rows for each way in which a shorter interval comes to apply."""
    opened, trigger = stage.base, stage.duty.every
    if opened is None or trigger is None:
        return
    for condition, interval in trigger.sooner:
        for truth in (YES, NO, MAYBE):
            for branch in stage.solver.branches(condition.node, truth):
                said = f"every {interval}, where this {TRUTHS[truth]}: {branch.setting.words}"
                _under(table, stage, branch, said)
        _from_then_on(table, stage, opened, condition)


def _under(table: Table, stage: Stage, branch: Branch, tried: str) -> None:
    """Add the first interval where a branch is so from the beginning."""
    for draft in drafts_of(stage, branch, stage.drafter.asked()):
        built = stage.layout.laid(draft, stage.at)
        found = None if built is None else stage.first(built, stage.at)
        if built is not None and found is not None:
            as_of = max(stage.at, full(found.opened_us))
            table.add(tried, built.scene, as_of, EPISODE, branch=branch)
            return
    table.cannot(tried, "no record was found on which it is so while the duty runs")


def _from_then_on(table: Table, stage: Stage, opened: Opened, condition: Condition) -> None:
    """Add what happens when the condition comes to hold in the middle of an interval."""
    trigger = stage.duty.every
    assert isinstance(trigger, OnEvery)  # noqa: S101 - the caller looked
    last = _last(stage, opened.at, trigger.interval)
    at = opened.at + (last - opened.at) // 4 // MINUTE * MINUTE
    late = last - MINUTE
    for wants, _ in zip(stage.solver.ways([(condition.node, YES)]), range(4), strict=False):
        for tried, when in (("early in an interval", at), ("a minute before its end", late)):
            scene = stage.layout.later(opened.scene, wants, when, EPISODE)
            if scene is not None:
                table.case(
                    f"the condition of a shorter interval comes to hold {tried}",
                    opened,
                    when,
                    scene,
                )
        return
    table.cannot(
        "the condition of a shorter interval comes to hold",
        "no entries were found that bring it about",
    )


def rests(table: Table, stage: Stage) -> None:
    """Add rows for each way in which the duty applies, or rests."""
    duty = stage.duty
    if duty.every is None:
        return
    forms = [] if duty.condition is None else [(duty.condition, "condition")]
    forms += [(form, "release") for form in duty.unless if isinstance(form, Condition)]
    for form, name in forms:
        for truth in (YES, NO, MAYBE):
            for branch in stage.solver.branches(form.node, truth):
                tried = f"the {name} {TRUTHS[truth]}: {branch.setting.words}"
                _any(table, stage, branch, tried)


def _any(table: Table, stage: Stage, branch: Branch, tried: str) -> None:
    """Add a log on which a branch is so from the report on, whatever follows from it."""
    for draft in drafts_of(stage, branch, ()):
        built = stage.layout.laid(draft, stage.at)
        if built is not None:
            table.add(tried, built.scene, stage.at, EPISODE, branch=branch)
            return
    table.cannot(tried, "no record was found on which it is so while the child is away")


def stops(table: Table, stage: Stage) -> None:
    """Add rows on the end of the duty: found, back, or an entry that the rule names."""
    opened, duty = stage.base, stage.duty
    if opened is None or duty.every is None:
        return
    last = _last(stage, opened.at, duty.every.interval)
    for kind in ("located", "returned"):
        phrase = stage.policy.vocabulary.kinds[kind].phrase
        for tried, at in (("in the last minute", last), ("a minute too late", last + MINUTE)):
            scene = opened.scene.put(kind, at, EPISODE)
            table.case(f"{phrase} {tried}, nothing done", opened, last + MINUTE, scene)
    for form in duty.unless:
        if isinstance(form, Condition):
            continue
        for kind, check in form.kinds.items():
            demands = [] if check is None else [(check.node, YES)]
            says = next(stage.solver.ways(demands), {})
            over = entered(stage, opened, kind, says, last - MINUTE)
            phrase = stage.policy.vocabulary.kinds[kind].phrase
            if over is None:
                table.cannot(phrase, "no entry of this kind can say what it must")
            else:
                tried = f"{phrase} before the end of an interval"
                table.case(tried, opened, last + MINUTE, over)
