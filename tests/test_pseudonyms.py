"""Ids replaced under a key: nothing of them is left, and no verdict changes."""

from __future__ import annotations

import copy
import json
import os
import pickle
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import build
from missingrules import LogError, Policy, Record, read_jsonl, scan
from missingrules.entries import KINDS
from missingrules.explain import explain
from missingrules.figures import Gathered
from missingrules.kernel import judge
from missingrules.pseudonyms import (
    _NOTES,
    _REFERENCES,
    WITHHELD,
    KeyFileError,
    Pseudonym,
    Pseudonyms,
    read_key,
)
from missingrules.reading.quality import _MESSAGES, Note
from missingrules.report import About, write_report
from missingrules.scan import records
from missingrules.vocabulary import standard
from strategies import GENERATED, WILTSHIRE, trials

if TYPE_CHECKING:
    from collections.abc import Iterator

    from missingrules import Assessment, Finding

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
NAMES = Pseudonyms(KEY)
BOY = Path(__file__).resolve().parent.parent / "examples" / "01_wiltshire_boy.jsonl"
IN_POSIX = pytest.mark.skipif(os.name != "posix", reason="modes of files are a matter of POSIX")


# --- One id --------------------------------------------------------------------------------------


def test_a_pseudonym_is_the_kind_and_ninety_six_bits() -> None:
    made = [NAMES.child("A"), NAMES.episode("A"), NAMES.entry_id("A"), NAMES.home("A")]
    assert [one[:2] for one in made] == ["c-", "e-", "n-", "h-"]
    assert all(re.fullmatch(r"[a-z]-[0-9a-f]{24}", one) for one in made)


def test_one_id_of_several_kinds_has_unrelated_pseudonyms() -> None:
    made = {NAMES.child("A")[2:], NAMES.episode("A")[2:], NAMES.entry_id("A")[2:]}
    assert len(made) == 3


def test_the_same_key_gives_the_same_pseudonyms_in_another_process() -> None:
    program = (
        "from missingrules.pseudonyms import Pseudonyms\n"
        "print(Pseudonyms(bytes(range(32))).child('child-01'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "1"},
    )
    assert done.stdout.strip() == NAMES.child("child-01")


def test_another_key_gives_other_pseudonyms() -> None:
    assert Pseudonyms(OTHER_KEY).child("A") != NAMES.child("A")
    assert Pseudonyms(OTHER_KEY).key_name != NAMES.key_name


def test_a_pseudonym_is_an_id_that_a_log_may_hold() -> None:
    made = build.record("E1 2023-01-01 09:00 reported home_id=H1").entries
    replaced = NAMES.record(Record(build.CHILD, made))
    from missingrules.entry import to_json
    from missingrules.tablerows import entry_from_row

    (entry,) = replaced.entries
    assert entry_from_row(to_json(entry)) == entry


# --- One record ----------------------------------------------------------------------------------

STORY = """
-  2023-01-01 08:00 born date_of_birth=2010-05-06
-  2023-01-01 08:00 care_status looked_after=yes home_id=oak-house
E1 2023-01-02 09:00 reported home_id=oak-house area=North authority=Swindon
E1 2023-01-02 09:05 categorised id=first category=concern_for_safety rationale="Seen in the park."
E1 2023-01-02 09:30 quality_reviewed of=first verdict=good
E1 2023-01-02 09:30 quality_reviewed of=graded verdict=good id=second
E1 2023-01-02 09:40 quality_reviewed of=nowhere verdict=good id=third
E2 2023-01-02 10:00 reported
E2 2023-01-02 11:00 merged into=E1
E2 2023-01-02 11:00 merged into=E9 id=astray
E1 2023-01-02 12:00 voided of=first reason="Written by mistake by PC Smith."
-  2023-01-03 12:00 strategy_meeting_recorded outcome="The mother will ring."
"""


def replaced(text: str) -> dict[str, Any]:
    made = NAMES.record(build.record(text)).entries
    return {entry.entry_id: entry for entry in made}


