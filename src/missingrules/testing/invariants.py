"""What must hold of every verdict, for anybody's policy and anybody's program.

Each check takes a policy, the record of a child and an instant, and raises :class:`InvariantError`
where something does not hold. ``judge`` puts a program of one's own in the place of the library: it
is called with a policy, a record (whose entries may be in any order, and twice) and an aware
datetime. ``coverage`` is what the source of the log can show; a judge is taken to know it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from missingrules.calendar import from_us, to_us
from missingrules.duties import Floor
from missingrules.entry import Entry
from missingrules.errors import EngineError
from missingrules.finding import BREACHED, FULFILLED_LATE, PENDING, Finding
from missingrules.kernel import evaluate
from missingrules.log import Log
from missingrules.record import EVERYTHING, Record
from missingrules.scan import records as records_of
from missingrules.scan import scan
from missingrules.testing import code
from missingrules.testing.answer import answers, can_be_answered, chances
from missingrules.testing.verdict import Difference, Verdict, differences, refuse, value, verdict

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable

    from missingrules.policy import Policy
    from missingrules.record import Coverage
    from missingrules.testing.verdict import Judge, Told

_RESTS_ON = frozenset({"evidence", "cited", "incomplete_record"})


@dataclass(frozen=True)
class _Court:
    """Who judges under which policy, and for which instant if no other is named."""

    policy: Policy
    as_of: dt.datetime
    coverage: Coverage
    judge: Judge | None

    def ask(self, record: Record, as_of: dt.datetime | None = None) -> Verdict:
        """Ask the judge."""
        if self.judge is None:
            return self.library(record, as_of)
        return verdict(self.judge(self.policy, record, as_of or self.as_of))

    def library(self, record: Record, as_of: dt.datetime | None = None) -> Verdict:
        """Ask the library."""
        entries = Record.of(record.entries, child_id=record.child_id, incomplete=record.incomplete)
        return verdict(
            evaluate(self.policy, entries, as_of=as_of or self.as_of, coverage=self.coverage)
        )


def check_order_independent(
    policy: Policy,
    record: Record,
    *,
    as_of: dt.datetime,
    coverage: Coverage = EVERYTHING,
    judge: Judge | None = None,
) -> None:
    """Check that the order of entries does not matter, nor an entry that comes twice."""
    court = _Court(policy, as_of, coverage, judge)
    first, entries = court.ask(record), record.entries
    for others in (entries[::-1], (*entries[1::2], *entries[::2])):
        other = court.ask(replace(record, entries=others))
        found = differences(first, other, where="in another order")
        refuse("order-independent", "the order of entries must not matter", found, first, other)
    twice = court.ask(replace(record, entries=(*entries, *entries)))
    found = _about_findings(differences(first, twice, where="with every entry twice"))
    refuse("order-independent", "an entry must count once", found, first, twice)


def check_no_peeking(
    policy: Policy,
    record: Record,
    *,
    as_of: dt.datetime,
    coverage: Coverage = EVERYTHING,
    judge: Judge | None = None,
) -> None:
    """Check that nothing has a bearing that was not known yet at ``as_of``."""
    court = _Court(policy, as_of, coverage, judge)
    then = to_us(as_of)
    known = tuple(entry for entry in record.entries if entry.known <= then)
    first, other = court.ask(record), court.ask(replace(record, entries=known))
    found = differences(first, other, where="without what was not known yet")
    refuse("no-peeking", "what is not known yet must not matter", found, first, other)


def check_children_independent(
    policy: Policy,
    records: Log | Iterable[Record],
    *,
    as_of: dt.datetime,
    coverage: Coverage = EVERYTHING,
    judge: Judge | None = None,
) -> None:
    """Check that each child is judged as if alone: after others, and by a scan of them all.

    ``records`` are of different children, or a log. Raises ``ValueError`` for two records of one
    child, and for an entry id that two children share.
    """
    court = _Court(policy, as_of, coverage, judge)
    log = records if isinstance(records, Log) else _log_of(list(records))
    children = {record.child_id: record for record in records_of(log)}
    alone = {child: court.ask(record) for child, record in children.items()}
    sentence = "other children must not matter"
    for child in [*children][::-1]:
        again = court.ask(children[child])
        found = differences(alone[child], again, where="after other children")
        refuse("children-independent", sentence, found, alone[child], again)
        strangers = [
            Difference(finding_id, "is another child's")
            for finding_id, finding in again.findings.items()
            if value(finding, "child_id") not in (None, child)
        ]
        refuse("children-independent", sentence, strangers, again)
    scanned = scan(log, policy, as_of=as_of, coverage=coverage)
    for assessment in scanned.assessments:
        first, other = alone[assessment.child_id], verdict(assessment)
        found = differences(first, other, where="in a scan of all")
        refuse("children-independent", sentence, found, first, other)


def _log_of(records: list[Record]) -> Log:
    if len({record.child_id for record in records}) < len(records):
        raise ValueError("records must be of different children")
    owners = {(entry.entry_id, entry.child_id) for each in records for entry in each.entries}
    if len({entry_id for entry_id, _ in owners}) < len(owners):
        raise ValueError("records must not share the ids of entries")
    made = code.log(entry for record in records for entry in record.entries)
    return replace(
        made, incomplete=frozenset(record.child_id for record in records if record.incomplete)
    )


def check_engines_agree(
    policy: Policy,
    record: Record,
    *,
    as_of: dt.datetime,
    coverage: Coverage = EVERYTHING,
    judge: Judge | None = None,
) -> None:
    """Check that the second engine, ``durable``, comes to the same findings.

    Raises :class:`missingrules.EngineError` where it is not to be had, or cannot take the policy.
    """
    first = _Court(policy, as_of, coverage, judge).ask(record)
    durable = evaluate(policy, record, as_of=as_of, coverage=coverage, engine="durable")
    other = verdict(durable)
    found = differences(first, other, where="by the second engine")
    refuse("engines-agree", "both engines must come to the same findings", found, first, other)


def check_evidence_sufficient(
    policy: Policy,
    record: Record,
    *,
    as_of: dt.datetime,
    coverage: Coverage = EVERYTHING,
    judge: Judge | None = None,
) -> None:
    """Check that each finding can be had from the entries that it cites alone."""
    court = _Court(policy, as_of, coverage, judge)
    first = court.ask(record)
    for finding_id, finding in first.findings.items():
        cited = [*(value(finding, "evidence") or ()), *(value(finding, "cited") or ())]
        again = court.ask(record.only(cited)).findings
        alone = Verdict({finding_id: again[finding_id]} if finding_id in again else {})
        this, where = Verdict({finding_id: finding}), "from what it cites alone"
        found = differences(this, alone, where=where, ignoring=_RESTS_ON)
        refuse("evidence-sufficient", "a finding must rest on what it cites", found, this)


def check_action_discharges(
    policy: Policy,
    record: Record,
    *,
    as_of: dt.datetime,
    coverage: Coverage = EVERYTHING,
    judge: Judge | None = None,
) -> None:
    """Check that whatever is owed, done in time, leaves no breach of it and nothing pending.

    What is owed and until when is asked of the library; each is done at the last instant in time,
    and at the first.
    """
    court = _Court(policy, as_of, coverage, judge)
    owed = [told for told in court.library(record).findings.values() if isinstance(told, Finding)]
    for finding in filter(can_be_answered, owed):
        for when in dict.fromkeys(chances(record, finding)):
            for done in answers(policy, record, finding, when):
                after = court.ask(replace(record, entries=(*record.entries, done)))
                found = _still_owed(finding, when, after.findings.get(finding.finding_id))
                sentence = "what is done in time must not be owed any more"
                refuse("action-discharges", sentence, found, verdict([finding]))


def _still_owed(finding: Finding, when: int, told: Told | None) -> list[Difference]:
    if told is None:
        # Done at the moment at which it arose, it may not have arisen at all.
        text = "" if when == finding.opened_us else "is gone"
    elif value(told, "outcome") not in (PENDING, BREACHED, FULFILLED_LATE):
        text = ""
    elif isinstance(finding.duty.effect, Floor) and _opened_later(finding, told):
        text = ""  # the one finding of an episode goes on to what was demanded afterwards
    else:
        text = f"is {value(told, 'outcome')}"
    at = from_us(when).isoformat()
    return [Difference(finding.finding_id, f"{text}, though done at {at}")] if text else []


def _opened_later(finding: Finding, told: Told) -> bool:
    return bool(value(told, "opened_at") != value(finding, "opened_at"))


def check_void_is_never(
    policy: Policy,
    record: Record,
    *,
    as_of: dt.datetime,
    coverage: Coverage = EVERYTHING,
    judge: Judge | None = None,
) -> None:
    """Check, for each episode, that to void it equals never having had it."""
    court = _Court(policy, as_of, coverage, judge)
    now = to_us(as_of)
    for episode_id in sorted({e.episode_id for e in record.entries if e.episode_id is not None}):
        entry_id = code.free_id(record.entries, "void")
        void = Entry(entry_id, record.child_id, episode_id, "voided", now, now)
        rest = tuple(entry for entry in record.entries if entry.episode_id != episode_id)
        first = court.ask(replace(record, entries=rest))
        other = court.ask(replace(record, entries=(*record.entries, void)))
        found = _about_findings(differences(first, other, where="with the voided episode"))
        refuse("void-is-never", "a voided episode must not matter", found, first, other)


def check_live_equals_batch(
    policy: Policy,
    record: Record,
    *,
    as_of: dt.datetime,
    coverage: Coverage = EVERYTHING,
    judge: Judge | None = None,
) -> None:
    """Check that judging live gives what a batch gives afterwards.

    The judge is asked after every instant at which something became known, with what was known by
    then; the library is asked for the same instants with the whole record.
    """
    court = _Court(policy, as_of, coverage, judge)
    last = to_us(as_of)
    arrivals = sorted(record.entries, key=lambda entry: entry.known)
    live: list[Entry] = []
    for now, arrived in itertools.groupby(arrivals, key=lambda entry: entry.known):
        if now > last:
            break
        live.extend(arrived)
        at = from_us(now)
        first = court.library(record, at)
        other = court.ask(replace(record, entries=tuple(live)), at)
        found = differences(first, other, where=f"live at {at.isoformat()}")
        refuse("live-equals-batch", "live and batch must agree", found, first, other)


EACH_RECORD = (
    check_order_independent,
    check_no_peeking,
    check_evidence_sufficient,
    check_action_discharges,
    check_void_is_never,
    check_live_equals_batch,
)


def check_all(
    policy: Policy,
    record: Record | Log | Iterable[Record],
    *,
    as_of: dt.datetime,
    coverage: Coverage = EVERYTHING,
    judge: Judge | None = None,
) -> None:
    """Check everything here, of one record or several, or of a log.

    Where the second engine is not to be had, or cannot take the policy, it is not asked.
    """
    if isinstance(record, Log):
        several = list(records_of(record))
    else:
        several = [record] if isinstance(record, Record) else list(record)
    checks = [*EACH_RECORD]
    if _has_second_engine(policy):
        checks.append(check_engines_agree)
    for each in several:
        for check in checks:
            check(policy, each, as_of=as_of, coverage=coverage, judge=judge)
    check_children_independent(policy, several, as_of=as_of, coverage=coverage, judge=judge)


def _about_findings(found: Iterable[Difference]) -> list[Difference]:
    return [each for each in found if each.finding_id]


def _has_second_engine(policy: Policy) -> bool:
    try:
        policy.matcher("durable")
    except EngineError:
        return False
    return True
