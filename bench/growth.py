"""Draw how cost grows with the number of passages, from the results files of the other benchmarks.

    python bench/growth.py [--results FOLDER] [--picture FILE]

The same results give the same picture, byte for byte. Needs matplotlib (extra ``dev``).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from results import RESULTS, Results, read_results

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "growth.svg"
COLOURS = {
    "mlsurvey": "#0b6e4f",
    "txtai": "#c1440e",
    "LanceDB": "#3a5fcd",
    "milvus-lite": "#8e44ad",
    "Chroma": "#b8860b",
    "Haystack": "#777777",
}
OTHER = "#444444"
CROWDED = 1.5
"""If two sizes are closer than this ratio, the smaller is omitted: the real documents beside those grown to 10,000."""
DASHES = {"exact": "-", "compressed": "--", "auto": ":"}


@dataclass(frozen=True)
class Panel:
    """One panel: a measurement of a benchmark over the number of passages."""

    title: str
    unit: str
    benchmark: str
    what: str
    name: Callable[[dict[str, Any]], str] = lambda row: row["system"]
    """Rows of the same name form one line."""
    field: str = "median"
    scale: float = 1.0


PANELS = (
    Panel("one hybrid search, question embedded", "ms", "searching", "search, question embedded"),
    Panel("refresh, one document changed", "s", "refreshing", "refresh, one document changed"),
    Panel("refresh, nothing changed", "s", "refreshing", "refresh, nothing changed"),
    Panel(
        "memory of a service after searches",
        "GB",
        "memory",
        "memory of a service, after searches",
        lambda row: f"mlsurvey, {row['setting']} vectors",
        scale=0.001,
    ),
)


def lines_of(panel: Panel, results: Results) -> dict[str, list[tuple[int, float]]]:
    """The points (passages, value) of each line, ordered by passages."""
    lines: dict[str, list[tuple[int, float]]] = {}
    for row in results.rows(panel.benchmark, panel.what):
        if row.get("size"):
            lines.setdefault(panel.name(row), []).append((row["size"], row[panel.field] * panel.scale))
    sizes = {size for points in lines.values() for size, _ in points}
    crowded = {size for size in sizes if any(size < other < CROWDED * size for other in sizes)}
    return {name: sorted(p for p in points if p[0] not in crowded) for name, points in lines.items()}


def draw(results: Results, file: Path) -> None:
    """Draw the picture."""
    try:
        import matplotlib
    except ImportError:
        sys.exit("matplotlib is not installed; type: pip install -e '.[all,dev]' --constraint constraints.txt")
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "mlsurvey", "font.family": "DejaVu Sans", "font.size": 9})
    from matplotlib import pyplot

    drawn = [(panel, lines) for panel in PANELS if (lines := lines_of(panel, results))]
    if not drawn:
        sys.exit("no results to draw; run bench/all.py first")
    rows = -(-len(drawn) // 2)
    figure, places = pyplot.subplots(rows, 2, figsize=(9, 3.3 * rows), squeeze=False, layout="constrained")
    for place in places.flat[len(drawn) :]:
        place.set_visible(False)
    for place, (panel, lines) in zip(places.flat, drawn, strict=False):
        _draw_panel(place, panel, lines)
    figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None}, facecolor="white")
    file.write_text("".join(line.rstrip() + "\n" for line in file.read_text("utf-8").splitlines()), "utf-8")


def _draw_panel(place: Any, panel: Panel, lines: dict[str, list[tuple[int, float]]]) -> None:
    from matplotlib import ticker

    for name, points in lines.items():
        system, _, setting = name.partition(", ")
        is_ours = system == "mlsurvey"
        place.plot(
            *zip(*points, strict=True),
            marker="o",
            markersize=4,
            label=name,
            color=COLOURS.get(system, OTHER),
            linewidth=2.2 if is_ours else 1.1,
            linestyle=DASHES.get(setting.split(" ")[0], "-"),
            zorder=3 if is_ours else 2,
        )
    place.set_title(panel.title, loc="left", fontsize=10)
    place.set_xscale("log")
    place.set_yscale("log")
    sizes = sorted({size for points in lines.values() for size, _ in points})
    place.set_xticks(sizes, [f"{size:,}" for size in sizes], rotation=0)
    place.xaxis.set_minor_locator(ticker.NullLocator())
    place.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
    place.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    place.yaxis.set_minor_locator(ticker.NullLocator())
    values = [value for points in lines.values() for _, value in points]
    place.set_ylim(min(values) / 2, max(values) * 2)
    place.set_xlabel("passages")
    place.set_ylabel(panel.unit)
    place.grid(color="#dddddd", linewidth=0.6)
    place.spines[["top", "right"]].set_visible(False)
    place.legend(frameon=False, fontsize=8)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--results", type=Path, default=RESULTS, help="folder of the results files")
    options.add_argument("--picture", type=Path, default=PICTURE)
    arguments = options.parse_args()
    draw(read_results(arguments.results), arguments.picture)


if __name__ == "__main__":
    main()
