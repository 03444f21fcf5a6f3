"""The entries of a child as lines of JSON or as rows of a table, with faulty ones in between."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import io
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from missingrules.synth.chance import Chance
from missingrules.synth.child import DAY
from missingrules.synth.faulty import faulty_cells, faulty_line, sample
from missingrules.synth.said import compact
from missingrules.vocabulary import COLUMNS, standard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from missingrules.synth.child import Child, Draft
    from missingrules.synth.said import Said

FAULTY: Final = 1  # the stream of draws for faulty rows, so that good ones are the same without
_EPOCH: Final = dt.date(1970, 1, 1).toordinal()


@dataclass(slots=True)
class Tally:
    """What was written so far: the one thing that changes while a log is written."""

    children: int = 0
    episodes: int = 0
    entries: int = 0
    faults: Counter[str] = field(default_factory=Counter)

    @property
    def rows(self) -> int:
        """Entries and faulty rows together."""
        return self.entries + self.faults.total()


def lines(child: Child, tally: Tally, faults: float) -> str:
    """Write a child's entries as :func:`missingrules.entry.to_json` has them, one a line.

    Written by hand from parts, because a log may have millions.
    """
    days, times = _days(), _times()
    head = f'{{"entry_id":"entry-{child.stem}-'
    child_id = f'","child_id":"{child.child_id}"'
    where = f',"area":"{child.area.name}","authority":"{child.area.authority}"'
    spoil = _spoiler(child, tally, faults)
    written = []
    for draft in child.drafts:
        at, recorded, number, episode, said, own = draft
        at_text = late_text = days[at // DAY] + times[at % DAY]
        if recorded != at:
            late_text = days[recorded // DAY] + times[recorded % DAY]
        which = f',"episode_id":"{episode}"' if episode else ""
        more = _own(own) if own else ""
        written.append(
            f'{head}{number:05d}{child_id}{which},"at":"{at_text}","recorded_at":"{late_text}",'
            f"{said.head}{where}{said.tail}{more}}}\n"
        )
        if spoil is not None and spoil.share(faults):
            code, line = faulty_line(spoil, _sample(child, draft, at_text))
            tally.faults[code] += 1
            written.append(f"{line}\n")
    return "".join(written)


def table_rows(child: Child, tally: Tally, faults: float) -> str:
    """Write a child's entries as rows of CSV under :func:`header`."""
    days, times = _days(), _times()
    spoil = _spoiler(child, tally, faults)
    where = f"{child.area.name},{child.area.authority}"
    written = []
    for draft in child.drafts:
        at, recorded, number, episode, said, own = draft
        at_text = days[at // DAY] + times[at % DAY]
        late_text = days[recorded // DAY] + times[recorded % DAY]
        # Of the columns that every entry has, none holds a comma or a quotation mark.
        written.append(
            f"{child.child_id},{episode or ''},{at_text},{late_text},{said.kind},"
            f"{child.entry_id(number)},{said.by or ''},{where},"
            f"{_csv(said.fields | own) if own else _fields(said)}"
        )
        if spoil is not None and spoil.share(faults):
            code, bad = faulty_cells(spoil, _sample(child, draft, at_text))
            tally.faults[code] += 1
            written.append(f"{csv_row(_text(bad.get(name)) for name in COLUMNS)[:-1]},{_csv(bad)}")
    return "".join(written)


@functools.lru_cache(maxsize=2**14)
def _fields(said: Said) -> str:
    return _csv(said.fields)


def _csv(fields: Mapping[str, object]) -> str:
    return csv_row(_text(fields.get(name)) for name in header()[len(COLUMNS) :])


def csv_row(cells: Iterable[str]) -> str:
    """Write one row of CSV, with the end of its line."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue()


@functools.cache
def header() -> tuple[str, ...]:
    """Name the columns of a table: those of every entry, then every field of every kind."""
    fields = (name for kind in standard().kinds.values() for name in kind.fields)
    return tuple(dict.fromkeys([*COLUMNS, *fields]))


def _spoiler(child: Child, tally: Tally, faults: float) -> Chance | None:
    """Count a child, and give the draws for the faulty rows beside its entries, if there are."""
    tally.children += 1
    tally.episodes += child.episodes
    tally.entries += len(child.drafts)
    return Chance(child.force.seed, child.number, FAULTY) if faults else None


def _sample(child: Child, draft: Draft, at: str) -> dict[str, str]:
    return sample(child.child_id, child.episode_id(1), at, draft[2])


# --- Cells as text -------------------------------------------------------------------------------


def _own(fields: dict[str, object]) -> str:
    return "".join(f',"{name}":{compact(_text(cell))}' for name, cell in fields.items())


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, tuple):
        return ";".join(cell)
    if isinstance(cell, int):
        return _utc(cell // 1_000_000)
    return cell.isoformat() if isinstance(cell, dt.date) else ""


def _utc(second: int) -> str:
    return _days()[second // DAY] + _times()[second % DAY]


class _Days(dict[int, str]):
    """Dates by day since 1970, each written once."""

    def __missing__(self, day: int) -> str:
        text = f"{dt.date.fromordinal(_EPOCH + day).isoformat()}T"
        self[day] = text
        return text


@functools.cache
def _days() -> _Days:
    return _Days()


@functools.cache
def _times() -> tuple[str, ...]:
    """Write every second of a day."""
    return tuple(
        f"{hour:02d}:{minute:02d}:{second:02d}Z"
        for hour in range(24)
        for minute in range(60)
        for second in range(60)
    )
