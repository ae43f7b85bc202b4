"""Build or refresh an index: resolve the model, export it for questions, run :mod:`mlsurvey.index.refresh`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock

from mlsurvey.address import Address
from mlsurvey.calling import Progress, Spread
from mlsurvey.embedding import exported, models
from mlsurvey.errors import EngineError, IndexingError, StorageError, UnreachableError, needing
from mlsurvey.index.engine import SPECIAL_TOKENS, Embedder, ModelInfo, silent
from mlsurvey.reading.scan import check_root
from mlsurvey.settings import Settings
from mlsurvey.state import RefreshReport
from mlsurvey.survey.homes import newest_generation, refreshing
from mlsurvey.vocabulary.load import Vocabulary

if TYPE_CHECKING:
    from mlsurvey.embedding.exported import ExportConfig
    from mlsurvey.embedding.models import Precision

WORTH_A_GPU = 256
"""Least number of passages for which loading PyTorch and initialising a GPU, which takes seconds, pays off."""
WORTH_A_TRIAL = 1000
"""Least number of passages for which a one-second trial of the engines pays off."""
EXPORT_WAIT = 600.0
"""Seconds to wait for another process exporting the same model; an export takes half a minute on a slow machine."""


def build(
    settings: Settings,
    vocabulary: Vocabulary,
    *,
    dry_run: bool,
    rebuild: bool,
    thorough: bool = False,
    progress: Progress | None,
    spread: Spread | None = None,
) -> RefreshReport:
    """Run one refresh with the given settings. Raises like :func:`mlsurvey.index.refresh.refresh`.

    A model that is not bundled is exported first, so that a published index can be queried at once.
    """
    check_root(settings.corpus)
    progress = progress or silent
    identity = _identity(settings.model, write=not dry_run)
    folder = exported.export_folder(identity)
    if not dry_run:
        _export_if_missing(settings.model, folder, progress)
    config = _config(folder)
    precision = _precision(settings, identity, folder, rebuild=rebuild)
    info = _model_info(settings.model, models.embedder_id(identity, precision), folder, config)

    def spread_embedder(to: Spread) -> Embedder:
        from mlsurvey.index.spread import SpreadEmbedder

        make = partial(_embedder_there, settings.values(), folder, precision)
        gpus = 1.0 if settings.device == "cuda" else 0.0
        return SpreadEmbedder(make, info.id, info.dimension, on=to.on, workers=to.workers, gpus=gpus)

    report = refreshing(settings)(
        settings.corpus,
        vocabulary=vocabulary,
        embedder=lambda count: (
            _embedder(settings, folder, precision, count) if spread is None else spread_embedder(spread)
        ),
        model=info,
        dry_run=dry_run,
        rebuild=rebuild,
        exclude=settings.exclude,
        thorough=thorough,
        progress=progress,
        seconds=int(settings.document_seconds),
    )
    notes = [*_notes(settings, config, report.embedded), *(_rate(report) if spread else ())]
    return replace(report, notes=(*report.notes, *notes))


def _rate(report: RefreshReport) -> list[str]:
    if not report.embedded or not report.seconds_embedding:
        return []
    rate = report.embedded / report.seconds_embedding
    return [f"{report.embedded:,} passages were embedded by {report.device}: {rate:,.0f} a second, its start included"]


def _embedder_there(values: Mapping[str, str | None], folder: Path, precision: Precision) -> Embedder:
    """The embedder of a worker, from the settings of the process that refreshes."""
    from mlsurvey.settings import Settings

    known = {name: value for name, value in values.items() if value is not None}
    return _embedder(Settings(**known), folder, precision, WORTH_A_GPU)  # type: ignore[arg-type]  # checked by it


def _identity(name: str, *, write: bool) -> str:
    if models.is_default(name):
        return exported.carried()
    return models.remembered_id(name, exported.cache_folder() / "digests.json", write=write)


def _embedder(settings: Settings, folder: Path, precision: Precision, count: int) -> Embedder:
    """The embedder for ``count`` passages: PyTorch on a GPU, else the exported model on the CPU.

    A few passages take less time on the CPU than initialising a GPU.
    """
    config = exported.read_config(folder)
    is_exact = config.failure is None and config.passage_cosine >= models.MIN_PASSAGE_COSINE
    on_gpu = settings.device in ("cuda", "mps") or (
        settings.device == "auto" and count >= WORTH_A_GPU and models.may_have_gpu() and models.has_torch()
    )
    if is_exact and not on_gpu and settings.engine != "torch":
        from mlsurvey.embedding.processor import ProcessorEmbedder, engines_for

        engines = engines_for(settings.engine, precision)
        if engines:
            return ProcessorEmbedder(folder, precision, engines[: None if count >= WORTH_A_TRIAL else 1])
    extra = "gpu" if on_gpu else "models"
    with needing(extra, f"embedding with device = {settings.device}, precision = {precision}, {settings.model}"):
        from mlsurvey.embedding.passages import PassageEmbedder

    return PassageEmbedder(settings.model, settings.device, precision)


def _config(folder: Path) -> ExportConfig | None:
    """Metadata of the export; None if there is none, as in a dry run before the first export."""
    try:
        return exported.read_config(folder)
    except EngineError:
        return None


def _notes(settings: Settings, config: ExportConfig | None, embedded: int) -> list[str]:
    """Notes for the user about the model and the machine."""
    notes = []
    if config is not None and config.failure is not None:
        reason = config.failure
        notes.append(
            f"the model could not be exported ({reason}): PyTorch also embeds questions, and starts more slowly"
        )
    if settings.device == "auto" and embedded >= WORTH_A_GPU and models.may_have_gpu() and not models.has_torch():
        notes.append("there may be a GPU, but PyTorch is not installed; to use it, type: pip install 'mlsurvey[gpu]'")
    return notes


def _model_info(name: str, embedder: str, folder: Path, config: ExportConfig | None) -> ModelInfo:
    tokenizer = folder / exported.TOKENIZER
    return ModelInfo(
        id=embedder,
        dimension=config.dimension if config else models.dimension(name),
        max_tokens=(config.room if config else models.max_tokens(name)) + SPECIAL_TOKENS,
        counter=models.token_counter(tokenizer if tokenizer.is_file() else models.tokenizer_file(name)),
    )


def _precision(settings: Settings, identity: str, folder: Path, *, rebuild: bool) -> Precision:
    existing = None if rebuild else _existing_embedder(settings.index)  # what made the old one may be gone
    measured = None
    if existing is None or models.model_of(existing) != identity:  # else the index keeps its precision
        able = models.has_openvino() or models.has_torch()  # ONNX Runtime has no bf16 matmul on CPU
        measured = exported.read_config(folder).bf16_cosine if able and _is_exported(folder) else None
    return models.choose_precision(settings.precision, model=identity, existing=existing, bf16_cosine=measured)


def _existing_embedder(index: Path | Address) -> str | None:
    """The embedder of the existing index; None if it is damaged (refresh reports the damage)."""
    try:
        return newest_generation(index).model
    except UnreachableError:
        raise
    except IndexingError:
        return None


def _export_if_missing(name: str, folder: Path, progress: Progress) -> None:
    if _is_exported(folder):
        return
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.parent / ".lock", timeout=EXPORT_WAIT):
            if not _is_exported(folder):  # another process may have exported it in the meantime
                progress("model", 0, 1)
                with needing("models", f"the model {name}"):
                    from mlsurvey.embedding.export import export

                export(name, folder)
                progress("model", 1, 1)
    except OSError as error:
        raise StorageError(f"cannot write the question model to {folder}: {error.strerror}") from error


def _is_exported(folder: Path) -> bool:
    """Whether there is an export that this version can read; an older export is rebuilt.

    A failed export is retried when the library versions change.
    """
    config = _config(folder)
    if config is None:
        return False
    if config.failure is not None:
        return config.made_with == exported.libraries()
    return (folder / exported.GRAPH).is_file()
