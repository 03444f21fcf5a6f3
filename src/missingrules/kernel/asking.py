"""Conditions asked: on the facts of an episode or the child at a moment, or on one entry."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules import terms
from missingrules.finding import merged_ids
from missingrules.kernel.episode import Episode
from missingrules.kernel.noted import Asked
from missingrules.terms import MAYBE, UNKNOWN, YES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.duties import Checks, OnCount
    from missingrules.entry import Entry
    from missingrules.kernel.episode import Answer
    from missingrules.kernel.noted import Role
    from missingrules.kernel.walk import Walk
    from missingrules.terms import Condition, Prop

ALWAYS: Final[Answer] = (YES, (), ())
"""What no condition at all comes to."""

_NAMES: Final = {
    "age": "date of birth",
    "lasted": "how long the episode has lasted",
    "count_high": "how many episodes count",
    "grace": "what was recorded before the time of grace was over",
}


def labelled(
    walk: Walk, trigger: OnCount, episode: Episode, at: int, known: int
) -> tuple[int, tuple[str, ...]]:
    """Judge an episode by its recorded label at an instant, on what was known by then."""
    shadow = Episode(
        episode.episode_id, episode.story, episode.legs, dict(walk.facts), dict(walk.sources)
    )
    for entry in episode.story.entries:
        if entry.at <= at and entry.recorded <= known:
            for by_known in (False, True):
                for setter, _ in walk.policy.setters[by_known].get(entry.kind, ()):
                    setter(shadow.facts, shadow.sources, entry)
    truth, cited, _ = ask(walk, "", "label", trigger.label, at, shadow)
    return truth, cited


def ask(  # noqa: PLR0913 - what is asked, for what rule, of whom, when
    walk: Walk,
    rule: str,
    role: Role,
    condition: Condition | None,
    now: int,
    episode: Episode | None,
) -> Answer:
    """Judge a condition: its truth, the entries it rests on, what was not recorded."""
    if condition is None:
        return ALWAYS
    answers = walk.answers if episode is None else episode.answers
    answer = answers.get(condition.number)
    if answer is not None:
        return answer
    facts = walk.facts if episode is None else episode.facts
    sources = walk.sources if episode is None else episode.sources
    extra: list[str] = []
    if condition.ages or condition.lasted or condition.counts:
        facts = dict(facts)
        _work_out(walk, condition, facts, now, episode, extra, role)
    if walk.limited:
        facts = _observable(walk, condition, facts, now)
    truth = walk.matcher.judge(condition, facts)
    if walk.trace is not None:
        walk.trace.append(
            Asked(
                rule,
                role,
                condition,
                now,
                None if episode is None else episode.episode_id,
                None,
                {prop: facts.get(prop, 0) for prop in condition.facts},
                {prop: sources[prop] for prop in condition.facts if prop in sources},
                truth,
            )
        )
    cited = [sources[prop] for prop in condition.facts if prop in sources]
    if condition.graces:
        extra += _kept_grace(condition, episode)
    if len(cited) + len(extra) > 1:
        cited = list(dict.fromkeys((*cited, *extra)))
    unknown: tuple[str, ...] = ()
    if truth == MAYBE:
        unknown = merged_ids(_named(walk, prop) for prop in terms.doubts(condition.node, facts))
    answer = truth, tuple(cited or extra), unknown
    if walk.remembers and not condition.moves:
        answers[condition.number] = answer
    return answer


def _named(walk: Walk, prop: Prop) -> str:
    """What to call a fact that cannot be told."""
    if prop.what in ("marker", "concern"):
        return f"{prop.what} {prop.value}"
    if prop.what == "has":
        return walk.policy.watches[prop.number][0]
    if prop.what in _NAMES:
        return _NAMES[prop.what]
    return f"{prop.kind}.{prop.name}"


def ask_entry(walk: Walk, rule: str, role: Role, condition: Condition | None, entry: Entry) -> int:
    """Judge a condition on the fields of one entry."""
    if condition is None:
        return YES
    asked = (entry.entry_id, condition.number)
    found = walk.answers_of_entries.get(asked)
    if found is not None:
        return found
    truth = judge_entry(walk, rule, role, condition, entry, entry_facts(walk, entry))
    if walk.remembers:
        walk.answers_of_entries[asked] = truth
    return truth


def entry_facts(walk: Walk, entry: Entry) -> dict[Prop, int]:
    """Facts of one entry alone, for conditions on its fields."""
    facts = walk.facts_of_entries.get(entry.entry_id)
    if facts is None:
        facts = walk.facts_of_entries[entry.entry_id] = walk.policy.entry_facts(entry)
    return facts


def accepts(walk: Walk, rule: str, kinds: Checks, entry: Entry) -> int:
    """Whether an entry is one of these kinds and says what it must."""
    return ask_entry(walk, rule, "where", kinds[entry.kind], entry)


def judge_entry(  # noqa: PLR0913 - what is asked, for what rule, of which entry, on what facts
    walk: Walk, rule: str, role: Role, condition: Condition, entry: Entry, facts: dict[Prop, int]
) -> int:
    """Judge a condition on the facts of one entry, or (``field``) on those of several up to it."""
    if walk.limited:
        facts = _observable(walk, condition, facts, entry.at)
    truth = walk.matcher.judge(condition, facts)
    if walk.trace is not None:
        kept = {prop: facts.get(prop, 0) for prop in condition.facts}
        episode = walk.by_entry.get(entry.entry_id)
        walk.trace.append(
            Asked(
                rule,
                role,
                condition,
                entry.at,
                None if episode is None else episode.episode_id,
                entry.entry_id,
                kept,
                {} if role == "field" else dict.fromkeys(kept, entry.entry_id),
                truth,
            )
        )
    return truth


def _work_out(  # noqa: PLR0913 - what is asked, of whom, when, to what end
    walk: Walk,
    condition: Condition,
    facts: dict[Prop, int],
    now: int,
    episode: Episode | None,
    cited: list[str],
    role: Role,
) -> None:
    """Fill in the facts that change with time alone."""
    calendar = walk.policy.calendar
    for prop in condition.facts:
        if prop.what == "age":
            facts[prop] = UNKNOWN
            if walk.born is not None:
                at, ended_by = _of_age(now, episode, role)
                cited += ended_by
                years = calendar.age(walk.born[0], at)  # type: ignore[arg-type]
                facts[prop] = years if years >= 0 else UNKNOWN
                cited.append(walk.born[1])
        elif prop.what == "lasted":
            facts[prop] = _lasted(walk, prop.number, now, episode)
            if episode is not None and episode.report is not None:
                cited.append(episode.report.entry_id)
        elif prop.what in ("count_low", "count_high"):
            term, window, placed_by = walk.policy.counts[prop.number]
            end = now if episode is None or not episode.legs else episode.placed(placed_by)
            number = 0
            for other in walk.episodes:
                since = (
                    other.counted.get(term.number)
                    if prop.what == "count_low"
                    else other.possible.get(term.number)
                )
                if since is None:
                    continue
                placed = other.placed(placed_by)
                if window is None or window.holds(placed, end):
                    number += 1
                    cited.extend((*since.cited, *since.before))
            facts[prop] = number


def _of_age(now: int, episode: Episode | None, role: Role) -> tuple[int, tuple[str, ...]]:
    """When a child's age is taken: what an episode was, a later birthday does not change."""
    leg = None if episode is None else episode.leg(now)
    if role not in ("term", "grace") or leg is None or leg.returned is None:
        return now, ()
    if now <= leg.returned:
        return now, ()
    return leg.returned, tuple(entry.entry_id for entry in leg.ended_by)


