from __future__ import annotations

import pytest

from mlsurvey.errors import Interrupted, NotFoundError
from mlsurvey.page.heat import question
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey, covering
from mlsurvey.survey.covering import FALLBACK, chosen, statements_on
from mlsurvey.types import Aspect, Filters, Passage, Sentence, SentenceKind, Span

GPU = Aspect("gpu", "GPU support", strong=("gpu*", "cuda"), labels=("hardware",), core=True)
LICENCE = Aspect("licence", "Licence", strong=("licen*",), labels=("licen*",))


def passage(*sentences: Sentence, trail: tuple[str, ...] = ("Burn",)) -> Passage:
    return Passage("a.md", 0, Span(0, 100), 1, 5, trail, ("burn",), sentences)


def said(text: str, kind: SentenceKind = SentenceKind.PROSE, **more: object) -> Sentence:
    return Sentence(Span(0, len(text)), text, kind, **more)


@pytest.fixture(scope="module")
def survey(indexed):
    with Survey(Settings(corpus=indexed.corpus, index=indexed.index)) as survey:
        yield survey


def cells(coverage) -> dict[tuple[str, str], int]:
    return {
        (row.entity, point.slug): count
        for row in coverage.rows
        for point, count in zip(coverage.points, row.statements, strict=True)
    }


def test_statements_speak_of_a_point_by_heading_label_or_phrase() -> None:
    plain, cuda = said("It is fast."), said("It runs on CUDA.")
    assert statements_on(GPU, passage(plain, cuda)) == 1
    assert statements_on(GPU, passage(plain, cuda, trail=("Burn", "Hardware"))) == 2
    assert statements_on(GPU, passage(said("Metal.", SentenceKind.BULLET, label="Hardware"))) == 1
    assert statements_on(GPU, passage(said("use_gpu()\ncuda()", SentenceKind.CODE))) == 0
    assert statements_on(GPU, passage(said("Burn | yes", SentenceKind.ROW, header=("Library", "GPU")))) == 1
    assert statements_on(LICENCE, passage(plain, cuda)) == 0


def test_every_library_has_a_row_and_every_point_a_number(survey) -> None:
    generation, found = survey.coverage()
    assert generation == survey.generation() and found.read == found.passages == generation.passages
    counted = cells(found)
    assert counted["burn", "gpu"] >= 1 and counted["burn", "licence"] >= 1
    assert counted["candle", "gpu"] >= 1 and counted["candle", "licence"] == 0
    assert {row.entity for row in found.rows} == {entity.slug for entity in survey.entities()}
    assert [row.passages for row in found.rows] == sorted((row.passages for row in found.rows), reverse=True)
    assert found.most == max(counted.values())


def test_filters_select_rows_and_passages(survey) -> None:
    _, rust = survey.coverage(filters=Filters(languages=("Rust",)), aspects=("licence", "gpu", "gpu"))
    assert {row.language for row in rust.rows} == {"rust"} and rust.passages < survey.generation().passages
    assert [point.slug for point in rust.points] == ["licence", "gpu"]
    _, candle = survey.coverage(filters=Filters(entities=("Candle",)))
    assert [row.entity for row in candle.rows] == ["candle"]
    _, elsewhere = survey.coverage(filters=Filters(paths=("go/",)), aspects=("gpu",))
    assert cells(elsewhere)["burn", "gpu"] == 0 < cells(elsewhere)["gorgonia", "gpu"]


def test_classes_select_rows(survey) -> None:
    name = next(category for entity in survey.entities() for category in entity.category)
    _, found = survey.coverage(classes=(name,))
    wanted = {entity.slug for entity in survey.entities() if name in entity.category}
    assert {row.entity for row in found.rows} == wanted
    with pytest.raises(NotFoundError, match=f"did you mean .*{name}"):
        survey.coverage(classes=(f"{name}s",))


def test_points_are_the_general_ones_unless_others_are_wanted(survey) -> None:
    assert chosen([GPU, LICENCE]) == (GPU,)
    assert chosen([GPU, LICENCE], every=True) == (GPU, LICENCE)
    assert chosen([LICENCE] * 20) == (LICENCE,) * FALLBACK
    with pytest.raises(NotFoundError, match="unknown aspect 'gup'; did you mean gpu"):
        survey.coverage(aspects=("gup",))


def test_a_very_large_index_is_counted_in_part_and_says_so(survey, monkeypatch) -> None:
    monkeypatch.setattr(covering, "MOST_READ", 2)
    _, found = survey.coverage()
    assert (found.read, found.passages) == (2, survey.generation().passages)
    assert sum(row.passages for row in found.rows) <= 2


def test_a_count_can_be_stopped(survey) -> None:
    with pytest.raises(Interrupted):
        survey.coverage(cancelled=lambda: True)


def test_the_question_of_a_cell_is_read_as_its_library_and_point(survey) -> None:
    _, found = survey.coverage()
    misread = []
    for row in (one for one in found.rows if one.passages):
        for point in found.points:
            read = survey.understand(question(row.name, point.name))
            if read.entities != (row.entity,) or point.slug not in [one.aspect.slug for one in read.aspects]:
                misread.append((row.entity, point.slug, read.entities))
    assert misread == []
