"""A question as typed, or with sides and aspects set by the user. Pure."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass, field, replace

from mlsurvey.rendering.layout import Names
from mlsurvey.types import Filters

SIDES = (2, 8)
"""Minimum and maximum number of libraries in a comparison."""


@dataclass(frozen=True, slots=True)
class Request:
    """A question with the user's changes to how it was understood."""

    question: str
    entities: tuple[str, ...] | None = None
    """Slugs of the sides if set by the user; None takes them from the question."""
    aspects: tuple[str, ...] | None = None
    """Slugs of the points of comparison; likewise."""
    filters: Filters = field(default_factory=Filters)
    after: tuple[str, ...] = ()
    """Previous questions of the conversation, the oldest first."""

    @property
    def is_given(self) -> bool:
        """Whether the user set enough sides that the question need not be interpreted."""
        return self.entities is not None and SIDES[0] <= len(self.entities) <= SIDES[1]

    @property
    def effective_filters(self) -> Filters:
        """The filters; a single side set by the user restricts what may be quoted."""
        if self.entities is not None and len(self.entities) == 1:
            return replace(self.filters, entities=self.entities)
        return self.filters


def stated(request: Request, names: Names) -> str:
    """Return the question; if the user set the sides, in words that name them and the aspects."""
    sides = [names.entity(slug) for slug in request.entities or ()]
    aspects = [names.aspect(slug) for slug in request.aspects or ()]
    if not sides:
        return request.question
    if len(sides) == 1:
        return f"{sides[0]}: {', '.join(aspects)}?" if aspects else f"{sides[0]}?"
    points = f" in {' and in '.join(aspects)}" if aspects else ""
    return f"How do {', '.join(sides[:-1])} and {sides[-1]} compare{points}?"


def command(request: Request) -> str:
    """Return the question as a command line."""
    filters = request.effective_filters
    options = [("--entity", name) for name in filters.entities]
    options += [("--language", name) for name in filters.languages]
    options += [("--path", name) for name in filters.paths]
    options += [("--after", question) for question in request.after]
    words = ["mlsurvey", "ask", request.question, *(word for option in options for word in option)]
    return shlex.join(words)


@dataclass(frozen=True, slots=True)
class Service:
    """The address of a server."""

    url: str = "http://127.0.0.1:8642"
    needs_token: bool = False


def curl(request: Request, service: Service | None = None) -> str:
    """Return the question as a curl command; with sides set by the user, it is a comparison.

    A token is never copied; if one is needed, the user replaces ``TOKEN``.
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
