"""One document from a well-behaved server, and from a misbehaving one."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import httpx2
import pytest

from mlsurvey.syncing.fetch import Fetcher, RefusedError
from mlsurvey.syncing.provenance import read_records, sources_of
from mlsurvey.syncing.sources import Source

from .conftest import BURN, PLACE, QUICK, README
from .upstream import (
    bomb,
    conditional,
    dripping,
    endless,
    in_turn,
    missing,
    redirect,
    serve,
    stalled,
    status,
    truncated,
)

TEXT = b"# Burn\n\nBurn is a framework.\n"
NEWER = b"# Burn\n\nBurn is a newer framework.\n"


def test_a_document_comes_byte_for_byte_with_its_provenance(upstream, corpus, fetch) -> None:
    upstream.replies[README] = serve(b"# Burn\r\n\r\n\xc3\xa9t\xc3\xa9\r\n", ETag='"one"', Last_Modified="yesterday")
    assert fetch()[PLACE].state == "added"
    assert (corpus / PLACE).read_bytes() == b"# Burn\r\n\r\n\xc3\xa9t\xc3\xa9\r\n"
    record = read_records(corpus)[PLACE]
    assert record.url == "https://github.com/tracel-ai/burn/blob/HEAD/README.md"
    assert (record.version, record.licence, record.etag, record.last_modified) == (None, "MIT", '"one"', "yesterday")
    assert record.retrieved == record.checked
    source = sources_of(corpus, [(PLACE, record.sha256), (PLACE.replace("burn", "b"), record.sha256)])
    assert source[PLACE].retrieved == record.retrieved[:10] and len(source) == 1
    assert sources_of(corpus, [(PLACE, "0" * 64)]) == {}


def test_only_what_is_newer_is_sent_again(upstream, corpus, fetch) -> None:
    upstream.replies[README] = conditional(TEXT, '"one"')
    fetch()
    before = (corpus / PLACE).stat()
    assert fetch()[PLACE].state == "unchanged"
    assert upstream.asked[-1][1]["If-None-Match"] == '"one"'
    assert (corpus / PLACE).stat().st_mtime_ns == before.st_mtime_ns
    assert read_records(corpus)[PLACE].etag == '"one"'
    upstream.replies[README] = conditional(NEWER, '"two"')
    assert fetch()[PLACE].state == "updated"
    assert (corpus / PLACE).read_bytes() == NEWER
    assert read_records(corpus)[PLACE].etag == '"two"'


def test_a_file_that_was_changed_or_deleted_is_asked_for_without_conditions(upstream, corpus, fetch) -> None:
    upstream.replies[README] = conditional(TEXT, '"one"')
    fetch()
    (corpus / PLACE).write_text("scribbled", "utf-8")
    assert fetch()[PLACE].state == "updated"
    (corpus / PLACE).unlink()
    assert fetch()[PLACE].state == "added"
    assert (corpus / PLACE).read_bytes() == TEXT
    assert all("If-None-Match" not in headers for _, headers in upstream.asked)


def test_the_same_bytes_without_a_304_change_nothing(upstream, corpus, fetch) -> None:
    upstream.replies[README] = serve(TEXT)
    fetch()
    before = (corpus / PLACE).stat().st_mtime_ns
    assert fetch()[PLACE].state == "unchanged"
    assert (corpus / PLACE).stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "reply",
    [
        in_turn(status(500), serve(TEXT)),
        in_turn(status(503), status(502), serve(TEXT)),
        in_turn(status(429, Retry_After="0"), serve(TEXT)),
        in_turn(truncated(TEXT), serve(TEXT)),
        in_turn(stalled, serve(TEXT)),
    ],
)
def test_what_passes_is_tried_again(upstream, corpus, fetch, reply) -> None:
    upstream.replies[README] = reply
    assert fetch()[PLACE].state == "added"
    assert (corpus / PLACE).read_bytes() == TEXT


def test_a_host_that_asks_to_wait_is_waited_for(upstream, corpus, fetch) -> None:
    upstream.replies[README] = in_turn(status(429, Retry_After="1"), serve(TEXT))
    started = time.monotonic()
    assert fetch()[PLACE].state == "added"
    assert time.monotonic() - started >= 1.0


@pytest.mark.parametrize(
    "asked", ["3600", format_datetime(datetime.now(UTC) + timedelta(hours=2), usegmt=True)], ids=["seconds", "date"]
)
def test_a_host_that_asks_for_too_much_is_left_alone(upstream, fetch, asked: str) -> None:
    upstream.replies[README] = status(429, Retry_After=asked)
    outcome = fetch()[PLACE]
    assert outcome.state == "failed" and "asks to wait" in outcome.reason
    assert upstream.times(README) == 1


TROUBLE = {
    "gone": (missing, "gone", "404"),
    "forbidden": (status(403), "failed", "403"),
    "broken": (status(500), "failed", "500 Internal Server Error, 3 times"),
    "truncated": (truncated(TEXT), "failed", "broke off"),
    "stalled": (stalled, "failed", "no answer within 0.4 s"),
    "dripping": (dripping, "failed", "longer than 1.5 s"),
    "oversized": (serve(b"x" * 20_001), "refused", "larger than 20,000 bytes"),
    "endless": (endless, "refused", "larger than 20,000 bytes"),
    "bomb": (bomb(200_000_000), "refused", "larger than 20,000 bytes"),
    "double bomb": (serve(b"x", Content_Encoding="gzip, gzip"), "refused", "Content-Encoding 'gzip, gzip'"),
    "zstd": (serve(b"x", Content_Encoding="zstd"), "refused", "Content-Encoding 'zstd'"),
    "no gzip": (serve(b"not packed", Content_Encoding="gzip"), "refused", "cannot decompress"),
    "loop": (redirect(README), "refused", "redirects more than 3 times"),
    "file": (redirect("file:///etc/passwd"), "refused", "not an http or https address: file"),
    "ftp": (redirect("ftp://example.org/x"), "refused", "not an http or https address: ftp"),
    "web page": (serve(b"<html>log in</html>", Content_Type="text/html"), "refused", "a web page"),
    "empty": (serve(b" \n"), "refused", "empty"),
    "binary": (serve(b"\x00\x01\x02PK\x00"), "refused", "not a text"),
}


@pytest.mark.parametrize("name", TROUBLE)
def test_trouble_is_told_and_what_was_there_stays(upstream, corpus, fetch, name: str) -> None:
    reply, state, words = TROUBLE[name]
    upstream.replies[README] = serve(TEXT)
    fetch()
    upstream.replies[README] = reply
    outcome = fetch()[PLACE]
    assert (outcome.state, outcome.host) == (state, upstream.base.removeprefix("http://"))
    assert words in outcome.reason
    assert (corpus / PLACE).read_bytes() == TEXT
    assert [path.name for path in (corpus / PLACE).parent.iterdir()] == ["README.md"]
    assert (read_records(corpus)[PLACE].gone is not None) == (state == "gone")


def test_what_is_back_is_no_longer_gone(upstream, corpus, fetch) -> None:
    upstream.replies[README] = serve(TEXT)
    fetch()
    upstream.replies[README] = missing
    fetch()
    upstream.replies[README] = serve(TEXT)
    assert fetch()[PLACE].state == "unchanged"
    assert read_records(corpus)[PLACE].gone is None


def test_nothing_newer_than_nothing_is_no_answer(upstream, fetch) -> None:
    upstream.replies[README] = status(304)
    outcome = fetch()[PLACE]
    assert outcome.state == "failed" and "304" in outcome.reason


def test_no_way_leads_from_https_to_http(monkeypatch: pytest.MonkeyPatch) -> None:
    moved = httpx2.MockTransport(lambda request: httpx2.Response(302, headers={"Location": "http://example.org/x"}))
    with Fetcher(QUICK) as fetcher:
        monkeypatch.setattr(fetcher, "_client", httpx2.Client(transport=moved))
        with pytest.raises(RefusedError, match=r"redirects from https to http://example\.org"):
            fetcher.get("https://example.org/x", 1000)


def test_a_redirect_is_followed_where_it_leads_to_the_document(upstream, corpus, fetch) -> None:
    upstream.replies[README] = redirect("/moved")
    upstream.replies["/moved"] = redirect(f"{upstream.base}/moved/again")
    upstream.replies["/moved/again"] = serve(TEXT)
    assert fetch()[PLACE].state == "added"


def test_the_rest_goes_on(upstream, corpus, fetch) -> None:
    paths = tuple(f"docs/{name}.md" for name in ("a", "b", "c", "d", "e"))
    for path in paths:
        upstream.replies[f"/tracel-ai/burn/HEAD/{path}"] = serve(f"# {path}\n".encode())
    upstream.replies["/tracel-ai/burn/HEAD/docs/c.md"] = stalled
    outcomes = fetch(BURN.model_copy(update={"paths": paths}))
    assert [outcome.state for outcome in outcomes.values()] == ["added", "added", "failed", "added", "added"]
    assert upstream.most_at_once <= 3


def test_a_host_that_is_not_there_is_waited_for_once(corpus, upstream, fetch, monkeypatch) -> None:
    closed = upstream.base.rpartition(":")[0] + ":9"  # the discard port, where nothing listens
    monkeypatch.setattr(upstream, "base", closed)
    outcomes = fetch(BURN.model_copy(update={"paths": tuple(f"{number}.md" for number in range(40))}))
    assert {outcome.state for outcome in outcomes.values()} == {"failed"}
    assert len({outcome.reason for outcome in outcomes.values()}) == 1
    assert "no connection to 127.0.0.1" in outcomes["upstream/rust/burn/0.md"].reason


def test_a_way_to_a_host_that_is_not_there_closes_no_other(upstream, fetch) -> None:
    upstream.replies["/tracel-ai/burn/HEAD/a.md"] = redirect("http://127.0.0.1:9/a.md")
    upstream.replies["/tracel-ai/burn/HEAD/b.md"] = serve(TEXT)
    limits = replace(QUICK, at_once=1)
    outcomes = fetch(BURN.model_copy(update={"paths": ("a.md", "b.md")}), limits=limits)
    assert [outcome.state for outcome in outcomes.values()] == ["failed", "added"]


def test_two_origins_never_take_one_place(upstream, corpus, fetch) -> None:
    other = Source(slug="burn", licence="MIT", repository="tracel-ai/book", paths=("README.md", "a/b.md"))
    upstream.replies[README] = serve(TEXT)
    upstream.replies["/tracel-ai/book/HEAD/README.md"] = serve(NEWER)
    upstream.replies["/tracel-ai/book/HEAD/a/b.md"] = serve(b"# B\n")
    outcomes = fetch(BURN, other)
    folder = "upstream/rust/burn"
    assert set(outcomes) == {PLACE, f"{folder}/book--README.md", f"{folder}/book--a--b.md"}
    assert (corpus / PLACE).read_bytes() == TEXT


def test_damaged_records_are_kept_aside_and_made_anew(upstream, corpus, fetch) -> None:
    upstream.replies[README] = serve(TEXT)
    fetch()
    place = corpus / "upstream" / "provenance.json"
    place.write_text(place.read_text("utf-8")[:50], "utf-8")
    assert read_records(corpus) is None
    assert sources_of(corpus, [(PLACE, "0")]) == {}
    fetch()
    assert read_records(corpus)[PLACE].origin == "github:tracel-ai/burn:README.md"
    assert (corpus / "upstream" / "provenance.json.damaged.bak").exists()


def test_records_are_plain_json(upstream, corpus: Path, fetch) -> None:
    upstream.replies[README] = serve(TEXT)
    fetch()
    value = json.loads((corpus / "upstream" / "provenance.json").read_text("utf-8"))
    assert value["schema_version"] == 1
    assert value["documents"][PLACE]["origin"] == "github:tracel-ai/burn:README.md"
