"""Duties to act: what answers them, what releases from them, and decisions that they are not required."""

from __future__ import annotations

from typing import TYPE_CHECKING

from missingrules.duties import Action, OnEntry
from missingrules.episode import leg_entries
from missingrules.obligation import Obligation, answer, deadline, finish
from missingrules.record import Remark
from missingrules.spells import Spells
from missingrules.terms import MAYBE, YES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from missingrules.duties import Duty
    from missingrules.finding import Finding
    from missingrules.log import Entry
    from missingrules.moments import CountMoment, Opening, Walk


class Actions:
    """Actions and decisions that bear on one rule, and the obligations they answer."""

    def __init__(self, walk: Walk, rule: str, duties: Sequence[Duty]) -> None:
        self.walk = walk
        self.rule = rule
        self.duties = duties
        self.actions: list[Entry] = []
        self.doubtful: list[Entry] = []
        self.decisions: list[Entry] = []
        entries = [*walk.history.child, *(e for ep in walk.episodes for e in ep.story.entries)]
        kinds = {
            k: c for d in duties if isinstance(d.effect, Action) for k, c in d.effect.kinds.items()
        }
        for entry in entries:
            if entry.kind in kinds:
                truth = walk.accepts(rule, kinds, entry)
                if truth == YES:
                    self.actions.append(entry)
                elif truth == MAYBE:
                    self.doubtful.append(entry)
            elif entry.kind == "decided_not_required" and entry.fields.get("action") in (
                rule,
                *kinds,
            ):
                self.decisions.append(entry)
        self.actions.sort(key=lambda e: (e.at, e.recorded, e.entry_id))
        self.decisions.sort(key=lambda e: (e.known, e.entry_id))

    def settle(self, openings: Sequence[Opening], counts: Sequence[CountMoment]) -> list[Finding]:
        obligations: list[Obligation] = []
        events: list[tuple[int, int, int, str, object]] = []
        for number, opening in enumerate(openings):
            if opening.truth == YES:
                events.append((opening.at, 0, number, "opening", opening))
        events += [(moment.at, 0, number, "count", moment) for number, moment in enumerate(counts)]
        events += [
            (entry.at, 1, number, "action", entry) for number, entry in enumerate(self.actions)
        ]
        events += [(e.known, 2, number, "decision", e) for number, e in enumerate(self.decisions)]
        counter = Spells(self, sure=True)
        for at, _, _, what, item in sorted(events, key=lambda event: event[:3]):
            if what == "opening":
                self.arise(item, obligations)  # type: ignore[arg-type]
            elif what == "count":
                counter.moment(item, obligations)  # type: ignore[arg-type]
            elif what == "action":
                counter.release(at, obligations)
                answered = self.answer(obligations, item)  # type: ignore[arg-type]
                counter.consume(at, answered)
            else:
                counter.release(at, obligations)
                counter.consume(at, self.decide(obligations, item))  # type: ignore[arg-type]
        obligations += self.uncertain(openings, obligations)
        obligations += counter.uncertain(counts, self.actions, obligations)
        for obligation in obligations:
            self.doubt(obligation)
        return [finish(self.walk, obligation) for obligation in obligations]

    def answer(self, obligations: Sequence[Obligation], entry: Entry) -> list[Obligation]:
        return answer([o for o in obligations if self.concerns(o, entry)], entry)

    def concerns(self, obligation: Obligation, entry: Entry) -> bool:
        """Whether an entry is about the subject of an obligation."""
        episode = self.walk.by_entry.get(entry.entry_id)
        return obligation.episode is None or episode is None or episode is obligation.episode

    def decide(self, obligations: Sequence[Obligation], entry: Entry) -> list[Obligation]:
        """Let a decision that the action is not required stand, if it was taken as policy allows."""
        waiting = [
            o
            for o in obligations
            if self.concerns(o, entry) and o.open_at(entry.known) and entry.at >= o.opened
        ]
        valid = [
            o
            for o in waiting
            if o.in_time(entry.known)
            and self.walk.policy.role(entry.by) in o.duty.deciders
            and "rationale" in entry.fields
        ]
        for obligation in valid:
            obligation.done, obligation.done_at, obligation.decided = entry, entry.at, True
        if not valid:
            self.walk.remarks.append(
                Remark(
                    "decision_not_valid",
                    f"Decision {entry.entry_id} that an action is not required does not count: it needs an "
                    "open duty within its deadline, a role that policy permits, and a rationale.",
                    entry.episode_id,
                    (entry.entry_id,),
                    self.rule,
                )
            )
        return valid

    def arise(self, opening: Opening, obligations: list[Obligation]) -> None:
        """Open an obligation, or add evidence to the one that is open."""
        duty, episode = opening.duty, opening.episode
        same = [o for o in obligations if o.episode is episode and o.leg == opening.leg]
        latest = same[-1] if same else None
        whole_leg = episode is not None and not duty.after_trigger
        if latest is not None and (whole_leg or latest.open_at(opening.at)):
            if latest.done is None:
                due, last = deadline(duty, opening.due_from)
                if last is not None and (latest.last is None or last < latest.last):
                    latest.due, latest.last = due, last
                latest.evidence.append(opening.anchor.entry_id)
                latest.cited.extend(opening.cited)
            return
        obligation = self.obligation(opening)
        obligations.append(obligation)
        if obligation.accept_from < opening.at:
            for entry in self.actions:
                if obligation.accept_from <= entry.at < opening.at and self.concerns(
                    obligation, entry
                ):
                    obligation.done, obligation.done_at = entry, entry.at
                    return

    def obligation(self, opening: Opening) -> Obligation:
        duty, episode = opening.duty, opening.episode
        due, last = deadline(duty, opening.due_from)
        accept_from, end = opening.at, None
        cited = list(opening.cited)
        if episode is not None:
            cited += episode.story.corrections
            if episode.legs:
                leg = episode.legs[opening.leg]
                cited += leg_entries(episode, leg)
                if not duty.after_trigger:
                    accept_from = min(leg.start, opening.at)
                if duty.ends is not None:
                    end = leg.end(duty.ends)
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
            cited=cited,
            unknown=list(opening.unknown),
            end=end,
        )
        self.find_release(made)
        return made

    def find_release(self, obligation: Obligation) -> None:
        """Find the first moment up to the deadline at which the rule's ``unless`` holds."""
        walk, duty = self.walk, obligation.duty
        key = None if obligation.episode is None else obligation.episode.episode_id
        best: tuple[int, tuple[str, ...]] | None = None
        for form in duty.unless:
            hits: Iterator[tuple[int, tuple[str, ...]]]
            if isinstance(form, OnEntry):
                hits = (
                    (entry.at, (entry.entry_id,))
                    for entry in self.releasing(form)
                    if entry.at >= obligation.accept_from and self.concerns(obligation, entry)
                )
            else:
                hits = (
                    (at, cited)
                    for at, truth, cited in walk.releases.get((form.number, key), ())
                    if truth == YES and at >= obligation.opened
                )
            for at, cited in hits:
                if obligation.in_time(at) and (best is None or at < best[0]):
                    best = (at, cited)
        if best is not None:
            obligation.release = best[0]
            obligation.cited.extend(best[1])

    def releasing(self, form: OnEntry) -> Iterator[Entry]:
        walk = self.walk
        for entry in (*walk.history.child, *(e for ep in walk.episodes for e in ep.story.entries)):
            if entry.kind in form.kinds and walk.accepts(self.rule, dict(form.kinds), entry) == YES:
                yield entry

    def uncertain(
        self, openings: Sequence[Opening], obligations: Sequence[Obligation]
    ) -> list[Obligation]:
        """Duties that may have arisen, where none surely did."""
        made: dict[tuple[str | None, int], Obligation] = {}
        for opening in openings:
            if opening.truth == YES:
                continue
            if any(
                o.episode is opening.episode
                and o.leg == opening.leg
                and (opening.episode is not None or o.opened <= opening.at)
                for o in obligations
            ):
                continue
            key = (opening.episode.episode_id if opening.episode else None, opening.leg)
            if key in made:
                made[key].evidence.append(opening.anchor.entry_id)
                made[key].cited.extend(opening.cited)
            else:
                made[key] = self.obligation(opening)
        return list(made.values())

    def doubt(self, obligation: Obligation) -> None:
        """Note entries that may be the answer, or are but stand before the report of the episode."""
        if obligation.done is not None:
            return
        for entry in self.doubtful:
            if entry.at >= obligation.accept_from and self.concerns(obligation, entry):
                obligation.doubtful.append(entry.entry_id)
        episode = obligation.episode
        if episode is None or obligation.duty.after_trigger or obligation.leg:
            return
        for entry in self.actions:
            if (
                entry.at < obligation.accept_from
                and self.walk.by_entry.get(entry.entry_id) is episode
            ):
                obligation.doubtful.append(entry.entry_id)
