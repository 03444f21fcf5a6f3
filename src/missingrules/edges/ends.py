"""Rows on what ends a duty: a release, the child being found, a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from missingrules import finding as outcomes
from missingrules.duties import Action, Floor, OnEntry, OnEvery, Recorded
from missingrules.edges.applies import drafts_of
from missingrules.edges.build import EPISODE
from missingrules.edges.calm import DAY, HOUR, MINUTE
from missingrules.edges.opening import at_once
from missingrules.edges.spacing import full
from missingrules.edges.times import last_minute
from missingrules.edges.wants import REASONS
from missingrules.edges.words import plain
from missingrules.terms import NO, YES, Condition

if TYPE_CHECKING:
    from missingrules.edges.conditions import Branch
    from missingrules.edges.opening import Opened, Stage
    from missingrules.edges.row import Table
    from missingrules.edges.scene import Scene
    from missingrules.edges.wants import Wants

_OTHER_ROLES: Final = ("officer", "call_handler", "supervisor", "duty_inspector")
_LATER: Final = 10 * MINUTE


def middle(stage: Stage, opened: Opened) -> int:
    """Give an instant inside the time allowed, a while after the duty arose."""
    if opened.finding.due_us is None:
        return opened.at + HOUR
    room = (last_minute(stage, opened) - opened.at) // 2 // MINUTE * MINUTE
    return opened.at + max(0, min(HOUR, room))


def end(stage: Stage, opened: Opened) -> int:
    """Give the last minute of the time allowed; a day later where none is stated."""
    return opened.at + DAY if opened.finding.due_us is None else last_minute(stage, opened)


# --- Releases -------------------------------------------------------------------------------------


def releases(table: Table, stage: Stage) -> None:
    """Add rows for whatever releases from the duty, and for when it comes too late."""
    opened = stage.base
    if opened is None:
        return
    for form in stage.duty.unless:
        if isinstance(form, OnEntry):
            _by_entry(table, stage, opened, form)
        else:
            _by_condition(table, stage, opened, form)


def _by_entry(table: Table, stage: Stage, opened: Opened, form: OnEntry) -> None:
    last = end(stage, opened)
    for kind, check in form.kinds.items():
        phrase = stage.policy.vocabulary.kinds[kind].phrase
        demands = [] if check is None else [(check.node, YES)]
        says = next(stage.solver.ways(demands), None)
        if says is None:
            table.cannot(phrase, "no entry of this kind can say what it must")
            continue
        times = [("in the last minute", last)]
        if opened.finding.due_us is not None:
            times.append(("a minute too late", last + MINUTE))
        times.append(("a minute before the duty arose", opened.at - MINUTE))
        for tried, at in times:
            scene = entered(stage, opened, kind, says, at)
            if scene is not None:
                table.case(f"{phrase} {tried}", opened, max(at, opened.at), scene)
        if check is not None:
            _not_that(table, stage, opened, kind, check, phrase)


def _not_that(  # noqa: PLR0913 - all sides of one entry
    table: Table, stage: Stage, opened: Opened, kind: str, check: Condition, phrase: str
) -> None:
    """Add an entry of the kind that does not say what releases."""
    at = middle(stage, opened)
    for branch in stage.solver.branches(check.node, NO):
        says = stage.solver.solve(branch)
        scene = None if says is None else entered(stage, opened, kind, says, at)
        if scene is not None:
            table.case(f"{phrase}: {branch.setting.words}", opened, at, scene)


def entered(stage: Stage, opened: Opened, kind: str, says: Wants, at: int) -> Scene | None:
    """Add an entry that says what is wanted; None where none can, or there is no episode."""
    made, episode = stage.layout.fields(kind, says, at, opened.draft.variant), opened.built.episode
    if made is None:
        return None
    if episode is None and stage.policy.vocabulary.kinds[kind].home == "episode":
        return None
    fields, role = made
    return opened.scene.put(kind, at, episode, by=role, fields=fields)


def _by_condition(table: Table, stage: Stage, opened: Opened, form: Condition) -> None:
    for branch in stage.solver.branches(form.node, YES):
        words = branch.setting.words
        _already(table, stage, branch)
        last = end(stage, opened)
        released = _comes(stage, opened, branch, last)
        if released is None:
            table.cannot(
                f"in the last minute: {words}", "no later entry was found to bring it about"
            )
            continue
        table.case(f"in the last minute: {words}", opened, last, released, branch=branch)
        if opened.finding.due_us is not None:
            late = _comes(stage, opened, branch, last + MINUTE, wanted=None)
            if late is not None:
                table.case(
                    f"a minute too late: {words}", opened, last + MINUTE, late, branch=branch
                )


def _comes(
    stage: Stage,
    opened: Opened,
    branch: Branch,
    at: int,
    wanted: str | None = outcomes.NOT_APPLICABLE,
) -> Scene | None:
    """Bring a branch about at an instant by further entries; None unless the kernel agrees."""
    for tried, wants in enumerate(stage.solver.solutions(branch)):
        if tried == _TRIES:
            break
        scene = stage.layout.later(opened.scene, wants, at, opened.built.episode)
        if scene is None:
            continue
        found = [f for f in stage.judged(scene, at)[0] if stage.concerns(f)]
        if wanted is None or any(f.outcome == wanted for f in found):
            return scene
    return None


_TRIES: Final = 8


def _already(table: Table, stage: Stage, branch: Branch) -> None:
    """Add what releases, when it is the case from the beginning."""
    tried = f"from the beginning: {branch.setting.words}"
    condition = stage.duty.condition
    more = () if condition is None else ((condition.node, YES),)
    for draft in drafts_of(stage, branch, more):
        built = stage.layout.laid(draft, stage.at)
        found = None if built is None else stage.first(built, stage.at)
        if built is not None and found is not None and found.outcome == outcomes.NOT_APPLICABLE:
            as_of = max(stage.at, full(found.opened_us))
            table.add(tried, built.scene, as_of, built.episode, branch=branch)
            return
    table.cannot(tried, "no record was found on which it is so when the duty arises")


# --- The child is found ---------------------------------------------------------------------------


def found(table: Table, stage: Stage) -> None:
    """Add rows on the end of the episode before, at and after the end of the time allowed."""
    opened, duty = stage.base, stage.duty
    if opened is None or opened.built.episode is None or duty.per == "child":
        return
    effect = duty.effect
    if not isinstance(effect, Action | Floor | Recorded) or at_once(opened.finding):
        return
    if any(isinstance(trigger, OnEvery) for trigger in duty.triggers):
        return
    last, look = end(stage, opened), end(stage, opened) + MINUTE
    before = middle(stage, opened)
    ends = duty.ends or ("open" if isinstance(effect, Floor) else None)
    if ends is None:
        scene = opened.scene.put("returned", before, EPISODE)
        if not any(e.kind in ("returned", "closed") for e in opened.scene.entries):
            table.case(f"the child is back, and it is {stage.verbs[1]}", opened, look, scene)
        return
    kinds = ("located", "returned") if ends == "open" else ("located", "returned", "closed")
    for kind in kinds:
        name = stage.policy.vocabulary.kinds[kind].phrase
        scene = opened.scene.put(kind, before, EPISODE)
        table.case(f"{name} before the end of the time allowed", opened, look, scene)
    kind = "located" if ends == "open" else "returned"
    name = stage.policy.vocabulary.kinds[kind].phrase
    if opened.finding.due_us is None:
        return
    for tried, at in (("in the last minute", last), ("a minute too late", last + MINUTE)):
        scene = opened.scene.put(kind, at, EPISODE)
        table.case(f"{name} {tried}", opened, look, scene)


# --- Decisions ------------------------------------------------------------------------------------


def decisions(table: Table, stage: Stage) -> None:
    """Add rows on who may decide that the action is not required, until when, and how."""
    opened, effect = stage.base, stage.duty.effect
    if opened is None or not isinstance(effect, Action):
        return
    if opened.finding.outcome != outcomes.PENDING:
        return
    at, last = middle(stage, opened), end(stage, opened)
    deciders = sorted(stage.duty.deciders)
    for role in deciders:
        scene = _decided(stage, opened, role, at)
        table.case(f"decided by {plain(role)}, with reasons", opened, at, scene)
    other = next(role for role in (*_OTHER_ROLES, "somebody") if role not in deciders)
    scene = _decided(stage, opened, other, at)
    table.case(f"decided by {plain(other)}, with reasons", opened, at, scene)
    if not deciders:
        return
    role = deciders[0]
    silent = _decided(stage, opened, role, at, reasons=False)
    table.case(f"decided by {plain(role)}, without reasons", opened, at, silent)
    if opened.finding.due_us is not None:
        scene = _decided(stage, opened, role, last)
        table.case(f"decided by {plain(role)} in the last minute", opened, last, scene)
        scene = _decided(stage, opened, role, last + MINUTE)
        table.case(f"decided by {plain(role)} a minute too late", opened, last + MINUTE, scene)
    scene = _decided(stage, opened, role, opened.at - MINUTE)
    table.case(f"decided by {plain(role)} before the duty arose", opened, opened.at, scene)


def _decided(stage: Stage, opened: Opened, role: str, at: int, *, reasons: bool = True) -> Scene:
    effect = stage.duty.effect
    assert isinstance(effect, Action)  # noqa: S101 - the caller looked
    fields: dict[str, object] = {"action": next(iter(effect.kinds))}
    if reasons:
        fields["rationale"] = REASONS
    episode = None if stage.duty.per == "child" else opened.built.episode
    return opened.scene.put("decided_not_required", at, episode, by=role, fields=fields)
