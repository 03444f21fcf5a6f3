"""What an edge hangs on: the parameters of the policy, with where they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pydantic import BaseModel

from missingrules.edges.calm import day_in_words
from missingrules.edges.words import plain
from missingrules.policysource import parameter_at

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from missingrules.language import Cite
    from missingrules.policy import Policy


_PLACED: Final = {
    "reported": "the report",
    "missing_since": "since when the child was missing",
}


class Rest(NamedTuple):
    """A parameter as it stands in an edition of a rule, in words."""

    name: str
    value: str
    basis: str
    note: str
    cite: str


def rests_of(
    policy: Policy, *forms: object, date: dt.date | None, graces: bool = True
) -> tuple[Rest, ...]:
    """List the parameters that parts of a rule name, through the terms they use, each once.

    A part that is a text is the name of a parameter or a term. ``graces`` says whether times of
    grace are among them.
    """
    names = dict.fromkeys(
        name
        for form in forms
        for name, is_grace in _named(policy, form, frozenset(), asks=True)
        if graces or not is_grace
    )
    return tuple(_rest(policy, name, date) for name in names)


_ASKING = frozenset({"if_", "unless", "all_", "any_", "not_", "of", "term", "episodes"})
"""Keys under which a text is the name of a term; elsewhere the same word is a value."""


def _named(
    policy: Policy, form: object, seen: frozenset[str], *, asks: bool, grace: bool = False
) -> Iterator[tuple[str, bool]]:
    """Give every name of a parameter in a part of the policy, and whether it is a time of grace."""
    file = policy.source.file
    if isinstance(form, str):
        if form in file.parameters:
            yield form, grace
        elif asks and form in file.terms and form not in seen:
            yield from _named(policy, file.terms[form], seen | {form}, asks=True)
    elif isinstance(form, BaseModel):
        for name in (*type(form).model_fields, *(form.model_extra or {})):
            part = getattr(form, name)
            yield from _named(policy, part, seen, asks=name in _ASKING, grace=name == "by")
    elif isinstance(form, dict):
        for part in form.values():
            yield from _named(policy, part, seen, asks=False)
    elif isinstance(form, list | tuple):
        for part in form:
            yield from _named(policy, part, seen, asks=asks)


def _rest(policy: Policy, name: str, date: dt.date | None) -> Rest:
    found = parameter_at(policy.source, name, date)
    value = found.value
    if isinstance(value, str | int):
        text = plain(str(value))
    else:
        text = day_in_words(policy.calendar, policy.calendar.midnight(value.toordinal()))
    if found.edge is not None:
        text += f", {found.edge}"
        text += f", placed by {_PLACED[found.placed_by or 'reported']}"
    return Rest(name, text, found.basis, found.note or "", cited(policy, found.cite))


def cited(policy: Policy, cite: Cite | None) -> str:
    """Write a clause: publisher, title, when it was published, section."""
    if cite is None:
        return ""
    source = policy.source.file.sources[cite.source]
    parts = [f"{source.publisher}, {source.title} ({source.published})"]
    return ", ".join([*parts, cite.section] if cite.section else parts)
