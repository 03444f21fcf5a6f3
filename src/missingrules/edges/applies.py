"""Rows on what makes a rule apply: its triggers other than counts, and what it asks then."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from missingrules.calendar import Elapsed
from missingrules.duties import Action, OnEntry, OnEvery, OnGap, OnOpen
from missingrules.edges.answers import action
from missingrules.edges.build import EPISODE
from missingrules.edges.calm import MINUTE, in_words
from missingrules.edges.calm import at as clock_at
from missingrules.edges.drafts import Draft
from missingrules.edges.plan import Plan
from missingrules.edges.spacing import full, start_of
from missingrules.edges.wants import FieldSlot, FlagSlot
from missingrules.terms import MAYBE, NO, YES, Condition

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from missingrules.edges.conditions import Branch, Demand
    from missingrules.edges.opening import Opened, Stage
    from missingrules.edges.row import Table
    from missingrules.edges.wants import Wants

TRUTHS = {YES: "holds", NO: "does not hold", MAYBE: "cannot be told"}


def triggers(table: Table, stage: Stage) -> None:
    """Add rows for each trigger: what makes the rule apply, and what just does not."""
    for trigger in stage.duty.triggers:
        match trigger:
            case OnEntry(kinds):
                for kind in kinds:
                    _on_entry(table, stage, trigger, kind)
            case OnOpen():
                _on_open(table, stage, trigger)
            case OnGap():
                _on_gap(table, stage, trigger)
            case _:
                pass  # counts and repeating duties have pages of their own


def conditions(table: Table, stage: Stage) -> None:
    """Add rows for each way in which the rule's ``if`` can turn out."""
    condition = stage.duty.condition
    if condition is None or any(isinstance(t, OnEvery) for t in stage.duty.triggers):
        return
    for truth in (YES, NO, MAYBE):
        for branch in stage.solver.branches(condition.node, truth):
            _branch(table, stage, branch, truth)


def _branch(table: Table, stage: Stage, branch: Branch, truth: int) -> None:
    tried = f"the condition {TRUTHS[truth]}: {branch.setting.words}"
    demands: list[Sequence[Demand]] = [()]
    if truth == YES:
        demands[:0] = [[(f.node, NO) for f in stage.duty.unless if isinstance(f, Condition)]]
    for draft in drafts_of(stage, branch, *demands):
        told = stage.told(draft, stage.at, truth)
        if told is None:
            continue
        found = stage.first(told.built, stage.at)
        as_of = told.as_of if found is None else max(told.as_of, full(found.opened_us))
        table.add(tried, told.built.scene, as_of, told.built.episode, branch=branch)
        return
    why = "no record was found on which it is so when the rule is triggered"
    table.cannot(tried, why, branch=branch)


def drafts_of(stage: Stage, branch: Branch, *demands: Sequence[Demand]) -> Iterator[Draft]:
    """Give drafts in which one branch of a condition comes out so.

    ``demands`` are what else must come out how: first all of the first, then all of the next.
    """
    triggers = sorted(stage.drafter.triggers(), key=lambda pair: not _tells(pair[1], branch))
    made = (
        Draft(trigger, kind, own, wants, variant)
        for more in demands
        for wants in stage.solver.solutions(branch, *more)
        for trigger, kind in triggers
        for own in _first(stage.drafter.own(trigger, kind), 2)
        for variant in range(2)
    )
    return itertools.islice(made, _MOST_DRAFTS)


def _tells(kind: str | None, branch: Branch) -> bool:
    """Whether the triggering entry itself can say what the branch asks."""
    return any(
        (isinstance(slot, FieldSlot) and slot.kind == kind)
        or (isinstance(slot, FlagSlot) and kind == _FLAGS[slot.what])
        for slot in branch.setting.wants
    )


_FLAGS: Final = {"marker": "marker_added", "concern": "concern_noted"}
_MOST_DRAFTS: Final = 32


def _first(ways: Iterator[Wants], number: int) -> list[Wants]:
    return [way for way, _ in zip(ways, range(number), strict=False)]


# --- An entry -------------------------------------------------------------------------------------


def _on_entry(table: Table, stage: Stage, trigger: OnEntry, kind: str) -> None:
    phrase = stage.policy.vocabulary.kinds[kind].phrase
    opened = stage.open(stage.at, [(trigger, kind)])
    if opened is None:
        table.cannot(phrase, "no record was found on which the rule then applies")
        return
    table.case(phrase, opened, opened.at)
    check = trigger.kinds[kind]
    if check is not None:
        for truth in (YES, NO, MAYBE):
            for branch in stage.solver.branches(check.node, truth):
                _where(table, stage, opened, branch, phrase)
    if opened.built.episode is not None and _is_of_child(stage, kind):
        _without_episode(table, stage, opened, phrase)
    _comes_again(table, stage, opened, phrase)


