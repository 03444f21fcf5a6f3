"""What an entry says, apart from whom, when and which: kind, role and fields.

Logs say the same few thousand things over and over, so each is made once, together with the text it
has in a file. Free texts are fixed phrases: no made-up log holds anything that could be read as a
person's.
"""

from __future__ import annotations

import functools
import json
from typing import Final, TypeAlias

Field: TypeAlias = tuple[str, str | tuple[str, ...]]
"""Name and value of a field, in the kernel's form."""

Fields: TypeAlias = tuple[Field, ...]


class Said:
    """Kind, role and fields of an entry. One object for all entries that say the same.

    ``head`` and ``tail`` are what stands before and after area and authority in JSON.
    """

    __slots__ = ("by", "fields", "head", "kind", "tail")

    def __init__(self, kind: str, by: str | None, fields: dict[str, object]) -> None:
        """Write down the parts that do not change."""
        self.kind = kind
        self.by = by
        self.fields = fields
        role = "" if by is None else f',"by":"{by}"'
        self.head = f'"kind":"{kind}"{role}'
        self.tail = "".join(
            f",{compact(name)}:{compact(list(cell) if isinstance(cell, tuple) else cell)}"
            for name, cell in fields.items()
        )


compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@functools.lru_cache(maxsize=2**14)  # of the commonest, so that memory is bounded
def say(kind: str, by: str | None, *fields: Field) -> Said:
    """Give the one object for what is said; ``fields`` are pairs of name and value."""
    return Said(kind, by, dict(fields))


# --- Phrases -------------------------------------------------------------------------------------

GROUND_REASONS: Final = (
    "The carer has not yet called friends and family.",
    "The carer will look in the usual places and call back.",
    "A message arrived during the call; the caller checks it.",
)
GRADE_REASONS: Final = (
    "Age, time of day and earlier episodes considered.",
    "Out of character; no contact by phone.",
    "Known to return alone; no new information.",
    "Markers on the record considered.",
)
NOT_REQUIRED_REASONS: Final = (
    "A child protection plan is in place and was reviewed this week.",
    "A meeting was held under another plan.",
)
DECLINED_REASONS: Final = ("Threshold not met.", "No capacity this week.")
ESCALATION_REASONS: Final = ("The refusal does not address the risk.",)
EPISODE_VOID_REASONS: Final = ("Recorded for the wrong child.", "Training record.")
ENTRY_VOID_REASONS: Final = ("Entered in the wrong log.", "Mistyped.")
UNDONE_REASONS: Final = ("The first record was right.",)
MEETING_OUTCOMES: Final = (
    "Safety plan agreed.",
    "Enquiries under way; review in two weeks.",
    "Return interviews to be shared.",
)