def test_every_id_of_an_entry_is_replaced() -> None:
    made = replaced(STORY)
    assert {entry.child_id for entry in made.values()} == {NAMES.child(build.CHILD)}
    first = made[NAMES.entry_id("first")]
    assert first.episode_id == NAMES.episode("E1")
    assert made[NAMES.entry_id("E1.reported")].fields["home_id"] == NAMES.home("oak-house")
    assert made[NAMES.entry_id("care_status")].fields["home_id"] == NAMES.home("oak-house")
    assert made[NAMES.entry_id("E1.voided")].fields["of"] == NAMES.entry_id("first")
    assert made[NAMES.entry_id("E2.merged")].fields["into"] == NAMES.episode("E1")


def test_what_names_nothing_in_the_record_is_replaced_too() -> None:
    made = replaced(STORY)
    assert made[NAMES.entry_id("astray")].fields["into"] == NAMES.episode("E9")
    assert made[NAMES.entry_id("third")].fields["of"] == NAMES.entry_id("nowhere")


def test_a_review_of_a_kind_of_entry_still_names_the_kind() -> None:
    made = replaced(STORY)
    assert made[NAMES.entry_id("second")].fields["of"] == "graded"
    assert made[NAMES.entry_id("E1.quality_reviewed")].fields["of"] == NAMES.entry_id("first")


def test_free_text_is_withheld_and_counts_as_recorded() -> None:
    made = replaced(STORY)
    assert made[NAMES.entry_id("first")].fields["rationale"] == WITHHELD
    assert made[NAMES.entry_id("E1.voided")].fields["reason"] == WITHHELD
    assert made[NAMES.entry_id("strategy_meeting_recorded")].fields["outcome"] == WITHHELD
    assert "rationale" not in replaced("E1 2023-01-02 09:05 graded grade=low")


def test_dates_times_words_and_places_stay() -> None:
    before = {e.entry_id: e for e in build.record(STORY).entries}
    made = replaced(STORY)
    report, born = before["E1.reported"], before["born"]
    assert made[NAMES.entry_id("born")].fields == born.fields
    kept = made[NAMES.entry_id("E1.reported")]
    assert (kept.at, kept.recorded, kept.area, kept.authority, kept.kind) == (
        report.at,
        report.recorded,
        "North",
        "Swindon",
        "reported",
    )


def test_the_log_itself_is_not_touched() -> None:
    record = build.record(STORY)
    before = copy.deepcopy(record)
    NAMES.record(record)
    assert record == before


def test_every_field_that_holds_an_id_is_known_by_name() -> None:
    held = {
        field.name
        for kind in standard().kinds.values()
        for field in kind.fields.values()
        if field.type == "reference"
    }
    assert held == set(_REFERENCES)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_kind_keeps_an_id_or_a_text(kind: str) -> None:
    entry = build.log("E1 2023-01-02 09:00 reported")[0]
    told = standard().kinds[kind].fields.values()
    held = {one.name: "Tell-tale" for one in told if one.type in {"text", "reference"}}
    record = Record(entry.child_id, (replace(entry, kind=kind, fields=held),))
    assert "Tell-tale" not in repr(NAMES.record(record).entries[0].fields)


def test_what_the_vocabulary_does_not_have_is_refused_not_let_through() -> None:
    entry = build.log("E1 2023-01-02 09:00 reported")[0]
    for odd in (replace(entry, kind="drone_sent"), replace(entry, fields={"pilot": "PC Smith"})):
        with pytest.raises(LogError, match="vocabulary") as error:
            NAMES.record(Record(entry.child_id, (odd,)))
        assert "Smith" not in str(error.value)


def test_texts_that_a_policy_adds_are_withheld() -> None:
    policy = build.policy(
        "vocabulary:\n  fields:\n    located:\n      how_found: {type: text}\n"
        "rules:\n  - id: seen\n    on: {entry: located}\n    measure: true\n"
    )
    names = Pseudonyms(KEY, policy.vocabulary)
    entry = replace(
        build.log("E1 2023-01-02 09:00 located")[0], fields={"how_found": "By her aunt."}
    )
    (made,) = names.record(Record(entry.child_id, (entry,))).entries
    assert made.fields == {"how_found": WITHHELD}


# --- Verdicts ------------------------------------------------------------------------------------


