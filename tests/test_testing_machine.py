"""The machine of the testing kit: it runs clean on the library, and finds a planted fault."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import InvalidArgument
from hypothesis.stateful import run_state_machine_as_test

from build import policy as compiled
from missingrules import Coverage, Record, evaluate, testing
from missingrules.record import CORRECTIONS

if TYPE_CHECKING:
    from missingrules import Assessment, Entry
    from missingrules.testing import RecordMachine

FEW = settings(
    max_examples=max(8, settings().max_examples // 6),
    stateful_step_count=15,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
LOOKING = settings(FEW, max_examples=200, phases=[Phase.generate])
SHRINKING = settings(LOOKING, phases=[Phase.generate, Phase.shrink])

MEETING = compiled("""
    parameters:
      window: {value: 90 days, edge: inclusive, basis: inferred}
    terms:
      missing: {recorded: category}
    rules:
      - id: meeting
        on: {episodes: missing, reach: 2, within: window}
        require: {action: strategy_meeting_held, within: 5 working days}
      - id: told
        on: {entry: reported}
        require: {action: fim_notified, within: 1 hour}
""")


# --- Clean ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["wiltshire", "england"])
def test_the_machine_runs_clean_on_a_shipped_policy(name: str) -> None:
    class Shipped(testing.RecordMachine):
        policy = name

    run_state_machine_as_test(Shipped, settings=FEW)


def test_the_machine_runs_clean_where_the_source_shows_little() -> None:
    class Limited(testing.RecordMachine):
        policy = MEETING
        coverage = Coverage.between(
            dt.datetime(2023, 11, 1, tzinfo=dt.UTC), without=["fim_notified"]
        )

    run_state_machine_as_test(Limited, settings=FEW)


def test_the_machine_tells_corrects_repeats_and_waits() -> None:
    """Every kind of step is taken, and what comes is late, out of order and twice."""
    seen = Counter[str]()

    class Watched(testing.RecordMachine):
        policy = MEETING

        def teardown(self) -> None:
            ids = [entry.entry_id for entry in self.entries]
            knowns = [entry.known for entry in self.entries]
            seen["twice"] += len(set(ids)) < len(ids)
            seen["out of order"] += knowns != sorted(knowns)
            seen["late"] += any(entry.recorded > entry.at for entry in self.entries)
            seen["corrected"] += any(entry.kind in CORRECTIONS for entry in self.entries)
            seen["several episodes"] += len({e.episode_id for e in self.entries} - {None}) > 1
            then = max(knowns, default=0)
            seen["later on"] += self.now > dt.datetime.fromtimestamp(then / 10**6, tz=dt.UTC)
            findings = evaluate(MEETING, self.record(), as_of=self.now).findings
            seen.update({finding.rule for finding in findings})

    run_state_machine_as_test(Watched, settings=settings(FEW, max_examples=90))
    assert {what for what, times in seen.items() if times} == {
        *("twice", "out of order", "late", "corrected", "several episodes", "later on"),
        *("meeting", "told"),
    }


# --- With a fault ---------------------------------------------------------------------------------


class Ledger(testing.RecordMachine):
    """A program that keeps its own record, as a control room would, and keeps it well."""

    policy = MEETING

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Entry] = []

    def receive(self, entry: Entry) -> None:
        self.kept.append(entry)

    def judge(self, record: Record, as_of: dt.datetime) -> Assessment:  # noqa: ARG002 - it has its own
        return evaluate(MEETING, Record.of(self.kept, child_id="C"), as_of=as_of)


class IgnoresVoids(Ledger):
    """Takes a correction for something that happened."""

    def receive(self, entry: Entry) -> None:
        if entry.kind != "voided":
            super().receive(entry)


class TakesEveryMessage(Ledger):
    """Gives a message that was sent twice a number of its own, and so counts it twice."""

    def receive(self, entry: Entry) -> None:
        number = len(self.kept) + 1
        super().receive(replace(entry, entry_id=f"{entry.entry_id}.{number}"))


class BelievesTheClock(Ledger):
    """Takes an entry to have been known when it happened."""

    def receive(self, entry: Entry) -> None:
        super().receive(replace(entry, recorded=entry.at))


class NeverLooksAgain(Ledger):
    """Judges when an entry comes, and not when a deadline ends."""

    def __init__(self) -> None:
        super().__init__()
        self.answer: Assessment | None = None
        self.told = 0

    def judge(self, record: Record, as_of: dt.datetime) -> Assessment:
        if self.answer is None or self.told < len(self.kept):
            self.answer, self.told = super().judge(record, as_of), len(self.kept)
        return self.answer


def failure(machine: type[RecordMachine], how: settings) -> tuple[testing.InvariantError, str]:
    """Give what the machine finds, and the steps that it prints."""
    with pytest.raises(testing.InvariantError) as found:
        run_state_machine_as_test(machine, settings=how)
    return found.value, "\n".join(getattr(found.value, "__notes__", ()))


def test_a_program_that_keeps_its_record_well_passes() -> None:
    run_state_machine_as_test(Ledger, settings=FEW)


@pytest.mark.parametrize(
    "machine", [IgnoresVoids, TakesEveryMessage, BelievesTheClock, NeverLooksAgain]
)
def test_the_machine_finds_a_planted_fault(machine: type[RecordMachine]) -> None:
    error, _ = failure(machine, LOOKING)
    told = [line for line in str(error).splitlines() if " f-" in line]
    assert len(told) == len(error.findings)
    assert error.invariant == "live-equals-fresh"
    first, *lines = str(error).splitlines()
    assert first == (
        "live-equals-fresh: what was gathered live must be judged as a fresh start would"
    )
    assert all(
        re.fullmatch(r"    ((meeting|told) f-[0-9a-f]{24}: |the ).* live at \S+.*", line)
        for line in lines
    )
    assert testing.FREE_TEXT not in str(error)


def test_a_fault_shrinks_to_few_steps_that_can_be_read() -> None:
    error, steps = failure(IgnoresVoids, SHRINKING)
    taken = [step for step in re.findall(r"state\.(\w+)\(", steps) if step != "agrees"]
    assert taken in (["begin", first, "correct", "teardown"] for first in ("report", "log"))
    assert steps.count("entry('") == 2
    assert "entry('voided', " in steps
    assert " live at " in str(error)


# --- What is refused ------------------------------------------------------------------------------


def test_a_machine_must_name_its_policy() -> None:
    class Nameless(testing.RecordMachine):
        pass

    with pytest.raises(InvalidArgument, match="policy=None must be named by Nameless"):
        run_state_machine_as_test(Nameless, settings=FEW)
