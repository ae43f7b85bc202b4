"""Conversion of PDF, web pages, notebooks and Word files, written here by the tools' own writers."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest

from mlsurvey.errors import UnreadableError
from mlsurvey.reading.converting.convert import convert
from mlsurvey.reading.converting.extract import joined
from mlsurvey.reading.converting.kinds import CONVERTED_SUFFIXES, KINDS, recipe
from mlsurvey.reading.converting.pdf import mended, without_running_titles
from mlsurvey.reading.formats import read_blocks

pytest.importorskip("pdf_inspector")


def paper(columns: int = 2, sections: int = 10) -> bytes:
    """A paper with a running title, a page number, columns and headings by size; in one column, with a table."""
    from reportlab.lib import colors
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Table

    styles = getSampleStyleSheet()
    width = 500 / columns
    frames = [Frame(50 + i * width, 60, width - 20, 680) for i in range(columns)]

    def edges(canvas, document) -> None:
        canvas.drawString(72, 760, "Quillnet technical report")
        canvas.drawString(280, 30, f"Page {document.page}")

    cells = [["Library", "GPU"], ["Quillnet", "CUDA"], ["Ravenkit", "Vulkan"]]
    flow = []
    if columns == 1:
        flow.append(Table(cells, style=[("GRID", (0, 0), (-1, -1), 1, colors.black)]))
    for i in range(1, sections + 1):
        flow.append(Paragraph(f"Matter {i}", styles["Heading1"]))
        for j in range(3):
            text = f"Quillnet {i}.{j} runs on a graphics proces-<br/>sor, and this sentence is wrapped over some lines."
            flow.append(Paragraph(text, styles["BodyText"]))
    out = BytesIO()
    BaseDocTemplate(out, pageTemplates=PageTemplate(frames=frames, onPage=edges)).build(flow)
    return out.getvalue()


def page(*texts: str, **options: object) -> bytes:
    """A PDF with one line of text on each page; an empty text is a page with a drawing only."""
    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out, **options)
    for text in texts:
        canvas.drawString(72, 700, text) if text else canvas.rect(72, 500, 100, 100, fill=1)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def word(build: Callable) -> bytes:
    docx = pytest.importorskip("docx")
    document, out = docx.Document(), BytesIO()
    build(document)
    document.save(out)
    return out.getvalue()


def notebook(*cells: dict, **fields: object) -> bytes:
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells} | fields).encode()


def code(source: str, *outputs: dict) -> dict:
    return {"cell_type": "code", "source": source.splitlines(keepends=True), "outputs": outputs}


def test_a_paper_is_read_column_by_column_with_its_headings_and_pages() -> None:
    found = convert("a.pdf", paper())
    order = [int(number) for number in re.findall(r"^#+ Matter (\d+)", found.text, re.MULTILINE)]
    assert order == [*range(1, 11)]
    assert found.text.count("runs on a graphics processor, and") == 30
    assert found.leaves is not None and found.leaves.unit == "page" and len(found.leaves.starts) == 2
    assert found.leaves.number(found.text.index("Matter 1")) == 1
    assert found.leaves.number(found.text.index("Matter 10")) == 2


def test_a_table_is_read_cell_by_cell() -> None:
    text = convert("a.pdf", paper(columns=1, sections=2)).text
    assert "|Library|GPU|\n|---|---|\n|Quillnet|CUDA|\n|Ravenkit|Vulkan|" in text


def test_a_running_title_is_read_once_and_page_numbers_are_not() -> None:
    found = convert("a.pdf", paper())
    assert found.text.count("Quillnet technical report") == 1
    assert "Page 1" not in found.text and "Page 2" not in found.text
    assert found.omitted == "3 × page header or footer"


def test_what_all_pages_have_at_their_edges_is_left_out_but_what_one_has_is_not() -> None:
    pages = [f"Report\n\nText {name} of this page.\n\n{number}" for number, name in enumerate("abc", 1)]
    bare, count = without_running_titles(pages)
    assert bare == ["Report\n\nText a of this page.", "Text b of this page.", "Text c of this page."] and count == 5
    assert without_running_titles(["One\n\nText", "Two\n\nWords"])[1] == 0


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("a proces- sor", "a processor"),
        ("pre- and post-processing", "pre- and post-processing"),
        ("a well-known name", "a well-known name"),
        ("Vec<u8> and x<sub>1</sub>", r"Vec\<u8> and x<sub>1</sub>"),
        ("```\na<b- c>\n```\nx- z", "```\na<b- c>\n```\nxz"),
    ],
)
def test_hyphenation_is_mended_in_text_and_not_in_code(given: str, wanted: str) -> None:
    assert mended(given) == wanted


def test_a_sentence_goes_on_over_a_page_break() -> None:
    found = joined("page", ["# Head\n\nIt begins", "", "and ends here.", "- item"])
    assert "It begins and ends here.\n\n- item" in found.text and found.leaves is not None
    assert [found.leaves.number(found.text.index(part)) for part in ("Head", "and ends", "item")] == [1, 3, 4]


REFUSED = {
    "empty": (b"", "the file is empty"),
    "text": (b"hello", "not a PDF file"),
    "cut": (lambda: paper()[:1500], "not read: "),
    "encrypted": (lambda: page("secret words", encrypt="password"), "it is encrypted and needs a password"),
    "scanned": (lambda: page("", ""), "no page of it has text, so it is probably scanned"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_pdf_that_cannot_be_read_is_refused_with_the_reason(case: str) -> None:
    data, reason = REFUSED[case]
    with pytest.raises(UnreadableError, match=reason):
        convert("a.pdf", data if isinstance(data, bytes) else data())


def test_a_page_that_looks_garbled_is_read_all_the_same() -> None:
    lines = ["x <- c(1, cumsum(o$n)+1)", "y[[i]] <- t(k[,w]) %*% z$c", "{ ## !! @@ $$ %% ^^ && }", "f<-g(\\(q){#}[1])"]
    found = convert("a.pdf", page("Plain words first.", *lines))
    seen = "\n".join(block.reading.text for block in read_blocks("a.pdf", found.text).blocks)
    assert "cumsum" in seen and found.leaves is not None and len(found.leaves.starts) == 5


def test_a_page_without_text_is_named_and_the_rest_is_read() -> None:
    found = convert("a.PDF", page("First words.", "", "Third words."))
    assert found.omitted == "1 × page without text (blank or scanned)" and found.leaves is not None
    assert found.leaves.number(found.text.index("Third")) == 3


PAGE = b"""<!doctype html><title>Quillnet docs</title><style>p {}</style><nav>Menu</nav><header>Banner</header><main>
<h1>Install<a class="headerlink" href="#x">#</a></h1><p>It needs Vec&lt;u8&gt; and a # sign.</p>
<table><tr><th>A</th><th>B</th></tr><tr><td>one</td><td>two</td></tr></table>
<pre><code class="language-rust">fn main() {}</code></pre><details><summary>More</summary>Folded words</details>
</main><footer>Imprint</footer><script>var x</script>"""


def test_of_a_web_page_the_main_content_is_read() -> None:
    text = convert("a.html", PAGE).text
    assert text.startswith("# Install\n") and "| one | two |" in text and "```rust\nfn main() {}" in text
    for word in ("Menu", "Banner", "Imprint", "var x", "Quillnet docs"):
        assert word not in text
    seen = "\n".join(block.reading.text for block in read_blocks("a.html", text).blocks)
    assert "It needs Vec<u8> and a # sign." in seen and "Folded words" in seen


def test_a_web_page_without_marked_content_is_read_whole_with_its_title_and_date() -> None:
    data = '<title>Über uns</title><meta name="date" content="2026-01-31T10:00"><p>Wörter ohne Rahmen.'.encode(
        "latin-1"
    )
    found = convert("a.htm", data.replace(b"<title>", b"<meta charset=iso-8859-1><title>"))
    contents = read_blocks("a.htm", found.text)
    assert contents.head.text("title") == "Über uns" and contents.head.date("date") == "2026-01-31"
    assert contents.blocks[-1].reading.text == "Wörter ohne Rahmen."


def test_words_that_only_a_style_sheet_separates_stay_words() -> None:
    data = b"""<dl><dt><strong>copy</strong><span class="classifier">bool</span></dt></dl><p><b>o</b>ne and
    <span class="x">t</span>wo</p><pre><span class="n">fit</span><span class="n">er</span></pre>"""
    text = convert("a.html", data).text
    assert "**copy** bool" in text and "**o**ne" in text and "two" in text and "fiter" in text


def test_a_web_page_without_text_is_refused() -> None:
    with pytest.raises(UnreadableError, match="it has no text"):
        convert("a.html", b"<html><body><div id=app></div><script>go()</script></body></html>")


def test_a_notebook_is_read_cell_by_cell_with_short_outputs() -> None:
    log = {"output_type": "stream", "name": "stdout", "text": [f"step {i}\n" for i in range(100)]}
    result = {"output_type": "execute_result", "data": {"text/plain": "0.97", "image/png": "iVBO"}}
    table = {
        "output_type": "display_data",
        "data": {"text/html": "<table><tr><th>a</th></tr><tr><td>b</td></tr></table>"},
    }
    fault = {"output_type": "error", "ename": "ValueError", "evalue": "bad", "traceback": ["\x1b[31mlong"]}
    book = notebook(
        {"cell_type": "markdown", "source": ["# Title\n", "Words of a cell."]},
        code("train()", log, result),
        code("show()", table, fault),
        metadata={"language_info": {"name": "python"}},
    )
    found = convert("a.ipynb", book)
    assert found.leaves is not None and found.leaves.unit == "cell"
    assert found.leaves.number(found.text.index("0.97")) == 2 and found.leaves.number(found.text.index("bad")) == 3
    assert "```python\ntrain()\n```" in found.text and "step 11" in found.text and "step 12" not in found.text
    assert "| b |" in found.text and "iVBO" not in found.text and "\x1b" not in found.text
    assert found.omitted == "1 × long output (its first lines are kept)"


def test_an_old_notebook_is_read() -> None:
    cells = [{"cell_type": "heading", "level": 2, "source": "Old"}, {"cell_type": "code", "input": "x = 1"}]
    text = convert("a.ipynb", json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode()).text
    assert text == "## Old\n\n```\nx = 1\n```\n"


@pytest.mark.parametrize("data", [b"{}", b"{", b'{"cells": [1]}', b'{"cells": "x"}', notebook()])
def test_what_is_no_notebook_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableError, match="not read: "):
        convert("a.ipynb", data)


def test_a_word_file_is_read_with_headings_lists_and_tables() -> None:
    def build(document) -> None:
        document.add_heading("Handbook", 0)
        document.add_heading("Memory", 1)
        document.add_paragraph("Ravenkit uses Vec<u8>.")
        document.add_paragraph("A point", style="List Bullet")
        table = document.add_table(2, 2)
        for cell, text in zip(
            (c for row in table.rows for c in row.cells), ("Name", "Speed", "Vulkan", "12 ms"), strict=True
        ):
            cell.text = text

    text = convert("a.docx", word(build)).text
    assert "# Handbook" in text and "# Memory" in text and "- A point" in text and "| Vulkan | 12 ms |" in text


def packed(size: int) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("word/document.xml", b"0" * size)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (packed(300_000_000), "it unpacks to 300,000,000 bytes"),
        (packed(10), "a broken Word file"),
        (b"PK\x03\x04 cut off", "a broken Word file"),
        (b"\xd0\xcf\x11\xe0rest", "it is encrypted"),
        (b"text", "not a Word file"),
    ],
    ids=["bomb", "other", "cut", "encrypted", "text"],
)
def test_a_word_file_that_cannot_be_read_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason):
        convert("a.docx", data)


def test_every_format_has_its_own_suffixes_and_recipe() -> None:
    assert len(set(CONVERTED_SUFFIXES)) == len(CONVERTED_SUFFIXES)
    assert len({recipe(kind) for kind in KINDS}) == len(KINDS)


def test_a_text_can_begin_like_front_matter() -> None:
    found = convert("a.ipynb", notebook({"cell_type": "raw", "source": "x"}, {"cell_type": "markdown", "source": "y"}))
    assert read_blocks("a.ipynb", found.text).head.span.end == 0
