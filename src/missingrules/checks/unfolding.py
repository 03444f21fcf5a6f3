"""Terms that name terms: in a circle, or unfolding to more than anybody could have meant.

A term stands for its condition wherever it is named. So a few lines, each naming the line above it
twice, would be a condition of millions of parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from missingrules.checks.review import Review
    from missingrules.language import Condition, ConditionForm
    from missingrules.yamlsource import Path

MOST_PARTS: Final = 500
DEEPEST: Final = 60


class Size(NamedTuple):
    """How many parts a condition has with its terms written out, and how deep they go."""

    parts: int
    depth: int


def parts_of(path: Path, condition: ConditionForm) -> Iterator[tuple[Path, Condition]]:
    """List the conditions inside a condition."""
    for key, parts in (("all", condition.all_), ("any", condition.any_), ("of", condition.of)):
        for number, part in enumerate(parts or ()):
            yield (*path, key, number), part
    if condition.not_ is not None:
        yield (*path, "not"), condition.not_


def check_unfolding(review: Review) -> None:
    """Report each circle of terms once, at the term of it that stands first, and what is too large.

    Notes the size of every term in the review.
    """
    terms = review.file.terms
    uses = {
        name: [term for term in dict.fromkeys(_terms_in(terms[name])) if term in terms]
        for name in terms
    }
    for start in terms:
        trail: dict[str, None] = {}
        ahead = [iter([start])]  # what is still to be looked at, of each name on the trail
        while ahead:
            name = next(ahead[-1], None)
            if name is None:
                ahead.pop()
                if trail:
                    _finish(review, trail.popitem()[0], uses)
            elif name in trail:
                names = [*trail]
                circle = [*names[names.index(name) :], name]
                message = f"a term rests on itself: {' -> '.join(circle)}"
                review.key_fault(("terms", name), "circular-terms", message)
            elif name not in review.sizes:
                trail[name] = None
                ahead.append(iter(uses[name]))


def _finish(review: Review, name: str, uses: Mapping[str, list[str]]) -> None:
    """Note the size of a term; of those that are too large for one reason the first is reported."""
    size = review.sizes[name] = _size(review.file.terms[name], review.sizes)
    if not any(_is_too_large(review.sizes.get(used)) for used in uses[name] if used != name):
        _report(review, ("terms", name), size)


def check_size(review: Review, path: Path, condition: Condition) -> None:
    """Report a condition that is too large only because of what it adds to its terms."""
    if not any(_is_too_large(review.sizes.get(name)) for name in _terms_in(condition)):
        _report(review, path, _size(condition, review.sizes))


def _report(review: Review, path: Path, size: Size) -> None:
    if not _is_too_large(size):
        return
    limit = f"more than {MOST_PARTS:,} parts"
    if size.depth > DEEPEST:
        limit = f"more than {DEEPEST} levels"
    message = f"with its terms written out, this condition has {limit}"
    review.key_fault(path, "condition-too-large", message, "let it name fewer terms")


def _is_too_large(size: Size | None) -> bool:
    return size is not None and (size.parts > MOST_PARTS or size.depth > DEEPEST)


def _size(condition: Condition, sizes: Mapping[str, Size]) -> Size:
    """Add up a condition. A term whose episodes are counted is not written out, only deep."""
    if isinstance(condition, str):
        inside = sizes.get(condition, _ONE)
        return Size(inside.parts + 1, inside.depth + 1)
    inner = [_size(part, sizes) for _, part in parts_of((), condition)]
    if condition.term is not None:
        inner.append(sizes.get(condition.term, _ONE))
    if condition.counted is not None:
        inner.append(Size(1, sizes.get(condition.counted.episodes, _ONE).depth))
    parts = sum(size.parts for size in inner)
    return Size(parts + 1, max((size.depth for size in inner), default=0) + 1)


_ONE: Final = Size(1, 1)


def _terms_in(condition: Condition) -> Iterator[str]:
    if isinstance(condition, str):
        yield condition
        return
    if condition.term is not None:
        yield condition.term
    if condition.counted is not None:
        yield condition.counted.episodes
    for _, part in parts_of((), condition):
        yield from _terms_in(part)
