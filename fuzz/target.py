"""Runs one target under atheris: its seeds, its mutations, and what becomes of a find."""

from __future__ import annotations

import atexit
import hashlib
import shutil
import sys
import tempfile
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

HERE: Final = Path(__file__).resolve().parent
ROOT: Final = HERE.parent
KEEP_GOING: Final = "--keep-going"
DEFAULTS: Final = ("-timeout=10", "-rss_limit_mb=3000", "-print_final_stats=1")
"""More than 10 seconds for one input is a hang; memory is counted with all that Python has."""


@dataclass(frozen=True, slots=True)
class Target:
    """What is fuzzed: ``check`` raises for an input that shows a fault.

    ``seeds`` gives the first inputs; ``mutate`` takes an input, the longest that it may make and a
    number to begin chance with. ``longest`` is the longest input in bytes.
    """

    name: str
    check: Callable[[bytes], None]
    seeds: Callable[[], Iterable[bytes]]
    mutate: Callable[[bytes, int, int], bytes]
    longest: int = 3_000


def scratch() -> Path:
    """Make a folder for the files of one process, in memory where the system offers it."""
    memory = Path("/dev/shm")  # noqa: S108 - a fresh folder of a random name is made in it
    made = tempfile.mkdtemp(prefix="fuzz-", dir=memory if memory.is_dir() else None)
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)


def run(target: Target, given: list[str]) -> None:
    """Fuzz until told to stop, or try the files that are among the arguments ``given``."""
    import atheris  # the targets can be tried without it

    arguments = [each for each in given if each != KEEP_GOING]
    check = target.check
    if KEEP_GOING in given:
        check = _Kept(target)
    if not any(Path(each).is_file() for each in arguments):
        arguments = [*arguments, str(_corpus(target))]
    options = [*DEFAULTS, f"-max_len={target.longest}"]
    told = {each.split("=")[0] for each in arguments}
    options = [each for each in options if each.split("=")[0] not in told]
    argv = [sys.argv[0], *options, f"-artifact_prefix={_finds(target)}/", *arguments]
    atheris.Setup(argv, check, custom_mutator=target.mutate)
    atheris.Fuzz()


class _Kept:
    """Puts aside each input that shows a fault, once a place in the code, and goes on."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._seen: set[tuple[object, ...]] = set()

    def __call__(self, raw: bytes) -> None:
        try:
            self._target.check(raw)
        except Exception as error:  # noqa: BLE001 - whatever is raised is the find
            frames = traceback.extract_tb(error.__traceback__)
            ours = [frame for frame in frames if "missingrules" in frame.filename] or frames
            said = str(error) if isinstance(error, AssertionError) else ""
            place = (type(error), said.split(":")[0], ours[-1].filename, ours[-1].lineno)
            if place not in self._seen:
                self._seen.add(place)
                name = f"find-{hashlib.sha256(raw).hexdigest()[:16]}"
                (_finds(self._target) / name).write_bytes(raw)
                print(f"FIND {len(self._seen)}: {name}", file=sys.stderr)
                traceback.print_exception(error)


def _corpus(target: Target) -> Path:
    """Give the folder of inputs, which begins with the seeds."""
    folder = HERE / "corpus" / target.name
    folder.mkdir(parents=True, exist_ok=True)
    for seed in target.seeds():
        (folder / hashlib.sha256(seed).hexdigest()[:40]).write_bytes(seed)
    return folder


def _finds(target: Target) -> Path:
    folder = HERE / "finds" / target.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
