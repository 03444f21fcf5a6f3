"""Findings that hang on something assumed: what would change if it had been assumed otherwise.

For every parameter whose basis is `assumed`, policies are made in memory with the other edge of
the window, the other instant that places an episode, the time allowed shorter or longer by a step,
the count one less or one more; only rules that rest on the parameter are judged again.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from missingrules.assumed import Hangs, Variation
from missingrules.calendar import MINUTE_US, Elapsed, parse_duration, to_us
from missingrules.compare.counts import FOUND
from missingrules.compare.judging import Judging
from missingrules.compare.passing import over_log, over_sweep
from missingrules.compare.variant import named_in, with_parameter
from missingrules.errors import MissingRulesError, PolicyError
from missingrules.finding import Finding, stamp
from missingrules.policy import loaded
from missingrules.record import EVERYTHING
from missingrules.scan import latest_recorded
from missingrules.wording import many, plural

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence

    from missingrules.calendar import Duration
    from missingrules.language import Parameter
    from missingrules.log import Log
    from missingrules.policy import Policy
    from missingrules.policysource import PolicySource
    from missingrules.record import Coverage, Record
    from missingrules.sweep import Sweep

STEP: Final = 20
"""By how many percent assumed times are made shorter and longer, if nothing else is said."""

_OTHER: Final = {
    "inclusive": "exclusive",
    "exclusive": "inclusive",
    "reported": "missing_since",
    "missing_since": "reported",
}
_GRAVITY: Final = {"critical": 0, "major": 1, "minor": 2}


class NotJudgedError(MissingRulesError):
    """A record could not be judged, so nothing can be said of what its findings hang on."""


@dataclass(frozen=True, slots=True)
class Sensitive:
    """A finding, with everything assumed that it is ``sensitive_to``."""

    finding: Finding
    sensitive_to: tuple[Hangs, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON takes it: the finding, with what it hangs on."""
        return {
            **self.finding.to_dict(),
            "sensitive_to": [hangs.to_dict() for hangs in self.sensitive_to],
        }


