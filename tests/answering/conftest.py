"""A small field of libraries unknown to any vocabulary, to show that nothing depends on known names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mlsurvey.survey import Survey

PROFILE = (
    "---\nslug: {slug}\nname: {name}\nlanguage: {language}\nkind: {kind}\ncategory: [deep learning]\n---\n"
    "# {name}\n\n{text}\n"
)

PROFILES = {
    "rust/ember.md": (
        "ember",
        "Emberlite",
        "rust",
        "native",
        """
Emberlite is a deep learning framework written entirely in Rust. It does not wrap any C++ library.

## Hardware

Emberlite supports GPU acceleration through CUDA and Vulkan. Training on several GPUs is possible.

## Learning curve

Emberlite is easy to learn for beginners. A model takes a few lines.

## Licence

Emberlite is distributed under the MIT licence.

## Status

Emberlite is actively maintained by a small team.
""",
    ),
    "rust/wick.md": (
        "wick",
        "Wickframe",
        "rust",
        "binding",
        """
Wickframe is a thin wrapper around the C++ library of Torchwood. It binds the whole C++ API.

## Hardware

Wickframe does not support GPUs. All work is done on the CPU.

## Learning curve

Wickframe has a steep learning curve, because the C++ API shows through.
""",
    ),
    "rust/tallow.md": (
        "tallow",
        "Tallowkit",
        "rust",
        "native",
        """
Tallowkit is a deep learning library in pure Rust for embedded devices.

## Limitations

Tallowkit cannot train models. It only runs inference.
""",
    ),
    "dart/glow.md": (
        "glow",
        "Glowbug",
        "dart",
        "native",
        """
Glowbug is a neural network library in pure Dart for mobile apps. It runs on Android and iOS.

| Platform | Supported |
| --- | --- |
| Android | yes |
| WebAssembly | no |
""",
    ),
}

SURVEY = """# A survey of Rust frameworks

## Emberlite and Wickframe

Emberlite is a good choice for teams that want GPU training without C++.
Wickframe is best for porting existing C++ code.

Wickframe's maintainers announced that Wickframe is no longer maintained.

## Tallowkit

Tallowkit has no GPU support.
"""

OLD_NOTE = "---\ndate: 2020-01-01\n---\n# Emberlite in 2020\n\nEmberlite does not support GPU acceleration.\n"


@pytest.fixture(scope="session")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Survey]:
    """A survey over four invented libraries, a text that compares them, and an old note that contradicts one."""
    from mlsurvey.settings import Settings

    root = tmp_path_factory.mktemp("field")
    corpus, index = root / "corpus", root / "index"
    for path, (slug, name, language, kind, text) in PROFILES.items():
        (corpus / path).parent.mkdir(parents=True, exist_ok=True)
        (corpus / path).write_text(
            PROFILE.format(slug=slug, name=name, language=language, kind=kind, text=text.strip())
        )
    (corpus / "survey.md").write_text(SURVEY)
    (corpus / "emberlite").mkdir()
    (corpus / "emberlite" / "old-note.md").write_text(OLD_NOTE)
    with Survey(Settings(corpus=corpus, index=index)) as survey:
        survey.refresh()
        yield survey
