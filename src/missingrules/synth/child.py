"""One child in the making: who it is in the log, and the entries noted so far."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from missingrules.synth.chance import Chance, Curve, Weighted, curve, weighted
from missingrules.synth.habits import YEAR_DAYS, Area, Habits

if TYPE_CHECKING:
    from missingrules.synth.said import Said

MINUTE: Final = 60
HOUR: Final = 3600
DAY: Final = 86_400

Draft: TypeAlias = tuple[int, int, int, str | None, "Said", dict[str, object] | None]
"""An entry, in the order in which entries of a child are sorted: when it happened, when it was
recorded (both whole seconds since 1970 in UTC), its number, its episode, what it says, and the
fields of this entry alone. A plain tuple, because there are millions."""

_EPOCH: Final = dt.date(1970, 1, 1)
_LATE: Final = curve((0, 60), (0.6, HOUR), (0.9, 12 * HOUR), (0.98, 3 * DAY), (1, 14 * DAY))


@dataclass(frozen=True, slots=True)
class Force:
    """Habits, and what is worked out from them once: times are seconds since 1970 in UTC."""

    habits: Habits
    seed: int
    begin: int
    end: int
    """The first second after the log."""
    areas: Weighted[Area]
    away: Curve
    """Seconds from a report to the return."""


def force(habits: Habits, seed: int) -> Force:
    """Work out what all children of a force have in common."""
    begin = (habits.first_day - _EPOCH).days * DAY
    soon, later = habits.back_within_8_hours, habits.back_within_48_hours
    return Force(
        habits=habits,
        seed=seed,
        begin=begin,
        end=begin + habits.years * YEAR_DAYS * DAY,
        areas=weighted(*((area.weight, area) for area in habits.areas)),
        away=curve(
            (0.0, 20 * MINUTE),
            (soon * 0.3, 90 * MINUTE),
            (soon, 8 * HOUR),
            (soon + (later - soon) * 0.6, 20 * HOUR),
            (later, 48 * HOUR),
            (later + (1 - later) * 0.6, 5 * DAY),
            (later + (1 - later) * 0.9, 14 * DAY),
            (1.0, 42 * DAY),
        ),
    )


class Situation(NamedTuple):
    """What is made of a report, on which the response depends."""

    label: str
    """The category in the end."""
    risks: tuple[str, ...]
    """Markers and concerns known."""
    high: bool


class Child:
    """What is known of a child while its entries are made, and the entries."""

    __slots__ = (
        "area",
        "chance",
        "child_id",
        "drafts",
        "episodes",
        "force",
        "habits",
        "home_id",
        "label",
        "late",
        "looked_after",
        "markers",
        "met_until",
        "number",
        "place",
        "plan_from",
        "random",
        "signed_up",
        "stem",
        "uncounted",
    )

    def __init__(self, made_by: Force, number: int) -> None:
        """Begin a child without entries; ``number`` is its place in the log, from 1."""
        self.force = made_by
        self.habits = made_by.habits
        self.number = number
        self.stem = f"{number:08d}"
        """What all its ids have in common."""
        self.child_id = f"child-{self.stem}"
        self.late = self.habits.late_recording
        self.chance = Chance(made_by.seed, number)
        self.random = self.chance.random
        self.area = self.chance.pick(made_by.areas)
        self.drafts: list[Draft] = []
        self.episodes = 0
        self.looked_after = False
        self.place = "home"
        self.home_id: str | None = None
        self.signed_up = False
        self.markers: list[tuple[int, int, str]] = []
        """From when to when which marker is on the record."""
        self.label = "missing"
        """How the latest episode was first labelled."""
        self.plan_from: int | None = None
        self.uncounted: list[tuple[int, bool]] = []
        """Reports that no meeting answered yet, and whether the label says missing."""
        self.met_until = 0
        """No meeting is thought about before: one is on its way."""

    def note(
        self,
        at: int,
        episode: str | None,
        said: Said,
        own: dict[str, object] | None = None,
    ) -> int:
        """Note an entry, recorded late as often as the force does; gives its number."""
        recorded = at
        if self.random() < self.late:
            recorded += self.chance.along(_LATE)
        drafts = self.drafts
        number = len(drafts) + 1
        drafts.append((at, recorded, number, episode, said, own))
        return number

    def note_at_once(
        self,
        at: int,
        episode: str | None,
        said: Said,
        own: dict[str, object] | None = None,
    ) -> int:
        """Note an entry recorded when it happened; gives its number."""
        number = len(self.drafts) + 1
        self.drafts.append((at, at, number, episode, said, own))
        return number

    def next_episode(self) -> str:
        """Begin another episode; gives its id."""
        self.episodes += 1
        return self.episode_id(self.episodes)

    def episode_id(self, number: int) -> str:
        """Give the id of the child's episode begun as this one."""
        return f"episode-{self.stem}-{number:03d}"

    def entry_id(self, number: int) -> str:
        """Give the id of the entry noted as this one."""
        return f"entry-{self.stem}-{number:05d}"

    def markers_at(self, at: int) -> list[str]:
        """Name the markers on the record at that time."""
        return [name for since, until, name in self.markers if since <= at < until]
