"""What the fields of an entry hold, and the base of what checks them.

An annotation such as ``Instant`` or ``Grade`` says three things of a field: how its cell is read,
what the vocabulary calls its type, and whether "no entry" means *no* or *not recorded*.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic_core import PydanticCustomError, core_schema

from missingrules import calendar, values
from missingrules.errors import Fault, LogError

if TYPE_CHECKING:
    from collections.abc import Callable

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
                raise told(error.code, "", error.message, error.hint) from None
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


def told(code: str, field: str, message: str, hint: str = "") -> PydanticCustomError:
    """Give a fault of a field to pydantic, which tells it with all others."""
    context = {"field": field, "message": message, "hint": hint}
    return PydanticCustomError(code, "{message}", context)
