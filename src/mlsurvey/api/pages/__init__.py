"""The page in a browser, over the same service as the API. :mod:`mlsurvey.page` has what it shows."""

from __future__ import annotations

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from mlsurvey.api.pages import asking, covering, documents, libraries, searching, session, timing, uploading, work
from mlsurvey.page.templating import FOLDER

ROUTERS = tuple(
    module.router for module in (asking, searching, libraries, covering, timing, documents, uploading, work, session)
)


class Assets(StaticFiles):
    """The files that pages load. Their addresses change with them, so browsers may keep them."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, to be kept if its address names its version."""
        response = await super().get_response(path, scope)
        if response.status_code == 200 and b"v=" in scope.get("query_string", b""):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


__all__ = ["ROUTERS", "Assets"]
