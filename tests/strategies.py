"""Records of children, and trials: a policy, a record, an instant and a coverage.

A record is drawn episode by episode: a report, and what was told after it at times that lie on the
edges of the durations in use. Everything comes from short lists, so that instants often coincide,
deadlines are met or missed by a microsecond, and a failing case shrinks to few entries.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from made_up import ADDITIONS, EVERYTHING_SAYABLE, Traits, policy_files, to_yaml
from missingrules.calendar import from_us, parse_instant
from missingrules.kernel import judge
from missingrules.language import Additions
from missingrules.log import Entry, to_json
from missingrules.policy import Policy
from missingrules.record import EVERYTHING, Coverage, Record
from missingrules.vocabulary import standard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from missingrules.finding import Assessment
    from missingrules.matchers import Engine

    Draw = Callable[..., Any]

WILTSHIRE = "wiltshire"
GENERATED = "generated"

MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY
_UNITS = {"m": MINUTE, "h": HOUR, "d": DAY}


def spans(text: str) -> tuple[int, ...]:
    """Read durations in microseconds: ``2h`` is two hours, ``2h+`` a microsecond more."""
    found = []
    for word in text.split():
        number, unit = word.rstrip("+-")[:-1], word.rstrip("+-")[-1]
        found.append(int(number) * _UNITS[unit] + word.endswith("+") - word.endswith("-"))
    return tuple(found)


# --- When -----------------------------------------------------------------------------------------

WINTER = parse_instant("2023-11-06T12:00:00Z")
BASES = (
    WINTER,
    parse_instant("2023-11-06T23:30:00Z"),
    parse_instant("2023-03-24T00:00:00Z"),  # the clocks are put on two days later
    parse_instant("2023-07-31T23:00:00Z"),  # midnight in London
    parse_instant("2023-10-27T12:00:00Z"),  # the clocks are put back two days later
    parse_instant("2023-12-21T18:00:00Z"),  # Christmas
)
BETWEEN_REPORTS = spans("1d 2d 10d 30d 0d 7d 45d 29d 44d 60d 89d 90d 91d")
"""With windows of 7, 30 and 90 days the edges are hit often."""
CLOCK = spans("0m 30m -30m 12h 690m 0m+ 0m-")
"""The time of day moves by this; with midnights between, dates and elapsed time part."""
AFTER_REPORT = spans(
    "10m 0m 15m 15m+ 20m 30m 1h 1h+ 2h 2h+ 3h 6h 12h 24h 24h+ 25h 2d 2d+ 3d 3d+ 5d 8d 11d 40d"
)
BEFORE_REPORT = spans("-10m -1d")
FROM_REPORT_OF_CHILD = spans("0m 1h 1d 3d 10d 30d 45d 91d 120d -1d -400d")
UNTIL_RECORDED = spans("0m 0m 0m 0m 0m 10m 2h 3d 40d -1h")
UNTIL_JUDGED = spans("200d 0m 0m+ 0m- 15m 1h 2h 1d 3d 10d 30d")


# --- What is told ---------------------------------------------------------------------------------

PRIVATE = "Private words."
"""Every free text of a record, so that a leak shows."""


class Told(NamedTuple):
    """What an entry says, whenever that is. An instant among the fields is relative to it."""

    kind: str
    fields: dict[str, object]
    by: str | None = None


_KNOWN = standard().extended(Additions.model_validate(ADDITIONS))


def told(text: str) -> list[Told]:
    """Read one thing told a line: the kind, then fields; ``*`` stands for a free text."""
    return [_told(*line.split()) for line in text.strip().splitlines()]


def _told(kind: str, *cells: str) -> Told:
    given = dict(cell.split("=") for cell in cells)
    by = given.pop("by", None)
    return Told(kind, {name: _value(kind, name, text) for name, text in given.items()}, by)


def _value(kind: str, name: str, text: str) -> object:
    match _KNOWN.kinds[kind].fields[name].type:
        case "choices":
            return tuple(sorted(text.split(",")))
        case "date":
            return dt.date.fromisoformat(text)
        case "instant":
            return spans(text)[0]
        case _:
            return PRIVATE if text == "*" else text


REPORTS = told("""
    reported
    reported missing_since=-1h
    reported missing_since=-1h- whereabouts=unknown
    reported missing_since=-3d from_place=home
    reported whereabouts=known
    reported from_place=childrens_home whereabouts=unknown
