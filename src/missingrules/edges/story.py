"""What happens in an example, entry by entry, in words."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, NamedTuple

from missingrules.edges.calm import clock, day_in_words, in_words
from missingrules.edges.words import plain
from missingrules.wording import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from missingrules.entry import Entry
    from missingrules.policy import Policy
    from missingrules.vocabulary import Field

_SAID: Final = {
    "reported": "reported missing",
    "categorised": "recorded as {category}",
    "assessed": "risk assessed at first contact",
    "prioritised": "response priority {priority}",
    "concern_noted": "concern noted: {concern}",
    "graded": "risk graded {grade}",
    "fim_notified": "force incident manager told",
    "inspector_informed": "duty inspector told",
    "lines_of_enquiry_set": "lines of enquiry set",
    "tracker_opened": "missing investigation tracker opened",
    "trigger_plan_consulted": "trigger plan consulted",
    "philomena_form_used": "Philomena form used",
    "resource_attended": "officers attend",
    "enquiry_made": "enquiry made to trace the child",
    "supervisor_reviewed": "supervisor reviews the open episode",
    "located": "child located",
    "returned": "child back",
    "prevention_interview": "prevention interview held",
    "ppn_submitted": "notification (PPN) written",
    "ppn_reviewed": "notification (PPN) reviewed",
    "ppn_shared": "notification (PPN) shared",
    "return_interview_offered": "return home interview offered",
    "return_interview_declined": "return home interview declined",
    "return_interview_held": "return home interview held",
    "return_interview_shared": "return home interview shared",
    "closed": "episode closed",
    "quality_reviewed": "quality reviewed",
    "born": "date of birth {date_of_birth} on record",
    "marker_added": "warning marker {marker} added",
    "marker_removed": "warning marker {marker} removed",
    "care_status": "care status on record",
    "case_status": "case status on record",
    "trigger_plan_created": "trigger plan made",
    "trigger_plan_updated": "trigger plan updated",
    "strategy_meeting_requested": "strategy meeting asked for",
    "strategy_meeting_declined": "strategy meeting refused",
    "escalated": "escalated",
    "strategy_meeting_held": "strategy meeting held",
    "strategy_meeting_recorded": "record of the strategy meeting written",
}


class Happening(NamedTuple):
    """One entry of an example: the instant, the episode by its number (or none), what it says."""

    at: int
    about: str
    text: str


def story(entries: Sequence[Entry], policy: Policy) -> list[Happening]:
    """Tell a log in order of time; episodes are numbered where there are several."""
    ordered = sorted(entries, key=lambda entry: (entry.at, entry.entry_id))
    names = episode_names(ordered)
    by_id = {entry.entry_id: entry for entry in ordered}
    told: list[Happening] = []
    reported: set[str | None] = set()
    for entry in ordered:
        text = _entry(entry, policy, by_id)
        if entry.kind == "reported":
            if entry.episode_id in reported:
                text = text.replace("reported missing", "reported missing again", 1)
            reported.add(entry.episode_id)
        name = names.get(entry.episode_id or "", "")
        told.append(Happening(entry.at, name, text))
    return told


def episode_names(entries: Sequence[Entry]) -> dict[str, str]:
    """Number the episodes of a log by when they begin; one alone needs no number."""
    ids = dict.fromkeys(
        entry.episode_id
        for entry in sorted(entries, key=lambda entry: (entry.at, entry.entry_id))
        if entry.episode_id is not None
    )
    if len(ids) < 2:  # noqa: PLR2004 - nothing to tell apart
        return {}
    return {episode: f"episode {number}" for number, episode in enumerate(ids, 1)}


def _entry(entry: Entry, policy: Policy, by_id: Mapping[str, Entry]) -> str:
    text = what(entry, policy, by_id)
    if entry.by is not None:
        text += f" by {plain(policy.role(entry.by) or '')}"
    if entry.recorded > entry.at:
        text += f" (entered only {in_words(policy.calendar, entry.recorded)})"
    return text


def what(entry: Entry, policy: Policy, by_id: Mapping[str, Entry] | None = None) -> str:
    """Say what one entry tells, without its time."""
    if entry.kind == "voided":
        target = (by_id or {}).get(str(entry.fields.get("of", "")))
        named = "the episode" if target is None else f"“{what(target, policy)}”"
        return f"{named} struck out as a mistake"
    fields = policy.vocabulary.kinds[entry.kind].fields
    if entry.kind == "decided_not_required":
        action = str(entry.fields.get("action", ""))
        known = policy.vocabulary.kinds.get(action)
        text = f"decided that {known.phrase if known else plain(action)} is not required"
        used = {"action"}
    else:
        template = _SAID.get(entry.kind)
        if template is None:
            template = f"on record: {policy.vocabulary.kinds[entry.kind].phrase}"
        used = {name for name in fields if f"{{{name}}}" in template}
        shown = {name: _shown(fields[name], entry.fields.get(name), policy) for name in used}
        text = template.format_map(shown)
    details = [
        _detail(fields[name], value, policy)
        for name, value in entry.fields.items()
        if name not in used and name in fields
    ]
    return f"{text} ({', '.join(details)})" if details else text


def _detail(field: Field, value: object, policy: Policy) -> str:
    if field.type in ("text", "reference"):
        return f"with {plain(field.name)}"
    return f"{plain(field.name)}: {_shown(field, value, policy)}"


def _shown(field: Field, value: object, policy: Policy) -> str:
    if isinstance(value, int) and field.type == "instant":
        return in_words(policy.calendar, value)
    if isinstance(value, dt.date):
        return day_in_words(policy.calendar, policy.calendar.midnight(value.toordinal()))
    if isinstance(value, tuple):
        return listed((plain(str(item)) for item in value), "and")
    return plain(str(value)) if value is not None else "nothing"


def lines(happenings: Sequence[Happening], policy: Policy) -> list[str]:
    """Write an example day by day: ``Mon 5 Feb 2024: 10:00 reported missing; 10:20 ...``."""
    calendar = policy.calendar
    days: dict[str, dict[str, dict[str, list[str]]]] = {}
    for happening in happenings:
        times = days.setdefault(day_in_words(calendar, happening.at), {})
        about = times.setdefault(clock(calendar, happening.at), {})
        about.setdefault(happening.about, []).append(happening.text)
    return [
        f"{day}: " + "; ".join(f"{time} {_together(about)}" for time, about in times.items())
        for day, times in days.items()
    ]


def _together(about: Mapping[str, Sequence[str]]) -> str:
    """Write what is entered at one minute: first about the child, then about each episode."""
    return "; ".join(
        f"{name}: {', '.join(texts)}" if name else ", ".join(texts) for name, texts in about.items()
    )
