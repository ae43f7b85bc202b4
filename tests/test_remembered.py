from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from mlsurvey.remembered import Remembered


def test_what_was_put_is_remembered() -> None:
    remembered = Remembered[str, int](2)
    remembered.put("a", 1)
    assert (remembered.kept("a"), remembered.kept("b")) == (1, None)
    remembered.put("a", 2)
    assert remembered.kept("a") == 2


def test_the_least_recently_used_goes_first() -> None:
    remembered = Remembered[str, int](2)
    remembered.put("a", 1)
    remembered.put("b", 2)
    remembered.kept("a")
    remembered.put("c", 3)
    assert [remembered.kept(key) for key in "abc"] == [1, None, 3]


def test_what_was_used_last_stays() -> None:
    made: list[str] = []
    remembered = Remembered[str, str](2)

    def make(key: str) -> str:
        made.append(key)
        return key.upper()

    assert [remembered.get(key, make) for key in "abacab"] == list("ABACAB")
    assert made == ["a", "b", "c", "b"], "a was used again before c came, so b had to go"


def test_sizes_count() -> None:
    remembered = Remembered[int, str](10, len)
    for size in (4, 5, 8):
        remembered.get(size, lambda size: "x" * size)
    made: list[int] = []
    remembered.get(8, lambda size: made.append(size) or "")
    assert not made
    remembered.get(5, lambda size: made.append(size) or "")
    assert made == [5]


def test_what_is_larger_than_all_room_is_given_and_not_kept() -> None:
    remembered = Remembered[int, str](3, len)
    assert remembered.get(9, lambda size: "x" * size) == "x" * 9
    assert remembered.get(9, lambda size: "y") == "y"


def test_many_are_made_in_one_go_and_in_order() -> None:
    asked: list[list[int]] = []
    remembered = Remembered[int, int](10)

    def make(keys):
        asked.append(list(keys))
        return {key: key * key for key in keys}

    assert remembered.get_all([3, 1, 2], make) == [9, 1, 4]
    assert remembered.get_all([2, 5, 3, 2], make) == [4, 25, 9, 4]
    assert asked == [[3, 1, 2], [5]]


def test_threads_may_share_it() -> None:
    remembered = Remembered[int, int](50)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda n: remembered.get(n % 70, lambda key: key + 1), range(4000)))
    assert found == [n % 70 + 1 for n in range(4000)]
