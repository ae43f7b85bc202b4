from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from mlsurvey.answering.candidates import naming
from mlsurvey.answering.features import NAMES, features
from mlsurvey.answering.score import BUDGET, JUDGED, Named, Scorer, judged_each, sigmoid, stretch
from mlsurvey.learned.pieces import Pair
from mlsurvey.types import SentenceKind

from .samples import ARTEFACT, GAZETTEER, NOBODY, SIEVE, cell, found, passage

GOOD, PLAIN, BAD = (
    "Waxworks trains on GPUs with CUDA.",
    "Waxworks trains on the GPU.",
    "Waxworks has a logo of its own.",
)


class Canned:
    """A judge with given logits for stretches that contain certain words, zero for others; records its inputs."""

    def __init__(self, **logits: tuple[float, float]) -> None:
        self.logits = logits
        self.asked: list[list[Pair]] = []

    def judge(self, pairs: Sequence[Pair]) -> NDArray[np.float32]:
        self.asked.append(list(pairs))
        rows = [next((v for w, v in self.logits.items() if w in pair.stretch), (0.0, 0.0)) for pair in pairs]
        return np.array(rows, dtype=np.float32).reshape(-1, 2)


def named(*texts: str) -> list[Named]:
    """Candidates of one passage, with the names in them."""
    return [(c, naming(c.text, GAZETTEER)) for c in found(passage(*texts))]


def test_the_sieve_alone_orders_and_calibrates_where_nobody_judges() -> None:
    ((first, second, last),) = Scorer(ARTEFACT, SIEVE)([(cell(), named(BAD, PLAIN, GOOD))])
    assert [s.candidate.text for s in (first, second, last)] == [GOOD, PLAIN, BAD]
    assert first.score == pytest.approx(sigmoid(-2.0 + 2.0 * 1.0))
    assert last.score == pytest.approx(sigmoid(-2.0))
    assert (first.logit, first.denies, first.is_denial) == (None, 0.0, False)


def test_what_made_up_a_score_is_kept() -> None:
    (candidate,) = found(passage(GOOD))
    ((only,),) = Scorer(ARTEFACT, SIEVE)([(cell(), [(candidate, NOBODY)])])
    assert only.features == features(candidate, cell(), NOBODY)
    assert (only.candidate, only.named) == (candidate, NOBODY)


def test_the_judge_and_the_sieve_are_weighed_together() -> None:
    ((first, second),) = Scorer(ARTEFACT, SIEVE, Canned(logo=(3.0, 1.5)))([(cell(), named(PLAIN, BAD))])
    assert [s.candidate.text for s in (first, second)] == [BAD, PLAIN]
    assert first.score == pytest.approx(sigmoid(3.0 + 0.5 * -2.0))
    assert first.denies == pytest.approx(sigmoid(-1.0 + 2.0 * 1.5))
    assert (first.logit, first.is_denial, second.is_denial) == (3.0, True, False)


def test_each_stretch_is_judged_against_the_premise_of_its_cell_all_at_once() -> None:
    judge = Canned()
    jobs = [
        (replace(cell(), premise="Waxworks, GPU: ?"), named(GOOD)),
        (replace(cell("ember"), premise="Emberlite, GPU: ?"), named(PLAIN, BAD)),
    ]
    first, second = Scorer(ARTEFACT, SIEVE, judge)(jobs)
    assert [[pair[:2] for pair in asked] for asked in judge.asked] == [
        [
            ("Waxworks, GPU: ?", f"Waxworks: {GOOD}"),
            ("Emberlite, GPU: ?", f"Waxworks: {PLAIN}"),
            ("Emberlite, GPU: ?", f"Waxworks: {BAD}"),
        ]
    ]
    assert all(
        dict(zip(NAMES, p.features, strict=True)) == dict(s.features)
        for p, s in zip(judge.asked[0], [*first, *second], strict=True)
    )
    assert ([s.candidate.text for s in first], [s.candidate.text for s in second]) == ([GOOD], [PLAIN, BAD])


def test_of_many_candidates_only_the_best_are_judged() -> None:
    many = named(*(f"Waxworks has logo number {n}." for n in range(40)), GOOD)
    judge = Canned()
    (judged,) = Scorer(ARTEFACT, SIEVE, judge)([(cell(), many)])
    assert len(judged) == len(judge.asked[0]) == JUDGED[1]
    assert judged[0].candidate.text == GOOD
    (unjudged,) = Scorer(ARTEFACT, SIEVE)([(cell(), many)])
    assert len(unjudged) == 41


def test_where_nothing_was_found_nothing_is_judged() -> None:
    judge = Canned()
    assert Scorer(ARTEFACT, SIEVE, judge)([(cell(), []), (cell("ember"), [])]) == [[], []]
    assert Scorer(ARTEFACT, SIEVE, judge)([]) == []
    assert judge.asked == []


def test_many_cells_share_the_time_of_the_judge() -> None:
    each = [judged_each(cells) for cells in range(100)]
    assert each == sorted(each, reverse=True)
    assert (each[0], each[1], each[-1]) == (JUDGED[1], JUDGED[1], JUDGED[0])
    assert all(count in JUDGED or count * cells <= BUDGET < (count + 1) * cells for cells, count in enumerate(each))


def test_a_stretch_is_judged_with_the_headings_and_the_label_above_it() -> None:
    one = passage("It runs on CUDA.", label="Hardware", kind=SentenceKind.BULLET)
    (candidate,) = found(replace(one, trail=("Wax", "Guide", "Running")))
    assert stretch(candidate) == "Guide > Running: Hardware: It runs on CUDA."


def test_a_label_that_the_stretch_begins_with_is_not_said_twice() -> None:
    (candidate,) = found(replace(passage("Hardware: it runs on CUDA.", label="Hardware"), trail=()))
    assert stretch(candidate) == "Hardware: it runs on CUDA."


def test_a_table_row_is_judged_with_its_columns() -> None:
    row = passage("Waxworks | yes", kind=SentenceKind.ROW, header=("Library", "GPU"))
    (candidate,) = found(replace(row, trail=()))
    assert stretch(candidate) == "Waxworks | GPU: yes"


def test_a_probability_stays_one_whatever_the_logit() -> None:
    assert sigmoid(0.0) == 0.5
    assert 0.0 < sigmoid(-1e9) < 1e-9 and 1.0 - 1e-9 < sigmoid(1e9) < 1.0
