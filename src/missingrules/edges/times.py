"""Rows on the time allowed: its last minute, the minute after, and the days it runs over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules.calendar import Elapsed, WorkingDays
from missingrules.duties import Action, Floor, Recorded
from missingrules.edges.answers import action, done
from missingrules.edges.build import EPISODE
from missingrules.edges.calm import (
    DAY,
    HOUR,
    MINUTE,
    OUT_OF_CALENDAR,
    clock_changes,
    eve_of_holiday,
    friday,
)
from missingrules.edges.calm import at as clock_at
from missingrules.edges.opening import at_once
from missingrules.terms import MAYBE, NO, YES

if TYPE_CHECKING:
    from missingrules.edges.opening import Opened, Stage
    from missingrules.edges.row import Table

_LONG: Final = 12 * HOUR
_LONGER: Final = 30 * DAY


def deadlines(table: Table, stage: Stage) -> None:
    """Add rows around the end of the time allowed, for whatever has to be done or recorded."""
    opened, effect = stage.base, stage.duty.effect
    if opened is None or not isinstance(effect, Action | Recorded | Floor):
        return
    if opened.finding.due_us is None or effect.within is None:
        _without_end(table, stage, opened)
        return
    if at_once(opened.finding):
        why = "what demands the grade comes with one, and one that falls short is a breach at once"
        table.cannot("graded again in time", why)
        return
    yes, no = stage.verbs
    last = last_minute(stage, opened)
    short = just_inside(stage, opened, last)
    for tried, at in (*short, ("in the last minute", last), ("a minute too late", last + MINUTE)):
        answered = done(stage, opened, at)
        if answered is None:
            table.cannot(f"{yes} {tried}", "no entry could be the answer")
        else:
            table.case(f"{yes} {tried}", opened, at, answered)
    table.case(f"{no}, looked at in the last minute", opened, last)
    table.case(f"{no}, looked at a minute later", opened, last + MINUTE)
    _entered_late(table, stage, opened, last)
    _elsewhere(table, stage)


def last_minute(stage: Stage, opened: Opened) -> int:
    """Give the last whole minute of the time allowed."""
    due = opened.finding.due_us
    assert due is not None  # noqa: S101 - the callers looked
    return due // MINUTE * MINUTE if isinstance(stage.duty.allowed, Elapsed) else due - MINUTE


def just_inside(stage: Stage, opened: Opened, last: int) -> list[tuple[str, int]]:
    """Say when is just short of the last minute: a minute, or for days a date; if there is one."""
    if isinstance(stage.duty.allowed, Elapsed):
        tried, at = "a minute before the last", last - MINUTE
    else:
        tried, at = (
            "on the day before the last",
            stage.calendar.midnight(stage.calendar.day(last)) - MINUTE,
        )
    return [(tried, at)] if at >= opened.at else []


def _without_end(table: Table, stage: Stage, opened: Opened) -> None:
    later = opened.at + _LONGER
    yes, no = stage.verbs
    table.case(f"{no}, looked at after 30 days", opened, later)
    answered = done(stage, opened, later)
    if answered is not None:
        table.case(f"{yes} after 30 days", opened, later, answered)


def _entered_late(table: Table, stage: Stage, opened: Opened, last: int) -> None:
    """Add what happened in time and was entered only afterwards."""
    entered = last + HOUR
    answered = done(stage, opened, last, recorded=entered)
    if answered is None:
        return
    said = "dated in time, entered an hour late"
    table.case(f"{said}, looked at before it is entered", opened, entered - MINUTE, answered)
    table.case(f"{said}, looked at once it is", opened, entered, answered)


def _elsewhere(table: Table, stage: Stage) -> None:
    """Add days over which the time allowed runs differently."""
    try:
        _over_days(table, stage)
    except OUT_OF_CALENDAR:
        why = "the public holidays of those years are not known"
        table.cannot("over a weekend and over a public holiday", why)


def _over_days(table: Table, stage: Stage) -> None:
    allowed, near = stage.duty.allowed, stage.at
    if isinstance(allowed, WorkingDays):
        day = friday(stage.calendar, near)
        _opened_on(table, stage, "over a weekend: it begins on a Friday", day)
        _opened_on(table, stage, "it begins on a Saturday", day + 1)
        eve = eve_of_holiday(stage.calendar, near)
        if eve is not None:
            _opened_on(table, stage, "over a public holiday: it begins the working day before", eve)
    elif isinstance(allowed, Elapsed) and allowed.us >= _LONG:
        ways = {"spring": "forward", "autumn": "back"}
        for season, day in clock_changes(stage.calendar, near).items():
            tried = f"over the change of clocks: they go {ways[season]} the night after"
            _opened_on(table, stage, tried, day - 1)


def _opened_on(table: Table, stage: Stage, tried: str, day: int) -> None:
    at = clock_at(stage.calendar, day)
    if not stage.duty.in_force(at):
        return
    opened = stage.again(at)
    if opened is None or opened.finding.due_us is None:
        table.cannot(tried, "no record was found on which the rule then applies")
    else:
        table.case(tried, opened, opened.at)


# --- Which action counts --------------------------------------------------------------------------


def accepted(table: Table, stage: Stage) -> None:
    """Add rows on what counts as the action: when it was done, of which kind, what it says."""
    opened, effect = stage.base, stage.duty.effect
    if opened is None or not isinstance(effect, Action):
        return
    _before(table, stage, opened)
    in_time = opened.at + MINUTE
    for kind, check in effect.kinds.items():
        phrase = stage.policy.vocabulary.kinds[kind].phrase
        plain = action(stage, opened, in_time, kind=kind)
        if plain is not None:
            table.case(f"{phrase}, a minute later", opened, in_time, plain)
        else:
            table.cannot(phrase, "no entry could be the answer")
        if check is None:
            continue
        for truth in (YES, NO, MAYBE):
            for branch in stage.solver.branches(check.node, truth):
                says = stage.solver.solve(branch)
                made = None
                if says is not None:
                    made = action(stage, opened, in_time, kind=kind, says=says)
                tried = f"{phrase}: {branch.setting.words}"
                if made is None:
                    table.cannot(tried, "no entry of this kind can say so")
                else:
                    table.case(tried, opened, in_time, made)


def _before(table: Table, stage: Stage, opened: Opened) -> None:
    """Add the action done before the duty arose, and before the report."""
    report = opened.built.report
    early = opened.at - MINUTE
    if report is None or report <= early:
        answered = action(stage, opened, early)
        if answered is not None:
            table.case("done a minute before the duty arose", opened, opened.at, answered)
    if report is not None and not _of_child(stage):
        answered = action(stage, opened, report - MINUTE)
        if answered is not None:
            table.case("dated a minute before the report", opened, opened.at, answered)


def _of_child(stage: Stage) -> bool:
    return stage.duty.per == "child"


def reopened(table: Table, stage: Stage) -> None:
    """Add a second time away in the same episode."""
    opened, effect = stage.base, stage.duty.effect
    if opened is None or not isinstance(effect, Action) or opened.built.report is None:
        return
    if _of_child(stage) or opened.draft.kind not in ("reported", "returned"):
        return
    answered = action(stage, opened, opened.at + MINUTE)
    if answered is None:
        return
    back, again = opened.at + 2 * HOUR, opened.at + 3 * HOUR
    scene = answered
    if opened.draft.kind == "reported":
        scene = scene.put("returned", back, EPISODE)
    scene = scene.put("reported", again, EPISODE)
    look = again
    if opened.draft.kind == "returned":
        look = again + HOUR
        scene = scene.put("returned", look, EPISODE)
    table.case("done, then missing again in the same episode", opened, look, scene)
