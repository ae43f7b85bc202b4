"""The router of pages: they are for people, so the description of the API does not list them."""

from __future__ import annotations

from fastapi import APIRouter

from mlsurvey.api.negotiation import HTML
from mlsurvey.api.routing import Route


class PageRoute(Route):
    """Sends pages, unless its responses say otherwise; a form is answered with a redirection or a page."""

    def offered(self) -> frozenset[str]:
        """Return the media types of a page that is read; forms are not refused for theirs."""
        if self.methods and "GET" not in self.methods:
            return frozenset()
        return super().offered() or frozenset({HTML})


class PageRouter(APIRouter):
    """Routes that send pages."""

    def __init__(self) -> None:
        super().__init__(route_class=PageRoute, include_in_schema=False)
