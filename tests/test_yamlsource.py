"""YAML as policies are written in: what is read, where it stands, and what is refused."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from missingrules import yamlsource
from missingrules.errors import Fault, LogError, PolicyError
from missingrules.yamlsource import Located, Path, Place, decode, parse, read

if TYPE_CHECKING:
    from collections.abc import Callable


def codes(text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        read(text, "p")
    return [fault.code for fault in caught.value.faults]


T = TypeVar("T")


def outcome(reading: Callable[[], T]) -> T | tuple[Fault, ...]:
    try:
        return reading()
    except PolicyError as error:
        return error.faults


# --- Scalars --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("true", True),
        ("FALSE", False),
        ("tRUE", "tRUE"),
        ("3", 3),
        ("-3", -3),
        ("+3", 3),
        ("012", 12),
        ("0o12", 10),
        ("0x1F", 31),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("190:20:30", "190:20:30"),
        ("2.5", 2.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("-.inf", float("-inf")),
        ("2022-09", "2022-09"),
        ("2022-09-01", "2022-09-01"),
        ("2022-09-01T10:00:00Z", "2022-09-01T10:00:00Z"),
        ("90 days", "90 days"),
        ("~", None),
        ("null", None),
        ("'3'", "3"),
        ('"true"', "true"),
        ("=", "="),
        ("<<", "<<"),
    ],
)
def test_scalars_follow_the_core_rules_of_yaml_1_2(written: str, value: object) -> None:
    read_value = read(f"key: {written}", "p").data["key"]
    assert (read_value, type(read_value)) == (value, type(value))


@pytest.mark.parametrize("key", ["on", "yes", "3", "null", "2022-09-01", "true", "<<"])
def test_a_key_is_text_however_it_is_written(key: str) -> None:
    assert read(f"{key}: 1", "p").data == {key: 1}


def test_a_number_of_ordinary_length_is_a_number() -> None:
    assert read("n: 123456789012345678", "p").data == {"n": 123456789012345678}


# --- Places ---------------------------------------------------------------------------------------

TEXT = """\
# a comment
policy: sample
terms:
  found: {any: [located, {not: away}]}
rules:
  - id: one
