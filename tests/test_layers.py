"""Finding policies, reading them with all that they extend, and checking the whole."""

from __future__ import annotations

import json
import pickle
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from missingrules import layers
from missingrules.errors import Fault, PolicyError
from missingrules.layers import Layer, PolicySource, load_source, shipped, source_from_text
from missingrules.yamlsource import Place, read

BASE = """\
policy: base
title: A policy to lay others over
edition: "1"
conventions: {zone: Europe/London, holidays: {country: GB, subdivision: ENG}}
sources:
  guide: {title: A guide, publisher: A force, published: "2020"}
parameters:
  repeat_count: {value: 3, basis: stated, cite: {source: guide}}
  repeat_window: {value: 90 days, edge: inclusive, basis: assumed, note: The guide gives no edge.}
  meeting_deadline: {value: 5 working days, basis: inferred}
  rationale_grace: {value: 15 minutes, basis: inferred}
terms:
  proper:
    all: [{category: concern_for_safety}, {ground: enquiries_not_made}]
    by: rationale_grace
  missing: {all: [{recorded: category}, {not: proper}, {not: {whereabouts: known}}]}
rules:
  - id: strategy-meeting
    title: Strategy meeting
    authority: force_policy
    basis: stated
    cite: {source: guide}
    on:
      episodes: missing
      as_recorded: {category: missing}
      reach: repeat_count
      within: repeat_window
    if: {any: [{marker: [cse, cce]}, {age: {under: 16}}, {looked_after: yes}]}
    require: {action: strategy_meeting_held, within: meeting_deadline}
  - id: rationale
    title: Rationale
    authority: inspectorate_expectation
    basis: inferred
    on: {entry: categorised, where: {category: concern_for_safety}}
    require: {field: rationale, within: rationale_grace}
"""


def faults(text: str, base_dir: Path | None = None) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        source_from_text(text, "p", base_dir)
    return [fault.code for fault in caught.value.faults]


# --- Shipped policies -----------------------------------------------------------------------------


def test_policies_are_shipped_by_name() -> None:
    assert {"england", "wiltshire", "good_practice"} <= shipped().keys()
    assert all(path.is_file() and path.suffix == ".yaml" for path in shipped().values())


@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_shipped_policy_loads_and_is_called_by_its_name(name: str) -> None:
    source = load_source(name)
    assert source.file.policy == name
    assert source.layers[-1] == Layer(name, source.file.edition, str(shipped()[name]))


def test_a_name_is_never_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "england").write_text(BASE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert load_source("england").file.policy == "england"
    assert load_source(Path("england")).file.policy == "base"
    assert load_source("./england").file.policy == "base"


def test_installed_policies_come_before_those_of_a_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "src" / "missingrules"
    (package).mkdir(parents=True)
    monkeypatch.setattr(layers, "__file__", str(package / "layers.py"))
    assert layers.policies_folder() == tmp_path / "policies"
    (package / "policies").mkdir()
    (package / "policies" / "mine.yaml").write_text(BASE, encoding="utf-8")
    (package / "policies" / "mine.cases.yaml").write_text("{}", encoding="utf-8")
    assert shipped() == {"mine": package / "policies" / "mine.yaml"}


def test_an_unknown_name_is_refused_with_what_is_shipped() -> None:
    with pytest.raises(PolicyError, match=r"(?s)^wiltshrie: unknown-policy: .*`wiltshire`\?$"):
        load_source("wiltshrie")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere.yaml"):
        with pytest.raises(PolicyError, match=f"^{re.escape(str(path))}: unreadable-file: "):
            load_source(path)


# --- Extending ------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE, encoding="utf-8")
    return tmp_path


LOCAL = 'policy: local\nedition: "2"\nextends: ./base.yaml\n'


def test_a_path_starts_from_the_file_that_names_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "local.yaml").write_text(LOCAL.replace("./", "../"), encoding="utf-8")
    monkeypatch.chdir(folder.parent)
    source = load_source(folder / "sub" / "local.yaml")
    assert source.layers == (
        Layer("base", "1", str(folder / "base.yaml")),
        Layer("local", "2", str(folder / "sub" / "local.yaml")),
    )
    assert [rule.id for rule in source.file.rules] == ["strategy-meeting", "rationale"]


def test_text_without_a_folder_extends_shipped_policies_only() -> None:
    assert faults(LOCAL) == ["bad-extends"]
    source = source_from_text(LOCAL.replace("./base.yaml", "england"))
    assert [layer.policy for layer in source.layers] == ["england", "local"]


@pytest.mark.parametrize("extends", ["./base.txt", "base.yaml/", "./england", "England"])
def test_only_yaml_files_can_be_extended(folder: Path, extends: str) -> None:
    assert faults(LOCAL.replace("./base.yaml", extends), folder) == ["bad-extends"]


def test_an_absolute_path_cannot_be_extended(folder: Path) -> None:
    absolute = json.dumps(str(folder / "base.yaml"))
    assert faults(LOCAL.replace("./base.yaml", absolute), folder) == ["bad-extends"]


