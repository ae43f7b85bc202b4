from __future__ import annotations

import pytest

from mlsurvey.answering.candidates import Candidate
from mlsurvey.answering.conflicts import dispute
from mlsurvey.answering.evidence import Cell, Scored
from mlsurvey.answering.understood import AskedAspect
from mlsurvey.types import Aspect, Kind, Passage, Sentence, Span

GPU = Aspect("gpu", "GPU", strong=("gpu*", "cuda"), negative=("cpu only",), polar=True)


def scored(
    text: str, path: str, value: float = 0.6, subjects: tuple[str, ...] = ("wax",), others: float = 0.0
) -> Scored:
    whole = Span(0, len(text))
    passage = Passage(path, 0, whole, 1, 1, (), subjects, (Sentence(whole, text),))
    return Scored(Candidate(0, passage, passage.sentences, 1.0), value, {"others": others})


def disputed(*statements: Scored, aspect: Aspect = GPU, kind: Kind = Kind.LOOKUP, **importance: float) -> bool:
    return dispute(statements, Cell("wax", AskedAspect(aspect, ("gpu",)), "q", importance), kind) is not None


def test_one_document_affirms_what_another_denies() -> None:
    assert disputed(scored("Wax supports the GPU.", "new.md"), scored("Wax does not use the GPU.", "old.md"))


def test_a_phrase_may_deny_by_itself() -> None:
    assert disputed(scored("Wax supports the GPU.", "new.md"), scored("Wax is CPU only.", "old.md"))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (scored("Wax supports the GPU.", "a.md"), scored("Wax does not use the GPU.", "a.md")),
        (scored("Wax supports the GPU.", "a.md"), scored("Ember uses no GPU.", "b.md", subjects=("ember",))),
        (scored("Wax supports the GPU.", "a.md"), scored("Wax uses no GPU.", "b.md", value=0.01)),
        (scored("Wax supports the GPU.", "a.md"), scored("The GPU is not supported on Windows.", "b.md")),
        (scored("Wax supports CUDA.", "a.md"), scored("Wax has no GPU code of its own.", "b.md")),
        (scored("Wax supports the GPU.", "a.md"), scored("Wax trains on the GPU.", "b.md")),
        (scored("Wax supports the GPU.", "a.md"), scored("It follows Ember, which uses no GPU.", "b.md", others=1.0)),
        (scored("Wax supports the GPU.", "a.md"), scored("Without GPU support, large models are slow.", "b.md")),
    ],
    ids=[
        "same document",
        "another library",
        "hardly evidence",
        "a part only",
        "another word",
        "agreement",
        "of another",
        "a condition",
    ],
)
def test_no_alarm(first: Scored, second: Scored) -> None:
    assert not disputed(first, second)


def test_versions_differ_only_where_the_question_asks_for_one() -> None:
    statements = (scored("Wax needs CUDA 12.1.", "readme.md"), scored("Wax needs CUDA 12.8.", "notes.md"))
    assert disputed(*statements, version=1.0, cuda=1.0)
    assert not disputed(*statements, cuda=1.0)


def test_a_shorter_form_of_a_version_is_the_same_version() -> None:
    statements = (scored("Wax needs CUDA 12.8.", "a.md"), scored("Wax needs CUDA 12.8.1.", "b.md"))
    assert not disputed(*statements, version=1.0, cuda=1.0)
