"""One child as a report tells of it: episodes, what was owed and done, and why it was owed.

The record is judged once more, by the kernel that judged it before, so what is told here cannot
differ from the figures.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from missingrules import finding as outcomes
from missingrules.assumed import would
from missingrules.calendar import from_us
from missingrules.explain import explain
from missingrules.figures.counts import asks_for_meeting
from missingrules.kernel import judge
from missingrules.kernel.episode import legs_of
from missingrules.record import history
from missingrules.report.tables import otherwise

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from missingrules.assumed import Assumed, Hangs
    from missingrules.explain import Reason
    from missingrules.figures.notable import Case
    from missingrules.finding import Assessment, Finding
    from missingrules.policy import Policy
    from missingrules.record import Story

_Path: TypeAlias = tuple[int, ...]

SEVERITIES: Final = ("critical", "major", "minor")
MOST_EPISODES: Final = 40
MOST_LANES: Final = 8
_MOST_SENTENCES: Final = 3
_MOST_LINES: Final = (80, 40, 40)  # of the first explanation, the second, the third
_MOST_REASONS: Final = len(_MOST_LINES)
_MOST_IDS: Final = 12
_LONGEST: Final = 400
_DRAWN: Final = frozenset(
    {
        outcomes.FULFILLED,
        outcomes.FULFILLED_LATE,
        outcomes.BREACHED,
        outcomes.PENDING,
        outcomes.INDETERMINATE,
        outcomes.DECIDED,
    }
)


@dataclass(frozen=True, slots=True)
class EpisodeTold:
    """One episode: its times away (the last one still open where the end is None), and more.

    ``categories`` and ``grades`` are those recorded, in order; of what was owed in it, how many
    duties were done in time, done late, and are not on record.
    """

    number: int
    episode_id: str
    away: tuple[tuple[int, int | None], ...]
    start_us: int
    categories: tuple[str, ...]
    grades: tuple[tuple[int, str], ...]
    in_time: int
    late: int
    no_record: int


class Mark(NamedTuple):
    """One duty in the picture: when it arose, when it was due or done, and what became of it."""

    opened_us: int
    at_us: int
    outcome: str


@dataclass(frozen=True, slots=True)
class Lane:
    """All duties of one rule, side by side in the picture."""

    name: str
    marks: tuple[Mark, ...]


class Span(NamedTuple):
    """The window that called for something; ``start_us`` is None where it looks back for ever."""

    start_us: int | None
    end_us: int
    name: str


@dataclass(frozen=True, slots=True)
class Unmet:
    """What is not on record, or late, under one rule; of minor ones there are no sentences.

    Where the rule ``forbids`` something, ``no_record`` is how often that happened.
    """

    rule: str
    title: str
    severity: str
    forbids: bool
    owner: str | None
    authority: str
    basis: str
    timing_basis: str | None
    no_record: int
    late: int
    of: int
    sentences: tuple[str, ...]
    more: int
    assumed: tuple[str, ...] = ()
    """On what these hang that was assumed, if it was asked."""


@dataclass(frozen=True, slots=True)
class Why:
    """The explanation of one rule, cut to a length that a page can hold."""

    rule: str
    title: str
    reason: Reason
    more: int


@dataclass(frozen=True, slots=True)
class Told:
    """Everything that a report shows of one child."""

    child_id: str
    as_of_us: int
    no_record: int
    late: int
    required: int
    incomplete: bool
    episodes: tuple[EpisodeTold, ...]
    left_out: int
    """Earlier episodes that are not listed and not drawn."""
    lanes: tuple[Lane, ...]
    spans: tuple[Span, ...]
    unmet: tuple[Unmet, ...]
    reasons: tuple[Why, ...] = field(repr=False)


def told(case: Case, policy: Policy, assumed: Assumed | None = None) -> Told:
    """Tell of one child; with ``assumed`` also on what hangs what is unmet."""
    assessment = judge(policy, case.record, as_of=case.as_of_us, coverage=case.coverage)
    hangs = None
    if assumed is not None:
        hangs = assumed.hangs(case.record, as_of=case.as_of_us, coverage=case.coverage)
    unmet = unmet_of(assessment, policy, hangs)
    found = history(case.record, case.as_of_us)
    episodes = _episodes(found.episodes, assessment)
    listed = episodes[-MOST_EPISODES:]
    return Told(
        child_id=case.child_id,
        as_of_us=case.as_of_us,
        no_record=case.no_record,
        late=case.late,
        required=sum(finding.is_required for finding in assessment.findings),
        incomplete=case.record.incomplete,
        episodes=listed,
        left_out=len(episodes) - len(listed),
        lanes=_lanes(assessment, unmet),
        spans=_spans(assessment, found.episodes),
        unmet=unmet,
        reasons=_reasons(case, policy, unmet),
    )


def unmet_of(
    assessment: Assessment, policy: Policy, hangs: Mapping[str, Sequence[Hangs]] | None = None
) -> tuple[Unmet, ...]:
    """Gather by rule what is not on record or late, the gravest rules first.

    ``hangs`` says by finding id on what findings hang that was assumed.
    """
    by_rule: dict[str, list[Finding]] = {}
    for finding in assessment.findings:
        by_rule.setdefault(finding.rule, []).append(finding)
    places = {rule: place for place, rule in enumerate(policy.duties)}
    made = []
    for rule, findings in by_rule.items():
        breaches = [finding for finding in findings if finding.is_breach]
        if not breaches:
            continue
        last = breaches[-1]
        told = 0 if last.severity == SEVERITIES[-1] else _MOST_SENTENCES
        made.append(
            Unmet(
                rule=rule,
                title=last.title,
                severity=last.severity,
                forbids=not last.action,
                owner=last.owner,
                authority=last.authority,
                basis=last.basis,
                timing_basis=last.timing_basis,
                no_record=sum(f.outcome == outcomes.BREACHED for f in breaches),
                late=sum(f.outcome == outcomes.FULFILLED_LATE for f in breaches),
                of=sum(f.outcome == outcomes.FULFILLED for f in findings) + len(breaches),
                sentences=tuple(_short(f.told) for f in breaches[:told]),
                more=max(0, len(breaches) - told) if told else 0,
                assumed=_hanging(breaches, hangs or {}),
            )
        )
    made.sort(key=lambda one: (_rank(one.severity), places.get(one.rule, len(places)), one.rule))
    return tuple(made)


def _hanging(breaches: Sequence[Finding], hangs: Mapping[str, Sequence[Hangs]]) -> tuple[str, ...]:
    """Say on what breaches of one rule hang, and how many of them."""
    found = Counter(
        f"{otherwise(each.variation)}: {would(each.outcome)}"
        for finding in breaches
        for each in hangs.get(finding.finding_id, ())
    )
    of = len(breaches)
    return tuple(text if of == 1 else f"{text} ({n} of {of})" for text, n in found.items())


def _rank(severity: str) -> int:
    return SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)


def _episodes(stories: Sequence[Story], assessment: Assessment) -> tuple[EpisodeTold, ...]:
    counts: dict[str | None, dict[str, int]] = {}
    for finding in assessment.findings:
        found = counts.setdefault(finding.episode_id, {})
        found[finding.outcome] = found.get(finding.outcome, 0) + 1
    ordered = sorted(stories, key=lambda story: (_start(story), story.episode_id))
    made = []
    for number, story in enumerate(ordered, start=1):
        owed = counts.get(story.episode_id, {})
        made.append(
            EpisodeTold(
                number=number,
                episode_id=story.episode_id,
                away=tuple((leg.start, leg.returned) for leg in legs_of(story, [])),
                start_us=_start(story),
                categories=_in_turn(
                    str(e.fields["category"]) for e in story.entries if e.kind == "categorised"
                ),
                grades=tuple(
                    (e.at, str(e.fields["grade"])) for e in story.entries if e.kind == "graded"
                ),
                in_time=owed.get(outcomes.FULFILLED, 0),
                late=owed.get(outcomes.FULFILLED_LATE, 0),
                no_record=owed.get(outcomes.BREACHED, 0),
            )
        )
    return tuple(made)


def _start(story: Story) -> int:
    """When an episode begins: at its report, without one at its first entry."""
    reports = [entry.at for entry in story.entries if entry.kind == "reported"]
    return min(reports) if reports else story.entries[0].at


def _in_turn(values: Iterable[str]) -> tuple[str, ...]:
    """Leave out what only says again what was said just before."""
    made: list[str] = []
    for value in values:
        if not made or made[-1] != value:
            made.append(value)
    return tuple(made)


def _lanes(assessment: Assessment, unmet: Sequence[Unmet]) -> tuple[Lane, ...]:
    """Draw the gravest rules of which something is unmet; each with all its duties."""
    made = []
    named = [assessment.policy.duties[one.rule][-1].phrase for one in unmet[:MOST_LANES]]
    for one, phrase in zip(unmet, named, strict=False):
        marks = [
            Mark(finding.opened_us, _drawn_at(finding), finding.outcome)
            for finding in assessment.findings
            if finding.rule == one.rule and finding.outcome in _DRAWN
        ]
        name = phrase if phrase and named.count(phrase) == 1 else one.title
        made.append(Lane(name[:1].upper() + name[1:], tuple(marks)))
    return tuple(made)


def _drawn_at(finding: Finding) -> int:
    """Where a duty stands in the picture: when it was done, else when it was due."""
    if finding.done_us is not None:
        return finding.done_us
    if finding.due_us is None:
        return finding.opened_us
    return min(finding.due_us, finding.as_of_us) if finding.is_breach else finding.due_us


def _spans(assessment: Assessment, stories: Sequence[Story]) -> tuple[Span, ...]:
    """List the windows that called for a strategy meeting; of a policy without one, any window."""
    counted = [f for f in assessment.findings if f.episodes and f.duty.count is not None]
    meetings = [f for f in counted if asks_for_meeting(f.duty)]
    made = {}
    for finding in meetings or counted:
        trigger = finding.duty.count
        if trigger is None or finding.outcome == outcomes.INDETERMINATE:
            continue
        placed = [
            _placed(story, trigger.placed_by)
            for story in stories
            if story.episode_id in finding.episodes
        ]
        if not placed:
            continue
        end = max(placed)
        start = None if trigger.window is None else trigger.window.interval(end)[0]
        within = "ever" if trigger.window is None else f"in {trigger.window.length}"
        made[start, end] = Span(start, end, f"{trigger.number} episodes {within}")
    return tuple(made.values())


def _placed(story: Story, by: str) -> int:
    report = next((entry for entry in story.entries if entry.kind == "reported"), None)
    since = None if report is None or by != "missing_since" else report.fields.get(by)
    return since if isinstance(since, int) else _start(story)


def _reasons(case: Case, policy: Policy, unmet: Sequence[Unmet]) -> tuple[Why, ...]:
    """Explain the gravest rules; of those that count episodes one, for they count the same."""
    made: list[Why] = []
    counted = False
    for one in unmet:
        counts = policy.duties[one.rule][-1].count is not None
        if len(made) == _MOST_REASONS or (counts and counted):
            continue
        counted = counted or counts
        (explanation,) = explain(
            policy,
            case.record,
            as_of=from_us(case.as_of_us),
            rule=one.rule,
            coverage=case.coverage,
        )
        reason, more = cut(explanation.reason, _MOST_LINES[len(made)])
        made.append(Why(one.rule, one.title, reason, more))
    return tuple(made)


def cut(reason: Reason, lines: int) -> tuple[Reason, int]:
    """Cut a tree to so many lines, the deepest ones first; give how many were left out."""
    kept: set[_Path] = set()
    level: list[tuple[_Path, Reason]] = [((), reason)]
    every = 0
    while level:
        every += len(level)
        kept.update(path for path, _ in level[: max(0, lines - len(kept))])
        level = [
            ((*path, place), part)
            for path, parent in level
            for place, part in enumerate(parent.parts)
        ]
    return _only(reason, (), kept), every - len(kept)


def _only(reason: Reason, path: _Path, kept: set[_Path]) -> Reason:
    parts = tuple(
        _only(part, (*path, place), kept)
        for place, part in enumerate(reason.parts)
        if (*path, place) in kept
    )
    ids = reason.entries[:_MOST_IDS]
    if len(reason.entries) > _MOST_IDS:
        ids = (*ids, f"and {len(reason.entries) - _MOST_IDS} more")
    return replace(reason, text=_short(reason.text), entries=ids, parts=parts)


def _short(text: str) -> str:
    """Cut a sentence that lists dozens of episodes."""
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rpartition(' ')[0]} ..."
