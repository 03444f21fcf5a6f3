"""Drafts of examples: which trigger of a rule to use, and what conditions are to come out how."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from missingrules.duties import Action, Floor, OnEntry, OnGap, Recorded
from missingrules.edges.wants import FieldSlot, Said
from missingrules.terms import NO, YES, Condition

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from missingrules.duties import Duty, Trigger
    from missingrules.edges.conditions import Demand, Solver
    from missingrules.edges.wants import Wants

MOST_TRIES: Final = 48
"""How many logs are judged in search of one that shows what it should."""

VARIANTS: Final = 3
"""How many ways of filling in what does not matter are tried."""

_OWN_WAYS: Final = 3


@dataclass(frozen=True, slots=True)
class Draft:
    """What to try: a trigger of the rule, the kind of entry it takes, and what is wanted."""

    trigger: Trigger
    kind: str | None
    own: Wants = field(default_factory=dict)
    wants: Wants = field(default_factory=dict)
    variant: int = 0
    number: int | None = None


class Drafter:
    """Drafts examples for one edition of a rule."""

    def __init__(self, duty: Duty, solver: Solver) -> None:
        """Take the rule, and what solves its conditions."""
        self.duty = duty
        self.solver = solver

    def drafts(
        self,
        demands: Sequence[Demand],
        triggers: Sequence[tuple[Trigger, str | None]] | None = None,
    ) -> Iterator[Draft]:
        """Give drafts under which conditions come out as demanded, the plainest first."""
        for trigger, kind in triggers or self.triggers():
            for own in itertools.islice(self.own(trigger, kind), _OWN_WAYS):
                for wants in itertools.islice(self.solver.ways(demands), MOST_TRIES):
                    for variant in range(VARIANTS):
                        yield Draft(trigger, kind, own, wants, variant)

    def asked(self, *, releases: bool = True) -> list[Demand]:
        """Give what must come out how for the rule to apply, and not to be released from."""
        found: list[Demand] = []
        if self.duty.condition is not None:
            found.append((self.duty.condition.node, YES))
        if releases:
            found += [(form.node, NO) for form in self.duty.unless if isinstance(form, Condition)]
        return found

    def triggers(self) -> list[tuple[Trigger, str | None]]:
        """List the triggers of the rule, one for each kind of entry."""
        found: list[tuple[Trigger, str | None]] = []
        for trigger in self.duty.triggers:
            match trigger:
                case OnEntry(kinds):
                    found += [(trigger, kind) for kind in kinds]
                case OnGap():
                    found.append((trigger, "reported"))
                case _:
                    found.append((trigger, None))
        if isinstance(self.duty.effect, Floor):
            found.sort(key=lambda pair: pair[1] == "graded")
        return found

    def own(self, trigger: Trigger, kind: str | None) -> Iterator[Wants]:
        """Give what the triggering entry may say, such that it is not the answer as well."""
        if not isinstance(trigger, OnEntry) or kind is None:
            yield {}
            return
        check = trigger.kinds[kind]
        demands: list[Demand] = [] if check is None else [(check.node, YES)]
        effect = self.duty.effect
        apart: Condition | None = None
        if isinstance(effect, Action):
            apart = effect.kinds.get(kind)
        elif isinstance(effect, Recorded):
            silent: Wants = {
                FieldSlot("entry", kind, name): Said(recorded=False) for name in effect.fields
            }
            yield from itertools.islice(self.solver.ways(demands, silent), 1)
            apart = effect.checks.get(kind)
        if apart is not None:
            yield from itertools.islice(
                self.solver.ways([*demands, (apart.node, NO)]), _OWN_WAYS - 1
            )
        yield from self.solver.ways(demands)
