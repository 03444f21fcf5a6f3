"""Duties to record a field of the entry that triggered them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules import finding as outcomes
from missingrules.duties import Recorded
from missingrules.facts import PRINCIPAL
from missingrules.kernel.asking import entry_facts, judge_entry
from missingrules.kernel.obligation import Obligation, deadline, finish
from missingrules.kernel.releases import find_release
from missingrules.terms import UNKNOWN, YES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missingrules.entry import Entry
    from missingrules.finding import Finding
    from missingrules.kernel.episode import Episode
    from missingrules.kernel.noted import Opening
    from missingrules.kernel.walk import Walk
    from missingrules.terms import Prop

_LEARNED_BY: Final = {"markers": "marker_added", "concerns": "concern_noted"}


def recorded(walk: Walk, openings: Sequence[Opening]) -> list[Finding]:
    """Duties to record a field of the triggering entry."""
    made: dict[tuple[object, ...], list[Obligation]] = {}
    for opening in openings:
        entry = opening.anchor
        principal = entry.fields.get(PRINCIPAL.get(entry.kind, ""))
        key = (opening.episode, opening.leg, entry.kind, principal)
        same = made.setdefault(key, [])
        due, last = deadline(opening.duty, opening.at)
        latest = same[-1] if same else None
        if (
            latest is not None
            and latest.truth == opening.truth
            and (latest.done_at is None or latest.done_at >= opening.at)
        ):
            latest.evidence.append(entry.entry_id)
            latest.cite(opening.cited)
            continue
        obligation = Obligation(
            duty=opening.duty,
            episode=opening.episode,
            leg=opening.leg,
            opened=opening.at,
            known=opening.known,
            anchor=entry.entry_id,
            truth=opening.truth,
            due=due,
            last=last,
            accept_from=opening.at,
            evidence=[entry.entry_id],
            cited=dict.fromkeys(opening.cited),
            unknown=list(opening.unknown),
            slot=opening.slot,
        )
        episode = opening.episode
        if episode is not None:
            obligation.end = episode.end(opening.leg, opening.duty.ends, opening.at)
        if latest is not None:
            # What closed the one before is why this is another one.
            obligation.cite((*latest.evidence, *latest.cited))
            if latest.done is not None:
                obligation.cite((latest.done.entry_id,))
        find_release(walk, obligation)
        _find_field(walk, opening, obligation)
        same.append(obligation)
    return [
        _finish_field(walk, obligation)
        for obligations in made.values()
        for obligation in obligations
    ]


def _find_field(walk: Walk, opening: Opening, obligation: Obligation) -> None:
    """Look for the field in the triggering entry, then in later entries that restate its value."""
    duty, first = opening.duty, opening.anchor
    effect = duty.effect
    assert isinstance(effect, Recorded)  # noqa: S101 - the caller asks for nothing else
    check = effect.checks[first.kind]
    principal = PRINCIPAL.get(first.kind)
    if principal in effect.fields:
        principal = None
    later = [
        entry
        for entry in walk.own(first.kind, opening.episode)
        if entry is not first
        and (entry.at, entry.recorded, entry.entry_id) > (first.at, first.recorded, first.entry_id)
        and (principal is None or entry.fields.get(principal) == first.fields.get(principal))
        and (opening.episode is None or _same_leg(opening.episode, entry, opening.leg))
    ]
    unseen = opening.truth != YES and not all(
        walk.coverage.holds(_LEARNED_BY[name], opening.at, opening.at)
        for name in effect.names_known
    )
    facts: dict[Prop, int] = {}
    used: list[Entry] = []
    for entry in sorted([first, *later], key=lambda e: (e.known, e.at, e.entry_id)):
        facts |= entry_facts(walk, entry)
        used.append(entry)
        for prop in check.facts:
            if prop.what == "unnamed":
                named: set[object] = set()
                for one in used:
                    value = one.fields.get(prop.name, ())
                    named |= set(value) if isinstance(value, tuple) else {value}
                facts[prop] = len(set(opening.names) - named)
                if unseen and not opening.names:
                    # Whether there was anything to name is not known: an empty list proves nothing.
                    facts[prop] = UNKNOWN
        truth = judge_entry(walk, duty.rule, "field", check, entry, facts)
        if truth == YES:
            done_at = max(entry.known, opening.at)
            if obligation.open_at(done_at):
                obligation.done, obligation.done_at = entry, done_at
            obligation.cite(one.entry_id for one in used)
            return


def _same_leg(episode: Episode, entry: Entry, leg: int) -> bool:
    found = episode.leg(entry.at)
    return (0 if found is None else found.number) == leg


def _finish_field(walk: Walk, obligation: Obligation) -> Finding:
    duty = obligation.duty
    effect = duty.effect
    assert isinstance(effect, Recorded)  # noqa: S101 - the caller asks for nothing else
    kind = walk.kind_by_id[obligation.anchor]
    result = finish(walk, obligation)
    if obligation.done is None and any(
        walk.coverage.lacks_field(kind, name) for name in effect.fields
    ):
        return result._replace(outcome=outcomes.NOT_OBSERVABLE)
    return result
