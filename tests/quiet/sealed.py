"""Runs a command where nothing gets out, and reports what it tried to send and which processes it left.

Started by the fixture ``seal``. With ``sealed``, it is root of its own network: every IPv4 address of the world is
routed to the loopback interface, where a packet socket sees each packet, of whatever library.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SETUP = (
    "mount -t tmpfs none /run",  # the sockets of nscd and of systemd-resolved would look names up outside
    "ip link set lo up",
    "ip route add local 0.0.0.0/0 dev lo",
)
ALL_PROTOCOLS = 3
IPV4 = 0x0800
DOMAIN = 53
MARK = "TEST_RUN_OF_A_USER"
"""Environment variable that all processes of a run inherit."""
LEAVING = 12.0
"""Seconds that processes may take to end after the command."""


def main(report: str, mode: str, command: list[str]) -> None:
    if mode == "sealed":
        for line in SETUP:
            subprocess.run(line.split(), check=True)
        with listening() as seen:
            outcome = run(command)
        outcome["sent"] = sorted(seen)
    else:
        outcome = {**run(command), "sent": None}
    Path(report).write_text(json.dumps(outcome), "utf-8")


def run(command: list[str]) -> dict[str, object]:
    """Run the command, and wait for the processes that it has left."""
    code = subprocess.run(command, check=False).returncode
    end = time.monotonic() + LEAVING
    while (left := others()) and time.monotonic() < end:
        time.sleep(0.05)
    return {"code": code, "left": left}


@contextmanager
def listening() -> Iterator[set[str]]:
    """Collect the destinations outside the machine."""
    seen: set[str] = set()
    over = threading.Event()
    with socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ALL_PROTOCOLS)) as packets:
        packets.bind(("lo", 0))
        packets.settimeout(0.2)
        listener = threading.Thread(target=listen, args=(packets, seen, over))
        listener.start()
        yield seen
        over.set()
        listener.join()


def listen(packets: socket.socket, seen: set[str], over: threading.Event) -> None:
    """Collect the destinations outside the machine, until no more packets come after the end."""
    while True:
        try:
            packet, (_, protocol, *_) = packets.recvfrom(65536)
        except TimeoutError:
            if over.is_set():
                return
            continue
        if protocol == IPV4 and (place := outside(packet)):
            seen.add(place)


def outside(packet: bytes) -> str | None:
    """The name that an IPv4 packet looks up or the address that it is sent to; None if it stays on this machine."""
    start = 4 * (packet[0] & 15)
    address, port = socket.inet_ntoa(packet[16:20]), int.from_bytes(packet[start + 2 : start + 4], "big")
    if packet[9] == socket.IPPROTO_UDP and port == DOMAIN:
        return "name " + ".".join(labels(packet[start + 8 + 12 :]))
    return None if address.startswith("127.") else f"{address}:{port}"


def labels(name: bytes) -> list[str]:
    """The labels of a name in a DNS question (RFC 1035, 3.1)."""
    length = name[0] if name else 0
    return [name[1 : 1 + length].decode("ascii", "replace"), *labels(name[1 + length :])] if length else []


def others() -> dict[int, str]:
    """The command lines of the other processes of this run."""
    mark = f"{MARK}={os.environ[MARK]}".encode()
    found = {int(folder.name): folder for folder in Path("/proc").glob("[0-9]*") if mark in read(folder / "environ")}
    found.pop(os.getpid(), None)
    return {pid: command_line(folder / "cmdline") for pid, folder in found.items()}


def command_line(file: Path) -> str:
    return read(file).replace(b"\0", b" ").decode("utf-8", "replace").strip()


def read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # the process has ended, or is of another user
        return b""


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
