"""A plugin for pytest: the fixture ``policy``, and the marker that says which.

::

    @pytest.mark.policy("wiltshire")
    def test_something(policy):
        ...

Without the marker the fixture takes ``--missingrules-policy NAME|FILE`` from the command line, then
``missingrules_policy`` from the configuration file. A path is relative to the folder that pytest
takes for the root of the project. Nothing of the library is loaded before a test asks for it.

The fixture goes together with ``@given`` of Hypothesis, which refuses fixtures that are made anew
for each test: this one belongs to the whole run, and the marker chooses among its policies.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from missingrules.policy import Policy

OPTION = "missingrules_policy"
_ADVICE = (
    'mark the test with @pytest.mark.policy("wiltshire"), or give --missingrules-policy, or set '
    f"{OPTION} in the configuration of pytest"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Tell pytest of the option and the setting."""
    told = "Policy for the fixture `policy`: the name of a shipped one, or a path."
    group = parser.getgroup("missingrules")
    group.addoption("--missingrules-policy", dest=OPTION, metavar="NAME|FILE", help=told)
    parser.addini(OPTION, told)


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the marker."""
    config.addinivalue_line(
        "markers", "policy(name_or_path): the policy that the fixture `policy` loads (missingrules)"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Hand each test that takes the fixture the name of its policy; it shows in the test's id."""
    made = getattr(metafunc, "_arg2fixturedefs", {}).get("policy", ())
    if not made or made[-1].func.__module__ != __name__:
        return  # the project has a fixture of that name
    if any(
        "policy" in str(given.args[:1]) for given in metafunc.definition.iter_markers("parametrize")
    ):
        return
    name, fault = _name_of(metafunc)
    shown = os.path.basename(name) or "policy"  # noqa: PTH119 - a name is not always a path
    metafunc.parametrize("policy", [(name, fault)], indirect=True, scope="session", ids=[shown])


def _name_of(metafunc: pytest.Metafunc) -> tuple[str | os.PathLike[str], str]:
    """Give the policy that a test names, or that the run was given, or else what is wrong."""
    marker = metafunc.definition.get_closest_marker("policy")
    if marker is None:
        name = metafunc.config.getoption(OPTION) or metafunc.config.getini(OPTION)
        return name or "", "" if name else f"no policy is named: {_ADVICE}"
    if (
        len(marker.args) == 1
        and not marker.kwargs
        and isinstance(marker.args[0], str | os.PathLike)
    ):
        return marker.args[0], ""
    return "", "@pytest.mark.policy must name one policy"


@pytest.fixture(scope="session")
def policy(request: pytest.FixtureRequest) -> Policy:
    """Give the policy that the nearest marker names, or the one that the run was given.

    A policy is loaded once for all tests that name it.
    """
    name, fault = request.param
    if fault:
        pytest.fail(fault, pytrace=False)
    return _loaded(request.config, name)


_POLICIES = pytest.StashKey[dict[str, "Policy"]]()


def _loaded(config: pytest.Config, name: str | os.PathLike[str]) -> Policy:
    from missingrules.errors import PolicyError
    from missingrules.policy import Policy

    known = config.stash.setdefault(_POLICIES, {})
    key = os.fspath(name)
    if key not in known:
        is_path = key != name or "/" in key or key.endswith((".yaml", ".yml"))
        try:
            known[key] = Policy.load(config.rootpath / key if is_path else key)
        except PolicyError as error:
            pytest.fail(str(error), pytrace=False)
    return known[key]
