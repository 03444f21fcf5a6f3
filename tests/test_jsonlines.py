"""JSON Lines: lines become objects or faults, whatever comes."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missingrules.errors import LogError
from missingrules.jsonlines import LINE_LIMIT, key_columns, read_lines

flat = st.dictionaries(st.text(max_size=8), st.text(max_size=8) | st.none() | st.booleans())


@given(st.lists(flat), st.booleans())
def test_what_json_writes_is_read(rows: list[dict[str, Any]], ascii_only: bool) -> None:
    text = "\n".join(json.dumps(row, ensure_ascii=ascii_only) for row in rows)
    data = text.encode("utf-8", "surrogatepass")
    found = [line.cells for line in read_lines(io.BytesIO(data))]
    broken = [line for line in read_lines(io.BytesIO(data)) if line.troubles]
    assert len(found) == len(rows)
    if not broken:
        assert found == rows


@given(flat)
def test_a_key_is_found_where_it_stands(row: dict[str, Any]) -> None:
    text = json.dumps(row)
    places = key_columns(text)
    for key in row:
        if key.isascii() and key.isalnum():
            assert text[places[key] - 1 :].startswith(f'"{key}"')


def test_a_key_inside_a_text_is_not_one() -> None:
    assert key_columns(r'{"a": "\"b\": 1, ", "b": 2}') == {"a": 2, "b": 21}


def test_lines_are_numbered_with_the_blank_ones() -> None:
    assert [line.number for line in read_lines([b"{}", b"", b" \r\n", b"{}"])] == [1, 4]


def test_a_byte_order_mark_is_skipped_at_the_start_only() -> None:
    mark = b"\xef\xbb\xbf"
    first, second = read_lines([mark + b'{"a": 1}', mark + b"{}"])
    assert first.cells is not None
    assert [trouble.code for trouble in second.troubles] == ["bad-json"]


def test_other_separators_of_unicode_do_not_end_a_line() -> None:
    (line,) = read_lines(io.BytesIO('{"a": "x\u2028y\u0085z"}'.encode()))
    assert line.cells == {"a": "x\u2028y\u0085z"}


@pytest.mark.parametrize("newline", ["\n", ""])
def test_a_text_stream_is_bounded_too(newline: str) -> None:
    stream = io.StringIO("x" * (3 * LINE_LIMIT) + newline)
    assert [line.troubles[0].code for line in read_lines(stream)] == ["line-too-long"]


def test_a_text_stream_that_is_not_utf_8_is_an_error_of_this_package() -> None:
    stream = io.TextIOWrapper(io.BytesIO(b"{}\n\xff\n"), encoding="utf-8")
    with pytest.raises(LogError, match="binary mode"):
        list(read_lines(stream))


def test_what_has_no_lines_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="int"):
        list(read_lines([1]))  # type: ignore[arg-type]
