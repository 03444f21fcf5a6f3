"""What is not known, and leaves a finding open, in plain words.

A finding names it as programs need it: ``care_status.looked_after``, ``fields of graded``. People
read it here.
"""

from __future__ import annotations

from typing import Final

from missingrules.vocabulary import standard
from missingrules.wording import plain

_NAMED: Final = {
    "missing_since": "since when the child was missing",
    "reported.missing_since": "since when the child was missing",
    "reported.from_place": "from where the child went missing",
    "reported.reporter": "who reported the child missing",
    "reported.whereabouts": "whether the child's whereabouts were known",
    "care_status.looked_after": "whether the child was looked after",
    "case_status.open": "whether a case was open",
    "categorised.category": "the recorded category",
    "categorised.ground": "the ground of the recorded category",
    "graded.grade": "the recorded grade",
    "prioritised.priority": "the recorded priority",
    "assessed.vulnerable": "whether the child was assessed as vulnerable",
}
"""Fields whose name says little to somebody who does not know the log."""
_FIELDS: Final = "fields of "
_HELD: Final = {"marker": "the warning marker", "concern": "the concern"}


def in_words(unknown: str) -> str:
    """Say one thing that is not known: ``whether the child was located``, ``a category``.

    What is a phrase already stays as it is; kinds that a policy adds are named as they are.
    """
    if unknown in _NAMED:
        return _NAMED[unknown]
    if unknown.startswith(_FIELDS):
        return f"what {_entry(unknown.removeprefix(_FIELDS))} says"
    what, _, value = unknown.partition(" ")
    if value:
        return f"{_HELD[what]} {plain(value)}" if what in _HELD and " " not in value else unknown
    kind, dot, field = unknown.rpartition(".")
    if dot:
        return f"“{plain(field)}” of {_entry(kind)}" if kind else plain(field)
    return _whether(unknown)


def _whether(kind: str) -> str:
    """Ask whether there was an entry of a kind."""
    phrase = _phrase(kind)
    subject, being, done = phrase.partition(" being ")
    if being and subject.startswith(("a ", "an ", "the ")):
        return f"whether {subject} was {done}"
    if phrase.startswith(("a ", "an ")):
        return f"whether there was {phrase}"
    return phrase or f"whether “{plain(kind)}” was recorded"


def _entry(kind: str) -> str:
    """Name an entry that says something."""
    if kind == "reported":
        return "the report"
    phrase = _phrase(kind)
    if not phrase or " being " in phrase:
        return f"the entry “{plain(kind)}”"
    article, _, rest = phrase.partition(" ")
    return f"the {rest}" if article in ("a", "an") else phrase


def _phrase(kind: str) -> str:
    known = standard().kinds.get(kind)
    return "" if known is None else known.phrase
