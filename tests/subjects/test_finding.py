"""What is found in small documents, and what is not."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from mlsurvey.found import Found, Rank
from mlsurvey.subjects.gather import gather
from mlsurvey.subjects.propose import propose
from mlsurvey.subjects.spelling import cleaned, parted, slug_of
from mlsurvey.subjects.traces import dump, load
from mlsurvey.types import Category, Entity
from mlsurvey.vocabulary.load import Vocabulary

NOTHING = Vocabulary((Entity("elsewhere", "Elsewhere"),), (), bundled=frozenset(("elsewhere",)))
"""Bundled names that no document has."""


def found(documents: Mapping[str, str], vocabulary: Vocabulary = NOTHING) -> Found:
    return propose({path: gather(path, text) for path, text in documents.items()}, vocabulary, [], lambda word: False)


def named(result: Found, *ranks: Rank) -> set[str]:
    return {s.name for s in result.subjects if s.rank in (ranks or (Rank.DOCUMENT, Rank.SECTION, Rank.ITEM))}


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tumbleweed.md", "# Tumbleweed\n\nTumbleweed is a message queue.\n"),
        ("notes.txt", "Tumbleweed\n==========\n\nTumbleweed is a message queue.\n"),
        ("a.rst", "==========\nTumbleweed\n==========\n\nTumbleweed is a message queue.\n"),
        ("tumbleweed.txt", "Tumbleweed is a message queue for tests.\n"),
        ("x.md", "---\ntitle: Tumbleweed\n---\n\nNobody asks Tumbleweed twice. With Tumbleweed, all is lost.\n"),
        (
            "tumbleweed/README.md",
            "# A queue for tests\n\n```sh\npip install tumbleweed\n```\n\nUse Tumbleweed freely.\n",
        ),
    ],
)
def test_a_document_is_about_what_several_signs_name(path: str, text: str) -> None:
    result = found({path: text})
    assert [s.name.lower() for s in result.subjects if s.rank is Rank.DOCUMENT] == ["tumbleweed"]
    assert result.about == {path: "tumbleweed"}


@pytest.mark.parametrize(
    "text",
    [
        "# Installation\n\nRun the script.\n",
        "# How to choose\n\nThink first.\n",
        "",
        "# \n\n- a\n- b\n",
        "Nothing here.\n",
    ],
)
def test_a_document_without_a_name_is_about_nothing(text: str) -> None:
    assert not named(found({"notes.md": text}))


def test_words_that_all_titles_share_are_no_part_of_the_name() -> None:
    documents = {
        f"{name.lower()}.md": f"# Fishing rights of {name}\n\nIn {name} everybody may fish. Boats of {name} are free.\n"
        for name in ("Oldhaven", "Norrby", "Tarn")
    }
    assert named(found(documents)) == {"Oldhaven", "Norrby", "Tarn"}


def test_headings_rows_columns_and_items_name_subjects() -> None:
    sections = (
        "# Compared\n\n## Jest\n\nJest is a runner.\n\n## Mocha\n\nMocha is a runner.\n\n## Summary\n\nBoth run.\n"
    )
    rows = "| Queue | Speed |\n| --- | --- |\n| **OwlPost** | slow |\n| **HeronMQ** | fast |\n"
    columns = "| | RavenDB | StorkSQL |\n| --- | --- | --- |\n| Licence | MIT | BSD |\n"
    items = "# Lists\n\n" + "".join(f"- [tool{n}](https://example.org/{n}) - does {n}\n" for n in range(25))
    result = found({"a.md": sections, "b.md": rows, "c.md": columns, "d.md": items})
    assert {"Jest", "Mocha", "OwlPost", "HeronMQ", "RavenDB", "StorkSQL"} == named(result, Rank.SECTION)
    assert len(named(result, Rank.ITEM)) == 25


def test_points_of_comparison_recur_and_keep_their_names() -> None:
    def page(name: str, *headings: str) -> str:
        sections = "".join(f"\n## {heading}\n\nText about it.\n" for heading in headings)
        return f"# {name}\n\n{name} is a lamp.\n{sections}"

    result = found(
        {
            "ara.md": page("AraLux", "Brightness", "Delivery guarantee", "Odd one"),
            "bel.md": page("BelLux", "Brightness", "Delivery guarantees"),
        }
    )
    assert {aspect.name for aspect in result.aspects} in (
        {"Brightness", "Delivery guarantee"},
        {"Brightness", "Delivery guarantees"},
    )
    assert all(aspect.found and aspect.core for aspect in result.aspects)


def test_classes_come_from_what_a_thing_is_said_to_be() -> None:
    said = {"ara": "AraLux is a bright desk lamp made in Norway.", "bel": "BelLux is a floor lamp."}
    result = found({f"{slug}.md": f"# {text.split()[0]}\n\n{text}\n" for slug, text in said.items()})
    of = {entity.slug: entity.category for entity in result.entities}
    assert "lamp" in of["aralux"] and "lamp" in of["bellux"] and "norway" in of["aralux"]
    assert {category.slug: category.members for category in result.categories}["lamp"] == 2


def test_subjects_of_one_name_are_kept_apart_and_say_so() -> None:
    result = found(
        {
            "npm/falcon/README.md": "# falcon\n\n`npm install falcon`\n\nfalcon is a template engine.\n",
            "pypi/falcon/README.md": "# falcon\n\n`pip install falcon`\n\nfalcon is a web framework.\n",
        }
    )
    assert named(result) == {"falcon (npm)", "falcon (pypi)"}
    one, other = result.subjects[:2]
    assert one.same_name == (other.slug,) and other.same_name == (one.slug,)
    assert result.about["npm/falcon/README.md"] != result.about["pypi/falcon/README.md"]


def test_documents_about_one_subject_in_several_folders_are_put_together() -> None:
    result = found(
        {
            "docs/owlpost.md": "# OwlPost\n\nOwlPost is a message queue.\n",
            "measured/owlpost.md": "# OwlPost\n\nOwlPost is a queue, and a slow one.\n",
        }
    )
    assert named(result) == {"OwlPost"}
    assert set(result.about.values()) == {"owlpost"}


def test_pages_in_the_folder_of_a_readme_are_about_its_subject() -> None:
    result = found(
        {
            "owlpost/README.md": "# OwlPost\n\nOwlPost is a message queue.\n",
            "owlpost/guide/limits.md": "# Limits\n\nMessages may have 4 MB.\n",
        }
    )
    assert result.about == {"owlpost/README.md": "owlpost", "owlpost/guide/limits.md": "owlpost"}


def test_what_is_only_mentioned_is_known_as_mentioned() -> None:
    documents = {
        f"{name.lower()}.md": f"# {name}\n\n{name} is a queue. It is older than Kafka and simpler than Kafka.\n"
        for name in ("OwlPost", "HeronMQ")
    }
    result = found(documents)
    assert named(result, Rank.MENTION) == {"Kafka"}
    assert not [entity for entity in result.entities if entity.name == "Kafka"]


def test_declared_names_come_first_and_leave_no_room_for_guesses() -> None:
    entities = (Entity("burn", "Burn", plain_words=("burn",)), Entity("linfa", "Linfa"), Entity("tch", "tch-rs"))
    vocabulary = Vocabulary(entities, (), (Category("dl", "Deep"),), bundled=frozenset(("burn", "linfa", "tch")))
    survey = "# Learning in Rust\n\n## Burn\n\nText.\n\n## Linfa\n\nText.\n\n## GhostNet\n\nGhostNet is new.\n"
    result = found({"linfa.md": "# Linfa\n\nText.\n", "survey.md": survey}, vocabulary)
    assert result.in_field and not result.entities


def test_bundled_names_count_for_nothing_in_another_field() -> None:
    vocabulary = Vocabulary((Entity("candle", "Candle", plain_words=("candle",)),), (), bundled=frozenset(("candle",)))
    documents = {
        "candle.md": "# Candle\n\nA Candle is a light made of wax.\n",
        "torch.md": "# Torch\n\nA Torch is a light on a stick.\n",
    }
    result = found(documents, vocabulary)
    assert not result.in_field and {"Candle", "Torch"} == named(result)


def test_traces_are_stored_without_loss() -> None:
    traces = gather("a/README.md", "# Ümlaut (UML)\n\nÜmlaut is a | thing.\n\n| a | B1 |\n|---|---|\n| C2 | d |\n")
    assert load(dump(traces)) == traces


def test_names_are_cleaned() -> None:
    assert cleaned("2.1 The **OwlPost** (OP)") == "OwlPost"
    assert parted("Tumbleweed: a queue") == ("Tumbleweed", "a queue")
    assert slug_of("Old Haven (North)") == "old-haven-north"
    assert cleaned("C#") == "C#"
