"""The SQLite catalogue of the index; committing to it is publishing.

Rows of ``documents`` and ``passages`` carry the generations in which they were
``born`` and ``died``: generation g sees those with ``born <= g`` and ``died``
null or ``> g``. So a reader keeps its generation while the next one is written
into the same tables, and publishing costs only as much as the rows it changes.

``documents`` is read in full at each refresh, so its rows are short: document
contents are in ``texts``, and the names that they show in ``traces``.

The journal mode is DELETE, not WAL: a WAL database cannot be opened in a
read-only folder.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from mlsurvey.errors import DamagedIndexError, IndexingError, NoIndexError, ReplacedError
from mlsurvey.found import Found
from mlsurvey.index.changes import KNOWN_COLUMNS, Known
from mlsurvey.index.layout import Layout
from mlsurvey.index.ledger import Published
from mlsurvey.index.records import pack_text, unpack_text
from mlsurvey.index.storage import REBUILD, storage_errors
from mlsurvey.state import Generation
from mlsurvey.subjects.stored import dump, load
from mlsurvey.types import Entity

FORMAT = 4  # bumped when the tables change; an older index is then rebuilt
_BUSY_SECONDS = 30.0  # readers wait for a commit, which can flush for seconds on a slow disk
_LIVE = "{0}.born <= :at AND ({0}.died IS NULL OR {0}.died > :at)"

_TABLES = """
CREATE TABLE generations(
    number INTEGER PRIMARY KEY, id TEXT NOT NULL, created TEXT NOT NULL, model TEXT NOT NULL,
    dimension INTEGER NOT NULL, recipe TEXT NOT NULL, chunking TEXT NOT NULL, entities BLOB NOT NULL,
    documents INTEGER NOT NULL, passages INTEGER NOT NULL, segments TEXT NOT NULL, files TEXT NOT NULL,
    digest TEXT NOT NULL, found BLOB NOT NULL);
CREATE TABLE documents(
    id INTEGER PRIMARY KEY AUTOINCREMENT, path TEXT NOT NULL, sha256 TEXT NOT NULL, title TEXT NOT NULL, subject TEXT,
    language TEXT, date TEXT, bytes INTEGER NOT NULL, declared TEXT, passages INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, ctime_ns INTEGER NOT NULL, inode INTEGER NOT NULL, device INTEGER NOT NULL,
    settled INTEGER NOT NULL, unit TEXT, born INTEGER NOT NULL, died INTEGER);
CREATE UNIQUE INDEX documents_live ON documents(path) WHERE died IS NULL;
CREATE INDEX documents_path ON documents(path);
CREATE INDEX documents_died ON documents(died) WHERE died IS NOT NULL;
CREATE TABLE texts(document INTEGER PRIMARY KEY, text BLOB NOT NULL, leaves TEXT);
CREATE TABLE traces(document INTEGER PRIMARY KEY, traces TEXT NOT NULL);
CREATE TABLE passages(
    id INTEGER PRIMARY KEY AUTOINCREMENT, document INTEGER NOT NULL, vector INTEGER NOT NULL, born INTEGER NOT NULL,
    died INTEGER, ordinal INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    line_start INTEGER NOT NULL, line_end INTEGER NOT NULL, trail TEXT NOT NULL, subjects TEXT NOT NULL,
    sentences TEXT NOT NULL, leaf INTEGER);
CREATE INDEX passages_document ON passages(document);
CREATE INDEX passages_vector ON passages(vector);
CREATE INDEX passages_died ON passages(died) WHERE died IS NOT NULL;
CREATE TABLE tags(tag TEXT NOT NULL, passage INTEGER NOT NULL, PRIMARY KEY(tag, passage)) WITHOUT ROWID;
CREATE INDEX tags_passage ON tags(passage);
CREATE TABLE vectors(
    id INTEGER PRIMARY KEY AUTOINCREMENT, model TEXT NOT NULL, key TEXT NOT NULL, segment TEXT NOT NULL,
    UNIQUE(model, key));
CREATE INDEX vectors_segment ON vectors(segment);
CREATE TABLE segments(
    name TEXT PRIMARY KEY, model TEXT NOT NULL, rows INTEGER NOT NULL, merged INTEGER NOT NULL DEFAULT 0,
    recall REAL);
