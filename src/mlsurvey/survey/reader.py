"""Keeps the newest generation of an index open; each reader keeps the generation that it started with."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from mlsurvey.address import Address
from mlsurvey.subjects.fitting import fitting
from mlsurvey.survey.encoding import LazyEncoder, LazyNetwork, LazyReranker, judge_named
from mlsurvey.survey.homes import home_of
from mlsurvey.types import Explanation, Hit
from mlsurvey.vocabulary.load import Vocabulary

if TYPE_CHECKING:
    from mlsurvey.answering.answer import Answerer
    from mlsurvey.answering.score import Judge
    from mlsurvey.index.snapshot import Snapshot
    from mlsurvey.index.vectors import Mode


class Reading:
    """One open generation with its searcher and encoder; a newer generation may use another model."""

    def __init__(
        self,
        snapshot: Snapshot,
        vocabulary: Callable[[], Vocabulary],
        reranker: LazyReranker | None = None,
        *,
        encoder: LazyEncoder,
        network: LazyNetwork,
        judge: Judge | None = None,
    ) -> None:
        from mlsurvey.retrieval.search import Searcher

        self.snapshot = snapshot
        self.encoder = encoder
        self.searcher = Searcher(snapshot, self.encoder, reranker)
        self.network = network
        self._judge = judge
        self._vocabulary = vocabulary

    def prepare(self) -> None:
        """Start loading the models in the background, before the question is processed."""
        self.network.prepare()
        self.encoder.prepare()

    @cached_property
    def answerer(self) -> Answerer:
        """The answerer for this generation."""
        from mlsurvey.answering.answer import Answerer
        from mlsurvey.answering.score import Scorer

        scorer = Scorer(self.network.artefact, self.network, self._judge)
        return Answerer(self.searcher, self.vocabulary, self.network, scorer)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary that fits this generation: declared, and found in its documents."""
        return fitting(self._vocabulary(), self.snapshot.found)

    def explained(self, query: str, hits: Iterable[Hit], mode: str) -> tuple[Explanation, ...]:
        """Why these passages are hits of the query, in the given order."""
        from mlsurvey.retrieval.explain import explain

        vector = None if mode == "keyword" else self.encoder.embed([query])[0]
        return tuple(explain(hit, query, vector, self.snapshot, self.encoder) for hit in hits)


class Reader:
    """Opens an index for reading, and reopens it when a newer generation is published. Thread-safe.

    All generations share the reranker and the network, those of one model also the encoder.
    """

    def __init__(
        self,
        index: Path | Address,
        vocabulary: Callable[[], Vocabulary],
        reranker: LazyReranker | None = None,
        *,
        vectors: Mode = "auto",
        judge: str = "auto",
        device: str = "auto",
        lasting: bool = False,
    ) -> None:
        """Opens nothing yet.

        Args:
            index: folder of the index, or its address.
            vocabulary: called for each generation.
            reranker: reranks the best hits, if given.
            vectors: how vectors are searched, see :class:`mlsurvey.index.vectors.Vectors`.
            judge: value of the setting ``judge``.
            device: device of a cross-encoder used as judge.
            lasting: optimise for many concurrent questions, with an encoder that starts slower.
        """
        self._home = home_of(index, vectors, lasting=lasting)
        self._vocabulary, self._reranker = vocabulary, reranker
        self._lasting = lasting
        self._encoder: tuple[str, LazyEncoder] | None = None
        self._network = LazyNetwork()
        self._judge = judge_named(judge, device, self._network)
        self._lock = threading.Lock()
        self._current: Reading | None = None
        self._stamp: Hashable = None
        self._users: dict[Reading, int] = {}

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """The newest generation; stays open until the block ends, even if a newer one is published.

        Raises:
            NoIndexError: there is no index yet.
            DamagedIndexError: a part of the index is missing or broken.
            UnreachableError: the engine that keeps it does not answer.
        """
        with self._lock:
            reading = self._newest()
            self._users[reading] += 1
        try:
            yield reading
        finally:
            with self._lock:
                self._users[reading] -= 1
                self._close_unused()

    def close(self) -> None:
        """Close everything; readings still in use are closed when they end."""
        with self._lock:
            self._current = self._stamp = None
            self._close_unused()
            if not self._users:
                self._home.close()

    def _newest(self) -> Reading:
        stamp = self._home.stamp()
        if self._current is None or stamp != self._stamp:
            snapshot = self._home.opened()
            if self._current and snapshot.generation == self._current.snapshot.generation:
                snapshot.close()  # the catalogue was cleaned up, nothing new was published
            else:
                self._current = Reading(
                    snapshot,
                    self._vocabulary,
                    self._reranker,
                    encoder=self._encoder_of(snapshot.generation.model),
                    network=self._network,
                    judge=self._judge,
                )
                self._users[self._current] = 0
                self._close_unused()
            self._stamp = stamp
        return self._current

    def _encoder_of(self, model: str) -> LazyEncoder:
        """The encoder of the model; kept, as a service that refreshes would load it for every generation."""
        if self._encoder is None or self._encoder[0] != model:
            self._encoder = (model, LazyEncoder(model, lasting=self._lasting))
        return self._encoder[1]

    def _close_unused(self) -> None:
        for reading in [r for r, users in self._users.items() if users == 0 and r is not self._current]:
            del self._users[reading]
            reading.snapshot.close()
