"""A policy as it was read: checked, its layers laid over one another, not yet compiled."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from missingrules.language import Effect, PolicyFile, Rule

if TYPE_CHECKING:
    from missingrules.language import Cite, Parameter
    from missingrules.vocabulary import Vocabulary
    from missingrules.yamlsource import Located, Path, Place


class Layer(NamedTuple):
    """One of the files that a policy is made of."""

    policy: str
    edition: str
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class PolicySource:
    """A policy without faults.

    ``layers`` runs from the widest file to the policy itself. ``digest`` (SHA-256, hex) changes
    with anything that the merged text says, and not with its layout, its comments or where it is
    kept.
    """

    file: PolicyFile
    vocabulary: Vocabulary
    layers: tuple[Layer, ...]
    digest: str
    located: Located

    def place(self, path: Path) -> Place:
        """Where the value at the path stands, in the layer that has the last word on it.

        A path has the keys and list indexes of the merged policy, as in ``("rules", 0,
        "require")``.
        """
        return self.located.place(path)

    def key_place(self, path: Path) -> Place:
        """Where the key of the value at the path stands; without a key, the value itself."""
        return self.located.key_place(path)


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """A parameter as it stands from one date to the next edition.

    ``value`` is as written: a whole number, a date, or text (a duration, a grade, ``not_stated``).
    ``since`` is the first local date; None for the value that holds before every edition.
    """

    name: str
    value: int | dt.date | str
    edge: str | None
    placed_by: str | None
    basis: str
    cite: Cite | None
    note: str | None
    since: dt.date | None = None


class DatedRule(NamedTuple):
    """A rule as it stands from a local date to before another (None: without end)."""

    rule: Rule
    since: dt.date | None
    until: dt.date | None
    edition: str | None


def parameter_values(name: str, parameter: Parameter) -> list[ParameterValue]:
    """List the values of a parameter, the undated one first.

    An edition keeps what it does not say. Only where it gives a basis of its own are note and
    citation its own too: they are what the basis rests on.
    """
    made = [
        ParameterValue(
            name,
            parameter.value,
            parameter.edge,
            parameter.placed_by,
            parameter.basis,
            parameter.cite,
            parameter.note,
        )
    ]
    for edition in parameter.editions:
        own = edition.basis is not None
        made.append(
            ParameterValue(
                name,
                edition.value,
                edition.edge or parameter.edge,
                edition.placed_by or parameter.placed_by,
                edition.basis or parameter.basis,
                edition.cite if own else edition.cite or parameter.cite,
                edition.note if own else edition.note or parameter.note,
                edition.from_,
            )
        )
    return made


def parameter_at(source: PolicySource, name: str, date: dt.date | None) -> ParameterValue:
    """Give a parameter as it stands on a local date; None means before every edition.

    Raises ``KeyError`` for a name that the policy does not have.
    """
    values = parameter_values(name, source.file.parameters[name])
    current = values[0]
    for value in values[1:]:
        if date is not None and value.since is not None and value.since <= date:
            current = value
    return current


def parameter_breaks(source: PolicySource, name: str) -> list[dt.date]:
    """List the local dates on which a parameter changes, in order."""
    return [edition.from_ for edition in source.file.parameters[name].editions]


def rule_editions(source: PolicySource, rule: Rule) -> list[DatedRule]:
    """List a rule as it stands from date to date, in order; a rule without editions is one.

    Keys of an edition replace those of the rule. An edition without ``until`` ends where the next
    one begins.
    """
    if not rule.editions:
        since, until = _date(source, rule.from_), _date(source, rule.until)
        return [DatedRule(rule, since, until, None)]
    starts = [_date(source, edition.from_) for edition in rule.editions]
    ends = [
        next_start if edition.until is None else _date(source, edition.until)
        for edition, next_start in zip(rule.editions, [*starts[1:], None], strict=True)
    ]
    return [
        DatedRule(edition_of(rule, number), since, until, edition.edition)
        for number, (edition, since, until) in enumerate(
            zip(rule.editions, starts, ends, strict=True)
        )
    ]


def edition_of(rule: Rule, number: int) -> Rule:
    """Lay one edition of a rule over it."""
    edition = rule.editions[number]
    given = edition.model_fields_set & set(Effect.model_fields)
    keys = {name: getattr(edition, name) for name in given}
    return rule.model_copy(update={**keys, "editions": [], "from_": None, "until": None})


def _date(source: PolicySource, value: dt.date | str | None) -> dt.date | None:
    if isinstance(value, str):
        named = source.file.parameters[value].value
        return named if isinstance(named, dt.date) else None
    return value
