from __future__ import annotations

import pytest

from mlsurvey.answering.polarity import denies


@pytest.mark.parametrize(
    "text",
    [
        "It supports CUDA.",
        "GPU acceleration works out of the box.",
        "It is actively maintained.",
        "A notable notebook knows another note.",
        "It has decision trees.",
        "",
    ],
)
def test_no_word_says_no(text: str) -> None:
    assert not denies(text)


@pytest.mark.parametrize(
    "text",
    [
        "It does not use the GPU.",
        "There is no GPU support yet.",
        "It doesn’t offer any form of GPU acceleration.",
        "It can't train.",
        "GPU training is currently not available.",
        "It works without a GPU.",
        "It is CPU only.",
        "GPU kernels were removed.",
        "Version 2 dropped CUDA.",
        "It LACKS a GPU back-end.",
        "The project was abandoned by its maintainer.",
        "It runs on the CPU instead of the GPU.",
        "It runs on the GPU, but not on Windows.",
    ],
)
def test_a_word_says_no_whatever_it_is_said_of(text: str) -> None:
    assert denies(text)
