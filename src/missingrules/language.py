"""The policy language: what may stand in a policy file.

These models are the whole language. They check the shape of one policy after its layers are laid
over one another; what the names in it refer to is checked by :mod:`missingrules.checks`. The JSON
Schema that gives completion in an editor is generated from them, so the descriptions are written
for policy owners.

Types are strict: ``"3"`` is not a number and ``yes`` is not ``true``. Keys are those of the file,
never the names that Python needs (``if``, not ``if_``).
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, Tag

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _date_from_text(value: object) -> object:
    """Read a date as files write it; a date that does not exist raises ``ValueError``."""
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        return dt.date.fromisoformat(value)
    return value


Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Date = Annotated[dt.date, BeforeValidator(_date_from_text)]
DateOrName = Annotated[dt.date | str, BeforeValidator(_date_from_text)]
SourceKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
RuleId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
Basis = Literal["stated", "inferred", "assumed"]
Authority = Literal[
    "statute",
    "statutory_guidance",
    "force_policy",
    "local_procedure",
    "inspectorate_expectation",
    "recommendation",
    "good_practice",
]
Severity = Literal["critical", "major", "minor"]
Placing = Literal["reported", "missing_since"]
Edge = Literal["inclusive", "exclusive"]


class Part(BaseModel):
    """Base of all parts of a policy: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, defer_build=True)


class Source(Part):
    """A document that rules and numbers are drawn from."""

    title: str = Field(description="The title as printed on the document.")
    publisher: str = Field(description="Who published it.")
    published: str = Field(
        description='When: "2023", "2020-06" or "2022-09-30". Quote it, so that it stays text.'
    )
    url: str | None = Field(default=None, description="Where it can be read, if it can.")


class Cite(Part):
    """Where in a source a rule or a number stands."""

    source: str = Field(description="The key of a source under `sources`.")
    section: str | None = Field(default=None, description="Section, paragraph or page.")


class Holidays(Part):
    """The calendar of public holidays that working days leave out."""

    country: str = Field(description="ISO 3166 country code, for example GB.")
    subdivision: str | None = Field(default=None, description="Its part, for example ENG.")


class Conventions(Part):
    """How this policy reads dates."""

    zone: str = Field(description="IANA zone whose dates count as days, for example Europe/London.")
    holidays: Holidays | None = Field(
        default=None, description="Public holidays; needed as soon as anything is in working days."
    )


Value = Annotated[int | dt.date | str, BeforeValidator(_date_from_text)]
Answer = bool | str
"""A value of a field: a word of the vocabulary; `true` and `false` mean yes and no."""


class ParameterEdition(Part):
    """The value that a parameter takes from a date on."""

    from_: Date = Field(alias="from", description="First local date on which the value applies.")
    value: Value = Field(description="The value from that date.")
    edge: Edge | None = Field(default=None, description="As on the parameter.")
    placed_by: Placing | None = Field(default=None, description="As on the parameter.")
    basis: Basis | None = Field(default=None, description="As on the parameter.")
    note: str | None = Field(default=None, description="As on the parameter.")
    cite: Cite | None = Field(default=None, description="As on the parameter.")


class Parameter(Part):
    """A number, duration, date or value of a policy, with where it comes from."""

    value: Value = Field(
        description=(
            "A whole number, a duration (`48 hours`, `90 days`, `5 working days`), a date, a grade "
            "or `not_stated`."
        )
    )
    basis: Basis = Field(
        description=(
            "stated: the source says it. inferred: it follows from what the source says. assumed: "
            "no source settles it, and the policy's owner has to."
        )
    )
    edge: Edge | None = Field(
        default=None,
        description=(
            "For windows. inclusive: a window of 90 days holds local dates up to 90 apart. "
            "exclusive: up to 89 apart."
        ),
    )
    placed_by: Placing | None = Field(
        default=None,
        description="For windows: the instant that places an episode in time. Default: reported.",
    )
    note: str | None = Field(default=None, description="Why this value, in a sentence.")
    cite: Cite | None = Field(default=None, description="Where the source gives it.")
    editions: list[ParameterEdition] = Field(
        default_factory=list, description="Later values, each from its date on, in order of date."
    )


class Age(Part):
    """A band of ages in completed years."""

    at_least: int | str | None = Field(default=None, description="This age or older.")
    under: int | str | None = Field(default=None, description="Younger than this age.")


