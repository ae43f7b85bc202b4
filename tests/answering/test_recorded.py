"""Facts that front matter records decide what they say whole."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from mlsurvey.answering.recorded import Records, Wanted
from mlsurvey.answering.understood import AskedAspect
from mlsurvey.types import Aspect, Fact

GPU = Fact("gpu", "GPU", ("gpu*", "graphics card*"))
ACCELERATORS = Fact("accelerators", "Accelerators", details="gpu")
READS = Fact("reads", "Formats read", leads=("read*", "load*"))
WRAPS = Fact("wraps", "Engine", leads=("wrap*", "binding*"))
TASKS = Fact("tasks", "Tasks")
VECTORS = Aspect("support-vector-machines", "Support vector machines", question=("svm*",))
LISTED = {
    "accelerators": ("CUDA (NVIDIA)", "ROCm (AMD)", "oneAPI (Intel)", "OpenVINO (Intel)"),
    "reads": ("ONNX", "ONNX (up to 1.4)", "CSV"),
    "wraps": ("LibTorch", "ArrayFire (optional)"),
    "tasks": ("clustering", "support vector machines"),
}
NAMES = {"libtorch": {"pytorch"}, "pytorch": {"pytorch"}, "onnx": {"onnx"}, "arrayfire": {"arrayfire"}}


def named(name: str) -> Collection[str]:
    return NAMES.get(name.casefold(), ())


def wanted(*words: str, objects: Collection[str] = (), negated: bool = False) -> tuple[Wanted, ...]:
    records = Records((GPU, ACCELERATORS, READS, WRAPS, TASKS), (VECTORS,), named)
    return records.wanted(AskedAspect(Aspect("x", "x"), words, negated=negated), LISTED, objects)


def items(found: tuple[Wanted, ...]) -> list[list[str]]:
    return [sorted(some) for one in found for some in one.items]


@pytest.mark.parametrize("words", ["support the GPU", "run on graphics cards", "have GPU support"])
def test_a_fact_is_asked_for_in_its_words_and_in_verbs_that_add_nothing(words: str) -> None:
    assert wanted(words) == (Wanted(GPU),)


@pytest.mark.parametrize("words", ["train on several GPUs", "are written in C", "fast", ""])
def test_what_says_more_than_a_fact_is_asked_of_the_documents(words: str) -> None:
    assert wanted(words) == ()


def test_items_are_asked_for_by_any_of_their_names_and_imply_the_fact_that_they_detail() -> None:
    assert items(wanted("support AMD GPUs")) == [["ROCm (AMD)"]]
    assert items(wanted("run on Intel")) == [["OpenVINO (Intel)", "oneAPI (Intel)"]]
    assert items(wanted("SVMs")) == [["support vector machines"]]


def test_of_items_in_a_row_all_are_wanted_and_of_alternatives_one() -> None:
    assert items(wanted("support CUDA and ROCm")) == [["CUDA (NVIDIA)"], ["ROCm (AMD)"]]
    assert items(wanted("support CUDA or ROCm")) == [["CUDA (NVIDIA)", "ROCm (AMD)"]]


def test_items_of_a_list_with_leads_need_one() -> None:
    assert items(wanted("load ONNX models")) == [["ONNX", "ONNX (up to 1.4)"]]
    assert wanted("ONNX") == ()


def test_facts_in_a_row_are_all_wanted_and_one_within_another_is_asked_of_the_documents() -> None:
    both = wanted("support AMD GPUs and clustering")
    assert [one.fact for one in both] == [ACCELERATORS, TASKS]
    assert wanted("clustering on the GPU") == ()
    assert wanted("clustering and good error messages") == ()


@pytest.mark.parametrize("words", ["without a GPU", "lack GPU support", "without clustering"])
def test_doing_without_is_asked_of_the_documents(words: str) -> None:
    assert wanted(words) == ()


def test_languages_are_conditions_of_their_own() -> None:
    assert wanted("Rust libraries with clustering") != ()


def test_objects_stand_for_the_items_of_their_names() -> None:
    assert items(wanted("wrap", objects=("pytorch",))) == [["LibTorch"]]
    assert items(wanted("are bindings to PyTorch", objects=("pytorch",))) == [["LibTorch"]]
    assert wanted("support the GPU", objects=("pytorch",)) == ()


def test_wordings_of_one_matter_have_to_ask_for_facts_all() -> None:
    assert wanted("the GPU", "graphics cards") == (Wanted(GPU),)
    assert [one.fact for one in wanted("the GPU", "clustering")] == [GPU, TASKS]
    assert wanted("the GPU", "good error messages") == ()


def test_a_negated_stretch_asks_for_what_it_negates() -> None:
    assert wanted("do not support the GPU", negated=True) == (Wanted(GPU),)


@pytest.mark.parametrize(
    ("line", "says"),
    [("yes [readme]", True), ("partly [readme]", True), ("no [readme]", False), ("unknown", None), ("soon", None)],
)
def test_a_truth_holds_or_not_or_is_unknown(line: str, says: bool | None) -> None:
    assert Wanted(GPU).holds({"gpu": line}) is says
    assert Wanted(GPU).holds({}) is None


@pytest.mark.parametrize(
    ("recorded", "says"),
    [
        ({"accelerators": "Vulkan, CUDA (NVIDIA) [readme, book]"}, True),
        ({"accelerators": "Vulkan [readme]"}, None),
        ({"accelerators": "none [readme]"}, False),
        ({"gpu": "no [readme]"}, False),
        ({"accelerators": "unknown", "gpu": "yes [readme]"}, None),
    ],
)
def test_a_list_that_lacks_an_item_denies_nothing_unless_it_is_empty(
    recorded: dict[str, str], says: bool | None
) -> None:
    assert Wanted(ACCELERATORS, (frozenset({"CUDA (NVIDIA)"}),)).holds(recorded) is says


def test_what_a_library_can_do_without_decides_nothing() -> None:
    assert Wanted(WRAPS, (frozenset({"ArrayFire (optional)"}),)).holds({"wraps": "ArrayFire (optional) [a]"}) is None


def test_a_list_with_other_items_and_a_recorded_unknown_leave_it_open() -> None:
    nvidia = Wanted(ACCELERATORS, (frozenset({"CUDA (NVIDIA)"}),))
    assert nvidia.is_open({"accelerators": "Vulkan [a]"}) and nvidia.is_open({"accelerators": "unknown"})
    assert not nvidia.is_open({"accelerators": "Vulkan, CUDA (NVIDIA) [a]"}) and not nvidia.is_open({})
    assert Wanted(GPU).is_open({"gpu": "unknown"}) and not Wanted(GPU).is_open({"gpu": "no [a]"})


@pytest.mark.parametrize(
    ("words", "affirmed"),
    [
        ("without GPU support", ("GPU support",)),
        ("lacking a GPU", ("GPU",)),
        ("GPU-free", ("GPU",)),
        ("run without a GPU", ()),
        ("without good error messages", ()),
        ("GPU support", ()),
    ],
)
def test_a_fact_that_is_to_be_missing_is_asked_for_in_the_affirmative(words: str, affirmed: tuple[str, ...]) -> None:
    records = Records((GPU, ACCELERATORS, READS, WRAPS, TASKS), (VECTORS,), named)
    assert records.affirmative(AskedAspect(Aspect("x", "x"), (words,))) == affirmed
