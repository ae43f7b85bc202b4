"""Look for inputs whose reading takes more than linear time, or reads less than a megabyte per second.

    python bench/linear.py                                    # every token of every format, repeated
    python bench/linear.py --pairs 400 --mixtures 200         # and that many pairs and mixtures of tokens
    python bench/linear.py --only 'html' --formats md --sizes 20 60 180
    python bench/linear.py --questions                        # the same as questions to the index, of up to 20 kB

A child process reads and cuts each text, as a refresh does; a text that takes more than ``--limit`` seconds ends the
child. A text is first read at the second size; the other sizes follow only if that was slow. Seconds are processor
time. What is printed is slow: its seconds at each size, megabytes per second at the largest, the exponent of growth.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import multiprocessing
import re
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from hostile import inputs

FORMATS = ("md", "mdx", "rst", "txt")
RATE = 1.0
"""Megabytes per second below which a text is reported, unless another rate is given."""
STEEP = 1.3
"""Exponent of growth from which a text is reported."""
_NOTICED = 0.1  # seconds below which growth is noise


@dataclass(frozen=True)
class Slow:
    """A text that is read slowly: seconds by size; None where the limit was reached."""

    name: str
    format: str
    seconds: dict[int, float | None]

    def __str__(self) -> str:
        times = "  ".join("  limit" if s is None else f"{s:7.2f}" for _, s in sorted(self.seconds.items()))
        return f"{times}  {self.rate:6.2f} MB/s  n^{self.exponent:.1f}  {self.format:4} {self.name}"

    @property
    def _known(self) -> list[tuple[int, float]]:
        return [(size, s) for size, s in sorted(self.seconds.items()) if s is not None]

    @property
    def rate(self) -> float:
        """Megabytes per second at the largest size."""
        size, seconds = max(self.seconds.items())
        return 0.0 if seconds is None else size / 1e6 / max(seconds, 1e-9)

    @property
    def exponent(self) -> float:
        """Exponent of growth between the smallest and the largest size; infinite where the limit was reached."""
        if len(self._known) < max(2, len(self.seconds)):
            return math.inf
        (least, fast), (most, slow) = self._known[0], self._known[-1]
        return math.log(max(slow, 1e-9) / max(fast, 1e-9), most / least)

    def is_slow(self, rate: float) -> bool:
        """Whether it is to be reported."""
        _, longest = max(self.seconds.items())
        return (self.exponent > STEEP and (longest is None or longest > _NOTICED)) or self.rate < rate


class Child:
    """A process that reads texts; a new one is started after each that had to be stopped."""

    def __init__(self, limit: float, count: Callable[[Connection], None]) -> None:
        self._limit, self._serve = limit, count
        self._start()

    def _start(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=self._serve, args=(other,), daemon=True)
        self._process.start()
        self._pipe.recv()

    def seconds(self, text: str, suffix: str) -> float | None:
        """Processor seconds; None if the limit was reached."""
        self._pipe.send((text, suffix))
        if self._pipe.poll(self._limit):
            found: float | str = self._pipe.recv()
            if isinstance(found, str):
                raise RuntimeError(found)
            return found
        self.end()
        self._start()
        return None

    def end(self) -> None:
        """Stop the process."""
        self._process.kill()
        self._process.join()


def read_all(pipe: Connection) -> None:
    """Answer each text with the seconds it takes to read and cut it."""
    from mlsurvey.reading.documents import declared_entity, document
    from mlsurvey.reading.passages import passages
    from mlsurvey.types import Entity
    from mlsurvey.vocabulary.gazetteer import Gazetteer

    gazetteer = Gazetteer([
        Entity("ember", "Ember", plain_words=("ember",), language="rust"),
        Entity("wax-rs", "wax-rs", aliases=("wax",), language="rust"),
    ])  # fmt: skip
    word = re.compile(r"\w{1,6}|\S")

    def count(texts: Sequence[str]) -> list[int]:  # about as many as word pieces
        return [len(word.findall(text)) for text in texts]

    def run(text: str, suffix: str) -> None:
        path, data = f"notes/readme.{suffix}", text.encode()
        declared_entity(path, data)
        passages(document(path, data, str(time.time_ns()), gazetteer), gazetteer, count, 254)

    _answer(pipe, run)


def ask_all(pipe: Connection) -> None:
    """Answer each text with the seconds it takes to take it for a question."""
    from mlsurvey.errors import UsageError
    from mlsurvey.settings import load_settings
    from mlsurvey.survey import Survey

    def run(text: str, _: str) -> None:
        with contextlib.suppress(UsageError):  # nothing but white space
            survey.ask(text)

    survey = Survey(load_settings({}))
    _answer(pipe, run)


def _answer(pipe: Connection, run: Callable[[str, str], Any]) -> None:
    sys.setrecursionlimit(1000)
    pipe.send("ready")
    while True:
        text, suffix = pipe.recv()
        began = time.process_time()
        try:
            run(text, suffix)
        except Exception as error:
            pipe.send(f"{type(error).__name__}: {str(error)[:300]}")
            continue
        pipe.send(time.process_time() - began)


def measured(
    child: Child, name: str, make: Callable[[int], str], suffix: str, sizes: Sequence[int], rate: float
) -> Slow | None:
    """The text as measured, if it is slow."""
    middle = sizes[len(sizes) // 2]
    text = make(middle)
    first = child.seconds(text, suffix)
    if first is not None and len(text.encode()) / 1e6 / max(first, 1e-9) >= 1.5 * rate:
        return None
    seconds = {size: first if size == middle else child.seconds(make(size), suffix) for size in sizes}
    found = Slow(name, suffix, seconds)
    return found if found.is_slow(rate) else None


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", metavar="PATTERN", default="", help="regular expression: texts of these names only")
    options.add_argument("--formats", nargs="+", choices=FORMATS, default=FORMATS)
    options.add_argument("--sizes", nargs="+", type=int, help="in thousands of characters")
    options.add_argument("--pairs", type=int, default=0, help="number of pairs of tokens")
    options.add_argument("--mixtures", type=int, default=0, help="number of mixtures of tokens")
    options.add_argument("--limit", type=float, default=10.0, help="seconds after which a text is given up")
    options.add_argument("--rate", type=float, default=RATE, help="megabytes per second below which a text is slow")
    options.add_argument("--questions", action="store_true", help="ask the texts instead of reading them")
    arguments = options.parse_args()
    chosen = [pair for pair in inputs(arguments.pairs, arguments.mixtures) if re.search(arguments.only, pair[0])]
    given = arguments.sizes or ([5, 10, 20] if arguments.questions else [20, 60, 180])
    sizes = [size * 1000 for size in sorted(given)]
    child = Child(arguments.limit, ask_all if arguments.questions else read_all)
    count = 0
    for suffix in ("question",) if arguments.questions else arguments.formats:
        for name, make in chosen:
            try:
                slow = measured(child, name, make, suffix, sizes, arguments.rate)
            except RuntimeError as error:
                print(f"failed: {suffix} {name}: {error}", flush=True)
                count += 1
                continue
            if slow:
                print(slow, flush=True)
                count += 1
    child.end()
    print(f"{count} of {len(chosen) * (1 if arguments.questions else len(arguments.formats))} texts are slow")


if __name__ == "__main__":
    main()
