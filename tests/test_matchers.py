"""Two matchers, one meaning: that of Kleene's tables, written down a third time here."""

from __future__ import annotations

import gc
import importlib.metadata
import itertools
import json
import random
import sys
import threading
from typing import TYPE_CHECKING, NoReturn

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from missingrules import matchers, terms
from missingrules.errors import EngineError
from missingrules.layers import shipped
from missingrules.matchers import durable, matcher_for
from missingrules.matchers.durable import DurableMatcher
from missingrules.matchers.native import NativeMatcher
from missingrules.policy import Policy
from missingrules.terms import (
    MAYBE,
    NO,
    UNKNOWN,
    YES,
    All,
    Any,
    AtLeast,
    Between,
    Condition,
    Grace,
    Is,
    Node,
    Not,
    Prop,
    Some,
    Term,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

try:
    durable.engine()
except EngineError:
    HERE = False
else:
    HERE = True
needs_durable = pytest.mark.skipif(not HERE, reason="durable-rules cannot be used on this Python")

LOW = Prop("child", "count_low")
HIGH = Prop("child", "count_high")
STATE = Prop("episode", "grace")
FIELDS = tuple(Prop("episode", "code", "graded", f"field {n}") for n in range(4))
TRUTHS = (NO, YES, MAYBE)


def kleene(node: Node, facts: Mapping[Prop, int]) -> int:  # noqa: PLR0911 - one case a node
    """Judge a node straight from the tables of strong Kleene logic."""
    match node:
        case Is(fact, codes, is_open):
            value = facts.get(fact, 0)
            unsure = value == UNKNOWN or (is_open and value == 0)
            return YES if value in codes else MAYBE if unsure else NO
        case Between(fact, low, high):
            value = facts.get(fact, 0)
            return MAYBE if value == UNKNOWN else YES if low <= value < high else NO
        case AtLeast(low, high, number):
            sure, possible = facts.get(low, 0), facts.get(high, 0)
            return YES if sure >= number else MAYBE if possible >= number else NO
        case Not(part):
            return {YES: NO, NO: YES, MAYBE: MAYBE}[kleene(part, facts)]
        case Term(_, part):
            return kleene(part, facts)
        case Grace(first, _, state):
            kept = {1: YES, 2: YES, 3: NO}.get(facts.get(state, 0), MAYBE)
            both = {kleene(first, facts), kept}
            return NO if NO in both else MAYBE if MAYBE in both else YES
        case All(parts):
            found = {kleene(part, facts) for part in parts}
            return NO if NO in found else MAYBE if MAYBE in found else YES
        case Any(parts):
            found = {kleene(part, facts) for part in parts}
            return YES if YES in found else MAYBE if MAYBE in found else NO
        case Some(number, parts):
            every = [kleene(part, facts) for part in parts]
            sure, possible = every.count(YES), every.count(YES) + every.count(MAYBE)
            return YES if sure >= number else MAYBE if possible >= number else NO


codes = st.frozensets(st.sampled_from([0, 1, 2, 3, 4, UNKNOWN]), max_size=4)
ranges = st.tuples(
    st.sampled_from([0, 1, 2, 4, 1500]), st.sampled_from([0, 1, 3, 6, UNKNOWN, 2000])
)
leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(Is, st.sampled_from(FIELDS), codes, st.booleans()),
    st.builds(lambda fact, ends: Between(fact, *ends), st.sampled_from(FIELDS), ranges),
    st.builds(AtLeast, st.just(LOW), st.just(HIGH), st.integers(0, 3)),
)


