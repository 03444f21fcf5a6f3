"""Which findings are shown and counted: by period, rule, severity, outcome, child, place and text.

A selection chooses among findings that were made; it never changes what is judged. Each child is
judged on the whole record, because a window of 90 days reaches back before any period, and a duty
of last month may be answered in this one.

The period is that in which a duty *arose* (``opened_at``), and nothing else. So each finding lies
in one period, periods that follow one another add up to the whole, and a finding never moves from
one to another when it falls due, is done or is learned of late. A breach that arose in March and
was due in April is one of March. The period is half open: it holds its first instant and not the
one with which it ends.

A record that could not be judged is selected by everything but a list of other children: whatever
was asked for may be in it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Self, get_args

from missingrules import values
from missingrules.calendar import InstantError, parse_instant, to_us
from missingrules.errors import MissingRulesError
from missingrules.figures.places import NOWHERE, Places
from missingrules.finding import ERROR, OUTCOMES
from missingrules.language import Authority, Severity
from missingrules.policy import loaded
from missingrules.record import history

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from missingrules.calendar import Calendar
    from missingrules.figures.places import Place
    from missingrules.finding import Assessment, Finding, Withdrawn
    from missingrules.policy import Policy

SEVERITIES: Final[tuple[str, ...]] = get_args(Severity)
DUTY_AUTHORITIES: Final[tuple[str, ...]] = get_args(Authority)

Named = frozenset[tuple[str, str]]
"""Children, areas and authorities by ``child``, ``area`` or ``authority`` and their name."""


class SelectionError(MissingRulesError):
    """A selection that cannot be meant: an unknown name, or a period in which nothing can lie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is to be shown and counted; None stands for everything. Make one with :meth:`of`.

    ``since_us`` and ``until_us`` are UTC microseconds, the second exclusive. ``areas`` and
    ``authorities`` are those that the entries of the log name, as reports count them: the
    *local* authority. What kind of text a duty rests on (statute, force policy, ...) is
    ``duty_authorities``.
    """

    since_us: int | None = None
    until_us: int | None = None
    rules: frozenset[str] | None = None
    severities: frozenset[str] | None = None
    outcomes: frozenset[str] | None = None
    children: frozenset[str] | None = None
    areas: frozenset[str] | None = None
    authorities: frozenset[str] | None = None
    duty_authorities: frozenset[str] | None = None
    period: str = field(default="", compare=False)
    """The period in words, as in ``from 2024-05-01 to 2024-05-31``."""

    @classmethod
    def of(  # noqa: PLR0913 - one argument a filter
        cls,
        policy: Policy,
        *,
        since: str | dt.date | None = None,
        until: str | dt.date | None = None,
        rules: Iterable[str] | None = None,
        severities: Iterable[str] | None = None,
        outcomes: Iterable[str] | None = None,
        children: Iterable[str] | None = None,
        areas: Iterable[str] | None = None,
        authorities: Iterable[str] | None = None,
        duty_authorities: Iterable[str] | None = None,
    ) -> Self:
        """Check what was asked for against a policy.

        ``since`` and ``until`` are local dates in the zone of the policy (``2024-05-01``, or a
        ``date``) or instants (RFC 3339, or an aware ``datetime``); a time without an offset is
        local. ``since`` is the first date that is in, ``until`` the first that no longer is, as
        with the dates of a rule. Nothing given, or an empty list, is no filter; one name
        may stand for a list of one. Raises
        :class:`SelectionError` with all that is wrong.
        """
        policy = loaded(policy)
        wrong: list[str] = []
        begin = _edge("since", since, policy.calendar, wrong)
        end = _edge("until", until, policy.calendar, wrong)
        if begin is not None and end is not None and end <= begin:
            how = "before it starts" if end < begin else "as it starts, so nothing can lie in it"
            wrong.append(
                f"the period ends {how}: {until=!s} must be later than {since=!s} "
                "(`until` is the first date that is no longer in)"
            )
        told = f"policy {policy.name}"
        made = cls(
            since_us=begin,
            until_us=end,
            rules=_known("rule", rules, sorted(policy.duties), told, wrong),
            severities=_known("severity", severities, SEVERITIES, "findings", wrong),
            outcomes=_known("outcome", outcomes, OUTCOMES, "findings", wrong),
            children=_readable("children", children, values.identifier, wrong),
            areas=_readable("areas", areas, values.label, wrong),
            authorities=_readable("authorities", authorities, values.label, wrong),
            duty_authorities=_known(
                "duty authority", duty_authorities, DUTY_AUTHORITIES, "duties", wrong
            ),
            period=_period(since, begin, until, end, policy.calendar),
        )
        if wrong:
            raise SelectionError("\n".join(wrong))
        return made

    # -- choosing

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return self == EVERY_FINDING

    @property
    def by_place(self) -> bool:
        """Whether it takes the area or the authority of a finding to tell."""
        return self.areas is not None or self.authorities is not None

    def selects(self, finding: Finding, place: Place = NOWHERE) -> bool:
        """Whether a finding is to be shown; ``place`` is where its duty is reported under."""
        if self.children is not None and finding.child_id not in self.children:
            return False
        outcome = finding.outcome
        if outcome == ERROR:
            return True
        duty = finding.duty
        return (
            (self.since_us is None or self.since_us <= finding.opened_us)
            and (self.until_us is None or finding.opened_us < self.until_us)
            and (self.rules is None or duty.rule in self.rules)
            and (self.outcomes is None or outcome in self.outcomes)
            and (self.severities is None or duty.severity in self.severities)
            and (self.duty_authorities is None or duty.authority in self.duty_authorities)
            and self._holds(place)
        )

    def selects_episode(self, child_id: str, placed_us: int, place: Place = NOWHERE) -> bool:
        """Whether an episode is to be counted, by its child, when it was reported, and its place.

        Rules, severities, outcomes and texts are no matter of an episode. ``placed_us`` is its
        report, or its first entry where there is none.
        """
        return (
            (self.children is None or child_id in self.children)
            and (self.since_us is None or self.since_us <= placed_us)
            and (self.until_us is None or placed_us < self.until_us)
            and self._holds(place)
        )

    def findings(self, assessment: Assessment) -> tuple[Finding, ...]:
        """Give the findings of a child that are to be shown, in their order."""
        if self.children is not None and assessment.child_id not in self.children:
            return ()
        if not self.by_place:
            return tuple(one for one in assessment.findings if self.selects(one))
        if not assessment.findings:
            return ()
        places = Places(history(assessment.record, assessment.as_of_us))
        return tuple(one for one in assessment.findings if self.selects(one, places.of(one)))

    def withdrawn(self, assessment: Assessment, gone: Iterable[Withdrawn]) -> tuple[Withdrawn, ...]:
        """Choose among findings of a child that corrections took away.

        Where they are reported under is told by the record as it was when they stood.
        """
        held = tuple(gone)
        if not self.by_place:
            return tuple(one for one in held if self.selects(one.finding))
        places = {
            at: Places(history(assessment.record, at))
            for at in {one.finding.as_of_us for one in held}
        }
        return tuple(
            one
            for one in held
            if self.selects(one.finding, places[one.finding.as_of_us].of(one.finding))
        )

    def narrowed(self, assessment: Assessment) -> Assessment:
        """Give the assessment with the selected findings only, and no data gaps of other rules.

        The record stays whole, so whatever judges it again comes to the same.
        """
        if self.is_everything:
            return assessment
        gaps = assessment.data_gaps
        if self.rules is not None:
            gaps = tuple(gap for gap in gaps if gap.rule is None or gap.rule in self.rules)
        return replace(assessment, findings=self.findings(assessment), data_gaps=gaps)

    def _holds(self, place: Place) -> bool:
        area, authority = place
        return (self.areas is None or area in self.areas) and (
            self.authorities is None or authority in self.authorities
        )

    # -- names that the log does not have

    def met(self, assessment: Assessment) -> Named:
        """Which of the children, areas and authorities that are named a child's record has.

        Join what it gives for every child, and ask :meth:`unmet` at the end.
        """
        found = set()
        if self.children is not None and assessment.child_id in self.children:
            found.add(("child", assessment.child_id))
        if self.by_place:
            for entry in assessment.record.entries:
                if entry.area is not None and self.areas and entry.area in self.areas:
                    found.add(("area", entry.area))
                if entry.authority is not None and entry.authority in (self.authorities or ()):
                    found.add(("authority", entry.authority))
        return frozenset(found)

    def unmet(self, met: Named) -> tuple[str, ...]:
        """Say which names no record has, for a misspelt name would look like a clean one.

        Of children it is said how many: the ids that were asked for may be those that pseudonyms
        replace.
        """
        said = []
        if self.children:
            asked = len(self.children)
            missing = asked - sum(("child", one) in met for one in self.children)
            if missing:
                number = "No" if missing == asked else f"{asked - missing} of {asked}"
                verb = "has" if asked - missing == 1 else "have"
                said.append(
                    "The child who was asked for has no entry that was read."
                    if asked == 1
                    else f"{number} children who were asked for {verb} an entry that was read."
                )
        said += [
            f"No entry names the {what} {name}, which was asked for."
            for what, names in (("area", self.areas), ("authority", self.authorities))
            for name in sorted(names or ())
            if (what, name) not in met
        ]
        return tuple(said)

    # -- words

    @property
    def description(self) -> str:
        """Say in one sentence what is shown; empty where nothing is left out.

        Children are counted and not named, so that it can stand in a report for sharing.
        """
        parts = [f"duties that arose {self.period}"] if self.period else []
        parts += [
            f"{one if len(names) == 1 else several} {_either(names, order)}"
            for one, several, names, order in (
                ("rule", "rules", self.rules, ()),
                ("severity", "severity", self.severities, SEVERITIES),
                ("outcome", "outcome", self.outcomes, OUTCOMES),
                ("area", "areas", self.areas, ()),
                ("local authority", "local authorities", self.authorities, ()),
                ("duties resting on", "duties resting on", self.duty_authorities, DUTY_AUTHORITIES),
            )
            if names is not None
        ]
        if self.children is not None:
            number = len(self.children)
            parts.append("one named child" if number == 1 else f"{number} named children")
        return f"Only: {'; '.join(parts)}." if parts else ""

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON takes it; null where there is no filter. It names no child."""
        names = ("rules", "severities", "outcomes", "areas", "authorities", "duty_authorities")
        return {
            "period": self.period or None,
            **{
                name: None if (held := getattr(self, name)) is None else sorted(held)
                for name in names
            },
            "children": None if self.children is None else len(self.children),
            "description": self.description,
        }


