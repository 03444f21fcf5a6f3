"""The list of policies: what each is, where it comes from, and what it changes in ``england``."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from missingrules import wording
from missingrules.differences import Difference, differences
from missingrules.editions import PolicyEdition, policy_editions
from missingrules.layers import load_source, shipped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from missingrules.language import Source
    from missingrules.policysource import PolicySource

WIDEST: Final = "england"
_WIDTH: Final = 100
_DONE: Final = {"added": "adds", "changed": "changes", "removed": "removes"}
_SIGN: Final = {"added": "+", "changed": "~", "removed": "-"}


@dataclass(frozen=True, slots=True)
class Listed:
    """A policy as the list shows it.

    ``sources`` are the documents that it brings beside those of ``england`` (for that one: all).
    ``editions`` has at least one; ``differences`` is empty for ``england`` itself.
    """

    name: str
    title: str
    area: str | None
    edition: str
    lies_on: str | None
    sources: tuple[Source, ...]
    editions: tuple[PolicyEdition, ...]
    differences: tuple[Difference, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {
            "name": self.name,
            "title": self.title,
            "area": self.area,
            "edition": self.edition,
            "extends": self.lies_on,
            "sources": [source.model_dump(exclude_none=True) for source in self.sources],
            "editions": [
                {
                    "name": one.name,
                    "from": one.since and one.since.isoformat(),
                    "until": one.until and one.until.isoformat(),
                    "begins": list(one.begins),
                    "ends": list(one.ends),
                    "changes": list(one.changes),
                }
                for one in self.editions
            ],
            "differs_from": None if self.name == WIDEST else WIDEST,
            "differences": [one.to_dict() for one in self.differences],
        }


def listed_policies(names: Iterable[str] | None = None) -> tuple[Listed, ...]:
    """List policies by name, edition or path; without names, every shipped one.

    Raises :class:`~missingrules.errors.PolicyError` for a policy that is not there or has faults.
    """
    return tuple(_listed(load_source(name)) for name in (shipped() if names is None else names))


@cache
def _widest() -> PolicySource:
    return load_source(WIDEST)


def _listed(source: PolicySource) -> Listed:
    file, below = source.file, _widest()
    is_widest = file.policy == WIDEST
    known = {} if is_widest else below.file.sources
    return Listed(
        name=file.policy,
        title=file.title.strip(),
        area=file.area,
        edition=file.edition,
        lies_on=source.layers[-2].policy if len(source.layers) > 1 else None,
        sources=tuple(told for key, told in file.sources.items() if known.get(key) != told),
        editions=policy_editions(source),
        differences=() if is_widest else differences(source, below),
    )


def to_text(policies: Iterable[Listed]) -> str:
    """Write the list for people, a paragraph a policy."""
    return "\n\n".join("\n".join(_lines(one)) for one in policies) + "\n"


def _lines(one: Listed) -> Iterator[str]:
    yield f"{one.name}  {one.area or 'area not stated'}, edition {one.edition}"
    yield from _filled(one.title, "  ")
    for source in one.sources:
        yield from _filled(f"Source: {source.title}, {source.publisher}, {source.published}", "  ")
    if len(one.editions) > 1:
        for edition in one.editions:
            yield from _filled(f"Edition {one.name}@{edition.name}{_told(edition)}", "  ")
    if one.name == WIDEST:
        return
    sums = [
        f"{_DONE[what]} {number} rule{'s' if number > 1 else ''}"
        for what in _DONE
        if (number := sum(d.what == what for d in one.differences))
    ]
    said = wording.listed(sums, "and") if sums else "says the same"
    on = f" Lies on {one.lies_on}." if one.lies_on not in (None, WIDEST) else ""
    yield from _filled(f"Against {WIDEST} it {said}.{on}", "  ")
    for what in _DONE:
        for different in (d for d in one.differences if d.what == what):
            head = f"{_SIGN[what]} {different.rule}: {different.title}"
            yield from _filled(head, "    ")
            for words in different.words:
                yield from _filled(words, "        ")


def _told(edition: PolicyEdition) -> str:
    parts = [
        f"{done} {wording.listed(names, 'and')}"
        for done, names in (
            ("begins:", edition.begins),
            ("ends:", edition.ends),
            ("changes:", edition.changes),
        )
        if names
    ]
    return f": {'; '.join(parts)}" if parts else ""


def _filled(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}  ",
        break_long_words=False,
        break_on_hyphens=False,
    )
