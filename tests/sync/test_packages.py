"""READMEs of packages, from a registry on loopback and from the real one."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from mlsurvey.provenance import Source as Origin
from mlsurvey.syncing.fetch import Fetcher
from mlsurvey.syncing.packages import Have, npm_readme
from mlsurvey.syncing.provenance import read_records
from mlsurvey.syncing.registries import NPM, PYPI, npm_registry, pypi_index
from mlsurvey.syncing.sources import Source
from mlsurvey.syncing.sync import Hosts, sync

from .upstream import Upstream, archive, conditional, packument, serve, status

ML5 = Source(slug="ml5-js", licence="MIT", npm="ml5")
NUMPY = Source(slug="numpy", licence="BSD-3-Clause", pypi="numpy")
PLACE = "upstream/javascript/ml5-js/README.md"
TARBALL = "/npm/ml5/-/ml5.tgz"


def publish(upstream: Upstream, version: str, files: dict[str, bytes], *, etag: str | None = None) -> None:
    data = archive(files)
    facts = packument(version, f"{upstream.base}{TARBALL}", data)
    upstream.replies["/npm/ml5"] = conditional(facts, etag) if etag else serve(facts)
    upstream.replies[TARBALL] = serve(data)


def test_the_readme_of_the_latest_release_with_its_version(upstream, corpus, fetch) -> None:
    files = {"package/index.js": b"0", "package/docs/README.md": b"# Not it\n", "package/ReadMe.md": b"# ml5\n"}
    publish(upstream, "1.2.3", files)
    assert fetch(ML5)[PLACE].state == "added"
    assert (corpus / PLACE).read_bytes() == b"# ml5\n"
    record = read_records(corpus)[PLACE]
    assert record.source == Origin("https://www.npmjs.com/package/ml5/v/1.2.3", "1.2.3", record.retrieved[:10], "MIT")


@pytest.mark.parametrize("etag", [None, '"one"'])
def test_a_release_is_fetched_once(upstream, corpus, fetch, etag: str | None) -> None:
    publish(upstream, "1.2.3", {"package/README.md": b"# ml5\n"}, etag=etag)
    fetch(ML5)
    assert fetch(ML5)[PLACE].state == "unchanged"
    assert upstream.times(TARBALL) == 1
    assert read_records(corpus)[PLACE].version == "1.2.3"
    publish(upstream, "1.3.0", {"package/README.md": b"# ml5 again\n"}, etag='"two"')
    assert fetch(ML5)[PLACE].state == "updated"
    assert read_records(corpus)[PLACE].version == "1.3.0"


@pytest.mark.parametrize(
    ("files", "state", "words"),
    [
        ({"package/index.js": b"0"}, "gone", "no README"),
        ({"package/README.md": b"x" * 20_001}, "refused", "README is larger than 20,000 bytes"),
        ({"package/a.bin": b"\0" * 3_000_000, "package/README.md": b"# x\n"}, "refused", "too large when unpacked"),
        ({"../README.md/x": b"# x\n", "/README.md": b"# x\n"}, "gone", "no README"),
    ],
)
def test_archives_that_are_not_taken(upstream, corpus, fetch, files, state, words) -> None:
    publish(upstream, "1.0.0", {"package/README.md": b"# ml5\n"})
    fetch(ML5)
    publish(upstream, "2.0.0", files)
    outcome = fetch(ML5)[PLACE]
    assert (outcome.state, words in outcome.reason) == (state, True), outcome
    assert (corpus / PLACE).read_bytes() == b"# ml5\n"


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (b"not json", "did not send valid JSON"),
        (b"[1]", "did not send a JSON object"),
        (b"{}", "gives no dist-tags"),
        (b'{"dist-tags": {"latest": "1"}}', "gives no versions.1.dist"),
        (b"[" * 50_000, "did not send valid JSON"),
    ],
)
def test_registries_that_make_no_sense(upstream, fetch, facts: bytes, words: str) -> None:
    upstream.replies["/npm/ml5"] = serve(facts)
    outcome = fetch(ML5)[PLACE]
    assert outcome.state == "failed" and words in outcome.reason


def test_an_archive_of_another_digest_is_refused(upstream, fetch) -> None:
    publish(upstream, "1.0.0", {"package/README.md": b"# ml5\n"})
    upstream.replies[TARBALL] = serve(archive({"package/README.md": b"# evil\n"}))
    outcome = fetch(ML5)[PLACE]
    assert outcome.state == "refused" and "digest" in outcome.reason


@pytest.mark.parametrize("dist", [{}, {"shasum": "zz"}, {"integrity": "sha512-%%%"}])
def test_an_archive_without_a_digest_is_refused(upstream, fetch, dist: dict[str, str]) -> None:
    publish(upstream, "1", {"package/README.md": b"# ml5\n"})
    facts = {"dist-tags": {"latest": "1"}, "versions": {"1": {"dist": {"tarball": "/npm/ml5/-/ml5.tgz"} | dist}}}
    upstream.replies["/npm/ml5"] = serve(json.dumps(facts).encode())
    outcome = fetch(ML5)[PLACE]
    assert outcome.state == "refused" and "digest" in outcome.reason


def test_a_broken_archive_is_refused(upstream, fetch) -> None:
    data = archive({"package/README.md": random.Random(1).randbytes(5000)})[:2000]
    upstream.replies["/npm/ml5"] = serve(packument("1.0.0", TARBALL, data))
    upstream.replies[TARBALL] = serve(data)
    outcome = fetch(ML5)[PLACE]
    assert outcome.state == "refused" and "cannot be read" in outcome.reason


@pytest.mark.parametrize(
    ("kind", "suffix"), [("text/markdown; variant=GFM", ".md"), ("text/x-rst", ".rst"), (None, ".rst")]
)
def test_descriptions_of_python_packages(upstream, corpus, fetch, kind: str | None, suffix: str) -> None:
    info = {"version": "3.0", "description": "NumPy\n=====\n", "description_content_type": kind}
    upstream.replies["/py/pypi/numpy/json"] = serve(json.dumps({"info": info}).encode())
    place = f"upstream/python/numpy/README{suffix}"
    assert fetch(NUMPY)[place].state == "added"
    assert fetch(NUMPY)[place].state == "unchanged"
    assert read_records(corpus)[place].url == "https://pypi.org/project/numpy/3.0/"


def test_a_python_package_without_description(upstream, fetch) -> None:
    info = {"version": "3.0", "description": "UNKNOWN", "description_content_type": None}
    upstream.replies["/py/pypi/numpy/json"] = serve(json.dumps({"info": info}).encode())
    assert fetch(NUMPY)["upstream/python/numpy/README.md"].state == "gone"
    upstream.replies["/py/pypi/numpy/json"] = status(403)
    assert fetch(NUMPY)["upstream/python/numpy/README.md"].state == "failed"


def test_registries_are_those_of_the_ordinary_clients(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert npm_registry({}) == NPM
    (tmp_path / ".npmrc").write_text(
        "color=true\n//r.example.org/:_authToken=secret\nregistry = https://r.example.org/\n"
    )
    assert npm_registry({}) == "https://r.example.org"
    assert npm_registry({"npm_config_registry": "https://e.example.org/npm/"}) == "https://e.example.org/npm"
    assert npm_registry({"NPM_CONFIG_USERCONFIG": str(tmp_path / "none")}) == NPM
    assert npm_registry({"NPM_CONFIG_REGISTRY": "ftp://example.org"}) == NPM
    config = tmp_path / "pip.conf"
    config.write_text("[global]\nindex-url = https://u:p@py.example.org/root/simple/\n")
    assert pypi_index({"PIP_CONFIG_FILE": str(config)}) == "https://u:p@py.example.org/root"
    assert pypi_index({"PIP_INDEX_URL": "https://e.example.org/simple"}) == "https://e.example.org"
    assert pypi_index({"PIP_CONFIG_FILE": str(tmp_path / "none")}) in (PYPI, pypi_index({}))
    config.write_text("no section = here\n")
    assert pypi_index({"PIP_CONFIG_FILE": str(config)})


@pytest.mark.parametrize(("package", "slug"), [("brain.js", "brain-js"), ("ml5", "ml5-js"), ("danfojs", "danfo-js")])
def test_the_real_npm_registry(package: str, slug: str, corpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Uses this machine's npm settings: registry, proxies and certificates."""
    monkeypatch.delenv("NO_PROXY")
    source = Source(slug=slug, licence="MIT", npm=package)
    hosts = Hosts("https://raw.githubusercontent.com", npm_registry(), pypi_index())
    [outcome] = sync(corpus, [source], {slug: "javascript"}, hosts).outcomes
    if outcome.state == "failed":
        pytest.skip(f"{hosts.npm} cannot be reached with npm's settings: {outcome.reason}")
    assert outcome.state == "added", outcome
    record = read_records(corpus)[outcome.path]
    assert record.version and record.url.endswith(f"/{package}/v/{record.version}")
    assert (corpus / outcome.path).stat().st_size > 500
    [again] = sync(corpus, [source], {slug: "javascript"}, hosts).outcomes
    assert again.state == "unchanged"
    with Fetcher() as fetcher:
        assert npm_readme(fetcher, hosts.npm, package, Have(record.version)).answer.data is None
