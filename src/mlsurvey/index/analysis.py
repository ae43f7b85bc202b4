"""Analysis of text into terms, the same for passages and for queries.

Text is folded first (:func:`mlsurvey.folding.folded`). Its words become stems; a name such as "tch-rs", "TF.NET" or
"ml_algo" is a term as a whole too, in any spelling (:func:`names_in`). Scripts without spaces between words become
pairs of characters, and in the field ``exact`` single ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from itertools import pairwise

from tantivy import Filter, TextAnalyzer, TextAnalyzerBuilder, Tokenizer

from mlsurvey.folding import bigrams, folded, is_character
from mlsurvey.vocabulary.gazetteer import collapse

# Both tuned on the development questions: evidence in the top ten passages .79; .74 with both 1, .54 with titles at 3.
TITLE_BOOST = 0.5  # headings are short, so their terms already weigh a lot
NAME_BOOST = 0.5  # in addition to its parts, which match too; rare names already have a high weight
_MAX_TERMS = 256  # for a page pasted as a question: more terms only cost time
_MAX_TOKEN = 64  # bytes; longer tokens are hashes and base64
_CACHED = 4096  # words
_MAX_EXACT = 256  # bytes; a hash may be quoted, base64 hardly
_WORD = r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:\+\+|#)?"
_PROCESSORS = re.compile(r"\b([a-z]pu)s\b")
_JOINED = re.compile(r"(?<![^\W_])[^\W_]++[+#]*+(?:[-._/][^\W_]++[+#]*+){1,3}")  # linear even on a megabyte of base64


@cache
def words_analyzer() -> TextAnalyzer:
    """Stems of the words, for the fields ``title`` and ``body``."""
    builder = TextAnalyzerBuilder(Tokenizer.regex(_WORD)).filter(Filter.remove_long(_MAX_TOKEN))
    return builder.filter(Filter.ascii_fold()).filter(Filter.stemmer("english")).build()


@cache
def exact_analyzer() -> TextAnalyzer:
    """Words as written, for the field ``exact``."""
    builder = TextAnalyzerBuilder(Tokenizer.regex(_WORD)).filter(Filter.remove_long(_MAX_EXACT))
    return builder.filter(Filter.ascii_fold()).build()


@cache
def names_analyzer() -> TextAnalyzer:
    """Names as wholes, for the field ``names``."""
    builder = TextAnalyzerBuilder(Tokenizer.whitespace()).filter(Filter.remove_long(_MAX_TOKEN))
    return builder.filter(Filter.ascii_fold()).build()


@cache
def _split() -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.regex(_WORD)).build()


@cache
def _stopwords() -> TextAnalyzer:
    return TextAnalyzerBuilder(Tokenizer.regex(_WORD)).filter(Filter.stopword("english")).build()


def names_in(text: str) -> list[str]:
    """Collapsed forms of joined names: ``tch-rs`` gives ``tchrs``, ``TF.NET`` gives ``tfnet``."""
    # Skip plain words (with at most a trailing comma), which are the majority: the regex is slow.
    candidates = " ".join([word for word in text.split() if not (word.isalnum() or word[:-1].isalnum())])
    return [collapse(match.group()) for match in _JOINED.finditer(candidates)]


def weights(texts: Iterable[tuple[str, float]]) -> list[tuple[tuple[str, str], float]]:
    """Pairs ((field, term), weight) of pairs (text, weight), highest weight first; at most 256."""
    found: dict[tuple[str, str], float] = {}
    for text, weight in texts:
        for field, term, boost in _analysed(text):
            found[field, term] = max(found.get((field, term), 0.0), weight * boost)
    return sorted(found.items(), key=lambda item: -item[1])[:_MAX_TERMS]


def _analysed(text: str) -> Iterator[tuple[str, str, float]]:
    """Yield triples (field, term, boost); stop words count only if there are no other words."""
    text = folded(text)
    names = names_in(text)
    text = terms_in(text)
    every = _split().analyze(text)
    words = [word for word in every if not _is_stopword(word)] or every
    for term in words_analyzer().analyze(" ".join(words)):
        yield from _weighed(term)
    joined = [f"{first}{second}" for first, second in pairwise(every) if first.isascii() or second.isascii()]
    for term in names_analyzer().analyze(" ".join([*names, *joined, *map(collapse, words)])):
        yield "names", term, NAME_BOOST
    for term in words_analyzer().analyze(" ".join(joined)):  # "data set" also finds "dataset", "tch rs" finds "tchrs"
        yield from _weighed(term)


@lru_cache(maxsize=_CACHED)
def _is_stopword(word: str) -> bool:
    return not _stopwords().analyze(word)


def _weighed(term: str) -> Iterator[tuple[str, str, float]]:
    if is_character(term):  # documents have pairs of characters, and single ones only in exact order
        yield "exact", term, 1.0
    else:
        yield "body", term, 1.0
        yield "title", term, TITLE_BOOST


def terms_in(text: str) -> str:
    """Words of a folded text as indexed and searched.

    "GPUs", "CPUs" and the like become singular: Snowball treats them as words ending in -us.
    """
    text = bigrams(text)
    return _PROCESSORS.sub(r"\1", text) if "pus" in text else text
