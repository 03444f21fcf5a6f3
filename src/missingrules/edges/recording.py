"""Rows on a field that must be recorded: at once, later, with which values, too late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.duties import Recorded
from missingrules.edges.answers import filled, restated
from missingrules.edges.calm import MINUTE
from missingrules.edges.ends import middle
from missingrules.facts import PRINCIPAL
from missingrules.terms import MAYBE, NO, YES

if TYPE_CHECKING:
    from missingrules.edges.opening import Opened, Stage
    from missingrules.edges.row import Table


def values(table: Table, stage: Stage) -> None:
    """Add rows for what stands in the fields: in the triggering entry, then in a later one."""
    opened, effect = stage.base, stage.duty.effect
    if opened is None or not isinstance(effect, Recorded):
        return
    anchor = opened.scene.entry(opened.built.anchor or "")
    for truth in (YES, NO, MAYBE):
        for branch in stage.solver.branches(effect.checks[anchor.kind].node, truth):
            tried = f"{branch.setting.words}, in the entry itself"
            says = stage.solver.solve(branch)
            fields = None if says is None else filled(stage, opened, says, opened.at)
            if fields is None:
                table.cannot(tried, "no entry of this kind can say so")
                continue
            scene = opened.scene.changed(
                anchor.entry_id, {**dict.fromkeys(effect.fields), **fields}
            )
            table.case(tried, opened, opened.at, scene)
    _restated(table, stage, opened)


def _restated(table: Table, stage: Stage, opened: Opened) -> None:
    """Add a later entry: of the same value, which cures, and of another, which does not."""
    anchor = opened.scene.entry(opened.built.anchor or "")
    at = middle(stage, opened)
    scene = restated(stage, opened, at)
    if scene is None:
        table.cannot("recorded in a later entry", "no entry of this kind can say so")
        return
    table.case("recorded in a later entry of the same kind", opened, at, scene)
    principal = PRINCIPAL.get(anchor.kind)
    if principal is None or principal not in anchor.fields:
        return
    told = stage.policy.vocabulary.kinds[anchor.kind].fields[principal]
    others = [value for value in told.values or () if value != anchor.fields[principal]]
    if others:
        other = scene.changed(scene.entries[-1].entry_id, {principal: others[0]})
        tried = f"recorded in a later entry, with another {principal.replace('_', ' ')}"
        table.case(tried, opened, at + MINUTE, other)
