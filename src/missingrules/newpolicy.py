"""A first local policy on top of ``england``: written from a few answers, to be signed off.

What comes out is a file like any other, with its edge cases as a table to read and as cases to run.
Every number in it is marked as assumed until somebody says where it is written.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from missingrules import wording
from missingrules.calendar import WorkingDays, parse_duration
from missingrules.edges import as_cases, markdown
from missingrules.errors import MissingRulesError
from missingrules.layers import shipped
from missingrules.policy import Policy
from missingrules.vocabulary import GRADES, standard

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

ANY_CHILD: Final = "any"
"""In place of a risk: the floor holds for every missing child."""
_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_LONGEST_AREA: Final = 80
_MOST: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What a local policy is written from.

    After ``count`` missing episodes in ``window`` (a duration; its edge ``inclusive`` or
    ``exclusive``) a strategy meeting is held within ``deadline``. ``floors`` gives the lowest grade
    by marker or concern, or for :data:`ANY_CHILD`. Raises :class:`MissingRulesError` where a policy
    cannot be made of them.
    """

    area: str
    count: int
    window: str
    deadline: str
    floors: Mapping[str, str]
    edge: str = "inclusive"
    name: str = ""
    """Short name in snake_case; without it, made of the area."""

    def __post_init__(self) -> None:
        """Check every answer."""
        if not (0 < len(self.area.strip()) <= _LONGEST_AREA and self.area.isprintable()):
            raise MissingRulesError(
                f"area must be the name of a force or an authority, at most {_LONGEST_AREA} letters"
            )
        if not self.name:
            slug = re.sub(r"[^a-z0-9]+", "_", self.area.lower()).strip("_")
            object.__setattr__(self, "name", slug)
        if not _NAME.fullmatch(self.name):
            raise MissingRulesError(
                f"name={self.name!r} must be a short name in snake_case, such as north_county"
            )
        if self.name in shipped():
            raise MissingRulesError(
                f"name={self.name!r} must not be that of a shipped policy: findings are known by it"
            )
        if not 1 <= self.count <= _MOST:
            raise MissingRulesError(f"count={self.count} must be from 1 to {_MOST} episodes")
        if isinstance(_duration("window", self.window), WorkingDays):
            raise MissingRulesError(f"window={self.window!r} must be in days, weeks or hours")
        if self.deadline != "not_stated":
            _duration("deadline", self.deadline)
        if self.edge not in {"inclusive", "exclusive"}:
            raise MissingRulesError(f"edge={self.edge!r} must be inclusive or exclusive")
        for risk, grade in self.floors.items():
            _check_floor(risk, grade)


@dataclass(frozen=True, slots=True)
class Draft:
    """A policy with its cases and its table of edges, each as the text of a file."""

    name: str
    policy: str
    cases: str
    edges: str

    @property
    def files(self) -> dict[str, str]:
        """The texts by the names of their files."""
        return {
            f"{self.name}.yaml": self.policy,
            f"{self.name}.cases.yaml": self.cases,
            f"{self.name}.edges.md": self.edges,
        }


def draft(answers: Answers, *, today: dt.date) -> Draft:
    """Write the policy, and what the kernel says at its edges; ``today`` dates its review."""
    text = "\n".join(_policy(answers, today)) + "\n"
    policy = Policy.parse(text, source=f"{answers.name}.yaml")
    rules = ["strategy-meeting", *(_rule_id(risk) for risk in answers.floors)]
    return Draft(answers.name, text, as_cases(policy, rules), markdown(policy, rules))


def floor_from_text(text: str) -> tuple[str, str]:
    """Read a floor: ``self_harm=high``, or ``medium`` for every child."""
    risk, _, grade = text.rpartition("=")
    return risk.strip() or ANY_CHILD, grade.strip()


# --- Checking -------------------------------------------------------------------------------------


def _duration(what: str, text: str) -> object:
    try:
        return parse_duration(text)
    except ValueError as error:
        raise MissingRulesError(
            f"{what}={text!r} must be a duration such as `90 days` or `5 working days`: {error}"
        ) from None


def _carriers(risk: str) -> list[str]:
    """Say whether a risk is recorded as a marker, as a concern, or as either."""
    kinds = standard().kinds
    fields = {
        "marker": kinds["marker_added"].fields["marker"],
        "concern": kinds["concern_noted"].fields["concern"],
    }
    return [name for name, field in fields.items() if risk in (field.values or ())]


