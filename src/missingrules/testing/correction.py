"""Corrections: entries that void or merge others, or try to."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from hypothesis import strategies as st

from missingrules.entry import Entry
from missingrules.record import CORRECTIONS, Record
from missingrules.testing import argument
from missingrules.testing.cell import ROLES, TEXTS, UNTIL_RECORDED, combined
from missingrules.testing.code import free_id
from missingrules.testing.edge import spans
from missingrules.testing.instant import NOON
from missingrules.testing.madeup import of_nobody

if TYPE_CHECKING:
    from collections.abc import Sequence

AFTERWARDS = spans("1h 0m 1d 3d 10d 30d 45d 91d -1d -400d")
NOWHERE = "nowhere"
"""The id of an entry or episode that there is not."""


def corrections(record: Record, *, entry_id: str | None = None) -> st.SearchStrategy[Entry]:
    """Draw a correction of something in a record.

    It voids an entry, an episode or an earlier correction, or merges one episode into another; now
    and then it names what the record does not have. Without ``entry_id`` it gets the first free one
    of the child. Shrinks to voiding the first episode an hour after the first entry.
    """
    if not isinstance(record, Record):
        argument.refuse(f"record={type(record).__name__}", "be a Record")
    if entry_id is not None:
        argument.id_of("entry_id", entry_id)
    return _corrections(record.entries, record.child_id, entry_id)


@st.composite
def _corrections(
    draw: st.DrawFn, entries: Sequence[Entry], child_id: str, entry_id: str | None
) -> Entry:
    made = draw(correction(entries, child_id, entry_id or free_id(entries, child_id), late=True))
    return of_nobody(made)


@st.composite
def correction(
    draw: st.DrawFn, entries: Sequence[Entry], child_id: str, entry_id: str, *, late: bool
) -> Entry:
    """Draw a correction of one of these entries; ``late``: perhaps recorded at another time."""
    kind, source, fields = draw(st.sampled_from(_possible(entries)))
    start = draw(st.sampled_from([entry.at for entry in entries] or [NOON]))
    at = start + draw(st.sampled_from(AFTERWARDS))
    reasons = (None, *TEXTS) if kind == "voided" else (None,)
    delays = UNTIL_RECORDED if late else (0,)
    delay, by, reason = draw(combined(delays, (None, *ROLES), reasons))
    told = fields if reason is None else {**fields, "reason": reason}
    return Entry(entry_id, child_id, source, kind, at, at + delay, by, told)


_Correction: TypeAlias = tuple[str, str | None, dict[str, object]]
"""The kind of a correction, the episode that it stands in, and its fields."""


def _possible(entries: Sequence[Entry]) -> list[_Correction]:
    """List what can be corrected, and what cannot."""
    episodes = tuple(dict.fromkeys(e.episode_id for e in entries if e.episode_id is not None))
    first = sorted(entries, key=lambda entry: entry.kind in CORRECTIONS)
    found: list[_Correction] = [("voided", episode_id, {}) for episode_id in episodes]
    found += [("voided", entry.episode_id, {"of": entry.entry_id}) for entry in first]
    for into in (*episodes, NOWHERE):
        found += [("merged", episode_id, {"into": into}) for episode_id in episodes]
    return [*found, ("voided", None, {"of": NOWHERE})]
