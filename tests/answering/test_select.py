from __future__ import annotations

from mlsurvey.answering.score import Scored
from mlsurvey.answering.select import choose, good

from .samples import NOBODY, found, passage, scored

SAME = "Waxworks trains models on the GPU"
CUDA, LOGO = "Waxworks needs CUDA twelve.", "Waxworks has a round logo."


def texts(chosen: list[Scored]) -> list[str]:
    return [s.candidate.text for s in chosen]


def test_the_best_are_chosen_best_first() -> None:
    pool = [scored(LOGO, "a.md", 0.2), scored(f"{SAME}.", "b.md", 0.9), scored(CUDA, "c.md", 0.5)]
    assert texts(choose(pool, 2)) == [f"{SAME}.", CUDA]
    assert choose(pool, 0) == choose([], 3) == []


def test_what_says_yes_and_what_says_no_in_the_same_words_are_no_duplicates() -> None:
    yes = scored("Waxworks supports GPUs with CUDA.", "a.md", 0.8)
    no = scored("Waxworks does not support GPUs with CUDA.", "b.md", 0.9, denies=0.9)
    assert [s.is_denial for s in choose([yes, no], 3)] == [True, False]


def test_near_duplicates_are_chosen_once() -> None:
    pool = [scored(f"{SAME}.", "a.md", 0.9), scored(f"{SAME} too.", "b.md", 0.8), scored(CUDA, "c.md", 0.5)]
    assert texts(choose(pool, 3)) == [f"{SAME}.", CUDA]


def test_one_place_is_quoted_once_however_it_is_cut() -> None:
    whole, part = scored(f"{SAME}. It also has a visual editor for graphs.", score=0.6), scored(f"{SAME}.", score=0.5)
    assert choose([whole, part], 2) == [whole]


def test_another_document_is_heard_before_the_same_one_again() -> None:
    sentences = found(passage(f"{SAME}.", CUDA, path="a.md"))
    first, again = (Scored(c, score, 0.0, {}, NOBODY) for c, score in zip(sentences, (0.9, 0.5), strict=True))
    other = scored(LOGO, "b.md", 0.48)
    assert texts(choose([first, again, other], 3)) == [f"{SAME}.", LOGO, CUDA]


def test_equal_scores_stand_in_the_order_of_their_documents() -> None:
    pool = [scored(CUDA, "b.md"), scored(LOGO, "a.md")]
    assert texts(choose(pool, 2)) == texts(choose(pool[::-1], 2)) == [LOGO, CUDA]


def test_what_was_told_is_not_told_again() -> None:
    told = scored(f"{SAME}.", "a.md", 0.9)
    pool = [scored(f"{SAME} too.", "b.md", 0.9), scored(CUDA, "c.md", 0.5)]
    assert texts(choose(pool, 2, taken=[told])) == [CUDA]


def test_only_what_is_likely_enough_is_good() -> None:
    pool = [scored(f"{SAME}.", "a.md", 0.9), scored(CUDA, "b.md", 0.3), scored(LOGO, "c.md", 0.29)]
    assert texts(good(pool, 0.3, 3)) == [f"{SAME}.", CUDA]
    assert good(pool, 0.95, 3) == []


def test_what_was_told_of_another_matter_is_told_again_only_if_nothing_else_is() -> None:
    told = scored(f"{SAME}.", "a.md", 0.9)
    pool = [told, scored(CUDA, "b.md", 0.3)]
    assert texts(good(pool, 0.2, 2, [told])) == [CUDA]
    assert good(pool, 0.5, 2, [told]) == [told]
