"""Scans a corpus folder; the only module that accesses its files."""

from __future__ import annotations

import hashlib
import os
import stat
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from mlsurvey.errors import NotFoundError, UnreadableError
from mlsurvey.reading.converting.kinds import CONVERTED_SUFFIXES
from mlsurvey.reading.ignoring import IGNORE_FILES, STORE, Decision, Patterns, Rules, marker, passed_over
from mlsurvey.reading.names import CONTROL, shown
from mlsurvey.state import LeftOut, Unreadable

MARKDOWN_SUFFIXES = (".md", ".markdown", ".mdx")
RESTRUCTURED_SUFFIXES = (".rst",)
PLAIN_SUFFIXES = (".txt", ".text")
TEXT_SUFFIXES = (*MARKDOWN_SUFFIXES, *PLAIN_SUFFIXES, *RESTRUCTURED_SUFFIXES)
READABLE_SUFFIXES = (*TEXT_SUFFIXES, *CONVERTED_SUFFIXES)

MAX_BYTES = 64 * 1024 * 1024
"""Maximum file size: a prose document has a few megabytes at most, and is held in memory as a whole."""
SAME = "same file"
"""Reason for leaving out a path that leads to a file or folder that is read under another path."""
_63_BITS = 2**63 - 1  # SQLite's integers are signed, and some file systems number with all 64 bits


class FileState(NamedTuple):
    """File metadata; a file with an equal state need not be read again."""

    path: str
    """POSIX path relative to the corpus root."""
    size: int
    mtime_ns: int
    ctime_ns: int
    """Time of the last change of contents or metadata; unlike the modification time, no program can set it."""
    inode: int
    device: int

    @property
    def identity(self) -> tuple[int, int]:
        """The same for all paths that lead to the file."""
        return self.device, self.inode


class Scan(NamedTuple):
    """Contents of a corpus folder, each sorted by POSIX path."""

    files: list[FileState]
    """Documents; each file once, by whatever links it can be reached."""
    unreadable: list[Unreadable]
    left_out: list[LeftOut]
    """Documents and folders that stay out on purpose; see :mod:`mlsurvey.reading.ignoring`."""


def check_root(root: Path) -> None:
    """Raise early, before any preparation, if the corpus folder is missing.

    Raises:
        NotFoundError: ``root`` is not a folder.
    """
    if not root.is_dir():
        raise NotFoundError(f"no folder {str(root)!r}; create it, or name another one with --corpus")


def scan(root: Path, exclude: Sequence[str] = ()) -> Scan:
    """List the documents below ``root``, what cannot be read, and what stays out.

    Symbolic links are followed if they stay inside ``root``. A folder or file that can be reached by several paths is
    listed once, under its own path rather than a link's; of several of a kind, always under the same.

    Args:
        root: the corpus folder.
        exclude: patterns with the syntax of ``.gitignore``, relative to ``root``.

    Raises:
        NotFoundError: ``root`` is not a folder.
    """
    check_root(root)
    walk = _Walk(os.path.realpath(root))
    walk.run(str(root), Rules.of(exclude))
    return Scan(
        sorted(walk.files.values()),
        sorted(walk.unreadable, key=lambda one: one.path),
        sorted(walk.left_out, key=lambda one: one.path),
    )


def state_of(root: Path, path: str) -> FileState:
    """The current state of a document. Raises OSError if there is no such file."""
    return _state(path, (root / path).stat())


