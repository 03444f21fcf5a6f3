"""The second matcher: every question goes to the durable-rules package, inside its safe subset.

That package is a C extension that nobody maintains. Used freely it crashes, or answers wrongly
without an error; docs/durable-rules.md lists how, and what this module does about each. In short:
it is only asked which conjunctions of tests hold on *one* flat fact of small whole numbers.

A condition becomes two lists of conjunctions, when it surely holds and when it surely does not, and
each conjunction a rule. A question is one batch: a first fact, the facts in question, a last fact.
What fires gives the answer; where neither list fires, it is unknown. None of it is ``native``'s.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import math
import operator
import sys
import threading
import weakref
from contextlib import suppress
from itertools import combinations, product
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias, cast

from missingrules import terms
from missingrules.errors import EngineError
from missingrules.terms import MAYBE, NO, UNKNOWN, YES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from missingrules.terms import Condition, Node, Prop

RELEASE: Final = "2.0.28"
FIRST_PYTHON_WITHOUT: Final = (3, 13)
"""From this version on the package builds and cannot be imported."""

MOST_TESTS: Final = 60
"""Tests that one kind of fact can reach. The package has room for 64 and then fails."""
MOST_KINDS: Final = 500
"""Kinds of fact in a ruleset, each a test under one parent. With 512 the package never returns."""
MOST_CONJUNCTIONS: Final = 1_000
"""Conjunctions for one answer. Two answers stay well within the 4,096 rules of a ruleset."""
NAMES: Final = tuple(f"p{number}" for number in range(247))
"""Names of facts on the wire; with ``id``, ``sid`` and ``q`` 250 properties. With 255 the package
drops the rest of a batch without a word. It knows names by a hash of 32 bits; these all differ."""
MOST_VALUE: Final = 2**31

HOLDS: Final = {"$eq": operator.eq, "$gte": operator.ge, "$lt": operator.lt, "$neq": operator.ne}
"""The tests used, and what each means."""

FIRST: Final = "first"
LAST: Final = "last"
SID: Final = "1"
NO_STATE: Final = "error code: 309"

Conjunction: TypeAlias = frozenset[tuple[int, str, int]]
"""Tests that hold together: the fact's place in the condition's list, the test, and its number."""
Cases: TypeAlias = list[Conjunction]


class _Engine(Protocol):
    """What is used of the C module ``durable_rules_engine``. It holds the interpreter's lock."""

    error: type[Exception]

    def create_ruleset(self, name: str, rules: str, /) -> int: ...
    def delete_ruleset(self, handle: int, /) -> None: ...
    def assert_facts(self, handle: int, facts: str, /) -> tuple[int, int]: ...
    def start_action_for_state(self, handle: int, state: int, /) -> tuple[str, str] | None: ...
    def complete_and_start_action(self, handle: int, state: int, /) -> str | None: ...
    def delete_state(self, handle: int, sid: str, /) -> None: ...


def engine() -> _Engine:
    """Return the C module; raise :class:`EngineError` where the package cannot be used."""
    here, found = tuple(sys.version_info[:2]), "none that works"
    if here < FIRST_PYTHON_WITHOUT:
        with suppress(ImportError):
            module = importlib.import_module("durable_rules_engine")
            found = importlib.metadata.version("durable-rules")
            if found == RELEASE:
                return cast("_Engine", module)
    raise EngineError(
        f"engine 'durable' (so also 'both' and --cross-check) needs durable-rules {RELEASE}, the"
        f" release that was measured; this Python {here[0]}.{here[1]} has {found}. Engine 'native'"
        " is complete without it. On Python 3.11 or 3.12, with a C compiler:"
        f" python -m pip install durable-rules=={RELEASE}"
    )


