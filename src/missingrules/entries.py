"""The entries of a log, one typed class a kind.

What a kind means, which fields it has and which values they take is written here and nowhere else:
:func:`missingrules.vocabulary.standard` reads it off these classes. An entry says that something
happened, never that it did not. Anything that does not hold what is due raises
:class:`missingrules.errors.LogError`, which lists every fault and quotes no value.

>>> import datetime as dt
>>> at = dt.datetime(2024, 5, 4, 21, 10, tzinfo=dt.UTC)
>>> Graded(child_id="C1", episode_id="E1", at=at, grade="high", by="force_incident_manager").grade
'high'
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError, core_schema

from missingrules import calendar, values
from missingrules.errors import Fault, LogError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import GetCoreSchemaHandler

Home = Literal["episode", "child", "either"]
FieldType = Literal["choice", "choices", "yes_no", "text", "date", "instant", "reference"]


class Holds:
    """What a field holds: the mark in an annotation that checks it and names it in the vocabulary.

    ``open`` is True where a field that nobody recorded is *not recorded* rather than "no". ``read``
    stands in for the plain reader of the type.
    """

    __slots__ = ("open", "read", "type")

    def __init__(
        self,
        type_: FieldType,
        *,
        open_: bool = False,
        read: Callable[[object], object] | None = None,
    ) -> None:
        """Take the type of the field and whether it is open."""
        self.type = type_
        self.open = open_
        self.read = read

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        """Check a cell with the reader of its type, ahead of the plain check of the annotation."""
        read = self.read or values.reader(self.type, listed(source))

        def checked(cell: object) -> object:
            try:
                found = read(cell)
            except values.UnreadableError as error:
                raise _told(error.code, "", error.message, error.hint) from None
            return calendar.from_us(found) if isinstance(found, int) else found

        return core_schema.no_info_before_validator_function(checked, handler(source))


def listed(annotation: object) -> tuple[str, ...] | None:
    """Give the values of a Literal, or of a tuple of them; None where any word will do."""
    found: list[str] = []
    for part in get_args(annotation):
        if isinstance(part, str):
            found.append(part)
        else:
            found.extend(listed(part) or ())
    return tuple(dict.fromkeys(found)) or None


# --- What the fields hold ------------------------------------------------------------------------

Id = Annotated[str, Holds("reference")]
Word = Annotated[str, Holds("choice")]
Label = Annotated[str, Holds("text", read=values.label)]
Instant = Annotated[dt.datetime, Holds("instant")]
Date = Annotated[dt.date, Holds("date", open_=True)]
Text = Annotated[str, Holds("text")]
YesNo = Annotated[Literal["yes", "no", "not_applicable"] | bool, Holds("yes_no", open_=True)]
AnyChoice = Annotated[str, Holds("choice", open_=True)]
AnyChoices = Annotated[tuple[str, ...], Holds("choices", open_=True)]

CategoryName = Literal[
    "missing",
    "concern_for_safety",
    "absent",
    "no_apparent_risk",
    "away_without_authorisation",
    "other",
]
GradeName = Literal["very_low", "low", "medium", "high"]
ConcernName = Literal[
    "suicidal_ideation",
    "self_harm",
    "mental_health",
    "physical_health",
    "disability",
    "exploitation",
    "cse",
    "cce",
    "crime",
    "domestic_abuse",
    "family_conflict",
    "honour_based_abuse",
    "bullying",
    "substance_misuse",
    "radicalisation",
    "trafficking",
    "violence",
    "other",
]
MarkerName = Literal[
    "self_harm",
    "suicide",
    "mental_health",
    "physical_health",
    "disability",
    "cse",
    "cce",
    "missing",
    "trafficking",
    "violence",
    "weapons",
    "drugs",
    "domestic_abuse",
    "radicalisation",
    "other",
]
PlaceName = Literal["home", "foster", "childrens_home", "school", "hospital", "other"]
GroundName = Literal["enquiries_not_made", "exceptional_circumstances"]
PriorityName = Literal["immediate", "priority", "scheduled", "resolved_without_deployment"]

Category = Annotated[CategoryName, Holds("choice")]
Ground = Annotated[GroundName, Holds("choice")]
Priority = Annotated[PriorityName, Holds("choice")]
Grade = Annotated[GradeName, Holds("choice")]
Concern = Annotated[ConcernName, Holds("choice")]
Marker = Annotated[MarkerName, Holds("choice")]
Risks = Annotated[tuple[MarkerName | ConcernName, ...], Holds("choices", open_=True)]
Place = Annotated[PlaceName, Holds("choice", open_=True)]
Whereabouts = Annotated[Literal["known", "unknown"], Holds("choice", open_=True)]
Mode = Annotated[Literal["in_person", "phone"], Holds("choice", open_=True)]
Stage = Annotated[Literal["missing", "found"], Holds("choice", open_=True)]
Verdict = Annotated[
    Literal["good", "requires_improvement", "inadequate"], Holds("choice", open_=True)
]
How = Annotated[
    Literal["in_person", "phone", "radio", "message", "log_only"], Holds("choice", open_=True)
]


# --- What all entries share ----------------------------------------------------------------------


class Checked(BaseModel):
    """Base of what is checked here: drops blanks, and tells faults without their values."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
        validate_default=False,
    )

    def __init__(self, **cells: Any) -> None:
        """Check every cell; raises :class:`LogError` with all that is wrong."""
        try:
            super().__init__(**cells)
        except ValidationError as error:
            raise LogError(list(_faults(type(self), error))) from None

    def __repr__(self) -> str:
        """Show ids alone: a representation ends up in logs, and texts are personal."""
        ids = {name: getattr(self, name, None) for name in ("child_id", "episode_id", "entry_id")}
        shown = ", ".join(f"{name}={value!r}" for name, value in ids.items() if value is not None)
        return f"{type(self).__name__}({shown})"

    __str__ = __repr__

    @model_validator(mode="before")
    @classmethod
    def _drop_blanks(cls, cells: object) -> object:
        if not isinstance(cells, dict):
            return cells
        return {
            name: cell
            for name, cell in cells.items()
            if name not in cls.model_fields or not values.blank(cell)
        }


