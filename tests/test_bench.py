"""The benchmarks can be started, and the page with their figures matches the results."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

BENCH = Path(__file__).parents[1] / "bench"
SLOW_TO_IMPORT = {"gpu.py"}  # torch
SCRIPTS = sorted(
    file.name
    for file in BENCH.glob("*.py")
    if "__main__" in file.read_text("utf-8") and file.name not in SLOW_TO_IMPORT
)


HELP = """
import runpy, sys
_, folder, *scripts = sys.argv
sys.path.insert(0, folder)
for script in scripts:
    sys.argv = [f"{folder}/{script}", "--help"]
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as end:
        if end.code:
            sys.exit(f"{script} --help ends with {end.code}")
"""


def test_every_script_explains_itself() -> None:
    """All in one process: importing what they measure takes longer than all their explanations."""
    shown = subprocess.run([sys.executable, "-c", HELP, str(BENCH), *SCRIPTS], capture_output=True, text=True)
    assert shown.returncode == 0, shown.stderr
    assert [script for script in SCRIPTS if f"python bench/{script}" not in shown.stdout] == []


@pytest.mark.parametrize("line", ["raise ModuleNotFoundError('no docutils')", "raise DeprecationWarning('old')"])
def test_the_comparison_with_docutils_explains_itself_without_it(tmp_path: Path, line: str) -> None:
    (tmp_path / "docutils.py").write_text(line, "utf-8")
    paths = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, str(BENCH / "restructured.py")]
    without = {"capture_output": True, "text": True, "env": {**os.environ, "PYTHONPATH": paths}}
    assert "python bench/restructured.py" in subprocess.run([*command, "--help"], **without).stdout
    assert subprocess.run([*command, str(tmp_path)], **without).returncode


def test_the_tables_of_the_documentation_are_those_of_the_results() -> None:
    checked = subprocess.run([sys.executable, str(BENCH / "report.py"), "--check"], capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


@pytest.fixture(scope="module")
def measuring() -> ModuleType:
    """The module that computes medians and ratios for all benchmarks."""
    spec = importlib.util.spec_from_file_location("measuring", BENCH / "measuring.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_round_has_every_system_and_begins_with_another(measuring: ModuleType) -> None:
    assert list(measuring.in_turn(("a", "b", "c"), 2)) == [(0, "a"), (0, "b"), (0, "c"), (1, "b"), (1, "c"), (1, "a")]


def test_a_ratio_is_above_one_where_mlsurvey_is_better(measuring: ModuleType) -> None:
    times = {"mlsurvey": [[1.0], [2.0], [1.0]], "other": [[3.0], [4.0], [5.0]]}
    rates = {"mlsurvey": [[30.0], [40.0]], "other": [[10.0], [10.0]]}
    slower = measuring.rows_of("time", "s", times)[1]
    fewer = measuring.rows_of("rate", "1/s", rates, higher_is_better=True)[1]
    assert (slower["ratio"], slower["ratio_min"], slower["ratio_max"]) == (3.0, 2.0, 5.0)
    assert (fewer["ratio"], fewer["ratio_min"], fewer["ratio_max"]) == (3.5, 3.0, 4.0)


def test_a_slow_system_is_compared_with_the_rounds_that_it_took_part_in(measuring: ModuleType) -> None:
    systems = {"mlsurvey": lambda number: [1.0 + number], "slow": lambda number: [10.0]}
    samples = measuring.measured(systems, 3, {"slow": 1})
    assert samples == {"mlsurvey": [[1.0], [2.0], [3.0]], "slow": [[10.0]]}
    assert measuring.rows_of("time", "s", samples)[1]["ratio"] == 10.0
