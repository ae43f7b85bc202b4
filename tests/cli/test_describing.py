"""The JSON Schemas for editors: current, true of the files that are shipped, and as strict as what reads the files."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from jsonschema import Draft7Validator

from mlsurvey.cli.describing import FILES, FOLDER, SUFFIX, described, path_of, written
from mlsurvey.errors import SettingsError
from mlsurvey.settings import load_settings
from mlsurvey.syncing.sources import read_sources
from mlsurvey.vocabulary.load import load_vocabulary

ROOT = Path(__file__).parents[2]
SAMPLES = {
    "mlsurvey": 'corpus = "."\ndevice = "cpu"\nexclude = ["drafts/"]\ndocument_seconds = 5\n[serve]\nport = 1\n',
    "entities": '[[entity]]\nslug = "a"\nname = "A"\n[[category]]\nslug = "b"\nname = "B"\n',
    "aspects": '[[aspect]]\nslug = "a"\nname = "A"\ncore = true\n',
    "subjects": '[[subject]]\nslug = "a"\nhidden = true\n',
    "sources": '[[source]]\nslug = "a"\nlicence = "MIT"\nnpm = "a"\n',
}
WRONG = {
    "mlsurvey": ["corpsu = 'x'", "device = 'abacus'", "model = 3", "document_seconds = 0", "exclude = [3]"],
    "entities": [
        "[[entities]]\nslug = 'a'\nname = 'A'",
        "[[entity]]\nslug = 'a'",
        "[[entity]]\nslug = 'a'\nname = ''",
        "[[entity]]\nslug = 'a'\nname = 'A'\nalias = ['B']",
        "[[category]]\nslug = 'a'\nname = 'A'\nquestion = 'B'",
    ],
    "aspects": ["[[aspect]]\nslug = 'a'\nname = 'A'\ncore = 'yes'", "[[aspect]]\nname = 'A'", "[aspect]\nslug = 'a'"],
    "subjects": ["[[subject]]\nname = 'A'", "[[subject]]\nslug = 'a'\nhidden = 1"],
    "sources": [
        "[[source]]\nslug = 'a'\nlicence = 'MIT'",
        "[[source]]\nslug = 'a'\nlicence = 'MIT'\nnpm = 'a'\npypi = 'a'",
        "[[source]]\nslug = 'a'\nlicence = 'MIT'\nrepository = 'a/b'",
        "[[source]]\nslug = 'A a'\nlicence = 'MIT'\nnpm = 'a'",
    ],
}
CASES = [(name, text) for name, texts in WRONG.items() for text in texts]


def validator(name: str) -> Draft7Validator:
    schema = json.loads(path_of(name).read_text("utf-8"))
    Draft7Validator.check_schema(schema)
    return Draft7Validator(schema)


def read(name: str, text: str, folder: Path) -> None:
    """Read a file of this text as mlsurvey does."""
    (folder / f"{name}.toml").write_text(text, "utf-8")
    if name == "mlsurvey":
        load_settings(folder=folder)
    elif name == "sources":
        if faults := read_sources(text).faults:
            raise SettingsError(faults[0].problem)
    else:
        load_vocabulary([folder])


def test_the_shipped_schemas_are_those_of_the_code() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {f"{name}{SUFFIX}" for name in FILES}
    for name, schema in described().items():
        assert path_of(name).read_text("utf-8") == written(schema), "type: python -m mlsurvey.cli.describing"


@pytest.mark.parametrize("name", ["entities", "aspects", "sources"])
def test_the_shipped_files_are_valid(name: str) -> None:
    value = tomllib.loads((ROOT / "corpus" / f"{name}.toml").read_text("utf-8"))
    assert [error.message for error in validator(name).iter_errors(value)] == []


@pytest.mark.parametrize("name", FILES)
def test_what_is_valid_can_be_read(name: str, no_settings: Path) -> None:
    assert [error.message for error in validator(name).iter_errors(tomllib.loads(SAMPLES[name]))] == []
    read(name, SAMPLES[name], no_settings)


@pytest.mark.parametrize(("name", "text"), CASES)
def test_what_is_not_valid_cannot_be_read(name: str, text: str, no_settings: Path) -> None:
    assert not validator(name).is_valid(tomllib.loads(text))
    with pytest.raises(SettingsError):
        read(name, text, no_settings)


def test_the_samples_of_the_pages_are_valid() -> None:
    page = (ROOT / "docs" / "subjects.md").read_text("utf-8")
    samples = [tomllib.loads(text) for text in re.findall(r"^```toml\n(.*?)^```", page, re.DOTALL | re.MULTILINE)]
    checked = 0
    keys = {"entities": "entity", "aspects": "aspect", "subjects": "subject", "mlsurvey": "corpus"}
    for name, key in keys.items():
        for sample in (sample for sample in samples if key in sample):
            checked += validator(name).is_valid(sample)
    assert checked == len(keys)


def test_the_schemas_are_in_the_wheel() -> None:
    packed = {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}
    assert {path_of(name).relative_to(ROOT / "src").as_posix() for name in FILES} <= packed


def test_every_key_is_described() -> None:
    for name in FILES:
        schema = json.loads(path_of(name).read_text("utf-8"))
        tables = [schema, *(one.get("items", one) for one in schema["properties"].values())]
        keys = {key: one for table in tables for key, one in table.get("properties", {}).items()}
        assert [key for key, one in keys.items() if not one.get("description") and one["type"] != "array"] == []


def test_schemas_are_listed_printed_and_written(run, no_settings: Path) -> None:
    assert all(name in run("config", "schema").out for name in FILES)
    assert json.loads(run("config", "schema", "aspects").out)["title"] == "aspects.toml"
    done = run("config", "schema", "--into", "schemas")
    assert "#:schema ./schemas/mlsurvey.schema.json" in done.err
    assert len(list((no_settings / "schemas").iterdir())) == len(FILES)
    done = run("config", "schema", "aspect")
    assert done.code == 4 and "did you mean aspects" in done.err
    assert run("config", "--json").value["device"]["value"] == "auto"


def test_a_correction_keeps_the_name_of_the_schema(run, home) -> None:
    file = home.corpus / "subjects.toml"
    file.write_text('#:schema ./subjects.schema.json\n[[subject]]\nslug = "burn"\nname = "Burn!"\n', "utf-8")
    assert run("subjects", "hide", "candle", home=home).code == 0
    assert file.read_text("utf-8").startswith("#:schema ./subjects.schema.json\n# Corrections")
