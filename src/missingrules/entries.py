"""The entries of a log, one typed class a kind.

What a kind means and which fields it has is written here and nowhere else, and which values they
take in :mod:`missingrules.entryfields`:
:func:`missingrules.vocabulary.standard` reads it off these classes. An entry says that something
happened, never that it did not. Anything that does not hold what is due raises
:class:`missingrules.errors.LogError`, which lists every fault and quotes no value.

>>> import datetime as dt
>>> at = dt.datetime(2024, 5, 4, 21, 10, tzinfo=dt.UTC)
>>> Graded(child_id="C1", episode_id="E1", at=at, grade="high", by="force_incident_manager").grade
'high'
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import model_validator

from missingrules.entryfields import (
    AnyChoice,
    AnyChoices,
    Category,
    Checked,
    Concern,
    Date,
    Grade,
    Ground,
    Home,
    How,
    Id,
    Instant,
    Label,
    Marker,
    Mode,
    Place,
    Priority,
    Risks,
    Stage,
    Text,
    Verdict,
    Whereabouts,
    Word,
    YesNo,
    told,
)

if TYPE_CHECKING:
    from collections.abc import Mapping


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
    """Unique in the log; without it, derived from the content (see :mod:`missingrules.entry`)."""
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
            raise told("missing-field", "of", VOIDS_NOTHING)
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
