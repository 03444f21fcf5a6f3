"""The editions of a policy: what it says from one date to the next.

A policy is one text whose rules and numbers begin, change and end on local dates. Each such date
begins an edition. Judged by the whole policy, what arises on a day is judged by the edition of that
day; a policy *pinned* to an edition judges everything by that one, as if it had always been in
force. ``wiltshire@2022-09`` names one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from missingrules.policysource import parameter_breaks, parameter_values, rule_editions
from missingrules.yamlsource import Node

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from missingrules.language import Parameter, Rule
    from missingrules.policysource import PolicySource

BEFORE: Final = "before-"
_NAMED: Final = re.compile(r"([a-z][a-z0-9_]*)@(\S+)")
_FILE: Final = re.compile(r"(.+\.ya?ml)@([^/\\\s]+)", re.DOTALL)
_DATES_OF_A_RULE: Final = frozenset({"from", "until", "editions"})
_OF_ONE_BASIS: Final = frozenset({"cite", "note"})


@dataclass(frozen=True, slots=True)
class PolicyEdition:
    """A policy from a local date to before another; None is without beginning, or without end.

    ``begins`` and ``ends`` are the ids of the rules that begin or end on its first date,
    ``changes`` those of the rules, and the names of the parameters, that say something else from
    then on.
    """

    since: dt.date | None
    until: dt.date | None
    begins: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its first date; of one without, ``before-`` and the first date of the next one."""
        if self.since is not None:
            return self.since.isoformat()
        return f"{BEFORE}{self.until}" if self.until else "always"


def split_name(name: str) -> tuple[str, str | None]:
    """Part the name of a policy (or the path of its file) from the edition that follows an ``@``.

    >>> split_name("wiltshire@2022-09")
    ('wiltshire', '2022-09')
    >>> split_name("wiltshire")
    ('wiltshire', None)
    """
    found = _NAMED.fullmatch(name) or _FILE.fullmatch(name)
    return (found[1], found[2]) if found else (name, None)


def policy_editions(source: PolicySource) -> tuple[PolicyEdition, ...]:
    """List the editions of a policy in order; of one without dates there is one.

    Rules that are off have none. A date on which nothing changes that an active rule says begins no
    edition, nor does one of a number that only rules that are off read.
    """
    begins: dict[dt.date, list[str]] = {}
    ends: dict[dt.date, list[str]] = {}
    changes: dict[dt.date, list[str]] = {}
    for rule in source.file.rules:
        if not rule.active:
            continue
        spans = rule_editions(source, rule)
        if spans[0].since is not None:
            begins.setdefault(spans[0].since, []).append(rule.id)
        if spans[-1].until is not None:
            ends.setdefault(spans[-1].until, []).append(rule.id)
        for later in spans[1:]:
            if later.since is not None:
                changes.setdefault(later.since, []).append(rule.id)
    for name in source.file.parameters:
        for date in parameter_breaks(source, name):
            changes.setdefault(date, []).append(name)
    dates = sorted({*begins, *ends, *changes})
    return tuple(
        PolicyEdition(
            since,
            until,
            *(tuple(told.get(since, ())) if since else () for told in (begins, ends, changes)),
        )
        for since, until in pairwise([None, *dates, None])
    )


def named_edition(source: PolicySource, name: str) -> PolicyEdition | None:
    """Find the edition that a name means; None is the whole policy, every edition in its time.

    ``2022-09`` or ``2022`` means the edition that begins then, if only one does; the ``edition`` of
    the file means the whole. Raises ``KeyError`` for a name that means none, or more than one.
    """
    if name == source.file.edition:
        return None
    found = [
        edition
        for edition in policy_editions(source)
        if edition.name == name or edition.name.startswith(f"{name}-")
    ]
    if len(found) != 1 or name == BEFORE.removesuffix("-"):
        raise KeyError(name)
    return found[0]


def edition_names(source: PolicySource) -> tuple[str, ...]:
    """List the names of the editions of a policy, and last the one that means all of them."""
    dated = [edition.name for edition in policy_editions(source)]
    return (*(dated if len(dated) > 1 else ()), source.file.edition)


def pinned(tree: Node, source: PolicySource, edition: PolicyEdition) -> Node:
    """Give a merged policy as it stands in one edition, with nothing in it that is dated.

    Rules that are not in force then are left out, and with them the parameters that only they or
    their dates name. Rules that are off stay as they are.
    """
    top = dict(_keys(tree))
    if isinstance(rules := top.get("rules"), Node) and isinstance(rules.value, list):
        kept = [
            _rule_then(node, source, rule, edition.since)
            for node, rule in zip(rules.value, source.file.rules, strict=True)
        ]
        top["rules"] = Node([node for node in kept if node is not None], rules.place, rules.key)
    if isinstance(parameters := top.get("parameters"), Node):
        before, after = _mentioned(tree), _mentioned(Node(top, tree.place))
        then = {
            name: _parameter_then(node, name, source.file.parameters[name], edition.since)
            for name, node in _keys(parameters).items()
            if name not in before - after
        }
        top["parameters"] = Node(then, parameters.place, parameters.key)
    top["edition"] = Node(edition.name, top["edition"].place, top["edition"].key)
    return Node(top, tree.place, tree.key)


def _keys(node: Node) -> Mapping[str, Node]:
    assert isinstance(node.value, dict)  # noqa: S101 - the shape was checked before
    return node.value


def _mentioned(tree: Node) -> frozenset[str]:
    """List the texts under rules and terms, names of parameters among them."""
    parts = [node for key, node in _keys(tree).items() if key in ("rules", "terms")]
    walked = (node.value for part in parts for _, node in part.walk())
    return frozenset(value for value in walked if isinstance(value, str))


def _rule_then(node: Node, source: PolicySource, rule: Rule, date: dt.date | None) -> Node | None:
    """Give a rule as it stands on a date (None: before every date), or None if it does not."""
    if not rule.active:
        return node
    spans = rule_editions(source, rule)
    number = next((n for n, span in enumerate(spans) if _holds(span.since, span.until, date)), None)
    if number is None:
        return None
    keys = _keys(node)
    then = {key: part for key, part in keys.items() if key not in _DATES_OF_A_RULE}
    if rule.editions:
        listed = keys["editions"].value
        assert isinstance(listed, list)  # noqa: S101 - the shape was checked before
        own = _keys(listed[number]).items()
        then |= {key: part for key, part in own if key not in _DATES_OF_A_RULE | {"edition"}}
    return Node(then, node.place, node.key)


def _holds(since: dt.date | None, until: dt.date | None, date: dt.date | None) -> bool:
    if date is None:
        return since is None
    return (since is None or since <= date) and (until is None or date < until)


def _parameter_then(node: Node, name: str, parameter: Parameter, date: dt.date | None) -> Node:
    """Give a parameter as it stands on a date; what an edition does not say stays."""
    keys = _keys(node)
    then = {key: part for key, part in keys.items() if key != "editions"}
    later = [value.since for value in parameter_values(name, parameter)[1:]]
    begun = [n for n, since in enumerate(later) if date and since and since <= date]
    if begun:
        listed: Sequence[Node] | object = keys["editions"].value
        assert isinstance(listed, list)  # noqa: S101 - the shape was checked before
        own = _keys(listed[begun[-1]])
        if "basis" in own:
            then = {key: part for key, part in then.items() if key not in _OF_ONE_BASIS}
        then |= {key: part for key, part in own.items() if key != "from"}
    return Node(then, node.place, node.key)
