from __future__ import annotations

import pytest

from mlsurvey.answering.polarity import polarity
from mlsurvey.types import Aspect

GPU = Aspect("gpu", "GPU", strong=("gpu*", "cuda"), negative=("cpu only",))
UPKEEP = Aspect(
    "maintenance", "Maintenance", strong=("maintain*", "actively"), negative=("abandoned", "no longer", "archived")
)


@pytest.mark.parametrize(
    "text",
    [
        "It supports CUDA.",
        "GPU acceleration works out of the box.",
        "It runs on the GPU, but not on Windows.",
        "It is not only for the GPU.",
        "CUDA is supported (OpenCL not yet).",
        "You need no Python; the GPU is used by default.",
    ],
)
def test_affirmed(text: str) -> None:
    assert polarity(text, GPU) == 1


@pytest.mark.parametrize(
    "text",
    [
        "It does not use the GPU.",
        "There is no GPU support yet.",
        "It doesn’t offer any form of GPU acceleration.",
        "CUDA is not supported.",
        "GPU training is currently not available.",
        "It works without a GPU.",
        "It is CPU only.",
        "GPU kernels were removed.",
    ],
)
def test_denied(text: str) -> None:
    assert polarity(text, GPU) == -1


@pytest.mark.parametrize("text", ["It has decision trees.", "", "Not today."])
def test_neither(text: str) -> None:
    assert polarity(text, GPU) == 0


def test_phrases_that_deny_by_themselves() -> None:
    assert polarity("The project was abandoned by its maintainer.", UPKEEP) == -1
    assert polarity("It is actively maintained.", UPKEEP) == 1
    assert polarity("It is no longer actively maintained.", UPKEEP) == -1


def test_what_stands_under_removed_is_denied() -> None:
    assert polarity("CUDA bindings", GPU, ("Changelog", "0.3.0", "Removed")) == -1
    assert polarity("CUDA bindings", GPU, ("Changelog", "0.3.0", "Added")) == 1


def test_the_aspect_denied_by_name_is_denied_whatever_else_is_said() -> None:
    autodiff = Aspect("autodiff", "Automatic differentiation", strong=("backpropagat*", "automatic differentiation"))
    text = "It trains by backpropagation; automatic differentiation is not among its features."
    assert polarity(text, autodiff) == -1