def grown(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    return st.one_of(
        st.builds(All, several),
        st.builds(Any, several),
        st.builds(Not, parts),
        st.builds(Some, st.integers(1, 4), several),
        st.builds(Grace, parts, parts, st.just(STATE)),
        st.builds(Term, st.just("a name"), parts),
    )


nodes = st.recursive(leaves, grown, max_leaves=10)


@st.composite
def questions(draw: st.DrawFn) -> dict[Prop, int]:
    values = st.sampled_from([0, 1, 2, 3, 4, 5, 17, UNKNOWN, 2**31])
    facts = draw(st.dictionaries(st.sampled_from(FIELDS), values))
    sure = draw(st.integers(0, 4))
    state = draw(st.sampled_from([0, 1, 2, 3, UNKNOWN]))
    return {**facts, STATE: state, LOW: sure, HIGH: sure + draw(st.integers(0, 3))}


@given(nodes, st.lists(questions(), min_size=1, max_size=8))
def test_native_judges_by_the_tables(node: Node, asked: list[dict[Prop, int]]) -> None:
    condition = Condition(0, node)
    matcher = NativeMatcher([condition])
    for facts in asked:
        assert matcher.judge(condition, facts) == kleene(node, facts)


@needs_durable
@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(st.lists(nodes, min_size=1, max_size=3), st.lists(questions(), min_size=1, max_size=8))
def test_both_matchers_judge_by_the_tables(
    listed: list[Node], asked: list[dict[Prop, int]]
) -> None:
    conditions = [Condition(number, node) for number, node in enumerate(listed)]
    try:
        matcher = matcher_for("both", conditions)
    except EngineError as error:
        assert "too much for engine 'durable'" in str(error)  # noqa: PT017 - rare, and no failure
        return
    for condition, facts in itertools.product(conditions, asked):
        assert matcher.judge(condition, facts) == kleene(condition.node, facts)


def truth(fact: Prop) -> Node:
    """Give a node whose truth is the value of a fact."""
    return Is(fact, frozenset({YES}), open=False)


@needs_durable
@pytest.mark.parametrize(
    "node",
    [
        All(tuple(map(truth, FIELDS[:3]))),
        Any(tuple(map(truth, FIELDS[:3]))),
        *(Some(number, tuple(map(truth, FIELDS[:3]))) for number in (1, 2, 3, 4)),
        Not(truth(FIELDS[0])),
        Any(
            (
                All((truth(FIELDS[0]), Not(truth(FIELDS[1])))),
                Not(Any(tuple(map(truth, FIELDS[1:3])))),
            )
        ),
        All((truth(FIELDS[0]), Not(truth(FIELDS[0])))),
        Any((truth(FIELDS[0]), Not(truth(FIELDS[0])))),
        Is(FIELDS[0], frozenset()),
        Not(Is(FIELDS[0], frozenset())),
    ],
)
def test_every_combination_of_three_truths(node: Node) -> None:
    condition = Condition(0, node)
    native, other = NativeMatcher([condition]), DurableMatcher([condition])
    value = {NO: 2, YES: 1, MAYBE: UNKNOWN}
    for truths in itertools.product(TRUTHS, repeat=3):
        facts = {fact: value[each] for fact, each in zip(FIELDS, truths, strict=False)}
        expected = kleene(node, facts)
        assert (native.judge(condition, facts), other.judge(condition, facts)) == (
            expected,
            expected,
        )


LEAVES: list[Node] = [
    *(
        Is(FIELDS[0], codes, open=is_open)
        for codes in map(frozenset, ([], [2], [0], [0, 3], [UNKNOWN], [1, UNKNOWN]))
        for is_open in (False, True)
    ),
    *(
        Between(FIELDS[0], low, high)
        for low, high in itertools.product((0, 2, UNKNOWN, 1500), (0, 3, UNKNOWN, 2000))
    ),
    Grace(Is(FIELDS[1], frozenset({1})), Is(FIELDS[2], frozenset()), state=FIELDS[0]),
]


@needs_durable
@pytest.mark.parametrize("node", [*LEAVES, *map(Not, LEAVES)])
def test_every_test_at_its_edges(node: Node) -> None:
    condition = Condition(0, node)
    matcher = matcher_for("both", [condition])
    for value, other in itertools.product((0, 1, 2, 3, 4, 998, 999, 1000, 1500, 2000), (1, 2, 999)):
        facts = {FIELDS[0]: value, FIELDS[1]: other}
        assert matcher.judge(condition, facts) == kleene(node, facts)


@needs_durable
@pytest.mark.parametrize("number", range(4))
def test_a_count_is_sure_from_below_and_excluded_from_above(number: int) -> None:
    condition = Condition(0, AtLeast(LOW, HIGH, number))
    matcher = matcher_for("both", [condition])
    for low, more in itertools.product(range(5), range(4)):
        facts = {LOW: low, HIGH: low + more}
        expected = YES if low >= number else MAYBE if low + more >= number else NO
        assert matcher.judge(condition, facts) == expected


@needs_durable
@pytest.mark.parametrize("name", sorted(shipped()))
def test_both_matchers_agree_on_every_condition_of_a_shipped_policy(name: str) -> None:
    policy = Policy.load(name)
    matcher = policy.matcher("both")
    rng = random.Random(name)  # noqa: S311 - values to try
    for condition in policy.conditions:
        for _ in range(60):
            facts = {prop: rng.choice([0, 1, 2, 3, 12, 17, UNKNOWN]) for prop in condition.facts}
            for prop in condition.facts:
                if prop.what == "count_high":
                    low = next(
                        p for p in facts if p.what == "count_low" and p.number == prop.number
                    )
                    facts[prop] = max(facts[prop], facts[low])
            assert matcher.judge(condition, facts) == kleene(condition.node, facts)


EXAMPLE = Condition(
    0,
    All(
        (
            Is(FIELDS[0], frozenset({2, 3})),
            Not(Is(FIELDS[1], frozenset({4}), open=True)),
            Any((AtLeast(LOW, HIGH, 2), Between(FIELDS[2], 0, 16))),
        )
    ),
)


def many(seed: int, count: int) -> list[tuple[dict[Prop, int], int]]:
    rng = random.Random(seed)  # noqa: S311 - values to try
    found = []
    for _ in range(count):
        facts = {fact: rng.choice([0, 1, 2, 3, 4, 15, 16, UNKNOWN]) for fact in FIELDS}
        facts[LOW] = rng.randrange(4)
        facts[HIGH] = facts[LOW] + rng.randrange(3)
        found.append((facts, kleene(EXAMPLE.node, facts)))
    return found


@needs_durable
def test_eight_threads_on_one_matcher_get_the_answers_of_one() -> None:
    matcher = DurableMatcher([EXAMPLE])
    wrong: list[object] = []
    before = threading.active_count()
    begin = threading.Barrier(8)

    def work(seed: int) -> None:
        begin.wait()
        try:
            wrong.extend(
                facts
                for facts, expected in many(seed, 400)
                if matcher.judge(EXAMPLE, facts) != expected
            )
        except EngineError as error:  # pragma: no cover - what this test is to find
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not wrong
    assert threading.active_count() == before, "durable-rules starts no threads here"


@needs_durable
def test_an_answer_does_not_depend_on_what_was_asked_before() -> None:
    matcher = DurableMatcher([EXAMPLE])
    asked = many(1, 60)
    for (first, one), (second, two) in itertools.product(asked[:30], asked[30:]):
        assert matcher.judge(EXAMPLE, first) == one
        assert matcher.judge(EXAMPLE, second) == two


@needs_durable
def test_matchers_of_many_policies_live_side_by_side() -> None:
    conditions = [
        Condition(0, Is(FIELDS[0], frozenset({code}), open=code % 2 == 0)) for code in range(1, 40)
    ]
    made = [DurableMatcher([condition]) for condition in conditions]
    for value in (0, 1, 20, 39, UNKNOWN):
        facts = {FIELDS[0]: value}
        for condition, matcher in zip(conditions, made, strict=True):
            assert matcher.judge(condition, facts) == kleene(condition.node, facts)


@needs_durable
def test_rulesets_are_freed_with_their_matcher_and_no_others() -> None:
    module = durable.engine()
    kept, gone = DurableMatcher([EXAMPLE]), DurableMatcher([EXAMPLE])
    handle = gone._networks[0]._handle
    del gone
    gc.collect()
    with pytest.raises(module.error, match="error code: 111"):
        module.assert_facts(handle, "[]")
    assert all(kept.judge(EXAMPLE, facts) == expected for facts, expected in many(2, 50))


@needs_durable
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_memory_stays_flat_over_questions_and_matchers() -> None:
    def used() -> int:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - one number
            return int(file.read().split()[1]) * 4096

    asked = many(3, 100)
    matcher = DurableMatcher([EXAMPLE])

    def work(times: int) -> None:
        for facts, _ in asked * times:
            matcher.judge(EXAMPLE, facts)
        for _ in range(times * 2):
            DurableMatcher([EXAMPLE])
        gc.collect()

    work(20)
    before = used()
    work(100)
    assert used() - before < 4_000_000


@needs_durable
@pytest.mark.parametrize(
    "value", [-1, 2**31 + 1, 2**70, True, 1.0, 1e-07, float("nan"), "1", "", None, [1]]
)
def test_a_value_that_is_no_small_whole_number_never_reaches_the_package(
    value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    matcher = DurableMatcher([EXAMPLE])
    network = matcher._networks[0]
    monkeypatch.setattr(network, "ask", lambda _: pytest.fail("it was asked"))
    with pytest.raises(EngineError) as caught:
        matcher.judge(EXAMPLE, {FIELDS[0]: value})  # type: ignore[dict-item]
    expected = "fact episode.code.graded.field 0#0 must be a whole number from 0 to 2**31"
    assert str(caught.value) == expected, "and the value itself is not told"


@needs_durable
def test_facts_of_other_conditions_do_not_matter() -> None:
    matcher = DurableMatcher([EXAMPLE])
    strange: dict[Prop, int] = {Prop("entry", "code"): -5}
    assert matcher.judge(EXAMPLE, {**strange, FIELDS[0]: 1}) == NO


@needs_durable
def test_facts_that_contradict_each_other_are_an_error() -> None:
    condition = Condition(0, AtLeast(LOW, HIGH, 3))
    matcher = DurableMatcher([condition])
    with pytest.raises(EngineError, match=r"contradictory facts: yes and no to condition 0"):
        matcher.judge(condition, {LOW: 3, HIGH: 1})


def numbered(count: int) -> list[Prop]:
    return [Prop("entry", "code", "graded", f"field {n}") for n in range(count)]


def is_one(fact: Prop, code: int = 1) -> Node:
    return Is(fact, frozenset({code}))


TOO_MUCH: dict[str, tuple[Node, str]] = {
    "facts": (Any(tuple(map(is_one, numbered(248)))), "more than 247 facts"),
    "combinations": (
        Some(7, tuple(map(is_one, numbered(14)))),
        "more than 1000 conjunctions",
    ),
    "conjunctions when it holds": (
        All(tuple(Any(tuple(map(is_one, numbered(3)))) for _ in range(7))),
        "more than 1000 conjunctions",
    ),
    "conjunctions when it does not": (
        Any(tuple(All(tuple(map(is_one, numbered(3)))) for _ in range(7))),
        "more than 1000 conjunctions",
    ),
    "tests together": (
        All(tuple(map(is_one, numbered(61)))),
        "more than 60 tests in one conjunction",
    ),
    "codes": (is_one(FIELDS[0], 1000), "a code outside 0 to 999"),
    "codes below 0": (is_one(FIELDS[0], -1), "a test against a number outside 0 to 2**31"),
    "bounds": (Between(FIELDS[0], 0, 2**31 + 1), "a test against a number outside 0 to 2**31"),
    "counts": (AtLeast(LOW, HIGH, -1), "a test against a number outside 0 to 2**31"),
}


@needs_durable
@pytest.mark.parametrize("what", TOO_MUCH)
def test_what_lies_outside_the_safe_subset_is_refused_when_the_policy_is_loaded(what: str) -> None:
    node, reason = TOO_MUCH[what]
    conditions = [EXAMPLE, Condition(1, node)]
    with pytest.raises(EngineError) as caught:
        DurableMatcher(conditions)
    assert str(caught.value) == (
        f"condition 1 is too much for engine 'durable': {reason}. Engine 'native' has no such limit"
    )
    NativeMatcher(conditions)


A, B, C = map(truth, FIELDS[:3])


@pytest.mark.parametrize(
    ("node", "yes", "no"),
    [
        (A, 1, 1),
        (All((A, Not(A))), 0, 2),
        (All((A, Any((A, B)))), 1, 1),
        (Any((All((A, B)), All((A, B, C)))), 1, 2),
        (Some(2, (A, A, B)), 1, 1),
        (All((Is(FIELDS[0], frozenset({2, 3})), Is(FIELDS[0], frozenset({3, 4})))), 1, 2),
        (All((A, Between(FIELDS[0], 2, 9))), 0, 3),
    ],
)
def test_cases_that_cannot_hold_or_say_nothing_new_make_no_rule(
    node: Node, yes: int, no: int
) -> None:
    rules, _, _ = durable.planned(Condition(0, node))
    assert sum(name.startswith("yes-") for name in rules) == yes
    assert sum(name.startswith("no-") for name in rules) == no


@needs_durable
def test_more_kinds_of_fact_than_a_ruleset_takes_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node = Some(3, tuple(map(is_one, numbered(9))))
    rules, batch, copies = durable.planned(Condition(0, node))
    kinds = {json.dumps(rule).split("}")[0] for rule in rules.values()}
    assert len(kinds) == batch.count('"q":') == copies + 2 > 5
    monkeypatch.setattr(durable, "MOST_KINDS", len(kinds))
    assert durable.planned(Condition(0, node))[2] == copies
    monkeypatch.setattr(durable, "MOST_KINDS", len(kinds) - 1)
    with pytest.raises(EngineError, match=f"more than {len(kinds) - 1} times 60 tests"):
        durable.planned(Condition(0, node))


@needs_durable
def test_large_conditions_within_the_limits_are_judged_right() -> None:
    facts = numbered(60)
    larger: list[Node] = [
        All(tuple(map(is_one, facts[:59]))),
        Any(tuple(map(is_one, facts[:29]))),
        Some(4, tuple(map(is_one, facts[:10]))),
        Is(facts[0], frozenset(range(2, 60))),
    ]
    conditions = [Condition(number, node) for number, node in enumerate(larger)]
    matcher = matcher_for("both", conditions)
    rng = random.Random(4)  # noqa: S311 - values to try
    for condition, weight in itertools.product(conditions, (0, 1, 9, 200)):
        for _ in range(4):
            values = {fact: rng.choice([1] * weight + [0, 2, UNKNOWN]) for fact in facts}
            assert matcher.judge(condition, values) == kleene(condition.node, values)


class Spy:
    """The C module, with one function that fails or lies once."""

    def __init__(self, name: str, answer: object) -> None:
        self._real = durable.engine()
        self._name, self._answer = name, answer
        self.armed = False

    def __getattr__(self, name: str) -> object:
        real = getattr(self._real, name)
        if name != self._name or not self.armed:
            return real
        self.armed = False
        if not isinstance(self._answer, BaseException):
            return lambda *_: self._answer
        failure = self._answer

        def fail(*_: object) -> NoReturn:
            raise failure

        return fail


def spied(monkeypatch: pytest.MonkeyPatch, name: str, answer: object) -> tuple[Spy, DurableMatcher]:
    spy = Spy(name, answer)
    monkeypatch.setattr(durable, "engine", lambda: spy)
    matcher = DurableMatcher([EXAMPLE])
    spy.armed = True
    return spy, matcher


@needs_durable
@pytest.mark.parametrize(
    "name", ["assert_facts", "start_action_for_state", "complete_and_start_action", "delete_state"]
)
def test_an_interrupt_is_raised_and_leaves_nothing_behind(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, matcher = spied(monkeypatch, name, KeyboardInterrupt())
    for facts, _ in many(5, 1):
        with pytest.raises(KeyboardInterrupt):
            matcher.judge(EXAMPLE, facts)
    assert all(matcher.judge(EXAMPLE, facts) == expected for facts, expected in many(6, 40))


@needs_durable
@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("assert_facts", (2, 1)),  # "seen before"
        ("start_action_for_state", None),  # nothing fires
        ("start_action_for_state", ("{}", '{"stranger":{}}')),
        ("complete_and_start_action", None),  # the last fact was lost
    ],
)
def test_a_question_cut_short_is_an_error_and_no_answer(
    name: str, answer: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, matcher = spied(monkeypatch, name, answer)
    with pytest.raises(EngineError, match="cut a question on condition 0 short"):
        matcher.judge(EXAMPLE, {})
    assert matcher.judge(EXAMPLE, {FIELDS[0]: 1}) == NO


@needs_durable
def test_a_rule_that_fires_without_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    matcher = DurableMatcher([EXAMPLE])
    spy = Spy("complete_and_start_action", None)
    monkeypatch.setattr(spy, "complete_and_start_action", lambda *_: '{"last":{}}', raising=False)
    monkeypatch.setattr(matcher._networks[0], "_module", spy)
    with pytest.raises(EngineError, match="cut a question on condition 0 short"):
        matcher.judge(EXAMPLE, {})


@needs_durable
def test_an_error_of_the_package_becomes_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    error = durable.engine().error("Could not assert facts, error code: 303")
    spy, matcher = spied(monkeypatch, "assert_facts", error)
    with pytest.raises(EngineError, match=r"failed at condition 0: .*error code: 303"):
        matcher.judge(EXAMPLE, {})
    monkeypatch.setattr(spy, "_name", "create_ruleset")
    spy.armed = True
    with pytest.raises(EngineError, match=r"cannot take the conditions: .*error code: 303"):
        DurableMatcher([EXAMPLE])


def refused() -> str:
    with pytest.raises(EngineError) as caught:
        matcher_for("durable", [EXAMPLE])
    with pytest.raises(EngineError):
        matcher_for("both", [EXAMPLE])
    matcher_for("native", [EXAMPLE])
    return str(caught.value)


REFUSAL = (
    "engine 'durable' (so also 'both' and --cross-check) needs durable-rules 2.0.28, the release"
    f" that was measured; this Python {sys.version_info[0]}.{sys.version_info[1]} has %s. Engine"
    " 'native' is complete without it. On Python 3.11 or 3.12, with a C compiler: python -m pip"
    " install durable-rules==2.0.28"
)


def test_without_the_package_the_error_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "durable_rules_engine", None)
    assert refused() == REFUSAL % "none that works"


def test_a_python_for_which_the_package_is_not_declared_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(durable, "FIRST_PYTHON_WITHOUT", tuple(sys.version_info[:2]))
    assert refused() == REFUSAL % "none that works"


@needs_durable
def test_another_release_of_the_package_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.metadata, "version", lambda _: "2.0.27")
    assert refused() == REFUSAL % "2.0.27"


def test_an_unknown_engine_is_refused() -> None:
    with pytest.raises(EngineError, match="engine='fast' must be 'native', 'durable' or 'both'"):
        matcher_for("fast", [EXAMPLE])


@needs_durable
def test_both_raises_where_the_matchers_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    both = matchers.BothMatchers([EXAMPLE])
    monkeypatch.setattr(both._durable, "judge", lambda *_: MAYBE)
    with pytest.raises(EngineError, match="disagree on condition 0: native says 0, durable 2"):
        both.judge(EXAMPLE, {FIELDS[0]: 1})


def test_names_of_matchers() -> None:
    assert (NativeMatcher.name, DurableMatcher.name, matchers.BothMatchers.name) == (
        "native",
        "durable",
        "both",
    )
    assert {NO, YES, MAYBE} == {terms.NO, terms.YES, terms.MAYBE} == {0, 1, 2}
