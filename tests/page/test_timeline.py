"""Releases and upkeep over time: what front matter states, in a table and as lines."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient
from tests.api.conftest import client_of
from tests.conftest import Home
from tests.page.conftest import BROWSER
from tests.page.test_coverage import rows_of
from tests.page.test_pages import Tags, plain

from mlsurvey.errors import Interrupted, NotFoundError
from mlsurvey.page.timeline import Scale, Told, moment_of, ordered, scale_of, timeline_view
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.timeline import Life, Release, Timeline, Upkeep
from mlsurvey.types import Filters

BURN = """status:
  state: active
  judged: "2026-11-20"
releases:
  first: null
  latest: {version: <0.22.1>, date: null}
"""
CANDLE = """status: {state: dormant, since: 2025-01-31, judged: 2026-11-20}
releases:
  first: {version: 0.1, date: 2019}
  latest: {version: null, date: 2024-05}
"""
LINFA = """---
slug: linfa
name: Linfa
language: rust
status: draft
releases: {latest: [1], first: {date: 2026-13-45}}
---
# Linfa

Linfa is a library.
"""


@pytest.fixture(scope="module")
def dated(indexed, tmp_path_factory) -> Home:
    """The small corpus, with front matter about releases and upkeep."""
    root = tmp_path_factory.mktemp("dated")
    copy = Home(root / "corpus", root / "index")
    shutil.copytree(indexed.corpus, copy.corpus)
    shutil.copytree(indexed.index, copy.index)
    for name, fields in (("burn", BURN), ("candle", CANDLE)):
        file = copy.corpus / "rust" / f"{name}.md"
        file.write_text(file.read_text("utf-8").replace("language: rust\n", f"language: rust\n{fields}"), "utf-8")
    (copy.corpus / "linfa.md").write_text(LINFA, "utf-8")
    with Survey(Settings(corpus=copy.corpus, index=copy.index)) as survey:
        survey.refresh()
    return copy


@pytest.fixture(scope="module")
def survey(dated) -> Iterator[Survey]:
    with Survey(Settings(corpus=dated.corpus, index=dated.index)) as survey:
        yield survey


@pytest.fixture(scope="module")
def reader(dated, tmp_path_factory) -> Iterator[TestClient]:
    with client_of(dated, tmp_path_factory.mktemp("service")) as client:
        client.headers.update(BROWSER)
        yield client


def life(name: str, upkeep: Upkeep | None = None, first: str | None = None, latest: str | None = None) -> Life:
    releases = [Release("1.0", date) if date else None for date in (first, latest)]
    return Life(name, name, "rust", f"{name}.md", upkeep, *releases)


def test_what_front_matter_states_is_read(survey) -> None:
    generation, found = survey.timeline()
    assert generation == survey.generation()
    burn, candle = found.rows
    assert burn == Life(
        "burn", "Burn", "rust", "rust/burn.md", Upkeep("active", None, "2026-11-20"), None, Release("<0.22.1>")
    )
    assert candle.upkeep == Upkeep("dormant", "2025-01-31", "2026-11-20")
    assert (candle.first, candle.latest) == (Release("0.1", "2019"), Release(None, "2024-05"))
    assert found.silent == len(survey.entities()) - 2, "a draft is no state, and a month has 31 days at most"


def test_libraries_are_chosen_by_language_class_and_name(survey) -> None:
    assert survey.timeline(filters=Filters(languages=("Go",)))[1].rows == ()
    assert [one.entity for one in survey.timeline(filters=Filters(entities=("Candle",)))[1].rows] == ["candle"]
    assert survey.timeline(filters=Filters(paths=("go/",)))[1].rows == ()
    with pytest.raises(NotFoundError):
        survey.timeline(classes=("nonsense",))
    with pytest.raises(Interrupted):
        survey.timeline(cancelled=lambda: True)


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        ("2024", 2024.5),
        ("2024-01", 2024 + 0.5 / 12),
        ("2024-01-01", 2024 + 0.5 / 372),
        ("2024-12-31", 2025 - 0.5 / 372),
    ],
)
def test_a_date_is_a_moment(date, moment) -> None:
    assert moment_of(date) == pytest.approx(moment)


@pytest.mark.parametrize(
    ("begin", "end", "years"),
    [(2019, 2027, [2020, 2022, 2024, 2026]), (2010, 2027, [2010, 2015, 2020, 2025]), (2026, 2027, [2026, 2027])],
)
def test_a_scale_has_few_lines(begin, end, years) -> None:
    scale = Scale(begin, end)
    assert [year for _, year in scale.lines] == years
    assert (scale.place(begin), scale.place(end)) == ("4.00%", "96.00%")


def test_a_scale_spans_all_dates_and_none_needs_one() -> None:
    assert scale_of([life("a")]) is None
    judged = Upkeep("active", "2011-02", "2026-11-20")
    assert scale_of([life("a", judged, "2019"), life("b", None, None, "2024-05")]) == Scale(2011, 2027)
    view = timeline_view(Timeline((life("a", Upkeep("slow")),), 0), "name", 0, 9)
    assert view.lines == () and view.rows[0].judged_at is None and view.rows[0].status == Told("slow", "")


def test_a_view_counts_over_all_pages_and_shows_one() -> None:
    rows = (
        life("a", Upkeep("dormant"), "2001", "2002-03-04"),
        life("b", Upkeep("active", "2024", "2026-11-20")),
        life("c", None, "2019"),
    )
    view = timeline_view(Timeline(rows, 5), "status", 0, 2)
    assert [row.name for row in view.rows] == ["b", "a"]
    assert (view.total, view.dated, view.silent, view.has_since) == (3, 2, 5, True)
    assert view.states == (("active", 1), ("dormant", 1), ("not stated", 1))
    assert [one.name for one in ordered(rows, "latest")] == ["c", "a", "b"]
    assert view.rows[0].status == Told("active", "since 2024, as of 2026-11-20")
    assert view.rows[1].known_at == view.rows[1].latest_at != view.rows[1].first_at


def test_the_page_has_a_table_with_the_data_of_its_lines(reader) -> None:
    page = reader.get("/timeline?order=name")
    rows = rows_of(page.text)
    assert rows["Burn Rust"] == ["", "active as of 2026-11-20", "not stated", "<0.22.1> no date"]
    dormant = "dormant since 2025-01-31, as of 2026-11-20"
    assert rows["Candle Rust"] == ["", dormant, "0.1 2019", "version not stated 2024-05"]
    assert "2 libraries: 1 active, 1 dormant; 1 with the date of a release; of" in plain(page.text)
    tags = Tags(page.text)
    assert all(one.get("aria-hidden") == "true" for one in tags.of("svg") if one.get("width") != "1")
    assert not any("style" in attributes for _, attributes in tags.found), "the policy forbids it"
    assert [one.get("scope") for one in tags.of("th")].count("col") == 5


def test_a_line_runs_from_release_to_release_and_on_to_the_judgement(reader) -> None:
    page = reader.get("/timeline?entity=candle").text
    drawn = {one["class"]: one for one in Tags(page[page.index("<tbody>") :]).of("line") if one["class"] != "year"}
    run, undated, held = drawn["run"], drawn["undated"], drawn["held dormant"]
    places = [float((run[end] or "").rstrip("%")) for end in ("x1", "x2")]
    assert places[0] < places[1] and run["x2"] == undated["x1"] and undated["x2"] == held["x2"]
    assert len(re.findall(r'<circle class="release"', page[page.index("<tbody>") :])) == 2
    assert "in this state since" in page


def test_a_corpus_that_states_nothing_says_so_and_how_to(client) -> None:
    page = plain(client.get("/timeline").text)
    assert "state neither a release nor a status" in page and "judged: 2026-11-20" in page
    assert "<table" not in client.get("/timeline").text
    assert "No library matches." in plain(client.get("/timeline?entity=burn&language=go").text)


@pytest.mark.parametrize("asked", ["language=rsut", "category=nonsense"])
def test_an_unknown_name_is_told(asked, client) -> None:
    assert client.get(f"/timeline?{asked}").status_code == 404


def test_a_name_leads_to_the_document_that_states_it(reader) -> None:
    href = next(
        one["href"]
        for one in Tags(reader.get("/timeline?entity=burn").text).of("a")
        if "burn.md" in (one["href"] or "")
    )
    assert "state: active" in reader.get(href or "").text