def test_terms_bind_late(folder: Path) -> None:
    source = source_from_text(LOCAL + "terms: {proper: {marker: cse}}\n", base_dir=folder)
    assert not isinstance(source.file.terms["proper"], str)
    assert source.file.terms["proper"].marker == "cse"
    assert source.place(("terms", "proper")).source == "<policy>"
    assert source.place(("terms", "missing")).source == str(folder / "base.yaml")


def test_a_fault_stands_in_the_layer_that_has_the_last_word(folder: Path) -> None:
    with pytest.raises(PolicyError) as caught:
        source_from_text(LOCAL + "terms: {missing: {marker: xse}}\n", "local", folder)
    assert [str(fault).split(": ")[0] for fault in caught.value.faults] == ["local:4:27"]


def test_a_term_taken_by_a_layer_below_may_break_above(folder: Path) -> None:
    text = LOCAL + "terms: {proper: {marker: cse}}\nrules: [{id: rationale, if: prope}]\n"
    assert faults(text, folder) == ["unknown-term"]


def test_a_rule_can_be_turned_off_and_on(folder: Path) -> None:
    off = source_from_text(LOCAL + "rules: [{id: rationale, active: false}]\n", base_dir=folder)
    assert [rule.active for rule in off.file.rules] == [True, False]


def test_a_new_value_must_say_its_basis(folder: Path) -> None:
    text = LOCAL + "parameters: {repeat_count: {value: 2%s}}\n"
    assert faults(text % "", folder) == ["basis-not-restated"]
    source = source_from_text(text % ", basis: assumed, note: A guess.", base_dir=folder)
    assert source.file.parameters["repeat_count"].cite is None


def test_a_policy_cannot_extend_itself(folder: Path) -> None:
    path = folder / "local.yaml"
    path.write_text(LOCAL.replace("base", "local"), encoding="utf-8")
    with pytest.raises(PolicyError, match=r":3:10: extends-in-a-circle: .*local -> local$"):
        load_source(path)


def test_the_number_of_layers_is_limited(folder: Path) -> None:
    for number in range(layers.MOST_LAYERS + 1):
        below = "base" if number == 0 else f"l{number - 1}"
        text = LOCAL.replace("base", below).replace("local", f"l{number}")
        (folder / f"l{number}.yaml").write_text(text, encoding="utf-8")
    last = layers.MOST_LAYERS - 2  # the base is a layer, and the first one is number 0
    assert len(load_source(folder / f"l{last}.yaml").layers) == layers.MOST_LAYERS
    with pytest.raises(PolicyError, match="too-many-layers"):
        load_source(folder / f"l{last + 1}.yaml")


def test_faults_of_a_layer_below_are_told_with_its_name(folder: Path) -> None:
    (folder / "base.yaml").write_text(BASE + "severity: [\n", encoding="utf-8")
    with pytest.raises(PolicyError, match=r"base\.yaml:\d+:\d+: yaml-syntax"):
        source_from_text(LOCAL, base_dir=folder)


# --- The whole ------------------------------------------------------------------------------------


def test_all_faults_are_collected_sorted_and_each_told_once() -> None:
    text = BASE.replace("marker: [cse, cce]", "marker: [xse, cce]").replace(
        "missing: {all", "mising: {all"
    )
    with pytest.raises(PolicyError) as caught:
        source_from_text(text)
    found = caught.value.faults
    assert [fault.code for fault in found] == ["unknown-term", "unknown-value"]
    assert list(found) == sorted(set(found))


def test_the_digest_is_of_what_is_said() -> None:
    digest = source_from_text(BASE).digest
    assert re.fullmatch(r"[0-9a-f]{64}", digest)
    said_as_json = json.dumps(read(BASE, "p").data, indent=1)
    assert source_from_text("# a comment\n" + said_as_json, "elsewhere").digest == digest
    assert source_from_text(BASE.replace("under: 16", "under: 17")).digest != digest
    assert source_from_text(BASE.replace("A guide", "Another guide")).digest != digest


def test_the_digest_does_not_tell_layers_from_one_file(folder: Path) -> None:
    changed = BASE.replace("policy: base", "policy: local").replace('edition: "1"', 'edition: "2"')
    assert source_from_text(LOCAL, base_dir=folder).digest == source_from_text(changed).digest


def test_a_source_can_be_sent_to_another_process() -> None:
    source = source_from_text(BASE)
    copy = pickle.loads(pickle.dumps(source))  # noqa: S301 - our own bytes
    assert copy.file == source.file
    assert (copy.digest, copy.layers) == (source.digest, source.layers)
    assert copy.place(("policy",)) == Place("<policy>", 1, 9)


# --- Nothing but a policy or its faults -----------------------------------------------------------


def outcome(text: str) -> PolicySource | tuple[Fault, ...]:
    try:
        return source_from_text(text)
    except PolicyError as error:
        return error.faults


@settings(max_examples=200)
@given(st.data())
def test_a_policy_with_a_slip_of_the_keyboard_is_read_or_refused(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(BASE)))
    gone = data.draw(st.integers(0, 3))
    typed = data.draw(st.text(st.sampled_from(" \n:-[]{}',\"&*!#|>x3"), max_size=3))
    assert outcome(BASE[:at] + typed + BASE[at + gone :])
