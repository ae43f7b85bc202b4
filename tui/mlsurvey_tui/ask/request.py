"""What is asked: a question as typed, or with its sides and aspects set by hand. Pure."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field, replace

from mlsurvey.types import Filters

SIDES = (2, 8)
"""Libraries of a comparison, at least and at most."""


@dataclass(frozen=True, slots=True)
class Request:
    """A question with what a person has changed about how it was understood."""

    question: str
    entities: tuple[str, ...] | None = None
    """Slugs of the sides, where they were set by hand; else the question says them."""
    aspects: tuple[str, ...] | None = None
    """The same of the points of comparison."""
    filters: Filters = field(default_factory=Filters)
    after: tuple[str, ...] = ()
    """The questions before it in the conversation, the oldest first."""

    @property
    def is_given(self) -> bool:
        """Whether sides are set by hand, so that nothing is left to understand."""
        return self.entities is not None and SIDES[0] <= len(self.entities) <= SIDES[1]

    @property
    def effective_filters(self) -> Filters:
        """The filters; a single side that was set by hand restricts what may be quoted."""
        if self.entities is not None and len(self.entities) == 1:
            return replace(self.filters, entities=self.entities)
        return self.filters


def command(request: Request) -> str:
    """The same question for the command line."""
    filters = request.effective_filters
    options = [("--entity", name) for name in filters.entities]
    options += [("--language", name) for name in filters.languages]
    options += [("--path", name) for name in filters.paths]
    options += [("--after", question) for question in request.after]
    words = ["mlsurvey", "ask", request.question, *(word for option in options for word in option)]
    return shlex.join(words)


@dataclass(frozen=True, slots=True)
class Service:
    """Where a server is asked."""

    url: str = "http://127.0.0.1:8642"
    needs_token: bool = False


def curl(request: Request, service: Service | None = None) -> str:
    """The same question for a server: a comparison with its sides where these were set by hand.

    A token is never copied; where one is needed, a person puts it in the place of ``TOKEN``.
    """
    to = service or Service()
    route = "compare" if request.is_given else "ask"
    words = ["curl", "-sS", f"{to.url.rstrip('/')}/v1/{route}", "-H", "Content-Type: application/json"]
    if to.needs_token:
        words += ["-H", "Authorization: Bearer TOKEN"]
    return shlex.join([*words, "-d", json.dumps(_body(request))])


def _body(request: Request) -> dict[str, object]:
    filters = request.effective_filters
    lists = {
        "entity": filters.entities,
        "language": filters.languages,
        "path": filters.paths,
        "heading": filters.headings,
    }
    told: dict[str, object] = {name: values for name, values in lists.items() if values}
    if filters.updated_after:
        told["updated_after"] = filters.updated_after
    body: dict[str, object] = {"question": request.question}
    if request.is_given:
        body |= {"entities": request.entities, "aspects": request.aspects or ()}
    elif request.after:
        body["after"] = request.after
    return body | ({"filters": told} if told else {})
