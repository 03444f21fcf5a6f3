"""A sample of episodes for people to look at, clean ones among them.

Inspectors and supervisors dip-sample: they take some episodes, read the whole log of each, and say
whether what the record shows was right. The unit is an *episode* with everything that was found
about it. A duty of the child goes with the episode that gave rise to it, the last of several, as in
reports; without one, with the latest. A child with findings and no episode is a unit by itself.

Each episode is in one stratum, the gravest that fits (:data:`STRATA`). The places are shared out
one by one, a round at a time: the gravest stratum, then episodes without a breach, then the others
from grave to less grave, until all are given; a stratum that has no more passes. So each has at
least one where there are places enough, and the rare and grave ones are not drowned by the many.
What the reviewers find is scaled up by ``weight``: how many episodes of the log one that was drawn
stands for.

Who is drawn is decided by a keyed hash of the seed and the ids, the smallest first: without
replacement, the same for the same seed whatever the order of the log and the number of processes,
and in memory that does not grow with it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from missingrules import finding as outcomes
from missingrules.figures.counts import asks_for_meeting
from missingrules.figures.notable import First
from missingrules.figures.places import NOWHERE, Places
from missingrules.record import history

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from missingrules.entry import Entry
    from missingrules.figures.places import Place
    from missingrules.finding import Assessment, Finding
    from missingrules.record import History
    from missingrules.selection import Named, Selection

NOT_JUDGED: Final = "not_judged"
MEETING: Final = "strategy_meeting"
HIDDEN: Final = "not_counted_by_category"
GRADE: Final = "graded_too_low"
OTHER: Final = "other_breach"
UNCLEAR: Final = "cannot_be_told"
DECIDED: Final = "decided_not_required"
NO_BREACH: Final = "no_breach"

STRATA: Final[Mapping[str, str]] = {
    NOT_JUDGED: "the record could not be judged",
    MEETING: "no record of a strategy meeting that was owed, or held late",
    HIDDEN: "not counted as missing because of the recorded category",
    GRADE: "risk graded below what was required",
    OTHER: "any other breach",
    UNCLEAR: "something cannot be told from the record",
    DECIDED: "somebody decided that something was not required",
    NO_BREACH: "none of these: nothing without a record, late or unclear",
}
"""The strata by name, the gravest first."""

_SHOWN: Final = frozenset(outcomes.OUTCOMES) - {outcomes.NOT_APPLICABLE, outcomes.NOTED}
_MARK: Final = 16


class Found(NamedTuple):
    """A finding in short."""

    rule: str
    outcome: str
    severity: str
    message: str
    finding_id: str


@dataclass(frozen=True, slots=True)
class Unit:
    """An episode that may be drawn, or a child without one.

    ``placed_us`` is when it was reported (UTC microseconds), without a report its first entry;
    ``mark`` decides whether it is drawn.
    """

    mark: bytes
    child_id: str
    episode_id: str | None
    placed_us: int | None
    place: Place
    stratum: str
    found: tuple[Found, ...]

    @property
    def order(self) -> tuple[bytes, str, str]:
        """By mark; ids only where two marks are alike."""
        return self.mark, self.child_id, self.episode_id or ""


@dataclass(frozen=True, slots=True)
class Stratum:
    """A stratum: how many episodes of the log are in it, and how many of them were drawn."""

    name: str
    size: int
    drawn: int

    @property
    def weight(self) -> float | None:
        """How many episodes of the log one that was drawn stands for; None where none was."""
        return self.size / self.drawn if self.drawn else None


@dataclass(frozen=True, slots=True)
class Sample:
    """What was drawn: ``units`` by stratum, the gravest first, then in order of drawing."""

    n: int
    seed: str
    strata: tuple[Stratum, ...]
    """Every stratum that has an episode, the gravest first."""
    units: tuple[Unit, ...]
    unmet: tuple[str, ...] = ()
    """What was asked for and is nowhere in the log (:meth:`Selection.unmet`)."""

    @property
    def size(self) -> int:
        """How many episodes there are to draw from."""
        return sum(stratum.size for stratum in self.strata)

    def numbered(self) -> Iterator[tuple[int, Unit, Stratum]]:
        """Give each unit with its number, from 1, and its stratum."""
        of = {stratum.name: stratum for stratum in self.strata}
        for number, unit in enumerate(self.units, 1):
            yield number, unit, of[unit.stratum]


class Sampler:
    """Draws ``n`` episodes out of any number of children, handed in one by one and in any order.

    Each process of a pool fills one of its own (:meth:`empty`), and they are merged. ``seed`` is a
    number or a text; say it before you look. With a ``selection`` its period, places and children
    choose the *episodes*, by when and where they were reported, and the rest of it chooses the
    findings that count: an episode of May is looked at with all that became of it, in June too.
    Hand in assessments that are not narrowed. Raises ``ValueError`` for an ``n`` below 1.
    """

    def __init__(self, n: int, seed: int | str = 0, *, selection: Selection | None = None) -> None:
        """Start with nothing."""
        if n < 1:
            raise ValueError(f"{n=} must be at least 1")
        self.n, self.seed, self.selection = n, str(seed), selection
        self._key = hashlib.sha256(self.seed.encode()).digest()
        self._strata: dict[str, First[Unit]] = {name: First(n) for name in STRATA}
        self._met: Named = frozenset()
        self._findings = selection and replace(
            selection, since_us=None, until_us=None, areas=None, authorities=None, children=None
        )

    def __eq__(self, other: object) -> bool:
        """Say whether both hold the same."""
        return isinstance(other, Sampler) and self.__dict__ == other.__dict__

    __hash__ = None  # type: ignore[assignment]  # it grows

    def empty(self) -> Sampler:
        """Give another one that draws in the same way and was given nothing yet."""
        return Sampler(self.n, self.seed, selection=self.selection)

    def add(self, assessment: Assessment) -> None:
        """Take a child who was judged."""
        told = history(assessment.record, assessment.as_of_us)
        places = Places(told)
        child_id = assessment.child_id
        chosen = self._findings
        if self.selection is not None:
            self._met |= self.selection.met(assessment)
        found: dict[str | None, list[Finding]] = {s.episode_id: [] for s in told.episodes}
        hidden: set[str] = set()
        homes = _Homes(told)
        for finding in assessment.findings:
            if chosen is None or chosen.selects(finding):
                found.setdefault(homes.of(finding), []).append(finding)
                hidden.update(finding.masked_by)
        placed = {story.episode_id: _placed(story.entries) for story in told.episodes}
        for episode_id, findings in found.items():
            if episode_id is None:
                when, place = min(f.opened_us for f in findings), NOWHERE
            else:
                when, place = placed[episode_id], places.of_episode(episode_id)
            if self.selection is None or self.selection.selects_episode(child_id, when, place):
                stratum = _stratum(findings, hidden=episode_id in hidden)
                self._take(child_id, episode_id, when, place, stratum, findings)

    def fail(self, finding: Finding) -> None:
        """Take a child whose record could not be judged, by the ``error`` finding of the scan."""
        if self.selection is None or self.selection.selects(finding):
            self._take(finding.child_id, None, None, NOWHERE, NOT_JUDGED, [finding])

    def merge(self, other: Sampler) -> None:
        """Take in what another one was given, of other children; in whatever order, it is the same.

        Raises ``ValueError`` for one that draws in another way.
        """
        mine, theirs = ((sampler.n, sampler.seed, sampler.selection) for sampler in (self, other))
        if mine != theirs:
            raise ValueError("samplers must have the same n, seed and selection")
        for name, held in self._strata.items():
            held.merge(other._strata[name])
        self._met |= other._met

    def drawn(self) -> Sample:
        """Draw."""
        sizes = {name: held.all for name, held in self._strata.items() if held.all}
        shares = shared_out(self.n, sizes)
        strata = tuple(Stratum(name, sizes[name], shares[name]) for name in STRATA if name in sizes)
        units = tuple(
            unit for stratum in strata for unit in list(self._strata[stratum.name])[: stratum.drawn]
        )
        unmet = () if self.selection is None else self.selection.unmet(self._met)
        return Sample(self.n, self.seed, strata, units, unmet)

    def _take(  # noqa: PLR0913 - what a unit is
        self,
        child_id: str,
        episode_id: str | None,
        placed_us: int | None,
        place: Place,
        stratum: str,
        findings: Iterable[Finding],
    ) -> None:
        held = self._strata[stratum]
        ids = f"{child_id}\x1f{episode_id or ''}".encode()
        mark = hashlib.blake2b(ids, key=self._key, digest_size=_MARK).digest()
        if not held.takes((mark, child_id, episode_id or "")):
            held.all += 1  # counted, and nothing is written down of what cannot be drawn
            return
        found = tuple(_short(one) for one in findings if one.outcome in _SHOWN)
        held.add(Unit(mark, child_id, episode_id, placed_us, place, stratum, found))


def shared_out(n: int, sizes: Mapping[str, int]) -> dict[str, int]:
    """Share ``n`` places among strata of these sizes, a round at a time, as said at the top."""
    shares = dict.fromkeys(sizes, 0)
    gravest, *others = [name for name in STRATA if name in sizes] or [NO_BREACH]
    others.sort(key=lambda name: name != NO_BREACH)
    order = [name for name in (gravest, *others) if name in sizes]
    left = min(n, sum(sizes.values()))
    while left:
        for name in order:
            if left and shares[name] < sizes[name]:
                shares[name] += 1
                left -= 1
    return shares


# --- One child -----------------------------------------------------------------------------------


class _Homes:
    """The episodes that the findings about a child go with."""

    def __init__(self, told: History) -> None:
        self._episodes = {story.episode_id for story in told.episodes}
        self._entries = {e.entry_id: s.episode_id for s in told.episodes for e in s.entries}
        latest = max(
            told.episodes, key=lambda story: (story.entries[0].at, story.episode_id), default=None
        )
        self._latest = None if latest is None else latest.episode_id

    def of(self, finding: Finding) -> str | None:
        for episode_id in (finding.episode_id, *finding.episodes[-1:]):
            if episode_id in self._episodes:
                return episode_id
        return self._entries.get(finding.anchor, self._latest)


def _placed(entries: Sequence[Entry]) -> int:
    reports = [entry.at for entry in entries if entry.kind == "reported"]
    return min(reports or [entry.at for entry in entries])


def _stratum(findings: Iterable[Finding], *, hidden: bool) -> str:
    """Give the gravest stratum that fits an episode."""
    fits = {HIDDEN} if hidden else {NO_BREACH}
    for finding in findings:
        if finding.is_breach:
            if asks_for_meeting(finding.duty):
                fits.add(MEETING)
            fits.add(OTHER if finding.required_grade is None else GRADE)
        elif finding.outcome == outcomes.INDETERMINATE:
            fits.add(UNCLEAR)
        elif finding.outcome == outcomes.DECIDED:
            fits.add(DECIDED)
    return next(name for name in STRATA if name in fits)


def _short(finding: Finding) -> Found:
    return Found(
        finding.rule, finding.outcome, finding.severity, finding.sentence, finding.finding_id
    )