def _lasted(walk: Walk, number: int, now: int, episode: Episode | None) -> int:
    duration, since = walk.policy.lasted[number]
    leg = None if episode is None else episode.leg(now)
    if leg is None:
        return UNKNOWN
    start: object = leg.start
    if since == "missing_since":
        start = leg.report.fields.get("missing_since")
        if not isinstance(start, int):
            return UNKNOWN
    assert isinstance(start, int)  # noqa: S101 - the log holds instants as numbers
    end = now if leg.found is None else min(now, leg.found)
    calendar = walk.policy.calendar
    if end >= calendar.reached(start, duration, strict=True):
        return terms.ABOVE
    return terms.AT if end >= calendar.reached(start, duration, strict=False) else terms.BELOW


def _observable(
    walk: Walk, condition: Condition, facts: dict[Prop, int], now: int
) -> dict[Prop, int]:
    """Replace "no" by unknown where the source could not have shown otherwise."""
    patched = None
    for prop in condition.facts:
        value = facts.get(prop, 0)
        if value or prop.what in ("grace", "lasted", "count_low", "count_high", "unnamed"):
            continue
        if prop.scope == "entry":
            if not walk.coverage.lacks_field(prop.kind, prop.name):
                continue
        elif all(
            walk.coverage.holds(kind, now, now)
            and not (prop.name and _has_no_place(walk, prop, kind))
            for kind in _kinds_of(walk, prop)
        ):
            continue
        if patched is None:
            patched = dict(facts)
        patched[prop] = UNKNOWN
    return facts if patched is None else patched


def _has_no_place(walk: Walk, prop: Prop, kind: str) -> bool:
    """Whether the source has no place for a field, so that nothing can be told from silence.

    That an attribute is *not recorded* can be told: it is a state of its own, and true of it.
    """
    if not walk.coverage.lacks_field(kind, prop.name):
        return False
    field = walk.policy.vocabulary.kinds[kind].fields.get(prop.name)
    return prop.what != "recorded" or field is None or not field.open


def _kinds_of(walk: Walk, prop: Prop) -> tuple[str, ...]:
    if prop.what == "marker":
        return ("marker_added",)
    if prop.what == "concern":
        return ("concern_noted",)
    if prop.what == "has":
        return (walk.policy.watches[prop.number][0],)
    if prop.what == "age":
        return ("born",)
    return (prop.kind,)


def _kept_grace(condition: Condition, episode: Episode | None) -> Iterator[str]:
    """What kept the times of grace that a condition asks about."""
    if episode is not None:
        for number in condition.graces:
            yield from episode.grace_kept.get(number, ())
