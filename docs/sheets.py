"""Make sheets of pictures, one of the terminal interface and one of the page: ``python docs/sheets.py FOLDER [INDEX]``.

For reviews: five states of each, at every size that is supported. The states are reached by questions and keys alone,
so an older version can be shown by the same script, with ``PYTHONPATH`` naming its sources, and ``terminal`` or
``page`` as a third word if it has only one of them. Needs Chromium, or the browser named in ``TEST_BROWSER``.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

from page_pictures import COLOURS, OPTIONS, QUESTION, serving
from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from textual.pilot import Pilot

from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey_tui.app import MlsurveyApp
from mlsurvey_tui.ask.request import Request
from mlsurvey_tui.start import application

ROOT = Path(os.environ.get("MLSURVEY_ROOT", Path(__file__).parents[1]))
"""Checkout whose corpus is read."""
SIZES = ((60, 20), (80, 24), (100, 30), (140, 45))
WIDTHS = (360, 768, 1280, 1600)
LIST = "Which Rust libraries run in the browser?"
PAGES = {
    "first": "/",
    "comparison": f"/?{urlencode({'q': QUESTION})}",
    "list": f"/?{urlencode({'q': LIST})}",
    "document": "/documents/libraries/rust/burn.md?start=11006&end=11090#mark",
    "documents": "/documents",
}
GAP, GROUND = 12, (96, 96, 96)

Picture = Image.Image


def main() -> None:
    """Refresh the index, then make both sheets."""
    out, wanted = Path(sys.argv[1]), sys.argv[3:] or ("terminal", "page")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        index = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(scratch) / "index"
        settings = Settings(corpus=ROOT / "corpus", index=index)
        with Survey(settings) as survey:
            survey.refresh()
        if "terminal" in wanted:
            drawn = [_terminal(settings, Path(scratch) / f"{size[0]}", size) for size in SIZES]
            with _browser() as chromium:
                rows = [[_picture(chromium, svg) for svg in state] for state in zip(*drawn, strict=True)]
            _save(_sheet(rows), out / "terminal.png")
        if "page" in wanted:
            place = ["--corpus", str(settings.corpus), "--index", str(index), "--tokens-file", f"{scratch}/tokens"]
            with serving(place) as url, _browser() as chromium:
                _save(_sheet(_pages(chromium, url)), out / "page.png")


@contextmanager
def _browser() -> Iterator[Browser]:
    path = os.environ.get("TEST_BROWSER") or shutil.which("chromium")
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=OPTIONS)


def _terminal(settings: Settings, state: Path, size: tuple[int, int]) -> list[str]:
    """Return the first screen, a comparison, a list, a source and the documents, as SVG."""
    taken: list[str] = []

    async def tell() -> None:
        app = application(settings, state=state, keys=state / "keys.toml")
        async with app.run_test(size=size) as pilot:
            await _until(pilot, lambda: app.generation is not None)
            await _take(app, pilot, taken)
            for question in (QUESTION, LIST):
                app.screen.ask(Request(question))  # type: ignore[attr-defined]
                await _until(pilot, lambda q=question: _answered(app.screen) == q)  # type: ignore[misc]
                await _take(app, pilot, taken)
            await pilot.press("enter")
            await _until(pilot, lambda: bool(app.screen.query(".cited")))
            await _take(app, pilot, taken)
            await pilot.press("escape", "f4")
            await _until(pilot, lambda: bool(getattr(app.screen, "shown", ())))
            await _take(app, pilot, taken)

    asyncio.run(tell())
    return taken


async def _until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    while not holds():
        await pilot.pause(0.05)


def _answered(screen: object) -> str | None:
    shown = getattr(screen, "shown", None)
    return shown.answer.question if shown else None


async def _take(app: MlsurveyApp, pilot: Pilot[None], taken: list[str]) -> None:
    await pilot.pause(1.0)
    taken.append(app.export_screenshot(title="mlsurvey"))


def _picture(chromium: Browser, svg: str) -> Picture:
    page = chromium.new_page(viewport={"width": 1900, "height": 1300})
    page.set_content(f"<body style='margin:0'>{svg}</body>")
    width, height = page.locator("svg").evaluate("svg => [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height]")
    page.add_style_tag(content=f"svg {{ display: block; width: {width}px; height: {height}px }}")
    taken = page.locator("svg").screenshot()
    page.close()
    return Image.open(BytesIO(taken)).convert("RGB")


def _pages(chromium: Browser, url: str) -> list[list[Picture]]:
    """Return the pages, each at all widths, and at two of them in the dark."""
    rows = []
    looks = [*((width, "light") for width in WIDTHS), (WIDTHS[0], "dark"), (WIDTHS[2], "dark")]
    for address in PAGES.values():
        rows.append([_page(chromium, url + address, width, scheme) for width, scheme in looks])
    return rows


def _page(chromium: Browser, address: str, width: int, scheme: str) -> Picture:
    page = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(address, timeout=120_000)
    page.wait_for_timeout(300)
    taken = page.screenshot()
    page.close()
    return Image.open(BytesIO(taken)).convert("RGB")


def _sheet(rows: Iterable[Iterable[Picture]]) -> Picture:
    """Set rows of pictures below each other, at half their size."""
    small = [[one.resize((one.width // 2, one.height // 2)) for one in row] for row in rows]
    width = max(sum(one.width + GAP for one in row) for row in small) + GAP
    sheet = Image.new("RGB", (width, sum(max(one.height for one in row) + GAP for row in small) + GAP), GROUND)
    top = GAP
    for row in small:
        left = GAP
        for one in row:
            sheet.paste(one, (left, top))
            left += one.width + GAP
        top += max(one.height for one in row) + GAP
    return sheet


def _save(sheet: Picture, file: Path) -> None:
    sheet.quantize(COLOURS * 2).save(file, optimize=True)


if __name__ == "__main__":
    main()
