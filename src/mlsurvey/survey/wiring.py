"""Settings, index, model and vocabulary of a survey, each opened when it is first needed."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from mlsurvey.errors import MismatchError
from mlsurvey.settings import Settings, starter_folder, vocabulary_folders
from mlsurvey.state import Generation
from mlsurvey.types import Filters
from mlsurvey.vocabulary.load import Vocabulary, load_vocabulary

if TYPE_CHECKING:
    from mlsurvey.survey.reader import Reader, Reading


class Wiring:
    """What all parts of the facade share. Thread-safe; close it, or use ``with``."""

    def __init__(self, settings: Settings, *, lasting: bool = False) -> None:
        """Opens nothing yet. ``lasting`` optimises for many concurrent questions; the first one takes longer."""
        self.settings = settings
        self._lasting = lasting

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the index."""
        if "_reader" in self.__dict__:
            self._reader.close()

    @cached_property
    def _reader(self) -> Reader:
        from mlsurvey.survey.encoding import LazyReranker
        from mlsurvey.survey.reader import Reader

        name = self.settings.reranker
        reranker = LazyReranker(name, self.settings.device) if name else None
        return Reader(
            self.settings.index,
            self._vocabulary_now,
            reranker,
            vectors=self.settings.vectors,
            judge=self.settings.judge,
            device=self.settings.device,
            lasting=self._lasting,
        )

    def _vocabulary_now(self) -> Vocabulary:
        """The vocabulary, reloaded for a newly opened generation, since its files may have changed."""
        self.__dict__.pop("_vocabulary", None)
        return self._vocabulary

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return load_vocabulary(vocabulary_folders(self.settings), starter_folder().resolve())

    def _check_model(self, generation: Generation) -> None:
        """Reject an index built with another model. Only names are compared; a refresh compares the weights too."""
        built = generation.model.rpartition("-")[0]
        if Path(self.settings.model).name != built:
            raise MismatchError(
                f"the index was built with the model {built}, the settings ask for {self.settings.model} "
                f"({self.settings.origins.get('model', 'argument')}); use {built}, or type: mlsurvey refresh"
            )

    def _resolved(self, filters: Filters | None, reading: Reading) -> Filters:
        """Filters with names of libraries and languages replaced by slugs."""
        from mlsurvey.survey import naming

        return naming.resolved(filters, reading.answerer) if filters else Filters()
