from __future__ import annotations

import stat

import pytest
from tests.api.conftest import QUESTION, client_of
from tests.api.test_problems import problem

from mlsurvey.api.security import make_token
from mlsurvey.api.settings import ServiceSettings, load_service_settings
from mlsurvey.errors import SettingsError

ASK = {"question": QUESTION}
READ, WRITE = {"Authorization": "Bearer r-secret"}, {"Authorization": "Bearer w-secret"}


@pytest.fixture(scope="module")
def guarded(indexed, tmp_path_factory):
    with client_of(indexed, tmp_path_factory.mktemp("guarded"), tokens="read:r-secret write:w-secret") as client:
        yield client


def test_without_a_token_nothing_is_told_of_the_documents(guarded) -> None:
    for method, route in [
        ("GET", "/v1/search?q=x"),
        ("POST", "/v1/ask"),
        ("GET", "/v1/documents"),
        ("GET", "/metrics"),
    ]:
        response = guarded.request(method, route)
        problem(response, 401, "unauthorised")
        assert response.headers["www-authenticate"].startswith("Bearer")
    for route in ("/v1/health", "/v1/ready", "/openapi.json", "/docs", "/v1/problems/busy"):
        assert guarded.get(route).status_code == 200


@pytest.mark.parametrize(
    "header", ["Bearer wrong", "Bearer ", "Basic r-secret", "r-secret", "Bearer r-secret2", "Bearer \xff"]
)
def test_a_wrong_token_is_none(header, guarded) -> None:
    response = guarded.get("/v1/search?q=x", headers={"Authorization": header.encode("latin-1")})
    problem(response, 401, "unauthorised")


def test_a_token_that_reads_does_not_change_anything(guarded) -> None:
    assert guarded.post("/v1/ask", json=ASK, headers=READ).status_code == 200
    assert guarded.get("/v1/jobs", headers=READ).status_code == 200
    problem(guarded.put("/v1/documents/a.md", content=b"x", headers=READ), 403, "forbidden")
    problem(guarded.post("/v1/index/refresh", headers=READ), 403, "forbidden")
    assert guarded.post("/v1/ask", json=ASK, headers=WRITE).status_code == 200


def test_a_made_token_is_known_and_its_file_holds_no_secret(indexed, tmp_path) -> None:
    file = tmp_path / "below" / "tokens"
    secret = make_token(file, "read", "a\nlabel")
    make_token(file, "write", "")
    assert secret not in file.read_text("utf-8") and file.read_text("utf-8").count("\n") == 2
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with client_of(indexed, tmp_path, tokens_file=file) as client:
        assert client.get("/v1/search?q=GPU").status_code == 401
        assert client.get("/v1/search?q=GPU", headers={"Authorization": f"Bearer {secret}"}).status_code == 200


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "survey.example.org"])
def test_an_address_that_others_reach_requires_a_token(host, indexed, tmp_path) -> None:
    with (
        pytest.raises(SettingsError, match="a token is required; type: mlsurvey token"),
        client_of(indexed, tmp_path, host=host),
    ):
        pass
    assert not ServiceSettings(host=host).is_loopback


@pytest.mark.parametrize("entry", ["secret", "admin:secret", "read:"])
def test_a_malformed_token_is_told_without_its_secret(entry, indexed, tmp_path) -> None:
    with pytest.raises(SettingsError, match="malformed") as caught, client_of(indexed, tmp_path, tokens=entry):
        pass
    assert "secret" not in str(caught.value).replace(":SECRET", "")


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "[::1", "", "127.0.0.1@evil.example"])
def test_a_name_that_was_made_to_point_here_is_refused(host, client) -> None:
    problem(client.get("/v1/health", headers={"Host": host}), 421, "wrong-host")


@pytest.mark.parametrize("host", ["localhost:8642", "127.0.0.1", "[::1]:8642", "LOCALHOST"])
def test_names_of_this_machine_are_known(host, client) -> None:
    assert client.get("/v1/health", headers={"Host": host}).status_code == 200


