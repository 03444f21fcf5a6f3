"""Records of children and policies to try properties on.

A record is drawn episode by episode: a report, and what was told after it at times that lie on the
edges of the durations in use. Everything comes from short lists, so that instants often coincide,
deadlines are met or missed by a microsecond, and a failing case shrinks to few entries.

A policy is drawn as a dictionary, written as YAML and read like any other. :func:`trials` draws a
policy, a record that has to do with it, an instant to judge at and a coverage.
"""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml
from hypothesis import strategies as st

from missingrules.calendar import from_us, parse_instant
from missingrules.kernel import judge
from missingrules.log import Entry, to_json
from missingrules.policy import Policy
from missingrules.record import EVERYTHING, Coverage, Record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from missingrules.finding import Assessment
    from missingrules.matchers import Engine

    Draw = Callable[..., Any]

MICROSECOND = 1
MINUTE = 60_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
WEEK = 7 * DAY

PRIVATE = "Private words."
"""Every free text of a record, so that a leak shows."""

WILTSHIRE = "wiltshire"
GENERATED = "generated"


# --- What is told about a child -------------------------------------------------------------------


class Told(NamedTuple):
    """One thing that an entry may say. An instant among the fields is so long after the entry."""

    kind: str
    fields: dict[str, object]
    by: str | None = None


def _told(kind: str, *fields: dict[str, object], by: Sequence[str | None] = (None,)) -> list[Told]:
    return [Told(kind, each, role) for each in fields or ({},) for role in by]


REPORTS = [
    Told("reported", {}),
    Told("reported", {"missing_since": -HOUR}),
    Told("reported", {"missing_since": -HOUR - MICROSECOND, "whereabouts": "unknown"}),
    Told("reported", {"missing_since": -3 * DAY, "from_place": "home"}),
    Told("reported", {"whereabouts": "known"}),
    Told("reported", {"from_place": "childrens_home", "whereabouts": "unknown"}),
]

TOLD_OF_EPISODE = [
    *_told("categorised", {"category": "missing"}),
    *_told("categorised", {"category": "missing"}),
    *_told(
        "categorised",
        {"category": "missing"},
        {"category": "concern_for_safety"},
        {"category": "concern_for_safety", "rationale": PRIVATE},
        {"category": "concern_for_safety", "ground": "enquiries_not_made"},
        {
            "category": "concern_for_safety",
            "ground": "exceptional_circumstances",
            "rationale": PRIVATE,
        },
        {"category": "no_apparent_risk"},
    ),
    *_told("graded", {"grade": "medium"}, {"grade": "high"}, {"grade": "low"}),
    *_told(
        "graded",
        {"grade": "very_low", "rationale": PRIVATE},
        {"grade": "medium", "refers_to": ("self_harm",)},
    ),
    *_told("concern_noted", {"concern": "self_harm"}, {"concern": "cse"}),
    *_told("prioritised", {"priority": "immediate"}, {"priority": "scheduled"}),
    *_told("assessed", {}, {"vulnerable": "yes"}, {"vulnerable": "no"}),
    *_told("fim_notified"),
    *_told("inspector_informed", {}, {"how": "phone"}, {"how": "log_only"}),
    *_told("lines_of_enquiry_set"),
    *_told("tracker_opened"),
    *_told("trigger_plan_consulted"),
    *_told("philomena_form_used"),
    *_told("resource_attended"),
    *_told("enquiry_made"),
    *_told("supervisor_reviewed", by=("supervisor", None)),
    *_told("located"),
    *_told("returned", {}, {"to": "home"}),
    *_told("returned"),
    *_told(
        "prevention_interview",
        {"mode": "in_person", "voice_of_child": "yes"},
        {"mode": "phone"},
    ),
    *_told(
        "ppn_submitted",
        {},
        {"stage": "missing", "voice_of_child": "not_applicable", "school": "yes"},
        {"stage": "found", "ethnicity": "yes", "carries": ("cse", "self_harm")},
        {"carries": ("self_harm",)},
    ),
    *_told("ppn_reviewed", by=("supervisor", "mash", None)),
    *_told(
        "ppn_shared",
        {},
        {"shared_with": ("childrens_social_care",)},
        {"shared_with": ("health", "school")},
    ),
    *_told("return_interview_offered"),
    *_told("return_interview_declined"),
    *_told("return_interview_held"),
    *_told("return_interview_shared", {"shared_with": ("police",)}, {}),
    *_told("closed"),
    *_told("quality_reviewed", {"of": "prevention_interview", "verdict": "good"}),
    *_told("reported", {}, {"whereabouts": "known"}),
]

MISSING = Told("categorised", {"category": "missing"})
CONCERN = Told("categorised", {"category": "concern_for_safety"})
FIRST_TOLD = (
    (),
    (MISSING,),
    (Told("graded", {"grade": "medium"}), MISSING),
    (Told("graded", {"grade": "low"}),),
    (CONCERN, MISSING),
    (CONCERN,),
)
"""What is often told with the report, or a minute later."""

