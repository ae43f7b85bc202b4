"""How names are written: cleaning, keys, slugs, and whether a text looks like a name."""

from __future__ import annotations

import re
from functools import lru_cache

from mlsurvey.folding import folded
from mlsurvey.vocabulary.gazetteer import collapse

CACHED = 65_536
"""Names whose form is cached: the same ones occur in many documents."""
MAX_WORDS = 5
"""Words of the longest name; the gazetteer finds no longer ones."""
MAX_LENGTH = 48
"""Characters of the longest name."""
_BRACKETS = re.compile(r"\s*[(\[{][^()\[\]{}]*[)\]}]")
_IN_BRACKETS = re.compile(r"[(\[](?P<inside>[^()\[\]]{2,48})[)\]]")
_TAGLINE = re.compile(r"\s+(?:[-–—|·•]+|::?)\s+|:\s+|\s+[–—]|,\s")
_EDGES = " \t*_`'\"“”‘’#|:;,.!?·•–—-<>«»=~^"
_NUMBERING = re.compile(r"^\s*(?:\d+(?:\.\d+)*[.)]?|[IVXLC]+\.|[A-Z]\.)\s+(?=\S)")
_SCOPED = re.compile(r"^@?(?P<scope>[\w.-]+?)(?:__|/)(?P<name>[\w.-]+)$")
_SENTENCE = re.compile(r"[.!?]\s+\S|[.!?…:]$|[=;{}<>]|\w\(|://")
_FILE = re.compile(r"/$|\w/\w+/|\.(?:md|rst|txt|toml|ya?ml|json|ini|cfg|lock|[ct]sv|xml|html?|sh|py|exe|conf)$")
"""Names of files and folders."""
_UNUSUAL = re.compile(r"[a-z\d][A-Z]|[A-Za-z]\d|\d[A-Za-z]|[A-Za-z][._/+#]+[A-Za-z]|^@|[A-Z]{2,}")
_WORD = re.compile(r"[^\W_]+(?:[’'][^\W_]+)?[+#]*")
_ARTICLE = re.compile(r"^(?:the|an?)\s+(?=\S)", re.IGNORECASE)
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f]+")


@lru_cache(maxsize=CACHED)
def key(name: str) -> str:
    """The form in which names are compared: letters and digits, without case and accents."""
    return collapse(folded(name))


def slug_of(name: str) -> str:
    """``Old Haven`` gives ``old-haven``; letters of all scripts are kept."""
    return "-".join(word for word in _WORD.findall(folded(name).replace("'", "").replace("’", ""))) or "subject"


def words(text: str) -> list[str]:
    """Words of a text as written."""
    return _WORD.findall(text)


def cleaned(text: str) -> str:
    """A name without numbering, bracketed parts, emoji and marks at its edges."""
    bare = _NUMBERING.sub("", _BRACKETS.sub(" ", _EMOJI.sub(" ", text))).strip(_EDGES)
    keeps_hash = re.search(r"[A-Za-z][+#]+$", text.strip())  # C#, C++
    bare = bare if not keeps_hash else f"{bare.rstrip('+#')}{keeps_hash.group()[1:]}"
    bare = _ARTICLE.sub("", " ".join(bare.split()))
    return bare if keeps_hash else bare.strip(_EDGES)


def bracketed(text: str) -> list[str]:
    """Names in brackets: abbreviations and other spellings."""
    inside = (match["inside"].strip(_EDGES) for match in _IN_BRACKETS.finditer(text))
    return [name for name in inside if is_short(name) and len(words(name)) <= 3]


def parted(title: str) -> tuple[str, str]:
    """A title as name and tagline: "Tumbleweed: a queue" gives both; the tagline may be empty."""
    found = _TAGLINE.search(title)
    if not found or not title[: found.start()].strip():
        return title, ""
    return title[: found.start()], title[found.end() :].strip()


def scoped(name: str) -> tuple[str, ...]:
    """Spellings of the name of a scoped package: ``a__b`` gives ``@a/b`` and ``b``; empty for other names."""
    found = _SCOPED.match(name)
    return (f"@{found['scope']}/{found['name']}", found["name"]) if found else ()


def is_short(name: str) -> bool:
    """Whether a text can be a name by its length and characters."""
    if not 1 < len(name) <= MAX_LENGTH or len(words(name)) > MAX_WORDS or _SENTENCE.search(name) or _FILE.search(name):
        return False
    return any(map(str.isalpha, name))


def is_unusual(name: str) -> bool:
    """Whether no ordinary word is written so: capitals inside, digits, dots, or all capitals."""
    return _UNUSUAL.search(name) is not None


def is_capital(name: str) -> bool:
    """Whether the first letter is a capital."""
    return name[:1].isupper()
