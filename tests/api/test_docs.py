"""The statements on the documentation pages are true."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from mlsurvey.api.problems import KINDS
from mlsurvey.api.settings import ServiceSettings

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "api"


def test_every_route_has_a_page(client) -> None:
    pages = "".join(page.read_text("utf-8") for page in PAGES.glob("*.md"))
    paths = client.get("/openapi.json").json()["paths"]
    ours = [path for path in paths if path.startswith("/v1/") and not path.startswith(("/v1/chat", "/v1/models"))]
    missing = [p for p in ours if re.sub(r"\{\w+\}", "", p).rstrip("/") not in re.sub(r"\{\w+\}", "", pages)]
    assert [path for path in missing if not path.endswith("/text")] == []


def test_every_setting_and_problem_is_told() -> None:
    page = (PAGES / "service.md").read_text("utf-8")
    assert [name for name in ServiceSettings.model_fields if f"`{name}`" not in page] == []
    problems = page.partition("## Problems")[2]
    told = re.findall(r"^\| `([a-z-]+)` \| (\d+) \| (.*) \|$", problems, flags=re.MULTILINE)
    assert told == [(k.slug, str(k.status), f"{k.title}. {k.explanation}") for k in KINDS.values()]


@pytest.mark.parametrize("page", [ROOT / "README.md", *PAGES.glob("*.md")], ids=lambda page: page.name)
def test_examples_work_as_pasted(page, client) -> None:
    text = page.read_text("utf-8").replace("\\\n", " ").replace("libraries/rust/", "rust/")
    for line in re.findall(r"^curl .*$", text, flags=re.MULTILINE):
        words = [word for word in shlex.split(line)[1:] if word != "-N"]
        options = {flag: words[place + 1] for place, flag in enumerate(words) if flag in ("-X", "-d")}
        headers = dict(words[n + 1].split(": ", 1) for n, flag in enumerate(words) if flag == "-H")
        url = next(word for word in words if word.startswith("http"))
        if options.get("-X") or "-F" in words or "$" in line:
            continue  # changes something, or needs a token: tested elsewhere
        method = "POST" if "-d" in options else "GET"
        response = client.request(method, url.replace(":8642", ""), content=options.get("-d"), headers=headers)
        assert response.status_code == 200, (line, response.text)
