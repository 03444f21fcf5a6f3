"""An episode: its times away, and what is known of it as the walk goes on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from missingrules.record import Remark

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from missingrules.entry import Entry
    from missingrules.record import Story
    from missingrules.terms import Prop

Answer: TypeAlias = "tuple[int, tuple[str, ...], tuple[str, ...]]"
"""What a condition comes to: its truth, the entries it rests on, what was not recorded."""

FOUND = frozenset({"located", "returned", "closed"})
RETURNED = frozenset({"returned", "closed"})


@dataclass(slots=True)
class Leg:
    """One time away: from a report to the return. A report after a return begins the next."""

    number: int
    start: int
    report: Entry
    found: int | None = None
    returned: int | None = None
    back: Entry | None = None
    ended_by: list[Entry] = field(default_factory=list)

    def end(self, ends: str | None) -> int | None:
        """When duties that last ``open`` or ``away`` end; None while they run."""
        return self.returned if ends == "away" else self.found


@dataclass(slots=True, eq=False)
class Episode:
    """An episode as far as the walk has come."""

    episode_id: str
    """Id of the episode, of the one merged into where there was a merge."""
    story: Story
    legs: list[Leg]
    facts: dict[Prop, int]
    sources: dict[Prop, str]
    counted: dict[int, Since] = field(default_factory=dict)
    possible: dict[int, Since] = field(default_factory=dict)
    grace_start: dict[int, int] = field(default_factory=dict)
    grace_kept: dict[int, tuple[str, ...]] = field(default_factory=dict)
    concerns: dict[str, str] = field(default_factory=dict)
    grade: tuple[int, Entry] | None = None
    stirred: bool = True
    answers: dict[int, Answer] = field(default_factory=dict)
    fell_short: bool = False
    frames: dict[int, tuple[str, ...]] = field(default_factory=dict)
    not_yet: dict[int, tuple[str, ...]] = field(default_factory=dict)

    @property
    def report(self) -> Entry | None:
        """The first report."""
        return self.legs[0].report if self.legs else None

    def begin_again(self, *, known: bool) -> None:
        """Forget what belongs to the time away before: its report, and the entries on record."""
        for prop in list(self.facts):
            of_report = prop.kind == "reported" and (prop.known or not known)
            on_record = prop.what == "has" and prop.scope == "episode" and not known
            if of_report or on_record:
                del self.facts[prop]
        self.answers.clear()

    def leg(self, instant: int) -> Leg | None:
        """The time away that an instant belongs to; None before the first report."""
        found = None
        for leg in self.legs:
            if leg.start <= instant:
                found = leg
        return found

    def end(self, leg: int, ends: str | None, since: int) -> int | None:
        """When a duty of a time away ends with it: None while it runs, or if it does not end so.

        Without a report there is no time away; then the first end on or after ``since`` counts.
        """
        if ends is None:
            return None
        if self.legs:
            return self.legs[leg].end(ends)
        kinds = RETURNED if ends == "away" else FOUND
        return next((e.at for e in self.story.entries if e.kind in kinds and e.at >= since), None)

    def frame(self, leg: Leg | None) -> tuple[str, ...]:
        """Ids of the entries that make a time away what it is: reports, ends, merges."""
        number = len(self.legs) if leg is None else leg.number + 1
        found = self.frames.get(number)
        if found is None:
            ids = list(self.story.corrections)
            if not self.legs:
                ids += [entry.entry_id for entry in self.story.entries if entry.kind in FOUND]
            for other in self.legs[:number]:
                ids.append(other.report.entry_id)
                ids += [entry.entry_id for entry in other.ended_by]
            found = self.frames[number] = tuple(dict.fromkeys(ids))
        return found

    def placed(self, by: str) -> int:
        """The instant that places the episode in a window."""
        report = self.report
        if report is None:
            return self.story.entries[0].at
        since = report.fields.get("missing_since") if by == "missing_since" else None
        return since if isinstance(since, int) else report.at


@dataclass(frozen=True, slots=True)
class Since:
    """Since when a term has been true of an episode, and the entries that made it so.

    ``before`` are the entries by which it was not true until then.
    """

    at: int
    cited: tuple[str, ...]
    before: tuple[str, ...] = ()


def forget(answers: dict[int, Answer], conditions: Iterable[int]) -> None:
    """Forget the answers to these conditions: a fact that they rest on has changed."""
    for number in conditions:
        answers.pop(number, None)


def _as_told(entries: Sequence[Entry]) -> list[Entry]:
    """Order entries so that of one instant a report comes before what ends its time away.

    A source with whole days or minutes gives a short absence one time for both. Only a closing at
    the very instant of a later report is of the time away before: a child who is missing again is
    not found by the paper of last time.
    """
    first = next((entry.at for entry in entries if entry.kind == "reported"), None)

    def rank(entry: Entry) -> int:
        if entry.kind == "closed" and first is not None and entry.at > first:
            return 0
        return 1 if entry.kind == "reported" else 2

    return sorted(entries, key=lambda entry: (entry.at, rank(entry)))


def legs_of(story: Story, remarks: list[Remark]) -> list[Leg]:  # noqa: C901 - case by case
    """Divide an episode into its times away, and remark on what stands in the wrong order."""
    legs: list[Leg] = []
    for entry in _as_told(story.entries):
        if entry.kind == "reported":
            if not legs or (legs[-1].returned is not None and entry.at > legs[-1].returned):
                legs.append(Leg(len(legs), entry.at, entry))
            elif legs[-1].found is not None and entry.at > legs[-1].found:
                remarks.append(
                    Remark(
                        "reported_after_found",
                        f"Report {entry.entry_id} follows on a child found but not back; it is not "
                        "taken for a new time away.",
                        story.episode_id,
                        (entry.entry_id,),
                    )
                )
        elif entry.kind in FOUND and legs:
            leg = legs[-1]
            if leg.found is None:
                leg.found = entry.at
                leg.ended_by.append(entry)
            if entry.kind == "returned" and leg.back is None:
                leg.back = entry
            if entry.kind in RETURNED and leg.returned is None:
                leg.returned = entry.at
                leg.ended_by.append(entry)
    if not legs:
        remarks.append(
            Remark(
                "no_report",
                f"Episode {story.episode_id} has entries but no report.",
                story.episode_id,
                tuple(entry.entry_id for entry in story.entries),
            )
        )
        return legs
    early = [entry for entry in story.entries if entry.at < legs[0].start]
    for entry in early:
        code = "found_before_report" if entry.kind in FOUND else "before_report"
        remarks.append(
            Remark(
                code,
                f"Entry {entry.entry_id} ({entry.kind}) is dated before the report of its episode.",
                story.episode_id,
                (entry.entry_id,),
            )
        )
    return legs
