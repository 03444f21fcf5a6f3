"""Conditions of made-up policies, with the parameters and terms that they name."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from missingrules.testing.words import (
    CHANGES,
    CONCERN,
    DATES,
    EDGES,
    ELAPSED,
    KINDS_OF_CHILD,
    MISSING,
    PLACES,
    QUESTIONS,
    QUESTIONS_ADDED,
    QUESTIONS_TO_CHILD,
    WINDOWS,
    WORKING,
    ZONES,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


@dataclass(frozen=True)
class Traits:
    """What made-up policies may make use of."""

    dated: bool = True
    ages: bool = True
    working_days: bool = True
    zones: tuple[str, ...] = ZONES


@functools.cache
def _once_in(times: int) -> st.SearchStrategy[bool]:
    return st.sampled_from((False,) * (times - 1) + (True,))


class Conditions:
    """Conditions in the making. What comes first in a list is what a failing case shrinks to."""

    def __init__(self, draw: st.DrawFn, traits: Traits) -> None:
        """Choose what this policy makes use of."""
        self.draw = draw
        self.traits = traits
        self.parameters: dict[str, Any] = {}
        self.terms: dict[str, Any] = {}
        self.lists: list[str] = []
        self.added = self.chance(4)
        self.working = traits.working_days and self.chance(3)

    def pick(self, items: Sequence[Any]) -> Any:
        """Draw one of these."""
        return self.draw(st.sampled_from(items))

    def chance(self, of: int) -> bool:
        """Draw yes once in so many times."""
        return self.draw(_once_in(of))

    def several_times(self, most: int) -> Iterator[int]:
        """Count up to the most, and perhaps not so far."""
        for number in range(most):
            if not self.pick((False, True, True)):
                return
            yield number

    # -- parameters --------------------------------------------------------------------------------

    def parameter(self, value: object, other: object, **keys: object) -> str:
        """Make a parameter, perhaps one that changes to another value; give its name."""
        made: dict[str, Any] = {"value": value, "basis": "assumed", "note": "made up", **keys}
        if self.chance(6):
            made |= {"basis": "stated", "cite": {"source": "paper", "section": "1"}}
            del made["note"]
        if self.traits.dated and self.chance(4):
            edition: dict[str, Any] = {"from": self.pick(CHANGES), "value": other}
            if self.chance(2):
                basis = self.pick(("assumed", "inferred", "stated"))
                edition |= {"basis": basis, "note": "changed", "cite": {"source": "paper"}}
            if "edge" in keys and self.chance(2):
                edition |= {"edge": self.pick(EDGES[::-1]), "placed_by": self.pick(PLACES)}
            made["editions"] = [edition]
        return self.named(made)

    def named(self, parameter: dict[str, Any]) -> str:
        """Add a parameter; give its name."""
        name = f"p{len(self.parameters) + 1}"
        self.parameters[name] = parameter
        return name

    def number(self, *numbers: int) -> int | str:
        """Draw a number, written out or as a parameter."""
        number = int(self.pick(numbers))
        return self.parameter(number, number + 1) if self.chance(4) else number

    def duration(self, lengths: Sequence[str] = (), *, stated: bool = True) -> str:
        """Draw a duration, written out or as a parameter."""
        known = [*(lengths or (*ELAPSED, *DATES, *(WORKING if self.working else ())))]
        if not stated:
            known.append("not_stated")
        length = str(self.pick(known))
        return self.parameter(length, self.pick(known)) if self.chance(4) else length

    def window(self) -> str:
        """Draw a window."""
        if self.chance(6):
            return "ever"
        keys = {"edge": self.pick(EDGES)}
        if self.chance(3):
            keys["placed_by"] = self.pick(PLACES)
        return self.parameter(self.pick(WINDOWS), self.pick(WINDOWS), **keys)

    # -- conditions --------------------------------------------------------------------------------

    def condition(self, depth: int = 2) -> Any:
        """Draw a condition, or the name of a term."""
        forms: list[Callable[[int], Any]] = [self.question] * 6 + [self.counted, self.how_long]
        if depth > 0:
            forms += [
                self.all_of,
                self.any_of,
                self.negated,
                self.negated,
                self.some_of,
                self.grace,
            ]
        if self.traits.ages:
            forms.append(self.age)
        if self.terms:
            forms += [self.known_term] * 3
        return self.pick(forms)(depth)

    def question(self, _: int) -> Any:
        """Ask for something recorded."""
        if self.added and self.chance(4):
            return dict(self.pick(QUESTIONS_ADDED))
        return dict(self.pick(self.pick(QUESTIONS)))

    def parts(self, depth: int, *numbers: int) -> list[Any]:
        """Draw so many conditions."""
        return [self.condition(depth - 1) for _ in range(self.pick(numbers))]

    def all_of(self, depth: int) -> Any:
        """Ask for all."""
        return {"all": self.parts(depth, 2, 1, 3)}

    def any_of(self, depth: int) -> Any:
        """Ask for any."""
        return {"any": self.parts(depth, 2, 1, 3)}

    def negated(self, depth: int) -> Any:
        """Ask for the opposite."""
        return {"not": self.condition(depth - 1)}

    def some_of(self, depth: int) -> Any:
        """Ask for some."""
        return {"at_least": self.number(2, 1), "of": self.parts(depth, 3)}

    def grace(self, depth: int) -> Any:
        """Give a list a time of grace."""
        by = self.duration(ELAPSED)
        if self.lists and self.chance(2):
            return {"term": self.pick(self.lists), "by": by}
        return {"all": self.parts(depth, 2, 3), "by": by}

    def known_term(self, _: int) -> Any:
        """Name a term, in one way or the other."""
        name = self.pick(list(self.terms))
        return {"term": name} if self.chance(3) else name

    def condition_of_child(self, depth: int) -> Any:
        """Draw a condition that asks nothing of an episode."""
        forms = ["recorded", "recorded", "recorded", "counted"]
        forms += ["not", "any", "all"] if depth > 0 else []
        forms += ["age"] if self.traits.ages else []
        match self.pick(forms):
            case "recorded":
                return dict(self.pick(QUESTIONS_TO_CHILD))
            case "counted":
                return self.counted(depth)
            case "age":
                return self.age(depth)
            case "not":
                return {"not": self.condition_of_child(depth - 1)}
            case form:
                return {form: [self.condition_of_child(depth - 1) for _ in range(2)]}

    def read_at_trigger(self, made: dict[str, Any], depth: int = 2) -> Any:
        """Draw what a rule asks when it is triggered: of the child where there is no episode."""
        on = made["on"] if isinstance(made["on"], list) else [made["on"]]
        kinds = {kind for trigger in on for kind in _listed(trigger.get("entry"))}
        no_episode = all("entry" in trigger for trigger in on) and kinds <= KINDS_OF_CHILD
        if no_episode and "grade" not in made and made.get("per") != "episode":
            return self.condition_of_child(depth)
        return self.condition(depth)

    def age(self, _: int) -> Any:
        """Ask for the age of the child."""
        bands = ({"at_least": 13}, {"under": 13}, {"at_least": 12, "under": 14})
        return {"age": dict(self.pick(bands))}

    def counted(self, _: int) -> Any:
        """Ask for the number of episodes."""
        number = {self.pick(("at_least", "more_than")): self.number(2, 1)}
        return {"counted": {"episodes": self.counting_term(), **number, "within": self.window()}}

    def how_long(self, _: int) -> Any:
        """Ask how long the episode has lasted."""
        return {"lasted": self.lasted()}

    def lasted(self) -> dict[str, Any]:
        """Draw a limit to how long an episode lasts."""
        made: dict[str, Any] = {self.pick(("at_least", "more_than")): self.duration()}
        if self.chance(3):
            made["since"] = self.pick(PLACES[::-1])
        return made

    def term(self, condition: Any) -> str:
        """Make a term; give its name."""
        name = f"t{len(self.terms) + 1}"
        self.terms[name] = condition
        if isinstance(condition, dict) and len(condition.get("all", ())) > 1:
            self.lists.append(name)
        return name

    def counting_term(self) -> str:
        """Draw a term to count episodes by: in use already, a label, the substance, or anything."""
        if self.terms and self.chance(2):
            return str(self.pick(list(self.terms)))
        form = self.pick(("label", "label", "substance", "anything"))
        if form == "label":
            return self.term(dict(MISSING))
        if form == "substance":
            by = self.duration(("15 minutes", "30 minutes"))
            proper = {"all": [dict(CONCERN), {"recorded": "categorised.rationale"}], "by": by}
            return self.term({"all": [{"recorded": "category"}, {"not": proper}]})
        return self.term(self.condition(1))


def _listed(named: str | list[str] | None) -> list[str]:
    return [named] if isinstance(named, str) else named or []
