"""The policy that judged: its layers, its sources, and every value that a source does not state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.policysource import parameter_values
from missingrules.report.tables import Row, Table, plain, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missingrules.policy import Policy
    from missingrules.policysource import ParameterValue, PolicySource


def layers(policy: Policy) -> Table:
    """List the files that the policy is made of, the widest first."""
    rows = (Row(layer.policy, (layer.edition,)) for layer in policy.source.layers)
    return Table("Layers, the widest first", ("Policy", "Edition"), tuple(rows), numbers=False)


def values(policy: Policy, basis: str) -> Table:
    """List every value of a parameter that has this basis, with the note that says why."""
    source = policy.source
    rows = []
    for name, parameter in sorted(source.file.parameters.items()):
        for value in parameter_values(name, parameter):
            if value.basis == basis:
                since = "" if value.since is None else f"from {value.since.isoformat()}"
                note = " ".join(part for part in (value.note or "", _cited(source, value)) if part)
                rows.append(Row(words(name), (_value(value), since or "always", note), name))
    heads = {"assumed": "Assumed: no source settles these", "inferred": "Inferred from a source"}
    return Table(
        heads[basis],
        ("Value of", "Value", "Applies", "Note"),
        tuple(rows),
        numbers=False,
        empty="None.",
    )


def side_by_side(policies: Sequence[Policy], names: Sequence[str]) -> Table:
    """List every value that one of several policies assumes, with what each of them has."""
    held = [
        {
            (value.name, value.since): value
            for name, parameter in sorted(policy.source.file.parameters.items())
            for value in parameter_values(name, parameter)
        }
        for policy in policies
    ]
    wanted = sorted(
        {key for each in held for key, value in each.items() if value.basis == "assumed"},
        key=lambda key: (key[0], key[1] is not None, str(key[1])),
    )
    rows = []
    for key in wanted:
        found = [each.get(key) for each in held]
        notes = [
            value.note or ""
            for value in found
            if value is not None and value.basis == "assumed" and value.note
        ]
        cells = [
            "-"
            if value is None
            else _value(value) + ("" if value.basis == "assumed" else f" ({value.basis})")
            for value in found
        ]
        since = "" if key[1] is None else f", from {key[1].isoformat()}"
        row = (*cells, " ".join(dict.fromkeys(notes)))
        rows.append(Row(f"{words(key[0])}{since}", row, key[0]))
    return Table(
        "Assumed: no source settles these",
        ("Value of", *(names if len(names) > 1 else ("Value",)), "Note"),
        tuple(rows),
        numbers=False,
        empty="Nothing is assumed.",
    )


def _value(value: ParameterValue) -> str:
    text = plain(str(value.value))
    if value.edge is not None:
        placed = (value.placed_by or "reported").replace("_", " ")
        text += f", {value.edge} edge, placed by {placed}"
    return text


def _cited(source: PolicySource, value: ParameterValue) -> str:
    if value.cite is None:
        return ""
    cited = source.file.sources[value.cite.source]
    section = f", {value.cite.section}" if value.cite.section else ""
    return f"({cited.publisher}, {cited.published}{section})"


def rules(policy: Policy) -> Table:
    """List the rules that judge, with what each rests on."""
    rows = []
    for rule, duties in policy.duties.items():
        duty = duties[-1]
        cite = "no source named"
        if duty.cite is not None:
            section = f", {duty.cite['section']}" if "section" in duty.cite else ""
            cite = f"{duty.cite['publisher']}, {duty.cite['published']}{section}"
        allowed = "none stated" if duty.allowed is None else str(duty.allowed)
        if duty.timing_basis:
            allowed += f" ({duty.timing_basis})"
        cells = (words(duty.owner, "not stated"), allowed, words(duty.authority), duty.basis, cite)
        rows.append(Row(duty.title, cells, rule))
    return Table(
        "The rules that judged",
        ("Rule", "Owed by", "Time allowed", "Authority", "Basis", "Source"),
        tuple(rows),
        numbers=False,
    )


def sources(policy: Policy) -> list[dict[str, str]]:
    """List the documents that the policy cites."""
    return [
        {
            "title": found.title,
            "publisher": found.publisher,
            "published": found.published,
            "url": found.url or "",
        }
        for found in policy.source.file.sources.values()
    ]
