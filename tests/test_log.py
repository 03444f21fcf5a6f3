"""A log: what the reader takes, what it rejects, and what it says about it."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import pickle
import tracemalloc
from itertools import permutations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from missingrules import entries
from missingrules.calendar import to_us
from missingrules.entries import Graded, TypedEntry
from missingrules.entry import Entry, derive_entry_id, to_entry, to_json
from missingrules.episoderow import Episode
from missingrules.errors import Fault, LogError
from missingrules.jsonlines import LINE_LIMIT
from missingrules.language import Additions
from missingrules.log import Log, read_jsonl
from missingrules.tablerows import entry_from_row, to_entries
from missingrules.vocabulary import Field, Kind, standard

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BAD_LOGS = sorted((Path(__file__).parent / "bad_logs").glob("*.jsonl"))
ZONES = {"local_times": "Europe/London"}
AT = "2024-05-04T21:10:00Z"
ROW = {"child_id": "C1", "episode_id": "E1", "at": AT, "kind": "fim_notified"}


def read(*rows: Mapping[str, object] | str | bytes, **options: Any) -> Log:
    lines = [row if isinstance(row, (str, bytes)) else json.dumps(row) for row in rows]
    return read_jsonl([x.encode() if isinstance(x, str) else x for x in lines], **options)


def only(log: Log) -> Entry:
    (entry,) = log.entries
    return entry


# --- Bad logs, each beside what must be said about it --------------------------------------------


def outcome(log: Log) -> str:
    conflicts = ", ".join(log.conflicts) or "none"
    incomplete = ", ".join(sorted(log.incomplete)) or "none"
    rows = (
        f"rows {log.rows} = accepted {len(log.entries)} + duplicates {log.duplicates}"
        f" + rejected {log.rejected}"
    )
    children = f"incomplete: {incomplete}; unattributed: {log.unattributed}; conflicts: {conflicts}"
    return "\n".join([*map(str, log.faults), rows, children, ""])


@pytest.mark.parametrize("path", BAD_LOGS, ids=lambda path: path.stem)
def test_a_bad_log_says_what_is_wrong_and_where(path: Path) -> None:
    log = read_jsonl(path, zone=ZONES.get(path.stem), source=path.name)
    assert outcome(log) == path.with_suffix(".txt").read_text("utf-8")


def test_there_are_bad_logs() -> None:
    assert len(BAD_LOGS) >= 12


# --- Generated entries ---------------------------------------------------------------------------

ids = st.from_regex(r"[A-Za-z0-9_é子][A-Za-z0-9_./:é子-]{0,11}", fullmatch=True)
words = st.from_regex(r"[a-z][a-z0-9_]{0,11}", fullmatch=True)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
instants = st.datetimes(
    dt.datetime(1900, 1, 2),  # noqa: DTZ001 - hypothesis puts the zone on
    dt.datetime(2199, 12, 30),  # noqa: DTZ001
    timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=-3, minutes=-30))]),
)
labels = st.sampled_from(["Swindon", "North (rural)", "St John's & Co."])


def cells(field: Field) -> st.SearchStrategy[object]:
    value = words if field.values is None else st.sampled_from(field.values)
    return {
        "choice": value,
        "choices": st.lists(value, max_size=3),
        "yes_no": st.sampled_from(["yes", "no", "not_applicable", True, False]),
        "text": texts,
        "date": st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31)),
        "instant": instants,
        "reference": ids,
    }[field.type]


@st.composite
def typed_entries(draw: st.DrawFn) -> TypedEntry:
    model = entries.KINDS[draw(st.sampled_from(sorted(entries.KINDS)))]
    kind = standard().kinds[model.model_fields["kind"].default]
    given_cells: dict[str, object] = {"child_id": draw(ids), "at": draw(instants)}
    if kind.home != "child":
        given_cells["episode_id"] = draw(ids)
    for name, strategy in {
        "recorded_at": instants,
        "entry_id": ids,
        "by": words,
        "area": labels,
        "authority": labels,
    }.items():
        given_cells[name] = draw(st.none() | strategy)
    for field in kind.fields.values():
        strategy = cells(field)
        given_cells[field.name] = draw(strategy if field.required else st.none() | strategy)
    return model.model_validate(given_cells)


garbage = st.one_of(
    st.binary(max_size=60),
    st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from([*ROW, "grade", "x"]), inner, max_size=5)
        ),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode()),
)


@given(typed_entries())
def test_the_reader_makes_of_a_typed_entry_in_json_what_to_entry_makes_of_it(
    typed: TypedEntry,
) -> None:
    assert only(read(typed.model_dump_json(exclude_none=True))) == to_entry(typed)


@given(typed_entries())
def test_an_entry_written_as_json_is_read_back_as_it_was(typed: TypedEntry) -> None:
    entry = to_entry(typed)
    assert only(read(to_json(entry))) == entry
    assert to_json(only(read(to_json(entry)))) == to_json(entry)


@given(typed_entries())
def test_a_row_of_python_values_is_the_same_entry_as_its_text(typed: TypedEntry) -> None:
    assert entry_from_row(typed.model_dump()) == to_entry(typed)


@given(
    typed_entries(),
    st.sampled_from([" ", "=x", 7, 1.5, True, "", None, ["x y"], ["cse"], {"a": 1}, "2024-01-01"]),
)
def test_typed_entries_refuse_and_accept_what_the_reader_does(
    typed: TypedEntry, other: object
) -> None:
    plain = typed.model_dump(mode="json", exclude_none=True)
    for name in {*type(typed).model_fields, "nonsense"} - {"kind"}:
        row = {**plain, name: other}
        found = entry_from_row(row)
        try:
            made = to_entry(type(typed).model_validate(row))
        except LogError as error:
            codes = sorted(fault.code for fault in error.faults)
        else:
            assert found == made
            continue
        assert isinstance(found, list)
        assert sorted(fault.code for fault in found) == codes


@given(st.lists(typed_entries().map(lambda typed: typed.model_dump_json().encode()) | garbage))
def test_rows_are_accepted_duplicates_and_rejected_and_nothing_else(lines: list[bytes]) -> None:
    data = b"\n".join(lines + lines[::2])
    log = read_jsonl(io.BytesIO(data))
    assert log.rows == len(log.entries) + log.duplicates + log.rejected
    assert {fault.line for fault in log.faults} == set(range(1, data.count(b"\n") + 2)) - {
        number
        for number, line in enumerate(data.split(b"\n"), start=1)
        if not read(line if number == 1 else b"\n" + line).rejected  # a mark is one at the start
    }
    assert len({fault.line for fault in log.faults}) == log.rejected
    assert log.unattributed <= log.rejected
    assert len(log.incomplete) <= log.rejected - log.unattributed


@given(st.lists(typed_entries(), max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_rows_and_repeated_rows_do_not_matter(
    typed: list[TypedEntry], random: Any
) -> None:
    rows = [to_json(to_entry(each)) for each in typed]
    shuffled = rows + rows
    random.shuffle(shuffled)
    first, second = read(*rows), read(*shuffled)
    assert (first.entries, first.conflicts) == (second.entries, second.conflicts)
    assert second.duplicates == first.duplicates + len(rows)


# --- What is never said --------------------------------------------------------------------------


@given(st.lists(st.sampled_from([*ROW, "grade", "rationale", "refers_to", "by"]), max_size=4))
def test_no_fault_quotes_what_a_cell_held(names: list[str]) -> None:
    private = "Zebedee Quux, 12 High Street"
    for kind in ("graded", "marker_added", private):
        row = {**ROW, "kind": kind, "grade": "x", **dict.fromkeys(names, private), private: private}
        found = entry_from_row(row)
        assert isinstance(found, list)
        said = "\n".join(map(str, (*found, *read(row).faults)))
        assert "Zebedee" not in said
        assert "High Street" not in said


# --- Entries -------------------------------------------------------------------------------------


def test_an_entry_is_known_from_the_later_of_when_it_was_and_when_it_was_entered() -> None:
    later = only(read({**ROW, "recorded_at": "2024-05-05T00:00:00Z"}))
    ahead = only(read({**ROW, "recorded_at": "2024-05-01T00:00:00Z"}))
    assert later.known == later.recorded > later.at
    assert ahead.known == ahead.at > ahead.recorded


def test_without_recorded_at_an_entry_was_entered_when_it_happened() -> None:
    assert only(read(ROW)).recorded == to_us(dt.datetime(2024, 5, 4, 21, 10, tzinfo=dt.UTC))


def test_fields_have_one_form_each() -> None:
    entry = only(
        read(
            {
                **ROW,
                "kind": "ppn_submitted",
                "carries": ["self_harm", "cse", "cse"],
                "voice_of_child": True,
                "school": "not_applicable",
                "ethnicity": None,
                "stage": " ",
            }
        )
    )
    assert entry.fields == {
        "carries": ("cse", "self_harm"),
        "voice_of_child": "yes",
        "school": "not_applicable",
    }


def test_dates_and_instants_in_fields_are_dates_and_microseconds() -> None:
    born = {"child_id": "C1", "at": AT, "kind": "born", "date_of_birth": "2009-05-23"}
    reported = {**ROW, "kind": "reported", "missing_since": "1970-01-01T01:00:00+01:00"}
    assert only(read(born)).fields == {"date_of_birth": dt.date(2009, 5, 23)}
    assert only(read(reported)).fields == {"missing_since": 0}


def test_digits_beyond_microseconds_are_cut_off() -> None:
    entry = only(read({**ROW, "at": "1970-01-01T00:00:00.0000019999999999Z"}))
    assert entry.at == 1


def test_a_rationale_of_invisible_characters_is_not_recorded() -> None:
    row = {**ROW, "kind": "categorised", "category": "missing", "rationale": "\u200b \u00a0\n"}
    assert only(read(row)).fields == {"category": "missing"}


def test_local_times_are_read_in_the_zone_given() -> None:
    summer, winter = "2024-07-01T12:00:00", "2024-01-01 12:00:00"
    log = read({**ROW, "at": summer}, {**ROW, "at": winter}, zone="Europe/London")
    assert [to_json(entry)["at"] for entry in log.entries] == [
        "2024-01-01T12:00:00Z",
        "2024-07-01T11:00:00Z",
    ]


def test_a_zone_that_does_not_exist_is_said_before_anything_is_read() -> None:
    with pytest.raises(ValueError, match="Europe/Lundon"):
        read(ROW, zone="Europe/Lundon")


def test_entries_can_be_hashed_and_sent_to_other_processes() -> None:
    entry = only(read({**ROW, "kind": "graded", "grade": "high"}))
    assert pickle.loads(pickle.dumps(entry)) == entry  # noqa: S301 - pickled here
    assert {entry: 1}[entry] == 1


def test_columns_of_other_kinds_may_stand_empty() -> None:
    assert only(read({**ROW, "grade": None, "rationale": "", "carries": []})).fields == {}


# --- Ids -----------------------------------------------------------------------------------------


def test_a_derived_id_is_the_hash_of_the_content_as_the_recipe_says() -> None:
    row = {
        "kind": "graded",
        "child_id": "Zoë-1",
        "episode_id": "E1",
        "at": "2024-07-01T12:00:00.5+01:00",
        "grade": "high",
        "refers_to": ["self_harm", "cse"],
        "rationale": ' "texts"\nabout ünrest ',
        "by": "call_handler",
    }
    content = (
        '{"at":"2024-07-01T11:00:00.500000Z","by":"call_handler","child_id":"Zoë-1",'
        '"episode_id":"E1","grade":"high","kind":"graded",'
        '"rationale":"\\"texts\\"\\nabout ünrest",'
        '"recorded_at":"2024-07-01T11:00:00.500000Z","refers_to":["cse","self_harm"]}'
    )
    expected = "e-" + hashlib.sha256(content.encode()).hexdigest()[:32]
    assert only(read(row)).entry_id == expected == "e-ca3dc52950eb813f99db8b99f8c74c3c"


def test_a_derived_id_does_not_depend_on_how_the_content_was_written() -> None:
    plain = {**ROW, "kind": "assessed", "vulnerable": "yes"}
    other = {
        "vulnerable": True,
        "tool": "",
        "recorded_at": "2024-05-04T21:10:00.0+00:00",
        **plain,
        "at": "2024-05-04T22:10:00+01:00",
    }
    log = read(plain, other)
    assert (len(log.entries), log.duplicates, log.conflicts) == (1, 1, ())


def test_a_given_id_is_kept_and_deriving_leaves_it_out() -> None:
    named, derived = only(read({**ROW, "entry_id": "x-1"})), only(read(ROW))
    assert named.entry_id == "x-1"
    assert derive_entry_id(named) == derived.entry_id


def test_of_two_contents_under_one_id_the_earliest_recorded_is_kept_in_any_order() -> None:
    rows = [
        {**ROW, "entry_id": "x", "recorded_at": "2024-05-05T00:00:00Z", "by": "officer"},
        {**ROW, "entry_id": "x", "recorded_at": "2024-05-04T23:00:00Z", "by": "supervisor"},
        {**ROW, "entry_id": "x", "recorded_at": "2024-05-04T23:00:00Z", "by": "mash"},
    ]
    for order in permutations(rows):
        log = read(*order)
        assert only(log).by == "mash"
        assert (log.duplicates, log.rejected, log.conflicts, log.faults) == (2, 0, ("x",), ())
        assert log.incomplete == {ROW["child_id"]}
        assert log.lost


# --- Logs ----------------------------------------------------------------------------------------


def test_entries_are_sorted_by_child_and_time() -> None:
    log = read(
        {**ROW, "child_id": "C2"},
        {**ROW, "at": "2024-05-05T00:00:00Z"},
        {**ROW, "at": "2024-05-03T00:00:00Z"},
    )
    assert [(e.child_id, to_json(e)["at"][8:10]) for e in log.entries] == [
        ("C1", "03"),
        ("C1", "05"),
        ("C2", "04"),
    ]
    assert list(log.by_child()) == ["C1", "C2"]
    assert [len(entries) for entries in log.by_child().values()] == [2, 1]
    assert log.first == log.entries[0].at
    assert log.last == log.entries[1].at


def test_an_empty_log_has_nothing() -> None:
    log = read_jsonl(io.BytesIO(b""))
    assert log == Log()
    assert (log.first, log.last, log.by_child()) == (None, None, {})


@pytest.mark.parametrize("text", [False, True])
def test_a_log_is_read_from_a_path_a_stream_or_lines(tmp_path: Path, *, text: bool) -> None:
    data = "".join(json.dumps({**ROW, "child_id": child}) + "\r\n" for child in ("C1", "Zoë"))
    path = tmp_path / "log.jsonl"
    path.write_bytes(data.encode())
    expected = read_jsonl(path)
    assert len(expected.entries) == 2
    assert read_jsonl(str(path)) == expected
    assert read_jsonl(io.StringIO(data) if text else io.BytesIO(data.encode())) == expected
    lines: Iterable[str] | Iterable[bytes] = (
        data.split("\n") if text else iter(data.encode().split(b"\n"))
    )
    assert read_jsonl(lines) == expected


def test_faults_name_the_path_or_what_they_are_told_to(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text("{}\n")
    assert {fault.source for fault in read_jsonl(path).faults} == {str(path)}
    assert {fault.source for fault in read("{}").faults} == {"log"}
    assert {fault.source for fault in read("{}", source="calls").faults} == {"calls"}


def test_a_log_that_is_not_there_is_an_error_of_this_package(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="cannot be read"):
        read_jsonl(tmp_path / "nothing.jsonl")


def test_a_line_of_ten_megabytes_is_rejected_without_being_held() -> None:
    class Endless(io.RawIOBase):
        left = 10 * LINE_LIMIT

        def readline(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            assert 0 < size <= LINE_LIMIT + 1
            self.left -= size
            return b"x" * size if self.left > 0 else b""

    tracemalloc.start()
    try:
        log = read_jsonl(Endless())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (log.rows, log.rejected, log.unattributed) == (1, 1, 1)
    assert [fault.code for fault in log.faults] == ["line-too-long"]
    assert peak < 4 * LINE_LIMIT


def test_the_longest_line_is_read_and_one_longer_is_not() -> None:
    short = json.dumps({**ROW, "kind": "escalated", "episode_id": None, "rationale": ""})
    for extra, accepted in ((0, 1), (1, 0)):
        filled = short.replace(
            '"rationale": ""', f'"rationale": "{"x" * (LINE_LIMIT - len(short) + extra)}"'
        )
        data = filled.encode() + b"\n" + json.dumps(ROW).encode()
        log = read_jsonl(io.BytesIO(data))
        assert (log.rows, len(log.entries)) == (2, 1 + accepted)


@pytest.mark.parametrize(
    "line",
    [
        "[" * 400_000,
        '{"a":' * 150_000,
        '{"child_id":"C1","note":' + "[" * 300_000 + "]" * 300_000 + "}",
        '{"child_id":"C1","x":"' + '\\"' * 400_000 + '"}',
        "{" + ",".join(f'"{number}":1' for number in range(60_000)) + "}",
        "{" + ",".join('"a":1' for _ in range(100_000)) + "}",
        '{"child_id":"C1","at":' + "9" * 900_000 + "}",
    ],
    ids=["deep", "deep objects", "deep cell", "escapes", "keys", "one key", "digits"],
)
def test_hostile_lines_are_rejected_quickly_and_with_few_words(line: str) -> None:
    log = read(line)
    assert log.rejected == 1
    assert sum(len(str(fault)) for fault in log.faults) < 10_000


# --- With a policy's vocabulary ------------------------------------------------------------------


def test_a_policy_may_add_kinds_fields_and_values() -> None:
    additions = Additions.model_validate(
        {
            "kinds": {
                "drone_sent": {
                    "of": "episode",
                    "phrase": "a drone",
                    "fields": {"found": {"type": "yes_no", "required": True}},
                }
            },
            "fields": {"fim_notified": {"how_soon": {"type": "text"}}},
            "values": {"concern": ["county_lines"]},
        }
    )
    rows: list[dict[str, object]] = [
        {**ROW, "kind": "drone_sent", "found": False},
        {**ROW, "how_soon": "at once"},
        {**ROW, "kind": "concern_noted", "concern": "county_lines"},
        {**ROW, "kind": "graded", "grade": "low", "refers_to": ["county_lines"]},
    ]
    assert len(read(*rows).faults) == 4
    log = read(*rows, vocabulary=standard().extended(additions))
    assert log.faults == ()
    assert [entry.fields for entry in log.entries if entry.kind == "drone_sent"] == [
        {"found": "no"}
    ]


def test_a_role_stays_as_it_was_logged() -> None:
    vocabulary = standard().extended(Additions(roles={"fim": "force_incident_manager"}))
    entry = only(read({**ROW, "by": "fim"}, vocabulary=vocabulary))
    assert entry.by == "fim"
    assert vocabulary.role(entry.by) == "force_incident_manager"


# --- Rows, typed entries and wide rows -----------------------------------------------------------


def test_whatever_stands_for_an_entry_becomes_one() -> None:
    typed = Graded(
        child_id="C1", episode_id="E1", at=dt.datetime(2024, 5, 4, tzinfo=dt.UTC), grade="low"
    )
    entry = to_entry(typed)
    assert to_entries(entry) == to_entries(typed) == to_entries(to_json(entry)) == (entry,)
    wide = Episode(child_id="C1", episode_id="E1", reported_at=typed.at, grade="low")
    assert [each.kind for each in to_entries(wide)] == ["reported", "graded"]
    with pytest.raises(LogError, match="missing-field"):
        to_entries({})
    with pytest.raises(TypeError, match="int"):
        to_entries(7)  # type: ignore[arg-type]


def test_a_row_with_faults_gives_all_of_them_with_its_place() -> None:
    found = entry_from_row({"at": "soon"}, source="calls.csv", line=7)
    assert isinstance(found, list)
    assert {(fault.line, fault.column, fault.source) for fault in found} == {(7, 1, "calls.csv")}
    assert sorted(fault.code for fault in found) == ["bad-time", "missing-field", "missing-field"]


def test_a_row_may_hold_python_values() -> None:
    row: dict[Any, Any] = {**ROW, "at": dt.datetime(2024, 7, 1, 12), 5: None}  # noqa: DTZ001 - naive on purpose
    found = entry_from_row(row, zone="Europe/London")
    assert isinstance(found, list)
    assert [fault.code for fault in found] == ["unknown-field"]
    del row[5]
    read_row = entry_from_row(row, zone="Europe/London")
    assert isinstance(read_row, Entry)
    assert to_json(read_row)["at"] == "2024-07-01T11:00:00Z"


def test_a_kind_and_a_fault_are_what_they_look_like() -> None:
    kind = standard().kinds["graded"]
    assert isinstance(kind, Kind)
    assert str(read({**ROW, "kind": "grade"}).faults[0]) == str(
        Fault("log", 1, 70, "unknown-kind", "`grade` is no kind of entry", "Did you mean `graded`?")
    )
