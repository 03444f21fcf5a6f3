"""Policies made in memory: with another vocabulary, fewer rules, or a number changed.

Nothing here is written to a file. A variant keeps the name of the policy that it was made from, so
that findings keep their ids.
"""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from functools import reduce
from typing import TYPE_CHECKING, Any

from missingrules.errors import PolicyError
from missingrules.layers import with_data
from missingrules.vocabulary import standard

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from missingrules.policysource import PolicySource
    from missingrules.vocabulary import Vocabulary


def with_rules(source: PolicySource, ids: Collection[str]) -> PolicySource:
    """Keep some rules of a policy; what each of them finds does not change."""
    kept = [rule for rule in source.file.rules if rule.id in ids]
    return replace(source, file=source.file.model_copy(update={"rules": kept}))


def changed(source: PolicySource, change: Callable[[dict[str, Any]], None]) -> PolicySource:
    """Let ``change`` write into a copy of what the policy says.

    Raises :class:`PolicyError` if that leaves faults.
    """
    data = copy.deepcopy(source.located.data)
    change(data)
    return with_data(source, data)


def with_parameter(source: PolicySource, name: str, **keys: object) -> PolicySource:
    """Change keys of a parameter (``value``, ``edge``, ``placed_by``), in all of its editions."""

    def change(data: dict[str, Any]) -> None:
        parameter = data["parameters"][name]
        parameter.update(keys)
        for edition in parameter.get("editions", ()):
            edition.update(keys)

    return changed(source, change)


def vocabulary_of(sources: Sequence[PolicySource]) -> Vocabulary:
    """Give all that the logs of several policies may hold; roles are each policy's own.

    Raises :class:`PolicyError` where two policies add one name and mean different things by it.
    """
    try:
        return reduce(
            lambda known, source: known.extended(source.file.vocabulary), sources, standard()
        )
    except PolicyError as error:
        faults = [
            replace(fault, source=f"{sources[-1].layers[-1].source} ({fault.source})")
            for fault in error.faults
        ]
        raise PolicyError(faults) from None


def with_vocabulary(source: PolicySource, vocabulary: Vocabulary) -> PolicySource:
    """Let a policy read logs that hold more than it knows of; its roles stay its own."""
    return replace(source, vocabulary=replace(vocabulary, roles=source.vocabulary.roles))


def named_in(source: PolicySource, part: object) -> frozenset[tuple[str, str]]:
    """List what a part of a policy rests on, as ``("parameters", name)`` or ``("terms", name)``.

    What a term rests on is listed with it. Any text that is a name counts as one: too much may be
    listed, never too little.
    """
    data = source.located.data
    found: set[tuple[str, str]] = set()
    waiting = [part]
    while waiting:
        for word in _words(waiting.pop()):
            for place in ("parameters", "terms"):
                held = data.get(place) or {}
                if word in held and (place, word) not in found:
                    found.add((place, word))
                    waiting.append(held[word])
    return frozenset(found)


def fingerprint(source: PolicySource, rule: dict[str, Any]) -> str:
    """Give a text that is the same for two rules only if they judge and speak alike.

    It holds the rule, the terms and parameters that it rests on, the conventions, and what the
    policy adds to the words that it uses.
    """
    data = source.located.data
    rests_on = named_in(source, rule)
    said = {f"{place}.{name}": data[place][name] for place, name in rests_on}
    words = set(_every_word([rule, *said.values()]))
    added = data.get("vocabulary") or {}
    own = {
        "roles": {
            logged: role
            for logged, role in (added.get("roles") or {}).items()
            if not words.isdisjoint((logged, role))
        },
        "values": {
            field: [value for value in told if value in words]
            for field, told in (added.get("values") or {}).items()
            if not words.isdisjoint(told)
        },
        "kinds": {k: v for k, v in (added.get("kinds") or {}).items() if k in words},
        "fields": {
            f"{kind}.{name}": told
            for kind, fields in (added.get("fields") or {}).items()
            for name, told in fields.items()
            if name in words or f"{kind}.{name}" in words
        },
    }
    sources = data.get("sources") or {}
    cited = {name: told for name, told in sources.items() if name in words}
    return json.dumps([rule, said, own, cited, data["conventions"]], sort_keys=True)


def _words(part: object) -> Iterator[str]:
    """Every text among the values of a part."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, dict):
        for value in part.values():
            yield from _words(value)
    elif isinstance(part, list):
        for value in part:
            yield from _words(value)


def _every_word(part: object) -> Iterator[str]:
    """Every text of a part, keys among them."""
    if isinstance(part, dict):
        yield from part
        for value in part.values():
            yield from _every_word(value)
    elif isinstance(part, list):
        for value in part:
            yield from _every_word(value)
    elif isinstance(part, str):
        yield part
