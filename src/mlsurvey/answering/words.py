"""Words of a question and of a sentence, brought to a form in which they can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

_WORD = re.compile(r"[^\W_]+(?:[+#]+)?(?:['’](?:t|s|re|ve|ll))?")
_PROCESSORS = re.compile(r"^([a-z]pu)s$")  # Snowball takes "gpus" for a word in -us
_STEMMER = snowballstemmer.stemmer("english")

STOP_WORDS = frozenset(
    """a about above after again all also am an and any are aren't as at be because been before being below between both but by
    can could did do does doing don't down during each either else ever every few for from further get gets give given gives
    got had has have having he her here hers him his how i if in into is isn't it its itself just let like list make makes many
    me mean meant more most much must my need needs neither no nor not now of off on once one ones only or other our ours out over
    own per please possible question same say she should show so some such take tell than that the their them then there
    these they thing things this those through to too under until up upon us use used user uses using very vs versus want wants was we
    well were what when where whether which while who whom whose why will with within without would yes yet you your
    library libraries framework frameworks package packages crate crates tool tools compare comparison difference differences
    differ different better best good main really actually exactly currently still offer offers offered provide provides two three absolute often cover covers sit sits
    language languages standard choice work works working oder und wich ml machine learning ai e.g i.e etc
    """.split()
)
"""Words that say nothing about what is asked: function words, politeness, and the nouns every such question has."""


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Snowball (Porter 2) stem of one word, case folded. Source: https://snowballstem.org/algorithms/english/stemmer.html"""
    folded = word.casefold().replace("’", "'").removesuffix("'s")
    return str(_STEMMER.stemWord(_PROCESSORS.sub(r"\1", folded)))


def words(text: str) -> list[str]:
    """Words of ``text`` as written, in order."""
    return _WORD.findall(text)


def content_words(text: str) -> list[str]:
    """Words of ``text`` that are no stop words, case folded, in order."""
    return [w for word in words(text) if (w := word.casefold().removesuffix("'s")) not in STOP_WORDS and len(w) > 1]


def stems(items: Iterable[str]) -> frozenset[str]:
    """Stems of the given words."""
    return frozenset(stem(word) for word in items)
