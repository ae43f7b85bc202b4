"""Builds documents from bytes: the text, plus metadata from front matter and path."""

from __future__ import annotations

from pathlib import PurePosixPath

from mlsurvey.leaves import Leaves
from mlsurvey.reading.decode import decode
from mlsurvey.reading.formats import first_heading, read_blocks, with_line_feeds
from mlsurvey.reading.front_matter import FrontMatter, front_matter
from mlsurvey.reading.languages import language_named
from mlsurvey.types import Document, Entity
from mlsurvey.vocabulary.gazetteer import Gazetteer, collapse

# Folder names that never name a library: they hold parts of one, or many kinds of libraries.
_GENERIC = frozenset({
    "doc", "docs", "documentation", "src", "source", "sources", "lib", "libs", "library", "libraries", "example",
    "examples", "sample", "samples", "test", "tests", "upstream", "corpus", "seeds", "documents", "document", "data",
    "dataset", "datasets", "book", "books", "guide", "guides", "tutorial", "tutorials", "blog", "posts", "post",
    "news", "website", "web", "site", "wiki", "readme", "readmes", "notes", "misc", "other", "others", "third-party",
    "vendor", "packages", "package", "crates", "crate", "modules", "module", "projects", "project", "profiles",
    "profile", "articles", "article", "release", "releases", "changelog", "assets", "tools", "scripts", "bin",
    "build", "dist", "main", "master", "trunk", "core", "api", "app", "apps", "demo", "demos", "bench", "benchmarks",
    "en",
})  # fmt: skip
_README = ("readme", "index")
_MAX_NAME_WORDS = 3


def document(
    path: str,
    data: bytes,
    sha256: str,
    gazetteer: Gazetteer,
    leaves: Leaves | None = None,
    subject: str | None = None,
) -> Document:
    """Return the document at ``path``, a POSIX path relative to the corpus root.

    Args:
        path: of the document.
        data: its bytes, or for a converted document those of its text.
        sha256: digest of the file.
        gazetteer: names of entities.
        leaves: pages or cells of a converted document.
        subject: its subject; None takes the entity that its fields or its path name.

    Raises:
        UnreadableError: the bytes are not text.
    """
    text = decode(data)
    head, blocks, _ = read_blocks(path, text)
    subject = subject or _declared_subject(head, gazetteer) or subject_of_path(path, gazetteer)
    language = language_named(head.text("language")) or _language_of(subject, gazetteer) or language_of_path(path)
    title = head.text("title") or first_heading(blocks) or PurePosixPath(path).stem
    return Document(path, text, sha256, title, subject, language, head.date("date", "as_of", "updated"), leaves)


def declared_entity(path: str, data: bytes) -> Entity | None:
    """Return the entity a document introduces: by front matter, or as README of a folder with the entity's name.

    None if it introduces none. The vocabulary may already define the entity, with better data.
    """
    text = decode(data)
    head = front_matter(with_line_feeds(text))
    if slug := head.text("slug", "entity"):
        return _from_fields(slug, head) if head.text("name") else None
    return _from_folder(path, text)


def _from_fields(slug: str, head: FrontMatter) -> Entity:
    return Entity(
        slug,
        head.text("name") or slug,
        head.texts("aliases"),
        language_named(head.text("language")),
        head.text("kind"),
        head.texts("category"),
        head.texts("plain_words"),
    )


def _from_folder(path: str, text: str) -> Entity | None:
    """Entity of a folder whose README has the folder's name as first heading, in any spelling."""
    place = PurePosixPath(path)
    folder = place.parent.name
    if place.stem.lower() not in _README or not is_specific(folder):
        return None
    heading = first_heading(read_blocks(path, text).blocks)
    if not heading or len(heading.split()) > _MAX_NAME_WORDS or collapse(heading) != collapse(folder):
        return None
    return Entity(folder, heading, language=language_of_path(path))


def is_specific(folder: str) -> bool:
    """Whether the name of a folder can be that of a library: no part of one, no language, no number."""
    name = folder.lower()
    return len(collapse(name)) > 1 and name not in _GENERIC and not language_named(name) and not name[0].isdigit()


def _declared_subject(head: FrontMatter, gazetteer: Gazetteer) -> str | None:
    slug = head.text("slug", "entity")
    if slug is None:
        return None
    return slug if slug in gazetteer.entities else _only(gazetteer.lookup(slug), None, gazetteer)


def subject_of_path(path: str, gazetteer: Gazetteer) -> str | None:
    """The entity named exactly by the deepest folder of a path, or else by the file name; None if there is none."""
    place = PurePosixPath(path)
    language = language_of_path(path)
    for name in (*reversed(place.parent.parts), place.stem):
        if name in gazetteer.entities:
            return name
        slugs = gazetteer.lookup(name) if is_specific(name) else ()
        if subject := _only(slugs, language, gazetteer):
            return subject
    return None


def _only(slugs: tuple[str, ...], language: str | None, gazetteer: Gazetteer) -> str | None:
    """The only slug, or the only one in ``language``; None if ambiguous."""
    if len(slugs) > 1:
        slugs = tuple(slug for slug in slugs if gazetteer.entities[slug].language == language)
    return slugs[0] if len(slugs) == 1 else None


def _language_of(subject: str | None, gazetteer: Gazetteer) -> str | None:
    return gazetteer.entities[subject].language if subject else None


def language_of_path(path: str) -> str | None:
    """The programming language named by a folder of the path; the deepest wins."""
    return next(filter(None, map(language_named, reversed(PurePosixPath(path).parent.parts))), None)
