"""Which terms and parameters a policy uses, and where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from missingrules.policysource import PolicySource
    from missingrules.yamlsource import Path

_TERM_HOLDERS: Final = frozenset({"all", "any", "of", "not", "term", "if", "unless", "as_recorded"})
"""Keys whose text is the name of a term."""
_COUNTED: Final = "episodes"
_PLAIN: Final = frozenset(
    {
        *("id", "title", "note", "called", "authority", "basis", "severity", "owed_by", "edition"),
        *("may_be_decided_by", "cite", "entry", "action", "field", "or_field", "as", "names_known"),
        *("recorded", "marker", "concern", "while", "after", "per", "since", "to", "active"),
    }
)
"""Keys whose text is never the name of a parameter. What remains asks for a number, a duration, a
window, a grade or a date, or compares a field with a value."""


@dataclass(frozen=True, slots=True)
class Uses:
    """The names that one part of a policy uses, with every place that names them."""

    terms: Mapping[str, list[Path]]
    parameters: Mapping[str, list[Path]]


def uses_of(source: PolicySource, path: Path) -> Uses:
    """List what the part at a path names itself; terms that it names are not looked into."""
    terms: dict[str, list[Path]] = {}
    parameters: dict[str, list[Path]] = {}
    known_terms, known_parameters = source.file.terms, source.file.parameters
    data: Any = source.located.data
    for step in path:
        data = data[step]
    for at, text in _texts(data, path):
        holder = next((step for step in reversed(at) if isinstance(step, str)), "")
        if holder in _TERM_HOLDERS or holder == _COUNTED or at == path:
            if text in known_terms:
                terms.setdefault(text, []).append(at)
        elif text in known_parameters:
            parameters.setdefault(text, []).append(at)
    return Uses(terms, parameters)


def _texts(data: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, dict):
        for key, value in data.items():
            if key not in _PLAIN or "where" in path[-1:]:
                yield from _texts(value, (*path, key))
    elif isinstance(data, list):
        for number, value in enumerate(data):
            yield from _texts(value, (*path, number))


def used_by_rules(source: PolicySource) -> list[Uses]:
    """For each rule, active or not: what it names, itself or through terms."""
    of_terms = {name: uses_of(source, ("terms", name)) for name in source.file.terms}
    made = []
    for number in range(len(source.file.rules)):
        own = uses_of(source, ("rules", number))
        terms, parameters = dict(own.terms), dict(own.parameters)
        waiting = list(terms)
        while waiting:
            inner = of_terms[waiting.pop()]
            for name, at in inner.parameters.items():
                parameters.setdefault(name, at)
            fresh = {name: at for name, at in inner.terms.items() if name not in terms}
            terms |= fresh
            waiting += fresh
        made.append(Uses(terms, parameters))
    return made
