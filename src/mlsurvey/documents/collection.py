"""Changes to the corpus folder: add files, remove files, copy the starter corpus.

Every operation is planned before anything is written, and each file is written
atomically. Nothing outside the corpus folder is ever written.
"""

from __future__ import annotations

import errno
import filecmp
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mlsurvey.errors import NotFoundError, StorageError, UsageError, similar
from mlsurvey.reading.ignoring import SOURCES
from mlsurvey.reading.names import CONTROL, known_as
from mlsurvey.reading.scan import READABLE_SUFFIXES
from mlsurvey.syncing.provenance import UPSTREAM
from mlsurvey.vocabulary.load import ASPECTS, ENTITIES


@dataclass(frozen=True, slots=True)
class Placed:
    """Result of :func:`add`; paths are relative to the corpus folder and sorted."""

    added: tuple[str, ...]
    replaced: tuple[str, ...]
    unchanged: tuple[str, ...]
    """Documents that already existed with the same bytes."""
    skipped: int
    """Files in an unsupported format, or with a control character in their name."""


@dataclass(frozen=True, slots=True)
class _Move:
    source: Path
    target: str


def add(corpus: Path, sources: Sequence[Path], *, into: str | None, link: bool, replace: bool) -> Placed:
    """Copy or hard-link files and whole folders into ``corpus``, under their own names below the folder ``into``.

    A hard link takes no space, and in-place edits of the source show up at the
    next refresh. A program that saves by writing a new file, such as
    ``git pull``, breaks the link. Symbolic links are not created, because a
    refresh does not follow links that leave the corpus.

    Raises:
        NotFoundError: a source does not exist.
        UsageError: a source has an unsupported format or contains the corpus, ``into`` leaves the corpus, or a
            different document with the same name exists and ``replace`` is not given. Nothing was written.
        StorageError: the disk refused, or cannot link across file systems.
    """
    folder = _inside(into or ".")
    moves, skipped = _plan(corpus, sources, folder)
    same = {move.target for move in moves if _same(corpus / move.target, move.source)}
    clashes = [move.target for move in moves if move.target not in same and os.path.lexists(corpus / move.target)]
    if clashes and not replace:
        more = f" and {len(clashes) - 1} more" if len(clashes) > 1 else ""
        raise UsageError(f"already in the corpus: {clashes[0]}{more}; add --replace, or --into FOLDER to keep both")
    with _disk(corpus):
        for move in moves:
            if move.target not in same:
                _place(move.source, corpus / move.target, link=link)
    added = sorted({move.target for move in moves} - same - set(clashes))
    return Placed(tuple(added), tuple(sorted(set(clashes))), tuple(sorted(same)), skipped)


def documents_named(corpus: Path, names: Iterable[str]) -> tuple[str, ...]:
    """Files of the corpus that the names refer to, directly or through a folder; sorted.

    Raises:
        NotFoundError: a name matches nothing; the message suggests similar ones.
    """
    return tuple(sorted({path for name in names for path in _documents_named(corpus, name)}))


def remove(corpus: Path, documents: Iterable[str]) -> tuple[str, ...]:
    """Delete files (links, not their targets) and the folders this leaves empty; see :func:`documents_named`."""
    paths = documents_named(corpus, documents)
    with _disk(corpus):
        for path in paths:
            (corpus / path).unlink()
            _prune((corpus / path).parent, corpus)
    return paths


def lay_starter(corpus: Path, starter: Path) -> bool:
    """Copy the starter corpus to ``corpus`` if nothing exists there; True if copied. Never overwrites.

    Vocabulary and sources are read from the package and not copied: a copy would hide updates in later versions.
    """
    if corpus.exists() or corpus.resolve() == starter.resolve():
        return False
    with _disk(corpus):
        corpus.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=".starter-", dir=corpus.parent))
        try:
            shutil.copytree(starter, draft, dirs_exist_ok=True, ignore=_left_out)
            draft.chmod(0o755)
            draft.rename(corpus)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise
    return True


_left_out = shutil.ignore_patterns(ENTITIES, ASPECTS, SOURCES, UPSTREAM)


