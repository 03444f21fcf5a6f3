"""What if a number were another: one parameter, or one rule's, swept over values to a curve."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from missingrules import wording
from missingrules.calendar import to_us
from missingrules.compare.comparison import figures_of
from missingrules.compare.counts import Counts
from missingrules.compare.judging import Judging, subject_of
from missingrules.compare.layout import aligned
from missingrules.compare.passing import over_log, over_sweep
from missingrules.compare.variant import changed, with_parameter
from missingrules.errors import MissingRulesError
from missingrules.figures.tally import Tally
from missingrules.finding import stamp
from missingrules.policy import loaded
from missingrules.scan import latest_recorded

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from missingrules.log import Log
    from missingrules.policy import Policy
    from missingrules.policysource import PolicySource
    from missingrules.record import Coverage
    from missingrules.sweep import Sweep

_MOST: Final = 50
_POINTS: Final = 6
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks", "wd": "working days"}
_RANGE: Final = re.compile(r"([0-9]{1,6})\.\.([0-9]{1,6}) ?([a-z ]*?)(?:/([0-9]{1,6}))?")
_VALUE: Final = re.compile(r"([0-9]{1,6}) ?([a-z][a-z ]*)")
_PARTS: Final = ("within", "deadline", "reach", "every")


class VaryError(MissingRulesError):
    """What is to be varied, or its values, cannot be made out."""


@dataclass(frozen=True, slots=True)
class Curve:
    """What would be owed, met and missed at each value; the first point is the policy as it is.

    Only rules that rest on what is varied are counted. ``now`` is the value that the policy has (of
    one with editions, that before the first of them).
    """

    policy: Policy
    name: str
    now: str
    values: tuple[str, ...]
    rules: tuple[str, ...]
    judging: Judging
    counts: Counts
    as_of_us: int

    def to_dict(self) -> dict[str, Any]:
        """Give the curve as JSON takes it."""
        return {
            "policy": self.policy.name,
            "edition": self.policy.edition,
            "policy_digest": self.policy.digest,
            "as_of": stamp(self.as_of_us),
            "varied": self.name,
            "value_as_it_is": self.now,
            "rules": list(self.rules),
            "children": self.counts.children,
            "not_judged": self.counts.failed,
            "as_it_is": self.point(0),
            "curve": [
                {"value": value, **self.point(number)}
                for number, value in enumerate(self.values, 1)
            ],
        }

    def to_text(self) -> str:
        """Give the curve as a table for people."""
        return "\n".join(self.lines()) + "\n"

    def lines(self) -> Iterator[str]:
        """Write the table line by line."""
        yield f"{self.name} varied; counted: {', '.join(self.rules) or 'no rule rests on it'}."
        if self.counts.failed:
            yield f"Could not be judged, and counted nowhere here: {self.counts.failed}."
        points = [(f"as it is ({self.now})", self.point(0))]
        points += [(value, self.point(number)) for number, value in enumerate(self.values, 1)]
        rows = [["", "owed", "met", "missed", "not due", "cannot be told"]]
        names = ("owed", "met", "missed", "pending", "indeterminate")
        rows += [[value, *(str(point[name]) for name in names)] for value, point in points]
        yield from aligned(rows)

    def point(self, number: int) -> dict[str, Any]:
        """Give the figures at one value, counted from 1; 0 is the policy as it is."""
        by_rule = {}
        totals: dict[str, int] = {}
        subjects = {
            rule: subject_of(self.judging.units[place].duties[rule][0])
            for rule, place in self.judging.found_in[number].items()
        }
        for subject in dict.fromkeys(subjects.values()):
            tally = self.counts.tally(number, subject)
            by_rule[subject] = figures_of(tally)
            for outcome, count in tally.counts.items():
                totals[outcome] = totals.get(outcome, 0) + count
        return {**figures_of(Tally(totals)), "by_rule": by_rule}


def vary(
    log: Log,
    policy: Policy,
    what: str,
    *,
    as_of: dt.datetime | None = None,
    coverage: Coverage | None = None,
) -> Curve:
    """Judge a log with one number at several values.

    ``what`` is ``NAME=VALUES``. The name is a parameter (all rules that use it follow), or a rule
    and ``within`` (the window of its count), ``deadline``, ``reach`` or ``every`` (that rule
    alone). Values are a list, ``2,3,4`` or ``1 hour,2 hours``, or a range with a unit (m, h, d, w,
    wd), ``30..180d`` or, with a step, ``30..180d/30``. ``as_of`` and ``coverage`` are as for
    :func:`~missingrules.scan.scan`. Raises :class:`VaryError` for what cannot be made out, and
    :class:`~missingrules.errors.PolicyError` for a value that the policy cannot have.
    """
    judging, counts, varied = made_ready(policy, what)
    over_log(log, judging, counts, as_of=as_of, coverage=coverage)
    as_of_us = latest_recorded(log) if as_of is None else to_us(as_of)
    return Curve(policy, *varied, judging, counts, as_of_us)


def vary_sweep(
    sweep: Sweep, policy: Policy, what: str, *, told: Callable[[int], None] = lambda _: None
) -> Curve | None:
    """Do what :func:`vary` does with a log of any size; None for one without entries."""
    if sweep.as_of_us is None:
        return None
    judging, counts, varied = made_ready(policy, what)
    over_sweep(sweep, judging, counts, told=told)
    return Curve(policy, *varied, judging, counts, sweep.as_of_us)


def check_vary(policy: Policy, what: str) -> None:
    """Raise what :func:`vary` would raise, before a log is read."""
    made_ready(policy, what)


class Varied(NamedTuple):
    """What is varied, from which value, to which values, and which rules rest on it."""

    name: str
    now: str
    values: tuple[str, ...]
    rules: tuple[str, ...]


def made_ready(policy: Policy, what: str) -> tuple[Judging, Counts, Varied]:
    """Make a policy for each value, with nothing counted yet."""
    name, equals, told = what.partition("=")
    name = name.strip()
    if not equals or not told.strip():
        raise VaryError(f"{what}: must be NAME=VALUES, as in repeat_count=2,3,4")
    values = values_of(told.strip())
    source = loaded(policy).source
    now, with_value = _setter(source, name)
    others = [with_value(_number(value)) for value in values]
    whole = Judging.of([source, *others])
    base, *varied = whole.found_in
    rules = tuple(rule for rule in base if any(other.get(rule) != base[rule] for other in varied))
    judging = Judging.of([source, *others], rules=rules)
    counts = Counts(len(others) + 1, policy.calendar, listed=0)
    return judging, counts, Varied(name, _unit(str(now)), tuple(values), rules)


def values_of(told: str) -> list[str]:
    """Read values: ``2,3,4``, ``1 hour,2 hours``, ``30..180d`` or ``30..180d/30``."""
    match = _RANGE.fullmatch(told)
    if match is None:
        made = [_unit(part.strip()) for part in told.split(",") if part.strip()]
        if not made:
            raise VaryError(f"{told}: no value is given")
    else:
        first, last, unit, step = int(match[1]), int(match[2]), match[3], match[4]
        by = int(step) if step else max((last - first) // (_POINTS - 1), 1)
        if first > last or by < 1:
            raise VaryError(f"{told}: must run from the smaller value to the greater")
        numbers = list(range(first, last + 1, by)) if (last - first) // by < _MOST else []
        numbers += [last] if numbers and numbers[-1] != last else []
        made = [_unit(f"{number}{unit}") for number in numbers]
    if not 0 < len(made) <= _MOST:
        raise VaryError(f"{told}: more than {_MOST} values; give a greater step")
    return list(dict.fromkeys(made))


def _unit(told: str) -> str:
    """Write out a short unit: ``30d`` is ``30 days``."""
    match = _VALUE.fullmatch(told)
    if match is None:
        return told
    number, unit = int(match[1]), _UNITS.get(match[2].strip(), match[2].strip())
    return f"{number} {unit.removesuffix('s')}{'' if number == 1 else 's'}"


def _number(value: str) -> int | str:
    return int(value) if value.isdigit() else value


def _setter(source: PolicySource, name: str) -> tuple[object, Callable[[int | str], PolicySource]]:
    """Find what a name means: its value, and how a policy with another one is made."""
    if name in source.file.parameters:
        now = source.file.parameters[name].value
        return now, lambda value: with_parameter(source, name, value=value)
    rule_id, dot, part = name.rpartition(".")
    known = {rule.id: rule for rule in source.file.rules if rule.active}
    if not dot or rule_id not in known:
        names = [*source.file.parameters, *(f"{rule}.{each}" for rule in known for each in _PARTS)]
        hint = wording.suggestion(name, names)
        raise VaryError(
            f"{name}: policy {source.file.policy} has no such parameter, nor rule in force; {hint}"
            if hint
            else f"{name}: policy {source.file.policy} has no such parameter, nor rule in force"
        )
    if part not in _PARTS:
        raise VaryError(f"{name}: must end in {wording.listed(f'.{each}' for each in _PARTS)}")

    def with_value(value: int | str) -> PolicySource:
        return changed(source, lambda data: _set(data, rule_id, part, value))

    now = _as_it_is(source, rule_id, part)
    with_value(now)
    return now, with_value


def _holders(rule: dict[str, Any], part: str) -> Iterator[tuple[dict[str, Any], str]]:
    """Where a rule says a number, in each of its editions: what holds it, and under which key."""
    for state in (rule, *(rule.get("editions") or ())):
        on = state.get("on")
        for trigger in on if isinstance(on, list) else [on] if on else []:
            if part == "within" and trigger.get("within") not in (None, "ever"):
                yield trigger, "within"
            elif part == "reach" and "episodes" in trigger:
                yield trigger, "reach" if "reach" in trigger else "more_than"
            elif part == "every" and "every" in trigger:
                yield trigger, "every"
        if part == "deadline":
            for key in ("require", "grade"):
                if (state.get(key) or {}).get("within") is not None:
                    yield state[key], "within"


def _rule(data: dict[str, Any], rule_id: str) -> dict[str, Any]:
    found: dict[str, Any] = next(rule for rule in data["rules"] if rule["id"] == rule_id)
    return found


def _as_it_is(source: PolicySource, rule_id: str, part: str) -> Any:
    """What a rule says now; of a parameter its value."""
    data = source.located.data
    held = next((holder[key] for holder, key in _holders(_rule(data, rule_id), part)), None)
    if held is None:
        what = {
            "within": "counts in no window",
            "deadline": "has no time allowed of its own",
            "reach": "counts no episodes",
            "every": "does not come again and again",
        }[part]
        raise VaryError(f"{rule_id}.{part}: the rule {what}")
    parameter = data.get("parameters", {}).get(held) if isinstance(held, str) else None
    return held if parameter is None else parameter["value"]


def _set(data: dict[str, Any], rule_id: str, part: str, value: int | str) -> None:
    """Give one rule a parameter of its own, like the one that it used, with another value."""
    for number, (holder, key) in enumerate(list(_holders(_rule(data, rule_id), part))):
        parameters = data.setdefault("parameters", {})
        used = parameters.get(holder[key]) if isinstance(holder[key], str) else None
        made = {"basis": "assumed", "note": "varied"} if used is None else dict(used)
        made.pop("editions", None)
        name = f"varied_{part}_{number}"
        while name in parameters:
            name += "_"
        parameters[name] = {**made, "value": value}
        holder[key] = name
