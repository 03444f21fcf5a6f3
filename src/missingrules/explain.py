"""Why, and why not: one tree for people and for programs.

The tree is made from what the kernel really asked while it judged, so it cannot tell another story
than the verdict. It names entries, episodes and recorded categories; free text of the log never
appears.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from missingrules import terms, wording
from missingrules.calendar import Elapsed, to_us
from missingrules.duties import (
    Floor,
    Forbidden,
    Measured,
    OnCount,
    OnEntry,
    OnEvery,
    OnGap,
    OnOpen,
)
from missingrules.errors import MissingRulesError
from missingrules.finding import Finding, grade_name, stamp
from missingrules.kernel import assess, walked
from missingrules.matchers.native import compiled
from missingrules.policy import loaded
from missingrules.record import EVERYTHING, Record
from missingrules.terms import MAYBE, NO, UNKNOWN, YES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from missingrules.duties import Duty, Trigger
    from missingrules.entry import Entry
    from missingrules.kernel.episode import Episode, Leg
    from missingrules.kernel.noted import Asked, WindowTest
    from missingrules.kernel.walk import Walk
    from missingrules.matchers import Engine
    from missingrules.policy import Policy
    from missingrules.record import Coverage
    from missingrules.tablerows import EntryLike
    from missingrules.terms import Condition, Node, Prop

_TRUTH = {YES: "yes", NO: "no", MAYBE: "unknown"}
_SIGN = {"yes": "+", "no": "-", "unknown": "?", None: " "}


@dataclass(frozen=True, slots=True)
class Reason:
    """One line of an explanation, with the lines that it rests on.

    ``truth`` is ``yes``, ``no`` or ``unknown`` where the line is a question that the kernel asked,
    else None. ``entries`` are ids of the entries behind it.
    """

    text: str
    truth: str | None = None
    observed: str | None = None
    entries: tuple[str, ...] = ()
    parts: tuple[Reason, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give the tree as JSON takes it; empty keys are left out."""
        made: dict[str, Any] = {"text": self.text}
        if self.truth is not None:
            made["truth"] = self.truth
        if self.observed is not None:
            made["observed"] = self.observed
        if self.entries:
            made["entries"] = list(self.entries)
        if self.parts:
            made["parts"] = [part.to_dict() for part in self.parts]
        return made

    def lines(self, depth: int = 0) -> Iterable[str]:
        """Give the tree as indented lines: ``+`` holds, ``-`` does not, ``?`` cannot be told."""
        line = f"{'  ' * depth}{_SIGN[self.truth]} {self.text}"
        if self.observed is not None:
            line += f" [{self.observed}]"
        if self.entries:
            line += f" ({', '.join(self.entries)})"
        yield line
        for part in self.parts:
            yield from part.lines(depth + 1)


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a rule did or did not call for something for one child."""

    child_id: str
    rule: str
    as_of_us: int
    reason: Reason
    findings: tuple[Finding, ...] = field(repr=False)

    def to_text(self) -> str:
        """Indented text, one line a reason."""
        return "\n".join(self.reason.lines())

    def to_dict(self) -> dict[str, Any]:
        """The same tree as JSON takes it."""
        return {
            "child_id": self.child_id,
            "rule": self.rule,
            "as_of": stamp(self.as_of_us),
            "findings": [finding.finding_id for finding in self.findings],
            "reason": self.reason.to_dict(),
        }


def explain(  # noqa: PLR0913 - what to judge, and which part of the answer
    policy: Policy,
    record: Record | Iterable[EntryLike],
    *,
    as_of: dt.datetime,
    rule: str | None = None,
    finding: Finding | str | None = None,
    coverage: Coverage = EVERYTHING,
    engine: Engine = "native",
) -> tuple[Explanation, ...]:
    """Explain one rule for one child, the rule behind a finding (or its id), or every rule.

    Raises :class:`~missingrules.errors.MissingRulesError` for a rule that the policy does not have,
    or a finding that this judgement does not make, ``ValueError`` for both ``rule`` and
    ``finding``, ``TypeError`` for the name of a policy in place of a loaded one.
    """
    policy = loaded(policy)
    if rule is not None and finding is not None:
        raise ValueError("rule and finding: give one of them")
    if not isinstance(record, Record):
        record = Record.of(record)
    trace: list[Asked] = []
    walk = walked(policy, record, as_of=to_us(as_of), coverage=coverage, engine=engine, trace=trace)
    assessment = assess(walk, record)
    wanted = [rule] if rule is not None else list(policy.duties)
    if finding is not None:
        finding_id = finding if isinstance(finding, str) else finding.finding_id
        wanted = [f.rule for f in assessment.findings if f.finding_id == finding_id]
        if not wanted:
            raise MissingRulesError(
                f"there is no finding {finding_id} for child {record.child_id} at this instant"
            )
    teller = _Teller(walk)
    made = []
    for name in wanted:
        if name not in policy.duties:
            raise MissingRulesError(_no_rule(policy, name))
        findings = tuple(f for f in assessment.findings if f.rule == name)
        made.append(
            Explanation(record.child_id, name, walk.as_of, teller.rule(name, findings), findings)
        )
    return tuple(made)


class _Teller:
    """Puts what was asked into words."""

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.policy = walk.policy
        self.calendar = walk.policy.calendar
        self.entries = {e.entry_id: e for e in walk.history.child}
        self.entries |= {e.entry_id: e for ep in walk.episodes for e in ep.story.entries}

    def rule(self, name: str, findings: Sequence[Finding]) -> Reason:
        duties = self.policy.duties[name]
        duty = next((d for d in reversed(duties) if d.in_force(self.walk.as_of)), duties[-1])
        parts = [Reason(_asks(duty))]
        parts += [self.edition(each) for each in duties if each.since or each.until]
        if duty.cite is not None:
            section = f", section {duty.cite['section']}" if "section" in duty.cite else ""
            authority = wording.plain(duty.authority)
            parts.append(
                Reason(
                    f"rests on: {duty.cite['title']}, {duty.cite['publisher']}, "
                    f"{duty.cite['published']}{section} ({authority}, {duty.basis})"
                )
            )
        parts += [self.trigger(duty, trigger) for trigger in duty.triggers]
        asked = [a for a in self.walk.trace or () if a.rule == name]
        triggered = self.asked([a for a in asked if a.role == "if"], "condition")
        if triggered:
            parts.append(Reason("the condition, each time the rule was triggered", parts=triggered))
        checks = self.asked(_last_each(a for a in asked if a.role in ("where", "field")), "entry")
        if checks:
            parts.append(Reason("entries looked at", parts=checks))
        if duty.unless:
            released = tuple(self.release(form) for form in duty.unless)
            parts.append(Reason("released from it, up to the deadline, by", parts=released))
        if findings:
            parts += [self.finding(finding) for finding in findings]
        else:
            parts.append(Reason("so nothing was called for", truth="no"))
        edition = f" (edition {duty.edition})"
        return Reason(
            f"{duty.rule}: {duty.title}{edition}",
            truth="yes" if findings else "no",
            parts=tuple(parts),
        )

    def edition(self, duty: Duty) -> Reason:
        """From when to when an edition of a rule judges what arises."""
        since = "" if duty.since is None else f" from {self.local(duty.since)[:10]}"
        until = "" if duty.until is None else f" to before {self.local(duty.until)[:10]}"
        return Reason(f"edition {duty.edition} applies{since}{until}")

    def finding(self, finding: Finding) -> Reason:
        parts = [Reason(f"arose {self.both(finding.opened_us)}")]
        if finding.known_us != finding.opened_us:
            parts.append(Reason(f"could first be known {self.both(finding.known_us)}"))
        if finding.due_us is not None:
            basis = f" (time allowed is {finding.timing_basis})" if finding.timing_basis else ""
            before = "" if isinstance(finding.duty.allowed, Elapsed) else "before "
            parts.append(Reason(f"due {before}{self.both(finding.due_us)}{basis}"))
        if finding.done_us is not None:
            entries = () if finding.answer is None else (finding.answer,)
            parts.append(Reason(f"done {self.both(finding.done_us)}", entries=entries))
        if finding.required_grade is not None:
            parts.append(
                Reason(
                    f"grade recorded: {finding.recorded_grade}; required: {finding.required_grade}"
                )
            )
        if finding.history_truncated:
            parts.append(Reason("the window reaches back to before the log begins"))
        return Reason(
            f"{finding.outcome.replace('_', ' ')}: {finding.told}",
            entries=finding.evidence,
            parts=tuple(parts),
        )

    # -- triggers

    def trigger(self, duty: Duty, trigger: Trigger) -> Reason:
        match trigger:
            case OnCount():
                return self.count(duty, trigger)
            case OnEntry(kinds):
                return self.on_record(f"triggered by an entry {' or '.join(kinds)}", kinds)
            case OnOpen():
                after = "the report" if trigger.since == "reported" else "the child went missing"
                return Reason(
                    f"triggered when an episode is open {_more(trigger)} after {after}",
                    parts=self.legs(trigger),
                )
            case OnEvery(interval):
                return Reason(
                    f"comes again every {interval} while the episode is open", parts=self.legs()
                )
            case OnGap():
                return Reason(
                    f"triggered when the report came {_more(trigger)} after the child went missing",
                    parts=tuple(self.gap(leg) for e in self.walk.episodes for leg in e.legs),
                )

    def on_record(self, text: str, kinds: Iterable[str]) -> Reason:
        """List the entries of these kinds."""
        found = sorted(
            (e for e in self.entries.values() if e.kind in kinds and e.at <= self.walk.as_of),
            key=lambda e: (e.at, e.entry_id),
        )
        return Reason(
            text,
            truth="yes" if found else "no",
            observed=f"{len(found)} on record",
            parts=tuple(
                Reason(f"{entry.kind} {self.local(entry.at)}", entries=(entry.entry_id,))
                for entry in found
            ),
        )

    def release(self, form: Condition | OnEntry) -> Reason:
        """Show what releases from the duty, with the last answer for each episode."""
        if isinstance(form, OnEntry):
            return self.on_record(f"an entry {' or '.join(form.kinds)}", form.kinds)
        node = form.node
        named = wording.plain(node.name) if isinstance(node, terms.Term) else _flat(node)
        asked = [a for a in self.walk.trace or () if a.role == "unless" and a.condition is form]
        return Reason(named, parts=self.asked(_turns(asked), "from"))

    def legs(self, trigger: OnOpen | None = None) -> tuple[Reason, ...]:
        """List the times that each episode was open, with when it had been so for long enough."""
        parts = []
        for episode in self.walk.episodes:
            for leg in episode.legs:
                end = self.local(leg.found) if leg.found is not None else "still open"
                text = f"{episode.episode_id}: {self.local(leg.start)} to {end}"
                if trigger is not None:
                    start: object = leg.start
                    if trigger.since == "missing_since":
                        start = leg.report.fields.get("missing_since", start)
                    assert isinstance(start, int)  # noqa: S101 - the log holds instants as numbers
                    reached = self.calendar.reached(start, trigger.duration, trigger.strict)
                    text += f"; the time is up {self.local(max(reached, leg.start))}"
                parts.append(Reason(text, entries=(leg.report.entry_id,)))
        return tuple(parts)

    def gap(self, leg: Leg) -> Reason:
        since = leg.report.fields.get("missing_since")
        observed = self.local(since) if isinstance(since, int) else "not recorded"
        return Reason(
            f"reported {self.local(leg.start)}, missing since",
            observed=observed,
            entries=(leg.report.entry_id,),
        )

    def count(self, duty: Duty, trigger: OnCount) -> Reason:
        window = trigger.window
        edge = (
            "" if window is None else f" ({'inclusive' if window.inclusive else 'exclusive'} edge)"
        )
        within = "ever" if window is None else f"within {window.length}{edge}"
        tests = [t for t in self.walk.window_tests if t.rule == duty.rule]
        parts = [self.counts(trigger, episode) for episode in self.walk.episodes]
        parts += [self.test(test) for test in tests]
        if tests and not any(test.reached for test in tests):
            parts.append(self.nearest_miss(max(tests, key=lambda t: (len(t.inside), t.at))))
        reached = any(test.reached for test in tests)
        return Reason(
            f"triggered by {trigger.number} episodes counted as {trigger.term_name}, {within}, "
            f"placed by {trigger.placed_by.replace('_', ' ')}",
            truth="yes" if reached else "no",
            parts=tuple(parts),
        )

    def counts(self, trigger: OnCount, episode: Episode) -> Reason:
        number = trigger.term.number
        since = episode.counted.get(number)
        asked = [
            a
            for a in self.walk.trace or ()
            if a.role == "term"
            and a.condition is trigger.term
            and a.episode_id == episode.episode_id
        ]
        parts: tuple[Reason, ...] = ()
        if asked:
            last = next((a for a in asked if a.truth == YES), asked[-1])
            parts = (self.tree(trigger.term.node, last),)
        placed = self.local(episode.placed(trigger.placed_by))
        if since is None:
            maybe = number in episode.possible
            return Reason(
                f"episode {episode.episode_id}, placed {placed}",
                truth="unknown" if maybe else "no",
                observed="may count" if maybe else "does not count",
                parts=parts,
            )
        return Reason(
            f"episode {episode.episode_id}, placed {placed}",
            truth="yes",
            observed=f"counts since {self.local(since.at)}",
            entries=since.cited,
            parts=parts,
        )

    def test(self, test: WindowTest) -> Reason:
        window = test.trigger.window
        first = None if window is None else window.interval(test.end)[0]
        start = "the beginning" if first is None else self.both(first)
        named = ", ".join(episode.episode_id for episode in test.inside)
        between = f"from {start} to {self.both(test.end)}"
        return Reason(
            f"{len(test.inside)} of {test.trigger.number} {between}: {named}",
            truth="yes" if test.reached else "no",
        )

    def nearest_miss(self, test: WindowTest) -> Reason:
        """What came closest, and what was lost on the way."""
        number, window = test.trigger.number, test.trigger.window
        text = f"nearest miss: {len(test.inside)} of {number}"
        by = test.trigger.placed_by
        outside = sorted(
            (e for e in test.counted if e not in test.inside),
            key=lambda e: e.placed(by),
            reverse=True,
        )
        if outside and window is not None:
            lost = outside[0]
            if lost.placed(by) > test.end:
                text += f"; {lost.episode_id} came after the window"
            else:
                left = window.leaves(lost.placed(by))
                text += f"; {lost.episode_id} left the window {self.both(left or 0)}"
        elif test.used_up:
            text += f"; an action had used up {', '.join(sorted(test.used_up))}"
        else:
            text += f"; {number - len(test.inside)} more would have been needed"
        return Reason(text)

    # -- conditions

    def asked(self, asked: Sequence[Asked], what: str) -> tuple[Reason, ...]:
        parts = []
        for one in asked:
            where = f"episode {one.episode_id}, " if one.episode_id else ""
            entries = () if one.entry_id is None else (one.entry_id,)
            kind = self.entries[one.entry_id].kind if one.entry_id in self.entries else what
            parts.append(
                Reason(
                    f"{where}{kind} {self.local(one.at)}",
                    truth=_TRUTH[one.truth],
                    entries=entries,
                    parts=(self.tree(one.condition.node, one),),
                )
            )
        return tuple(parts)

    def tree(self, node: Node, asked: Asked) -> Reason:  # noqa: PLR0911 - one a form
        """A condition with the truth of each part, and what was observed."""
        truth = _TRUTH[compiled(node)(asked.facts)]
        match node:
            case terms.Term(name, part):
                return _under(wording.plain(name), truth, self.tree(part, asked))
            case terms.All(parts):
                return Reason("all of", truth, parts=tuple(self.tree(p, asked) for p in parts))
            case terms.Any(parts):
                return Reason("any of", truth, parts=tuple(self.tree(p, asked) for p in parts))
            case terms.Some(number, parts):
                return Reason(
                    f"at least {number} of", truth, parts=tuple(self.tree(p, asked) for p in parts)
                )
            case terms.Not(part):
                return _under("not", truth, self.tree(part, asked))
            case terms.Grace(first, rest, state):
                value = asked.facts.get(state, 0)
                shown = {
                    0: "not begun",
                    terms.RUNNING: "time of grace still running",
                    terms.KEPT: "in order within the time of grace",
                    terms.LAPSED: "not in order when the time of grace ended",
                    UNKNOWN: "cannot be told",
                }[value]
                within = self.policy.graces[state.number][2]
                others = Reason(
                    f"the rest within {within}: {_flat(rest)}",
                    {0: None, terms.KEPT: "yes", terms.LAPSED: "no"}.get(value, "unknown"),
                    shown,
                )
                return Reason(
                    "all of, with a time of grace", truth, parts=(self.tree(first, asked), others)
                )
            case terms.AtLeast(low, high):
                sure, possible = asked.facts.get(low, 0), asked.facts.get(high, 0)
                seen = f"{sure}" if sure >= possible else f"{sure} to {possible}"
                return Reason(node.text, truth, seen)
            case terms.Is(prop=prop) | terms.Between(prop=prop):
                source = asked.sources.get(prop)
                return Reason(
                    node.text,
                    truth,
                    self.observed(prop, asked),
                    () if source is None else (source,),
                )

    def observed(self, prop: Prop, asked: Asked) -> str:  # noqa: PLR0911 - one a fact
        value = asked.facts.get(prop, 0)
        if value == UNKNOWN:
            return "not known" if prop.what == "age" else "not observable in this source"
        if prop.what == "age":
            return f"age {value}"
        if prop.what == "lasted":
            return {0: "shorter", 1: "exactly", 2: "longer"}.get(value, str(value))
        if prop.what in ("marker", "concern", "has"):
            return "on record" if value else "no record"
        if prop.what == "recorded":
            return "recorded" if value else "not recorded"
        if prop.what == "unnamed":
            return f"{value} known but not named"
        if value == terms.NOT_RECORDED:
            return "not recorded"
        entry = self.entries.get(asked.sources.get(prop, ""))
        return "recorded" if entry is None else self.value(entry, prop.name)

    def value(self, entry: Entry, name: str) -> str:
        if name == "by":
            return str(self.policy.role(entry.by))
        value = entry.fields.get(name)
        if isinstance(value, tuple):
            return ", ".join(str(item) for item in value)
        field_type = self.policy.vocabulary.kinds[entry.kind].fields[name].type
        return str(value) if field_type in ("choice", "yes_no") else "recorded"

    def local(self, us: int) -> str:
        return self.calendar.minute(us)

    def both(self, us: int) -> str:
        """Local time and UTC."""
        return f"{self.local(us)} ({stamp(us)})"


def _under(name: str, truth: str, part: Reason) -> Reason:
    """Put a name before a line that keeps its parts, or what was observed."""
    return Reason(f"{name}: {part.text}", truth, part.observed, part.entries, part.parts)


def _last_each(asked: Iterable[Asked]) -> list[Asked]:
    """The last time that each condition was asked of each entry."""
    return list({(a.condition.number, a.entry_id): a for a in asked}.values())


def _turns(asked: Iterable[Asked]) -> list[Asked]:
    """Every time that the answer for an episode turned, and the first."""
    last: dict[str | None, int] = {}
    turns = []
    for one in asked:
        if last.get(one.episode_id) != one.truth:
            turns.append(one)
        last[one.episode_id] = one.truth
    return turns


def _more(trigger: OnOpen | OnGap) -> str:
    return wording.at_least(trigger.duration, strict=trigger.strict)


def _no_rule(policy: Policy, name: str) -> str:
    """Say what to ask for instead of a rule that does not judge."""
    if any(rule.id == name for rule in policy.source.file.rules):
        return (
            f"the rule {name} of the policy {policy.name} is off: `active: true` in a layer turns "
            "it on"
        )
    known = ", ".join(policy.duties)
    hint = wording.suggestion(name, policy.duties)
    return f"the policy {policy.name} has no rule {name}; {hint or f'its rules are {known}'}"


def _flat(node: Node) -> str:  # noqa: PLR0911 - one a form
    match node:
        case terms.Term(_, part):
            return _flat(part)
        case terms.All(parts):
            return " and ".join(_flat(part) for part in parts)
        case terms.Any(parts):
            return " or ".join(_flat(part) for part in parts)
        case terms.Some(number, parts):
            return f"at least {number} of " + ", ".join(_flat(part) for part in parts)
        case terms.Not(part):
            return f"not {_flat(part)}"
        case terms.Grace(first, rest, _):
            return f"{_flat(first)} and {_flat(rest)}"
        case _:
            return node.text


def _asks(duty: Duty) -> str:
    effect = duty.effect
    if isinstance(effect, Forbidden):
        return "asks that it does not happen"
    if isinstance(effect, Measured):
        return "asks for nothing: it is only noted"
    within = ", no time stated" if effect.within is None else f", within {effect.within}"
    if duty.every is not None:
        within = f", every {duty.every.interval}"
    if isinstance(effect, Floor):
        if effect.grade is not None:
            grade = grade_name(effect.grade)
            return f"asks for: a risk grade of at least {grade}{within} of what demands it"
        steps = "a step" if effect.steps_up == 1 else f"{effect.steps_up} steps"
        return f"asks for: a risk grade {steps} higher than before{within} of what demands it"
    return f"asks for: {duty.phrase}{within}"
