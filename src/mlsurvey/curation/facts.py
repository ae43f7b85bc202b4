"""The facts that the front matter of every profile records, one line each; see :mod:`mlsurvey.vocabulary.records`.

A line is quoted as evidence as it stands. ``unknown`` means that no source read for the profile settles the fact.
"""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict

from mlsurvey.vocabulary.records import UNKNOWN, items, sources, value

TRUTHS: Final = ("yes", "no", "partly")
ACCELERATORS: Final = (
    "CUDA (NVIDIA)",
    "TensorRT (NVIDIA)",
    "ROCm (AMD)",
    "MIGraphX (AMD)",
    "Metal (Apple)",
    "Core ML (Apple)",
    "oneAPI (Intel)",
    "OpenVINO (Intel)",
    "TPU (Google)",
    "NNAPI (Android)",
    "Vulkan",
    "OpenCL",
    "OpenGL",
    "WebGPU",
    "WebGL",
    "WebNN",
    "DirectML",
    "Direct3D",
    "QNN (Qualcomm)",
    "CANN (Huawei)",
    "Arm Compute Library",
    "Google Tensor",
    "MediaTek NPU",
    "Rockchip NPU",
)
PLATFORMS: Final = (
    "Linux",
    "macOS",
    "Windows",
    "BSD",
    "Android",
    "iOS",
    "browser",
    "Node.js",
    "Deno",
    "Bun",
    "React Native",
    "Flutter",
    "Xamarin",
    "UWP",
    "WebAssembly",
    "WASI",
    "embedded",
    "Raspberry Pi",
    "Unity",
)
TASKS: Final = (
    "deep learning",
    "neural networks",
    "classification",
    "regression",
    "clustering",
    "dimensionality reduction",
    "linear models",
    "decision trees",
    "random forests",
    "gradient boosting",
    "support vector machines",
    "nearest neighbours",
    "naive Bayes",
    "Gaussian processes",
    "probabilistic models",
    "fuzzy logic",
    "genetic algorithms",
    "reinforcement learning",
    "recommendation",
    "ranking",
    "anomaly detection",
    "time series",
    "association rules",
    "causal inference",
    "computer vision",
    "image generation",
    "natural language processing",
    "large language models",
    "speech and audio",
    "signal processing",
    "statistics",
    "optimisation",
    "preprocessing",
    "model selection",
    "AutoML",
    "data frames",
    "arrays",
    "linear algebra",
    "graph algorithms",
    "automatic differentiation",
    "GPU computing",
    "model inference",
    "model serving",
    "model exchange",
    "language bindings",
)
MAINTAINERS: Final = ("company", "foundation", "university", "community", "person", "nobody")


def _sourced(line: str) -> str:
    if line != UNKNOWN and not sources(line):
        raise ValueError(f"write 'unknown', or a value and its sources, such as 'yes [readme]', not {line!r}")
    return line


def _one_of(known: tuple[str, ...]) -> AfterValidator:
    def check(line: str) -> str:
        if _sourced(line) != UNKNOWN and value(line) not in known:
            raise ValueError(f"{value(line)!r} is not one of: {', '.join(known)}, unknown")
        return line

    return AfterValidator(check)


def _some_of(known: tuple[str, ...]) -> AfterValidator:
    def check(line: str) -> str:
        strange = [item for item in items(_sourced(line)) if item not in known]
        if strange:
            raise ValueError(f"{', '.join(strange)} is not one of: {', '.join(known)}, none, unknown")
        return line

    return AfterValidator(check)


def _begins_with(known: tuple[str, ...]) -> AfterValidator:
    def check(line: str) -> str:
        if _sourced(line) != UNKNOWN and value(line).split(" (")[0] not in known:
            raise ValueError(f"{value(line)!r} does not begin with one of: {', '.join(known)}")
        return line

    return AfterValidator(check)


Truth = Annotated[str, _one_of(TRUTHS)]
Listed = Annotated[str, AfterValidator(_sourced)]
"""Items in any words, separated by commas."""


class Facts(BaseModel):
    """What lists, counts and tables need to know of a library."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    wraps: Listed
    """Engines, libraries or programs that do the computing in its place, or optionally; ``none`` if it needs none."""
    minimum: Listed
    """Minimum versions: of the language, of a runtime, of a toolkit."""
    platforms: Annotated[str, _some_of(PLATFORMS)]
    gpu: Truth
    """Whether it computes on a graphics processor."""
    accelerators: Annotated[str, _some_of(ACCELERATORS)]
    tasks: Annotated[str, _some_of(TASKS)]
    """What it is for, and the families of algorithms it has."""
    training: Truth
    """Whether models can be trained with it."""
    inference: Truth
    """Whether models trained elsewhere can be run with it."""
    pretrained: Truth
    """Whether trained models come with it or from its project."""
    autodiff: Truth
    """Whether it differentiates automatically."""
    reads: Listed
    """Formats of models and data that it reads."""
    writes: Listed
    """Formats of models and data that it writes."""
    browser: Truth
    """Whether it runs in a browser."""
    mobile: Truth
    """Whether it runs on Android or iOS."""
    embedded: Truth
    """Whether it runs on microcontrollers or bare metal."""
    no_std: Truth
    """Whether it builds without Rust's standard library; ``unknown`` for other languages."""
    python: Truth
    """Whether it needs Python at run time."""
    maintainer: Annotated[str, _begins_with(MAINTAINERS)]
    """Kind of maintainer, with its name in brackets where known: ``company (Tracel)``."""
