from __future__ import annotations

import math

import pytest

from mlsurvey.answering.asked import in_own_words
from mlsurvey.answering.plan import PlannedCell, Planner, premise
from mlsurvey.answering.understood import AskedAspect, Understood
from mlsurvey.types import Aspect, Kind

from .samples import GAZETTEER

GPU = Aspect(
    "gpu", "GPU support", strong=("gpu*",), weak=("device*",), labels=("hardware",), description="It runs on cards."
)
ON_GPU, EASE = AskedAspect(GPU, ("trains on Vulkan",)), AskedAspect(Aspect("ease", "Ease of use"), ("easy",))
FREQUENCY = {"trains": 99, "vulkan": 0, "easy": 9}
QUESTION = "Say, Emberlite: trains on Vulkan quickly?"


def planned(entity: str | None, asked: AskedAspect | None, **more: object) -> PlannedCell:
    given = {"question": QUESTION, "kind": Kind.LOOKUP, "entities": ("ember",), "aspects": (asked,) if asked else ()}
    understood = Understood(**{**given, **more})  # type: ignore[arg-type]
    return Planner(GAZETTEER, lambda word: FREQUENCY.get(word, 0), passages=99).cell(entity, asked, understood)


def test_there_is_a_cell_for_each_library_and_matter() -> None:
    planner = Planner(GAZETTEER, lambda _: 0, passages=99)
    understood = Understood(QUESTION, Kind.COMPARE, ("ember", "wax"), aspects=(ON_GPU, EASE))
    cells = planner.cells(understood, understood.entities)
    assert [(c.entity, c.aspect) for c in cells] == [
        ("ember", "gpu"),
        ("ember", "ease"),
        ("wax", "gpu"),
        ("wax", "ease"),
    ]
    assert {c.sides for c in cells} == {("ember", "wax")}


def test_where_nothing_is_asked_the_library_itself_is_looked_for() -> None:
    planner = Planner(GAZETTEER, lambda _: 0, passages=99)
    (cell,) = planner.cells(Understood("What is Emberlite?", Kind.LOOKUP, ("ember",)), ("ember",))
    assert (cell.entity, cell.aspect) == ("ember", None)
    assert not cell.strong.match("It uses the GPU.")
    assert cell.premise == "Emberlite: What is Emberlite?"


@pytest.mark.parametrize(
    ("name", "asked", "said"),
    [
        ("Emberlite", ON_GPU, "Emberlite, trains on Vulkan: Why?"),
        ("", ON_GPU, "trains on Vulkan: Why?"),
        ("Emberlite", None, "Emberlite: Why?"),
        ("Emberlite", AskedAspect(GPU, ()), "Emberlite, GPU support: Why?"),
        ("", None, "Why?"),
    ],
)
def test_a_stretch_is_judged_against_library_matter_and_question(
    name: str, asked: AskedAspect | None, said: str
) -> None:
    assert premise(name, asked, "Why?") == said


def test_a_rare_word_is_worth_more_than_a_common_one() -> None:
    cell = planned("ember", ON_GPU)
    assert cell.importance == pytest.approx({"train": math.log(1 + 99 / 100), "vulkan": math.log(1 + 99)})
    assert cell.importance["vulkan"] > cell.importance["train"]


def test_the_other_words_of_the_question_are_kept_apart_and_names_are_none() -> None:
    cell = planned("ember", ON_GPU)
    assert set(cell.rest) == {"quick"}


def test_what_is_searched_for_has_the_names_the_words_and_the_description() -> None:
    query = planned("ember", ON_GPU, objects=("wick",)).query
    assert query.startswith("Emberlite Wickframe trains on Vulkan It runs on cards.")
    assert "quickly" in query


def test_of_several_matters_none_is_searched_for_with_the_whole_question() -> None:
    assert "quickly" not in planned("ember", ON_GPU, aspects=(ON_GPU, EASE)).query


def test_a_matter_in_own_words_has_no_description_to_search_for() -> None:
    asked = in_own_words("trains on Vulkan")
    assert planned("ember", asked, aspects=(asked, EASE)).query == "Emberlite trains on Vulkan"


def test_without_a_library_no_name_is_searched_for() -> None:
    cell = planned(None, ON_GPU, entities=())
    assert cell.query.startswith("trains on Vulkan")
    assert cell.premise == f"trains on Vulkan: {QUESTION}"


def test_the_wordings_of_the_aspect_come_with_the_cell() -> None:
    cell = planned("ember", ON_GPU)
    assert cell.strong.match("It uses GPUs.") and cell.weak.match("one device") and cell.labels.match("Hardware")


def test_whether_a_number_is_wanted_is_kept() -> None:
    assert planned("ember", ON_GPU, flags=("count",)).wants_figure
    assert not planned("ember", ON_GPU, flags=("yesno",)).wants_figure