""")
OF_EPISODE = told("""
    categorised category=missing
    categorised category=missing
    categorised category=concern_for_safety
    categorised category=concern_for_safety rationale=*
    categorised category=concern_for_safety ground=enquiries_not_made
    categorised category=concern_for_safety ground=exceptional_circumstances rationale=*
    categorised category=no_apparent_risk
    graded grade=medium
    graded grade=high
    graded grade=low
    graded grade=very_low rationale=*
    graded grade=medium refers_to=self_harm
    concern_noted concern=self_harm
    concern_noted concern=cse
    prioritised priority=immediate
    prioritised priority=scheduled
    assessed
    assessed vulnerable=yes
    assessed vulnerable=no
    fim_notified
    inspector_informed
    inspector_informed how=phone
    inspector_informed how=log_only
    lines_of_enquiry_set
    tracker_opened
    trigger_plan_consulted
    philomena_form_used
    resource_attended
    enquiry_made
    supervisor_reviewed
    supervisor_reviewed by=supervisor
    located
    returned
    returned to=home
    prevention_interview mode=in_person voice_of_child=yes
    prevention_interview mode=phone
    ppn_submitted
    ppn_submitted stage=missing voice_of_child=not_applicable school=yes
    ppn_submitted stage=found ethnicity=yes carries=cse,self_harm
    ppn_submitted carries=self_harm
    ppn_reviewed
    ppn_reviewed by=supervisor
    ppn_reviewed by=mash
    ppn_shared
    ppn_shared shared_with=childrens_social_care
    ppn_shared shared_with=health,school
    return_interview_offered
    return_interview_declined
    return_interview_held
    return_interview_shared
    return_interview_shared shared_with=police
    closed
    quality_reviewed of=prevention_interview verdict=good
    reported
    reported whereabouts=known
""")
OF_CHILD = told("""
    marker_added marker=self_harm
    marker_added marker=cse
    marker_removed marker=self_harm
    born date_of_birth=2010-11-08
    born date_of_birth=2012-02-29
    care_status
    care_status looked_after=yes
    care_status looked_after=no philomena=no
    case_status open=yes
    case_status open=no
    trigger_plan_created
    trigger_plan_created first_page_actions=yes
    trigger_plan_updated
    trigger_plan_updated first_page_actions=no
    strategy_meeting_requested
    strategy_meeting_declined
    strategy_meeting_declined rationale=*
    strategy_meeting_held
    strategy_meeting_held attended_by=health,police
    strategy_meeting_recorded
    strategy_meeting_recorded outcome=*
    escalated
""")
ADDED = told("""
    drone_sent
    drone_sent height=high_level
    drone_sent height=low_level seen=yes
    drone_sent crew=* sent_on=2023-11-07
    located alone=yes
""")
ADDED_OF_CHILD = told("""
    school_told told_at=-1h by_whom=school
    marker_added marker=gang
""")
_MISSING, _CONCERN, _MEDIUM, _LOW = told("""
    categorised category=missing
    categorised category=concern_for_safety
    graded grade=medium
    graded grade=low
