"""The formats that are converted, by suffix, and what their readers need. Loads no reader."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import PurePosixPath

from mlsurvey.errors import UnreadableError

EXTRA = "formats"
"""The extra that holds the packages of all readers."""
_VERSION = 1  # bumped with every change of what the readers of this package make of a file


@dataclass(frozen=True, slots=True)
class Kind:
    """A format that is converted."""

    name: str
    suffixes: tuple[str, ...]
    packages: tuple[str, ...]
    """Distributions of the extra that its reader needs."""
    marks: tuple[bytes, ...]
    """What the first bytes of every such file have; one of them is enough. Empty if there is no such thing."""

    def check(self, data: bytes) -> None:
        """Refuse what is no such file at first sight.

        Raises:
            UnreadableError: it is empty, or lacks the mark of the format.
        """
        if not data:
            raise UnreadableError("not read: the file is empty")
        if self.marks and not any(mark in data[:_HEAD] for mark in self.marks):
            raise UnreadableError(f"not read: not a {self.name}, despite its file name")


_HEAD = 1024  # bytes; readers of PDF accept that much before the mark
PDF = Kind("PDF file", (".pdf",), ("pdf-inspector",), (b"%PDF-",))
PAGE = Kind("web page", (".html", ".htm", ".xhtml"), ("selectolax", "html-to-markdown"), ())
NOTEBOOK = Kind("Jupyter notebook", (".ipynb",), ("selectolax", "html-to-markdown"), (b"{",))
WORD = Kind(
    "Word file", (".docx",), ("mammoth", "selectolax", "html-to-markdown"), (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
)
KINDS = (PDF, PAGE, NOTEBOOK, WORD)
CONVERTED_SUFFIXES = tuple(suffix for kind in KINDS for suffix in kind.suffixes)
_OF_SUFFIX = {suffix: kind for kind in KINDS for suffix in kind.suffixes}


def kind_of(path: str) -> Kind | None:
    """The format of a file that is converted, by its suffix; None for a file that is text already."""
    return _OF_SUFFIX.get(PurePosixPath(path).suffix.lower())


def check_readers(kind: Kind) -> None:
    """Check that the packages for a format are installed.

    Raises:
        UnreadableError: one is not; the message says what to type.
    """
    if missing := [name for name in kind.packages if _version(name) is None]:
        raise UnreadableError(
            f"not read: a {kind.name} needs the package {missing[0]}, which is not installed;"
            f" type: pip install 'mlsurvey[{EXTRA}]'"
        )


def recipe(kind: Kind) -> str:
    """What else than its bytes decides the text of a file: the versions of all that reads it."""
    return ",".join([f"{kind.name} {_VERSION}", *(f"{name} {_version(name)}" for name in kind.packages)])


@cache
def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
