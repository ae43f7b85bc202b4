"""Keyword side of the index: BM25 with tantivy.

Each generation has its own folder. The next one starts as hard links to it:
tantivy never rewrites a segment file, it only adds and unlinks files, so the
older folder stays usable. A deletion costs one bitmap.

A name such as "tch-rs", "TF.NET" or "ml_algo" matches by its parts (``body``) and
as a whole in any spelling (``names``, see :func:`names_in`).
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import tantivy
from tantivy import FieldType, Filter, Occur, Query, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from mlsurvey.errors import DamagedIndexError, StorageError
from mlsurvey.index.storage import REBUILD, link, refusal, sync_folder
from mlsurvey.vocabulary.gazetteer import collapse

VERSION = 2  # bumped when fields or analysis change; all passages are then re-indexed

# Both tuned on the development questions: evidence in the top ten passages .79; .74 with both 1, .54 with titles at 3.
TITLE_BOOST = 0.5  # headings are short, so their terms already weigh a lot
NAME_BOOST = 0.5  # in addition to its parts, which match too; rare names already have a high weight
_MAX_TERMS = 256  # for a page pasted as a question: more terms only cost time
_MAX_TOKEN = 64  # longer tokens are hashes and base64
_HEAP = 64_000_000  # bytes of postings in memory before tantivy starts another segment; the minimum is 15 MB
_WORD = re.compile(r"[^\W_]+(?:\+\+|#)?")
_PROCESSORS = re.compile(r"\b([a-z]pu)s\b", re.IGNORECASE)
_JOINED = re.compile(r"(?<![^\W_])[^\W_]++[+#]*+(?:[-._/][^\W_]++[+#]*+){1,3}")  # linear even on a megabyte of base64
_SHARED = (".managed.json", "meta.json")  # replaced at each commit; created readable by the owner only


@dataclass(frozen=True, slots=True)
class KeywordRow:
    """A passage as stored in the keyword index."""

    id: int
    document: int
    """Row id of the document version; its passages are deleted together by it."""
    title: str
    body: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeywordQuery:
    """A free-text query, with additional weighted phrases."""

    text: str
    phrases: tuple[tuple[str, float], ...] = ()
    """Pairs (phrase, weight); weight 1 counts as much as the text itself."""


@cache
def _words() -> TextAnalyzer:
    tokenizer = Tokenizer.regex(r"[\p{L}\p{N}]+(?:\+\+|#)?")
    builder = TextAnalyzerBuilder(tokenizer).filter(Filter.remove_long(_MAX_TOKEN)).filter(Filter.lowercase())
    return builder.filter(Filter.ascii_fold()).filter(Filter.stemmer("english")).build()


@cache
def _names() -> TextAnalyzer:
    builder = (
        TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.remove_long(_MAX_TOKEN)).filter(Filter.lowercase())
    )
    return builder.filter(Filter.ascii_fold()).build()


@cache
def _stopwords() -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.simple()).filter(Filter.lowercase()).filter(Filter.stopword("english")).build()


@cache
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", fast=True)
    builder.add_integer_field("document", indexed=True)
    for field in ("title", "body"):
        builder.add_text_field(field, tokenizer_name="words", index_option="freq")
    builder.add_text_field("names", tokenizer_name="names", index_option="freq")
    builder.add_text_field("tags", tokenizer_name="raw", index_option="basic")
    return builder.build()


def names_in(text: str) -> list[str]:
    """Collapsed forms of joined names: ``tch-rs`` gives ``tchrs``, ``TF.NET`` gives ``tfnet``."""
    # Skip plain words (with at most a trailing comma), which are the majority: the regex is slow.
    candidates = " ".join([word for word in text.split() if not (word.isalnum() or word[:-1].isalnum())])
    return [collapse(match.group()) for match in _JOINED.finditer(candidates)]


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
        raise StorageError(refusal(folder.parent.parent, f"keyword side: {error}")) from error


def _link_all(previous: Path, folder: Path) -> None:
    for file in previous.iterdir():
        if not file.name.endswith(".lock"):
            link(file, folder / file.name)


def _write(index: tantivy.Index, deleted: Iterable[int], added: Iterable[KeywordRow]) -> None:
    writer = index.writer(heap_size=_HEAP, num_threads=1)
    for document in deleted:
        writer.delete_documents_by_term("document", document)
    for row in added:
        names = " ".join(names_in(f"{row.title}\n{row.body}"))
        writer.add_document(
            tantivy.Document(
                id=row.id,
                document=row.document,
                title=_singular(row.title),
                body=_singular(row.body),
                names=names,
                tags=list(row.tags),
            )
        )
    writer.commit()
    writer.wait_merging_threads()


def _open_to_readers(folder: Path) -> None:
    """Give tantivy's metadata files the folder's permissions, so that other accounts can read the index."""
    for name in _SHARED:
        if (file := folder / name).exists():
            file.chmod(folder.stat().st_mode & 0o666)
    for lock in folder.glob("*.lock"):
        lock.unlink()


def _index(folder: Path, *, create: bool = False) -> tantivy.Index:
    index = tantivy.Index(_schema(), path=str(folder)) if create else tantivy.Index.open(str(folder))
    index.register_tokenizer("words", _words())
    index.register_tokenizer("names", _names())
    return index


class Keywords:
    """The opened keyword index of one generation."""

    def __init__(self, folder: Path) -> None:
        """Open the index.

        Raises:
            DamagedIndexError: a file is missing or broken.
        """
        try:
            with ExitStack() as stack:
                home = folder if os.access(folder, os.W_OK) else _mirror(folder, stack)
                self._searcher = _index(home).searcher()
        except (ValueError, OSError) as error:
            raise DamagedIndexError(f"keyword side {folder} cannot be opened ({error}); {REBUILD}") from error

    def search(
        self, query: KeywordQuery, k: int, tags: Sequence[Sequence[str]] = (), documents: Sequence[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return passage ids with their BM25 score, best first, then by id.

        Args:
            query: operators in its text are ignored.
            k: maximum number of hits.
            tags: at least one of each group must match.
            documents: document versions to search; None for all.
        """
        terms = _terms(query)
        if not terms or k < 1 or documents == []:
            return []
        must = [(Occur.Must, _any_of("tags", group)) for group in tags]
        if documents is not None:
            must.append((Occur.Must, _any_of("document", documents)))
        wanted = Query.boolean_query([(Occur.Should, part) for part in terms])
        if must:  # a pure union of terms uses block-max WAND, which skips most postings
            wanted = Query.boolean_query([(Occur.Must, wanted), *must])
        hits = self._searcher.search(wanted, k, count=False).hits
        return self._ids(hits)

    def explain(self, query: KeywordQuery, passage: int) -> list[tuple[str, str, float]]:
        """Return the contribution of each query term to the BM25 score of a passage.

        Triples (term as indexed, field, score), highest first; terms missing from the passage are omitted.
        """
        this = Query.const_score_query(Query.range_query(_schema(), "id", FieldType.Integer, passage, passage), 0.0)
        parts = []
        for (field, term), weight in _weights(query):
            wanted = [(Occur.Must, this), (Occur.Must, _weighted(field, term, weight))]
            hits = self._searcher.search(Query.boolean_query(wanted), 1, count=False).hits
            parts += [(term, field, float(score)) for score, _ in hits]
        return sorted(parts, key=lambda part: (-part[2], part[0]))

    def frequency(self, word: str) -> int:
        """Number of passages with a word in their headings or text, in any inflection.

        A compound ("node.js", "scikit-learn") counts only as a whole: its parts are other words.
        """
        parts = list(_words().analyze(_singular(word)))
        if not parts:
            return 0
        spelt = [_either(parts[0])] if len(parts) == 1 else []
        whole = [Query.term_query(_schema(), "names", name) for name in _names().analyze(collapse(word))]
        counted = Query.boolean_query([(Occur.Should, query) for query in (*spelt, *whole)])
        return int(self._searcher.search(counted, 1).count)  # type: ignore[attr-defined]  # missing in tantivy's stubs

    def ids(self) -> list[int]:
        """All passage ids in the index, ascending."""
        hits = self._searcher.search(Query.all_query(), max(1, self._searcher.num_docs), count=False).hits
        return sorted(passage for passage, _ in self._ids(hits))

    def _ids(self, hits: list[tuple[Any, tantivy.DocAddress]]) -> list[tuple[int, float]]:
        ids = self._searcher.fast_field_values("id", [address for _, address in hits])
        found = [
            (int(passage), float(score)) for passage, (score, _) in zip(ids, hits, strict=True) if passage is not None
        ]
        return sorted(found, key=lambda hit: (-hit[1], hit[0]))


