"""Who owes a duty: the police, their partners, or somebody that neither list names."""

from __future__ import annotations

from typing import Final

POLICE, PARTNERS, OTHERS = "police", "partners", "others"
GROUPS: Final = (POLICE, PARTNERS, OTHERS)

_POLICE: Final = frozenset(
    {
        "call_handler",
        "dispatcher",
        "duty_inspector",
        "force_control_room",
        "force_incident_manager",
        "inspector",
        "missing_person_coordinator",
        "neighbourhood_team",
        "officer",
        "police",
        "sergeant",
        "superintendent",
        "supervisor",
    }
)
_PARTNERS: Final = frozenset(
    {
        "care_home",
        "carer",
        "childrens_home",
        "childrens_social_care",
        "education",
        "foster_agency",
        "foster_carer",
        "health",
        "independent_return_interviewer",
        "local_authority",
        "mash",
        "parent",
        "placing_authority",
        "school",
        "social_worker",
        "youth_justice",
    }
)


def group_of(owner: str | None) -> str:
    """Give the group of a role or body; one that is not known, or none, is in ``others``.

    The multi-agency safeguarding hub is counted with the partners: several bodies answer for it.
    """
    if owner in _POLICE:
        return POLICE
    return PARTNERS if owner in _PARTNERS else OTHERS
