"""Keyword side of the index: BM25 with tantivy.

Each generation has its own folder. The next one starts as hard links to it:
tantivy never rewrites a segment file, it only adds and unlinks files, so the
older folder stays usable. A deletion costs one bitmap.

A name such as "tch-rs", "TF.NET" or "ml_algo" matches by its parts (``body``) and
as a whole in any spelling (``names``). ``exact`` has all words in order and
uninflected, for quoted phrases. :mod:`mlsurvey.index.analysis` says what a term is.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import tantivy
from tantivy import FieldType, Occur, Query

from mlsurvey.errors import DamagedIndexError, MismatchError, MlsurveyError, StorageError
from mlsurvey.folding import characters, folded
from mlsurvey.index.analysis import exact_analyzer, names_analyzer, names_in, terms_in, weights, words_analyzer
from mlsurvey.index.storage import REBUILD, link, refusal, sync_folder
from mlsurvey.vocabulary.gazetteer import collapse

VERSION = 3  # bumped when fields or their analysis change; all passages are then re-indexed

_HEAP = 64_000_000  # bytes of postings in memory before tantivy starts another segment; the minimum is 15 MB
_SHARED = (".managed.json", "meta.json")  # replaced at each commit; created readable by the owner only


@dataclass(frozen=True, slots=True)
class KeywordRow:
    """A passage as stored in the keyword index."""

    id: int
    document: int
    """Row id of the document version; its passages are deleted together by it."""
    title: str
    """Headings, one a line."""
    body: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeywordQuery:
    """A free-text query, with additional weighted phrases."""

    text: str
    phrases: tuple[tuple[str, float], ...] = ()
    """Pairs (phrase, weight); weight 1 counts as much as the text itself."""


@cache
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", fast=True)
    builder.add_integer_field("document", indexed=True)
    for field in ("title", "body"):
        builder.add_text_field(field, tokenizer_name="words", index_option="freq")
    builder.add_text_field("names", tokenizer_name="names", index_option="freq")
    builder.add_text_field("tags", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("exact", tokenizer_name="exact", index_option="position")  # last: older indexes lack it
    return builder.build()


def update(folder: Path, previous: Path | None, deleted: Iterable[int], added: Iterable[KeywordRow]) -> None:
    """Build the folder of a generation and flush it to disk.

    Args:
        folder: must not exist.
        previous: folder of the previous generation, left unchanged; None to start empty.
        deleted: document versions whose passages are removed.
        added: passages to add.

    Raises:
        StorageError: a write failed.
    """
    try:
        folder.mkdir(parents=True)
        if previous:
            _link_all(previous, folder)
        _write(_index(folder, create=previous is None), deleted, added)
        _open_to_readers(folder)
        sync_folder(folder)
        sync_folder(folder.parent)
    except (ValueError, OSError) as error:  # tantivy reports a failed write as either
        raise StorageError(refusal(folder.parent.parent, f"keyword index: {error}")) from error


def _link_all(previous: Path, folder: Path) -> None:
    for file in _files(previous):
        link(file, folder / file.name)


def _write(index: tantivy.Index, deleted: Iterable[int], added: Iterable[KeywordRow]) -> None:
    writer = index.writer(heap_size=_HEAP, num_threads=1)
    for document in deleted:
        writer.delete_documents_by_term("document", document)
    for row in added:
        writer.add_document(_document(row))
    writer.commit()
    writer.wait_merging_threads()


def _document(row: KeywordRow) -> tantivy.Document:
    title, body = folded(row.title), folded(row.body)
    return tantivy.Document(
        id=row.id,
        document=row.document,
        title=terms_in(title),
        body=terms_in(body),
        names=" ".join(names_in(f"{title}\n{body}")),
        tags=list(row.tags),
        exact=[characters(text) for text in (*title.splitlines(), body)],  # no phrase spans two of them
    )


def _open_to_readers(folder: Path) -> None:
    """Give tantivy's metadata files the folder's permissions, so that other accounts can read the index."""
    for name in _SHARED:
        if (file := folder / name).exists():
            file.chmod(folder.stat().st_mode & 0o666)
    for lock in _locks(folder):
        lock.unlink()


def _index(folder: Path, *, create: bool = False) -> tantivy.Index:
    index = tantivy.Index(_schema(), path=str(folder)) if create else tantivy.Index.open(str(folder))
    index.register_tokenizer("words", words_analyzer())
    index.register_tokenizer("names", names_analyzer())
    index.register_tokenizer("exact", exact_analyzer())
    return index


class Keywords:
    """The opened keyword index of one generation."""

    def __init__(self, folder: Path) -> None:
        """Open the index, which may be on a read-only disk or belong to another account.

        Raises:
            DamagedIndexError: a file is missing or broken.
            StorageError: a file may not be read, or there is no place for temporary files.
        """
        try:
            with ExitStack() as stack:
                home = folder if _can_lock(folder) else _mirror(folder, stack)
                index = _index(home)
                self._searcher = index.searcher()
                self._has_phrases = index.schema == _schema()
        except (ValueError, OSError) as error:
            raise _unopened(folder, error) from error

    def search(
        self,
        query: KeywordQuery,
        k: int,
        tags: Sequence[Sequence[str]] = (),
        documents: Sequence[int] | None = None,
        phrases: Sequence[str] = (),
    ) -> list[tuple[int, float]]:
        """Return passage ids with their BM25 score, best first, then by id.

        Args:
            query: operators in its text are ignored.
            k: maximum number of hits.
            tags: at least one of each group must match.
            documents: document versions to search; None for all.
            phrases: all of these must occur, see :meth:`holding`; the words of the query are then optional.

        Raises:
            MismatchError: phrases are given, but the index was written before it had them.
        """
        terms = [_weighted(field, term, weight) for (field, term), weight in self._weights(query)]
        demanded = self._demanded(phrases)
        if not (terms or demanded) or k < 1 or documents == []:
            return []
        must = [*demanded, *((Occur.Must, _any_of("tags", group)) for group in tags)]
        if documents is not None:
            must.append((Occur.Must, _any_of("document", documents)))
        wanted = Query.boolean_query([(Occur.Should, part) for part in terms])
        if must:  # a pure union of terms uses block-max WAND, which skips most postings
            wanted = Query.boolean_query([(Occur.Should if demanded else Occur.Must, wanted), *must])
        hits = self._searcher.search(wanted, k, count=False).hits
        return self._ids(hits)

    def holding(self, phrases: Sequence[str]) -> list[int]:
        """Ids, ascending, of the passages that hold all phrases word for word in their text or in a heading.

        Order, inflections and stop words count; case, accents and punctuation do not, as in any search. A phrase
        without words is ignored.

        Raises:
            MismatchError: the index was written before it had phrases.
        """
        wanted = Query.boolean_query([(Occur.Must, Query.all_query()), *self._demanded(phrases)])
        return self._all(wanted)

    def _weights(self, query: KeywordQuery) -> list[tuple[tuple[str, str], float]]:
        pairs = weights(((query.text, 1.0), *query.phrases))
        return [pair for pair in pairs if self._has_phrases or pair[0][0] != "exact"]

    def _demanded(self, phrases: Sequence[str]) -> list[tuple[Occur, Query]]:
        if phrases and not self._has_phrases:
            raise MismatchError(
                "the index is from an earlier version without phrase search;"
                " type: mlsurvey refresh, or leave out the quotes"
            )
        words = (list(exact_analyzer().analyze(characters(folded(phrase)))) for phrase in phrases)
        return [(Occur.Must, Query.const_score_query(_phrase(phrase), 0.0)) for phrase in words if phrase]

    def explain(self, query: KeywordQuery, passage: int) -> list[tuple[str, str, float]]:
        """Return the contribution of each query term to the BM25 score of a passage.

        Triples (term as indexed, field, score), highest first; terms missing from the passage are omitted.
        """
        this = Query.const_score_query(Query.range_query(_schema(), "id", FieldType.Integer, passage, passage), 0.0)
        parts = []
        for (field, term), weight in self._weights(query):
            wanted = [(Occur.Must, this), (Occur.Must, _weighted(field, term, weight))]
            hits = self._searcher.search(Query.boolean_query(wanted), 1, count=False).hits
            parts += [(term, field, float(score)) for score, _ in hits]
        return sorted(parts, key=lambda part: (-part[2], part[0]))

    def frequency(self, word: str) -> int:
        """Number of passages with a word in their headings or text, in any inflection.

        A compound ("node.js", "scikit-learn") counts only as a whole: its parts are other words. So does a word of a
        script without spaces.
        """
        word = folded(word)
        parts = list(words_analyzer().analyze(terms_in(word)))
        if not parts:
            return 0
        if (spaced := characters(word)) != word and self._has_phrases:
            return self._count(_phrase(exact_analyzer().analyze(spaced)))
        spelt = [_either(parts[0])] if len(parts) == 1 else []
        whole = [Query.term_query(_schema(), "names", name) for name in names_analyzer().analyze(collapse(word))]
        return self._count(Query.boolean_query([(Occur.Should, query) for query in (*spelt, *whole)]))

    def _count(self, query: Query) -> int:
        return int(self._searcher.search(query, 1).count)  # type: ignore[attr-defined]  # missing in tantivy's stubs

    def ids(self) -> list[int]:
        """All passage ids in the index, ascending."""
        return self._all(Query.all_query())

    def _all(self, query: Query) -> list[int]:
        hits = self._searcher.search(query, max(1, self._searcher.num_docs), count=False).hits
        return sorted(passage for passage, _ in self._ids(hits))

    def _ids(self, hits: list[tuple[Any, tantivy.DocAddress]]) -> list[tuple[int, float]]:
        ids = self._searcher.fast_field_values("id", [address for _, address in hits])
        found = [
            (int(passage), float(score)) for passage, (score, _) in zip(ids, hits, strict=True) if passage is not None
        ]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))


def _can_lock(folder: Path) -> bool:
    """Whether tantivy can lock the folder, which it does even for reading: with a new file, or one already there."""
    return all(os.access(place, os.W_OK) for place in (folder, *_locks(folder)))


def _locks(folder: Path) -> list[Path]:
    return list(folder.glob("*.lock"))


def _files(folder: Path) -> list[Path]:
    """The files of the index proper: a lock belongs to the process that holds it."""
    return [file for file in folder.iterdir() if not file.name.endswith(".lock")]


def _mirror(folder: Path, stack: ExitStack) -> Path:
    """Mirror with symlinks a keyword folder that cannot be locked.

    Tantivy may lock the mirror once more while it is removed; what then remains is a lock.
    """
    home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mlsurvey-", ignore_cleanup_errors=True)))
    for file in _files(folder):
        (home / file.name).symlink_to(file.absolute())
    return home


def _unopened(folder: Path, error: Exception) -> MlsurveyError:
    """Tell damage from files that cannot be read and locks that cannot be made: a rebuild mends only damage."""
    what = f"keyword index {folder} cannot be opened"
    if not os.access(folder, os.F_OK):
        return DamagedIndexError(f"{what} ({error}); {REBUILD}")
    if closed := _unreadable(folder):
        return StorageError(f"{what}: {closed} is not readable; change its permissions")
    if isinstance(error, OSError) or "acquire Lockfile" in str(error):
        return StorageError(f"{what} ({error}); free space for temporary files, or set TMPDIR to another folder")
    return DamagedIndexError(f"{what} ({error}); {REBUILD}")


def _unreadable(folder: Path) -> Path | None:
    if not os.access(folder, os.R_OK | os.X_OK):
        return folder
    return next((file for file in _files(folder) if not os.access(file, os.R_OK)), None)


def _any_of(field: str, values: Sequence[Any]) -> Query:
    """Match without affecting the score."""
    return Query.const_score_query(Query.term_set_query(_schema(), field, list(values)), 0.0)


def _either(term: str) -> Query:
    """Match a term in the headings or the text."""
    fields = ((Occur.Should, Query.term_query(_schema(), field, term)) for field in ("title", "body"))
    return Query.boolean_query(list(fields))


def _phrase(words: Sequence[str]) -> Query:
    """Match consecutive words as written."""
    if len(words) == 1:
        return Query.term_query(_schema(), "exact", words[0])
    return Query.phrase_query(_schema(), "exact", list(words))


def _weighted(field: str, term: str, weight: float) -> Query:
    return Query.boost_query(Query.term_query(_schema(), field, term), weight)
