"""Fuzzing: ``python fuzz TARGET [--keep-going] [options of libFuzzer] [files or folders]``.

The package is loaded here before a target is, because only what is loaded here reports coverage.
"""

from __future__ import annotations

import pkgutil
import sys
from importlib import import_module
from pathlib import Path
from typing import Final

import atheris

import missingrules

_TARGETS: Final = sorted(
    path.stem for sign in ("read", "load") for path in Path(__file__).parent.glob(f"{sign}_*.py")
)
_NOT_FUZZED: Final = (
    *("__main__", "cli", "edges", "figures", "html", "report", "schema", "synth", "terminal"),
    *("testing", "text"),
)


def main() -> None:
    """Fuzz the target that is named."""
    if len(sys.argv) < 2 or sys.argv[1] not in _TARGETS:  # noqa: PLR2004 - the program, the target
        sys.exit(f"Name a target: {', '.join(_TARGETS)}.")
    with atheris.instrument_imports(include=["missingrules"]):
        for found in pkgutil.walk_packages(missingrules.__path__, "missingrules."):
            if not found.name.split(".")[1].startswith(_NOT_FUZZED):
                import_module(found.name)
    from target import run

    run(import_module(sys.argv[1]).TARGET, sys.argv[2:])


main()
