"""Policies from files: finding them, with all that they extend, and refusing what is wrong.

How one policy is laid over another is written in :mod:`missingrules.overlay`, what is wrong with a
policy in :mod:`missingrules.checks`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from missingrules import wording
from missingrules.checks import codes, read_shape, reference_faults
from missingrules.checks.shape import Lower
from missingrules.editions import edition_names, named_edition, pinned, split_name
from missingrules.errors import Fault, PolicyError
from missingrules.overlay import lay_over, replaced_parameters, rule_id_of, rule_ids
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
    from collections.abc import Iterator

    from missingrules.language import PolicyFile
    from missingrules.vocabulary import Vocabulary
    from missingrules.yamlsource import Path as YamlPath

__all__ = [
    "DatedRule",
    "Layer",
    "ParameterValue",
    "PolicySource",
    "load_source",
    "parameter_at",
    "parameter_breaks",
    "policies_folder",
    "reviewed_source",
    "rule_editions",
    "shipped",
    "source_from_text",
    "with_data",
]

MOST_LAYERS: Final = 8
CATALOGUE: Final = "catalogue"
_SHIPPED_NAME = re.compile(r"[a-z][a-z0-9_]*")


def policies_folder() -> Path:
    """Where the shipped policies are: inside the installed package, or at the top of a checkout."""
    here = Path(__file__).parent
    installed = here / "policies"
    return installed if installed.is_dir() else here.parents[1] / "policies"


def shipped() -> dict[str, Path]:
    """Map the name of every shipped policy to its file, in order of name.

    Those of the catalogue stand in a folder of their own; a name is the same wherever its file is.
    """
    folder = policies_folder()
    files = {
        file.stem: file for part in (folder / CATALOGUE, folder) for file in part.glob("*.yaml")
    }
    return {name: files[name] for name in sorted(files) if _SHIPPED_NAME.fullmatch(name)}


def load_source(name_or_path: str | Path) -> PolicySource:
    """Load a shipped policy by its name, or any policy by its path (``./mine.yaml``).

    Text that looks like a name is a name, never a file. An edition may follow either, as in
    ``wiltshire@2022-09`` (see :mod:`missingrules.editions`). Raises :class:`PolicyError` with every
    fault.
    """
    return _without_faults(*reviewed_source(name_or_path))


def reviewed_source(name_or_path: str | Path) -> tuple[PolicySource | None, list[Fault]]:
    """Load a policy as :func:`load_source` does, and give it beside its faults.

    The policy is None where too much is wrong to say what it would be. Raises
    :class:`PolicyError` with a fault without a place where there is nothing to read.
    """
    named, edition = name_or_path, None
    if isinstance(named, str):
        named, edition = split_name(named)
    if isinstance(named, str) and _SHIPPED_NAME.fullmatch(named):
        known = shipped()
        if named not in known:
            hint = wording.advice(named, known, "a path has a slash or ends in .yaml")
            message = f"no policy `{named}` is shipped"
            raise PolicyError([Fault(named, 0, 0, "unknown-policy", message, hint)])
        path = known[named]
    else:
        path = Path(named)
    try:
        return _merged(_stack(_read(path), str(path), path), edition)
    except PolicyError as error:
        return None, list(error.faults)
    except OSError as exc:
        message = f"cannot be read: {exc.strerror or 'the system refuses'}"
        raise PolicyError([Fault(str(path), 0, 0, "unreadable-file", message)]) from None


def source_from_text(
    text: str, source: str = "<policy>", base_dir: Path | None = None
) -> PolicySource:
    """Read a policy from text.

    ``source`` is what faults call it. ``base_dir`` is the folder that a path under `extends` starts
    from; without it only shipped policies can be extended. Raises :class:`PolicyError` with every
    fault.
    """
    path = None if base_dir is None else base_dir / Path(source).name
    return _without_faults(*_merged(_stack(text, source, path)))


def with_data(source: PolicySource, data: dict[str, Any]) -> PolicySource:
    """Make the policy that a source would be, if its merged text said ``data``.

    Nothing is read or written. A fault stands at the place of the part that was changed, as far as
    the source has one. Raises :class:`PolicyError` with every fault.
    """
    said = {key: value for key, value in data.items() if key != "extends"}
    paths = set(_paths(said))
    located = Located(
        said,
        {path: place for path, place in source.located.places.items() if path in paths},
        {path: place for path, place in source.located.keys.items() if path in paths},
    )
    shape, faults = read_shape(located, Lower())
    if shape is None:
        raise PolicyError(faults)
    made = PolicySource(
        file=shape,
        vocabulary=vocabulary_of(shape, located),
        layers=source.layers,
        digest=_digest(located),
        located=located,
    )
    return _without_faults(made, reference_faults(made))


def _paths(part: object, path: YamlPath = ()) -> Iterator[YamlPath]:
    """Every path inside plain data, this one first."""
    yield path
    if isinstance(part, dict):
        for key, value in part.items():
            yield from _paths(value, (*path, key))
    elif isinstance(part, list):
        for index, value in enumerate(part):
            yield from _paths(value, (*path, index))


# --- Files ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _File:
    """One file as it was read; ``path`` is None for text without a folder."""

    root: Node
    source: str
    path: Path | None
    edition: str | None = None
    """The edition that the file above asks for, and the key that asks."""
    asked_by: Node | None = None

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
    path, fault = _target(file, extends)
    if path is None:
        return None, fault
    resolved = [None if other.path is None else other.path.resolve() for other in files]
    if path.resolve() in resolved:
        names = [str(other.text("policy")) for other in files]
        circle = " -> ".join([*names, names[resolved.index(path.resolve())]])
        message = f"policies extend each other in a circle: {circle}"
        return None, _refusal(file, "extends-in-a-circle", message)
    if len(files) == MOST_LAYERS:
        message = f"more than {MOST_LAYERS} policies on top of one another"
        return None, _refusal(file, "too-many-layers", message)
    try:
        text = _read(path)
    except OSError as exc:
        reason = exc.strerror or "the system refuses"
        message = f"{wording.quoted(extends)} cannot be read: {reason}"
        return None, _refusal(file, "unreadable-file", message)
    edition = split_name(extends)[1]
    asked_by = None if edition is None else file.get("extends")
    return _File(parse(text, str(path)), str(path), path, edition, asked_by), None


def _target(file: _File, extends: str) -> tuple[Path | None, Fault | None]:
    """Find the file that `extends` names; or say why it names none."""
    extends, _ = split_name(extends)
    if _SHIPPED_NAME.fullmatch(extends):
        known = shipped()
        if extends in known:
            return known[extends], None
        hint = wording.advice(extends, known, "a path ends in .yaml")
        return None, _refusal(file, "unknown-policy", f"no policy `{extends}` is shipped", hint)
    if not extends.endswith((".yaml", ".yml")) or Path(extends).is_absolute():
        message = f"{wording.quoted(extends)} cannot be extended"
        hint = "the name of a shipped policy, or a path from this file such as `./england.yaml`"
        return None, _refusal(file, "bad-extends", message, hint)
    if file.path is None:
        message = f"{wording.quoted(extends)} is a path, and this text is in no folder"
        hint = "extend a shipped policy, or load this one from a file"
        return None, _refusal(file, "bad-extends", message, hint)
    return Path(os.path.normpath(file.path.parent / extends)), None


def _refusal(file: _File, code: codes.PolicyCode, message: str, hint: str = "") -> Fault:
    """Make a fault at the value of `extends`."""
    node = file.get("extends") or file.root
    return codes.fault(node.place, code, message, hint)


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
        rule_id = rule_id_of(rule)
        if rule_id is None:
            continue
        if rule_id in first:
            assert isinstance(rule.value, dict)  # noqa: S101 - it has an id
            message = f"a rule `{rule_id}` stands in line {first[rule_id]} already"
            faults.append(codes.fault(rule.value["id"].place, "duplicate-rule", message))
        first.setdefault(rule_id, rule.place.line)
    return faults


# --- The whole policy -----------------------------------------------------------------------------


def _merged(
    files: list[_File], edition: str | None = None
) -> tuple[PolicySource | None, list[Fault]]:
    """Lay the files over one another, the widest first, and check the whole.

    A file of which one edition is wanted is pinned to it before the next one is laid over it.
    """
    tree, lower = files[0].root, Lower()
    for number, file in enumerate(files):
        if number:
            replaced = lower.replaced | replaced_parameters(tree, file.root)
            lower = Lower(rules=lower.rules | rule_ids(tree), replaced=replaced)
            tree = lay_over(tree, file.root)
        wanted = file.edition if number < len(files) - 1 else edition
        if wanted is not None:
            whole, faults = _source(tree, files[: number + 1], lower)
            if whole is None or faults:
                return None, faults
            try:
                one = named_edition(whole, wanted)
            except KeyError:
                raise PolicyError([_unknown_edition(file, whole, wanted)]) from None
            tree = tree if one is None else pinned(tree, whole, one)
    return _source(tree, files, lower)


def _source(
    tree: Node, files: list[_File], lower: Lower
) -> tuple[PolicySource | None, list[Fault]]:
    """Check what the files make when laid over one another."""
    located = Located.of(tree)
    shape, faults = read_shape(located, lower)
    if shape is None:
        return None, faults
    own = [str(file.text("edition")) for file in files[:-1]]
    source = PolicySource(
        file=shape,
        vocabulary=vocabulary_of(shape, located),
        layers=tuple(
            Layer(str(file.text("policy")), edition, file.source)
            for file, edition in zip(files, [*own, shape.edition], strict=True)
        ),
        digest=_digest(located),
        located=located,
    )
    return source, reference_faults(source)


def _unknown_edition(file: _File, source: PolicySource, wanted: str) -> Fault:
    """Say which editions there are, at the key that asks for another one."""
    name = source.file.policy
    message = f"`{name}` has no edition {wording.quoted(wanted)}"
    *dated, whole = edition_names(source)
    hint = f"its only edition is `{whole}`"
    if dated:
        named = wording.listed((f"`{one}`" for one in dated), "and")
        hint = f"its editions are {named}; `{whole}` is all of them, each in its time"
    if file.asked_by is not None:
        return codes.fault(file.asked_by.place, "unknown-edition", message, hint)
    return Fault(f"{name}@{wanted}", 0, 0, "unknown-edition", message, hint)


def _without_faults(source: PolicySource | None, faults: list[Fault]) -> PolicySource:
    if source is None or faults:
        raise PolicyError(faults)
    return source


def vocabulary_of(shape: PolicyFile, located: Located) -> Vocabulary:
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
