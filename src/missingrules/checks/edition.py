"""One rule as it stands between two dates, as the checks look at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from missingrules.checks.codes import PolicyCode
    from missingrules.checks.review import Review
    from missingrules.language import Condition, Rule, Trigger
    from missingrules.yamlsource import Path


@dataclass(frozen=True, slots=True)
class Edition:
    """A rule with the keys of one of its editions; knows where in the file each key stands.

    ``path`` leads to the rule, ``own`` to the edition; they are the same for a rule without
    editions.
    """

    review: Review
    path: Path
    own: Path
    rule: Rule

    @property
    def triggers(self) -> list[Trigger]:
        """The triggers, of which any makes the rule apply."""
        on = self.rule.on if isinstance(self.rule.on, list) else [self.rule.on]
        return [trigger for trigger in on if trigger is not None]

    def at(self, key: str) -> Path:
        """Give the path of a key: in the edition if it has the key, otherwise in the rule."""
        if (*self.own, key) in self.review.source.located.places:
            return (*self.own, key)
        return (*self.path, key)

    def fault(self, key: str, code: PolicyCode, message: str, hint: str = "") -> None:
        """Note a fault at a key of the rule."""
        self.review.key_fault(self.at(key), code, message, hint)

    def trigger_paths(self) -> list[tuple[Path, Trigger]]:
        """List the triggers with their paths."""
        path = self.at("on")
        if isinstance(self.rule.on, list):
            return [((*path, number), trigger) for number, trigger in enumerate(self.rule.on)]
        return [(path, trigger) for trigger in self.triggers]

    def releases(self) -> Iterator[tuple[Path, Condition]]:
        """List the conditions under `unless` with their paths."""
        path = self.at("unless")
        if isinstance(self.rule.unless, list):
            for number, condition in enumerate(self.rule.unless):
                yield (*path, number), condition
        elif self.rule.unless is not None:
            yield path, self.rule.unless

    @property
    def counts(self) -> bool:
        """Whether a trigger is a count of episodes."""
        return any(trigger.episodes is not None for trigger in self.triggers)

    @property
    def repeats(self) -> bool:
        """Whether a trigger comes again and again."""
        return any(trigger.every is not None for trigger in self.triggers)

    def homes(self, trigger: Trigger) -> set[str]:
        """Say what a trigger is about: the child, an episode, both or (unclear) neither."""
        if trigger.episodes is not None:
            return {"child"}
        if trigger.entry is None:
            return {"episode"}
        kinds = self.review.vocabulary.kinds
        homes: set[str] = {kinds[kind].home for kind in listed(trigger.entry) if kind in kinds}
        return homes - {"either"}

    def all_homes(self) -> set[str]:
        """Say what the triggers are about, taken together."""
        return {home for trigger in self.triggers for home in self.homes(trigger)}

    def is_of_child(self) -> bool:
        """Whether it is a duty of the child."""
        return self.rule.per == "child" or (self.rule.per is None and self.all_homes() == {"child"})


def listed(named: str | Sequence[str] | None) -> list[str]:
    """Give what a key names, one or several, as a list."""
    if named is None:
        return []
    return [named] if isinstance(named, str) else list(named)
