"""Several policies over one log: the answer, as JSON takes it and as a table for people."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from missingrules.calendar import DAY_US, to_us
from missingrules.compare.counts import DAYS_A_MONTH, Counts
from missingrules.compare.judging import MEETINGS, Judging
from missingrules.compare.layout import aligned
from missingrules.compare.passing import over_log, over_sweep
from missingrules.finding import stamp
from missingrules.policy import loaded
from missingrules.scan import latest_recorded
from missingrules.wording import many

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence

    from missingrules.compare.counts import Change
    from missingrules.figures.tally import Tally
    from missingrules.log import Log
    from missingrules.policy import Policy
    from missingrules.record import Coverage
    from missingrules.sweep import Sweep

_NONE: Final = "-"
"""What stands in a table where a policy has no rule of the kind."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What each of several policies asks of the same children, and what became of it.

    The first policy is what the others are set against. ``names`` are unique; ``since_us`` is the
    first instant of the log.
    """

    policies: tuple[Policy, ...]
    names: tuple[str, ...]
    judging: Judging
    counts: Counts
    since_us: int | None
    as_of_us: int | None

    @property
    def months(self) -> float:
        """How many months the log covers, up to the instant of the judgement."""
        if self.since_us is None or self.as_of_us is None:
            return 0.0
        return max(self.as_of_us - self.since_us, 0) / DAY_US / DAYS_A_MONTH

    @property
    def changes(self) -> list[Change]:
        """Children of whom two policies find different things, the weightiest first."""
        return self.counts.changes

    @property
    def changes_in_all(self) -> int:
        """How many there are, those among them that are not listed."""
        return sum(n for (*_, what), n in self.counts.differences.items() if what == "children")

    def subjects(self) -> list[str]:
        """List what is compared: strategy meetings first, then rules in the order of policies."""
        held = self.judging.subjects()
        return [name for name in self.judging.titles() if any(name in each for each in held)]

    def a_month(self, policy: int) -> float:
        """How many meetings are owed a month under one policy."""
        months = self.months
        return self.counts.tally(policy, MEETINGS).owed / months if months else 0.0

    def to_dict(self) -> dict[str, Any]:
        """Give the comparison as JSON takes it."""
        return {
            "as_of": None if self.as_of_us is None else stamp(self.as_of_us),
            "since": None if self.since_us is None else stamp(self.since_us),
            "months": round(self.months, 2),
            "children": self.counts.children,
            "not_judged": self.counts.failed,
            "policies": [
                {
                    "name": name,
                    "policy": policy.name,
                    "edition": policy.edition,
                    "policy_digest": policy.digest,
                    "total": figures_of(self.counts.total(number)),
                    "meetings": self.meetings(number),
                }
                for number, (name, policy) in enumerate(zip(self.names, self.policies, strict=True))
            ],
            "rules": [self.compared(subject) for subject in self.subjects()],
            "changes": [change.to_dict(self.names) for change in self.changes],
        }

    def to_text(self) -> str:
        """Give the comparison as tables for people."""
        return "\n".join(self.lines()) + "\n"

    def lines(self) -> Iterator[str]:
        """Write the tables line by line."""
        if self.as_of_us is None:
            yield "No row was accepted: there is nothing to compare."
            return
        zone = self.policies[0].calendar
        since = "" if self.since_us is None else f"{zone.local(self.since_us)[:10]} to "
        yield (
            f"{many(self.counts.children, 'child')}, {since}{zone.local(self.as_of_us)[:10]} "
            f"({self.months:.1f} months)."
        )
        if self.counts.failed:
            yield f"Could not be judged, and counted nowhere below: {self.counts.failed}."
        yield ""
        yield from self._meeting_lines()
        yield ""
        yield "Duties: owed, done in time (met), done late or no record (missed)"
        yield from aligned(self._rule_rows())
        for number in range(1, len(self.names)):
            yield from self._difference_lines(number)
        yield from self._change_lines()

    # -- strategy meetings

    def meetings(self, number: int) -> dict[str, Any]:
        """Say what one policy makes of strategy meetings, and how it stands to the first."""
        counts = self.counts
        tally = counts.tally(number, MEETINGS)
        told: dict[str, Any] = {
            "rules": self.judging.rules_of(number, MEETINGS),
            **figures_of(tally),
            "children": counts.children_with[number, MEETINGS, "owed"],
            "owed_a_month": round(self.a_month(number), 3),
            "by_month": dict(
                sorted(
                    (month, n) for (policy, month), n in counts.months.items() if policy == number
                )
            ),
        }
        if number:
            sooner = counts.sooner(number, MEETINGS)
            told["against_first"] = {
                "children_only_first": counts.differences[number, MEETINGS, "children_only_first"],
                "children_only_this": counts.differences[number, MEETINGS, "children_only_other"],
                "children_both": sooner.both,
                "children_sooner": sooner.sooner,
                "children_later": sooner.later,
                "days_sooner": sooner.days,
                "median_days_sooner": sooner.median,
                "further_meetings_a_month": round(self.a_month(number) - self.a_month(0), 3),
            }
        return told

    def _meeting_lines(self) -> Iterator[str]:
        every = range(len(self.names))
        told = [self.meetings(number) for number in every]
        yield "Strategy meetings"
        yield from aligned(
            [
                ["", *self.names],
                ["owed", *(str(one["owed"]) if one["rules"] else _NONE for one in told)],
                ["owed a month", *(self._rate(number) for number in every)],
                ["children", *(str(one["children"]) if one["rules"] else _NONE for one in told)],
                ["met", *(str(one["met"]) if one["rules"] else _NONE for one in told)],
                ["missed", *(str(one["missed"]) if one["rules"] else _NONE for one in told)],
            ]
        )
        for number in every:
            rules = told[number]["rules"]
            if not rules:
                yield f"{self.names[number]} has no rule that asks for a strategy meeting."
        for number in range(1, len(self.names)):
            against = told[number]["against_first"]
            yield (
                f"{self.names[number]} against {self.names[0]}: "
                f"{many(against['children_only_this'], 'child')} seen that {self.names[0]} does "
                f"not see, {against['children_only_first']} the other way round; "
                f"{against['children_sooner']} seen sooner (median "
                f"{against['median_days_sooner']} days), {against['children_later']} later; "
                f"{against['further_meetings_a_month']:+.2f} meetings owed a month."
            )

    def _rate(self, number: int) -> str:
        if not self.judging.rules_of(number, MEETINGS):
            return _NONE
        return f"{self.a_month(number):.2f}"

    # -- rules

    def compared(self, subject: str) -> dict[str, Any]:
        """Say what every policy makes of one thing that is compared."""
        held = self.judging.subjects()
        return {
            "subject": subject,
            "title": self.judging.titles()[subject],
            "policies": [
                {
                    "name": name,
                    "rules": self.judging.rules_of(number, subject),
                    **figures_of(self.counts.tally(number, subject)),
                    "children_owed": self.counts.children_with[number, subject, "owed"],
                    "children_missed": self.counts.children_with[number, subject, "missed"],
                    "unseen": subject not in held[number],
                }
                for number, name in enumerate(self.names)
            ],
            "against_first": [
                {
                    "name": self.names[number],
                    **{
                        name: self.counts.differences[number, subject, name]
                        for name in ("only_first", "only_other", "differing", "children")
                    },
                }
                for number in range(1, len(self.names))
            ],
        }

    def _rule_rows(self) -> list[list[str]]:
        held = self.judging.subjects()
        heads = [(name, "", "") for name in self.names]
        rows = [
            ["", *(cell for head in heads for cell in head)],
            ["", *(("owed", "met", "missed") * len(self.names))],
        ]
        for subject in self.subjects():
            row = [subject]
            for number in range(len(self.names)):
                if subject in held[number]:
                    row += _cells(self.counts.tally(number, subject))
                else:
                    row += [_NONE, _NONE, _NONE]
            rows.append(row)
        row = ["all"]
        for number in range(len(self.names)):
            row += _cells(self.counts.total(number))
        return [*rows, row]

    def _difference_lines(self, number: int) -> Iterator[str]:
        first, other = self.names[0], self.names[number]
        held = self.judging.subjects()
        rows = []
        for subject in self.subjects():
            found = [
                self.counts.differences[number, subject, name]
                for name in ("only_first", "only_other", "differing", "children")
            ]
            if any(found):
                why = ""
                if subject not in held[0]:
                    why = f"{first} has no such rule"
                elif subject not in held[number]:
                    why = f"{other} has no such rule"
                rows.append([subject, *map(str, found), why])
        yield ""
        if not rows:
            yield f"{first} and {other} find the same."
            return
        yield f"What {first} and {other} find differently"
        head = ["", f"only {first}", f"only {other}", "other outcome", "children", ""]
        yield from aligned([head, *rows])

    def _change_lines(self) -> Iterator[str]:
        if not self.changes:
            return
        yield ""
        yield "Children of whom they find different things, the weightiest first"
        shown = self.changes[: self.counts.listed]
        for change in shown:
            yield f"  {change.child_id}: {self.said(change)}"
        if self.changes_in_all > len(shown):
            yield f"  ... and {self.changes_in_all - len(shown)} more"

    def said(self, change: Change) -> str:
        """Say of a child in what two policies differ; the id stands before it."""
        first, other = self.names[0], self.names[change.policy]
        parts = []
        if change.only_other:
            parts.append(f"only {other}: {_outcomes(change.only_other)}")
        if change.only_first:
            parts.append(f"only {first}: {_outcomes(change.only_first)}")
        for (mine, theirs), number in Counter(change.differing).items():
            times = f" ({number} times)" if number > 1 else ""
            parts.append(f"{first} {_word(mine)}, {other} {_word(theirs)}{times}")
        days = change.days_earlier
        if days:
            parts.append(f"{abs(days)} days {'sooner' if days > 0 else 'later'} under {other}")
        elif change.first_us is None and change.other_us is not None:
            on = self.policies[0].calendar.local(change.other_us)[:10]
            parts.append(f"first on {on}")
        return f"{change.subject}: {'; '.join(parts)}"


def compare(
    log: Log,
    policies: Sequence[Policy],
    *,
    as_of: dt.datetime | None = None,
    coverage: Coverage | None = None,
) -> Comparison:
    """Judge every child of a log under several policies; the first is what others are set against.

    ``as_of`` and ``coverage`` are as for :func:`~missingrules.scan.scan`. The log has to be read
    with the vocabulary of all of them, where they add to it: ``vocabulary_of`` gives it. Raises
    :class:`~missingrules.errors.PolicyError` for policies that contradict one another there,
    :class:`~missingrules.errors.LogError` for a log without entries and no ``as_of``, and
    ``ValueError`` for fewer than two policies.
    """
    judging, counts, names = made_ready(policies, every=True)
    over_log(log, judging, counts, as_of=as_of, coverage=coverage)
    counts.settle()
    since = min((entry.at for entry in log.entries), default=None)
    as_of_us = latest_recorded(log) if as_of is None else to_us(as_of)
    return Comparison(tuple(policies), names, judging, counts, since, as_of_us)


def compare_sweep(
    sweep: Sweep,
    policies: Sequence[Policy],
    judging: Judging,
    *,
    listed: int = 25,
    told: Callable[[int], None] = lambda _: None,
) -> Comparison:
    """Do what :func:`compare` does with a log of any size, which ``judging.reader`` was to read."""
    _, counts, names = made_ready(policies, listed=listed, judging=judging)
    over_sweep(sweep, judging, counts, told=told)
    return Comparison(tuple(policies), names, judging, counts, sweep.coverage.start, sweep.as_of_us)


def made_ready(
    policies: Sequence[Policy],
    *,
    listed: int = 25,
    every: bool = False,
    judging: Judging | None = None,
) -> tuple[Judging, Counts, tuple[str, ...]]:
    """Sort out what is judged where, with nothing counted yet, and how the policies are called."""
    if len(policies) < 2:  # noqa: PLR2004 - a pair
        raise ValueError(f"policies: {len(policies)} given; it takes two or more to compare")
    policies = [loaded(policy, "policies") for policy in policies]
    names = names_of(policies)
    made = judging or Judging.of([policy.source for policy in policies], names)
    held = made.subjects()
    unshared = frozenset(
        (number, name) for number in range(1, len(held)) for name in held[0] ^ held[number]
    )
    calendar = policies[0].calendar
    return made, Counts(len(policies), calendar, listed, every, unshared), names


def names_of(policies: Sequence[Policy]) -> tuple[str, ...]:
    """Name each policy: by its name, its edition where names are the same, else its number."""
    plain = [policy.name for policy in policies]
    if len(set(plain)) == len(plain):
        return tuple(plain)
    dated = [f"{policy.name} {policy.edition}" for policy in policies]
    if len(set(dated)) == len(dated):
        return tuple(dated)
    return tuple(f"{name} ({number})" for number, name in enumerate(dated, 1))


def figures_of(tally: Tally) -> dict[str, int]:
    """Give what matters of a tally as JSON takes it; ``missed`` is done late or no record."""
    return {
        "owed": tally.owed,
        "met": tally.in_time,
        "late": tally.late,
        "no_record": tally.no_record,
        "missed": tally.late + tally.no_record,
        "pending": tally["pending"],
        "decided_not_required": tally["decided_not_required"],
        "indeterminate": tally["indeterminate"],
    }


def _cells(tally: Tally) -> list[str]:
    return [str(tally.owed), str(tally.in_time), str(tally.late + tally.no_record)]


def _outcomes(found: Sequence[str]) -> str:
    return ", ".join(f"{n} {_word(outcome)}" for outcome, n in sorted(Counter(found).items()))


def _word(outcome: str) -> str:
    from missingrules.text import WORDS

    return WORDS[outcome]
