from __future__ import annotations

import pytest

from mlsurvey.vocabulary.records import items, names, sources, value


@pytest.mark.parametrize(
    ("line", "said", "rests_on"),
    [
        ("yes [readme]", "yes", ("readme",)),
        ("CUDA (NVIDIA), Vulkan [readme, book-gpu]", "CUDA (NVIDIA), Vulkan", ("readme", "book-gpu")),
        ("unknown", "unknown", ()),
        ("yes [not closed", "yes [not closed", ()),
        ("", "", ()),
    ],
)
def test_a_line_is_a_value_and_its_sources(line: str, said: str, rests_on: tuple[str, ...]) -> None:
    assert (value(line), sources(line)) == (said, rests_on)


def test_a_list_has_items_and_commas_in_brackets_belong_to_them() -> None:
    assert items("ONNX (1.2, 1.4), CSV [readme]") == ("ONNX (1.2, 1.4)", "CSV")
    assert items("unknown") == items("none [readme]") == ()


def test_a_name_in_brackets_is_a_name_and_a_remark_is_none() -> None:
    assert names("CUDA (NVIDIA)") == ("CUDA", "NVIDIA")
    assert names("LibTorch (optional)") == ("LibTorch",)
    assert names("Vulkan") == ("Vulkan",)
