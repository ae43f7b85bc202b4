"""The first minutes with a folder of documents: index it, say what it holds, and propose questions."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from mlsurvey.errors import IndexingError, SettingsError, UnreadableError
from mlsurvey.settings import load_settings
from mlsurvey.started import Proposal, Settled, Started
from mlsurvey.state import RefreshReport
from mlsurvey.survey.facade import Survey
from mlsurvey.survey.proposing import listed, proposals
from mlsurvey.types import Aspect


def has_index(survey: Survey) -> bool:
    """Whether there is an index that can be used."""
    try:
        survey.generation()
    except IndexingError:
        return False
    return True


def started(survey: Survey, place: Settled, report: RefreshReport, *, again: bool) -> Started:
    """What a refreshed index holds, and questions that it answers.

    Raises:
        UnreadableError: no document could be read; the message has the first reason.
    """
    rows = survey.documents().documents
    if not rows:
        raise UnreadableError(nothing_read(report))
    found = survey.subjects()[1]
    declared = [Aspect(slug, name) for slug, name in survey.aspects().items()]
    questions = proposals(found, declared if found.in_field else (), survey.ask)
    return Started(
        place=place,
        again=again,
        documents=len(rows),
        passages=report.passages,
        formats=formats(row.path for row in rows),
        subjects=tuple(subject.name for subject in listed(found.subjects)),
        aspects=tuple(aspect.name for aspect in found.aspects),
        classes=tuple(category.name for category in found.categories),
        questions=questions,
        next=commands(questions, rows[0].title, is_elsewhere=is_elsewhere(place, Path.cwd()), place=place),
        report=report,
    )


def formats(paths: Iterable[str]) -> Mapping[str, int]:
    """Number of paths by suffix, most frequent first."""
    return dict(Counter(PurePosixPath(path).suffix.lower() for path in paths).most_common())


def nothing_read(report: RefreshReport) -> str:
    """Message for a folder in which no document could be read."""
    first, *more = report.unreadable
    others = f"; and {len(more)} more, which 'mlsurvey refresh --dry-run' lists" if more else ""
    return f"no document could be read: {first.path}: {first.reason}{others}"


def commands(questions: Iterable[Proposal], title: str, *, is_elsewhere: bool, place: Settled) -> tuple[str, ...]:
    """What to type next, as a shell takes it; without questions, a search for the title of a document."""
    home = Path(place.file).parent if place.file else Path(place.corpus)
    asked = [f"mlsurvey ask {quoted(one.question)}" for one in questions] or [f"mlsurvey search {quoted(title)}"]
    return (*([f"cd {shlex.quote(str(home))}"] if is_elsewhere else []), *asked)


def quoted(text: str) -> str:
    """A text as one word of a shell: in double quotes if that changes nothing in it."""
    return shlex.quote(text) if any(sign in text for sign in '"$`\\!') else f'"{text}"'


def is_elsewhere(place: Settled, here: Path) -> bool:
    """Whether a command that is typed in a folder would use another corpus or index."""
    try:
        settings = load_settings(folder=here)
    except SettingsError:
        return True
    return (str(settings.corpus), str(settings.index)) != (place.corpus, place.index)
