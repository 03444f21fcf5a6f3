"""Rows on what must not happen, and on what is only noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.duties import Forbidden, Measured, OnCount
from missingrules.edges.calm import HOUR

if TYPE_CHECKING:
    from missingrules.edges.opening import Stage
    from missingrules.edges.row import Table


def afterwards(table: Table, stage: Stage) -> None:
    """Add what follows: put right later, the child back, the entry struck out."""
    opened = stage.base
    if opened is None or not isinstance(stage.duty.effect, Forbidden | Measured):
        return
    table.case("when it happens", opened, opened.at)
    later = opened.at + HOUR
    episode = opened.built.episode
    if episode is not None:
        scene = opened.scene.put("returned", later, episode)
        table.case("the child is back an hour later", opened, later, scene)
    anchor = opened.built.anchor
    if anchor is None or isinstance(opened.draft.trigger, OnCount):
        return
    scene = opened.scene.put("voided", later, episode, by="supervisor", fields={"of": anchor})
    table.case("the entry is struck out an hour later", opened, later, scene)
