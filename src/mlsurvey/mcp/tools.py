"""The tools: purpose, input, output and implementation of each."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from mlsurvey.calling import Cancelled
from mlsurvey.errors import UsageError
from mlsurvey.matrix import matrix_of
from mlsurvey.rendering.json import answer_value, hits_value, to_json
from mlsurvey.survey import Survey
from mlsurvey.types import Answer, Document
from mlsurvey.types import Answer as AnswerNoun
from mlsurvey.wire.agents import NothingRequest, PassageRequest
from mlsurvey.wire.answers import Comparison, Hits
from mlsurvey.wire.documents import Documents, DocumentText
from mlsurvey.wire.fields import MOST_EXPLAINED
from mlsurvey.wire.requests import (
    CompareRequest,
    DocumentParameters,
    QuestionRequest,
    SearchRequest,
)
from mlsurvey.wire.service import Index

R = TypeVar("R", bound=BaseModel)

INSTRUCTIONS = """Answers to questions about machine learning libraries, from a fixed set of documents on this machine.
Every statement is a verbatim quote with its file, lines and characters, so it can be cited as is; a language model
writes no more than a `summary`, and only where one is set. Start with `ask` (or `compare`, if the libraries are known);
if the answer is partial, `search` in other words and read the context with `get_passage`. What the documents do not say
is listed as missing: treat it as unknown, not as no."""


@dataclass(frozen=True, slots=True)
class Tool(Generic[R]):
    """A tool."""

    name: str
    title: str
    description: str
    request: type[R]
    reply: type[Any]
    work: Callable[[Survey, R, Cancelled], dict[str, Any]]
    """Returns plain values of the reply's model."""


def ask(survey: Survey, wanted: QuestionRequest, cancelled: Cancelled) -> dict[str, Any]:
    """Return a cited answer."""
    parts = survey.parts(
        wanted.question,
        filters=wanted.filters.filters(),
        max_statements=wanted.max_statements,
        cancelled=cancelled,
        after=wanted.after,
    )
    *_, answer = parts
    if not isinstance(answer, AnswerNoun):
        raise TypeError("the answer is the last part")
    return answer_value(answer, survey.stale(answer))


def compare(survey: Survey, wanted: CompareRequest, cancelled: Cancelled) -> dict[str, Any]:
    """Return a matrix and the answer it is built from."""
    answer = survey.compare(
        wanted.entities,
        wanted.aspects,
        question=wanted.question,
        filters=wanted.filters.filters(),
        max_statements=wanted.max_statements,
        cancelled=cancelled,
    )
    return {"answer": answer_value(answer, survey.stale(answer)), "matrix": asdict(matrix_of(answer))}


def search(survey: Survey, wanted: SearchRequest, _: Cancelled) -> dict[str, Any]:
    """Return passages."""
    found = survey.search(
        wanted.query,
        limit=wanted.limit,
        offset=wanted.offset,
        min_score=wanted.min_score,
        filters=wanted.filters.filters(),
        mode=wanted.mode,
        explain=MOST_EXPLAINED if wanted.explain else 0,
    )
    return hits_value(
        wanted.query,
        wanted.mode,
        found.generation.id,
        found.hits,
        found.explanations,
        stale=found.stale,
        offset=wanted.offset,
        note=found.note,
    )


def get_passage(survey: Survey, wanted: PassageRequest, _: Cancelled) -> dict[str, Any]:
    """Return a span and the text around it.

    Raises:
        UsageError: the span is beyond the end of the document.
    """
    document = survey.document(wanted.document)
    if wanted.end > len(document.text):
        raise UsageError(
            f"{document.path} has only {len(document.text):,} characters, so the end {wanted.end:,} is out of range; "
            "take start and end from a citation or a hit of the same index"
        )
    return _excerpt(document, wanted)


def _excerpt(document: Document, wanted: PassageRequest) -> dict[str, Any]:
    text, start, end = document.text, wanted.start, wanted.end
    first, last = max(0, start - wanted.around), min(len(text), end + wanted.around)
    return {
        "path": document.path,
        "sha256": document.sha256,
        "start": first,
        "end": last,
        "length": len(text),
        "text": text[first:last],
        "mark": {
            "before": text[first:start],
            "text": text[start:end],
            "after": text[end:last],
            "line_start": text.count("\n", 0, start) + 1,
            "line_end": text.count("\n", 0, max(start, end - 1)) + 1,
        },
    }


def list_documents(survey: Survey, wanted: DocumentParameters, _: Cancelled) -> dict[str, Any]:
    """Return a page of documents."""
    listed = survey.documents(wanted.filters())
    page = listed.documents[wanted.offset : wanted.offset + wanted.limit]
    return {
        "index": listed.generation.id,
        "total": len(listed.documents),
        "offset": wanted.offset,
        "documents": [asdict(row) for row in page],
    }


def index_status(survey: Survey, _: NothingRequest, __: Cancelled) -> dict[str, Any]:
    """Return the state of the corpus and the index, without the folders of this machine."""
    status = asdict(survey.status())
    return {name: status[name] for name in Index.model_fields if name in status} | {"jobs": []}


TOOLS: tuple[Tool[Any], ...] = (
    Tool(
        "ask",
        "Ask a question",
        "Answer a question about machine learning libraries with verbatim quotes and their sources: comparisons "
        "('How do Burn and Candle differ in GPU support?'), lists ('Which Go libraries train on a GPU?'), lookups and "
        "recommendations. `status` is `answered`, `partial` or `abstained`, with the reason; `missing` lists what the "
        "documents do not say. Statements refer to `citations` by number. For a follow-up ('and on licences?'), give "
        "the previous questions in `after`; `carried` lists what was taken from them. A `summary`, if there is one, is "
        "by the language model that `writer` names; each sentence was checked against its quotes.",
        QuestionRequest,
        Answer,
        ask,
    ),
    Tool(
        "compare",
        "Compare libraries",
        "Compare two to eight given libraries point by point: a matrix with a row for each aspect and a cell for each "
        "library, with quotes or marked as missing. `aspects` defaults to the most informative ones. "
        "An unknown library or aspect is an error that suggests similar names.",
        CompareRequest,
        Comparison,
        compare,
    ),
    Tool(
        "search",
        "Search passages",
        "Find passages by keywords and by meaning, best first, each with its document, headings, lines and characters. "
        "Use it for what `ask` does not cover, or to explore a subject. `mode` is `hybrid`, `keyword` (exact names "
        "and versions) or `dense` (meaning only). A phrase in double quotes must occur word for word. Scores are "
        "comparable within one search only. A hit with `stale` is from a "
        "file that was changed or deleted after indexing: do not rely on it.",
        SearchRequest,
        Hits,
        search,
    ),
    Tool(
        "get_passage",
        "Read a passage",
        "Read part of a document, as indexed: give the `document`, `start` and `end` of a citation or a hit, and in "
        "`around` how many characters to read before and after it. `mark.text` is the span itself.",
        PassageRequest,
        DocumentText,
        get_passage,
    ),
    Tool(
        "list_documents",
        "List documents",
        "List the documents in the index, by path, with title, library, date and size; filter by "
        "library, language, path, heading or date.",
        DocumentParameters,
        Documents,
        list_documents,
    ),
    Tool(
        "index_status",
        "State of the index",
        "Get the generation of the index in use, its numbers of documents and passages, and whether files have changed "
        "since: `pending` counts the documents that the next refresh would process.",
        NothingRequest,
        Index,
        index_status,
    ),
)


def plain(value: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Return a result as JSON values and as JSON text."""
    text = to_json(value, indent=None)
    values: dict[str, Any] = json.loads(text)
    return values, text