class TypedEntry(Checked):
    """What every entry has. ``home`` says whether it belongs to an episode, the child or either."""

    home: ClassVar[Home]
    phrase: ClassVar[str]
    """What such an entry is called in "No record of {phrase} by ..."."""

    child_id: Id
    episode_id: Id | None = None
    at: Instant
    """When it happened; any aware time, kept in UTC."""
    recorded_at: Instant | None = None
    """When it was entered; without it, at the time it happened."""
    entry_id: Id | None = None
    """Unique in the log; without it, derived from the content (see :mod:`missingrules.log`)."""
    by: Word | None = None
    """The role that did it, such as call_handler or force_incident_manager."""
    area: Label | None = None
    """Where it is reported under, such as a division of the force."""
    authority: Label | None = None
    """The local authority that the child or the duty belongs to."""


class EpisodeEntry(TypedEntry):
    """An entry of one missing episode."""

    home: ClassVar[Home] = "episode"

    episode_id: Id


class ChildEntry(TypedEntry):
    """An entry about the child, whatever the episode."""

    home: ClassVar[Home] = "child"

    episode_id: None = None


class EitherEntry(TypedEntry):
    """An entry of an episode if it names one, otherwise about the child."""

    home: ClassVar[Home] = "either"


# --- Entries of an episode -----------------------------------------------------------------------


class Reported(EpisodeEntry):
    """The child was reported missing. A second report after the return reopens the episode."""

    phrase = "a report that the child is missing"
    kind: Literal["reported"] = "reported"
    missing_since: Instant | None = None
    """Since when the child was missing, as told at the report."""
    reporter: AnyChoice | None = None
    """Who reported: parent, carer, school, childrens_home, ..."""
    from_place: Place | None = None
    """Where the child went missing from."""
    whereabouts: Whereabouts | None = None
    """Whether the caller knew where the child was."""
    home_id: Id | None = None
    """The home or placement that the child went missing from."""


class Categorised(EpisodeEntry):
    """The episode was put in a category of the control room's system, at first or anew."""

    phrase = "a category"
    kind: Literal["categorised"] = "categorised"
    category: Category
    ground: Ground | None = None
    """Why the child was not recorded as missing, where policy allows that on stated grounds."""
    rationale: Text | None = None
    """The documented reasons. Blank is not recorded."""


