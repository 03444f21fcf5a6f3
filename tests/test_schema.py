"""The JSON Schema of policy files: up to date, sound, and in agreement with the loader."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from missingrules import schema
from missingrules.layers import policies_folder, shipped
from missingrules.vocabulary import standard
from missingrules.yamlsource import read

BAD = Path(__file__).parent / "bad_policies"
MADE = schema.schema()
VALIDATOR = jsonschema.Draft202012Validator(MADE)


def data(file: Path) -> Any:
    return read(file.read_text(encoding="utf-8"), file.name).data


def test_the_committed_schema_is_up_to_date() -> None:
    committed = (policies_folder() / schema.FILE_NAME).read_text(encoding="utf-8")
    assert committed == schema.text(), "run python -m missingrules.schema"


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(MADE)


@pytest.mark.parametrize("name", sorted(shipped()))
def test_shipped_policies_validate(name: str) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(data(shipped()[name]))] == []


LAYER = {
    "policy": "local",
    "edition": "2",
    "extends": "england",
    "parameters": {"repeat_count": {"note": "Agreed locally."}},
    "rules": [{"id": "strategy-meeting", "active": False, "if": None, "require": None}],
}
WHOLE = {
    "policy": "whole",
    "title": "A whole policy",
    "edition": "1",
    "conventions": {"zone": "Europe/London"},
    "parameters": {"repeat_count": {"value": 3, "basis": "inferred"}},
    "rules": [{"id": "r", "title": "R", "authority": "statute", "basis": "inferred"}],
}


def test_a_layer_may_leave_out_what_lower_layers_say() -> None:
    assert VALIDATOR.is_valid(LAYER)
    assert not VALIDATOR.is_valid({**LAYER, "edition": None})
    for key in ("policy", "edition"):
        assert not VALIDATOR.is_valid({k: v for k, v in LAYER.items() if k != key})


@pytest.mark.parametrize(
    "change",
    [
        {"title": None},
        {"conventions": None},
        {"parameters": {"repeat_count": {"value": 3}}},
        {"parameters": {"repeat_count": {"basis": "inferred"}}},
        {"rules": [{"id": "r", "active": False}]},
    ],
)
def test_a_policy_that_extends_nothing_must_be_whole(change: dict[str, Any]) -> None:
    assert VALIDATOR.is_valid(WHOLE)
    changed = {key: value for key, value in {**WHOLE, **change}.items() if value is not None}
    assert not VALIDATOR.is_valid(changed)


@pytest.mark.parametrize(
    "condition",
    [
        {"category": "concern_for_safety"},
        {"category": ["missing", "one_of_a_policy"]},
        {"looked_after": True},
        {"looked_after": ["yes", "no"]},
        {"graded.grade": "high"},
        {"field_of_a_policy": "word"},
        {"all": ["term", {"not": {"marker": ["cse", "cce"]}}], "by": "15 minutes"},
    ],
)
def test_conditions_validate(condition: object) -> None:
    assert VALIDATOR.is_valid({**WHOLE, "terms": {"t": condition}})


@pytest.mark.parametrize(
    "condition",
    [
        {"looked_after": "maybe"},
        {"category": 3},
        {"category": []},
        {"all": []},
        {"not": ["a"]},
        {"age": {"over": 12}},
        {"lasted": {"at_least": "3 months"}},
        {"if_": 3},
        3,
    ],
)
def test_conditions_that_cannot_be_are_underlined(condition: object) -> None:
    assert not VALIDATOR.is_valid({**WHOLE, "terms": {"t": condition}})


def test_words_of_the_vocabulary_are_offered() -> None:
    parts = MADE["$defs"]
    assert parts["KindOfEntry"]["anyOf"][0]["enum"] == list(standard().kinds)
    offered = parts["ConditionForm"]["properties"]
    categories = standard().kinds["categorised"].fields["category"].values
    assert offered["category"]["anyOf"][0]["enum"] == list(categories or ())
    assert "categorised.category" in offered
    assert "rationale" not in offered, "several kinds have it"
    assert {"markers", "concerns"} == set(
        parts["Require"]["properties"]["names_known"]["items"]["enum"]
    )


@pytest.mark.parametrize("file", sorted(BAD.glob("shape_*.yaml")), ids=lambda file: file.stem)
def test_faults_of_shape_are_underlined_while_typing(file: Path) -> None:
    if file.stem not in ("shape_null", "shape_blank"):  # layers may hold null; blank text is text
        assert not VALIDATOR.is_valid(data(file))


def test_hover_texts_are_sentences() -> None:
    for name, part in MADE["$defs"].items():
        for key, meaning in part.get("properties", {}).items():
            text = meaning.get("description", "")
            assert text.endswith((".", "?")), f"{name}.{key}"
            assert "``" not in text, f"{name}.{key}"


def test_the_command_writes_and_checks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(schema, "policies_folder", lambda: tmp_path)
    monkeypatch.setattr(schema, "mappings_folder", lambda: tmp_path)
    assert schema.main(["--check"]) == 1
    assert "not up to date" in capsys.readouterr().err
    assert schema.main([]) == 0
    assert schema.main(["--check"]) == 0
    assert json.loads((tmp_path / schema.FILE_NAME).read_text(encoding="utf-8")) == MADE
    (tmp_path / schema.FILE_NAME).write_text("{}", encoding="utf-8")
    assert schema.main(["--check"]) == 1
    assert schema.main(["--chekc"]) == 2


def test_the_module_runs() -> None:
    done = subprocess.run([sys.executable, "-m", "missingrules.schema", "--check"], check=False)
    assert done.returncode == 0