def on_disk(corpus: Path, name: str) -> str | None:
    """The name as the file system has it, which may be in another Unicode form; None if there is no such file."""
    found = PurePosixPath()
    for part in PurePosixPath(name).parts:
        try:
            held = known_as(part, [entry.name for entry in (corpus / found).iterdir()])
        except OSError:  # no folder that can be read
            return None
        if held is None:
            return None
        found /= held
    return str(found)


def _plan(corpus: Path, sources: Sequence[Path], folder: PurePosixPath) -> tuple[list[_Move], int]:
    moves: dict[str, _Move] = {}
    skipped = 0
    for source in sources:
        for file, name in _files(corpus, source):
            if file.suffix.lower() not in READABLE_SUFFIXES or CONTROL.search(str(name)):
                skipped += 1
                continue
            move = _Move(file, str(folder / name))
            if move.target in moves and not _same(moves[move.target].source, file):
                raise UsageError(f"{moves[move.target].source} and {file} would both become {move.target}")
            moves[move.target] = move
    return list(moves.values()), skipped


def _files(corpus: Path, source: Path) -> Iterator[tuple[Path, PurePosixPath]]:
    """Files of a source, with their names below the target folder; no hidden files, no links that lead outside."""
    if not source.exists():
        raise NotFoundError(f"no such file or folder: {source}")
    real, home = source.resolve(), corpus.resolve()
    if real.is_relative_to(home) or home.is_relative_to(real):
        raise UsageError(f"{source} is already in the corpus, or contains it ({corpus})")
    if source.is_file():
        if source.suffix.lower() not in READABLE_SUFFIXES:
            raise UsageError(f"{source} has an unsupported format; supported: {', '.join(sorted(READABLE_SUFFIXES))}")
        yield real, PurePosixPath(source.name)
        return
    for file in sorted(real.rglob("*")):
        relative = file.relative_to(real)
        if file.is_file() and not _is_hidden(relative) and file.resolve().is_relative_to(real):
            yield file.resolve(), PurePosixPath(real.name) / relative.as_posix()


def _is_hidden(path: Path | PurePosixPath) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _inside(folder: str) -> PurePosixPath:
    path = PurePosixPath(folder)
    if path.is_absolute() or ".." in path.parts or _is_hidden(path):
        raise UsageError(f"--into must name a folder inside the corpus, such as 'rust', that is not hidden: {folder!r}")
    return path


def _same(one: Path, other: Path) -> bool:
    if not (one.is_file() and other.is_file()):
        return False
    return one.samefile(other) or filecmp.cmp(one, other, shallow=False)


def _place(source: Path, target: Path, *, link: bool) -> None:
    """Copy or link next to the target, then rename, so that a reader sees either the old file or the new one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.new")
    try:
        if link:
            draft.hardlink_to(source)
        else:
            shutil.copy2(source, draft)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def _documents_named(corpus: Path, name: str) -> list[str]:
    path = Path(os.path.normpath(corpus / name))  # a link itself is removed, so it must not be resolved
    if path.is_relative_to(corpus) and (held := on_disk(corpus, path.relative_to(corpus).as_posix())):
        path = corpus / held
    if path != corpus and path.is_relative_to(corpus):
        if path.is_symlink() or path.is_file():
            return [path.relative_to(corpus).as_posix()]
        if path.is_dir():
            files = (file for file in sorted(path.rglob("*")) if file.is_symlink() or file.is_file())
            below = (file.relative_to(corpus) for file in files)
            return [file.as_posix() for file in below if not _is_hidden(file)]
    known = (file.relative_to(corpus).as_posix() for file in corpus.rglob("*") if file.is_file())
    raise NotFoundError(f"no document {name!r} in {corpus}{similar(name, known)}")


def _prune(folder: Path, corpus: Path) -> None:
    while folder != corpus and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


@contextmanager
def _disk(corpus: Path) -> Iterator[None]:
    """Convert OSError to StorageError."""
    try:
        yield
    except OSError as error:
        hint = "; --copy works across file systems" if error.errno == errno.EXDEV else ""
        raise StorageError(f"cannot write {error.filename or corpus}: {error.strerror}{hint}") from error
