"""Make the pictures of the page anew, from the shipped corpus: ``python docs/page_pictures.py [INDEX]``.

Needs Chromium, or the browser named in ``TEST_BROWSER``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import httpx2
from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
QUESTION = "How do Burn and Candle differ in GPU support and licence?"
WIDE: ViewportSize = {"width": 1600, "height": 900}
NARROW: ViewportSize = {"width": 360, "height": 640}
COLOURS = 64
"""Colours of a picture: a page has few, and the file is a third of the size."""
OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


def main() -> None:
    """Refresh the index, serve it, and take one picture after another."""
    browser = os.environ.get("TEST_BROWSER") or shutil.which("chromium")
    with tempfile.TemporaryDirectory() as scratch:
        index = sys.argv[1] if len(sys.argv) > 1 else f"{scratch}/index"
        place = ["--corpus", str(ROOT / "corpus"), "--index", index]
        subprocess.run([sys.executable, "-m", "mlsurvey", *place, "refresh"], check=True, stdout=subprocess.DEVNULL)
        with serving([*place, "--tokens-file", f"{scratch}/tokens"]) as url, sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=browser, args=OPTIONS)
            _comparison(chromium.new_page(base_url=url, viewport={"width": 1280, "height": 720}))
            _narrow(chromium.new_page(base_url=url, viewport=NARROW, color_scheme="dark"))
            _coverage(chromium.new_page(base_url=url, viewport=WIDE), "page-coverage")
            _coverage(chromium.new_page(base_url=url, viewport=NARROW, color_scheme="dark"), "page-coverage-narrow")
            _timeline(chromium.new_page(base_url=url, viewport={"width": 1280, "height": 900}))
            _search(chromium.new_page(base_url=url, viewport=WIDE, color_scheme="dark"))
            _upload(chromium.new_page(base_url=url, viewport=NARROW))
            chromium.close()


@contextmanager
def serving(options: list[str]) -> Iterator[str]:
    """Serve on a free port; yields the address, which the program prints first."""
    command = [sys.executable, "-m", "mlsurvey", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1].rstrip("/")
        try:
            while not _is_ready(url):
                time.sleep(0.2)
            yield url
        finally:
            process.terminate()


def _is_ready(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/v1/ready", trust_env=False).status_code == 200
    except httpx2.TransportError:
        return False


def _comparison(page: Page) -> None:
    page.goto(f"/?{urlencode({'q': QUESTION})}", timeout=120_000)
    page.locator("a.mark").nth(2).click()
    page.locator("dialog mark").first.wait_for()
    _take(page, "page-comparison")


def _narrow(page: Page) -> None:
    page.goto("/")
    _take(page, "page-narrow")


def _coverage(page: Page, name: str) -> None:
    page.goto("/coverage?language=rust")
    if page.viewport_size == NARROW:
        page.locator(".legend").evaluate("legend => legend.scrollIntoView()")
    _take(page, name)


def _timeline(page: Page) -> None:
    page.goto("/timeline?language=rust")
    page.locator(".legend").evaluate("legend => legend.scrollIntoView()")
    _take(page, "page-timeline")


def _search(page: Page) -> None:
    page.goto(f"/search?{urlencode({'q': 'WebGPU back-end', 'why': 'true'})}")
    page.locator(".hit h2 a").first.click()
    page.locator("dialog mark").first.wait_for()
    _take(page, "page-search")


def _upload(page: Page) -> None:
    page.goto("/upload")
    _take(page, "page-upload-narrow")


def _take(page: Page, name: str) -> None:
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(300)
    picture = Image.open(BytesIO(page.screenshot()))
    picture.quantize(COLOURS).save(PICTURES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
