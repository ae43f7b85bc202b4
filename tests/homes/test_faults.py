"""What goes wrong with an engine is one line that says what to do, and never shows a secret."""

from __future__ import annotations

import json
import re
import socket
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from index_doubles import World, page

from mlsurvey.address import Address, address_of
from mlsurvey.cli import main
from mlsurvey.errors import (
    BusyError,
    EngineError,
    IndexingError,
    MismatchError,
    ReplacedError,
    SettingsError,
    StorageError,
    UnreachableError,
)
from mlsurvey.settings import Settings, load_settings

from .conftest import needs_engine

SECRET = "root:s3cret-Passw0rd"


def nobody() -> Address:
    """The address of an engine that is not running."""
    with socket.socket() as port:
        port.bind(("127.0.0.1", 0))
        number = port.getsockname()[1]
    return address_of(f"milvus://127.0.0.1:{number}/test")


@pytest.mark.parametrize(
    ("text", "uri", "name", "database"),
    [
        ("milvus://host:19530/docs", "http://host:19530", "docs", ""),
        ("milvus+https://host/team/docs", "https://host", "docs", "team"),
        ("milvus+lite:///data/x.db", "/data/x.db", "mlsurvey", ""),
    ],
)
def test_addresses_are_read(text: str, uri: str, name: str, database: str) -> None:
    found = address_of(text)
    assert (found.uri, found.name, found.database, str(found)) == (uri, name, database, text)
    settings = load_settings({"index": text})
    assert (settings.index, settings.values()["index"]) == (found, text)
    assert Settings(**settings.values()).index == found  # type: ignore[arg-type]
    assert settings.folder.is_absolute() and settings.folder.name != text


@pytest.mark.parametrize(
    "text", ["milvus://host:19530", "milvus://host:19530/9x", "http://host/x", "milvus+lite://x.db", "milvus://h/a/b/c"]
)
def test_what_is_no_address_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SettingsError, match=r"an address such as 'milvus://localhost:19530/mlsurvey'"):
        load_settings({"index": text})


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError, match="without user and password; put them into MLSURVEY_INDEX_TOKEN") as told:
        load_settings({"index": f"milvus://{SECRET}@host:19530/docs"})
    assert "s3cret" not in str(told.value)


def test_the_token_is_no_setting_and_never_shown(no_settings: Path, monkeypatch: Any, capsys: Any) -> None:
    monkeypatch.setenv("MLSURVEY_INDEX_TOKEN", SECRET)
    assert main(["--index", "milvus://host:19530/docs", "config", "--json"]) == 0
    told = capsys.readouterr()
    assert json.loads(told.out)["index"]["value"] == "milvus://host:19530/docs"
    assert "s3cret" not in told.out + told.err


def test_without_the_extra_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, no_settings: Path, capsys: Any
) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    assert main(["--index", "milvus://127.0.0.1:1/docs", "search", "x"]) == EngineError.exit_code
    assert "type: pip install 'mlsurvey[cluster]'" in capsys.readouterr().err


