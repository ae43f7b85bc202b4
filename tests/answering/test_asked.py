from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from mlsurvey.answering.asked import Recogniser, in_own_words
from mlsurvey.types import Aspect

ASPECTS = (
    Aspect("gpu", "GPU support", question=("gpu*",), narrow=("vulkan",), description="It runs on graphics cards."),
    Aspect("ease", "Ease of use", question=("learning curve",), description="It is easy to learn."),
    Aspect("algorithms", "Algorithms", question=("algorithm*",), general=True),
)
MEANINGS = {"graphics": (1.0, 0.0, 0.0), "easy": (0.0, 1.0, 0.0), "newcomers": (0.0, 0.6, -0.8)}


class Embedder:
    """Unit rows by the first known word of a text; records its inputs."""

    def __init__(self) -> None:
        self.asked: list[Sequence[str]] = []

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.append(texts)
        rows = [next((v for w, v in MEANINGS.items() if w in text), (0.0, 0.0, 1.0)) for text in texts]
        return np.array(rows, dtype=np.float32)


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("training on GPUs", "gpu"),
        ("runs on Vulkan", "gpu"),
        ("the learning curve", "ease"),
        ("a gpu with a learning curve", "ease"),
        ("algorithms on the gpu", "gpu"),
        ("which algorithms", "algorithms"),
    ],
    ids=["wording", "a part", "several words", "the longest", "a general one last", "a general one alone"],
)
def test_words_of_the_lexicon_are_recognised_without_their_meaning(words: str, slug: str) -> None:
    embed = Embedder()
    asked = Recogniser(ASPECTS, embed)(words)
    assert (asked.aspect.slug, asked.wording, asked.known) == (slug, (words,), True)
    assert embed.asked == []


@pytest.mark.parametrize(("words", "slug"), [("a graphics board", "gpu"), ("fit for newcomers", "ease")])
def test_other_words_are_recognised_by_what_they_mean(words: str, slug: str) -> None:
    assert Recogniser(ASPECTS, Embedder())(words).aspect.slug == slug


def test_a_longer_wording_hides_a_shorter_one_inside_it() -> None:
    general = Aspect("clustering", "Clustering algorithms", question=("gpu clustering algorithms",), general=True)
    recognise = Recogniser((*ASPECTS, general), Embedder())
    assert recognise("gpu clustering algorithms").aspect.slug == "clustering"
    assert recognise("gpu clustering algorithms on vulkan").aspect.slug == "gpu"


def test_an_aspect_without_a_description_is_known_by_its_words_alone() -> None:
    silent = Aspect("boiling", "boiling eggs", question=("boil*",))
    recognise = Recogniser((*ASPECTS, silent), Embedder())
    assert recognise("boiling eggs").aspect.slug == "boiling"
    assert recognise("cooked eggs").known is False


def test_words_that_are_near_nothing_stand_for_themselves() -> None:
    asked = Recogniser(ASPECTS, Embedder())("boiling eggs")
    assert (asked.known, asked.aspect.slug, asked.words) == (False, "boiling-eggs", "boiling eggs")


def test_words_that_say_nothing_are_not_embedded() -> None:
    embed = Embedder()
    assert Recogniser(ASPECTS, embed)("what is it").known is False
    assert embed.asked == []


def test_aspects_are_described_once() -> None:
    embed = Embedder()
    recognise = Recogniser(ASPECTS, embed)
    recognise("a graphics board")
    recognise("fit for newcomers")
    assert embed.asked.count(["GPU support. It runs on graphics cards.", "Ease of use. It is easy to learn."]) == 1


def test_an_empty_lexicon_knows_nothing() -> None:
    assert Recogniser((), Embedder())("graphics board").known is False


def test_a_matter_in_own_words_is_called_by_its_first_content_words() -> None:
    asked = in_own_words("the default rate of a very slow but steady model")
    assert (asked.aspect.slug, asked.aspect.name) == ("default-rate-slow-steady", "default rate slow steady")
    assert asked.words == "the default rate of a very slow but steady model"
    assert in_own_words("what is it").aspect.slug == "what-is-it"


def test_a_name_is_no_wording_of_an_aspect() -> None:
    tensors = Aspect("tensors", "Tensors", question=("tensor*",))
    wraps = Aspect("wrapper", "Wrapper", question=("wrap",))
    recognise = Recogniser((tensors, wraps), Embedder())
    assert recognise("wrap TensorFlow").aspect.slug == "tensors"
    assert recognise("wrap TensorFlow", "wrap").aspect.slug == "wrapper"


@pytest.mark.parametrize(
    ("words", "slug"),
    [
        ("still maintaned", "upkeep"),
        ("is it mantained", "upkeep"),
        ("the preformance", "speed"),
        ("how is its licnese", "rights"),
        ("a licence", "rights"),
    ],
)
def test_a_word_that_no_document_holds_may_be_a_typo(words: str, slug: str) -> None:
    aspects = (
        Aspect("upkeep", "Upkeep", question=("maintain*", "dead")),
        Aspect("speed", "Speed", question=("performance",)),
        Aspect("rights", "Rights", question=("licence", "license")),
    )
    assert Recogniser(aspects, Embedder(), lambda word: 0)(words).aspect.slug == slug


@pytest.mark.parametrize(("words", "frequency"), [("preformance", 3), ("deaf", 0), ("a formance", 0)])
def test_other_words_are_no_typos(words: str, frequency: int) -> None:
    aspects = (Aspect("speed", "Speed", question=("performance",)), Aspect("upkeep", "Upkeep", question=("dead",)))
    assert not Recogniser(aspects, Embedder(), lambda word: frequency)(words).known
