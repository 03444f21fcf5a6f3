"""Single entries, and wide rows: whatever a log may hold, for those who read and write logs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from missingrules.calendar import from_us
from missingrules.entries import Reported
from missingrules.entry import Entry, derive_entry_id
from missingrules.entryfields import ConcernName, listed
from missingrules.episoderow import MADE
from missingrules.testing import argument
from missingrules.testing.cell import anything
from missingrules.testing.edge import moved, spans
from missingrules.testing.instant import instants
from missingrules.testing.madeup import MadeUpEpisode, of_nobody
from missingrules.vocabulary import kind_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from missingrules.episoderow import Episode
    from missingrules.testing.argument import PolicyLike
    from missingrules.testing.edge import Offset
    from missingrules.testing.subject import Subject

EPISODES = ("E1", "E2")
PLACES = st.sampled_from((None, None, "Made-up division", "Nowhere & District (West)"))
"""Areas and authorities."""
CONCERNS = st.lists(st.sampled_from(listed(ConcernName) or ()), max_size=3, unique=True).map(tuple)
SINCE_REPORT = spans("10m 0m 1h 1h+ 1d 2d 3d+")


def entries(
    policy: PolicyLike | None = None,
    *,
    kinds: Collection[str] | None = None,
    child_id: str = "C",
    at: st.SearchStrategy[dt.datetime] | None = None,
) -> st.SearchStrategy[Entry]:
    """Draw single entries: every kind of the vocabulary (or ``kinds``), every field, every value.

    The vocabulary is the policy's, or the standard one. ``at`` draws when an entry happened;
    without it :func:`instants` of the policy do. Ids are derived from the content, so what is drawn
    twice is one entry. References lead nowhere; :func:`records` draws entries that hang together.
    """
    about = argument.subject(policy)
    known = about.vocabulary.kinds
    names = tuple(known)
    if kinds is not None:
        names = argument.names_of("kinds", kinds, known, "kinds of entry")
    argument.id_of("child_id", child_id)
    return _entries(about, names, child_id, _times(policy, at))


def episodes(
    policy: PolicyLike | None = None,
    *,
    child_id: str = "C",
    at: st.SearchStrategy[dt.datetime] | None = None,
) -> st.SearchStrategy[Episode]:
    """Draw wide rows, filled in any columns that go together.

    ``at`` draws when the child was reported missing; without it :func:`instants` of the policy do.
    What else a row tells happened up to some days later, as often as not on the edge of a duration
    of the policy.
    """
    about = argument.subject(policy)
    argument.id_of("child_id", child_id)
    return _episodes(about, child_id, _times(policy, at))


def _times(
    policy: PolicyLike | None, at: st.SearchStrategy[dt.datetime] | None
) -> st.SearchStrategy[dt.datetime]:
    if at is None:
        return instants(policy)
    if not isinstance(at, st.SearchStrategy):
        argument.refuse(f"{at=}", "be a strategy of aware datetimes")
    return at


@st.composite
def _entries(
    draw: st.DrawFn,
    about: Subject,
    kinds: tuple[str, ...],
    child_id: str,
    at: st.SearchStrategy[dt.datetime],
) -> Entry:
    kind = draw(st.sampled_from(kinds))
    when = argument.instant_of("at", draw(at))
    what = draw(anything(about, kind))
    home = about.vocabulary.kinds[kind].home
    episode_id = None if home == "child" else draw(st.sampled_from(EPISODES))
    if home == "either" and (kind != "voided" or "of" in what.fields) and draw(st.booleans()):
        episode_id = None
    made = what.entry(about, when, when, entry_id="", child_id=child_id, home=episode_id)
    made = replace(made, area=draw(PLACES), authority=draw(PLACES))
    return of_nobody(replace(made, entry_id=derive_entry_id(made)))


@st.composite
def _episodes(
    draw: st.DrawFn, about: Subject, child_id: str, at: st.SearchStrategy[dt.datetime]
) -> Episode:
    reported = draw(at)
    start = argument.instant_of("at", reported)
    row: dict[str, Any] = {"child_id": child_id, "episode_id": draw(st.sampled_from(EPISODES))}
    roles: dict[str, str] = {}
    later: st.SearchStrategy[Offset] = st.sampled_from((*SINCE_REPORT, *about.whole.edges))
    for model, column, leading, columns in MADE:
        if model is not Reported and not draw(st.booleans()):
            continue
        kind = kind_of(model).name
        what = draw(anything(about, kind))
        entry = what.entry(about, start, start, entry_id="", child_id=child_id, home=None)
        for name, source in columns.items():
            value = entry.fields.get(name)
            row[source] = from_us(value) if isinstance(value, int) else value
        if model is Reported:
            row[column] = reported
        elif all(row[name] is None for name in leading) or draw(st.booleans()):
            row[column] = from_us(moved(start, draw(later), about.calendar))
        if entry.by is not None:
            roles[kind] = entry.by
    row |= {"by": roles, "concerns": draw(CONCERNS)}
    row |= {"area": draw(PLACES), "authority": draw(PLACES)}
    return MadeUpEpisode(**{name: cell for name, cell in row.items() if cell})
