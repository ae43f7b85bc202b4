"""Corrects the subjects of a corpus: writes its ``subjects.toml``, which the next refresh takes into account."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from mlsurvey.errors import NotFoundError, StorageError, UsageError, similar
from mlsurvey.found import Found, Rank, Subject
from mlsurvey.subjects.spelling import slug_of
from mlsurvey.syncing.atomic import write_whole
from mlsurvey.vocabulary.edits import SUBJECTS, Edit
from mlsurvey.vocabulary.gazetteer import collapse
from mlsurvey.vocabulary.load import load_edits

_HEAD = """# Corrections to the subjects that mlsurvey finds in this corpus. `mlsurvey subjects` rewrites this file;
# what is changed by hand is kept, comments are not. docs/subjects.md describes the keys.
"""
LONGEST = 300
"""Maximum characters of a name."""


def subject_named(name: str, found: Found) -> Subject:
    """The subject with a slug or name.

    Raises:
        NotFoundError: there is none; similar ones are suggested.
        UsageError: several share the name; their slugs are given.
    """
    known = [subject for subject in found.subjects if subject.rank is not Rank.MENTION]
    for subject in known:
        if subject.slug == name:
            return subject
    wanted = collapse(name)
    same = [s for s in known if wanted in map(collapse, (s.name, *s.aliases)) and wanted]
    if len(same) > 1:
        raise UsageError(f"several subjects are called {name!r}: type one of {', '.join(s.slug for s in same)}")
    if not same:
        raise NotFoundError(
            f"no subject {name!r}{similar(name, (s.name for s in known))}; mlsurvey subjects lists them"
        )
    return same[0]


def slug_named(name: str, edits: Iterable[Edit], found: Callable[[], Found]) -> str:
    """The slug of a subject; one that is only in the corrections has no document yet.

    Raises like :func:`subject_named`.
    """
    return name if any(edit.slug == name for edit in edits) else subject_named(name, found()).slug


def renamed(edit: Edit, name: str) -> Edit:
    """The corrections of a subject with another name. Raises UsageError if it is none."""
    return replace(edit, name=_valid(name), hidden=False)


def merged(edit: Edit, slugs: Iterable[str]) -> Edit:
    """The corrections of a subject with others merged into it.

    Raises:
        UsageError: the subject would be merged with itself.
    """
    others = tuple(dict.fromkeys(slugs))
    if edit.slug in others:
        raise UsageError(f"{edit.slug} cannot be merged with itself")
    return replace(edit, merged=tuple(dict.fromkeys([*edit.merged, *others])))


def hidden(edit: Edit) -> Edit:
    """The corrections of what is no subject."""
    return replace(edit, hidden=True)


def slug_of_name(name: str) -> str:
    """The slug of a subject that is declared. Raises UsageError if the name is none."""
    return slug_of(_valid(name))


def added(edit: Edit, name: str, aliases: Sequence[str] = (), category: Sequence[str] = ()) -> Edit:
    """The corrections of a subject that is declared. Raises UsageError if a name is none."""
    return replace(
        edit,
        name=_valid(name),
        hidden=False,
        aliases=tuple(dict.fromkeys([*edit.aliases, *map(_valid, aliases)])),
        category=tuple(dict.fromkeys([*edit.category, *map(_valid, category)])),
    )


def rename(corpus: Path, slug: str, name: str) -> None:
    """Give a subject another name; the old one becomes an alias."""
    _change(corpus, slug, lambda edit: renamed(edit, name))


def merge(corpus: Path, slugs: Iterable[str], into: str) -> None:
    """Make several subjects one.

    Raises:
        UsageError: a subject would be merged with itself.
    """
    _change(corpus, into, lambda edit: merged(edit, slugs))


def hide(corpus: Path, slug: str) -> None:
    """Hide something that is not a subject."""
    _change(corpus, slug, hidden)


def restore(corpus: Path, slug: str) -> bool:
    """Forget all corrections of a subject; whether there were any."""
    edits = load_edits(corpus)
    kept = [edit for edit in edits if edit.slug != slug]
    if len(kept) < len(edits):
        _write(corpus, kept)
    return len(kept) < len(edits)


def add(corpus: Path, name: str, aliases: Sequence[str] = (), category: Sequence[str] = ()) -> str:
    """Declare a subject that was not found; returns its slug."""
    slug = slug_of_name(name)
    _change(corpus, slug, lambda edit: added(edit, name, aliases, category))
    return slug


def put(corpus: Path, edit: Edit) -> None:
    """Replace all corrections of a subject by these."""
    for name in filter(None, (edit.name, *edit.aliases, *edit.category)):
        _valid(name)
    _change(corpus, edit.slug, lambda _: edit)


def _valid(name: str) -> str:
    if not collapse(name):
        raise UsageError(f"{name!r} is not a valid name: it has no letter or digit")
    if len(name) > LONGEST or not name.isprintable():
        raise UsageError(f"{name[:40]!r}… is not a valid name: at most {LONGEST} characters, and no line break")
    return name


def _change(corpus: Path, slug: str, change: Callable[[Edit], Edit]) -> None:
    edits = {edit.slug: edit for edit in load_edits(corpus)}
    edits[slug] = change(edits.get(slug, Edit(slug)))
    _write(corpus, edits.values())


def _write(corpus: Path, edits: Iterable[Edit]) -> None:
    entries = "".join(f"\n[[subject]]\n{_keys(edit)}" for edit in edits)
    try:
        if entries:
            write_whole(corpus / SUBJECTS, (_directive(corpus / SUBJECTS) + _HEAD + entries).encode())
        else:
            (corpus / SUBJECTS).unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"cannot write {corpus / SUBJECTS}: {error.strerror}") from error


def _directive(file: Path) -> str:
    """The first line of a file if it names a schema for editors, which is kept; else nothing."""
    first = file.read_text("utf-8").partition("\n")[0] if file.is_file() else ""
    return f"{first}\n" if first.startswith("#:schema ") else ""


def _keys(edit: Edit) -> str:
    lists = {"aliases": edit.aliases, "category": edit.category, "merged": edit.merged}
    lines = [f"slug = {_text(edit.slug)}"]
    lines += [f"name = {_text(edit.name)}"] if edit.name else []
    lines += [f"{key} = [{', '.join(map(_text, values))}]" for key, values in lists.items() if values]
    lines += ["hidden = true"] if edit.hidden else []
    return "\n".join(lines) + "\n"


def _text(value: str) -> str:
    """A basic string of TOML, which escapes as JSON does."""
    return json.dumps(value, ensure_ascii=False)
