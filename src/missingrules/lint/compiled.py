"""A policy without faults as lint looks at it: each rule in its file, beside what it came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from missingrules.checks.edition import Edition
from missingrules.checks.review import Review
from missingrules.duties import Action, OnCount, OnEntry, Recorded
from missingrules.language import ConditionForm
from missingrules.policysource import rule_editions
from missingrules.terms import All, Any, AtLeast, Grace, Not, Some, Term

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from missingrules.duties import Duty
    from missingrules.language import Condition as Form
    from missingrules.policy import Policy
    from missingrules.terms import Condition, Node
    from missingrules.yamlsource import Path


class Asked(NamedTuple):
    """A condition, or a part of one, where it stands and as it was compiled."""

    path: Path
    form: Form
    node: Node


class Checked(NamedTuple):
    """What the fields of entries of a kind must say, and where that stands."""

    path: Path
    kind: str
    node: Node


@dataclass(frozen=True, slots=True, eq=False)
class Stated:
    """A rule as it stands between two dates, with the duties that it was compiled to.

    There are several duties where a parameter changes in between.
    """

    edition: Edition
    duties: tuple[Duty, ...]
    since: dt.date | None

    @property
    def id(self) -> str:
        """The id of the rule."""
        return self.edition.rule.id

    @property
    def named(self) -> str:
        """What messages call it: its id, and the edition if it is one of several."""
        if self.edition.own == self.edition.path:
            return f"`{self.id}`"
        return f"`{self.id}` (the edition from {self.since})"

    @property
    def path(self) -> Path:
        """Where to point for the whole of it."""
        if self.edition.own == self.edition.path:
            return (*self.edition.path, "id")
        return (*self.edition.own, "from")

    def conditions(self, duty: Duty) -> Iterator[tuple[Path, Form, Condition]]:
        """List what a duty asks of child and episode, each with its place: `if`, then the rest."""
        rule, edition = self.edition.rule, self.edition
        if rule.if_ is not None and duty.condition is not None:
            yield edition.at("if"), rule.if_, duty.condition
        for (path, form), release in zip(edition.releases(), duty.unless, strict=True):
            if not isinstance(release, OnEntry):
                yield path, form, release
        for (path, told), trigger in zip(edition.trigger_paths(), duty.triggers, strict=True):
            if isinstance(trigger, OnCount):
                yield (*path, "episodes"), str(told.episodes), trigger.term
                if told.as_recorded is not None and trigger.label is not None:
                    yield (*path, "as_recorded"), told.as_recorded, trigger.label
        if duty.every is not None:
            (at, told) = next(pair for pair in edition.trigger_paths() if pair[1].every)
            for number, (condition, _) in enumerate(duty.every.sooner):
                yield (*at, "sooner", number, "if"), told.sooner[number].if_, condition

    def checks(self, duty: Duty) -> Iterator[Checked]:
        """List what a duty asks of single entries under `where`."""
        for (path, _), trigger in zip(self.edition.trigger_paths(), duty.triggers, strict=True):
            if isinstance(trigger, OnEntry):
                yield from _checked(path, trigger)
        for (path, _), release in zip(self.edition.releases(), duty.unless, strict=True):
            if isinstance(release, OnEntry):
                yield from _checked(path, release)
        if isinstance(duty.effect, Action):
            yield from _checked(self.edition.at("require"), duty.effect)
        if isinstance(duty.effect, Recorded):
            for kind, check in duty.effect.checks.items():
                yield Checked((*self.edition.at("require"), "field"), kind, check.node)


def _checked(path: Path, holder: OnEntry | Action) -> Iterator[Checked]:
    for kind, check in holder.kinds.items():
        if check is not None:
            yield Checked((*path, "where"), kind, check.node)


def stated(policy: Policy) -> list[Stated]:
    """List the active rules in all their editions, in the order of the file."""
    review = Review(policy.source)
    made = []
    for number, rule in enumerate(policy.source.file.rules):
        path: Path = ("rules", number)
        for index, dated in enumerate(rule_editions(policy.source, rule) if rule.active else ()):
            own = (*path, "editions", index) if rule.editions else path
            span = _instant(policy, dated.since), _instant(policy, dated.until)
            duties = tuple(duty for duty in policy.duties[rule.id] if _lies_in(duty, *span))
            made.append(Stated(Edition(review, path, own, dated.rule), duties, dated.since))
    return made


def _instant(policy: Policy, date: dt.date | None) -> int | None:
    return None if date is None else policy.calendar.midnight(date.toordinal())


def _lies_in(duty: Duty, since: int | None, until: int | None) -> bool:
    """Whether a duty is one of those that an edition was compiled to."""
    begins_in = since is None or (duty.since is not None and since <= duty.since)
    return begins_in and (until is None or duty.since is None or duty.since < until)


def inside(policy: Policy, asked: Asked) -> Iterator[Asked]:
    """List the conditions directly inside one; those of a term stand where the term does."""
    path, form, node = asked
    terms = policy.source.file.terms
    if isinstance(form, str) or (form.term is not None and form.by is None):
        name = form if isinstance(form, str) else str(form.term)
        if isinstance(node, Term):
            yield Asked(("terms", name), terms[name], node.part)
        return
    if isinstance(node, Grace):
        path, listed = _graced(policy, path, form)
        rest = node.rest.parts if isinstance(node.rest, All) else (node.rest,)
        for number, part in enumerate((node.first, *rest)):
            yield Asked((*path, "all", number), listed[number], part)
    elif form.not_ is not None and isinstance(node, Not):
        yield Asked((*path, "not"), form.not_, node.part)
    elif form.counted is not None and isinstance(node, AtLeast):
        term = policy.counts[node.low.number][0].node
        yield Asked((*path, "counted", "episodes"), form.counted.episodes, term)
    elif isinstance(node, All | Any | Some):
        # A list of markers is compiled to "any" too, and has no conditions inside.
        for key, forms in (("all", form.all_), ("any", form.any_), ("of", form.of)):
            for number, (inner, part) in enumerate(zip(forms or (), node.parts, strict=False)):
                yield Asked((*path, key, number), inner, part)


def everywhere(policy: Policy, asked: Asked) -> Iterator[Asked]:
    """List a condition with all that is inside it, however deep."""
    yield asked
    for part in inside(policy, asked):
        yield from everywhere(policy, part)


def _graced(policy: Policy, path: Path, form: ConditionForm) -> tuple[Path, list[Form]]:
    """Find the list that a time of grace is about, in the condition itself or in a term."""
    held: Form = form
    while not (isinstance(held, ConditionForm) and held.all_ is not None):
        name = held if isinstance(held, str) else str(held.term)
        path, held = ("terms", name), policy.source.file.terms[name]
    return path, held.all_