class Assessed(EpisodeEntry):
    """A risk assessment at first contact, such as THRIVE."""

    phrase = "a risk assessment at first contact"
    kind: Literal["assessed"] = "assessed"
    tool: AnyChoice | None = None
    vulnerable: YesNo | None = None


class Prioritised(EpisodeEntry):
    """The response to the report was given a priority."""

    phrase = "a response priority"
    kind: Literal["prioritised"] = "prioritised"
    priority: Priority


class ConcernNoted(EpisodeEntry):
    """A concern about the child was noted in this episode; one entry a concern."""

    phrase = "a concern being noted"
    kind: Literal["concern_noted"] = "concern_noted"
    concern: Concern


class Graded(EpisodeEntry):
    """The risk was graded, at first or anew."""

    phrase = "a risk grading"
    kind: Literal["graded"] = "graded"
    grade: Grade
    refers_to: Risks | None = None
    """The markers and concerns that the grading mentions."""
    rationale: Text | None = None


class FimNotified(EpisodeEntry):
    """The force incident manager was told of the child."""

    phrase = "the force incident manager being notified"
    kind: Literal["fim_notified"] = "fim_notified"


class InspectorInformed(EpisodeEntry):
    """The duty inspector was told of the child."""

    phrase = "the duty inspector being informed"
    kind: Literal["inspector_informed"] = "inspector_informed"
    how: How | None = None
    """How the inspector was told; log_only means that nobody was spoken to."""


class LinesOfEnquirySet(EpisodeEntry):
    """A supervisor set the lines of enquiry."""

    phrase = "lines of enquiry being set"
    kind: Literal["lines_of_enquiry_set"] = "lines_of_enquiry_set"


class TrackerOpened(EpisodeEntry):
    """The missing investigation tracker was opened."""

    phrase = "a missing investigation tracker"
    kind: Literal["tracker_opened"] = "tracker_opened"


class TriggerPlanConsulted(EpisodeEntry):
    """The child's trigger plan was looked at."""

    phrase = "the trigger plan being consulted"
    kind: Literal["trigger_plan_consulted"] = "trigger_plan_consulted"


class PhilomenaFormUsed(EpisodeEntry):
    """The form that the care home had filled in under the Philomena Protocol was used."""

    phrase = "the Philomena form being used"
    kind: Literal["philomena_form_used"] = "philomena_form_used"


class ResourceAttended(EpisodeEntry):
    """Officers came."""

    phrase = "officers attending"
    kind: Literal["resource_attended"] = "resource_attended"


class EnquiryMade(EpisodeEntry):
    """An enquiry to trace the child was made."""

    phrase = "an enquiry to trace the child"
    kind: Literal["enquiry_made"] = "enquiry_made"


class SupervisorReviewed(EpisodeEntry):
    """A supervisor reviewed the open episode."""

    phrase = "a supervisor's review"
    kind: Literal["supervisor_reviewed"] = "supervisor_reviewed"


class Located(EpisodeEntry):
    """It became known where the child is; not yet that the child is back."""

    phrase = "the child being located"
    kind: Literal["located"] = "located"


class Returned(EpisodeEntry):
    """The child is back. The 72 hours of the return interview run from here."""

    phrase = "the child's return"
    kind: Literal["returned"] = "returned"
    to: AnyChoice | None = None
    """Where the child returned to: home, foster, childrens_home, ..."""


class PreventionInterview(EpisodeEntry):
    """The police spoke with the child after the return."""

    phrase = "a prevention interview"
    kind: Literal["prevention_interview"] = "prevention_interview"
    mode: Mode | None = None
    voice_of_child: YesNo | None = None
    """Whether the child's own account is on the record."""


class PpnSubmitted(EpisodeEntry):
    """A public protection notification was written."""

    phrase = "a public protection notification"
    kind: Literal["ppn_submitted"] = "ppn_submitted"
    stage: Stage | None = None
    """Written when the child went missing, or when the child was found."""
    voice_of_child: YesNo | None = None
    """Whether it gives the child's own account."""
    ethnicity: YesNo | None = None
    """Whether it states the child's ethnicity; the log does not hold which."""
    school: YesNo | None = None
    """Whether it states the child's school; the log does not hold which."""
    carries: Risks | None = None
    """The markers and concerns that it names."""


