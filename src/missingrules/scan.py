"""Judge every child of a log, with the same kernel that live use calls."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from missingrules.calendar import from_us, to_us
from missingrules.duties import Duty, Measured
from missingrules.errors import EngineError, LogError
from missingrules.finding import ERROR, Finding, stamp
from missingrules.kernel import judge
from missingrules.log import Log
from missingrules.policy import loaded
from missingrules.reading.quality import all_notes, described, look_at
from missingrules.record import Coverage, Record
from missingrules.written import count_stated, document, rows

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from missingrules.finding import Assessment
    from missingrules.matchers import Engine
    from missingrules.policy import Policy
    from missingrules.reading.mapping import SourceMapping


class SupportsArrow(Protocol):
    """A table with the Arrow PyCapsule interface."""

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        """Hand out the rows as a stream of Arrow."""


@dataclass(frozen=True, slots=True)
class Scan:
    """Every child of a log judged under one policy at one instant, in order of child id.

    ``failed`` holds an ``error`` finding for each child whose record could not be judged; the
    others are not affected. ``engine`` is the matcher that judged.
    """

    policy: Policy
    log: Log = field(repr=False)
    coverage: Coverage
    as_of_us: int
    assessments: tuple[Assessment, ...] = field(repr=False)
    failed: tuple[Finding, ...] = ()
    engine: Engine = "native"

    @property
    def as_of(self) -> dt.datetime:
        """The instant for which everything was judged, in UTC."""
        return from_us(self.as_of_us)

    def findings(self) -> Iterator[Finding]:
        """Every finding: by child, then by when the duty arose."""
        for assessment in self.assessments:
            yield from assessment.findings
        yield from self.failed

    @property
    def outcomes(self) -> Counter[str]:
        """How many findings there are of each outcome."""
        return Counter(finding.outcome for finding in self.findings())

    @property
    def on_incomplete_records(self) -> int:
        """How many findings rest on a record of which rows were rejected."""
        return sum(finding.incomplete_record for finding in self.findings())

    def to_dict(self) -> dict[str, Any]:
        """Give the scan as JSON takes it."""
        quality = look_at(self.log)
        return {
            **heading(self.policy, self.log, self.as_of_us),
            "data_quality": described(quality, all_notes(self.log, quality)),
            "outcomes": dict(sorted(self.outcomes.items())),
            "on_incomplete_records": self.on_incomplete_records,
            "times_as_stated": sum(
                count_stated(each.findings, each.record) for each in self.assessments
            ),
            "children": [document(assessment) for assessment in self.assessments],
            "errors": [finding.to_dict() for finding in self.failed],
        }

    def to_arrow(self) -> Any:
        """Give every finding as a ``pyarrow.Table``: a row a finding, columns as in its JSON."""
        from missingrules.written import table

        found = [row for each in self.assessments for row in rows(each.findings, each.record)]
        return table([*found, *(row for one in self.failed for row in rows([one], None))])


def scan(
    log: Log | SupportsArrow,
    policy: Policy,
    *,
    as_of: dt.datetime | None = None,
    coverage: Coverage | None = None,
    engine: Engine = "native",
) -> Scan:
    """Judge every child of a log.

    ``log`` is one that was read, or a table in memory with the canonical names: anything with the
    Arrow PyCapsule interface, as tables of polars, pandas, pyarrow and duckdb have; its times need
    an offset or a zone of their own. Without ``as_of`` it is the latest time at which an accepted
    entry was recorded. Without ``coverage`` the log covers everything from its first instant on.
    Raises :class:`~missingrules.errors.LogError` for a log without entries when ``as_of`` is not
    given, and :class:`~missingrules.errors.EngineError` for a matcher that is not to be had or,
    with ``both``, for a difference between the matchers, ``TypeError`` for the name of a policy in
    place of a loaded one.
    """
    policy = loaded(policy)
    if not isinstance(log, Log):
        from missingrules.reading.extract import read_table

        log = read_table(log, vocabulary=policy.vocabulary)
    as_of_us = latest_recorded(log) if as_of is None else to_us(as_of)
    if coverage is None:
        coverage = whole(log)
    policy.matcher(engine)
    assessments: list[Assessment] = []
    failed: list[Finding] = []
    for record in records(log):
        made = verdict(policy, record, as_of=as_of_us, coverage=coverage, engine=engine)
        if isinstance(made, Finding):
            failed.append(made)
        else:
            assessments.append(made)
    return Scan(policy, log, coverage, as_of_us, tuple(assessments), tuple(failed), engine)


def verdict(
    policy: Policy, record: Record, *, as_of: int, coverage: Coverage, engine: Engine
) -> Assessment | Finding:
    """Judge one record as a scan does: one that cannot be judged gives an ``error`` finding.

    A matcher that fails is no matter of the record; its ``EngineError`` is passed on.
    """
    try:
        return judge(policy, record, as_of=as_of, coverage=coverage, engine=engine)
    except EngineError:
        raise
    except Exception as error:  # noqa: BLE001 - one bad record never stops a scan
        return unjudged(policy, record, as_of, type(error).__name__)


def records(log: Log) -> Iterator[Record]:
    """The record of each child of a log, in order of child id."""
    for child_id, entries in sorted(log.by_child().items()):
        yield Record.of(entries, child_id=child_id, incomplete=child_id in log.incomplete)


def latest_recorded(log: Log) -> int:
    """When the last accepted entry was recorded (UTC microseconds)."""
    if not log.entries:
        msg = "the log has no entries to judge: give as_of, or a log with entries"
        if log.rejected:
            rows = "the only row was" if log.rejected == 1 else f"all {log.rejected} rows were"
            first = f"\n{log.faults[0]}" if log.faults else ""
            msg = f"the log has no entries to judge: {rows} rejected (see log.faults){first}"
        raise LogError(msg)
    return max(entry.recorded for entry in log.entries)


def whole(log: Log) -> Coverage:
    """Coverage of a log that holds everything from its first instant on."""
    return Coverage(start=min((entry.at for entry in log.entries), default=None))


def coverage_of(
    first: int | None, mappings: Sequence[SourceMapping], paths: Iterable[Path]
) -> Coverage:
    """Tell what files can show: everything from the first instant on, or what the mappings say."""
    if not mappings:
        return Coverage(start=first)
    from missingrules.reading.extract import shared_out, tables_given

    parts = [
        mapping.coverage(tables_given(own, mapping)) for mapping, own in shared_out(paths, mappings)
    ]
    covered = parts[0]
    if len(parts) > 1:
        covered = Coverage.joined(parts, mappings[0].vocabulary.kinds)
    return covered if covered.start is not None else replace(covered, start=first)


def heading(policy: Policy, log: Log, as_of_us: int | None) -> dict[str, Any]:
    """What was judged by what, and what became of the rows, as JSON takes it.

    A rejected row that names no child may be anybody's: then any record may lack it.
    ``as_of`` is null where nothing was judged, because no row was accepted.
    """
    return {
        "policy": policy.name,
        "edition": policy.edition,
        "policy_digest": policy.digest,
        "as_of": None if as_of_us is None else stamp(as_of_us),
        "rows": {
            "read": log.rows,
            "accepted": log.accepted,
            "duplicates": log.duplicates,
            "rejected": log.rejected,
            "left_out": log.left_out,
            "partly_read": log.partly,
            "rejected_without_child": log.unattributed,
            "any_record_may_lack_rows": log.unattributed > 0,
            "conflicting_ids": list(log.conflicts),
        },
    }


def unjudged(policy: Policy, record: Record, as_of_us: int, error: str) -> Finding:
    """Say that a record could not be judged; of the error only its class, it may quote the log."""
    duty = Duty(
        rule="record",
        title="The record can be judged",
        policy=policy.name,
        policy_digest=policy.digest,
        edition=policy.edition,
        since=None,
        until=None,
        authority="good_practice",
        basis="stated",
        timing_basis=None,
        severity="critical",
        owner=None,
        cite=None,
        per="child",
        triggers=(),
        condition=None,
        unless=(),
        ends=None,
        after_trigger=False,
        effect=Measured(),
        deciders=frozenset(),
        action="",
        phrase="",
        calendar=policy.calendar,
    )
    return Finding(
        duty=duty,
        child_id=record.child_id,
        episode_id=None,
        outcome=ERROR,
        anchor="",
        unknown=(error,),
        opened_us=as_of_us,
        known_us=as_of_us,
        incomplete_record=record.incomplete,
        as_of_us=as_of_us,
    )
