"""The entries of one episode: the report, its label, the risk, the response, corrections."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules.synth import said
from missingrules.synth.chance import curve, weighted
from missingrules.synth.child import DAY, HOUR, MINUTE, Situation
from missingrules.synth.response import GRADES_AT_RISK, first_response, while_missing
from missingrules.synth.returns import returned
from missingrules.synth.said import say

if TYPE_CHECKING:
    from missingrules.synth.absences import Absence
    from missingrules.synth.child import Child
    from missingrules.synth.said import Field

_REPORTERS: Final = {
    "home": weighted((0.85, "parent"), (0.1, "carer"), (0.05, "other")),
    "foster": weighted((0.9, "carer"), (0.1, "social_worker")),
    "childrens_home": weighted((0.95, "childrens_home"), (0.05, "social_worker")),
    "school": weighted((0.8, "school"), (0.2, "parent")),
    "hospital": weighted((1.0, "hospital")),
    "other": weighted((0.6, "parent"), (0.4, "public")),
}
_ELSEWHERE: Final = weighted((0.7, "school"), (0.15, "hospital"), (0.15, "other"))
_WHEREABOUTS: Final = weighted((0.85, "unknown"), (0.12, None), (0.03, "known"))
_MISSING_SINCE: Final = curve((0, 10 * MINUTE), (0.5, 90 * MINUTE), (0.9, 6 * HOUR), (1, 20 * HOUR))
_LABELS: Final = weighted(
    (0.95, "missing"), (0.025, "absent"), (0.015, "no_apparent_risk"), (0.01, "other")
)
_SAME_LABEL: Final = 0.5
_GROUNDS: Final = weighted((0.75, "enquiries_not_made"), (0.25, "exceptional_circumstances"))
_IN_CONCERN: Final = curve((0, 20 * MINUTE), (0.5, 2 * HOUR), (0.9, 8 * HOUR), (1, 24 * HOUR))
_CONCERNS: Final = weighted(
    (0.2, "mental_health"),
    (0.15, "self_harm"),
    (0.1, "suicidal_ideation"),
    (0.1, "exploitation"),
    (0.08, "cce"),
    (0.07, "cse"),
    (0.15, "family_conflict"),
    (0.1, "substance_misuse"),
    (0.05, "bullying"),
)
_HOW_MANY: Final = weighted((0.78, 0), (0.17, 1), (0.05, 2))  # concerns of the day
_GRADES: Final = weighted((0.05, "very_low"), (0.2, "low"), (0.68, "medium"), (0.07, "high"))

_CLOSED: Final = say("closed", "supervisor")


def tell(child: Child, episode: str, absence: Absence) -> bool:
    """Note all entries of one episode; gives whether it is recorded as missing in the end."""
    report, back = absence.report, absence.back
    _reported(child, episode, report)
    label = _categorised(child, episode, report, back)
    risks = _risks(child, episode, report)
    situation = Situation(label, risks, _graded(child, episode, absence, risks))
    first_response(child, episode, absence, situation)
    while_missing(child, episode, absence, situation)
    returned(child, episode, back, situation)
    if absence.again is not None:
        second, back = absence.again
        _reported(child, episode, second)
        returned(child, episode, back, situation)
    if child.chance.share(0.5):
        child.note(back + child.chance.whole(10 * MINUTE, 12 * HOUR), episode, _CLOSED)
    _corrected(child, episode, back)
    return label == "missing"


def tell_twice(child: Child, episode: str, absence: Absence) -> None:
    """Note another episode, of a second caller about the same time away, and that it is merged."""
    chance = child.chance
    twin = child.next_episode()
    latest = min(90 * MINUTE, absence.back - absence.report - 1)
    at = absence.report + chance.whole(2 * MINUTE, latest)
    child.note_at_once(at, twin, say("reported", "call_handler", ("reporter", "public")))
    child.note(at + MINUTE, twin, say("categorised", "call_handler", ("category", "missing")))
    merged = at + chance.whole(5 * MINUTE, 12 * HOUR)
    child.note(merged, twin, say("merged", "force_incident_manager"), {"into": episode})


# --- The report ----------------------------------------------------------------------------------


def _reported(child: Child, episode: str, at: int) -> None:
    chance = child.chance
    place = chance.pick(_ELSEWHERE) if chance.share(0.15) else child.place
    fields: list[Field] = [
        ("reporter", chance.pick(_REPORTERS[place])),
        ("from_place", place),
    ]
    whereabouts = chance.pick(_WHEREABOUTS)
    if whereabouts is not None:
        fields.append(("whereabouts", whereabouts))
    own: dict[str, object] = {}
    if chance.share(0.7):
        own["missing_since"] = (at - chance.along(_MISSING_SINCE)) * 1_000_000
    if place == "childrens_home" and child.home_id is not None:
        own["home_id"] = child.home_id
    child.note_at_once(at, episode, say("reported", "call_handler", *fields), own or None)


# --- The label -----------------------------------------------------------------------------------


def _categorised(child: Child, episode: str, report: int, back: int) -> str:
    """Note the category at first and what becomes of it; gives the one in the end."""
    chance, habits = child.chance, child.habits
    if child.episodes == 1 or not chance.share(_SAME_LABEL):
        concern = chance.share(habits.concern_for_safety)
        child.label = "concern_for_safety" if concern else chance.pick(_LABELS)
    label = child.label
    at = report + chance.whole(2 * MINUTE, 9 * MINUTE)
    if label != "concern_for_safety":
        child.note(at, episode, say("categorised", "call_handler", ("category", label)))
        return label
    concern_for_safety = ("category", label)
    ground = ("ground", chance.pick(_GROUNDS))
    rationale = ("rationale", chance.one(said.GROUND_REASONS))
    stated = say("categorised", "call_handler", concern_for_safety, ground, rationale)
    if chance.share(habits.stated_ground):
        child.note_at_once(at, episode, stated)
    else:
        child.note(at, episode, say("categorised", "call_handler", concern_for_safety))
        if chance.share(0.1):
            child.note(at + chance.whole(HOUR, DAY), episode, stated)
    changed = report + chance.along(_IN_CONCERN)
    if changed >= back or not chance.share(habits.made_missing):
        return label
    child.note(
        changed, episode, say("categorised", "force_incident_manager", ("category", "missing"))
    )
    return "missing"


# --- The risk ------------------------------------------------------------------------------------


def _risks(child: Child, episode: str, report: int) -> tuple[str, ...]:
    """Note the concerns of the day; gives them with the markers on the record."""
    chance = child.chance
    risks = set(child.markers_at(report))
    for _ in range(chance.pick(_HOW_MANY)):
        concern = chance.pick(_CONCERNS)
        if concern not in risks or chance.share(0.5):
            at = report + chance.whole(4 * MINUTE, 40 * MINUTE)
            child.note(at, episode, say("concern_noted", "call_handler", ("concern", concern)))
            risks.add(concern)
    return tuple(sorted(risks))


def _graded(child: Child, episode: str, absence: Absence, risks: tuple[str, ...]) -> bool:
    """Note the grade, unless the child is back before; tells whether it is high."""
    chance, habits = child.chance, child.habits
    at = absence.report + chance.whole(8 * MINUTE, 75 * MINUTE)
    if at >= absence.back or not chance.share(habits.graded):
        return False
    considered = bool(risks) and chance.share(habits.markers_considered)
    grade = chance.pick(GRADES_AT_RISK if considered else _GRADES)
    fields: list[Field] = [("grade", grade)]
    if considered:
        fields.append(("refers_to", risks))
    if chance.share(0.7):
        fields.append(("rationale", chance.one(said.GRADE_REASONS)))
    made = child.note(at, episode, say("graded", "force_incident_manager", *fields))
    if chance.share(habits.voided):
        _graded_anew(child, at, episode, made)
    return grade == "high"


# --- Corrections ---------------------------------------------------------------------------------


def _corrected(child: Child, episode: str, back: int) -> None:
    chance = child.chance
    if not chance.share(child.habits.voided):
        return
    at = back + chance.whole(HOUR, 20 * DAY)
    reason = ("reason", chance.one(said.EPISODE_VOID_REASONS))
    made = child.note(at, episode, say("voided", "supervisor", reason))
    if chance.share(0.05):
        reason = ("reason", chance.one(said.UNDONE_REASONS))
        undone = at + chance.whole(20 * DAY, 40 * DAY)
        child.note(undone, None, say("voided", "supervisor", reason), {"of": child.entry_id(made)})


def _graded_anew(child: Child, at: int, episode: str, mistaken: int) -> None:
    """Grade again at once, and take the mistaken grading away later than any entry is recorded."""
    chance = child.chance
    grade = ("grade", chance.pick(GRADES_AT_RISK))
    child.note(at + MINUTE, episode, say("graded", "force_incident_manager", grade))
    reason = ("reason", chance.one(said.ENTRY_VOID_REASONS))
    later = at + chance.whole(15 * DAY, 30 * DAY)
    child.note(
        later, episode, say("voided", "supervisor", reason), {"of": child.entry_id(mistaken)}
    )
