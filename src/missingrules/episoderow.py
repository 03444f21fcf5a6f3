"""One episode as many systems hold it: a wide row, and the entries that it amounts to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field, model_validator

from missingrules import values
from missingrules.entries import (
    Assessed,
    Categorised,
    Closed,
    ConcernNoted,
    FimNotified,
    Graded,
    InspectorInformed,
    LinesOfEnquirySet,
    Located,
    PhilomenaFormUsed,
    PpnReviewed,
    PpnShared,
    PpnSubmitted,
    PreventionInterview,
    Prioritised,
    Reported,
    ResourceAttended,
    Returned,
    ReturnInterviewDeclined,
    ReturnInterviewHeld,
    ReturnInterviewOffered,
    ReturnInterviewShared,
    SupervisorReviewed,
    TrackerOpened,
    TriggerPlanConsulted,
    TypedEntry,
)
from missingrules.entryfields import (
    AnyChoice,
    AnyChoices,
    Category,
    Checked,
    ConcernName,
    Grade,
    Ground,
    Holds,
    How,
    Id,
    Instant,
    Label,
    Mode,
    Place,
    Priority,
    Risks,
    Stage,
    Text,
    Whereabouts,
    Word,
    YesNo,
    told,
)

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

_Made = tuple[type[TypedEntry], str, tuple[str, ...], dict[str, str]]


class Episode(Checked):
    """One episode as many systems hold it, in one wide row; :meth:`entries` makes entries of it.

    An action is an entry if its time is given. Category, priority, assessment and grade are entries
    if their value is given; without a time of their own they were recorded with the report, and so
    were the concerns. Who did what is told by kind: ``by={"graded": "force_incident_manager"}``.
    All entries take ``area`` and ``authority``; ids are derived from the content, so a row read
    twice adds nothing. What a row leaves out is not recorded: give the reader a coverage that says
    which columns there were.
    """

    child_id: Id
    episode_id: Id
    area: Label | None = None
    authority: Label | None = None
    by: dict[str, Word] = Field(default_factory=dict)
    """The role that did it, by kind of entry."""

    reported_at: Instant
    missing_since: Instant | None = None
    reporter: AnyChoice | None = None
    from_place: Place | None = None
    whereabouts: Whereabouts | None = None
    home_id: Id | None = None

    category: Category | None = None
    category_at: Instant | None = None
    ground: Ground | None = None
    rationale: Text | None = None
    """The rationale of the category."""

    vulnerable: YesNo | None = None
    tool: AnyChoice | None = None
    assessed_at: Instant | None = None

    priority: Priority | None = None
    prioritised_at: Instant | None = None

    concerns: Annotated[tuple[ConcernName, ...], Holds("choices")] | None = None

    grade: Grade | None = None
    graded_at: Instant | None = None
    refers_to: Risks | None = None
    grade_rationale: Text | None = None

    fim_notified_at: Instant | None = None
    inspector_informed_at: Instant | None = None
    inspector_informed_how: How | None = None
    lines_of_enquiry_set_at: Instant | None = None
    tracker_opened_at: Instant | None = None
    trigger_plan_consulted_at: Instant | None = None
    philomena_form_used_at: Instant | None = None
    resource_attended_at: Instant | None = None
    supervisor_reviewed_at: Instant | None = None
    located_at: Instant | None = None
    returned_at: Instant | None = None
    returned_to: AnyChoice | None = None

    prevention_interview_at: Instant | None = None
    prevention_interview_mode: Mode | None = None
    prevention_interview_voice_of_child: YesNo | None = None
    ppn_submitted_at: Instant | None = None
    ppn_stage: Stage | None = None
    ppn_voice_of_child: YesNo | None = None
    ppn_ethnicity: YesNo | None = None
    ppn_school: YesNo | None = None
    ppn_carries: Risks | None = None
    ppn_reviewed_at: Instant | None = None
    ppn_shared_at: Instant | None = None
    ppn_shared_with: AnyChoices | None = None
    return_interview_offered_at: Instant | None = None
    return_interview_declined_at: Instant | None = None
    return_interview_held_at: Instant | None = None
    return_interview_shared_at: Instant | None = None
    return_interview_shared_with: AnyChoices | None = None
    closed_at: Instant | None = None

    def entries(self) -> tuple[TypedEntry, ...]:
        """Give the entries that the row amounts to, the report first."""
        made: list[TypedEntry] = []
        for model, at, leading, cells in MADE:
            given = {name: getattr(self, source) for name, source in cells.items()}
            when = getattr(self, at)
            if when is None and any(getattr(self, source) is not None for source in leading):
                when = self.reported_at
            if when is not None:
                made.append(self._entry(model, when, given))
        made.extend(
            self._entry(ConcernNoted, self.reported_at, {"concern": concern})
            for concern in self.concerns or ()
        )
        return tuple(made)

    def _entry(
        self, model: type[TypedEntry], at: dt.datetime, cells: Mapping[str, object]
    ) -> TypedEntry:
        shared = {
            name: getattr(self, name) for name in ("child_id", "episode_id", "area", "authority")
        }
        by = self.by.get(model.model_fields["kind"].default)
        return model.model_validate({**shared, **cells, "at": at, "by": by})

    @model_validator(mode="after")
    def _is_whole(self) -> Episode:
        """Refuse details of entries that the row does not have, and roles for kinds it cannot."""
        for kind in self.by:
            if kind not in _MADE_KINDS:
                message = "names a kind that a row cannot hold"
                raise told("unknown-kind", "by", message, values.suggestion(kind, _MADE_KINDS))
        for model, at, leading, cells in MADE:
            given = [name for name in (at, *cells.values()) if getattr(self, name) is not None]
            starts = {at, *leading}
            if given and starts.isdisjoint(given):
                raise told("missing-field", min(starts), f"is missing, and `{given[0]}` needs it")
            for name, column in cells.items():
                if given and model.model_fields[name].is_required() and column not in given:
                    raise told("missing-field", column, f"is missing, and `{given[0]}` needs it")
        return self


# Entry, column of its time, columns that without one place it at the report, field: column.
MADE: tuple[_Made, ...] = (
    (
        Reported,
        "reported_at",
        (),
        {
            name: name
            for name in ("missing_since", "reporter", "from_place", "whereabouts", "home_id")
        },
    ),
    (
        Categorised,
        "category_at",
        ("category",),
        {"category": "category", "ground": "ground", "rationale": "rationale"},
    ),
    (Assessed, "assessed_at", ("vulnerable", "tool"), {"vulnerable": "vulnerable", "tool": "tool"}),
    (Prioritised, "prioritised_at", ("priority",), {"priority": "priority"}),
    (
        Graded,
        "graded_at",
        ("grade",),
        {"grade": "grade", "refers_to": "refers_to", "rationale": "grade_rationale"},
    ),
    (FimNotified, "fim_notified_at", (), {}),
    (InspectorInformed, "inspector_informed_at", (), {"how": "inspector_informed_how"}),
    (LinesOfEnquirySet, "lines_of_enquiry_set_at", (), {}),
    (TrackerOpened, "tracker_opened_at", (), {}),
    (TriggerPlanConsulted, "trigger_plan_consulted_at", (), {}),
    (PhilomenaFormUsed, "philomena_form_used_at", (), {}),
    (ResourceAttended, "resource_attended_at", (), {}),
    (SupervisorReviewed, "supervisor_reviewed_at", (), {}),
    (Located, "located_at", (), {}),
    (Returned, "returned_at", (), {"to": "returned_to"}),
    (
        PreventionInterview,
        "prevention_interview_at",
        (),
        {
            "mode": "prevention_interview_mode",
            "voice_of_child": "prevention_interview_voice_of_child",
        },
    ),
    (
        PpnSubmitted,
        "ppn_submitted_at",
        (),
        {
            "stage": "ppn_stage",
            "voice_of_child": "ppn_voice_of_child",
            "ethnicity": "ppn_ethnicity",
            "school": "ppn_school",
            "carries": "ppn_carries",
        },
    ),
    (PpnReviewed, "ppn_reviewed_at", (), {}),
    (PpnShared, "ppn_shared_at", (), {"shared_with": "ppn_shared_with"}),
    (ReturnInterviewOffered, "return_interview_offered_at", (), {}),
    (ReturnInterviewDeclined, "return_interview_declined_at", (), {}),
    (ReturnInterviewHeld, "return_interview_held_at", (), {}),
    (
        ReturnInterviewShared,
        "return_interview_shared_at",
        (),
        {"shared_with": "return_interview_shared_with"},
    ),
    (Closed, "closed_at", (), {}),
)
_MADE_KINDS = frozenset({"concern_noted", *(made[0].model_fields["kind"].default for made in MADE)})
