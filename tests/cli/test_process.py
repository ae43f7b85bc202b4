"""Behaviour visible only in a real process: pipes, signals, terminals, imports."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest

QUESTION = "How do Burn and Candle differ in GPU support?"

pytestmark = pytest.mark.slow
posix = pytest.mark.skipif(os.name == "nt", reason="POSIX signals and terminals")


def test_a_reader_that_closes_the_pipe_early_is_no_error(start, home) -> None:
    (home.corpus / "rust" / "burn.md").write_text("# Burn\n\n" + "Burn is fast.\n" * 20_000, "utf-8")
    with start("refresh", home=home) as refresh:
        refresh.communicate()
    for arguments in (["show", "rust/burn.md"], ["show", "rust/burn.md", "--raw"]):
        process = start(*arguments, home=home)
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0
        process.stderr.close()


@posix
@pytest.mark.parametrize(
    ("command", "code"),
    [
        ('"$@" ask "Does Burn support GPUs?" | true', 0),
        ('"$@" ask "Does Burn support GPUs?" 2>&1 >&-', 0),
        ('"$@" chat <&-', 0),
        ('"$@" --help | true', 0),
    ],
)
def test_a_closed_stream_is_no_bug(command, code, indexed) -> None:
    environment = os.environ | {"MLSURVEY_CORPUS": str(indexed.corpus), "MLSURVEY_INDEX": str(indexed.index)}
    shell = ["bash", "-o", "pipefail", "-c", command, "bash", sys.executable, "-m", "mlsurvey"]
    done = subprocess.run(shell, capture_output=True, text=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (code, "")


def test_piped_output_is_plain(start, indexed) -> None:
    with start("ask", QUESTION, home=indexed) as process:
        out, err = process.communicate()
    assert (process.returncode, err) == (0, b"")
    assert b"\x1b" not in out and "┃" not in out.decode("utf-8")


def test_asking_and_searching_load_no_torch(indexed, no_settings) -> None:
    for arguments in (["ask", QUESTION], ["search", "gpu"], ["refresh"], ["status"]):
        command = [*arguments, "--corpus", str(indexed.corpus), "--index", str(indexed.index)]
        script = (
            f"import sys; from mlsurvey.cli import main; code = main({command!r});"
            "sys.exit(code or ' '.join({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)) or 0)"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), arguments


def test_output_that_cannot_take_a_character_gets_an_escape(start, indexed) -> None:
    with start("show", "hostile.md", home=indexed, env=_ascii(indexed)) as process:
        out, _ = process.communicate()
    assert process.returncode == 0 and rb"\u202e" in out


def _ascii(home) -> dict[str, str]:
    place = {"MLSURVEY_CORPUS": str(home.corpus), "MLSURVEY_INDEX": str(home.index)}
    return os.environ | place | {"PYTHONIOENCODING": "ascii"}


@posix
def test_ctrl_c_during_a_refresh_says_that_nothing_is_lost(start, home) -> None:
    for number in range(40):
        lines = (f"Library {number} has feature {line} of kind {number * line}.\n\n" for line in range(60))
        (home.corpus / f"{number}.md").write_text(f"# Library {number}\n\n" + "".join(lines), "utf-8")
    refresh = start("refresh", home=home)
    while b"embedding" not in (said := refresh.stderr.readline()):
        assert said, "it ended without embedding"
    refresh.send_signal(signal.SIGINT)
    _, err = refresh.communicate(timeout=60)
    assert refresh.returncode == 130
    last = err.decode().splitlines()[-1]
    assert last.startswith("error: ") and "kept" in last and "mlsurvey refresh" in last
    with start("ask", QUESTION, home=home) as process:
        assert b"Burn supports GPUs" in process.communicate()[0]


@posix
def test_watching_refreshes_after_a_change_and_goes_on_after_an_error(start, home) -> None:
    process = start("refresh", "--watch", home=home)
    while b"watching" not in (said := process.stderr.readline()):
        assert said, "it ended"
    process.stdout.readline()
    time.sleep(1)  # the watcher reports its start before the kernel notifies it of changes
    (home.corpus / "go" / "gorgonia.md").unlink()
    assert process.stdout.readline() == b"removed: 1\n"
    assert process.stdout.readline() == b"  - go/gorgonia.md\n"
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130


@posix
def test_an_index_in_the_corpus_is_not_watched(start, home) -> None:
    inside = replace(home, index=home.corpus / ".mlsurvey" / "index")
    shutil.copytree(home.index, inside.index)
    process = start("refresh", "--watch", home=inside)
    while b"watching" not in (said := process.stderr.readline()):
        assert said, "it ended"
    process.stdout.readline()
    time.sleep(1)
    (home.corpus / "go" / "gorgonia.md").unlink()
    assert process.stdout.readline() == b"removed: 1\n"
    time.sleep(3)  # the index is at rest, unless a refresh causes the next one
    before = inside.index.stat().st_mtime_ns
    time.sleep(3)
    assert inside.index.stat().st_mtime_ns == before
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)


@posix
def test_on_a_terminal_a_comparison_is_a_table_as_wide_as_the_terminal(indexed, no_settings) -> None:
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 90, 0, 0))
    place = {"MLSURVEY_CORPUS": str(indexed.corpus), "MLSURVEY_INDEX": str(indexed.index), "NO_COLOR": "1"}
    environment = {k: v for k, v in os.environ.items() if k not in {"COLUMNS", "LINES"}} | place | {"TERM": "xterm"}
    command = [sys.executable, "-m", "mlsurvey", "ask", QUESTION]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=subprocess.PIPE, env=environment) as process:
        os.close(theirs)
        out = _all(ours)
        assert (process.wait(60), process.stderr.read()) == (0, b"")
    lines = out.decode("utf-8").splitlines()
    assert max(len(line) for line in lines if "━" in line) == 90
    assert "\x1b[3" not in out.decode("utf-8"), "NO_COLOR asks for none"


def _all(descriptor: int) -> bytes:
    parts = []
    try:
        while part := os.read(descriptor, 65536):
            parts.append(part)
    except OSError:  # Linux's signal that the other side is closed
        pass
    os.close(descriptor)
    return b"".join(parts)
