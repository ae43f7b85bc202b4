from __future__ import annotations

from dataclasses import replace

import pytest

from mlsurvey.answering.candidates import Candidate
from mlsurvey.answering.conflicts import dispute
from mlsurvey.answering.score import Scored
from mlsurvey.answering.understood import Understood
from mlsurvey.types import Kind, SentenceKind

from .samples import ARTEFACT, cell, passage, scored

YES = scored("Waxworks supports the GPU.", "new.md", denies=0.02)
NO = "Waxworks does not use the GPU."


def no(text: str = NO, path: str = "old.md", score: float = 0.6, denies: float = 0.98, **more: object) -> Scored:
    return scored(text, path, score, denies, **more)  # type: ignore[arg-type]


def run_of_bullets() -> Scored:
    two = passage("no GPU support", "no CPU support", path="old.md", kind=SentenceKind.BULLET)
    return replace(no(), candidate=Candidate(0, two, two.sentences, 1.0))


def kinds(*statements: Scored, kind: Kind = Kind.LOOKUP, **importance: float) -> str | None:
    """The kind of the dispute found."""
    asked = Understood("", kind, ("wax",))
    found = dispute(statements, cell("wax", "gpu", importance=importance), asked, ARTEFACT.thresholds)
    return found and found.kind


@pytest.mark.parametrize("kind", [Kind.LOOKUP, Kind.COMPARE])
def test_one_document_affirms_what_another_denies(kind: Kind) -> None:
    assert kinds(YES, no(), kind=kind) == kinds(no(), YES, kind=kind) == "negation"


def test_the_likeliest_statement_of_each_side_is_shown() -> None:
    weaker = scored("Waxworks has a GPU mode.", "notes.md", 0.5, 0.02)
    found = dispute([YES, weaker, no()], cell("wax", "gpu"), Understood("", Kind.LOOKUP, ("wax",)), ARTEFACT.thresholds)
    assert found is not None
    assert (found.entity, found.aspect) == ("wax", "gpu")
    assert [s.candidate.text for s in found.sides] == [YES.candidate.text, NO]


@pytest.mark.parametrize(
    "second",
    [
        no(path="new.md"),
        no("Emberlite uses no GPU.", subjects=("ember",)),
        no(subjects=("wax", "ember"), text="It uses no GPU."),
        no(score=0.2),
        no(denies=0.7),
        no("Waxworks offers the CPU alone."),
        no("The GPU is not supported on Windows."),
        no("Not all GPUs are used by Waxworks."),
        no("Waxworks does not support all GPUs."),
        no("GPU: partly (CUDA, not Metal)."),
        no("Its GPU support is limited and not tested."),
        no("Mostly: no operator of the GPU is missing but one."),
        no("Without GPU support, large models are slow."),
        no("It follows Emberlite, which uses no GPU."),
        scored("Waxworks trains on the GPU.", "old.md", denies=0.02),
        run_of_bullets(),
    ],
    ids=[
        "same document",
        "another library",
        "several subjects",
        "hardly evidence",
        "not sure",
        "no word denies",
        "a part only",
        "not all",
        "not all, a word between",
        "partly",
        "limited",
        "mostly",
        "a condition",
        "of another",
        "agreement",
        "a run of bullets",
    ],
)
def test_no_alarm(second: Scored) -> None:
    assert kinds(YES, second) is None


def test_what_affirms_has_no_word_of_denial() -> None:
    assert kinds(scored("Waxworks uses the GPU, not the CPU.", "new.md", denies=0.02), no()) is None


def test_only_statements_about_a_library_are_held_against_each_other() -> None:
    asked = Understood("", Kind.LOOKUP, ())
    assert dispute([YES, no()], cell(None, "gpu"), asked, ARTEFACT.thresholds) is None
    assert dispute([YES, no()], replace(cell(), asked=None), asked, ARTEFACT.thresholds) is None


def test_versions_differ_only_where_the_question_asks_for_one() -> None:
    statements = (scored("Waxworks needs CUDA 12.1.", "readme.md"), scored("Waxworks needs CUDA 12.8.", "notes.md"))
    assert kinds(*statements, version=1.0, cuda=1.0) == "version"
    assert kinds(*statements, cuda=1.0) is None
    assert kinds(*statements, kind=Kind.COMPARE, version=1.0, cuda=1.0) is None


def test_a_shorter_form_of_a_version_is_the_same_version() -> None:
    statements = (scored("Waxworks needs CUDA 12.8.", "a.md"), scored("Waxworks needs CUDA 12.8.1.", "b.md"))
    assert kinds(*statements, version=1.0, cuda=1.0) is None


def test_versions_of_different_things_do_not_differ() -> None:
    statements = (scored("Waxworks needs CUDA 12.1.", "a.md"), scored("Waxworks needs Rust 1.80.", "b.md"))
    assert kinds(*statements, version=1.0, cuda=1.0, rust=1.0) is None
