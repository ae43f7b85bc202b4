"""The learnt network, run by ONNX Runtime: questions to labels, pairs of question and stretch to judgements.

The only module that knows its inputs and outputs. Safe to share between threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from mlsurvey.embedding.cores import cores
from mlsurvey.errors import EngineError
from mlsurvey.learned.artefact import NETWORK, TOKENIZER, read_artefact
from mlsurvey.learned.pieces import CLS, SEP, pair_types
from mlsurvey.learned.reading import Reading, Word
from mlsurvey.types import Span

BATCH_PIECES: Final = 1536
"""Word pieces of a batch, padding included."""
LONGEST: Final = 128
"""Word pieces of a question that are labelled; what stands behind them is read as plain words."""
REMEMBERED: Final = 8192
_READ = ("labels", "negated", "kinds", "flags")
_JUDGED = ("evidence",)

Judgement = NDArray[np.float32]
"""Logits of *answers* and of *denies*, shape (pairs, 2)."""


class Network:
    """The artefact in a folder, opened.

    Raises:
        EngineError: a file of it is missing or broken.
    """

    def __init__(self, folder: Path) -> None:
        self.artefact = read_artefact(folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = cores()
        options.inter_op_num_threads = 1
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / NETWORK), options, providers=["CPUExecutionProvider"]
            )
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception as error:  # the classes of both libraries derive from Exception only
            raise EngineError(f"cannot open the network in {folder} ({error}); install mlsurvey again") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._partly = onnxruntime.RunOptions()
        self._partly.only_execute_path_to_fetches = True
        self._pieces = lru_cache(maxsize=REMEMBERED)(self._read_pieces)

    @property
    def id(self) -> str:
        """Digest of the artefact."""
        return self.artefact.id

    def read(self, question: str) -> Reading:
        """What each word of the question is, its kind and its flags."""
        encoding = self._tokenizer.encode(question, add_special_tokens=False)
        ids = [CLS, *encoding.ids[:LONGEST], SEP]
        labels, negated, kinds, flags = self._run(_READ, [ids], [[0] * len(ids)])
        return Reading(
            words=_words(encoding.word_ids, encoding.offsets, _softmax(labels[0, 1:-1]), _sigmoid(negated[0, 1:-1])),
            labels=self.artefact.labels,
            kinds=dict(zip(self.artefact.kinds, _softmax(kinds)[0].tolist(), strict=True)),
            flags=dict(zip(self.artefact.flags, _sigmoid(flags)[0].tolist(), strict=True)),
        )

    def judge(self, pairs: Sequence[tuple[str, str]]) -> Judgement:
        """How likely each stretch (second of a pair) answers and denies what is asked (first), in their order."""
        rows = [(self._side(asked, True), self._side(stretch, False)) for asked, stretch in pairs]
        order = sorted(range(len(rows)), key=lambda place: len(rows[place][0]) + len(rows[place][1]))
        judged = np.empty((len(rows), 2), dtype=np.float32)
        for part in _batches(order, [len(a) + len(b) + 3 for a, b in rows]):
            ids = [[CLS, *rows[place][0], SEP, *rows[place][1], SEP] for place in part]
            (judged[part],) = self._run(_JUDGED, ids, [pair_types(*rows[place]) for place in part])
        return judged

    def _side(self, text: str, is_question: bool) -> tuple[int, ...]:
        limit = self.artefact.question_pieces if is_question else self.artefact.stretch_pieces
        return self._pieces(text)[:limit]

    def _read_pieces(self, text: str) -> tuple[int, ...]:
        """Remembered: the same stretches are judged for many questions."""
        return tuple(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _run(
        self, outputs: Sequence[str], ids: Sequence[Sequence[int]], types: Sequence[Sequence[int]]
    ) -> list[NDArray[np.float32]]:
        width = max(map(len, ids))
        columns = np.zeros((3, len(ids), width), dtype=np.int64)
        for place, (row, kind) in enumerate(zip(ids, types, strict=True)):
            columns[0, place, : len(row)] = row
            columns[1, place, : len(row)] = kind
            columns[2, place, : len(row)] = 1
        named = {"ids": columns[0], "types": columns[1], "mask": columns[2]}
        result: list[NDArray[np.float32]] = self._session.run(list(outputs), named, self._partly)
        return result


def _batches(order: Sequence[int], lengths: Sequence[int]) -> list[list[int]]:
    """Places from the shortest to the longest, in batches of :data:`BATCH_PIECES` padded pieces."""
    batches: list[list[int]] = []
    for place in order:
        if batches and lengths[place] * (len(batches[-1]) + 1) <= BATCH_PIECES:
            batches[-1].append(place)
        else:
            batches.append([place])
    return batches


def _words(
    words: Sequence[int | None],
    offsets: Sequence[tuple[int, int]],
    labels: NDArray[np.float32],
    negated: NDArray[np.float32],
) -> tuple[Word, ...]:
    """Words with the mean of their pieces."""
    of_word: dict[int, list[int]] = {}
    for place, word in enumerate(words[: len(labels)]):
        if word is not None:
            of_word.setdefault(word, []).append(place)
    return tuple(
        Word(
            span=Span(offsets[places[0]][0], offsets[places[-1]][1]),
            scores=tuple(labels[places].mean(axis=0).tolist()),
            negated=float(negated[places].mean()),
        )
        for places in of_word.values()
    )


def _softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    raised = np.exp(logits - logits.max(axis=-1, keepdims=True))
    shares: NDArray[np.float32] = raised / raised.sum(axis=-1, keepdims=True)
    return shares


def _sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    return (1.0 / (1.0 + np.exp(-logits))).astype(np.float32)
