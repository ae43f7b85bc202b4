"""Rows of the collections: texts in pieces, documents, generations."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from mlsurvey.errors import DamagedIndexError
from mlsurvey.found import Found
from mlsurvey.index.catalogue import dump_entity, load_entity
from mlsurvey.index.changes import Known
from mlsurvey.index.ledger import Published
from mlsurvey.milvus.engine import Engine, Row
from mlsurvey.milvus.schema import NOTHING, documents_of, is_made, log_of, parts_of
from mlsurvey.state import DocumentRow, Generation
from mlsurvey.subjects.stored import load as load_found

GENERATION = "generation"
_PIECES = 200
"""Pieces that one answer of the engine holds."""
SHIFT = 32
"""An id is that of its generation, shifted by this, and a running number: no two writers give the same."""
_PIECE = 45_000
"""Bytes of one piece: 56 kB in base 85."""
_SHORT = 60_000
BATCH = 500
"""Rows that are written, or asked for by their keys, at once."""


@dataclass(frozen=True, slots=True)
class State:
    """One generation, and which rows of the collections it has.

    Those whose ``born`` is at least :attr:`floor`, at most its own number, and none of :attr:`void`, and whose document
    is not :attr:`dead`.
    """

    published: Published
    passages: str
    """Collection of its passages."""
    floor: int = 0
    void: tuple[int, ...] = ()
    """Numbers of writers that began and never published."""
    dead: Mapping[int, int] = field(default_factory=dict)
    """Document versions whose rows are still there, each with the generation that retired it."""
    made: Mapping[int, float] = field(default_factory=dict)
    """When the latest generations were published, in seconds since 1970."""

    @property
    def number(self) -> int:
        """Number of the generation."""
        return self.published.generation.number

    def condition(self, document: str) -> str:
        """The condition on rows; ``document`` is the field that holds the document version."""
        parts = [f"born <= {self.number}"]
        if self.floor:
            parts.append(f"born >= {self.floor}")
        if self.void:
            parts.append(f"born not in {sorted(self.void)}")
        if dead := [one for one in sorted(self.dead) if one >> SHIFT >= self.floor]:
            parts.append(f"{document} not in {dead}")
        return " and ".join(parts)


@dataclass(frozen=True, slots=True)
class Version:
    """A document version as stored."""

    known: Known
    row: DocumentRow
    unit: str | None = None


def pack(value: Any) -> str:
    """JSON, compressed, as text."""
    return base64.b85encode(zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 6)).decode()


def unpack(text: str) -> Any:
    """Inverse of :func:`pack`."""
    return json.loads(zlib.decompress(base64.b85decode(text)))


class Store:
    """Reads and writes rows."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    # Texts in pieces

    def piece_rows(self, owner: str, document: int, born: int, value: Any) -> list[Row]:
        """The rows that hold a value under a name."""
        text = pack(value)
        pieces = [text[i : i + _PIECE] for i in range(0, len(text), _PIECE)]
        last = len(pieces) - 1
        return [
            {
                "id": f"{owner}/{n:06}",
                "owner": owner,
                "part": n if n < last else -n - 1,  # the last piece says that all are there
                "document": document,
                "born": born,
                "body": piece,
                **NOTHING,
            }
            for n, piece in enumerate(pieces)
        ]

    def values(self, owners: Sequence[str]) -> dict[str, Any]:
        """The values under these names.

        Raises:
            DamagedIndexError: a piece is missing.
        """
        found: dict[str, dict[int, Row]] = {owner: {} for owner in owners}
        for begin in range(0, len(owners), BATCH):
            names = json.dumps(list(owners[begin : begin + BATCH]))
            for page in self.engine.pages(
                parts_of(self.engine), f"owner in {names}", ["owner", "part", "body"], batch_size=_PIECES
            ):
                for row in page:
                    found[row["owner"]][row["part"] if row["part"] >= 0 else -row["part"] - 1] = row
        return {owner: self._joined(owner, pieces) for owner, pieces in found.items()}

    def _joined(self, owner: str, pieces: Mapping[int, Row]) -> Any:
        whole = pieces and sorted(pieces) == list(range(len(pieces))) and pieces[len(pieces) - 1]["part"] < 0
        if not whole:
            raise DamagedIndexError(
                f"{owner} in {parts_of(self.engine)} of {self.engine.address} is incomplete;"
                " type: mlsurvey refresh --rebuild"
            )
        return unpack("".join(pieces[n]["body"] for n in range(len(pieces))))

    def fitting(self, owner: str, document: int, born: int, value: Any) -> tuple[str, list[Row]]:
        """A value packed for one field, or a reference to pieces and their rows if it is too long."""
        text = pack(value)
        return (text, []) if len(text) <= _SHORT else ("", self.piece_rows(owner, document, born, value))

    def fitted(self, texts: Mapping[str, str]) -> dict[str, Any]:
        """Inverse of :meth:`fitting`, of texts by owner."""
        long = self.values([owner for owner, text in texts.items() if not text])
        return {owner: unpack(text) if text else long[owner] for owner, text in texts.items()}

    # Documents

    def document_rows(self, version: Version, born: int) -> tuple[Row, list[Row]]:
        """The row of a document version, and those of its pieces."""
        known, row = version.known, version.row
        values = [
            asdict(row),
            [*known[4:8], bool(known.settled)],
            dump_entity(known.declared),
            version.unit,
        ]
        body, pieces = self.fitting(f"document/{known.id}", known.id, born, values)
        return {"id": known.id, "born": born, "body": body, **NOTHING}, pieces

    def versions(self, state: State) -> dict[int, Version]:
        """All document versions of a generation, by id."""
        texts: dict[str, str] = {}
        for page in self.engine.pages(documents_of(self.engine), state.condition("id"), ["id", "body"]):
            texts |= {f"document/{row['id']}": row["body"] for row in page}
        found = self.fitted(texts)
        return {(number := int(owner.rpartition("/")[2])): _version(number, found[owner]) for owner in texts}

    # Generations

    def generations(self) -> list[int]:
        """Numbers of the generations whose rows are there, newest first."""
        rows = self.engine.query(log_of(self.engine), f'kind == "{GENERATION}"', ["number"], consistency_level="Strong")
        return sorted((int(row["number"]) for row in rows), reverse=True)

    def state(self, number: int) -> State:
        """A generation.

        Raises:
            DamagedIndexError: a piece of its description is missing.
        """
        name = generation_name(number)
        value = self.values([name])[name]
        parts = value["published"]
        parts["generation"] = Generation(**parts["generation"])
        parts["entities"] = tuple(one for text in parts["entities"] if (one := load_entity(text)))
        published = Published(**parts, segments=(), files=())
        return State(
            published,
            value["passages"],
            value["floor"],
            tuple(value["void"]),
            {int(document): died for document, died in value["dead"].items()},
            {int(one): when for one, when in value["made"].items()},
        )

    def newest_number(self) -> int:
        """Number of the newest generation; 0 if nothing has been published."""
        return next(iter(self.generations()), 0) if is_made(self.engine) else 0

    def newest(self) -> State | None:
        """The newest generation; None if nothing has been published."""
        numbers = self.generations() if is_made(self.engine) else []
        return self.state(numbers[0]) if numbers else None

    def found(self, number: int) -> Found:
        """The subjects that were found in the documents of a generation."""
        name = f"{generation_name(number)}/found"
        return load_found(self.values([name])[name])

    def publish(self, state: State, found: str) -> None:
        """Write a generation: its description in pieces first, then the one row that publishes it."""
        published = state.published
        value = {
            "published": {
                "generation": asdict(published.generation),
                "dimension": published.dimension,
                "chunking": published.chunking,
                "entities": [dump_entity(entity) for entity in published.entities],
                "digest": published.digest,
            },
            "passages": state.passages,
            "floor": state.floor,
            "void": state.void,
            "dead": state.dead,
            "made": state.made,
        }
        name = generation_name(state.number)
        rows = [
            *self.piece_rows(name, 0, state.number, value),
            *self.piece_rows(f"{name}/found", 0, state.number, found),
        ]
        self.put(parts_of(self.engine), rows)
        row = {"id": name, "kind": GENERATION, "number": state.number, "body": "", **NOTHING}
        self.put(log_of(self.engine), [row])

    def put(self, collection: str, rows: Iterable[Row]) -> None:
        """Write rows; writing the same ones again changes nothing."""
        for batch in batches([*rows]):
            self.engine.write("upsert", collection, batch)

    def remove(self, collection: str, where: str) -> None:
        """Delete the rows that satisfy a condition."""
        self.engine.write("delete", collection, filter=where)


def generation_name(number: int) -> str:
    """Key of a generation."""
    return f"{GENERATION}/{number:012}"


def batches(rows: Sequence[Any], size: int = BATCH) -> Iterator[list[Any]]:
    """The rows in pieces."""
    for begin in range(0, len(rows), size):
        yield list(rows[begin : begin + size])


def numbers_in(numbers: Collection[int]) -> str:
    """A list for a condition."""
    return f"[{', '.join(map(str, sorted(numbers)))}]"


def _version(number: int, values: list[Any]) -> Version:
    fields, times, declared, unit = values
    row = DocumentRow(**fields)
    known = Known._make((number, row.path, row.sha256, row.bytes, *times, load_entity(declared)))
    return Version(known, row, unit)
