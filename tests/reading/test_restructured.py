from __future__ import annotations

import pytest

from mlsurvey.reading.blocks import BlockKind
from mlsurvey.reading.restructured.document import restructured_blocks
from mlsurvey.types import SentenceKind

from .checks import check, quotes, texts
from .conftest import Chunk

TEXT = """
=====
Ember
=====

.. image:: logo.svg
   :alt: logo

.. _start:

Start
-----

Ember is **fast**, see `the guide <https://x>`__ and ``ember.run()``. Install it::

    pip install ember

.. note:: Needs `Tensorix`_.

- Speed: It is fast.
- Size,
  small as well.

.. code-block:: python
   :linenos:

   import ember

+-------+------+
| Name  | GPU  |
+=======+======+
| Ember | CUDA |
+-------+------+
| wax   | none |
+-------+------+

====  =====
Key   Value
====  =====
a     one
b     two
====  =====

.. a comment
.. _Tensorix: https://x
"""


def test_structure_of_restructured_text(chunk: Chunk) -> None:
    document, passages = chunk(TEXT, "a.rst")
    check(document, passages)
    assert document.title == "Ember"
    assert {p.trail for p in passages} == {("Ember", "Start")}
    assert texts(passages) == [
        "Ember is fast, see the guide and ember.run().",
        "Install it:",
        "pip install ember",
        "Needs Tensorix.",
        "Speed: It is fast.",
        "Size, small as well.",
        "import ember",
        "Ember | CUDA",
        "wax | none",
        "a | one",
        "b | two",
    ]


def test_rows_have_headers_and_quotes_are_verbatim(chunk: Chunk) -> None:
    document, passages = chunk(TEXT, "a.rst")
    rows = [s for p in passages for s in p.sentences if s.kind is SentenceKind.ROW]
    assert [row.header for row in rows] == [("Name", "GPU")] * 2 + [("Key", "Value")] * 2
    assert "| Ember | CUDA |" in quotes(document, passages)
    assert "Ember is **fast**, see `the guide <https://x>`__ and ``ember.run()``." in quotes(document, passages)


def test_adornments_nest_in_the_order_of_their_use(chunk: Chunk) -> None:
    _, passages = chunk("Aim\n===\n\nOne\n~~~\n\nx.\n\nTwo\n+++\n\ny.\n\nThree\n~~~~~\n\nz.\n", "a.rst")
    assert [p.trail for p in passages] == [("Aim", "One"), ("Aim", "One", "Two"), ("Aim", "Three")]


def blocks_of(text: str) -> list[str]:
    """Reading form of each block; cells are separated by bars."""
    return [
        " | ".join(cell.text for cell in block.cells) if block.cells else block.reading.text
        for block in restructured_blocks(text)
    ]


WRAPPED = [
    "J. Smith said so",
    "A. Weber and B. Klein",
    "12. Older ones are refused",
    "i. e. none",
    "3) of the list",
    "(b) of the list",
    "a) of the manual",
    "- 7 volts",
    "* 3 is six",
    "+ 4 is nine",
    ":func:`run` is called",
    "--fast was given",
    "| grep works",
    ".. and so on",
    ">>> is the prompt",
]


@pytest.mark.parametrize("line", WRAPPED)
def test_a_line_within_a_paragraph_begins_no_list(line: str) -> None:
    assert len(blocks_of(f"The engine does not run where\n{line} or elsewhere.\n")) == 1


@pytest.mark.parametrize("line", ["A. Weber built it", "12. It began so", "e. g. this", "(c) by us"])
def test_a_paragraph_may_begin_like_a_list(line: str) -> None:
    assert blocks_of(f"{line} and\nwent on with it.\n") == [f"{line} and went on with it."]


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("1. one\n2. two\n", ["one", "two"]),
        ("a) one\nb) two\n", ["one", "two"]),
        ("(iv) one\n(v) two\n", ["one", "two"]),
        ("C. one\n#. two\n", ["one", "two"]),
        ("1. one\n   and more\n\n2. two\n", ["one and more", "two"]),
        ("- one\n  and more\n- two\n\n  below two\n", ["one and more", "two", "below two"]),
        ("-\n  one\n", ["one"]),
        ("- - one\n  - two\n", ["one", "two"]),
        ("999999999999. no\n", ["999999999999. no"]),
        ("X.\n", ["X."]),
    ],
)
def test_lists(text: str, items: list[str]) -> None:
    assert blocks_of(text) == items


