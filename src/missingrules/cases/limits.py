"""The numbers that stand in conditions: how long, how old, how many, and how far back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules import terms
from missingrules.calendar import Elapsed
from missingrules.cases.nearness import JUST_US, apart, beside
from missingrules.terms import UNKNOWN
from missingrules.wording import many

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.cases.judged import Judged
    from missingrules.cases.nearness import Side
    from missingrules.cases.points import Part, Point
    from missingrules.kernel.episode import Episode
    from missingrules.kernel.noted import Asked
    from missingrules.policy import Policy
    from missingrules.terms import Prop
    from missingrules.window import Window

STATES: Final = {
    terms.RUNNING: "while the time runs",
    terms.KEPT: "in order in time",
    terms.LAPSED: "not in order in time",
}
GRACE: Final[dict[Side, str]] = {
    "short": "in order just before the time is over",
    "at": "in order at its end",
    "past": "in order just after the time is over",
}
LASTED: Final[dict[Side, str]] = {
    "short": "asked just short of it",
    "at": "asked when it is just reached",
    "past": "asked just past it",
}
COUNTED: Final = {-1: "one fewer", 0: "just so many", 1: "one more"}
BACK: Final[dict[Side, str]] = {
    "short": "decided by an episode just less far back",
    "at": "decided by an episode just so far back",
    "past": "decided by an episode just further back",
}
PLACED: Final = "decided by the instant that places an episode"
BIRTHDAY: Final = {-1: "asked on the day before the birthday", 0: "asked on the birthday"}


def limits_of(policy: Policy, part: Part) -> Iterator[Point]:
    """List the sides of the number that a part has."""
    match part.node:
        case terms.Grace(state=state):
            within = policy.graces[state.number][2]
            yield from (part.point(f"{within}: {words}") for words in STATES.values())
            yield from (part.point(f"{within}: {words}") for words in GRACE.values())
        case terms.Is(prop=prop) if prop.what == "lasted":
            since = policy.lasted[prop.number][1].replace("_", " ")
            yield from (part.point(f"since {since}: {words}") for words in LASTED.values())
        case terms.Between():
            for limit in _limits(part.node):
                years = many(limit, "year")
                yield from (part.point(f"{years}: {words}") for words in BIRTHDAY.values())
        case terms.AtLeast(low, _, number):
            offs = [off for off in COUNTED if number + off >= 0]
            yield from (part.point(_in_window(policy, low, COUNTED[off])) for off in offs)
            if policy.counts[low.number][1] is not None:
                yield from (part.point(_in_window(policy, low, words)) for words in BACK.values())
                yield part.point(_in_window(policy, low, PLACED))


def sides_shown(judged: Judged, part: Part, one: Asked) -> Iterator[Point]:
    """Give the sides of the number of a part that a question shows."""
    match part.node:
        case terms.Grace(state=state):
            yield from _grace(judged, part, state, one)
        case terms.Is(prop=prop) if prop.what == "lasted":
            side = _lasted(judged, prop, one)
            if side is not None:
                since = judged.walk.policy.lasted[prop.number][1].replace("_", " ")
                yield part.point(f"since {since}: {LASTED[side]}")
        case terms.Between(prop=prop) if one.facts.get(prop, UNKNOWN) != UNKNOWN:
            yield from _birthdays(judged, part, one)
        case terms.AtLeast(low, high, number):
            policy, found = judged.walk.policy, one.facts.get(low, 0)
            if found == one.facts.get(high, 0) and found - number in COUNTED:
                yield part.point(_in_window(policy, low, COUNTED[found - number]))
            for words in _back(judged, low, number, one):
                yield part.point(_in_window(policy, low, words))


def _grace(judged: Judged, part: Part, state: Prop, one: Asked) -> Iterator[Point]:
    """How a time of grace stands, and how near its end all came to be in order."""
    within = judged.walk.policy.graces[state.number][2]
    words = STATES.get(one.facts.get(state, 0))
    if words is not None:
        yield part.point(f"{within}: {words}")
    for grace in judged.graces(state.number):
        if grace.episode == one.episode_id and grace.in_order is not None:
            side = apart(grace.in_order - grace.end, JUST_US)
            if side is not None:
                yield part.point(f"{within}: {GRACE[side]}")


def _birthdays(judged: Judged, part: Part, one: Asked) -> Iterator[Point]:
    """How near a birthday an age was asked for."""
    born, calendar = judged.walk.born, judged.walk.policy.calendar
    if born is None or not isinstance(part.node, terms.Between):
        return
    for limit in _limits(part.node):
        birthday = calendar.birthday(born[0], limit)  # type: ignore[arg-type]
        off = calendar.day(one.at) - calendar.day(birthday)
        if off in BIRTHDAY:
            yield part.point(f"{many(limit, 'year')}: {BIRTHDAY[off]}")


def _limits(node: terms.Between) -> Iterator[int]:
    """The birthdays that a band of ages begins and ends with."""
    if node.low > 0:
        yield node.low
    if node.high != UNKNOWN:
        yield node.high


def _in_window(policy: Policy, low: Prop, words: str) -> str:
    _, window, placed_by = policy.counts[low.number]
    if window is None:
        return f"ever: {words}"
    edge = "inclusive" if window.inclusive else "exclusive"
    return f"within {window.length}, {edge}, placed by {placed_by.replace('_', ' ')}: {words}"


def _lasted(judged: Judged, prop: Prop, one: Asked) -> Side | None:
    """How near an episode was to having lasted so long when it was asked."""
    duration, since = judged.walk.policy.lasted[prop.number]
    episode = judged.episode(one.episode_id)
    leg = None if episode is None else episode.leg(one.at)
    if leg is None:
        return None
    start: object = leg.start if since == "reported" else leg.report.fields.get(since)
    end = one.at if leg.found is None else min(one.at, leg.found)
    calendar = judged.walk.policy.calendar
    return beside(calendar, start, duration, end) if isinstance(start, int) else None


def _back(judged: Judged, low: Prop, number: int, one: Asked) -> Iterator[str]:
    """How far back the episode lies that decides a count, inside its window or not."""
    term, window, placed_by = judged.walk.policy.counts[low.number]
    if window is None or window.length is None:
        return
    episode = judged.episode(one.episode_id)
    end = one.at if episode is None or not episode.legs else episode.placed(placed_by)
    spare = one.facts.get(low, 0) - number
    for other in judged.walk.episodes:
        since = other.counted.get(term.number)
        placed = other.placed(placed_by)
        if since is None or since.at > one.at or placed > end:
            continue
        if spare == (0 if window.holds(placed, end) else -1):
            yield from back(window, placed_by, other, end)


def back(window: Window, placed_by: str, episode: Episode, end: int) -> Iterator[str]:
    """Say how far back an episode lies, and whether it hangs on the instant that places it."""
    side = distance(window, episode.placed(placed_by), end)
    if side is not None:
        yield BACK[side]
    other = episode.placed("missing_since" if placed_by == "reported" else "reported")
    if window.holds(other, end) != window.holds(episode.placed(placed_by), end):
        yield PLACED


def distance(window: Window, placed: int, end: int) -> Side | None:
    """Say on which side of the length of a window an episode lies, counted back from its end."""
    far = window.key(end) - window.key(placed)
    if isinstance(window.length, Elapsed):
        return apart(far - window.length.us, JUST_US)
    return None if window.length is None else apart(far - window.length.count, 1)
