"""The page in a real browser: what only scripts, styles and the keyboard show."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.api.conftest import QUESTION, Server, serving
from tests.writing.model_server import says
from tests.writing.model_server import serving as model_serving

pytest.importorskip("playwright", reason="Playwright is not installed; type: pip install playwright")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402  # after the checks that they are there

CHROMIUM = os.environ.get("TEST_BROWSER") or next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LIST = "Which libraries support GPUs?"
PAGES = {
    "first": "/",
    "comparison": f"/?{urlencode({'q': QUESTION})}",
    "list": f"/?{urlencode({'q': LIST})}",
    "abstention": f"/?{urlencode({'q': 'Does Zorblatt support GPUs?'})}",
    "follow-up": f"/?{urlencode({'q': 'and on licences?', 'after': QUESTION})}",
    "document": "/documents/rust/burn.md?start=90&end=120",
    "documents": "/documents",
    "search": "/search",
    "hits": "/search?q=GPU&why=true&language=rust",
    "coverage": "/coverage",
    "coverage of everything": "/coverage?every=true&language=go",
    "timeline": "/timeline",
    "upload": "/upload",
    "libraries": "/libraries",
    "history": "/history",
    "error": "/nonsense",
}
ADDED = {"dfdx": b"# Dfdx\n\nDfdx runs on CUDA.\n", "bytes": b"\x00\x01\x02\xff" * 500}
NARROW, WIDE = {"width": 360, "height": 740}, {"width": 1600, "height": 900}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed; name one in TEST_BROWSER"),
]


@pytest.fixture(scope="module")
def server(indexed: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(tmp_path_factory.mktemp("browser")) as start:
        yield start(indexed)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, server: Server) -> Iterator[Page]:
    """A page 1,600 px wide. Whatever it reports as an error fails the test."""
    with browser.new_context(base_url=server.url, viewport=WIDE) as context:
        page, faults = context.new_page(), []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
        yield page
        assert faults == []


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.textContent.trim() || document.activeElement.id")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["narrow", "wide"])
def test_every_page_is_accessible_and_fits(size, scheme, browser, server) -> None:
    options = {"viewport": size, "color_scheme": scheme, "bypass_csp": True}  # axe is a script of its own
    found = []
    with browser.new_context(base_url=server.url, **options) as context:
        page = context.new_page()
        for name, address in PAGES.items():
            page.goto(address)
            found += [(name, v["id"], v["nodes"][0]["html"]) for v in axe.Axe().run(page).response["violations"]]
            if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
                found.append((name, "scrolls sideways", ""))
        page.goto(PAGES["comparison"])
        page.locator("a.mark").first.click()
        page.locator("dialog mark").first.wait_for()
        found += [("panel", v["id"], v["nodes"][0]["html"]) for v in axe.Axe().run(page).response["violations"]]
    assert found == []


def test_a_question_is_asked_and_a_quote_opened_beside_it_by_keyboard(page) -> None:
    page.goto("/")
    assert focused(page) == "question"
    page.keyboard.type(QUESTION)
    page.keyboard.press("Enter")
    page.locator("table.matrix").wait_for()
    assert page.url.endswith(f"/?{urlencode({'q': QUESTION})}")  # empty fields are left out
    mark = page.locator("a.mark").first
    mark.focus()
    page.keyboard.press("Enter")
    quote = page.locator("dialog mark").first
    quote.wait_for()
    assert quote.inner_text() in page.locator("table.matrix").inner_text()
    assert quote.evaluate("e => e.getBoundingClientRect().top > 0 && e.getBoundingClientRect().bottom < innerHeight")
    assert page.locator("main").bounding_box()["width"] + page.locator("dialog").bounding_box()["width"] <= 1600
    assert focused(page) == f"Source {mark.inner_text()}"
    page.keyboard.press("Escape")
    assert page.locator("dialog[open]").count() == 0 and focused(page) == mark.inner_text()


def test_names_are_completed_while_they_are_typed(page) -> None:
    page.goto("/")
    page.keyboard.type("How do bur")
    page.get_by_role("option").first.wait_for()
    assert page.get_by_role("combobox", name="Your question").get_attribute("aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert page.locator("#question").input_value() == "How do Burn "
    page.keyboard.type("and Cand")
    page.get_by_role("option", name="Candle").click()
    assert page.locator("#question").input_value() == "How do Burn and Candle "
    page.keyboard.type("gor")
    page.get_by_role("option", name="Gorgonia").first.wait_for()
    page.keyboard.press("Escape")
    assert page.locator(".suggestions").first.is_hidden()


def test_the_names_of_the_sides_stay_in_sight(page) -> None:
    page.set_viewport_size({"width": 1200, "height": 320})
    page.goto(PAGES["comparison"])
    page.locator("table.matrix tbody tr").last.scroll_into_view_if_needed()
    page.evaluate("window.scrollBy(0, 60)")
    head = page.locator("table.matrix thead th").first.bounding_box()
    assert page.evaluate("window.scrollY") > 0 and head["y"] >= 0


def test_follow_ups_are_a_conversation_that_the_browser_remembers(page) -> None:
    page.goto(PAGES["comparison"])
    page.get_by_label("Follow up").fill("and what about its licence?")
    page.keyboard.press("Enter")
    page.get_by_text("Taken from the previous question: the libraries (Burn, Candle).").wait_for()
    page.get_by_role("navigation", name="Previous questions").get_by_role("link", name=QUESTION).click()
    page.wait_for_url(f"**{PAGES['comparison']}")
    page.get_by_role("link", name="History").click()
    asked = page.locator(".history a")
    asked.first.wait_for()
    assert asked.all_inner_texts() == [QUESTION, "and what about its licence?"]
    page.get_by_role("button", name="Forget all").click()
    page.get_by_text("No questions yet.").wait_for()


def test_an_answer_is_copied_with_its_sources(page) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(PAGES["comparison"])
    page.get_by_role("button", name="Copy with sources").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert "## Sources" in page.evaluate("navigator.clipboard.readText()")


def test_libraries_are_ticked_and_compared(page) -> None:
    page.goto("/libraries")
    compare = page.get_by_role("button", name="Compare")
    assert compare.is_disabled()
    page.get_by_role("checkbox", name="Burn").check()
    page.get_by_role("checkbox", name="Candle").check()
    compare.click()
    page.locator("table.matrix").wait_for()
    assert page.locator("table.matrix thead th").all_inner_texts() == ["Burn", "Candle"]


def test_asking_and_reading_need_no_scripts(browser, server) -> None:
    with browser.new_context(base_url=server.url, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/")
        page.locator("#question").fill(QUESTION)
        page.get_by_role("button", name="Ask").click()
        page.locator("table.matrix").wait_for()
        page.locator("a.mark").first.click()
        page.locator("mark").first.wait_for()
        assert "/documents/" in page.url and page.url.endswith("#mark")


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_summary_follows_the_quotes(has_scripts, browser, indexed, tmp_path, monkeypatch) -> None:
    goes_on = threading.Event()

    def behave(handler: Any) -> None:
        goes_on.wait(30)
        says("Burn supports GPUs through CUDA, Metal and WebGPU. [1]")(handler)

    with model_serving(behave) as model, serving(tmp_path) as start:
        monkeypatch.setenv("MLSURVEY_WRITER", "openai-compatible")
        monkeypatch.setenv("MLSURVEY_WRITER_URL", model.url)
        monkeypatch.setenv("MLSURVEY_WRITER_MODEL", "toy")
        server = start(indexed)
        with browser.new_context(base_url=server.url, java_script_enabled=has_scripts) as context:
            page = context.new_page()
            page.goto(PAGES["comparison"])
            section = page.locator("section[data-summary]")
            assert page.locator("table.matrix").is_visible()
            if has_scripts:
                assert section.inner_text().endswith("toy is writing a summary, 30 s at most…")
                goes_on.set()
            else:
                assert not model.requests
                goes_on.set()
                section.get_by_role("link").click()
            page.locator("#summary").wait_for()
            assert page.locator("#summary h2").inner_text() == "Summary by openai-compatible/toy"
            assert page.locator("#summary a.mark").count() == 1 and section.count() == 0
            assert page.url.endswith("&summary=wait") is not has_scripts


def test_the_heat_map_scrolls_within_itself_and_keeps_its_heads_in_sight(page) -> None:
    page.set_viewport_size(NARROW)
    page.goto("/coverage")
    page.locator(".heat-frame").evaluate("frame => frame.scrollTo(300, 400)")
    frame = page.locator(".heat-frame").bounding_box()
    column = page.locator(".heat thead th").nth(8).bounding_box()
    row = page.locator(".heat tbody th").last.bounding_box()
    assert page.locator(".heat-frame").evaluate("frame => frame.scrollLeft") == 300
    assert abs(column["y"] - frame["y"]) < 3 and abs(row["x"] - frame["x"]) < 3
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_number_is_reached_and_followed_by_keyboard(page) -> None:
    page.goto("/coverage?language=rust&order=name")
    cell = page.get_by_role("link", name="Burn, GPU support: ")
    cell.focus()
    box, head = cell.bounding_box(), page.locator(".heat thead th").first.bounding_box()
    assert box["y"] >= head["y"] + head["height"] and box["x"] >= head["x"] + head["width"]  # not below the heads
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=Burn*")
    page.get_by_text("Burn supports GPUs through CUDA").first.wait_for()


def test_the_numbers_can_be_skipped_by_keyboard(page) -> None:
    page.goto("/coverage")
    page.get_by_role("button", name="Show").focus()
    page.keyboard.press("Tab")
    assert focused(page) == "Skip the table"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.heat-frame')") is None


def test_the_heat_map_is_filtered_without_blanks_in_the_address(page) -> None:
    page.goto("/coverage")
    page.locator("select[name=language]").select_option("rust")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**/coverage?language=rust")
    assert page.get_by_role("rowheader").filter(has_text="Gorgonia").count() == 0


def test_a_hit_opens_beside_the_hits(page) -> None:
    page.goto("/search")
    assert focused(page) == "words"
    page.keyboard.type("CUDA")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=CUDA")
    page.locator(".hit h2 a").first.click()
    quote = page.locator("dialog mark").first
    quote.wait_for()
    assert "CUDA" in " ".join(page.locator("dialog mark").all_inner_texts()) and focused(page) == "Source 1"
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Why these hits?").click()
    page.get_by_text("BM25").first.wait_for()


def test_files_are_added_and_the_index_is_refreshed(browser, home, tmp_path) -> None:
    files = [{"name": f"{name}.md", "mimeType": "text/markdown", "buffer": data} for name, data in ADDED.items()]
    with serving(tmp_path) as start, browser.new_context(base_url=start(home).url) as context:
        page = context.new_page()
        page.goto("/documents")
        page.get_by_role("link", name="Add documents").click()
        page.get_by_label("Files").set_input_files(files)
        page.get_by_label("Folder").fill("rust")
        page.get_by_role("button", name="Add").click()
        assert "cannot be read" in page.get_by_role("alert").inner_text()
        assert page.get_by_text("rust/dfdx.md added").is_visible()
        page.get_by_role("button", name="Refresh the index").click()
        page.get_by_text("1 added").wait_for(timeout=240_000)
        page.goto("/search?q=Dfdx")
        assert "rust/dfdx.md" in page.locator(".hit").first.inner_text()


def test_files_that_are_too_large_together_are_told_before_they_are_sent(page, tmp_path) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    small, large = tmp_path / "small.md", tmp_path / "large.md"
    small.write_bytes(b"# Dfdx\n")
    with large.open("wb") as file:
        file.truncate(70_000_000)
    page.goto("/upload")
    page.get_by_label("Files").set_input_files(small)
    assert page.locator("[data-fault]").is_hidden()
    page.get_by_label("Files").set_input_files([small, large])
    page.get_by_text("70,000,007 bytes are too many at once: at most 67,108,864.").wait_for()
    page.get_by_role("button", name="Add").click()
    assert page.get_by_role("alert").is_visible() and "POST" not in sent


def test_a_refresh_is_followed_to_its_report(browser, home, tmp_path) -> None:
    (home.corpus / "new.md").write_text("# Dfdx\n\nDfdx runs on CUDA.\n", "utf-8")
    with serving(tmp_path) as start, browser.new_context(base_url=start(home).url) as context:
        page = context.new_page()
        page.goto("/documents")
        page.get_by_role("button", name="Refresh").click()
        page.get_by_text("1 added").wait_for(timeout=240_000)
        assert "/jobs/" in page.url and page.locator(".job-state").inner_text() == "Done"