DIRECTIVES = ["note", "tip", "warning", "seealso", "todo", "my-extension", "rubric", "admonition"]


@pytest.mark.parametrize("name", DIRECTIVES)
def test_text_on_the_line_of_a_directive_goes_on_below(name: str) -> None:
    expected = ["The engine does not run here.", "More."]
    assert blocks_of(f".. {name}:: The engine does\n   not run here.\n\n   More.\n") == expected
    assert blocks_of(f".. {name}:: The engine does\n         not run here.\n   :class: x\n\n   More.\n") == expected
    assert blocks_of(f".. {name}::\n\n   The engine does\n   not run here.\n\n   More.\n") == expected
    assert blocks_of(f"- .. {name}:: The engine does\n     not run here.\n\n  More.\n") == expected


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("versionadded", "Added in version 2.1"),
        ("versionchanged", "Changed in version 2.1"),
        ("deprecated", "Deprecated since version 2.1"),
        ("versionremoved", "Removed in version 2.1"),
    ],
)
def test_a_version_is_read_with_its_directive(name: str, words: str) -> None:
    assert blocks_of(f".. {name}:: 2.1\n") == [words]
    assert blocks_of(f".. {name}:: 2.1 It does\n   not run.\n") == [f"{words}: It does not run."]
    assert blocks_of(f".. {name}:: 2.1\n   It does\n   not run.\n") == [f"{words}: It does not run."]
    assert blocks_of(f".. {name}:: 2.1\n\n   It does not.\n\n   More.\n") == [f"{words}: It does not.", "More."]


def test_a_version_is_quoted_from_its_name(chunk: Chunk) -> None:
    document, passages = chunk("Wax\n===\n\n.. deprecated:: 2.1\n   Use **ember**.\n", "a.rst")
    check(document, passages)
    assert quotes(document, passages) == ["deprecated:: 2.1\n   Use **ember**."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-f FILE, --file=FILE  The file, which must not\n                      be a pipe.\n",
         ["-f FILE, --file=FILE The file, which must not be a pipe."]),
        ("--all\n    Everything, but not\n    this.\n", ["--all Everything, but not this."]),
        ("/V  Be verbose.\n-q  Be quiet.\n", ["/V Be verbose.", "-q Be quiet."]),
        (":speed: It is not\n   fast.\n:size: small\n", ["speed: It is not fast.", "size: small"]),
        (":speed:\n   It is.\n\n   More.\n", ["speed: It is.", "More."]),
        (":kinds:\n   - one\n   - two\n", ["kinds", "one", "two"]),
        ("speed\n   It is not\n   fast.\n\n   More.\nsize\n   small\n",
         ["speed: It is not fast.", "More.", "size: small"]),
        ("term\n   .. index:: x\n\n   Text.\n", ["term: Text."]),
    ],
)  # fmt: skip
def test_a_name_is_read_with_its_text(text: str, expected: list[str]) -> None:
    assert blocks_of(text) == expected


def test_a_line_with_a_wrong_margin_goes_on_with_its_sentence() -> None:
    assert blocks_of("It runs here\nand does\n  not run\nthere.\n") == ["It runs here and does not run there."]
    assert blocks_of("It has\nthese:\n  - one\n  - two\n") == ["It has these:", "one", "two"]


def test_what_is_silent_takes_no_text_with_it() -> None:
    assert blocks_of("..\n\n   A quote.\n") == ["A quote."]
    assert blocks_of(".. comment\n   more\n\nText.\n") == ["Text."]
    assert blocks_of(".. _target: https://x\n\n   A quote.\n\n__ https://y\n\nText.\n") == ["A quote.", "Text."]
    assert blocks_of(".. only:: html\n\n   For HTML.\n") == ["For HTML."]
    assert blocks_of(".. figure:: a.png\n   :alt: b\n\n   A caption.\n\n   A legend.\n") == ["A caption.", "A legend."]


