"""The router of pages: they are for people, so the description of the API does not list them."""

from __future__ import annotations

from fastapi import APIRouter

from mlsurvey.api.routing import Route


class PageRouter(APIRouter):
    """Routes that send pages."""

    def __init__(self) -> None:
        super().__init__(route_class=Route, include_in_schema=False)
