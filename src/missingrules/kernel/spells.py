"""Counted episodes: runs over which a threshold keeps being reached, and what uses them up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from missingrules.finding import merged_ids
from missingrules.kernel.asking import labelled
from missingrules.kernel.counting import Fullest, fullest
from missingrules.kernel.noted import WindowTest
from missingrules.kernel.obligation import Obligation, answer, deadline
from missingrules.kernel.releases import find_release
from missingrules.terms import MAYBE, NO, YES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from missingrules.duties import OnCount
    from missingrules.entry import Entry
    from missingrules.kernel.actions import Actions
    from missingrules.kernel.episode import Episode
    from missingrules.kernel.noted import CountMoment


_BESIDE = 1
"""Tells a run from what another trigger of its rule gave rise to by the same entry."""


class _Used(NamedTuple):
    """Episodes that were used up, and by what: an action, a decision, or (None) a release."""

    at: int
    ids: set[str]
    answered: tuple[Obligation, ...]
    entry: Entry | None


class Spells:
    """Runs of counted episodes over which a threshold keeps being reached.

    ``sure`` counts only episodes that surely count; otherwise those that may count too, and the
    history before the log began is taken to hold anything.
    """

    def __init__(self, settler: Actions, *, sure: bool) -> None:
        """Begin without episodes."""
        self.settler = settler
        self.sure = sure
        self.consumed: set[str] = set()
        self.used: list[_Used] = []
        self.spell: Obligation | None = None
        self.latest: int | None = None
        self.seen: dict[Episode, int] = {}
        self.since_action = False
        self.before: tuple[str, ...] = ()

    def moment(self, moment: CountMoment, obligations: list[Obligation]) -> None:
        """Count the episodes of a moment, and open a duty where a run begins."""
        new = moment.sure if self.sure else _unique(moment.sure, moment.maybe)
        # What may have counted, and was used up, is not new when it comes to count surely.
        new = [episode for episode in new if episode.episode_id not in self.consumed]
        if not new:
            return
        self.release(moment.at, obligations)
        trigger = moment.trigger
        self.since_action |= trigger.since_action
        fresh = [episode for episode in new if episode not in self.seen]
        self.seen |= dict.fromkeys(fresh, moment.at)
        wanted = (YES,) if self.sure else (YES, MAYBE)
        held = self.windows(moment, new) if moment.truth in wanted else None
        place = max(episode.placed(trigger.placed_by) for episode in new)
        is_latest = self.latest is None or place > self.latest
        self.latest = place if is_latest else self.latest
        if held is None:
            if moment.truth not in wanted:
                self.before += moment.cited
            if is_latest:
                if self.spell is not None:
                    self.spell.cite(moment.cited)
                self.spell = None
            return
        window, truncated = held
        ids = frozenset(episode.episode_id for episode in window.inside)
        if self.spell is not None:
            self.add(self.spell, moment, fresh)
            return
        waiting = [
            o for o in obligations if o.open_at(moment.at) and o.window_ids and o.window_ids <= ids
        ]
        if waiting:
            self.spell = waiting[-1]
            self.add(self.spell, moment, fresh)
            return
        self.spell = self.open(moment, window, ids, truncated=truncated)
        other = next((o for o in obligations if o.episode is None and o.open_at(moment.at)), None)
        if other is None:
            obligations.append(self.spell)
        elif not other.window_ids:
            self.join(other, self.spell)
            self.spell = other
        else:
            obligations.append(self.spell)

    def join(self, open_one: Obligation, spell: Obligation) -> None:
        """Let a run add to the obligation that another trigger of the rule opened before."""
        open_one.evidence += spell.evidence
        open_one.cite(spell.cited)
        open_one.episodes, open_one.masked_by = spell.episodes, spell.masked_by
        open_one.window_ids = spell.window_ids
        open_one.history_truncated = spell.history_truncated
        if spell.last is not None and (open_one.last is None or spell.last < open_one.last):
            open_one.due, open_one.last = spell.due, spell.last

    def add(self, spell: Obligation, moment: CountMoment, new: list[Episode]) -> None:
        """Note further episodes of a run that is not answered."""
        if not spell.open_at(moment.at):
            return
        spell.episodes_since += len(new)
        spell.cite(moment.cited)
        for episode in new:
            spell.cite((*episode_ids(episode, moment.trigger), *not_yet(episode, moment.trigger)))

    def windows(self, moment: CountMoment, new: list[Episode]) -> tuple[Fullest, bool] | None:
        """Find the fullest window around a new episode, and whether it reaches before the log.

        None where it does not reach the threshold.
        """
        trigger, walk = moment.trigger, self.settler.walk
        number = trigger.term.number

        def counts(episode: Episode) -> bool:
            since = (episode.counted if self.sure else episode.possible).get(number)
            return (
                since is not None
                and since.at <= moment.at
                and episode.episode_id not in self.consumed
            )

        best = fullest(trigger, new, counts, walk.line(trigger))
        reached = len(best.inside) >= trigger.number
        truncated = (reached or not self.sure) and self.truncated(trigger, best.end)
        if not reached and trigger.window is not None:
            reached = truncated
        if self.sure and walk.trace is not None:
            walk.window_tests.append(
                WindowTest(
                    rule=moment.duty.rule,
                    trigger=trigger,
                    at=moment.at,
                    end=best.end,
                    inside=best.inside,
                    counted=tuple(filter(counts, walk.episodes)),
                    used_up=frozenset(self.consumed),
                    reached=reached,
                )
            )
        return (best, truncated) if reached else None

    def truncated(self, trigger: OnCount, end: int) -> bool:
        """Whether a window that ends then reaches back to before the source shows reports."""
        span = self.settler.walk.coverage.span("reported")
        if span is None or span[0] is None:
            return False
        first = None if trigger.window is None else trigger.window.interval(end)[0]
        return first is None or first < span[0]

    def open(
        self,
        moment: CountMoment,
        window: Fullest,
        ids: frozenset[str],
        *,
        truncated: bool,
    ) -> Obligation:
        """Open the duty of a run."""
        duty, trigger, walk = moment.duty, moment.trigger, self.settler.walk
        due, last = deadline(duty, moment.at)
        evidence = [i for episode in window.inside for i in episode_ids(episode, trigger)]
        known = max(moment.at, walk.known(evidence), walk.known(moment.cited))
        newest = max(
            (e for e in window.inside if e in moment.sure or e in moment.maybe),
            key=lambda e: (e.placed(trigger.placed_by), e.episode_id),
        )
        anchor = newest.report or newest.story.entries[0]
        made = Obligation(
            duty=duty,
            episode=None,
            leg=0,
            opened=moment.at,
            known=known,
            anchor=anchor.entry_id,
            truth=YES if self.sure else MAYBE,
            due=due,
            last=last,
            accept_from=moment.at,
            evidence=evidence,
            cited=dict.fromkeys(
                (
                    *moment.cited,
                    *self.before,
                    *(i for e in window.inside for i in not_yet(e, trigger)),
                )
            ),
            unknown=list(moment.unknown),
            episodes=tuple(episode.episode_id for episode in window.inside),
            history_truncated=truncated,
            window_ids=ids,
            slot=_BESIDE if len(duty.triggers) > 1 else 0,
        )
        if not self.sure:
            if truncated:
                made.unknown.append("episodes before the log begins")
            number = trigger.term.number
            made.unknown += [
                f"whether episode {e.episode_id} counts"
                for e in window.inside
                if number not in e.counted
            ]
        if trigger.label is not None and self.sure:
            made.masked_by = self.masked(moment, window, known, made)
        find_release(self.settler.walk, made)
        return made

    def masked(
        self, moment: CountMoment, window: Fullest, known: int, made: Obligation
    ) -> tuple[str, ...]:
        """Episodes that the recorded label hid, if without them the threshold is not reached.

        A label that the source could not show hid nothing that could be told.
        """
        trigger, walk = moment.trigger, self.settler.walk
        shown: list[Episode] = []
        for episode in walk.episodes:
            if episode.episode_id in self.consumed or not episode.legs:
                continue
            placed = episode.placed(trigger.placed_by)
            if placed > window.end or (
                trigger.window is not None and not trigger.window.holds(placed, window.end)
            ):
                continue
            truth, cited = labelled(walk, trigger, episode, moment.at, known)
            if truth != NO:
                shown.append(episode)
            elif episode not in window.inside:
                continue
            made.cite((*episode_ids(episode, trigger), *not_yet(episode, trigger), *cited))
        if len(shown) >= trigger.number:
            return ()
        return tuple(e.episode_id for e in window.inside if e not in shown)

    def release(self, at: int, obligations: Iterable[Obligation]) -> None:
        """Let a release use up the episodes that were counted by then, as an action would."""
        for obligation in obligations:
            if (
                obligation.window_ids
                and obligation.release is not None
                and obligation.release <= at
                and obligation.done is None
            ):
                if obligation is self.spell:
                    self.spell = None
                self.use_up(obligation.release, [obligation])

    def consume(self, at: int, answered: list[Obligation], entry: Entry) -> None:
        """Use up what was counted by then, if a run was answered or the rule says so."""
        if any(obligation.window_ids for obligation in answered) or self.since_action:
            self.use_up(at, answered, entry)
            self.spell = None

    def use_up(self, at: int, answered: list[Obligation], entry: Entry | None = None) -> None:
        """Use up the episodes counted by an instant, because of what was answered or released."""
        ids = {episode.episode_id for episode, since in self.seen.items() if since <= at}
        self.consumed |= ids
        self.used.append(_Used(at, ids, tuple(answered), entry))

    def cite(self, obligations: Iterable[Obligation]) -> None:
        """Let each obligation of the child cite what else its evidence brings with it."""
        for obligation in obligations:
            if obligation.episode is None:
                obligation.cite(self.beside(obligation))

    def beside(self, obligation: Obligation) -> list[str]:
        """Entries by which episodes that the evidence touches count, or do not, or no more.

        What is cited brings with it the episode that it stands in: an answer, a further trigger.
        """
        trigger = obligation.duty.count
        if trigger is None:
            return []
        earlier = [used for used in self.used if used.at <= obligation.opened]
        used_up = self.consumed_by(obligation.opened)
        done = () if obligation.done is None else (obligation.done.entry_id,)
        waiting = [*obligation.evidence, *obligation.cited, *done]
        looked_at = set(obligation.episodes)
        found: list[str] = []
        while waiting:
            episode = self.settler.walk.by_entry.get(waiting.pop())
            if episode is None or episode.episode_id in looked_at:
                continue
            looked_at.add(episode.episode_id)
            behind = list(standing(episode, trigger))
            if episode.episode_id in used_up:
                for used in earlier:
                    behind += () if used.entry is None else (used.entry.entry_id,)
                    for answered in used.answered:
                        behind += (*answered.evidence, *answered.cited)
                earlier = []  # once is enough
            found += behind
            waiting += behind
        return found

    def uncertain(
        self,
        counts: Sequence[CountMoment],
        actions: Sequence[Entry],
        obligations: Sequence[Obligation],
    ) -> list[Obligation]:
        """Runs that may have reached the threshold, where none surely did."""
        if all(self.certain(moment) for moment in counts):
            return []
        other = Spells(self.settler, sure=False)
        possible: list[Obligation] = []
        events: list[tuple[int, int, int, Any]] = [
            (moment.at, 0, number, moment) for number, moment in enumerate(counts)
        ]
        events += [(entry.at, 1, number, entry) for number, entry in enumerate(actions)]
        for at, phase, _, item in sorted(events):
            other.release(at, possible)
            if phase == 0:
                other.moment(item, possible)
                continue
            answered = answer(possible, item)
            other.consume(at, answered, item)
            if any(len(o.window_ids) >= counts[0].trigger.number for o in answered):
                self.question(at, other.consumed, obligations)
        sure = [obligation.window_ids for obligation in obligations if obligation.window_ids]
        found = [
            obligation
            for obligation in possible
            if not any(self.covers(ids, obligation) for ids in sure)
            and self.doubtful(obligation, counts)
            and not any(
                o.episode is None
                and not o.window_ids
                and o.opened <= obligation.opened
                and o.was_open_at(obligation.opened)
                for o in obligations
            )
        ]
        # How possible runs follow one another hangs on all that may count, on every answer and on
        # every release.
        doubted = [*found, *(o for o in obligations if o.truth == MAYBE and o.window_ids)]
        behind = self.behind(other, counts, actions) if doubted else ()
        released = merged_ids(*(o.cited for o in possible if o.release is not None))
        for obligation in doubted:
            obligation.cite((*behind, *released))
        return found

    def behind(
        self, other: Spells, counts: Sequence[CountMoment], actions: Sequence[Entry]
    ) -> tuple[str, ...]:
        """Entries that possible runs rest on."""
        trigger = counts[0].trigger
        homes = [self.settler.walk.by_entry.get(entry.entry_id) for entry in actions]
        return merged_ids(
            *(episode_ids(episode, trigger) for episode in other.seen),
            *(episode.not_yet.get(trigger.term.number, ()) for episode in other.seen),
            *(moment.cited for moment in counts),
            (entry.entry_id for entry in actions),
            *((*home.frame(None), *standing(home, trigger)) for home in homes if home is not None),
        )

    def certain(self, moment: CountMoment) -> bool:
        """Whether neither an episode, nor the condition, nor the history leaves a doubt."""
        if moment.maybe or moment.truth == MAYBE:
            return False
        by = moment.trigger.placed_by
        return moment.trigger.window is None or not any(
            self.truncated(moment.trigger, episode.placed(by)) for episode in moment.sure
        )

    def question(self, at: int, used_up: set[str], obligations: Sequence[Obligation]) -> None:
        """Doubt the later runs that rest on episodes which an action may have used up."""
        for obligation in obligations:
            shared = obligation.window_ids & used_up
            if obligation.opened > at and shared - self.consumed_by(at):
                obligation.truth = MAYBE
                obligation.unknown.append("whether an earlier action used up its episodes")

    def consumed_by(self, at: int) -> set[str]:
        """The episodes that had surely been used up by then."""
        return {i for used in self.used for i in used.ids if used.at <= at}

    def covers(self, ids: frozenset[str], possible: Obligation) -> bool:
        """Whether a sure run shares an episode with a possible one, which it then supersedes."""
        return not ids.isdisjoint(possible.window_ids) or any(
            episode_id in ids for episode_id in possible.episodes
        )

    def doubtful(self, possible: Obligation, counts: Sequence[CountMoment]) -> bool:
        """Whether anything makes the run uncertain."""
        return bool(possible.unknown) or any(
            m.truth == MAYBE for m in counts if m.at == possible.opened
        )


def _unique(*groups: list[Episode]) -> list[Episode]:
    return list(dict.fromkeys(episode for group in groups for episode in group))


def episode_ids(episode: Episode, trigger: OnCount) -> tuple[str, ...]:
    """Entries that make an episode count."""
    number = trigger.term.number
    since = episode.counted.get(number) or episode.possible.get(number)
    ids = () if since is None else since.cited
    report = () if episode.report is None else (episode.report.entry_id,)
    return merged_ids(report, ids, episode.story.corrections)


def not_yet(episode: Episode, trigger: OnCount) -> tuple[str, ...]:
    """Entries by which an episode did not count at first."""
    number = trigger.term.number
    since = episode.counted.get(number) or episode.possible.get(number)
    return () if since is None else since.before


def standing(episode: Episode, trigger: OnCount) -> tuple[str, ...]:
    """Entries by which an episode counts, or does not."""
    never = episode.not_yet.get(trigger.term.number, ())
    return (*episode_ids(episode, trigger), *not_yet(episode, trigger), *never)
