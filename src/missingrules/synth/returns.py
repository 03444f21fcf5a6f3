"""What follows the return: interviews, the notification of the police, and who gets it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

from missingrules.synth.chance import weighted
from missingrules.synth.child import DAY, HOUR, MINUTE
from missingrules.synth.said import say

if TYPE_CHECKING:
    from missingrules.synth.chance import Weighted
    from missingrules.synth.child import Child, Situation
    from missingrules.synth.said import Fields

_SHARED_WITH: Final = weighted(
    (0.6, ("childrens_social_care",)),
    (0.25, ("childrens_social_care", "health")),
    (0.15, ("childrens_social_care", "health", "school")),
)
_VERDICTS: Final = weighted((0.5, "good"), (0.4, "requires_improvement"), (0.1, "inadequate"))
_PPN_READ: Final = say("ppn_reviewed", "supervisor")
_PPN_AT_MASH: Final = say("ppn_reviewed", "mash")
_OFFERED: Final = say("return_interview_offered", "childrens_social_care")
_DECLINED: Final = say("return_interview_declined", "childrens_social_care")
_HELD: Final = say("return_interview_held", "childrens_social_care")
_SHARED: Final = say(
    "return_interview_shared", "childrens_social_care", ("shared_with", ("police",))
)

# Whether each is stated; an answer that nobody gave is left out.
_YES: Final[tuple[tuple[float, str | None], ...]] = ((0.8, "yes"), (0.1, "no"), (0.1, None))


def _answers(*names: str) -> Weighted[Fields]:
    """Weigh all ways to answer several questions, each apart."""
    ways: list[tuple[float, Fields]] = []
    for answers in itertools.product(_YES, repeat=len(names)):
        share = 1.0
        fields: Fields = ()
        for name, (part, answer) in zip(names, answers, strict=True):
            share *= part
            fields += () if answer is None else ((name, answer),)
        ways.append((share, fields))
    return weighted(*ways)


_VOICE: Final = _answers("voice_of_child")
_NOTIFIED: Final = {
    "found": _answers("voice_of_child", "ethnicity", "school"),
    "missing": _answers("ethnicity", "school"),
}


def returned(child: Child, episode: str, back: int, situation: Situation) -> None:
    """Note a return, and what is owed after it: a child still under the wrong label gets less."""
    chance, habits = child.chance, child.habits
    if chance.share(habits.return_recorded):
        place = child.place if chance.share(0.95) else "hospital"
        child.note(back, episode, say("returned", "officer", ("to", place)))
    if chance.share(habits.prevention_interview):
        mode = "phone" if chance.share(habits.by_phone) else "in_person"
        answer = chance.pick(_VOICE)
        interview = say("prevention_interview", "officer", ("mode", mode), *answer)
        child.note(back + chance.whole(10 * MINUTE, 20 * HOUR), episode, interview)
    usual = 0.5 if situation.label == "concern_for_safety" else 1.0
    if chance.share(usual * habits.ppn_submitted):
        notified(child, episode, back + chance.whole(HOUR, 22 * HOUR), "found", situation)
    if chance.share(usual * habits.return_interview_offered):
        _return_interview(child, episode, back)


def notified(child: Child, episode: str, at: int, stage: str, situation: Situation) -> None:
    """Note a notification, written when the child went missing or was found, and its way on."""
    chance = child.chance
    fields = (("stage", stage), *chance.pick(_NOTIFIED[stage]))
    carried = tuple(risk for risk in situation.risks if chance.share(0.7))
    if carried:
        fields += (("carries", carried),)
    child.note(at, episode, say("ppn_submitted", "officer", *fields))
    if chance.share(0.15):
        child.note(at + chance.whole(HOUR, 30 * HOUR), episode, _PPN_READ)
    if chance.share(child.area.ppn_shared):
        reviewed = at + chance.whole(HOUR, 40 * HOUR)
        if chance.share(0.3):
            child.note(reviewed, episode, _PPN_AT_MASH)
        shared = say("ppn_shared", "mash", ("shared_with", chance.pick(_SHARED_WITH)))
        child.note(reviewed + chance.whole(10 * MINUTE, 6 * HOUR), episode, shared)


def _return_interview(child: Child, episode: str, back: int) -> None:
    """Note the offer and what came of it; interviews are held between 09:00 and 18:00."""
    chance, habits = child.chance, child.habits
    offered = back + chance.whole(HOUR, 9 * HOUR)
    child.note(offered, episode, _OFFERED)
    if chance.share(habits.return_interview_declined):
        child.note(offered + chance.whole(MINUTE, DAY), episode, _DECLINED)
        return
    if not chance.share(0.85):
        return  # nobody recorded what came of it
    # At 18:00 on the second day 66 hours have passed at most, at 09:00 on the fourth at least 81.
    in_time = chance.share(child.area.interviews_in_time)
    days = chance.whole(1, 2) if in_time else chance.whole(4, 25)
    held = back - back % DAY + days * DAY + chance.whole(9 * HOUR, 18 * HOUR)
    child.note(held, episode, _HELD)
    if chance.share(habits.return_interview_shared):
        child.note(held + chance.whole(HOUR, 10 * DAY), episode, _SHARED)
    if chance.share(0.02):
        verdict = ("verdict", chance.pick(_VERDICTS))
        review = say("quality_reviewed", "supervisor", ("of", "return_interview_held"), verdict)
        child.note(held + chance.whole(5 * DAY, 60 * DAY), episode, review)
