"""The part of the facade that lists and corrects the subjects of a corpus, and counts what is known about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mlsurvey.calling import Cancelled
from mlsurvey.coverage import Coverage
from mlsurvey.documents import correcting
from mlsurvey.errors import NoIndexError, NotFoundError, UsageError
from mlsurvey.found import Found
from mlsurvey.state import Generation
from mlsurvey.survey.wiring import Wiring
from mlsurvey.timeline import Timeline
from mlsurvey.types import Filters
from mlsurvey.vocabulary.edits import Edit
from mlsurvey.vocabulary.load import load_edits


class Subjects(Wiring):
    """What documents are about."""

    def subjects(self) -> tuple[Generation, Found]:
        """What the documents are about, by which points they can be compared, and the generation."""
        with self._reader.reading() as reading:
            return reading.snapshot.generation, reading.snapshot.found

    def corrections(self) -> tuple[Edit, ...]:
        """All corrections to the subjects, also those that wait for a refresh.

        Raises:
            SettingsError: the file that keeps them is invalid.
        """
        return tuple(load_edits(self.settings.corpus))

    def coverage(
        self,
        *,
        filters: Filters | None = None,
        classes: Sequence[str] = (),
        aspects: Sequence[str] = (),
        every: bool = False,
        cancelled: Cancelled | None = None,
    ) -> tuple[Generation, Coverage]:
        """What is known about whom: the number of statements about each library and aspect, and the generation.

        Args:
            filters: restrict what is counted; libraries and languages also select the rows.
            classes: of the libraries, as in :attr:`mlsurvey.types.Entity.category`; empty for all.
            aspects: slugs; by default the general ones.
            every: count all aspects instead.
            cancelled: called every thousand passages.

        Raises:
            NotFoundError: a class or aspect is unknown; similar ones are suggested. Otherwise like
                :meth:`mlsurvey.survey.facade.Survey.ask`.
            Interrupted: ``cancelled`` returned True.
        """
        from mlsurvey.survey import covering

        with self._reader.reading() as reading:
            self._check_model(reading.snapshot.generation)
            wanted = covering.chosen(reading.vocabulary.aspects, aspects, every=every)
            resolved = self._resolved(filters, reading)
            found = covering.coverage(reading.snapshot, wanted, resolved, classes, cancelled)
            return reading.snapshot.generation, found

    def timeline(
        self, *, filters: Filters | None = None, classes: Sequence[str] = (), cancelled: Cancelled | None = None
    ) -> tuple[Generation, Timeline]:
        """What the documents state about the releases and the upkeep of the libraries, and the generation.

        Args:
            filters: libraries and languages select the rows, the others the documents.
            classes: of the libraries, as in :attr:`mlsurvey.types.Entity.category`; empty for all.
            cancelled: called before each document is read.

        Raises:
            NotFoundError: a class is unknown; similar ones are suggested. Otherwise like
                :meth:`mlsurvey.survey.facade.Survey.ask`.
            Interrupted: ``cancelled`` returned True.
        """
        from mlsurvey.survey import timing

        with self._reader.reading() as reading:
            resolved = self._resolved(filters, reading)
            found = timing.timeline(reading.snapshot, resolved, classes, cancelled)
            return reading.snapshot.generation, found

    def rename_subject(self, name: str, new: str) -> None:
        """Give a subject another name from the next refresh on; the old one stays an alias.

        Raises:
            NotFoundError: there is no such subject; similar ones are suggested.
            UsageError: several share the name, or the new one is no name.
            StorageError: the corpus folder cannot be written.
        """
        correcting.rename(self.settings.corpus, self._subject(name), new)

    def merge_subjects(self, names: Sequence[str], into: str) -> None:
        """Merge subjects, from the next refresh on. Raises like :meth:`rename_subject`."""
        if not names:
            raise UsageError("name at least two subjects: those to merge, then the one that stays")
        correcting.merge(self.settings.corpus, [self._subject(name) for name in names], self._subject(into))

    def hide_subject(self, name: str) -> None:
        """Hide something that is not a subject, from the next refresh on. Raises like :meth:`rename_subject`."""
        correcting.hide(self.settings.corpus, self._subject(name))

    def restore_subject(self, name: str) -> bool:
        """Forget all corrections of a subject; whether there were any. Raises like :meth:`rename_subject`."""
        return correcting.restore(self.settings.corpus, self._subject(name))

    def add_subject(self, name: str, aliases: Sequence[str] = (), category: Sequence[str] = ()) -> str:
        """Declare a subject that was not found; returns its slug. Raises like :meth:`rename_subject`."""
        return correcting.add(self.settings.corpus, name, aliases, category)

    def correct_subject(self, edit: Edit) -> str:
        """Replace all corrections of a subject, given by its slug or one of its names; returns the slug.

        Raises like :meth:`rename_subject`, unless the corrections name it, which adds it.
        """
        try:
            slug = self._subject(edit.slug)
        except (NotFoundError, NoIndexError):
            if edit.name is None:
                raise
            slug = edit.slug
        correcting.put(self.settings.corpus, replace(edit, slug=slug))
        return slug

    def _subject(self, name: str) -> str:
        """The slug of a subject; one that is only in the corrections has no document yet."""
        return correcting.slug_named(name, self.corrections(), lambda: self.subjects()[1])
