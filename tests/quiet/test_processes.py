"""Nothing is sent, no file is made elsewhere, and no process is left, whatever a user does."""

from __future__ import annotations

import sys

import pytest
from tests.quiet.conftest import why_unsealed

pytestmark = pytest.mark.slow

USES = ("init", "refresh", "ask", "mcp", "library", "serve", "interface", "browser")
ENDS = {
    "interface_killed": -9,
    "interface_quit": 0,
    "library_forks": 0,
    "child_hangs": 0,
    "pool_killed": -9,
    "pool_interrupted": -2,
    "pool_terminated": -15,
    "serve_killed": 0,
    "serve_terminated": 0,
    "serve_in_background_terminated": 0,
    "several_killed": 0,
    "browser_killed": 0,
}
"""Stories with their exit codes."""


@pytest.mark.parametrize("story", USES)
def test_nothing_is_sent_and_nothing_is_left(story, play, home) -> None:
    (home.corpus / "new.md").write_text("# New\n\nNew runs on graphics cards.\n", "utf-8")
    outcome = play(story)
    assert (outcome.code, outcome.left, outcome.files) == (0, (), ())
    if outcome.sent is None:
        pytest.skip(f"files and processes are right; the network cannot be watched here: {why_unsealed()}")
    assert outcome.sent == ()


@pytest.mark.parametrize("story", ENDS)
def test_no_process_outlives_the_one_that_started_it(story, play) -> None:
    outcome = play(story)
    assert (outcome.code, outcome.left) == (ENDS[story], ())


def test_the_watch_sees_a_lookup_an_address_a_file_and_a_process(seal) -> None:
    lines = (
        "import contextlib, socket, subprocess, tempfile",
        "tempfile.mkstemp()",
        "subprocess.Popen(['sleep', '600'])",
        "with contextlib.suppress(OSError): socket.gethostbyname('reports.example.org')",
        "socket.socket().connect_ex(('192.0.2.1', 443))",
    )
    outcome = seal(sys.executable, "-c", "\n".join(lines))
    assert outcome.left == ("sleep 600",) and len(outcome.files) == 1
    if outcome.sent is not None:
        assert {"name reports.example.org", "192.0.2.1:443"} <= set(outcome.sent)
