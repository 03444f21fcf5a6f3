"""The leaves of conditions: what makes a single fact come out so, and what to call it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from missingrules import terms
from missingrules.calendar import Elapsed
from missingrules.edges.wants import (
    Aged,
    FieldSlot,
    FlagSlot,
    Numbered,
    NumberSlot,
    Said,
    as_entry,
    of_child,
)
from missingrules.edges.words import plain
from missingrules.terms import MAYBE, NO, UNKNOWN, YES
from missingrules.wording import many, ordinal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from missingrules.edges.conditions import Solver
    from missingrules.edges.wants import Slot, Want, Wants
    from missingrules.policy import Policy
    from missingrules.terms import Node, Prop
    from missingrules.window import Window

_MOST_WATCHED: Final = 4


@dataclass(frozen=True, slots=True)
class Setting:
    """One way in which a leaf of a condition comes out so, and what to call it."""

    wants: Mapping[Slot, Want]
    words: str


class Leaves:
    """Knows the settings of every leaf that a policy can hold.

    What an entry that a condition looks for must say, and what makes an episode count, are
    conditions again; ``solver`` solves them.
    """

    def __init__(self, policy: Policy, solver: Solver) -> None:
        """Turn the policy's codes around."""
        self.policy = policy
        self.solver = solver
        self.words: dict[tuple[str, str], dict[int, str]] = {
            key: {code: word for word, code in table.items()} for key, table in policy.codes.items()
        }

    def settings(self, node: Node, truth: int) -> list[Setting]:
        """List the settings of a leaf."""
        match node:
            case terms.Is(prop=prop):
                return self._of_fact(node, prop, truth)
            case terms.Between(low=low, high=high):
                return _of_age(low, high, truth)
            case terms.AtLeast(low=low, number=number):
                return self._of_count(low.number, number, truth)
        return []

    def _of_fact(  # noqa: PLR0911 - one case a fact
        self, node: terms.Is, prop: Prop, truth: int
    ) -> list[Setting]:
        match prop.what:
            case "code":
                return self._of_field(node, prop, truth)
            case "names":
                return _of_list(node, prop, truth)
            case "recorded":
                slot = _field(prop)
                if truth == NO and self._needed(prop):
                    return []
                said = "recorded" if truth == YES else "not recorded"
                words = f"{plain(prop.name)}: {said}"
                return _unless_unknown(slot, Said(truth == YES), words, truth)
            case "unnamed":
                words = "every known warning named" if truth == YES else "a known warning left out"
                return _unless_unknown(_field(prop), Said(unnamed=truth != YES), words, truth)
            case "marker" | "concern":
                flag = FlagSlot(prop.what, prop.scope, prop.value)
                said = "" if truth == YES else "no "
                words = f"{said}{prop.what} {plain(prop.value)}"
                return _unless_unknown(flag, truth == YES, words, truth)
            case "has":
                return self._of_watch(prop, truth)
            case "lasted":
                return self._of_length(node, prop, truth)
        return []

    def _of_field(self, node: terms.Is, prop: Prop, truth: int) -> list[Setting]:
        """Give each value by itself; else another value, and none."""
        slot, name = _field(prop), plain(prop.name)
        words = self.words.get((prop.kind, prop.name), {})
        values = tuple(words[code] for code in sorted(node.codes) if code in words)
        none = [] if self._needed(prop) else [_silent(slot, name)]
        if truth == YES:
            return [
                Setting({slot: Said(recorded=True, among=(value,))}, f"{name}: {plain(value)}")
                for value in values
            ]
        if truth == MAYBE:
            return none if node.open else []
        said = Said(recorded=True, barred=frozenset(values))
        other = Setting({slot: said}, f"{name}: not {' or '.join(map(plain, values))}")
        return [other] if node.open else [*none, other]

    def _needed(self, prop: Prop) -> bool:
        """Whether an entry cannot do without the field that a fact is about."""
        if prop.scope != "entry":
            return False
        told = self.policy.vocabulary.kinds[prop.kind].fields.get(prop.name)
        return told is not None and told.required

    def _of_watch(self, prop: Prop, truth: int) -> list[Setting]:
        slot = NumberSlot("has", prop.number)
        kind, check = self.policy.watches[prop.number]
        phrase = self.policy.vocabulary.kinds[kind].phrase
        if truth == NO:
            found = [Setting({slot: False}, f"no record of {phrase}")]
            if check is not None:
                found += self._watched(slot, check.node, NO, phrase)
            return found
        if check is None:
            wants: Wants = {slot: as_entry({})}
            return [Setting(wants, f"on record: {phrase}")] if truth == YES else []
        return self._watched(slot, check.node, truth, phrase)

    def _watched(self, slot: NumberSlot, node: Node, truth: int, phrase: str) -> list[Setting]:
        """Give an entry for each way in which its fields come out so."""
        found: list[Setting] = []
        for branch in self.solver.branches(node, truth)[:_MOST_WATCHED]:
            wants = self.solver.solve(branch)
            if wants is not None:
                words = f"on record: {phrase}, {branch.setting.words}"
                found.append(Setting({slot: as_entry(wants)}, words))
        return found

    def _of_length(self, node: terms.Is, prop: Prop, truth: int) -> list[Setting]:
        slot = NumberSlot("lasted", prop.number)
        length, since = self.policy.lasted[prop.number]
        start = "the report" if since == "reported" else "the child went missing"
        step = "a minute" if isinstance(length, Elapsed) else "a date"
        names = {
            terms.BELOW: f"{step} short of {length} since {start}",
            terms.AT: f"{length} since {start}",
            terms.ABOVE: f"{step} more than {length} since {start}",
        }
        if truth == MAYBE:
            missing = since != "reported"
            return [Setting({slot: UNKNOWN}, "not recorded since when")] if missing else []
        codes = [code for code in names if (code in node.codes) == (truth == YES)]
        return [Setting({slot: code}, names[code]) for code in sorted(codes, reverse=truth == NO)]

    def _of_count(self, index: int, number: int, truth: int) -> list[Setting]:
        """Give numbers of episodes, with what is wanted of the child for them to count."""
        term, window, _ = self.policy.counts[index]
        own, none = NumberSlot("count", index), []
        if truth == NO:
            none = [Setting({own: Numbered(0)}, "none counted")]
        elif truth == MAYBE:
            words = f"{number} without a report, which may count"
            none = [Setting({own: Numbered(number, reported=False)}, words)]
        counted = next(self.solver.ways([(term.node, MAYBE if truth == MAYBE else YES)]), None)
        if counted is None:
            return none
        of_them = {s: w for s, w in counted.items() if of_child(s, self.policy)}
        found = [
            Setting({**of_them, slot: numbered}, words)
            for slot, numbered, words in _numbers(index, number, truth, window)
            if slot not in of_them
        ]
        return [*found, *none]


