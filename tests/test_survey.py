from __future__ import annotations

import gc
import shutil
import threading
import weakref
from pathlib import Path

import pytest

from mlsurvey.answering.other import OtherJudge
from mlsurvey.documents.staleness import CHANGED, MISSING, stale_citations
from mlsurvey.errors import EngineError, IndexingError, MismatchError, NotFoundError, UsageError
from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.survey.building import _is_exported
from mlsurvey.types import Filters

QUESTION = "How do Burn and Candle differ in GPU support?"


@pytest.fixture
def survey(home):
    with Survey(Settings(corpus=home.corpus, index=home.index)) as survey:
        yield survey


@pytest.fixture
def reading(indexed):
    with Survey(Settings(corpus=indexed.corpus, index=indexed.index)) as survey:
        yield survey


def test_a_refresh_by_another_is_picked_up_at_the_next_call(survey, home) -> None:
    assert survey.search("gorgonia", mode="keyword").hits
    (home.corpus / "go" / "gorgonia.md").unlink()
    with Survey(survey.settings) as other:
        assert other.refresh().removed == ("go/gorgonia.md",)
    assert not survey.search("gorgonia", mode="keyword").hits


def test_a_reader_ends_on_the_generation_that_it_began_with(survey, home) -> None:
    with survey._reader.reading() as begun:
        (home.corpus / "go" / "gorgonia.md").unlink()
        survey.refresh()
        with survey._reader.reading() as later:
            assert later.snapshot.generation.number == begun.snapshot.generation.number + 1
            assert not later.snapshot.keyword("gorgonia", 5)
        assert begun.snapshot.document("go/gorgonia.md").path == "go/gorgonia.md"
        assert begun.snapshot.keyword("gorgonia", 5)
    assert list(survey._reader._users) == [later], "the old generation is closed when its last reader is done"


def test_answers_from_many_threads_agree(reading) -> None:
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(reading.ask(QUESTION))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({tuple(c.quote for c in answer.citations) for answer in answers}) == 1 and len(answers) == 4


def test_a_closed_survey_opens_again_when_asked(reading) -> None:
    reading.search("gpu", mode="keyword")
    reading.close()
    assert reading.search("gpu", mode="keyword").hits


def test_a_model_that_is_not_the_index_s_is_refused(indexed) -> None:
    with (
        Survey(Settings(corpus=indexed.corpus, index=indexed.index, model="other/model")) as survey,
        pytest.raises(MismatchError, match="built with the model all-MiniLM-L6-v2"),
    ):
        survey.ask(QUESTION)


def test_a_reranker_from_the_settings_judges_hits_and_answers(indexed, cross_encoder) -> None:
    place = {"corpus": indexed.corpus, "index": indexed.index, "device": "cpu"}
    with Survey(Settings(**place, reranker=str(cross_encoder))) as survey:
        scores = [hit.scores["reranker"] for hit in survey.search("GPU support").hits]
        assert len(scores) > 2 and scores == sorted(scores, reverse=True)
        assert {c.document for c in survey.ask(QUESTION).citations} >= {"rust/burn.md", "rust/candle.md"}
    with Survey(Settings(**place, reranker="")) as survey:
        assert not any("reranker" in hit.scores for hit in survey.search("GPU support").hits)


def test_a_reranker_is_loaded_once_for_all_generations(home, cross_encoder) -> None:
    settings = Settings(corpus=home.corpus, index=home.index, device="cpu", reranker=str(cross_encoder))
    with Survey(settings) as survey:
        with survey._reader.reading() as begun:
            (home.corpus / "go" / "gorgonia.md").unlink()
            survey.refresh()
        with survey._reader.reading() as later:
            assert later is not begun
            assert later.searcher.reranker is begun.searcher.reranker is not None


def test_the_encoder_is_loaded_once_for_all_generations_of_a_model(survey, home) -> None:
    with survey._reader.reading() as begun:
        (home.corpus / "go" / "gorgonia.md").unlink()
        survey.refresh()
        with survey._reader.reading() as later:
            assert later is not begun
            assert later.encoder is begun.encoder


def test_a_generation_that_nobody_reads_is_freed_at_once(survey, home) -> None:
    survey.search("gpu")
    with survey._reader.reading() as begun:
        vectors = weakref.ref(begun.snapshot._vectors)
    (home.corpus / "go" / "gorgonia.md").unlink()
    survey.refresh()
    gc.disable()
    try:
        survey.search("gpu")
        assert vectors() is None
    finally:
        gc.enable()


def test_a_reranker_that_is_not_there_is_named_when_it_is_wanted(indexed) -> None:
    with Survey(Settings(corpus=indexed.corpus, index=indexed.index, reranker="./nowhere")) as survey:
        assert survey.search("gpu", mode="keyword").hits
        with pytest.raises(EngineError, match=r"no folder \./nowhere; correct the setting `reranker`"):
            survey.search("gpu")


def test_a_cross_encoder_may_judge_in_the_place_of_the_network(indexed, cross_encoder) -> None:
    place = {"corpus": indexed.corpus, "index": indexed.index, "device": "cpu"}
    with Survey(Settings(**place, judge=str(cross_encoder))) as survey, survey._reader.reading() as reading:
        assert isinstance(reading.answerer.bench.scorer.judge, OtherJudge)
        answer = survey.ask(QUESTION)
        assert answer.entities == ("burn", "candle") and answer.citations


