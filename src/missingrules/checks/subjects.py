"""Whose duty a rule is, and what such a duty may ask.

A duty of the child is judged on what is known of the child. What only an episode can answer would
never hold there, so a policy that asks it is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from missingrules.checks.unfolding import parts_of
from missingrules.checks.words import fields_named

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.checks.edition import Edition
    from missingrules.checks.review import Review
    from missingrules.language import Condition, ConditionForm
    from missingrules.yamlsource import Path


# --- Whose duty it is -----------------------------------------------------------------------------


def check_subject(edition: Edition) -> None:
    """Check whose duty it is."""
    per = edition.rule.per
    if edition.rule.grade is not None:
        if per == "child":
            message = "a grade belongs to an episode, not to a child"
            edition.fault("per", "grade-of-child", message, "leave `per` out")
    elif per is None and len(edition.all_homes()) > 1:
        message = "some triggers are about the child, others about an episode"
        edition.fault("on", "mixed-triggers", message, _choice(edition))
    elif per == "episode" and edition.counts:
        message = "a count of episodes is about the child, not about one episode"
        edition.fault("per", "count-of-episode", message, _choice(edition))
    elif per == "child" and edition.repeats:
        message = "what comes again and again is a duty of the episode, not of the child"
        edition.fault("per", "every-of-child", message, _choice(edition))
    elif edition.rule.while_ is not None and edition.is_of_child():
        message = "`while` is for duties of an episode, and this is one of the child"
        edition.fault("while", "while-of-child", message, _of_episode(edition))


def _choice(edition: Edition) -> str:
    """Say whose duty it can be, beside its triggers."""
    if edition.counts and edition.repeats:
        return "make them rules of their own"
    if len(edition.all_homes()) == 1:
        return "leave `per` out"
    if edition.counts or edition.repeats:
        per = "child" if edition.counts else "episode"
        return f"write `per: {per}`, or make them rules of their own"
    return "say whose duty it is: `per: child` or `per: episode`"


def _of_episode(edition: Edition) -> str:
    """Say how a duty of the child becomes one of an episode, if it can."""
    if edition.counts:
        return ""
    if edition.all_homes() == {"episode"}:
        return "without `per` it is a duty of the episode"
    return "`per: episode` makes it one of each open episode"


# --- What it may ask ------------------------------------------------------------------------------


def check_asked(edition: Edition) -> None:
    """Check that a duty of the child asks nothing that only an episode can answer.

    `{entry: ...}` by itself under `unless` is no condition, but names entries that release. An `if`
    is read at the episode that triggers the rule, where there is one.
    """
    if edition.rule.grade is not None or not edition.is_of_child():
        return
    of_episode = _of_episode(edition)
    other = of_episode or "`if` can ask it of the episode that was counted last"
    entry = "by itself under `unless`, `{entry: ...}` is such an entry of any episode"
    for path, condition in edition.releases():
        if isinstance(condition, str) or condition.entry is None:
            _check_asked(edition.review, path, condition, other, entry)
    if edition.rule.if_ is not None and all(
        trigger.entry is not None and edition.homes(trigger) == {"child"}
        for trigger in edition.triggers
    ):
        _check_asked(edition.review, edition.at("if"), edition.rule.if_, of_episode, of_episode)


@dataclass(frozen=True, slots=True)
class _Question:
    """Something that a condition asks of an episode, at the key or the term that asks it."""

    path: Path
    form: str
    words: str
    term: str = ""


def _check_asked(review: Review, path: Path, condition: Condition, other: str, entry: str) -> None:
    """Find fault with questions to an episode; the rest says what else would do."""
    hints = {"concern": "`ever: true` asks for it in any episode of the child", "entry": entry}
    for question in _questions(review, path, condition):
        note = review.fault if question.term else review.key_fault
        subject = f"`{question.term}`" if question.term else "this"
        message = f"{subject} asks {question.words}, and the duty is one of the child"
        note(question.path, "condition-of-episode", message, hints.get(question.form, other))


def _questions(
    review: Review, path: Path, condition: Condition, terms: tuple[str, ...] = ()
) -> Iterator[_Question]:
    """List what a condition asks of an episode; ``terms`` are those that it stands in."""
    if isinstance(condition, str):
        yield from _of_term(review, path, condition, terms)
        return
    if condition.term is not None:
        yield from _of_term(review, (*path, "term"), condition.term, terms)
    for form, words in _asked_by_form(review, condition):
        yield _Question((*path, form), form, words)
    for at, part in parts_of(path, condition):
        yield from _questions(review, at, part, terms)


def _of_term(review: Review, path: Path, name: str, terms: tuple[str, ...]) -> Iterator[_Question]:
    """Give the first question of a term, at the place that names the term."""
    if name in terms or name not in review.file.terms:
        return
    asked = _questions(review, ("terms", name), review.file.terms[name], (*terms, name))
    first = next(asked, None)
    if first is not None:
        yield _Question(path, first.form, first.words, name)


def _asked_by_form(review: Review, condition: ConditionForm) -> Iterator[tuple[str, str]]:
    """List keys of one condition that ask something of an episode, each with what it asks."""
    if condition.by is not None:
        yield "by", "whether a time of grace runs in an episode"
    if condition.recorded is not None and _is_of_episode(review, condition.recorded):
        yield "recorded", f"for `{condition.recorded}` of an episode"
    if condition.entry is not None and _kind_is_of_episode(review, condition.entry):
        yield "entry", f"for `{condition.entry}` in an episode"
    if condition.concern is not None and not condition.ever:
        yield "concern", "for a concern of an episode"
    if condition.lasted is not None:
        yield "lasted", "how long an episode has lasted"
    for name in condition.model_extra or ():
        if _is_of_episode(review, name):
            yield name, f"for `{name}` of an episode"


def _is_of_episode(review: Review, field: str) -> bool:
    named = fields_named(review.vocabulary, field)
    return len(named) == 1 and _kind_is_of_episode(review, named[0][0])


def _kind_is_of_episode(review: Review, kind: str) -> bool:
    known = review.vocabulary.kinds.get(kind)
    return known is not None and known.home == "episode"
