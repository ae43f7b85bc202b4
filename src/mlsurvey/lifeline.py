"""Ends a child process when its parent is gone, however the parent ended.

The parent holds the writing end of a pipe, by default the child's stdin, for as long as it lives. The
operating system closes that end when the parent ends, even by SIGKILL, and ``poll`` reports it without
reading the input. (``PR_SET_PDEATHSIG`` exists on Linux only, and fires when the *thread* that started the
child ends.)
"""

from __future__ import annotations

import os
import select
import signal
import threading
import time

_STDIN = 0


def hold(grace: float = 0.0, *, warning: signal.Signals | None = None, pipe: int = _STDIN) -> threading.Event:
    """Watch the parent from now on.

    Args:
        grace: seconds that this process has to end by itself once the parent is gone. Then it is killed, with
            the processes that it started if it leads a process group.
        warning: signal that this process gets as soon as the parent is gone.
        pipe: descriptor of the reading end.

    Returns:
        An event that is set as soon as the parent is gone.
    """
    gone = threading.Event()
    if hasattr(select, "poll"):  # everywhere but on Windows
        threading.Thread(target=_watch, args=(gone, grace, warning, pipe), name="lifeline", daemon=True).start()
    return gone


def _watch(gone: threading.Event, grace: float, warning: signal.Signals | None, pipe: int) -> None:
    watched = select.poll()
    watched.register(pipe, select.POLLHUP)  # macOS does not report it unless it is asked for
    watched.poll()
    gone.set()
    if warning is not None:
        os.kill(os.getpid(), warning)
    time.sleep(grace)
    if os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)
