"""What the checks of one policy share: the policy, and the faults found so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from missingrules.checks.codes import fault

if TYPE_CHECKING:
    from missingrules.checks.codes import PolicyCode
    from missingrules.checks.unfolding import Size
    from missingrules.errors import Fault
    from missingrules.language import Parameter, PolicyFile
    from missingrules.policysource import PolicySource
    from missingrules.vocabulary import Vocabulary
    from missingrules.yamlsource import Path


@dataclass(slots=True)
class Review:
    """Holds the faults of one policy, each once."""

    source: PolicySource
    found: dict[Fault, None] = field(default_factory=dict)
    sizes: dict[str, Size] = field(default_factory=dict)
    """How large each term is, once that was looked at."""

    @property
    def file(self) -> PolicyFile:
        """The policy as its file says it."""
        return self.source.file

    @property
    def parameters(self) -> dict[str, Parameter]:
        """The parameters by name."""
        return self.source.file.parameters

    @property
    def vocabulary(self) -> Vocabulary:
        """What logs may hold under this policy."""
        return self.source.vocabulary

    def fault(self, path: Path, code: PolicyCode, message: str, hint: str = "") -> None:
        """Note a fault at the value that stands at a path."""
        self.found.setdefault(fault(self.source.place(path), code, message, hint))

    def key_fault(self, path: Path, code: PolicyCode, message: str, hint: str = "") -> None:
        """Note a fault at the key that leads to a path."""
        self.found.setdefault(fault(self.source.key_place(path), code, message, hint))
