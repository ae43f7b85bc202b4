from __future__ import annotations

import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from mlsurvey.answering.features import NAMES
from mlsurvey.errors import EngineError
from mlsurvey.learned.artefact import GRAPHS, NUMBERS, TOKENIZER, folder
from mlsurvey.learned.network import LONGEST, Network
from mlsurvey.learned.pieces import Pair

QUESTION = "Does tch-rs (v0.17) run PyTorch models, or isn't it for CUDA 12.8?"
PLAIN = (0.0,) * len(NAMES)
PAIRS = [
    Pair(*texts, PLAIN)
    for texts in [
        ("Burn, GPU support: Does Burn run on the GPU?", "Burn supports GPUs through CUDA, Metal and WebGPU."),
        ("Burn, licence: Which licence has Burn?", "Licence: MIT."),
        (
            "Linfa",
            "A table of what every algorithm needs, how long it takes, and which crate has it. " * 5,
        ),
        ("Candle, WebAssembly: Does Candle run in the browser?", "Candle runs in the browser by way of WebAssembly."),
        ("Candle, WebAssembly: Does Candle run in the browser?", "Two spoons of sugar go into the dough."),
    ]
]

NEAR = 1e-4
"""Tolerance between logits of the same pair, whose sums may be computed in a different order."""


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    """The bundled network."""
    return Network(folder())


STRETCHES = ("Burn supports GPUs through CUDA, Metal and WebGPU.", "Two spoons of sugar go into the dough.", "")


def test_the_sieve_puts_what_answers_before_what_does_not(network: Network) -> None:
    logits = network.sift("Burn, GPU support: Does Burn run on the GPU?", STRETCHES, [PLAIN] * 3)
    assert (logits.shape, logits.dtype) == ((3,), np.float32)
    assert logits[0] > max(logits[1:])


def test_the_sieve_takes_each_stretch_by_itself(network: Network) -> None:
    asked = "Burn, licence: Which licence has Burn?"
    whole = network.sift(asked, STRETCHES, [PLAIN] * 3)
    alone = [network.sift(asked, [text], [PLAIN])[0] for text in STRETCHES]
    np.testing.assert_allclose(whole, alone, atol=1e-4)
    assert network.sift(asked, [], []).shape == (0,)


def test_judging_again_gives_the_same(network: Network) -> None:
    first = network.judge(PAIRS)
    np.testing.assert_array_equal(network.judge(PAIRS), first)


def test_a_judgement_is_two_logits_a_pair(network: Network) -> None:
    judged = network.judge(PAIRS)
    assert (judged.shape, judged.dtype) == ((len(PAIRS), 2), np.float32)
    assert np.isfinite(judged).all()


def test_no_pairs_have_no_judgement(network: Network) -> None:
    assert {network.judge([]).shape, *(voice.shape for voice in network.voices([]).values())} == {(0, 2)}


def test_a_judgement_weighs_matcher_and_joint_layers_as_fitted(network: Network) -> None:
    weights, voices = network.artefact.voices, network.voices(PAIRS)
    weighed = np.array(weights["matcher"]) * voices["matcher"] + np.array(weights["joint"]) * voices["joint"]
    np.testing.assert_allclose(network.judge(PAIRS), weighed, atol=NEAR)


@pytest.mark.parametrize("voice", ["matcher", "joint"])
def test_each_voice_puts_what_answers_before_what_does_not(network: Network, voice: str) -> None:
    answers, other = network.voices(PAIRS[3:5])[voice][:, 0]
    assert answers > other


def test_a_pair_is_judged_the_same_alone_and_among_others(network: Network) -> None:
    alone = np.concatenate([network.judge([pair]) for pair in PAIRS])
    np.testing.assert_allclose(network.judge(PAIRS), alone, atol=NEAR)


def test_judgements_stand_in_the_order_of_their_pairs(network: Network) -> None:
    np.testing.assert_allclose(network.judge(PAIRS[::-1]), network.judge(PAIRS)[::-1], atol=NEAR)


def test_what_stands_behind_the_limit_of_a_stretch_is_not_judged(network: Network) -> None:
    limit = network.artefact.stretch_pieces
    cut, longer = "word " * limit, "word " * limit + "and much more"
    np.testing.assert_array_equal(
        network.judge([Pair("Burn", cut, PLAIN)]), network.judge([Pair("Burn", longer, PLAIN)])
    )


def test_the_words_of_a_reading_cover_the_question(network: Network) -> None:
    words = network.read(QUESTION).words
    spans = [word.span for word in words]
    assert spans == sorted(spans)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    covered = {place for span in spans for place in range(span.start, span.end)}
    assert covered == {place for place, letter in enumerate(QUESTION) if not letter.isspace()}


def test_the_shares_of_labels_and_kinds_add_up_to_one(network: Network) -> None:
    reading = network.read(QUESTION)
    assert (reading.labels, tuple(reading.kinds)) == (network.artefact.labels, network.artefact.kinds)
    assert all(len(word.scores) == len(reading.labels) for word in reading.words)
    assert [sum(word.scores) for word in reading.words] == pytest.approx([1.0] * len(reading.words), abs=1e-4)
    assert sum(reading.kinds.values()) == pytest.approx(1.0, abs=1e-4)


def test_flags_and_denials_are_probabilities_of_their_own(network: Network) -> None:
    reading = network.read(QUESTION)
    assert tuple(reading.flags) == network.artefact.flags
    assert all(0.0 <= p <= 1.0 for p in (*reading.flags.values(), *(word.negated for word in reading.words)))


def test_a_question_is_read_the_same_each_time(network: Network) -> None:
    assert network.read(QUESTION) == network.read(QUESTION)


def test_of_a_very_long_question_the_beginning_is_labelled(network: Network) -> None:
    words = network.read("burn " * 1000).words
    assert len(words) == LONGEST


@pytest.mark.parametrize("question", ["", "   ", "???", "\x1b[31m", "🔥" * 50, "a" * 5000])
def test_any_text_is_read(network: Network, question: str) -> None:
    reading = network.read(question)
    assert all(word.span.end <= len(question) for word in reading.words)
    assert bool(reading.words) is bool(question.strip())


def test_a_folder_without_an_artefact_is_told(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="install mlsurvey again"):
        Network(tmp_path)


@pytest.mark.parametrize("missing", [*GRAPHS, TOKENIZER])
def test_a_missing_file_of_the_artefact_is_told(tmp_path: Path, missing: str) -> None:
    for name in {*GRAPHS, TOKENIZER, NUMBERS} - {missing}:
        shutil.copy(folder() / name, tmp_path / name)
    with pytest.raises(EngineError, match="cannot open the network"):
        Network(tmp_path)


@pytest.mark.parametrize("broken", [*GRAPHS, TOKENIZER])
def test_a_broken_file_of_the_artefact_is_told(tmp_path: Path, broken: str) -> None:
    for name in (*GRAPHS, TOKENIZER, NUMBERS):
        shutil.copy(folder() / name, tmp_path / name)
    (tmp_path / broken).write_bytes(b"not what it should be")
    with pytest.raises(EngineError, match="cannot open the network"):
        Network(tmp_path)
