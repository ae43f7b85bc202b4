"""Valid document names, portable across operating systems. Pure."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath

from mlsurvey.errors import UnreadableError
from mlsurvey.reading.ignoring import passed_over
from mlsurvey.reading.scan import READABLE_SUFFIXES

LONGEST_PART = 200
"""Maximum bytes of one path component: file systems allow 255, and temporary names are longer."""
LONGEST_PATH = 900
"""Maximum bytes of the whole path."""
MOST_PARTS = 32

_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?", re.IGNORECASE)
"""Device names on Windows, with any extension. Microsoft, "Naming Files, Paths, and Namespaces"."""
_FORBIDDEN = re.compile(r'[<>:"|?*\\]')


def document_path(name: str) -> PurePosixPath:
    """The path of a document below the corpus folder.

    Raises:
        UnreadableError: the name is invalid; the message says why.
    """
    if reason := _fault(name):
        raise UnreadableError(f"invalid document name {name[:120]!r}: {reason}")
    return PurePosixPath(name)


def _fault(name: str) -> str | None:
    parts = name.split("/")
    if not name or name.startswith("/"):
        return "a path is relative to the corpus folder, such as 'rust/notes.md'"
    if len(parts) > MOST_PARTS or len(name.encode("utf-8", "surrogatepass")) > LONGEST_PATH:
        return f"it has more than {MOST_PARTS} parts or {LONGEST_PATH} bytes"
    if PurePosixPath(name).suffix.lower() not in READABLE_SUFFIXES:
        return f"supported formats: {', '.join(sorted(READABLE_SUFFIXES))}"
    return next(filter(None, map(_fault_of_part, parts)), None)


def _fault_of_part(part: str) -> str | None:
    if part in ("", ".", ".."):
        return "a path must not have empty parts, '.' or '..'"
    if len(part.encode("utf-8", "surrogatepass")) > LONGEST_PART:
        return f"a part of it has more than {LONGEST_PART} bytes"
    if "\ufffd" in part:
        return "it is not valid UTF-8"
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp") for character in part):
        return "it has invisible characters"
    if unicodedata.normalize("NFC", part) != part:
        return "its characters are not in the composed form (NFC), so that two files could have one name"
    if _FORBIDDEN.search(part) or part[-1] in " ." or part[0] == " " or _RESERVED.fullmatch(part):
        return 'it is not allowed on Windows: reserved names, <>:"|?*\\, or a final dot or space'
    return "hidden files, editor backups and vocabulary files are not indexed" if passed_over(part) else None