def test_literal_blocks_lines_and_signatures() -> None:
    assert blocks_of("Run ::\n\n> a\n> b\n\nText.\n") == ["Run", "> a > b", "Text."]
    assert blocks_of("| A line\n  that goes on,\n| and one more.\n") == ["A line that goes on, and one more."]
    signatures = ".. function:: run(a)\n              run(a, \\\n                  b)\n   :module: x\n\n   It runs.\n"
    assert blocks_of(signatures) == ["run(a)", "run(a, b)", "It runs."]


GRID = """\
+--------+-----------+---------+
| Engine | Runs on             |
|        +-----------+---------+
|        | training  | serving |
+========+===========+=========+
| Ember  | every one of them   |
+--------+-----------+---------+
| Wax    | not on    | only    |
|        | a GPU     | Linux   |
|        +-----------+---------+
|        | slow      | fast    |
+--------+-----------+---------+
"""


def test_cells_of_a_grid_may_span_columns_and_rows() -> None:
    rows = [block for block in restructured_blocks(GRID) if block.kind is BlockKind.ROW]
    assert blocks_of(GRID) == ["Ember | every one of them", "Wax | not on a GPU | only Linux | slow | fast"]
    training, serving = "Runs on training", "Runs on serving"
    assert rows[0].header == ("Engine", f"{training}, {serving}")
    assert rows[1].header == ("Engine", training, serving, training, serving)


def test_a_grid_with_a_ragged_side_is_read_by_its_bars() -> None:
    ragged = "+----+----+\n| a  | b  |\n+====+====+\n| one | not two  |\n+----+----+\n"
    assert blocks_of(ragged) == ["one | not two"]
    assert blocks_of("+----+----+\n| a  | b  |\n+----+----+\n| c  | d  |\n") == ["a | b", "c | d"]


def test_a_line_block_directly_below_a_grid_is_no_row_of_it() -> None:
    grid = "+----+----+\n| a  | b  |\n+----+----+\n"
    assert blocks_of(f"{grid}| the first line\n| the second\n") == ["a | b", "the first line the second"]


def test_a_substitution_is_read_as_its_text() -> None:
    text = (
        "|ember| runs. It is |fast|_, said |who ever| of |Ember  one|, and |logo| has no text.\n\n"
        ".. |ember| replace:: The *Ember*\n   engine\n.. |fast| replace:: quick\n.. _fast: http://a.b\n"
        ".. |ember one| replace:: |ember| 1\n.. |logo| image:: a.png\n"
    )
    (block,) = restructured_blocks(text)
    assert block.reading.text == (
        "The Ember engine runs. It is quick, said |who ever| of The Ember engine 1, and has no text."
    )
    assert block.reading.place(0, 16).of(text) == "|ember|"


SIMPLE = """\
======  =======  =========
Engine  Where it runs
------  ------------------
\\       trains   serves
======  =======  =========
Ember   on both
------  ------------------
Wax     not on   only
        a GPU    on Linux, and beyond the edge

Glow    a word across it
======  =======  =========

Text.
"""


def test_rows_of_a_simple_table_are_whole() -> None:
    rows = [block for block in restructured_blocks(SIMPLE) if block.kind is BlockKind.ROW]
    assert blocks_of(SIMPLE) == [
        "Ember | on both",
        "Wax | not on a GPU | only on Linux, and beyond the edge",
        "Glow | a word across it",
        "Text.",
    ]
    assert rows[0].header == ("Engine", "Where it runs trains, Where it runs serves")


def test_a_row_is_kept_whose_longest_cell_has_no_letters() -> None:
    assert blocks_of("======== ====\nMark     Use\n======== ====\n<<, >>=  add\n======== ====\n") == ["<<, >>= | add"]


def test_marks_of_directives_in_cells_are_not_read() -> None:
    assert blocks_of(
        "+---------------+-----+\n| .. data:: MAX | not |\n|               | one |\n+---------------+-----+\n"
    ) == ["MAX | not one"]