def _check_floor(risk: str, grade: str) -> None:
    if grade not in GRADES[1:]:
        why = ": every grade is at least that" if grade == GRADES[0] else ""
        raise MissingRulesError(f"floor={grade!r} must be {wording.listed(GRADES[1:])}{why}")
    if risk != ANY_CHILD and not _carriers(risk):
        kinds = standard().kinds
        known = {
            *(kinds["marker_added"].fields["marker"].values or ()),
            *(kinds["concern_noted"].fields["concern"].values or ()),
        }
        hint = wording.suggestion(risk, sorted(known))
        message = f"floor for {risk!r} must be for a marker or a concern that logs know"
        raise MissingRulesError(f"{message}; {hint}" if hint else message)


# --- Writing --------------------------------------------------------------------------------------


def _rule_id(risk: str) -> str:
    return f"graded-for-{risk}".replace("_", "-") if risk != ANY_CHILD else "lowest-grade"


def _floor_name(risk: str) -> str:
    return "lowest_grade" if risk == ANY_CHILD else f"{risk}_floor"


def _policy(answers: Answers, today: dt.date) -> Iterator[str]:
    """Write the file; words from the answers are quoted."""
    title = f"Missing children in {answers.area.strip()}; a draft until somebody has signed it off"
    yield "# A local policy over `england`. A number is assumed until its `basis` says otherwise:"
    yield "# put `stated`, and a `cite`, where it is written down."
    yield from (
        "",
        f"policy: {answers.name}",
        f"title: {json.dumps(title, ensure_ascii=False)}",
        f'edition: "{today:%Y-%m}"',
        f"area: {json.dumps(answers.area.strip(), ensure_ascii=False)}",
        "owner: nobody until it is signed off",
        f"last_reviewed: {today.isoformat()}",
        "extends: england",
        "",
        "parameters:",
        *_number("repeat_count", str(answers.count), "Given when this file was made."),
    )
    note = "Given when this file was made; who signs it off settles whether both dates count."
    yield from _number(
        "repeat_window", answers.window, note, edge=answers.edge, placed_by="reported"
    )
    yield from _number("meeting_deadline", answers.deadline, "Given when this file was made.")
    for risk, grade in answers.floors.items():
        yield from _number(_floor_name(risk), grade, "Given when this file was made.")
    if answers.floors:
        note = "Nobody was asked. Time to grade again after a risk was learned."
        yield from _number("regrade_time", "30 minutes", note)
    risks = [risk for risk in answers.floors if risk != ANY_CHILD]
    if risks:
        yield from ("", "terms:")
    for risk in risks:
        listed = ", ".join(f"{{{carrier}: {risk}}}" for carrier in _carriers(risk))
        yield f"  at_risk_{risk}: {{any: [{listed}]}}"
    yield from ("", "rules:", *_MEETING)
    for risk in answers.floors:
        yield from ("", *_floor(risk))


def _number(name: str, value: str, note: str, **keys: str) -> Iterator[str]:
    yield f"  {name}:"
    yield f"    value: {value}"
    yield from (f"    {key}: {word}" for key, word in keys.items())
    yield "    basis: assumed"
    yield f"    note: {note}"


_MEETING: Final = (
    "  - id: strategy-meeting",
    "    title: A strategy meeting is held when a child keeps going missing",
    "    authority: force_policy",
    "    basis: assumed",
    "    note: Given when this file was made; say where the duty is written.",
    "    on:",
    "      episodes: missing",
    "      reach: repeat_count",
    "      within: repeat_window",
    "      as_recorded: {category: missing}",
    "    require: {action: strategy_meeting_held, within: meeting_deadline}",
    "    severity: critical",
    "    owed_by: childrens_social_care",
)


def _floor(risk: str) -> Iterator[str]:
    yield f"  - id: {_rule_id(risk)}"
    if risk == ANY_CHILD:
        yield "    title: A missing child is never graded below the lowest grade"
    else:
        yield f"    title: The grade reflects what is known about {wording.plain(risk)}"
    yield "    authority: force_policy"
    yield "    basis: assumed"
    yield "    note: Given when this file was made; say where the duty is written."
    if risk == ANY_CHILD:
        yield "    on: {entry: graded}"
        yield "    if: {not: whereabouts_known}"
    else:
        kinds = {"marker": "marker_added", "concern": "concern_noted"}
        on = ["graded", *(kinds[carrier] for carrier in _carriers(risk))]
        yield f"    on: [{', '.join(f'{{entry: {kind}}}' for kind in on)}]"
        yield f"    if: at_risk_{risk}"
        if "marker" in _carriers(risk):  # a concern stays with its episode
            yield f"    unless: {{not: at_risk_{risk}}}"
        yield "    per: episode"
    yield f"    grade: {{at_least: {_floor_name(risk)}, within: regrade_time}}"
    yield "    severity: critical"
    yield "    owed_by: force_incident_manager"