class Counted(Part):
    """How many episodes of the child have been counted so far."""

    episodes: str = Field(description="The term that makes an episode count.")
    at_least: int | str | None = Field(default=None, description="This many or more.")
    more_than: int | str | None = Field(default=None, description="More than this many.")
    within: str = Field(
        description=(
            "A window (a parameter with an edge), or `ever`. Where the condition is read at an "
            "episode, the window ends at the instant that places that episode; otherwise at the "
            "moment itself."
        )
    )


class Lasted(Part):
    """How long the episode has lasted at this moment."""

    at_least: str | None = Field(default=None, description="This duration or longer.")
    more_than: str | None = Field(default=None, description="Longer than this duration.")
    since: Placing = Field(default="reported", description="Where the duration starts.")


class ConditionForm(BaseModel):
    """A condition: one of the keys below, or the name of a recorded field.

    `{category: concern_for_safety}` holds when the field was last recorded as that value; a list of
    values means any of them, and a parameter stands for its value. Write `graded.rationale` where
    several kinds of entry share a field name. A field that nobody recorded makes the condition
    unknown where the field is open (whereabouts, place, care and case status, yes / no fields), and
    false elsewhere.
    """

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, defer_build=True)

    all_: list[Condition] | None = Field(
        default=None, alias="all", min_length=1, description="Every one of these holds."
    )
    any_: list[Condition] | None = Field(
        default=None, alias="any", min_length=1, description="At least one of these holds."
    )
    not_: Condition | None = Field(default=None, alias="not", description="This does not hold.")
    at_least: int | str | None = Field(
        default=None, description="With `of`: at least so many of these hold."
    )
    of: list[Condition] | None = Field(
        default=None, min_length=1, description="With `at_least`: the conditions to count."
    )
    by: str | None = Field(
        default=None,
        description=(
            "With `all` or `term`: time of grace. While the first condition of the list holds, the "
            "others get the benefit of the doubt for so long; they must hold before it ends, and "
            "what is recorded afterwards does not cure."
        ),
    )
    term: str | None = Field(default=None, description="A condition named under `terms`.")
    recorded: str | None = Field(
        default=None,
        description="Something was recorded in this field, whatever it was. A blank is not.",
    )
    entry: str | None = Field(
        default=None,
        description=(
            "An entry of this kind is on the record: for the child at any time, for the episode "
            "since its (last) report."
        ),
    )
    where: dict[str, Any] | None = Field(
        default=None, description="With `entry`: what its fields must say."
    )
    marker: str | list[str] | None = Field(
        default=None, description="The child carries this warning marker (any of these)."
    )
    concern: str | list[str] | None = Field(
        default=None, description="This concern (any of these) was noted in this episode."
    )
    ever: bool | None = Field(
        default=None, description="With `concern`: in any episode of the child."
    )
    age: Age | None = Field(default=None, description="The child's age at this moment.")
    counted: Counted | None = Field(default=None, description="Number of episodes counted so far.")
    lasted: Lasted | None = Field(default=None, description="How long the episode has lasted.")


def _condition_form(value: object) -> str:
    return "a term's name" if isinstance(value, str) else "a condition"


Condition = Annotated[
    Annotated[str, Tag("a term's name")] | Annotated[ConditionForm, Tag("a condition")],
    Discriminator(_condition_form),
]
"""The name of a term, or a condition written out. The tags let a fault be reported for the one that
was meant."""


class Trigger(Part):
    """What makes a rule apply. One of: entry, episodes, open, every, gap."""

    entry: str | list[str] | None = Field(
        default=None, description="An entry of this kind (or one of these kinds)."
    )
    where: dict[str, Any] | None = Field(
        default=None, description="With `entry`: what its fields must say."
    )

    episodes: str | None = Field(
        default=None,
        description="The term that makes an episode count; with `reach` or `more_than`.",
    )
    reach: int | str | None = Field(default=None, description="This many episodes, or more.")
    more_than: int | str | None = Field(default=None, description="More episodes than this many.")
    within: str | None = Field(
        default=None, description="A window (a parameter with an edge), or `ever`."
    )
    as_recorded: Condition | None = Field(
        default=None,
        description=(
            "How the same episodes would be counted by their recorded label. Where that count "
            "falls short, the finding says that the label masked them."
        ),
    )
    since: Literal["action"] | None = Field(
        default=None,
        description=(
            "`action`: every required action starts the count afresh, even one that nothing had "
            "called for. Without it only an action that answers a run of episodes does."
        ),
    )

    open: Lasted | None = Field(
        default=None, description="An episode that has been open for so long."
    )

    every: str | None = Field(
        default=None, description="Again and again while the episode is open, at this interval."
    )
    sooner: list[Sooner] = Field(
        default_factory=list, description="With `every`: shorter intervals under a condition."
    )
    first_after: str | None = Field(
        default=None,
        description="With `every`: the first interval starts when the episode has lasted so long.",
    )

    gap: Gap | None = Field(
        default=None, description="Too long a time between two instants of the episode."
    )


