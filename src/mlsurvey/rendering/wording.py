"""Sentences shared by the renderings."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from mlsurvey.provenance import Source
from mlsurvey.rendering.layout import Grid, Names
from mlsurvey.rendering.plain import one_line
from mlsurvey.types import Answer, Citation, Missing, Waiting
from mlsurvey.written import Choice, Interpretation, Summary

NEAREST = "Nearest passages, though none of them answers it"
DISPUTED = "disputed, see below"
AGAINST = "against"
"""Stance of a statement that speaks against what was asked for."""

SIGNS = {"Yes": "✓", "No": "✕", "Not stated": "?"}
"""Signs of the groups of a list, which tell them apart without colour."""

_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_CONFLICTS = {
    "negation": "one document affirms what another denies",
    "version": "documents give different versions",
    "number": "documents give different figures",
    "date": "documents give different dates",
    "activity": "one document calls it active, another inactive",
}


def not_stated(gap: Missing | None) -> str:
    """Return the text of an empty cell: not stated, and in how many passages."""
    return f"not stated in {passages(gap.searched)} searched" if gap and gap.searched else "nothing found"


def unknown_members(grid: Grid, names: Names) -> str:
    """Return the members of a list that no document decides, with the number of passages searched."""
    listed, told = names.listed(grid.unknown), searched(grid)
    return f"{listed} ({told})" if told else listed


def searched(grid: Grid) -> str:
    """Return how many passages were searched for the members of a list that no document decides; empty if none."""
    counts = sorted(gap.searched for gap in grid.missing.values() if gap.entity in grid.unknown)
    if not counts or not counts[-1]:
        return ""
    least, most = counts[0], counts[-1]
    span = passages(most) if least == most else f"{least} to {most} passages"
    return f"{span} searched{' for each' if len(grid.unknown) > 1 else ''}"


def carried(taken: Sequence[str], entities: Sequence[str], aspects: Sequence[str], names: Names) -> str | None:
    """Describe what a follow-up took from the previous questions; None for any other question.

    Args:
        taken: as in :attr:`mlsurvey.types.Answer.carried`.
        entities: slugs that the question is now about.
        aspects: slugs that it now asks about.
        names: display names of these.
    """
    told = {
        "libraries": f"the libraries ({names.listed(entities)})",
        "matter": "the topic" + (f" ({names.points(aspects)})" if aspects else ""),
        "answers": "the libraries of the previous answer, as the choices",
    }
    taken = [told.get(what, one_line(what)) for what in taken]
    return f"Taken from the previous question: {'; '.join(taken)}." if taken else None


def waiting(part: Waiting) -> str:
    """Return what the answer waits for, and how long at most."""
    does = {"read": "read the question", "choose": "choose quotes", "summary": "write a summary"}[part.use]
    return f"waiting for the model to {does}, {part.seconds:.0f} s at most"


def summary_title(answer: Answer) -> str:
    """Return the heading of what a language model did, or did not do, which names it."""
    done = (
        ("Summary by", answer.summary is not None and answer.summary.sentences),
        ("Chosen by", answer.choice is not None and answer.choice.chosen),
        ("Read by", answer.interpretation is not None and answer.interpretation.valid),
    )
    return f"{next((did for did, is_done in done if is_done), 'Without')} {one_line(answer.writer)}"


def summary_remarks(answer: Answer) -> str:
    """Return what is to be known about a summary besides its sentences, a choice, and a reading; empty without any."""
    if failure := _failure(answer):
        return f"{failure[0].upper()}{failure[1:]}."
    summary, choice, reading = answer.summary, answer.choice, answer.interpretation
    noted = [made.note for made in (summary, choice) if made]
    told = _summary_remark(summary), _choice_remark(choice, noted[:-1]), _reading_remark(reading, noted)
    return " ".join(filter(None, told))


def _failure(answer: Answer) -> str:
    """Why a language model did nothing at all for an answer, if there is one reason; else empty."""
    summary, choice, reading = answer.summary, answer.choice, answer.interpretation
    if (summary and summary.written) or (choice and choice.chosen) or (reading and reading.valid):
        return ""
    notes = {one_line(made.note or "") for made in (summary, choice, reading) if made}
    return notes.pop() if len(notes) == 1 else ""


def _summary_remark(summary: Summary | None) -> str:
    if summary is None:
        return ""
    told = []
    if summary.note:
        told.append(f"{'Incomplete' if summary.sentences else 'No summary'}: {one_line(summary.note)}.")
    if summary.dropped:
        many = f"{summary.dropped} of {summary.written} sentences"
        told.append(f"{many} dropped, as their quotes do not support them.")
    return " ".join(told) or "Each sentence was checked against its quotes below."


def _choice_remark(choice: Choice | None, noted: Collection[str | None]) -> str:
    if choice is None:
        return ""
    if choice.note is None:
        return "The model chose the quotes where there were more than fit."
    did = "The program chose the quotes" if choice.chosen == 0 else "The program chose some of the quotes"
    return _instead(did, choice.note, noted)


def _reading_remark(interpretation: Interpretation | None, noted: Collection[str | None]) -> str:
    if interpretation is None:
        return ""
    if interpretation.note is None:
        return "The model read the question."
    did = "The program read the question" if interpretation.valid == 0 else "The program read some of the question"
    return _instead(did, interpretation.note, noted)


def _instead(did: str, note: str, noted: Collection[str | None]) -> str:
    """What the program did itself, and why unless that has been said."""
    return f"{did} for the same reason." if note in noted else f"{did}: {one_line(note)}."


def disagreement(kind: str) -> str:
    """Describe a conflict in words."""
    return _CONFLICTS.get(kind, one_line(kind))


def provenance(source: Source) -> str:
    """Describe the origin of a fetched document without its URL: ``at 2c06be3510, retrieved 2026-11-20, MIT``."""
    version = source.version and (source.version[:10] if _COMMIT.fullmatch(source.version) else source.version)
    licence = "licence not stated" if source.licence == "NOASSERTION" else source.licence
    return one_line(f"{f'at {version}, ' if version else ''}retrieved {source.retrieved}, {licence}")


def reading(answer: Answer, citation: Citation) -> str:
    """Return a quote on one line: the text of its statement, without markup, if there is one."""
    said = (s.text for s in answer.statements if s.citations == (citation.number,))
    return one_line(next(said, citation.quote))


def passages(count: int) -> str:
    """``1 passage``, ``16 passages``."""
    return f"{count} passage{'' if count == 1 else 's'}"
