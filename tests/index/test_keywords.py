"""The keyword side: analysis, names, filters, and folders that share their files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import tantivy
from hypothesis import given, settings
from hypothesis import strategies as st

from mlsurvey.errors import DamagedIndexError, MismatchError, StorageError
from mlsurvey.index import keywords as module
from mlsurvey.index.analysis import names_in
from mlsurvey.index.keywords import KeywordQuery, KeywordRow, Keywords, update

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


FORMS = [
    ("GPU", "ＧＰＵ"), ("naïve", "nai\u0308ve"), ("naïve", "naive"), ("file", "ﬁle"), ("software", "soft\u00adware"),
    ("zero", "ze\u200bro"), ("Izmir", "İzmir"), ("ILIK", "ılık"), ("Straße", "STRASSE"), ("groß", "GROẞ"),
    ("λόγος", "ΛΟΓΟΣ"), ("ёлка", "ЕЛКА"), ("مُحَمَّد", "محمد"), ("ガラス", "ｶﾞﾗｽ"),
    ("도서관", "\u1103\u1169\u1109\u1165\u1100\u116a\u11ab"),
    ("version 42", "version ٤٢"), ("tch-rs", "tch\u2011rs"), ("हिन्दी", "हिन्\u200dदी"), ("Burn", "Burn™"),
    ("smørrebrød", "Smorrebrod"),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other"), [*FORMS, *((other, one) for one, other in FORMS)])
def test_a_word_is_found_in_whatever_form_it_is_written(tmp_path: Path, one: str, other: str) -> None:
    update(tmp_path / "1", None, [], [row(1, f"About {one}, briefly."), row(2, "words only"), row(3, "-", title=one)])
    keywords = Keywords(tmp_path / "1")
    assert found(keywords, other) == {1, 3}
    assert set(keywords.holding([other])) == {1, 3}
    assert keywords.frequency(other.split()[-1]) == 2


RUNS = [
    "守夜人每天傍晚都要爬上灯塔点亮油灯。",
    "新的图书馆将在明年春天向公众开放。",
    "これは機械学習のライブラリです。カメラも使えます。",
    "이 도서관은 아침에 문을 엽니다.",
    "ห้องสมุดเปิดทุกวัน",
    "ຫໍສະໝຸດເປີດທຸກມື້",
    "បណ្ណាល័យបើករាល់ថ្ងៃ។",
    "စာကြည့်တိုက်ကိုနေ့တိုင်းဖွင့်သည်။",
    "训练时支持GPU加速和C++接口。",
    "船",
]


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("灯塔", 0), ("油灯", 0), ("塔", 0), ("图书馆", 1), ("春天 公众", 1), ("機械学習", 2), ("ライブラリ", 2),
        ("カメラ", 2),
        ("도서관", 3), ("문", 3), ("ห้องสมุด", 4), ("ທຸກມື້", 5), ("បណ្ណាល័យ", 6), ("စာကြည့်တိုက်", 7), ("GPU加速", 8), ("gpu", 8),
        ("加速", 8), ("C++", 8), ("接口", 8), ("船", 9), ("灯塔在哪里？", 0),
    ],
)  # fmt: skip
def test_words_in_scripts_without_spaces_are_found(tmp_path: Path, query: str, number: int) -> None:
    update(tmp_path / "1", None, [], [row(n, text) for n, text in enumerate(RUNS)])
    assert Keywords(tmp_path / "1").search(KeywordQuery(query), 10)[0][0] == number


def test_a_word_without_spaces_around_it_has_a_frequency(tmp_path: Path) -> None:
    update(tmp_path / "1", None, [], [row(n, text) for n, text in enumerate(RUNS)])
    keywords = Keywords(tmp_path / "1")
    assert [keywords.frequency(word) for word in ("灯塔", "塔", "灯", "图书馆", "GPU加速", "不在")] == [
        1,
        1,
        1,
        1,
        1,
        0,
    ]


NOTES = [
    "It supports WebGPU but not WebGL.",
    "It supports WebGL but not WebGPU.",
    "It support WebGL, but Not webgpu!",
    "The library of the year is not the one",
    "C++ bindings; the naïve way",
    "新的图书馆将在明年开放",
]


@pytest.mark.parametrize(
    ("phrase", "numbers"),
    [
        ("supports WebGL but not WebGPU", [1]), ("webgl BUT not", [1, 2]), ("not the", [3]), ("the not", []),
        ("of the year", [3]), ("WebGL", [0, 1, 2]), ("library of the years", []), ("C++ bindings", [4]),
        ("C bindings", []), ("the naive way", [4]), ("图书馆", [5]), ("书馆图", []), ("馆", [5]),
        ("Getting started", [6]),
        ("started with", []), ("with Burn it is", []), ("!!", [0, 1, 2, 3, 4, 5, 6]),
    ],
)  # fmt: skip
def test_a_phrase_is_held_word_for_word(tmp_path: Path, phrase: str, numbers: list[int]) -> None:
    rows = [row(n, text) for n, text in enumerate(NOTES)]
    update(tmp_path / "1", None, [], [*rows, row(6, "It is easy", title="Getting Started\nWith Burn")])
    keywords = Keywords(tmp_path / "1")
    assert keywords.holding([phrase]) == numbers
    if phrase != "!!":
        assert {i for i, _ in keywords.search(KeywordQuery(phrase), 10, phrases=[phrase])} == set(numbers)


def test_beside_a_phrase_the_other_words_are_optional(tmp_path: Path) -> None:
    update(tmp_path / "1", None, [], [row(n, text) for n, text in enumerate(NOTES)])
    hits = Keywords(tmp_path / "1").search(KeywordQuery('zorblatt "not the"'), 10, phrases=["not the"])
    assert [i for i, _ in hits] == [3]


def test_an_index_of_an_earlier_version_is_searched_without_phrases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", fast=True)
    builder.add_integer_field("document", indexed=True)
    for field in ("title", "body", "names", "tags"):
        builder.add_text_field(field, tokenizer_name="raw" if field == "tags" else "words", index_option="basic")
    older = builder.build()
    with monkeypatch.context() as patch:
        patch.setattr(module, "_schema", lambda: older)
        patch.setattr(module, "_document", lambda row: tantivy.Document(id=row.id, document=row.id, body=row.body))
        update(tmp_path / "1", None, [], [row(1, "a lamp"), row(2, "words")])
    keywords = Keywords(tmp_path / "1")
    assert found(keywords, "lamp 船") == {1}
    with pytest.raises(MismatchError, match="type: mlsurvey refresh"):
        keywords.holding(["a lamp"])


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
    with pytest.raises(DamagedIndexError, match="keyword index"):
        Keywords(tmp_path / "absent")


def test_a_folder_that_cannot_be_locked_is_read_through_links_without_its_locks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    update(tmp_path / "1", None, [], [row(1, "a lamp")])
    assert found(Keywords(tmp_path / "1"), "lamp") == {1}
    lock = tmp_path / "1" / ".tantivy-meta.lock"
    assert lock.exists(), "searching leaves it"
    opened: list[tuple[Path, list[str]]] = []
    index = module._index

    def watched(folder: Path) -> tantivy.Index:
        opened.append((folder, [file.name for file in folder.iterdir()]))
        return index(folder)

    monkeypatch.setattr(module, "_index", watched)
    for closed in (lock, tmp_path / "1"):  # the lock of another account; a read-only disk
        monkeypatch.setattr(os, "access", lambda path, mode, closed=closed: Path(path) != closed or mode == os.R_OK)
        assert found(Keywords(tmp_path / "1"), "lamp") == {1}
        folder, names = opened.pop()
        assert folder != tmp_path / "1" and "meta.json" in names and not any(name.endswith(".lock") for name in names)


def test_what_no_rebuild_would_mend_is_not_called_damage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    update(tmp_path / "1", None, [], [row(1, "a lamp")])

    def refused(folder: Path) -> tantivy.Index:
        raise ValueError("Failed to acquire Lockfile: IoError(Permission denied)")

    monkeypatch.setattr(module, "_index", refused)
    with pytest.raises(StorageError, match="TMPDIR") as caught:
        Keywords(tmp_path / "1")
    assert "refresh" not in str(caught.value)
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "meta.json")
    with pytest.raises(StorageError, match=r"meta\.json is not readable; change its permissions"):
        Keywords(tmp_path / "1")
