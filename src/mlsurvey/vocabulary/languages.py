"""Programming languages, by the names that documents and questions use for them."""

from __future__ import annotations

from typing import NamedTuple


class Language(NamedTuple):
    """A programming language."""

    slug: str
    names: tuple[str, ...]
    """Names in folders, front matter and headings, in lower case."""
    asked: str | None = None
    """Regular expression for how questions name it; None if the vocabulary and questions do not tell it apart."""


LANGUAGES = (
    Language(
        "javascript",
        ("javascript", "js", "typescript", "ts", "node", "nodejs", "node.js"),
        r"javascript|js|typescript|node(?:\.?js)?|npm",
    ),
    Language("dart", ("dart", "flutter"), r"dart|flutter"),
    Language("rust", ("rust", "rs"), r"rust|crates?"),
    Language(
        "go",
        ("go", "golang"),
        # "go" alone may be a verb; it counts only where it is used like a name
        r"golang|(?-i:Go)(?=\W|$)|(?<=\bin )go|(?<=\bfor )go|(?<=\bpure )go"
        r"|go(?=\s+(?:lib|packag|framework|binding|module))",
    ),
    Language(
        "dotnet",
        ("dotnet", "net", "c#", "csharp", "f#", "fsharp"),
        r"c\#|\.net|dotnet|f\#|csharp|nuget|c sharp",
    ),
    Language("python", ("python", "py"), r"python"),
    Language("java", ("java",)),
    Language("c++", ("c++", "cpp")),
    Language("swift", ("swift",)),
    Language("julia", ("julia",)),
    Language("r", ("r",)),
    Language("mojo", ("mojo",)),
    Language("kotlin", ("kotlin",)),
    Language("scala", ("scala",)),
    Language("ruby", ("ruby",)),
)

ASKED = {language.slug: language.asked for language in LANGUAGES if language.asked}
"""The languages that the vocabulary and questions tell apart, each with its expression. They have a folder each."""
OTHER = "other"
"""Folder of the libraries of no such language."""
