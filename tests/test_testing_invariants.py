"""The checks of the testing kit: they pass on the library, and find the fault of a broken program.

Each broken program is one that somebody could write. It is tried on a case written for it, where
the whole message is held to the letter, and on drawn trials, where nobody has pointed at the fault.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import textwrap
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st

from build import at, record
from build import policy as compiled
from missingrules import Coverage, EngineError, Policy, Record, evaluate, testing
from missingrules.errors import MissingRulesError
from missingrules.layers import shipped
from missingrules.matchers import matcher_for
from missingrules.matchers.durable import DurableMatcher
from missingrules.terms import NO
from missingrules.testing.invariants import EACH_RECORD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from missingrules import Assessment, Entry
    from missingrules.matchers import Matcher

Told = list[dict[str, Any]]

TOLD = compiled("""
    terms:
      missing: {category: missing}
    parameters:
      window: {value: 90 days, edge: inclusive, basis: inferred}
    rules:
      - id: told
        on: {entry: categorised, where: {category: missing}}
        require: {action: fim_notified, within: 1 hour}
      - id: meeting
        on: {episodes: missing, reach: 2, within: window}
        require: {action: strategy_meeting_held, within: 5 working days}
      - id: raised
        on: [{entry: marker_added}, {entry: graded}]
        if: {marker: self_harm}
        grade: {at_least: high, within: 1 hour}
""")
CASE = """
    E1 2023-01-10 09:00 reported
    E1 2023-01-10 09:05 categorised category=missing rationale="a secret"
    E1 2023-01-10 09:30 fim_notified
    E1 2023-01-10 10:00 graded grade=medium rationale="a secret"
    E1 2023-01-10 11:00 graded grade=high
    E1 2023-01-10 12:00 returned
    E2 2023-01-20 09:00 reported
    E2 2023-01-20 09:05 categorised category=missing
    E2 2023-01-20 09:10 graded grade=medium
    E2 2023-01-20 09:15 fim_notified recorded=18:00
    E2 2023-01-20 09:30 graded grade=high
    -  2023-01-20 09:20 marker_added marker=self_harm
"""
THEN = at("2023-01-20 10:05")
"""The last instant in time to tell the force incident manager of the second episode."""


BRIEF = ("finding_id", "rule", "outcome", "due_at")


def told(policy: Policy, whose: Record, entries: Iterable[Entry], as_of: dt.datetime) -> Assessment:
    return evaluate(policy, Record.of(entries, child_id=whose.child_id), as_of=as_of)


# --- Programs with a fault ------------------------------------------------------------------------


def takes_the_first_row_of_a_kind(policy: Policy, record: Record, as_of: dt.datetime) -> Assessment:
    """Depend on the order of rows."""
    first = {(entry.episode_id, entry.kind): entry for entry in record.entries[::-1]}
    return told(policy, record, first.values(), as_of)


def counts_rows(policy: Policy, record: Record, as_of: dt.datetime) -> Assessment:
    """Take a row that comes twice for another episode."""
    seen = Counter[str]()
    entries = []
    for entry in record.entries:
        mark = "-again" * seen[entry.entry_id]
        seen[entry.entry_id] += 1
        episode_id = entry.episode_id and f"{entry.episode_id}{mark}"
        entries.append(replace(entry, entry_id=f"{entry.entry_id}{mark}", episode_id=episode_id))
    return told(policy, record, entries, as_of)


def peeks(policy: Policy, record: Record, as_of: dt.datetime) -> Assessment:
    """Look at when something happened, not at when it was recorded."""
    return told(policy, record, (replace(e, recorded=e.at) for e in record.entries), as_of)


class Remembers:
    """Mix children: keep what was told of any child, as of one."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self.entries: dict[str, Entry] = {}

    def __call__(self, policy: Policy, record: Record, as_of: dt.datetime) -> Assessment:
        """Judge everything that ever came."""
        self.entries |= {entry.entry_id: entry for entry in record.entries}
        own = [replace(entry, child_id=record.child_id) for entry in self.entries.values()]
        return told(policy, record, own, as_of)


class AnswersForAnother:
    """Mix children: give the answer that was kept for whoever was asked about first."""

    def __init__(self) -> None:
        """Keep nothing yet."""
        self.kept: Assessment | None = None

    def __call__(self, policy: Policy, record: Record, as_of: dt.datetime) -> Assessment:
        """Give the answer that was kept."""
        self.kept = self.kept or evaluate(policy, record, as_of=as_of)
        return self.kept


def shuts_a_minute_early(policy: Policy, record: Record, as_of: dt.datetime) -> Told:
    """Be another engine, with a clock that is a minute fast."""
    found = evaluate(policy, record, as_of=as_of + dt.timedelta(minutes=1)).findings
    return [{key: one.to_dict()[key] for key in BRIEF} for one in found]


