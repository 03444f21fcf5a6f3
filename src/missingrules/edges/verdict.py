"""What the policy says of an example, in the words that people use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from missingrules import finding as outcomes
from missingrules.calendar import Elapsed
from missingrules.duties import Floor, Forbidden, Measured
from missingrules.edges.calm import day_in_words, in_words
from missingrules.edges.words import plain
from missingrules.wording import listed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from missingrules.duties import Duty
    from missingrules.finding import Finding


class Verdict(NamedTuple):
    """What the policy says of one duty: the outcome (empty: nothing), in a word or two, the rest.

    ``text`` goes on from ``head``.
    """

    outcome: str
    head: str
    text: str

    @property
    def sentence(self) -> str:
        """The whole."""
        return f"{self.head}{self.text}"


def verdicts(
    findings: Sequence[Finding], duty: Duty, names: Mapping[str, str]
) -> tuple[Verdict, ...]:
    """Say what became of each duty; one verdict that nothing is owed where there is none."""
    if not findings:
        return (Verdict("", _NOTHING.get(type(duty.effect), "Nothing owed"), "."),)
    made = [_verdict(finding, names) for finding in findings]
    if len(made) == 1:
        return tuple(made)
    return tuple(
        verdict._replace(text=f"{verdict.text} From {in_words(duty.calendar, found.opened_us)} on.")
        for verdict, found in zip(made, findings, strict=True)
    )


_NOTHING: Final[dict[type, str]] = {
    Forbidden: "Nothing against the policy",
    Measured: "Not noted",
    Floor: "Nothing asked of the grade",
}


def _verdict(finding: Finding, names: Mapping[str, str]) -> Verdict:
    told = _grade if finding.required_grade is not None else _duty
    head, text = told(finding)
    for episode, name in names.items():
        text = text.replace(f"episode {episode} ", f"{name} ")
    return Verdict(finding.outcome, head, " ".join(filter(None, (text, _episodes(finding, names)))))


def _duty(finding: Finding) -> tuple[str, str]:  # noqa: PLR0911 - one case an outcome
    duty, due = finding.duty, due_in_words(finding)
    whose = f" by {plain(duty.owner)}" if duty.owner else ""
    match finding.outcome:
        case outcomes.PENDING if finding.due_us is None:
            return "Owed", f"{whose}: {duty.phrase}. No time is stated, so it is never overdue."
        case outcomes.PENDING:
            return "Owed", f"{whose}: {duty.phrase}, {due}."
        case outcomes.BREACHED if isinstance(duty.effect, Forbidden):
            return "Breach", ": this must not happen."
        case outcomes.BREACHED:
            times = f", {finding.missed} times in a row" if finding.missed > 1 else ""
            return "No record", f" of {duty.phrase}{times}; it was due {due}. A breach."
        case outcomes.FULFILLED:
            return "In time", f"; it was due {due}." if due else "."
        case outcomes.FULFILLED_LATE:
            return "Late", f"; it was due {due}. A breach."
        case outcomes.DECIDED:
            return "Not required", ": the decision counts."
        case _:
            return _open_question(finding)


def _open_question(finding: Finding) -> tuple[str, str]:
    match finding.outcome:
        case outcomes.NOT_APPLICABLE:
            return "No longer owed", "."
        case outcomes.NOTED:
            return "Noted", "; nobody owes anything."
        case outcomes.INDETERMINATE:
            unknown = listed((_unknown(one) for one in finding.unknown), "and")
            return "Cannot be told", f"; not known: {unknown}." if unknown else "."
        case outcomes.NOT_OBSERVABLE:
            return "Not visible", " in this source."
        case _:
            return "Could not be judged", "."


def _unknown(name: str) -> str:
    """Write what is not known: a field without its kind, a phrase as it is."""
    if name.startswith("fields of "):
        return "what the entry says that would trigger it"
    return plain(name.rpartition(".")[2]) if " " not in name else name


def _grade(finding: Finding) -> tuple[str, str]:  # noqa: PLR0911 - one case an outcome
    recorded, required = plain(str(finding.recorded_grade)), plain(str(finding.required_grade))
    due = due_in_words(finding)
    short = f"the grade is {recorded}, and at least {required} is required"
    at_once = _at_once(finding)
    match finding.outcome:
        case outcomes.PENDING if finding.due_us is None:
            return "Owed", f": {short}. No time is stated, so it is never overdue."
        case outcomes.PENDING:
            return "Owed", f" {due}: {short}."
        case outcomes.BREACHED if at_once:
            return "Breach at once", f": {short}."
        case outcomes.BREACHED:
            return "No record", f" of a higher grade; it was due {due}: {short}. A breach."
        case outcomes.FULFILLED if not due:
            return "In order", f": {short}."
        case outcomes.FULFILLED:
            return "In time", f"; the grade was to be raised {due}."
        case outcomes.FULFILLED_LATE if at_once:
            return "Breach at once", f": {short}. Raised since."
        case outcomes.FULFILLED_LATE:
            return "Late", f"; the grade was to be raised {due}. A breach."
        case _:
            return _open_question(finding)


def _at_once(finding: Finding) -> bool:
    """Whether a grade was too low when it was recorded, so that there was no time to raise it."""
    if finding.due_us is None:
        return False
    within = finding.duty.allowed
    if within is None:
        return True
    return finding.due_us != finding.duty.calendar.deadline(finding.opened_us, within).due


def due_in_words(finding: Finding) -> str:
    """Write the end of the time allowed: ``by Mon 5 Feb 2024, 11:00``, or by the end of a date."""
    if finding.due_us is None:
        return ""
    calendar = finding.duty.calendar
    allowed = finding.duty.allowed
    if isinstance(allowed, Elapsed):
        return f"by {in_words(calendar, finding.due_us)}"
    return f"by the end of {day_in_words(calendar, finding.due_us - 1)}"


def _episodes(finding: Finding, names: Mapping[str, str]) -> str:
    """Say what a count rests on, and what the recorded label hides."""
    parts: list[str] = []
    if finding.episodes and len(names) > len(finding.episodes):
        parts.append(f"Counted: {_numbers(finding.episodes, names)}.")
    if finding.episodes_since:
        number = finding.episodes_since
        parts.append(f"{'One' if number == 1 else number} more since, in the same run.")
    if finding.masked:
        hidden = _numbers(finding.masked_by, names) or "the episode"
        parts.append(f"The recorded category hides {hidden}.")
    return " ".join(parts)


def _numbers(episodes: Sequence[str], names: Mapping[str, str]) -> str:
    known = [names[one] for one in episodes if one in names]
    digits = [name.removeprefix("episode ") for name in known]
    if not digits:
        return ""
    noun = "episode" if len(digits) == 1 else "episodes"
    return f"{noun} {listed(digits, 'and')}"
