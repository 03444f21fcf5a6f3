"""The answer: findings, and the assessment that holds them.

Times are aware datetimes in UTC; a message gives them in the policy's zone. A message holds ids and
the words of the policy, never text from the log.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from missingrules import doubt
from missingrules.calendar import Elapsed, from_us
from missingrules.vocabulary import GRADES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from missingrules.duties import Duty
    from missingrules.entry import Entry
    from missingrules.policy import Policy
    from missingrules.record import Coverage, Record, Remark

_EPOCH: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - in UTC; the Z is written behind it

PENDING: Final = "pending"
FULFILLED: Final = "fulfilled"
FULFILLED_LATE: Final = "fulfilled_late"
BREACHED: Final = "breached"
DECIDED: Final = "decided_not_required"
INDETERMINATE: Final = "indeterminate"
NOT_OBSERVABLE: Final = "not_observable"
NOT_APPLICABLE: Final = "not_applicable"
NOTED: Final = "noted"
ERROR: Final = "error"

OUTCOMES: Final = (
    BREACHED,
    FULFILLED_LATE,
    PENDING,
    INDETERMINATE,
    DECIDED,
    FULFILLED,
    NOT_OBSERVABLE,
    NOT_APPLICABLE,
    NOTED,
    ERROR,
)
"""Every outcome, the ones to look at first at the head."""


class Finding(NamedTuple):
    """What became of one duty: who owed what by when, and what the record shows.

    Instants ending in ``_us`` are UTC microseconds; the properties without the ending are aware
    datetimes. ``evidence`` lists the entries that gave rise to the duty, ``cited`` those that it
    also rests on (facts behind a condition, corrections, the answer): a record cut down to both
    yields this finding again.
    """

    duty: Duty
    child_id: str
    episode_id: str | None
    outcome: str
    anchor: str
    opened_us: int
    known_us: int
    as_of_us: int
    slot: int = 0
    due_us: int | None = None
    done_us: int | None = None
    answer: str | None = None
    evidence: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    episodes: tuple[str, ...] = ()
    episodes_since: int = 0
    masked: bool = False
    masked_by: tuple[str, ...] = ()
    recorded_grade: str | None = None
    required_grade: str | None = None
    missed: int = 0
    unknown: tuple[str, ...] = ()
    history_truncated: bool = False
    incomplete_record: bool = False

    @property
    def finding_id(self) -> str:
        """Hash of policy, rule, subject and anchor: the same from pending to breached."""
        parts = (
            self.duty.policy,
            self.duty.rule,
            self.child_id,
            self.episode_id or "",
            self.anchor,
            str(self.slot),
        )
        return "f-" + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]

    @property
    def rule(self) -> str:
        """Id of the rule."""
        return self.duty.rule

    @property
    def title(self) -> str:
        """What the rule asks for, in the words of the policy."""
        return self.duty.title

    @property
    def policy(self) -> str:
        """Name of the policy."""
        return self.duty.policy

    @property
    def policy_digest(self) -> str:
        """Digest of the policy, which changes with anything that could change a verdict."""
        return self.duty.policy_digest

    @property
    def edition(self) -> str:
        """Edition of the rule where it has editions, else of the policy."""
        return self.duty.edition

    @property
    def severity(self) -> str:
        """How grave a breach is: critical, major or minor."""
        return self.duty.severity

    @property
    def authority(self) -> str:
        """What kind of text the duty rests on."""
        return self.duty.authority

    @property
    def basis(self) -> str:
        """Whether the source states the duty, or it was inferred or assumed."""
        return self.duty.basis

    @property
    def timing_basis(self) -> str | None:
        """The same of the time allowed; None where there is none."""
        return self.duty.timing_basis

    @property
    def owner(self) -> str | None:
        """Who owes the duty."""
        return self.duty.owner

    @property
    def action(self) -> str:
        """Kind of entry, or field, that is owed; several joined by ``|``."""
        return self.duty.action

    @property
    def cite(self) -> Mapping[str, str] | None:
        """Source, title, publisher, published and section of the clause."""
        return self.duty.cite

    @property
    def opened_at(self) -> dt.datetime:
        """When the duty arose."""
        return from_us(self.opened_us)

    @property
    def known_at(self) -> dt.datetime:
        """When it could first be known; later than ``opened_at`` if something was learned late."""
        return from_us(self.known_us)

    @property
    def due_at(self) -> dt.datetime | None:
        """End of the time allowed: inclusive for hours, for days the midnight after the last."""
        return None if self.due_us is None else from_us(self.due_us)

    @property
    def done_at(self) -> dt.datetime | None:
        """When the record shows it done."""
        return None if self.done_us is None else from_us(self.done_us)

    @property
    def as_of(self) -> dt.datetime:
        """The instant for which this was judged."""
        return from_us(self.as_of_us)

    @property
    def is_breach(self) -> bool:
        """Breached, or done too late."""
        return self.outcome in (BREACHED, FULFILLED_LATE)

    @property
    def is_required(self) -> bool:
        """Still to be done: pending, or breached and not done yet."""
        return self.outcome == PENDING or (
            self.outcome == BREACHED and self.done_us is None and bool(self.action)
        )

    @property
    def message(self) -> str:
        """Say it in a plain sentence, with local times; what is not known has its own name."""
        return self._of_episode(_sentence(self, self.unknown))

    @property
    def told(self) -> str:
        """The message for people only: what is not known is put into words."""
        return self._of_episode(self.sentence)

    @property
    def sentence(self) -> str:
        """What is told, without the episode, for where that is said already."""
        return _sentence(self, [doubt.in_words(each) for each in self.unknown])

    def _of_episode(self, text: str) -> str:
        return f"{text} Episode {self.episode_id}." if self.episode_id else text

    def to_dict(self) -> dict[str, Any]:
        """Give the finding as JSON takes it; instants in RFC 3339, UTC."""
        duty = self.duty
        return {
            "finding_id": self.finding_id,
            "child_id": self.child_id,
            "episode_id": self.episode_id,
            "rule": duty.rule,
            "title": duty.title,
            "policy": duty.policy,
            "edition": duty.edition,
            "policy_digest": duty.policy_digest,
            "outcome": self.outcome,
            "severity": duty.severity,
            "authority": duty.authority,
            "basis": duty.basis,
            "timing_basis": duty.timing_basis,
            "action": duty.action or None,
            "owner": duty.owner,
            "opened_at": stamp(self.opened_us),
            "known_at": stamp(self.known_us),
            "due_at": None if self.due_us is None else stamp(self.due_us),
            "done_at": None if self.done_us is None else stamp(self.done_us),
            "message": self.message,
            "evidence": list(self.evidence),
            "cited": list(self.cited),
            "episodes": list(self.episodes),
            "episodes_since": self.episodes_since,
            "masked": self.masked,
            "masked_by": list(self.masked_by),
            "recorded_grade": self.recorded_grade,
            "required_grade": self.required_grade,
            "missed": self.missed,
            "unknown": list(self.unknown),
            "history_truncated": self.history_truncated,
            "incomplete_record": self.incomplete_record,
            "cite": None if duty.cite is None else dict(duty.cite),
            "as_of": stamp(self.as_of_us),
        }


def stamp(us: int) -> str:
    """RFC 3339 in UTC, with as many decimals as the instant has."""
    return f"{(_EPOCH + dt.timedelta(microseconds=us)).isoformat()}Z"


def when(duty: Duty, us: int) -> str:
    """Local date and minute, for messages: ``2023-04-12 17:05``."""
    return duty.calendar.minute(us)


def _due(finding: Finding) -> str:
    """The end of the time allowed, in words: a date where it ends with one."""
    if finding.due_us is None:
        return "no time is stated"
    if isinstance(finding.duty.allowed, Elapsed):
        return when(finding.duty, finding.due_us)
    return f"end of {when(finding.duty, finding.due_us - 1)[:10]}"


def _late(finding: Finding) -> tuple[str, str]:
    """When it was done, and by when it was due: with seconds where the minute is the same."""
    duty, due = finding.duty, _due(finding)
    done_us = finding.opened_us if finding.done_us is None else finding.done_us
    done = when(duty, done_us)
    if done != due or finding.due_us is None:
        return done, due
    return _precisely(duty, done_us), _precisely(duty, finding.due_us)


def _precisely(duty: Duty, us: int) -> str:
    """Local date and time with seconds, and with the fraction of one if there is any."""
    local = duty.calendar.local(us)[:-6].replace("T", " ")
    return f"{local}{when(duty, us)[16:]}"


def _sentence(finding: Finding, unknown: Sequence[str]) -> str:  # noqa: C901, PLR0911 - one case an outcome
    duty, outcome = finding.duty, finding.outcome
    phrase, run = duty.phrase, _episodes(finding) + _learned(finding)
    if finding.required_grade is not None and outcome in (BREACHED, PENDING, FULFILLED_LATE):
        return _grade(finding)
    if outcome == ERROR:
        cause = f" ({', '.join(finding.unknown)})" if finding.unknown else ""
        return f"This record could not be judged{cause}."
    if outcome == NOTED:
        return f"Noted: {duty.title} ({when(duty, finding.opened_us)}).{run}"
    if not duty.action and outcome == BREACHED:
        return f"Against policy: {duty.title} ({when(duty, finding.opened_us)}).{run}"
    if outcome == INDETERMINATE:
        why = ", ".join(unknown) or "a fact that the rule hangs on"
        return f"Cannot be told: {duty.title}. What is not known: {why}.{run}"
    if outcome == NOT_OBSERVABLE:
        return f"Not visible in this source: {duty.title}.{run}"
    if outcome == NOT_APPLICABLE:
        return f"No longer required: {duty.title}.{run}"
    if outcome == DECIDED and finding.done_us is not None:
        decided = f"decided not required on {when(duty, finding.done_us)}, entry {finding.answer}"
        return f"{duty.title}: {decided}.{run}"
    if outcome == PENDING:
        if finding.due_us is None:
            opened = when(duty, finding.opened_us)
            return f"Required: {phrase}. No time is stated; open since {opened}.{run}"
        return f"Required by {_due(finding)}: {phrase}.{run}"
    if outcome == BREACHED:
        times = f" No record {finding.missed} times in a row." if finding.missed > 1 else ""
        return f"No record of {phrase} by {_due(finding)}.{times}{run}"
    if outcome == FULFILLED_LATE:
        done, due = _late(finding)
        return f"On record after the time allowed: {phrase}, {done}; due by {due}.{run}"
    done = when(duty, finding.opened_us if finding.done_us is None else finding.done_us)
    return f"On record: {phrase}, {done}.{run}"


def _grade(finding: Finding) -> str:
    duty = finding.duty
    text = (
        f"Grade {finding.recorded_grade} is on record, where at least {finding.required_grade} "
        f"is required since {when(duty, finding.opened_us)}."
    )
    if finding.outcome == PENDING:
        by = "; no time is stated" if finding.due_us is None else f" by {_due(finding)}"
        text += f" To be graded again{by}."
    if finding.outcome == FULFILLED_LATE and finding.done_us is not None:
        text += f" It was raised on {when(duty, finding.done_us)}."
    return text + _learned(finding)


def _learned(finding: Finding) -> str:
    """Say so where what gave rise to the duty was learned only when it was due, or later."""
    late = finding.due_us is not None and finding.known_us >= finding.due_us
    if not late or finding.known_us == finding.opened_us:
        return ""
    return f" It could first be known on {when(finding.duty, finding.known_us)}."


def _episodes(finding: Finding) -> str:
    """The run of episodes behind a count, and what the recorded labels hid."""
    if not finding.episodes:
        return ""
    number, opened = len(finding.episodes), when(finding.duty, finding.opened_us)
    counted = f"{number} episode" if number == 1 else f"{number} episodes"
    reached = "may have reached" if finding.outcome == INDETERMINATE else "reached"
    text = f" {counted} {reached} the threshold on {opened}: {', '.join(finding.episodes)}."
    if finding.episodes_since:
        text += f" Further episodes since: {finding.episodes_since}."
    if finding.masked:
        text += f" Not counted by the recorded category: {', '.join(finding.masked_by)}."
    return text


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """A finding that an earlier judgement made and corrections took away.

    ``entries`` are the corrections, ``by`` the roles that made them, ``reasons`` the texts they
    gave (free text of the log: show it only to those who may read the log).
    """

    finding: Finding
    entries: tuple[str, ...]
    by: tuple[str, ...]
    reasons: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Assessment:
    """Everything that follows from one child's record under one policy at one instant.

    ``findings`` are ordered by when their duty arose, then by rule, episode and id.
    """

    child_id: str
    policy: Policy = field(repr=False)
    record: Record = field(repr=False)
    coverage: Coverage = field(repr=False)
    as_of_us: int
    findings: tuple[Finding, ...]
    data_gaps: tuple[Remark, ...]
    wakeups: tuple[int, ...] = field(repr=False)
    corrections: tuple[Entry, ...] = field(repr=False)

    @property
    def as_of(self) -> dt.datetime:
        """The instant for which the record was judged, in UTC."""
        return from_us(self.as_of_us)

    @property
    def breaches(self) -> tuple[Finding, ...]:
        """Findings breached or fulfilled late."""
        return tuple(finding for finding in self.findings if finding.is_breach)

    @property
    def required_actions(self) -> tuple[Finding, ...]:
        """Findings whose action is still to be done, the most urgent first."""
        owed = [finding for finding in self.findings if finding.is_required]
        return tuple(
            sorted(owed, key=lambda f: (f.due_us is None, f.due_us or 0, f.rule, f.finding_id))
        )

    @property
    def gradings(self) -> tuple[Finding, ...]:
        """Findings about the risk grade: recorded, required, and what demanded it."""
        return tuple(finding for finding in self.findings if finding.required_grade is not None)

    @cached_property
    def next_due(self) -> dt.datetime | None:
        """The next instant at which time alone changes something: a deadline ends, or a duty opens.

        None if nothing will happen without a new entry.
        """
        from missingrules.kernel import next_change

        found = next_change(self)
        return None if found is None else from_us(found)

    def withdrawn_since(self, earlier: dt.datetime | Assessment) -> tuple[Withdrawn, ...]:
        """Findings of an earlier judgement that corrections known since then took away."""
        from missingrules.kernel import withdrawn

        return withdrawn(self, earlier)

    def to_dict(self) -> dict[str, Any]:
        """Give the assessment as JSON takes it."""
        due = self.next_due
        return {
            "child_id": self.child_id,
            "policy": self.policy.name,
            "edition": self.policy.edition,
            "policy_digest": self.policy.digest,
            "as_of": stamp(self.as_of_us),
            "next_due": None if due is None else due.isoformat().replace("+00:00", "Z"),
            "findings": [finding.to_dict() for finding in self.findings],
            "data_gaps": [
                {
                    "code": gap.code,
                    "message": gap.message,
                    "episode_id": gap.episode_id,
                    "entries": list(gap.entries),
                    "rule": gap.rule,
                }
                for gap in self.data_gaps
            ],
        }


def grade_name(number: int) -> str:
    """The grade of that rank; ranks beyond the top give the top."""
    return GRADES[min(number, len(GRADES) - 1)]


def merged_ids(*groups: Iterable[str]) -> tuple[str, ...]:
    """Ids of several groups, each once, in order of first mention."""
    return tuple(dict.fromkeys(chain.from_iterable(groups)))
