"""Trials: all that a verdict rests on, drawn together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from missingrules.calendar import from_us
from missingrules.record import EVERYTHING, Coverage, Record
from missingrules.testing import argument
from missingrules.testing.code import as_code, indented
from missingrules.testing.edge import moved, spans
from missingrules.testing.history import histories
from missingrules.testing.instant import NOON
from missingrules.testing.madeup import MadeUpRecord, show
from missingrules.testing.policy import policies
from missingrules.testing.record import chosen_of, focuses, traits_of
from missingrules.testing.subject import subject_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable

    from missingrules.policy import Policy
    from missingrules.record import Span
    from missingrules.testing.argument import PolicyLike
    from missingrules.testing.edge import Offset
    from missingrules.testing.history import Traits
    from missingrules.testing.subject import Focus, Subject

UNTIL_JUDGED = spans("200d 0m 0m+ 0m- 15m 1h 2h 1d 3d 10d 30d")
FROM_FIRST = spans("0m -30d -1d 1h 10d 30d 100d")
LONGEST = spans("40d")[0]
NARROW = ("", "", "", "", "start", "end", "kinds", "fields", "all")
"""How a source may be limited; most often not at all."""


class Trial(NamedTuple):
    """All that a verdict rests on. ``check_all(**trial._asdict())`` tries everything on it."""

    policy: Policy
    record: Record
    as_of: dt.datetime
    coverage: Coverage = EVERYTHING

    def _repr_pretty_(self, printer: Any, _: bool) -> None:  # noqa: FBT001 - as Hypothesis calls it
        show(printer, trial_code(self))


def trial_code(trial: Trial) -> str:
    """Write a trial as Python code."""
    cells = {name: as_code(value) for name, value in trial._asdict().items()}
    if trial.coverage == EVERYTHING:
        del cells["coverage"]
    lines = [f"{indented(f'{name}={cell}')},\n" for name, cell in cells.items()]
    return f"Trial(\n{''.join(lines)})"


def coverages(
    policy: PolicyLike | None = None, *, near: Record | Iterable[dt.datetime] | None = None
) -> st.SearchStrategy[Coverage]:
    """Draw what the source of a log could show; about every other time everything.

    It may begin or end around the first instant of ``near``, lack kinds of entry for good or for a
    time, and lack fields that rules of the policy ask for.
    """
    about = argument.subject(policy)
    if isinstance(near, Record):
        return _coverages(about, min((entry.at for entry in near.entries), default=NOON))
    given = () if near is None else argument.instants_of("near", near)
    return _coverages(about, min(given, default=NOON))


@st.composite
def _coverages(draw: st.DrawFn, about: Subject, base: int) -> Coverage:
    limit = draw(st.sampled_from(NARROW))
    moments = st.sampled_from(FROM_FIRST)
    start = base + draw(moments) if limit in ("start", "all") else None
    end = base + LONGEST + draw(moments) if limit in ("end", "all") else None
    kinds: dict[str, Span | None] = {}
    if limit in ("kinds", "all"):
        some = (None, (base + LONGEST // 8, None), (None, base + LONGEST // 2))
        known = st.sampled_from(sorted(about.whole.kinds))
        kinds = draw(st.dictionaries(known, st.sampled_from(some), max_size=3))
    lacking = frozenset[tuple[str, str]]()
    fields = _optional(about)
    if fields and limit in ("fields", "all"):
        lacking = frozenset(draw(st.lists(st.sampled_from(fields), max_size=3)))
    return Coverage(start, end, kinds, lacking)


def _optional(about: Subject) -> list[tuple[str, str]]:
    """List the fields that rules ask for and an entry need not have."""
    known = about.vocabulary.kinds
    return sorted(
        (kind, name)
        for kind, name in about.named
        if name in known[kind].fields and not known[kind].fields[name].required
    )


def trials(  # noqa: PLR0913 - as for records
    policy: PolicyLike | st.SearchStrategy[Policy] | None = None,
    *,
    rules: Collection[str] | None = None,
    limited: bool = True,
    min_episodes: int = 1,
    max_episodes: int = 5,
    late: bool = True,
    disorder: bool = True,
    corrections: bool = True,
    conflicts: bool = True,
) -> st.SearchStrategy[Trial]:
    """Draw a policy, a record that it has something to say about, an instant and a coverage.

    Without ``policy`` it is made up on the spot; it may also be a strategy of policies. The instant
    lies on or near something in the record, on the edge of a duration after it, or long after it.
    ``limited``: the source of the log may be limited (see :func:`coverages`). Everything else is as
    for :func:`records`; ``rules`` can be chosen only where the policy is given.
    """
    argument.flag_of("limited", limited)
    traits = traits_of(min_episodes, max_episodes, late, disorder, corrections, conflicts)
    if policy is None or isinstance(policy, st.SearchStrategy):
        if rules is not None:
            argument.refuse(f"{rules=}", "be left out where policies are drawn")
        return _trials(policies() if policy is None else policy, None, traits, limited)
    given = argument.policy_of(policy)
    return _trials(st.just(given), chosen_of(subject_of(given), rules), traits, limited)


@st.composite
def _trials(
    draw: st.DrawFn,
    drawn: st.SearchStrategy[Policy],
    chosen: Focus | None,
    traits: Traits,
    limited: bool,  # noqa: FBT001 - checked above
) -> Trial:
    policy = draw(drawn)
    about = subject_of(policy)
    focus = chosen or draw(focuses(about))
    record = MadeUpRecord.of(draw(histories(about, focus, "C", traits)), child_id="C")
    instants = sorted({at for entry in record.entries for at in (entry.at, entry.known)}) or [NOON]
    offsets: tuple[Offset, ...] = (*UNTIL_JUDGED, *focus.edges)
    as_of = moved(
        draw(st.sampled_from(instants[::-1])), draw(st.sampled_from(offsets)), about.calendar
    )
    coverage = draw(_coverages(about, instants[0])) if limited else EVERYTHING
    return Trial(policy, record, from_us(as_of), coverage)
