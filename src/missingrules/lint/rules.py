"""One rule at a time: whether it can apply, and whether what it asks for can matter."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from missingrules import terms
from missingrules.calendar import DAY_US, Elapsed, WorkingDays
from missingrules.duties import Action, Floor, OnCount, OnEntry, OnEvery
from missingrules.lint.possible import (
    HOLDS,
    MAY_FAIL,
    MAY_HOLD,
    Possible,
    length,
)
from missingrules.record import CORRECTIONS
from missingrules.vocabulary import GRADES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from missingrules.calendar import Duration
    from missingrules.duties import Duty
    from missingrules.lint.codes import LintCode, Notices
    from missingrules.lint.compiled import Stated
    from missingrules.lint.possible import Key
    from missingrules.policy import Policy
    from missingrules.terms import Condition, Node
    from missingrules.yamlsource import Path

_ENDS: Final = {
    "open": frozenset({"located", "returned", "closed"}),
    "away": frozenset({"returned", "closed"}),
}
"""Kinds of entry that end a duty, by `while`."""
_DISORDER: Final = "only two entries of one instant, or one before the report, could make it"


def check_rules(notices: Notices, policy: Policy, rules: Iterable[Stated]) -> list[Stated]:
    """Look at every active rule by itself; give those that can come to something."""
    checker = _Checker(notices, policy)
    sound = []
    for rule in rules:
        verdicts = [checker.whole(rule, duty) for duty in rule.duties]
        first = verdicts[0] if verdicts else None
        if first is not None and all(verdict == first for verdict in verdicts):
            notices.at(*first)
        else:
            sound.append(rule)
        for duty in rule.duties:
            for part in (checker.counts, checker.repeats, checker.grades):
                for verdict in part(rule, duty):
                    notices.at(*verdict)
    return sound


def check_inactive(notices: Notices) -> None:
    """Note the rules that are switched off."""
    for number, rule in enumerate(notices.source.file.rules):
        if not rule.active:
            message = f"`{rule.id}` is switched off: it judges nobody"
            hint = "`active: true` in a layer turns it on"
            notices.at(("rules", number, "active"), "inactive-rule", message, hint)


def check_idle_keys(notices: Notices, rules: Iterable[Stated]) -> None:
    """Find keys that say nothing beside a measure, which nobody owes and nobody breaches."""
    for rule in rules:
        if rule.edition.rule.measure:
            for key in ("severity", "owed_by"):
                if getattr(rule.edition.rule, key) is not None:
                    message = f"`{key}` says nothing here: a measure is only noted"
                    notices.at_key(rule.edition.at(key), "idle-key", message, "leave it out")


_Verdict = tuple["Path", "LintCode", str, str]


class _Checker:
    def __init__(self, notices: Notices, policy: Policy) -> None:
        self.notices = notices
        self.policy = policy
        self.possible = Possible(policy)

    def whole(self, rule: Stated, duty: Duty) -> _Verdict | None:
        """Say why a rule as a whole comes to nothing in one stretch of time, if it does."""
        why = _of_all([self.why_not(duty, trigger) for trigger in duty.triggers])
        if why:
            return rule.path, "never-applies", f"{rule.named} can never apply", why
        why = _of_all([self.why_hardly(duty, trigger) for trigger in duty.triggers])
        if why:
            message = f"{rule.named} can apply only where a record is in disorder"
            return rule.path, "hardly-applies", message, f"{why}; {_DISORDER} otherwise"
        if self.is_released(duty, [{}]):
            hint = "whenever its conditions hold, so does this; nobody can ever owe it"
            return self.released(rule, hint)
        if self.is_released(duty, self.knowledge(duty)):
            return self.released(rule, f"what triggers it makes this hold; {_DISORDER} otherwise")
        if self.answers_itself(duty):
            message = f"what triggers {rule.named} also answers it"
            hint = "the triggering entry is accepted as the action, so it is never missing"
            return rule.edition.at("require"), "answers-itself", message, hint
        return None

    @staticmethod
    def released(rule: Stated, hint: str) -> _Verdict:
        message = f"{rule.named} is released from as soon as it applies"
        return rule.edition.at("unless"), "released-at-once", message, hint

    # -- whether it can apply

    def why_not(self, duty: Duty, trigger: object) -> str:
        """Say why a trigger can never make a duty arise; empty if it can."""
        if isinstance(trigger, OnCount) and not self.possible.can((trigger.term.node, HOLDS)):
            return f"no episode can ever count by `{trigger.term_name}`"
        if duty.condition is not None and not self.possible.can((duty.condition.node, HOLDS)):
            return "its `if` can never hold"
        if not isinstance(trigger, OnEntry):
            return ""
        return _of_all([self.why_not_kind(*told) for told in trigger.kinds.items()])

    def why_not_kind(self, kind: str, check: Condition | None) -> str:
        if kind in CORRECTIONS:
            return f"`{kind}` is a correction: it changes the record, and no rule sees it"
        if check is not None and not self.possible.can((check.node, HOLDS)):
            return f"no entry `{kind}` can say what `where` asks for"
        return ""

    def why_hardly(self, duty: Duty, trigger: object) -> str:
        """Say why a trigger makes a duty arise in no record that is in order."""
        if not isinstance(trigger, OnEntry):
            return self.why_not(duty, trigger)
        kinds = trigger.kinds.items()
        return _of_all([self.why_hardly_kind(duty, *told) for told in kinds])

    def why_hardly_kind(self, duty: Duty, kind: str, check: Condition | None) -> str:
        why = self.why_not_kind(kind, check)
        if why:
            return why
        ends = duty.ends or ("open" if isinstance(duty.effect, Floor) else "")
        if duty.per == "episode" and kind in _ENDS.get(ends, ()):
            so = f"`while: {ends}`" if duty.ends else "a grade is asked for while it is open"
            return f"an entry `{kind}` ends the time in which it could be owed ({so})"
        if duty.condition is not None and not isinstance(duty.effect, Floor):
            given = self.given(kind, check)
            if not self.possible.can((duty.condition.node, HOLDS), given=given):
                return f"its `if` excludes the entry `{kind}` that triggers it"
        return ""

    def knowledge(self, duty: Duty) -> list[Mapping[Key, tuple[int, ...]]]:
        """What is known by each of the entries that trigger a duty; nothing by other triggers."""
        if isinstance(duty.effect, Floor):
            return [{}]
        return [
            self.given(*told)
            for trigger in duty.triggers
            for told in (trigger.kinds.items() if isinstance(trigger, OnEntry) else [("", None)])
        ]

    def given(self, kind: str, check: Condition | None) -> Mapping[Key, tuple[int, ...]]:
        """What is known of a child or an episode by the entry that triggers a rule."""
        made: dict[Key, tuple[int, ...]] = {}
        if not kind:
            return made
        home = self.policy.vocabulary.kinds[kind].home
        for number, (watched, asked) in enumerate(self.policy.watches):
            if watched == kind and (asked is None or asked is check):
                made["has", number] = (1,)
        said = {} if check is None else _values(check.node)
        for name, codes in said.items():
            scope = "episode" if home == "episode" else "child"
            made["field", scope, kind, name, False] = tuple(codes)
            risk = {"marker_added": "marker", "concern_noted": "concern"}.get(kind)
            if risk == name and len(codes) == 1:
                table = self.policy.codes.get((kind, name), {})
                word = next((word for word, code in table.items() if code in codes), "")
                whose = "child" if risk == "marker" else "episode"
                made[risk, whose, word, "", 0, False] = (1,)
        return made

    def is_released(self, duty: Duty, known: Sequence[Mapping[Key, tuple[int, ...]]]) -> bool:
        """Whether what releases from a duty holds wherever the duty arises."""
        releases = [form.node for form in duty.unless if not isinstance(form, OnEntry)]
        goals = [] if duty.condition is None else [(duty.condition.node, MAY_HOLD)]
        goals += [(node, MAY_FAIL) for node in releases]
        if releases and not any(self.possible.can(*goals, given=given) for given in known):
            return True
        kinds = [kind for t in duty.triggers if isinstance(t, OnEntry) for kind in t.kinds]
        entries_only = all(isinstance(trigger, OnEntry) for trigger in duty.triggers)
        return entries_only and any(
            isinstance(form, OnEntry) and all(self.covers(form, duty, kind) for kind in kinds)
            for form in duty.unless
        )

    def covers(self, wide: OnEntry | Action, duty: Duty, kind: str) -> bool:
        """Whether every entry of a kind that triggers a duty is among others."""
        if kind not in wide.kinds:
            return False
        asked = wide.kinds[kind]
        checks = [
            t.kinds[kind] for t in duty.triggers if isinstance(t, OnEntry) and kind in t.kinds
        ]
        return all(self.possible.implies(_node(check), _node(asked)) for check in checks)

    def answers_itself(self, duty: Duty) -> bool:
        effect, triggers = duty.effect, duty.triggers
        if not isinstance(effect, Action) or not all(isinstance(t, OnEntry) for t in triggers):
            return False
        kinds = [kind for t in triggers if isinstance(t, OnEntry) for kind in t.kinds]
        return all(self.covers(effect, duty, kind) for kind in kinds)

    # -- whether it can matter

    def counts(self, rule: Stated, duty: Duty) -> Iterator[_Verdict]:
        for (path, _), trigger in zip(rule.edition.trigger_paths(), duty.triggers, strict=True):
            if not isinstance(trigger, OnCount) or trigger.window is None:
                continue
            window = trigger.window.length
            assert window is not None  # noqa: S101 - `ever` has no window at all
            allowed = duty.allowed
            if duty.every is None and allowed is not None and is_longer(allowed, window):
                message = f"the time allowed ({allowed}) outlives the window ({window})"
                hint = "by the time it is due, what made it owed has left the window"
                key = "grade" if isinstance(duty.effect, Floor) else "require"
                yield (*rule.edition.at(key), "within"), "deadline-outlives-window", message, hint
            lasting = self.must_last(trigger)
            if lasting and shortest(lasting) * (trigger.number - 1) > longest(window):
                number = trigger.number
                message = f"{number} episodes of {lasting} or more do not fit into {window}"
                hint = "a child cannot be missing in two episodes at once"
                key = "more_than" if _is_strict(rule, path) else "reach"
                yield (*path, key), "count-never-reached", message, hint

    def must_last(self, trigger: OnCount) -> Duration | None:
        """How long an episode lasts at least, from its report, when it begins to count."""
        if trigger.placed_by != "reported":
            return None
        found: list[Duration] = []
        for prop in terms.props(trigger.term.node):
            if prop.what == "lasted" and self.policy.lasted[prop.number][1] == "reported":
                below = terms.Is(prop, frozenset({terms.BELOW}))
                if not self.possible.can((trigger.term.node, MAY_HOLD), (below, HOLDS)):
                    found.append(self.policy.lasted[prop.number][0])
        return max(found, key=shortest, default=None)

    def repeats(self, rule: Stated, duty: Duty) -> Iterator[_Verdict]:
        for (path, _), trigger in zip(rule.edition.trigger_paths(), duty.triggers, strict=True):
            if not isinstance(trigger, OnEvery):
                continue
            for number, (_, interval) in enumerate(trigger.sooner):
                if interval == trigger.interval or is_longer(interval, trigger.interval):
                    message = f"{interval} is no sooner than {trigger.interval}"
                    hint = "the earlier due time stands, so this changes nothing"
                    yield (*path, "sooner", number, "every"), "sooner-not-sooner", message, hint

    def grades(self, rule: Stated, duty: Duty) -> Iterator[_Verdict]:
        if not isinstance(duty.effect, Floor):
            return
        path = rule.edition.at("grade")
        if duty.effect.grade == 0:
            message = f"every grade is at least `{GRADES[0]}`"
            yield (*path, "at_least"), "floor-at-bottom", message, "nobody can fall below this"
        steps = duty.effect.steps_up
        if steps is not None and steps >= len(GRADES):
            message = f"there are {len(GRADES)} grades: none can rise by {steps} steps"
            hint = f"at most {len(GRADES) - 1}, from `{GRADES[0]}` to `{GRADES[-1]}`"
            yield (*path, "steps_up"), "steps-beyond-scale", message, hint


def _of_all(reasons: Sequence[str]) -> str:
    """Join the reasons, each once, if there is one for every trigger."""
    return "; ".join(dict.fromkeys(reasons)) if all(reasons) else ""


def _is_strict(rule: Stated, path: Path) -> bool:
    """Whether the count at a path says `more_than`."""
    return any(
        at == path and told.more_than is not None for at, told in rule.edition.trigger_paths()
    )


def is_longer(one: Duration, other: Duration) -> bool:
    """Whether a duration is longer than another whatever the date and the clocks."""
    if type(one) is type(other):
        return length(one) > length(other)
    return shortest(one) > longest(other)


def shortest(duration: Duration) -> float:
    """The least that a duration can come to, in microseconds, whatever the date and the clocks."""
    if isinstance(duration, Elapsed):
        return duration.us
    return (duration.count - 1) * DAY_US


def longest(duration: Duration) -> float:
    """The most that a duration can come to; working days can be put off by holidays for long."""
    if isinstance(duration, Elapsed):
        return duration.us
    return math.inf if isinstance(duration, WorkingDays) else (duration.count + 1) * DAY_US


def _node(condition: Condition | None) -> Node | None:
    return None if condition is None else condition.node


def _values(node: Node) -> dict[str, frozenset[int]]:
    """Fields with the codes that a `where` names, where it says nothing else of them."""
    listed = node.parts if isinstance(node, terms.All) else (node,)
    return {
        part.prop.name: part.codes
        for part in listed
        if isinstance(part, terms.Is) and part.prop.what == "code" and part.prop.name != "by"
    }
