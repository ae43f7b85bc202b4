"""The first minutes with a folder of documents: index it, say what it holds, and propose questions."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import count
from pathlib import Path, PurePosixPath

from mlsurvey.calling import Progress
from mlsurvey.errors import IndexingError, SettingsError, UnreadableError
from mlsurvey.settings import load_settings
from mlsurvey.started import Proposal, Settled, Started
from mlsurvey.state import RefreshReport
from mlsurvey.survey.facade import Survey
from mlsurvey.survey.proposing import MOST_ASKED, Ask, listed, proposals
from mlsurvey.types import Answer, Aspect


def has_index(survey: Survey) -> bool:
    """Whether there is an index that can be used."""
    try:
        survey.generation()
    except IndexingError:
        return False
    return True


def started(
    survey: Survey, place: Settled, report: RefreshReport, *, again: bool, progress: Progress | None = None
) -> Started:
    """What a refreshed index holds, and questions that it answers.

    Args:
        survey: the index.
        place: where it and its documents are.
        report: of the refresh.
        again: whether there was an index before.
        progress: called with the phase ``try`` after each question that was asked.

    Raises:
        UnreadableError: no document could be read; the message has the first reason.
    """
    rows = survey.documents().documents
    if not rows:
        raise UnreadableError(nothing_read(report))
    found = survey.subjects()[1]
    declared = [Aspect(slug, name) for slug, name in survey.aspects().items()]
    questions = proposals(found, declared if found.in_field else (), _counted(survey.ask, progress))
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


def _counted(ask: Ask, progress: Progress | None) -> Ask:
    """Ask, and report how many questions were asked."""
    numbers = count(1)

    def asked(question: str) -> Answer:
        answer = ask(question)
        if progress:
            progress("try", next(numbers), MOST_ASKED)
        return answer

    return asked


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
