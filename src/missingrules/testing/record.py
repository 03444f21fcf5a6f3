"""Records and logs of children who were never born."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from hypothesis import strategies as st

from missingrules.testing import argument, code
from missingrules.testing.history import Traits, histories
from missingrules.testing.madeup import MadeUpRecord, of_nobody

if TYPE_CHECKING:
    from collections.abc import Collection

    from missingrules.entry import Entry
    from missingrules.log import Log
    from missingrules.record import Record
    from missingrules.testing.argument import PolicyLike
    from missingrules.testing.subject import Focus, Subject

MOST_RULES = 3


def records(  # noqa: PLR0913 - what may stand in a record
    policy: PolicyLike | None = None,
    *,
    rules: Collection[str] | None = None,
    child_id: str = "C",
    min_episodes: int = 1,
    max_episodes: int = 5,
    late: bool = True,
    disorder: bool = True,
    corrections: bool = True,
    conflicts: bool = True,
) -> st.SearchStrategy[Record]:
    """Draw records of one child.

    With ``policy`` they are about ``rules`` (ids; without them each record is about a few rules,
    now and then about all): kinds of entry, fields and values that these ask for, at times on both
    sides of their deadlines and windows. Without a policy they hold anything that the standard
    vocabulary has.

    ``late``: some entries are recorded at another time than they happened. ``disorder``: some
    episodes have entries before their report, or no report. ``corrections``: some entries and
    episodes are voided or merged. ``conflicts``: some ids stand over two contents. Every free text
    begins with :data:`FREE_TEXT`.
    """
    about = argument.subject(policy)
    chosen = chosen_of(about, rules)
    argument.id_of("child_id", child_id)
    traits = traits_of(min_episodes, max_episodes, late, disorder, corrections, conflicts)
    return _records(about, chosen, child_id, traits)


def logs(  # noqa: PLR0913 - as for records
    policy: PolicyLike | None = None,
    *,
    rules: Collection[str] | None = None,
    min_children: int = 1,
    max_children: int = 3,
    min_episodes: int = 1,
    max_episodes: int = 3,
    late: bool = True,
    disorder: bool = True,
    corrections: bool = True,
) -> st.SearchStrategy[Log]:
    """Draw logs of several children, about the same rules.

    The children are ``C1``, ``C2`` and so on. No id stands over two contents; everything else is as
    for :func:`records`.
    """
    about = argument.subject(policy)
    chosen = chosen_of(about, rules)
    size = argument.size_of("children", min_children, max_children, lowest=0)
    traits = traits_of(min_episodes, max_episodes, late, disorder, corrections, False)  # noqa: FBT003 - conflicts
    return _logs(about, chosen, size, traits)


def chosen_of(about: Subject, rules: Collection[str] | None) -> Focus | None:
    """Take the rules that a record is to be about; None where that is left open."""
    if rules is None:
        return None
    return about.focus(argument.names_of("rules", rules, about.rules, "rules of the policy"))


def traits_of(least: int, most: int, *flags: bool) -> Traits:
    """Take what may stand in a record, in the order of the arguments."""
    least, most = argument.size_of("episodes", least, most, lowest=0)
    for name, flag in zip(Traits._fields[2:], flags, strict=True):
        argument.flag_of(name, flag)
    return Traits(least, most, *flags)


@st.composite
def _records(
    draw: st.DrawFn, about: Subject, chosen: Focus | None, child_id: str, traits: Traits
) -> Record:
    focus = chosen or draw(focuses(about))
    entries = draw(histories(about, focus, child_id, traits))
    return MadeUpRecord.of(entries, child_id=child_id)


@st.composite
def _logs(
    draw: st.DrawFn, about: Subject, chosen: Focus | None, size: tuple[int, int], traits: Traits
) -> Log:
    focus = chosen or draw(focuses(about))
    entries: list[Entry] = []
    for number in range(1, draw(st.integers(*size)) + 1):
        entries += draw(histories(about, focus, f"C{number}", traits))
    return of_nobody(code.log(entries))


@functools.lru_cache(maxsize=64)
def focuses(about: Subject) -> st.SearchStrategy[Focus]:
    """Choose what a record is about: most often a few rules, so that its entries hang together."""
    rules = st.sampled_from(tuple(about.rules))
    few = st.lists(rules, min_size=1, max_size=MOST_RULES, unique=True).map(about.focus)
    near = rules.map(about.around)
    every = st.sampled_from((about.whole, about.anything))
    return st.sampled_from((few, few, few, near, near, near, every)).flatmap(_itself)


def _itself(drawn: st.SearchStrategy[Focus]) -> st.SearchStrategy[Focus]:
    return drawn
