"""What answers a duty: the entry that has to be put on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.duties import Action, Floor, Recorded
from missingrules.edges.build import UnbuildableError
from missingrules.edges.wants import FieldSlot, only_said
from missingrules.facts import PRINCIPAL
from missingrules.terms import YES

if TYPE_CHECKING:
    from missingrules.edges.opening import Opened, Stage
    from missingrules.edges.scene import Scene
    from missingrules.edges.wants import Wants


def done(
    stage: Stage,
    opened: Opened,
    at: int,
    *,
    recorded: int | None = None,
    scene: Scene | None = None,
) -> Scene | None:
    """Add what the duty asks for; None where no entry could be it."""
    effect = stage.duty.effect
    match effect:
        case Action():
            return action(stage, opened, at, recorded=recorded, scene=scene)
        case Recorded():
            return restated(stage, opened, at, recorded=recorded, scene=scene)
        case Floor():
            required = opened.finding.required_grade
            if required is None:
                return None
            return graded(opened, required, at, recorded=recorded, scene=scene)
        case _:
            return None


def action(  # noqa: PLR0913 - everything that an entry is
    stage: Stage,
    opened: Opened,
    at: int,
    *,
    kind: str | None = None,
    says: Wants | None = None,
    recorded: int | None = None,
    scene: Scene | None = None,
) -> Scene | None:
    """Add the action that a duty asks for: of its first kind, or of this one.

    ``says`` is what the entry says; without it, what the rule asks of it.
    """
    effect = stage.duty.effect
    assert isinstance(effect, Action)  # noqa: S101 - the callers looked
    name = next(iter(effect.kinds)) if kind is None else kind
    check = effect.kinds[name]
    if says is None:
        demands = [] if check is None else [(check.node, YES)]
        says = next(stage.solver.ways(demands), None)
        if says is None:
            return None
    base = opened.scene if scene is None else scene
    made = stage.layout.fields(name, says, at, opened.draft.variant)
    episode = opened.built.episode
    if made is None:
        return None
    fields, role = made
    if episode is None and stage.policy.vocabulary.kinds[name].home == "episode":
        return None
    return base.put(name, at, episode, by=role, recorded=recorded, fields=fields)


def restated(  # noqa: PLR0913 - everything that an entry is
    stage: Stage,
    opened: Opened,
    at: int,
    *,
    says: Wants | None = None,
    recorded: int | None = None,
    scene: Scene | None = None,
) -> Scene | None:
    """Add an entry like the triggering one, with the fields that are asked for.

    ``says`` is what stands in those fields; without it, what the rule asks of them.
    """
    effect = stage.duty.effect
    assert isinstance(effect, Recorded)  # noqa: S101 - the callers looked
    base = opened.scene if scene is None else scene
    anchor = base.entry(opened.built.anchor or "")
    if says is None:
        says = in_order(stage, anchor.kind)
    fields = None if says is None else filled(stage, opened, says, at)
    if fields is None:
        return None
    principal = PRINCIPAL.get(anchor.kind, "")
    kept = {
        n: v for n, v in anchor.fields.items() if n == principal or needed(stage, anchor.kind, n)
    }
    episode = opened.built.episode
    return base.put(
        anchor.kind, at, episode, by=anchor.by, recorded=recorded, fields={**fields, **kept}
    )


def in_order(stage: Stage, kind: str) -> Wants | None:
    """Give what the required fields of an entry must say."""
    effect = stage.duty.effect
    assert isinstance(effect, Recorded)  # noqa: S101 - the callers looked
    return next(stage.solver.ways([(effect.checks[kind].node, YES)]), None)


def filled(stage: Stage, opened: Opened, says: Wants, at: int) -> dict[str, object] | None:
    """Choose what stands in the required fields of an entry; lists name what is known."""
    kind = opened.scene.entry(opened.built.anchor or "").kind
    wanted = {slot: said for slot, said in only_said(says, "entry") if slot.name != "by"}
    known = warnings(stage, opened)
    try:
        made = stage.builder.fields(kind, wanted, at, opened.draft.variant, known)
    except UnbuildableError:
        return None
    return {name: value for name, value in made.items() if FieldSlot("entry", kind, name) in wanted}


def warnings(stage: Stage, opened: Opened) -> tuple[str, ...]:
    """List the markers and concerns on record that a required list has to name."""
    effect = stage.duty.effect
    named = effect.names_known if isinstance(effect, Recorded) else ()
    kinds = {"markers": ("marker_added", "marker"), "concerns": ("concern_noted", "concern")}
    wanted = [kinds[name] for name in named]
    return tuple(
        dict.fromkeys(
            str(entry.fields[field])
            for entry in opened.scene.entries
            for kind, field in wanted
            if entry.kind == kind
        )
    )


def needed(stage: Stage, kind: str, name: str) -> bool:
    """Whether an entry of a kind cannot do without a field."""
    return stage.policy.vocabulary.kinds[kind].fields[name].required


def graded(
    opened: Opened,
    grade: str,
    at: int,
    *,
    recorded: int | None = None,
    scene: Scene | None = None,
) -> Scene:
    """Add a grade."""
    base = opened.scene if scene is None else scene
    return base.put("graded", at, opened.built.episode, recorded=recorded, fields={"grade": grade})