def drops_evidence(policy: Policy, record: Record, as_of: dt.datetime) -> Told:
    """Cite nothing but the entry that a duty hangs on."""
    found = [finding.to_dict() for finding in evaluate(policy, record, as_of=as_of).findings]
    return [one | {"evidence": one["evidence"][-1:], "cited": []} for one in found]


def has_no_room_for_meetings(policy: Policy, record: Record, as_of: dt.datetime) -> Assessment:
    """Take an action in, and go on asking for it."""
    known = [e for e in record.entries if e.kind not in ("strategy_meeting_held", "fim_notified")]
    return told(policy, record, known, as_of)


def ignores_voids(policy: Policy, record: Record, as_of: dt.datetime) -> Assessment:
    """Count an episode that was voided."""
    return told(policy, record, (e for e in record.entries if e.kind != "voided"), as_of)


def lags(policy: Policy, record: Record, as_of: dt.datetime) -> Assessment:
    """Judge live what was there before the last entry came."""
    last = max((entry.known for entry in record.entries), default=0)
    return told(policy, record, (e for e in record.entries if e.known < last), as_of)


def others(one: Record) -> list[Record]:
    """Put another child beside the first, of whom the same was told a day later."""
    later = [
        replace(
            entry,
            child_id="another",
            entry_id=f"{entry.entry_id}.another",
            at=entry.at + 86_400_000_000,
            recorded=entry.recorded + 86_400_000_000,
        )
        for entry in one.entries
    ]
    return [one, Record.of(later, child_id="another")]


class Broken(NamedTuple):
    """A check, what makes a program that it is to find out, and what it then says of the case."""

    check: Callable[..., None]
    program: Callable[[], testing.Judge]
    said: str

    def says(self, policy: Policy, one: Record, as_of: dt.datetime) -> str:
        several = self.check is testing.check_children_independent
        told_of: Any = others(one) if several else one
        try:
            self.check(policy, told_of, as_of=as_of, judge=self.program())
        except testing.InvariantError as error:
            return str(error)
        return ""


BROKEN = {
    "depends-on-order": Broken(
        testing.check_order_independent,
        lambda: takes_the_first_row_of_a_kind,
        """
        order-independent: the order of entries must not matter
            raised RAISED_2: fulfilled, only in another order
            raised RAISED: pending, is gone in another order
            the next instants differ in another order
        """,
    ),
    "counts-twice": Broken(
        testing.check_order_independent,
        lambda: counts_rows,
        """
        order-independent: an entry must count once
            meeting MEETING_2: breached, only with every entry twice
            meeting MEETING: pending, is gone with every entry twice
            raised RAISED_2: fulfilled, only with every entry twice
            raised RAISED: different with every entry twice: cited
            told TOLD_3: fulfilled, only with every entry twice
            told TOLD_4: pending, only with every entry twice
        """,
    ),
    "peeks": Broken(
        testing.check_no_peeking,
        lambda: peeks,
        """
        no-peeking: what is not known yet must not matter
            told TOLD_2: outcome fulfilled, without what was not known yet pending; \
        done_at 2023-01-20T09:15:00Z, without what was not known yet none; \
        also different without what was not known yet: cited, message
            the next instants differ without what was not known yet
        """,
    ),
    "remembers-other-children": Broken(
        testing.check_children_independent,
        Remembers,
        """
        children-independent: other children must not matter
            told TOLD_3: fulfilled, only after other children
        """,
    ),
    "answers-for-another-child": Broken(
        testing.check_children_independent,
        AnswersForAnother,
        """
        children-independent: other children must not matter
            told TOLD: is another child's
            meeting MEETING: is another child's
            told TOLD_2: is another child's
            raised RAISED: is another child's
        """,
    ),
    "another-engine": Broken(
        testing.check_engines_agree,
        lambda: shuts_a_minute_early,
        """
        engines-agree: both engines must come to the same findings
            told TOLD_2: outcome breached, by the second engine pending
        """,
    ),
    "drops-evidence": Broken(
        testing.check_evidence_sufficient,
        lambda: drops_evidence,
        """
        evidence-sufficient: a finding must rest on what it cites
            told TOLD: outcome fulfilled, from what it cites alone breached; \
        done_at 2023-01-10T09:30:00Z, from what it cites alone none; \
        also different from what it cites alone: message
        """,
    ),
    "goes-on-asking": Broken(
        testing.check_action_discharges,
        lambda: has_no_room_for_meetings,
        """
        action-discharges: what is done in time must not be owed any more
            meeting MEETING: is pending, though done at 2023-01-20T10:05:00+00:00
        """,
    ),
    "ignores-voids": Broken(
        testing.check_void_is_never,
        lambda: ignores_voids,
        """
        void-is-never: a voided episode must not matter
            meeting MEETING: pending, only with the voided episode
            told TOLD: fulfilled, only with the voided episode
        """,
    ),
    "lags": Broken(
        testing.check_live_equals_batch,
        lambda: lags,
        """
        live-equals-batch: live and batch must agree
            told TOLD: pending, is gone live at 2023-01-10T09:05:00+00:00
            the next instants differ live at 2023-01-10T09:05:00+00:00
        """,
    ),
}
each_broken_program = pytest.mark.parametrize("fault", BROKEN)


