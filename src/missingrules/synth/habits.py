"""What a made-up force does, and how its children go missing: the figures behind the logs.

A figure that a source gives names it. The others are assumed: they are there so that every kind of
entry occurs about as often as an auditor would expect, and nothing can be concluded from them.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass, fields
from typing import Final

YEAR_DAYS: Final = 365
MOST_YEARS: Final = 10  # a child is a child for so long
_LABEL_LENGTH: Final = 40
_WEIGHTS_END: Final = 1e6

NATIONAL: Final = "UK 2022/23: 216,000 incidents of 75,000 missing children, about 2.9 each"
STOKE: Final = "Stoke-on-Trent: 446 episodes of 127 children, of which nine children had 239"

FREQUENCY: Final = (
    (0.66, 1, 1),
    (0.13, 2, 2),
    (0.06, 3, 3),
    (0.08, 4, 6),
    (0.035, 7, 12),
    (0.025, 13, 30),
    (0.01, 31, 75),
)
"""How many episodes a missing child has in a year: share of children, from, to.

On average 2.9. The seven in a hundred who go missing most have about half of all episodes.
"""


def check_share(name: str, share: object) -> None:
    """Refuse what is no share from 0 to 1."""
    if not 0 <= _number(name, share) <= 1:
        raise ValueError(f"{name}={share!r} must be a share from 0 to 1")


def check_whole(name: str, number: object, low: int, high: int) -> None:
    """Refuse what is no whole number from ``low`` to ``high``."""
    if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
        raise ValueError(f"{name}={number!r} must be a whole number from {low} to {high}")


def _number(name: str, number: object) -> float:
    if isinstance(number, bool) or not isinstance(number, (int, float)) or math.isnan(number):
        raise ValueError(f"{name}={number!r} must be a number")
    return number


def _check_day(day: object) -> None:
    if (
        isinstance(day, dt.datetime)
        or not isinstance(day, dt.date)
        or not dt.date(1930, 1, 1) <= day <= dt.date(2180, 1, 1)
    ):
        raise ValueError(f"first_day={day} must be a date from 1930-01-01 to 2180-01-01")


def _plain(label: str) -> bool:
    words = label.split(" ")
    return len(label) <= _LABEL_LENGTH and all(word.isalnum() for word in words)


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A part of the force's area. ``authority`` is whose social care, and whose MASH, it has."""

    name: str
    authority: str
    weight: float
    """How many of the children live there, against the other areas."""
    interviews_in_time: float
    """Share of the return interviews held that are held within 72 hours of the return."""
    ppn_shared: float = 0.35
    """Share of the notifications that its MASH shares with others. Assumed."""
    meeting_declined: float = 0.15
    """Share of the strategy meetings asked for that its social care declines. Assumed."""

    def __post_init__(self) -> None:
        """Refuse what is no area."""
        for name in ("name", "authority"):
            label = getattr(self, name)
            if not (isinstance(label, str) and label.isascii() and _plain(label)):
                msg = f"{name}={label!r} must be up to {_LABEL_LENGTH} letters, digits and spaces"
                raise ValueError(msg)
        if not 0 < _number("weight", self.weight) <= _WEIGHTS_END:
            raise ValueError(f"weight={self.weight!r} must be above 0, and a million at most")
        for name in ("interviews_in_time", "ppn_shared", "meeting_declined"):
            check_share(name, getattr(self, name))


