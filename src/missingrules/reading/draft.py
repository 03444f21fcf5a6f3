"""A first mapping for a file, from its header and its first rows.

Nothing is decided that the file does not prove: a format is written only if the values allow one
reading alone, a code only if it is known. What is left open is said.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from missingrules import values
from missingrules.errors import Fault, LogError
from missingrules.reading import known, tables
from missingrules.vocabulary import standard
from missingrules.wording import many, plural

if TYPE_CHECKING:
    from pathlib import Path

FILL_IN: Final = "FILL_IN"
"""Stands where the mapping needs a column that was not found."""

_ROWS: Final = 500
_MOST_CODES: Final = 12
_LONGEST_CODE: Final = 24
_MOST_OF: Final = 0.8
"""So many of the values must have a format; the others are faults of the file."""

_SIMPLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_ANSWERS: Final = frozenset({"yes", "no", "true", "false", "null", "y", "n", "on", "off"})
_NO_ANSWERS: Final = frozenset({"", "n_a", "na", "not_applicable", "unknown", "not_known"})


@dataclass(frozen=True, slots=True)
class Draft:
    """The text of a mapping that loads, and what whoever goes on with it has to know."""

    text: str
    notes: tuple[str, ...]
    unplaced: tuple[str, ...]


@dataclass(slots=True)
class _File:
    """What was seen of a file, and what was made of it."""

    columns: dict[str, list[Any]]
    notes: list[str] = field(default_factory=list)
    placed: set[str] = field(default_factory=set)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def find(self, names: tuple[str, ...]) -> str | None:
        """Find the column that is called so, the likeliest name first, and take it."""
        plain = {_plain(column): column for column in self.columns}
        for name in names:
            column = plain.get(name)
            if column is not None and column not in self.placed:
                self.placed.add(column)
                return column
        return None

    def only_answers(self, column: str) -> bool:
        """Whether a column says yes and no, and nothing else."""
        cells = self.columns[column]
        return bool(cells) and all(
            isinstance(cell, bool) or _plain(str(cell)) in _ANSWERS | _NO_ANSWERS for cell in cells
        )


def draft_mapping(path: Path) -> Draft:
    """Write a first mapping for a file.

    Raises :class:`LogError` for a file that cannot be read, has no header, or has the canonical
    names and so needs no mapping.
    """
    with tables.file(path).open("utf-8", None) as (columns, rows):
        seen = [row.cells for row in itertools.islice(rows, _ROWS) if row.trouble is None]
    if not any(columns):
        message, hint = "has no header", "A mapping goes by the names of columns."
        raise LogError([Fault(str(path), 1, 1, "no-header", message, hint)])
    if {"child_id", "kind", "at"} <= set(columns):
        message, hint = "has the names of a log already", "It needs no mapping: scan it as it is."
        raise LogError([Fault(str(path), 1, 1, "no-mapping-needed", message, hint)])
    held = {
        column: [cells[n] for cells in seen if not values.blank(cells[n])]
        for n, column in enumerate(columns)
        if column
    }
    found = _File(held)
    child, episode = (found.find(known.OF_TABLE[key]) for key in ("child", "episode"))
    others = {key: found.find(known.OF_TABLE[key]) for key in ("recorded_at", "area", "authority")}
    entries = _entries(found)
    if not found.placed:
        found.notes.append(
            "None of its columns is known. Is its first line the header? Replace every "
            f"{FILL_IN} in the mapping."
        )
    text = "\n".join(_written(path, found, child, episode, others, entries)) + "\n"
    unplaced = tuple(column for column in held if column not in found.placed)
    return Draft(text, tuple(found.notes), unplaced if found.placed else ())


def _entries(found: _File) -> list[str]:
    """Write the entries that the columns amount to."""
    times = {kind: _time(found, names) for kind, names in known.TIMES.items()}
    fields: dict[str, dict[str, str]] = {}
    for (kind, name), names in known.FIELDS.items():
        column = found.find(names)
        if column is not None:
            fields.setdefault(kind, {})[name] = column
    since = fields.get("reported", {}).get("missing_since")
    if times["reported"] is None and since is not None:
        found.notes.append(
            f"No column for the time of the report was found. {since}, since when the child was "
            "missing, stands in for it: if the file has the report's own, name that; windows and "
            "deadlines run from it."
        )
    start = times["reported"] or since or FILL_IN
    known_kinds = {kind for kind, column in times.items() if column is not None} | fields.keys()
    made: list[str] = []
    for kind in dict.fromkeys([*times, *fields]):
        told = fields.get(kind, {})
        at = times.get(kind) or start
        reports = kind == "reported" and (start != FILL_IN or not known_kinds)
        if kind not in known_kinds and not reports:
            continue
        if at == FILL_IN:
            found.notes.append(f"No column for the time of {kind} was found: replace {FILL_IN}.")
        made += [f"      - kind: {kind}", f"        at: {_instant(found, at)}"]
        if told:
            made.append("        fields:")
            made += [f"          {n}: {_field(found, kind, n, c)}" for n, c in told.items()]
    return made


def _time(found: _File, names: tuple[str, ...]) -> str | None:
    """Find the column with the time of a kind; one that only says yes or no has none."""
    column = found.find(names)
    if column is None or not found.only_answers(column):
        return column
    found.placed.remove(column)
    found.notes.append(
        f"{column} holds answers and no times: if it says that something was done, make an entry "
        "of it with `when`, and decide on its time."
    )
    return None


def _instant(found: _File, column: str) -> str:
    shape = _format(found, column, "time")
    if shape is None:
        return _quoted(column)
    parts = [f"column: {_quoted(column)}", f"format: {json.dumps(shape)}"]
    if "%H" not in shape:
        parts.append('time_of_day: "12:00"')
        note = (
            f"{column} holds dates. 12:00 was written as the time of day: decide on one, it moves "
            "windows and deadlines."
        )
        if note not in found.notes:
            found.notes.append(note)
    return f"{{{', '.join(parts)}}}"


def _field(found: _File, kind: str, name: str, column: str) -> str:
    told = standard().kinds[kind].fields[name]
    if told.type == "instant":
        return _instant(found, column)
    if told.type == "date":
        shape = _format(found, column, "date")
        cell = f"column: {_quoted(column)}, format: {json.dumps(shape)}"
        return _quoted(column) if shape is None else f"{{{cell}}}"
    listed = ("yes", "no", "not_applicable") if told.type == "yes_no" else told.values or ()
    written = Counter(str(cell).strip() for cell in found.columns.get(column, ()))
    table = {}
    for code in written:
        meant = known.CODES.get(name, {}).get(_plain(code), _plain(code))
        if meant in listed:
            table[code] = meant
    if len(table) < len(written):
        unknown = len(written) - len(table)
        found.notes.append(
            f"{column}: {unknown} of {many(len(written), 'code')} {plural(unknown, 'is', 'are')} "
            f"not known. Rows with {plural(unknown, 'it', 'them')} are read in part only, until "
            f"the table {name} has {plural(unknown, 'it', 'them')}."
        )
    usable = len(table) <= _MOST_CODES and all(len(code) <= _LONGEST_CODE for code in table)
    if not table or not usable or all(code == meant for code, meant in table.items()):
        return _quoted(column)
    found.codes[name] = table
    return f"{{column: {_quoted(column)}, codes: {name}}}"


def _format(found: _File, column: str, what: str) -> str | None:
    """Tell the one format that all values have; None, with a note, if there is none or several."""
    texts = [cell.strip() for cell in found.columns.get(column, ()) if isinstance(cell, str)]
    if not texts or all(_is_plain_time(text, what) for text in texts):
        return None
    fitting = {
        shape: {n for n, text in enumerate(texts) if _fits(text, shape)} for shape in known.FORMATS
    }
    best = max(fitting.values(), key=len)
    likely = [shape for shape, those in fitting.items() if those == best]
    others = set().union(*fitting.values()) - best
    if len(best) < _MOST_OF * len(texts) or others:
        note = f"{column}: no format was found that its values have. Say its `format`."
    elif len(likely) > 1:
        note = (
            f"{column}: is the day or the month first? No value tells. Say its `format`: "
            f"{' or '.join(likely)}."
        )
    elif len(best) < len(texts):
        odd = len(texts) - len(best)
        are = plural(odd, "is", "are")
        note = f"{column}: {odd} of {len(texts)} values {are} not as the others."
    else:
        note = ""
    if note and note not in found.notes:
        found.notes.append(note)
    proved = len(likely) == 1 and not others and len(best) >= _MOST_OF * len(texts)
    return likely[0] if proved else None


def _is_plain_time(text: str, what: str) -> bool:
    """Whether a value is read without a format."""
    try:
        if what == "date":
            values.date(text)
        else:
            values.instant(text)
    except values.UnreadableError:
        return False
    return True


def _fits(text: str, shape: str) -> bool:
    try:
        dt.datetime.strptime(text, shape)  # noqa: DTZ007 - only tried out
    except ValueError:
        return False
    return True


# --- Writing --------------------------------------------------------------------------------------


def _written(  # noqa: PLR0913 - the parts of a mapping
    path: Path,
    found: _File,
    child: str | None,
    episode: str | None,
    others: dict[str, str | None],
    entries: list[str],
) -> list[str]:
    stem = path.name.split(".")[0]
    name = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")
    name = name if re.match("[a-z]", name) else f"extract_{name}".rstrip("_")
    if child is None:
        found.notes.append(f"No column for the id of the child was found: replace {FILL_IN}.")
    of_episode = any(
        standard().kinds[kind].home != "child"
        for kind in re.findall(r"kind: (\w+)", "\n".join(entries))
    )
    start = re.search(r"kind: reported\n +at: (?:\{column: )?([^,}\n]+)", "\n".join(entries))
    if episode is None and of_episode:
        found.notes.append(
            "No column for the id of the episode was found: the child and the time of the report "
            "make one."
        )
    found.notes.append("The zone of its times is taken to be Europe/London.")
    if of_episode:
        found.notes.append(
            "No field tells whether it was known where the child was (`whereabouts` of "
            "`reported`): without it the shipped policies cannot tell which episodes count."
        )
    joined = f"{{columns: [{_quoted(child or FILL_IN)}, {start[1] if start else FILL_IN}]}}"
    lines = [
        f"mapping: {name}",
        "title: Say what this extract is and where it comes from",
        "zone: Europe/London",
    ]
    if found.codes:
        lines.append("codes:")
        for table, codes in found.codes.items():
            lines.append(f"  {table}:")
            lines += [f"    {json.dumps(c, ensure_ascii=False)}: {m}" for c, m in codes.items()]
    pattern = re.sub(r"\d+([-_.]\d+)*", "*", stem)
    lines += [
        "tables:",
        "  episodes:",
        f"    files: {json.dumps(pattern + '*' * (not pattern.endswith('*')))}",
        f"    child: {_quoted(child or FILL_IN)}",
    ]
    if episode is not None or of_episode:
        lines.append(f"    episode: {_quoted(episode) if episode else joined}")
    for key, column in others.items():
        if column is not None:
            cell = _instant(found, column) if key == "recorded_at" else _quoted(column)
            lines.append(f"    {key}: {cell}")
    return [*lines, "    entries:", *entries]


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")


def _quoted(column: str) -> str:
    """Write the name of a column so that YAML reads it as text."""
    simple = _SIMPLE.fullmatch(column) and column.lower() not in _ANSWERS
    return column if simple else json.dumps(column, ensure_ascii=False)