TOLD_OF_CHILD = [
    *_told("marker_added", {"marker": "self_harm"}, {"marker": "cse"}),
    *_told("marker_removed", {"marker": "self_harm"}),
    *_told("born", {"date_of_birth": dt.date(2010, 11, 8)}),
    *_told("born", {"date_of_birth": dt.date(2012, 2, 29)}),
    *_told("care_status", {}, {"looked_after": "yes"}, {"looked_after": "no", "philomena": "no"}),
    *_told("case_status", {"open": "yes"}, {"open": "no"}),
    *_told("trigger_plan_created", {}, {"first_page_actions": "yes"}),
    *_told("trigger_plan_updated", {}, {"first_page_actions": "no"}),
    *_told("strategy_meeting_requested"),
    *_told("strategy_meeting_declined", {}, {"rationale": PRIVATE}),
    *_told("strategy_meeting_held", {}, {"attended_by": ("health", "police")}),
    *_told("strategy_meeting_recorded", {}, {"outcome": PRIVATE}),
    *_told("escalated"),
]

DECIDERS = ("supervisor", "mash", "fim", "call_handler", None)
ADDED_KINDS = [
    *_told("drone_sent", {}, {"height": "high_level"}, {"height": "low_level", "seen": "yes"}),
    *_told("drone_sent", {"crew": PRIVATE, "sent_on": dt.date(2023, 11, 7)}),
]
ADDED_TO_CHILD = [*_told("school_told", {}, {"told_on": -DAY})]
ADDITIONS: dict[str, Any] = {
    "kinds": {
        "drone_sent": {
            "of": "episode",
            "phrase": "a drone being sent",
            "fields": {
                "height": {"type": "choice", "values": ["low_level", "high_level"]},
                "seen": {"type": "yes_no"},
                "crew": {"type": "text"},
                "sent_on": {"type": "date"},
            },
        },
        "school_told": {
            "of": "child",
            "phrase": "the school being told",
            "fields": {"told_on": {"type": "instant"}, "by_whom": {"type": "choices"}},
        },
    },
    "fields": {"located": {"alone": {"type": "yes_no", "required": False}}},
    "values": {"marker": ["gang"]},
    "roles": {"fim": "force_incident_manager"},
}

THEMES: dict[str, frozenset[str]] = {
    "counting": frozenset(
        "categorised returned strategy_meeting_held strategy_meeting_requested"
        " strategy_meeting_declined escalated trigger_plan_created".split()
    ),
    "category": frozenset("categorised located returned closed".split()),
    "grading": frozenset(
        "graded concern_noted marker_added marker_removed located returned categorised".split()
    ),
    "repeating": frozenset(
        "graded resource_attended enquiry_made supervisor_reviewed located returned".split()
    ),
    "first response": frozenset(
        "categorised fim_notified prioritised inspector_informed lines_of_enquiry_set"
        " tracker_opened trigger_plan_created trigger_plan_consulted philomena_form_used"
        " care_status assessed located".split()
    ),
    "notification": frozenset(
        "ppn_submitted ppn_reviewed ppn_shared concern_noted marker_added returned".split()
    ),
    "interviews": frozenset(
        "returned prevention_interview return_interview_offered return_interview_declined"
        " return_interview_held return_interview_shared trigger_plan_created"
        " trigger_plan_updated closed located".split()
    ),
}
"""Kinds that bear on one another in the shipped policies."""


# --- When -----------------------------------------------------------------------------------------

WINTER = parse_instant("2023-11-06T12:00:00Z")
BASES = [
    WINTER,
    parse_instant("2023-11-06T23:30:00Z"),
    parse_instant("2023-03-24T00:00:00Z"),  # the clocks are put on two days later
    parse_instant("2023-07-31T23:00:00Z"),  # midnight in London
    parse_instant("2023-10-27T12:00:00Z"),  # the clocks are put back two days later
    parse_instant("2023-12-21T18:00:00Z"),  # Christmas
]

DAYS_BETWEEN = (1, 2, 10, 30, 0, 7, 45, 29, 44, 60, 89, 90, 91)
"""From one report to the next; with windows of 7, 30 and 90 days the edges are hit often."""

CLOCK = (0, 30 * MINUTE, -30 * MINUTE, 12 * HOUR, 11 * HOUR + 30 * MINUTE, MICROSECOND, -MICROSECOND)

AFTER_REPORT = (
    10 * MINUTE,
    0,
    15 * MINUTE,
    15 * MINUTE + MICROSECOND,
    20 * MINUTE,
    30 * MINUTE,
    HOUR,
    HOUR + MICROSECOND,
    2 * HOUR,
    2 * HOUR + MICROSECOND,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    DAY + MICROSECOND,
    25 * HOUR,
    2 * DAY,
    2 * DAY + MICROSECOND,
    3 * DAY,
    3 * DAY + MICROSECOND,
    5 * DAY,
    8 * DAY,
    11 * DAY,
    40 * DAY,
    -10 * MINUTE,
    -DAY,
)

LATE = (0, 0, 0, 0, 0, 10 * MINUTE, 2 * HOUR, 3 * DAY, 40 * DAY, -HOUR)
"""From when something happened to when it was recorded."""

SINCE_BASE = (0, HOUR, DAY, 3 * DAY, 10 * DAY, 30 * DAY, 45 * DAY, 91 * DAY, 120 * DAY, -DAY, -400 * DAY)

ABOUT_CHILD = st.one_of(st.sampled_from(AFTER_REPORT), st.sampled_from(SINCE_BASE))
"""From a report to something told about the child."""

