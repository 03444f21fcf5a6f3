"""From drafts to logs: the plan that a trigger asks for, and rows of episodes for counts."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from missingrules.duties import Floor, OnCount, OnEntry, OnEvery, OnGap, OnOpen
from missingrules.edges import earlier
from missingrules.edges.build import EPISODE, Built, UnbuildableError
from missingrules.edges.calm import DAY, HOUR
from missingrules.edges.drafts import VARIANTS
from missingrules.edges.plan import Plan
from missingrules.edges.spacing import a_bit, back, near, start_of
from missingrules.edges.wants import (
    Cured,
    FieldSlot,
    NumberSlot,
    Said,
    of_child,
    only_said,
    together,
)
from missingrules.terms import YES
from missingrules.vocabulary import GRADES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missingrules.duties import Duty
    from missingrules.edges.build import Builder
    from missingrules.edges.conditions import Demand
    from missingrules.edges.drafts import Draft
    from missingrules.edges.scene import Scene
    from missingrules.edges.wants import Wants
    from missingrules.policy import Policy


class Layout:
    """Lays out logs for one edition of a rule."""

    def __init__(self, policy: Policy, duty: Duty, builder: Builder) -> None:
        """Take the rule, and what builds logs for its policy."""
        self.policy = policy
        self.duty = duty
        self.builder = builder
        self.solver = builder.solver
        self.calendar = policy.calendar

    def laid(self, draft: Draft, at: int) -> Built | None:
        """Lay out the log of a draft around an instant; None where that cannot be."""
        if isinstance(draft.trigger, OnCount):
            return self.row_of_episodes(draft, at)
        plan = self.plan(draft, at)
        return None if plan is None else self.builder.build(plan, at, draft.variant)

    def plan(self, draft: Draft, at: int) -> Plan | None:
        """Turn a draft into a plan."""
        trigger, duty = draft.trigger, self.duty
        wants = draft.wants
        gap = any(isinstance(other, OnGap) for other in duty.triggers)
        plan = Plan(draft.kind, own=draft.own, at_once=gap and not isinstance(trigger, OnGap))
        match trigger:
            case OnEntry():
                plan = replace(plan, of_episode=self.of_episode(draft))
            case OnOpen(duration, strict, since):
                start = start_of(self.calendar, at, duration)
                if strict and a_bit(duration) == DAY:
                    start = start_of(self.calendar, back(self.calendar, at, 1), duration)
                if since == "missing_since":
                    lead = min(HOUR, at - start)
                    plan = replace(plan, lead=lead, missing_since=start)
                else:
                    plan = replace(plan, lead=at - start)
            case OnEvery(_, _, first_after):
                start = at if first_after is None else start_of(self.calendar, at, first_after)
                plan = replace(plan, lead=at - start, kind="reported" if start == at else None)
            case OnGap(duration, strict):
                start = start_of(self.calendar, at, duration)
                plan = replace(plan, missing_since=start - (a_bit(duration) if strict else 0))
        if isinstance(duty.effect, Floor):
            floored = self.below(draft.kind)
            if draft.kind == "graded":
                own = together(plan.own, floored)
                plan = replace(plan, own=own or plan.own)
            else:
                wants = together(draft.wants, floored) or draft.wants
        return replace(plan, wants=wants)

    def below(self, kind: str | None) -> Wants:
        """Ask for a grade that falls short."""
        effect = self.duty.effect
        assert isinstance(effect, Floor)  # noqa: S101 - the caller looked
        top = len(GRADES) - 1 if effect.grade is None else effect.grade
        grades = ("low", *GRADES) if effect.grade is None else GRADES[:top][::-1] or GRADES[:1]
        slot = FieldSlot("entry" if kind == "graded" else "episode", "graded", "grade")
        return {slot: Said(recorded=True, among=tuple(dict.fromkeys(grades)))}

    def of_episode(self, draft: Draft) -> bool:
        """Whether there has to be an episode for the rule to apply to."""
        if draft.kind is None:
            return True
        home = self.policy.vocabulary.kinds[draft.kind].home
        return home == "episode" or self.duty.per == "episode"

    def row_of_episodes(
        self,
        draft: Draft,
        at: int,
        places: Sequence[int] | None = None,
        last: Wants | None = None,
    ) -> Built | None:
        """Lay out as many episodes as a count asks for, the last one reported at the instant.

        ``places`` are the instants of the others; ``last`` is wanted of the last one instead of
        what makes the others count. None where that cannot be.
        """
        try:
            return self._row_of_episodes(draft, at, places, last)
        except UnbuildableError:
            return None

    def _row_of_episodes(
        self, draft: Draft, at: int, places: Sequence[int] | None, last: Wants | None
    ) -> Built | None:
        trigger = draft.trigger
        assert isinstance(trigger, OnCount)  # noqa: S101 - the caller looked
        counted = self.counted(trigger, draft)
        if counted is None:
            return None
        mine = together(draft.wants, counted if last is None else last)
        if mine is None:
            return None
        if isinstance(self.duty.effect, Floor):
            mine = together(mine, self.below(None)) or mine
        of_them = {slot: want for slot, want in counted.items() if of_child(slot, self.policy)}
        mine = together(mine, of_them) or mine
        floored = isinstance(self.duty.effect, Floor) and draft.variant == 0
        if floored and places is None and last is None and draft.number is None:
            early = self._graded_first(draft, at, mine)
            scene = self._with_others(early.scene, draft, at, counted, places)
            return replace(early, scene=scene)
        timeless = {
            slot: want
            for slot, want in mine.items()
            if not (isinstance(slot, NumberSlot) and slot.what in ("grace", "lasted"))
        }
        built = self.builder.build(Plan("reported", timeless), at, draft.variant)
        if built is None:
            return None
        scene = self._with_others(built.scene, draft, at, counted, places)
        for slot, want in mine.items():
            if isinstance(want, Cured) and isinstance(slot, NumberSlot):
                over = at + self.policy.graces[slot.number][2].us + want.after
                scene = self.builder.later(scene, dict(want.wants), over, EPISODE, draft.variant)
        return replace(built, scene=scene)

    def _with_others(
        self, scene: Scene, draft: Draft, at: int, counted: Wants, places: Sequence[int] | None
    ) -> Scene:
        """Add the episodes before the last one."""
        trigger = draft.trigger
        assert isinstance(trigger, OnCount)  # noqa: S101 - the caller looked
        number = trigger.number if draft.number is None else draft.number
        if places is None:
            places = near(trigger.window, at, number - 1, self.calendar)
        return earlier.past(self.builder, scene, counted, places, "C", draft.variant)

    def _graded_first(self, draft: Draft, at: int, mine: Wants) -> Built:
        """Lay out an episode that is graded before it comes to count, at the instant."""
        graded = self.below(None)
        counting = {slot: want for slot, want in mine.items() if slot not in graded}
        built = self.builder.build(Plan(None, graded, lead=HOUR), at, draft.variant)
        if built is None:
            raise UnbuildableError("no grade falls short")
        return replace(built, scene=self.builder.later(built.scene, counting, at, EPISODE))

    def later(self, scene: Scene, wants: Wants, at: int, episode: str | None) -> Scene | None:
        """Add entries that bring wants about at an instant; None where none can."""
        try:
            made = self.builder.later(scene, wants, at, episode)
        except UnbuildableError:
            return None
        return None if made is scene else made

    def fields(
        self, kind: str, says: Wants, at: int, variant: int = 0
    ) -> tuple[dict[str, object], str | None] | None:
        """Choose what an entry says, and whose it is; None where nothing can stand there."""
        try:
            made = self.builder.fields(kind, dict(only_said(says, "entry")), at, variant)
        except UnbuildableError:
            return None
        by = made.pop("by", None)
        return made, None if by is None else str(by)

    def counted(self, trigger: OnCount, draft: Draft) -> Wants | None:
        """Give what makes an episode count: as its label says, where the label is asked too."""
        demands: list[Demand] = [(trigger.term.node, YES)]
        if trigger.label is not None:
            both = next(self.solver.ways([*demands, (trigger.label.node, YES)]), None)
            if both is not None and draft.variant == 0:
                return both
        found = list(itertools.islice(self.solver.ways(demands), VARIANTS))
        return found[min(draft.variant, len(found) - 1)] if found else None
