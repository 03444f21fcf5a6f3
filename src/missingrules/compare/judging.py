"""One record judged under several policies, each rule that they share only once.

A rule is judged by itself: what it finds does not hang on the other rules of its policy. So rules
that say the same in several policies, as those that a local policy takes over, are judged in the
first of them, and a policy that differs from another in one number costs no more than the rules
that use the number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from missingrules.compare.variant import (
    fingerprint,
    vocabulary_of,
    with_rules,
    with_vocabulary,
)
from missingrules.figures.counts import MEETING
from missingrules.finding import Finding
from missingrules.policy import Policy
from missingrules.scan import verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from missingrules.duties import Duty
    from missingrules.finding import Assessment
    from missingrules.policysource import PolicySource
    from missingrules.record import Coverage, Record

MEETINGS = "strategy meeting"
"""The name under which every rule that asks for a strategy meeting is compared."""


def subject_of(duty: Duty) -> str:
    """Say under which name a rule is compared: its id, or ``strategy meeting`` by its action."""
    return MEETINGS if MEETING in duty.action.split("|") else duty.rule


@dataclass(frozen=True, slots=True)
class Judging:
    """Several policies, ready to judge with.

    ``units`` are policies that share no rule; ``found_in`` says for each of the policies compared
    in which unit each of its rules is judged. May be sent to other processes.
    """

    names: tuple[str, ...]
    units: tuple[Policy, ...]
    found_in: tuple[Mapping[str, int], ...]
    reader: Policy
    """A policy that knows what the logs of all of them may hold."""

    @classmethod
    def of(
        cls,
        sources: Sequence[PolicySource],
        names: Sequence[str] | None = None,
        *,
        rules: Collection[str] | None = None,
    ) -> Judging:
        """Sort out who judges what; ``rules`` are the only ones to be judged, by id.

        Raises :class:`~missingrules.errors.PolicyError` where the policies add different things
        of one name to the vocabulary.
        """
        known = vocabulary_of(sources)
        seen: dict[str, int] = {}
        units: list[Policy] = []
        found_in: list[dict[str, int]] = []
        for source in sources:
            own: set[str] = set()
            held: dict[str, int] = {}
            for told in source.located.data.get("rules") or ():
                if told.get("active", True) and (rules is None or told["id"] in rules):
                    place = seen.setdefault(fingerprint(source, told), len(units))
                    held[told["id"]] = place
                    if place == len(units):
                        own.add(told["id"])
            found_in.append(held)
            if own:
                units.append(Policy(with_rules(with_vocabulary(source, known), own)))
        reader = Policy(with_rules(with_vocabulary(sources[0], known), ()))
        called = tuple(names or (source.file.policy for source in sources))
        return cls(called, tuple(units), tuple(found_in), reader)

    def judged(
        self, record: Record, *, as_of: int, coverage: Coverage
    ) -> list[list[Finding]] | Finding:
        """Give the findings under each policy; an ``error`` finding if one could not judge."""
        made: list[dict[str, list[Finding]]] = []
        for unit in self.units:
            answer: Assessment | Finding = verdict(
                unit, record, as_of=as_of, coverage=coverage, engine="native"
            )
            if isinstance(answer, Finding):
                return answer
            by_rule: dict[str, list[Finding]] = {}
            for finding in answer.findings:
                by_rule.setdefault(finding.rule, []).append(finding)
            made.append(by_rule)
        return [
            [finding for rule, place in held.items() for finding in made[place].get(rule, ())]
            for held in self.found_in
        ]

    def subjects(self) -> list[frozenset[str]]:
        """List for each policy under which names its rules are compared."""
        return [
            frozenset(
                subject_of(duty)
                for rule, place in held.items()
                for duty in self.units[place].duties[rule]
            )
            for held in self.found_in
        ]

    def rules_of(self, policy: int, subject: str) -> list[str]:
        """List the rules of a policy that are compared under a name."""
        return [
            rule
            for rule, place in self.found_in[policy].items()
            if subject_of(self.units[place].duties[rule][0]) == subject
        ]

    def titles(self) -> dict[str, str]:
        """Say what each thing compared asks for, in the words of the first policy that has it."""
        made = {MEETINGS: "A strategy meeting is held, by whichever rule asks for it"}
        for held in self.found_in:
            for rule, place in held.items():
                duty = self.units[place].duties[rule][0]
                made.setdefault(subject_of(duty), duty.title)
        return made
