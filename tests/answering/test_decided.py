"""Lists and advice that facts of front matter decide, over libraries unknown to any vocabulary."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mlsurvey.settings import Settings
from mlsurvey.survey import Survey
from mlsurvey.types import Answer

PROFILE = """---
slug: {slug}
name: {name}
language: rust
category: [deep learning]
facts:
{facts}
---
# {name}

{name} is a deep learning framework written in Rust.

{text}
"""
PROFILES = {
    "ember": (
        "Emberlite",
        "  browser: yes [readme]\n  accelerators: CUDA (NVIDIA), Vulkan [readme]\n  gpu: yes [readme]",
        "Emberlite trains on graphics cards. Web pages can load Emberlite.",
    ),
    "wick": (
        "Wickframe",
        "  browser: no [readme]\n  gpu: no [readme]\n  maintainer: company (Torchwood) [about]",
        "Wickframe computes on the processor of a desktop machine.",
    ),
    "tallow": (
        "Tallowkit",
        "  browser: unknown\n  accelerators: ROCm (AMD) [guide]\n  gpu: yes [guide]",
        "Tallowkit has demonstrations in a browser window of its documentation. Parts of Tallowkit are Fortran code.",
    ),
}


@pytest.fixture(scope="module")
def survey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Survey]:
    corpus: Path = tmp_path_factory.mktemp("decided")
    for slug, (name, facts, text) in PROFILES.items():
        profile = PROFILE.format(slug=slug, name=name, facts=facts, text=text)
        (corpus / f"{slug}.md").write_text(profile, encoding="utf-8")
    with Survey(Settings(corpus=corpus, index=tmp_path_factory.mktemp("index"))) as survey:
        survey.refresh()
        yield survey


def quotes(answer: Answer, entity: str) -> list[str]:
    return [s.text for s in answer.statements if s.entity == entity]


def groups(answer: Answer) -> tuple[set[str], set[str], set[str]]:
    return set(answer.groups["yes"]), set(answer.groups["no"]), set(answer.groups["unknown"])


def test_a_truth_puts_a_library_in_or_out_and_unknown_leaves_it_open(survey: Survey) -> None:
    answer = survey.ask("Which Rust libraries run in the browser?")
    assert groups(answer) == ({"ember"}, {"wick"}, {"tallow"})
    assert "browser: yes [readme]" in quotes(answer, "ember") and "browser: no [readme]" in quotes(answer, "wick")


def test_the_contrary_turns_the_groups_round(survey: Survey) -> None:
    answer = survey.ask("Which Rust libraries do not run in the browser?")
    assert groups(answer) == ({"wick"}, {"ember"}, {"tallow"})
    assert groups(survey.ask("Rust libraries without GPU support"))[0] == {"wick"}


def test_an_item_of_a_list_decides_and_its_quote_is_at_its_place(survey: Survey) -> None:
    answer = survey.ask("Which Rust libraries support AMD GPUs?")
    assert groups(answer) == ({"tallow"}, {"wick"}, {"ember"})
    [cited] = [c for c in answer.citations if c.quote.startswith("accelerators: ROCm")]
    assert (cited.document, cited.line_start) == ("tallow.md", 8)


def test_advice_keeps_to_what_the_facts_allow(survey: Survey) -> None:
    assert survey.ask("Recommend a Rust library for the browser").entities == ("ember",)


def test_a_name_that_is_asked_for_has_to_stand_in_the_evidence(survey: Survey) -> None:
    answer = survey.ask("Which libraries are written in Fortran?")
    assert not {"ember", "wick"} & {s.entity for s in answer.statements}


def test_a_fact_answers_where_the_text_is_silent(survey: Survey) -> None:
    assert quotes(survey.ask("Who maintains Wickframe?"), "wick")[:1] == ["maintainer: company (Torchwood) [about]"]