EVERY_FINDING: Final = Selection()
"""Nothing is left out."""


def _either(names: frozenset[str], order: tuple[str, ...]) -> str:
    """List names with "or" before the last, in the order that they are known by."""
    told = sorted(names, key=lambda name: (order.index(name) if order else 0, name))
    told = [name.replace("_", " ") if order else name for name in told]
    return " or ".join(filter(None, [", ".join(told[:-1]), told[-1]]))


def _edge(
    name: str, given: str | dt.date | None, calendar: Calendar, wrong: list[str]
) -> int | None:
    """Read one end of the period."""
    if given is None:
        return None
    try:
        if isinstance(given, dt.datetime):
            return to_us(given)
        if isinstance(given, dt.date) or _is_date(given):
            return calendar.midnight(values.date(given).toordinal())
        return parse_instant(given, calendar.zone)
    except (InstantError, values.UnreadableError, ValueError) as error:
        wrong.append(
            f"{name} must be a date like 2024-05-01 or a time like 2024-05-01T09:00:00+01:00: "
            f"{error}"
        )
        return None


def _is_date(text: str) -> bool:
    return ":" not in text


def _period(
    since: str | dt.date | None,
    begin: int | None,
    until: str | dt.date | None,
    end: int | None,
    calendar: Calendar,
) -> str:
    """Say from when to when, in local time; dates name the last one that is in."""
    parts = []
    if since is not None and begin is not None:
        minute = calendar.minute(begin)
        parts.append(f"from {minute[:10] if _dated(since) else minute}")
    if until is not None and end is not None:
        if _dated(until):
            last = dt.date.fromordinal(calendar.day(end - 1)).isoformat()
            parts.append(f"to {last}" if parts else f"up to {last}")
        else:
            parts.append(f"before {calendar.minute(end)}")
    return " ".join(parts)