def read(root: Path, path: str) -> tuple[bytes, str]:
    """Return the bytes of a document and their hex SHA-256.

    Raises:
        UnreadableError: the file is missing, not permitted, too large, or outside ``root``.
    """
    place = root / path
    try:
        if not _inside(os.path.realpath(place), os.path.realpath(root)):
            raise UnreadableError("not read: outside the corpus folder")
        if (size := place.stat().st_size) > MAX_BYTES:
            raise UnreadableError(_too_large(size))
        data = place.read_bytes()
    except OSError as error:
        raise UnreadableError(f"not read: {_reason(error)}") from error
    return data, hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder to walk."""

    place: str
    prefix: str
    """Its path in the corpus with a slash at its end; empty for the corpus folder."""
    rules: Rules
    is_wanted: bool
    """Whether a pattern asks for it, or it is the corpus folder, so that it is walked whatever it holds."""


@dataclass(frozen=True, slots=True)
class _Link:
    """A symbolic link to follow once all real files are known."""

    path: str
    place: str
    rules: Rules


class _Walk:
    """A walk below the folder ``home``, a real path.

    Links are followed last, so that a file's own path has precedence over a link's. Paths are joined as plain
    strings: creating path objects would dominate the time for a large corpus.
    """

    def __init__(self, home: str) -> None:
        self.home = home
        self.files: dict[tuple[int, int], FileState] = {}
        self.unreadable: list[Unreadable] = []
        self.left_out: list[LeftOut] = []
        self._folders: dict[tuple[int, int], str] = {}
        self._links: deque[_Link] = deque()

    def run(self, root: str, rules: Rules) -> None:
        """Walk ``root`` and everything that links in it lead to."""
        self._claim(Path(root).stat(), ".")
        self._below(_Folder(root, "", rules, is_wanted=True))
        while self._links:
            self._follow(self._links.popleft())

    def _below(self, top: _Folder) -> None:
        """Walk a folder without following links; a stack, since folders may nest deeper than Python's calls."""
        waiting, links = [top], list[_Link]()
        while waiting:
            folder = waiting.pop()
            try:
                with os.scandir(folder.place) as entries:
                    listed = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                self._skip(folder.prefix[:-1] or ".", f"not read: {_reason(error)}")
                continue
            if not folder.is_wanted and self._is_out(folder.prefix, marker(entry.name for entry in listed)):
                continue
            rules = self._rules(folder, listed)
            for entry in listed:
                if entry.is_symlink():
                    links.append(_Link(folder.prefix + entry.name, entry.path, rules))
                elif found := self._visit(folder.prefix + entry.name, entry, rules):
                    waiting.append(found)
        self._links.extend(sorted(links, key=lambda link: link.path))

    def _rules(self, folder: _Folder, listed: Iterable[os.DirEntry[str]]) -> Rules:
        """The rules of a folder, with those of the ignore files in it. As git does, links are not followed."""
        rules = folder.rules
        for entry in listed:
            if entry.name not in IGNORE_FILES or not entry.is_file(follow_symlinks=False):
                continue
            path = folder.prefix + entry.name
            try:
                text = Path(entry.path).read_bytes().decode("utf-8-sig", "surrogateescape")
            except OSError as error:
                self._skip(path, f"its patterns are ignored: {_reason(error)}")
                continue
            lines = [line.removesuffix("\r") for line in text.split("\n")]
            patterns = Patterns(lines, base=folder.prefix, reason=entry.name, place=shown(path))
            for number, line in patterns.faults:
                self._skip(path, f"line {number} is ignored: {line!r} is not a valid pattern")
            rules = rules.below(patterns, entry.name)
        return rules

    def _is_nameable(self, path: str, *, is_folder: bool) -> bool:
        """Whether a file or folder may have this name; else it is noted why not."""
        name = path.rpartition("/")[2]
        if name == STORE:
            return False
        if reason := passed_over(name):
            self._leave_out(f"{path}/" if is_folder else path, reason, name)
        elif not _is_utf8(name):
            self._skip(path, "not read: the name is not valid UTF-8; rename the file")
        elif CONTROL.search(name):
            self._skip(path, "not read: the name has a line break or control character; rename the file")
        else:
            return True
        return False

    def _visit(self, path: str, entry: os.DirEntry[str], rules: Rules) -> _Folder | None:
        """Note what is at a path; a folder to walk is returned."""
        try:
            if self._is_nameable(path, is_folder=entry.is_dir()):
                return self._take(path, entry.path, rules, entry.stat())
        except OSError as error:
            self._skip(path, f"not read: {_reason(error)}")
        return None

    def _follow(self, link: _Link) -> None:
        fault = None
        real = os.path.realpath(link.place)
        try:
            state = Path(real).stat()
        except OSError as error:
            fault = "a broken link" if isinstance(error, FileNotFoundError) else _reason(error)
        if fault is None and not _inside(real, self.home):
            fault = "a link to outside the corpus folder; copy the file instead"
        if not self._is_nameable(link.path, is_folder=fault is None and stat.S_ISDIR(state.st_mode)):
            return
        if fault is None:
            if folder := self._take(link.path, link.place, link.rules, state):
                self._below(folder)
        elif not self._is_out(link.path, link.rules.decide(link.path)):
            self._skip(link.path, f"not read: {fault}")

    def _take(self, path: str, place: str, rules: Rules, state: os.stat_result) -> _Folder | None:
        is_folder = stat.S_ISDIR(state.st_mode)
        named = f"{path}/" if is_folder else path
        decision = rules.decide(named)
        if self._is_out(named, decision):
            return None
        if not is_folder:
            self._file(path, state)
        elif self._claim(state, path):
            return _Folder(place, named, rules, is_wanted=decision is not None)
        return None

    def _is_out(self, path: str, decision: Decision | None) -> bool:
        if decision is None or not decision.is_out:
            return False
        self._leave_out(path, decision.reason, decision.rule)
        return True

    def _claim(self, state: os.stat_result, path: str) -> bool:
        """Whether the folder has not been walked yet under another path."""
        first = self._folders.setdefault((state.st_dev, state.st_ino), path)
        if first != path:
            self._leave_out(f"{path}/", SAME, first)
        return first == path

    def _file(self, path: str, state: os.stat_result) -> None:
        if not stat.S_ISREG(state.st_mode):
            self._skip(path, "not read: not a regular file")
        elif not _is_document(path):
            suffix = PurePosixPath(path).suffix.lower()
            kind = f"{suffix} files" if suffix else "files without a suffix"
            self._skip(path, f"not read: {kind} are not supported; supported: {' '.join(READABLE_SUFFIXES)}")
        elif state.st_size > MAX_BYTES:
            self._skip(path, _too_large(state.st_size))
        else:
            found = _state(path, state)
            if (first := self.files.setdefault(found.identity, found)) is not found:
                self._leave_out(path, SAME, first.path)

    def _skip(self, path: str, reason: str) -> None:
        self.unreadable.append(Unreadable(shown(path), reason))

    def _leave_out(self, path: str, reason: str, rule: str) -> None:
        """Note a folder, whose path has a slash at its end, or a document; other files would not be read anyway."""
        if path.endswith("/") or _is_document(path):
            self.left_out.append(LeftOut(shown(path), reason, shown(rule)))


def _state(path: str, state: os.stat_result) -> FileState:
    inode, device = state.st_ino & _63_BITS, state.st_dev & _63_BITS
    return FileState(path, state.st_size, state.st_mtime_ns, state.st_ctime_ns, inode, device)


def _is_document(name: str) -> bool:
    return name.lower().endswith(READABLE_SUFFIXES)


def _is_utf8(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _inside(place: str, home: str) -> bool:
    return place == home or place.startswith(home.rstrip(os.sep) + os.sep)


def _too_large(size: int) -> str:
    return f"not read: too large: {size:,} bytes, at most {MAX_BYTES:,}; split it"


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