""")
AT_ONCE = ((), (_MISSING,), (_MEDIUM, _MISSING), (_LOW,), (_CONCERN, _MISSING), (_CONCERN,))
"""What is often told with the report, minute by minute."""

THEMES = {
    "counting": "categorised returned strategy_meeting_held strategy_meeting_requested escalated"
    " strategy_meeting_declined trigger_plan_created",
    "category": "categorised located returned closed",
    "grading": "graded concern_noted marker_added marker_removed located returned categorised",
    "repeating": "graded resource_attended enquiry_made supervisor_reviewed located returned",
    "first response": "categorised fim_notified prioritised inspector_informed located assessed"
    " lines_of_enquiry_set tracker_opened trigger_plan_created trigger_plan_consulted care_status"
    " philomena_form_used",
    "notification": "ppn_submitted ppn_reviewed ppn_shared concern_noted marker_added returned",
    "interviews": "returned prevention_interview return_interview_offered closed located"
    " return_interview_declined return_interview_held return_interview_shared"
    " trigger_plan_created trigger_plan_updated",
    "everything": " ".join({each.kind: None for each in (*OF_EPISODE, *OF_CHILD)}),
}
"""Kinds that bear on one another in the shipped policies."""

DECIDERS = ("supervisor", "mash", "fim", "call_handler", None)
DECIDED = frozenset(
    "strategy_meeting_held ppn_shared categorised graded fim_notified return_interview_held"  # noqa: SIM905
    " enquiry_made trigger_plan_created located supervisor_reviewed".split()
)
"""Actions that somebody may decide not to require."""


# --- Records --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pool:
    """What entries are drawn from."""

    episode: Sequence[Told]
    child: Sequence[Told]
    decided: Sequence[str] = ()


def pool_of(kinds: Iterable[str], *, rules: Iterable[str] = (), added: bool = False) -> Pool:
    """Gather what can be told in entries of these kinds."""
    wanted = frozenset(kinds)
    return Pool(
        [each for each in (*OF_EPISODE, *(ADDED if added else ())) if each.kind in wanted],
        [each for each in (*OF_CHILD, *(ADDED_OF_CHILD if added else ())) if each.kind in wanted],
        sorted(wanted & DECIDED | {*rules}),
    )


@dataclass
class _Journal:
    """Entries in the making."""

    draw: Draw
    child_id: str
    late: bool
    entries: list[Entry] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)

    def add(self, what: Told, when: int, episode_id: str | None, delay: int = 0) -> Entry:
        entry = Entry(
            entry_id=f"{self.child_id}.{len(self.entries) + 1}",
            child_id=self.child_id,
            episode_id=episode_id,
            kind=what.kind,
            at=when,
            recorded=when + delay,
            by=what.by,
            fields={k: when + v if isinstance(v, int) else v for k, v in what.fields.items()},
        )
        self.entries.append(entry)
        return entry

    @property
    def delays(self) -> st.SearchStrategy[int]:
        return st.sampled_from(UNTIL_RECORDED) if self.late else st.just(0)

    def name(self, number: int) -> str:
        return f"{self.child_id}-E{number}"

    def episodes(self, pool: Pool, base: int, most: int, *, early: bool) -> None:
        """Tell of episodes one after another; ``early``: also before the report, or without one."""
        kinds = {each.kind for each in pool.episode}
        at_once = [known for known in AT_ONCE if all(each.kind in kinds for each in known)]
        after = st.sampled_from((*AFTER_REPORT, *(BEFORE_REPORT if early else ())))
        later = st.tuples(st.sampled_from(pool.episode), after, self.delays)
        episode = st.tuples(
            st.sampled_from(BETWEEN_REPORTS),
            st.sampled_from(CLOCK),
            st.sampled_from([*REPORTS, *([None] if early else [])]),
            self.delays,
            st.sampled_from(at_once),
            st.lists(later, max_size=8),
        )
        drawn = self.draw(st.lists(episode, min_size=1, max_size=most))
        for number, (further, clock, report, delay, first, others) in enumerate(drawn, 1):
            start = base + clock
            self.starts.append(start)
            if report is not None or not (first or others):
                self.add(report or REPORTS[0], start, self.name(number), delay)
            for minutes, what in enumerate(first):
                self.add(what, start + minutes * MINUTE, self.name(number))
            for what, offset, wait in others:
                self.add(what, start + offset, self.name(number), wait)
            base += further

    def of_child(self, pool: Pool) -> None:
        """Tell of the child."""
        entry = st.tuples(
            st.sampled_from(pool.child),
            st.sampled_from(self.starts),
            st.one_of(st.sampled_from(AFTER_REPORT), st.sampled_from(FROM_REPORT_OF_CHILD)),
            self.delays,
        )
        for what, start, offset, wait in self.draw(st.lists(entry, max_size=4)):
            self.add(what, start + offset, None, wait)

    def decisions(self, pool: Pool) -> None:
        """Tell of decisions that an action is not required."""
        decision = st.tuples(
            st.sampled_from(pool.decided),
            st.integers(0, len(self.starts)),
            st.sampled_from(self.starts),
            st.sampled_from(AFTER_REPORT),
            st.sampled_from(DECIDERS),
            st.booleans(),
        )
        for action, number, start, offset, by, silent in self.draw(st.lists(decision, max_size=2)):
            fields: dict[str, object] = {"action": action, "rationale": PRIVATE}
            if silent:
                del fields["rationale"]
            what = Told("decided_not_required", fields, by)
            self.add(what, start + offset, self.name(number) if number else None)

    def corrections(self) -> None:
        """Correct entries, episodes and corrections, and what does not exist."""
        forms = ("void episode", "void entry", "merge", "void correction", "void nothing")
        correction = st.tuples(
            st.sampled_from(forms),
            st.integers(0, 20),
            st.integers(0, 20),
            st.sampled_from(self.starts),
            st.sampled_from(FROM_REPORT_OF_CHILD),
            self.delays,
        )
        plain, made = [*self.entries], list[Entry]()
        for form, one, other, start, offset, wait in self.draw(st.lists(correction, max_size=4)):
            source: str | None = self.name(one % len(self.starts) + 1)
            fields: dict[str, object] = {"reason": PRIVATE}
            if form == "merge":
                fields = {"into": self.name(other % (len(self.starts) + 1) + 1)}
            elif form == "void nothing":
                source, fields = None, {"of": "nothing"}
            elif form != "void episode":
                among = made if form == "void correction" and made else plain
                target = among[one % len(among)]
                source, fields = target.episode_id, {"of": target.entry_id}
            kind = "merged" if form == "merge" else "voided"
            made.append(self.add(Told(kind, fields, "supervisor"), start + offset, source, wait))

    def conflicts(self) -> None:
        """Tell some entries again under the same id, at another time."""
        again = st.tuples(st.sampled_from(self.entries), st.sampled_from(spans("1h -1h 1d")))
        for entry, aside in self.draw(st.lists(again, max_size=2)):
            moved = replace(entry, at=entry.at + aside, recorded=entry.recorded + aside)
            self.entries.append(moved)


@st.composite
def histories(  # noqa: PLR0913 - what may stand in a history
    draw: Draw,
    pool: Pool,
    *,
    child_id: str = "C",
    bases: Sequence[int] = BASES,
    most: int = 5,
    late: bool = True,
    early: bool = True,
    corrections: bool = True,
    conflicts: bool = True,
) -> tuple[Entry, ...]:
    """Draw the entries of one child, in no order."""
    journal = _Journal(draw, child_id, late)
    journal.episodes(pool, draw(st.sampled_from(bases)), most, early=early)
    if pool.child:
        journal.of_child(pool)
    if pool.decided:
        journal.decisions(pool)
    if corrections and draw(st.booleans()):
        journal.corrections()
    if conflicts and draw(st.sampled_from((False, False, False, True))):
        journal.conflicts()
    return tuple(journal.entries)


@st.composite
def instants_of(draw: Draw, entries: Sequence[Entry]) -> int:
    """Draw an instant to judge at, on or near something in the record or long after it."""
    known = sorted({instant for entry in entries for instant in (entry.at, entry.known)})
    return int(draw(st.sampled_from(known[::-1])) + draw(st.sampled_from(UNTIL_JUDGED)))


FIELDS_LACKING = (
    *(("categorised", "rationale"), ("categorised", "ground"), ("reported", "whereabouts")),
    *(("graded", "refers_to"), ("assessed", "vulnerable"), ("ppn_submitted", "stage")),
)


@st.composite
def coverages(draw: Draw, kinds: Sequence[str], base: int) -> Coverage:
    """Draw what a source can show: most often everything."""
    limit = draw(st.sampled_from((*("",) * 4, "start", "end", "kinds", "fields", "all")))
    moments = st.sampled_from(spans("-30d -1d 0m 1h 10d 30d 100d"))
    start = base + draw(moments) if limit in ("start", "all") else None
    end = base + 40 * DAY + draw(moments) if limit in ("end", "all") else None
    spells: dict[str, tuple[int | None, int | None] | None] = {}
    if limit in ("kinds", "all"):
        some = (None, (base + 5 * DAY, None), (None, base + 20 * DAY))
        spells = draw(st.dictionaries(st.sampled_from(kinds), st.sampled_from(some), max_size=3))
    lacking = frozenset[tuple[str, str]]()
    if limit in ("fields", "all"):
        lacking = frozenset(draw(st.lists(st.sampled_from(FIELDS_LACKING), max_size=3)))
    return Coverage(start, end, spells, lacking)


# --- Trials ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Trial:
    """All that a verdict rests on. ``text`` is the policy's file, if it was made up."""

    policy: Policy
    entries: tuple[Entry, ...]
    as_of: int
    coverage: Coverage = EVERYTHING
    text: str = ""

    @property
    def record(self) -> Record:
        """The record as the kernel takes it."""
        return Record.of(self.entries, child_id="C")

    def judge(self, *, engine: Engine = "native") -> Assessment:
        """Judge the record."""
        return judge(
            self.policy, self.record, as_of=self.as_of, coverage=self.coverage, engine=engine
        )

    def but(self, **changes: Any) -> Trial:
        """Change some of it."""
        return replace(self, **changes)

    def known(self) -> Trial:
        """Leave out what is not known yet."""
        return self.but(entries=tuple(e for e in self.entries if e.known <= self.as_of))

    def __repr__(self) -> str:
        """Write it so that it can be read."""
        lines = [self.text or str(self.policy), f"as of {from_us(self.as_of).isoformat()}"]
        if self.coverage != EVERYTHING:
            lines.append(str(self.coverage))
        lines += [str(to_json(entry)) for entry in sorted(self.entries, key=lambda e: e.at)]
        return "\n".join(lines)

    def _repr_pretty_(self, printer: Any, _: bool) -> None:
        printer.text(repr(self))


