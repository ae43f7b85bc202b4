"""Selects how a run shows progress."""

from __future__ import annotations

import sys

from mlsurvey.cli.console import is_terminal, make_console
from mlsurvey.cli.progress import Lines, Silence, Watcher


def make_watcher(*, quiet: bool) -> Watcher:
    """Return a bar if stderr is a terminal, else plain lines; silent if ``quiet``."""
    if quiet:
        return Silence()
    if not is_terminal(sys.stderr):
        return Lines()
    from mlsurvey.cli.bar import Bar

    return Bar(make_console(stderr=True))
