"""Calls to a child process over pipes, one JSON object per line: both ends.

Peers have their own environments; this file needs nothing but Python, so that their side can also import it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

Message = dict[str, Any]


class Worker:
    """The calling end. Use it in a ``with`` statement."""

    def __init__(self, command: Sequence[str], **environment: str) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, **environment}
        )
        self._name = " ".join(Path(part).name for part in command[:3])

    def ask(self, do: str, **arguments: Any) -> Message:
        """Call the child's function ``do`` and return its result.

        Raises:
            RuntimeError: the call failed, or the child exited; its error output is on stderr.
        """
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(json.dumps({"do": do, **arguments}) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            raise RuntimeError(f"{self._name} ended with code {self._process.wait()} while asked to {do}")
        answer: Message = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"{self._name} could not {do}: {answer['error']}")
        return answer

    @property
    def pid(self) -> int:
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:  # library threads that do not end on their own
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


def answer(functions: Mapping[str, Callable[..., Message]]) -> None:
    """The answering end: run the requested functions until the caller closes it. Library output goes to stderr."""
    replies = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            reply = functions[asked.pop("do")](**asked)
        except Exception as error:
            reply = {"error": f"{type(error).__name__}: {error}"}
        replies.write(json.dumps(reply) + "\n")


def resident() -> Message:
    """Resident memory of this process in MB, and the part that is not file-backed."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    found = dict(line.split(":", 1) for line in lines)
    return {name: round(int(found[key].split()[0]) * 1024 / 1e6) for name, key in _KINDS.items()}


_KINDS = {"resident": "VmRSS", "anonymous": "RssAnon"}
