"""Lazily loaded models, and the choice of engine for each task."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING

from mlsurvey.errors import MlsurveyError, needing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mlsurvey.answering.score import Judge
    from mlsurvey.embedding.reranker import Reranker
    from mlsurvey.embedding.together import Encoder
    from mlsurvey.learned.artefact import Artefact
    from mlsurvey.learned.network import Network
    from mlsurvey.learned.pieces import Pair
    from mlsurvey.learned.reading import Reading


class LazyEncoder:
    """The question encoder of a model, loaded when the first question is embedded; keyword search does not need it.

    Safe to share between threads.

    Args:
        embedder: :func:`mlsurvey.embedding.models.embedder_id` of the index's vectors.
        lasting: for a long-running process: uses OpenVINO, which starts slower but computes faster, at the
            precision of the passages, and batches questions from several threads.
    """

    def __init__(self, embedder: str, *, lasting: bool = False) -> None:
        self._embedder, self._lasting = embedder, lasting
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Start loading in a background thread while the question is being read; most of it runs without the GIL.

        Errors are raised by the first call that embeds. The thread is joined at exit, because engines must not be
        torn down while they start.
        """
        if "_encoder" not in self.__dict__ and not self._lock.locked():
            threading.Thread(target=self._open_quietly, name="open-encoder").start()

    def _open_quietly(self) -> None:
        with suppress(MlsurveyError):
            self._opened()

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit rows, shape ``(len(texts), dimension)``."""
        return self._opened().embed(texts)

    def embed_tokens(self, text: str, *, prompt: bool = True) -> tuple[tuple[str, ...], NDArray[np.float32]]:
        """Word pieces of the text and their contextual vectors, shape ``(pieces, width)``."""
        return self._opened().embed_tokens(text, prompt=prompt)

    def _opened(self) -> Encoder:
        with self._lock:
            return self._encoder

    @cached_property
    def _encoder(self) -> Encoder:
        from mlsurvey.embedding.exported import export_folder, read_config
        from mlsurvey.embedding.models import has_openvino, model_of, precision_of

        folder = export_folder(model_of(self._embedder))
        if read_config(folder).failure is not None:
            with needing("models", "a model that could not be exported"):
                from mlsurvey.embedding.unexported import UnexportedQuestions

            return UnexportedQuestions(folder)
        from mlsurvey.embedding.processor import open_engine
        from mlsurvey.embedding.questions import QuestionEncoder

        if not (self._lasting and has_openvino()):
            return QuestionEncoder(folder)
        from mlsurvey.embedding.together import Together

        return Together(
            QuestionEncoder(folder, open_engine("openvino", folder, precision_of(self._embedder), wide=False))
        )


class LazyNetwork:
    """The bundled network, loaded when the first question is read.

    Thread-safe. It is independent of any index.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Start loading; see :meth:`LazyEncoder.prepare`."""
        if "_network" not in self.__dict__ and not self._lock.locked():
            threading.Thread(target=self._open_quietly, name="open-network").start()

    def _open_quietly(self) -> None:
        with suppress(MlsurveyError):
            self._opened()

    @cached_property
    def artefact(self) -> Artefact:
        """The parameters of the artefact; does not load the network."""
        from mlsurvey.learned.artefact import folder, read_artefact

        return read_artefact(folder())

    def read(self, question: str) -> Reading:
        """The label of each word, the kind of the question and its flags."""
        return self._opened().read(question)

    def sift(self, asked: str, stretches: Sequence[str], features: Sequence[Sequence[float]]) -> NDArray[np.float32]:
        """The sieve's logits of *answers*, shape (stretches,)."""
        return self._opened().sift(asked, stretches, features)

    def judge(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        """Logits of *answers* and *denies*, shape (pairs, 2)."""
        return self._opened().judge(pairs)

    def _opened(self) -> Network:
        with self._lock:
            return self._network

    @cached_property
    def _network(self) -> Network:
        from mlsurvey.learned.artefact import folder
        from mlsurvey.learned.network import Network

        return Network(folder())


class LazyReranker:
    """A cross-encoder, loaded when first used. Thread-safe: calls are serialised."""

    def __init__(self, name: str, device: str, setting: str = "reranker") -> None:
        self._name, self._device, self._setting = name, device, setting
        self._lock = threading.Lock()

    def scores(self, query: str, texts: Sequence[str]) -> NDArray[np.float32]:
        """Scores in 0..1, shape ``(len(texts),)``; raises like :class:`mlsurvey.embedding.reranker.Reranker`."""
        with self._lock:
            return self._reranker.scores(query, texts)

    @cached_property
    def _reranker(self) -> Reranker:
        from mlsurvey.embedding.models import find_folder

        find_folder(self._name, self._setting)  # a mistyped folder is reported where PyTorch is absent, too
        with needing("models", f"the {self._setting} {self._name!r}"):
            from mlsurvey.embedding.reranker import Reranker

        return Reranker(self._name, self._device, self._setting)


def judge_named(name: str, device: str, network: LazyNetwork) -> Judge | None:
    """The judge selected by the setting ``judge``; None if the sieve decides alone."""
    if name in ("auto", "none"):
        return network if name == "auto" else None
    from mlsurvey.answering.other import OtherJudge

    return OtherJudge(LazyReranker(name, device, "judge"), network)
