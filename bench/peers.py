"""Other systems over given passages and vectors. The other scripts run it with the Python of the peers' environment.

    python bench/peers.py SYSTEM                                   # answers calls on its stdin; see worker.py
    python bench/peers.py once SYSTEM FOLDER MODEL QUESTION        # a process that opens, searches once and prints

Each system is set up as documented: hybrid search over keywords and vectors if available, with its own defaults.
Vectors are given, so that no system embeds and only the search is timed. It returns ids and texts.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol

from worker import Message, answer, resident

HITS = 10
_BATCH = 5_000
_LARGE = 100_000
"""Number of passages from which LanceDB gets the vector index that its documentation recommends."""
_REFINED = 50
"""Its ``refine_factor`` with that index.

Over 880,000 grown passages, recall@10 was 0.15 without it, in two thirds of the search time, and 0.68 with it.
"""


class System(Protocol):
    """One system. Its folder contains the output of :meth:`build`."""

    package: str
    modules: tuple[str, ...]
    """Modules imported in advance, so that import time is not measured."""

    def build(self, folder: Path, rows: list[tuple[str, str]], vectors: Any) -> None: ...

    def open(self, folder: Path) -> None: ...

    def search(self, text: str, vector: Any) -> list[str]:
        """Ids, best first, of a search that also returns the texts."""
        ...

    def dense(self, vector: Any) -> list[str]:
        """Ids, best first, of vector search alone."""
        ...


class Txtai:
    """https://neuml.github.io/txtai: ``hybrid`` (its BM25 and FAISS) and ``content`` on."""

    package = "txtai"
    modules = ("txtai",)

    def __init__(self) -> None:
        self._known: dict[str, Any] = {}

    def build(self, folder: Path, rows: list[tuple[str, str]], vectors: Any) -> None:
        from txtai import Embeddings

        self._known = {text: vector for (_, text), vector in zip(rows, vectors, strict=True)}
        made = Embeddings(method="external", transform=self._transform(), content=True, hybrid=True)
        made.index(rows)
        made.save(str(folder))
        made.close()
        self._known = {}

    def open(self, folder: Path) -> None:
        from txtai import Embeddings

        self._embeddings = Embeddings()
        self._embeddings.load(str(folder), config={"method": "external", "transform": self._transform()})

    def _transform(self) -> Any:
        def known(texts: list[str]) -> Any:
            import numpy as np

            return np.array([self._known[text] for text in texts], dtype=np.float32)

        return known

    def search(self, text: str, vector: Any) -> list[str]:
        self._known = {text: vector}
        return [row["id"] for row in self._embeddings.search(text, HITS)]

    def dense(self, vector: Any) -> list[str]:
        self._known = {"": vector}
        return [row["id"] for row in self._embeddings.search("", HITS, weights=1.0)]


class LanceDb:
    """https://lancedb.github.io/lancedb: vectors and its full-text index, fused by its default reranker."""

    package = "lancedb"
    modules = ("lancedb", "pyarrow")

    def build(self, folder: Path, rows: list[tuple[str, str]], vectors: Any) -> None:
        import lancedb
        import pyarrow as pa
        from lancedb.index import FTS, IvfPq

        def batches() -> Any:
            for start in range(0, len(rows), _BATCH):
                part, block = rows[start : start + _BATCH], vectors[start : start + _BATCH]
                flat = pa.array(block.reshape(-1), pa.float32())
                columns = [[i for i, _ in part], [t for _, t in part]]
                yield pa.RecordBatch.from_arrays(
                    [*map(pa.array, columns), pa.FixedSizeListArray.from_arrays(flat, block.shape[1])], schema=schema
                )

        vector = pa.list_(pa.float32(), vectors.shape[1])
        schema = pa.schema([("id", pa.string()), ("text", pa.string()), ("vector", vector)])
        table = lancedb.connect(str(folder)).create_table("passages", batches(), schema=schema)
        table.create_index("text", config=FTS())
        if len(rows) >= _LARGE:
            table.create_index("vector", config=IvfPq(distance_type="cosine"))

    def open(self, folder: Path) -> None:
        import lancedb

        self._table = lancedb.connect(str(folder)).open_table("passages")
        self._has_index = self._table.count_rows() >= _LARGE

    def search(self, text: str, vector: Any) -> list[str]:
        return self._found(self._table.search(query_type="hybrid").vector(vector).text(_plain(text)), ["id", "text"])

    def dense(self, vector: Any) -> list[str]:
        return self._found(self._table.search(vector), ["id"])

    def _found(self, query: Any, columns: list[str]) -> list[str]:
        query = query.distance_type("cosine").select(columns).limit(HITS)
        return [row["id"] for row in (query.refine_factor(_REFINED) if self._has_index else query).to_list()]


