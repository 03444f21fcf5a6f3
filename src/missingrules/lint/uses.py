"""What stands in a policy and nothing uses, and roles that no log has."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from missingrules import wording
from missingrules.lint.names import used_by_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.lint.codes import Notices
    from missingrules.policysource import PolicySource
    from missingrules.yamlsource import Path

ROLES: Final = (
    *("call_handler", "force_incident_manager", "duty_inspector", "supervisor", "officer", "mash"),
    *("childrens_social_care", "police", "health", "education"),
)
"""Roles and bodies that logs commonly name; a policy may name any other."""
_CLOSE: Final = 0.84


def check_uses(notices: Notices) -> None:
    """Find what nothing uses in the top layer; what a layer leaves idle below it is its right."""
    source = notices.source
    uses = used_by_rules(source)
    terms = {name for use in uses for name in use.terms}
    parameters = {name for use in uses for name in use.parameters}
    top = source.layers[-1].source
    for name in source.file.terms:
        if name not in terms and source.key_place(("terms", name)).source == top:
            message = f"no rule uses the term `{name}`"
            hint = _used_only_by_terms(source, name) or "use it in a rule, or take it away"
            notices.at_key(("terms", name), "unused-term", message, hint)
    for name in source.file.parameters:
        if name not in parameters and source.key_place(("parameters", name)).source == top:
            message = f"no rule uses the parameter `{name}`"
            hint = "use it in a rule, or take it away"
            notices.at_key(("parameters", name), "unused-parameter", message, hint)
    _check_sources(notices, parameters)


def _used_only_by_terms(source: PolicySource, name: str) -> str:
    holders = [
        other
        for other in source.file.terms
        if other != name
        and any(text == name for _, text in _texts(source.located.data["terms"][other], ()))
    ]
    if not holders:
        return ""
    named = wording.listed((f"`{holder}`" for holder in holders), "and")
    return f"only {named}, and no rule uses {'that' if len(holders) == 1 else 'those'}"


def _texts(data: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(data, str):
        yield path, data
    elif isinstance(data, dict | list):
        items = data.items() if isinstance(data, dict) else enumerate(data)
        for key, value in items:
            yield from _texts(value, (*path, key))


# --- Sources --------------------------------------------------------------------------------------


def _check_sources(notices: Notices, used: set[str]) -> None:
    source = notices.source
    citing: dict[str, list[Path]] = {}
    for key in ("parameters", "rules"):
        for at, text in _texts(source.located.data.get(key), (key,)):
            if at[-2:] == ("cite", "source"):
                citing.setdefault(text, []).append(at)
    seen: dict[tuple[str, str, str], str] = {}
    top = source.layers[-1].source
    for key, told in source.file.sources.items():
        path = ("sources", key)
        same = (told.title.casefold(), told.publisher.casefold(), told.published)
        first = seen.setdefault(same, key)
        if source.key_place(path).source != top:
            continue
        places = citing.get(key, [])
        idle = {str(at[1]) for at in places if at[0] == "parameters" and at[1] not in used}
        if not places:
            hint = "cite it where a rule or a number rests on it, or take it away"
            notices.at_key(path, "unused-source", f"nothing cites the source `{key}`", hint)
        elif len(idle) == len({at[:2] for at in places}):
            names = wording.listed((f"`{name}`" for name in sorted(idle)), "and")
            message = f"the source `{key}` is cited only by {names}, which no rule uses"
            notices.at_key(path, "unused-source", message)
        if first != key:
            message = f"`{key}` is the same document as `{first}`"
            hint = "keep one of them; `cite` has a `section` for the place in it"
            notices.at_key(path, "same-source-twice", message, hint)


# --- Roles ----------------------------------------------------------------------------------------


def check_roles(notices: Notices) -> None:
    """Find roles that no entry can have, and roles that look misspelt."""
    source = notices.source
    renamed = source.vocabulary.roles
    named = list(_roles(source))
    often = {role for _, role in named if sum(role == other for _, other in named) > 1}
    known = [*ROLES, *renamed.values(), *often]
    for path, role in named:
        if role in renamed and role not in renamed.values():
            if "where" not in path:  # of those, the search for what can never hold tells
                message = f"this policy calls `{role}` of the log `{renamed[role]}`"
                hint = f"name it as the policy does: `{renamed[role]}`"
                notices.at(path, "renamed-role", message, hint)
        elif role not in known:
            close = get_close_matches(role, known, n=1, cutoff=_CLOSE)
            if close:
                message = f"`{role}` is not a role that logs commonly name"
                notices.at(path, "unfamiliar-role", message, f"did you mean `{close[0]}`?")


def _roles(source: PolicySource) -> Iterator[tuple[Path, str]]:
    """Every role that rules and terms name."""
    for key in ("rules", "terms"):
        for at, text in _texts(source.located.data.get(key), (key,)):
            holder = next((step for step in reversed(at) if isinstance(step, str)), "")
            asked = holder == "by" and "where" in at
            if asked or holder in ("owed_by", "may_be_decided_by"):
                yield at, text