class PpnReviewed(EpisodeEntry):
    """A supervisor or the MASH reviewed the notification."""

    phrase = "a review of the public protection notification"
    kind: Literal["ppn_reviewed"] = "ppn_reviewed"


class PpnShared(EpisodeEntry):
    """The notification went to other bodies."""

    phrase = "the public protection notification being shared"
    kind: Literal["ppn_shared"] = "ppn_shared"
    shared_with: AnyChoices | None = None
    """Bodies, as roles: childrens_social_care, health, school, ..."""


class ReturnInterviewOffered(EpisodeEntry):
    """An independent return home interview was offered."""

    phrase = "a return home interview being offered"
    kind: Literal["return_interview_offered"] = "return_interview_offered"


class ReturnInterviewDeclined(EpisodeEntry):
    """The child declined the interview that was offered."""

    phrase = "the return home interview being declined"
    kind: Literal["return_interview_declined"] = "return_interview_declined"


class ReturnInterviewHeld(EpisodeEntry):
    """The return home interview was held."""

    phrase = "a return home interview"
    kind: Literal["return_interview_held"] = "return_interview_held"


class ReturnInterviewShared(EpisodeEntry):
    """What the return home interview brought went to other bodies."""

    phrase = "the return home interview being shared"
    kind: Literal["return_interview_shared"] = "return_interview_shared"
    shared_with: AnyChoices | None = None
    """Bodies, as roles: police, childrens_social_care, ..."""


class Closed(EpisodeEntry):
    """The episode was closed."""

    phrase = "the episode being closed"
    kind: Literal["closed"] = "closed"


class QualityReviewed(EpisodeEntry):
    """A reviewer judged the quality of something that was done."""

    phrase = "a quality review"
    kind: Literal["quality_reviewed"] = "quality_reviewed"
    of: Id
    """The id of the entry judged, or the kind of entry."""
    verdict: Verdict


class Merged(EpisodeEntry):
    """The episode turned out to be the same as another one of the child."""

    phrase = "the episode being merged into another"
    kind: Literal["merged"] = "merged"
    into: Id
    """The id of the episode that goes on."""


# --- Entries of an episode or of the child -------------------------------------------------------


class DecidedNotRequired(EitherEntry):
    """Somebody decided that an action is not required, and gave reasons."""

    phrase = "a decision that the action is not required"
    kind: Literal["decided_not_required"] = "decided_not_required"
    action: AnyChoice
    """The kind of entry that is not required."""
    rationale: Text | None = None


class Voided(EitherEntry):
    """A correction: an entry, or without ``of`` the whole episode, should not be on record."""

    phrase = "a correction"
    kind: Literal["voided"] = "voided"
    of: Id | None = None
    """The id of the entry that is void. Due where no episode is named."""
    reason: Text | None = None

    @model_validator(mode="after")
    def _voids_something(self) -> Voided:
        if self.episode_id is None and self.of is None:
            raise _told("missing-field", "of", VOIDS_NOTHING)
        return self


VOIDS_NOTHING = "is missing: without an episode an entry to void must be named"


# --- Entries about the child ---------------------------------------------------------------------


class Born(ChildEntry):
    """The child's date of birth is known."""

    phrase = "the date of birth"
    kind: Literal["born"] = "born"
    date_of_birth: Date


class MarkerAdded(ChildEntry):
    """A warning marker was put on the child's record; one entry a marker."""

    phrase = "a warning marker being added"
    kind: Literal["marker_added"] = "marker_added"
    marker: Marker


class MarkerRemoved(ChildEntry):
    """A warning marker was taken off."""

    phrase = "a warning marker being removed"
    kind: Literal["marker_removed"] = "marker_removed"
    marker: Marker


class CareStatus(ChildEntry):
    """Whether the child is looked after, from this time on."""

    phrase = "the care status"
    kind: Literal["care_status"] = "care_status"
    looked_after: YesNo | None = None
    home_id: Id | None = None
    """The home or placement that the child lives in."""
    philomena: YesNo | None = None
    """Whether that home has signed up to the Philomena Protocol."""


class CaseStatus(ChildEntry):
    """Whether children's social care has an open case, from this time on."""

    phrase = "the case status"
    kind: Literal["case_status"] = "case_status"
    open: YesNo


