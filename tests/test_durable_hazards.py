"""What durable-rules 2.0.28 does outside its safe subset, and that the adapter stays inside.

Each hazard is provoked on the bare package in a process of its own, which may crash or hang. Where
one of these tests fails, the package has changed: read docs/durable-rules.md before anything else.
"""

from __future__ import annotations

import itertools
import json
import os
import platform
import subprocess
import sys
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missingrules.errors import EngineError
from missingrules.matchers import durable
from missingrules.terms import (
    UNKNOWN,
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
)

try:
    durable.engine()
except EngineError:
    pytest.skip("durable-rules cannot be used on this Python", allow_module_level=True)

glibc_only = pytest.mark.skipif(
    platform.libc_ver()[0] != "glibc", reason="fills fresh memory with rubbish as glibc can"
)
RUBBISH = {"MALLOC_PERTURB_": "165"}

PRELUDE = """
import json
import durable_rules_engine as package
try:
    import resource
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
except ImportError:
    pass

def rule(*tests):
    return {"all": [{"m": {"$and": list(tests)}}]}

def ruleset(**rules):
    return package.create_ruleset("x", json.dumps(rules))

def fired(handle, state):
    names = []
    started = package.start_action_for_state(handle, state)
    text = started[1] if started else None
    while text is not None:
        names.append(text.split('"')[1])
        text = package.complete_and_start_action(handle, state)
    return sorted(names)

def ask(handle, *facts, sid="1"):
    batch = [{"sid": sid, "id": number, **fact} for number, fact in enumerate(facts, 1)]
    result, state = package.assert_facts(handle, json.dumps(batch))
    return result, fired(handle, state)

"""


class Outcome(NamedTuple):
    """How a process ended: exit code (below 0: killed by a signal; None: hung), and output."""

    code: int | None
    output: str
    errors: str


def run(script: str, *, seconds: float = 20, env: dict[str, str] | None = None) -> Outcome:
    # what measures coverage in a process changes its memory, and some hazards hang on that
    inherited = {key: value for key, value in os.environ.items() if "COVERAGE" not in key}
    try:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script],
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            env={**inherited, **(env or {})},
        )
    except subprocess.TimeoutExpired:
        return Outcome(None, "", "")
    return Outcome(done.returncode, done.stdout.strip(), done.stderr)


def printed(script: str) -> object:
    """Run a few lines on the bare package; give what the last one prints, as JSON."""
    outcome = run(PRELUDE + script)
    assert outcome.code == 0, outcome.errors
    return json.loads(outcome.output)


def fields(count: int) -> list[Prop]:
    return [Prop("entry", "code", "graded", f"field {n}") for n in range(count)]


FIELDS = fields(6)
leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(
        Is,
        st.sampled_from(FIELDS),
        st.frozensets(st.integers(0, UNKNOWN), max_size=5),
        st.booleans(),
    ),
    st.builds(Between, st.sampled_from(FIELDS), st.integers(0, 90), st.integers(0, UNKNOWN)),
    st.builds(AtLeast, st.just(FIELDS[0]), st.just(FIELDS[1]), st.integers(0, 99)),
)
nodes = st.recursive(
    leaves,
    lambda parts: st.one_of(
        st.builds(lambda several: All(tuple(several)), st.lists(parts, min_size=1, max_size=4)),
        st.builds(lambda several: Any(tuple(several)), st.lists(parts, min_size=1, max_size=4)),
        st.builds(
            lambda number, several: Some(number, tuple(several)),
            st.integers(1, 3),
            st.lists(parts, min_size=1, max_size=5),
        ),
        st.builds(Not, parts),
        st.builds(Grace, parts, parts, st.just(FIELDS[2])),
    ),
    max_leaves=14,
)


class Sent(NamedTuple):
    """What the package gets for a condition: the tests of each rule by its name, and the facts."""

    rules: dict[str, list[dict[str, object]]]
    facts: list[dict[str, object]]


