"""Sample texts for comparing two ways of embedding: all lengths to beyond the limit, prose, code, symbols, empty."""

from __future__ import annotations

from typing import Final

_SENTENCES: Final = (
    "The tensor library runs on CUDA, Metal and WebGPU through one generic backend trait.",
    "How do the two differ in GPU support?",
    "Training on several devices needs the distributed feature, which is experimental.",
    "Models are exported to ONNX (opset 17) and loaded with `load_record(path)?`.",
    "Licensed under MIT or Apache-2.0, at your option.",
    "| Backend | f32 | bf16 |\n| --- | --- | --- |\n| ndarray | yes | no |",
    "No automatic differentiation is provided; gradients are written by hand.",
    "It supports k-means, DBSCAN, support vector machines, and Gaussian mixtures.",
    "let model: Linear<B> = LinearConfig::new(784, 10).init(&device);",
    "Inference took 12.4 ms on a laptop (i7-1165G7) against 3.1 ms on an RTX 3080.",
    "Die Bibliothek läuft im Browser – ohne Server, ganz lokal.",
    "该库支持图形处理器加速。",
    "Предобученные модели загружаются с сервера.",
    "Supported since v0.13.0; see the migration guide for breaking changes!",
    "WebAssembly builds are about 4 MB after compression.",
    "const net = new brain.NeuralNetwork({ hiddenLayers: [3] });",
    "Bindings to libtorch expose nearly the whole C++ API.",
    "The maintainers recommend it for embedded targets without an allocator (no_std).",
    "\u00bd of users 🙂 asked about naïve Bayes; 10\u2076 rows fit into memory.",
    "pip install --upgrade 'package[extra]>=2.0,<3' # on Windows, too",
    "Recurrent cells (LSTM, GRU) and transformers are part of the standard layers.",
    "http://example.org/a/b/c?x=1&y=%20#fragment",
    "Its data loader shuffles, batches and prefetches on background threads.",
)
_STRIDE: Final = 7
"""Coprime to the number of sentences, so that their order differs between texts."""
_LENGTHS: Final = (0, 1, 2, 1, 3, 1, 5, 2, 1, 8, 3, 1, 2, 4, 1, 18)
"""Sentences per text, in turn. Eighteen are about 350 word pieces, beyond the limit of most small models."""


def sample_texts(count: int) -> list[str]:
    """Return ``count`` texts, the same ones each time; the first is empty."""
    return [_sample(text) for text in range(count)]


def _sample(text: int) -> str:
    return " ".join(_sentence(text, place) for place in range(_LENGTHS[text % len(_LENGTHS)]))


def _sentence(text: int, place: int) -> str:
    sentence = _SENTENCES[(text * 3 + place * _STRIDE) % len(_SENTENCES)]
    return sentence.upper() if (text + place) % 11 == 0 else sentence
