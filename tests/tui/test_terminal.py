"""End to end in a real terminal: start, ask, open a source, add and refresh, find, export, quit."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mlsurvey.errors import BusyError
from mlsurvey_tui.child import GRACE

PATIENCE = 120.0

pytestmark = [
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed: it is the terminal of this test"),
    pytest.mark.slow,
]


class Terminal:
    """A terminal of 100 columns and 30 lines, driven by keys."""

    def __init__(self, folder: Path) -> None:
        self.name = f"mlsurvey-{secrets.token_hex(4)}"
        self.folder = folder

    def tmux(self, *arguments: str) -> str:
        command = ["tmux", "-L", self.name, "-f", os.devnull, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True, env=_own_size()).stdout

    def start(self, command: list[str], environment: dict[str, str]) -> None:
        settings = [part for name, value in environment.items() for part in ("-e", f"{name}={value}")]
        place = ["-d", "-x", "100", "-y", "30", "-c", str(self.folder)]
        self.tmux("new-session", *place, *settings, *command)
        self.tmux("set-option", "-g", "remain-on-exit", "on")

    def press(self, *keys: str) -> None:
        self.tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        self.tmux("send-keys", "-l", text)

    def text(self) -> str:
        return self.tmux("capture-pane", "-p")

    def wait(self, holds: Callable[[str], bool] | str) -> str:
        end = time.monotonic() + PATIENCE
        while True:
            text = self.text()
            if holds in " ".join(text.split()) if isinstance(holds, str) else holds(text):
                return text
            assert time.monotonic() < end, f"{holds!r} never came:\n{text}"
            time.sleep(0.05)

    @property
    def process(self) -> int:
        return int(self.tmux("display-message", "-p", "#{pane_pid}"))

    @property
    def status(self) -> str:
        return self.tmux("display-message", "-p", "#{pane_dead}:#{pane_dead_status}").strip()

    def end(self) -> None:
        subprocess.run(["tmux", "-L", self.name, "kill-server"], capture_output=True, check=False)


def _own_size() -> dict[str, str]:
    """The environment without the terminal size of the test run."""
    return {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}


@pytest.fixture
def terminal(tmp_path) -> Iterator[Terminal]:
    terminal = Terminal(tmp_path)
    yield terminal
    terminal.end()


def begin(terminal: Terminal, home, tmp_path: Path, documents: int, *, tells: bool = False) -> None:
    """Start the application as a user does, without touching the user's own files."""
    (tmp_path / "home").mkdir(exist_ok=True)
    folders = {name: str(tmp_path / name.lower()) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    place = {"MLSURVEY_CORPUS": str(home.corpus), "MLSURVEY_INDEX": str(home.index)}
    kept = {name: os.environ[name] for name in ("HF_HUB_OFFLINE", "PYTHONDONTWRITEBYTECODE") if name in os.environ}
    told = '"$@"; echo $? > left' if tells else 'exec "$@"'  # tmux itself occasionally loses the status
    terminal.start(["sh", "-c", told, "sh", sys.executable, "-m", "mlsurvey"], folders | place | kept)
    terminal.wait(f"{documents} documents")


@pytest.mark.slow
def test_a_person_asks_reads_adds_finds_exports_and_leaves(terminal, home, tmp_path) -> None:
    (tmp_path / "zed.md").write_text("# Zed\n\nZed runs on toasters, and on nothing else.\n", "utf-8")
    begin(terminal, home, tmp_path, 4, tells=True)
    terminal.type("How do Burn and Candle differ in GPU support?")
    terminal.press("Enter")
    terminal.wait(lambda text: "╭─ Burn" in text and "╭─ Candle" in text and "⏎ Open" in text)
    terminal.press("Enter")
    terminal.wait(lambda text: "[1] 1/" in text and "Licence" in text)
    terminal.press("s")
    terminal.wait("▌10 Burn supports GPUs")
    terminal.press("Escape")
    terminal.wait("╭─ Burn")
    terminal.press("F4")
    terminal.wait("rust/candle.md")
    terminal.press("a")
    terminal.wait("Add a file or a folder")
    terminal.type(str(tmp_path / "zed.md"))
    terminal.press("Enter")
    terminal.wait("1 new since the index was made")
    terminal.press("F6")
    terminal.wait("+ zed.md")
    terminal.press("Enter")
    terminal.wait("5 documents")
    terminal.press("F2")
    terminal.wait("⏎ Ask")
    terminal.press("C-a", "C-k")
    terminal.wait("Ask in your own words")  # an empty line; keys sent in one burst may arrive out of order
    terminal.type("toasters")
    terminal.wait("zed.md:1 Zed")
    terminal.press("Escape")
    terminal.wait("╭─ Burn")
    terminal.press("x")
    terminal.wait("Export the answer")
    terminal.press("Enter")
    terminal.wait(lambda text: "Export the answer" not in text)
    (written,) = tmp_path.glob("how-do-burn*.md")
    assert "| **GPU support** |" in written.read_text("utf-8")
    terminal.press("C-q")
    terminal.wait(lambda _: (tmp_path / "left").exists())
    assert (tmp_path / "left").read_text("utf-8").strip() == "0"


def after_the_child(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a command once the refresh of the closed terminal has stopped: it has some seconds to save its work."""
    end = time.monotonic() + 2 * GRACE
    while True:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != BusyError.exit_code or time.monotonic() > end:
            return done
        time.sleep(0.2)


@pytest.mark.slow
def test_a_closed_terminal_during_a_refresh_loses_nothing(terminal, home, tmp_path) -> None:
    for number in range(150):
        (home.corpus / f"n{number}.md").write_text(f"# N{number}\n\nNumber {number} is a number of its own.\n", "utf-8")
    begin(terminal, home, tmp_path, 4)
    terminal.type("Does Burn support CUDA?")
    terminal.press("Enter")
    terminal.wait("Answered")
    terminal.press("F6")
    terminal.wait("What a refresh would do")
    terminal.press("Enter")
    terminal.wait("refresh:")
    os.kill(terminal.process, signal.SIGHUP)
    terminal.wait(lambda _: terminal.status.startswith("1:"))
    place = ("--corpus", str(home.corpus), "--index", str(home.index))
    for command, told in ((("search", "gpu", "--mode", "keyword"), "burn.md"), (("refresh",), "150 added")):
        line = [sys.executable, "-m", "mlsurvey", *place, *command]
        done = after_the_child(line)
        assert done.returncode == 0 and told in done.stdout, done.stderr
    terminal.end()
    begin(terminal, home, tmp_path, 154)
    terminal.press("F3")
    terminal.wait("Does Burn support CUDA?")