@functools.cache
def shipped(name: str) -> Policy:
    """Load a shipped policy, once."""
    return Policy.load(name)


@st.composite
def trials(
    draw: Draw,
    /,
    origin: str,
    *,
    traits: Traits = EVERYTHING_SAYABLE,
    limits: bool = True,
    **history: Any,
) -> Trial:
    """Draw a trial of a shipped policy, or of one made up; ``limits``: sometimes of coverage."""
    if origin == GENERATED:
        file = draw(policy_files(traits))
        text = to_yaml(file)
        policy = Policy.parse(text)
        kinds = kinds_in(file)
        rules = [rule["id"] for rule in file["rules"]]
        pool = pool_of(kinds, rules=rules, added="vocabulary" in file)
    else:
        policy, text = shipped(origin), ""
        kinds = frozenset(draw(st.sampled_from(list(THEMES.values()))).split())
        pool = pool_of(kinds | {"reported"}, rules=("strategy-meeting",))
    entries = draw(histories(pool, **history))
    as_of = draw(instants_of(entries))
    coverage = draw(coverages(sorted(kinds), entries[0].at)) if limits else EVERYTHING
    return Trial(policy, entries, as_of, coverage, text)


def kinds_in(policy: dict[str, Any]) -> frozenset[str]:
    """Name the kinds of entry that a policy has to do with, and those that frame every episode."""
    words = frozenset(_words({key: policy[key] for key in ("terms", "rules")}))
    kinds = {"located", "returned", "closed", "reported"}
    for what in (*OF_EPISODE, *OF_CHILD, *ADDED, *ADDED_OF_CHILD):
        if what.kind in words or words & what.fields.keys():
            kinds.add(what.kind)
    if "age" in words:
        kinds.add("born")
    if "markers" in words:
        kinds.add("marker_added")
    if "concerns" in words:
        kinds.add("concern_noted")
    return frozenset(kinds)


def _words(value: Any) -> Iterator[str]:
    """List every word in a policy file, keys included."""
    if isinstance(value, dict):
        for key, held in value.items():
            yield from _words(key)
            yield from _words(held)
    elif isinstance(value, list):
        for held in value:
            yield from _words(held)
    elif isinstance(value, str):
        yield from value.split(".")