AFTERWARDS = (
    200 * DAY,
    0,
    MICROSECOND,
    -MICROSECOND,
    15 * MINUTE,
    HOUR,
    2 * HOUR,
    DAY,
    3 * DAY,
    10 * DAY,
    30 * DAY,
)
"""From an entry to the instant of judgement."""


def at(base: int, after: int) -> int:
    """Give the instant so long after a base."""
    return base + after


# --- Records --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pool:
    """What entries are drawn from."""

    episode: Sequence[Told]
    child: Sequence[Told]
    actions: Sequence[str]


def pool_of(kinds: Iterable[str], *, rules: Iterable[str] = (), added: bool = False) -> Pool:
    """Gather what can be told in entries of these kinds."""
    wanted = frozenset(kinds)
    episode = [*TOLD_OF_EPISODE, *(ADDED_KINDS if added else ())]
    child = [*TOLD_OF_CHILD, *(ADDED_TO_CHILD if added else ())]
    return Pool(
        [told for told in episode if told.kind in wanted],
        [told for told in child if told.kind in wanted],
        sorted(wanted & DECIDABLE | {*rules}),
    )


DECIDABLE = frozenset(
    "strategy_meeting_held ppn_shared categorised graded fim_notified return_interview_held"
    " enquiry_made trigger_plan_created located supervisor_reviewed".split()
)


@dataclass
class _Journal:
    """Entries in the making."""

    child_id: str
    base: int
    entries: list[Entry] = field(default_factory=list)

    def add(
        self, told: Told, when: int, delay: int, episode_id: str | None, entry_id: str = ""
    ) -> Entry:
        fields = {
            name: when + value if isinstance(value, int) else value
            for name, value in told.fields.items()
        }
        entry = Entry(
            entry_id=entry_id or f"{self.child_id}.{len(self.entries) + 1}",
            child_id=self.child_id,
            episode_id=episode_id,
            kind=told.kind,
            at=when,
            recorded=when + delay,
            by=told.by,
            fields=fields,
        )
        self.entries.append(entry)
        return entry


@st.composite
def histories(  # noqa: PLR0913 - what may stand in a history
    draw: Draw,
    pool: Pool,
    *,
    child_id: str = "C",
    bases: Sequence[int] = BASES,
    most: int = 5,
    late: bool = True,
    corrections: bool = True,
    conflicts: bool = True,
    early: bool = True,
) -> tuple[Entry, ...]:
    """Draw the entries of one child, in the order in which they were thought of."""
    base = draw(st.sampled_from(bases))
    journal = _Journal(child_id, base)
    delays = st.sampled_from(LATE) if late else st.just(0)
    after = st.sampled_from(AFTER_REPORT if early else [o for o in AFTER_REPORT if o >= 0])
    told_later = st.lists(
        st.tuples(st.sampled_from(pool.episode), after, delays), max_size=8
    )
    kinds = {told.kind for told in pool.episode}
    first = [told for told in FIRST_TOLD if all(each.kind in kinds for each in told)]
    starts: list[int] = []
    start = base
    episodes = draw(
        st.lists(
            st.tuples(
                st.sampled_from(DAYS_BETWEEN),
                st.sampled_from(CLOCK),
                st.sampled_from(REPORTS),
                delays,
                st.sampled_from(first),
                st.sampled_from((True, True, True, True, True, True, True, not early)),
                told_later,
            ),
            min_size=1,
            max_size=most,
        )
    )
    for number, (days, clock, report, delay, at_once, reported, told) in enumerate(episodes, 1):
        episode_id = f"{child_id}-E{number}"
        if reported or not told:
            journal.add(report, start + clock, delay, episode_id)
        for place, what in enumerate(at_once):
            journal.add(what, start + clock + place * MINUTE, 0, episode_id)
        for what, offset, wait in told:
            journal.add(what, start + clock + offset, wait, episode_id)
        starts.append(start + clock)
        start += days * DAY
    if pool.child:
        about_child = st.lists(
            st.tuples(st.sampled_from(pool.child), st.integers(0, most), ABOUT_CHILD, delays),
            max_size=4,
        )
        for what, number, aside, wait in draw(about_child):
            journal.add(what, starts[number % len(starts)] + aside, wait, None)
    if pool.actions:
        _decide(draw, journal, pool, len(episodes))
    if corrections:
        _correct(draw, journal, len(episodes))
    if conflicts:
        for index, aside in draw(_CONFLICTS):
            again = journal.entries[index % len(journal.entries)]
            journal.entries.append(replace(again, at=again.at + aside, recorded=again.recorded + aside))
    return tuple(journal.entries)


_CONFLICTS = st.one_of(
    st.just(()),
    st.just(()),
    st.just(()),
    st.lists(st.tuples(st.integers(0, 20), st.sampled_from((HOUR, -HOUR, DAY))), max_size=2),
)


def _decide(draw: Draw, journal: _Journal, pool: Pool, episodes: int) -> None:
    decisions = st.lists(
        st.tuples(
            st.sampled_from(pool.actions),
            st.integers(0, episodes),
            st.sampled_from(SINCE_BASE),
            st.sampled_from(AFTER_REPORT),
            st.sampled_from(DECIDERS),
            st.sampled_from((PRIVATE, None)),
        ),
        max_size=2,
    )
    for action, number, offset, aside, by, rationale in draw(decisions):
        fields: dict[str, object] = {"action": action}
        if rationale:
            fields["rationale"] = rationale
        episode_id = f"{journal.child_id}-E{number}" if number else None
        told = Told("decided_not_required", fields, by)
        journal.add(told, journal.base + offset + aside, 0, episode_id)


