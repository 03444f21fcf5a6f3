"""The targets of fuzzing, tried on some of their first inputs, so that they stay fit to be run."""

from __future__ import annotations

from importlib import import_module
from itertools import islice
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent / "fuzz"
TARGETS = sorted(path.stem for sign in ("load", "read") for path in FOLDER.glob(f"{sign}_*.py"))
OF_ATHERIS = {"read_table"}  # it lets atheris choose what is in its tables
EACH = 100


def test_the_targets_are_those_of_the_page() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    listed = [line.split("`")[1] for line in page.splitlines() if line.startswith("| `")]
    assert sorted(listed) == TARGETS


@pytest.mark.parametrize("name", [name for name in TARGETS if name not in OF_ATHERIS])
def test_a_target_finds_nothing_in_its_first_inputs(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    target = import_module(name).TARGET
    assert target.name == name
    tried = 0
    for seed in islice(target.seeds(), 0, None, EACH):
        target.check(seed)
        tried += 1
    assert tried
