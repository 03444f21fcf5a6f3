"""What there is to see of the triggers of a rule: kinds of entry, counts, windows, durations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules import finding as outcomes
from missingrules.cases.conditions import asked, condition, of_entry
from missingrules.cases.judged import Aspect, at_sides, sides_of
from missingrules.cases.limits import BACK, PLACED, back
from missingrules.cases.nearness import beside
from missingrules.cases.points import point_of
from missingrules.duties import Floor, OnCount, OnEntry, OnEvery, OnGap, OnOpen
from missingrules.kernel.counting import fullest
from missingrules.kernel.noted import WindowTest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules.calendar import Calendar, Duration
    from missingrules.cases.judged import Judged
    from missingrules.cases.nearness import Side
    from missingrules.cases.points import Anatomy, Point
    from missingrules.duties import Duty, Trigger

LASTED: Final[dict[Side, str]] = {
    "short": "just short of it",
    "at": "just reached",
    "past": "just past it",
}
NUMBER: Final = {-1: "one fewer", 0: "just so many", 1: "one more"}


def trigger_aspects(anatomy: Anatomy, duty: Duty, trigger: Trigger) -> Iterator[Aspect]:
    """List what there is to see of one trigger."""
    match trigger:
        case OnEntry(kinds):
            yield _kinds(duty, trigger)
            for kind, check in kinds.items():
                if check is not None:
                    selects = of_entry(duty, "where", check, kind)
                    yield condition(anatomy, duty, f"on {kind}", check, selects)
        case OnCount():
            yield from _counted(anatomy, duty, trigger)
        case OnOpen(duration, strict, since):
            words = f"{_more(strict)} {duration} since {since.replace('_', ' ')}"
            points = sides_of(duty, "open", words, LASTED)
            yield at_sides(points, lambda judged: _open(judged, duty.calendar, duration, since))
        case OnEvery():
            yield from _repeated(anatomy, duty, trigger)
        case OnGap(duration, strict):
            yield from _gap(duty, duration, f"{_more(strict)} {duration}")


def _more(strict: bool) -> str:  # noqa: FBT001 - as triggers have it
    return "more than" if strict else "at least"


def _repeated(anatomy: Anatomy, duty: Duty, trigger: OnEvery) -> Iterator[Aspect]:
    """When it begins to repeat, and what shortens the interval."""
    first = trigger.first_after
    if first is not None:
        points = sides_of(duty, "first after", str(first), LASTED)
        yield at_sides(points, lambda judged: _open(judged, duty.calendar, first, "reported"))
    for shorter, _ in trigger.sooner:
        yield condition(anatomy, duty, "sooner", shorter, asked(duty, "every", shorter))


def _gap(duty: Duty, duration: Duration, words: str) -> Iterator[Aspect]:
    """How long a child was missing before the report, where anybody recorded it."""
    points = sides_of(duty, "gap", words, LASTED)
    yield at_sides(points, lambda judged: _gaps(judged, duty.calendar, duration))
    unknown = point_of(duty, "gap", words, "since when, nobody recorded")
    yield Aspect(
        frozenset([unknown]),
        lambda judged: (
            unknown for one in judged.of(duty) if one.outcome == outcomes.INDETERMINATE
        ),
    )


def _counted(anatomy: Anatomy, duty: Duty, trigger: OnCount) -> Iterator[Aspect]:
    """What counts, how many, how far back, and what the labels say."""
    yield _count(duty, trigger)
    if trigger.window is not None and trigger.number > 1:  # one episode decides by itself
        yield _window(duty, trigger)
    if trigger.since_action:
        yield _afresh(duty, trigger)
    term, label = trigger.term, trigger.label
    yield condition(
        anatomy, duty, "counts", term, lambda a, _: a.role == "term" and a.condition is term
    )
    if label is not None:
        yield condition(
            anatomy,
            duty,
            "as recorded",
            label,
            lambda a, _: a.role == "label" and a.condition is label,
        )
        yield _masked(duty)


def _kinds(duty: Duty, trigger: OnEntry) -> Aspect:
    """Each kind of entry that triggers the rule."""
    points = {kind: point_of(duty, "on", kind, "triggers it") for kind in trigger.kinds}

    def shown(judged: Judged) -> Iterator[Point]:
        anchors = {o.anchor.entry_id for o in judged.walk.openings if o.duty is duty}
        if isinstance(duty.effect, Floor):
            anchors = {entry_id for one in judged.of(duty) for entry_id in one.evidence}
        for kind in filter(None, map(judged.kind, anchors)):
            if kind in points:
                yield points[kind]

    return Aspect(frozenset(points.values()), shown)


def _tests(judged: Judged, duty: Duty, trigger: OnCount) -> Iterator[WindowTest]:
    """Give each time that the count was held against its threshold.

    Of a count that demands a grade the kernel keeps no record; it is made again in the same way.
    """
    if not isinstance(duty.effect, Floor):
        for test in judged.walk.window_tests:
            if test.rule == duty.rule and test.trigger is trigger:
                yield test
        return
    number = trigger.term.number
    begun = [(e, e.counted[number].at) for e in judged.walk.episodes if number in e.counted]
    for at in sorted({at for _, at in begun}):
        counted = tuple(episode for episode, since in begun if since <= at)
        new = [episode for episode, since in begun if since == at]
        inside, end = fullest(trigger, new, counted.__contains__, judged.walk.line(trigger))
        reached = len(inside) >= trigger.number
        yield WindowTest(duty.rule, trigger, at, end, inside, counted, frozenset(), reached)


def _count(duty: Duty, trigger: OnCount) -> Aspect:
    """The number of episodes: one fewer than asked for, just so many, one more."""
    what = f"{trigger.number} counted as {trigger.term_name}"
    points = {off: point_of(duty, "episodes", what, words) for off, words in NUMBER.items()}
    if trigger.number == 1:
        del points[-1]  # a count is made when an episode begins to count, so there is one

    def shown(judged: Judged) -> Iterator[Point]:
        for test in _tests(judged, duty, trigger):
            off = len(test.inside) - trigger.number
            if off in points:
                yield points[off]

    return Aspect(frozenset(points.values()), shown)


def _window(duty: Duty, trigger: OnCount) -> Aspect:
    """The edge of a window: where one episode decides whether the threshold is reached."""
    window, by = trigger.window, trigger.placed_by
    assert window is not None  # noqa: S101 - the caller looked
    edge = "inclusive" if window.inclusive else "exclusive"
    what = f"{window.length}, {edge}, placed by {by.replace('_', ' ')}"
    points = {words: point_of(duty, "window", what, words) for words in (*BACK.values(), PLACED)}

    def shown(judged: Judged) -> Iterator[Point]:
        for test in _tests(judged, duty, trigger):
            spare = len(test.inside) - trigger.number
            for episode in test.counted:
                inside = episode in test.inside
                if spare == (0 if inside else -1) and episode.placed(by) <= test.end:
                    yield from (points[words] for words in back(window, by, episode, test.end))

    return Aspect(frozenset(points.values()), shown)


def _afresh(duty: Duty, trigger: OnCount) -> Aspect:
    """An action that nothing had called for, and that starts the count afresh all the same."""
    point = point_of(duty, "since action", "", "an action nothing called for uses episodes up")

    def shown(judged: Judged) -> Iterator[Point]:
        done = [one.done_us for one in judged.of(duty) if one.done_us is not None]
        for test in _tests(judged, duty, trigger):
            if test.used_up and not any(at <= test.at for at in done):
                yield point

    return Aspect(frozenset([point]), shown)


def _masked(duty: Duty) -> Aspect:
    """Whether the recorded labels hid the count."""
    points = {
        True: point_of(duty, "as recorded", "", "the labels hide the threshold"),
        False: point_of(duty, "as recorded", "", "the labels reach the threshold too"),
    }
    return Aspect(
        frozenset(points.values()),
        lambda judged: (points[one.masked] for one in judged.of(duty) if one.episodes),
    )


def _open(
    judged: Judged, calendar: Calendar, duration: Duration, since: str
) -> Iterator[Side | None]:
    """How long each time away lasted, until the child was found or the case looks at it."""
    for episode in judged.walk.episodes:
        for leg in episode.legs:
            start: object = leg.start
            if since == "missing_since":
                start = leg.report.fields.get("missing_since", start)
            end = judged.walk.as_of if leg.found is None else min(leg.found, judged.walk.as_of)
            assert isinstance(start, int)  # noqa: S101 - the log holds instants as numbers
            yield beside(calendar, start, duration, end)


def _gaps(judged: Judged, calendar: Calendar, duration: Duration) -> Iterator[Side | None]:
    """How long a child was missing before the report."""
    for episode in judged.walk.episodes:
        for leg in episode.legs:
            since = leg.report.fields.get("missing_since")
            if isinstance(since, int):
                yield beside(calendar, since, duration, leg.start)
