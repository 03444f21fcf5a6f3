"""Find a log under which a rule applies, and let the kernel confirm it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from missingrules import finding as outcomes
from missingrules.duties import (
    Floor,
    Recorded,
)
from missingrules.edges.build import EPISODE
from missingrules.edges.calm import MINUTE, OUT_OF_CALENDAR, calm
from missingrules.edges.drafts import MOST_TRIES, Drafter
from missingrules.edges.layout import Layout
from missingrules.edges.spacing import full
from missingrules.kernel import assess, walked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from missingrules.duties import Duty, Trigger
    from missingrules.edges.build import Builder, Built
    from missingrules.edges.drafts import Draft
    from missingrules.edges.scene import Scene
    from missingrules.finding import Finding
    from missingrules.kernel.noted import Asked
    from missingrules.policy import Policy

_WAKE_UPS: Final = 6
_TO_BE_DONE: Final = (outcomes.PENDING, outcomes.BREACHED, outcomes.NOTED)

Judged: TypeAlias = "tuple[tuple[Finding, ...], list[Asked], int]"


@dataclass(frozen=True, slots=True)
class Opened:
    """A log under which a rule applies, with the finding that says so.

    ``at`` is the first whole minute from which it applies.
    """

    draft: Draft
    built: Built
    at: int
    finding: Finding

    @property
    def scene(self) -> Scene:
        """The log."""
        return self.built.scene


class Told(NamedTuple):
    """A log on which a condition comes out in a certain way, and the minute to look at it."""

    built: Built
    as_of: int


def at_once(found: Finding) -> bool:
    """Whether a grade falls short from the moment at which it is recorded."""
    return found.required_grade is not None and found.due_us == found.opened_us


class Stage:
    """One edition of a rule, and the logs made up for it.

    ``base`` is a plain log under which the rule applies; None where none was found.
    """

    def __init__(self, policy: Policy, duty: Duty, builder: Builder) -> None:
        """Look for a log under which the rule applies."""
        self.policy = policy
        self.duty = duty
        self.builder = builder
        self.solver = builder.solver
        self.calendar = policy.calendar
        self.drafter = Drafter(duty, builder.solver)
        self.layout = Layout(policy, duty, builder)
        self.at = calm(duty)
        self.base = self.open(self.at)

    @property
    def verbs(self) -> tuple[str, str]:
        """What to call it when what is asked for is done, and when it is not."""
        match self.duty.effect:
            case Recorded():
                return "recorded", "not recorded"
            case Floor():
                return "graded again", "not graded again"
            case _:
                return "done", "not done"

    # -- judging

    def judged(self, scene: Scene, as_of: int) -> Judged:
        """Judge a log under the whole policy; keep what is of this rule.

        Nothing is found where the log leads out of the calendar.
        """
        trace: list[Asked] = []
        record = scene.record()
        try:
            walk = walked(self.policy, record, as_of=as_of, trace=trace)
            assessment = assess(walk, record)
        except OUT_OF_CALENDAR:
            return (), [], as_of
        found = tuple(f for f in assessment.findings if f.rule == self.duty.rule)
        return found, trace, min(assessment.wakeups, default=as_of)

    def concerns(self, finding: Finding) -> bool:
        """Whether a finding is about the child, or the episode that examples are about."""
        return finding.episode_id in (None, EPISODE)

    # -- opening

    def open(
        self, at: int, triggers: Sequence[tuple[Trigger, str | None]] | None = None
    ) -> Opened | None:
        """Find a log under which the rule applies from an instant on; None where none was found.

        Best is one that leaves the duty to be done, then any under which it arose, then one that
        releases from it at once. ``triggers`` are those to try, each with its kind of entry.
        """
        found = self._first_of(at, self.drafter.drafts(self.drafter.asked(), triggers))
        if found is None and self.duty.unless:
            found = self._first_of(
                at, self.drafter.drafts(self.drafter.asked(releases=False), triggers)
            )
        return found

    def _first_of(self, at: int, drafts: Iterator[Draft]) -> Opened | None:
        best: tuple[int, Opened] | None = None
        for draft in itertools.islice(drafts, MOST_TRIES):
            built = self.layout.laid(draft, at)
            found = None if built is None else self.first(built, at)
            if built is None or found is None:
                continue
            rank = self._rank(draft, found, at)
            if best is None or rank < best[0]:
                best = (rank, Opened(draft, built, full(found.opened_us), found))
            if rank == 0:
                break
        return None if best is None else best[1]

    def again(self, at: int) -> Opened | None:
        """Do the same as in the first log at another instant."""
        if self.base is None:
            return None
        return self._first_of(at, iter((self.base.draft,))) or self.open(at)

    def first(self, built: Built, at: int) -> Finding | None:
        """Give the finding on a log as soon as there is one: time may have to pass for it."""
        as_of = at
        for _ in range(_WAKE_UPS):
            found, _, following = self.judged(built.scene, as_of)
            mine = [f for f in found if self.concerns(f) and f.duty is self.duty]
            if mine:
                return mine[-1]
            if following <= as_of:
                return None
            as_of = following
        return None

    def _rank(self, draft: Draft, found: Finding, at: int) -> int:
        timely = at <= found.opened_us <= at + MINUTE
        if draft.kind != "graded" and at_once(found):
            return 1
        if found.outcome in _TO_BE_DONE:
            return 0 if timely else 1
        if found.outcome in (outcomes.INDETERMINATE, outcomes.NOT_APPLICABLE):
            return 4
        return 2 if timely else 3

    def told(self, draft: Draft, at: int, truth: int) -> Told | None:
        """Lay out a log and keep it if the rule's ``if`` comes out so, when it is first asked."""
        built = self.layout.laid(draft, at)
        if built is None:
            return None
        as_of = at
        for _ in range(_WAKE_UPS):
            _, trace, following = self.judged(built.scene, as_of)
            asked = self._asked(trace, at)
            if asked:
                return Told(built, full(as_of)) if asked[0].truth == truth else None
            if following <= as_of:
                return None
            as_of = following
        return None

    def _asked(self, trace: Sequence[Asked], at: int) -> list[Asked]:
        """List the times that the rule's ``if`` was asked about the child or the episode."""
        return [
            asked
            for asked in trace
            if asked.rule == self.duty.rule
            and asked.role == "if"
            and asked.at >= at
            and asked.episode_id in (None, EPISODE)
        ]
