"""What an example is to show, and the times under which it can."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from missingrules.edges.calm import HOUR, MINUTE
from missingrules.edges.spacing import a_bit, compared, start_of
from missingrules.edges.wants import Cured, NumberSlot
from missingrules.terms import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missingrules.calendar import Duration
    from missingrules.edges.wants import Want, Wants
    from missingrules.policy import Policy

_SET_UP: Final = 20 * MINUTE


@dataclass(frozen=True, slots=True)
class Plan:
    """What an example is to show.

    ``kind`` is the kind of the entry that triggers the rule at the instant, None where time does.
    ``own`` are wants of that entry, ``wants`` those of everything else. ``lead`` is how long before
    the instant the child is reported missing. ``missing_since`` is told in the report.
    ``at_once``: where nothing else is told, the report came as soon as the child was missing.
    """

    kind: str | None
    wants: Wants = field(default_factory=dict)
    own: Wants = field(default_factory=dict)
    of_episode: bool = True
    lead: int | None = None
    missing_since: int | None = None
    at_once: bool = False


@dataclass(frozen=True, slots=True)
class Timing:
    """When the child is reported missing, since when, and when the rest is recorded."""

    report: int
    missing_since: int | None
    set_up: int


def times_of(policy: Policy, plan: Plan, at: int) -> Timing | None:
    """Find times under which lengths and times of grace come out as wanted."""
    lengths = [
        (*policy.lasted[slot.number], want)
        for slot, want in plan.wants.items()
        if isinstance(slot, NumberSlot) and slot.what == "lasted" and isinstance(want, int)
    ]
    graces = [
        (policy.graces[slot.number][2].us, want)
        for slot, want in plan.wants.items()
        if isinstance(slot, NumberSlot) and slot.what == "grace"
    ]
    told = plan.at_once and all(want != UNKNOWN for _, _, want in lengths)
    reports = _reports(policy, plan, at, lengths, [within for within, _ in graces])
    for report, missing in itertools.product(reports, _missing_since(policy, plan, at, lengths)):
        since = missing
        if since is not None and since > report:
            continue
        if not all(
            _lasts(policy, report if start == "reported" else since, length, at) == want
            for length, start, want in lengths
        ):
            continue
        for set_up in _set_ups(report, at, [within for within, _ in graces]):
            if all(_stands(want, set_up, within, at) for within, want in graces):
                return Timing(report, report if told and since is None else since, set_up)
    return None


def _lasts(policy: Policy, start: int | None, length: Duration, at: int) -> int:
    if start is None:
        return UNKNOWN
    return compared(policy.calendar, start, length, at)


def _reports(
    policy: Policy,
    plan: Plan,
    at: int,
    lengths: Iterable[tuple[Duration, str, int]],
    graces: list[int],
) -> list[int]:
    if plan.kind == "reported" or not plan.of_episode:
        return [at]
    if plan.lead is not None:
        return [at - plan.lead]
    found = [at - HOUR, *(at - within for within in graces)]
    found += [at - within + MINUTE for within in graces]
    found += [at - within - HOUR for within in graces]
    found += [start for length, _, _ in lengths for start in _starts(policy, length, at)]
    return [*dict.fromkeys(found), at - MINUTE]


def _missing_since(
    policy: Policy, plan: Plan, at: int, lengths: Iterable[tuple[Duration, str, int]]
) -> list[int | None]:
    if plan.missing_since is not None:
        return [plan.missing_since]
    found: list[int | None] = [None]
    for length, since, _ in lengths:
        if since == "missing_since":
            found += _starts(policy, length, at)
    return [*dict.fromkeys(found)]


def _starts(policy: Policy, length: Duration, at: int) -> list[int]:
    """Give starts from which a length is exactly reached, passed, and not yet reached."""
    exact = start_of(policy.calendar, at, length)
    step = a_bit(length)
    return [exact, exact - step, exact + step]


def _set_ups(report: int, at: int, graces: list[int]) -> list[int]:
    """Give instants for what is recorded before the trigger; first those at the edge of a grace."""
    found = [instant for within in graces for instant in (at - within + MINUTE, at - within)]
    found += [report + min(_SET_UP, (at - report) // 2 // MINUTE * MINUTE), report, at]
    return [one for one in dict.fromkeys(found) if report <= one <= at]


def _stands(want: Want, set_up: int, within: int, at: int) -> bool:
    """Whether a time of grace begun at the set-up stands as wanted at an instant."""
    over = set_up + within
    if want == "running":
        return over > at
    if want == "kept":
        return True
    if isinstance(want, Cured):
        return over + want.after <= at
    return over <= at
