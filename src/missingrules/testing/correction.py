"""Corrections: entries that void or merge others, or try to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

from missingrules.log import Entry
from missingrules.record import CORRECTIONS, Record
from missingrules.testing import argument
from missingrules.testing.cell import ROLES, TEXTS
from missingrules.testing.code import free_id
from missingrules.testing.edge import spans
from missingrules.testing.madeup import of_nobody

if TYPE_CHECKING:
    from collections.abc import Sequence

AFTERWARDS = spans("1h 0m 1d 3d 10d 30d 45d 91d -1d -400d")
UNTIL_RECORDED = spans("0m 0m 0m 0m 10m 2h 3d 40d -1h")
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
    episodes = tuple(dict.fromkeys(e.episode_id for e in entries if e.episode_id is not None))
    plain = [entry for entry in entries if entry.kind not in CORRECTIONS]
    earlier = [entry for entry in entries if entry.kind in CORRECTIONS]
    forms = [*(["episode"] if episodes else []), *(["entry"] if plain else [])]
    forms += [*(["merge"] if episodes else []), *(["correction"] if earlier else []), "nothing"]
    form = draw(st.sampled_from(forms))
    kind, source = "voided", None
    fields: dict[str, object] = {}
    if form in ("episode", "merge"):
        source = draw(st.sampled_from(episodes))
    if form == "merge":
        kind = "merged"
        fields["into"] = draw(st.sampled_from((*episodes, NOWHERE)))
    elif form in ("entry", "correction"):
        target = draw(st.sampled_from(plain if form == "entry" else earlier))
        source, fields["of"] = target.episode_id, target.entry_id
    elif form == "nothing":
        fields["of"] = NOWHERE
    if kind == "voided" and draw(st.booleans()):
        fields["reason"] = draw(st.sampled_from(TEXTS))
    starts = [entry.at for entry in entries] or [0]
    at = draw(st.sampled_from(starts)) + draw(st.sampled_from(AFTERWARDS))
    delay = draw(st.sampled_from(UNTIL_RECORDED)) if late else 0
    by = draw(st.sampled_from((None, *ROLES)))
    return Entry(entry_id, child_id, source, kind, at, at + delay, by, fields)
