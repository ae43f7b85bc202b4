"""Adds what a language model writes to the parts of an answer, if one is set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from mlsurvey.settings import WRITER_KEY, Settings, uses_of
from mlsurvey.types import Answer
from mlsurvey.written import Summary

if TYPE_CHECKING:
    from mlsurvey.answering.answer import Answerer
    from mlsurvey.answering.parts import Part
    from mlsurvey.calling import Cancelled
    from mlsurvey.writing.setup import Setup


def written(
    parts: Iterator[Part], answerer: Answerer, settings: Settings, cancelled: Cancelled | None
) -> Iterator[Part]:
    """The parts, with those of the language model if the settings name one.

    Raises:
        SettingsError: the key of the model cannot be read.
    """
    if settings.writer == "none":  # then nothing below is loaded
        return parts
    return _with_summary(parts, answerer, settings, cancelled)


def setup_of(settings: Settings) -> Setup:
    """The server, model and limits of the settings, with the key.

    Raises:
        SettingsError: the key cannot be read.
    """
    from mlsurvey.writing.setup import Setup, read_key

    return Setup(
        url=settings.writer_url,
        model=settings.writer_model,
        key=read_key(WRITER_KEY, settings.writer_key_file),
        seconds=float(settings.writer_seconds),
        tokens=int(settings.writer_tokens),
    )


def _with_summary(
    parts: Iterator[Part], answerer: Answerer, settings: Settings, cancelled: Cancelled | None
) -> Iterator[Part]:
    """The parts as they come; before the whole answer, the sentences of its summary as they are checked."""
    from mlsurvey.writing.summary import Summariser

    setup = setup_of(settings)
    for part in parts:
        if not isinstance(part, Answer):
            yield part
            continue
        answer = replace(part, writer=setup.name)
        if "summary" in uses_of(settings.writer_uses):
            bench = answerer.bench
            names = {aspect.slug: aspect.name for aspect in answerer.vocabulary.aspects}
            for written in Summariser(setup, bench.planner, bench.scorer, names)(answer, cancelled):
                if isinstance(written, Summary):
                    answer = replace(answer, summary=written)
                else:
                    yield written
        yield answer