def _mirror(folder: Path, stack: ExitStack) -> Path:
    """Mirror a read-only keyword folder with symlinks: tantivy creates a lock file even for reading."""
    home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="mlsurvey-")))
    for file in folder.iterdir():
        (home / file.name).symlink_to(file.absolute())
    return home


def _any_of(field: str, values: Sequence[Any]) -> Query:
    """Match without affecting the score."""
    return Query.const_score_query(Query.term_set_query(_schema(), field, list(values)), 0.0)


def _either(term: str) -> Query:
    """Match a term in the headings or the text."""
    fields = ((Occur.Should, Query.term_query(_schema(), field, term)) for field in ("title", "body"))
    return Query.boolean_query(list(fields))


def _terms(query: KeywordQuery) -> list[Query]:
    return [_weighted(field, term, weight) for (field, term), weight in _weights(query)]


def _weighted(field: str, term: str, weight: float) -> Query:
    return Query.boost_query(Query.term_query(_schema(), field, term), weight)


def _weights(query: KeywordQuery) -> list[tuple[tuple[str, str], float]]:
    """Pairs ((field, term), weight), highest weight first."""
    weights: dict[tuple[str, str], float] = {}
    for text, weight in ((query.text, 1.0), *query.phrases):
        for field, term, boost in _analysed(text):
            weights[field, term] = max(weights.get((field, term), 0.0), weight * boost)
    return sorted(weights.items(), key=lambda item: -item[1])[:_MAX_TERMS]


def _analysed(text: str) -> Iterator[tuple[str, str, float]]:
    """Yield triples (field, term, boost); stop words count only if there are no other words."""
    text = _singular(text)
    words = [w for w in _WORD.findall(text) if _stopwords().analyze(w)] or _WORD.findall(text)
    for term in _words().analyze(" ".join(words)):
        yield "body", term, 1.0
        yield "title", term, TITLE_BOOST
    for name in dict.fromkeys([*names_in(text), *_pairs(text), *map(collapse, words)]):
        for term in _names().analyze(name):
            yield "names", term, NAME_BOOST
    for pair in _pairs(text):  # "data set" also finds "dataset", "tch rs" finds "tchrs"
        for term in _words().analyze(pair):
            yield "body", term, 1.0
            yield "title", term, TITLE_BOOST


def _singular(text: str) -> str:
    """Replace "GPUs", "CPUs" and the like by the singular: Snowball treats them as words ending in -us."""
    return _PROCESSORS.sub(r"\1", text) if "pus" in text.casefold() else text


def _pairs(text: str) -> list[str]:
    words = _WORD.findall(text)
    return [f"{first}{second}".casefold() for first, second in pairwise(words)]
