from __future__ import annotations

import codecs

import pytest

from mlsurvey.errors import UnreadableError
from mlsurvey.reading.decode import decoded

SENTENCES = {
    "gb18030": "索引让查询变快,但是占用更多的磁盘空间。",
    "big5": "索引讓查詢變快,但是佔用更多的磁碟空間。",
    "shift_jis": "索引は検索を速くしますが、容量を使います。",
    "euc_jp": "索引は検索を速くしますが、容量を使います。",
    "iso2022_jp": "索引は検索を速くしますが、容量を使います。",
    "euc_kr": "색인은 검색을 빠르게 하지만 공간을 사용합니다.",
    "koi8_r": "Указатель ускоряет поиск, но занимает место на диске.",
    "cp1251": "Указатель ускоряет поиск, но занимает место на диске.",
    "iso8859_5": "Указатель ускоряет поиск, но занимает место на диске.",
    "cp1252": "L’été, la bibliothèque est ouverte jusqu’à dix-neuf heures – même à Noël.",
    "iso8859_1": "Die Prüfung läuft über fünf Stunden, und die Größe bleibt gleich.",
    "cp1250": "Biblioteka działa szybciej, gdy używa się większej pamięci. Książki są tanie.",
    "iso8859_2": "Knihovna běží rychleji, když používá větší paměť. Žádné změny.",
    "cp1253": "Το ευρετήριο επιταχύνει την αναζήτηση. Άλλα κείμενα είναι πιο αργά.",
    "cp1254": "Dizin aramayı hızlandırır, ancak daha çok yer kullanır. Ağaç gibi.",
    "cp1255": "המפתח מאיץ את החיפוש אבל תופס מקום בדיסק.",
    "cp1256": "الفهرس يسرع البحث لكنه يشغل مساحة على القرص.",
    "utf_16_le": "The index is fast. Указатель. 索引",
    "utf_16_be": "The index is fast. Указатель. 索引",
}
ENGLISH = "# Notes\n\nThe library is fast and runs on every machine that we tried.\n\n{}\n\nIt was measured twice.\n"


@pytest.mark.parametrize("encoding", SENTENCES)
@pytest.mark.parametrize("form", ["{}", ENGLISH, ENGLISH * 40], ids=["short", "in English", "long"])
def test_other_encodings_are_recognised_and_remarked(encoding: str, form: str) -> None:
    text = form.replace("{}", SENTENCES[encoding])
    found = decoded(text.encode(encoding))
    assert found.text == text
    assert found.is_guess and found.lost == 0
    assert found.remark and found.remark.startswith(f"read as {found.encoding}, a guess")


@pytest.mark.parametrize("text", ["Café end.", "A naïve approach.", "20 °C ± 3", "It’s here.", "€5"])
def test_a_few_characters_outside_ascii_are_western(text: str) -> None:
    found = decoded(text.encode("cp1252"))
    assert (found.text, found.encoding) == (text, "Windows-1252")


def test_one_foreign_word_in_a_long_english_line_is_recognised() -> None:
    text = "The library is fast and runs on every machine. See the table: Окапи живёт в лесу. It was measured twice."
    assert decoded(text.encode("koi8_r")).text == text


@pytest.mark.parametrize(
    ("data", "text", "lost"),
    [
        ("索引 非常重要 Caf".encode() + b"\xe9 end", "索引 非常重要 Caf\ufffd end", 1),
        ("索引 and 索引".encode()[:-1], "索引 and 索\ufffd", 1),
        (b"plain text, then \xe2\x80", "plain text, then \ufffd", 1),
        (b"\xef\xbb\xbf" + "über \xff alles".encode().replace(b"\xc3\xbf", b"\xff"), "über \ufffd alles", 1),
        ("déjà vu, kept: \ufffd".encode() + b"\x80 end", "déjà vu, kept: \ufffd\ufffd end", 1),
    ],
)
def test_utf_8_with_invalid_bytes_loses_these_only(data: bytes, text: str, lost: int) -> None:
    found = decoded(data)
    assert (found.text, found.lost, found.encoding, found.is_guess) == (text, lost, "UTF-8", False)
    assert found.remark == "read as UTF-8; 1 place has bytes that are invalid in it, shown as \ufffd"


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_a_byte_order_mark_decides(mark: bytes, encoding: str) -> None:
    found = decoded(mark + "naïve 索引\r\n".encode(encoding))
    assert (found.text, found.encoding, found.is_guess) == ("naïve 索引\r\n", encoding.upper(), False)
    assert found.remark == f"read as {encoding.upper()}"


@pytest.mark.parametrize("data", [b"", b"plain", "über".encode(), b"\xef\xbb\xbfwith a mark"])
def test_utf_8_needs_no_remark(data: bytes) -> None:
    assert decoded(data).remark is None


@pytest.mark.parametrize("data", [b"\0", b"\0\1", b"\1\0", b"\0\0", b"ab\0\1", b"\x89PNG\r\n\x1a\n\0\0"])
def test_few_bytes_with_a_nul_are_binary(data: bytes) -> None:
    with pytest.raises(UnreadableError, match="binary"):
        decoded(data)