def sent(node: Node) -> Sent:
    condition = Condition(0, node)
    rules, batch, copies = durable.planned(condition)
    tests = {}
    for name, rule in rules.items():
        assert isinstance(rule, dict)
        assert list(rule) == ["all"], "no count, no cap, no priority, no any"
        (part,) = rule["all"]
        assert list(part) == ["m"], "one fact: no join, no $not, no $all, no $any"
        (operator, listed) = next(iter(part["m"].items()))
        assert (len(part["m"]), operator) == (1, "$and")
        tests[name] = listed
    return Sent(tests, json.loads(batch % ((7,) * len(condition.facts) * copies)))


def sizes() -> list[Node]:
    ones = [Is(fact, frozenset({1})) for fact in fields(59)]
    return [
        All(tuple(ones)),
        Any(tuple(ones[:29])),
        Some(4, tuple(ones[:10])),
        Is(FIELDS[0], frozenset(range(58))),
        All((Any(tuple(ones[:20])), Any(tuple(ones[20:40])))),
    ]


# --- rules and facts ---------------------------------------------------------------------------


@given(nodes)
def test_rules_are_conjunctions_of_four_tests_on_one_fact_against_small_whole_numbers(
    node: Node,
) -> None:
    try:
        rules, facts = sent(node)
    except EngineError:
        return
    names = set(facts[-1]) | {name for fact in facts for name in fact}
    for kind, *tests in rules.values():
        assert list(kind) == ["q"]
        assert type(kind["q"]) is int
        for test in tests:
            ((operator, compared),) = test.items()
            assert operator in {"$eq", "$neq", "$gte", "$lt"}
            assert isinstance(compared, dict)
            ((name, number),) = compared.items()
            assert name in names - {"id", "sid", "q"}
            assert type(number) is int
            assert 0 <= number <= 2**31


@given(nodes)
def test_every_fact_is_flat_small_and_complete_between_a_first_and_a_last(node: Node) -> None:
    try:
        rules, facts = sent(node)
    except EngineError:
        return
    first, *asked, last = facts
    assert (first, last) == (
        {"sid": "1", "id": 1, "q": 0},
        {"sid": "1", "id": len(facts), "q": 1},
    )
    assert rules["first"] == [{"q": 0}]
    assert rules["last"] == [{"q": 1}]
    names = {f"p{n}" for n in range(len(Condition(0, node).facts))}
    for number, fact in enumerate(asked, 2):
        assert fact == {"sid": "1", "id": number, "q": number} | dict.fromkeys(names, 7)


@pytest.mark.parametrize("node", sizes())
def test_no_kind_of_fact_reaches_more_than_sixty_tests(node: Node) -> None:
    rules, facts = sent(node)
    reached: dict[str, set[str]] = {}
    for tests in rules.values():
        texts = [json.dumps(test) for test in tests]
        paths = ("".join(texts[: end + 1]) for end in range(len(texts)))
        reached.setdefault(texts[0], set()).update(paths)
    assert len(reached) == len(facts)
    assert max(map(len, reached.values())) <= 60


def test_not_depends_on_the_order_of_arrival() -> None:
    script = """
def answers(*order):
    handle = ruleset(r={"all": [{"m": {"a": 1}}, {"n$not": {"b": 1}}]})
    return ask(handle, *order)[1]
print(json.dumps([answers({"a": 1}, {"b": 1}), answers({"b": 1}, {"a": 1})]))
"""
    assert printed(script) == [["r"], []]


def test_strings_equal_numbers_and_long_strings_equal_short_ones() -> None:
    script = """
handle = lambda: ruleset(number=rule({"a": 5}), text=rule({"a": "5"}))
print(json.dumps([ask(handle(), {"a": value})[1] for value in ("5", "", 5, "5" * 65537)]))
"""
    assert printed(script) == [
        ["number", "text"],
        ["number"],
        ["number", "text"],
        ["number", "text"],
    ]


def test_a_number_with_an_exponent_silently_drops_the_rest_of_the_batch() -> None:
    script = """
handle = ruleset(first=rule({"q": 0}), last=rule({"q": 1}))
print(json.dumps(ask(handle, {"q": 0}, {"q": 2, "a": 1e-07}, {"q": 1})))
"""
    assert printed(script) == [0, ["first"]]


