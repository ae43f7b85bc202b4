"""The heat map: numbers in a real table, each leading to its question."""

from __future__ import annotations

import re
from html import unescape

import pytest
from tests.page.test_pages import Tags, plain

from mlsurvey.coverage import Coverage, Known, Point
from mlsurvey.page.heat import LEVELS, heat_view, level

POINTS = (Point("gpu", "GPU support"), Point("licence", "Licence"))


def known(name: str, *counts: int) -> Known:
    return Known(name.casefold(), name, "rust", 3, counts)


def rows_of(page: str) -> dict[str, list[str]]:
    """The rows of the table: the name, then the text of each cell."""
    rows = re.findall(r"<tr><th scope=\"row\">(.*?)</tr>", page, re.DOTALL)
    cells = [[plain(cell) for cell in re.split(r"<td[^>]*>", row)] for row in rows]
    return {row[0]: row[1:] for row in cells}


def test_each_colour_stands_for_twice_as_many() -> None:
    assert [level(count) for count in (0, 1, 2, 3, 4, 7, 8, 15, 16, 999)] == [0, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert len(LEVELS) == 6


def test_a_view_counts_over_all_pages_and_shows_one() -> None:
    found = Coverage(POINTS, (known("Burn", 5, 0), known("Candle", 0, 0), known("Linfa", 1, 2)), 10, 12)
    view = heat_view(found, 1, 1)
    assert [row.name for row in view.rows] == ["Candle"]
    assert (view.total, view.gaps, view.cells, view.unread) == (3, 3, 6, 2)
    assert view.rows[0].gaps == 2 and view.rows[0].cells[0].address == "/?q=Candle%3A+GPU+support%3F"


def test_it_shows_what_the_api_counts(client) -> None:
    page = client.get("/coverage")
    value = client.get("/v1/coverage", headers={"Accept": "application/json"}).json()
    shown = rows_of(page.text)
    assert len(shown) == len(value["rows"])
    for row in value["rows"]:
        if row["language"] == "rust":
            about = [f"{row['name']}, {point['name']}: " for point in value["points"]]
            told = [f"{name}{count}" for name, count in zip(about, row["statements"], strict=True)]
            assert shown[f"{row['name']} Rust"] == [str(row["passages"]), *told]
    assert "Burn Rust" in shown
    tags = Tags(page.text)
    assert [one.get("scope") for one in tags.of("th")].count("col") == 2 + len(value["points"])
    assert "<caption" in page.text and page.text.count('scope="row"') == len(value["rows"])


def test_a_number_leads_to_the_answer(client) -> None:
    page = client.get("/coverage?language=rust&aspect=gpu")
    href = next(one["href"] for one in Tags(page.text).of("a") if one.get("title") == "Burn, GPU support")
    answer = client.get(unescape(href or ""))
    assert answer.status_code == 200 and "Burn supports GPUs through CUDA" in plain(answer.text)


def test_it_is_filtered_by_language_class_and_point(client) -> None:
    rust = client.get("/coverage?language=rust&category=&every=&order=name")
    names = [name.split()[0] for name in rows_of(rust.text)]
    assert "Burn" in names and "Gorgonia" not in names and names == sorted(names, key=str.casefold)
    assert '<option value="rust" selected>' in rust.text and '<option value="name" selected>' in rust.text
    chosen = client.get("/coverage?aspect=gpu&language=go")
    assert Tags(chosen.text).of("input")[0]["value"] == "gpu"  # kept by the form
    assert len(Tags(client.get("/coverage?every=true&language=go").text).of("th")) > 40
    assert "1 library, 1 point" in plain(client.get("/coverage?entity=burn&aspect=gpu").text)


@pytest.mark.parametrize("asked", ["language=rsut", "aspect=gup", "category=nonsense"])
def test_an_unknown_name_is_told(asked, client) -> None:
    page = client.get(f"/coverage?{asked}")
    assert page.status_code == 404 and page.headers["content-type"].startswith("text/html")
