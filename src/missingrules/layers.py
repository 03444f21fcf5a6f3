"""Policies from files: finding them, laying one over another, and refusing what is wrong.

A policy that `extends` another one says only what differs. Of its top-level keys

- `sources` and `terms` replace what has the same name,
- `parameters` are merged key by key; a new value drops the editions, and with them what the old
  value rested on, so that the new one must say its own basis,
- `rules` with an id that a lower layer has replace keys of that rule (`null` takes a key away),
  other rules are added,
- `vocabulary` adds,
- everything else is replaced; `owner` and `last_reviewed` speak for one file only and are not
  inherited.

Names are looked up when all layers are merged: a layer that redefines a term changes every rule
that uses it, wherever the rule stands.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from missingrules import wording
from missingrules.checks import codes, read_shape, reference_faults
from missingrules.checks.shape import Lower
from missingrules.errors import Fault, PolicyError
from missingrules.policysource import (
    DatedRule,
    Layer,
    ParameterValue,
    PolicySource,
    parameter_at,
    parameter_breaks,
    rule_editions,
)
from missingrules.vocabulary import standard
from missingrules.yamlsource import LONGEST_BYTES, Located, Node, decode, parse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from missingrules.language import PolicyFile
    from missingrules.vocabulary import Vocabulary

__all__ = [
    "DatedRule",
    "Layer",
    "ParameterValue",
    "PolicySource",
    "load_source",
    "parameter_at",
    "parameter_breaks",
    "policies_folder",
    "rule_editions",
    "shipped",
    "source_from_text",
]

MOST_LAYERS: Final = 8
_SHIPPED_NAME = re.compile(r"[a-z][a-z0-9_]*")


def policies_folder() -> Path:
    """Where the shipped policies are: inside the installed package, or at the top of a checkout."""
    here = Path(__file__).parent
    installed = here / "policies"
    return installed if installed.is_dir() else here.parents[1] / "policies"


def shipped() -> dict[str, Path]:
    """Map the name of every shipped policy to its file, in order of name."""
    files = sorted(policies_folder().glob("*.yaml"))
    return {file.stem: file for file in files if _SHIPPED_NAME.fullmatch(file.stem)}


def load_source(name_or_path: str | Path) -> PolicySource:
    """Load a shipped policy by its name, or any policy by its path (``./mine.yaml``).

    Text that looks like a name is a name, never a file. Raises :class:`PolicyError` with every
    fault.
    """
    if isinstance(name_or_path, str) and _SHIPPED_NAME.fullmatch(name_or_path):
        known = shipped()
        if name_or_path not in known:
            hint = wording.advice(name_or_path, known, "a path has a slash or ends in .yaml")
            message = f"no policy `{name_or_path}` is shipped"
            raise PolicyError([Fault(name_or_path, 0, 0, "unknown-policy", message, hint)])
        path = known[name_or_path]
    else:
        path = Path(name_or_path)
    try:
        text = _read(path)
    except OSError as exc:
        message = f"cannot be read: {exc.strerror or 'the system refuses'}"
        raise PolicyError([Fault(str(path), 0, 0, "unreadable-file", message)]) from None
    return _merged(_stack(text, str(path), path))


def source_from_text(
    text: str, source: str = "<policy>", base_dir: Path | None = None
) -> PolicySource:
    """Read a policy from text.

    ``source`` is what faults call it. ``base_dir`` is the folder that a path under `extends` starts
    from; without it only shipped policies can be extended. Raises :class:`PolicyError` with every
    fault.
    """
    path = None if base_dir is None else base_dir / Path(source).name
    return _merged(_stack(text, source, path))


# --- Files ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _File:
    """One file as it was read; ``path`` is None for text without a folder."""

    root: Node
    source: str
    path: Path | None

    def text(self, key: str) -> str | None:
        """Give the text under a top-level key, if it is text."""
        node = self.get(key)
        return node.value if node is not None and isinstance(node.value, str) else None

    def get(self, key: str) -> Node | None:
        """Give what stands under a top-level key."""
        assert isinstance(self.root.value, dict)  # noqa: S101 - the reader refuses anything else
        return self.root.value.get(key)


def _read(path: Path) -> str:
    with path.open("rb") as file:
        return decode(file.read(LONGEST_BYTES + 1), str(path))


def _stack(text: str, source: str, path: Path | None) -> list[_File]:
    """Read a policy and all that it extends, the widest first."""
    file = _File(parse(text, source), source, path)
    files = [file]
    while (extends := file.text("extends")) is not None:
        below, fault = _below(file, extends, files)
        if below is None:
            raise PolicyError([*_own_faults(files), fault] if fault else _own_faults(files))
        files.append(below)
        file = below
    faults = _own_faults(files)
    if faults:
        raise PolicyError(faults)
    return files[::-1]


def _below(file: _File, extends: str, files: list[_File]) -> tuple[_File | None, Fault | None]:
    """Read what a file extends; or say why not."""
    node = file.get("extends")
    assert node is not None  # noqa: S101 - the caller has its text

    def refused(code: codes.PolicyCode, message: str, hint: str = "") -> tuple[None, Fault]:
        return None, codes.fault(node.place, code, message, hint)

    if _SHIPPED_NAME.fullmatch(extends):
        known = shipped()
        if extends not in known:
            hint = wording.advice(extends, known, "a path ends in .yaml")
            return refused("unknown-policy", f"no policy `{extends}` is shipped", hint)
        path, label = known[extends], str(known[extends])
    else:
        hint = "the name of a shipped policy, or a path from this file such as `./england.yaml`"
        if not extends.endswith((".yaml", ".yml")) or Path(extends).is_absolute():
            return refused("bad-extends", f"{wording.quoted(extends)} cannot be extended", hint)
        if file.path is None:
            message = f"{wording.quoted(extends)} is a path, and this text is in no folder"
            return refused("bad-extends", message, "extend a shipped policy, or load from a file")
        label = os.path.normpath(file.path.parent / extends)
        path = Path(label)
    resolved = path.resolve()
    if any(known.path is not None and known.path.resolve() == resolved for known in files):
        names = [str(other.text("policy")) for other in files]
        circle = " -> ".join([*names, names[_index(files, resolved)]])
        return refused("extends-in-a-circle", f"policies extend each other in a circle: {circle}")
    if len(files) == MOST_LAYERS:
        return refused("too-many-layers", f"more than {MOST_LAYERS} policies on top of one another")
    try:
        text = _read(path)
    except OSError as exc:
        reason = exc.strerror or "the system refuses"
        return refused("unreadable-file", f"{wording.quoted(extends)} cannot be read: {reason}")
    return _File(parse(text, label), label, path), None


def _index(files: list[_File], resolved: Path) -> int:
    return next(
        i for i, f in enumerate(files) if f.path is not None and f.path.resolve() == resolved
    )


def _own_faults(files: list[_File]) -> list[Fault]:
    """Find what is wrong in a file whatever the others say; merging would hide it."""
    faults: list[Fault] = []
    for file in files:
        extends = file.get("extends")
        if extends is not None and not isinstance(extends.value, str):
            message = f"`extends` must be text, not {wording.noun(extends.value)}"
            faults.append(codes.fault(extends.place, "wrong-type", message))
        for key, hint in (
            ("policy", "a short name in snake_case"),
            ("edition", 'for example `edition: "2022-09"`'),
        ):
            if file.get(key) is None:
                message = f"the policy has no `{key}`"
                faults.append(codes.fault(file.root.place, "missing-key", message, hint))
        faults += _duplicate_rules(file)
    for number, file in enumerate(files):
        node, name = file.get("policy"), file.text("policy")
        if (
            name is not None
            and node is not None
            and name in [f.text("policy") for f in files[number + 1 :]]
        ):
            message = f"a policy that this one extends is called `{name}` too"
            hint = "findings are known by the name: give each layer its own"
            faults.append(codes.fault(node.place, "same-policy-name", message, hint))
    return faults


def _duplicate_rules(file: _File) -> list[Fault]:
    first: dict[str, int] = {}
    faults: list[Fault] = []
    rules = file.get("rules")
    for rule in rules.value if rules is not None and isinstance(rules.value, list) else ():
        rule_id = _rule_id(rule)
        if rule_id is None:
            continue
        if rule_id in first:
            assert isinstance(rule.value, dict)  # noqa: S101 - it has an id
            message = f"a rule `{rule_id}` stands in line {first[rule_id]} already"
            faults.append(codes.fault(rule.value["id"].place, "duplicate-rule", message))
        first.setdefault(rule_id, rule.place.line)
    return faults


def _rule_id(rule: Node) -> str | None:
    node = rule.value.get("id") if isinstance(rule.value, dict) else None
    return node.value if node is not None and isinstance(node.value, str) else None


# --- Laying over ----------------------------------------------------------------------------------


def _merged(files: list[_File]) -> PolicySource:
    """Lay the files over one another, the widest first, and check the whole."""
    tree, lower = files[0].root, Lower()
    for file in files[1:]:
        lower = Lower(
            rules=lower.rules | _rule_ids(tree),
            replaced=lower.replaced | _replaced(tree, file.root),
        )
        tree = _policy_over(tree, file.root)
    located = Located.of(tree)
    shape, faults = read_shape(located, lower)
    if shape is None:
        raise PolicyError(faults)
    source = PolicySource(
        file=shape,
        vocabulary=_vocabulary(shape, located),
        layers=tuple(
            Layer(str(file.text("policy")), str(file.text("edition")), file.source)
            for file in files
        ),
        digest=_digest(located),
        located=located,
    )
    faults = reference_faults(source)
    if faults:
        raise PolicyError(faults)
    return source


def _vocabulary(shape: PolicyFile, located: Located) -> Vocabulary:
    """Add what the policy adds; its faults name a path, and get the place that it leads to."""
    try:
        return standard().extended(shape.vocabulary)
    except PolicyError as exc:
        faults = []
        for found in exc.faults:
            place = located.key_place(tuple(found.source.split(".")))
            faults.append(replace(found, source=place.source, line=place.line, column=place.column))
        raise PolicyError(faults) from None


def _digest(located: Located) -> str:
    said = {key: value for key, value in located.data.items() if key != "extends"}
    text = json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _mapping(node: Node | None) -> Mapping[str, Node]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _rule_ids(tree: Node) -> frozenset[str]:
    rules = _mapping(tree).get("rules")
    listed = rules.value if rules is not None and isinstance(rules.value, list) else []
    return frozenset(rule_id for rule_id in map(_rule_id, listed) if rule_id is not None)


def _replaced(lower: Node, upper: Node) -> frozenset[str]:
    """List the parameters of the lower layer whose value the upper one replaces."""
    known = _mapping(_mapping(lower).get("parameters"))
    given = _mapping(_mapping(upper).get("parameters"))
    return frozenset(name for name in given if name in known and "value" in _mapping(given[name]))


def _over(lower: Node | None, upper: Node, depth: int) -> Node:
    """Lay one part over another: keys are merged down to a depth, and replaced whole below it."""
    if lower is None or depth == 0:
        return upper
    if isinstance(lower.value, list) and isinstance(upper.value, list):
        return Node([*lower.value, *upper.value], upper.place, upper.key)
    if not isinstance(lower.value, dict) or not isinstance(upper.value, dict):
        return upper
    merged = dict(lower.value)
    for key, node in upper.value.items():
        merged[key] = _over(lower.value.get(key), node, depth - 1)
    return Node(merged, upper.place, upper.key)


def _policy_over(lower: Node, upper: Node) -> Node:
    merged = {
        key: node
        for key, node in _mapping(lower).items()
        if key not in ("extends", "owner", "last_reviewed")
    }
    for key, node in _mapping(upper).items():
        below = merged.get(key)
        if key in ("sources", "terms"):
            node = _over(below, node, 1)
        elif key == "parameters":
            node = _parameters_over(below, node)
        elif key == "vocabulary":
            node = _vocabulary_over(below, node)
        elif key == "rules":
            node = _rules_over(below, node)
        merged[key] = node
    return Node(merged, upper.place, upper.key)


def _parameters_over(lower: Node | None, upper: Node) -> Node:
    if not isinstance(upper.value, dict) or lower is None or not isinstance(lower.value, dict):
        return upper
    merged = dict(lower.value)
    for name, node in upper.value.items():
        below = lower.value.get(name)
        if below is not None and isinstance(below.value, dict) and "value" in _mapping(node):
            rests = ("editions", "basis", "cite", "note")
            kept = {key: part for key, part in below.value.items() if key not in rests}
            below = Node(kept, below.place, below.key)
        merged[name] = _over(below, node, 1)
    return Node(merged, upper.place, upper.key)


def _vocabulary_over(lower: Node | None, upper: Node) -> Node:
    depths = {"kinds": 1, "fields": 2, "values": 2, "roles": 1}
    if not isinstance(upper.value, dict) or lower is None or not isinstance(lower.value, dict):
        return upper
    merged = dict(lower.value)
    for key, node in upper.value.items():
        merged[key] = _over(lower.value.get(key), node, depths.get(key, 0))
    return Node(merged, upper.place, upper.key)


def _rules_over(lower: Node | None, upper: Node) -> Node:
    if not isinstance(upper.value, list) or lower is None or not isinstance(lower.value, list):
        return upper
    merged = list(lower.value)
    places = {_rule_id(rule): number for number, rule in enumerate(merged)}
    for rule in upper.value:
        rule_id = _rule_id(rule)
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