class Milvus:
    """https://milvus.io/docs/milvus_lite.md: dense vectors and its BM25 function, fused by reciprocal rank."""

    package = "milvus-lite"
    modules = ("pymilvus", "milvus_lite")

    def build(self, folder: Path, rows: list[tuple[str, str]], vectors: Any) -> None:
        from pymilvus import DataType, Function, FunctionType, MilvusClient

        folder.mkdir(parents=True, exist_ok=True)
        client = MilvusClient(str(folder / "milvus.db"))
        schema = client.create_schema()
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field("text", DataType.VARCHAR, max_length=65_535, enable_analyzer=True)
        schema.add_field("dense", DataType.FLOAT_VECTOR, dim=vectors.shape[1])
        schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
        names: dict[str, Any] = {"input_field_names": ["text"], "output_field_names": ["sparse"]}
        schema.add_function(Function("bm25", FunctionType.BM25, **names))
        indexes = client.prepare_index_params()
        indexes.add_index("dense", index_type="AUTOINDEX", metric_type="IP")
        indexes.add_index("sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
        client.create_collection("passages", schema=schema, index_params=indexes)
        for start in range(0, len(rows), _BATCH):
            part = zip(rows[start : start + _BATCH], vectors[start : start + _BATCH], strict=True)
            client.insert("passages", [{"id": int(i), "text": t[:60_000], "dense": v.tolist()} for (i, t), v in part])
        client.flush("passages")
        client.close()

    def open(self, folder: Path) -> None:
        from pymilvus import MilvusClient

        self._client = MilvusClient(str(folder / "milvus.db"))
        self._client.load_collection("passages")

    def search(self, text: str, vector: Any) -> list[str]:
        from pymilvus import AnnSearchRequest, RRFRanker

        sides = [
            AnnSearchRequest([vector.tolist()], "dense", {"metric_type": "IP"}, HITS),
            AnnSearchRequest([text], "sparse", {"metric_type": "BM25"}, HITS),
        ]
        found = self._client.hybrid_search("passages", sides, RRFRanker(), HITS, output_fields=["text"])
        return [str(hit["id"]) for hit in found[0]]

    def dense(self, vector: Any) -> list[str]:
        found = self._client.search("passages", [vector.tolist()], anns_field="dense", limit=HITS)
        return [str(hit["id"]) for hit in found[0]]


class Chroma:
    """https://docs.trychroma.com: vectors only (HNSW); its keyword support is a filter, not a ranking."""

    package = "chromadb"
    modules = ("chromadb",)

    def build(self, folder: Path, rows: list[tuple[str, str]], vectors: Any) -> None:
        import chromadb

        collection = chromadb.PersistentClient(str(folder)).create_collection(
            "passages", configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
        )
        for start in range(0, len(rows), _BATCH):
            part, block = rows[start : start + _BATCH], vectors[start : start + _BATCH]
            collection.add(ids=[i for i, _ in part], documents=[t for _, t in part], embeddings=block)

    def open(self, folder: Path) -> None:
        import chromadb

        client = chromadb.PersistentClient(str(folder))
        self._collection = client.get_collection("passages", embedding_function=None)

    def search(self, text: str, vector: Any) -> list[str]:
        found = self._collection.query(query_embeddings=[vector], n_results=HITS, include=["documents"])
        return list(found["ids"][0])

    def dense(self, vector: Any) -> list[str]:
        return self.search("", vector)


SYSTEMS: dict[str, Any] = {"txtai": Txtai, "LanceDB": LanceDb, "milvus-lite": Milvus, "Chroma": Chroma}


def _plain(text: str) -> str:
    """Letters and digits only: LanceDB would parse other characters as operators."""
    return "".join(letter if letter.isalnum() else " " for letter in text)


def serve(name: str) -> None:
    """Answer calls for one system."""
    system: System = SYSTEMS[name]()

    def build(folder: str, texts: str, vectors: str) -> Message:
        """Build the index from scratch, from the files of chunks.py."""
        import numpy as np

        with Path(texts).open(encoding="utf-8") as lines:
            rows = [(row["id"], row["text"]) for row in map(json.loads, lines)]
        shutil.rmtree(folder, ignore_errors=True)
        given = np.load(vectors)
        for module in system.modules:
            import_module(module)
        started = time.perf_counter()
        system.build(Path(folder), rows, given)
        return {"seconds": time.perf_counter() - started}

    def name_model(folder: str, model: str) -> Message:
        """Make a saved txtai index embed questions itself, as if it had been built with the model."""
        file = Path(folder) / "config.json"
        config = json.loads(file.read_text("utf-8"))
        kept = {key: value for key, value in config.items() if key not in ("method", "transform")}
        file.write_text(json.dumps({**kept, "path": model}), "utf-8")
        return {}

    def open_(folder: str) -> Message:
        system.open(Path(folder))
        return {"version": version(system.package)}

    def search(queries: list[str], vectors: str, first: int) -> Message:
        """Seconds and hits of each search; the query vectors are rows of a file, starting at ``first``."""
        import numpy as np

        rows = np.load(vectors)[first : first + len(queries)]
        seconds, found = [], []
        for text, vector in zip(queries, rows, strict=True):
            started = time.perf_counter()
            found.append(system.search(text, vector))
            seconds.append(time.perf_counter() - started)
        return {"seconds": seconds, "found": found}

    def dense(vectors: str, count: int) -> Message:
        import numpy as np

        return {"found": [system.dense(vector) for vector in np.load(vectors)[:count]]}

    calls = {"build": build, "name_model": name_model, "open": open_, "search": search, "dense": dense}
    answer({**calls, "memory": resident})


def once(name: str, folder: str, model: str, question: str) -> None:
    """What a user's own script does: load the index and the model, search once, print."""
    {"txtai": _txtai_once, "LlamaIndex": _llamaindex_once}[name](folder, model, question)


def _txtai_once(folder: str, _: str, question: str) -> None:
    from txtai import Embeddings

    embeddings = Embeddings()
    embeddings.load(folder)
    for row in embeddings.search(question, HITS):
        print(row["id"], row["text"])


def _llamaindex_once(folder: str, model: str, question: str) -> None:
    from llama_index.core import StorageContext, load_index_from_storage
    from llama_index.core.llms import MockLLM
    from llama_index.core.retrievers import QueryFusionRetriever
    from llama_index.embeddings.huggingface import HuggingFaceEmbedding
    from llama_index.retrievers.bm25 import BM25Retriever

    embedding = HuggingFaceEmbedding(model_name=model, device="cpu")
    index = load_index_from_storage(StorageContext.from_defaults(persist_dir=folder), embed_model=embedding)
    sides = [index.as_retriever(similarity_top_k=HITS), BM25Retriever.from_persist_dir(f"{folder}/bm25")]
    retriever = QueryFusionRetriever(
        sides, llm=MockLLM(), num_queries=1, similarity_top_k=HITS, mode="reciprocal_rerank", use_async=False
    )
    for hit in retriever.retrieve(question):
        print(hit.node.node_id, hit.node.text)


class LlamaIndex:
    """https://docs.llamaindex.ai: its vector store and BM25 retriever, persisted; for :func:`once` only."""

    package = "llama-index-core"
    modules = ("llama_index.core", "llama_index.retrievers.bm25")

    def build(self, folder: Path, rows: list[tuple[str, str]], vectors: Any) -> None:
        from llama_index.core import MockEmbedding, VectorStoreIndex
        from llama_index.core.schema import TextNode
        from llama_index.retrievers.bm25 import BM25Retriever

        nodes = [TextNode(id_=i, text=t, embedding=v.tolist()) for (i, t), v in zip(rows, vectors, strict=True)]
        index = VectorStoreIndex(nodes, embed_model=MockEmbedding(embed_dim=vectors.shape[1]))
        index.storage_context.persist(str(folder))
        BM25Retriever.from_defaults(nodes=nodes, similarity_top_k=HITS).persist(str(folder / "bm25"))


SYSTEMS["LlamaIndex"] = LlamaIndex


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__)
    elif sys.argv[1] == "once":
        once(*sys.argv[2:])
    else:
        serve(sys.argv[1])


if __name__ == "__main__":
    main()
