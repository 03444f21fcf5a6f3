"""What a case expects: findings by rule and outcome, and as much more of each as it states."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from missingrules import wording
from missingrules.cases.notation import CHILD
from missingrules.finding import OUTCOMES
from missingrules.vocabulary import GRADES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from missingrules.cases.codes import CaseCode
    from missingrules.cases.times import Clock
    from missingrules.finding import Finding
    from missingrules.yamlsource import Node, Place

Sort = Literal["time", "episode", "number", "flag", "names", "grade", "text"]

NONE: Final = "none"

SORTS: Final[Mapping[str, Sort]] = {
    "episode": "episode",
    "opened": "time",
    "known": "time",
    "due": "time",
    "done": "time",
    "missed": "number",
    "episodes": "names",
    "episodes_since": "number",
    "masked": "flag",
    "masked_by": "names",
    "recorded_grade": "grade",
    "required_grade": "grade",
    "unknown": "names",
    "history_truncated": "flag",
    "evidence": "names",
    "answered_by": "text",
    "edition": "text",
}
"""What can be stated of a finding beside rule and outcome, and how it is written."""

_OF_FINDING: Final[Mapping[str, str]] = {
    "episode": "episode_id",
    "opened": "opened_us",
    "known": "known_us",
    "due": "due_us",
    "done": "done_us",
    "answered_by": "answer",
}


@dataclass(frozen=True, slots=True)
class Expected:
    """One finding that is expected: its rule and outcome, and what else is ``stated`` of it.

    Instants are UTC microseconds; None is what a finding does not have (``none``), or the child.
    """

    rule: str
    outcome: str
    place: Place
    stated: Mapping[str, object] = field(default_factory=dict, hash=False)

    def differences(self, finding: Finding) -> Iterator[tuple[str, object, object]]:
        """Give what is stated and not so: the key, what was expected, and what there is."""
        if finding.outcome != self.outcome:
            yield "outcome", self.outcome, finding.outcome
        for key, wanted in self.stated.items():
            got = value_of(finding, key)
            same = got == wanted
            if SORTS[key] == "names" and isinstance(wanted, tuple):
                same = sorted(got) == sorted(wanted)
            if not same:
                yield key, wanted, got


def value_of(finding: Finding, key: str) -> Any:
    """Give what a finding has under a key that cases can state."""
    return getattr(finding, _OF_FINDING.get(key, key))


class Reader(Protocol):
    """What reads a file of cases."""

    def refuse(self, place: Place, code: CaseCode, message: str, hint: str = "") -> None:
        """Note a fault."""

    def texts(self, node: Node) -> Iterator[Node]:
        """Give a text, or each of a list of texts."""

    def time(self, node: Node, clock: Clock, before: int | None) -> int | None:
        """Read an instant."""


def read_expected(
    reader: Reader,
    node: Node,
    about: tuple[str, ...],
    clock: Clock,
    episodes: AbstractSet[str | None],
) -> tuple[Expected, ...]:
    """Read what a case expects of the rules that it is about."""
    if node.value == NONE:
        return ()
    found: list[Expected] = []
    for item in node.value if isinstance(node.value, list) else [node]:
        found += _Item(reader, about, clock, episodes).read(item)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Item:
    """Reads one expectation."""

    reader: Reader
    about: tuple[str, ...]
    clock: Clock
    episodes: AbstractSet[str | None]

    def read(self, node: Node) -> Iterator[Expected]:
        """Give the finding, or one of each rule where the case is about several and names none."""
        if isinstance(node.value, str):
            parts = {"outcome": node}
        elif isinstance(node.value, dict):
            parts = node.value
        else:
            message = (
                f"a finding must be an outcome, or keys with values, not {wording.noun(node.value)}"
            )
            self.reader.refuse(node.place, "wrong-type", message, "for example `breached`")
            return
        known = ("rule", "outcome", *SORTS)
        for key in parts:
            if key not in known:
                hint = wording.suggestion(key, known) or f"keys are {wording.listed(known, 'and')}"
                message = f"{wording.quoted(key)} is not a key of a finding"
                self.reader.refuse(parts[key].key or node.place, "unknown-key", message, hint)
        outcome = self.outcome(node, parts.get("outcome"))
        stated = {key: self.value(key, parts[key]) for key in parts if key in SORTS}
        rules = self.rules(node, parts.get("rule"))
        if outcome is not None:
            for rule in rules:
                yield Expected(rule, outcome, node.place, stated)

    def rules(self, node: Node, part: Node | None) -> tuple[str, ...]:
        if part is None:
            if self.about == ("all",):
                message = "of a case about all rules each finding needs its `rule`"
                self.reader.refuse(node.place, "no-rule", message)
            return self.about
        if part.value in self.about or self.about == ("all",):
            return (str(part.value),)
        message = f"the case is not about a rule {wording.quoted(part.value)}"
        hint = wording.suggestion(str(part.value), self.about)
        self.reader.refuse(part.place, "unknown-rule", message, hint or "add it to `about`")
        return ()

    def outcome(self, node: Node, part: Node | None) -> str | None:
        if part is None:
            hint = f"one of {wording.listed(OUTCOMES)}"
            self.reader.refuse(node.place, "missing-key", "a finding has no `outcome`", hint)
            return None
        if part.value in OUTCOMES:
            return str(part.value)
        message = f"there is no outcome {wording.quoted(part.value)}"
        hint = wording.suggestion(str(part.value), OUTCOMES)
        self.reader.refuse(
            part.place, "unknown-outcome", message, hint or f"one of {wording.listed(OUTCOMES)}"
        )
        return None

    def value(self, key: str, part: Node) -> object:  # noqa: C901, PLR0911 - one a sort
        """Read what is stated under a key."""
        sort = SORTS[key]
        if part.value == NONE and sort in ("time", "text", "grade"):
            return None
        match sort:
            case "time":
                return self.reader.time(part, self.clock, None)
            case "names":
                if part.value in (NONE, []):
                    return ()
                return tuple(str(text.value) for text in self.reader.texts(part))
            case "episode":
                if part.value == CHILD:
                    return None
                if part.value not in self.episodes:
                    message = f"the log has no episode {wording.quoted(part.value)}"
                    hint = "`child` means a duty of the child, not of an episode"
                    self.reader.refuse(part.place, "unknown-episode", message, hint)
                return part.value
            case "grade":
                if part.value not in GRADES:
                    message = f"there is no grade {wording.quoted(part.value)}"
                    self.reader.refuse(
                        part.place, "unknown-grade", message, f"one of {wording.listed(GRADES)}"
                    )
                return part.value
            case "number" if isinstance(part.value, int) and not isinstance(part.value, bool):
                return part.value
            case "flag" if isinstance(part.value, bool):
                return part.value
            case "text" if isinstance(part.value, str):
                return part.value
        wanted = {"number": "a whole number", "flag": "true or false"}.get(sort, "text")
        message = f"`{key}` must be {wanted}, not {wording.noun(part.value)}"
        self.reader.refuse(part.place, "wrong-type", message)
        return None
