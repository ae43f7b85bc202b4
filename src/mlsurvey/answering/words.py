"""Tokenise and normalise the words of questions and sentences for comparison."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"[^\W_]+(?:[+#]+)?(?:['’](?:t|s|re|ve|ll))?")
_PROCESSORS = re.compile(r"^([a-z]pu)s$")  # Snowball treats "gpus" as a word ending in -us
_STEMMER = snowballstemmer.stemmer("english")

_STOP_WORDS = """
    a about above absolute actually after again ai all also alternative alternatives am an and any anything are
    aren't as at be because been before being below best better between both but by can choice choose choosing
    compare comparison could cover covers crate crates currently did differ difference differences different do does
    doing don't down during e.g each either else etc ever every exactly few for framework frameworks from further
    get gets give given gives good got had has have having he heard her here hers him his how i i.e if in into is
    isn't it its itself just language languages learning let lib libraries library libs like list longer machine
    main make makes many me mean meant ml more most much must my need needs neither new no nobody nor not now oder
    of off offer offered offers often on once one ones only or other our ours out over own package packages per
    please possible project projects provide provides question really replacement same say she should show sit sits
    so some something standard still substitute such take tell than that the their them then there these they thing
    things this those three through to too tool tools true two und under until up upon us use used user uses using
    versus very vs want wants was we well were what when where whether which while who whom whose why wich will with
    within without work working works would yes yet you your
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words without information about what is asked: function words, politeness, nouns common to all questions."""


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Snowball (Porter 2) stem of one word, case-folded.

    See https://snowballstem.org/algorithms/english/stemmer.html.
    """
    folded = word.casefold().replace("’", "'").removesuffix("'s")
    return str(_STEMMER.stemWord(_PROCESSORS.sub(r"\1", folded)))


def words(text: str) -> list[str]:
    """Words of ``text`` as written, in order."""
    return _WORD.findall(text)


def content_words(text: str) -> list[str]:
    """Words of ``text`` that are not stop words, case-folded, in order."""
    return [w for word in words(text) if (w := word.casefold().removesuffix("'s")) not in STOP_WORDS and len(w) > 1]


def stems(items: Iterable[str]) -> frozenset[str]:
    """Stems of the given words."""
    return frozenset(stem(word) for word in items)


@lru_cache(maxsize=32768)
def text_stems(text: str) -> frozenset[str]:
    """Stems of the content words of a text. Cached: questions on one topic read the same sentences."""
    return stems(content_words(text))
