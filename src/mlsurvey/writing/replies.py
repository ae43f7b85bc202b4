"""Replies that are read as a whole, in JSON, rather than as they come."""

from __future__ import annotations

from mlsurvey.calling import Cancelled
from mlsurvey.writing.client import Call
from mlsurvey.writing.errors import WriterError
from mlsurvey.writing.protocol import Message
from mlsurvey.writing.setup import Turn


def whole_reply(
    turn: Turn, instructions: str, content: str, most: int, wanted: str, cancelled: Cancelled | None
) -> str:
    """The text of one reply.

    Args:
        turn: the use of the server for this answer.
        instructions: what the model is to do.
        content: what it is to do it with.
        most: maximum characters of the reply.
        wanted: what the reply should consist of, in a word.
        cancelled: returns True if nobody waits for the answer any more.

    Raises:
        WriterError: there is no usable reply, or it is too long.
        Interrupted: ``cancelled`` returned True.
    """
    messages = [Message(role="system", content=instructions), Message(role="user", content=content)]
    text = ""
    with Call(turn, messages, cancelled) as call:
        for piece in call:
            text += piece
            if len(text) > most:
                raise WriterError(f"the model wrote more than {wanted}; the rest was not read")
    return text


def json_object(reply: str) -> str:
    """The text from the first brace to the last: models like to think aloud, and to wrap JSON in a fence."""
    reply = reply.rpartition("</think>")[2]
    return reply[max(0, reply.find("{")) : reply.rfind("}") + 1] or reply
