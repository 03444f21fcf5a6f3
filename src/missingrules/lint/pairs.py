"""Two rules beside one another: what one asks the other forbids, or asks for already."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, Final

from missingrules import terms, wording
from missingrules.duties import (
    Action,
    Floor,
    Forbidden,
    Measured,
    OnCount,
    OnEntry,
    OnEvery,
    Recorded,
)
from missingrules.lint.possible import HOLDS, MAY_FAIL, Possible
from missingrules.lint.rules import is_longer
from missingrules.vocabulary import GRADES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missingrules.calendar import Duration
    from missingrules.duties import Checks, Duty, Trigger
    from missingrules.lint.codes import Notices
    from missingrules.lint.compiled import Stated
    from missingrules.lint.possible import Key
    from missingrules.policy import Policy
    from missingrules.terms import Condition, Node

_EFFECTS: Final = ("require", "grade", "forbid", "measure")
_RANK: Final = {"minor": 0, "major": 1, "critical": 2}


def check_pairs(notices: Notices, policy: Policy, rules: Sequence[Stated]) -> None:
    """Compare every active rule with every other one, in the stretches that both have."""
    checker = _Pairs(notices, policy)
    for one, other in permutations(rules, 2):
        if one.id != other.id:
            for first in one.duties:
                for second in other.duties:
                    if _meet(first, second):
                        checker.conflict(one, first, other, second)
    for rule in rules:
        checker.covered(rule, [other for other in rules if other.id != rule.id])


def _meet(one: Duty, other: Duty) -> bool:
    return (one.until is None or other.since is None or other.since < one.until) and (
        other.until is None or one.since is None or one.since < other.until
    )


def _within(inner: Duty, outer: Duty) -> bool:
    """Whether one duty is in force only while the other is."""
    starts = outer.since is None or (inner.since is not None and outer.since <= inner.since)
    return starts and (
        outer.until is None or (inner.until is not None and inner.until <= outer.until)
    )


class _Pairs:
    def __init__(self, notices: Notices, policy: Policy) -> None:
        self.notices = notices
        self.policy = policy
        self.possible = Possible(policy)

    # -- what cannot be done together

    def conflict(self, one: Stated, first: Duty, other: Stated, second: Duty) -> None:
        """Find a first rule that forbids every way to do what the second one asks for."""
        if isinstance(first.effect, Forbidden) and self.applies_too(second, first):
            if isinstance(second.effect, Action) and self.forbids(first, second.effect.kinds):
                self.tell_forbidden(one, other, "require")
            elif isinstance(second.effect, Floor) and self.forbids_floor(first, second.effect):
                self.tell_forbidden(one, other, "grade")
        if one.path < other.path:  # the order of the two does not matter: told once
            self.differing(one, first, other, second)

    def differing(self, one: Stated, first: Duty, other: Stated, second: Duty) -> None:
        """Find two rules on the same entries that ask for values which no entry can have."""
        mine, theirs = first.effect, second.effect
        if not (isinstance(mine, Recorded) and isinstance(theirs, Recorded)):
            return
        fields = [name for name in mine.fields if name in theirs.fields]
        if fields and self.differ(first, mine, second, theirs):
            named = wording.listed((f"`{name}`" for name in fields), "and")
            message = f"{one.named} and {other.named} ask for different values of {named}"
            path = (*other.edition.at("require"), "field")
            hint = "what is in order for the one breaks the other"
            self.notices.at(path, "conflicting-demands", message, hint)

    def tell_forbidden(self, one: Stated, other: Stated, key: str) -> None:
        message = f"{other.named} asks for what {one.named} forbids"
        hint = "whoever keeps the one breaks the other; let a condition tell when which applies"
        self.notices.at_key(other.edition.at(key), "forbidden-and-required", message, hint)

    def applies_too(self, narrow: Duty, wide: Duty) -> bool:
        return self.possible.implies(_node(narrow.condition), _node(wide.condition))

    def forbids(self, duty: Duty, answers: Checks) -> bool:
        return all(
            any(
                isinstance(trigger, OnEntry)
                and kind in trigger.kinds
                and self.possible.implies(_node(check), _node(trigger.kinds[kind]))
                for trigger in duty.triggers
            )
            for kind, check in answers.items()
        )

    def forbids_floor(self, duty: Duty, floor: Floor) -> bool:
        """Whether every grade that meets a floor is forbidden."""
        if floor.grade is None:
            return False
        table = self.policy.codes.get(("graded", "grade"), {})
        allowed = tuple(table.get(grade, terms.OTHER) for grade in GRADES[floor.grade :])
        given: dict[Key, tuple[int, ...]] = {("field", "entry", "graded", "grade", False): allowed}
        return any(
            isinstance(trigger, OnEntry)
            and "graded" in trigger.kinds
            and not self.can_escape(trigger.kinds["graded"], given)
            for trigger in duty.triggers
        )

    def can_escape(self, check: Condition | None, given: dict[Key, tuple[int, ...]]) -> bool:
        return check is not None and self.possible.can((check.node, MAY_FAIL), given=given)

    def differ(self, one: Duty, first: Recorded, other: Duty, second: Recorded) -> bool:
        """Whether no entry that triggers both can be in order for both."""
        if not (self.applies_too(one, other) or self.applies_too(other, one)):
            return False
        kinds = first.checks.keys() & second.checks.keys()
        return any(
            (self.triggered_too(one, other, kind) or self.triggered_too(other, one, kind))
            and not self.possible.can(
                (first.checks[kind].node, HOLDS), (second.checks[kind].node, HOLDS)
            )
            and self.possible.can((first.checks[kind].node, HOLDS))
            and self.possible.can((second.checks[kind].node, HOLDS))
            for kind in kinds
        )

    def triggered_too(self, narrow: Duty, wide: Duty, kind: str) -> bool:
        narrow_checks = [
            t.kinds[kind] for t in narrow.triggers if isinstance(t, OnEntry) and kind in t.kinds
        ]
        return all(self.wakes(kind, check, wide.triggers) for check in narrow_checks)

    def wakes(self, kind: str, check: Condition | None, triggers: Sequence[Trigger]) -> bool:
        return any(
            isinstance(trigger, OnEntry)
            and kind in trigger.kinds
            and self.possible.implies(_node(check), _node(trigger.kinds[kind]))
            for trigger in triggers
        )

    # -- what is asked for already

    def covered(self, rule: Stated, others: Sequence[Stated]) -> None:
        """Find the first of the other rules without which this one is never broken."""
        for other in others:
            if not self.is_covered(rule, other):
                continue
            if not self.is_covered(other, rule):
                self.tell_covered(rule, other)
                return
            if other.path < rule.path:  # each asks for what the other asks: told once
                message = f"{rule.named} asks for the same as {other.named}"
                hint = "each breach is found twice; keep one of them, or say what differs"
                self.notices.at(rule.path, "same-duty-twice", message, hint)
                return

    def tell_covered(self, weak: Stated, strong: Stated) -> None:
        mine, theirs = weak.duties[-1], strong.duties[-1]
        where = f"wherever {weak.named} applies, {strong.named} asks for"
        path = weak.edition.at(next(key for key in _EFFECTS if self.has(weak, key)))
        if isinstance(mine.effect, Floor) and mine.effect != theirs.effect:
            floors = mine.effect.grade, getattr(theirs.effect, "grade", None)
            if floors[0] != floors[1]:
                hint = "this floor never decides anything; narrow the other rule, or take it away"
                self.notices.at_key(path, "lower-floor", f"{where} a higher grade", hint)
                return
        if mine.allowed != theirs.allowed:
            hint = "this deadline never decides anything; narrow the other rule, or take it away"
            at = (*path, "within")
            if mine.every is not None:
                at = (*next(p for p, told in weak.edition.trigger_paths() if told.every), "every")
            self.notices.at(at, "longer-deadline", f"{where} as much, and sooner", hint)
            return
        hint = "this rule is never broken alone; narrow the other one, or take this one away"
        self.notices.at_key(path, "covered-duty", f"{where} at least as much", hint)

    @staticmethod
    def has(rule: Stated, key: str) -> bool:
        return getattr(rule.edition.rule, key) is not None

    def is_covered(self, longer: Stated, shorter: Stated) -> bool:
        """Whether at every time some stretch of the one asks for all that the other asks for."""
        return bool(longer.duties) and all(
            any(_within(duty, over) and self.covers(duty, over) for over in shorter.duties)
            for duty in longer.duties
        )

    def covers(self, weak: Duty, strong: Duty) -> bool:
        """Whether a duty can be broken only where a stronger one is."""
        if isinstance(weak.effect, Measured) or weak.per != strong.per:
            return False
        if _RANK[weak.severity] > _RANK[strong.severity]:
            return False  # broken later, and then more gravely
        return (
            self.answers(weak, strong)
            and _no_later(strong, weak)
            and (strong.after_trigger or not weak.after_trigger)
            and strong.deciders <= weak.deciders
            and strong.ends in (None, weak.ends, "away" if weak.ends == "open" else None)
            and all(self.fires(trigger, strong) for trigger in weak.triggers)
            and self.applies_too(weak, strong)
            and all(any(self.same_release(r, w) for w in weak.unless) for r in strong.unless)
        )

    def same_release(self, strong: Condition | OnEntry, weak: Condition | OnEntry) -> bool:
        """Whether what releases from the stronger duty releases from the other one too."""
        if isinstance(strong, OnEntry) or isinstance(weak, OnEntry):
            return (
                isinstance(strong, OnEntry)
                and isinstance(weak, OnEntry)
                and all(
                    kind in weak.kinds
                    and self.possible.implies(_node(check), _node(weak.kinds[kind]))
                    for kind, check in strong.kinds.items()
                )
            )
        return self.possible.implies(strong.node, weak.node)

    def answers(self, weak: Duty, strong: Duty) -> bool:
        """Whether whatever satisfies the stronger duty satisfies the other one."""
        mine, theirs = weak.effect, strong.effect
        if isinstance(mine, Action) and isinstance(theirs, Action):
            return all(
                kind in mine.kinds and self.possible.implies(_node(check), _node(mine.kinds[kind]))
                for kind, check in theirs.kinds.items()
            )
        if isinstance(mine, Recorded) and isinstance(theirs, Recorded):
            return set(mine.names_known) <= set(theirs.names_known) and all(
                kind in theirs.checks
                and self.possible.implies(theirs.checks[kind].node, check.node)
                for kind, check in mine.checks.items()
            )
        if isinstance(mine, Floor) and isinstance(theirs, Floor):
            if mine.grade is None or theirs.grade is None:
                return mine.grade is theirs.grade and mine.steps_up == theirs.steps_up
            return mine.grade <= theirs.grade
        return isinstance(mine, Forbidden) and isinstance(theirs, Forbidden)

    def fires(self, trigger: Trigger, strong: Duty) -> bool:
        """Whether a trigger of one duty triggers the stronger one too."""
        if isinstance(trigger, OnEntry):
            return all(
                self.wakes(kind, check, strong.triggers) for kind, check in trigger.kinds.items()
            )
        if isinstance(trigger, OnEvery):
            return any(isinstance(t, OnEvery) and _as_often(trigger, t) for t in strong.triggers)
        if isinstance(trigger, OnCount):
            return any(
                isinstance(t, OnCount)
                and (t.term, t.number, t.window, t.placed_by, t.since_action)
                == (
                    *(trigger.term, trigger.number, trigger.window, trigger.placed_by),
                    trigger.since_action,
                )
                for t in strong.triggers
            )
        return trigger in strong.triggers


def _as_often(weak: OnEvery, strong: OnEvery) -> bool:
    intervals = [weak.interval, *(interval for _, interval in weak.sooner)]
    first = strong.first_after is None or strong.first_after == weak.first_after
    return first and not any(_may_be_longer(strong.interval, each) for each in intervals)


def _no_later(strong: Duty, weak: Duty) -> bool:
    """Whether one duty is due when the other is, or before."""
    if weak.every is not None or strong.every is not None:
        return weak.every is not None and strong.every is not None
    if isinstance(weak.effect, Forbidden):
        return True
    if strong.allowed is None:
        return weak.allowed is None
    return weak.allowed is None or not _may_be_longer(strong.allowed, weak.allowed)


def _may_be_longer(one: Duration, other: Duration) -> bool:
    """Whether there is a date at which one duration is longer than the other."""
    return one != other and not is_longer(other, one)


def _node(condition: Condition | None) -> Node | None:
    return None if condition is None else condition.node
