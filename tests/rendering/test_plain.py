from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from mlsurvey.rendering.json import to_json
from mlsurvey.rendering.plain import one_line, visible

RAW = {chr(c) for c in (*range(0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A))} - {"\n"}


@given(st.text())
def test_nothing_that_steers_a_terminal_is_left(text: str) -> None:
    assert not RAW & set(visible(text))
    assert "\n" not in one_line(text)
    one_line(text).encode("utf-8")


@given(st.text())
def test_json_holds_the_same_value_without_raw_control_characters(text: str) -> None:
    written = to_json({"text": text}, indent=None)
    assert json.loads(written) == {"text": text}
    assert not RAW & set(written)
    written.encode("utf-8")


def test_escapes_are_written_out() -> None:
    assert visible("a\x1b[31mb\x9bc\u202ed") == r"a\x1b[31mb\x9bc\u202ed"


def test_line_ends_stay_line_ends() -> None:
    assert visible("a\r\nb\tc") == "a\nb    c"