def test_columns_are_those_of_the_screen() -> None:
    simple = "====  ====\n名前  値\n====  ====\n蜂蜜  ｶﾞ十\n====  ====\n"
    grid = "+------+------+\n| 名前 | 値   |\n+======+======+\n| 蜂蜜 | e\u0301十  |\n+------+------+\n"
    assert blocks_of(simple) == ["蜂蜜 | ｶﾞ十"]
    assert blocks_of(grid) == ["蜂蜜 | e\u0301十"]
    assert {block.header for block in restructured_blocks(simple + "\n" + grid)} == {("名前", "値")}


def test_titles_are_measured_on_the_screen() -> None:
    assert [block.kind for block in restructured_blocks("値\n==\n")] == [BlockKind.HEADING]
    assert [block.kind for block in restructured_blocks("値値\n==\n")] == [BlockKind.TEXT]


def test_tables_of_lists_and_of_values_have_captions_and_names() -> None:
    listed = (
        ".. list-table:: Speed by engine\n   :header-rows: 1\n\n"
        "   * - Engine\n     - ms\n   * - Ember\n     - not\n       known\n   * - Wax\n     -\n"
    )
    values = (
        '.. csv-table:: Size by engine\n   :header: Engine, "MB, whole"\n   :delim: ,\n\n'
        '   Ember, "a ""big"" one,\n   not small"\n\n   Wax, 3\n'
    )
    assert blocks_of(listed) == ["Speed by engine", "Ember | not known", "Wax | "]
    assert blocks_of(values) == ["Size by engine", 'Ember | a "big" one, not small', "Wax | 3"]
    assert restructured_blocks(listed)[1].header == ("Engine", "ms")
    assert restructured_blocks(values)[1].header == ("Engine", "MB, whole")
    assert blocks_of(".. table:: Sizes\n\n   == ==\n   a  b\n   == ==\n") == ["Sizes", "a | b"]
    assert blocks_of(".. list-table:: Odd\n\n   No list.\n") == ["Odd", "No list."]


def test_long_rows_are_split_between_lines(chunk: Chunk) -> None:
    words = [f"word{n}" for n in range(60)]
    lines = "".join(f"| {word:<10} | {word.upper():<10} | {n:<6} |\n" for n, word in enumerate(words))
    edge = "+------------+------------+--------+\n"
    document, passages = chunk(edge + lines + edge, "a.rst")
    check(document, passages)
    assert sorted(" ".join(texts(passages)).lower().split()) == sorted(
        [*words, *words, *map(str, range(60)), *["|"] * (2 * len(texts(passages)))]
    )


def test_tabs_are_eight_columns_and_offsets_are_exact(chunk: Chunk) -> None:
    text = "Wax\n===\n\n-\tIt does\n\tnot\tmelt.\n\n\tMore of\tit.\n"
    document, passages = chunk(text, "a.rst")
    check(document, passages)
    assert texts(passages) == ["It does not melt.", "More of it."]
    assert quotes(document, passages) == ["It does\n\tnot\tmelt.", "More of\tit."]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":py:func:`~a.run` and (:ref:`that <x>`)", "a.run and (that)"),
        ("`a < b` and `Site <https://x>`_", "a < b and Site"),
        ("*does\nnot* run 2 * 3 * 4", "does not run 2 * 3 * 4"),
        ("``a b`` and ```c```", "a b and `c`"),
        ("see name_ and snake_case and __init__", "see name and snake_case and __init__"),
        ("a :: b ::: c", "a :: b ::: c"),
    ],
)
def test_inline_markup(text: str, expected: str) -> None:
    assert blocks_of(text + "\n") == [expected]


@pytest.mark.parametrize(
    "mark", [":", ":a", "`", "`a ", "``a ", "**a ", "*a ", "|a ", "a.", "a_", "`a <", "-a, ", "+-"]
)
def test_runs_of_marks_are_read_in_linear_time(mark: str) -> None:
    text = mark * (60_000 // len(mark))
    kept = {character for block in restructured_blocks(f"x {text}\n") for character in block.reading.text}
    assert kept <= {*mark, "x", " "}
