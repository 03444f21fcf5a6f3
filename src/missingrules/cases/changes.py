"""A policy with something changed for one case: a rule turned on, a parameter at another value.

What a case changes is one more layer over the policy, merged and checked as every layer is.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

from missingrules.checks import Lower, read_shape, reference_faults
from missingrules.errors import Fault, PolicyError
from missingrules.layers import vocabulary_of
from missingrules.overlay import lay_over, replaced_parameters, rule_id_of, rule_ids
from missingrules.policy import Policy
from missingrules.policysource import Layer, PolicySource
from missingrules.yamlsource import Located, Node

if TYPE_CHECKING:
    from missingrules.yamlsource import Path, Place

CHANGEABLE: Final = ("parameters", "terms", "rules", "vocabulary", "sources", "conventions")
"""What a case may change of a policy."""

_SUFFIX: Final = "_changed"


def changed(policy: Policy, changes: Node) -> Policy:
    """Lay changes over a policy; raises :class:`PolicyError` with the places that they have."""
    place = changes.place
    head = {"policy": Node(policy.name + _SUFFIX, place), "edition": Node(policy.edition, place)}
    given = changes.value if isinstance(changes.value, dict) else {}
    tree, top = _tree(policy.source.located), Node({**head, **given}, place)
    faults = _duplicates(top)
    if faults:
        raise PolicyError(faults)
    lower = Lower(rules=rule_ids(tree), replaced=replaced_parameters(tree, top))
    located = Located.of(lay_over(tree, top))
    shape, faults = read_shape(located, lower)
    if shape is None:
        raise PolicyError(faults)
    source = PolicySource(
        file=shape,
        vocabulary=vocabulary_of(shape, located),
        layers=(
            *policy.source.layers,
            Layer(policy.name + _SUFFIX, policy.edition, place.source),
        ),
        digest=_digest(located),
        located=located,
    )
    faults = reference_faults(source)
    if faults:
        raise PolicyError(faults)
    return Policy(source)


def with_every_rule_on(policy: Policy) -> Policy:
    """Turn on what a policy ships turned off."""
    off = [rule.id for rule in policy.source.file.rules if not rule.active]
    if not off:
        return policy
    place = policy.source.place(())
    rules = [
        Node({"id": Node(name, place), "active": Node(value=True, place=place)}, place)
        for name in off
    ]
    return changed(policy, Node({"rules": Node(list(rules), place)}, place))


def _tree(located: Located) -> Node:
    """Put together what the merged policy says, each part with its place."""

    def node(value: object, path: Path) -> Node:
        place, key = located.place(path), located.keys.get(path)
        if isinstance(value, dict):
            return Node({k: node(v, (*path, k)) for k, v in value.items()}, place, key)
        if isinstance(value, list):
            return Node([node(v, (*path, n)) for n, v in enumerate(value)], place, key)
        return Node(value, place, key)  # type: ignore[arg-type]

    return node(located.data, ())


def _duplicates(top: Node) -> list[Fault]:
    """Find a rule that is changed twice; merging would hide it."""
    seen: set[str] = set()
    faults = []
    listed = top.value.get("rules") if isinstance(top.value, dict) else None
    for rule in listed.value if listed is not None and isinstance(listed.value, list) else ():
        name = rule_id_of(rule)
        if name is not None and name in seen:
            faults.append(_fault(rule.place, f"the rule `{name}` is changed twice"))
        seen.add(name or "")
    return faults


def _fault(place: Place, message: str) -> Fault:
    return Fault(place.source, place.line, place.column, "duplicate-rule", message)


def _digest(located: Located) -> str:
    text = json.dumps(located.data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
