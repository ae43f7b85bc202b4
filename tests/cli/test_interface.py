from __future__ import annotations

import os
import sys
import threading
from types import SimpleNamespace

import pytest

from mlsurvey.cli import interface


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, object]]:
    """Requests from the command line to the interface, which is not opened."""
    calls: list[tuple[str, object]] = []
    stand_in = SimpleNamespace(
        run=lambda settings, theme, **_: calls.append(("run", (str(settings.corpus), theme))),
        serve=lambda settings, theme, **options: calls.append(("serve", (theme, *options.values()))),
    )
    monkeypatch.setattr(interface, "import_module", lambda name: stand_in)
    return calls


def test_without_a_terminal_it_says_what_to_type(run, indexed, opened) -> None:
    outcome = run("tui", home=indexed)
    assert outcome.code == 2 and "mlsurvey ask" in outcome.err
    assert opened == []


def test_in_a_terminal_it_opens(run, indexed, opened, monkeypatch) -> None:
    monkeypatch.setattr(interface, "is_terminal", lambda: True)
    assert run("tui", "--theme", "nord", home=indexed).code == 0
    assert run(home=indexed).code == 0
    assert opened == [("run", (str(indexed.corpus), "nord")), ("run", (str(indexed.corpus), None))]


def test_alone_in_a_pipe_it_shows_the_help(run, indexed, opened) -> None:
    outcome = run(home=indexed)
    assert outcome.code == 0 and "Usage: mlsurvey" in outcome.out
    assert opened == []


def test_a_browser_is_served_at_a_port(run, indexed, opened) -> None:
    assert run("tui", "--web", "--port", "8123", home=indexed).code == 0
    assert opened == [("serve", (None, 8123, None, None))]


def test_a_browser_is_served_the_index_of_a_server(run, indexed, opened, tmp_path) -> None:
    token = tmp_path / "token"
    token.write_text("secret\n", "utf-8")
    assert run("tui", "--web", "--server", "http://there:1", "--token-file", str(token), home=indexed).code == 0
    assert opened == [("serve", (None, 8000, "http://there:1", token))]


def test_a_token_that_can_be_read_only_once_is_refused_for_a_browser(run, indexed, opened, tmp_path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    threading.Thread(target=pipe.write_text, args=("secret", "utf-8"), daemon=True).start()
    outcome = run("tui", "--web", "--server", "http://there:1", "--token-file", str(pipe), home=indexed)
    assert outcome.code == 2 and "each browser tab reads the token" in outcome.err
    assert opened == []


def test_the_command_line_does_not_load_it() -> None:
    import subprocess

    script = "import sys, mlsurvey.cli; print('mlsurvey_tui' in sys.modules, 'textual' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
