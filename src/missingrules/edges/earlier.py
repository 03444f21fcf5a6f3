"""Earlier episodes of the child, for what counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.edges.spacing import before, edge, near
from missingrules.edges.wants import FieldSlot, NumberSlot, of_child, only_said
from missingrules.terms import MAYBE, YES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from missingrules.edges.build import Builder
    from missingrules.edges.plan import Plan, Timing
    from missingrules.edges.scene import Scene
    from missingrules.edges.wants import Numbered, Slot, Wants


def that_count(  # noqa: PLR0913 - everything that earlier episodes hang on
    builder: Builder,
    scene: Scene,
    slot: Slot,
    want: Numbered,
    plan: Plan,
    timing: Timing,
    variant: int,
) -> Scene:
    """Put so many episodes on record that with the one in question a condition counts enough.

    Whether that one counts itself is found out by trying: variants differ by one episode.
    """
    assert isinstance(slot, NumberSlot)  # noqa: S101 - numbers stand nowhere else
    policy = builder.policy
    term, window, placed_by = policy.counts[slot.number]
    name = f"P{slot.number}-"
    if not want.reported:
        for number, place in enumerate(near(window, timing.report, want.number, policy.calendar)):
            scene = scene.put("fim_notified", place, f"{name}{number}")
        return scene
    number = want.number
    if plan.of_episode:
        number += -variant if want.under else variant - 1
    counted = next(builder.solver.ways([(term.node, YES if want.sure else MAYBE)]), None)
    if counted is None or number <= 0 or want.number == 0:
        return scene
    end = timing.report
    if placed_by == "missing_since" and timing.missing_since is not None:
        end = timing.missing_since
    places = near(window, end, number, policy.calendar)
    if window is not None and want.oldest != "near":
        distance = edge(window) + (want.oldest == "outside")
        places[0] = before(window, end, distance)
    return past(builder, scene, counted, places, name, variant)


def past(  # noqa: PLR0913 - everything that earlier episodes hang on
    builder: Builder,
    scene: Scene,
    counted: Wants,
    places: Iterable[int],
    name: str,
    variant: int = 0,
) -> Scene:
    """Put episodes on record at these instants, each with what makes it count."""
    for number, place in enumerate(places, 1):
        scene = one_more(builder, scene, counted, place, f"{name}{number}", variant)
    return scene


def one_more(  # noqa: PLR0913 - everything that an episode hangs on
    builder: Builder, scene: Scene, counted: Wants, place: int, episode: str, variant: int = 0
) -> Scene:
    """Put one episode on record, with what is wanted of it recorded at the report.

    Raises :class:`missingrules.edges.build.UnbuildableError` where nothing can be.
    """
    said = dict(only_said(counted, "episode"))
    fields = builder.fields("reported", said, place, variant)
    scene = scene.put("reported", place, episode, fields=fields)
    rest = {
        slot: want
        for slot, want in counted.items()
        if not (isinstance(slot, FieldSlot) and slot.kind == "reported")
        and not of_child(slot, builder.policy)
    }
    return builder.later(scene, rest, place, episode, variant)