def _correct(draw: Draw, journal: _Journal, episodes: int) -> None:
    """Add corrections: of entries, of episodes, of corrections, and of what does not exist."""
    what = st.sampled_from(("void episode", "void entry", "merge", "void correction", "void nothing"))
    drawn = draw(
        st.one_of(
            st.just(()),
            st.lists(
                st.tuples(
                    what,
                    st.integers(0, 20),
                    st.integers(0, 20),
                    st.sampled_from(SINCE_BASE),
                    st.sampled_from(LATE),
                ),
                max_size=4,
            ),
        )
    )
    made: list[Entry] = []
    plain = list(journal.entries)
    for what_for, one, other, offset, delay in drawn:
        when = journal.base + offset
        source = f"{journal.child_id}-E{one % episodes + 1}"
        if what_for == "merge":
            into = f"{journal.child_id}-E{other % (episodes + 1) + 1}"
            told = Told("merged", {"into": into}, "supervisor")
            made.append(journal.add(told, when, delay, source))
        elif what_for == "void episode":
            told = Told("voided", {"reason": PRIVATE}, "supervisor")
            made.append(journal.add(told, when, delay, source))
        elif what_for == "void nothing":
            made.append(journal.add(Told("voided", {"of": "nothing"}), when, delay, None))
        else:
            among = made if what_for == "void correction" and made else plain
            target = among[one % len(among)]
            told = Told("voided", {"of": target.entry_id}, "officer")
            made.append(journal.add(told, when, delay, target.episode_id))


@st.composite
def instants_of(draw: Draw, entries: Sequence[Entry]) -> int:
    """Draw an instant to judge at, on or near something in the record or long after it."""
    known = sorted({instant for entry in entries for instant in (entry.at, entry.known)}) or [WINTER]
    back = draw(st.integers(0, 30))
    after = int(draw(st.sampled_from(AFTERWARDS)))
    return known[-1 - back % len(known)] + after


@st.composite
def coverages(draw: Draw, kinds: Sequence[str], *, base: int = WINTER) -> Coverage:
    """Draw what a source can show: most often everything."""
    limits = st.sampled_from((None, None, None, "start", "end", "kinds", "fields", "all"))
    limit = draw(limits)
    if limit is None:
        return EVERYTHING
    moments = st.sampled_from((-30 * DAY, -DAY, 0, HOUR, 10 * DAY, 30 * DAY, 100 * DAY))
    start = base + draw(moments) if limit in ("start", "all") else None
    end = base + 40 * DAY + draw(moments) if limit in ("end", "all") else None
    spans: dict[str, tuple[int | None, int | None] | None] = {}
    if limit in ("kinds", "all"):
        for kind in draw(st.lists(st.sampled_from(kinds), max_size=3, unique=True)):
            spans[kind] = draw(st.sampled_from((None, (base + 5 * DAY, None), (None, base + 20 * DAY))))
    lacking: frozenset[tuple[str, str]] = frozenset()
    if limit in ("fields", "all"):
        fields = [
            ("categorised", "rationale"),
            ("categorised", "ground"),
            ("reported", "whereabouts"),
            ("graded", "refers_to"),
            ("assessed", "vulnerable"),
            ("ppn_submitted", "stage"),
        ]
        lacking = frozenset(draw(st.lists(st.sampled_from(fields), max_size=3, unique=True)))
    return Coverage(start, end, spans, lacking)


# --- Policies -------------------------------------------------------------------------------------

ELAPSED = ("15 minutes", "30 minutes", "1 hour", "2 hours", "24 hours", "48 hours", "72 hours")
DATES = ("1 day", "3 days", "10 days", "1 week")
WORKING = ("1 working day", "5 working days")
WINDOWS = (
    "90 days",
    "90 days",
    "30 days",
    "2160 hours",
    "90 days",
    "7 days",
    "2 weeks",
    "48 hours",
    "1 day",
)
ZONES = ("Europe/London", "UTC", "America/St_Johns")
CHANGES = (dt.date(2023, 11, 8), dt.date(2023, 11, 16), dt.date(2023, 12, 25), dt.date(2024, 1, 1))

