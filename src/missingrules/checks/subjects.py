"""What a duty of the child may ask: nothing that only an episode can answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from missingrules.checks.conditions import parts_of
from missingrules.checks.words import fields_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.checks.review import Review
    from missingrules.language import Condition, ConditionForm
    from missingrules.yamlsource import Path


@dataclass(frozen=True, slots=True)
class _Question:
    """Something that a condition asks of an episode, and the key that asks it."""

    path: Path
    words: str
    hint: str = ""


def check_of_child(review: Review, path: Path, condition: Condition, hint: str) -> None:
    """Check that a condition can be answered for a child; ``hint`` says what else would do."""
    for question in _questions(review, path, condition):
        message = f"{question.words} of an episode, and this is a duty of the child"
        review.key_fault(question.path, "asks-of-episode", message, question.hint or hint)


def _questions(
    review: Review, path: Path, condition: Condition, within: tuple[str, ...] = ()
) -> Iterator[_Question]:
    """List what a condition asks of an episode; a term does so by the first that it asks.

    ``within`` are the terms that this one stands in.
    """
    if isinstance(condition, str):
        yield from _of_term(review, path, condition, within)
        return
    if condition.term is not None:
        yield from _of_term(review, (*path, "term"), condition.term, within)
    yield from _of_form(review, path, condition)
    for at, part in parts_of(path, condition):
        yield from _questions(review, at, part, within)


def _of_term(
    review: Review, path: Path, name: str, within: tuple[str, ...]
) -> Iterator[_Question]:
    """Say that a term asks something of an episode, at the place that names the term."""
    if name in within or name not in review.file.terms:
        return
    asked = _questions(review, ("terms", name), review.file.terms[name], (*within, name))
    first = next(asked, None)
    if first is not None:
        yield _Question(path, f"`{name}` {first.words}")


def _of_form(review: Review, path: Path, condition: ConditionForm) -> Iterator[_Question]:
    """List what the keys of one condition ask of an episode, apart from what is inside it."""
    if condition.by is not None:
        yield _Question((*path, "by"), "asks for a time of grace")
    if condition.recorded is not None and _is_of_episode(review, condition.recorded):
        yield _Question((*path, "recorded"), f"asks for `{condition.recorded}`")
    if condition.entry is not None and _kind_is_of_episode(review, condition.entry):
        yield _Question((*path, "entry"), f"asks for an entry `{condition.entry}`")
    if condition.concern is not None and not condition.ever:
        hint = "`ever: true` asks for it in any episode of the child"
        yield _Question((*path, "concern"), "asks for a concern", hint)
    if condition.lasted is not None:
        yield _Question((*path, "lasted"), "asks for the length")
    for name in condition.model_extra or ():
        if _is_of_episode(review, name):
            yield _Question((*path, name), f"asks for `{name}`")


def _is_of_episode(review: Review, field: str) -> bool:
    named = fields_named(review.vocabulary, field)
    return len(named) == 1 and _kind_is_of_episode(review, named[0][0])


def _kind_is_of_episode(review: Review, kind: str) -> bool:
    known = review.vocabulary.kinds.get(kind)
    return known is not None and known.home == "episode"


def check_subject(edition: Edition) -> None:
    """Check whose duty it is."""
    per = edition.rule.per
    if edition.rule.grade is not None:
        if per == "child":
            message = "a grade belongs to an episode, not to a child"
            edition.fault("per", "grade-of-child", message, "leave `per` out")
    elif per is None and len(edition.all_homes()) > 1:
        message = "some triggers are about the child, others about an episode"
        edition.fault("on", "mixed-triggers", message, _subject_hint(edition))
    elif per == "episode" and edition.counts:
        message = "a count of episodes is about the child, not about one episode"
        edition.fault("per", "count-of-episode", message, _subject_hint(edition))
    elif per == "child" and edition.repeats:
        message = "what comes again and again is a duty of the open episode, not of the child"
        edition.fault("per", "every-of-child", message, _subject_hint(edition))
    elif edition.rule.while_ is not None and edition.is_of_child():
        message = "`while` is for duties of an episode, and this is one of the child"
        edition.fault("while", "while-of-child", message, _episode_hint(edition))


def _subject_hint(edition: Edition) -> str:
    """Say which subjects the triggers leave to choose from."""
    if edition.counts and edition.repeats:
        return "make them rules of their own"
    if len(edition.all_homes()) < 2:  # noqa: PLR2004 - all about the same
        return "leave `per` out"
    if edition.counts or edition.repeats:
        per = "child" if edition.counts else "episode"
        return f"write `per: {per}`, or make them rules of their own"
    return "say whose duty it is: `per: child` or `per: episode`"


def _episode_hint(edition: Edition) -> str:
    """Say how a duty of the child could be one of an episode."""
    return "" if edition.counts else "`per: episode` makes it one of each open episode"


def _check_asked(edition: Edition) -> None:
    """Check that a duty of the child asks nothing that only an episode can answer."""
    if edition.rule.grade is not None or not edition.is_of_child():
        return
    for path, condition in edition.releases():
        if isinstance(condition, str) or condition.entry is None:
            check_of_child(edition.review, path, condition, _release_hint(edition))
    if edition.rule.if_ is not None and not any(
        trigger.entry is None or edition.homes(trigger) != {"child"} for trigger in edition.triggers
    ):
        check_of_child(edition.review, edition.at("if"), edition.rule.if_, _episode_hint(edition))


def _release_hint(edition: Edition) -> str:
    """Say what could release from a duty of the child instead."""
    entry = "by itself under `unless`, `{entry: ...}` is an entry of the child or any episode"
    return _episode_hint(edition) or entry
