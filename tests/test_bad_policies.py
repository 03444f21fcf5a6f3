"""Faulty policies, each beside the exact message that it must give.

``bad_policies/lower`` holds policies that the faulty ones are laid over.
"""

from pathlib import Path
from typing import get_args

import pytest

from missingrules.checks import PolicyCode
from missingrules.errors import PolicyError
from missingrules.layers import source_from_text
from missingrules.yamlsource import YamlCode, decode

FOLDER = Path(__file__).parent / "bad_policies"
FILES = sorted(FOLDER.glob("*.yaml"))

# These need more than one small file; the tests named give it.
ELSEWHERE = {
    "file-too-big": "test_yamlsource",
    "too-many-nodes": "test_yamlsource",
    "too-many-layers": "test_layers",
}


def message(file: Path) -> str:
    """Load a faulty policy and give its message, with files named from the folder."""
    with pytest.raises(PolicyError) as caught:
        source_from_text(decode(file.read_bytes(), file.name), file.name, file.parent)
    shown = str(caught.value).replace(f"{FOLDER}/", "").replace(f"{FOLDER}\\", "")
    return shown.replace("lower\\", "lower/")


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_faulty_policy_gives_exactly_its_message(file: Path) -> None:
    expected = file.with_suffix(".txt").read_text(encoding="utf-8")
    assert message(file) + "\n" == expected


def test_every_faulty_policy_has_a_message_and_every_message_a_policy() -> None:
    assert [file.stem for file in FILES] == [file.stem for file in sorted(FOLDER.glob("*.txt"))]
    assert len(FILES) >= 45


def test_every_code_is_shown_by_a_faulty_policy() -> None:
    messages = "\n".join(file.read_text(encoding="utf-8") for file in FOLDER.glob("*.txt"))
    codes = {*get_args(YamlCode), *get_args(PolicyCode)} - ELSEWHERE.keys()
    assert sorted(code for code in codes if f": {code}: " not in messages) == []


def test_every_code_shown_is_declared() -> None:
    declared = {*get_args(YamlCode), *get_args(PolicyCode)}
    for file in FILES:
        with pytest.raises(PolicyError) as caught:
            source_from_text(decode(file.read_bytes(), file.name), file.name, file.parent)
        assert {fault.code for fault in caught.value.faults} <= declared
        assert list(caught.value.faults) == sorted(set(caught.value.faults))
        assert all(fault.line >= 1 and fault.column >= 1 for fault in caught.value.faults)