@needs_engine
@pytest.mark.parametrize(
    ("message", "kind", "says"),
    [
        ("auth check failure, please check username and password are correct", IndexingError, "MLSURVEY_INDEX_TOKEN"),
        ("missing authorization in header", IndexingError, "MLSURVEY_INDEX_TOKEN"),
        ("quota exceeded[reason=disk quota exceeded, please allocate more resources]", StorageError, "more disk"),
        ("quota exceeded[reason=rate type: DMLInsert]", UnreachableError, "does not answer"),
        ("[Errno 28] No space left on device", StorageError, "the published index is unchanged"),
        ("can't find collection[database=default][collection=x_p]", ReplacedError, "open the index again"),
        ("Open local milvus failed", BusyError, "milvus-lite server --data-dir"),
        ("failed to connect to all addresses", UnreachableError, "start it, or check the address"),
        (f"strange error with {SECRET}", IndexingError, "refuses the request: strange error with …"),
    ],
)
def test_errors_of_the_engine_say_what_to_do(
    message: str, kind: type[Exception], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pymilvus import MilvusException

    from mlsurvey.milvus.engine import Engine

    monkeypatch.setenv("MLSURVEY_INDEX_TOKEN", SECRET)
    told = Engine(nobody())._named(MilvusException(message=message))
    assert type(told) is kind
    assert says in str(told) and "\n" not in str(told) and "s3cret" not in str(told)


@needs_engine
def test_an_engine_that_is_not_running_is_named(no_settings: Path, capsys: Any) -> None:
    address = nobody()
    assert main(["--index", str(address), "--corpus", str(no_settings), "search", "x"]) == UnreachableError.exit_code
    err = capsys.readouterr().err
    assert re.search(rf"Milvus at {re.escape(str(address))} does not answer .*; start it, or check the address", err)
    assert err.count("\n") == 1


@needs_engine
def test_an_old_engine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from mlsurvey.milvus.engine import Engine

    class Old:
        def __init__(self, **_: Any) -> None: ...

        def get_server_version(self) -> str:
            return "v2.4.17"

    monkeypatch.setattr("pymilvus.MilvusClient", Old)
    with pytest.raises(MismatchError, match=r"has version v2\.4\.17, without full-text search; use 2\.5 or newer"):
        Engine(nobody()).collections()


def test_collections_of_another_version_are_refused(far: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlsurvey.milvus import schema

    far.write("a.md", page("one"))
    far.refresh()
    monkeypatch.setattr(schema, "FORMAT", "999")
    for attempt in (far.refresh, far.snapshot):
        with pytest.raises(
            MismatchError, match=r"have format 1, this version of mlsurvey reads 999; give the index an"
        ):
            attempt()


def test_collections_with_other_vectors_are_refused(far: World) -> None:
    from mlsurvey.milvus.engine import Engine
    from mlsurvey.milvus.schema import make_log, make_passages, passages_of

    engine = Engine(far.index)
    make_log(engine)
    make_passages(engine, passages_of(engine, "hash"), 8)
    engine.close()
    far.write("a.md", page("one"))
    with pytest.raises(MismatchError, match="other fields or vectors than 32 dimensions"):
        far.refresh()


def test_an_engine_that_lost_rows_publishes_nothing(far: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from mlsurvey.errors import DamagedIndexError, NoIndexError
    from mlsurvey.milvus.engine import Engine

    far.write("a.md", page("one"))
    count = Engine.count
    monkeypatch.setattr(Engine, "count", lambda self, name, where, **more: count(self, name, where, **more) - 1)
    with pytest.raises(DamagedIndexError, match="nothing was published"):
        far.refresh()
    monkeypatch.undo()
    with pytest.raises(NoIndexError):
        far.snapshot()
    assert far.refresh().embedded == 0


@needs_engine
def test_the_service_says_when_to_ask_again_and_comes_back(home: Any, tmp_path: Path) -> None:
    pytest.importorskip("fastapi")
    from milvus_lite.adapter.grpc.server import start_server_in_thread
    from starlette.testclient import TestClient

    from mlsurvey.api.app import create_app
    from mlsurvey.api.settings import ServiceSettings
    from mlsurvey.survey import Survey

    address = nobody()
    settings = Settings(corpus=home.corpus, index=address, device="cpu")
    app = create_app(settings, ServiceSettings(tokens_file=tmp_path / "tokens"))
    with TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False) as client:
        assert client.get("/v1/health").json()["index"] == "unreachable"
        for route in ("/v1/ready", "/v1/documents"):
            lost = client.get(route)
            assert (lost.status_code, lost.headers["Retry-After"]) == (503, "5")
            assert lost.json()["type"] == "/v1/problems/unreachable"
        port = int(address.uri.rpartition(":")[2])
        server, database, _ = start_server_in_thread(str(tmp_path / "milvus.db"), port=port)
        try:
            with Survey(settings) as survey:
                survey.refresh()
            time.sleep(1.1)
            assert client.get("/v1/documents").status_code == 200
            assert client.get("/v1/health").json()["index"] == "reachable"
        finally:
            server.stop(grace=None)
            database.close()
