"""Laying one policy over another.

A policy that `extends` another one says only what differs. Of its top-level keys

- `sources` and `terms` replace what has the same name,
- `parameters` are merged key by key; a new value drops the editions, and with them what the old
  value rested on, so that the new one must say its own basis,
- `rules` with an id that a lower layer has replace keys of that rule (`null` takes a key away),
  other rules are added,
- `vocabulary` adds,
- everything else is replaced; `area`, `owner` and `last_reviewed` speak for one file only and are
  not inherited.

Names are looked up when all layers are merged: a layer that redefines a term changes every rule
that uses it, wherever the rule stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules.yamlsource import Node

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_OF_ONE_FILE: Final = frozenset({"extends", "area", "owner", "last_reviewed"})
_OF_ONE_VALUE: Final = frozenset({"editions", "basis", "cite", "note"})


def _mapping(node: Node | None) -> Mapping[str, Node]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def rule_id_of(rule: Node) -> str | None:
    """Give the id of a rule, if it has one that is text."""
    node = _mapping(rule).get("id")
    return node.value if node is not None and isinstance(node.value, str) else None


def rule_ids(tree: Node) -> frozenset[str]:
    """List the ids of the rules of a policy."""
    rules = _mapping(tree).get("rules")
    listed = rules.value if rules is not None and isinstance(rules.value, list) else []
    return frozenset(rule_id for rule_id in map(rule_id_of, listed) if rule_id is not None)


def replaced_parameters(lower: Node, upper: Node) -> frozenset[str]:
    """List the parameters of the lower layer whose value the upper one replaces."""
    known = _mapping(_mapping(lower).get("parameters"))
    given = _mapping(_mapping(upper).get("parameters"))
    return frozenset(name for name in given if name in known and "value" in _mapping(given[name]))


def _deep(lower: Node | None, upper: Node, depth: int) -> Node:
    """Lay one part over another: keys are merged down to a depth, and replaced whole below it."""
    if lower is None or depth == 0:
        return upper
    if isinstance(lower.value, list) and isinstance(upper.value, list):
        return Node([*lower.value, *upper.value], upper.place, upper.key)
    if not isinstance(lower.value, dict) or not isinstance(upper.value, dict):
        return upper
    merged = dict(lower.value)
    for key, node in upper.value.items():
        merged[key] = _deep(lower.value.get(key), node, depth - 1)
    return Node(merged, upper.place, upper.key)


def lay_over(lower: Node, upper: Node) -> Node:
    """Lay one policy over another; each part keeps the place where it was written."""
    merged = {key: node for key, node in _mapping(lower).items() if key not in _OF_ONE_FILE}
    for key, node in _mapping(upper).items():
        lay = _LAY_OVER.get(key)
        merged[key] = node if lay is None else lay(merged.get(key), node)
    return Node(merged, upper.place, upper.key)


def _by_name(lower: Node | None, upper: Node) -> Node:
    return _deep(lower, upper, 1)


def _parameters_over(lower: Node | None, upper: Node) -> Node:
    if not isinstance(upper.value, dict) or lower is None or not isinstance(lower.value, dict):
        return upper
    merged = dict(lower.value)
    for name, node in upper.value.items():
        below = lower.value.get(name)
        if below is not None and isinstance(below.value, dict) and "value" in _mapping(node):
            kept = {k: part for k, part in below.value.items() if k not in _OF_ONE_VALUE}
            below = Node(kept, below.place, below.key)
        merged[name] = _deep(below, node, 1)
    return Node(merged, upper.place, upper.key)


def _vocabulary_over(lower: Node | None, upper: Node) -> Node:
    depths = {"kinds": 1, "fields": 2, "values": 2, "roles": 1}
    if not isinstance(upper.value, dict) or lower is None or not isinstance(lower.value, dict):
        return upper
    merged = dict(lower.value)
    for key, node in upper.value.items():
        merged[key] = _deep(lower.value.get(key), node, depths.get(key, 0))
    return Node(merged, upper.place, upper.key)


def _rules_over(lower: Node | None, upper: Node) -> Node:
    if not isinstance(upper.value, list) or lower is None or not isinstance(lower.value, list):
        return upper
    merged = list(lower.value)
    places = {rule_id_of(rule): number for number, rule in enumerate(merged)}
    for rule in upper.value:
        rule_id = rule_id_of(rule)
        if rule_id is not None and rule_id in places:
            merged[places[rule_id]] = _rule_over(merged[places[rule_id]], rule)
        else:
            merged.append(rule)
    return Node(merged, upper.place, upper.key)


def _rule_over(lower: Node, upper: Node) -> Node:
    merged = dict(_mapping(lower))
    for key, node in _mapping(upper).items():
        if node.value is None and key in merged:
            del merged[key]
        else:
            merged[key] = node
    return Node(merged, upper.place, upper.key)


_LAY_OVER: Final[Mapping[str, Callable[[Node | None, Node], Node]]] = {
    "sources": _by_name,
    "terms": _by_name,
    "parameters": _parameters_over,
    "vocabulary": _vocabulary_over,
    "rules": _rules_over,
}
