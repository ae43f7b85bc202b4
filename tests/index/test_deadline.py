"""A document that takes too long is left out, and the rest is indexed."""

from __future__ import annotations

import threading
import time

import pytest
from index_doubles import HangingCutter, World, count_words, page, paths

from mlsurvey.errors import UnreadableError
from mlsurvey.index import drafts, sources
from mlsurvey.index.deadline import allowed, in_time
from mlsurvey.index.sources import Content, look
from mlsurvey.index.workers import LostError, Pool
from mlsurvey.reading import documents
from mlsurvey.reading.scan import scan
from mlsurvey.state import Unreadable
from mlsurvey.subjects.traces import Traces
from mlsurvey.types import Document


def spin() -> None:
    while True:
        pass


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading a document named ``slow.md`` never ends."""

    def document(path: str, *rest: object) -> Document:
        if path == "slow.md":
            spin()
        return documents.document(path, *rest)

    monkeypatch.setattr(drafts, "document", document)


def test_work_is_stopped_after_its_time_and_work_in_time_is_not() -> None:
    with pytest.raises(UnreadableError, match=r"more than 0 s to read; split it, or raise .* 'document_seconds'"):
        in_time(spin, 0, 0.05)
    assert in_time(lambda: 3, 0, 0.05) == 3


def test_a_handler_for_exceptions_does_not_hold_it_up() -> None:
    def stubborn() -> None:
        try:
            spin()
        except Exception:
            spin()

    with pytest.raises(UnreadableError):
        in_time(stubborn, 0, 0.05)


def test_larger_documents_may_take_longer() -> None:
    assert allowed(10_000_000, 60) == 260


def test_what_is_nested_too_deeply_is_left_out() -> None:
    def deep() -> None:
        deep()

    with pytest.raises(UnreadableError, match="nested too deeply"):
        in_time(deep, 0, 60)


@pytest.mark.usefixtures("slow")
def test_slow_document_is_left_out_with_the_reason_and_the_rest_goes_on(world: World) -> None:
    for name in ("a.md", "slow.md", "z.md"):
        world.write(name, page(name[0], "burn"))
    report = world.refresh(seconds=0.2)
    assert report.added == ("a.md", "z.md")
    assert [one.path for one in report.unreadable] == ["slow.md"]
    assert "document_seconds" in report.unreadable[0].reason
    assert paths(world) == ["a.md", "z.md"]


def test_document_that_became_slow_leaves_the_index(world: World, request: pytest.FixtureRequest) -> None:
    world.write("a.md", page("a", "burn"))
    world.write("slow.md", page("s", "burn"))
    assert world.refresh().added == ("a.md", "slow.md")
    world.write("slow.md", page("changed", "burn"))
    request.getfixturevalue("slow")
    report = world.refresh(seconds=0.2)
    assert (report.removed, report.changed, [one.path for one in report.unreadable]) == (("slow.md",), (), ["slow.md"])
    assert paths(world) == ["a.md"]


def test_document_too_slow_to_be_looked_at_is_left_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.write("a.md", page("a", "burn"))
    monkeypatch.setattr(documents, "declared_entity", lambda path, data: spin())
    found = look(world.corpus, scan(world.corpus)[0], {}, sources.uncounted, 0.1)
    assert (list(found.read), list(found.unreadable)) == ([], ["a.md"])


def test_process_that_takes_too_long_is_replaced() -> None:
    with Pool[float, str](time.sleep, 1, lambda seconds: 0.2 if seconds else 300.0) as pool:
        assert list(pool.map([60.0, 0.0], lambda seconds, error: f"{error.waited}")) == ["0.2", None]
        with pytest.raises(LostError):
            pool.call(60.0)
        assert pool.call(0.0) is None


def contents(*names: str) -> list[tuple[str, Content]]:
    return [(name, Content(None, page(name[0], "burn").encode(), name, None, Traces(None))) for name in names]


def test_only_the_document_that_hangs_or_ends_its_process_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drafts, "MUCH", 0)
    monkeypatch.setattr(drafts, "cores", lambda: 2)
    cut = HangingCutter((), {}, count_words, 128, 60.0)
    batches = [contents("a.md", "ends.md", "hangs.md"), contents("b.md")]
    made = [one for batch in drafts._cut(cut, batches) for one in batch]
    assert [one.path for one in made if isinstance(one, Unreadable)] == ["ends.md", "hangs.md"]
    assert [one.document.path for one in made if not isinstance(one, Unreadable)] == ["a.md", "b.md"]
    assert next(one.reason for one in made if isinstance(one, Unreadable)).startswith(
        "not read: the process that read it died"
    )


def test_thread_that_cannot_be_stopped_cuts_in_processes() -> None:
    cut = HangingCutter((), {}, count_words, 128, 60.0)
    made: list[object] = []
    thread = threading.Thread(target=lambda: made.extend(next(drafts._cut(cut, [contents("hangs.md")]))))
    thread.start()
    thread.join()
    assert isinstance(made[0], Unreadable)