def _numbers(
    index: int, number: int, truth: int, window: Window | None
) -> Iterator[tuple[NumberSlot, Numbered, str]]:
    slot = NumberSlot("count", index)
    edged = window is not None and number > 1
    if truth == MAYBE:
        yield slot, Numbered(number, sure=False), f"{number} that may count"
    elif truth == YES:
        yield slot, Numbered(number), f"{number} counted"
        if edged:
            words = f"{number} counted, the oldest at the edge of the window"
            yield slot, Numbered(number, "edge"), words
    else:
        if number > 1:
            yield slot, Numbered(number - 1, under=True), f"{number - 1} counted"
        if edged:
            words = f"{many(number, 'episode')}, the oldest just outside the window"
            yield slot, Numbered(number, "outside", under=True), words


def _of_list(node: terms.Is, prop: Prop, truth: int) -> list[Setting]:
    slot, name, value = _field(prop), plain(prop.name), plain(prop.value)
    none = _silent(slot, name)
    if truth == YES:
        said = Said(recorded=True, names=frozenset({prop.value}))
        return [Setting({slot: said}, f"{name}: {value}")]
    if truth == MAYBE:
        return [none] if node.open else []
    said = Said(recorded=True, omits=frozenset({prop.value}))
    other = Setting({slot: said}, f"{name}: not {value}")
    return [other] if node.open else [none, other]


def _silent(slot: FieldSlot, name: str) -> Setting:
    return Setting({slot: Said(recorded=False)}, f"{name}: not recorded")


def _of_age(low: int, high: int, truth: int) -> list[Setting]:
    slot = NumberSlot("age")
    if truth == MAYBE:
        return [Setting({slot: None}, "date of birth not recorded")]
    inside = [Aged(low, eve=False)]
    outside = [Aged(low - 1, eve=True)] if low > 0 else []
    if high != UNKNOWN:
        inside.append(Aged(high - 1, eve=True))
        outside.append(Aged(high, eve=False))
    if low == 0 and high != UNKNOWN:
        inside = inside[1:]
    return [Setting({slot: aged}, _age(aged)) for aged in (inside if truth == YES else outside)]


def _age(aged: Aged) -> str:
    if aged.eve:
        return f"the day before the {ordinal(aged.years + 1)} birthday"
    return f"on the {ordinal(aged.years)} birthday"


def _unless_unknown(slot: Slot, want: Want, words: str, truth: int) -> list[Setting]:
    """Give the one setting of a fact that is always known."""
    return [] if truth == MAYBE else [Setting({slot: want}, words)]


def _field(prop: Prop) -> FieldSlot:
    return FieldSlot(prop.scope, prop.kind, prop.name)