class DurableMatcher:
    """Judges conditions with durable-rules. Threads may share it; they take turns.

    Make it in the process that uses it. Making it raises :class:`EngineError` if the package is not
    to be had, or if a condition lies outside what the package can judge safely.
    """

    name = "durable"

    def __init__(self, conditions: Sequence[Condition]) -> None:
        """Compile each condition into a ruleset of its own, kept as long as the matcher."""
        module = engine()
        self._lock = threading.Lock()
        try:
            self._networks = [_Network(module, condition) for condition in conditions]
        except module.error as error:
            raise EngineError(f"durable-rules cannot take the conditions: {error}") from error

    def judge(self, condition: Condition, facts: Mapping[Prop, int]) -> int:
        """Return ``YES``, ``NO`` or ``MAYBE``; raise :class:`EngineError` rather than guess.

        A fact is a whole number from 0 to 2**31, and no more episodes surely count than may count.
        """
        network = self._networks[condition.number]
        values = network.values(facts)
        with self._lock:
            answers = {rule.split("-")[0] for rule in network.ask(values)}
        if len(answers) > 1:
            raise EngineError(f"contradictory facts: yes and no to condition {condition.number}")
        return {"yes": YES, "no": NO}[answers.pop()] if answers else MAYBE


class _Network:
    """One condition as a ruleset of the package, and the way to put a question to it."""

    def __init__(self, module: _Engine, condition: Condition) -> None:
        self._module = module
        self._number = condition.number
        self._facts = condition.facts
        try:
            rules, self._batch, self._copies = planned(condition)
        except EngineError as error:
            raise EngineError(
                f"condition {condition.number} is too much for engine 'durable': {error}."
                " Engine 'native' has no such limit"
            ) from None
        self._rules = frozenset(rules)
        self._handle = module.create_ruleset(f"c{condition.number}", json.dumps(rules))
        weakref.finalize(self, module.delete_ruleset, self._handle).atexit = False
        # To delete a state in whose slot nothing ever fired frees a pointer that was never set. So
        # something fires before the first deletion; should that fail, the state is left to lie.
        self._fire([0] * len(self._facts))
        self._clear()
        self._unclear = False

    def values(self, facts: Mapping[Prop, int]) -> list[int]:
        """Return what the condition rests on; raise where a value must not reach the package."""
        values = [facts.get(fact, 0) for fact in self._facts]
        for fact, value in zip(self._facts, values, strict=True):
            if type(value) is not int or not 0 <= value <= MOST_VALUE:
                raise EngineError(f"fact {fact.label} must be a whole number from 0 to 2**31")
        return values

    def ask(self, values: Sequence[int]) -> set[str]:
        """Return the names of the rules that fired, without the first and the last."""
        if self._unclear:  # an interrupt came between a question and its end
            self._clear()
        self._unclear = True
        try:
            return self._fire(values)
        except self._module.error as error:
            raise EngineError(
                f"durable-rules failed at condition {self._number}: {error}"
            ) from error
        finally:
            self._clear()
            self._unclear = False

    def _fire(self, values: Sequence[int]) -> set[str]:
        module, handle, fired = self._module, self._handle, list[str]()
        result, state = module.assert_facts(handle, self._batch % (tuple(values) * self._copies))
        started = module.start_action_for_state(handle, state) if result in {0, 1} else None
        text = started[1] if started else None
        while text is not None and len(fired) < len(self._rules):
            fired.append(text.split('"', 2)[1])
            text = module.complete_and_start_action(handle, state)
        rules = {*fired}
        if text is not None or not {FIRST, LAST} <= rules <= self._rules:
            raise EngineError(f"durable-rules cut a question on condition {self._number} short")
        return rules - {FIRST, LAST}

    def _clear(self) -> None:
        try:
            self._module.delete_state(self._handle, SID)
        except self._module.error as error:
            if NO_STATE not in str(error):
                raise


def planned(condition: Condition) -> tuple[Mapping[str, object], str, int]:
    """Return a condition's rules, the text of a batch with gaps for the values, and how many times.

    Rules are spread over kinds of fact (property ``q``; 0 is the first fact, 1 the last) so that no
    kind reaches too many tests. Raises :class:`EngineError` with the limit that cannot be kept.
    """
    names = NAMES[: len(condition.facts)]
    if len(names) < len(condition.facts):
        raise EngineError(f"more than {len(names)} facts")
    places = {fact: place for place, fact in enumerate(condition.facts)}
    rules: dict[str, object] = {FIRST: _rule(0, ()), LAST: _rule(1, ())}
    last, reached = 2, set[object]()
    for answer, holds in (("yes", True), ("no", False)):
        for number, case in enumerate(sorted(map(sorted, when(condition.node, places, holds)))):
            paths = {tuple(case[:end]) for end in range(len(case) + 1)}
            if len(paths) > MOST_TESTS:
                raise EngineError(f"more than {MOST_TESTS} tests in one conjunction")
            if len(reached | paths) > MOST_TESTS:
                last, reached = last + 1, set()
            reached |= paths
            tests = ({test: {names[fact]: value}} for fact, test, value in case)
            rules[f"{answer}-{number}"] = _rule(last, tests)
    if last >= MOST_KINDS:
        raise EngineError(f"more than {MOST_KINDS} times {MOST_TESTS} tests")
    gaps = "".join(f',"{name}":%d' for name in names)
    kinds = [(0, ""), *((kind, gaps) for kind in range(2, last + 1)), (1, "")]
    facts = (f'{{"sid":"{SID}","id":{n},"q":{q}{gap}}}' for n, (q, gap) in enumerate(kinds, 1))
    return rules, f"[{','.join(facts)}]", last - 1


