"""The tools as an MCP server; the caller supplies what runs their work."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol, TypeVar

from mcp import MCPError
from mcp.server import ServerRequestContext
from mcp.server.lowlevel import Server
from mcp.types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    ToolAnnotations,
)
from mcp.types import Tool as ToolDescription
from pydantic import TypeAdapter, ValidationError

from mlsurvey import __version__
from mlsurvey.calling import Cancelled
from mlsurvey.errors import MlsurveyError
from mlsurvey.mcp.tools import INSTRUCTIONS, TOOLS, Tool, plain
from mlsurvey.survey import Survey

LOGGER = logging.getLogger("mlsurvey.mcp")
T = TypeVar("T")

_BY_NAME: Mapping[str, Tool[Any]] = {tool.name: tool for tool in TOOLS}
_READING = ToolAnnotations(read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False)


class TurnedAwayError(MlsurveyError):
    """A call was rejected for overload, or took too long."""


class Run(Protocol):
    """Runs the work of the tools."""

    def __call__(self, work: Callable[[Survey, Cancelled], T]) -> Awaitable[T]:
        """Run the work off the event loop, within limits. Raises TurnedAwayError on overload."""


def build(run: Run) -> Server[Any]:
    """Build the server, for any transport."""

    async def list_tools(_: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[described(tool) for tool in TOOLS])

    async def call_tool(_: ServerRequestContext[Any], params: CallToolRequestParams) -> CallToolResult:
        tool = _BY_NAME.get(params.name)
        if tool is None:
            raise MCPError(INVALID_PARAMS, f"no tool {params.name[:60]!r}; available: {', '.join(_BY_NAME)}")
        try:
            return await call(tool, params.arguments or {}, run)
        except ValidationError as error:
            return failure(_faults(error))
        except MlsurveyError as error:
            return failure(str(error))
        except Exception as error:  # its message may contain anything, so it is not returned
            LOGGER.error("fault in tool %s: %s", tool.name, type(error).__name__)
            return failure(f"unexpected error in {tool.name}; the request is not at fault. Try another one")

    return Server(
        "mlsurvey",
        version=__version__,
        title="mlsurvey",
        instructions=INSTRUCTIONS,
        get_tool_input_schema=lambda name: _BY_NAME[name].request.model_json_schema() if name in _BY_NAME else None,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )


def described(tool: Tool[Any]) -> ToolDescription:
    """Return the description of a tool for clients."""
    return ToolDescription(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.request.model_json_schema(),
        output_schema=TypeAdapter(tool.reply).json_schema(mode="serialization"),
        annotations=_READING,
    )


async def call(tool: Tool[Any], arguments: dict[str, Any], run: Run) -> CallToolResult:
    """Call a tool; the result is structured, and also text for clients that read no structured content.

    Raises:
        ValidationError: the arguments are invalid.
        MlsurveyError: the call failed, or was rejected for overload.
    """
    wanted = tool.request.model_validate_json(json.dumps(arguments))  # as JSON, where a date is a string

    def work(survey: Survey, cancelled: Cancelled) -> tuple[dict[str, Any], str]:
        return plain(tool.work(survey, wanted, cancelled))

    values, text = await run(work)
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=values)


def failure(message: str) -> CallToolResult:
    """Return a tool error that the agent can read and act on."""
    return CallToolResult(content=[TextContent(type="text", text=message)], is_error=True)


def _faults(error: ValidationError) -> str:
    """List each fault with its place, without the value sent."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, fault['loc'])) or 'arguments'}: {fault['msg']}" for fault in faults[:10])
