"""The OpenAPI description: committed, complete, and consistent with a real server."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from mlsurvey.api.description import openapi_text
from mlsurvey.client import calls
from mlsurvey.wire.fields import NOT_BLANK

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs/api/openapi.json"
CONFIG = Path(__file__).parent / "schemathesis.toml"
EXAMPLES = 8
"""Cases per property: about 1,500 in total, in half a minute. Run the same command manually for more."""
ERRORS = re.compile(r"[45]\d\d")


@pytest.fixture(scope="module")
def described() -> dict:
    return json.loads(openapi_text())


def operations(described: dict) -> dict[str, dict]:
    found = {
        f"{method.upper()} {path}": operation
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }
    assert len(found) >= 28
    return found


def test_the_file_is_up_to_date() -> None:
    hint = "the routes have changed; if that was meant, type: mlsurvey openapi > docs/api/openapi.json"
    assert FILE.read_text("utf-8") == openapi_text(), hint


def test_what_is_blank_is_blank_in_every_dialect() -> None:
    """The pattern in the description matches the check in the code."""
    assert all((re.search(NOT_BLANK, char) is None) == char.isspace() for char in map(chr, range(sys.maxunicode + 1)))


def test_every_route_is_described(described) -> None:
    identities = [operation["operationId"] for operation in operations(described).values()]
    assert len(set(identities)) == len(identities)
    known = {tag["name"] for tag in described["tags"]}
    for name, operation in operations(described).items():
        assert operation["summary"] and operation["description"] and set(operation["tags"]) <= known, name
        for status, response in operation["responses"].items():
            assert response["description"], (name, status)
            if ERRORS.fullmatch(status):
                assert list(response["content"]) == ["application/problem+json"], (name, status)
        assert {"401", "405", "421", "500"} <= operation["responses"].keys(), name


def test_whatever_has_to_be_given_has_an_example(described) -> None:
    for name, operation in operations(described).items():
        for parameter in operation.get("parameters", []):
            given = "example" in parameter or "examples" in parameter or "examples" in parameter["schema"]
            assert given or not parameter.get("required"), (name, parameter["name"])
    for model, schema in described["components"]["schemas"].items():
        if model.endswith("Request"):
            for field in schema.get("required", []):
                assert "examples" in schema["properties"][field], (model, field)


def test_the_client_has_every_route(described) -> None:
    docs = [call.__doc__ or "" for name, call in vars(calls).items() if callable(call) and not name.startswith("_")]
    known = {found.group(1) for text in docs if (found := re.match(r"``([A-Z]+ /\S+)``", text))}
    another_way = {"GET /v1/search"}  # same as the POST
    other_programs = {"POST /v1/chat/completions", "GET /v1/models", "GET /v1/models/{name}"}
    assert known == operations(described).keys() - another_way - other_programs


@pytest.mark.slow
def test_a_server_keeps_to_it(serve, home, tmp_path) -> None:
    server = serve(home)
    options = ["--checks", "all", "--max-examples", str(EXAMPLES), "--seed", "1", "--no-color"]
    command = [Path(sys.executable).with_name("schemathesis"), "--config-file", CONFIG, "run"]
    done = subprocess.run(
        [*command, f"{server.url}/openapi.json", *options], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert not [line for line in server.lines() if line.get("status") == 500]