def test_there_is_a_broken_program_for_every_check() -> None:
    checks = {name for name in testing.__all__ if name.startswith("check_")} - {"check_all"}
    assert {broken.check.__name__ for broken in BROKEN.values()} == checks


@each_broken_program
def test_a_check_says_what_a_broken_program_gets_wrong(fault: str) -> None:
    broken = BROKEN[fault]
    said = broken.says(TOLD, record(CASE), THEN)
    assert anonymous(said) == re.sub("; +", "; ", textwrap.dedent(broken.said)).strip()
    assert "a secret" not in said


def anonymous(said: str) -> str:
    """Write ids of findings as names: the rule, and a number for those after the first."""
    ids = {one.finding_id: one for one in evaluate(TOLD, record(CASE), as_of=THEN).findings}
    names: dict[str, str] = {}
    for rule, finding_id in [
        *((one.rule, finding_id) for finding_id, one in ids.items()),
        *re.findall(r"^ +(\w+) (f-[0-9a-f]{24}):", said, re.MULTILINE),
    ]:
        number = 1 + len({each for each in names if names[each].startswith(rule.upper())})
        names.setdefault(finding_id, rule.upper() + (f"_{number}" if number > 1 else ""))
    for finding_id, name in names.items():
        said = said.replace(finding_id, name)
    return said


