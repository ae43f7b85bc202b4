"""Speed and memory goals, and where to find their figures in the results files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from results import Results

OURS = "mlsurvey"
NEAR = 0.3
"""Relative tolerance for matching a row's size to a goal's size, since the size of grown indexes is approximate."""


@dataclass(frozen=True)
class Goal:
    """A bound on one figure of one row."""

    name: str
    benchmark: str
    what: str
    bound: float
    unit: str = ""
    size: int | None = None
    """Number of passages."""
    system: str = OURS
    figure: str = "median"
    at_least: bool = False
    scale: float = 1.0
    where: Mapping[str, Any] = field(default_factory=dict)
    """Other values that the row must have."""

    def row(self, results: Results) -> dict[str, Any] | None:
        """The row for this goal; None if not measured."""
        return self._near(results.rows(self.benchmark, self.what, system=self.system, **self.where))

    def beside(self, results: Results) -> list[dict[str, Any]]:
        """Rows of the peers in the same run that have a ratio."""
        rows = results.rows(self.benchmark, self.what, **self.where)
        ours = self.row(results)
        return [row for row in rows if ours and "ratio" in row and row.get("size") == ours.get("size")]

    def _near(self, rows: list[dict[str, Any]]) -> dict[str, Any] | None:
        if self.size is None:
            return rows[0] if rows else None
        near = [row for row in rows if abs((row.get("size") or 0) - self.size) <= NEAR * self.size]
        return min(near, key=lambda row: abs(row["size"] - self.size), default=None)

    def value(self, row: Mapping[str, Any]) -> float:
        return float(row[self.figure]) * self.scale

    def holds(self, row: Mapping[str, Any]) -> bool:
        value = self.value(row)
        return value >= self.bound if self.at_least else value <= self.bound


SEARCH, ANSWER = "search, question embedded", "whole answer, two libraries"
BUILD, ONE, IDLE = "build, vectors given", "refresh, one document changed", "refresh, nothing changed"
MEMORY, RECALL = "memory of a service, after searches", "recall@10 of the vector side"
ST, TORCH, TXTAI_API = "sentence-transformers", "the same, sentence-transformers fp32", "txtai's API"
POST = "POST /v1/search"
MANY: dict[str, Any] = {"where": {"connections": 32}}
RATIO: dict[str, Any] = {"figure": "ratio", "at_least": True}
K, M = 1_000, 1_000_000


def vectors(setting: str) -> dict[str, Any]:
    """Options of a goal for a service with this setting, converting megabytes to gigabytes."""
    return {"where": {"setting": setting}, "scale": 0.001}


EMBEDDED, RETRIEVAL = "passages embedded", "recall@10, exact search"

GOALS = (
    Goal("`mlsurvey ask` from nothing, 10,000 passages", "cold_start", "cold start", 1.2, "s", 10 * K),
    Goal("… times faster than txtai", "cold_start", "cold start", 6, "×", 10 * K, "txtai", **RATIO),
    Goal("passages embedded, times sentence-transformers' default", "embedding", EMBEDDED, 2.5, "×", None, ST, **RATIO),
    Goal("… worst cosine with fp32", "embedding", EMBEDDED, 0.9995, figure="cosine_worst", at_least=True),
    Goal("… recall@10 above fp32", "embedding", RETRIEVAL, -0.002, figure="above_reference", at_least=True),
    *(
        Goal(f"hybrid search, question embedded, {size:,} passages", "searching", SEARCH, bound, "ms", size)
        for size, bound in ((10 * K, 1.5), (40 * K, 4), (M, 20))
    ),
    *(
        Goal(f"… recall@10 of the vector side, {size:,}", "searching", RECALL, 0.98, "", size, at_least=True)
        for size in (10 * K, 40 * K, M)
    ),
    Goal("whole warm answer, two libraries, 10,000", "searching", ANSWER, 40, "ms", 10 * K),
    Goal("build, vectors given, 40,000 passages", "refreshing", BUILD, 3, "s", 40 * K),
    Goal("refresh, one document changed, 10,000", "refreshing", ONE, 0.15, "s", 10 * K),
    Goal("refresh, one document changed, 1,000,000", "refreshing", ONE, 0.5, "s", M),
    Goal("refresh, nothing changed, 10,000 passages (500 files)", "refreshing", IDLE, 0.2, "s", 10 * K),
    Goal("refresh, nothing changed, 1,000,000 passages (50,000 files)", "refreshing", IDLE, 2, "s", M),
    Goal("memory of a service, 1,000,000 passages, exact vectors", "memory", MEMORY, 2.2, "GB", M, **vectors("exact")),
    Goal("… compressed vectors", "memory", MEMORY, 0.8, "GB", M, **vectors("compressed")),
    Goal("API, 32 connections, times sentence-transformers fp32", "api", POST, 5, "×", None, TORCH, **RATIO, **MANY),
    Goal("… times txtai's API", "api", POST, 1, "×", None, TXTAI_API, **RATIO, **MANY),
    Goal("… p99 by p50", "api", POST, 4, "×", figure="tail", **MANY),
)
