"""Inputs designed to be slow or deep. The test run's per-test timeout catches quadratic behaviour."""

from __future__ import annotations

import pytest

from .checks import check
from .conftest import Chunk

INPUTS = {
    "one line": "word " * 200_000,
    "one word": "x" * 300_000,
    "emphasis": "*a **b _c " * 10_000,
    "brackets": "[" * 20_000,
    "links": "[a](" * 10_000,
    "backticks": "` `` ``` " * 10_000,
    "tags": "<a <b <!-- " * 10_000,
    "directives": "{{ {% [^ {/* " * 10_000,
    "spaces": "a" + " " * 200_000 + "{x",
    "backslashes": "\\" * 50_000,
    "quotes": "\n".join(">" * depth + " x" for depth in range(200)),
    "lists": "\n".join("  " * depth + f"- item {depth}" for depth in range(300)),
    "admonitions": "\n".join("    " * depth + "!!! note\n" for depth in range(60)),
    "table": "| a | b |\n|---|---|\n" + "| one | two |\n" * 5_000,
    "headings": "# h\n" * 10_000,
    "open fence": "```\n" + "code line\n" * 10_000,
    "open comment": "<!--\n" + "text\n" * 10_000,
    "open front matter": "---\n" + "a: b\n" * 10_000,
    "definitions": "".join(f"[r{n}]: http://x\n" for n in range(5_000)),
    "carriage returns": "line\r" * 20_000,
    "label": "a," * 50_000 + ": b",
}


@pytest.mark.parametrize("name", INPUTS)
@pytest.mark.parametrize("path", ["a.md", "a.txt", "a.rst"])
def test_hostile_input_is_tiled_like_any_other(chunk: Chunk, name: str, path: str) -> None:
    check(*chunk(INPUTS[name], path))