def _rule(kind: int, tests: Iterable[object]) -> object:
    return {"all": [{"m": {"$and": [{"q": kind}, *tests]}}]}


def when(node: Node, places: Mapping[Prop, int], holds: bool) -> Cases:  # noqa: C901, FBT001, PLR0911, PLR0912 - one case a node
    """List the cases in which a node surely holds, or surely does not: these and no others."""
    match node:
        case terms.Term(_, part):
            return when(part, places, holds)
        case terms.Not(part):
            return when(part, places, not holds)
        case terms.Is(fact, codes, is_open):
            if any(code > UNKNOWN for code in codes):
                raise EngineError(f"a code outside 0 to {UNKNOWN}")
            if holds:
                return [_tests(places[fact], ("$eq", code)) for code in codes]
            unsure = {UNKNOWN, terms.NOT_RECORDED} if is_open else {UNKNOWN}
            return [_tests(places[fact], *(("$neq", code) for code in codes | unsure))]
        case terms.Between(fact, low, high):
            place, known = places[fact], ("$neq", UNKNOWN)
            if holds:
                return [_tests(place, ("$gte", low), ("$lt", high), known)]
            return [_tests(place, ("$lt", low), known), _tests(place, ("$gte", high), known)]
        case terms.AtLeast(sure, possible, number):
            if holds:
                return [_tests(places[sure], ("$gte", number))]
            return [_tests(places[possible], ("$lt", number))]
        case terms.Grace(first, _, state):
            states = {terms.RUNNING, terms.KEPT} if holds else {terms.LAPSED}
            cases = [_tests(places[state], ("$eq", code)) for code in states]
            return _at_least(2 if holds else 1, [when(first, places, holds), cases])
        case terms.All(parts):
            number = len(parts)
        case terms.Any(parts):
            number = 1
        case terms.Some(number, parts):
            pass
    options = [when(part, places, holds) for part in parts]
    return _at_least(number if holds else len(parts) - number + 1, options)


def _tests(place: int, *tests: tuple[str, int]) -> Conjunction:
    if not all(0 <= number <= MOST_VALUE for _, number in tests):
        raise EngineError("a test against a number outside 0 to 2**31")
    return frozenset((place, test, number) for test, number in tests)


def _at_least(number: int, options: Sequence[Cases]) -> Cases:
    """At least so many of the options hold, each given as its cases."""
    number = max(number, 0)
    _limit(math.comb(len(options), number))
    found: Cases = []
    for chosen in combinations(options, number):
        cases: Cases = [frozenset()]
        for option in chosen:
            _limit(len(cases) * len(option))
            cases = _needed({one | other for one, other in product(cases, option)})
        found += cases
        _limit(len(found))
    return _needed(set(found))


def _needed(cases: Iterable[Conjunction]) -> Cases:
    """Leave out what can never hold, and what holds only where another case does."""
    kept: Cases = []
    for case in sorted(filter(_possible, cases), key=len):
        if not any(other <= case for other in kept):
            kept.append(case)
    return kept


def _possible(case: Conjunction) -> bool:
    fixed = {fact: number for fact, test, number in case if test == "$eq"}
    return all(HOLDS[test](fixed[fact], number) for fact, test, number in case if fact in fixed)


def _limit(cases: int) -> None:
    if cases > MOST_CONJUNCTIONS:
        raise EngineError(f"more than {MOST_CONJUNCTIONS} conjunctions")
