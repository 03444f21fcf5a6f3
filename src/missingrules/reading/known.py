"""What columns of extracts are often called, and how times, dates and codes are often written.

Names are compared without case and with every other sign taken as an underscore.
"""

from __future__ import annotations

from typing import Final

OF_TABLE: Final[dict[str, tuple[str, ...]]] = {
    "child": (
        *("child", "child_id", "childid", "person", "person_id", "personid", "nominal"),
        *("nominal_id", "nominal_ref", "misper_id", "urn", "unique_child_id", "subject_id"),
    ),
    "episode": (
        *("episode", "episode_id", "occurrence", "occurrence_id", "occurrence_number", "report_id"),
        *(
            "misper_report",
            "misper_ref",
            "incident",
            "incident_id",
            "incident_number",
            "log_number",
        ),
        *("case_number", "report_number", "occurrence_no", "incident_no", "log_no", "report_no"),
    ),
    "recorded_at": (
        *("recorded_at", "created", "created_at", "date_created", "logged", "date_logged"),
        *("entered", "date_entered", "input_date", "record_created"),
    ),
    "area": ("area", "division", "bcu", "district", "sector", "lpa", "command_area"),
    "authority": ("authority", "local_authority", "la", "council", "la_name"),
}
"""Keys of a table of a mapping, and what columns with their values are called."""

TIMES: Final[dict[str, tuple[str, ...]]] = {
    "reported": (
        *("reported", "reported_at", "date_reported", "report_date", "time_reported", "mis_start"),
        *("start", "start_date", "received", "date_received", "missing_start", "reported_date"),
        *("episode_start", "date_time_reported", "reported_datetime"),
    ),
    "returned": (
        *("returned", "returned_at", "traced", "when_traced", "date_traced", "mis_end", "end"),
        *("end_date", "found", "found_at", "date_found", "return_date", "date_returned"),
        *("episode_end", "missing_end", "traced_date", "traced_datetime", "found_date"),
    ),
    "closed": ("closed", "closed_at", "date_closed", "closed_date"),
    "inspector_informed": ("inspector_informed", "inspector_informed_at", "inspector_notified"),
    "fim_notified": ("fim_notified", "fim_notified_at", "fim_informed"),
    "prevention_interview": (
        *("prevention_interview", "prevention_interview_date", "interviewed", "safe_and_well"),
        *("safe_and_well_check", "safe_and_well_date", "pi_date"),
    ),
    "ppn_submitted": ("ppn", "ppn_submitted", "ppn_date", "vulnerability_form_date"),
    "return_interview_offered": ("rhi_offered_date", "return_interview_offered_date"),
    "return_interview_held": (
        *("rhi_date", "rhi_completed", "rhi_held", "return_interview_date", "date_of_rhi"),
    ),
    "strategy_meeting_held": (
        *("strategy_meeting", "strategy_meeting_date", "strategy_discussion_date"),
    ),
    "marker_added": ("marker_date", "marker_from", "flag_date", "warning_date", "from_date"),
}
"""Kinds of entry, and what columns with their time are called."""

FIELDS: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    ("reported", "missing_since"): ("missing_since", "last_seen", "date_last_seen", "went_missing"),
    ("reported", "from_place"): ("missing_from", "from_place", "missing_from_type"),
    ("categorised", "category"): (
        *("category", "classification", "type", "missing", "missing_type", "episode_type"),
        *("opening_category", "opening_code"),
    ),
    ("graded", "grade"): ("risk", "risk_level", "initial_risk", "grade", "risk_grade", "grading"),
    ("born", "date_of_birth"): ("dob", "d_o_b", "date_of_birth", "birth_date", "birthdate", "born"),
    ("care_status", "looked_after"): (
        "looked_after",
        "lac",
        "cla",
        "in_care",
        "looked_after_child",
    ),
    ("marker_added", "marker"): ("marker", "flag", "warning", "warning_marker", "warning_signal"),
}
"""Fields of kinds, and what columns with their value are called."""

CODES: Final[dict[str, dict[str, str]]] = {
    "category": {
        "m": "missing",
        "a": "away_without_authorisation",
        "mp": "missing",
        "misper": "missing",
        "cfs": "concern_for_safety",
        "concern": "concern_for_safety",
        "away": "away_without_authorisation",
    },
    "grade": {"vl": "very_low", "l": "low", "m": "medium", "med": "medium", "h": "high"},
    "from_place": {"childrens_home": "childrens_home", "children_s_home": "childrens_home"},
    "looked_after": {"y": "yes", "n": "no", "na": "not_applicable", "n_a": "not_applicable"},
    "marker": {"sh": "self_harm", "suicidal": "suicide", "mh": "mental_health"},
}
"""Codes of fields that are more than the name of a value."""

_DATES: Final = ("%d/%m/%Y", "%m/%d/%Y", "%Y-%m-%d", "%Y/%m/%d", "%d-%m-%Y", "%m-%d-%Y", "%d.%m.%Y")
_NAMED: Final = ("%d %b %Y", "%d-%b-%Y", "%d %B %Y")
_CLOCKS: Final = ("", " %H:%M", " %H:%M:%S", "T%H:%M", "T%H:%M:%S", " %H:%M:%S.%f")

FORMATS: Final = tuple(date + clock for date in (*_DATES, *_NAMED) for clock in _CLOCKS)
"""Formats that are tried, in the signs of strptime."""
