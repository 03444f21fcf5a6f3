"""Rows on counts of episodes: how many, how far apart, under which label, and what comes after."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from missingrules.calendar import Days, Elapsed
from missingrules.duties import OnCount
from missingrules.edges import earlier
from missingrules.edges.build import EPISODE, Built
from missingrules.edges.calm import DAY, HOUR, MINUTE, clock_changes, in_words
from missingrules.edges.calm import at as clock_at
from missingrules.edges.spacing import back, before, edge, far, length, near
from missingrules.edges.wants import Cured, NumberSlot
from missingrules.terms import MAYBE, NO, YES
from missingrules.wording import many, ordinal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missingrules.edges.conditions import Branch
    from missingrules.edges.opening import Opened, Stage
    from missingrules.edges.row import Table
    from missingrules.edges.scene import Scene
    from missingrules.edges.wants import Wants
    from missingrules.window import Window

_YEARS: Final = 3 * 365
_A_DAY: Final = DAY // MINUTE
_TRIES: Final = 12
_MANY_DAYS: Final = 30


class Counting:
    """The count of a rule, and the rows of episodes laid out for it."""

    def __init__(self, table: Table, stage: Stage, trigger: OnCount, opened: Opened) -> None:
        """Take the log under which the count is reached."""
        self.table = table
        self.stage = stage
        self.trigger = trigger
        self.opened = opened
        self.draft = opened.draft
        self.delay = max(0, opened.at - stage.at)

    @property
    def number(self) -> int:
        """How many episodes are asked for."""
        return self.trigger.number

    def laid(
        self, at: int, places: Sequence[int] | None = None, number: int | None = None
    ) -> Built | None:
        """Lay out episodes, the last one at the instant."""
        draft = self.draft if number is None else replace(self.draft, number=number)
        return self.stage.layout.row_of_episodes(draft, at, places)

    def one_more(self, scene: Scene, wants: Wants, place: int, episode: str) -> Scene:
        """Put one more episode on record that counts."""
        variant = self.draft.variant
        return earlier.one_more(self.stage.builder, scene, wants, place, episode, variant)

    def show(self, tried: str, built: Built | None, at: int) -> None:
        """Add a row of episodes as soon as all of them count."""
        if built is None:
            self.table.cannot(tried, "no such episodes could be made up")
        else:
            self.table.add(tried, built.scene, at + self.delay, built.episode)


def numbers(table: Table, stage: Stage) -> None:
    """Add rows on how many episodes it takes, and how far apart."""
    for counting in countings(stage, table, aloud=True):
        _how_many(counting)
        if counting.trigger.window is None:
            _ever(counting)
        elif counting.number > 1:
            _how_far(counting, counting.trigger.window)
            _placed(counting, counting.trigger.window)


def countings(stage: Stage, table: Table, *, aloud: bool = False) -> list[Counting]:
    """Find a log for each count of the rule; ``aloud`` adds a row where there is none."""
    found: list[Counting] = []
    for trigger in stage.duty.triggers:
        if not isinstance(trigger, OnCount):
            continue
        opened = stage.open(stage.at, [(trigger, None)])
        if opened is None and aloud:
            table.cannot(
                _that_count(trigger.number), "no record was found on which the rule then applies"
            )
        elif opened is not None:
            found.append(Counting(table, stage, trigger, opened))
    return found


def _how_many(counting: Counting) -> None:
    at, number = counting.stage.at, counting.number
    for count in (number - 1, number, number + 1):
        if count > 0:
            counting.show(_that_count(count), counting.laid(at, number=count), at)


def _that_count(number: int) -> str:
    return many(number, "episode that counts", "episodes that count")


def _ever(counting: Counting) -> None:
    at, number = counting.stage.at, counting.number
    if number > 1:
        places = near(None, at, number - 1, counting.stage.calendar)
        places[0] = back(counting.stage.calendar, at, _YEARS)
        tried = f"{many(number, 'episode')}, the last one three years after the first"
        counting.show(tried, counting.laid(at, places), at)


def _places(counting: Counting, window: Window, end: int, first: int) -> list[int]:
    """Place the others shortly before the end, and the first one where it is asked."""
    rest = near(window, end, counting.number - 2, counting.stage.calendar)
    return [first, *(max(first, place) for place in rest)]


def _how_far(counting: Counting, window: Window) -> None:
    at, limit = counting.stage.at, edge(window)
    last = ordinal(counting.number)
    for distance in (limit - 1, limit, limit + 1):
        if distance < 0:
            continue
        first = before(window, at, distance)
        tried = f"the {last} episode {far(window, distance)} the first"
        counting.show(tried, counting.laid(at, _places(counting, window, at, first)), at)
    if isinstance(window.length, Days):
        _time_of_day(counting, window, last)
    _over_changes(counting, window, last)


def _time_of_day(counting: Counting, window: Window, last: str) -> None:
    """Add the edges of dates: late on one, early on the other."""
    calendar, limit = counting.stage.calendar, edge(window)
    day = calendar.day(counting.stage.at)
    cases = [
        (limit, (0, 0), (23, 59), "early on one date and late on the other"),
        (limit + 1, (23, 59), (0, 0), "though only {} lie between"),
    ]
    for distance, start, finish, said in cases:
        first, end = clock_at(calendar, day - distance, *start), clock_at(calendar, day, *finish)
        if first >= end:
            continue
        tried = f"the {last} episode {far(window, distance)} the first, "
        built = counting.laid(end, _places(counting, window, end, first))
        counting.show(tried + said.format(length((end - first) // MINUTE)), built, end)


def _over_changes(counting: Counting, window: Window, last: str) -> None:
    """Add windows over which the clocks change, the clocks showing the same time at both ends."""
    calendar = counting.stage.calendar
    if isinstance(window.length, Elapsed) and edge(window) < _A_DAY - 1:
        return
    dates = edge(window)
    if isinstance(window.length, Elapsed):
        dates = -(-edge(window) // _A_DAY)
    ways = {"spring": "forward", "autumn": "back"}
    for season, day in clock_changes(calendar, counting.stage.at).items():
        end = clock_at(calendar, day + min(dates - 1, dates // 2) if dates > 1 else day)
        if not counting.stage.duty.in_force(end):
            continue
        first = back(calendar, end, dates)
        tried = (
            f"the {last} episode {many(dates, 'local date')} after the first at the same time "
            f"of day, the clocks having gone {ways[season]} between"
        )
        counting.show(tried, counting.laid(end, _places(counting, window, end, first)), end)


def _placed(counting: Counting, window: Window) -> None:
    """Add an episode whose report and whose beginning lie on two sides of the edge."""
    at, limit = counting.stage.at, edge(window)
    reported = before(window, at, limit)
    since = before(window, at, limit + 1)
    built = counting.laid(at, _places(counting, window, at, reported))
    if built is None:
        return
    report = next(e for e in built.scene.entries if e.kind == "reported" and e.episode_id == "C1")
    scene = built.scene.changed(report.entry_id, {"missing_since": since})
    tried = (
        "the first episode reported inside the window, the child missing since "
        f"{in_words(counting.stage.calendar, since)}, outside it"
    )
    counting.show(tried, replace(built, scene=scene), at)


# --- What counts ----------------------------------------------------------------------------------


def what_counts(table: Table, stage: Stage) -> None:
    """Add rows for each way in which the last episode counts, does not, or may."""
    for counting in countings(stage, table):
        for truth, said in ((YES, "counts"), (NO, "does not count"), (MAYBE, "may count")):
            for branch in stage.solver.branches(counting.trigger.term.node, truth):
                tried = f"the last episode {said}: {branch.setting.words}"
                wants = stage.solver.solve(branch)
                if wants is None or not _shown(counting, tried, wants, truth, branch):
                    table.cannot(tried, "no such episode could be made up", branch=branch)
        _without_report(counting)
        _struck_out(counting)


def _shown(counting: Counting, tried: str, last: Wants, truth: int, branch: Branch) -> bool:
    """Add the last episode with these wants, if the kernel finds that it counts so."""
    stage, at = counting.stage, counting.stage.at
    for variant in range(2):
        draft = replace(counting.draft, variant=variant)
        built = stage.layout.row_of_episodes(draft, at, last=last)
        if built is None:
            continue
        for look in _looks(stage, last, at):
            _, trace, _ = stage.judged(built.scene, look)
            told = [
                asked.truth
                for asked in trace
                if asked.role == "term"
                and asked.condition is counting.trigger.term
                and asked.episode_id == EPISODE
            ]
            if told and told[-1] == truth:
                counting.table.add(tried, built.scene, look, built.episode, branch=branch)
                return True
    return False


def _looks(stage: Stage, wants: Wants, at: int) -> list[int]:
    """Give the instants at which times of grace that begin with the report tell most."""
    looks: list[int] = []
    for slot, want in wants.items():
        if isinstance(slot, NumberSlot) and slot.what == "grace":
            over = at + stage.policy.graces[slot.number][2].us
            if want == "running":
                looks.append(over - MINUTE)
            elif isinstance(want, Cured):
                looks.append(over + want.after)
            else:
                looks.append(over)
    return sorted(looks) or [at]


def _without_report(counting: Counting) -> None:
    """Add the last episode with what makes it count, but without its report."""
    scene = counting.opened.scene
    report = next(e for e in scene.entries if e.kind == "reported" and e.episode_id == EPISODE)
    left = scene.but_for("reported", report.entry_id)
    if any(entry.episode_id == EPISODE for entry in left.entries):
        tried = "the last episode may count: no report of it is on record"
        counting.table.add(tried, left, counting.opened.at, EPISODE)


def _struck_out(counting: Counting) -> None:
    """Add the last episode struck out as a mistake."""
    at = counting.stage.at + counting.delay
    scene = counting.opened.scene.put("voided", at + HOUR, EPISODE, by="supervisor")
    counting.table.add("the last episode is struck out as a mistake", scene, at + HOUR, EPISODE)