ACTIONS_OF_EPISODE = (
    "fim_notified",
    "graded",
    "categorised",
    "enquiry_made",
    "ppn_submitted",
    "ppn_shared",
    "located",
    "return_interview_held",
    "supervisor_reviewed",
)
ACTIONS_OF_CHILD = ("strategy_meeting_held", "trigger_plan_created", "strategy_meeting_declined")
WHERE: dict[str, tuple[dict[str, object], ...]] = {
    "categorised": ({"category": "missing"}, {"category": ["missing", "concern_for_safety"]}),
    "graded": ({"grade": ["medium", "high"]}, {"refers_to": "recorded"}),
    "ppn_submitted": ({"stage": "missing"}, {"carries": ["cse"], "stage": "found"}),
    "ppn_shared": ({"shared_with": "childrens_social_care"},),
    "supervisor_reviewed": ({"by": "supervisor"},),
    "strategy_meeting_held": ({"attended_by": ["health"]},),
    "trigger_plan_created": ({"first_page_actions": "recorded"},),
    "strategy_meeting_declined": ({"rationale": "recorded"},),
    "marker_added": ({"marker": "self_harm"},),
    "care_status": ({"looked_after": True},),
    "concern_noted": ({"concern": ["self_harm", "cse"]},),
    "reported": ({"whereabouts": "unknown"},),
    "returned": ({"to": "home"},),
    "drone_sent": ({"height": "high_level"}, {"crew": "recorded"}),
}
FIELDS: dict[str, tuple[tuple[str | list[str], object], ...]] = {
    "categorised": (
        ("rationale", None),
        ("ground", ["enquiries_not_made"]),
        (["ground", "rationale"], None),
    ),
    "graded": (("rationale", None), ("refers_to", "names")),
    "ppn_submitted": (
        ("carries", "names"),
        ("voice_of_child", ["yes", "not_applicable"]),
        (["ethnicity", "school"], True),
    ),
    "inspector_informed": (("how", ["phone", "in_person"]),),
    "prevention_interview": (("mode", "in_person"),),
    "trigger_plan_created": (("first_page_actions", "yes"),),
    "care_status": (("looked_after", None),),
}
FIELD_TESTS: tuple[tuple[dict[str, object], ...], ...] = (
    (
        {"category": "missing"},
        {"category": "concern_for_safety"},
        {"category": ["concern_for_safety", "no_apparent_risk"]},
        {"ground": ["enquiries_not_made", "exceptional_circumstances"]},
    ),
    ({"marker": "self_harm"}, {"marker": ["self_harm", "cse"]}),
    ({"concern": "cse"}, {"concern": ["self_harm", "cse"], "ever": True}),
    ({"grade": ["medium", "high"]}, {"grade": "high"}, {"graded.refers_to": "self_harm"}),
    ({"whereabouts": "known"}, {"whereabouts": "unknown"}),
    (
        {"priority": "immediate"},
        {"from_place": ["home", "childrens_home"]},
        {"vulnerable": True},
        {"looked_after": "yes"},
        {"open": "no"},
        {"mode": "phone"},
        {"carries": ["cse"]},
    ),
    (
        {"recorded": "category"},
        {"recorded": "categorised.rationale"},
        {"recorded": "whereabouts"},
        {"recorded": "looked_after"},
    ),
    (
        {"entry": "marker_added"},
        {"entry": "located"},
        {"entry": "graded", "where": {"grade": "high"}},
        {"entry": "trigger_plan_created"},
        {"entry": "care_status", "where": {"looked_after": True}},
    ),
)
"""Conditions on what was recorded, by what they are about."""

AUTHORITIES = (
    "force_policy",
    "statute",
    "statutory_guidance",
    "inspectorate_expectation",
    "recommendation",
    "good_practice",
)


