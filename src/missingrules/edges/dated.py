"""Rows on the dates of a rule: a minute before it, or its parameters, change, and the minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.edges.build import EPISODE
from missingrules.edges.calm import MINUTE, day_in_words

if TYPE_CHECKING:
    from missingrules.edges.build import Built
    from missingrules.edges.opening import Stage
    from missingrules.edges.row import Table


def dates(table: Table, stage: Stage) -> None:
    """Add rows a minute before and at each border of this edition."""
    duty = stage.duty
    for border, said in ((duty.since, "begins"), (duty.until, "ends")):
        if border is None or (said == "ends" and _followed(stage, border)):
            continue
        day = day_in_words(stage.calendar, border)
        for at, when in ((border - MINUTE, "a minute before"), (border, "at the first minute of")):
            tried = f"{when} {day}, when this edition {said}"
            built = opening_at(stage, at)
            if built is None:
                table.cannot(tried, "no record was found on which the rule then applies")
            else:
                table.add(tried, built.scene, looked_at(stage, at), built.episode or EPISODE)


def _followed(stage: Stage, border: int) -> bool:
    """Whether another edition begins where this one ends, and shows the border itself."""
    editions = stage.policy.duties[stage.duty.rule]
    return any(other.since == border for other in editions)


def opening_at(stage: Stage, at: int) -> Built | None:
    """Lay out the first log again so that the duty arises, or would arise, in a minute.

    Where it arises some time after what triggers it, the log is moved by as much.
    """
    base = stage.base
    if base is None:
        return None
    delay = (base.finding.opened_us - stage.at) // MINUTE * MINUTE
    return stage.layout.laid(base.draft, at - delay)


def looked_at(stage: Stage, at: int) -> int:
    """Give the minute from which the duty is seen: the next one, if it arises inside one."""
    base = stage.base
    inside = base is not None and base.finding.opened_us % MINUTE != 0
    return at + MINUTE if inside else at
