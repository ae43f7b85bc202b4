from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlsurvey.embedding import batches, models
from mlsurvey.embedding.batches import Reader, Tokens, fitting, padded, padded_width


@given(width=st.integers(0, 512), budget=st.integers(0, 100_000))
def test_a_batch_stays_within_the_budget_unless_one_text_exceeds_it(width: int, budget: int) -> None:
    count = fitting(width, budget)
    assert count == 1 or count * width <= budget
    assert (count + 1) * max(1, width) > budget


@given(tokens=st.integers(0, 256), multiple=st.sampled_from([1, 8, 64]), limit=st.integers(256, 514))
def test_a_width_holds_the_tokens_and_stays_within_the_limit(tokens: int, multiple: int, limit: int) -> None:
    width = padded_width(tokens, multiple, limit)
    assert max(1, tokens) <= width <= limit
    assert width % multiple == 0 or width == limit


@given(st.lists(st.lists(st.integers(1, 30_000), max_size=9), min_size=1, max_size=9))
def test_padding_adds_what_the_mask_hides(rows: list[list[int]]) -> None:
    batch = [Tokens(position, np.array(row, dtype=np.int32)) for position, row in enumerate(rows)]
    ids, mask = padded(batch, 12, fill=7)
    assert ids.shape == mask.shape == (len(rows), 12)
    assert [line[shown == 1].tolist() for line, shown in zip(ids, mask, strict=True)] == rows
    assert set(ids[mask == 0].tolist()) == {7}


@pytest.mark.parametrize("window", [1, 3, 100])
def test_windows_hold_every_text_once_and_the_longest_first(monkeypatch: pytest.MonkeyPatch, window: int) -> None:
    monkeypatch.setattr(batches, "WINDOW", window)
    texts = ["gpu " * count for count in (3, 1, 4, 1, 5, 9, 2, 6)]
    windows = list(reader().windows(texts))
    positions = [tokens.position for part in windows for tokens in part]
    assert sorted(positions) == list(range(len(texts)))
    lengths = [len(tokens.ids) for part in windows for tokens in part]
    assert lengths == sorted(lengths, reverse=True)
    assert max(map(len, windows)) <= window


def test_no_text_makes_no_window() -> None:
    assert list(reader().windows([])) == []


def test_texts_are_read_in_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    threads = set()
    reading = reader()
    read = reading.read
    monkeypatch.setattr(reading, "read", lambda texts: (threads.add(threading.current_thread().name), read(texts))[1])
    assert len(list(reading.windows(["one", "two"]))) == 1
    assert [name.startswith("tokenize") for name in threads] == [True]


def test_an_error_while_reading_arrives(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(texts: list[str]) -> list[np.ndarray]:
        raise ValueError("no such word piece")

    reading = reader()
    monkeypatch.setattr(reading, "read", broken)
    with pytest.raises(ValueError, match="no such word piece"):
        list(reading.windows(["one"]))


def test_the_prompt_is_counted_without_the_end() -> None:
    assert reader("passage: ").prompt_length == len(["[CLS]", "passage", ":"])
    (ids,) = reader("passage: ").read(["gpu"])
    assert len(ids) == len(["[CLS]", "passage", ":", "gp", "##u", "[SEP]"])


def reader(prompt: str = "") -> Reader:
    return Reader(models.tokenizer_file(models.DEFAULT_MODEL), models.sequence_limit(models.DEFAULT_MODEL), prompt)