class _Draft:
    """A policy in the making."""

    def __init__(self, draw: Draw, traits: Traits) -> None:
        self.draw = draw
        self.traits = traits
        self.parameters: dict[str, Any] = {}
        self.terms: dict[str, Any] = {}
        self.lists: list[str] = []
        self.added = self.chance(4)
        self.working = traits.working and self.chance(3)

    def pick(self, items: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(items))

    def chance(self, of: int) -> bool:
        """Once in so many times; shrinks to no."""
        return bool(self.draw(st.sampled_from((False,) * (of - 1) + (True,))))

    # -- parameters --------------------------------------------------------------------------------

    def parameter(self, value: object, other: object, **keys: object) -> str:
        name = f"p{len(self.parameters) + 1}"
        made: dict[str, Any] = {"value": value, "basis": "assumed", "note": "made up", **keys}
        if self.chance(6):
            made |= {"basis": "stated", "cite": {"source": "paper", "section": "1"}}
            del made["note"]
        if self.traits.dated and self.chance(4):
            edition: dict[str, Any] = {"from": self.pick(CHANGES), "value": other}
            if self.chance(2):
                basis = self.pick(("assumed", "inferred", "stated"))
                edition |= {"basis": basis, "note": "changed", "cite": {"source": "paper"}}
            if "edge" in keys and self.chance(2):
                edition["edge"] = self.pick(("exclusive", "inclusive"))
                edition["placed_by"] = self.pick(("reported", "missing_since"))
            made["editions"] = [edition]
        self.parameters[name] = made
        return name

    def number(self, *numbers: int) -> int | str:
        number = int(self.pick(numbers))
        return self.parameter(number, number + 1) if self.chance(4) else number

    def duration(self, lengths: Sequence[str] = (), *, stated: bool = True) -> str:
        known = [*(lengths or (*ELAPSED, *DATES, *(WORKING if self.working else ())))]
        if not stated:
            known.append("not_stated")
        length = str(self.pick(known))
        return self.parameter(length, self.pick(known)) if self.chance(4) else length

    def window(self) -> str:
        if self.chance(6):
            return "ever"
        keys = {"edge": self.pick(("inclusive", "exclusive"))}
        if self.chance(3):
            keys["placed_by"] = self.pick(("reported", "missing_since"))
        return self.parameter(self.pick(WINDOWS), self.pick(WINDOWS), **keys)

    # -- conditions --------------------------------------------------------------------------------

    def condition(self, depth: int = 2) -> Any:
        forms = ["field"] * 6 + ["all", "any", "not", "not", "of", "grace"] * (depth > 0)
        forms += ["counted", "lasted"]
        if self.traits.ages:
            forms.append("age")
        if self.terms:
            forms += ["term", "term", "named"]
        form = self.pick(forms)
        return getattr(self, f"_{form}")(depth)

    def _field(self, _: int) -> Any:
        if self.added and self.chance(4):
            return self.pick(
                ({"height": "high_level"}, {"alone": True}, {"recorded": "crew"}, {"marker": "gang"})
            )
        return dict(self.pick(self.pick(FIELD_TESTS)))

    def _parts(self, depth: int, least: int = 1) -> list[Any]:
        return [self.condition(depth - 1) for _ in range(self.pick((2, least, 3)))]

    def _all(self, depth: int) -> Any:
        return {"all": self._parts(depth)}

    def _any(self, depth: int) -> Any:
        return {"any": self._parts(depth)}

    def _not(self, depth: int) -> Any:
        return {"not": self.condition(depth - 1)}

    def _of(self, depth: int) -> Any:
        parts = [self.condition(depth - 1) for _ in range(3)]
        return {"at_least": self.number(2, 1), "of": parts}

    def _grace(self, depth: int) -> Any:
        by = self.duration(ELAPSED)
        if self.lists and self.chance(2):
            return {"term": self.pick(self.lists), "by": by}
        return {"all": self._parts(depth, least=2), "by": by}

    def _term(self, _: int) -> Any:
        return self.pick(list(self.terms))

    def _named(self, _: int) -> Any:
        return {"term": self.pick(list(self.terms))}

    def _age(self, _: int) -> Any:
        bands = ({"at_least": 13}, {"under": 13}, {"at_least": 12, "under": 14})
        return {"age": dict(self.pick(bands))}

    def _counted(self, _: int) -> Any:
        number = {self.pick(("at_least", "more_than")): self.number(2, 1)}
        return {"counted": {"episodes": self.counting_term(), **number, "within": self.window()}}

    def _lasted(self, _: int) -> Any:
        return {"lasted": self.lasted()}

    def lasted(self) -> dict[str, Any]:
        made: dict[str, Any] = {self.pick(("at_least", "more_than")): self.duration()}
        if self.chance(3):
            made["since"] = self.pick(("missing_since", "reported"))
        return made

    def term(self, condition: Any) -> str:
        name = f"t{len(self.terms) + 1}"
        self.terms[name] = condition
        if isinstance(condition, dict) and len(condition.get("all", ())) > 1:
            self.lists.append(name)
        return name

    def counting_term(self) -> str:
        """A term to count episodes by: one in use already, a label, or a condition."""
        if self.terms and self.chance(2):
            return str(self.pick(list(self.terms)))
        form = self.pick(("label", "label", "substance", "any"))
        if form == "label":
            return self.term({"category": "missing"})
        if form == "substance":
            proper = {
                "all": [{"category": "concern_for_safety"}, {"recorded": "categorised.rationale"}],
                "by": self.duration(("15 minutes", "30 minutes")),
            }
            return self.term({"all": [{"recorded": "category"}, {"not": proper}]})
        return self.term(self.condition(1))

    # -- rules -------------------------------------------------------------------------------------

    def rule(self, number: int) -> dict[str, Any]:
        made: dict[str, Any] = {
            "id": f"rule-{number}",
            "title": f"Rule {number} is kept",
            "authority": self.pick(AUTHORITIES),
            "basis": "assumed",
        }
        if self.chance(6):
            basis = self.pick(("stated", "inferred"))
            made |= {"basis": basis, "cite": {"source": "paper"}, "note": "see there"}
        made |= self.pick((self.action, self.action, self.action, self.field, self.grade, self.plain))()
        if self.chance(4):
            made["if"] = self.condition()
        if self.chance(6):
            made["severity"] = self.pick(("critical", "major", "minor"))
        if self.chance(6):
            made["owed_by"] = "supervisor"
        if self.traits.dated:
            self.date(made)
        return made

    def date(self, made: dict[str, Any]) -> None:
        form = self.pick((None, None, None, None, None, None, "from", "until", "editions"))
        first, second = CHANGES[0], self.pick(CHANGES[1:])
        if form == "from":
            made["from"] = self.parameter_date(first) if self.chance(2) else first
        elif form == "until":
            made["until"] = second
        elif form == "editions":
            other: dict[str, Any] = {"from": second, "edition": "second"}
            if "action" in made.get("require", {}):
                other["require"] = {**made["require"], "within": self.duration()}
            if self.chance(3):
                other["if"] = self.condition(1)
            made["editions"] = [{"from": first, "until": second}, other]

    def parameter_date(self, date: dt.date) -> str:
        name = f"p{len(self.parameters) + 1}"
        self.parameters[name] = {"value": date, "basis": "inferred", "note": "made up"}
        return name

    def action(self) -> dict[str, Any]:
        on, subject = self.on_action()
        kinds = ACTIONS_OF_CHILD if subject == "child" and not self.chance(4) else ACTIONS_OF_EPISODE
        if self.added and self.chance(3):
            kinds = ("drone_sent",)
        kind = str(self.pick(kinds))
        require: dict[str, Any] = {"action": kind}
        if kind in WHERE and self.chance(3):
            require["where"] = dict(self.pick(WHERE[kind]))
        elif self.chance(5):
            require["action"] = [kind, "enquiry_made"] if kind != "enquiry_made" else [kind]
        require["within"] = self.duration(stated=False)
        if self.chance(8):
            require["called"] = "what is asked for"
        made: dict[str, Any] = {"on": on, "require": require}
        triggers = on if isinstance(on, list) else [on]
        if any("every" in trigger for trigger in triggers):
            made["while"] = self.pick(("open", "away"))
            return made
        if subject == "mixed":
            made["per"] = "episode"
        elif subject == "child" and self.chance(6) and "episodes" not in on:
            made["per"] = "episode"
        elif subject == "episode" and self.chance(6) and all("entry" in each for each in triggers):
            made["per"] = "child"
        child = made.get("per", subject) == "child"
        if self.chance(3):
            made["after"] = "trigger"
        if not child and self.chance(3):
            made["while"] = self.pick(("open", "away"))
        if self.chance(3):
            made["unless"] = self.releases(child=child)
        if self.chance(4):
            made["may_be_decided_by"] = self.pick(("supervisor", ["mash", "supervisor"]))
        return made

    def releases(self, *, child: bool) -> Any:
        entry = {"entry": self.pick(("located", "strategy_meeting_declined", "graded"))}
        if entry["entry"] == "graded" and self.chance(2):
            entry = {**entry, "where": {"grade": "high"}}
        del child
        return self.pick((entry, self.condition(1), [entry, self.condition(0)]))

    def on_action(self) -> tuple[Any, str]:
        form = self.pick(("count", "count", "entry", "entry", "child", "open", "every", "gap", "two"))
        if form == "count":
            return self.count(since=True), "child"
        if form == "entry":
            return self.on_entry(("reported", "returned", "categorised", "ppn_submitted")), "episode"
        if form == "child":
            return self.on_entry(("strategy_meeting_declined", "marker_added", "care_status")), "child"
        if form == "open":
            return {"open": self.lasted()}, "episode"
        if form == "every":
            on: dict[str, Any] = {"every": self.duration(("2 hours", "24 hours", "1 day", "1 week"))}
            if self.chance(2):
                on["sooner"] = [{"if": self.condition(1), "every": self.duration(("1 hour", "30 minutes"))}]
            if self.chance(3):
                on["first_after"] = self.duration(("72 hours", "2 hours", "1 day"))
            return on, "episode"
        if form == "gap":
            limit = self.duration(("1 hour", "2 hours", "3 days"))
            gap: dict[str, Any] = {self.pick(("more_than", "at_least")): limit}
            if self.chance(4):
                gap |= {"from": "missing_since", "to": "reported"}
            return {"gap": gap}, "episode"
        if self.chance(3):
            return [self.on_entry(("marker_added",)), self.on_entry(("reported",))], "mixed"
        return [self.on_entry(("reported", "concern_noted")), {"open": self.lasted()}], "episode"

    def on_entry(self, kinds: Sequence[str]) -> dict[str, Any]:
        kind = self.pick(kinds)
        made: dict[str, Any] = {"entry": kind}
        if kind in WHERE and self.chance(3):
            made["where"] = dict(self.pick(WHERE[kind]))
        elif self.chance(6):
            made["entry"] = [kind]
        return made

    def count(self, *, since: bool = False) -> dict[str, Any]:
        made: dict[str, Any] = {"episodes": self.counting_term()}
        made[self.pick(("reach", "reach", "more_than"))] = self.number(2, 3, 1)
        made["within"] = self.window()
        if self.chance(2):
            made["as_recorded"] = {"category": "missing"}
        if since and self.chance(4):
            made["since"] = "action"
        return made

    def field(self) -> dict[str, Any]:
        kind = str(self.pick(sorted(FIELDS)))
        name, wanted = self.pick(FIELDS[kind])
        require: dict[str, Any] = {"field": name}
        if wanted == "names":
            require["names_known"] = self.pick((["markers"], ["concerns"], ["markers", "concerns"]))
            if kind == "graded" and not self.chance(3):
                require["or_field"] = "rationale"
        elif wanted is not None:
            require["as"] = wanted
        require["within"] = self.duration(stated=False)
        on: dict[str, Any] = {"entry": kind}
        if kind == "categorised" and self.chance(2):
            on["where"] = {"category": "concern_for_safety"}
        return {"on": on, "require": require}

    def grade(self) -> dict[str, Any]:
        within = self.duration(stated=False)
        steps = self.chance(3)
        on: Any = [{"entry": kind} for kind in ("marker_added", "concern_noted")]
        if self.chance(4):
            on = self.count()
        elif not steps:
            on.append({"entry": "graded"})
        made: dict[str, Any] = {"on": on}
        if steps:
            made["grade"] = {"steps_up": self.number(1, 2), "within": within}
        else:
            floor = self.pick(("medium", "high"))
            named = self.parameter(floor, "high") if self.chance(3) else floor
            made["grade"] = {"at_least": named, "within": within}
        if self.chance(3):
            made["unless"] = {"not": {"marker": "self_harm"}}
        return made

    def plain(self) -> dict[str, Any]:
        on = self.pick(
            (
                lambda: self.count(),
                lambda: self.on_entry(("categorised", "closed", "graded")),
                lambda: {"open": self.lasted()},
                lambda: {"gap": {"more_than": "1 hour"}},
            )
        )()
        return {"on": on, self.pick(("measure", "forbid")): True}

    # -- the whole ---------------------------------------------------------------------------------

    def policy(self) -> dict[str, Any]:
        for _ in range(self.pick((1, 0, 2))):
            self.counting_term() if self.chance(2) else self.term(self.condition())
        rules = [self.rule(number) for number in range(1, self.pick((2, 1, 3, 4)) + 1)]
        if self.chance(8):
            rules[-1]["active"] = len(rules) == 1
        made: dict[str, Any] = {
            "policy": "generated",
            "title": "Made up",
            "edition": "1",
            "conventions": {"zone": self.pick(self.traits.zones)},
            "sources": {"paper": {"title": "A paper", "publisher": "Nobody", "published": "2023"}},
        }
        if self.working or self.chance(4):
            made["conventions"]["holidays"] = {"country": "GB", "subdivision": "ENG"}
        if self.chance(8):
            made |= {"owner": "nobody", "last_reviewed": dt.date(2023, 1, 1)}
            made["sources"]["paper"]["url"] = "https://example.org/paper"
        if self.added:
            made["vocabulary"] = ADDITIONS
        return {**made, "parameters": self.parameters, "terms": self.terms, "rules": rules}


