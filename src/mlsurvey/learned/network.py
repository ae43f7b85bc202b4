"""The trained network, run by ONNX Runtime: labels questions, and judges pairs of question and stretch.

The only module that knows the network's inputs and outputs. Thread-safe.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from mlsurvey.embedding.cores import cores
from mlsurvey.errors import EngineError
from mlsurvey.learned.artefact import ENCODER, JOINT, MATCHER, READER, SIEVE, TOKENIZER, read_artefact
from mlsurvey.learned.pieces import CLS, SEP, Pair
from mlsurvey.learned.reading import Reading, Word
from mlsurvey.remembered import Remembered
from mlsurvey.types import Span

LONGEST: Final = 128
"""Maximum labelled word pieces of a question; the rest is treated as plain words."""
REMEMBERED: Final = 2048
"""Texts whose encoder states are cached, 60 kB each: the same stretches are judged for many questions."""
CUT: Final = 20_000
"""Texts whose word pieces are cached."""
_READ = ("labels", "negated", "kinds", "flags")
_STATES = ("lower", "states")

Judgement = NDArray[np.float32]
"""Logits of *answers* and of *denies*, shape (pairs, 2)."""
States = NDArray[np.float16]
"""Encoder states of one text, shape (pieces, width)."""


class Encoded(NamedTuple):
    """One text, encoded on its own."""

    lower: States
    """After the frozen layers; the joint layers read them."""
    upper: States
    """After all layers; the matcher compares them."""


Texts = dict[tuple[str, bool], Encoded]
"""Encoded texts, by text and whether it is what is asked."""


class Network:
    """The network of the artefact in a folder.

    Raises:
        EngineError: a file is missing or broken.
    """

    def __init__(self, folder: Path) -> None:
        self.artefact = read_artefact(folder)
        try:
            self._encoder = _session(folder / ENCODER, 1)  # single-threaded: each core takes a text or a pair
            self._joint, self._reader = _session(folder / JOINT, 1), _session(folder / READER, cores())
            self._matcher, self._sieve = _session(folder / MATCHER, cores()), _session(folder / SIEVE, cores())
            self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception as error:  # the classes of both libraries derive from Exception only
            raise EngineError(f"cannot open the network in {folder} ({error}); install mlsurvey again") from error
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._workers = ThreadPoolExecutor(cores(), thread_name_prefix="judge")
        self._partly = onnxruntime.RunOptions()
        self._partly.only_execute_path_to_fetches = True
        self._remembered = Remembered[tuple[str, int], Encoded](REMEMBERED)
        self._ids = lru_cache(maxsize=CUT)(self._cut)

    @property
    def id(self) -> str:
        """Digest of the artefact."""
        return self.artefact.id

    def read(self, question: str) -> Reading:
        """The label of each word, the kind of the question and its flags."""
        encoding = self._tokenizer.encode(question, add_special_tokens=False)
        (embedded,) = self._encode(("embedded",), [[CLS, *encoding.ids[:LONGEST], SEP]])
        mask = np.ones(embedded.shape[:2], dtype=np.int64)
        labels, negated, kinds, flags = self._reader.run(_READ, {"embedded": embedded, "mask": mask})
        return Reading(
            words=_words(encoding.word_ids, encoding.offsets, _softmax(labels[0, 1:-1]), _sigmoid(negated[0, 1:-1])),
            labels=self.artefact.labels,
            kinds=dict(zip(self.artefact.kinds, _softmax(kinds)[0].tolist(), strict=True)),
            flags=dict(zip(self.artefact.flags, _sigmoid(flags)[0].tolist(), strict=True)),
        )

    def sift(self, asked: str, stretches: Sequence[str], features: Sequence[Sequence[float]]) -> NDArray[np.float32]:
        """Logits that each stretch answers what is asked, from single word pieces and features; shape (stretches,)."""
        if not stretches:
            return np.empty(0, dtype=np.float32)
        question = self._ids(asked, self.artefact.question_pieces)[1:-1] or [SEP]
        rows = [self._ids(text, self.artefact.stretch_pieces)[1:-1] or [SEP] for text in stretches]
        ids, mask = _columns(rows)
        named = {
            "question": np.array([question], dtype=np.int64),
            "question_mask": np.ones((1, len(question)), dtype=np.float32),
            "stretch": ids,
            "stretch_mask": mask.astype(np.float32),
            "features": np.array(features, dtype=np.float32),
        }
        (logits,) = self._sieve.run(["chosen"], named)
        chosen: NDArray[np.float32] = logits
        return chosen

    def judge(self, pairs: Sequence[Pair]) -> Judgement:
        """Logits that each stretch answers and denies what is asked, in the order of the pairs."""
        weights = self.artefact.voices
        judged = np.zeros((len(pairs), 2), dtype=np.float32)
        for name, voice in self.voices(pairs).items():
            judged += np.array(weights[name], dtype=np.float32) * voice
        return judged

    def voices(self, pairs: Sequence[Pair]) -> dict[str, Judgement]:
        """The logits that a judgement is weighed from, by the name of what gives them.

        ``matcher`` compares texts that all layers have encoded separately, ``joint`` reads question and stretch
        together.
        """
        of = self._encoded_of(pairs)
        return {"matcher": self._match(pairs, of), "joint": self._join(pairs, of)}

    def _match(self, pairs: Sequence[Pair], of: Texts) -> Judgement:
        matched = [
            self._matched(of[some[0].asked, True], [of[pair.stretch, False] for pair in some], some)
            for some in (list(some) for _, some in groupby(pairs, lambda pair: pair.asked))
        ]
        return np.concatenate([np.empty((0, 2), dtype=np.float32), *matched])

    def _join(self, pairs: Sequence[Pair], of: Texts) -> Judgement:
        """Pairs are judged one by one, like texts are encoded; see :meth:`_encoded_of`."""
        joined = self._workers.map(
            lambda pair: self._joined(of[pair.asked, True], of[pair.stretch, False], pair.features), pairs
        )
        return np.concatenate([np.empty((0, 2), dtype=np.float32), *joined])

    def _joined(self, asked: Encoded, said: Encoded, features: tuple[float, ...]) -> Judgement:
        of_question = np.zeros((1, len(asked.lower) + len(said.lower)), dtype=np.float32)
        of_question[:, : len(asked.lower)] = 1.0
        named = {
            "states": np.concatenate([asked.lower, said.lower])[None].astype(np.float32),
            "asked": of_question,
            "said": 1.0 - of_question,
            "features": np.array([features], dtype=np.float32),
        }
        (logits,) = self._joint.run(["evidence"], named)
        joined: Judgement = logits
        return joined

    def _matched(self, asked: Encoded, said: Sequence[Encoded], pairs: Sequence[Pair]) -> Judgement:
        question, question_mask = _padded([asked.upper])
        stretch, stretch_mask = _padded([one.upper for one in said])
        named = {
            "question": question,
            "question_mask": question_mask,
            "stretch": stretch,
            "stretch_mask": stretch_mask,
            "features": np.array([pair.features for pair in pairs], dtype=np.float32),
        }
        (logits,) = self._matcher.run(["evidence"], named)
        matched: Judgement = logits
        return matched

    def _encoded_of(self, pairs: Sequence[Pair]) -> Texts:
        """The encoded texts of the pairs, by text and whether it is what is asked.

        Texts are encoded one by one: 8-bit quantisation scales over a whole batch, so in a batch the result would
        depend on the other texts. On a CPU this is not slower.
        """
        texts = list(dict.fromkeys([(p.asked, True) for p in pairs] + [(p.stretch, False) for p in pairs]))
        most = (self.artefact.stretch_pieces, self.artefact.question_pieces)
        keys = [(text, most[is_asked]) for text, is_asked in texts]
        return dict(zip(texts, self._remembered.get_all(keys, self._all_encoded), strict=True))

    def _all_encoded(self, keys: Sequence[tuple[str, int]]) -> dict[tuple[str, int], Encoded]:
        return dict(zip(keys, self._workers.map(lambda key: self.encode(*key), keys), strict=True))

    def encode(self, text: str, most: int) -> Encoded:
        """The states of one text, truncated to ``most`` pieces."""
        lower, upper = self._encode(_STATES, [self._ids(text, most)])
        return Encoded(lower[0].astype(np.float16), upper[0].astype(np.float16))

    def _cut(self, text: str, most: int) -> list[int]:
        return [CLS, *self._tokenizer.encode(text, add_special_tokens=False).ids[: most - 2], SEP]

    def _encode(self, outputs: Sequence[str], ids: Sequence[Sequence[int]]) -> list[NDArray[np.float32]]:
        columns, mask = _columns(ids)
        result: list[NDArray[np.float32]] = self._encoder.run(
            list(outputs), {"ids": columns, "mask": mask}, self._partly
        )
        return result


def _session(file: Path, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # it would slow down the next session
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def _columns(ids: Sequence[Sequence[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Word pieces and mask, padded to the same width."""
    columns = np.zeros((2, len(ids), max(map(len, ids))), dtype=np.int64)
    for place, row in enumerate(ids):
        columns[0, place, : len(row)] = row
        columns[1, place, : len(row)] = 1
    return columns[0], columns[1]


def _padded(rows: Sequence[States]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """States and mask, padded to the same width."""
    states = np.zeros((len(rows), max(map(len, rows)), rows[0].shape[1]), dtype=np.float32)
    mask = np.zeros(states.shape[:2], dtype=np.float32)
    for place, row in enumerate(rows):
        states[place, : len(row)], mask[place, : len(row)] = row, 1.0
    return states, mask


def _words(
    words: Sequence[int | None],
    offsets: Sequence[tuple[int, int]],
    labels: NDArray[np.float32],
    negated: NDArray[np.float32],
) -> tuple[Word, ...]:
    """Words, each with the mean scores of its pieces."""
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