"""


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ((), (2, 1), None),
        (("policy",), (2, 9), (2, 1)),
        (("terms",), (4, 3), (3, 1)),
        (("terms", "found"), (4, 10), (4, 3)),
        (("terms", "found", "any", 0), (4, 17), None),
        (("terms", "found", "any", 1, "not"), (4, 32), (4, 27)),
        (("rules", 0), (6, 5), None),
        (("rules", 0, "id"), (6, 9), (6, 5)),
    ],
)
def test_values_and_keys_have_places(
    path: Path, value: tuple[int, int], key: tuple[int, int] | None
) -> None:
    located = read(TEXT, "p")
    assert located.places[path] == Place("p", *value)
    assert located.keys.get(path) == (None if key is None else Place("p", *key))
    assert located.key_place(path) == Place("p", *(key or value))


def test_what_is_not_there_has_the_place_of_what_would_hold_it() -> None:
    assert read(TEXT, "p").place(("rules", 0, "on", "entry")) == Place("p", 6, 5)


def test_columns_count_characters_not_bytes() -> None:
    assert read("ü: {é: x}", "p").place(("ü", "é")) == Place("p", 1, 8)


# What a JSON text can hold that is not an escape in YAML only.
_SIGNS = st.characters(min_codepoint=0x20, max_codepoint=0xFFFD, exclude_categories=["Cs", "Cc"])
_SCALARS = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(_SIGNS, max_size=9)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(_SIGNS, max_size=9), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.text(_SIGNS, max_size=9), _VALUES, min_size=1, max_size=4))
def test_json_is_read_as_it_is_and_every_scalar_stands_at_its_place(data: dict[str, Any]) -> None:
    text = json.dumps(data, indent=1)
    located = read(text, "p")
    assert located.data == data
    lines = text.split("\n")
    for path, place in located.places.items():
        value: Any = data
        for step in path:
            value = value[step]
        if not isinstance(value, dict | list):
            assert lines[place.line - 1][place.column - 1 :].startswith(json.dumps(value))


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    found = outcome(lambda: read(text, "p"))
    if isinstance(found, Located):
        assert isinstance(found.data, dict)
    else:
        assert found
        assert all(fault.source == "p" and fault.line and fault.column for fault in found)


@given(st.binary())
def test_any_bytes_are_text_or_refused(raw: bytes) -> None:
    found = outcome(lambda: decode(raw, "p"))
    if isinstance(found, str):
        assert found.encode() in (raw, raw[3:])
    else:
        assert [fault.code for fault in found] == ["not-utf8"]


# --- What is refused ------------------------------------------------------------------------------


def test_all_keys_given_twice_are_reported_and_the_first_value_counts() -> None:
    assert codes("a: 1\nb: {c: 1, c: 2}\na: 3") == ["duplicate-key", "duplicate-key"]


@pytest.mark.parametrize(
    "text", ["a: &x 1\nb: *x", "a: &x {b: *x}", "a: &x [1]\nb: {<<: *x}", "&x a: 1"]
)
def test_anchors_and_aliases_are_refused_before_they_are_followed(text: str) -> None:
    assert codes(text) == ["anchor"]


@pytest.mark.parametrize("tag", ["!!python/object/apply:os.system", "!local", "!", "!!str"])
def test_tags_are_refused(tag: str) -> None:
    assert codes(f"a: {tag} b") == ["tag"]


def test_a_file_has_one_document() -> None:
    assert read("---\na: 1\n...\n", "p").data == {"a": 1}
    assert codes("a: 1\n---\nb: 2\n") == ["several-documents"]


def nested(levels: int) -> str:
    return "a: " + "[" * (levels - 1) + "]" * (levels - 1)


def test_depth_is_limited() -> None:
    read(nested(yamlsource.DEEPEST), "p")
    assert codes(nested(yamlsource.DEEPEST + 1)) == ["too-deep"]
    assert codes("a: " + "[" * 100_000) == ["too-deep"]


def test_the_number_of_values_is_limited() -> None:
    most = yamlsource.MOST_NODES - 3  # the mapping, the key, the list
    read("a: [" + "1," * most + "]", "p")
    assert codes("a: [" + "1," * (most + 1) + "]") == ["too-many-nodes"]


def test_the_size_is_limited_before_anything_is_read() -> None:
    text = "a: 1\n#" + "x" * (yamlsource.LONGEST_BYTES - 6)
    assert read(text, "p").data == {"a": 1}
    assert codes(text + "x") == ["file-too-big"]
    with pytest.raises(PolicyError, match="file-too-big"):
        decode((text + "x").encode(), "p")


def test_a_byte_order_mark_is_no_fault() -> None:
    assert decode(b"\xef\xbb\xbfa: 1", "p") == "a: 1"
    assert read("\ufeffa: 1", "p").data == {"a": 1}


def test_utf16_is_not_utf8() -> None:
    with pytest.raises(PolicyError, match="p:1:1: not-utf8"):
        decode("a: 1".encode("utf-16"), "p")


def test_the_place_of_bad_bytes_counts_characters() -> None:
    with pytest.raises(PolicyError, match="p:2:4: not-utf8"):
        decode("a: 1\nü: ".encode() + b"\xff", "p")


@pytest.mark.parametrize("sign", ["\0", "\x07", "\x1b", "\x9b", "\ufffe"])
def test_control_characters_are_refused_raw_and_escaped(sign: str) -> None:
    assert codes(f"a: b{sign}") == ["control-character"]
    assert codes(f'a: "\\u{ord(sign):04x}"') == ["control-character"]


def test_half_of_a_surrogate_pair_is_refused_raw_and_escaped() -> None:
    assert codes("a: \ud800") == ["control-character"]
    assert codes('a: "\\ud800"') in (["control-character"], ["yaml-syntax"])  # by the parser


def test_a_tab_in_text_is_no_fault() -> None:
    assert read("a: |\n  b\tc\n", "p").data == {"a": "b\tc\n"}


def test_every_empty_value_is_reported() -> None:
    assert codes("a:\nb:\n  - \n  - c:\n") == ["no-value"] * 3
    assert read("a: ''", "p").data == {"a": ""}


@pytest.mark.parametrize("text", ["&{0} x: 1", "x: *{0}", "x: !{0} 1", "{0}: 1\n{0}: 2", "{0}:"])
def test_a_message_cuts_a_long_name(text: str) -> None:
    with pytest.raises(PolicyError) as caught:
        read(text.format("n" * 1_000), "p")
    assert len(str(caught.value)) < 200


def test_the_error_can_be_that_of_another_file_format() -> None:
    with pytest.raises(LogError, match="p:1:1: empty-file"):
        parse("", "p", error=LogError)


BROKEN = [
    "a: b\n c: d\n",
    "a:\n\tb: c\n",
    "a: [1, 2\nb: 3\n",
    "a: {b: c\n",
    "a: 'x\n",
    'a: "x\n',
    "a: @x\n",
    "a: `x`\n",
    "a: %x\n",
    "a:\n  - b\n c: d\n",
    "a: b\nc\n",
    "- a\nb: c\n",
    "a: b: c\n",
    "a: ]\n",
]


@pytest.mark.parametrize("text", BROKEN)
@pytest.mark.skipif(not hasattr(yaml, "CSafeLoader"), reason="PyYAML was built without libyaml")
def test_both_parsers_lead_to_one_message(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    messages = []
    for loader in (yaml.CSafeLoader, yaml.SafeLoader):
        monkeypatch.setattr(yamlsource, "_LOADER", loader)
        with pytest.raises(PolicyError) as caught:
            read(text, "p")
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
    assert {fault.code for fault in caught.value.faults} <= {"yaml-syntax", "tab"}
