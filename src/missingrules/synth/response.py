"""The response until the child is back: the first steps, and what is done the longer it takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from missingrules.synth.chance import weighted
from missingrules.synth.child import HOUR, MINUTE
from missingrules.synth.returns import notified
from missingrules.synth.said import say

if TYPE_CHECKING:
    from missingrules.synth.absences import Absence
    from missingrules.synth.chance import Weighted
    from missingrules.synth.child import Child, Situation
    from missingrules.synth.said import Fields, Said

GRADES_AT_RISK: Final = weighted((0.05, "low"), (0.6, "medium"), (0.35, "high"))
"""How the risk is graded by who looks at what is known."""

_MOST_ENQUIRIES: Final = 5
_ATTENDED: Final = say("resource_attended", "officer")
_ENQUIRY: Final = say("enquiry_made", "officer")
_REVIEW: Final = say("supervisor_reviewed", "supervisor")
_LOCATED: Final = say("located", "officer")


class _Step(NamedTuple):
    """A step of the first response: what is said, and how soon and late after the report."""

    soonest: int
    latest: int
    says: Weighted[Said]


def _step(minutes: tuple[int, int], kind: str, by: str, *fields: tuple[float, Fields]) -> _Step:
    says = weighted(*((share, say(kind, by, *each)) for share, each in fields or [(1.0, ())]))
    return _Step(minutes[0] * MINUTE, minutes[1] * MINUTE, says)


def _assessed(vulnerable: float) -> _Step:
    tool = ("tool", "thrive")
    answers = ((vulnerable, "yes"), (1 - vulnerable, "no"))
    says = ((share, (tool, ("vulnerable", answer))) for share, answer in answers)
    return _step((3, 12), "assessed", "call_handler", *says)


_ASSESSED: Final = _assessed(1.0)
_ASSESSED_CALMLY: Final = _assessed(0.3)
_PRIORITISED: Final = _step(
    (4, 15),
    "prioritised",
    "call_handler",
    (0.15, (("priority", "immediate"),)),
    (0.5, (("priority", "priority"),)),
    (0.3, (("priority", "scheduled"),)),
    (0.05, (("priority", "resolved_without_deployment"),)),
)
_FIM: Final = _step((3, 30), "fim_notified", "call_handler")
_INFORMED: Final = _step(
    (15, 120),
    "inspector_informed",
    "force_incident_manager",
    (0.45, (("how", "phone"),)),
    (0.25, (("how", "radio"),)),
    (0.15, (("how", "in_person"),)),
    (0.1, (("how", "message"),)),
    (0.05, (("how", "log_only"),)),
)
_LINES: Final = _step((15, 120), "lines_of_enquiry_set", "supervisor")
_TRACKER: Final = _step((20, 240), "tracker_opened", "supervisor")
_PLAN_READ: Final = _step((5, 90), "trigger_plan_consulted", "call_handler")
_FORM: Final = _step((2, 30), "philomena_form_used", "call_handler")


def first_response(child: Child, episode: str, absence: Absence, situation: Situation) -> None:
    """Note what is due at once; a child who is back by then needs none of it."""
    chance, habits = child.chance, child.habits
    planned = child.plan_from is not None and child.plan_from <= absence.report
    steps = (
        (0.25, _ASSESSED if situation.risks else _ASSESSED_CALMLY),
        (0.35, _PRIORITISED),
        (habits.fim_notified, _FIM),
        (habits.inspector_informed * (2 if situation.high else 1), _INFORMED),
        (habits.lines_of_enquiry_set, _LINES),
        (habits.tracker_opened, _TRACKER),
        (habits.trigger_plan_used if planned else 0.0, _PLAN_READ),
        (habits.philomena_form_used if child.signed_up else 0.0, _FORM),
    )
    for share, step in steps:
        if chance.share(share):
            at = absence.report + chance.whole(step.soonest, step.latest)
            if at < absence.back:
                child.note(at, episode, chance.pick(step.says))


def while_missing(child: Child, episode: str, absence: Absence, situation: Situation) -> None:
    """Note what is done until the child is back: the longer and the graver, the more."""
    chance = child.chance
    report, back = absence.report, absence.back
    away = back - report
    if chance.share(0.3):
        child.note(report + chance.whole(1, away), episode, _ATTENDED)
    every = 2 * HOUR if situation.high else 6 * HOUR
    for number in range(min(away // every, _MOST_ENQUIRIES)):
        start = report + number * every
        if chance.share(0.17):
            child.note(start + chance.whole(MINUTE, every), episode, _ENQUIRY)
        if chance.share(0.15):
            child.note(start + chance.whole(MINUTE, every), episode, _REVIEW)
    if away > 12 * HOUR and chance.share(0.25):
        grade = say("graded", "force_incident_manager", ("grade", chance.pick(GRADES_AT_RISK)))
        child.note(report + chance.whole(6 * HOUR, 12 * HOUR), episode, grade)
    if away > 8 * HOUR and situation.risks and chance.share(0.2):
        notified(child, episode, report + chance.whole(HOUR, 8 * HOUR), "missing", situation)
    if chance.share(0.25):
        child.note(max(report, back - chance.whole(5 * MINUTE, HOUR)), episode, _LOCATED)
