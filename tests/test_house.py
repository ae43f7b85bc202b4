"""Project rules that no other tool enforces."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.declared import BASE, DEVELOPMENT, EXTRAS, distributions, normal, owners_of_packages

import mlsurvey
from mlsurvey.index.changes import SETTLING_NS

ROOT = Path(__file__).parents[1]
LONGEST_FILE = 400
PLACES = ("src", "tui", "tests", "bench", "training", "examples", ".ci")
SCRIPTS = ("bench", "training")
"""Folders of scripts that import their siblings by bare name."""
ASKING_PATH = (
    "mlsurvey",
    "mlsurvey.cli",
    "mlsurvey.survey",
    "mlsurvey.answering.answer",
    "mlsurvey.learned.network",
    "mlsurvey.retrieval.search",
    "mlsurvey.index.snapshot",
    "mlsurvey.embedding.questions",
    "mlsurvey.rendering.terminal",
)
HEAVY = ("torch", "transformers", "sentence_transformers", "onnx", "textual", "fastapi")
ELSEWHERE = {"peers.py", "refreshing_peers.py"}  # benchmarks run them with the Python of another environment
NEVER_BY_ASKING = {*HEAVY, "openvino", "pydantic", "pydantic_core", "pydantic_settings", "rich", "httpx2", "asyncio"}
"""Modules that a process answering in JSON does not need; each would add a tenth or more to its run time."""
NEVER_BY_REFRESHING = {
    *HEAVY,
    "openvino",
    "onnxruntime",
    "tokenizers",
    "numpy",
    "markdown_it",
    "faiss",
    "pydantic",
    "pydantic_core",
    "pydantic_settings",
    "httpx2",
    "pathspec",
}
"""The same for a refresh that finds no changes."""
LOADED = """
import sys
from mlsurvey.cli import main
code = main()
print(code, *sorted(name for name in sys.modules if "." not in name), file=sys.stderr)
"""
MACHINE_PATHS = re.compile(r"(^|[^\w.])/(home/\w+|Users/\w+|root|work|tmp/\w+)/|--(extra-)?index[-]url|find[-]links")
IN_MACHINE_PATHS = (
    *(f"/{folder}/".encode() for folder in ("home", "Users", "root", "work", "tmp")),
    *("-".join(words).encode() for words in (("index", "url"), ("find", "links"))),
)
"""One of these is in whatever the expression matches; finding them takes a fortieth of the time."""


def tracked() -> list[Path]:
    """Files that git tracks or would track."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    found = subprocess.run(listing, cwd=ROOT, capture_output=True, check=False)
    if found.returncode:
        pytest.skip("this is no git checkout")
    return [ROOT / name for name in found.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def python_files() -> list[Path]:
    return [path for folder in PLACES for path in (ROOT / folder).rglob("*.py")]


def test_no_file_is_long() -> None:
    lengths = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8").count("\n") for path in python_files()}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_file_is_a_drawer_for_everything() -> None:
    drawers = {"utils.py", "util.py", "helpers.py", "misc.py", "common.py"}
    assert [path for path in python_files() if path.name in drawers] == []


def test_asking_loads_nothing_heavy() -> None:
    lines = [f"import {module}; print({module!r}, *set({HEAVY!r}) & set(sys.modules))" for module in ASKING_PATH]
    script = "\n".join(["import sys", *lines])
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == list(ASKING_PATH), done.stderr


def loaded_by(home, *command: str) -> set[str]:
    """The top-level modules that a process has loaded after running a command."""
    place = ["--corpus", str(home.corpus), "--index", str(home.index)]
    done = subprocess.run([sys.executable, "-c", LOADED, *place, *command], capture_output=True, text=True, check=False)
    code, *modules = done.stderr.split("\n")[-2].split()
    assert code == "0", done.stderr
    return set(modules)


def test_a_process_that_answers_loads_no_more_than_it_needs(indexed) -> None:
    question = "How do Burn and Candle differ in GPU support?"
    loaded = loaded_by(indexed, "ask", question, "--json")
    assert "mlsurvey" in loaded
    assert loaded & NEVER_BY_ASKING == set()


def test_a_refresh_without_changes_loads_no_more_than_it_needs(home) -> None:
    recent = max(file.stat().st_ctime_ns for file in home.corpus.rglob("*.md"))
    time.sleep(max(0, recent + SETTLING_NS - time.time_ns()) / 1e9)  # recently changed files are checked again
    loaded_by(home, "refresh")  # the files are new to the index, as a copy has other inodes
    loaded = loaded_by(home, "refresh", "--json")
    assert "mlsurvey" in loaded
    assert loaded & NEVER_BY_REFRESHING == set()


@pytest.mark.parametrize(("folders", "more"), [(("src", "tui", ".ci"), []), (SCRIPTS, DEVELOPMENT)])
def test_every_imported_distribution_is_declared(folders: tuple[str, ...], more: list[str]) -> None:
    declared = distributions([*BASE, *more, *(line for lines in EXTRAS.values() for line in lines)])
    owners = owners_of_packages()
    ours = [path for path in python_files() if path.name not in ELSEWHERE]
    files = [path for path in ours if path.relative_to(ROOT).parts[0] in folders]
    siblings = {path.stem for folder in SCRIPTS for path in (ROOT / folder).glob("*.py")}
    imported = {name for path in files for name in _imports(path)}
    foreign = imported - sys.stdlib_module_names - {"mlsurvey", "mlsurvey_tui"} - siblings
    absent = {name: {normal(name)} for name in foreign - owners.keys()}  # taken for the distribution of the same name
    assert {name for name in foreign if not declared & (owners | absent)[name]} == set()


def test_the_changelog_begins_with_this_version() -> None:
    sections = re.findall(r"^## \[(\d[^\]]*)\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), flags=re.MULTILINE)
    assert sections[0] == mlsurvey.__version__


def test_every_pinned_version_is_exact_and_public() -> None:
    lines = [line for line in (ROOT / "constraints.txt").read_text("utf-8").split("\n") if line and line[0] != "#"]
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []


def test_no_file_knows_a_machine() -> None:
    known = [path for path in tracked() if path != Path(__file__) and _names_a_machine(path)]
    assert known == []


def _imports(path: Path) -> set[str]:
    """Top-level packages imported anywhere in a file."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom) and not node.level}
    return {name.partition(".")[0] for name in plain | named}


def _names_a_machine(path: Path) -> bool:
    data = path.read_bytes()
    suspected = any(part in data for part in IN_MACHINE_PATHS)
    return suspected and any(MACHINE_PATHS.search(line) for line in data.decode("utf-8", "replace").split("\n"))
