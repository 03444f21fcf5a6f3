"""The label audit: one policy, counting by substance and by the recorded label.

A policy says of every count under `as_recorded` how the same episodes would be counted by their
label. From that a second policy is made in memory that counts by the label alone; what the first
finds and the second does not is what the label hid.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from missingrules.calendar import DAY_US
from missingrules.compare.judging import Judging, subject_of
from missingrules.compare.passing import over_log, over_sweep
from missingrules.compare.variant import changed
from missingrules.errors import MissingRulesError
from missingrules.figures.tally import OWED
from missingrules.finding import NOTED, stamp
from missingrules.policy import loaded
from missingrules.record import history
from missingrules.scan import latest_recorded
from missingrules.wording import day, many, ordinal, plural

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from missingrules.finding import Finding
    from missingrules.log import Log
    from missingrules.policy import Policy
    from missingrules.policysource import PolicySource
    from missingrules.record import Coverage, Record
    from missingrules.sweep import Sweep

_BY_LABEL: Final = "counted_by_label_{}"
_COUNTED: Final = "counted-episodes-{}"
_NUMBER_WORDS: Final = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
)


class NoLabelError(MissingRulesError):
    """The policy does not say how its episodes would be counted by their label."""


class Hidden(NamedTuple):
    """What the label hid of one child, for one rule.

    ``at`` is the place among the child's episodes of the one with which the duty first arose;
    instants are UTC microseconds. ``label_us`` is None where the label owes nothing at all.
    """

    rule: str
    title: str
    episodes: tuple[str, ...]
    """The episodes with which it first arose."""
    masked_by: tuple[str, ...]
    at: int | None
    owed: int
    owed_by_label: int
    opened_us: int
    label_us: int | None

    @property
    def days_later(self) -> int | None:
        """How many whole days later the label makes the duty arise; None where it never does."""
        return None if self.label_us is None else (self.label_us - self.opened_us) // DAY_US

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON takes it."""
        return {
            "rule": self.rule,
            "title": self.title,
            "owed": self.owed,
            "owed_by_label": self.owed_by_label,
            "first_owed_at_episode": self.at,
            "episodes": list(self.episodes),
            "masked_by": list(self.masked_by),
            "opened_at": stamp(self.opened_us),
            "opened_at_by_label": None if self.label_us is None else stamp(self.label_us),
            "days_later_by_label": self.days_later,
        }


