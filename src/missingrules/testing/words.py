"""The words that made-up policies are written in.

Short lists, so that rules ask for the same few things and bear on one another. What comes first in
a list is what a failing case shrinks to.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

ELAPSED = ("15 minutes", "30 minutes", "1 hour", "2 hours", "24 hours", "48 hours", "72 hours")
DATES = ("1 day", "3 days", "10 days", "1 week")
WORKING = ("1 working day", "5 working days")
WINDOWS = ("90 days", "30 days", "2160 hours", "90 days", "7 days", "2 weeks", "48 hours", "1 day")
ZONES = ("Europe/London", "UTC", "America/St_Johns")
CHANGES = (dt.date(2023, 11, 8), dt.date(2023, 11, 16), dt.date(2023, 12, 25), dt.date(2024, 1, 1))
"""Dates on which editions begin; records begin before, between and after them."""

PLACES = ("reported", "missing_since")
EDGES = ("inclusive", "exclusive")
AUTHORITIES = (
    *("force_policy", "statute", "statutory_guidance"),
    *("inspectorate_expectation", "recommendation", "good_practice", "local_procedure"),
)
ACTIONS_OF_CHILD = ("strategy_meeting_held", "trigger_plan_created", "strategy_meeting_declined")
ACTIONS_OF_EPISODE = (
    *("fim_notified", "graded", "categorised", "enquiry_made", "ppn_submitted", "ppn_shared"),
    *("located", "return_interview_held", "supervisor_reviewed"),
)

MISSING: dict[str, object] = {"category": "missing"}
CONCERN: dict[str, object] = {"category": "concern_for_safety"}
WHERE: dict[str, tuple[dict[str, object], ...]] = {
    "categorised": (MISSING, {"category": ["missing", "concern_for_safety"]}),
    "graded": ({"grade": ["medium", "high"]}, {"refers_to": "recorded"}),
    "ppn_submitted": ({"stage": "missing"}, {"carries": ["cse"], "stage": "found"}),
    "ppn_shared": ({"shared_with": "childrens_social_care"},),
    "supervisor_reviewed": ({"by": "supervisor"},),
    "strategy_meeting_held": ({"attended_by": ["health"]},),
    "trigger_plan_created": ({"first_page_actions": "recorded"},),
    "strategy_meeting_declined": ({"rationale": "recorded"},),
    "marker_added": ({"marker": "self_harm"},),
    "care_status": ({"looked_after": True},),
    "concern_noted": ({"concern": ["self_harm", "cse"]},),
    "reported": ({"whereabouts": "unknown"},),
    "returned": ({"to": "home"},),
    "drone_sent": ({"height": "high_level"}, {"crew": "recorded"}),
}
"""What an entry of a kind may have to say."""

NAMES_KNOWN = object()
FIELDS: dict[str, tuple[tuple[str | list[str], object], ...]] = {
    "categorised": (
        ("rationale", None),
        ("ground", ["enquiries_not_made"]),
        (["ground", "rationale"], None),
    ),
    "graded": (("rationale", None), ("refers_to", NAMES_KNOWN)),
    "ppn_submitted": (
        ("carries", NAMES_KNOWN),
        ("voice_of_child", ["yes", "not_applicable"]),
        (["ethnicity", "school"], True),
    ),
    "inspector_informed": (("how", ["phone", "in_person"]),),
    "prevention_interview": (("mode", "in_person"),),
    "trigger_plan_created": (("first_page_actions", "yes"),),
    "care_status": (("looked_after", None),),
}
"""Fields that may be required of a kind, with the values that are in order."""

QUESTIONS: tuple[tuple[dict[str, object], ...], ...] = (
    (
        MISSING,
        CONCERN,
        {"category": ["concern_for_safety", "no_apparent_risk"]},
        {"ground": ["enquiries_not_made", "exceptional_circumstances"]},
    ),
    ({"marker": "self_harm"}, {"marker": ["self_harm", "cse"]}),
    ({"concern": "cse"}, {"concern": ["self_harm", "cse"], "ever": True}),
    ({"grade": ["medium", "high"]}, {"grade": "high"}, {"graded.refers_to": "self_harm"}),
    ({"whereabouts": "known"}, {"whereabouts": "unknown"}),
    (
        {"priority": "immediate"},
        {"from_place": ["home", "childrens_home"]},
        {"vulnerable": True},
        {"looked_after": "yes"},
        {"open": "no"},
        {"mode": "phone"},
        {"carries": ["cse"]},
    ),
    (
        {"recorded": "category"},
        {"recorded": "categorised.rationale"},
        {"recorded": "whereabouts"},
        {"recorded": "looked_after"},
    ),
    (
        {"entry": "marker_added"},
        {"entry": "located"},
        {"entry": "graded", "where": {"grade": "high"}},
        {"entry": "trigger_plan_created"},
        {"entry": "care_status", "where": {"looked_after": True}},
    ),
)
"""Conditions on what was recorded, by what they are about."""

QUESTIONS_TO_CHILD: tuple[dict[str, object], ...] = (
    {"marker": "self_harm"},
    {"marker": ["self_harm", "cse"]},
    {"concern": ["self_harm", "cse"], "ever": True},
    {"looked_after": "yes"},
    {"open": "no"},
    {"recorded": "looked_after"},
    {"entry": "trigger_plan_created"},
    {"entry": "care_status", "where": {"looked_after": True}},
)
"""Those that need no episode to answer them: all that a duty of the child may ask."""
KINDS_OF_CHILD = {
    "strategy_meeting_declined",
    "marker_added",
    "care_status",
    "trigger_plan_created",
}

ADDITIONS: dict[str, Any] = {
    "kinds": {
        "drone_sent": {
            "of": "episode",
            "phrase": "a drone being sent",
            "fields": {
                "height": {"type": "choice", "values": ["low_level", "high_level"]},
                "seen": {"type": "yes_no"},
                "crew": {"type": "text"},
                "sent_on": {"type": "date"},
            },
        },
        "school_told": {
            "of": "child",
            "phrase": "the school being told",
            "fields": {"told_at": {"type": "instant"}, "by_whom": {"type": "choices"}},
        },
    },
    "fields": {"located": {"alone": {"type": "yes_no", "required": False}}},
    "values": {"marker": ["gang"]},
    "roles": {"fim": "force_incident_manager"},
}
"""What a policy may add to the vocabulary."""

QUESTIONS_ADDED = (
    {"height": "high_level"},
    {"alone": True},
    {"recorded": "crew"},
    {"marker": "gang"},
)
