"""A record that grows step by step, beside what a fresh start would say of it.

Entries come late, out of order and twice; they are corrected; time goes on. After every step what
was gathered live is judged, and compared with a judgement from scratch: of the whole record at
once, in another order, after it was written as JSON Lines and read back.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from missingrules.calendar import from_us, to_us
from missingrules.entry import to_json
from missingrules.kernel import evaluate
from missingrules.log import read_jsonl
from missingrules.record import EVERYTHING, Record
from missingrules.testing import argument
from missingrules.testing.cell import told
from missingrules.testing.correction import corrections
from missingrules.testing.edge import moved, spans
from missingrules.testing.history import AFTER_REPORT, BETWEEN_REPORTS, anything_told
from missingrules.testing.instant import NOON, landmarks
from missingrules.testing.madeup import of_nobody
from missingrules.testing.subject import subject_of
from missingrules.testing.verdict import Difference, differences, refuse, verdict

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from missingrules.entry import Entry
    from missingrules.finding import Assessment
    from missingrules.policy import Policy
    from missingrules.record import Coverage
    from missingrules.testing import cell
    from missingrules.testing.argument import PolicyLike
    from missingrules.testing.edge import Offset
    from missingrules.testing.subject import Focus, Subject
    from missingrules.testing.verdict import Told

CHILD = "C"
_WAIT = spans("1h 1m 1d 3d 10d 30d")
_SENTENCE = "what was gathered live must be judged as a fresh start would"


class RecordMachine(RuleBasedStateMachine):
    """Drives a program that keeps the record of one child, and compares it with the library.

    Name a ``policy`` in a subclass, and test ``Subclass.TestCase``. As it is, the machine tests the
    library. To test a program that keeps its own record, override :meth:`receive`, which is called
    with every entry as it comes, and :meth:`judge`, which is asked after every step. ``entries``
    are all that have come so far, in that order, and ``now`` is the instant to judge at.
    """

    policy: ClassVar[PolicyLike | None] = None
    coverage: ClassVar[Coverage] = EVERYTHING

    def __init__(self) -> None:
        """Load the policy."""
        super().__init__()
        if self.policy is None:
            argument.refuse("policy=None", f"be named by {type(self).__name__}")
        self.judged_by: Policy = argument.policy_of(self.policy)
        self.about: Subject = subject_of(self.judged_by)
        self.focus: Focus = self.about.whole
        self.entries: list[Entry] = []
        self.now: dt.datetime = from_us(NOON)

    # -- the program under test

    def receive(self, entry: Entry) -> None:
        """Take an entry in; a program with a record of its own overrides this."""

    def judge(self, record: Record, as_of: dt.datetime) -> Assessment | Iterable[Told]:
        """Give the findings at an instant; ``record`` holds the entries that have come."""
        return evaluate(self.judged_by, record, as_of=as_of, coverage=self.coverage)

    # -- what happens

    @initialize(start=st.runner().flatmap(lambda machine: machine.starts()))
    def begin(self, start: tuple[list[str], dt.datetime]) -> None:
        """Choose the rules that the record is about, and when it begins."""
        about, self.now = start
        self.focus = self.about.focus(about)

    @rule(entry=st.runner().flatmap(lambda machine: machine.reports()))
    def report(self, entry: Entry) -> None:
        """Log the report of another episode."""
        self.log(entry)

    @rule(entry=st.runner().flatmap(lambda machine: machine.further()))
    def log(self, entry: Entry) -> None:
        """Log an entry; if it is known later than now, now moves on."""
        self.entries.append(entry)
        self.now = max(self.now, from_us(entry.known))
        self.receive(entry)

    @precondition(lambda machine: machine.entries)
    @rule(entry=st.runner().flatmap(lambda machine: st.sampled_from(machine.entries)))
    def log_again(self, entry: Entry) -> None:
        """Log an entry a second time, as when a message is sent twice."""
        self.entries.append(entry)
        self.receive(entry)

    @precondition(lambda machine: machine.entries)
    @rule(entry=st.runner().flatmap(lambda machine: corrections(machine.record())))
    def correct(self, entry: Entry) -> None:
        """Log a correction of what is there, known now or later."""
        self.log(entry)

    @rule(until=st.runner().flatmap(lambda machine: machine.instants()))
    def wait(self, until: dt.datetime) -> None:
        """Let time go on."""
        self.now = max(self.now, until)

    @invariant()
    def agrees(self) -> None:
        """Compare what was gathered live with a fresh start."""
        live = verdict(self.judge(self.record(), self.now))
        lines = [json.dumps(to_json(entry)) for entry in reversed(self.entries)]
        log = read_jsonl(lines, vocabulary=self.judged_by.vocabulary)
        if log.faults:
            refuse("read-back", "what is written must be readable", [Difference("", "is refused")])
        fresh = Record.of(log.entries, child_id=CHILD)
        assessment = evaluate(self.judged_by, fresh, as_of=self.now, coverage=self.coverage)
        judged = verdict(assessment)
        found = differences(judged, live, where=f"live at {self.now.isoformat()}")
        refuse("live-equals-fresh", _SENTENCE, found, judged, live)

    # -- what is drawn

    def record(self) -> Record:
        """Give the record that has come so far."""
        return Record.of(self.entries, child_id=CHILD)

    def starts(self) -> st.SearchStrategy[tuple[list[str], dt.datetime]]:
        """Draw rules to be about, and an instant to begin at."""
        rules = st.lists(
            st.sampled_from(list(self.about.rules)), min_size=1, max_size=3, unique=True
        )
        instants = st.sampled_from([from_us(at) for at in landmarks(self.about)])
        return st.tuples(rules, instants)

    def reports(self) -> st.SearchStrategy[Entry]:
        """Draw the report of an episode that there is not yet."""
        what = told(self.about, "reported", self.focus)
        return _further(
            self.about, self.focus, what, tuple(self.entries), to_us(self.now), new=True
        )

    def further(self) -> st.SearchStrategy[Entry]:
        """Draw an entry to log next, of an episode that there is, or of the child."""
        what = anything_told(self.about, self.focus, "episode", "child", "either")
        return _further(self.about, self.focus, what, tuple(self.entries), to_us(self.now))

    def instants(self) -> st.SearchStrategy[dt.datetime]:
        """Draw an instant to wait for: on the edge of a duration from now, or from an entry."""
        return _instants(self.about, self.focus, tuple(self.entries), to_us(self.now))


@st.composite
def _further(  # noqa: PLR0913 - what there is so far
    draw: st.DrawFn,
    about: Subject,
    focus: Focus,
    anything: st.SearchStrategy[cell.Told],
    entries: tuple[Entry, ...],
    now: int,
    *,
    new: bool = False,
) -> Entry:
    what = draw(anything)
    home = about.vocabulary.kinds[what.kind].home
    starts = {entry.episode_id: entry.at for entry in reversed(entries) if entry.episode_id}
    another = f"{CHILD}-E{len(starts) + 1}"
    names: tuple[str | None, ...] = (another,) if new or not starts else tuple(starts)[::-1]
    if home != "episode":
        names = (None,) if home == "child" else (*names, None)
    name = draw(st.sampled_from(names))
    start = starts.get(name or "", max(starts.values(), default=now))
    simple = BETWEEN_REPORTS if name == another and starts else AFTER_REPORT
    offsets: tuple[Offset, ...] = (*simple, *focus.edges)
    at = moved(start, draw(st.sampled_from(offsets)), about.calendar)
    entry_id = f"{CHILD}.{len(entries) + 1}"
    return of_nobody(what.entry(about, at, start, entry_id=entry_id, child_id=CHILD, home=name))


@st.composite
def _instants(
    draw: st.DrawFn, about: Subject, focus: Focus, entries: tuple[Entry, ...], now: int
) -> dt.datetime:
    start = draw(st.sampled_from((now, *(entry.at for entry in entries))))
    offsets: tuple[Offset, ...] = (*_WAIT, *focus.edges)
    return from_us(moved(start, draw(st.sampled_from(offsets)), about.calendar))
