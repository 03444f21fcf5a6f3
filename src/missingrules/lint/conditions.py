"""Conditions that can never hold, or always do; and what the second matcher refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules import terms, wording
from missingrules.errors import EngineError
from missingrules.language import ConditionForm
from missingrules.lint.compiled import Asked, everywhere, inside
from missingrules.lint.possible import FAILS, HOLDS, UNCLEAR, Facts, Possible
from missingrules.matchers.durable import planned
from missingrules.record import CORRECTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from missingrules.lint.codes import LintCode, Notices
    from missingrules.lint.compiled import Stated
    from missingrules.lint.possible import Key
    from missingrules.policy import Policy
    from missingrules.terms import Condition, Node
    from missingrules.yamlsource import Path


def check_conditions(notices: Notices, policy: Policy, rules: Iterable[Stated]) -> None:
    """Look at every condition of the active rules, terms included."""
    looker = _Looker(notices, policy)
    for rule in rules:
        for duty in rule.duties:
            for path, form, condition in rule.conditions(duty):
                looker.look(Asked(path, form, condition.node))
            for path, kind, node in rule.checks(duty):
                looker.look_at_where(path, kind, node)
    looker.tell()


def check_limits(notices: Notices, policy: Policy, rules: Iterable[Stated]) -> None:
    """Find the conditions on which there is no second opinion to be had."""
    refused: dict[int, str] = {}
    for condition in policy.conditions:
        try:
            planned(condition)
        except EngineError as error:
            refused[condition.number] = str(error)
    if not refused:
        return
    places = _places(policy, rules)
    for number, why in refused.items():
        message = f"too much for the second matcher: {why}"
        hint = "`native` judges it; for a second opinion, make it several rules, or ask less of it"
        notices.at(places.get(number, ("policy",)), "durable-limit", message, hint)


def check_unclear(notices: Notices, policy: Policy, rules: Iterable[Stated]) -> None:
    """Note where a rule hangs on something that nobody may have recorded."""
    possible = Possible(policy, together=True)
    facts = Facts(policy, together=True)
    for rule in rules:
        for duty in rule.duties:
            for path, _, condition in rule.conditions(duty):
                if "episodes" in path or "as_recorded" in path:
                    continue
                causes = _causes(possible, facts, condition.node)
                if causes:
                    named = wording.listed(f"`{cause}`" for cause in causes)
                    message = f"where nobody recorded {named}, this cannot be told"
                    hint = (
                        "the finding is then indeterminate, and a data gap; if silence should "
                        "mean something, ask `recorded` beside it"
                    )
                    notices.at(path, "may-be-unknown", message, hint)


class _Looker:
    """Looks at each place once for every stretch of time, and tells what is so in all of them."""

    def __init__(self, notices: Notices, policy: Policy) -> None:
        self.notices = notices
        self.policy = policy
        self.possible = Possible(policy)
        self.seen: dict[tuple[Path, Node], bool] = {}
        self.verdicts: dict[tuple[Path, LintCode, str, str], bool] = {}

    def look(self, asked: Asked) -> bool:
        """Look at a condition and all inside it; say whether any of it is the same always."""
        key = (asked.path, asked.node)
        if key not in self.seen:
            parts = [self.look(part) for part in inside(self.policy, asked)]
            self.seen[key] = any(parts) or self.look_here(asked)
        return self.seen[key]

    def look_here(self, asked: Asked) -> bool:
        path, form, node = asked
        if isinstance(form, ConditionForm) and form.entry is not None:
            self.look_at_watched(path, form.entry, node)
        never = not self.possible.can((node, HOLDS))
        always = not never and not self.possible.can((node, FAILS))
        hint = "nothing that can be recorded at one time makes it true"
        if isinstance(form, ConditionForm) and form.entry in CORRECTIONS:
            hint = f"`{form.entry}` is a correction: it changes the record, and no rule sees it"
        self.note(path, "never-holds", "this can never hold", hint, so=never)
        hint = "nothing that can be recorded makes it false; leave it out, or say what was meant"
        self.note(path, "always-holds", "this always holds", hint, so=always)
        return never or always or self.look_at_grace(asked)

    def look_at_grace(self, asked: Asked) -> bool:
        """Find a list whose others can never hold beside the first, once the grace is over."""
        node = asked.node
        if not isinstance(node, terms.Grace):
            return False
        whole = terms.All((node.first, node.rest))
        never = not self.possible.can((whole, HOLDS))
        message = "once the time of grace is over, this can never hold"
        self.note(
            asked.path, "never-holds", message, "its conditions exclude one another", so=never
        )
        return never

    def look_at_watched(self, path: Path, kind: str, node: Node) -> None:
        if isinstance(node, terms.Is) and node.prop.what == "has":
            check = self.policy.watches[node.prop.number][1]
            if check is not None:
                self.look_at_where((*path, "where"), kind, check.node)

    def look_at_where(self, path: Path, kind: str, node: Node) -> None:
        never = not self.possible.can((node, HOLDS))
        message = f"no entry `{kind}` can say all of this"
        hint = _renamed(self.policy, node)
        self.note(path, "where-never-holds", message, hint, so=never)

    def note(self, path: Path, code: LintCode, message: str, hint: str, *, so: bool) -> None:
        key = (path, code, message, hint)
        self.verdicts[key] = self.verdicts.get(key, True) and so

    def tell(self) -> None:
        for (path, code, message, hint), so in self.verdicts.items():
            if so:
                self.notices.at(path, code, message, hint)


def _renamed(policy: Policy, node: Node) -> str:
    """Say so where a role is called something else in the policy."""
    roles = policy.vocabulary.roles
    asked = [prop for prop in terms.props(node) if prop.name == "by"]
    for prop in asked:
        for role in policy.codes.get((prop.kind, "by"), {}):
            if role in roles and role not in roles.values() and role in _said(node):
                return f"this policy calls the role `{role}` of the log `{roles[role]}`"
    return ""


def _said(node: Node) -> set[str]:
    """The words in the texts of a node."""
    inner = terms.children(node)
    own = set(getattr(node, "text", "").split())
    return own.union(*(_said(part) for part in inner))


# --- Where a condition stands --------------------------------------------------------------------


def _places(policy: Policy, rules: Iterable[Stated]) -> dict[int, Path]:
    """Find the place of every compiled condition, by its number."""
    found: dict[int, Path] = {}
    by_node = {condition.node: condition for condition in policy.conditions}
    for rule in rules:
        for duty in rule.duties:
            for path, form, condition in rule.conditions(duty):
                found.setdefault(condition.number, path)
                for asked in everywhere(policy, Asked(path, form, condition.node)):
                    for inner in _hidden(policy, asked.node):
                        found.setdefault(inner.number, asked.path)
            for path, _, node in rule.checks(duty):
                found.setdefault(by_node[node].number, path)
    return found


def _hidden(policy: Policy, node: Node) -> Iterator[Condition]:
    """Conditions that one node has judged apart: those of a grace, a count or an entry."""
    match node:
        case terms.Grace(_, _, state):
            yield from policy.graces[state.number][:2]
        case terms.AtLeast(low, _, _):
            yield policy.counts[low.number][0]
        case terms.Is(prop) if prop.what == "has":
            check = policy.watches[prop.number][1]
            if check is not None:
                yield check


# --- What nobody may have recorded ---------------------------------------------------------------


def _causes(possible: Possible, facts: Facts, node: Node) -> list[str]:
    """Name the fields whose silence alone leaves a condition open."""
    silent: dict[Key, tuple[str, int]] = {}
    for leaf in _leaves(node):
        if isinstance(leaf, terms.Between):
            silent[facts.reads(leaf.prop)[0][0]] = ("date_of_birth", terms.UNKNOWN)
        elif isinstance(leaf, terms.Is) and leaf.open:
            silent[facts.reads(leaf.prop)[0][0]] = (leaf.prop.name, terms.NOT_RECORDED)
    found = []
    for key, (name, absent) in silent.items():
        given = {
            other: tuple(value for value in facts.domain(other) if value != gone)
            for other, (_, gone) in silent.items()
        }
        given[key] = (absent,)
        if possible.can((node, UNCLEAR), given=given):
            found.append(name)
    return list(dict.fromkeys(found))


def _leaves(node: Node) -> Iterator[Node]:
    inner = terms.children(node)
    if not inner:
        yield node
    for part in inner:
        yield from _leaves(part)
