"""Run one function in several processes. When run as a module, this is the worker process.

``multiprocessing`` is not used: with spawn, it runs the caller's script again, which a library must not
require; with fork, locks held by other threads stay locked in the child.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from queue import SimpleQueue
from types import TracebackType
from typing import Any, Generic, Self, TypeVar

from mlsurvey import lifeline
from mlsurvey.errors import IndexingError

Given = TypeVar("Given")
Made = TypeVar("Made")

MOST = 16
"""Maximum number of processes; each uses about 100 MB of memory."""
_ENDING = 10.0  # seconds a process has to exit once its input is closed


def can_travel(function: object) -> bool:
    """Whether a function can be pickled for another process."""
    try:
        pickle.dumps(function)
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True


class LostError(IndexingError):
    """A process ended before it had answered."""

    def __init__(self, reason: str, waited: float = 0.0) -> None:
        super().__init__(reason)
        self.waited = waited
        """Seconds after which it was stopped; 0 if it ended by itself."""


class Pool(Generic[Given, Made]):
    """Pool of processes that run one function. Use it in a ``with`` statement."""

    def __init__(
        self,
        function: Callable[[Given], Made],
        count: int,
        patience: Callable[[Given], float] | None = None,
        *,
        is_silent: bool = False,
    ) -> None:
        """Start the processes.

        Args:
            function: must be picklable.
            count: number of processes; capped at :data:`MOST`.
            patience: seconds that an item may take; then its process is stopped and replaced.
            is_silent: drop what libraries write to stderr.
        """
        self._patience = patience
        self._start = partial(_Process, function, is_silent=is_silent)
        self._size = min(count, MOST)
        self._is_ending = False
        self._free: SimpleQueue[_Process] = SimpleQueue()
        self._processes = [self._start() for _ in range(self._size)]
        for process in self._processes:
            self._free.put(process)
        self._threads = ThreadPoolExecutor(self._size)

    def map(self, items: Sequence[Given], lost: Callable[[Given, LostError], Made] | None = None) -> Iterator[Made]:
        """Yield the result for each item, in order. Exceptions of the function are re-raised here.

        Args:
            items: one for each call.
            lost: gives the result for an item whose process ended or had to be stopped.

        Raises:
            LostError: a process ended or was stopped, and ``lost`` is None.
        """
        waiting: list[Future[Made]] = [self._threads.submit(self.call, item, lost) for item in items]
        for place in range(len(waiting)):
            yield waiting[place].result()
            waiting[place] = Future()  # drop the yielded result, so that large results do not pile up

    def call(self, item: Given, lost: Callable[[Given, LostError], Made] | None = None) -> Made:
        """Return the result for one item, like :meth:`map`."""
        process = self._free.get()
        try:
            made: Made = process.call(item, self._patience(item) if self._patience else None)
            return made
        except LostError as error:
            process = self._replaced(process)
            if lost is None:
                raise
            failure = error
        finally:
            self._free.put(process)
        return lost(item, failure)

    def _replaced(self, process: _Process) -> _Process:
        if self._is_ending:
            return process
        process.end(at_once=True)
        new = self._start()
        self._processes[self._processes.index(process)] = new
        return new

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_ending = True
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.end(at_once=error is not None)
        self._threads.shutdown()
        for process in self._processes:  # one that was replaced in the meantime
            process.end(at_once=True)


@contextlib.contextmanager
def _killing(process: subprocess.Popen[bytes], seconds: float | None) -> Iterator[threading.Event]:
    """Kill the process if the block takes longer; the event says whether it did."""
    is_late = threading.Event()
    if seconds is None:
        yield is_late
        return

    def kill() -> None:
        is_late.set()
        process.kill()

    timer = threading.Timer(min(seconds, threading.TIMEOUT_MAX), kill)
    timer.daemon = True
    timer.start()
    try:
        yield is_late
    finally:
        timer.cancel()


class _Process:
    """One worker process; communicates over stdin and stdout."""

    def __init__(self, function: object, *, is_silent: bool = False) -> None:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
            "TOKENIZERS_PARALLELISM": "false",  # the other processes use the remaining cores
        }
        command = [sys.executable, "-m", __name__]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if is_silent else None,
            env=environment,
            process_group=0,  # Ctrl-C reaches only the parent, which handles it
        )
        self._send(function)

    def call(self, item: object, seconds: float | None = None) -> Any:
        assert self._process.stdout
        with _killing(self._process, seconds) as is_late:
            try:
                self._send(item)
                is_error, found = pickle.load(self._process.stdout)
            except (EOFError, pickle.UnpicklingError) as error:
                reason = f"a worker process ended unexpectedly (exit code {self._process.wait()}); try again"
                raise LostError(reason, seconds if seconds and is_late.is_set() else 0.0) from error
        if is_error:
            raise found
        return found

    def _send(self, value: object) -> None:
        assert self._process.stdin
        with contextlib.suppress(BrokenPipeError):  # the process ended; reading its answer reports it
            pickle.dump(value, self._process.stdin, pickle.HIGHEST_PROTOCOL)
            self._process.stdin.flush()

    def end(self, *, at_once: bool) -> None:
        assert self._process.stdin and self._process.stdout
        if at_once:
            self._process.kill()
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.close()
        try:
            self._process.wait(_ENDING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


def _serve() -> None:
    """Answer requests until the input closes; a request that is then being worked on is dropped."""
    lifeline.hold()
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # library output must not mix with the answers
    with contextlib.suppress(EOFError, BrokenPipeError):
        function = pickle.load(asked)
        while True:
            item = pickle.load(asked)
            try:
                answer: tuple[bool, object] = False, function(item)
            except Exception as error:
                answer = True, error
            pickle.dump(answer, answers, pickle.HIGHEST_PROTOCOL)
            answers.flush()


if __name__ == "__main__":
    _serve()
