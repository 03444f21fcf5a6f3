"""The figures: counted child by child, merged by adding, read off at the end."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from missingrules import finding as outcomes
from missingrules.figures.corrections import handed_or_found
from missingrules.figures.owners import GROUPS, group_of
from missingrules.figures.spread import Spread, bucket
from missingrules.figures.standing import chosen, standing
from missingrules.figures.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Hashable, Iterable, Mapping

    from missingrules.calendar import Calendar
    from missingrules.duties import Duty
    from missingrules.figures.places import Place, Places
    from missingrules.figures.standing import Standing
    from missingrules.finding import Assessment, Finding, Withdrawn
    from missingrules.record import Coverage
    from missingrules.selection import Selection

K = TypeVar("K", bound="Hashable")
G = TypeVar("G")

MEETING: Final = "strategy_meeting_held"
"""The action whose duties make the headline."""

OPEN: Final = frozenset(
    {outcomes.BREACHED, outcomes.FULFILLED_LATE, outcomes.PENDING, outcomes.INDETERMINATE}
)
"""Outcomes that somebody has to look at."""

COUNTED_IN_EPISODES: Final = frozenset(
    {
        "graded",
        "fim_notified",
        "inspector_informed",
        "lines_of_enquiry_set",
        "tracker_opened",
        "prevention_interview",
        "ppn_submitted",
        "ppn_shared",
        "return_interview_offered",
        "return_interview_held",
        "return_interview_shared",
    }
)
"""Kinds of entry of which it is told in how many episodes they stand, also where in none."""

_OPEN_FLAGS: Final = frozenset({"with_open_findings", "with_data_gaps"})
_DONE: Final = frozenset({outcomes.FULFILLED, outcomes.FULFILLED_LATE})
_BASES: Final = ("stated", "inferred", "assumed")
_KINDS_KEPT: Final = 10_000  # far more than a policy has; duties that were unpickled are new ones


class Kind(NamedTuple):
    """What duties are counted apart by; a rule is of several kinds where its editions differ."""

    rule: str
    title: str
    action: str
    owner: str | None
    authority: str
    basis: str
    timing_basis: str | None
    severity: str


class ByBasis(NamedTuple):
    """Breaches of the duties of one basis, apart by what the time allowed rests on."""

    basis: str
    no_record: int
    no_record_by_assumed_time: int
    """Of those without a record, how many are overdue only by a time that was assumed."""
    late: int
    late_by_assumed_time: int
    """Of those done late, how many are late only by a time that was assumed."""


class Reviews(NamedTuple):
    """What reviewers said of one kind of entry."""

    kind: str
    on_record: int
    """How many entries of this kind there are, reviewed or not."""
    verdicts: Mapping[str, int]

    @property
    def reviewed(self) -> int:
        """How many were reviewed; of several reviews of one thing the latest counts."""
        return sum(self.verdicts.values())


class Figures:
    """Counts over children judged under one policy at one instant.

    :meth:`add` takes a child who was judged, :meth:`fail` one who could not be, :meth:`merge` the
    figures of other children; each child is to be counted once. Memory grows with the number of
    rules, areas, authorities and months, and not with that of children.
    """

    def __init__(self) -> None:
        """Start with nothing."""
        self.judged: tuple[str, str, str, int] | None = None
        """Policy, edition, digest, and ``as_of`` in UTC microseconds; None before any child."""
        self._children: dict[str, int] = {}
        self._duties: dict[tuple[Kind, str, bool], int] = {}
        self._places: dict[tuple[Place, str, str, bool], int] = {}
        self._months: dict[tuple[str, str, str, bool], int] = {}
        self._taken: dict[tuple[str, int], int] = {}
        self._waiting: dict[tuple[str, int], int] = {}
        self._missed: dict[str, int] = {}
        self._masked: dict[str, int] = {}
        self._low_grades: dict[str, int] = {}
        self._episodes: dict[tuple[str, str | None], int] = {}
        self._entries: dict[str, int] = {}
        self._reviews: dict[tuple[str, str], int] = {}
        self._gaps: dict[str, int] = {}
        self._withdrawn: dict[tuple[str, str], int] = {}
        self._kinds: dict[Duty, Kind] = {}
        self._month_of: dict[int, str] = {}

    @classmethod
    def of(cls, assessments: Iterable[Assessment], failed: Iterable[Finding] = ()) -> Figures:
        """Gather the figures of several children."""
        made = cls()
        for assessment in assessments:
            made.add(assessment)
        for finding in failed:
            made.fail(finding)
        return made

    def __getstate__(self) -> dict[str, Any]:
        """Leave behind what only saves time, when the figures go to another process."""
        return {**self.__dict__, "_kinds": {}, "_month_of": {}}

    def __eq__(self, other: object) -> bool:
        """Say whether both come to the same."""
        return isinstance(other, Figures) and self.__getstate__() == other.__getstate__()

    __hash__ = None  # type: ignore[assignment]  # figures grow

    # -- gathering

    def add(
        self,
        assessment: Assessment,
        *,
        withdrawn: Iterable[Withdrawn] | None = None,
        selection: Selection | None = None,
        whole: Assessment | None = None,
    ) -> None:
        """Count one child.

        With a ``selection`` only its episodes are counted, with what stands in them and how that
        was reviewed, and the child if anything is: hand in the assessment with the selected
        findings only (:meth:`Selection.narrowed`), and as ``whole`` the one before, which tells
        whether nothing at all is open.
        ``withdrawn`` are the (selected) findings that corrections took away; without it they
        are looked for, which judges a child with corrections again, and not with a ``selection``.
        Raises ``ValueError`` for a child judged by another policy, or for another instant, than
        those before.
        """
        policy = assessment.policy
        self._same((policy.name, policy.edition, policy.digest, assessment.as_of_us))
        found = standing(assessment)
        recorded = _recorded(found, whole or assessment)
        gone = handed_or_found(assessment, withdrawn, selection)
        if selection is not None:
            found = chosen(found, selection, assessment)
            if not found.episodes and not assessment.findings and not gone:
                return
        flags = {"children"}
        self._record(found, policy.calendar, flags)
        self._unseen(found, assessment.coverage)
        for finding in assessment.findings:
            self._finding(finding, found.places, flags)
        for gap in assessment.data_gaps:
            _count(self._gaps, gap.code)
            flags.add("with_data_gaps")
        if recorded is not None:
            flags.add(recorded)
        elif flags.isdisjoint(_OPEN_FLAGS) and (whole is None or not _is_open(whole)):
            flags.add("with_nothing_open")
        for one in gone:
            _count(self._withdrawn, (one.finding.rule, one.finding.outcome))
            flags.add("with_withdrawn_findings")
        if assessment.record.incomplete:
            flags.add("on_incomplete_records")
        for flag in flags:
            _count(self._children, flag)

    def fail(self, finding: Finding) -> None:
        """Count a child whose record could not be judged, by the ``error`` finding of the scan."""
        duty = finding.duty
        self._same((duty.policy, duty.edition, duty.policy_digest, finding.as_of_us))
        _count(self._children, "children")
        _count(self._children, "not_judged")
        if finding.incomplete_record:
            _count(self._children, "on_incomplete_records")
        _count(self._duties, (_kind_of(duty), finding.outcome, finding.incomplete_record))

    def merge(self, other: Figures) -> None:
        """Add the figures of other children; in whatever order this is done, the sum is the same.

        Raises ``ValueError`` for figures of another policy or another instant.
        """
        if other.judged is not None:
            self._same(other.judged)
        for name, counts in other.__dict__.items():
            if isinstance(counts, dict) and name not in {"_kinds", "_month_of"}:
                mine = self.__dict__[name]
                for key, number in counts.items():
                    mine[key] = mine.get(key, 0) + number

    def _same(self, judged: tuple[str, str, str, int]) -> None:
        if self.judged is None:
            self.judged = judged
        elif self.judged != judged:
            raise ValueError("figures must be of one policy and one instant")

    def _kind(self, duty: Duty) -> Kind:
        if len(self._kinds) >= _KINDS_KEPT:
            self._kinds.clear()
        return self._kinds.setdefault(duty, _kind_of(duty))

    def _month(self, calendar: Calendar, us: int) -> str:
        day = calendar.day(us)
        found = self._month_of.get(day)
        if found is None:
            found = self._month_of[day] = dt.date.fromordinal(day).isoformat()[:7]
        return found

    def _record(self, found: Standing, calendar: Calendar, flags: set[str]) -> None:
        episodes = self._episodes
        for episode in found.episodes:
            _count(episodes, ("all", None))
            _count(episodes, ("category", episode.category))
            _count(episodes, ("grade", episode.grade))
            for kind in episode.kinds:
                _count(episodes, ("kind", kind))
            if episode.reported_us is None:
                _count(episodes, ("without_report", None))
            else:
                _count(episodes, ("month", self._month(calendar, episode.reported_us)))
            area, authority = found.places.of_episode(episode.episode_id)
            _count(episodes, ("area", area))
            _count(episodes, ("authority", authority))
        if found.episodes:
            flags.add("with_episodes")
        for kind, number in found.entries.items():
            self._entries[kind] = self._entries.get(kind, 0) + number
        for review in found.reviews:
            _count(self._reviews, review)

    def _unseen(self, found: Standing, coverage: Coverage) -> None:
        lacking = [kind for kind, span in coverage.kinds.items() if span is None]
        for episode in found.episodes:
            for kind in lacking:
                if kind not in episode.kinds:
                    _count(self._episodes, ("unseen", kind))

    def _finding(self, finding: Finding, places: Places, flags: set[str]) -> None:
        duty, outcome = finding.duty, finding.outcome
        kind = self._kinds.get(duty) or self._kind(duty)
        rule = kind.rule
        # Written out, for this is done for every finding of a log.
        duties, at_places, months = self._duties, self._places, self._months
        incomplete = finding.incomplete_record
        cell = (kind, outcome, incomplete)
        duties[cell] = duties.get(cell, 0) + 1
        place = (places.of(finding), rule, outcome, incomplete)
        at_places[place] = at_places.get(place, 0) + 1
        month = (self._month(duty.calendar, finding.opened_us), rule, outcome, incomplete)
        months[month] = months.get(month, 0) + 1
        if outcome in _DONE:
            if finding.done_us is not None:
                _count(self._taken, (rule, bucket(finding.done_us - finding.opened_us)))
        elif finding.is_required:
            _count(self._waiting, (rule, bucket(finding.as_of_us - finding.opened_us)))
        if finding.missed:
            self._missed[rule] = self._missed.get(rule, 0) + finding.missed
        if finding.masked:
            _count(self._masked, rule)
            if asks_for_meeting(kind):
                flags.add("not_counted_by_category")
        if outcome in OPEN:
            flags.add("with_open_findings")
        if finding.is_breach:
            flags.add("with_breaches")
            if finding.required_grade is not None:
                _count(self._low_grades, rule)
                flags.add("graded_too_low")

    # -- reading

    @property
    def outcomes(self) -> dict[str, int]:
        """How many findings there are of each outcome that there is, the gravest first."""
        tally = self.all_duties
        return {name: tally[name] for name in outcomes.OUTCOMES if tally[name]}

    @property
    def breaches(self) -> int:
        """How many findings are breached, or were fulfilled late."""
        found = self.outcomes
        return found.get(outcomes.BREACHED, 0) + found.get(outcomes.FULFILLED_LATE, 0)

    @property
    def all_duties(self) -> Tally:
        """Every finding, also those of records that could not be judged."""
        return Tally.of_cells((o, on, n) for (_, o, on), n in self._duties.items())

    @property
    def meetings(self) -> Tally:
        """Duties to hold a strategy meeting: the headline."""
        return self._tally(asks_for_meeting)

    @property
    def rules(self) -> dict[str, tuple[Kind, ...]]:
        """What each rule of which there are findings asks for, in order of rule."""
        made: dict[str, list[Kind]] = {}
        for kind in sorted({kind for kind, _, _ in self._duties}, key=repr):
            made.setdefault(kind.rule, []).append(kind)
        return {rule: tuple(kinds) for rule, kinds in sorted(made.items())}

    def children(self, flag: str = "children") -> int:
        """How many children there are, or how many of them are so.

        Flags: ``with_episodes``, ``without_episodes`` (only entries about the child are on record,
        such as markers, and they call for nothing), ``with_breaches``, ``with_data_gaps``,
        ``with_withdrawn_findings``, ``on_incomplete_records``, ``not_judged``,
        ``with_open_findings`` (anything without a record, late, still to be done or unclear),
        ``with_nothing_open`` (nothing of that, and no data gap), ``with_nothing_on_record`` (every
        entry was recorded after the instant of the judgement, or is void: nothing was judged),
        ``not_counted_by_category`` (a strategy meeting is owed by substance, and the recorded
        category hid it), ``graded_too_low``.
        """
        return self._children.get(flag, 0)

    @property
    def low_grades(self) -> int:
        """How many risk grades are below what was required, or were for too long."""
        return sum(self._low_grades.values())

    def by_rule(self) -> dict[str, Tally]:
        """Compliance with each rule, in order of rule."""
        return self._grouped(lambda kind: kind.rule)

    def by_owner_group(self) -> dict[str, Tally]:
        """Compliance of the police, their partners, and others; each group is there."""
        found = self._grouped(lambda kind: group_of(kind.owner))
        return {group: found.get(group, Tally()) for group in GROUPS}

    def by_owner(self) -> dict[str | None, Tally]:
        """Compliance by who owes the duty; None where the policy does not say."""
        return self._grouped(lambda kind: kind.owner)

    def by_duty_authority(self) -> dict[str, Tally]:
        """Compliance by what kind of text the duty rests on."""
        return self._grouped(lambda kind: kind.authority)

    def by_basis(self) -> tuple[ByBasis, ...]:
        """Breaches by whether the duty is stated by a source, was inferred, or was assumed."""
        every = self._grouped(lambda kind: kind.basis)
        timed = self._grouped(lambda kind: (kind.basis, kind.timing_basis))
        made = []
        for basis in _BASES:
            tally = every.get(basis, Tally())
            assumed = timed.get((basis, "assumed"), Tally())
            made.append(
                ByBasis(basis, tally.no_record, assumed.no_record, tally.late, assumed.late)
            )
        return tuple(made)

    def by_area(self, rules: Container[str] | None = None) -> dict[str | None, Tally]:
        """Compliance by area, of some rules or all; None for duties without an area."""
        return self._by_place(0, rules)

    def by_local_authority(self, rules: Container[str] | None = None) -> dict[str | None, Tally]:
        """Compliance by the authority that the entries name; None for duties without one."""
        return self._by_place(1, rules)

    def by_month(self, rules: Container[str] | None = None) -> dict[str, Tally]:
        """Compliance by the local month in which the duty arose, ``2023-04``."""
        return _tallies(
            (month, outcome, incomplete, number)
            for (month, rule, outcome, incomplete), number in self._months.items()
            if rules is None or rule in rules
        )

    def meeting_rules(self) -> frozenset[str]:
        """Rules that ask for a strategy meeting."""
        return frozenset(kind.rule for kind, _, _ in self._duties if asks_for_meeting(kind))

    def masked(self) -> dict[str, int]:
        """Findings of each rule that the recorded category would have hidden."""
        return dict(sorted(self._masked.items()))

    def missed(self) -> dict[str, int]:
        """Of repeating duties: how many intervals passed without a record, by rule."""
        return dict(sorted(self._missed.items()))

    def time_to_action(self) -> dict[str, Spread]:
        """How long after a duty arose it was done, by rule; in time or late."""
        return _spreads(self._taken)

    def waiting(self) -> dict[str, Spread]:
        """How long ago a duty arose that is still to be done, by rule; overdue or not."""
        return _spreads(self._waiting)

    @property
    def episodes(self) -> int:
        """How many episodes there are, merged ones being one and voided ones none."""
        return self._episodes.get(("all", None), 0)

    @property
    def episodes_without_report(self) -> int:
        """How many episodes have entries and no report, so that no month counts them."""
        return self._episodes.get(("without_report", None), 0)

    def episodes_by(self, what: str) -> dict[str | None, int]:
        """Count episodes by one thing; None where it is not recorded.

        Things: ``category`` (the one it opened with), ``grade`` (the highest), ``month`` (of the
        report), ``area``, ``authority``, ``kind``: how many episodes hold an entry of that kind,
        "a notification in 42 of 50", and ``unseen``: how many hold none of a kind that the source
        has no place for, so that nothing follows from it.
        """
        found = {name: n for (which, name), n in self._episodes.items() if which == what}
        return dict(sorted(found.items(), key=lambda item: _order(item[0])))

    def reviews(self) -> tuple[Reviews, ...]:
        """What reviewers said, by kind of what they reviewed."""
        kinds = sorted({kind for kind, _ in self._reviews})
        return tuple(
            Reviews(
                kind,
                self._entries.get(kind, 0),
                {v: n for (k, v), n in sorted(self._reviews.items()) if k == kind},
            )
            for kind in kinds
        )

    def withdrawn(self) -> dict[str, int]:
        """Findings that corrections took away, by the outcome that they had, the gravest first."""
        made = dict.fromkeys(outcomes.OUTCOMES, 0)
        for (_, outcome), number in self._withdrawn.items():
            made[outcome] += number
        return {outcome: number for outcome, number in made.items() if number}

    def gaps(self) -> dict[str, int]:
        """What a person should look at in the records, by code."""
        return dict(sorted(self._gaps.items()))

    def to_dict(self) -> dict[str, Any]:
        """Give the figures as JSON takes them, in a stable order; what ``summary.json`` holds."""
        from missingrules.figures.summary import summary

        return summary(self)

    def _tally(self, fits: Callable[[Kind], bool]) -> Tally:
        return Tally.of_cells((o, on, n) for (kind, o, on), n in self._duties.items() if fits(kind))

    def _grouped(self, group: Callable[[Kind], G]) -> dict[G, Tally]:
        return _tallies(
            (group(kind), outcome, incomplete, number)
            for (kind, outcome, incomplete), number in self._duties.items()
            if outcome != outcomes.ERROR
        )

    def _by_place(self, column: int, rules: Container[str] | None) -> dict[str | None, Tally]:
        return _tallies(
            (place[column], outcome, incomplete, number)
            for (place, rule, outcome, incomplete), number in self._places.items()
            if rules is None or rule in rules
        )


def _recorded(found: Standing, whole: Assessment) -> str | None:
    """Flag a child of whom there is nothing that a duty could hang on; None where there is."""
    if not found.entries:
        return "with_nothing_on_record"
    return None if found.episodes or whole.findings else "without_episodes"


def _is_open(assessment: Assessment) -> bool:
    """Whether somebody has to look at anything about a child."""
    return bool(assessment.data_gaps) or any(f.outcome in OPEN for f in assessment.findings)


def asks_for_meeting(kind: Kind | Duty) -> bool:
    """Whether what is owed is a strategy meeting, alone or among other actions."""
    return MEETING in kind.action.split("|")


def _kind_of(duty: Duty) -> Kind:
    return Kind(
        duty.rule,
        duty.title,
        duty.action,
        duty.owner,
        duty.authority,
        duty.basis,
        duty.timing_basis,
        duty.severity,
    )


def _count(counts: dict[K, int], key: K) -> None:
    counts[key] = counts.get(key, 0) + 1


def _tallies(cells: Iterable[tuple[G, str, bool, int]]) -> dict[G, Tally]:
    groups: dict[G, list[tuple[str, bool, int]]] = {}
    for group, outcome, incomplete, number in cells:
        groups.setdefault(group, []).append((outcome, incomplete, number))
    ordered = sorted(groups.items(), key=lambda item: _order(item[0]))
    return {group: Tally.of_cells(found) for group, found in ordered}


def _spreads(counts: Mapping[tuple[str, int], int]) -> dict[str, Spread]:
    groups: dict[str, dict[int, int]] = {}
    for (rule, place), number in counts.items():
        groups.setdefault(rule, {})[place] = number
    return {rule: Spread(found) for rule, found in sorted(groups.items())}


def _order(name: object) -> tuple[bool, str]:
    """Names in order, what has none last."""
    return name is None, "" if name is None else str(name)
