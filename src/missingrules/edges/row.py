"""Rows of the table: an example, the verdict of the kernel on it, and what that hangs on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from missingrules.edges.calm import OUT_OF_CALENDAR
from missingrules.edges.scene import CHILD
from missingrules.edges.story import episode_names
from missingrules.edges.verdict import Verdict, verdicts
from missingrules.kernel import judge
from missingrules.record import Record

if TYPE_CHECKING:
    from missingrules.duties import Duty
    from missingrules.edges.conditions import Branch
    from missingrules.edges.opening import Opened, Stage
    from missingrules.edges.rests import Rest
    from missingrules.edges.scene import Scene
    from missingrules.entry import Entry
    from missingrules.policy import Policy


@dataclass(frozen=True, slots=True)
class Row:
    """One edge case.

    ``tried`` says what is tried, ``also`` what else the same example shows, by side of the rule.
    ``entries`` are the log, judged as known at ``as_of`` (UTC microseconds); ``verdicts`` are what
    the policy says of the rule then, for the ``episode`` in question (None: of the child).
    ``impossible`` says why there is no example; then there is neither log nor verdict. ``rests``
    are the parameters that the edge hangs on.
    """

    rule: str
    edition: str
    about: str
    tried: str
    also: tuple[tuple[str, str], ...] = ()
    entries: tuple[Entry, ...] = field(default=(), repr=False)
    as_of: int = 0
    episode: str | None = None
    verdicts: tuple[Verdict, ...] = ()
    rests: tuple[Rest, ...] = ()
    impossible: str = ""

    @property
    def assumed(self) -> tuple[Rest, ...]:
        """The parameters that somebody assumed."""
        return tuple(rest for rest in self.rests if rest.basis == "assumed")

    def record(self) -> Record:
        """Give the record that was judged."""
        return Record.of(self.entries, child_id=CHILD)


def judged(policy: Policy, duty: Duty, row: Row) -> tuple[Verdict, ...]:
    """Judge the log of a row anew, and say what the policy says."""
    assessment = judge(policy, row.record(), as_of=row.as_of)
    found = [
        finding
        for finding in assessment.findings
        if finding.rule == row.rule and finding.episode_id in (None, row.episode)
    ]
    return verdicts(found, duty, episode_names(row.entries))


class Table:
    """The rows of one edition of a rule, in the making."""

    def __init__(self, stage: Stage, edition: str) -> None:
        """Begin without rows."""
        self.stage = stage
        self.edition = edition
        self.rows: list[Row] = []
        self._seen: dict[tuple[object, ...], int] = {}
        self._about = ""
        self._rests: tuple[Rest, ...] = ()
        self._graces: tuple[Rest, ...] = ()

    def begin(
        self, about: str, rests: tuple[Rest, ...] = (), graces: tuple[Rest, ...] = ()
    ) -> None:
        """Begin a group of rows about one side of the rule, which hang on these parameters.

        Rows that try a time of grace hang on ``graces`` as well.
        """
        self._about = about
        self._rests = rests
        self._graces = graces

    def add(
        self,
        tried: str,
        scene: Scene,
        as_of: int,
        episode: str | None = None,
        *,
        branch: Branch | None = None,
    ) -> None:
        """Judge an example, of one branch of a condition if it is one.

        An example that is there already gets the other name as well.
        """
        duty = self.stage.duty
        row = Row(
            rule=duty.rule,
            edition=self.edition,
            about=self._about,
            tried=tried,
            entries=scene.entries,
            as_of=as_of,
            episode=episode,
            rests=self._hanging(branch),
        )
        try:
            row = replace(row, verdicts=judged(self.stage.policy, duty, row))
        except OUT_OF_CALENDAR:
            self.cannot(tried, "it leads to years whose public holidays are not known")
            return
        key = (_contents(row), as_of)
        place = self._seen.get(key)
        if place is None:
            self._seen[key] = len(self.rows)
            self.rows.append(row)
        else:
            self.rows[place] = self._merged(self.rows[place], row)

    def _merged(self, old: Row, new: Row) -> Row:
        """Give a row the name under which it came up again."""
        rests = tuple(dict.fromkeys((*old.rests, *new.rests)))
        if old.about != new.about:
            also = dict(old.also)
            also[new.about] = joined(also.get(new.about, new.tried), new.tried)
            return replace(old, also=tuple(also.items()), rests=rests)
        return replace(old, tried=joined(old.tried, new.tried), rests=rests)

    def _hanging(self, branch: Branch | None) -> tuple[Rest, ...]:
        graced = branch is not None and any(slot[0] == "grace" for slot in branch.setting.wants)
        return tuple(dict.fromkeys((*self._rests, *(self._graces if graced else ()))))

    def case(
        self,
        tried: str,
        opened: Opened,
        as_of: int,
        scene: Scene | None = None,
        *,
        branch: Branch | None = None,
    ) -> None:
        """Judge an example that goes on from a log under which the rule applies."""
        shown = opened.scene if scene is None else scene
        self.add(tried, shown, as_of, opened.built.episode, branch=branch)

    def cannot(self, tried: str, why: str, *, branch: Branch | None = None) -> None:
        """Say plainly that no example could be made; what fails alike stands in one row."""
        row = Row(
            rule=self.stage.duty.rule,
            edition=self.edition,
            about=self._about,
            tried=tried,
            rests=self._hanging(branch),
            impossible=why,
        )
        key = (self._about, why, tried.partition(": ")[0])
        place = self._seen.setdefault(key, len(self.rows))
        if place == len(self.rows):
            self.rows.append(row)
        else:
            self.rows[place] = self._merged(self.rows[place], row)


def joined(old: str, new: str) -> str:
    """Join two names of a row, without saying twice what both begin with."""
    if new.startswith(f"{old}: "):
        return new
    start = old.partition(": ")[0]
    said = new.removeprefix(f"{start}: ") if ": " in old else new
    return old if said in old else f"{old}; {said}"


def _contents(row: Row) -> tuple[object, ...]:
    """What stands in a log, whatever its entries are called."""
    return tuple(
        sorted(
            (
                entry.at,
                entry.recorded,
                entry.kind,
                entry.episode_id or "",
                entry.by or "",
                tuple(sorted((name, str(value)) for name, value in entry.fields.items())),
            )
            for entry in row.entries
        )
    )