GENERATE = settings(
    max_examples=200,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


@each_broken_program
def test_a_broken_program_is_found_out_by_drawn_trials(fault: str) -> None:
    broken = BROKEN[fault]
    drawn = testing.trials("wiltshire", limited=False, conflicts=False)
    trial = find(drawn, lambda each: broken.says(*each[:3]) != "", settings=GENERATE)
    assert broken.says(*trial[:3])


def test_what_is_found_shrinks_to_a_case_that_can_be_read() -> None:
    broken = BROKEN["ignores-voids"]
    trial = find(
        testing.trials(TOLD),
        lambda each: broken.says(*each[:3]) != "",
        settings=settings(GENERATE, phases=[Phase.generate, Phase.shrink]),
    )
    assert [entry.kind for entry in trial.record.entries] == ["reported", "categorised"]


# --- The library ----------------------------------------------------------------------------------

FEW = settings(max_examples=max(10, settings().max_examples // 6))


@FEW
@pytest.mark.parametrize("name", [*sorted(shipped()), None])
@given(data=st.data())
def test_every_check_passes_on_the_library(name: str | None, data: st.DataObject) -> None:
    trial = data.draw(testing.trials(name, max_episodes=2))
    testing.check_all(**trial._asdict())


@pytest.mark.parametrize("check", [*EACH_RECORD, testing.check_engines_agree])
def test_a_program_may_give_findings_as_json(check: Callable[..., None]) -> None:
    check(TOLD, record(CASE), as_of=THEN, judge=as_json)
    testing.check_children_independent(TOLD, others(record(CASE)), as_of=THEN, judge=as_json)


def as_json(policy: Policy, one: Record, as_of: dt.datetime) -> Told:
    found = evaluate(policy, Record.of(one.entries, child_id=one.child_id), as_of=as_of)
    written = json.loads(json.dumps([finding.to_dict() for finding in found.findings]))
    return list(written)


def test_a_fault_of_the_second_engine_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    never = lambda _, condition, facts: NO  # noqa: ARG005, E731 - in the place of a method
    monkeypatch.setattr(DurableMatcher, "judge", never)
    with pytest.raises(testing.InvariantError, match="is gone by the second engine"):
        testing.check_engines_agree(TOLD, record(CASE), as_of=THEN)


def test_without_a_second_engine_everything_else_is_checked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def missing(_: Policy, engine: str) -> Matcher:
        raise EngineError(f"no engine {engine}")

    one = record(CASE)
    with monkeypatch.context() as patched:
        patched.setattr(Policy, "matcher", lambda self, engine: _native(self, engine, missing))
        testing.check_all(TOLD, one, as_of=THEN)
        with pytest.raises(EngineError):
            testing.check_engines_agree(TOLD, one, as_of=THEN)
        with pytest.raises(testing.InvariantError, match="void-is-never"):
            testing.check_all(TOLD, one, as_of=THEN, judge=ignores_voids)


def _native(policy: Policy, engine: str, other: Callable[[Policy, str], Matcher]) -> Matcher:
    return matcher_for(engine, policy.conditions) if engine == "native" else other(policy, engine)


@pytest.mark.parametrize("fault", BROKEN)
def test_all_checks_together_find_every_broken_program(fault: str) -> None:
    with pytest.raises(testing.InvariantError):
        testing.check_all(TOLD, others(record(CASE)), as_of=THEN, judge=BROKEN[fault].program())


def test_all_checks_take_one_record_or_several_or_a_log() -> None:
    several = others(record(CASE))
    whole = testing.log(entry for one in several for entry in one.entries)
    for given_records in (several[0], several, iter(several), whole, [], testing.log([])):
        testing.check_all(TOLD, given_records, as_of=THEN)
    for given_records in (several, whole):
        with pytest.raises(testing.InvariantError, match="void-is-never"):
            testing.check_all(TOLD, given_records, as_of=THEN, judge=ignores_voids)


def test_a_check_knows_what_the_source_can_show() -> None:
    """A judge is taken to know it: one that does not is found out by the scan."""
    coverage = Coverage.between(without=["fim_notified"])
    one = record(CASE)
    testing.check_all(TOLD, one, as_of=THEN, coverage=coverage)
    with pytest.raises(testing.InvariantError, match="in a scan of all"):
        testing.check_children_independent(
            TOLD, [one], as_of=THEN, coverage=coverage, judge=as_json
        )


# --- What is refused ------------------------------------------------------------------------------


def test_an_error_tells_programs_what_it_is_about() -> None:
    with pytest.raises(testing.InvariantError) as found:
        testing.check_void_is_never(TOLD, record(CASE), as_of=THEN, judge=ignores_voids)
    error = found.value
    assert isinstance(error, MissingRulesError)
    assert isinstance(error, AssertionError)
    assert error.invariant == "void-is-never"
    known = {finding.finding_id for finding in evaluate(TOLD, record(CASE), as_of=THEN).findings}
    assert error.findings
    assert {*error.findings} <= known


A_FINDING: dict[str, object] = {"finding_id": "f-1", "rule": "told", "outcome": "pending"}


@pytest.mark.parametrize(
    ("said", "error", "message"),
    [
        (None, TypeError, "judge must return an Assessment or findings, not NoneType"),
        ("pending", TypeError, "judge must return an Assessment or findings, not str"),
        (A_FINDING, TypeError, "judge must return an Assessment or findings, not dict"),
        (
            evaluate(TOLD, record(CASE), as_of=THEN).findings[0],
            TypeError,
            "judge must return an Assessment or findings, not Finding",
        ),
        ([5], TypeError, "a finding must be a Finding or a mapping, not int"),
        ([{}], ValueError, "a finding must have an id under 'finding_id'"),
        ([A_FINDING | {"rule": "a secret"}], ValueError, "must have an id under 'rule'"),
        (
            [A_FINDING | {"outcome": "a secret"}],
            ValueError,
            "must have one of breached, fulfilled_late",
        ),
        ([A_FINDING, A_FINDING], ValueError, "must not give two findings of one id, as for f-1"),
    ],
)
def test_what_is_no_answer_is_refused_and_not_quoted(
    said: Any, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=re.escape(message)) as refused:
        testing.check_no_peeking(TOLD, record(CASE), as_of=THEN, judge=lambda *_: said)
    assert "a secret" not in str(refused.value)


def test_a_message_quotes_outcomes_and_instants_and_nothing_else() -> None:
    times = iter(["2023-01-10T09:00:00Z", "a secret"])

    def wavers(*_: object) -> list[dict[str, object]]:
        return [A_FINDING | {"due_at": next(times), "a secret": next(other), "n": next(other)}]

    other = iter(range(4))
    with pytest.raises(testing.InvariantError) as found:
        testing.check_no_peeking(TOLD, record(CASE), as_of=THEN, judge=wavers)
    (line,) = str(found.value).splitlines()[1:]
    assert line.strip() == (
        "told f-1: due_at 2023-01-10T09:00:00Z, without what was not known yet something else; "
        "also different without what was not known yet: a key, n"
    )


def test_children_must_be_told_apart() -> None:
    one = record(CASE)
    renamed = Record.of((replace(e, child_id="C2") for e in one.entries), child_id="C2")
    for several, message in (
        ([one, one], "records must be of different children"),
        ([one, renamed], "records must not share the ids of entries"),
    ):
        with pytest.raises(ValueError, match=message):
            testing.check_children_independent(TOLD, several, as_of=THEN)
