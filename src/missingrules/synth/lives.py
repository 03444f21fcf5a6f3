"""A whole child: who it is, its episodes, what grows out of them, and what of it the log holds."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from missingrules.synth import said
from missingrules.synth.absences import absences
from missingrules.synth.chance import curve, weighted
from missingrules.synth.child import DAY, HOUR, MINUTE, Child
from missingrules.synth.episodes import tell, tell_twice
from missingrules.synth.said import say

if TYPE_CHECKING:
    from missingrules.synth.absences import Absence
    from missingrules.synth.child import Force

_EPOCH: Final = dt.date(1970, 1, 1).toordinal()
_THURSDAY, _WEEK, _WORKING = 3, 7, 5
_AGES: Final = weighted((0.07, 12), (0.14, 13), (0.22, 14), (0.24, 15), (0.21, 16), (0.12, 17))
_CHILDREN_TO_HOMES: Final = 1000
_IN_HOMES: Final = 0.55  # of the children who are looked after; the others are in foster care
_BEFORE: Final = curve((0, HOUR), (0.3, 30 * DAY), (1, 700 * DAY))
_LEARNED_LATER: Final = 0.3
_REMOVED: Final = 0.05
_THRESHOLD: Final = 3
_WINDOW: Final = 90 * DAY
_NOTICED_ALL_THE_SAME: Final = 0.08  # where the label hides an episode
_ATTENDED_BY: Final = weighted(
    (0.5, ("childrens_social_care", "health", "police")),
    (0.3, ("childrens_social_care", "police")),
    (0.2, ("childrens_social_care", "education", "health", "police")),
)


def live(force: Force, number: int, room: int) -> Child:
    """Make a child with all its entries, in order of time, of recording and of id.

    ``room`` is how many episodes it may have; what would be beyond is left out, and nothing else
    changes. What happened or was known only after the end of the log is not in it.
    """
    child = Child(force, number)
    times = list(absences(child))
    _settled(child, times)
    for count, absence in enumerate(times, 1):
        if child.episodes == room:
            break
        episode = child.next_episode()
        as_missing = tell(child, episode, absence)
        _planned(child, absence, count)
        child.uncounted.append((absence.report, as_missing))
        _thought_of_meeting(child, absence.report)
        # Last, so that leaving it out for want of room changes nothing before it.
        if child.chance.share(child.habits.merged) and child.episodes < room:
            tell_twice(child, episode, absence)
    end = force.end
    drafts = [draft for draft in child.drafts if draft[0] < end and draft[1] < end]
    drafts.sort()  # numbers differ, so nothing behind them is compared
    child.drafts = drafts
    return child


# --- Who it is -----------------------------------------------------------------------------------


def _settled(child: Child, times: list[Absence]) -> None:
    """Note birth, care, case and markers, as far as they are known."""
    chance, habits = child.chance, child.habits
    first, last = times[0].report, times[-1].report
    known = _earlier(child, first)
    if chance.share(habits.known_to_services):
        child.note(
            known, None, say("born", "officer"), {"date_of_birth": _birth(child, first, last)}
        )
    else:
        _birth(child, first, last)
    _placed(child, first)
    _marked(child, first, last)


def _earlier(child: Child, first: int) -> int:
    """Draw a time before the first report, and not before the log."""
    return max(child.force.begin, first - child.chance.along(_BEFORE))


def _birth(child: Child, first: int, last: int) -> dt.date:
    """Draw the date of birth by the age when first reported; nobody reaches 18 in the log."""
    chance = child.chance
    age = chance.pick(_AGES) if chance.share(child.habits.teenagers) else chance.whole(5, 11)
    day = first // DAY + _EPOCH
    born = day - age * 1461 // 4 - chance.whole(1, 364)
    return dt.date.fromordinal(max(born, last // DAY + _EPOCH - 6573))


def _placed(child: Child, first: int) -> None:
    chance, habits = child.chance, child.habits
    child.looked_after = chance.share(habits.looked_after)
    fields: list[tuple[str, str]] = [("looked_after", "yes" if child.looked_after else "no")]
    own: dict[str, object] = {}
    if child.looked_after:
        child.place = "childrens_home" if chance.share(_IN_HOMES) else "foster"
    if child.place == "childrens_home":
        home = chance.whole(1, habits.homes)
        block = (child.number - 1) // _CHILDREN_TO_HOMES
        child.home_id = f"home-{block * habits.homes + home:05d}"
        child.signed_up = home <= habits.homes_signed_up
        own["home_id"] = child.home_id
        if child.signed_up:
            fields.append(("philomena", "yes"))
    if chance.share(habits.known_to_services):
        said_care = say("care_status", "childrens_social_care", *fields)
        child.note(_earlier(child, first), None, said_care, own or None)
    if chance.share(habits.known_to_services):
        opened = "yes" if child.looked_after or chance.share(0.3) else "no"
        said_case = say("case_status", "childrens_social_care", ("open", opened))
        child.note(_earlier(child, first), None, said_case)


def _marked(child: Child, first: int, last: int) -> None:
    """Put markers on the record, some only after episodes, and take a few off."""
    chance, habits = child.chance, child.habits
    shares = (
        ("self_harm", habits.self_harm),
        ("suicide", habits.self_harm / 2),
        ("cce", habits.exploitation),
        ("cse", habits.exploitation),
        ("mental_health", 0.1),
    )
    for marker, share in shares:
        if not chance.share(share):
            continue
        if chance.share(_LEARNED_LATER):
            at = first + chance.whole(HOUR, last - first + 5 * DAY)
        else:
            at = _earlier(child, first)
        child.note(at, None, say("marker_added", "officer", ("marker", marker)))
        until = child.force.end
        if chance.share(_REMOVED):
            until = at + chance.whole(60 * DAY, 600 * DAY)
            child.note(until, None, say("marker_removed", "officer", ("marker", marker)))
        child.markers.append((at, until, marker))


# --- What grows out of the episodes --------------------------------------------------------------


def _planned(child: Child, absence: Absence, count: int) -> None:
    """Make a trigger plan once the child keeps going missing, and sometimes keep it up."""
    chance = child.chance
    on_first_page = ("first_page_actions", "yes" if chance.share(0.6) else "no")
    if child.plan_from is not None:
        if child.plan_from <= absence.over and chance.share(0.12):
            updated = say("trigger_plan_updated", "officer", on_first_page)
            child.note(absence.over + chance.whole(HOUR, 6 * DAY), None, updated)
    elif count > 1 and chance.share(child.habits.trigger_plan_used / 2):
        child.plan_from = absence.over + chance.whole(HOUR, 10 * DAY)
        child.note(child.plan_from, None, say("trigger_plan_created", "officer", on_first_page))


def _thought_of_meeting(child: Child, report: int) -> None:
    """Let somebody notice, or not, that there were three episodes in 90 days.

    Who goes by the label sees only the episodes that are recorded as missing.
    """
    chance, habits = child.chance, child.habits
    recent = [(at, label) for at, label in child.uncounted if at > report - _WINDOW]
    child.uncounted = recent
    if len(recent) < _THRESHOLD or report < child.met_until:
        return
    by_label = sum(label for _, label in recent)
    if not chance.share(
        habits.threshold_noticed if by_label >= _THRESHOLD else _NOTICED_ALL_THE_SAME
    ):
        return
    noticed = report + chance.whole(2 * HOUR, DAY)
    if chance.share(habits.meeting_not_required):
        why = ("rationale", chance.one(said.NOT_REQUIRED_REASONS))
        action = ("action", "strategy_meeting_held")
        by = "duty_inspector" if chance.share(0.5) else "childrens_social_care"
        child.note(noticed, None, say("decided_not_required", by, action, why))
        child.uncounted = []
        return
    if not chance.share(habits.meeting_requested):
        if chance.share(0.3):
            _met(child, _office_hours(child, noticed, 10))
        return
    asked = _office_hours(child, noticed, 2)
    child.note(asked, None, say("strategy_meeting_requested", "supervisor"))
    child.met_until = asked + 3 * DAY
    if chance.share(child.area.meeting_declined):
        _declined(child, asked)
    elif chance.share(0.85):
        _met(child, _office_hours(child, asked, 12))


def _declined(child: Child, asked: int) -> None:
    chance = child.chance
    at = asked + chance.whole(2 * HOUR, 3 * DAY)
    why = [("rationale", chance.one(said.DECLINED_REASONS))] if chance.share(0.7) else []
    child.note(at, None, say("strategy_meeting_declined", "childrens_social_care", *why))
    child.met_until = at
    if chance.share(child.habits.refusal_escalated):
        why = [("rationale", chance.one(said.ESCALATION_REASONS))]
        escalated = at + chance.whole(2 * HOUR, 3 * DAY)
        child.note(escalated, None, say("escalated", "supervisor", *why))
        if chance.share(0.5):
            _met(child, _office_hours(child, escalated, 8))


def _met(child: Child, at: int) -> None:
    chance = child.chance
    attended = ("attended_by", chance.pick(_ATTENDED_BY))
    child.note(at, None, say("strategy_meeting_held", "childrens_social_care", attended))
    child.uncounted = []
    child.met_until = at
    if chance.share(0.75):
        outcome = ("outcome", chance.one(said.MEETING_OUTCOMES))
        recorded = say("strategy_meeting_recorded", "childrens_social_care", outcome)
        child.note(at + chance.whole(HOUR, 5 * DAY), None, recorded)


def _office_hours(child: Child, after: int, days: int) -> int:
    """Draw a time from 09:00 to 17:00 on a weekday, one to so many days later."""
    day = after // DAY + child.chance.whole(1, days)
    weekday = (day + _THURSDAY) % _WEEK  # 1 January 1970 was a Thursday
    if weekday >= _WORKING:
        day += _WEEK - weekday
    return day * DAY + child.chance.whole(9 * 60, 17 * 60) * MINUTE
