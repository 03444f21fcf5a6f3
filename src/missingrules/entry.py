"""One entry of a log as the kernel sees it, and as a row of JSON.

**Derived ids.** An entry without an ``entry_id`` gets ``e-`` and the first 32 hexadecimal digits of
the SHA-256 of its content. The content is one JSON object, written as RFC 8785 asks (keys sorted,
no spaces, UTF-8, no needless escapes), of every column that is recorded, ``entry_id`` apart, and
every field that is recorded, all on one level. ``recorded_at`` is always there: without one it is
``at``. Instants are in UTC as ``2024-03-31T00:30:00Z``, with exactly six decimals where they have a
fraction of a second; dates as ``2009-05-23``; yes / no answers as ``yes``, ``no`` or
``not_applicable``; lists sorted, each value once; texts without the blank characters around them. A
role is taken as it was logged.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from missingrules import calendar, values
from missingrules.vocabulary import kind_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from missingrules.entries import TypedEntry

_EPOCH = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - in UTC; the Z is written behind it


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a log, in the form that the kernel works with.

    ``at`` and ``recorded`` are microseconds since 1970 in UTC. ``fields`` has only what was
    recorded: a choice or yes / no answer as ``str``, choices as a sorted ``tuple``, a date as
    ``date``, an instant as ``int`` of microseconds, a text without blanks around it.
    """

    entry_id: str
    child_id: str
    episode_id: str | None
    kind: str
    at: int
    recorded: int
    by: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict, hash=False, repr=False)
    area: str | None = None
    authority: str | None = None

    @property
    def known(self) -> int:
        """From when on the entry is known: the later of when it was, and when it was entered."""
        return max(self.at, self.recorded)


def to_entry(typed: TypedEntry) -> Entry:
    """Turn a typed entry into the kernel's form, with its id derived if it has none."""
    fields = {}
    for name in kind_of(type(typed)).fields:
        cell = getattr(typed, name)
        if not values.blank(cell):
            fields[name] = calendar.to_us(cell) if isinstance(cell, dt.datetime) else cell
    at = calendar.to_us(typed.at)
    return with_id(
        Entry(
            entry_id=typed.entry_id or "",
            child_id=typed.child_id,
            episode_id=typed.episode_id,
            kind=kind_of(type(typed)).name,
            at=at,
            recorded=at if typed.recorded_at is None else calendar.to_us(typed.recorded_at),
            by=typed.by,
            fields=fields,
            area=typed.area,
            authority=typed.authority,
        )
    )


def to_json(entry: Entry) -> dict[str, Any]:
    """Write an entry as a row of the log: canonical names, times in UTC.

    What is not recorded is left out. The reader makes the same entry of it.
    """
    return {"entry_id": entry.entry_id, **_content(entry)}


def derive_entry_id(entry: Entry) -> str:
    """Give the id that the content of an entry has (see the recipe at the top of this module)."""
    return f"e-{hashlib.sha256(canonical(entry)).hexdigest()[:32]}"


def _content(entry: Entry) -> dict[str, Any]:
    at = _utc(entry.at)
    cells = {
        "child_id": entry.child_id,
        "episode_id": entry.episode_id,
        "at": at,
        "recorded_at": at if entry.recorded == entry.at else _utc(entry.recorded),
        "kind": entry.kind,
        "by": entry.by,
        "area": entry.area,
        "authority": entry.authority,
    }
    row: dict[str, Any] = {name: cell for name, cell in cells.items() if cell is not None}
    for name, cell in entry.fields.items():
        if isinstance(cell, int):
            row[name] = _utc(cell)
        elif isinstance(cell, dt.date):
            row[name] = cell.isoformat()
        else:
            row[name] = list(cell) if isinstance(cell, tuple) else cell
    return row


_write = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode


def canonical(entry: Entry) -> bytes:
    """Give the content of an entry as the recipe at the top of this module writes it."""
    return _write(_content(entry)).encode()


def _utc(us: int) -> str:
    return f"{(_EPOCH + dt.timedelta(microseconds=us)).isoformat()}Z"


def with_id(entry: Entry) -> Entry:
    """Give an entry in the making the id of its content, if it has none."""
    if not entry.entry_id:
        object.__setattr__(entry, "entry_id", derive_entry_id(entry))  # nobody else has it yet
    return entry