def test_numbers_beyond_64_bits_become_another_number() -> None:
    script = 'print(json.dumps(ask(ruleset(r=rule({"a": 2**63 - 1})), {"a": 2**70})))'
    assert printed(script) == [0, ["r"]]


def test_an_action_begun_and_not_completed_silences_its_context() -> None:
    script = """
handle = ruleset(r=rule({"a": 1}))
result, state = package.assert_facts(handle, '[{"sid": "1", "id": 1, "a": 1}]')
begun = package.start_action_for_state(handle, state) is not None
print(json.dumps([begun, fired(handle, state)]))
"""
    assert printed(script) == [True, []]


# --- limits ------------------------------------------------------------------------------------


def test_more_than_64_tests_that_hold_at_once_are_an_error() -> None:
    script = """
found = []
for count in (60, 64, 65):
    rules = {f"r{n}": rule({"$gte": {"a": n}}) for n in range(count)}
    try:
        found.append(len(ask(ruleset(**rules), {"a": 999})[1]))
    except package.error as error:
        found.append(str(error).split(": ")[-1])
print(json.dumps(found))
"""
    assert printed(script) == [60, 64, "303"]
    assert durable.MOST_TESTS == 60


def test_512_tests_under_one_parent_never_return() -> None:
    script = 'rules = {f"r{n}": rule({"q": n}) for n in range(%d)}\nask(ruleset(**rules), {"q": 0})'
    assert run(PRELUDE + script % 511).code == 0
    assert run(PRELUDE + script % 512, seconds=2.5).code is None
    assert durable.MOST_KINDS == 500


def test_255_properties_silently_drop_the_rest_of_the_batch() -> None:
    script = """
def answer(count):
    wide = {f"a{n}": 1 for n in range(count - 3)}
    handle = ruleset(first=rule({"q": 0}), last=rule({"q": 1}))
    return ask(handle, {"q": 0}, {"q": 2, **wide}, {"q": 1})[1]
print(json.dumps([answer(250), answer(254), answer(255)]))
"""
    assert printed(script) == [["first", "last"], ["first", "last"], ["first"]]
    assert len(durable.NAMES) + len({"id", "sid", "q"}) == 250


def test_a_ruleset_takes_4096_rules() -> None:
    script = """
found = []
for count in (4096, 4097):
    rules = {f"r{n}": rule({"q": n // 99}, {"a": n % 99}) for n in range(count)}
    try:
        found.append(ruleset(**rules) > 0)
    except package.error as error:
        found.append(str(error).split(": ")[-1])
print(json.dumps(found))
"""
    assert printed(script) == [True, "106"]
    assert 2 * durable.MOST_CONJUNCTIONS + len({"first", "last"}) < 4096


def test_1024_contexts_are_all() -> None:
    script = """
handle, made = ruleset(r=rule({"a": 1})), 0
try:
    for made in range(2000):
        package.assert_facts(handle, json.dumps([{"sid": f"s{made}", "id": 1, "a": 1}]))
except MemoryError:
    print(made)
"""
    assert printed(script) == 1024
    assert durable.SID == "1"


# --- identity ----------------------------------------------------------------------------------

ONE_HASH = ("costarring", "liquid")
"""Two words with one 32-bit FNV-1a hash."""

WORDS = (
    "$s $i $m $l $r $and $or $add $sub $mul $div $eq $neq $lt $lte $gt $gte $ex $nex $mt $imt"
    " $iall $iany $forward $pulse $time $timerName $baseTime m all any pri count cap dist name"
)
"""Words that mean something to the package."""


def fnv1a(text: str) -> int:
    value = 2166136261
    for byte in text.encode():
        value = (value ^ byte) * 16777619 % 2**32
    return value


def test_names_ids_and_contexts_of_one_hash_are_taken_for_one() -> None:
    assert len(set(map(fnv1a, ONE_HASH))) == 1
    script = """
one, other = "costarring", "liquid"
name = ask(ruleset(r=rule({one: 1})), {other: 1})
second = ask(ruleset(r=rule({"a": 1})), {"id": one, "a": 1}, {"id": other, "a": 1})
handle = ruleset(r=rule({"a": 1}))
batches = [json.dumps([{"sid": sid, "id": 1, "a": 2}]) for sid in (one, other)]
places = {package.assert_facts(handle, batch)[1] for batch in batches}
print(json.dumps([name, second, len(places)]))
"""
    tested_by_the_other_name, second_id_seen_before, contexts = [0, ["r"]], [2, ["r"]], 1
    assert printed(script) == [tested_by_the_other_name, second_id_seen_before, contexts]