def renamed(finding: Finding, names: Pseudonyms) -> Finding:
    def entries(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names.entry_id(one) for one in ids)

    def episodes(ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(names.episode(one) for one in ids)

    return finding._replace(
        child_id=names.child(finding.child_id),
        episode_id=None if finding.episode_id is None else names.episode(finding.episode_id),
        anchor=names.entry_id(finding.anchor),
        answer=None if finding.answer is None else names.entry_id(finding.answer),
        evidence=entries(finding.evidence),
        cited=entries(finding.cited),
        episodes=episodes(finding.episodes),
        masked_by=episodes(finding.masked_by),
        unknown=tuple(
            re.sub("(?<=whether episode )(.+)(?= counts)", lambda m: names.episode(m[0]), what)
            for what in finding.unknown
        ),
    )


@pytest.mark.parametrize("origin", [WILTSHIRE, GENERATED])
@given(data=st.data())
def test_judging_what_was_replaced_is_replacing_what_was_judged(
    origin: str, data: st.DataObject
) -> None:
    trial = data.draw(trials(origin))
    key = data.draw(st.sampled_from([KEY, OTHER_KEY]))
    names = Pseudonyms(key, trial.policy.vocabulary)
    before = trial.judge()
    after = judge(
        trial.policy,
        names.record(trial.record),
        as_of=trial.as_of,
        coverage=trial.coverage,
    )
    expected = [renamed(finding, names).to_dict() for finding in before.findings]
    assert [finding.to_dict() for finding in after.findings] == expected
    assert after.next_due == before.next_due
    assert gaps(after) == {
        (code, episode and names.episode(episode), frozenset(map(names.entry_id, entries)), rule)
        for code, episode, entries, rule in gaps(before)
    }
    kinds = trial.policy.vocabulary.kinds
    texts = {
        cell
        for entry in after.record.entries
        for name, cell in entry.fields.items()
        if kinds[entry.kind].fields[name].type == "text"
    }
    assert texts <= {WITHHELD}


def gaps(assessment: Assessment) -> set[tuple[str, str | None, frozenset[str], str | None]]:
    return {
        (gap.code, gap.episode_id, frozenset(gap.entries), gap.rule)
        for gap in assessment.data_gaps
        if gap.code != "conflicting_entry"  # a log that was read has none
    }


TIED = """
E1 2023-01-02 09:00 reported
-  2023-01-02 09:00 marker_added id={added} marker=self_harm
-  2023-01-02 09:00 marker_removed id={removed} marker=self_harm
E1 2023-01-02 10:00 graded grade=low
"""
FLOOR = """
rules:
  - id: floor
    on: {entry: graded}
    if: {marker: self_harm}
    per: episode
    grade: {at_least: high, within: 30 minutes}
"""


@pytest.mark.parametrize("key", [KEY, OTHER_KEY])
@pytest.mark.parametrize(("added", "removed", "floors"), [("m1", "m2", 0), ("m2", "m1", 1)])
def test_of_two_entries_of_one_instant_the_same_one_wins(
    key: bytes, added: str, removed: str, floors: int
) -> None:
    policy = build.policy(FLOOR)
    names = Pseudonyms(key)
    log = TIED.format(added=added, removed=removed)
    assert len(build.judge(policy, log, "2023-01-05 09:00").findings) == floors
    record = names.record(build.record(log))
    assert len(build.judge(policy, record, "2023-01-05 09:00").findings) == floors


@pytest.mark.parametrize("key", [KEY, OTHER_KEY])
@pytest.mark.parametrize("homes", [("a", "b"), ("b", "a"), ("h1", "h2"), ("h2", "h1")], ids=str)
def test_of_two_contents_under_one_id_the_same_one_stands(
    key: bytes, homes: tuple[str, str]
) -> None:
    policy = build.policy("""
rules:
  - id: gap
    on: {gap: {from: missing_since, to: reported, more_than: 6 hours}}
    require: {action: inspector_informed, within: 1 hour}
""")
    log = "\n".join(
        f"E1 2023-01-02 09:00 reported id=r home_id={home} missing_since={since}"
        for home, since in zip(homes, ("08:00", "01:00"), strict=True)
    )
    plain = build.judge(policy, log, "2023-01-05 09:00")
    record = Pseudonyms(key).record(build.record(log))
    replaced = build.judge(policy, record, "2023-01-05 09:00")
    assert len(plain.findings) == len(replaced.findings) == int(homes[0] > homes[1])


def test_without_their_places_pseudonyms_would_change_that_verdict() -> None:
    policy = build.policy(FLOOR)
    plain = set()
    for key in (KEY, OTHER_KEY, bytes(range(2, 34)), bytes(range(3, 35))):
        record = Pseudonyms(key).record(build.record(TIED.format(added="m1", removed="m2")))
        entries = tuple(
            replace(entry, entry_id=str.__str__(entry.entry_id)) for entry in record.entries
        )
        judged = build.judge(policy, Record(record.child_id, entries), "2023-01-05 09:00")
        plain.add(len(judged.findings))
    assert plain == {0, 1}


def test_finding_ids_are_the_same_in_every_run_and_differ_from_the_real_ones() -> None:
    policy = Policy.load("wiltshire")
    log = read_jsonl(BOY)
    (boy,) = records(log)
    as_of = max(entry.recorded for entry in log.entries)
    real = {f.finding_id for f in judge(policy, boy, as_of=as_of).findings}
    runs = [
        [f.finding_id for f in judge(policy, NAMES.record(boy), as_of=as_of).findings]
        for _ in range(2)
    ]
    assert runs[0] == runs[1]
    assert real.isdisjoint(runs[0])


def test_a_pseudonym_compares_by_place_also_after_a_journey() -> None:
    late, early = Pseudonym("n-1", 7), Pseudonym("n-2", 3)
    for a, b in ((late, early), pickle.loads(pickle.dumps((late, early)))):  # noqa: S301 - ours
        assert sorted([a, b]) == [b, a]
        assert (b < a, b <= a, a > b, a >= b) == (True, True, True, True)
        assert (a < b, a <= b, b > a, b >= a) == (False, False, False, False)
        assert max((0, a), (0, b)) == (0, a)
        assert sorted([str(a), str(b)]) == [b, a]
    assert (late == "n-1", hash(late) == hash("n-1")) == (True, True)
    assert "" < early < "x"
    assert late <= Pseudonym("n-1", 7) >= late


def test_json_and_arrow_hold_plain_text() -> None:
    import pyarrow as pa

    one = Pseudonym("n-1", 7)
    assert json.dumps([one, {one: one}]) == '["n-1", {"n-1": "n-1"}]'
    assert pa.array([one]).to_pylist() == ["n-1"]


# --- Nothing is left -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def judged() -> Assessment:
    policy = Policy.load("wiltshire")
    log = read_jsonl(BOY, vocabulary=policy.vocabulary)
    (boy,) = records(log)
    names = Pseudonyms(KEY, policy.vocabulary)
    whole = scan(log, policy)
    return judge(policy, names.record(boy), as_of=whole.as_of_us, coverage=whole.coverage)


def ids_of_the_boy() -> Iterator[str]:
    for entry in read_jsonl(BOY).entries:
        yield from filter(None, (entry.entry_id, entry.child_id, entry.episode_id))
        if "home_id" in entry.fields:
            yield str(entry.fields["home_id"])


def test_no_id_of_the_log_stands_in_answers_explanations_or_reports(
    judged: Assessment, tmp_path: Path
) -> None:
    gathered = Gathered()
    gathered.add(judged)
    about = About(policy=judged.policy, command="missingrules scan LOG", rows=())
    write_report(gathered.figures, gathered.notable, tmp_path / "report.html", about=about)
    told = explain(judged.policy, judged.record, as_of=judged.as_of, coverage=judged.coverage)
    places = (
        json.dumps(judged.to_dict()),
        json.dumps([one.to_dict() for one in told]) + "".join(one.to_text() for one in told),
        (tmp_path / "report.html").read_text(encoding="utf-8"),
        repr(judged.record),
    )
    for text in places:
        assert NAMES.child("child-01") in text
        found = set(re.findall(r"[\w./:-]+", text))
        assert found.isdisjoint(ids_of_the_boy())
        assert "child-01" not in text


def test_notes_on_the_data_name_pseudonyms_in_their_own_order() -> None:
    note = NAMES.note(Note("no-end", "Without an end", ("E1", "E2", "E3")))
    assert note.ids == tuple(sorted(NAMES.episode(one) for one in ("E1", "E2", "E3")))
    children = NAMES.note(Note("similar-ids", "Alike", ("C1",)))
    assert children.ids == (NAMES.child("C1"),)
    place = Note("alias-circle", "In circles", ("aliases.csv:4",))
    assert NAMES.note(place) == place
    assert "C1" not in NAMES.note(Note("not-known-yet", "Something", ("C1",))).ids


def test_it_is_known_what_the_ids_of_every_note_are() -> None:
    assert set(_NOTES) == set(_MESSAGES)


# --- The key -------------------------------------------------------------------------------------


def key_file(folder: Path, held: str | bytes, mode: int = 0o600) -> Path:
    place = folder / "pseudonyms.key"
    place.write_bytes(held if isinstance(held, bytes) else held.encode())
    place.chmod(mode)
    return place


@pytest.mark.parametrize("around", ["{}", "{}\n", "{}\r\n", "  {}  \n\n"])
def test_a_key_is_hexadecimal_digits_and_blanks_around_them_do_not_matter(
    tmp_path: Path, around: str
) -> None:
    place = key_file(tmp_path, around.format(KEY.hex()))
    assert read_key(place) == KEY
    assert Pseudonyms.from_file(place).child("A") == NAMES.child("A")
    assert read_key(key_file(tmp_path, KEY.hex().upper())) == KEY


@pytest.mark.parametrize(
    ("held", "told"),
    [
        (b"", "hexadecimal digits"),
        (b"password", "hexadecimal digits"),
        (b"correct horse battery staple, correct horse battery staple!!!!!!", "hexadecimal"),
        (bytes(range(64)), "hexadecimal digits"),
        (KEY.hex().encode() + b"0", "hexadecimal digits"),
        (KEY.hex()[:32].encode() + b"\n" + KEY.hex()[32:].encode(), "on one line"),
        (b"ab" * 100_000, "hexadecimal digits"),
        (KEY[:31].hex().encode(), "the key has 31 bytes and must have at least 32"),
        (b"00" * 32, "no key drawn by chance"),
        (b"deadbeef" * 8, "no key drawn by chance"),
        (b'{"child_id": "C1", "episode_id": "E1"}\n', "hexadecimal digits"),
    ],
)
def test_a_weak_key_and_what_is_no_key_are_refused_without_quoting_them(
    tmp_path: Path, held: bytes, told: str
) -> None:
    place = key_file(tmp_path, held)
    with pytest.raises(KeyFileError, match=told) as error:
        Pseudonyms.from_file(place)
    said = str(error.value)
    assert str(place) in said
    assert not held or held.decode("latin-1").strip()[:16] not in said


def test_a_key_file_that_is_not_there_is_an_error_that_says_how_to_make_one(
    tmp_path: Path,
) -> None:
    place = tmp_path / "new.key"
    with pytest.raises(KeyFileError, match="there is no such key file") as error:
        Pseudonyms.from_file(place)
    assert not place.exists()
    command = str(error.value).splitlines()[1].strip().replace("python ", f"{sys.executable} ")
    subprocess.run(command, shell=True, check=True)  # noqa: S602 - the command that is advised
    assert len(read_key(place)) == 32


def test_a_folder_is_no_key_file(tmp_path: Path) -> None:
    with pytest.raises(KeyFileError, match="cannot be read"):
        Pseudonyms.from_file(tmp_path)


@IN_POSIX
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o660, 0o666])
def test_a_key_that_others_may_open_is_refused(tmp_path: Path, mode: int) -> None:
    place = key_file(tmp_path, KEY.hex(), mode)
    with pytest.raises(KeyFileError, match="others than its owner") as error:
        Pseudonyms.from_file(place)
    assert f"chmod 600 {place}" in str(error.value)
    assert KEY.hex() not in str(error.value)


def test_a_key_given_in_a_program_is_held_to_the_same() -> None:
    for weak in (b"", KEY[:31], b"x" * 64):
        with pytest.raises(KeyFileError, match="at least 32 bytes"):
            Pseudonyms(weak)


def test_the_key_stands_in_no_representation() -> None:
    shown = f"{NAMES!r} {NAMES} {NAMES.key_name}"
    assert KEY.hex() not in shown
    assert repr(KEY) not in shown
    assert re.fullmatch(r"k-[0-9a-f]{8}", NAMES.key_name)


def test_it_goes_to_another_process_and_comes_back_the_same() -> None:
    again = pickle.loads(pickle.dumps(NAMES))  # noqa: S301 - our own bytes
    assert again == NAMES
    record = build.record(STORY)
    assert again.record(record) == NAMES.record(record)
