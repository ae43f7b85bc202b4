"""Detect the natural language of a question from its most common words and its script. Pure.

The network reads English. In questions in other languages only names are understood, and the answer says so.
"""

from __future__ import annotations

import re

_COMMON = {
    "English": """the of and to in is are for on with that it which what how do does can from by or an be this at not
        have has than when should would my we i you there any a as no me if so was will were been but they their
        them then its our your he she his her him who why where some all one more most out up about into over only
        just like also very had did make get go use used using need""",
    "German": """der die das und ist sind für mit auf ein eine einen welche welcher welches wie was kann nicht von zu
        den dem im oder bei unterstützt gibt es ich wir soll als zwischen warum""",
    "Spanish": """el la los las de del y es son para con en un una qué cual cuál cuáles como cómo puede no por que se o
        hay entre tiene soporta mejor más usar debo""",
    "French": """le la les des du et est sont pour avec sur un une quel quelle quels quelles comment peut ne pas par que
        qui ou dans entre il y a mieux plus utiliser dois je est-ce""",
    "Portuguese": """o a os as do da dos das e é são para com em um uma qual quais como pode não por que se ou no na
        entre tem suporta melhor mais usar devo há""",
    "Italian": """il lo la i gli le di del della e è sono per con su un una quale quali come può non da che si o nel tra
        ha supporta meglio più usare devo c'è""",
}
_WORD = re.compile(r"(?<!\w)[^\W\d_]+(?:['’-][^\W\d_]+)*(?!\w)")
_ENGLISH = frozenset(_COMMON["English"].split())
_WORDS = {
    language: frozenset(words.split()) - (_ENGLISH if language != "English" else frozenset())  # "a" is a word of four
    for language, words in _COMMON.items()
}
_SCRIPTS = {
    "Japanese": re.compile(r"[\u3040-\u30ff]"),
    "Korean": re.compile(r"[\uac00-\ud7af]"),
    "Chinese": re.compile(r"[\u4e00-\u9fff]"),
    "Russian": re.compile(r"[\u0400-\u04ff]"),
    "Arabic": re.compile(r"[\u0600-\u06ff]"),
}
_LEAST = 2
"""Minimum number of different words, or characters of a script; there must also be more of them than English words."""


def foreign_tongue(question: str) -> str | None:
    """The language of a question if not English; None for English or if unclear."""
    words = {*_WORD.findall(question.lower())}
    counts = {language: len(words & known) for language, known in _WORDS.items()}
    for language, script in _SCRIPTS.items():
        if len(script.findall(question)) >= max(_LEAST, counts["English"]):
            return language
    best = max(counts, key=counts.__getitem__)
    return best if best != "English" and counts[best] >= _LEAST and counts[best] > counts["English"] else None