@dataclass(frozen=True)
class Traits:
    """What generated policies may make use of."""

    dated: bool = True
    ages: bool = True
    working: bool = True
    zones: tuple[str, ...] = ZONES


TIMELESS = Traits(dated=False, ages=False, working=False, zones=("UTC",))
"""Nothing that makes one week different from another."""


@st.composite
def policy_files(draw: Draw, traits: Traits = Traits()) -> dict[str, Any]:  # noqa: B008 - frozen
    """Draw a policy as its file holds it."""
    return _Draft(draw, traits).policy()


def to_yaml(policy: dict[str, Any]) -> str:
    """Write a policy as a file."""
    return yaml.dump(policy, Dumper=_Dumper, sort_keys=False)


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc] - in C where there is C
    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - aliases are refused in policies
        return True


def words_of(value: Any) -> Iterator[str]:
    """List every word in a policy file, keys included."""
    if isinstance(value, dict):
        for key, held in value.items():
            yield from words_of(key)
            yield from words_of(held)
    elif isinstance(value, list):
        for held in value:
            yield from words_of(held)
    elif isinstance(value, str):
        yield from value.split(".")


def kinds_in(policy: dict[str, Any]) -> frozenset[str]:
    """Name the kinds of entry that a policy has to do with, and those that frame every episode."""
    said = {key: policy[key] for key in ("terms", "rules")}
    words = frozenset(words_of(said))
    kinds = {"located", "returned", "closed", "reported"}
    for told in (*TOLD_OF_EPISODE, *TOLD_OF_CHILD, *ADDED_KINDS, *ADDED_TO_CHILD):
        if told.kind in words or words & told.fields.keys():
            kinds.add(told.kind)
    if "age" in words:
        kinds.add("born")
    if "marker" in words or "markers" in words:
        kinds |= {"marker_added", "marker_removed"}
    if "concerns" in words:
        kinds.add("concern_noted")
    if "alone" in words:
        kinds.add("located")
    return frozenset(kinds)


