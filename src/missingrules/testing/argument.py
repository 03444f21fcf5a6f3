"""Arguments of strategies and checks, checked before anything is drawn."""

from __future__ import annotations

import datetime as dt
import functools
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, NoReturn

from hypothesis.errors import InvalidArgument

from missingrules import values
from missingrules.calendar import Calendar, InstantError, to_us
from missingrules.layers import shipped
from missingrules.policy import Policy
from missingrules.testing.subject import Subject, of_no_policy, subject_of

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import TypeAlias

PolicyLike: TypeAlias = "Policy | str | os.PathLike[str]"
"""A policy, the name of a shipped one, or the path of a file."""


def refuse(argument: str, must: str) -> NoReturn:
    """Refuse an argument, in the words of Hypothesis: ``x=1 must be ...``."""
    raise InvalidArgument(f"{argument} must {must}")


def policy_of(policy: PolicyLike) -> Policy:
    """Take a policy, or load it; raises ``PolicyError`` with every fault of a file."""
    if isinstance(policy, Policy):
        return policy
    if isinstance(policy, str) and policy in shipped():
        return _shipped(policy)
    if isinstance(policy, str | os.PathLike):
        return Policy.load(os.fspath(policy))
    refuse(f"{policy=}", "be a Policy, the name of a shipped policy, or a path")


@functools.cache
def _shipped(name: str) -> Policy:
    return Policy.load(name)


def subject(policy: PolicyLike | None) -> Subject:
    """Take what a policy is about, or what logs are about where there is no policy."""
    return of_no_policy() if policy is None else subject_of(policy_of(policy))


def instant_of(name: str, instant: object) -> int:
    """Take an aware datetime, in UTC microseconds."""
    if not isinstance(instant, dt.datetime) or instant.tzinfo is None:
        refuse(f"{name}={instant!r}", "be an aware datetime")
    try:
        return to_us(instant)
    except InstantError as error:
        raise InvalidArgument(f"{name}={instant!r} must be an instant: {error}") from None


def number_of(name: str, number: object, *, least: int) -> int:
    """Take a whole number."""
    if isinstance(number, bool) or not isinstance(number, int) or number < least:
        refuse(f"{name}={number!r}", f"be a whole number, at least {least}")
    return number


def size_of(name: str, least: object, most: object, *, lowest: int) -> tuple[int, int]:
    """Take a smallest and a largest size."""
    low = number_of(f"min_{name}", least, least=lowest)
    high = number_of(f"max_{name}", most, least=lowest)
    if low > high:
        refuse(f"min_{name}={low!r}", f"not be more than max_{name}={high!r}")
    return low, high


def flag_of(name: str, flag: object) -> bool:
    """Take yes or no."""
    if not isinstance(flag, bool):
        refuse(f"{name}={flag!r}", "be True or False")
    return flag


def id_of(name: str, given: object) -> str:
    """Take an id, as a log may hold it."""
    try:
        return values.identifier(given)
    except values.UnreadableError as error:
        raise InvalidArgument(f"{name}={given!r} must be an id: {error.hint}") from None


def zone_of(name: str, zone: object) -> str:
    """Take the name of an IANA zone."""
    try:
        return Calendar(str(zone), None).zone
    except ValueError as error:
        raise InvalidArgument(f"an element of {name}: {error}") from None


def names_of(name: str, given: object, known: Collection[str], what: str) -> tuple[str, ...]:
    """Take at least one of the names known."""
    if isinstance(given, str) or not isinstance(given, list | tuple | set | frozenset):
        refuse(f"{name}={given!r}", f"list {what}")
    if not given:
        refuse(f"{name}={given!r}", f"list at least one of {what}")
    for each in given:
        if not isinstance(each, str) or each not in known:
            hint = values.suggestion(each, known) if isinstance(each, str) else ""
            refuse(f"{name}={given!r}", f"list {what}; {each!r} is not one. {hint}".rstrip())
    return tuple(sorted(given))


def instants_of(name: str, given: object) -> tuple[int, ...]:
    """Take aware datetimes, in order and each once."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        refuse(f"{name}={given!r}", "be a Record or aware datetimes")
    return tuple(sorted({instant_of(f"an instant of {name}", each) for each in given}))