class TriggerPlanCreated(ChildEntry):
    """A trigger plan was made for the child."""

    phrase = "a trigger plan"
    kind: Literal["trigger_plan_created"] = "trigger_plan_created"
    first_page_actions: YesNo | None = None
    """Whether the actions stand on its first page."""


class TriggerPlanUpdated(ChildEntry):
    """The trigger plan was brought up to date."""

    phrase = "an update of the trigger plan"
    kind: Literal["trigger_plan_updated"] = "trigger_plan_updated"
    first_page_actions: YesNo | None = None
    """Whether the actions stand on its first page."""


class StrategyMeetingRequested(ChildEntry):
    """The police asked children's social care for a strategy meeting."""

    phrase = "a request for a strategy meeting"
    kind: Literal["strategy_meeting_requested"] = "strategy_meeting_requested"


class StrategyMeetingDeclined(ChildEntry):
    """The meeting that was asked for was refused."""

    phrase = "a strategy meeting being declined"
    kind: Literal["strategy_meeting_declined"] = "strategy_meeting_declined"
    rationale: Text | None = None


class Escalated(ChildEntry):
    """A disagreement between bodies was taken to the next level."""

    phrase = "an escalation"
    kind: Literal["escalated"] = "escalated"
    rationale: Text | None = None


class StrategyMeetingHeld(ChildEntry):
    """Police, social care, health and others met, or spoke, to decide on joint action."""

    phrase = "a strategy meeting"
    kind: Literal["strategy_meeting_held"] = "strategy_meeting_held"
    attended_by: AnyChoices | None = None
    """Bodies, as roles: police, childrens_social_care, health, ..."""


class StrategyMeetingRecorded(ChildEntry):
    """The record of the meeting was written."""

    phrase = "the record of a strategy meeting"
    kind: Literal["strategy_meeting_recorded"] = "strategy_meeting_recorded"
    outcome: Text | None = None
    """What was decided. Blank is not recorded."""


def _leaves(base: type[TypedEntry]) -> list[type[TypedEntry]]:
    below = base.__subclasses__()
    return [leaf for each in below for leaf in _leaves(each)] if below else [base]


KINDS: Mapping[str, type[TypedEntry]] = {
    leaf.model_fields["kind"].default: leaf
    for base in (EpisodeEntry, EitherEntry, ChildEntry)
    for leaf in _leaves(base)
}
"""Every kind by its name in a log, in the order above."""


# --- Faults --------------------------------------------------------------------------------------


def _faults(model: type[Checked], error: ValidationError) -> list[Fault]:
    found = []
    for problem in error.errors(include_url=False, include_input=False):
        told = problem.get("ctx", {})
        name = told.get("field") or (str(problem["loc"][0]) if problem["loc"] else "")
        code, message, hint = problem["type"], str(told.get("message", "")), told.get("hint", "")
        if code == "missing":
            code, message = "missing-field", "is missing"
        elif code == "extra_forbidden":
            code, message = "unknown-field", "is no field of it"
            hint = values.suggestion(name, model.model_fields)
            name = name if values.quotable(name) else ""
        elif code == "none_required":
            code, message = "wrong-home", "must be empty: the entry is about the child"
        elif not message:
            code, message = "bad-value", "is not what it must be"
        subject = f"`{name}`" if name else "a field"
        found.append(Fault(model.__name__, 0, 0, code, f"{subject} {message}", hint))
    return found


# --- Wide rows -----------------------------------------------------------------------------------

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
                raise _told("unknown-kind", "by", message, values.suggestion(kind, _MADE_KINDS))
        for model, at, leading, cells in MADE:
            given = [name for name in (at, *cells.values()) if getattr(self, name) is not None]
            starts = {at, *leading}
            if given and starts.isdisjoint(given):
                raise _told("missing-field", min(starts), f"is missing, and `{given[0]}` needs it")
            for name, column in cells.items():
                if given and model.model_fields[name].is_required() and column not in given:
                    raise _told("missing-field", column, f"is missing, and `{given[0]}` needs it")
        return self


def _told(code: str, field: str, message: str, hint: str = "") -> PydanticCustomError:
    told = {"field": field, "message": message, "hint": hint}
    return PydanticCustomError(code, "{message}", told)


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
