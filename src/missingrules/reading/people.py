"""Joining people and episodes: ids that mean another, and links from incidents to persons.

Nothing is decided for the reader: a pair that contradicts another one is not used, and said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from missingrules import values
from missingrules.errors import Fault
from missingrules.reading.cells import plain
from missingrules.reading.delimited import Trouble
from missingrules.reading.faults import MappingError
from missingrules.reading.language import ALIASES, SAME_EPISODES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from missingrules.reading.language import Pairs
    from missingrules.reading.mapping import SourceMapping
    from missingrules.reading.tables import Given

NO_ROW: Final = "not a row of the log"
"""What a fault says of a row of a table of pairs."""


@dataclass(frozen=True, slots=True)
class People:
    """``aliases`` from an id to the one that it means; ``links`` from incidents to persons.

    ``episodes`` leads from the id of an episode to the one that it means, ``told_in`` from each of
    these ids to the files that say so.
    """

    aliases: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    episodes: Mapping[str, str] = field(default_factory=dict)
    told_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Pair:
    """One row of a table of pairs: an id, and what it means or leads to."""

    source: str
    line: int
    key: str
    meant: str


def read_people(
    mapping: SourceMapping, given: Sequence[tuple[str, Given]]
) -> tuple[People, list[Fault]]:
    """Read the tables of pairs among those that were handed in, and say what was not used."""
    pairs = mapping.pairs
    rows: dict[str, list[_Pair]] = {name: [] for name in pairs}
    faults: list[Fault] = []
    for name, table in given:
        if name in pairs:
            rows[name] += _read(table, pairs[name], faults)
    aliases = _aliases(rows.pop(ALIASES, []), faults)
    same = rows.pop(SAME_EPISODES, [])
    episodes = _aliases(same, faults)
    told_in = {
        key: tuple(dict.fromkeys(sources))
        for key, sources in _gathered((pair.key, pair.source) for pair in same).items()
        if key in episodes
    }
    links = {
        name: {
            incident: tuple(dict.fromkeys(aliases.get(person, person) for person in persons))
            for incident, persons in _meanings(found).items()
        }
        for name, found in rows.items()
    }
    return People(aliases, links, episodes, told_in), faults


def _meanings(pairs: Sequence[_Pair]) -> dict[str, list[str]]:
    return _gathered((pair.key, pair.meant) for pair in pairs)


def _gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _aliases(pairs: Sequence[_Pair], faults: list[Fault]) -> dict[str, str]:
    """Follow each id to the one that it means in the end; what goes in circles means itself."""
    direct: dict[str, str] = {}
    for key, told in _meanings(pairs).items():
        if len(set(told)) == 1:
            direct[key] = told[0]
    meant: dict[str, str] = {}
    for start, first in direct.items():
        seen, last = {start}, first
        while last in direct and last not in seen:
            seen.add(last)
            last = direct[last]
        if last not in seen:
            meant[start] = last
    for pair in pairs:
        if pair.key not in direct:
            message, code = "the id has several that it should mean: none is used", "two-aliases"
        elif pair.key not in meant:
            message, code = "the id leads back to itself: it is not replaced", "alias-circle"
        else:
            continue
        faults.append(Fault(pair.source, pair.line, 1, code, message, row=NO_ROW))
    return meant


def _read(table: Given, pairs: Pairs, faults: list[Fault]) -> Iterator[_Pair]:
    unsure = 0
    with table.open(pairs.encoding, pairs.delimiter) as (columns, rows):
        wanted = [pairs.from_, pairs.to, pairs.method, pairs.confidence]
        missing = [name for name in wanted if name is not None and name not in columns]
        if missing:
            hint = "Is its first line the header?"
            raise MappingError(
                Fault(table.source, 1, 1, "missing-column", f"has no column {name}", hint)
                for name in missing
            )
        sure = None if pairs.confidence is None else columns.index(pairs.confidence)
        for row in rows:
            told = row.trouble or _ids(dict(zip(columns, row.cells, strict=True)), pairs)
            if isinstance(told, Trouble):
                place = (table.source, row.line, 1, *told[:3])
                faults.append(Fault(*place, held=told.held, row=NO_ROW))
            elif sure is None or pairs.accepted is None or plain(row.cells[sure]) in pairs.accepted:
                yield _Pair(table.source, row.line, *told)
            else:
                unsure += 1
    if unsure:
        message = f"pairs that are not used, because they are not sure enough: {unsure}"
        faults.append(Fault(table.source, 0, 0, "unsure-link", message, row=NO_ROW))


def _ids(cells: Mapping[str, object], pairs: Pairs) -> tuple[str, str] | Trouble:
    key, person = plain(cells[pairs.from_]), plain(cells[pairs.to])
    if not key:
        message = f"{pairs.from_} is empty"
        return Trouble("missing-field", message, "", pairs.from_, "empty")
    try:
        return key, values.identifier(person)
    except values.UnreadableError as error:
        held = values.class_of(person)
        return Trouble(error.code, f"{pairs.to} {error.message}", error.hint, pairs.to, held)
