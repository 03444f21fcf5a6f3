"""Duties to act: what answers them, and decisions that they are not required."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from missingrules.kernel.asking import accepts, ask_entry
from missingrules.kernel.obligation import Obligation, answer, deadline, finish
from missingrules.kernel.releases import concerns, find_release
from missingrules.kernel.spells import Spells
from missingrules.record import Remark
from missingrules.terms import MAYBE, YES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from missingrules.duties import Duty
    from missingrules.entry import Entry
    from missingrules.finding import Finding
    from missingrules.kernel.episode import Episode
    from missingrules.kernel.noted import CountMoment, Opening
    from missingrules.kernel.walk import Walk


_ARISES, _COUNTS, _DONE, _DECIDED = range(4)


class Actions:
    """Actions and decisions that bear on one rule, and the obligations they answer."""

    def __init__(self, walk: Walk, rule: str, duties: Sequence[Duty]) -> None:
        """Look up the entries of the kinds that the rule asks for."""
        self.walk = walk
        self.rule = rule
        self.duties = duties
        self.actions: list[Entry] = []
        self.doubtful: list[Entry] = []
        self.decisions: list[Entry] = []
        self.decided: set[str] = set()
        self.owed: list[Obligation] = []
        self.of_episode: dict[Episode, list[Obligation]] = {}
        self.about_child = False
        self.repeated: set[Episode] = set()
        owed = walk.index.owed[rule]
        for kind in owed:
            entries = walk.by_kind.get(kind)
            if entries is not None:
                self.look_at(kind, entries)
        for entry in walk.by_kind.get("decided_not_required", ()):
            action = entry.fields.get("action")
            if action == rule or action in owed:
                self.decisions.append(entry)
        self.actions.sort(key=_place)
        self.decisions.sort(key=lambda e: (e.known, e.entry_id))
        self.by_home: dict[Episode | None, list[Entry]] = {}
        for entry in self.actions:
            self.by_home.setdefault(walk.by_entry.get(entry.entry_id), []).append(entry)

    def look_at(self, kind: str, entries: Sequence[Entry]) -> None:
        """Tell which entries of a kind are actions, and which may be."""
        checks = [duty.kinds[kind] for duty in self.duties if kind in duty.kinds]
        if checks == [None]:
            self.actions += entries
            return
        for entry in entries:
            truths = [ask_entry(self.walk, self.rule, "where", check, entry) for check in checks]
            if YES in truths:
                self.actions.append(entry)
            if MAYBE in truths:  # of another edition, perhaps
                self.doubtful.append(entry)

    def settle(self, openings: Sequence[Opening], counts: Sequence[CountMoment]) -> list[Finding]:
        """Let what arises and what is done follow one another, and say how each duty stands."""
        obligations: list[Obligation] = []
        counter = Spells(self, sure=True) if counts else None
        self.about_child = counter is not None
        for at, phase, _, item in self.events(openings, counts):
            if phase == _ARISES:
                self.arise(item, obligations)
            elif phase != _COUNTS:
                if counter is not None:
                    counter.release(at, obligations)
                done = phase == _DONE
                answered = (self.answer if done else self.decide)(obligations, item)
                if counter is not None and (answered or done):
                    counter.consume(at, answered, item)
            elif counter is not None:
                counter.moment(item, obligations)
        obligations += self.uncertain(openings, obligations)
        if counter is not None:
            obligations += counter.uncertain(counts, self.actions, obligations)
            counter.cite(obligations)
        self.owed = obligations
        for obligation in obligations:
            if obligation.done is None:
                self.doubt(obligation)
        return [finish(self.walk, obligation) for obligation in obligations]

    def events(
        self, openings: Sequence[Opening], counts: Sequence[CountMoment]
    ) -> list[tuple[int, int, int, Any]]:
        """Order what bears on the duties by instant, phase and place; no two are alike in these."""
        found: list[tuple[int, int, int, Any]] = [
            (opening.at, _ARISES, number, opening)
            for number, opening in enumerate(openings)
            if opening.truth == YES
        ]
        found += [(moment.at, _COUNTS, number, moment) for number, moment in enumerate(counts)]
        found += [(entry.at, _DONE, number, entry) for number, entry in enumerate(self.actions)]
        found += [(e.at, _DECIDED, number, e) for number, e in enumerate(self.decisions)]
        found.sort()
        return found

    def answer(self, obligations: Sequence[Obligation], entry: Entry) -> list[Obligation]:
        """Let an action answer the obligations that it is about."""
        walk = self.walk
        home = walk.by_entry.get(entry.entry_id)
        mine: Sequence[Obligation]
        if home is None or self.about_child:
            mine = [o for o in obligations if concerns(walk, o, entry)]
        else:
            mine = self.of_episode.get(home, ())
        if len(self.duties) > 1:
            mine = [o for o in mine if accepted(walk, o.duty, entry)]
        if len(mine) <= 1:
            return answer(mine, entry)
        others = [o for o in mine if o.accept_from <= entry.at and o.open_at(entry.at)]
        answered = answer(mine, entry)
        for passed in others if answered else ():
            if passed not in answered:
                # It is still open because the action answers another one.
                for taker in answered:
                    passed.cite((entry.entry_id, *taker.evidence, *taker.cited))
        return answered

    def decide(self, obligations: Sequence[Obligation], entry: Entry) -> list[Obligation]:
        """Let a decision that the action is not required stand, if policy allows it."""
        waiting = [o for o in obligations if concerns(self.walk, o, entry) and o.open_at(entry.at)]
        valid = [o for o in waiting if o.in_time(entry.known) and self.may_decide(o.duty, entry)]
        for obligation in valid:
            obligation.done, obligation.done_at, obligation.decided = entry, entry.at, True
        if valid:
            self.decided.add(entry.entry_id)
        return valid

    def may_decide(self, duty: Duty, entry: Entry) -> bool:
        """Whether a decision was taken by a role that policy permits, and says why."""
        return self.walk.policy.role(entry.by) in duty.deciders and "rationale" in entry.fields

    def remark(self) -> None:
        """Remark on decisions that do not count for a duty that they are about."""
        for entry in self.decisions:
            home = self.walk.by_entry.get(entry.entry_id)
            about = any(concerns(self.walk, obligation, entry) for obligation in self.owed)
            about = about or home in self.repeated or (home is None and bool(self.repeated))
            if about and entry.entry_id not in self.decided:
                self.walk.remarks.append(
                    Remark(
                        "decision_not_valid",
                        f"Decision {entry.entry_id} that an action is not required does not "
                        "count: it needs an open duty within its deadline, a role that policy "
                        "permits, and a rationale.",
                        entry.episode_id,
                        (entry.entry_id,),
                        self.rule,
                    )
                )

    def arise(self, opening: Opening, obligations: list[Obligation]) -> None:
        """Open an obligation, or add evidence to the one that is open."""
        duty, episode = opening.duty, opening.episode
        latest = self.latest(episode, opening.leg, obligations)
        if latest is not None:
            whole_leg = episode is not None and not duty.after_trigger
            released = latest.release is not None and latest.done is None
            if latest.open_at(opening.at) or (whole_leg and not released):
                if latest.done is None:
                    self.join(opening, latest)
                return
        obligation = self.obligation(opening)
        if latest is not None:
            obligation.cite_end_of(latest)
        obligations.append(obligation)
        if episode is None:
            self.about_child = True
        else:
            self.of_episode.setdefault(episode, []).append(obligation)
        if obligation.accept_from < opening.at:
            self.answer_before(obligation)

    def latest(
        self, episode: Episode | None, leg: int, obligations: Sequence[Obligation]
    ) -> Obligation | None:
        """Find the last obligation that arose in the same time away."""
        same = obligations if episode is None else self.of_episode.get(episode, ())
        for obligation in reversed(same):
            if obligation.episode is episode and obligation.leg == leg:
                return obligation
        return None

    def join(self, opening: Opening, latest: Obligation) -> None:
        """Let a further trigger add evidence to what is open; the earliest deadline stands."""
        due, last = deadline(opening.duty, opening.at)
        if last is not None and (latest.last is None or last < latest.last):
            latest.due, latest.last = due, last
            if latest.release is not None and not latest.in_time(latest.release):
                latest.release = None
        latest.evidence.append(opening.anchor.entry_id)
        latest.cite(opening.cited)

    def answer_before(self, obligation: Obligation) -> None:
        """Let what was done before the trigger answer, the first of it."""
        for entry in self.about(obligation.episode):
            if obligation.accept_from <= entry.at < obligation.opened and (
                len(self.duties) == 1 or accepted(self.walk, obligation.duty, entry)
            ):
                obligation.done, obligation.done_at = entry, entry.at
                return

    def obligation(self, opening: Opening) -> Obligation:
        """Make the obligation that an opening gives rise to."""
        duty, episode = opening.duty, opening.episode
        due, last = deadline(duty, opening.at)
        accept_from, end = opening.at, None
        if episode is not None:
            end = episode.end(opening.leg, duty.ends, opening.at)
            if episode.legs and not duty.after_trigger:
                accept_from = min(episode.legs[opening.leg].start, opening.at)
        made = Obligation(
            duty=duty,
            episode=episode,
            leg=opening.leg,
            opened=opening.at,
            known=opening.known,
            anchor=opening.anchor.entry_id,
            truth=opening.truth,
            due=due,
            last=last,
            accept_from=accept_from,
            evidence=[opening.anchor.entry_id],
            cited=dict.fromkeys(opening.cited),
            unknown=list(opening.unknown),
            slot=opening.slot,
            end=end,
        )
        find_release(self.walk, made)
        return made

    def uncertain(
        self, openings: Sequence[Opening], obligations: Sequence[Obligation]
    ) -> list[Obligation]:
        """Duties that may have arisen, where none surely did."""
        made: dict[tuple[str | None, int], Obligation] = {}
        for opening in openings:
            if opening.truth == YES:
                continue
            whole_leg = opening.episode is not None and not opening.duty.after_trigger
            if any(
                o.episode is opening.episode
                and o.leg == opening.leg
                and (whole_leg or (o.opened <= opening.at and o.was_open_at(opening.at)))
                for o in obligations
            ):
                continue
            key = (opening.episode.episode_id if opening.episode else None, opening.leg)
            if key in made:
                made[key].evidence.append(opening.anchor.entry_id)
                made[key].cite(opening.cited)
            else:
                made[key] = self.obligation(opening)
                for other in obligations:
                    if other.episode is opening.episode and other.leg == opening.leg:
                        made[key].cite_end_of(other)
        return list(made.values())

    def about(self, episode: Episode | None) -> Sequence[Entry]:
        """Actions about an episode or the child, in order; without an episode, every one."""
        if episode is None:
            return self.actions
        own = self.by_home.get(episode, ())
        of_child = self.by_home.get(None)
        return own if of_child is None else sorted([*of_child, *own], key=_place)

    def doubt(self, obligation: Obligation) -> None:
        """Note entries that may be the answer, or are but stand before the report."""
        walk, kinds = self.walk, obligation.duty.kinds
        for entry in self.doubtful:
            in_time = obligation.accept_from <= entry.at and obligation.in_time(entry.at)
            if (
                in_time
                and concerns(walk, obligation, entry)
                and entry.kind in kinds
                and accepts(walk, self.rule, kinds, entry) == MAYBE
            ):
                obligation.doubtful += (entry.entry_id,)
        episode = obligation.episode
        if episode is None or obligation.duty.after_trigger or obligation.leg:
            return
        maybe = [e for e in self.doubtful if walk.by_entry.get(e.entry_id) is episode]
        for entry in (*self.by_home.get(episode, ()), *maybe):
            if entry.at < obligation.accept_from:
                obligation.doubtful += (entry.entry_id,)


def _place(entry: Entry) -> tuple[int, int, str]:
    return entry.at, entry.recorded, entry.entry_id


def accepted(walk: Walk, duty: Duty, entry: Entry) -> bool:
    """Whether an edition of the rule takes the entry for the action it asks for."""
    kinds = duty.kinds
    return entry.kind in kinds and accepts(walk, duty.rule, kinds, entry) == YES
