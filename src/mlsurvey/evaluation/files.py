"""Read the text files of an evaluation."""

from __future__ import annotations

from pathlib import Path

from mlsurvey.errors import NotFoundError, UnreadableError


def read_file(path: Path, content: str) -> str:
    """The text of a file with ``content`` ("questions", for error messages); line endings become newlines.

    Raises:
        NotFoundError: the file does not exist.
        UnreadableError: the file is a folder or not UTF-8 text.
    """
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise NotFoundError(f"no file {str(path)!r} with {content}") from error
    except IsADirectoryError as error:
        raise UnreadableError(f"{path} is a folder, not a file with {content}") from error
    except UnicodeDecodeError as error:
        raise UnreadableError(f"{path} is not UTF-8 text; save it as UTF-8") from error