CREATE TABLE files(path TEXT PRIMARY KEY, size INTEGER NOT NULL, sha256 TEXT NOT NULL) WITHOUT ROWID;
"""


def live(table: str) -> str:
    """SQL condition: a row of ``table`` is visible in generation ``:at``."""
    return _LIVE.format(table)


class Catalogue:
    """An open catalogue: one connection. Thread-safe."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.RLock()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run a query and fetch all rows, so that no open read transaction blocks publishing."""
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    def write(self, sql: str, **parameters: Any) -> int:
        """Run one statement; returns the row id of an insertion."""
        with self._lock:
            return self._connection.execute(sql, parameters).lastrowid or 0

    def write_all(self, sql: str, rows: Iterable[tuple[Any, ...]]) -> None:
        """Run one statement for each row."""
        with self._lock:
            self._connection.executemany(sql, rows)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Atomic write transaction. The commit is flushed to disk."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    @contextmanager
    def reading(self, number: int) -> Iterator[None]:
        """Read transaction: queries inside see one consistent state that still contains generation ``number``.

        Raises:
            ReplacedError: later refreshes have removed the generation.
        """
        with self._lock:
            self._connection.execute("BEGIN")
            try:
                if not self.rows("SELECT 1 FROM generations WHERE number = :number", number=number):
                    raise ReplacedError(f"generation {number} was replaced and deleted; open the index again")
                yield
            finally:
                self._connection.execute("COMMIT")

    def published(self) -> list[Published]:
        """Kept generations, newest first."""
        return [_published(row) for row in self.rows(f"SELECT {_COLUMNS} FROM generations ORDER BY number DESC")]

    # What a refresh asks, see :class:`mlsurvey.index.ledger.Ledger`

    def known(self) -> list[Known]:
        """The documents of the newest generation."""
        rows = self.rows(f"SELECT {KNOWN_COLUMNS}, declared FROM documents NOT INDEXED WHERE died IS NULL")
        return [Known._make(row if row[-1] is None else (*row[:-1], load_entity(row[-1]))) for row in rows]

    def texts(self) -> Iterator[tuple[str, str]]:
        """Pairs (path, text) of its documents."""
        rows = self.rows("SELECT path, text FROM documents JOIN texts ON document = id WHERE died IS NULL")
        return ((path, unpack_text(text)) for path, text in rows)

    def traces(self, paths: Collection[str] | None = None) -> list[tuple[str, str]]:
        """Pairs (path, traces) of its documents, or of those at paths."""
        sql = "SELECT path, traces FROM documents JOIN traces ON document = id WHERE died IS NULL"
        if paths is None:
            return self.rows(sql)
        return self.rows(f"{sql} AND path IN (SELECT value FROM json_each(:paths))", paths=json.dumps([*paths]))

    def found(self, published: Published | None) -> Found | None:
        """The subjects of a generation; None if there is none. Read apart from it, as few uses need them."""
        kept = _found_as_kept(self, published)
        return None if kept is None else load(unpack_text(kept))


_COLUMNS = (
    "number, id, created, model, recipe, documents, passages, dimension, chunking, entities, segments, files, digest"
)


def _published(row: tuple[Any, ...]) -> Published:
    *generation, dimension, chunking, entities, segments, files, digest = row
    return Published(
        Generation(*generation),
        dimension,
        chunking,
        _entities(entities),
        tuple(json.loads(segments)),
        tuple(json.loads(files)),
        digest,
    )


def record(catalogue: Catalogue, published: Published, found: Found | None, base: Published | None) -> None:
    """Insert the row of a generation, within the transaction that publishes it.

    ``found`` is None if the subjects are those of ``base``, the previous generation.
    """
    g = published.generation
    entities = pack_text(json.dumps([_given(entity) for entity in published.entities], ensure_ascii=False))
    parts = (
        published.dimension,
        published.chunking,
        entities,
        json.dumps(published.segments),
        json.dumps(published.files),
        published.digest,
    )
    kept = _found_as_kept(catalogue, base) if found is None else pack_text(dump(found))
    row = (g.number, g.id, g.created, g.model, g.recipe, g.documents, g.passages, *parts, kept)
    catalogue.write_all(f"INSERT INTO generations({_COLUMNS}, found) VALUES ({', '.join('?' * len(row))})", [row])


def _found_as_kept(catalogue: Catalogue, published: Published | None) -> bytes | None:
    if published is None:
        return None
    rows = catalogue.rows("SELECT found FROM generations WHERE number = :at", at=published.generation.number)
    return rows[0][0] if rows else None


