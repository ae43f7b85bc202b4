from __future__ import annotations

import pytest

from mlsurvey.errors import UsageError
from mlsurvey.evaluation.figures import FIGURES, Figure, deltas, figures, is_better
from mlsurvey.evaluation.gates import Bound, bounds, breaches
from mlsurvey.evaluation.measures import Tally

NOTHING = dict.fromkeys(FIGURES, Tally(0, 0))


def asked(*values: tuple[float, int]) -> list[dict[str, Tally]]:
    return [NOTHING | {"cell_recall": Tally(*value)} for value in values]


def figure(found: tuple[Figure, ...], name: str = "cell_recall") -> Figure:
    return next(f for f in found if f.name == name)


def test_a_figure_is_the_mean_over_values_not_over_questions() -> None:
    assert figure(figures(asked((1, 1), (0, 3)))).value == 0.25
    assert figure(figures(asked((1, 1), (0, 3)))).count == 4


def test_what_no_question_adds_to_has_no_value() -> None:
    assert figure(figures(asked((1, 1))), "list_f1") == Figure("list_f1", None, None, None, 0)


def test_the_interval_holds_the_value_and_is_the_same_every_time() -> None:
    questions = asked(*[(1, 1), (0, 1), (2, 4)] * 10)
    first = figure(figures(questions))
    assert first == figure(figures(questions))
    assert 0 < first.low < first.value < first.high < 1
    assert figure(figures(asked(*[(1, 1)] * 5))) == Figure("cell_recall", 1.0, 1.0, 1.0, 5)


def test_a_question_without_values_leaves_the_interval_sound() -> None:
    lone = figure(figures([NOTHING, *asked((1, 2))]))
    assert (lone.value, lone.low, lone.high) == (0.5, 0.5, 0.5)


def test_the_interval_of_a_difference_is_paired() -> None:
    before, after = asked(*[(0, 1), (1, 2)] * 10), asked(*[(1, 1), (2, 2)] * 10)
    delta = figure(deltas(before, after))
    assert delta.value == pytest.approx(1 - 1 / 3) and delta.low <= delta.value <= delta.high
    same = figure(deltas(after, after))
    assert (same.value, same.low, same.high) == (0, 0, 0)


def test_some_figures_are_better_when_lower() -> None:
    assert is_better("cell_recall", 0.5, 0.6) and not is_better("misattributed", 0.5, 0.6)


def test_bounds_are_read_as_typed() -> None:
    assert bounds(["cell_recall=0.9"], ["abstain_wrong = .05"]) == (
        Bound("cell_recall", 0.9, is_least=True),
        Bound("abstain_wrong", 0.05, is_least=False),
    )


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("cell_recall", "not a bound"),
        ("recall=0.9", "available: verbatim, cell"),
        ("cell_recall=1.2.3", "not a number"),
    ],
)
def test_faulty_bounds_say_what_to_type(typed, message) -> None:
    with pytest.raises(UsageError, match=message):
        bounds([typed], [])


def test_a_bound_is_kept_at_its_value_and_not_beyond() -> None:
    found = figures(asked((9, 10)))
    assert list(breaches(bounds(["cell_recall=0.9"], ["cell_recall=0.9"]), found)) == []
    assert list(breaches(bounds(["cell_recall=0.91"], []), found)) == ["cell_recall is 0.900, below 0.91"]
    assert list(breaches(bounds([], ["cell_recall=0.8"]), found)) == ["cell_recall is 0.900, above 0.8"]


def test_what_cannot_be_measured_keeps_no_bound() -> None:
    assert "cannot be measured" in next(breaches(bounds(["list_f1=0"], []), figures(asked((1, 1)))))