class Sooner(Part):
    """A shorter interval while a condition holds."""

    if_: Condition = Field(alias="if", description="While this holds ...")
    every: str = Field(description="... the interval is this one.")


class Gap(Part):
    """The time between two instants of an episode."""

    from_: Literal["missing_since"] = Field(
        default="missing_since", alias="from", description="Where the gap starts."
    )
    to: Literal["reported"] = Field(default="reported", description="Where it ends.")
    at_least: str | None = Field(default=None, description="This long or longer.")
    more_than: str | None = Field(default=None, description="Longer than this.")


class Require(Part):
    """What has to be done or recorded, and by when. One of: action, field."""

    action: str | list[str] | None = Field(
        default=None, description="An entry of this kind (or one of these kinds)."
    )
    where: dict[str, Any] | None = Field(
        default=None, description="With `action`: what its fields must say."
    )
    field: str | list[str] | None = Field(
        default=None,
        description="A field of the triggering entry that must be recorded (or several).",
    )
    as_: list[Answer] | Answer | None = Field(
        default=None, alias="as", description="With `field`: the values that are in order."
    )
    names_known: list[Literal["markers", "concerns"]] | None = Field(
        default=None,
        description=(
            "With `field`: the list must name every active marker, or every concern noted in the "
            "episode, that was known at the time."
        ),
    )
    or_field: str | None = Field(
        default=None,
        description="With `names_known`: recording this field instead is in order too.",
    )
    called: str | None = Field(
        default=None,
        description=(
            'What messages call it, after "No record of": `the child being recorded as missing`. '
            "Without it the vocabulary's own words."
        ),
    )
    within: str | None = Field(
        default=None,
        description=(
            "The time allowed, counted from the trigger: a parameter or a duration, or "
            "`not_stated` where policy gives none (then nothing is overdue, and the age is "
            "reported). Left out where the rule is triggered by `every`, whose interval is the "
            "deadline."
        ),
    )


class Grade(Part):
    """A demand on the risk grade while the episode is open. One of: at_least, steps_up.

    It binds every grade that is recorded after what demands it, in the same time away.
    """

    at_least: str | None = Field(
        default=None,
        description=(
            "A floor: a lower grade is a breach at once when it is recorded after what demands the "
            "floor; one recorded before has the time under `within`."
        ),
    )
    steps_up: int | str | None = Field(
        default=None,
        description=(
            "The grade must rise so many steps from what it was before the trigger, at most to the "
            "highest."
        ),
    )
    within: str = Field(
        description="Time to grade again after something was learned that demands it."
    )


class Effect(Part):
    """Keys that a rule and an edition of it share."""

    on: Trigger | Annotated[list[Trigger], Field(min_length=1)] | None = Field(
        default=None, description="What makes the rule apply; of a list, any."
    )
    if_: Condition | None = Field(
        default=None,
        alias="if",
        description=(
            "Read at the trigger: only if this holds. A repeating duty rests while it does not. "
            "What a `grade` rule has demanded binds every grade recorded afterwards, in the same "
            "time away."
        ),
    )
    unless: list[Condition] | Condition | None = Field(
        default=None,
        description=(
            "Releases from the duty if it comes to hold before the deadline; of a list, any. "
            "`{entry: ...}` here means an entry at or after the point from which actions are "
            "accepted. A repeating duty rests while a condition holds, and goes on afterwards; an "
            "entry ends it for that time away."
        ),
    )
    while_: Literal["open", "away"] | None = Field(
        default=None,
        alias="while",
        description=(
            "open: the duty ends when the child is found (located, returned or the episode "
            "closed). away: it ends on return or closing only."
        ),
    )
    after: Literal["trigger"] | None = Field(
        default=None,
        description=(
            "trigger: only what is done at or after the trigger counts. Without it a duty of an "
            "episode accepts what was done since the episode was reported."
        ),
    )
    per: Literal["child", "episode"] | None = Field(
        default=None,
        description=(
            "Whose duty it is. Default: the child's for counts and entries about the child, "
            "otherwise the episode's. An entry about the child with `per: episode` makes the rule "
            "apply to each open episode. A count is always the child's, a repeating duty or a "
            "grade always the episode's."
        ),
    )
    require: Require | None = Field(default=None, description="An action or a recorded field.")
    forbid: Literal[True] | None = Field(
        default=None, description="true: what triggers the rule must not happen."
    )
    grade: Grade | None = Field(default=None, description="A demand on the risk grade.")
    measure: Literal[True] | None = Field(
        default=None, description="true: only note it; nobody owes anything."
    )
    severity: Severity | None = Field(default=None, description="How grave a breach is.")
    owed_by: Name | None = Field(default=None, description="The role or body that owes the duty.")
    may_be_decided_by: list[Name] | Name | None = Field(
        default=None,
        description="Roles that may record, with a rationale, that the action is not required.",
    )