def test_a_page_of_another_site_changes_nothing(client) -> None:
    headers = {"Origin": "https://evil.example"}
    problem(client.post("/v1/documents:batch", headers=headers, files={"files": ("a.md", b"x")}), 403, "origin")
    assert client.get("/v1/health", headers=headers).status_code == 200
    assert "access-control-allow-origin" not in client.get("/v1/health", headers=headers).headers
    assert client.post("/v1/ask", json=ASK, headers={"Origin": "http://127.0.0.1"}).status_code == 200


def test_a_site_that_is_allowed_may_call(indexed, tmp_path) -> None:
    origin = "https://survey.example"
    with client_of(indexed, tmp_path, cors_origins=[origin], tokens="read:r-secret") as client:
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x"}
        preflight = client.options("/v1/ask", headers=asked)
        assert (preflight.status_code, preflight.headers["access-control-allow-origin"]) == (200, origin)
        answer = client.post("/v1/ask", json=ASK, headers={"Origin": origin, **READ})
        assert answer.status_code == 200 and "etag" in answer.headers["access-control-expose-headers"].lower()
        refused = client.post("/v1/ask", json=ASK, headers={"Origin": origin})
        assert refused.status_code == 401 and refused.headers["access-control-allow-origin"] == origin


def test_a_service_that_only_reads_takes_no_change_and_no_job(indexed, tmp_path) -> None:
    with client_of(indexed, tmp_path, read_only=True) as client:
        assert client.post("/v1/ask", json=ASK).status_code == 200
        for method, route in [
            ("PUT", "/v1/documents/a.md"),
            ("DELETE", "/v1/documents/rust/burn.md"),
            ("POST", "/v1/documents:batch"),
            ("POST", "/v1/index/refresh"),
            ("POST", "/v1/eval"),
        ]:
            problem(client.request(method, route), 403, "read-only")


def test_request_ids_are_kept_if_they_are_sensible(client) -> None:
    assert client.get("/v1/health", headers={"X-Request-Id": "abc-1"}).headers["x-request-id"] == "abc-1"
    assert client.get("/v1/health", headers={"X-Request-Id": "a b\t" * 99}).headers["x-request-id"] != "a b\t" * 99


def test_the_page_of_the_api_needs_no_network(client) -> None:
    page = client.get("/docs").text
    assert "http://" not in page and "https://" not in page
    assert '"validatorUrl": null' in page, "else the page gives its address to a validator of another site"
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f"/docs/assets/{asset}" in page and client.get(f"/docs/assets/{asset}").status_code == 200


def test_settings_come_from_options_environment_and_file(no_settings, monkeypatch) -> None:
    (no_settings / "pyproject.toml").write_text('[project]\nname = "mlsurvey"\n', "utf-8")
    (no_settings / "mlsurvey.toml").write_text(
        'device = "cpu"\n[serve]\nport = 1\nqueue = 2\nthreads = 3\ntokens_file = "t"\n', "utf-8"
    )
    monkeypatch.setenv("MLSURVEY_SERVE_QUEUE", "4")
    monkeypatch.setenv("MLSURVEY_SERVE_CORS_ORIGINS", '["https://a.example"]')
    settings = load_service_settings({"threads": 5, "host": None})
    assert (settings.port, settings.queue, settings.threads, settings.host) == (1, 4, 5, "127.0.0.1")
    assert settings.tokens_file == no_settings / "t" and settings.cors_origins == ["https://a.example"]
    from mlsurvey.settings import load_settings

    assert load_settings().device == "cpu"


@pytest.mark.parametrize("table", ["port = 70000", "colour = 1", "workers = 0"])
def test_a_setting_that_cannot_be_is_named(table, no_settings) -> None:
    (no_settings / "pyproject.toml").write_text('[project]\nname = "mlsurvey"\n', "utf-8")
    (no_settings / "mlsurvey.toml").write_text(f"[serve]\n{table}\n", "utf-8")
    with pytest.raises(SettingsError, match=rf"mlsurvey\.toml, line 2: setting serve\.{table.split()[0]}"):
        load_service_settings()


def test_a_setting_of_the_environment_has_no_line_of_the_file(no_settings, monkeypatch) -> None:
    (no_settings / "mlsurvey.toml").write_text("[serve]\nport = 1\n", "utf-8")
    monkeypatch.setenv("MLSURVEY_SERVE_PORT", "70000")
    with pytest.raises(SettingsError, match=r"^setting serve\.port"):
        load_service_settings()
