"""From wants to a log: entries, laid around the instant at which something is to happen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from missingrules.edges import earlier
from missingrules.edges.calm import DAY, HOUR
from missingrules.edges.plan import Plan, Timing, times_of
from missingrules.edges.scene import Scene
from missingrules.edges.wants import (
    Aged,
    Cured,
    Entered,
    FieldSlot,
    FlagSlot,
    Numbered,
    NumberSlot,
    Said,
    cells,
    only_said,
    together,
)
from missingrules.errors import MissingRulesError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from missingrules.edges.conditions import Solver
    from missingrules.edges.wants import Slot, Want, Wants
    from missingrules.policy import Policy

EPISODE: Final = "E1"
"""The episode that an example is about; others are called after it."""

AFTER_RETURN: Final = frozenset(
    {
        "prevention_interview",
        "return_interview_offered",
        "return_interview_declined",
        "return_interview_held",
        "return_interview_shared",
    }
)
"""Kinds of entry that are told of a child who is back."""

_FLAGS: Final = {"marker_added": "marker", "concern_noted": "concern"}


class UnbuildableError(MissingRulesError):
    """What is wanted cannot stand in any entry, such as a value besides all that there are."""


@dataclass(frozen=True, slots=True)
class Built:
    """A log, and the places in it that matter: the report, the triggering entry."""

    scene: Scene
    at: int
    report: int | None
    anchor: str | None
    set_up: int

    @property
    def episode(self) -> str | None:
        """The episode in question, if there is one."""
        return None if self.report is None else EPISODE


class Builder:
    """Builds logs for one policy."""

    def __init__(self, policy: Policy, solver: Solver) -> None:
        """Find the words that the policy asks for, which fillers do without."""
        self.policy = policy
        self.solver = solver
        self.calendar = policy.calendar
        self.avoided: dict[tuple[str, str], frozenset[str]] = {
            key: frozenset(table.values()) for key, table in solver.leaves.words.items()
        }
        for kind, name in _FLAGS.items():
            asked = {prop.value for prop in policy.props if prop.what == name}
            key = (kind, name)
            self.avoided[key] = self.avoided.get(key, frozenset()) | asked

    def build(self, plan: Plan, at: int, variant: int = 0) -> Built | None:
        """Build a log; ``variant`` chooses among values that are all right. None where none is."""
        try:
            return self._built(plan, at, variant)
        except UnbuildableError:
            return None

    def _built(self, plan: Plan, at: int, variant: int) -> Built | None:
        timing = times_of(self.policy, plan, at)
        if timing is None:
            return None
        scene = Scene(self.policy.vocabulary)
        morning = min(timing.report, at) - DAY
        scene = self._about_child(scene, plan, morning, timing, variant)
        if not plan.of_episode:
            return self._triggered(scene, plan, at, timing, variant)
        report: dict[str, object] = {}
        if timing.missing_since is not None:
            report["missing_since"] = timing.missing_since
        if plan.kind == "reported":
            return self._triggered(scene, plan, at, timing, variant, report)
        wants = dict(only_said(plan.wants, "episode"))
        made = self.fields("reported", wants, timing.report, variant)
        scene = scene.put("reported", timing.report, EPISODE, fields={**made, **report})
        return self._triggered(scene, plan, at, timing, variant)

    # -- who and what

    def _about_child(
        self, scene: Scene, plan: Plan, morning: int, timing: Timing, variant: int
    ) -> Scene:
        """Put on record what is known of the child beforehand, and earlier episodes."""
        for slot, want in plan.wants.items():
            if isinstance(slot, NumberSlot) and slot.what == "age" and isinstance(want, Aged):
                born = self._born(want, timing.report if plan.of_episode else morning + DAY)
                scene = scene.put("born", morning, fields={"date_of_birth": born})
            elif isinstance(slot, FlagSlot) and slot.what == "marker" and want is True:
                if self._triggers(plan, "marker_added", slot.value):
                    continue
                scene = scene.put("marker_added", morning, fields={"marker": slot.value})
        kinds = {slot.kind for slot, _ in only_said(plan.wants, "child")} - {plan.kind}
        for kind in sorted(kinds):
            scene = self._recorded(scene, kind, "child", plan.wants, morning, variant)
        for kind, entered in self._watched(plan):
            if self.policy.vocabulary.kinds[kind].home != "episode":
                scene = self._entered(scene, kind, entered, morning, None, variant)
        for slot, want in plan.wants.items():
            if isinstance(want, Numbered):
                scene = earlier.that_count(self, scene, slot, want, plan, timing, variant)
        return scene

    def _triggered(  # noqa: PLR0913 - everything that stands around the trigger
        self,
        scene: Scene,
        plan: Plan,
        at: int,
        timing: Timing,
        variant: int,
        report: Mapping[str, object] | None = None,
    ) -> Built | None:
        """Put on record what the episode says, then the entry that triggers the rule."""
        known = tuple(
            slot.value for slot, want in plan.wants.items() if isinstance(slot, FlagSlot) and want
        )
        made = {} if plan.kind is None else self._own_fields(plan, plan.kind, at, variant, known)
        first = plan.kind == "reported"
        anchor = None
        by = made.pop("by", None)
        role = None if by is None else str(by)
        if first:
            fields = {**made, **(report or {})}
            scene = scene.put("reported", at, EPISODE, by=role, fields=fields)
            anchor = scene.entries[-1].entry_id
        if plan.of_episode:
            scene = self._set_up(scene, plan, timing, variant)
        if plan.kind is not None and not first:
            scene = scene.put(plan.kind, at, EPISODE, by=role, fields=made)
            anchor = scene.entries[-1].entry_id
        return Built(scene, at, timing.report if plan.of_episode else None, anchor, timing.set_up)

    def _own_fields(
        self, plan: Plan, kind: str, at: int, variant: int, known: tuple[str, ...]
    ) -> dict[str, object]:
        """Choose what the triggering entry says: its own wants, and those on the record."""
        home = self.policy.vocabulary.kinds[kind].home
        scope = "episode" if home == "episode" else "child"
        mine: Wants = {
            FieldSlot("entry", slot.kind, slot.name): said
            for slot, said in only_said(plan.wants, scope)
        }
        combined = together(mine, plan.own)
        if combined is None:
            raise UnbuildableError(f"an entry {kind} cannot say both")
        made = self.fields(kind, dict(only_said(combined, "entry")), at, variant, known)
        flag = self._flag(plan)
        if flag is not None:
            made[_FLAGS[kind]] = flag
        return made

    def _set_up(self, scene: Scene, plan: Plan, timing: Timing, variant: int) -> Scene:
        """Put on record what the episode says before the trigger."""
        graced = any(isinstance(s, NumberSlot) and s.what == "grace" for s in plan.wants)
        skipped = {"reported", None if graced else plan.kind}
        kinds = {slot.kind for slot, _ in only_said(plan.wants, "episode")} - skipped
        for kind in sorted(kinds):
            scene = self._recorded(scene, kind, "episode", plan.wants, timing.set_up, variant)
        if plan.kind in AFTER_RETURN and not variant and "returned" not in kinds:
            scene = scene.put("returned", timing.set_up, EPISODE)
        for slot, want in plan.wants.items():
            if not isinstance(slot, FlagSlot) or slot.what != "concern" or want is not True:
                continue
            if not self._triggers(plan, "concern_noted", slot.value):
                fields = {"concern": slot.value}
                scene = scene.put("concern_noted", timing.set_up, EPISODE, fields=fields)
        for kind, entered in self._watched(plan):
            if self.policy.vocabulary.kinds[kind].home == "episode" and kind != "reported":
                scene = self._entered(scene, kind, entered, timing.set_up, EPISODE, variant)
        for slot, want in plan.wants.items():
            if isinstance(want, Cured) and isinstance(slot, NumberSlot):
                over = timing.set_up + self.policy.graces[slot.number][2].us + want.after
                scene = self.later(scene, dict(want.wants), over, EPISODE, variant)
        return scene

    def later(
        self, scene: Scene, wants: Wants, at: int, episode: str | None, variant: int = 0
    ) -> Scene:
        """Add entries that bring wants about at an instant, on top of what is on record.

        Raises :class:`UnbuildableError` where no entry can.
        """
        there = Plan(None, wants)
        for scope in ("child", "episode"):
            for kind in sorted({slot.kind for slot, _ in only_said(wants, scope)}):
                scene = self._recorded(scene, kind, scope, wants, at, variant, episode)
        for slot, want in wants.items():
            if not isinstance(slot, FlagSlot):
                continue
            if slot.what == "marker":
                kind = "marker_added" if want else "marker_removed"
                if want or any(e.fields.get("marker") == slot.value for e in scene.entries):
                    scene = scene.put(kind, at, fields={"marker": slot.value})
            elif want and episode is not None:
                scene = scene.put("concern_noted", at, episode, fields={"concern": slot.value})
        for kind, entered in self._watched(there):
            home = self.policy.vocabulary.kinds[kind].home
            if home != "episode" or episode is not None:
                scene = self._entered(scene, kind, entered, at, episode, variant)
        return scene

    # -- entries

    def _recorded(  # noqa: PLR0913 - everything that an entry is made of
        self,
        scene: Scene,
        kind: str,
        scope: str,
        wants: Mapping[Slot, Want],
        at: int,
        variant: int,
        episode: str | None = EPISODE,
    ) -> Scene:
        """Add an entry that says what is wanted of its kind; none where nothing is."""
        said = {slot: want for slot, want in only_said(wants, scope) if slot.kind == kind}
        if all(want.recorded is False for want in said.values()):
            return scene
        restated = self._standing(scene, kind, episode, said)
        made = self.fields(kind, said, at, variant)
        fields = {**made, **restated}
        return scene.put(kind, at, episode if scope == "episode" else None, fields=fields)

    def _standing(
        self, scene: Scene, kind: str, episode: str | None, said: Mapping[FieldSlot, Said]
    ) -> Mapping[str, object]:
        """Give what the last entry of a kind said, where nothing else is wanted of it."""
        home = self.policy.vocabulary.kinds[kind].home
        mine = [
            entry
            for entry in scene.entries
            if entry.kind == kind and (home != "episode" or entry.episode_id == episode)
        ]
        named = {slot.name for slot in said}
        kept = mine[-1].fields if mine else {}
        return {name: value for name, value in kept.items() if name not in named}

    def _entered(  # noqa: PLR0913 - everything that an entry is made of
        self, scene: Scene, kind: str, entered: Entered, at: int, episode: str | None, variant: int
    ) -> Scene:
        """Add an entry that a condition looks for."""
        said = dict(only_said(dict(entered.wants), "entry"))
        made = self.fields(kind, said, at, variant)
        by = made.pop("by", None)
        return scene.put(kind, at, episode, by=None if by is None else str(by), fields=made)

    def fields(
        self,
        kind: str,
        said: Mapping[FieldSlot, Said],
        at: int,
        variant: int,
        known: tuple[str, ...] = (),
    ) -> dict[str, object]:
        """Choose what stands in the fields of an entry, and (as ``by``) who made it.

        Raises :class:`UnbuildableError` where nothing can stand there.
        """
        made: dict[str, object] = {}
        wanted = {slot.name: want for slot, want in said.items() if slot.kind == kind}
        for name, told in self.policy.vocabulary.kinds[kind].fields.items():
            want = wanted.get(name, Said())
            options = cells(told, want, self.avoided.get((kind, name), frozenset()), known)
            if options and told.type == "instant":
                made[name] = at - HOUR
            elif options:
                made[name] = options[min(variant, len(options) - 1)]
            elif want.recorded or told.required:
                raise UnbuildableError(f"nothing can stand in {kind}.{name}")
        by = wanted.get("by")
        if by is not None and by.recorded is not False:
            roles = by.among or ("officer", "supervisor", "duty_inspector", "somebody_else")
            made["by"] = next((role for role in roles if role not in by.barred), "somebody")
        return made

    def _watched(self, plan: Plan) -> Iterator[tuple[str, Entered]]:
        """List the entries that conditions look for, but for what the trigger is itself."""
        for slot, want in plan.wants.items():
            if isinstance(slot, NumberSlot) and slot.what == "has" and isinstance(want, Entered):
                kind = self.policy.watches[slot.number][0]
                if kind != plan.kind or want.wants:
                    yield kind, want

    def _triggers(self, plan: Plan, kind: str, value: str) -> bool:
        """Whether a marker or concern is what the triggering entry tells."""
        return plan.kind == kind and self._flag(plan) == value

    def _flag(self, plan: Plan) -> str | None:
        """Give the marker or concern that the triggering entry tells, where one is wanted."""
        name = _FLAGS.get(plan.kind or "")
        if name is None:
            return None
        own = plan.own.get(FieldSlot("entry", plan.kind or "", name))
        for slot, want in plan.wants.items():
            if not isinstance(slot, FlagSlot) or slot.what != name or want is not True:
                continue
            if not isinstance(own, Said) or _allows(own, slot.value):
                return slot.value
        return None

    def _born(self, aged: Aged, at: int) -> dt.date:
        """Give a date of birth that makes the child so old on the local date of an instant."""
        day = self.calendar.day(at) + (1 if aged.eve else 0)
        today = dt.date.fromordinal(day)
        years = aged.years + (1 if aged.eve else 0)
        try:
            return today.replace(year=today.year - years)
        except ValueError:
            return dt.date(today.year - years, 3, 1)


def _allows(said: Said, value: str) -> bool:
    return value not in said.barred and (said.among is None or value in said.among)
