"""A first local policy from a few answers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from missingrules import MissingRulesError, Policy
from missingrules.cases import run_policies
from missingrules.cli import main
from missingrules.lint import lint
from missingrules.newpolicy import Answers, draft, floor_from_text

TODAY = dt.date(2026, 11, 22)
FLAGS = (
    *("--area", "North County", "--count", "4", "--window", "60 days"),
    *("--deadline", "3 working days"),
)
NAMES = ("north_county.yaml", "north_county.cases.yaml", "north_county.edges.md")


def answers(**changes: object) -> Answers:
    given: dict[str, object] = {
        "area": "North County",
        "count": 4,
        "window": "60 days",
        "deadline": "3 working days",
        "floors": {},
    }
    return Answers(**(given | changes))  # type: ignore[arg-type]


def run(
    *arguments: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[object, str, str]:
    monkeypatch.setattr("sys.argv", ["missingrules", "policy", "new", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    told = capsys.readouterr()
    return ended.value.code, told.out, told.err


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"count": 1, "window": "48 hours", "deadline": "not_stated", "edge": "exclusive"},
        {"floors": {"any": "medium", "self_harm": "high"}},
        {"floors": {"suicide": "high", "exploitation": "medium"}, "area": 'Ynys Môn: "it\'s" #1'},
        {"count": 2, "window": "1 days", "deadline": "1 minute", "edge": "exclusive"},
    ],
)
def test_what_is_written_passes_lint_and_its_own_cases_which_show_all_of_it(
    tmp_path: Path, changes: dict[str, object]
) -> None:
    made = draft(answers(**changes), today=TODAY)
    for name, text in made.files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    file = tmp_path / f"{made.name}.yaml"
    assert lint(file, today=TODAY).is_clean(strict=True)
    (report,) = run_policies([file])
    assert report.results
    assert report.failed == ()
    assert report.coverage is not None
    assert report.coverage.missing == ()
    for rule in Policy.load(file).duties.keys() - Policy.load("england").duties.keys():
        assert rule in made.edges


def test_every_number_is_assumed_until_somebody_says_where_it_is_written() -> None:
    file = Policy.parse(draft(answers(floors={"cse": "high"}), today=TODAY).policy).source.file
    own = file.parameters.keys() - Policy.load("england").source.file.parameters.keys()
    assert own == {
        *("repeat_count", "repeat_window", "meeting_deadline", "cse_floor", "regrade_time"),
    }
    assert {file.parameters[name].basis for name in own} == {"assumed"}
    assert (file.area, file.last_reviewed) == ("North County", TODAY)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"area": " "}, "area must be"),
        ({"area": "two\nlines"}, "area must be"),
        ({"area": "Wiltshire"}, "must not be that of a shipped policy"),
        ({"area": "7"}, "must be a short name in snake_case"),
        ({"name": "No Name"}, "must be a short name in snake_case"),
        ({"count": 0}, "count=0 must be"),
        ({"window": "3 months"}, "must be a duration"),
        ({"window": "5 working days"}, "must be in days, weeks or hours"),
        ({"deadline": "soon"}, "must be a duration"),
        ({"edge": "open"}, "must be inclusive or exclusive"),
        ({"floors": {"any": "severe"}}, "must be low, medium or high"),
        ({"floors": {"any": "very_low"}}, "every grade is at least that"),
        ({"floors": {"self_ham": "high"}}, "did you mean `self_harm`"),
    ],
)
def test_an_answer_that_no_policy_can_be_made_of_is_refused(
    changes: dict[str, object], says: str
) -> None:
    with pytest.raises(MissingRulesError) as caught:
        answers(**changes)
    assert says in str(caught.value)


def test_a_floor_is_of_a_risk_or_of_every_child() -> None:
    assert floor_from_text("self_harm=high") == ("self_harm", "high")
    assert floor_from_text("medium") == ("any", "medium")


def test_nothing_is_written_over_without_force(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    Path(NAMES[2]).write_text("signed off", encoding="utf-8")
    code, _, err = run(*FLAGS, capsys=capsys, monkeypatch=monkeypatch)
    assert (code, f"{NAMES[2]}: there already; --force" in err) == (2, True)
    assert [path.name for path in tmp_path.iterdir()] == [NAMES[2]]
    assert Path(NAMES[2]).read_text(encoding="utf-8") == "signed off"
    code, out, _ = run(*FLAGS, "--force", capsys=capsys, monkeypatch=monkeypatch)
    assert (code, all(name in out for name in NAMES)) == (0, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(NAMES)


def test_without_a_terminal_nobody_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    code, _, err = run(*FLAGS[:4], capsys=capsys, monkeypatch=monkeypatch)
    assert (code, "--window, --deadline: needed where nobody can be asked" in err) == (2, True)


def test_on_a_terminal_what_is_not_given_is_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answered(question: str, **more: object) -> object:
        asked.append(question)
        return {"In": "30 days", "Lo": ""}.get(question[:2], more["default"])

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", answered)
    code, _, _ = run(
        "--area", "North County", "--count", "2", capsys=capsys, monkeypatch=monkeypatch
    )
    assert (code, len(asked)) == (0, 6)
    parameters = Policy.load(tmp_path / NAMES[0]).source.file.parameters
    assert parameters["repeat_count"].value == 2
    assert parameters["repeat_window"].value == "30 days"
    assert parameters["meeting_deadline"].value == "5 working days"
