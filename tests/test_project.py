"""What holds for the project as a whole."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "missingrules"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]

HEAVY = (
    "pydantic",
    "rich",
    "typer",
    "holidays",
    "yaml",
    "durable",
    "durable_rules_engine",
    "duckdb",
    "pyarrow",
    "pyspark",
    "pandas",
    "multiprocessing",
)


def test_importing_the_package_loads_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "before = set(sys.modules)  # what measures coverage has loaded modules of its own\n"
        "import missingrules\n"
        f"print(*sorted((set(sys.modules) - before) & set({HEAVY!r})))\n"
        "print(*(name for name in missingrules.__all__ if name not in dir(missingrules)))"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == []


def test_every_public_name_is_there() -> None:
    import missingrules

    for name in missingrules.__all__:
        assert getattr(missingrules, name) is not None


def imported(path: Path) -> set[str]:
    """Give the modules of this package that a module names in its imports, wherever they stand."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        else:
            assert not isinstance(node, ast.ImportFrom), f"{path.name} has a relative import"
    return {name for name in names if name.startswith("missingrules.")}


COMMAND_LINE = "missingrules.cli"

MODULES = sorted(path.relative_to(SOURCE).as_posix() for path in SOURCE.rglob("*.py"))

BEHIND_THE_KERNEL = tuple(
    f"missingrules.{name}"
    for name in (
        "cli",
        "compare",
        "figures",
        "reading",
        "report",
        "sample",
        "scan",
        "sweep",
        "text",
    )
)
"""What gives a record to the kernel, or does something with its answer."""


@pytest.mark.parametrize("module", MODULES)
def test_no_module_but_the_way_in_imports_the_command_line(module: str) -> None:
    if module != "__main__.py" and not module.startswith("cli/"):
        assert not [name for name in imported(SOURCE / module) if name.startswith(COMMAND_LINE)]


@pytest.mark.parametrize("module", [name for name in MODULES if name.startswith("kernel/")])
def test_the_kernel_imports_nothing_that_comes_after_it(module: str) -> None:
    named = imported(SOURCE / module)
    assert named
    assert not [name for name in named if name.startswith(BEHIND_THE_KERNEL)]


def test_the_kernel_reads_no_clock_and_no_environment() -> None:
    forbidden = {"now", "utcnow", "today", "time_ns", "getenv", "environ"}
    before = [name for name in MODULES if "/" not in name or name.startswith("kernel/")]
    assert "kernel/judging.py" in before
    for module in before:
        if module == "scan.py":
            continue
        named = {
            node.attr
            for node in ast.walk(ast.parse((SOURCE / module).read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute)
        }
        assert not named & forbidden, module


def test_the_python_versions_agree() -> None:
    prefix = "Programming Language :: Python :: 3."
    minors = sorted(
        int(line.removeprefix(prefix)) for line in PROJECT["classifiers"] if prefix in line
    )
    assert minors == list(range(minors[0], minors[-1] + 1))
    lowest = f"3.{minors[0]}"
    assert PROJECT["requires-python"] == f">={lowest}"
    assert PYPROJECT["tool"]["mypy"]["python_version"] == lowest
    assert PYPROJECT["tool"]["ruff"]["target-version"] == "py" + lowest.replace(".", "")


def test_the_second_matcher_is_only_asked_for_where_it_can_be_imported() -> None:
    (durable,) = (line for line in PROJECT["dependencies"] if line.startswith("durable"))
    assert durable == "durable-rules==2.0.28; python_version < '3.13'"


def test_the_package_says_that_it_is_typed() -> None:
    assert (SOURCE / "py.typed").is_file()
    assert "Typing :: Typed" in PROJECT["classifiers"]


def test_every_linter_rule_switched_off_has_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lint = PYPROJECT["tool"]["ruff"]["lint"]
    for rule in [
        *lint["ignore"],
        *(r for rules in lint["per-file-ignores"].values() for r in rules),
    ]:
        lines = [line for line in text.splitlines() if line.strip().startswith(f'"{rule}"')]
        assert lines, rule
        assert all("  # " in line or ", # " in line for line in lines), rule