@dataclass(slots=True)
class Hanging:
    """What hangs on what, counted over children; holds the gravest ``listed`` findings."""

    variations: tuple[Variation, ...]
    rules: tuple[frozenset[str], ...]
    """By variation, the rules that rest on the parameter."""
    listed: int | None = None
    children: int = 0
    failed: int = 0
    findings: int = 0
    """How many findings there are as assumed, whatever their outcome: those of a scan."""
    sensitive: int = 0
    numbers: Counter[tuple[int, str]] = field(default_factory=Counter)
    """By variation: findings ``changed``, ``gone``, that would ``arise``; ``children`` of them."""
    found: list[Sensitive] = field(default_factory=list)

    def empty(self) -> Hanging:
        """Give the same with nothing counted."""
        return Hanging(self.variations, self.rules, self.listed)

    def add(self, record: Record, findings: Sequence[Sequence[Finding]]) -> None:  # noqa: ARG002 - as others count
        """Count one child: the findings as assumed, then under each variation."""
        hangs, arising = hanging(findings, self.rules)
        self.findings += len(findings[0])
        for number, new in enumerate(arising):
            changed = [which[number] for which in hangs.values() if number in which]
            self.numbers[number, "changed"] += sum(outcome is not None for outcome in changed)
            self.numbers[number, "gone"] += sum(outcome is None for outcome in changed)
            self.numbers[number, "arise"] += len(new)
            self.numbers[number, "children"] += int(bool(changed or new))
        for finding in findings[0]:
            which = hangs.get(finding.finding_id)
            if which:
                self.sensitive += 1
                told = tuple(Hangs(self.variations[n], outcome) for n, outcome in which.items())
                self.found.append(Sensitive(finding, told))
        if self.listed is not None and len(self.found) > 4 * self.listed + 100:
            self.settle()

    def merge(self, other: Hanging) -> None:
        """Add what was counted of other children."""
        for name in ("children", "failed", "findings", "sensitive"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.numbers.update(other.numbers)
        self.found += other.found
        self.settle()

    def settle(self) -> None:
        """Put breaches first, of those the gravest, and let go of what is not listed."""
        self.found.sort(
            key=lambda one: (
                not one.finding.is_breach,
                _GRAVITY[one.finding.severity],
                one.finding.child_id,
                one.finding.opened_us,
                one.finding.rule,
                one.finding.finding_id,
            )
        )
        if self.listed is not None:
            del self.found[self.listed :]


@dataclass(frozen=True, slots=True)
class SensitivityReport:
    """Which findings of a log hang on something that was assumed, and on what."""

    policy: Policy
    step: int
    hanging: Hanging
    as_of_us: int

    def to_dict(self) -> dict[str, Any]:
        """Give the report as JSON takes it."""
        return {
            "policy": self.policy.name,
            "edition": self.policy.edition,
            "policy_digest": self.policy.digest,
            "as_of": stamp(self.as_of_us),
            "step_percent": self.step,
            "children": self.hanging.children,
            "not_judged": self.hanging.failed,
            "findings": self.hanging.findings,
            "sensitive": self.hanging.sensitive,
            "variations": [
                {
                    **variation._asdict(),
                    "rules": sorted(self.hanging.rules[number]),
                    **{
                        name: self.hanging.numbers[number, name]
                        for name in ("changed", "gone", "arise", "children")
                    },
                }
                for number, variation in enumerate(self.hanging.variations)
            ],
            "sensitive_findings": [one.to_dict() for one in self.hanging.found],
        }

    def to_text(self) -> str:
        """Say it for people."""
        return "\n".join(self.lines()) + "\n"

    def lines(self) -> Iterator[str]:
        """Say it line by line: how many findings hang on anything, on what, and which."""
        told = self.hanging
        yield (
            f"{told.sensitive} of {many(told.findings, 'finding')} "
            f"{plural(told.sensitive, 'hangs', 'hang')} on "
            f"something assumed (times tried {self.step}% shorter and longer)."
        )
        if told.failed:
            yield f"Could not be judged, and counted nowhere here: {told.failed}."
        yield ""
        still = []
        for number, variation in enumerate(told.variations):
            changed, gone, arise, children = (
                told.numbers[number, name] for name in ("changed", "gone", "arise", "children")
            )
            if not children:
                still.append(variation)
                continue
            yield (
                f"{variation}: {changed} with another outcome, {gone} would not arise, {arise} "
                f"would arise; children: {children}"
            )
        if still:
            yield f"Tried, and nothing hangs on it: {len(still)} of {len(told.variations)}."
        for one in told.found:
            yield ""
            finding = one.finding
            yield f"{finding.finding_id} {finding.child_id} {finding.rule}: {finding.told}"
            for hangs in one.sensitive_to:
                yield f"  sensitive to {hangs}"
        if told.sensitive > len(told.found):
            yield ""
            yield f"... and {told.sensitive - len(told.found)} more"


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What a policy assumes, each ready to be assumed otherwise; may be sent to other processes.

    ``rules`` are by variation those that rest on the parameter; no other is judged.
    """

    judging: Judging
    variations: tuple[Variation, ...]
    rules: tuple[frozenset[str], ...]
    step: int

    @classmethod
    def of(cls, policy: Policy, *, step: int = STEP) -> Assumptions:
        """Make the policies; ``step`` is as for :func:`sensitivity`."""
        tried = _tried(loaded(policy).source, step)
        names = {("parameters", variation.parameter) for variation, _ in tried}
        resting = {
            rule["id"]
            for rule in policy.source.located.data.get("rules") or ()
            if not names.isdisjoint(named_in(policy.source, rule))
        }
        sources = [policy.source, *(other for _, other in tried)]
        judging = Judging.of(sources, rules=resting)
        return cls(judging, tuple(variation for variation, _ in tried), _resting(judging), step)

    def hangs(
        self, record: Record, *, as_of: int, coverage: Coverage
    ) -> dict[str, tuple[Hangs, ...]] | None:
        """Say by finding id on what findings hang; None where one policy could not judge."""
        found = self.judged(record, as_of=as_of, coverage=coverage)
        return None if isinstance(found, Finding) else found

    def judged(
        self, record: Record, *, as_of: int, coverage: Coverage
    ) -> dict[str, tuple[Hangs, ...]] | Finding:
        """Say it, or give the ``error`` finding of a policy that could not judge."""
        found = self.judging.judged(record, as_of=as_of, coverage=coverage)
        if isinstance(found, Finding):
            return found
        which, _ = hanging(found, self.rules)
        return {
            name: tuple(Hangs(self.variations[n], outcome) for n, outcome in each.items())
            for name, each in which.items()
        }


def sensitivity(
    policy: Policy,
    record: Record,
    *,
    as_of: dt.datetime,
    coverage: Coverage = EVERYTHING,
    step: int = STEP,
) -> dict[str, list[Hangs]]:
    """Say of each finding of one child on what it hangs that was assumed, by finding id.

    ``as_of`` and ``coverage`` are as for :func:`~missingrules.kernel.evaluate`; ``step`` is by how
    many percent assumed times are made shorter and longer. Findings that hang on nothing assumed
    are left out. Raises :class:`NotJudgedError` for a record that cannot be judged, and
    ``ValueError`` for a step that is not between 1 and 99.
    """
    found = Assumptions.of(policy, step=step).judged(record, as_of=to_us(as_of), coverage=coverage)
    if isinstance(found, Finding):
        raise NotJudgedError(found.message)
    return {name: list(which) for name, which in found.items()}


def sensitivity_of(
    log: Log,
    policy: Policy,
    *,
    as_of: dt.datetime | None = None,
    coverage: Coverage | None = None,
    step: int = STEP,
) -> SensitivityReport:
    """Do for every child of a log what :func:`sensitivity` does for one."""
    judging, told = made_ready(policy, step=step)
    over_log(log, judging, told, as_of=as_of, coverage=coverage)
    told.settle()
    as_of_us = latest_recorded(log) if as_of is None else to_us(as_of)
    return SensitivityReport(policy, step, told, as_of_us)


def sensitivity_sweep(
    sweep: Sweep,
    policy: Policy,
    *,
    step: int = STEP,
    listed: int = 25,
    told: Callable[[int], None] = lambda _: None,
) -> SensitivityReport | None:
    """Do it with a log of any size; None for one without entries."""
    if sweep.as_of_us is None:
        return None
    judging, counting = made_ready(policy, step=step, listed=listed)
    over_sweep(sweep, judging, counting, told=told)
    counting.settle()
    return SensitivityReport(policy, step, counting, sweep.as_of_us)


def made_ready(
    policy: Policy, *, step: int = STEP, listed: int | None = None
) -> tuple[Judging, Hanging]:
    """Make the policies with one thing assumed otherwise, and nothing counted yet."""
    tried = _tried(loaded(policy).source, step)
    judging = Judging.of([policy.source, *(other for _, other in tried)])
    return judging, Hanging(tuple(one for one, _ in tried), _resting(judging), listed)


def _tried(source: PolicySource, step: int) -> list[tuple[Variation, PolicySource]]:
    if not 1 <= step <= 99:  # noqa: PLR2004 - percent
        raise ValueError(f"{step=} must be from 1 to 99 percent")
    return list(variations(source, step))


def _resting(judging: Judging) -> tuple[frozenset[str], ...]:
    """List for each variation the rules that are judged otherwise than as assumed."""
    base, *others = judging.found_in
    return tuple(frozenset(r for r in base if other.get(r) != base[r]) for other in others)


def variations(source: PolicySource, step: int) -> Iterator[tuple[Variation, PolicySource]]:
    """Make a policy for each thing that was assumed and could have been assumed otherwise.

    A parameter that no rule in force rests on is left out, and so is a policy that would have a
    fault.
    """
    used = {
        name
        for told in source.located.data.get("rules") or ()
        if told.get("active", True)
        for place, name in named_in(source, told)
        if place == "parameters"
    }
    for name, parameter in source.file.parameters.items():
        if name not in used or parameter.basis != "assumed":
            continue
        for what, was, now in _otherwise(parameter, step):
            try:
                yield (
                    Variation(name, what, str(was), str(now)),
                    with_parameter(source, name, **{what: now}),
                )
            except PolicyError:
                continue


def hanging(
    findings: Sequence[Sequence[Finding]], rules: Sequence[frozenset[str]]
) -> tuple[dict[str, dict[int, str | None]], list[list[Finding]]]:
    """Match findings as assumed with those under each variation.

    Returns by finding id the variations that change it, with the outcome that it would have (None:
    it would not arise); and for each variation the findings that would arise. What is no longer
    required, not visible or only noted changes where it would be a duty that is owed, or that may
    be; between one another these differ in nothing that anybody has to do.
    """
    hangs: dict[str, dict[int, str | None]] = {}
    arising: list[list[Finding]] = []
    base = {f.finding_id: f for f in findings[0]}
    for number, (under, affected) in enumerate(zip(findings[1:], rules, strict=True)):
        now = {f.finding_id: f for f in under if f.rule in affected}
        for name, finding in base.items():
            if finding.rule not in affected:
                continue
            other = now.get(name)
            would = None if other is None else other.outcome
            if would != finding.outcome and (finding.outcome in FOUND or would in FOUND):
                hangs.setdefault(name, {})[number] = would
        arising.append([f for name, f in now.items() if name not in base and f.outcome in FOUND])
    return hangs, arising


def _otherwise(parameter: Parameter, step: int) -> Iterator[tuple[str, object, object]]:
    """What of a parameter could be otherwise: which key, from what, to what."""
    value = parameter.value
    if parameter.edge is not None:
        placed = parameter.placed_by or "reported"
        yield "edge", parameter.edge, _OTHER[parameter.edge]
        yield "placed_by", placed, _OTHER[placed]
    elif isinstance(value, int):
        yield "value", value, value - 1
        yield "value", value, value + 1
    elif isinstance(value, str) and value[:1].isdigit():
        duration = parse_duration(value)
        for other in _stepped(duration, step):
            yield "value", str(duration), str(other)


def _stepped(duration: Duration, step: int) -> Iterator[Duration]:
    """Make a time shorter and longer by so many percent: in whole minutes or days, one at least."""
    if isinstance(duration, Elapsed):
        minutes = duration.us // MINUTE_US
        by = max(minutes * step // 100, 1)
        made = [Elapsed(n * MINUTE_US) for n in (minutes - by, minutes + by) if n > 0]
        yield from made
        return
    by = max(duration.count * step // 100, 1)
    yield from (type(duration)(n) for n in (duration.count - by, duration.count + by) if n > 0)
