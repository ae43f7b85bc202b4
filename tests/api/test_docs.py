"""The statements on the documentation pages are true."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from mlsurvey.api.problems import KINDS
from mlsurvey.api.settings import ServiceSettings

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "api"
WITH_SAMPLES = [ROOT / "README.md", *sorted(PAGES.glob("*.md"))]
ASKING = ("ask", "search", "compare", "completions")
"""Last parts of the routes that take a body and change nothing."""


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


@dataclass(frozen=True)
class Sample:
    """A curl command of a page."""

    line: str
    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    form: dict[str, str]

    @property
    def only_reads(self) -> bool:
        return self.method == "GET" or (self.method == "POST" and self.url.rpartition("/")[2] in ASKING)


def samples(page: Path) -> list[Sample]:
    text = page.read_text("utf-8").replace("\\\n", " ").replace("libraries/rust/", "rust/")
    lines = re.findall(r"^curl .*$", text, flags=re.MULTILINE)
    return [sample(line) for line in lines if "$" not in line]  # a token: see test_security.py


def sample(line: str) -> Sample:
    words = shlex.split(line)
    options = {word: words[place + 1] for place, word in enumerate(words) if word in ("-X", "-d", "--data-binary")}
    body = options.get("-d", options.get("--data-binary"))
    form = dict(words[place + 1].split("=", 1) for place, word in enumerate(words) if word == "-F")
    return Sample(
        line=line,
        method=options.get("-X", "GET" if body is None and not form else "POST"),
        url=next(word for word in words if word.startswith("http")).replace(":8642", ""),
        headers=dict(words[place + 1].split(": ", 1) for place, word in enumerate(words) if word == "-H"),
        body=None if body is None else body.encode(),
        form=form,
    )


@pytest.mark.parametrize("page", WITH_SAMPLES, ids=lambda page: page.name)
def test_examples_work_as_pasted(page, client) -> None:
    for asked in samples(page):
        if asked.only_reads:
            response = client.request(asked.method, asked.url, content=asked.body, headers=asked.headers)
            assert response.status_code == 200, (asked.line, response.text)


def test_examples_that_change_something_work_as_pasted_one_after_another(writing) -> None:
    for asked in (asked for page in WITH_SAMPLES for asked in samples(page) if not asked.only_reads):
        response = writing.request(asked.method, asked.url, headers=asked.headers, **sent(asked))
        assert response.status_code in (200, 201, 202, 204) or response.json()["type"].endswith("busy"), asked.line


def sent(asked: Sample) -> dict[str, Any]:
    """Body or form, as arguments of the client."""
    if not asked.form:
        return {"content": asked.body}
    path, _, name = asked.form["files"].removeprefix("@").partition(";filename=")
    fields = {field: value for field, value in asked.form.items() if field != "files"}
    return {"files": {"files": (name, (ROOT / path).read_bytes(), "text/markdown")}, "data": fields}