AREAS: Final = (
    Area(
        name="Moor",
        authority="Northshire",
        weight=0.18,
        interviews_in_time=0.92,
        ppn_shared=0.5,
        meeting_declined=0.1,
    ),
    Area(
        name="Vale",
        authority="Northshire",
        weight=0.22,
        interviews_in_time=0.78,
        ppn_shared=0.5,
        meeting_declined=0.1,
    ),
    Area(
        name="Port",
        authority="Northshire",
        weight=0.2,
        interviews_in_time=0.63,
        ppn_shared=0.5,
        meeting_declined=0.1,
    ),
    Area(
        name="Heath",
        authority="Southshire",
        weight=0.2,
        interviews_in_time=0.62,
        ppn_shared=0.15,
        meeting_declined=0.3,
    ),
    Area(
        name="Fen",
        authority="Southshire",
        weight=0.12,
        interviews_in_time=0.28,
        ppn_shared=0.15,
        meeting_declined=0.3,
    ),
    Area(
        name="Down",
        authority="Southshire",
        weight=0.08,
        interviews_in_time=0.14,
        ppn_shared=0.15,
        meeting_declined=0.3,
    ),
)
"""Six areas of two authorities, each with a MASH of its own that works in its own way.

Interviews within 72 hours: 63 % of all in England in 2023/24, from 14 % to 92 % by authority.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What a force does, as shares from 0 to 1 unless said otherwise.

    Raises ``ValueError`` for what cannot be, such as a share above 1.
    """

    first_day: dt.date = dt.date(2022, 1, 1)
    """The first date of the log, in UTC; no entry is older."""
    years: int = 2
    """How many years of 365 days the log runs. What happens or is known after them is not in it."""
    again_next_year: float = 0.25
    """Of the children who go missing in one year, how many do so in the next. Assumed."""
    areas: tuple[Area, ...] = AREAS
    """The areas; see there for the share of return interviews in time."""

    # --- The children ------------------------------------------------------------------------

    teenagers: float = 0.93
    """Children aged 12 to 17 when first reported. UK figures on missing children: 93 %."""
    looked_after: float = 0.33
    """Children who are looked after. UK figures on missing children: about a third."""
    homes: int = 24
    """Children's homes to a thousand children. HMICFRS 2023 (Wiltshire) counted 24 in the force."""
    homes_signed_up: int = 13
    """Homes known to have signed up to the Philomena Protocol; of the others it is not recorded.

    HMICFRS 2023 (Wiltshire): 13 of 24 had, of 11 it was not known.
    """
    known_to_services: float = 0.75
    """Children whose date of birth is on record; as many for care and case status. Assumed."""
    self_harm: float = 0.16
    """Children with a marker for self-harm; half as many have one for suicide. Assumed."""
    exploitation: float = 0.12
    """Children with a marker for criminal exploitation; as many for sexual. Assumed."""

    # --- The time away -------------------------------------------------------------------------

    back_within_8_hours: float = 0.53
    """Returns within 8 hours of the report. UK figures on missing children: 53 %."""
    back_within_48_hours: float = 0.87
    """Returns within 48 hours of the report. UK figures on missing children: 87 %."""
    return_recorded: float = 0.985
    """Returns that stand in the log; the other episodes never end. Assumed."""
    reopened: float = 0.015
    """Episodes in which the child is reported again after the return. Assumed."""

    # --- The label and the first response --------------------------------------------------

    concern_for_safety: float = 0.15
    """Episodes first put in concern for safety. Assumed: forces differ widely.

    HMICFRS 2023 (Wiltshire): all the episodes read began so; a force's own audit found it rare. A
    child's label is more often than not that of the episode before, as with the children there.
    """
    stated_ground: float = 0.3
    """Of those, how many have ground and rationale at once; a few others get them late. Assumed."""
    made_missing: float = 0.7
    """Of those away for long enough, how many are recorded as missing in the end. Assumed."""
    graded: float = 0.85
    """Episodes that are graded. Assumed."""
    markers_considered: float = 0.5
    """Gradings that mention known markers and concerns, and weigh them. Assumed.

    HMIC 2017 (West Midlands) and HMICFRS 2023 (Wiltshire) found known markers without influence.
    """
    fim_notified: float = 0.45
    """Episodes of which the force incident manager is told. Assumed."""
    inspector_informed: float = 0.35
    """Episodes of which the duty inspector is told; twice as many where high. Assumed."""
    lines_of_enquiry_set: float = 0.3
    """Episodes with lines of enquiry set by a supervisor. Assumed."""
    tracker_opened: float = 0.2
    """Episodes with a tracker. Assumed."""
    trigger_plan_used: float = 0.4
    """Children with several episodes who have a plan, and episodes in which it is read. Assumed."""
    philomena_form_used: float = 0.5
    """Episodes of children in homes signed up in which the form is used. Assumed."""

    # --- After the return ----------------------------------------------------------------------

    prevention_interview: float = 0.65
    """Returns after which the police speak with the child. Assumed."""
    by_phone: float = 0.2
    """Of those talks, how many are by phone. Assumed; criticised in Richmond and Merton (2024)."""
    ppn_submitted: float = 0.84
    """Returns with a notification. Force audit 2022 (HMICFRS 2023, Wiltshire): 42 of 50 episodes.

    Half as many where the child is found while still in concern for safety, as inspectors found in
    Gloucestershire (JTAI 2023).
    """
    return_interview_offered: float = 0.65
    """Returns after which an independent interview is offered; as above, half as many. Assumed."""
    return_interview_declined: float = 0.25
    """Offers that the child declines. Assumed."""
    return_interview_shared: float = 0.3
    """Interviews held that are shared with the police.

    Force audit 2022 (HMICFRS 2023, Wiltshire): 6 of 50 episodes.
    """

    # --- Strategy meetings ---------------------------------------------------------------------

    threshold_noticed: float = 0.6
    """Of three episodes in 90 days that are recorded as missing, how often anybody notices.

    Assumed. Where the label hides one of them it is nearly never noticed: HMICFRS 2023 (Wiltshire).
    """
    meeting_requested: float = 0.8
    """Noticed thresholds after which the police ask for a meeting. Assumed."""
    meeting_not_required: float = 0.08
    """Noticed thresholds at which somebody decides that no meeting is required. Assumed."""
    refusal_escalated: float = 0.3
    """Refused meetings that are escalated. Assumed; a tracker of escalations was found empty."""

    # --- Keeping the record --------------------------------------------------------------------

    late_recording: float = 0.25
    """Entries recorded later than they happened, from minutes to days. Assumed."""
    voided: float = 0.01
    """Episodes voided, and as many again in which one entry is. Assumed."""
    merged: float = 0.01
    """Episodes reported by two callers, of which the second is merged into the first. Assumed."""

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        for one in fields(self):
            if one.type == "float":
                check_share(one.name, getattr(self, one.name))
        _check_day(self.first_day)
        check_whole("years", self.years, 1, MOST_YEARS)
        check_whole("homes", self.homes, 1, 1000)
        check_whole("homes_signed_up", self.homes_signed_up, 0, self.homes)
        if self.back_within_8_hours > self.back_within_48_hours:
            raise ValueError(
                f"back_within_48_hours={self.back_within_48_hours!r} must be"
                f" at least back_within_8_hours={self.back_within_8_hours!r}"
            )
        object.__setattr__(self, "areas", tuple(self.areas))
        if not self.areas or not all(isinstance(area, Area) for area in self.areas):
            raise ValueError(f"areas={self.areas!r} must be one Area or more")
