"""Lint: everything that can be said of a policy before anybody is judged by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules.layers import load_source, reviewed_source
from missingrules.lint.allowances import allowances, without_allowed
from missingrules.lint.basis import check_basis
from missingrules.lint.codes import Notices
from missingrules.lint.compiled import stated
from missingrules.lint.conditions import check_conditions, check_limits, check_unclear
from missingrules.lint.editions import across_files, check_editions
from missingrules.lint.head import check_head
from missingrules.lint.older import against as against_older
from missingrules.lint.pairs import check_pairs
from missingrules.lint.report import Report
from missingrules.lint.rules import check_idle_keys, check_inactive, check_rules
from missingrules.lint.uses import check_roles, check_uses
from missingrules.policy import Policy

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from missingrules.errors import Fault
    from missingrules.policysource import PolicySource

STALE_AFTER: Final = 12
"""Calendar months after which a policy should have been read again."""


def lint(
    *names: str | Path,
    today: dt.date,
    stale_after: int = STALE_AFTER,
    against: str | Path | None = None,
) -> Report:
    """Look at policies, each a shipped name or a path; several may be editions of one.

    ``today`` is what ``last_reviewed`` is measured by, ``stale_after`` the calendar months that it
    may be old. ``against`` is an older edition of the one policy that is given.

    A faulty policy is no exception: its faults are in the report. Raises
    :class:`~missingrules.errors.PolicyError` where there is nothing to read, or the older edition
    is faulty; ``ValueError`` for a use that makes no sense.
    """
    if not names:
        raise ValueError("names: give one policy or more")
    if stale_after < 1:
        raise ValueError(f"{stale_after=} must be 1 month or more")
    if against is not None and len(names) > 1:
        raise ValueError("against: give one policy to compare")
    found: list[Fault] = []
    sound: list[PolicySource] = []
    files: list[str] = []
    for name in names:
        source, faults = reviewed_source(name)
        found += faults
        if source is None:
            continue
        found += everything_in(source, today=today, stale_after=stale_after, is_sound=not faults)
        if not faults:
            sound.append(source)
            files += [layer.source for layer in source.layers]
    found += across_files(sound)
    if against is not None:
        older = load_source(against)
        files += [layer.source for layer in older.layers]
        if sound:
            found += against_older(sound[0], older)
    own = [source.layers[-1].source for source in sound]
    kept, taken = without_allowed(dict.fromkeys(found), allowances(files), own)
    return Report(tuple(map(str, names)), tuple(sorted(set(kept))), taken)


def everything_in(
    source: PolicySource, *, today: dt.date, stale_after: int = STALE_AFTER, is_sound: bool = True
) -> list[Fault]:
    """Find everything in one policy; of a faulty one only what does not need it to make sense."""
    notices = Notices(source)
    check_head(notices, today=today, stale_after=stale_after)
    check_basis(notices)
    check_uses(notices)
    check_roles(notices)
    check_inactive(notices)
    if not is_sound:
        return list(notices.found)
    check_editions(notices)
    policy = Policy(source)
    rules = stated(policy)
    check_conditions(notices, policy, rules)
    check_limits(notices, policy, rules)
    check_unclear(notices, policy, rules)
    check_idle_keys(notices, rules)
    check_pairs(notices, policy, check_rules(notices, policy, rules))
    return list(notices.found)
