from __future__ import annotations

import re
from pathlib import Path

import pytest

from mlsurvey.vocabulary.gazetteer import Gazetteer
from mlsurvey.vocabulary.load import load_vocabulary

from .profile import SECTIONS, Profile, parse

CORPUS = Path(__file__).parents[2] / "corpus"
PATHS = sorted((CORPUS / "libraries").rglob("*.md"))
STARTER = {
    "burn", "candle", "tch-rs", "linfa", "tensorflow-js", "brain-js", "ml_algo", "gorgonia", "ml-net", "torchsharp",
}  # fmt: skip
ENDS_IN_REFERENCES = re.compile(r"[^\s.\]]\.(\[\^[a-z0-9-]+\])+$")
DANGLING = re.compile(r"(It|Its|This|That|They|Their|These|Those|He|She|Here|There)\b")
QUOTABLE = 400  # characters: what still reads as one quotation

profiles = pytest.mark.parametrize("profile", [parse(path) for path in PATHS], ids=[path.stem for path in PATHS])


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer(load_vocabulary([CORPUS]).entities)


def test_the_starter_libraries_have_profiles():
    assert {path.stem for path in PATHS} >= STARTER


@profiles
def test_file_name_and_title_follow_the_front_matter(profile: Profile):
    assert profile.path.relative_to(CORPUS / "libraries").as_posix() == (
        f"{profile.front.language or 'other'}/{profile.front.slug}.md"
    )
    assert profile.title == profile.front.name


@profiles
def test_sections_are_known_ordered_and_filled(profile: Profile):
    assert list(profile.sections) == [section for section in SECTIONS if section in profile.sections]
    assert set(profile.sections) == {sentence.section for sentence in profile.sentences}


@profiles
def test_every_line_is_one_sentence_with_references_at_its_end(profile: Profile):
    assert [s.line for s in profile.sentences if not ENDS_IN_REFERENCES.search(s.line)] == []
    assert [s.line for s in profile.sentences if re.search(r"[a-z)`]\. [A-Z]", s.words)] == []


@profiles
def test_references_and_sources_match(profile: Profile):
    cited = {reference for sentence in profile.sentences for reference in sentence.references}
    assert cited == {source.id for source in profile.front.sources}
    assert profile.front.status.source in cited


@profiles
def test_footnotes_are_those_of_the_sources(profile: Profile):
    assert profile.footnotes == {source.id: source.footnote for source in profile.front.sources}


@profiles
def test_no_source_is_younger_than_the_profile(profile: Profile):
    as_of = profile.front.as_of.isoformat()
    assert [source.id for source in profile.front.sources if (source.date or "") > as_of] == []
    assert profile.front.status.judged <= profile.front.as_of


@profiles
def test_sentences_stand_alone(profile: Profile, gazetteer: Gazetteer):
    assert [s.line for s in profile.sentences if DANGLING.match(s.words)] == []
    assert [s.words for s in profile.sentences if len(s.words) > QUOTABLE] == []
    nameless = [s.words for s in profile.sentences if not _names(gazetteer, s.words, profile.front.slug)]
    assert nameless == []


def _names(gazetteer: Gazetteer, sentence: str, slug: str) -> bool:
    return any(slug in mention.slugs for mention in gazetteer.candidates(sentence))


@profiles
def test_the_vocabulary_knows_the_library_in_the_same_way(profile: Profile, gazetteer: Gazetteer):
    entity = gazetteer.entities[profile.front.slug]
    front = profile.front
    assert (entity.name, entity.language, entity.kind) == (front.name, front.language, front.kind)
    assert entity.category == tuple(front.category)
    assert entity.aliases == tuple(front.aliases)
