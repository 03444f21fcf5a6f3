"""What a case can show of a policy, and the parts of conditions that it shows.

A :class:`Point` is one thing that at least one case should show: an answer of a condition, or one
side of a number. A :class:`Part` is a condition as coverage sees it. An answer of a part counts
where it *decides*: where the condition that the part stands in would have come out otherwise, had
the part said something else. So a marker in a list of markers counts as seen only where no other
marker of the list was carried.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from missingrules import terms
from missingrules.cases.truths import OPPOSITE, Reach, turns
from missingrules.matchers.native import compiled
from missingrules.terms import MAYBE, NO, YES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from missingrules.duties import Duty
    from missingrules.policy import Policy
    from missingrules.terms import Condition, Node, Prop

WORDS: Final = {YES: "yes", NO: "no", MAYBE: "unknown"}


@dataclass(frozen=True, slots=True, order=True)
class Point:
    """One thing that a case should show.

    ``owner`` is the id of a rule, or ``term`` and its name. ``part`` says of what in it (``if``,
    ``within 15 minutes``), ``what`` the condition or number in words, ``inside`` the condition that
    it stands in, and ``seen`` what is to be seen of it.
    """

    owner: str
    part: str
    what: str
    inside: str
    seen: str

    def __str__(self) -> str:
        """``part: what: seen``, as a line below the owner."""
        return ": ".join(text for text in (self.part, self.what, self.seen) if text)


def point_of(duty: Duty, part: str, what: str, seen: str) -> Point:
    """Make a point of a rule that belongs to no condition."""
    return Point(duty.rule, part, what, "", seen)


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """A condition, or a part of one.

    ``negated`` says that a "not" stands before it; ``needed`` of its ``parts`` must hold.
    ``truths`` are the answers that it can give, ``counts`` those that count in its place. ``body``
    is what a term stands for, what an entry on record must say, or how a time of grace begins;
    ``rest`` what must hold before the grace is over.
    """

    owner: str
    part: str
    text: str
    inside: str
    node: Node
    negated: bool
    judge: Callable[[Mapping[Prop, int]], int]
    truths: frozenset[int]
    counts: frozenset[int]
    parts: tuple[Part, ...] = ()
    needed: int = 0
    values: tuple[tuple[str, int], ...] = ()
    body: Part | None = None
    rest: Part | None = None

    def point(self, seen: str) -> Point:
        """One thing to be seen of this part."""
        return Point(self.owner, self.part, self.text, self.inside, seen)

    def answers(self) -> Iterator[Point]:
        """Give the answers of this part alone that count."""
        for truth in sorted(self.counts):
            if truth == YES and len(self.values) > 1:
                yield from (self.point(f"yes, as {name}") for name, _ in self.values)
            else:
                yield self.point(WORDS[truth])

    def answer(self, truth: int, facts: Mapping[Prop, int]) -> Point:
        """Give the answer of this part in one state of the facts."""
        if truth == YES and len(self.values) > 1 and isinstance(self.node, terms.Is):
            code = facts.get(self.node.prop, 0)
            return self.point(f"yes, as {next(n for n, c in self.values if c == code)}")
        return self.point(WORDS[truth])

    def effective(self, facts: Mapping[Prop, int]) -> int:
        """Judge the part as the condition that it stands in takes it."""
        truth = self.judge(facts)
        return OPPOSITE[truth] if self.negated else truth

    def leaves(self) -> Iterator[Part]:
        """Give the parts that no "and" or "or" stands over any more; terms are not opened."""
        if not self.parts:
            yield self
        for part in self.parts:
            yield from part.leaves()

    def every(self) -> Iterator[Part]:
        """Give the part and all inside it, terms included."""
        yield self
        for inner in (*self.parts, *filter(None, (self.body, self.rest))):
            yield from inner.every()

    def shown(self, facts: Mapping[Prop, int], *, whole: bool = True) -> Iterator[Point]:
        """Give what one state of the facts shows: the whole, and the parts that decide it."""
        truth = self.judge(facts)
        if whole:
            yield self.answer(truth, facts)
        if self.parts:
            found = [part.effective(facts) for part in self.parts]
            sure, possible = found.count(YES), len(found) - found.count(NO)
            for part, effective in zip(self.parts, found, strict=True):
                can_be = part.truths
                if part.negated:
                    can_be = frozenset(OPPOSITE[one] for one in can_be)
                if turns(effective, can_be, sure, possible, self.needed):
                    yield part.answer(part.judge(facts), facts)
                yield from part.shown(facts, whole=False)


class Anatomy:
    """Takes the conditions of one policy apart, each once."""

    def __init__(self, policy: Policy) -> None:
        """Begin with nothing taken apart."""
        self.policy = policy
        self.terms: dict[tuple[str, Node, frozenset[Prop]], Part] = {}

    def whole(
        self, owner: str, part: str, condition: Condition, there: frozenset[Prop] = frozenset()
    ) -> Part:
        """Take a condition of a rule apart; ``there`` are facts that stand whenever it is asked."""
        return _Knife(self, Reach(self.policy, there), owner, part).cut(condition.node, "")

    def term(self, name: str, node: Node, reach: Reach) -> Part:
        """Take apart what a term stands for where it is asked."""
        key = (name, node, reach.there)
        if key not in self.terms:
            self.terms[key] = _Knife(self, reach, f"term {name}", "").cut(node, "")
        return self.terms[key]


@dataclass(frozen=True, slots=True)
class _Knife:
    anatomy: Anatomy
    reach: Reach
    owner: str
    part: str

    def cut(self, node: Node, inside: str, deciding: frozenset[int] | None = None) -> Part:
        """Make a part of a condition; ``deciding`` are its answers that can turn what it is in.

        None where it stands alone: then each answer counts, and a "not" before it does not matter.
        """
        negated = False
        while True:
            if isinstance(node, terms.Not):
                negated, node = not negated, node.part
            elif isinstance(node, terms.All | terms.Any | terms.Some) and len(node.parts) == 1:
                node = node.parts[0]
            else:
                break
        truths = self.reach.truths(node)
        counts = truths if deciding is None else deciding
        if negated and deciding is not None:
            counts = frozenset(OPPOSITE[truth] for truth in deciding)
        return self.made(node, inside, truths, counts, negated=negated)

    def made(
        self,
        node: Node,
        inside: str,
        truths: frozenset[int],
        counts: frozenset[int],
        *,
        negated: bool,
    ) -> Part:
        text = said(node)
        parts: tuple[Part, ...] = ()
        needed = 0
        if isinstance(node, terms.All | terms.Any | terms.Some):
            needed = _needed(node)
            compound = self.reach.compound(node.parts, needed)
            parts = tuple(
                self.cut(part, text, deciding)
                for part, deciding in zip(node.parts, compound.deciding, strict=True)
            )
        body, rest = self.inner(node)
        return Part(
            self.owner,
            self.part,
            text,
            inside,
            node,
            negated,
            compiled(node),
            truths,
            counts,
            parts,
            needed,
            self.values(node),
            body,
            rest,
        )

    def inner(self, node: Node) -> tuple[Part | None, Part | None]:
        """Take apart what stands behind a node."""
        match node:
            case terms.Term(name, part):
                return self.anatomy.term(name, part, self.reach), None
            case terms.Grace(first, rest, _):
                return self.cut(first, said(node)), self.cut(rest, said(node))
            case terms.Is(prop) if prop.what == "has":
                check = self.anatomy.policy.watches[prop.number][1]
                if check is not None:
                    return self.cut(check.node, said(node)), None
        return None, None

    def values(self, node: Node) -> tuple[tuple[str, int], ...]:
        """List the values of which a field may have any."""
        if not isinstance(node, terms.Is) or node.prop.what != "code":
            return ()
        table = self.anatomy.policy.codes[node.prop.kind, node.prop.name]
        return tuple((name, code) for name, code in table.items() if code in node.codes)


def _needed(node: terms.All | terms.Any | terms.Some) -> int:
    if isinstance(node, terms.Some):
        return node.number
    return 1 if isinstance(node, terms.Any) else len(node.parts)


def said(node: Node) -> str:  # noqa: PLR0911 - one a form
    """Say a condition in words, with terms by their names."""
    match node:
        case terms.Term(name, _):
            return name
        case terms.Not(part):
            return f"not {_bracketed(part)}"
        case terms.All(parts):
            return " and ".join(_bracketed(part) for part in parts)
        case terms.Any(parts):
            return " or ".join(_bracketed(part) for part in parts)
        case terms.Some(number, parts):
            return f"at least {number} of {', '.join(_bracketed(part) for part in parts)}"
        case terms.Grace(first, rest, _):
            return f"{_bracketed(first)}, and in time {_bracketed(rest)}"
    return node.text


def _bracketed(node: Node) -> str:
    many = isinstance(node, terms.All | terms.Any | terms.Some) and len(node.parts) > 1
    return f"({said(node)})" if many else said(node)
