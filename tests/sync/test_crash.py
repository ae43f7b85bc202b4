"""Interrupted runs: existing documents stay intact."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlsurvey.errors import BusyError, StorageError
from mlsurvey.syncing import atomic, store, sync
from mlsurvey.syncing.provenance import read_records

from .conftest import BURN, PLACE, README
from .upstream import Upstream, serve, stalled

OLD = b"# Burn\n\nOld.\n"
NEW = b"# Burn\n\nNew.\n"
SOURCES = """[[source]]
slug = "burn"
repository = "tracel-ai/burn"
paths = ["README.md", "docs/a.md"]
licence = "MIT"
"""
GUIDES = tuple(f"docs/{number}.md" for number in range(6))


def test_a_name_may_be_long_and_the_umask_decides_who_may_read(tmp_path) -> None:
    file = tmp_path / f"{'漢' * 80}.md"
    before = os.umask(0o027)
    try:
        atomic.write_whole(file, b"text")
    finally:
        os.umask(before)
    assert file.read_bytes() == b"text" and stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_disk_that_refuses_leaves_the_old_file(upstream, corpus, fetch, monkeypatch) -> None:
    upstream.replies[README] = serve(OLD)
    fetch()

    def refuse(handle: int) -> None:
        raise OSError(28, "No space left on device")

    upstream.replies[README] = serve(NEW)
    monkeypatch.setattr(atomic.os, "fsync", refuse)
    with pytest.raises(StorageError, match="No space left"):
        fetch()
    assert (corpus / PLACE).read_bytes() == OLD
    assert read_records(corpus)[PLACE].etag is None
    assert [path.name for path in (corpus / PLACE).parent.iterdir()] == ["README.md"]


def test_a_crash_between_document_and_record_is_mended_by_the_next_run(upstream, corpus, fetch, monkeypatch) -> None:
    upstream.replies[README] = serve(OLD)
    fetch()
    upstream.replies[README] = serve(NEW)
    with monkeypatch.context() as patch:
        patch.setattr(store.Store, "save", lambda self: None)
        fetch()
    assert (corpus / PLACE).read_bytes() == NEW
    assert fetch()[PLACE].state == "updated"
    assert fetch()[PLACE].state == "unchanged"


def test_what_came_before_an_interruption_is_kept(upstream, corpus, fetch, monkeypatch) -> None:
    for guide in GUIDES:
        upstream.replies[f"/tracel-ai/burn/HEAD/{guide}"] = serve(guide.encode())
    settle, done = sync._settle, []

    def interrupted(*arguments: object) -> object:
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(settle(*arguments))
        return done[-1]

    monkeypatch.setattr(sync, "_settle", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch(BURN.model_copy(update={"paths": GUIDES}))
    assert sorted(read_records(corpus)) == sorted(outcome.path for outcome in done)


def test_one_run_at_a_time(upstream, corpus, fetch) -> None:
    with store.opened(corpus), pytest.raises(BusyError, match="another process is fetching"):
        fetch()


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_a_process_that_ends_in_the_middle(upstream: Upstream, corpus: Path, tmp_path: Path, sent: int) -> None:
    (corpus / "sources.toml").write_text(SOURCES, "utf-8")
    environment = os.environ | {"MLSURVEY_GITHUB_RAW": upstream.base, "NO_PROXY": "127.0.0.1"}
    place = ["--corpus", str(corpus), "--index", str(tmp_path / "index")]
    command = [sys.executable, "-m", "mlsurvey", *place, "sync", "burn", "--no-refresh"]
    upstream.replies[README] = serve(OLD)
    upstream.replies["/tracel-ai/burn/HEAD/docs/a.md"] = serve(OLD)
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=60)
    upstream.replies[README] = serve(NEW)
    upstream.replies["/tracel-ai/burn/HEAD/docs/a.md"] = stalled
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        deadline = time.monotonic() + 30
        while (corpus / PLACE).read_bytes() == OLD and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(sent)
        upstream.ended.set()  # releases the stalled response, so that shutdown need not wait for its timeout
        _, err = process.communicate(timeout=60)
    if sent == signal.SIGINT:
        assert process.returncode == 130 and b"fetched documents are kept" in err, err
    assert (corpus / PLACE).read_bytes() == NEW
    assert (corpus / "upstream/rust/burn/docs--a.md").read_bytes() == OLD
    records = json.loads((corpus / "upstream" / "provenance.json").read_text("utf-8"))["documents"]
    assert set(records) == {PLACE, "upstream/rust/burn/docs--a.md"}
    upstream.replies["/tracel-ai/burn/HEAD/docs/a.md"] = serve(NEW)
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=60)
    assert (corpus / "upstream/rust/burn/docs--a.md").read_bytes() == NEW