def dump_entity(entity: Entity | None) -> str | None:
    """JSON of an entity declared by a document; None for None."""
    return None if entity is None else json.dumps(asdict(entity), ensure_ascii=False)


_ENTITY = tuple(field.name for field in fields(Entity))


@lru_cache(maxsize=2)  # most generations share them, and a refresh loads all kept generations
def _entities(data: bytes) -> tuple[Entity, ...]:
    return tuple(_entity(fields) for fields in json.loads(unpack_text(data)))


def load_entity(text: str | None) -> Entity | None:
    """Inverse of :func:`dump_entity`."""
    return None if text is None else _entity(json.loads(text))


def _given(entity: Entity) -> dict[str, Any]:
    """Fields without the empty ones: every generation repeats all entities."""
    return {name: value for name in _ENTITY if (value := getattr(entity, name)) not in ((), None)}


def _entity(fields: dict[str, Any]) -> Entity:
    values: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in fields.items()}
    return Entity(**values)


def open_for_reading(layout: Layout) -> Catalogue:
    """Open the catalogue of an index that has been published at least once.

    Opened read-write if possible, so that SQLite can roll back the leftovers of a
    killed writer; nothing else is written.

    Raises:
        NoIndexError: nothing has been published in the folder yet.
        DamagedIndexError: the catalogue is missing although other parts exist, or is not a catalogue.
    """
    if not _has_content(layout.catalogue):
        raise _absent(layout)
    catalogue = _connect(layout.catalogue, create=False)
    with _closed_on_error(catalogue):
        catalogue.write("PRAGMA query_only = ON")
        _check_format(catalogue, layout)
        if not catalogue.rows("SELECT 1 FROM generations LIMIT 1"):
            raise NoIndexError(_NOTHING.format(layout.root))
    return catalogue


def open_for_writing(layout: Layout, path: Path) -> Catalogue:
    """Open the catalogue at ``path``, created if absent. The caller holds the writer lock."""
    if path == layout.catalogue and not _has_content(path) and isinstance(error := _absent(layout), DamagedIndexError):
        raise error
    catalogue = _connect(path, create=True)
    with _closed_on_error(catalogue):
        # A cache spill would lock readers out.
        for pragma in ("journal_mode = DELETE", "synchronous = FULL", "cache_spill = OFF"):
            catalogue.write(f"PRAGMA {pragma}")
        if not catalogue.rows("SELECT 1 FROM sqlite_master LIMIT 1"):
            _create(catalogue)
        _check_format(catalogue, layout)
    return catalogue


_NOTHING = "no index in {} yet; type: mlsurvey refresh"


def _absent(layout: Layout) -> IndexingError:
    """Error for a missing catalogue: nothing was built yet, or it was lost."""
    if layout.keywords.is_dir() and any(layout.keywords.iterdir()) and not layout.rebuilding.exists():
        return DamagedIndexError(f"catalogue.sqlite in {layout.root} is missing or empty; {REBUILD}")
    return NoIndexError(_NOTHING.format(layout.root))


def _has_content(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _connect(path: Path, *, create: bool) -> Catalogue:
    uri = f"{path.absolute().as_uri()}?mode={'rwc' if create else 'rw'}"
    with storage_errors(path.parent):
        connection = sqlite3.connect(
            uri, uri=True, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
    return Catalogue(connection)


@contextmanager
def _closed_on_error(catalogue: Catalogue) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with closing(catalogue):
            raise


def _create(catalogue: Catalogue) -> None:
    with catalogue.transaction():
        for statement in _TABLES.split(";\n"):
            if statement.strip():
                catalogue.write(statement)
        catalogue.write(f"PRAGMA user_version = {FORMAT}")


def has_old_format(layout: Layout) -> bool:
    """Whether an older version wrote the index: a refresh builds it anew."""
    if not _has_content(layout.catalogue):
        return False
    with storage_errors(layout.root), closing(_connect(layout.catalogue, create=False)) as catalogue:
        return 0 < _format(catalogue) < FORMAT


def _check_format(catalogue: Catalogue, layout: Layout) -> None:
    with storage_errors(layout.root):
        found = _format(catalogue)
    if found != FORMAT:
        remedy = "type: mlsurvey refresh" if 0 < found < FORMAT else REBUILD
        raise DamagedIndexError(f"the index in {layout.root} has format {found}, this version reads {FORMAT}; {remedy}")


def _format(catalogue: Catalogue) -> int:
    ((found,),) = catalogue.rows("PRAGMA user_version")
    return int(found)
