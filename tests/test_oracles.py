"""The kernel against two oracles that were written from the documentation, not from the kernel.

``oracle.py`` tries every set of episodes; ``sql_oracle.py`` asks DuckDB. The logs are small, and
their days and minutes lie where windows, deadlines and clocks have their edges. Day 0 is Monday,
1 January 2024; times are those that clocks in London show.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import zoneinfo
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import build
import oracle
import sql_oracle
from missingrules import evaluate
from missingrules.calendar import from_us, to_us
from oracle import Convention, Counted, Dates
from sql_oracle import HOUR, Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from missingrules import Policy
    from oracle import Run

LONDON = "Europe/London"
ZONE = zoneinfo.ZoneInfo(LONDON)
DAY_0 = dt.date(2024, 1, 1)
TICK = dt.timedelta(microseconds=1)
AN_HOUR = dt.timedelta(hours=1)
A_DAY = dt.timedelta(days=1)
AT_ONCE = dt.timedelta(0)

# --- What policies ask ----------------------------------------------------------------------------

THRESHOLDS = {"reach: 1": 1, "reach: 2": 2, "reach: 3": 3, "more_than: 3": 4}
WINDOWS = {
    "90 days, edge: inclusive": Convention(90, "days", inclusive=True, zone=LONDON),
    "90 days, edge: exclusive": Convention(90, "days", inclusive=False, zone=LONDON),
    "2160 hours, edge: inclusive": Convention(2160, "hours", inclusive=True, zone=LONDON),
    "2160 hours, edge: exclusive": Convention(2160, "hours", inclusive=False, zone=LONDON),
    "42 days, edge: inclusive": Convention(42, "days", inclusive=True, zone=LONDON),
    "ever": Convention(None, "ever", inclusive=True, zone=LONDON),
}
SPANS = {
    "90 days, edge: inclusive": 90,
    "90 days, edge: exclusive": 89,
    "2160 hours, edge: inclusive": 2160 * HOUR,
    "2160 hours, edge: exclusive": 2160 * HOUR - 1,
    "42 days, edge: inclusive": 42,
    "ever": 100 * 366 * 24 * HOUR,
}
"""The same windows for SQL: how far apart dates, or microseconds, may lie."""
ALLOWED: dict[str, dt.timedelta | Dates] = {
    "24 hours": dt.timedelta(hours=24),
    "3 days": Dates(3, working=False, zone=LONDON),
    "5 working days": Dates(5, working=True, zone=LONDON),
}


class Asked(NamedTuple):
    """A rule about a count, in the words of a policy."""

    threshold: str = "reach: 3"
    window: str = "90 days, edge: inclusive"
    within: str = "5 working days"
    placed_by: str = "reported"
    afresh: bool = False


@functools.cache
def policy(asked: Asked) -> Policy:
    within, parameters = "ever", ""
    if asked.window != "ever":
        within = "window"
        value = f"{asked.window}, placed_by: {asked.placed_by}"
        parameters = f"parameters:\n  window: {{value: {value}, basis: inferred}}\n"
    since = ", since: action" if asked.afresh else ""
    return build.policy(f"""{parameters}
terms:
  missing: {{category: missing}}
rules:
  - id: meeting
    on: {{episodes: missing, {asked.threshold}, within: {within}{since}}}
    require: {{action: strategy_meeting_held, within: {asked.within}}}
