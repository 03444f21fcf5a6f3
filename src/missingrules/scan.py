"""Judge every child of a log, with the same kernel that live use calls."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from missingrules.calendar import from_us, to_us
from missingrules.duties import Duty, Measured
from missingrules.errors import LogError, MissingRulesError
from missingrules.finding import ERROR, Finding, stamp
from missingrules.kernel import judge
from missingrules.record import Coverage, Record

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from missingrules.finding import Assessment
    from missingrules.log import Log
    from missingrules.matchers import Engine
    from missingrules.policy import Policy


@dataclass(frozen=True, slots=True)
class Scan:
    """Every child of a log judged under one policy at one instant, in order of child id.

    ``failed`` holds an ``error`` finding for each child whose record could not be judged; the others are not
    affected.
    """

    policy: Policy
    log: Log = field(repr=False)
    coverage: Coverage
    as_of_us: int
    assessments: tuple[Assessment, ...] = field(repr=False)
    failed: tuple[Finding, ...] = ()

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

    def to_dict(self) -> dict[str, Any]:
        """Give the scan as JSON takes it."""
        log = self.log
        return {
            "policy": self.policy.name,
            "edition": self.policy.edition,
            "policy_digest": self.policy.digest,
            "as_of": stamp(self.as_of_us),
            "rows": {
                "read": log.rows,
                "accepted": len(log.entries),
                "duplicates": log.duplicates,
                "rejected": log.rejected,
                "rejected_without_child": log.unattributed,
            },
            "outcomes": dict(sorted(self.outcomes.items())),
            "children": [assessment.to_dict() for assessment in self.assessments],
            "errors": [finding.to_dict() for finding in self.failed],
        }


def scan(
    log: Log,
    policy: Policy,
    *,
    as_of: dt.datetime | None = None,
    coverage: Coverage | None = None,
    engine: Engine = "native",
) -> Scan:
    """Judge every child of a log.

    Without ``as_of`` it is the latest time at which an accepted entry was recorded. Without ``coverage`` the log
    covers everything from its first instant on. Raises :class:`~missingrules.errors.LogError` for a log
    without entries when ``as_of`` is not given.
    """
    as_of_us = latest_recorded(log) if as_of is None else to_us(as_of)
    if coverage is None:
        coverage = whole(log)
    assessments: list[Assessment] = []
    failed: list[Finding] = []
    for record in records(log):
        try:
            assessments.append(
                judge(policy, record, as_of=as_of_us, coverage=coverage, engine=engine)
            )
        except MissingRulesError:
            raise
        except Exception:  # noqa: BLE001 - one bad record never stops a scan
            failed.append(_failure(policy, record, as_of_us))
    return Scan(policy, log, coverage, as_of_us, tuple(assessments), tuple(failed))


def records(log: Log) -> Iterator[Record]:
    """The record of each child of a log, in order of child id."""
    for child_id, entries in sorted(log.by_child().items()):
        yield Record.of(entries, child_id=child_id, incomplete=child_id in log.incomplete)


def latest_recorded(log: Log) -> int:
    """When the last accepted entry was recorded (UTC microseconds)."""
    if not log.entries:
        msg = "the log has no entries to judge: give as_of, or a log with entries"
        raise LogError(msg)
    return max(entry.recorded for entry in log.entries)


def whole(log: Log) -> Coverage:
    """Coverage of a log that holds everything from its first instant on."""
    return Coverage(start=min((entry.at for entry in log.entries), default=None))


def _failure(policy: Policy, record: Record, as_of_us: int) -> Finding:
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
        opened_us=as_of_us,
        known_us=as_of_us,
        incomplete_record=record.incomplete,
        as_of_us=as_of_us,
    )
