"""Insert the results into the tables of the documentation.

    python bench/report.py [--results FOLDER] [--check] [FILE…]

Every table stands between ``<!-- results: NAME -->`` and ``<!-- /results -->`` and is regenerated from the results
files; the rest of a file is unchanged. ``--check`` writes nothing and fails if a table is out of date.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from goals import GOALS, Goal
from results import RESULTS, Results, read_results

ROOT = Path(__file__).parents[1]
FILES = (ROOT / "docs" / "performance.md", ROOT / "README.md")
NOT_RUN = "*not measured yet*"
_BLOCK = re.compile(r"(<!-- results: ([\w-]+) -->\n).*?(<!-- /results -->)", re.DOTALL)

Row = Mapping[str, Any]
Cell = Callable[[Row], str]


def number(value: float | None) -> str:
    """Three significant digits, with thousands separators."""
    if value is None:
        return ""
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 10 or value % 1 else f"{value:.0f}"


def exact(value: float | None) -> str:
    """Format of a share or a cosine, where the last digits matter."""
    return "" if value is None else f"{value:.4f}"


def middle(row: Row) -> str:
    return f"{number(row['median'])} {row['unit']}".strip()


def spread(row: Row) -> str:
    return f"{number(row['min'])} to {number(row['max'])}" if row["runs"] > 1 else ""


def ratio(row: Row) -> str:
    if "ratio" not in row:
        return ""
    return f"{number(row['ratio'])} × ({number(row['ratio_min'])} to {number(row['ratio_max'])})"


def table(heads: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    """A Markdown table with right-aligned figures."""
    rows = [f"| {' | '.join(cells)} |" for cells in lines]
    if not rows:
        return NOT_RUN
    return "\n".join([f"| {' | '.join(heads)} |", "| --- |" + " ---: |" * (len(heads) - 1), *rows])


def listed(results: Results, benchmark: str, whats: Sequence[str], columns: Mapping[str, Cell]) -> str:
    """A table of the rows of some measurements, with the given columns."""
    rows = [row for what in whats for row in sorted(results.rows(benchmark, what), key=_size)]
    return table(list(columns), [[cell(row) for cell in columns.values()] for row in rows])


def _size(row: Row) -> int:
    return row.get("size") or 0


def size(row: Row) -> str:
    return f"{row['size']:,}" if row.get("size") else ""


def system(row: Row) -> str:
    return f"**{row['system']}**" if row["system"] == "mlsurvey" else row["system"]


def field(name: str, form: Callable[[Any], str] = number) -> Cell:
    return lambda row: form(row[name]) if name in row else ""


def percent(value: float) -> str:
    return f"{100 * value:.0f} %"


MEASURED: dict[str, Cell] = {"system": system, "median": middle, "rounds": spread, "mlsurvey is better": ratio}
SIZED: dict[str, Cell] = {"system": system, "passages": size, **{k: v for k, v in MEASURED.items() if k != "system"}}


def goals(results: Results) -> str:
    heads = ["goal", "bound", "measured", "reached", "beside it, in the same run"]
    return table(heads, [_goal(goal, results) for goal in GOALS])


def _goal(goal: Goal, results: Results) -> list[str]:
    bound = f"{'≥' if goal.at_least else '≤'} {goal.bound:g} {goal.unit}".strip()
    row = goal.row(results)
    if row is None:
        return [goal.name, bound, "", "not measured yet", ""]
    form = exact if goal.unit == "" else number
    beside = [f"{peer['system']} {middle(peer)}" for peer in goal.beside(results)] if goal.figure == "median" else []
    measured = f"{form(goal.value(row))} {goal.unit}".strip()
    return [goal.name, bound, measured, "yes" if goal.holds(row) else "**no**", ", ".join(beside)]


def cold_start(results: Results) -> str:
    whats = ("cold start", "cold start, processor time", "cold start, most memory")
    return listed(results, "cold_start", whats, {"": field("what", str), **MEASURED})


def embedding(results: Results) -> str:
    columns: dict[str, Cell] = {
        **MEASURED,
        "tokens/s": field("tokens_per_second"),
        "of the fp32 peak": field("share_of_fp32_peak", percent),
        "of the bf16 peak": field("share_of_bf16_peak", percent),
        "worst cosine": field("cosine_worst", lambda value: f"{value:.5f}"),
        "mean cosine": field("cosine_mean", lambda value: f"{value:.5f}"),
    }
    return listed(results, "embedding", ("passages embedded",), columns)


def peaks(results: Results) -> str:
    rows = [row for kind in ("fp32", "bf16") for row in results.rows("embedding", f"matrix product, {kind}")]
    return table(
        ["", "fastest", "median"], [[row["what"], f"{number(row['max'])} GFLOP/s", middle(row)] for row in rows]
    )


def retrieval(results: Results) -> str:
    def above(row: Row) -> str:
        return "" if row["system"] != "mlsurvey" else f"{row['above_reference']:+.4f} ± {row['interval']:.4f}"

    columns: dict[str, Cell] = {
        "": field("what", str),
        "vectors and questions by": system,
        "mean": field("median", exact),
        "above the other (95 %)": above,
        "questions": field("runs"),
    }
    return listed(results, "embedding", ("recall@10, exact search", "nDCG@10, exact search"), columns)


def searching(results: Results) -> str:
    recalls = {(row["system"], row["size"]): row for row in results.rows("searching", "recall@10 of the vector side")}

    def recall(row: Row) -> str:
        found = recalls.get((row["system"], row["size"]))
        return exact(found["median"]) if found else ""

    columns = {**SIZED, "p95": field("p95"), "recall@10 of the vectors": recall}
    return listed(results, "searching", ("search, question embedded",), columns)


def answering(results: Results) -> str:
    return listed(results, "searching", ("whole answer, two libraries",), {**SIZED, "p95": field("p95")})


def refreshing(results: Results) -> str:
    whats = list(dict.fromkeys(row["what"] for row in results.rows("refreshing")))
    return listed(results, "refreshing", whats, {"": field("what", str), **SIZED})


def memory(results: Results) -> str:
    columns: dict[str, Cell] = {
        "": field("what", str),
        "vectors": field("setting", str),
        "passages": size,
        "resident, MB": field("resident"),
        "of the process, MB": field("anonymous"),
        "mapped files, MB": field("file"),
    }
    whats = ("memory of a service, started", "memory of a service, after searches")
    ours = listed(results, "memory", whats, columns)
    peers = {"system": system, "passages": size, "resident, MB": field("resident")}
    theirs = listed(results, "searching", ("memory after searches",), peers)
    return ours if theirs == NOT_RUN else f"{ours}\n\n{theirs}"


def api(results: Results) -> str:
    whats = list(dict.fromkeys(row["what"] for row in results.rows("api")))
    columns: dict[str, Cell] = {
        "route": field("what", str),
        "connections": field("connections", str),
        **MEASURED,
        "p50, ms": field("p50"),
        "p99, ms": field("p99"),
        "p99 by p50": field("tail"),
        "failed": field("failed", str),
    }
    return listed(results, "api", whats, columns)


def machine(results: Results) -> str:
    """Machine facts of all results. Identical facts share a row, with the load before each benchmark."""
    loads: dict[tuple[str, str], list[str]] = {}
    for name, file in results.files.items():
        facts = file["machine"]
        versions = ", ".join(f"{package} {version}" for package, version in facts["versions"].items())
        cpu = f"{facts['cores']} cores, {facts['cpu']} ({', '.join(facts['flags'])})"
        loads.setdefault((cpu, versions), []).append(f"{name} {facts['load'][0]:.1f}")
    lines = [[cpu, versions, ", ".join(before)] for (cpu, versions), before in loads.items()]
    return table(["processor", "versions", "load before"], lines)


def others(results: Results) -> str:
    """Versions of the other systems."""
    found = {row["system"]: row["version"] for row in results.rows("searching") if "version" in row}
    found |= {row["system"]: row["described"] for row in results.rows("embedding") if "described" in row}
    return table(["system", "version"], [[name, version] for name, version in found.items()])


TABLES: dict[str, Callable[[Results], str]] = {
    "goals": goals,
    "cold-start": cold_start,
    "embedding": embedding,
    "peaks": peaks,
    "retrieval": retrieval,
    "searching": searching,
    "others": others,
    "answering": answering,
    "refreshing": refreshing,
    "memory": memory,
    "api": api,
    "machine": machine,
}


def rendered(text: str, results: Results) -> str:
    """The text with regenerated tables."""

    def replace(found: re.Match[str]) -> str:
        if found[2] not in TABLES:
            sys.exit(f"no table is called {found[2]!r}; known: {', '.join(TABLES)}")
        return f"{found[1]}\n{TABLES[found[2]](results)}\n\n{found[3]}"

    return _BLOCK.sub(replace, text)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("files", type=Path, nargs="*", default=FILES, help="Markdown files")
    options.add_argument("--results", type=Path, default=RESULTS, help="folder of the results files")
    options.add_argument("--check", action="store_true")
    arguments = options.parse_args()
    results = read_results(arguments.results)
    for file in arguments.files:
        text = file.read_text("utf-8")
        if (new := rendered(text, results)) == text:
            continue
        if arguments.check:
            sys.exit(f"{file.name} does not say what the results files say; run: python bench/report.py")
        file.write_text(new, "utf-8")
        print(f"wrote the tables of {file.name}")


if __name__ == "__main__":
    main()