def _where(table: Table, stage: Stage, opened: Opened, branch: Branch, phrase: str) -> None:
    """Add what the triggering entry may say, or leave out."""
    tried = f"{phrase}: {branch.setting.words}"
    for own in stage.solver.solutions(branch):
        built = stage.layout.laid(replace(opened.draft, own=own), stage.at)
        if built is not None:
            table.add(tried, built.scene, stage.at, built.episode)
            return
    table.cannot(tried, "no entry of this kind can say so")


def _is_of_child(stage: Stage, kind: str) -> bool:
    return stage.policy.vocabulary.kinds[kind].home == "child"


def _without_episode(table: Table, stage: Stage, opened: Opened, phrase: str) -> None:
    """Add the same entry while no episode is open."""
    plan = Plan(opened.draft.kind, {}, opened.draft.own, of_episode=False)
    built = stage.builder.build(plan, stage.at, opened.draft.variant)
    if built is not None:
        table.add(f"{phrase}, while the child is not missing", built.scene, stage.at, EPISODE)


def _comes_again(table: Table, stage: Stage, opened: Opened, phrase: str) -> None:
    """Add the same entry a second time: before the duty is answered, and after it."""
    effect = stage.duty.effect
    if not isinstance(effect, Action) or opened.draft.kind == "reported":
        return
    anchor = opened.scene.entry(opened.built.anchor or "")
    later = opened.at + 10 * MINUTE
    again = opened.scene.put(
        anchor.kind, later, anchor.episode_id, by=anchor.by, fields=anchor.fields
    )
    if anchor.kind != "returned":
        table.case(f"{phrase}, again before it is answered", opened, later, again)
    kind = next(iter(effect.kinds))
    done = action(stage, opened, opened.at + 5 * MINUTE)
    if done is not None and anchor.kind not in ("returned", kind):
        after = done.put(anchor.kind, later, anchor.episode_id, by=anchor.by, fields=anchor.fields)
        table.case(f"{phrase}, again after it was answered", opened, later, after)


# --- A length of time -----------------------------------------------------------------------------


def _on_open(table: Table, stage: Stage, trigger: OnOpen) -> None:
    opened = stage.open(stage.at, [(trigger, None)])
    length = trigger.duration
    if opened is None or opened.built.report is None:
        table.cannot(f"open for {length}", "no record was found on which the rule then applies")
        return
    start = "the report" if trigger.since == "reported" else "the child went missing"
    exact = stage.calendar.reached(_since(opened, trigger), length, strict=False)
    just = stage.calendar.reached(_since(opened, trigger), length, strict=trigger.strict)
    table.case(f"a minute short of {length} since {start}", opened, exact - MINUTE)
    if trigger.strict and isinstance(length, Elapsed):
        table.case(f"exactly {length} since {start}", opened, exact)
        table.case(f"a minute more than {length} since {start}", opened, exact + MINUTE)
    else:
        if trigger.strict:
            table.case(f"{length} since {start}, the last minute", opened, just - MINUTE)
        table.case(f"{length} since {start}", opened, just)
    found = opened.scene.put("located", exact - MINUTE, EPISODE)
    table.case("the child is located a minute before", opened, just + MINUTE, found)
    if trigger.since == "missing_since":
        report = next(e for e in opened.scene.entries if e.kind == "reported")
        without = opened.scene.changed(report.entry_id, {"missing_since": None})
        table.case("not recorded since when the child was missing", opened, just, without)


def _since(opened: Opened, trigger: OnOpen) -> int:
    report = next(
        e for e in opened.scene.entries if e.kind == "reported" and e.episode_id == EPISODE
    )
    since = report.fields.get("missing_since")
    if trigger.since == "missing_since" and isinstance(since, int):
        return since
    return report.at


# --- A gap ----------------------------------------------------------------------------------------


def _on_gap(table: Table, stage: Stage, trigger: OnGap) -> None:
    opened = stage.open(stage.at, [(trigger, "reported")])
    length = trigger.duration
    if opened is None:
        table.cannot(f"missing for {length} when reported", "no record was found")
        return
    report = opened.scene.entry(opened.built.anchor or "")
    for tried, since in _gaps(stage, trigger, report.at):
        scene = opened.scene.changed(report.entry_id, {"missing_since": since})
        table.case(tried, opened, report.at, scene)
    without = opened.scene.changed(report.entry_id, {"missing_since": None})
    table.case("not recorded since when the child was missing", opened, report.at, without)


def _gaps(stage: Stage, trigger: OnGap, report: int) -> list[tuple[str, int]]:
    """Give starts of a gap around its limit."""
    length, calendar = trigger.duration, stage.calendar
    exact = start_of(calendar, report, length)
    if isinstance(length, Elapsed):
        return [
            (f"a minute short of {length}", exact + MINUTE),
            (f"exactly {length}", exact),
            (f"a minute more than {length}", exact - MINUTE),
        ]
    day = calendar.day(exact) + 1
    while calendar.reached(clock_at(calendar, day, 0), length, strict=trigger.strict) > report:
        day -= 1
    return [
        (f"missing since {in_words(calendar, instant)}", instant)
        for instant in (clock_at(calendar, day + 1, 0), clock_at(calendar, day, 23, 59))
    ]