class RuleEdition(Effect):
    """A rule from one date to another; its keys replace those of the rule."""

    edition: str | None = Field(default=None, description="What this edition is called.")
    from_: DateOrName = Field(
        alias="from", description="First local date on which it applies: a date or a parameter."
    )
    until: DateOrName | None = Field(
        default=None, description="First local date on which it no longer applies."
    )


class Rule(Effect):
    """A duty: when it arises, what it asks for, by when, and where that is written."""

    id: RuleId = Field(description="Stable name, in kebab-case. Findings are known by it.")
    title: str = Field(description="What the rule asks for, in a few plain words.")
    authority: Authority = Field(description="What kind of text the duty rests on.")
    basis: Basis = Field(description="Whether the source states the duty (see parameters).")
    cite: Cite | None = Field(default=None, description="Where the duty stands.")
    note: str | None = Field(default=None, description="Anything a reader should know.")
    active: bool = Field(
        default=True, description="false: shipped, but off until a layer turns it on."
    )
    from_: DateOrName | None = Field(
        default=None, alias="from", description="First local date: a date or a parameter."
    )
    until: DateOrName | None = Field(
        default=None, description="First local date on which the rule no longer applies."
    )
    editions: list[RuleEdition] = Field(
        default_factory=list, description="The rule as it stood from date to date."
    )


class AddedField(Part):
    """A field that this policy adds to a kind of entry."""

    type: Literal["choice", "choices", "yes_no", "text", "date", "instant"] = Field(
        description="What the field holds."
    )
    values: list[Name] | None = Field(
        default=None,
        min_length=1,
        description="For choice and choices: the values; without it any word.",
    )
    required: bool = Field(default=False, description="true: an entry without it is rejected.")


class AddedKind(Part):
    """A kind of entry that this policy adds."""

    of: Literal["episode", "child"] = Field(description="What such an entry belongs to.")
    phrase: str = Field(
        description='What it is called in messages: "No record of {phrase} by ...".'
    )
    fields: dict[Name, AddedField] = Field(default_factory=dict, description="Its fields.")


class Additions(Part):
    """What this policy adds to the vocabulary of logs."""

    kinds: dict[Name, AddedKind] = Field(default_factory=dict, description="New kinds of entry.")
    fields: dict[Name, dict[Name, AddedField]] = Field(
        default_factory=dict, description="New fields of existing kinds, by kind."
    )
    values: dict[Name, list[Name]] = Field(
        default_factory=dict, description="New values of existing fields, by field."
    )
    roles: dict[Name, Name] = Field(
        default_factory=dict, description="Role as logged here: role as named in this policy."
    )


class PolicyFile(Part):
    """A policy, with all its layers laid over one another."""

    policy: Name = Field(description="Short name of the policy.")
    title: str = Field(description="What it is and where it comes from.")
    edition: str = Field(description='Which edition this is: "2022-09". Quote it.')
    area: str | None = Field(
        default=None, description="Where it applies, or did: a country, a force, an authority."
    )
    owner: str | None = Field(default=None, description="Who answers for it.")
    last_reviewed: Date | None = Field(default=None, description="When it was last checked.")
    extends: str | None = Field(
        default=None, description="A policy to lay this one over: a shipped name or a path."
    )
    conventions: Conventions = Field(description="How dates are read.")
    sources: dict[SourceKey, Source] = Field(default_factory=dict, description="Documents cited.")
    vocabulary: Additions = Field(
        default_factory=Additions, description="Kinds, fields and values added to the log."
    )
    parameters: dict[Name, Parameter] = Field(
        default_factory=dict, description="Every number, with where it comes from."
    )
    terms: dict[Name, Condition] = Field(
        default_factory=dict, description="Named conditions, usable in every rule and layer."
    )
    rules: list[Rule] = Field(default_factory=list, description="The duties.")


PolicyFile.model_rebuild()