def _dated(given: str | dt.date) -> bool:
    if isinstance(given, str):
        return _is_date(given)
    return not isinstance(given, dt.datetime)


def _several(asked: Iterable[str] | None) -> Iterable[str]:
    """Take one name for a list of one, not for its letters."""
    return (asked,) if isinstance(asked, str) else asked or ()


def _known(
    what: str, asked: Iterable[str] | None, known: Iterable[str], whose: str, wrong: list[str]
) -> frozenset[str] | None:
    """Take names that must be among those that are known."""
    names = frozenset(_several(asked))
    every = tuple(known)
    for name in sorted(names.difference(every)):
        shown = f"`{name}`" if len(name) <= values.WORD_LENGTH else "one name"
        hint = values.suggestion(name, every)
        hint = f"{hint} " if hint else ""
        wrong.append(f"{shown} is no {what} of {whose}. {hint}There are: {', '.join(every)}.")
    return names or None


def _readable(
    what: str,
    asked: Iterable[str] | None,
    read: Callable[[object], str],
    wrong: list[str],
) -> frozenset[str] | None:
    """Take names that the log may have."""
    found = set()
    for number, name in enumerate(_several(asked), 1):
        try:
            found.add(read(name))
        except values.UnreadableError as error:
            wrong.append(f"{what}: number {number} {error}. {error.hint}")
    return frozenset(found) or None
