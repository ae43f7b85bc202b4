"""Reads the results files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results")


@dataclass(frozen=True)
class Results:
    """Results files by benchmark name."""

    files: Mapping[str, Mapping[str, Any]]

    def rows(self, benchmark: str, what: str | None = None, **wanted: Any) -> list[dict[str, Any]]:
        """Rows of a benchmark; empty if it was not run."""
        rows = self.files.get(benchmark, {}).get("rows", [])
        return [
            row
            for row in rows
            if (what is None or row["what"] == what) and all(row.get(key) == value for key, value in wanted.items())
        ]


def read_results(folder: Path) -> Results:
    """All results files of a folder."""
    files = [json.loads(file.read_text("utf-8")) for file in sorted(folder.glob("*.json"))]
    return Results({file["benchmark"]: file for file in files if "benchmark" in file})