def test_no_two_names_share_a_hash() -> None:
    names = [*durable.NAMES, "id", "sid", "q", *WORDS.split()]
    assert len(set(map(fnv1a, names))) == len(names)


def test_no_two_ids_of_a_question_share_a_hash() -> None:
    ids = [*map(str, range(1, durable.MOST_KINDS + 1)), f"sid-{durable.SID}"]
    assert len(set(map(fnv1a, ids))) == len(ids)


# --- memory and threads ------------------------------------------------------------------------

FORGET = """
handle = ruleset(r=rule({"a": 1}))
if %r:
    ask(handle, {"a": 1})
    package.delete_state(handle, "1")
package.assert_facts(handle, '[{"sid": "1", "id": 1, "a": 2}]')
package.delete_state(handle, "1")
"""


@glibc_only
def test_forgetting_a_context_where_nothing_ever_fired_crashes() -> None:
    code = run(PRELUDE + FORGET % False, env=RUBBISH).code
    assert code is not None
    assert code < 0
    assert run(PRELUDE + FORGET % True, env=RUBBISH).code == 0


ADAPTER = """
import sys, threading
from missingrules.errors import EngineError
from missingrules.matchers.durable import DurableMatcher
from missingrules.terms import *

facts = [Prop("entry", "code", "graded", f"field {n}") for n in range(12)]
ones = [Is(fact, frozenset({1})) for fact in facts]
nodes = [Not(ones[0]), All(tuple(ones)), Some(3, tuple(ones)), Between(facts[0], 3, 9)]
conditions = [Condition(number, node) for number, node in enumerate(nodes)]
answers = set()
for _ in range(5):
    matcher = DurableMatcher(conditions)
    for number in range(400):
        values = {fact: number * place % 5 for place, fact in enumerate(facts, 1)}
        answers.add(matcher.judge(conditions[number % 4], values))
        try:
            matcher.judge(conditions[1], {facts[0]: -number - 1})
        except EngineError:
            continue
        sys.exit("a hostile value was taken")
print(sorted(answers), threading.active_count(), "durable" in sys.modules)
"""


@pytest.mark.parametrize("env", [{}, RUBBISH, {**RUBBISH, "PYTHONMALLOC": "malloc"}])
def test_the_adapter_neither_crashes_nor_starts_threads_nor_loads_the_host(
    env: dict[str, str],
) -> None:
    outcome = run("import warnings; warnings.simplefilter('error')" + ADAPTER, env=env)
    assert outcome == (0, "[0, 1] 1 False", "")


def test_a_host_starts_two_threads_that_outlive_it_and_swallows_a_keyboard_interrupt() -> None:
    script = """
import gc, json, threading
from durable import engine

def act(context):
    raise KeyboardInterrupt

host = engine.Host({"x": {"r": {"all": [{"m": {"a": 1}}], "run": act}}})
swallowed = "exception" in host.assert_fact("x", {"sid": "1", "id": 1, "a": 1})
del host
gc.collect()
print(json.dumps([swallowed, threading.active_count()]))
"""
    outcome = run(script)
    assert outcome.code == 0, outcome.errors
    assert json.loads(outcome.output) == [True, 3]


def test_a_question_in_pieces_gets_one_answer() -> None:
    """Facts of many kinds go in one batch; a rule that fires on any of them counts."""
    ones = [Is(fact, frozenset({1})) for fact in fields(10)]
    condition = Condition(0, Some(4, tuple(ones)))
    assert durable.planned(condition)[2] > 10
    matcher = durable.DurableMatcher([condition])
    for size in (3, 4, 5):
        for chosen in itertools.islice(itertools.combinations(condition.facts, size), 0, None, 17):
            values = {fact: 1 if fact in chosen else 2 for fact in condition.facts}
            assert matcher.judge(condition, values) == (1 if size >= 4 else 0)
