"""What cases show of conditions: their answers, and the numbers that stand in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules import finding as outcomes
from missingrules import terms
from missingrules.cases.judged import Aspect
from missingrules.cases.limits import limits_of, sides_shown
from missingrules.cases.points import point_of
from missingrules.duties import Floor, OnEntry
from missingrules.terms import Condition

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from missingrules.cases.judged import Judged
    from missingrules.cases.points import Anatomy, Part, Point
    from missingrules.duties import Duty
    from missingrules.kernel.noted import Asked
    from missingrules.policy import Policy
    from missingrules.terms import Prop

    Selects = Callable[[Asked, Judged], bool]


def condition(  # noqa: PLR0913 - whose it is, where it stands, and when it is asked
    anatomy: Anatomy,
    duty: Duty,
    part: str,
    asked_of: Condition,
    selects: Selects,
    there: frozenset[Prop] = frozenset(),
) -> Aspect:
    """Make an aspect of a condition; ``selects`` says which questions were about it.

    ``there`` are facts that stand whenever it is asked.
    """
    whole = anatomy.whole(duty.rule, part, asked_of, there)
    policy = anatomy.policy
    points = {
        point for each in whole.every() for point in (*each.answers(), *limits_of(policy, each))
    }

    def shown(judged: Judged) -> Iterator[Point]:
        seen: set[int] = set()
        for one in judged.trace:
            if selects(one, judged):
                yield from _looked(judged, whole, one, seen)

    return Aspect(frozenset(points), shown)


def _looked(judged: Judged, part: Part, one: Asked, seen: set[int]) -> Iterator[Point]:
    """Give what one question shows of a condition and of all inside it.

    What is asked elsewhere (what an entry on record says, what a time of grace waits for) is looked
    up there, once a case.
    """
    yield from part.shown(one.facts)
    for each in part.leaves():
        yield from sides_shown(judged, each, one)
        if isinstance(each.node, terms.Term) and each.body is not None:
            yield from _looked(judged, each.body, one, seen)
        elif isinstance(each.node, terms.Grace) and each.body is not None:
            yield from _looked(judged, each.body, one, seen)
            if id(each) not in seen and each.rest is not None:
                seen.add(id(each))
                rest = judged.walk.policy.graces[each.node.state.number][1]
                for other in judged.trace:
                    if other.role == "grace" and other.condition is rest:
                        yield from _looked(judged, each.rest, other, seen)
        elif isinstance(each.node, terms.Is) and each.body is not None and id(each) not in seen:
            seen.add(id(each))
            check = judged.walk.policy.watches[each.node.prop.number][1]
            for other in judged.trace:
                if other.role == "watch" and other.condition is check:
                    yield from _looked(judged, each.body, other, seen)


# --- Which questions are about a condition --------------------------------------------------------


def asked(duty: Duty, role: str, condition_: Condition) -> Selects:
    """Select what was asked for a rule, in a role."""
    return lambda a, _: a.rule == duty.rule and a.role == role and a.condition is condition_


def of_entry(duty: Duty, role: str, check: Condition, kind: str) -> Selects:
    """Select what was asked of the entries of a kind."""

    def selects(a: Asked, judged: Judged) -> bool:
        mine = a.rule == duty.rule and a.role == role and a.condition is check
        return mine and judged.kind(a.entry_id) == kind

    return selects


def condition_aspects(anatomy: Anatomy, duty: Duty) -> Iterator[Aspect]:
    """List what there is to see of what a rule hangs on, and what releases from it."""
    there = frozenset(_there(anatomy.policy, duty))
    asked_if = duty.condition
    if asked_if is not None:
        yield condition(anatomy, duty, "if", asked_if, asked(duty, "if", asked_if), there)
    for form in duty.unless:
        if isinstance(form, Condition):
            yield condition(anatomy, duty, "unless", form, _released(duty, form), there)
        else:
            yield from _releases(anatomy, duty, form)


def _there(policy: Policy, duty: Duty) -> Iterator[Prop]:
    """Find the facts that stand since the rule was triggered: they came with what triggered it.

    That is an entry of its kind, and what every such entry says.
    """
    kinds = {
        kind
        for trigger in duty.triggers
        for kind in (trigger.kinds if isinstance(trigger, OnEntry) else ("",))
    }
    if len(kinds) > 1 or isinstance(duty.effect, Floor):
        return
    (kind,) = kinds
    for prop in policy.props:
        if prop.what == "has":
            if policy.watches[prop.number] == (kind, None):
                yield prop
        elif prop.kind == kind and prop.what in ("code", "recorded") and not prop.known:
            told = policy.vocabulary.kinds[kind].fields.get(prop.name)
            if prop.scope != "entry" and told is not None and told.required:
                yield prop


def _released(duty: Duty, form: Condition) -> Callable[[Asked, Judged], bool]:
    """Select what was asked of a release while a duty could be released."""

    def selects(a: Asked, judged: Judged) -> bool:
        if a.role != "unless" or a.condition is not form:
            return False
        if a.rule == duty.rule:
            return True
        return not a.rule and any(
            one.episode_id == a.episode_id
            and one.opened_us <= a.at
            and (one.due_us is None or a.at <= one.due_us)
            for one in judged.of(duty)
        )

    return selects


def _releases(anatomy: Anatomy, duty: Duty, form: OnEntry) -> Iterator[Aspect]:
    """Entries that release from the duty."""
    for kind, check in form.kinds.items():
        part = f"unless {kind}"
        if check is not None:
            yield condition(anatomy, duty, part, check, of_entry(duty, "where", check, kind))
        yield _by_entry(duty, kind, point_of(duty, part, "", "releases from it"))


def _by_entry(duty: Duty, kind: str, point: Point) -> Aspect:
    return Aspect(
        frozenset([point]),
        lambda judged: (
            point
            for one in judged.of(duty)
            if one.outcome == outcomes.NOT_APPLICABLE and kind in map(judged.kind, one.cited)
        ),
    )