""")


# --- What logs hold -------------------------------------------------------------------------------


class Told(NamedTuple):
    """An episode. The category may be entered later than it was given."""

    name: str
    reported: dt.datetime
    categorised: dt.datetime
    entered: dt.datetime
    missing_since: dt.datetime | None = None
    voided: dt.datetime | None = None

    def lines(self) -> Iterator[str]:
        """Write it in the notation of ``build.py``."""
        since = f"missing_since={written(self.missing_since, 'T')}" if self.missing_since else ""
        entered = f"recorded={written(self.entered, 'T')}"
        yield f"{self.name} {written(self.reported)} reported {since}"
        yield f"{self.name} {written(self.categorised)} categorised category=missing {entered}"
        if self.voided:
            yield f"{self.name} {written(self.voided)} voided"

    def counted(self, asked: Asked) -> Counted:
        """Place it as the policy says; for ever has no window, so nothing says otherwise."""
        placed = self.reported
        if asked.placed_by == "missing_since" and asked.window != "ever":
            placed = self.missing_since or self.reported
        return Counted(self.name, placed, self.categorised, self.entered, self.voided)


class Meeting(NamedTuple):
    """A strategy meeting. It may be entered later than it was held."""

    held: dt.datetime
    entered: dt.datetime

    def lines(self) -> Iterator[str]:
        """Write it in the notation of ``build.py``."""
        entered = f"recorded={written(self.entered, 'T')}"
        yield f"- {written(self.held)} strategy_meeting_held {entered}"


class Case(NamedTuple):
    """A rule, a log and the instant to judge at."""

    asked: Asked
    told: tuple[Told, ...]
    meetings: tuple[Meeting, ...]
    as_of: dt.datetime

    def __repr__(self) -> str:
        """Show it so that a failure can be read, and pasted."""
        return f"{self.asked}\n{self.log}\nas of {written(self.as_of)}"

    @property
    def log(self) -> str:
        facts: tuple[Told | Meeting, ...] = (*self.told, *self.meetings)
        return "\n".join(line for fact in facts for line in fact.lines())

    @property
    def counted(self) -> list[Counted]:
        """The episodes on record."""
        episodes = [each.counted(self.asked) for each in self.told]
        return [episode for episode in episodes if episode.stands(self.as_of)]

    @property
    def held(self) -> list[dt.datetime]:
        """The meetings on record."""
        return [meeting.held for meeting in self.meetings if meeting.entered <= self.as_of]


def written(instant: dt.datetime, between: str = " ") -> str:
    return instant.astimezone(ZONE).isoformat(between)


def clock(day: int, time: str, *, fold: int = 0) -> dt.datetime:
    """Give the instant at which clocks in London show a time, so many days after day 0."""
    return local(f"{DAY_0 + day * A_DAY} {time}", fold=fold)


def local(text: str, *, fold: int = 0) -> dt.datetime:
    shown = dt.datetime.fromisoformat(text).replace(tzinfo=ZONE, fold=fold)
    return shown.astimezone(dt.UTC)


START = (0, 59, 60, 89, 90, 210, 299, 300, -64, -31, -7)
"""Among them 29 February (59), changes of the clocks (-64, 90, 300), and 90 days before them."""
CLOCK = ("12:00", "00:00", "00:30", "01:30", "11:00", "13:00", "12:00:00.000001", "23:59:59.999999")


def mostly(usual: Any, *others: Any) -> st.SearchStrategy[Any]:
    """Draw the usual three times as often as all others together."""
    return st.sampled_from((*[usual] * 3 * len(others), *others))


ASKED = st.builds(
    Asked,
    threshold=st.sampled_from(["reach: 3", *THRESHOLDS]),
    window=st.sampled_from([*WINDOWS]),
    within=st.sampled_from([*ALLOWED]),
    placed_by=st.sampled_from(("reported", "missing_since")),
    afresh=st.booleans(),
)
ORDINARY = ASKED.map(lambda asked: asked._replace(afresh=False))
AFRESH = ASKED.map(lambda asked: asked._replace(afresh=True))


@st.composite
def logs(draw: Callable[..., Any], *, length: int, prompt: bool = False) -> tuple[Told, ...]:
    """Draw up to seven episodes, at distances that matter to a window of so many days.

    ``prompt``: each is placed, and counts, at its report.
    """
    half = length // 2
    steps = draw(
        st.lists(
            st.sampled_from((1, half, half + 1, length, length + 1, 0)), min_size=1, max_size=6
        )
        | st.sampled_from(
            [  # three in the window, then two, then three again
                (half, half, half + 1, 1, half),
                (1, length - 1, 2, 1, length),
                (1, length - 2, 2, 1, length),
            ]
        )
    )
    late, corrected = not prompt and draw(st.booleans()), draw(st.booleans())
    told: list[Told] = []
    day, time = draw(st.sampled_from(START)), draw(st.sampled_from(CLOCK))
    for number, step in enumerate((0, *steps), 1):
        day, time = day + step, draw(mostly(time, *CLOCK))
        reported = clock(day, time, fold=draw(st.integers(0, 1)))
        wait = delay = AT_ONCE
        since = voided = None
        if late:
            wait = draw(mostly(AT_ONCE, TICK, AN_HOUR, length * A_DAY, 4 * length * A_DAY))
            since = draw(mostly(None, AN_HOUR, A_DAY, half * A_DAY, length * A_DAY))
        if corrected:
            delay = draw(mostly(AT_ONCE, A_DAY, 100 * A_DAY))
            voided = draw(mostly(None, A_DAY, 100 * A_DAY))
        told.append(
            Told(
                f"E{number}",
                reported,
                reported + wait,
                reported + wait + delay,
                None if since is None else reported - since,
                None if voided is None else reported + wait + voided,
            )
        )
    return tuple(told)


@st.composite
def cases(
    draw: Callable[..., Any],
    *,
    asked: st.SearchStrategy[Asked] = ASKED,
    prompt: bool = False,
    meetings: Sequence[int] = (1, 2, 0, 3, 4),
) -> Case:
    """Draw a rule, a log, and meetings near the edges of what the rule may ask.

    No two meetings are held at one instant; that case stands further below.
    """
    rule = draw(asked)
    length = 42 if rule.window.startswith("42") else 90
    told = draw(logs(length=length, prompt=prompt))
    near = edges(rule, told)
    instants = sorted({draw(near) for _ in range(draw(st.sampled_from(meetings)))})
    held = [Meeting(one, one + draw(mostly(AT_ONCE, 2 * A_DAY))) for one in instants]
    end = max(fact.entered for fact in (*told, *held)) + 400 * A_DAY
    return Case(rule, told, tuple(held), draw(st.just(end) | st.just(end) | near))


def edges(asked: Asked, told: Sequence[Told]) -> st.SearchStrategy[dt.datetime]:
    """Draw instants about those at which duties open and are due."""
    opened = [run.opened for run in tried(asked, [each.counted(asked) for each in told], [])]
    near: list[dt.datetime] = []
    for instant in opened or [each.categorised for each in told]:
        due = oracle.Run(instant, ALLOWED[asked.within], frozenset()).due
        near += [instant, due, instant - TICK, due - TICK, instant + TICK, due + TICK]
        near += [instant - A_DAY, instant + A_DAY, due + 30 * A_DAY]
    return st.sampled_from(near)


def tried(asked: Asked, counted: Sequence[Counted], held: Sequence[dt.datetime]) -> list[Run]:
    """Try every set of episodes."""
    return oracle.runs(
        counted,
        held,
        number=THRESHOLDS[asked.threshold],
        holds=WINDOWS[asked.window].holds,
        allowed=ALLOWED[asked.within],
        afresh=asked.afresh,
    )


# --- What each of the three answers ---------------------------------------------------------------


class Duty(NamedTuple):
    """What is owed for a run of episodes, and what became of it."""

    opened: dt.datetime
    due: dt.datetime | None
    episodes: list[str]
    further: int
    done: dt.datetime | None
    outcome: str


def judged(case: Case) -> list[Duty]:
    """Ask the kernel."""
    found = evaluate(policy(case.asked), build.record(case.log), as_of=case.as_of).findings
    return sorted(
        Duty(f.opened_at, f.due_at, sorted(f.episodes), f.episodes_since, f.done_at, f.outcome)
        for f in found
    )


def brute_force(case: Case) -> list[Duty]:
    """Ask the oracle that tries every set."""
    return [
        Duty(r.opened, r.due, sorted(r.episodes), len(r.further), r.done, r.outcome(case.as_of))
        for r in tried(case.asked, case.counted, case.held)
    ]


def rows(case: Case) -> list[Row]:
    """Write the episodes on record in whole numbers, placed as the window measures."""
    measure = ordinal if WINDOWS[case.asked.window].unit == "days" else to_us
    return [Row(e.name, measure(e.placed), to_us(e.since)) for e in case.counted]


def ordinal(instant: dt.datetime) -> int:
    return instant.astimezone(ZONE).toordinal()


def measure(within: str) -> Callable[[dt.datetime], int]:
    """Give what SQL measures a deadline by."""
    return to_us if within.endswith("hours") else ordinal


def last_in_sql(within: str, opened: dt.datetime) -> int:
    """Give the last microsecond, or the last date, that is in time."""
    if within == "5 working days":
        return sql_oracle.last_working_day(ordinal(opened), allowed=5)
    return measure(within)(opened) + {"24 hours": 24 * HOUR, "3 days": 3}[within]


def due_in_sql(within: str, opened: dt.datetime) -> dt.datetime:
    """Give the end of the time allowed as a finding does."""
    last = last_in_sql(within, opened)
    if within.endswith("hours"):
        return from_us(last)
    return dt.datetime.combine(dt.date.fromordinal(last + 1), dt.time(), ZONE)


# --- Every set of episodes ------------------------------------------------------------------------


@given(case=cases())
def test_the_kernel_finds_the_duties_that_trying_every_set_of_episodes_finds(case: Case) -> None:
    assert judged(case) == brute_force(case)


@given(case=cases(asked=ORDINARY))
def test_the_first_duty_opens_when_any_set_of_episodes_first_fills_a_window(case: Case) -> None:
    number, holds = THRESHOLDS[case.asked.threshold], WINDOWS[case.asked.window].holds
    first = oracle.reached(case.counted, number=number, holds=holds)
    assert [duty.opened for duty in judged(case)][:1] == ([] if first is None else [first])


# --- SQL ------------------------------------------------------------------------------------------


@given(case=cases(asked=ORDINARY))
def test_the_first_duty_opens_when_sql_finds_a_window_full(case: Case) -> None:
    number, span = THRESHOLDS[case.asked.threshold], SPANS[case.asked.window]
    first = sql_oracle.first_reached(rows(case), number=number, span=span)
    assert [to_us(duty.opened) for duty in judged(case)][:1] == ([] if first is None else [first])


@given(case=cases(asked=AFRESH, prompt=True) | cases(asked=ORDINARY, prompt=True, meetings=[0]))
def test_the_kernel_finds_the_runs_that_sql_finds(case: Case) -> None:
    held, number = [to_us(held) for held in case.held], THRESHOLDS[case.asked.threshold]
    assert [
        (to_us(duty.opened), duty.episodes, duty.further) for duty in judged(case)
    ] == sql_oracle.spells(rows(case), held, number=number, span=SPANS[case.asked.window])


@given(case=cases())
def test_a_duty_is_fulfilled_where_sql_finds_a_meeting_in_time(case: Case) -> None:
    within = case.asked.within
    measured = measure(within)
    actions = [(to_us(held), measured(held)) for held in case.held]
    for duty in judged(case):
        last = last_in_sql(within, duty.opened)
        done = sql_oracle.done_in_time(actions, opened=to_us(duty.opened), last=last)
        assert duty.due == due_in_sql(within, duty.opened)
        if done is not None:
            assert (duty.outcome, duty.done) == ("fulfilled", from_us(done))
        elif measured(case.as_of) <= last:
            assert (duty.outcome, duty.done) == ("pending", None)
        else:
            assert duty.outcome in {"breached", "fulfilled_late"}


# --- Deadlines and windows alone ------------------------------------------------------------------


@given(
    day=st.integers(-64, 1250) | st.sampled_from(START),
    time=st.sampled_from(CLOCK),
    fold=st.integers(0, 1),
    within=st.sampled_from([*ALLOWED]),
)
def test_all_three_let_a_deadline_end_at_the_same_instant(
    day: int, time: str, fold: int, within: str
) -> None:
    opened = clock(day, time, fold=fold)
    told = Told("E1", opened, opened, opened)
    (duty,) = judged(Case(Asked("reach: 1", within=within), (told,), (), opened))
    assert duty.opened == opened
    assert duty.due == oracle.Run(opened, ALLOWED[within], frozenset()).due
    assert duty.due == due_in_sql(within, opened)


SIX = {
    "same clock, no change of clocks between": ("05-01 12:00", "07-30 12:00", (3, 3, 2)),
    "same clock, across the spring change": ("02-01 12:00", "05-01 12:00", (3, 3, 2)),
    "same clock, across the autumn change": ("09-01 12:00", "11-30 12:00", (2, 3, 2)),
    "later in the day": ("05-01 12:00", "07-30 18:00", (2, 3, 2)),
    "first at 00:30 BST, the day before in UTC": ("05-01 00:30", "07-30 12:00", (2, 3, 2)),
    "1 December to 1 March of a leap year": ("2023-12-01 12:00", "03-01 12:00", (2, 2, 2)),
}
"""The first and the last of three reports, in 2024 unless said, and how many each window holds."""
CONVENTIONS = (
    "2160 hours, edge: inclusive",
    "90 days, edge: inclusive",
    "90 days, edge: exclusive",
)


@pytest.mark.parametrize("column", range(3), ids=CONVENTIONS)
@pytest.mark.parametrize("case", SIX)
def test_all_three_hold_as_many_of_three_episodes_in_each_window(case: str, column: int) -> None:
    *reports, expected = SIX[case]
    first, last = (local(text if text[:2] == "20" else f"2024-{text}") for text in reports)
    instants = [first, first + 45 * A_DAY, last]
    told = tuple(Told(f"E{n}", one, one, one) for n, one in enumerate(instants, 1))
    window = CONVENTIONS[column]

    def asking(threshold: str) -> Case:
        return Case(Asked(threshold, window), told, (), last + A_DAY)

    assert len(judged(asking("reach: 3"))) == (expected[column] == 3)
    (duty,) = judged(asking("reach: 2"))
    assert duty.further == 1  # or else the last one would not go with the run

    counted = asking("reach: 3").counted
    held = oracle.fullest(counted, counted[-1:], 1, WINDOWS[window].holds)
    assert held is not None
    assert len(held) == expected[column]

    *_, names = sql_oracle.held(rows(asking("reach: 3")), span=SPANS[window])
    assert len(names) == expected[column]


# --- Cases that chance seldom draws ---------------------------------------------------------------


def on(*days: int) -> tuple[Told, ...]:
    """One episode on each of these days, at noon."""
    noons = [clock(day, "12:00") for day in days]
    return tuple(Told(f"E{n}", noon, noon, noon) for n, noon in enumerate(noons, 1))


def meetings(*instants: dt.datetime) -> tuple[Meeting, ...]:
    return tuple(Meeting(instant, instant) for instant in instants)


def counted_late(told: Told, day: int) -> Told:
    noon = clock(day, "12:00")
    return told._replace(categorised=noon, entered=noon)


THREE_DAYS = Asked(within="3 days")
LAPSED = on(0, 1, 90, 92, 93)
"""Day 90 opens, day 92 ends the run with two in the window, day 93 opens anew."""
MUCH_LATER = clock(400, "12:00")
SELDOM = {
    "an episode used again after a lapse": Case(THREE_DAYS, LAPSED, (), MUCH_LATER),
    "an answer to two runs": Case(THREE_DAYS, LAPSED, meetings(clock(93, "12:00")), MUCH_LATER),
    "an answer that leaves an older run overdue": Case(
        THREE_DAYS, LAPSED, meetings(clock(94, "00:00")), MUCH_LATER
    ),
    "an answer in the last microsecond in time": Case(
        THREE_DAYS, on(0, 1, 90), meetings(clock(93, "23:59:59.999999")), MUCH_LATER
    ),
    "an answer in the first microsecond too late": Case(
        THREE_DAYS, on(0, 1, 90), meetings(clock(94, "00:00")), MUCH_LATER
    ),
    "a late count that goes with a run that had lapsed": Case(
        THREE_DAYS,
        (*on(0, 1, 90, 200), counted_late(on(5)[0]._replace(name="E5"), 201)),
        (),
        MUCH_LATER,
    ),
    "two further episodes in one moment": Case(THREE_DAYS, on(0, 1, 90, 91, 91), (), MUCH_LATER),
    "an opening on 29 February": Case(THREE_DAYS, on(-31, 0, 59), (), MUCH_LATER),
}


@pytest.mark.parametrize("what", SELDOM)
def test_the_kernel_and_the_oracle_agree_where_there_is(what: str) -> None:
    case = SELDOM[what]
    assert what in set(reached_by(case))
    assert judged(case) == brute_force(case)


@pytest.mark.parametrize("name", ["A", "Z"])
def test_an_episode_placed_at_the_instant_of_the_latest_never_ends_a_run(name: str) -> None:
    latest, early, equal, before = on(200, 5, 200, 199)
    told = (
        *on(0, 1, 90),
        latest._replace(name="L"),
        counted_late(early, 201)._replace(name="X"),  # goes with the run of the first three again
        counted_late(equal, 202)._replace(name=name),
        counted_late(before, 203)._replace(name="Y"),
    )
    case = Case(THREE_DAYS, told, (), MUCH_LATER)
    (duty,) = judged(case)
    assert [duty] == brute_force(case)


def test_two_meetings_in_one_moment_answer_what_one_of_them_would() -> None:
    twice = meetings(clock(94, "00:00"), clock(94, "00:00"))
    case = Case(THREE_DAYS, LAPSED, twice, MUCH_LATER)
    assert judged(case) == brute_force(case)


# --- What is tried --------------------------------------------------------------------------------

REACHED = {
    "two episodes in one moment",
    "an episode not known yet",
    "a void episode",
    "pending",
    "breached",
    "fulfilled",
    "fulfilled_late",
    "a window across a change of the clocks",
    "dates as far apart as a window holds",
    "a meeting in the moment of the opening",
    "a meeting just before the opening",
    "a new run after an answer",
}


def test_the_logs_go_to_the_edges_that_matter() -> None:
    seen: set[str] = set()

    @settings(
        max_examples=200,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases())
    def listen(case: Case) -> None:
        seen.update(reached_by(case))

    listen()
    assert sorted(REACHED - seen) == []


def reached_by(case: Case) -> Iterator[str]:
    """Name what a case shows, as far as the list above asks."""
    if len({episode.since for episode in case.counted}) < len(case.counted):
        yield "two episodes in one moment"
    for each in case.told:
        if each.entered > case.as_of:
            yield "an episode not known yet"
        elif each.voided is not None and each.voided <= case.as_of:
            yield "a void episode"
    found = tried(case.asked, case.counted, case.held)
    for run in found:
        yield run.outcome(case.as_of)
        yield from reached_by_run(case, run)
    if any(joined_after_a_lapse(case, run) for run in found):
        yield "a late count that goes with a run that had lapsed"
    for older, newer in itertools.combinations(found, 2):
        yield from reached_by_two(older, newer)


def reached_by_run(case: Case, run: Run) -> Iterator[str]:
    further = [episode.since for episode in case.counted if episode.name in run.further]
    if len(set(further)) < len(further):
        yield "two further episodes in one moment"
    if run.opened.astimezone(ZONE).date() == dt.date(2024, 2, 29):
        yield "an opening on 29 February"
    placed = [e.placed.astimezone(ZONE) for e in case.counted if e.name in run.episodes]
    if len({instant.utcoffset() for instant in placed}) > 1:
        yield "a window across a change of the clocks"
    if max(placed).toordinal() - min(placed).toordinal() == SPANS[case.asked.window]:
        yield "dates as far apart as a window holds"
    if run.opened in case.held:
        yield "a meeting in the moment of the opening"
    if run.opened - TICK in case.held:
        yield "a meeting just before the opening"
    if run.done is not None and run.in_time(run.done) and not run.in_time(run.done + TICK):
        yield "an answer in the last microsecond in time"
    if run.done is not None and run.in_time(run.done - TICK) and not run.in_time(run.done):
        yield "an answer in the first microsecond too late"


def reached_by_two(older: Run, newer: Run) -> Iterator[str]:
    if older.done is not None and older.done <= newer.opened:
        yield "a new run after an answer"
    if older.episodes & newer.episodes:
        yield "an episode used again after a lapse"
    if older.done is not None and older.done == newer.done:
        yield "an answer to two runs"
    if newer.done is not None and older.done is None:
        yield "an answer that leaves an older run overdue"


def joined_after_a_lapse(case: Case, run: Run) -> bool:
    """Whether the latest episode passed a run by, and one that counted after it went with it."""
    end = run.done or case.as_of
    passed = [
        e.since
        for e in case.counted
        if run.opened < e.since < end
        and e.name not in run.further
        and e.placed > oracle.latest(case.counted, e.since)
    ]
    return any(e.name in run.further and e.since > min(passed) for e in case.counted if passed)
