"""The part of the facade that lists and shows documents, and adds them to the corpus or removes them from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from mlsurvey.documents import collection, uploading
from mlsurvey.documents.staleness import stale_file
from mlsurvey.documents.uploading import Condition
from mlsurvey.errors import IndexingError
from mlsurvey.reading.names import known_as
from mlsurvey.state import DocumentRow
from mlsurvey.survey.results import Listed
from mlsurvey.survey.wiring import Wiring
from mlsurvey.types import Document, Filters


class Documents(Wiring):
    """The documents of the corpus and of the index."""

    def documents(self, filters: Filters | None = None) -> Listed:
        """Indexed documents, by path; with filters, those with a matching passage. Raises like :meth:`ask`."""
        from mlsurvey.survey.naming import documents

        with self._reader.reading() as reading:
            return Listed(reading.snapshot.generation, documents(reading.snapshot, self._resolved(filters, reading)))

    def document(self, path: str) -> Document:
        """A document as it was indexed.

        Raises:
            NotFoundError: the index has no such document; similar names are suggested.
        """
        from mlsurvey.survey import naming

        with self._reader.reading() as reading:
            return naming.document_named(path, reading.snapshot)

    def rows(self, paths: Iterable[str]) -> Mapping[str, DocumentRow]:
        """Those of these documents that are in the index, by path; empty if there is no index yet."""
        try:
            with self._reader.reading() as reading:
                return {row.path: row for row in reading.snapshot.rows(paths)}
        except IndexingError:
            return {}

    def path_of(self, name: str) -> str:
        """The path of the document that a name means: its Unicode form may differ from that in the index or on disk."""
        try:
            with self._reader.reading() as reading:
                known = reading.snapshot.paths()
        except IndexingError:
            known = []
        return known_as(name, known) or collection.on_disk(self.settings.corpus, name) or name

    def locate(self, name: str) -> tuple[Document, int | None]:
        """The document and line that ``path`` or ``path:line`` refers to. Raises like :meth:`document`."""
        from mlsurvey.survey import naming

        return naming.located(name, self.document)

    def is_stale(self, document: Document) -> bool:
        """Whether the file has changed since it was indexed, or is gone."""
        return stale_file(document.path, document.sha256, self.settings.corpus) is not None

    def add(
        self, paths: Sequence[Path], *, link: bool = False, into: str | None = None, replace: bool = False
    ) -> collection.Placed:
        """Add files and folders to the corpus, for the next refresh; see :func:`mlsurvey.documents.collection.add`."""
        return collection.add(self.settings.corpus, paths, into=into, link=link, replace=replace)

    def store(self, files: Mapping[str, bytes], condition: Condition) -> tuple[uploading.Stored, ...]:
        """Write documents into the corpus, for the next refresh; see :func:`mlsurvey.documents.uploading.store`."""
        return uploading.store(self.settings.corpus, self.settings.folder, files, condition)

    def discard(self, name: str, condition: Condition) -> None:
        """Delete one document from the corpus; see :func:`mlsurvey.documents.uploading.discard`."""
        uploading.discard(self.settings.corpus, self.settings.folder, name, condition)

    def digest(self, name: str) -> str | None:
        """Hex SHA-256 of a document's current file; None if absent."""
        return uploading.digest(self.settings.corpus, name)

    def documents_named(self, names: Iterable[str]) -> tuple[str, ...]:
        """Files of the corpus that the names of documents or folders refer to."""
        return collection.documents_named(self.settings.corpus, names)

    def remove(self, names: Iterable[str]) -> tuple[str, ...]:
        """Delete documents from the corpus; the next refresh removes them from the index."""
        return collection.remove(self.settings.corpus, names)
