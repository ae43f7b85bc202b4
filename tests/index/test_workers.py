"""Several processes produce the same result as one."""

from __future__ import annotations

import math
import operator
import os
from pathlib import Path

import pytest
from index_doubles import World, page

from mlsurvey.embedding.cores import cores
from mlsurvey.errors import IndexingError
from mlsurvey.index import drafts
from mlsurvey.index.workers import Pool, can_travel

MODULES = (
    "[__import__('mlsurvey.index.drafts'), __import__('mlsurvey.embedding.models'), [*__import__('sys').modules]][-1]"
)


def test_results_come_in_the_order_of_the_items() -> None:
    with Pool[int, int](operator.neg, 3) as pool:
        assert list(pool.map(range(50))) == [-number for number in range(50)]


def test_error_of_the_function_is_raised_here_and_the_process_goes_on() -> None:
    with Pool[float, float](math.sqrt, 1) as pool:
        with pytest.raises(ValueError, match="math domain error"):
            list(pool.map([-1.0]))
        assert list(pool.map([4.0])) == [2.0]


def test_process_that_ends_is_told() -> None:
    with (
        Pool[int, None](os._exit, 2) as pool,
        pytest.raises(IndexingError, match=r"ended unexpectedly \(exit code 7\)"),
    ):
        list(pool.map([7, 7]))


def test_interruption_ends_the_processes() -> None:
    pool = Pool[int, int](operator.neg, 2)
    with pytest.raises(KeyboardInterrupt), pool:
        next(pool.map(range(1000)))
        raise KeyboardInterrupt
    assert [process._process.returncode is not None for process in pool._processes] == [True, True]


def test_processes_do_not_load_torch() -> None:
    with Pool[str, list[str]](eval, 1) as pool:
        (modules,) = pool.map([MODULES])
    assert "mlsurvey" in modules
    assert "torch" not in modules


def test_what_cannot_be_sent_is_known_before() -> None:
    assert can_travel(operator.neg)
    assert not can_travel(lambda text: text)


@pytest.mark.skipif(cores() < 2, reason="one core")
def test_documents_cut_in_several_processes_are_those_cut_in_one(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(12):
        world.write(f"lib{number}/README.md", page(f"word{number}", "burn", "tch-rs"))
    world.refresh()
    monkeypatch.setattr(drafts, "MUCH", 0)
    monkeypatch.setattr(drafts, "_BATCH", 100)
    started: list[int] = []
    monkeypatch.setattr(drafts, "Pool", lambda cut, count, wait: started.append(count) or Pool(cut, count, wait))
    other = World(world.corpus, tmp_path / "other")
    steps: list[tuple[str, int, int]] = []
    other.refresh(progress=lambda *step: steps.append(step))
    assert started == [cores()]
    assert other.contents() == world.contents()
    assert [step for step in steps if step[0] == "chunk"] == [("chunk", done, 12) for done in range(1, 13)]