@dataclass(frozen=True, slots=True)
class HiddenChild:
    """What the label hid of one child: episodes that count and are not labelled so, and duties."""

    child_id: str
    episodes: int
    counted: int
    counted_by_label: int
    hidden: tuple[Hidden, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON takes it."""
        return {
            "child_id": self.child_id,
            "episodes": self.episodes,
            "counted": self.counted,
            "counted_by_label": self.counted_by_label,
            "hidden": [one.to_dict() for one in self.hidden],
        }


@dataclass(slots=True)
class Labels:
    """What the label hid, counted over children; holds the first ``listed`` of them.

    The policies judged are two: by substance, and by the label. ``measures`` are the rules in
    both that only count episodes.
    """

    as_of_us: int
    measures: frozenset[str]
    listed: int | None = None
    children: int = 0
    failed: int = 0
    numbers: Counter[str] = field(default_factory=Counter)
    owed: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By rule: duties by ``substance`` and by ``label``, children of whom any was ``hidden``."""
    found: list[HiddenChild] = field(default_factory=list)

    def empty(self) -> Labels:
        """Give the same with nothing counted."""
        return Labels(self.as_of_us, self.measures, self.listed)

    def add(self, record: Record, findings: Sequence[Sequence[Finding]]) -> None:
        """Count one child."""
        substance, label = findings
        counted, labelled = self._counted(substance), self._counted(label)
        placed = _placed(record, self.as_of_us)
        hidden = tuple(self._hidden(_owed(substance, self), _owed(label, self), placed))
        self.numbers.update(
            episodes=len(placed),
            counted=counted,
            counted_by_label=labelled,
            children_hidden=int(counted > labelled),
            children_owed_hidden=int(bool(hidden)),
        )
        if counted > labelled or hidden:
            child = HiddenChild(record.child_id, len(placed), counted, labelled, hidden)
            self.found.append(child)
            self._trim()

    def merge(self, other: Labels) -> None:
        """Add what was counted of other children."""
        self.children += other.children
        self.failed += other.failed
        self.numbers.update(other.numbers)
        self.owed.update(other.owed)
        self.found += other.found
        self._trim()

    def _counted(self, findings: Iterable[Finding]) -> int:
        """How many episodes count for sure."""
        return max(
            (
                len(f.episodes) + f.episodes_since
                for f in findings
                if f.rule in self.measures and f.outcome == NOTED
            ),
            default=0,
        )

    def _hidden(
        self,
        substance: Mapping[str, list[Finding]],
        label: Mapping[str, list[Finding]],
        placed: Sequence[str],
    ) -> Iterator[Hidden]:
        for rule in sorted(substance.keys() | label.keys()):
            mine, theirs = substance.get(rule, []), label.get(rule, [])
            self.owed[rule, "substance"] += len(mine)
            self.owed[rule, "label"] += len(theirs)
            if not mine or (len(theirs) >= len(mine) and theirs[0].opened_us <= mine[0].opened_us):
                continue
            self.owed[rule, "hidden"] += 1
            first = mine[0]
            at = max(
                (placed.index(name) + 1 for name in first.episodes if name in placed), default=None
            )
            yield Hidden(
                rule,
                first.title,
                first.episodes,
                first.masked_by,
                at,
                len(mine),
                len(theirs),
                first.opened_us,
                theirs[0].opened_us if theirs else None,
            )

    def _trim(self) -> None:
        if self.listed is not None and len(self.found) > 2 * self.listed:
            self.settle()

    def settle(self) -> None:
        """Put those first of whom most was hidden, and let go of what is not listed."""
        self.found.sort(key=lambda c: (not c.hidden, c.counted_by_label - c.counted, c.child_id))
        if self.listed is not None:
            del self.found[self.listed :]


@dataclass(frozen=True, slots=True)
class LabelAudit:
    """What counting by the recorded label hides under one policy."""

    policy: Policy
    rules: tuple[str, ...]
    unlabelled: tuple[str, ...]
    """Counting rules that do not say how they would count by the label: they are left out."""
    labels: Labels
    as_of_us: int

    @property
    def children(self) -> list[HiddenChild]:
        """Children of whom the label hid anything, those with hidden duties first."""
        return self.labels.found

    def to_dict(self) -> dict[str, Any]:
        """Give the audit as JSON takes it."""
        numbers, owed = self.labels.numbers, self.labels.owed
        return {
            "policy": self.policy.name,
            "edition": self.policy.edition,
            "policy_digest": self.policy.digest,
            "as_of": stamp(self.as_of_us),
            "children": self.labels.children,
            "not_judged": self.labels.failed,
            "episodes": numbers["episodes"],
            "counted": numbers["counted"],
            "counted_by_label": numbers["counted_by_label"],
            "children_with_hidden_episodes": numbers["children_hidden"],
            "children_with_hidden_duties": numbers["children_owed_hidden"],
            "rules": [
                {
                    "rule": rule,
                    "owed": owed[rule, "substance"],
                    "owed_by_label": owed[rule, "label"],
                    "children_hidden": owed[rule, "hidden"],
                }
                for rule in self.rules
            ],
            "without_label": list(self.unlabelled),
            "hidden": [child.to_dict() for child in self.children],
        }

    def to_text(self) -> str:
        """Say it in sentences."""
        return "\n".join(self.lines()) + "\n"

    def lines(self) -> Iterator[str]:
        """Write it line by line: the total, the rules, the children."""
        told = self.to_dict()
        yield (
            f"{many(told['episodes'], 'episode')} of {many(told['children'], 'child')}: "
            f"{told['counted']} counted by what happened, {told['counted_by_label']} by the "
            "recorded label."
        )
        if told["not_judged"]:
            yield f"Could not be judged, and counted nowhere here: {told['not_judged']}."
        yield (
            f"The label hid episodes of {many(told['children_with_hidden_episodes'], 'child')}, "
            f"and something owed of {many(told['children_with_hidden_duties'], 'child')}."
        )
        yield ""
        for rule in told["rules"]:
            yield (
                f"{rule['rule']}: {rule['owed']} owed, {rule['owed_by_label']} by the label; "
                f"fewer or later for {many(rule['children_hidden'], 'child')}."
            )
        for rule in self.unlabelled:
            yield f"{rule} counts episodes and does not say how by the label: left out."
        for child in self.children:
            yield ""
            yield self.headline(child)
            for one in child.hidden:
                yield f"  {self.said(one)}"
        more = told["children_with_hidden_episodes"] - len(self.children)
        if more > 0:
            yield ""
            yield f"... and {more} more"

    def headline(self, child: HiddenChild) -> str:
        """Say of one child how many episodes there are, and how many the label lets count."""
        counted = "none" if child.counted_by_label == 0 else _word(child.counted_by_label)
        if child.counted == child.episodes:
            said = f"{_word(child.episodes)} {plural(child.episodes, 'episode')}"
        else:
            said = (
                f"{_word(child.episodes)} {plural(child.episodes, 'episode')}, "
                f"{_word(child.counted)} counted by what happened"
            )
        meetings = [one for one in child.hidden if one.rule in self._meeting_rules()]
        owed = ""
        if meetings:
            first = min(meetings, key=lambda one: one.opened_us)
            if first.at is not None:
                owed = f"; first meeting owed at the {ordinal(first.at)}"
        return f"{child.child_id}: {said}, {counted} counted by label{owed}."

    def _meeting_rules(self) -> frozenset[str]:
        from missingrules.compare.judging import MEETINGS

        return frozenset(
            rule
            for rule, duties in self.policy.duties.items()
            if duties and subject_of(duties[0]) == MEETINGS
        )

    def said(self, one: Hidden) -> str:
        """Say what the label hid of one child for one rule."""
        zone = self.policy.calendar
        text = f"{one.rule}: owed since {_date(zone.local(one.opened_us))}"
        if one.label_us is None:
            text += ", by the label never"
        elif one.label_us <= one.opened_us:
            text += f" {many(one.owed, 'time')}, by the label {many(one.owed_by_label, 'time')}"
        else:
            later = many(one.days_later, "day") if one.days_later else "less than a day"
            text += f", by the label since {_date(zone.local(one.label_us))}, {later} later"
        if one.masked_by:
            text += f". Hidden by the label: {', '.join(one.masked_by)}"
        return f"{text}."


def label_audit(
    log: Log,
    policy: Policy,
    *,
    as_of: dt.datetime | None = None,
    coverage: Coverage | None = None,
) -> LabelAudit:
    """Judge a log under one policy by substance and by label; the difference is what was hidden.

    ``as_of`` and ``coverage`` are as for :func:`~missingrules.scan.scan`. Raises
    :class:`NoLabelError` for a policy without a count that says how it goes by the label.
    """
    from missingrules.calendar import to_us

    as_of_us = latest_recorded(log) if as_of is None else to_us(as_of)
    judging, labels, rules, unlabelled = by_label(policy, as_of_us)
    over_log(log, judging, labels, as_of=as_of, coverage=coverage)
    labels.settle()
    return LabelAudit(policy, rules, unlabelled, labels, as_of_us)


def label_audit_sweep(
    sweep: Sweep,
    policy: Policy,
    *,
    listed: int = 25,
    told: Callable[[int], None] = lambda _: None,
) -> LabelAudit | None:
    """Do what :func:`label_audit` does with a log of any size; None for one without entries."""
    if sweep.as_of_us is None:
        return None
    judging, labels, rules, unlabelled = by_label(policy, sweep.as_of_us, listed)
    over_sweep(sweep, judging, labels, told=told)
    labels.settle()
    return LabelAudit(policy, rules, unlabelled, labels, sweep.as_of_us)


def by_label(
    policy: Policy, as_of_us: int, listed: int | None = None
) -> tuple[Judging, Labels, tuple[str, ...], tuple[str, ...]]:
    """Make the two policies, and rules in both that only count.

    Returns the rules that are audited, and counting rules that say nothing about labels.
    """
    source = loaded(policy).source
    counts = list(_counts(source))
    rules = tuple(dict.fromkeys(rule for rule, label in counts if label is not None))
    if not rules:
        raise NoLabelError(
            f"policy {policy.name} has no rule that counts episodes and says under `as_recorded` "
            "how they would be counted by their label: there is nothing to audit"
        )
    unlabelled = tuple(
        dict.fromkeys(rule for rule, label in counts if label is None and rule not in rules)
    )
    measures: list[str] = []
    substance = changed(source, lambda data: measures.extend(_measured(data, rules)))
    label = changed(substance, lambda data: _relabel(data, {*rules, *measures}))
    judging = Judging.of([substance, label], ("substance", "label"), rules={*rules, *measures})
    return judging, Labels(as_of_us, frozenset(measures), listed), rules, unlabelled


def _counts(source: PolicySource) -> Iterator[tuple[str, object]]:
    """Every count that is a trigger of an active rule, with what it says of the label."""
    for rule in source.file.rules:
        if rule.active:
            listed = rule.on if isinstance(rule.on, list) else [rule.on]
            for edition in rule.editions:
                listed = [*listed, *(edition.on if isinstance(edition.on, list) else [edition.on])]
            for trigger in listed:
                if trigger is not None and trigger.episodes is not None:
                    yield rule.id, trigger.as_recorded


def _triggers(rule: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every trigger of a rule as it is written, those of its editions among them."""
    for part in (rule, *(rule.get("editions") or ())):
        on = part.get("on")
        yield from on if isinstance(on, list) else [on] if on else []


def _measured(data: dict[str, Any], rules: Iterable[str]) -> Iterator[str]:
    """Add a rule for each way of counting that only says how many episodes count, ever."""
    taken = {rule["id"] for rule in data["rules"]}
    seen: list[tuple[object, object]] = []
    for rule in [each for each in data["rules"] if each["id"] in set(rules)]:
        for trigger in _triggers(rule):
            way = (trigger.get("episodes"), trigger.get("as_recorded"))
            if trigger.get("as_recorded") is None or way in seen:
                continue
            seen.append(way)
            name = next(
                made
                for number in range(len(seen), len(taken) + len(seen) + 2)
                if (made := _COUNTED.format(number)) not in taken
            )
            taken.add(name)
            data["rules"].append(
                {
                    "id": name,
                    "title": "Episodes that count",
                    "authority": rule["authority"],
                    "basis": "inferred",
                    "on": {
                        "episodes": trigger["episodes"],
                        "as_recorded": trigger["as_recorded"],
                        "reach": 1,
                        "within": "ever",
                    },
                    "measure": True,
                }
            )
            yield name


def _relabel(data: dict[str, Any], rules: Iterable[str]) -> None:
    """Let counts go by the label: what stands under `as_recorded` becomes what is counted."""
    terms = data.setdefault("terms", {})
    for rule in data["rules"]:
        if rule["id"] not in rules:
            continue
        for trigger in _triggers(rule):
            label = trigger.pop("as_recorded", None)
            if label is None:
                continue
            held = next((n for n, told in terms.items() if _made_here(n) and told == label), None)
            if held is None:
                held = _BY_LABEL.format(len(terms))
                terms[held] = label
            trigger["episodes"] = held


def _made_here(name: str) -> bool:
    return re.fullmatch(_BY_LABEL.format("[0-9]+"), name) is not None


def _owed(findings: Iterable[Finding], labels: Labels) -> dict[str, list[Finding]]:
    """Duties that surely arose, by rule, in the order in which they did.

    What may have been reached before the log begins is owed by neither.
    """
    made: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.outcome in OWED and finding.rule not in labels.measures:
            made.setdefault(finding.rule, []).append(finding)
    for found in made.values():
        found.sort(key=lambda finding: finding.opened_us)
    return made


def _placed(record: Record, as_of_us: int) -> list[str]:
    """The child's episodes that stand, by when they were reported."""
    stories = history(record, as_of_us).episodes
    firsts = {
        story.episode_id: min(
            (entry.at for entry in story.entries if entry.kind == "reported"),
            default=story.entries[0].at,
        )
        for story in stories
    }
    return sorted(firsts, key=lambda name: (firsts[name], name))


def _date(local: str) -> str:
    import datetime as dt

    return day(dt.date.fromisoformat(local[:10]))


def _word(number: int) -> str:
    return _NUMBER_WORDS[number] if number < len(_NUMBER_WORDS) else str(number)