# --- Trials ---------------------------------------------------------------------------------------


@functools.cache
def shipped(name: str) -> Policy:
    """Load a shipped policy, once."""
    return Policy.load(name)


@dataclass(frozen=True)
class Trial:
    """A policy, a record, an instant and a coverage: all that a verdict rests on."""

    policy: Policy
    entries: tuple[Entry, ...]
    as_of: int
    coverage: Coverage = EVERYTHING
    text: str = ""

    @property
    def record(self) -> Record:
        """The record as the kernel takes it."""
        return Record.of(self.entries)

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
        """Have Hypothesis print it like that."""
        printer.text(repr(self))


@st.composite
def pools(draw: Draw) -> Pool:
    """Draw a theme, or everything, for a shipped policy."""
    theme = draw(st.sampled_from([*THEMES, ""]))
    kinds = THEMES.get(theme)
    if kinds is None:
        kinds = frozenset(told.kind for told in (*TOLD_OF_EPISODE, *TOLD_OF_CHILD))
    return pool_of(kinds, rules=("strategy-meeting",))


@st.composite
def trials(  # noqa: PLR0913 - what may stand in a trial
    draw: Draw,
    origin: str,
    *,
    traits: Traits = Traits(),  # noqa: B008 - frozen
    limits: bool = True,
    bases: Sequence[int] = BASES,
    **history: Any,
) -> Trial:
    """Draw a trial of the shipped policy or of a generated one."""
    if origin == GENERATED:
        file = draw(policy_files(traits))
        text = to_yaml(file)
        policy = Policy.parse(text)
        kinds = kinds_in(file)
        rules = [rule["id"] for rule in file["rules"]]
        pool = pool_of(kinds, rules=rules, added="vocabulary" in file)
    else:
        policy, text = shipped(origin), ""
        pool = draw(pools())
        kinds = frozenset(told.kind for told in (*pool.episode, *pool.child))
    entries = draw(histories(pool, bases=bases, **history))
    as_of = draw(instants_of(entries))
    coverage = draw(coverages(sorted(kinds), base=entries[0].at)) if limits else EVERYTHING
    return Trial(policy, entries, as_of, coverage, text)
