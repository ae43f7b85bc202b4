"""The collections of one index.

``NAME_log``        one row a generation, which publishes it; one row a writer, which elects it
``NAME_documents``  one row a document version
``NAME_parts``      texts that are too long for one value, in pieces
``NAME_p_MODEL``    one row a passage, with its vector

Rows are only added and removed, never changed: the row of a generation says which of them it has.
"""

from __future__ import annotations

import hashlib
from typing import Any

from mlsurvey.errors import IndexingError, MismatchError
from mlsurvey.milvus.engine import Engine

FORMAT = "1"
"""Bumped when the collections change; an index of another format is refused."""
LONGEST = 65_535
"""Bytes of the longest value that Milvus takes."""
MOST_TAGS = 4_096
SCORED = ("title", "body", "names", "letters")
"""Fields with BM25, made of the terms of :mod:`mlsurvey.milvus.terms`."""
BM25 = "_bm25"
_K1, _B = 1.2, 0.75  # tantivy's
_ANALYSERS = {True: {"tokenizer": "standard"}, False: {"tokenizer": "whitespace"}}
"""Of Milvus Lite, which has no other, and of Milvus. Terms are made so that both leave them whole."""
_FORMAT = "format"
"""Key of the row that says which format the collections have."""
_NOTHING = "nothing"
NOTHING = {_NOTHING: [0.0, 0.0]}
"""For collections without vectors, since Milvus takes none."""


def log_of(engine: Engine) -> str:
    """Name of the collection of generations and writers."""
    return f"{engine.address.name}_log"


def documents_of(engine: Engine) -> str:
    """Name of the collection of documents."""
    return f"{engine.address.name}_documents"


def parts_of(engine: Engine) -> str:
    """Name of the collection of long texts."""
    return f"{engine.address.name}_parts"


def passages_of(engine: Engine, model: str, anew: int | None = None) -> str:
    """Name of the collection of passages whose vectors a model made; ``anew`` is the number of a rebuild."""
    digest = hashlib.sha256(model.encode()).hexdigest()[:12]
    return f"{engine.address.name}_p_{digest}" + (f"_{anew}" if anew else "")


def is_made(engine: Engine) -> bool:
    """Whether there are collections of this index; asked once for each engine.

    Raises:
        MismatchError: another version of mlsurvey made them.
    """
    if engine.is_checked:
        return True
    if not engine.call("has_collection", log_of(engine)):
        return False
    engine.call("load_collection", log_of(engine))
    rows = engine.query(log_of(engine), f'id == "{_FORMAT}"', ["body"], consistency_level="Strong")
    if not rows:
        return False
    if (found := rows[0]["body"]) != FORMAT:
        raise MismatchError(
            f"the collections {engine.address.name}_… of {engine.address} have format {found}, this version of mlsurvey"
            f" reads {FORMAT}; give the index another name in its address, or drop these collections"
        )
    load(engine)
    engine.is_checked = True
    return True


def load(engine: Engine, *more: str) -> None:
    """Make the collections searchable: an engine that was started again may hold them on disk only."""
    for name in (log_of(engine), documents_of(engine), parts_of(engine), *more):
        engine.call("load_collection", name)


def make_log(engine: Engine) -> None:
    """Create the collections that do not depend on a model, unless they are there."""
    from pymilvus import DataType

    if is_made(engine):
        return
    texts = {"max_length": LONGEST}
    names = {"max_length": 1_024}
    numbers = {"number": DataType.INT64}
    parts = [("owner", DataType.VARCHAR, names), ("part", DataType.INT64, {}), ("document", DataType.INT64, {})]
    document = [("born", DataType.INT64, {}), ("body", DataType.VARCHAR, texts)]
    _make(engine, documents_of(engine), DataType.INT64, document)
    _make(engine, parts_of(engine), DataType.VARCHAR, [*parts, *document])
    log = [("kind", DataType.VARCHAR, names), *((n, t, {}) for n, t in numbers.items()), document[1]]
    _make(engine, log_of(engine), DataType.VARCHAR, log)
    row = {"id": _FORMAT, "kind": _FORMAT, "number": 0, "body": FORMAT, **NOTHING}
    engine.write("upsert", log_of(engine), [row])  # last: it says that all are there


def make_passages(engine: Engine, name: str, dimension: int) -> None:
    """Create a collection of passages with vectors of a dimension, unless it is there.

    Raises:
        MismatchError: it is there with vectors of another dimension.
    """
    from pymilvus import DataType

    if engine.call("has_collection", name):
        _check_dimension(engine, name, dimension)
        engine.call("load_collection", name)
        return
    fields = [
        ("document", DataType.INT64, {}),
        ("born", DataType.INT64, {}),
        ("key", DataType.VARCHAR, {"max_length": 64}),
        ("vector", DataType.FLOAT_VECTOR, {"dim": dimension}),
        ("tags", DataType.ARRAY, {"element_type": DataType.VARCHAR, "max_capacity": MOST_TAGS, "max_length": 1_024}),
        ("headings", DataType.VARCHAR, {"max_length": LONGEST}),
        ("exact", DataType.VARCHAR, {"max_length": LONGEST}),
        ("payload", DataType.VARCHAR, {"max_length": LONGEST}),
    ]
    _make(engine, name, DataType.INT64, fields, scored=SCORED)


def _check_dimension(engine: Engine, name: str, dimension: int) -> None:
    described = engine.call("describe_collection", name)
    found = {field["name"]: field.get("params", {}) for field in described["fields"]}
    if int(found.get("vector", {}).get("dim", 0)) != dimension or not {"payload", "exact", *SCORED} <= found.keys():
        raise MismatchError(
            f"the collection {name} of {engine.address} has other fields or vectors than {dimension} dimensions; give"
            " the index another name in its address, or drop this collection"
        )


def _make(
    engine: Engine, name: str, key: Any, fields: list[tuple[str, Any, dict[str, Any]]], scored: tuple[str, ...] = ()
) -> None:
    from pymilvus import DataType, Function, FunctionType, MilvusClient

    if engine.call("has_collection", name):
        engine.call("load_collection", name)
        return
    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", key, is_primary=True, **({"max_length": 1_024} if key == DataType.VARCHAR else {}))
    for field, kind, options in fields:
        schema.add_field(field, kind, **options)
    indexes = MilvusClient.prepare_index_params()
    for field in scored:
        analysis = {"enable_analyzer": True, "enable_match": True, "analyzer_params": _ANALYSERS[engine.is_lite]}
        schema.add_field(field, DataType.VARCHAR, max_length=LONGEST, **analysis)
        schema.add_field(field + BM25, DataType.SPARSE_FLOAT_VECTOR)
        function = {"input_field_names": [field], "output_field_names": [field + BM25]}
        schema.add_function(Function(name=f"{field}_terms", function_type=FunctionType.BM25, **function))
        params = {"bm25_k1": _K1, "bm25_b": _B}
        indexes.add_index(field + BM25, index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params=params)
    vector = "vector" if scored else _NOTHING
    if not scored:
        schema.add_field(_NOTHING, DataType.FLOAT_VECTOR, dim=2)
    indexes.add_index(vector, index_type="FLAT", metric_type="IP")
    try:
        engine.write("create_collection", name, schema=schema, consistency_level="Strong")
    except IndexingError:
        if not engine.call("has_collection", name):  # else another writer was faster
            raise
    engine.write("create_index", name, indexes)
    engine.write("load_collection", name)
