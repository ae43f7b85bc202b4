"""Programming languages, by the names that folders, front matter and headings use for them."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LANGUAGES = {
    "javascript": "javascript", "js": "javascript", "typescript": "javascript", "ts": "javascript", "node": "javascript",
    "nodejs": "javascript", "node.js": "javascript", "dart": "dart", "flutter": "dart", "rust": "rust", "rs": "rust",
    "go": "go", "golang": "go", "dotnet": "dotnet", "net": "dotnet", "c#": "dotnet", "csharp": "dotnet",
    "f#": "dotnet", "fsharp": "dotnet", "python": "python", "py": "python", "java": "java", "c++": "c++", "cpp": "c++",
    "swift": "swift", "julia": "julia", "r": "r", "mojo": "mojo", "kotlin": "kotlin", "scala": "scala", "ruby": "ruby",
}  # fmt: skip
_WORD = re.compile(r"\.?[A-Za-z]+(?:\+\+|#)?")


def language_named(name: str | None) -> str | None:
    """The language that ``name`` stands for; None if it is no language known here."""
    return _LANGUAGES.get(name.lower().lstrip("."), None) if name else None


def language_in(headings: Iterable[str]) -> str | None:
    """The language that the innermost of ``headings`` names, written as a name is: with a capital or a dot."""
    for heading in reversed(tuple(headings)):
        for word in _WORD.findall(heading):
            if len(word) > 1 and not word.islower() and (language := language_named(word)):
                return language
    return None
