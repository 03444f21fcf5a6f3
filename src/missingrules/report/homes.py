"""The table of care homes that a report can have: which of them signed up to what."""

from __future__ import annotations

import csv
import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from missingrules.errors import Fault, MissingRulesError
from missingrules.wording import listed

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Mapping

SignedUp = Literal["yes", "no"]


@dataclass(frozen=True, slots=True)
class CareHome:
    """A care home, and whether it has signed up to the Philomena Protocol; None where unknown."""

    name: str
    signed_up: SignedUp | None = None
    updated: dt.date | None = None


_YES = frozenset({"yes", "y", "true", "1"})
_NO = frozenset({"no", "n", "false", "0"})
_COLUMNS = ("home", "signed_up", "updated")
_MUST_BE = f"columns must be {listed(_COLUMNS, 'and')}"

Wrong = tuple[str | None, str, str]
"""What is wrong with a row: in which column, a code, and in words."""


def care_homes(rows: Iterable[Mapping[str, object]]) -> tuple[CareHome, ...]:
    """Read a table of care homes: columns ``home``, ``signed_up`` and ``updated``.

    ``signed_up`` is yes or no, or blank where it is not known; ``updated`` a date such as
    ``2022-08-31``, or blank. Raises :class:`~missingrules.errors.MissingRulesError` that lists
    every fault by its row, counted from 1.
    """
    homes: list[CareHome] = []
    faults: list[str] = []
    for number, row in enumerate(rows, start=1):
        if any(name not in _COLUMNS for name in row):
            faults.append(f"row {number}: {_MUST_BE}")
            continue
        home, wrong = _home(row)
        homes.append(home)
        faults += [f"row {number}: {told}" for _, _, told in wrong]
    if faults:
        raise MissingRulesError("\n".join(["the table of care homes cannot be read", *faults]))
    return _in_order(homes)


def read_care_homes(path: str | os.PathLike[str]) -> tuple[CareHome, ...]:
    """Read the same from a CSV file in UTF-8, with commas and a header.

    Raises :class:`~missingrules.errors.MissingRulesError` with every fault at file, line and cell,
    and ``OSError`` where the file cannot be opened.
    """
    source = str(path)
    homes: list[CareHome] = []
    faults: list[Fault] = []
    try:
        with Path(path).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            columns = list(reader.fieldnames or ())
            faults += _header(source, columns)
            for row in () if faults else reader:
                line = reader.line_num
                if None in row:
                    told = f"the row has more cells than the header, which has {len(columns)}"
                    faults.append(Fault(source, line, len(columns) + 1, "ragged-row", told))
                    continue
                home, wrong = _home(row)
                homes.append(home)
                faults += [
                    Fault(source, line, columns.index(name) + 1 if name else 1, code, told)
                    for name, code, told in wrong
                ]
    except (UnicodeDecodeError, csv.Error):
        told = "the file is no CSV file in UTF-8"
        raise MissingRulesError([Fault(source, 0, 0, "unreadable-file", told)]) from None
    if faults:
        raise MissingRulesError(faults)
    return _in_order(homes)


def _header(source: str, columns: list[str]) -> list[Fault]:
    """Look at the names of the columns; their order is free, and all but ``home`` can be absent."""
    if "home" not in columns:
        hint = "The first line names the columns, with commas between them."
        told = f"there is no column `home`: {_MUST_BE}"
        return [Fault(source, 1, 1, "missing-column", told, hint)]
    return [
        Fault(source, 1, place, "unknown-column", _MUST_BE)
        for place, name in enumerate(columns, 1)
        if name not in _COLUMNS or name in columns[: place - 1]
    ]


def _home(row: Mapping[str, object]) -> tuple[CareHome, list[Wrong]]:
    """Read one home, and list what is wrong with it."""
    name, told, when = (_cell(row.get(column)) for column in _COLUMNS)
    wrong: list[Wrong] = []
    if not name:
        wrong.append(("home", "missing-field", "`home` is missing"))
    if told and told.lower() not in _YES | _NO:
        wrong.append(("signed_up", "bad-value", "`signed_up` must be yes, no or blank"))
    updated = None
    try:
        updated = dt.date.fromisoformat(when) if when else None
    except ValueError:
        must_be = "`updated` must be a date such as 2022-08-31, or blank"
        wrong.append(("updated", "bad-date", must_be))
    signed: SignedUp | None = None
    if told:
        signed = "yes" if told.lower() in _YES else "no"
    return CareHome(name, signed, updated), wrong


def _in_order(homes: Iterable[CareHome]) -> tuple[CareHome, ...]:
    return tuple(sorted(homes, key=lambda home: home.name))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        value = value.date()
    return str(value).strip()
