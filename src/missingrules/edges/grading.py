"""Rows on demands on the risk grade: below, at and above it, and the time to grade again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.duties import Floor
from missingrules.edges.answers import graded
from missingrules.edges.calm import HOUR, MINUTE
from missingrules.edges.ends import end
from missingrules.edges.opening import at_once
from missingrules.edges.words import plain
from missingrules.vocabulary import GRADES

if TYPE_CHECKING:
    from missingrules.edges.opening import Opened, Stage
    from missingrules.edges.row import Table
    from missingrules.edges.scene import Scene


def before(table: Table, stage: Stage) -> None:
    """Add each grade recorded before what demands another."""
    opened = _demanded(stage)
    if opened is None:
        return
    for grade in GRADES:
        scene = _with_grade(opened, grade)
        if scene is None:
            table.cannot(f"already graded {plain(grade)}", "the condition asks for another grade")
        else:
            table.case(f"already graded {plain(grade)}", opened, opened.at, scene)
    table.case("not graded at all", opened, opened.at, opened.scene.but_for("graded"))


def after(table: Table, stage: Stage) -> None:
    """Add each grade recorded after what demands another."""
    opened = stage.base
    if opened is None or not isinstance(stage.duty.effect, Floor):
        return
    at = opened.at + 10 * MINUTE
    scene = opened.scene.but_for("graded") if stage.duty.effect.steps_up is None else opened.scene
    if opened.draft.kind == "graded":
        at = opened.at
        scene = opened.scene.but_for("graded", opened.built.anchor)
    for grade in GRADES:
        table.case(
            f"then graded {plain(grade)}", opened, at, graded(opened, grade, at, scene=scene)
        )
    _lowered(table, stage, opened)


def again(table: Table, stage: Stage) -> None:
    """Add what is recorded when the grade falls short: each grade, and nothing in time."""
    opened = stage.base
    if opened is None or opened.finding.required_grade is None:
        return
    required = GRADES.index(opened.finding.required_grade)
    at = opened.at + MINUTE
    for grade in GRADES[1:required]:
        table.case(
            f"graded again {plain(grade)}, which is not enough",
            opened,
            at,
            graded(opened, grade, at),
        )
    if at_once(opened.finding):
        raised = opened.finding.required_grade
        table.case(f"graded again {plain(raised)}", opened, at, graded(opened, raised, at))
        return
    last = end(stage, opened)
    scene = opened.scene.put("located", min(last, opened.at + HOUR), opened.built.episode)
    table.case("the child is located before the grade is raised", opened, last + MINUTE, scene)


def _lowered(table: Table, stage: Stage, opened: Opened) -> None:
    """Add a grade that was high enough and is lowered afterwards."""
    required = opened.finding.required_grade
    if required is None or required == GRADES[0]:
        return
    at = opened.at + MINUTE
    below = GRADES[GRADES.index(required) - 1]
    raised = graded(opened, required, at)
    scene = graded(opened, below, at + MINUTE, scene=raised)
    tried = f"graded {plain(required)} in time, then {plain(below)}"
    if stage.duty.effect is not None:
        table.case(tried, opened, at + MINUTE, scene)


def _demanded(stage: Stage) -> Opened | None:
    """Give a log in which something other than a grade demands one."""
    opened = stage.base
    if opened is None or opened.draft.kind == "graded":
        return None
    return opened


def _with_grade(opened: Opened, grade: str) -> Scene | None:
    """Put another grade in the place of the one on record."""
    entry = next((e for e in opened.scene.entries if e.kind == "graded"), None)
    if entry is None:
        return None
    return opened.scene.changed(entry.entry_id, {"grade": grade})
