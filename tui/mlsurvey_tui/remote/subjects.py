"""The part of the engine for a server that lists and corrects the subjects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mlsurvey.client import Client
from mlsurvey.documents import correcting
from mlsurvey.errors import NotFoundError, UsageError
from mlsurvey.found import Found
from mlsurvey.state import Generation
from mlsurvey.survey import Edit
from mlsurvey.wire.subjects import SubjectCorrection
from mlsurvey_tui.remote import nouns

if TYPE_CHECKING:
    from mlsurvey.wire.subjects import Subjects


class RemoteSubjects:
    """What documents are about; see :class:`mlsurvey.survey.subjects.Subjects` for the methods.

    A request replaces all corrections of a subject, so each change begins with those that the server keeps.
    """

    _client: Client

    if TYPE_CHECKING:

        def _known(self, index: str) -> Generation: ...

    def subjects(self) -> tuple[Generation, Found]:
        """What the documents are about, by which points they can be compared, and the generation."""
        told = self._client.subjects()
        return self._known(told.index), nouns.found(told)

    def corrections(self) -> tuple[Edit, ...]:
        """All corrections to the subjects, also those that wait for a refresh."""
        return nouns.edits(self._client.subjects())

    def rename_subject(self, name: str, new: str) -> None:
        """Give a subject another name from the next refresh on; the old one stays an alias."""
        told = self._client.subjects()
        self._change(told, _slug(name, told), lambda edit: correcting.renamed(edit, new))

    def merge_subjects(self, names: Sequence[str], into: str) -> None:
        """Merge subjects, from the next refresh on."""
        if not names:
            raise UsageError("name at least two subjects: those to merge, then the one that stays")
        told = self._client.subjects()
        others = [_slug(name, told) for name in names]
        self._change(told, _slug(into, told), lambda edit: correcting.merged(edit, others))

    def hide_subject(self, name: str) -> None:
        """Hide something that is not a subject, from the next refresh on."""
        told = self._client.subjects()
        self._change(told, _slug(name, told), correcting.hidden)

    def restore_subject(self, name: str) -> bool:
        """Forget all corrections of a subject; whether there were any."""
        slug = _slug(name, self._client.subjects())
        try:
            self._client.restore(slug)
        except NotFoundError:  # the subject is known, so it has none
            return False
        return True

    def add_subject(self, name: str, aliases: Sequence[str] = (), category: Sequence[str] = ()) -> str:
        """Declare a subject that was not found; returns its slug."""
        told = self._client.subjects()
        slug = correcting.slug_of_name(name)
        self._change(told, slug, lambda edit: correcting.added(edit, name, aliases, category))
        return slug

    def _change(self, told: Subjects, slug: str, change: Callable[[Edit], Edit]) -> None:
        kept = {edit.slug: edit for edit in nouns.edits(told)}
        edit = change(kept.get(slug, Edit(slug)))
        lists = {"aliases": list(edit.aliases), "category": list(edit.category), "merged": list(edit.merged)}
        self._client.correct(slug, SubjectCorrection(name=edit.name, hidden=edit.hidden, **lists))


def _slug(name: str, told: Subjects) -> str:
    return correcting.slug_named(name, nouns.edits(told), lambda: nouns.found(told))
