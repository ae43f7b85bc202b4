"""What is common to replies in JSON. Pure."""

from __future__ import annotations


def json_object(reply: str) -> str:
    """The text from the first brace to the last: models like to think aloud, and to wrap JSON in a fence."""
    reply = reply.rpartition("</think>")[2]
    return reply[max(0, reply.find("{")) : reply.rfind("}") + 1] or reply
