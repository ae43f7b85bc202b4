from __future__ import annotations

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
