"""Rows on what a count hides and what comes after it: labels, lapses, answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules.calendar import Days
from missingrules.duties import Action, Floor
from missingrules.edges.answers import action
from missingrules.edges.build import EPISODE
from missingrules.edges.calm import DAY, HOUR, MINUTE
from missingrules.edges.counts import countings
from missingrules.edges.spacing import back, edge, full
from missingrules.terms import NO, YES

if TYPE_CHECKING:
    from missingrules.edges.counts import Counting
    from missingrules.edges.opening import Stage
    from missingrules.edges.row import Table
    from missingrules.window import Window

_TRIES: Final = 12
_MANY_DAYS: Final = 30
_A_DAY: Final = DAY // MINUTE


def labels(table: Table, stage: Stage) -> None:
    """Add the same episodes under another label, where the rule counts by label as well."""
    for counting in countings(stage, table):
        label = counting.trigger.label
        if label is None:
            continue
        tried = "the last episode recorded under another label"
        ways = stage.solver.ways([(counting.trigger.term.node, YES), (label.node, NO)])
        shown = False
        for last, _ in zip(ways, range(_TRIES), strict=False):
            built = stage.layout.row_of_episodes(counting.draft, stage.at, last=last)
            if built is None:
                continue
            found = stage.first(built, stage.at)
            if found is not None and found.masked:
                table.add(tried, built.scene, max(stage.at, full(found.opened_us)), built.episode)
                shown = True
                break
        if not shown:
            table.cannot(tried, "an episode that counts always has the label")


# --- Runs -----------------------------------------------------------------------------------------


def runs(table: Table, stage: Stage) -> None:
    """Add rows on what comes after the threshold was reached: more, a lapse, an answer."""
    if isinstance(stage.duty.effect, Floor):
        return
    for counting in countings(stage, table):
        if counting.trigger.window is not None and counting.number > 1:
            _lapse(counting, counting.trigger.window)
        if isinstance(stage.duty.effect, Action):
            _answered(counting)


def _lapse(counting: Counting, window: Window) -> None:
    """Add a row of episodes, a pause that is too long, and the same row again."""
    stage = counting.stage
    end = counting.opened.at
    first = _after(window, end, edge(window) + 1)
    following = [first]
    step = min(_step(window), max(1, edge(window) // counting.number))
    for _ in range(counting.number - 1):
        following.append(_after(window, following[-1], step))
    wants = stage.layout.counted(counting.trigger, counting.draft)
    if wants is None:
        return
    scene = counting.opened.scene
    for number, place in enumerate(following, 1):
        scene = counting.one_more(scene, wants, place, f"F{number}")
        if number in (1, counting.number):
            many = "one more" if number == 1 else f"{number} more"
            tried = f"after a pause longer than the window, {many}"
            counting.table.add(tried, scene, place + counting.delay, EPISODE)


def _after(window: Window, start: int, distance: int) -> int:
    if isinstance(window.length, Days):
        return back(window.calendar, start, -distance)
    return start + distance * MINUTE


def _step(window: Window) -> int:
    return 7 if isinstance(window.length, Days) else 60


def _answered(counting: Counting) -> None:
    """Add what is counted after the action: what it has used up does not count again."""
    stage, opened, number = counting.stage, counting.opened, counting.number
    wants = stage.layout.counted(counting.trigger, counting.draft)
    answered = action(stage, opened, opened.at + HOUR)
    if answered is None or wants is None:
        return
    scene = answered
    window = counting.trigger.window
    step = DAY if window is None or edge_of_days(window) else 2 * MINUTE
    for more in range(1, number + 1):
        place = opened.at + HOUR + more * step
        scene = counting.one_more(scene, wants, place, f"F{more}")
        if more in (1, number):
            tried = f"done, then {'one more episode' if more == 1 else f'{more} more episodes'}"
            counting.table.add(tried, scene, place + counting.delay, EPISODE)
    if number > 1:
        early = opened.at - MINUTE
        before_it = action(stage, opened, early)
        if before_it is not None:
            tried = "done before the last episode, when nothing called for it"
            counting.table.case(tried, opened, opened.at, before_it)


def edge_of_days(window: Window) -> bool:
    """Whether a window is long enough for a day between episodes to make no difference."""
    days = _MANY_DAYS if isinstance(window.length, Days) else _MANY_DAYS * _A_DAY
    return edge(window) > days
