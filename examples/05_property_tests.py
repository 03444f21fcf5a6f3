"""Property tests for a force's policy and its own program: copy this file and change two names.

Run it with ``pytest examples/05_property_tests.py``. ``POLICY`` is the policy that is tested, a
shipped one or the path of a file. ``control_room`` stands for the program of the force: it keeps
the log in rows of its own, and judges what it reads back. Everything else can stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from missingrules import Episode, Record, evaluate, testing
from missingrules.entry import to_json
from missingrules.tablerows import entry_from_row

if TYPE_CHECKING:
    from datetime import datetime

    from missingrules import Assessment, Entry, Policy

POLICY = "wiltshire"

pytestmark = pytest.mark.policy(POLICY)
settings.register_profile(
    "force",
    max_examples=10,  # by night, thousands
    stateful_step_count=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("force")


# --- The program of the force ---------------------------------------------------------------------


def row_of(entry: Entry) -> dict[str, Any]:
    """Write an entry as the force keeps it."""
    return {f"LOG_{name.upper()}": value for name, value in to_json(entry).items()}


def entry_of(row: dict[str, Any], policy: Policy) -> Entry:
    """Read it back."""
    columns = {name.removeprefix("LOG_").lower(): value for name, value in row.items()}
    entry = entry_from_row(columns, policy.vocabulary)
    if isinstance(entry, list):
        raise TypeError(entry)
    return entry


def control_room(policy: Policy, record: Record, as_of: datetime) -> Assessment:
    """Judge a record by way of the rows of the force."""
    rows = [row_of(entry) for entry in record.entries]
    entries = [entry_of(row, policy) for row in rows]
    return evaluate(policy, Record.of(entries, child_id=record.child_id), as_of=as_of)


# --- What must hold of it -------------------------------------------------------------------------


@given(data=st.data())
def test_everything_that_must_hold_of_every_verdict(policy: Policy, data: st.DataObject) -> None:
    """Order, time, evidence, answers, corrections, other children, the second engine."""
    trial = data.draw(testing.trials(policy, limited=False, max_episodes=2))
    testing.check_all(policy, trial.record, as_of=trial.as_of, judge=control_room)


@given(data=st.data())
def test_children_do_not_mix(policy: Policy, data: st.DataObject) -> None:
    """Two children, judged one after the other and back again."""
    one, other = (data.draw(testing.records(policy, child_id=child)) for child in ("A", "B"))
    as_of = data.draw(testing.instants(policy, near=one))
    testing.check_children_independent(policy, [one, other], as_of=as_of, judge=control_room)


@given(data=st.data())
def test_a_meeting_on_record_is_not_asked_for_again(policy: Policy, data: st.DataObject) -> None:
    """A property of one's own: whatever happened, after a meeting none is overdue that day."""
    record = data.draw(testing.records(policy, rules=["strategy-meeting"], corrections=False))
    as_of = data.draw(testing.instants(policy, near=record))
    held = testing.entry("strategy_meeting_held", as_of, child_id=record.child_id)
    after = Record.of([*record.entries, held], child_id=record.child_id)
    found = control_room(policy, after, as_of).findings
    assert not [f for f in found if f.rule == "strategy-meeting" and f.outcome == "pending"]


@given(episode=testing.episodes(POLICY))
def test_a_wide_row_survives_the_rows_of_the_force(policy: Policy, episode: Episode) -> None:
    """What is written can be read back."""
    for entry in Record.of([episode]).entries:
        assert entry_of(row_of(entry), policy) == entry


# --- Entry by entry -------------------------------------------------------------------------------


class ControlRoom(testing.RecordMachine):
    """The program as it runs: entries come late, twice and wrong, and time goes on."""

    policy = POLICY

    def __init__(self) -> None:
        """Begin with nothing on record."""
        super().__init__()
        self.rows: list[dict[str, Any]] = []

    def receive(self, entry: Entry) -> None:
        """Keep a row."""
        self.rows.append(row_of(entry))

    def judge(self, record: Record, as_of: datetime) -> Assessment:
        """Judge the rows that were kept."""
        kept = [entry_of(row, self.judged_by) for row in self.rows]
        return control_room(self.judged_by, Record.of(kept, child_id=record.child_id), as_of)


TestControlRoom = ControlRoom.TestCase
