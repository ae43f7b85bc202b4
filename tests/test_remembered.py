from __future__ import annotations

from mlsurvey.remembered import Remembered


def test_what_was_put_is_remembered() -> None:
    remembered = Remembered[str, int](2)
    remembered.put("a", 1)
    assert (remembered.get("a"), remembered.get("b")) == (1, None)
    remembered.put("a", 2)
    assert remembered.get("a") == 2


def test_the_least_recently_used_goes_first() -> None:
    remembered = Remembered[str, int](2)
    remembered.put("a", 1)
    remembered.put("b", 2)
    remembered.get("a")
    remembered.put("c", 3)
    assert [remembered.get(key) for key in "abc"] == [1, None, 3]
