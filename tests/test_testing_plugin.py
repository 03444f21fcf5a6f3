"""The pytest plugin: which policy the fixture gives, and what it costs where nobody asks for it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from build import policy_text
from missingrules.testing import plugin

ROOT = Path(__file__).resolve().parent.parent
ONE_RULE = policy_text("""
    rules:
      - id: told
        on: {entry: reported}
        require: {action: fim_notified, within: 1 hour}
""")
NAMES_IT = """
    def test_policy(policy):
        assert policy.name == "{}"
"""


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep out the plugins of this machine, this one included where it is installed."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def outcome(pytester: pytest.Pytester, *args: str) -> pytest.RunResult:
    return pytester.runpytest_inprocess("-W", "error", "--strict-markers", *args, plugins=[plugin])


def test_the_fixture_gives_the_policy_that_the_marker_names(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        @pytest.mark.policy("wiltshire")
        def test_marked(policy):
            assert policy.name == "wiltshire"

        @pytest.mark.policy("wiltshire")
        class TestMarked:
            def test_by_the_class(self, policy):
                assert policy.name == "wiltshire"

            @pytest.mark.policy("england")
            def test_nearest(self, policy):
                assert policy.name == "england"
    """)
    outcome(pytester).assert_outcomes(passed=3)


@pytest.mark.parametrize("written", ['"local.yaml"', 'Path("local.yaml")', '"./local.yaml"'])
def test_a_path_is_relative_to_the_root_of_the_project(
    pytester: pytest.Pytester, written: str
) -> None:
    pytester.makefile(".yaml", local=ONE_RULE)
    folder = pytester.mkdir("below")
    folder.joinpath("test_below.py").write_text(
        "import pytest\nfrom pathlib import Path\n"
        f"@pytest.mark.policy({written})\n"
        "def test_local(policy):\n    assert list(policy.duties) == ['told']\n"
    )
    outcome(pytester, "--rootdir", str(pytester.path), str(folder)).assert_outcomes(passed=1)


def test_without_a_marker_the_command_line_names_it_then_the_configuration(
    pytester: pytest.Pytester,
) -> None:
    pytester.makeini("[pytest]\nmissingrules_policy = england\n")
    pytester.makepyfile(NAMES_IT.format("england"))
    outcome(pytester).assert_outcomes(passed=1)
    pytester.makepyfile(NAMES_IT.format("wiltshire"))
    outcome(pytester, "--missingrules-policy", "wiltshire").assert_outcomes(passed=1)


def test_a_policy_is_loaded_once_for_all_tests(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest

        pytestmark = pytest.mark.policy("england")
        seen = []

        @pytest.mark.parametrize("time", [1, 2])
        def test_same(policy, time):
            seen.append(policy)
            assert seen[0] is policy
    """)
    outcome(pytester).assert_outcomes(passed=2)


@pytest.mark.parametrize(
    ("marker", "said"),
    [
        ("", "no policy is named: mark the test with @pytest.mark.policy"),
        ("@pytest.mark.policy", "must name one policy"),
        ('@pytest.mark.policy("england", "wiltshire")', "must name one policy"),
        ('@pytest.mark.policy("england", engine="both")', "must name one policy"),
        ("@pytest.mark.policy(5)", "must name one policy"),
        ('@pytest.mark.policy("engand")', "*no policy `engand` is shipped*"),
        ('@pytest.mark.policy("gone.yaml")', "*gone.yaml: unreadable-file*"),
    ],
)
def test_what_cannot_be_loaded_is_told_without_a_traceback(
    pytester: pytest.Pytester, marker: str, said: str
) -> None:
    pytester.makepyfile(f"""
        import pytest

        {marker}
        def test_policy(policy):
            pass
    """)
    result = outcome(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{said}*"])
    result.stdout.no_fnmatch_line("*Traceback*")
    result.stdout.no_fnmatch_line("*plugin.py*")


def test_the_fixture_goes_together_with_hypothesis(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("""
        import pytest
        from hypothesis import HealthCheck, given, settings, strategies as st
        from missingrules import testing

        @pytest.mark.policy("england")
        @settings(
            max_examples=3,
            database=None,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        )
        @given(data=st.data())
        def test_drawn(policy, data):
            assert data.draw(testing.trials(policy)).policy is policy
    """)
    result = pytester.runpytest_subprocess("-p", plugin.__name__, "-p", "hypothesispytest", "-v")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*::test_drawn[[]england[]] PASSED*"])


@pytest.mark.parametrize(
    "written",
    [
        "@pytest.fixture\n        def policy(): return 5\n        def test_own(policy):",
        '@pytest.mark.parametrize("policy", [5])\n        def test_own(policy):',
        '@pytest.mark.parametrize(("policy", "n"), [(5, 5)])\n        def test_own(policy, n):',
        "def test_own(policy=5):",
    ],
)
def test_a_project_may_have_a_policy_of_its_own(pytester: pytest.Pytester, written: str) -> None:
    pytester.makepyfile(f"""
        import pytest

        {written}
            assert policy == 5
    """)
    outcome(pytester).assert_outcomes(passed=1)


def test_the_marker_and_the_option_are_explained(pytester: pytest.Pytester) -> None:
    outcome(pytester, "--markers").stdout.fnmatch_lines(["@pytest.mark.policy(name_or_path): *"])
    outcome(pytester, "--help").stdout.fnmatch_lines(
        ["*--missingrules-policy=NAME|FILE*", "*missingrules_policy (string):*"]
    )


def test_where_nobody_asks_for_it_nothing_heavy_is_loaded(pytester: pytest.Pytester) -> None:
    pytester.makeconftest("""
        import sys

        def pytest_sessionfinish():
            heavy = {"hypothesis", "pydantic", "yaml", "missingrules.policy"}
            print("\\nloaded:", *sorted(heavy & set(sys.modules)))
    """)
    pytester.makepyfile("def test_nothing():\n    pass\n")
    result = pytester.runpytest_subprocess("-p", plugin.__name__, "-W", "error", "-s")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["loaded:"])


def test_the_installed_package_brings_the_plugin() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["entry-points"]["pytest11"] == {"missingrules": plugin.__name__}
