"""What lint found: errors, warnings and notes, each at its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from missingrules.lint.codes import level_of

if TYPE_CHECKING:
    from missingrules.errors import Fault
    from missingrules.lint.codes import Level


@dataclass(frozen=True, slots=True)
class Report:
    """What lint found in one or several policies, in order of place, each once.

    ``names`` are the policies as they were asked for. ``allowed`` counts the warnings and notes
    that a comment in the file allows, with its reason; they are not among ``found``.
    """

    names: tuple[str, ...]
    found: tuple[Fault, ...]
    allowed: int = 0

    def of(self, level: Level) -> tuple[Fault, ...]:
        """Give what was found of one level: ``error``, ``warning`` or ``note``."""
        return tuple(fault for fault in self.found if level_of(fault.code) == level)

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults for which a policy is refused."""
        return self.of("error")

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """What most likely does not do what its author meant, or cannot be relied on."""
        return self.of("warning")

    def is_clean(self, *, strict: bool = False) -> bool:
        """Whether there is no error, and with ``strict`` no warning either."""
        return not self.errors and not (strict and self.warnings)

    def to_text(self) -> str:
        """One paragraph for each, ``file:line:column: code: message``, then a line that counts."""
        return "\n".join([*map(str, self.found), self.summary()])

    def summary(self) -> str:
        """How many of each level there are, and in what."""
        counts = (
            (len(self.errors), "error", "errors"),
            (len(self.warnings), "warning", "warnings"),
            (len(self.of("note")), "note", "notes"),
        )
        parts = [f"{number} {one if number == 1 else more}" for number, one, more in counts]
        text = f"{', '.join(self.names)}: {', '.join(parts)}"
        return f"{text} ({self.allowed} allowed)" if self.allowed else text

    def to_dict(self) -> dict[str, Any]:
        """Give the same as JSON takes it."""
        return {
            "policies": list(self.names),
            "errors": len(self.errors),
            "warnings": len(self.warnings),
            "notes": len(self.of("note")),
            "allowed": self.allowed,
            "found": [
                {
                    "file": fault.source,
                    "line": fault.line,
                    "column": fault.column,
                    "level": level_of(fault.code),
                    "code": fault.code,
                    "message": fault.message,
                    "hint": fault.hint or None,
                }
                for fault in self.found
            ],
        }
