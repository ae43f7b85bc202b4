"""JSON Schemas of the TOML files that users write, made from what validates these files.

Shipped in ``schemas/``; after a change, ``python -m mlsurvey.cli.describing`` writes them anew.
"""

from __future__ import annotations

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

Schema = dict[str, Any]

FOLDER = Path(__file__).parent / "schemas"
FILES = {
    "mlsurvey": "Settings: mlsurvey.toml, in a folder of documents or in the user's configuration folder.",
    "entities": "Names and classes of subjects: entities.toml, in the corpus folder.",
    "aspects": "Points of comparison, and facts of front matter: aspects.toml, in the corpus folder.",
    "subjects": "Corrections to the subjects that were found: subjects.toml, in the corpus folder.",
    "sources": "Origins of upstream documents: sources.toml, in the corpus folder.",
}
"""Name of a schema -> what the file is."""
SUFFIX = ".schema.json"
_DIALECT = "http://json-schema.org/draft-07/schema#"  # the newest that editors of TOML support fully
_TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
_ENTITY = {
    "slug": "Identity of the subject; an entry replaces a bundled one with the same slug.",
    "name": "Name, as it is shown.",
    "aliases": "Other names. Case, spaces and punctuation do not matter.",
    "language": "Programming language, if it has one.",
    "category": "Slugs of the classes that it is a member of.",
}
_NAMED = {"slug": "Identity.", "name": "Name, as it is shown."}
_SETTINGS = {
    "corpus": "Folder that holds the documents; relative to this file.",
    "index": "Folder that holds the index built from them, relative to this file; or an address, milvus://host:19530/name.",
    "reranker": "Cross-encoder that reranks the best hits: a name or a folder; none if it is empty.",
    "exclude": "Patterns of files and folders that stay out of the index, with the syntax of .gitignore.",
}
_EDIT = {"slug": "The subject that is corrected, or added."}


def described() -> dict[str, Schema]:
    """All schemas, by name."""
    from mlsurvey.types import Aspect, Category, Entity, Fact
    from mlsurvey.vocabulary.edits import Edit

    tables = {
        "entities": {"entity": _noun(Entity, _ENTITY), "category": _noun(Category, _NAMED)},
        "aspects": {"aspect": _noun(Aspect, _NAMED), "fact": _noun(Fact, _NAMED)},
        "subjects": {"subject": _noun(Edit, _EDIT)},
    }
    tables["entities"]["entity"]["properties"]["kind"]["enum"] = ["native", "binding", "mixed"]
    files = {name: _file(name, {table: _listed(one) for table, one in has.items()}) for name, has in tables.items()}
    return {"mlsurvey": _settings(), **files, "sources": _sources()}


def written(schema: Schema) -> str:
    """The text of a schema's file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def path_of(name: str) -> Path:
    """The file of a shipped schema."""
    return FOLDER / f"{name}{SUFFIX}"


def _file(name: str, properties: Schema) -> Schema:
    return {"$schema": _DIALECT, "title": f"{name}.toml", "description": FILES[name], **_table(properties)}


def _table(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _listed(entry: Schema) -> Schema:
    return {"type": "array", "items": entry}


def _noun(noun: type[Any], described: Mapping[str, str]) -> Schema:
    """The schema of an entry of a vocabulary file, with the rules of :mod:`mlsurvey.vocabulary.load`."""
    from mlsurvey.vocabulary.load import keys_of, required_of

    said = {**dict(_docstrings(noun)), **described}
    properties = {key: {**_type(kind), **_described(said.get(key, ""))} for key, kind in keys_of(noun).items()}
    for key in required_of(noun):
        properties[key]["minLength"] = 1
    return {**_described(inspect.getdoc(noun) or ""), **_table(properties), "required": list(required_of(noun))}


def _type(kind: str) -> Schema:
    if kind.startswith("tuple"):
        return dict(_TEXTS)
    return {"type": "boolean" if kind == "bool" else "string"}


def _settings() -> Schema:
    from mlsurvey.api.settings import ServiceSettings
    from mlsurvey.settings import CHOICES, NAMES, SERVE, URL, WHOLE, WRITER_URL, Settings

    said = {**dict(_docstrings(Settings)), **_SETTINGS}
    defaults = {one.name: one.default for one in fields(Settings)}
    special: dict[str, Schema] = {
        "exclude": {"anyOf": [dict(_TEXTS), {"type": "string"}]},
        "github_raw": {"type": "string", "pattern": f"^{URL.pattern}$"},
        "writer_url": {"type": "string", "pattern": f"^({WRITER_URL.pattern})?$"},
        **{name: {"type": "integer", "minimum": 1, "maximum": most} for name, most in WHOLE.items()},
        **{name: {"type": "string", "enum": list(choices)} for name, choices in CHOICES.items()},
    }
    properties = {name: {**special.get(name, {"type": "string"}), **_described(said[name])} for name in NAMES}
    for name, schema in properties.items():
        if isinstance(default := defaults[name], (str, int)):
            schema["default"] = default
    service = _plain(ServiceSettings.model_json_schema())
    service["description"] = "Settings of `mlsurvey serve`."
    del service["properties"]["tokens_file"]["default"]  # a folder of the machine that made the schema
    return _file("mlsurvey", {**properties, SERVE: service})


def _sources() -> Schema:
    from mlsurvey.syncing.sources import Source

    entry = _plain(Source.model_json_schema())
    origins = ("repository", "npm", "pypi")
    entry["oneOf"] = [{"required": [one, "paths"] if one == "repository" else [one]} for one in origins]
    without = {**_TEXTS, "description": "Slugs of libraries without documents that can be fetched."}
    return _file("sources", {"source": _listed(entry), "without_upstream": without})


def _plain(schema: Schema) -> Schema:
    """A schema by pydantic as TOML needs it: no titles made of names, and no null, which TOML lacks."""
    schema.pop("title", None)
    for one in schema["properties"].values():
        one.pop("title", None)
        one.pop("format", None)
        if kinds := [kind for kind in one.get("anyOf", []) if kind != {"type": "null"}]:
            del one["anyOf"], one["default"]
            one.update(*kinds)
        one |= _described(one.get("description", ""))
    return schema | _described(schema.get("description", ""))


def _described(text: str) -> Schema:
    """A docstring as the description of a schema, in plain text on one line; none if it is empty."""
    plain = re.sub(r":\w+:`~?(?:[\w.]*\.)?(\w+)`", r"\1", " ".join(text.split())).replace("``", "`")
    return {"description": plain} if plain else {}


def _docstrings(noun: type[Any]) -> Iterator[tuple[str, str]]:
    """The docstring below each field of a class, by the name of the field."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(noun))).body
    assert isinstance(body, ast.ClassDef)
    for one, after in zip(body.body, body.body[1:], strict=False):
        if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name) and isinstance(after, ast.Expr):
            yield one.target.id, inspect.cleandoc(str(ast.literal_eval(after.value)))


if __name__ == "__main__":
    for name, schema in described().items():
        path_of(name).write_text(written(schema), "utf-8")
