"""Write a generation. Nothing is visible before the final commit; without it, what was written is garbage."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from mlsurvey.index import keywords
from mlsurvey.index.catalogue import Catalogue, dump_entity, record
from mlsurvey.index.changes import is_settled
from mlsurvey.index.collect import purge
from mlsurvey.index.engine import ModelInfo
from mlsurvey.index.identity import generation_id
from mlsurvey.index.keywords import KeywordRow
from mlsurvey.index.layout import Layout
from mlsurvey.index.ledger import Published
from mlsurvey.index.plan import Plan
from mlsurvey.index.records import headings, pack_leaves, pack_text, passage_row, tags_of
from mlsurvey.index.segments import files_of, tidy
from mlsurvey.index.storage import stored
from mlsurvey.reading.scan import FileState
from mlsurvey.state import Generation
from mlsurvey.subjects.traces import dump
from mlsurvey.types import Entity, Passage

if TYPE_CHECKING:
    from mlsurvey.index.drafts import Draft

_DOCUMENT = (
    "INSERT INTO documents(id, path, sha256, title, subject, language, date, bytes, declared, passages, mtime_ns,"
    " ctime_ns, inode, device, settled, unit, born) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_PASSAGE = (
    "INSERT INTO passages(id, document, vector, born, ordinal, first, last, line_start, line_end, trail, subjects,"
    " sentences, leaf) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


@dataclass(frozen=True, slots=True)
class _Numbered:
    """A passage with its catalogue ids."""

    id: int
    document: int
    draft: Draft
    passage: Passage
    key: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Version:
    """A document version with its catalogue id."""

    id: int
    draft: Draft
    passages: tuple[_Numbered, ...]


def publish(
    catalogue: Catalogue,
    layout: Layout,
    plan: Plan,
    vectors: Mapping[str, int],
    model: ModelInfo,
    base: Published | None,
) -> Published:
    """Publish a plan.

    Args:
        catalogue: open for writing.
        layout: of the index.
        plan: made from ``base``.
        vectors: vector id of each key in the plan.
        model: that made the vectors.
        base: the previous generation; None for the first.
    """
    number = _next_number(layout, base)
    try:
        with catalogue.transaction():
            purge(catalogue, layout, model.id)  # in this transaction, since one of its own would cost another flush
            published = _write(catalogue, layout, plan, vectors, model, base, number)
            record(catalogue, published, plan.found, base)
    except BaseException:
        shutil.rmtree(layout.keyword_folder(number), ignore_errors=True)  # frees space now, not at the next refresh
        raise
    return published


def touch(catalogue: Catalogue, plan: Plan) -> None:
    """Record the state of files whose bytes turned out to be unchanged."""
    rows = [(*_times(state, plan.now_ns), document) for document, state in plan.touched]
    columns = "mtime_ns = ?, ctime_ns = ?, inode = ?, device = ?, settled = ?"
    catalogue.write_all(f"UPDATE documents SET {columns} WHERE id = ?", rows)


def _next_number(layout: Layout, base: Published | None) -> int:
    """Return a number above all earlier ones, even if a rebuild starts next to an index still in use."""
    folders = [int(f.name) for f in layout.keywords.glob("*") if f.name.isdecimal()]
    return 1 + max([0, *folders] if base is None else [base.generation.number, *folders])


def _write(
    catalogue: Catalogue,
    layout: Layout,
    plan: Plan,
    vectors: Mapping[str, int],
    model: ModelInfo,
    base: Published | None,
    number: int,
) -> Published:
    gone = _retire(catalogue, plan, number)
    touch(catalogue, plan)
    come = _numbered(catalogue, plan)
    is_continued = base is not None and base.chunking == plan.chunking
    previous = layout.keyword_folder(base.generation.number) if base and is_continued else None
    rows = _inserted(catalogue, come, vectors, plan.now_ns, number)
    keywords.update(layout.keyword_folder(number), previous, plan.retired, rows)
    passages = (base.generation.passages if base else 0) - gone + sum(len(version.passages) for version in come)
    segments = tidy(catalogue, layout, model, passages)
    created = datetime.now(UTC).isoformat(timespec="seconds")
    identity = generation_id(plan.recipe, plan.digest)
    generation = Generation(number, identity, created, model.id, plan.recipe, plan.documents, passages)
    files = [*files_of(catalogue, layout, segments), *_keyword_files(catalogue, layout, number)]
    return Published(generation, model.dimension, plan.chunking, plan.entities, segments, tuple(files), plan.digest)


def _retire(catalogue: Catalogue, plan: Plan, number: int) -> int:
    """Mark retired versions as dead; returns the number of their passages."""
    rows = [(number, document) for document in plan.retired]
    catalogue.write_all("UPDATE documents SET died = ? WHERE id = ?", rows)
    catalogue.write_all("UPDATE passages SET died = ? WHERE document = ?", rows)
    ((gone,),) = catalogue.rows("SELECT IFNULL(SUM(passages), 0) FROM documents WHERE died = :number", number=number)
    return int(gone)


def _numbered(catalogue: Catalogue, plan: Plan) -> list[_Version]:
    """Assign ids to the new documents and their passages."""
    entities = {entity.slug: entity for entity in plan.entities}
    passage = _last(catalogue, "passages") + 1
    versions: list[_Version] = []
    for document, draft in enumerate(plan.drafts, _last(catalogue, "documents") + 1):
        versions.append(_Version(document, draft, tuple(_passages(draft, document, passage, entities))))
        passage += len(draft.passages)
    return versions


def _last(catalogue: Catalogue, table: str) -> int:
    """Highest id ever used in the table."""
    ((last,),) = catalogue.rows("SELECT IFNULL(MAX(seq), 0) FROM sqlite_sequence WHERE name = :table", table=table)
    return int(last)


def _passages(draft: Draft, document: int, first: int, entities: Mapping[str, Entity]) -> Iterator[_Numbered]:
    language = draft.document.language
    for number, (passage, key) in enumerate(zip(draft.passages, draft.keys, strict=True), first):
        yield _Numbered(number, document, draft, passage, key, tags_of(passage, language, entities))


def _inserted(
    catalogue: Catalogue, come: Iterable[_Version], vectors: Mapping[str, int], now_ns: int, number: int
) -> Iterator[KeywordRow]:
    """Insert each document while its passages are consumed: tantivy indexes in its own thread meanwhile."""
    for version in come:
        yield from map(_keyword_row, version.passages)
        _insert(catalogue, version, vectors, now_ns, number)


def _insert(catalogue: Catalogue, version: _Version, vectors: Mapping[str, int], now_ns: int, number: int) -> None:
    catalogue.write_all(_DOCUMENT, [_document_row(version, now_ns, number)])
    document = version.draft.document
    texts = (version.id, pack_text(document.text), pack_leaves(document.leaves))
    catalogue.write_all("INSERT INTO texts(document, text, leaves) VALUES (?, ?, ?)", [texts])
    traces = version.draft.content.traces
    assert traces is not None, document.path
    catalogue.write_all("INSERT INTO traces(document, traces) VALUES (?, ?)", [(version.id, dump(traces))])
    rows = [(n.id, n.document, vectors[n.key], number, *passage_row(n.passage)) for n in version.passages]
    catalogue.write_all(_PASSAGE, rows)
    tags = [(tag, n.id) for n in version.passages for tag in n.tags]
    catalogue.write_all("INSERT INTO tags(tag, passage) VALUES (?, ?)", tags)


def _document_row(version: _Version, now_ns: int, number: int) -> tuple[Any, ...]:
    document, content = version.draft.document, version.draft.content
    state = content.state
    return (
        version.id,
        document.path,
        document.sha256,
        document.title,
        document.subject,
        document.language,
        document.date,
        state.size,
        dump_entity(content.declared),
        len(version.passages),
        *_times(state, now_ns),
        document.leaves.unit if document.leaves else None,
        number,
    )


def _times(state: FileState, now_ns: int) -> tuple[int, int, int, int, bool]:
    """The columns by which the next refresh sees that a file is unchanged."""
    return state.mtime_ns, state.ctime_ns, state.inode, state.device, is_settled(state, now_ns)


def _keyword_row(numbered: _Numbered) -> KeywordRow:
    return KeywordRow(
        numbered.id,
        numbered.document,
        title="\n".join(headings(numbered.draft.document.title, numbered.passage.trail)),
        body=numbered.passage.text,
        tags=numbered.tags,
    )


def _keyword_files(catalogue: Catalogue, layout: Layout, number: int) -> list[str]:
    """Register the files of a keyword folder; files linked from the previous folder keep their checksum."""
    files = sorted(file for file in layout.keyword_folder(number).iterdir() if not file.name.endswith(".lock"))
    sums = _known_sums(catalogue)
    rows = []
    for file in files:
        known = sums.get(file.name) if not file.name.endswith(".json") else None
        size, sha256 = known or ((new := stored(layout.root, file)).size, new.sha256)
        rows.append((layout.relative(file), size, sha256))
    catalogue.write_all("INSERT INTO files(path, size, sha256) VALUES (?, ?, ?)", rows)
    return [path for path, _, _ in rows]


def _known_sums(catalogue: Catalogue) -> dict[str, tuple[int, str]]:
    """Size and checksum by file name: tantivy never reuses a segment file name."""
    rows = catalogue.rows("SELECT path, size, sha256 FROM files WHERE path LIKE 'keywords/%'")
    return {path.rsplit("/", 1)[-1]: (size, sha256) for path, size, sha256 in rows}