def test_a_judge_that_is_not_there_is_named(indexed) -> None:
    with (
        Survey(Settings(corpus=indexed.corpus, index=indexed.index, judge="./nowhere")) as survey,
        pytest.raises(EngineError, match=r"no folder \./nowhere; correct the setting `judge`, or set judge = auto"),
    ):
        survey.ask(QUESTION)


def test_without_a_judge_the_sieve_alone_decides(indexed) -> None:
    place = {"corpus": indexed.corpus, "index": indexed.index}
    with Survey(Settings(**place, judge="none")) as survey, survey._reader.reading() as reading:
        assert reading.answerer.bench.scorer.judge is None
        assert survey.ask(QUESTION).entities == ("burn", "candle")
    with Survey(Settings(**place)) as survey, survey._reader.reading() as reading:
        assert reading.answerer.bench.scorer.judge is reading.network


def test_the_network_is_opened_once_for_all_generations(survey, home) -> None:
    with survey._reader.reading() as begun:
        (home.corpus / "go" / "gorgonia.md").unlink()
        survey.refresh()
    with survey._reader.reading() as later:
        assert later is not begun and later.network is begun.network


@pytest.mark.parametrize("name", ["Burn", "burn", "BURN"])
def test_filters_take_names_as_people_write_them(name, reading) -> None:
    found = reading.search("GPUs", filters=Filters(entities=(name,)), mode="keyword")
    assert {hit.passage.path for hit in found.hits} == {"rust/burn.md"}


def test_an_unknown_name_in_a_filter_is_no_empty_result(reading) -> None:
    with pytest.raises(NotFoundError, match="unknown library 'Zorblatt'"):
        reading.ask(QUESTION, filters=Filters(entities=("Zorblatt",)))


@pytest.mark.parametrize("text", ["", "  \n", "x" * 20_001])
def test_no_question_and_too_much_of_one_are_refused(text, reading) -> None:
    with pytest.raises(UsageError):
        reading.ask(text)
    with pytest.raises(UsageError):
        reading.search(text)


@pytest.mark.parametrize(("mode", "told"), [("hybrid", True), ("dense", True), ("keyword", False)])
def test_hits_are_explained_in_their_order(mode, told, reading) -> None:
    hits = reading.search(QUESTION, mode=mode).hits
    explanations = reading.explain(QUESTION, hits, mode=mode)
    assert [explanation.hit for explanation in explanations] == list(hits)
    assert all((explanation.cosine is not None) == told for explanation in explanations)


def test_a_hit_that_the_index_no_longer_has_is_not_explained(survey, home) -> None:
    hits = survey.search("gorgonia").hits[:1]
    (home.corpus / hits[0].passage.path).unlink()
    survey.refresh()
    with pytest.raises(IndexingError, match="is not in generation"):
        survey.explain("gorgonia", hits)


def test_an_export_of_another_version_is_made_anew(question_model, tmp_path) -> None:
    folder = Path(shutil.copytree(question_model, tmp_path / "model"))
    assert _is_exported(folder)
    config = folder / "config.json"
    config.write_text(config.read_text("utf-8").replace('"schema": 2', '"schema": 1'), "utf-8")
    assert not _is_exported(folder)


def test_a_place_in_a_document_is_found_also_where_its_name_has_a_colon(survey, home) -> None:
    (home.corpus / "a:2").mkdir()
    (home.corpus / "a:2" / "b:3.md").write_text("# One\n\ntwo\n", "utf-8")
    survey.refresh()
    assert survey.locate("a:2/b:3.md")[1] is None
    document, line = survey.locate("a:2/b:3.md:3")
    assert (document.path, line) == ("a:2/b:3.md", 3)


def test_a_quote_is_stale_where_its_words_moved_or_went(survey, home) -> None:
    citations = survey.ask(QUESTION).citations
    burn = home.corpus / "rust" / "burn.md"
    assert stale_citations(citations, home.corpus) == {}
    burn.write_text(burn.read_text("utf-8") + "\nMore at the end.\n", "utf-8")
    assert stale_citations(citations, home.corpus) == {}, "what stands where it stood is not stale"
    burn.write_text("One more line.\n" + burn.read_text("utf-8"), "utf-8")
    (home.corpus / "rust" / "candle.md").unlink()
    reasons = stale_citations(citations, home.corpus)
    stale = {citation.document: reasons[citation.number] for citation in citations}
    assert stale == {"rust/burn.md": CHANGED, "rust/candle.md": MISSING}


def test_status_reads_no_document_and_tells_what_there_is(reading, indexed) -> None:
    state = reading.status()
    assert (state.corpus, state.index) == (str(indexed.corpus), str(indexed.index))
    assert state.corpus_documents == state.generation.documents == 4
    assert state.generation.model.startswith("all-MiniLM-L6-v2-") and state.index_bytes > 10_000
    assert state.pending.total == 0


def test_status_tells_a_file_that_cannot_be_read_from_a_new_one(survey, home) -> None:
    burn = home.corpus / "rust" / "burn.md"
    (home.corpus / "broken.md").write_bytes(b"\x00\x01")
    (home.corpus / "picture.png").write_bytes(b"png")
    state = survey.status()
    assert (state.pending.total, state.corpus_unreadable, state.corpus_documents) == (0, 2, 4)
    burn.write_bytes(b"\x00\x01")
    (home.corpus / "new.md").write_text("# New\n\nA new one.\n", "utf-8")
    state = survey.status()
    assert (state.pending.added, state.pending.changed, state.pending.removed) == (1, 0, 1)
    report = survey.refresh(dry_run=True)
    assert (len(report.added), len(report.changed), len(report.removed)) == (1, 0, 1)
    assert len(report.unreadable) == state.corpus_unreadable == 3
