"""The keyword side: analysis, names, filters, and folders that share their files."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsurvey.errors import DamagedIndexError
from mlsurvey.index.keywords import KeywordQuery, KeywordRow, Keywords, names_in, update

TEXTS = [
    "tch-rs binds libtorch",
    "ML.NET trains models",
    "TF.NET is TensorFlow.NET",
    "C# and F# are languages",
    "C++ is a language, C is another",
    "node.js runs servers",
    "ml_algo is a Dart package",
    "The libraries were running naïvely",
    "a dataset loader",
]


def row(
    number: int, body: str, *, title: str = "", document: int | None = None, tags: tuple[str, ...] = ()
) -> KeywordRow:
    return KeywordRow(number, number if document is None else document, title, body, tags)


@pytest.fixture(scope="module")
def keywords(tmp_path_factory: pytest.TempPathFactory) -> Keywords:
    folder = tmp_path_factory.mktemp("keywords") / "1"
    update(folder, None, [], [row(number, text) for number, text in enumerate(TEXTS)])
    return Keywords(folder)


def found(keywords: Keywords, text: str) -> set[int]:
    return {i for i, _ in keywords.search(KeywordQuery(text), 100)}


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("tch-rs", 0), ("tch rs", 0), ("TCH_RS", 0), ("tchrs", 0), ("rs", 0),
        ("ML.NET", 1), ("mlnet", 1), ("ml net", 1), ("TF.NET", 2), ("tfnet", 2),
        ("C#", 3), ("c#", 3), ("F#", 3), ("C++", 4), ("C", 4), ("node.js", 5), ("nodejs", 5), ("Node JS", 5),
        ("ml_algo", 6), ("ml-algo", 6), ("mlalgo", 6), ("algo", 6), ("library", 7), ("run library", 7), ("naive", 7),
        ("data set", 8),
    ],
)  # fmt: skip
def test_names_are_found_whole_and_by_parts(keywords: Keywords, query: str, number: int) -> None:
    assert keywords.search(KeywordQuery(query), 1)[0][0] == number


def test_sharp_and_plus_tell_languages_apart(keywords: Keywords) -> None:
    assert found(keywords, "C#") == {3}
    assert found(keywords, "C++") == {4}


def test_joined_names_collapse() -> None:
    assert names_in("Use tch-rs, TF.NET or ml_algo.") == ["tchrs", "tfnet", "mlalgo"]


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "AND", "OR NOT", "+a -b", "title:burn", '"unclosed', "a~2", "a^3", "[1 TO 2]", "{a", "(((", "*", "?",
        "/re.*/", "\\", "\x00", "id:1", "body:*", "IN [a b]", "a" * 100_000, "a-" * 50_000, "x " * 10_000,
    ],
)  # fmt: skip
def test_hostile_queries_are_plain_text(keywords: Keywords, text: str) -> None:
    keywords.search(KeywordQuery(text), 5)
    keywords.frequency(text)


@given(st.text(st.characters(codec="utf-8")))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_query(text: str) -> None:
    keywords = test_any_text_is_a_query.keywords  # type: ignore[attr-defined]
    keywords.search(KeywordQuery(text), 5)


@pytest.fixture(autouse=True, scope="module")
def _shared(keywords: Keywords) -> None:
    test_any_text_is_a_query.keywords = keywords  # type: ignore[attr-defined]


def test_operators_neither_exclude_nor_require(keywords: Keywords) -> None:
    assert found(keywords, "-libtorch") == found(keywords, "libtorch") == {0}
    assert found(keywords, "+libtorch +servers") == {0, 5}


def test_words_that_hold_sentences_together_do_not_match(keywords: Keywords) -> None:
    assert found(keywords, "what is the libtorch for") == {0}


def test_heading_counts_beside_the_body(tmp_path: Path) -> None:
    rows = [row(1, "gpu and words", title="Notes"), row(2, "gpu and words", title="gpu"), row(3, "words", title="gpu")]
    update(tmp_path / "1", None, [], rows)
    assert [i for i, _ in Keywords(tmp_path / "1").search(KeywordQuery("gpu"), 3)] == [2, 1, 3]


def test_phrases_weigh_as_told(keywords: Keywords) -> None:
    light = keywords.search(KeywordQuery("libtorch", (("servers", 0.1),)), 2)
    heavy = keywords.search(KeywordQuery("libtorch", (("servers", 10.0),)), 2)
    assert [light[0][0], heavy[0][0]] == [0, 5]


def test_frequency_counts_passages(keywords: Keywords) -> None:
    assert [keywords.frequency(word) for word in ("library", "tch-rs", "tchrs", "c++", "absent", "")] == [
        1,
        1,
        1,
        1,
        0,
        0,
    ]


def test_filtered_search_still_gives_k(tmp_path: Path) -> None:
    rows = [
        row(n, "gpu " * (1 + n % 3), tags=("entity:rare",) if n % 50 == 0 else ("entity:other",)) for n in range(1000)
    ]
    update(tmp_path / "1", None, [], rows)
    keywords = Keywords(tmp_path / "1")
    hits = keywords.search(KeywordQuery("gpu"), 20, tags=[["entity:rare"]])
    assert {i for i, _ in hits} == set(range(0, 1000, 50))
    assert {i for i, _ in keywords.search(KeywordQuery("gpu"), 5, documents=[3, 4])} == {3, 4}
    assert keywords.search(KeywordQuery("gpu"), 5, documents=[]) == []
    unfiltered = dict(keywords.search(KeywordQuery("gpu"), 1000))
    assert all(score == pytest.approx(unfiltered[i]) for i, score in hits)


def test_next_folder_shares_files_and_leaves_the_older_as_it_was(tmp_path: Path) -> None:
    update(tmp_path / "1", None, [], [row(n, f"common word{n}", document=n // 10) for n in range(200)])
    before = {f.name: (f.stat().st_ino, f.read_bytes()) for f in (tmp_path / "1").iterdir()}
    update(tmp_path / "2", tmp_path / "1", [3], [row(1000, "common novelty")])
    shared = {f.name for f in (tmp_path / "2").iterdir() if before.get(f.name, (0,))[0] == f.stat().st_ino}
    assert {Path(name).suffix for name in shared} >= {".idx", ".term", ".store", ".fast"}
    assert {name: (tmp_path / "1" / name).read_bytes() for name in before} == {n: b for n, (_, b) in before.items()}
    assert Keywords(tmp_path / "1").ids() == list(range(200))
    assert Keywords(tmp_path / "2").ids() == [n for n in range(200) if n // 10 != 3] + [1000]


def test_many_small_updates_keep_the_number_of_files_small(tmp_path: Path) -> None:
    update(tmp_path / "0", None, [], [row(0, "common")])
    for number in range(1, 40):
        update(tmp_path / str(number), tmp_path / str(number - 1), [number - 1], [row(number, "common")])
    assert Keywords(tmp_path / "39").ids() == [39]
    assert len(list((tmp_path / "39").iterdir())) < 100


def test_missing_folder_is_damage(tmp_path: Path) -> None:
    with pytest.raises(DamagedIndexError, match="keyword side"):
        Keywords(tmp_path / "absent")
