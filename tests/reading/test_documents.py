from __future__ import annotations

import pytest

from mlsurvey.reading.documents import declared_entity, document, subject_of_path
from mlsurvey.types import Entity
from mlsurvey.vocabulary.gazetteer import Gazetteer


@pytest.mark.parametrize(
    ("path", "subject"),
    [
        ("rust/ember/README.md", "ember"),
        ("upstream/rust/wax/docs/guide.md", "wax-rs"),
        ("libraries/glow-js.md", "glow-js"),
        ("rust/ember/docs/tensorix.md", "ember"),
        ("dotnet/SG.NET/README.md", "sigma-net"),
        ("rust/README.md", None),
        ("docs/examples/README.md", None),
        ("rust/ember-examples/README.md", None),
    ],
)
def test_the_subject_is_what_the_deepest_known_folder_names(
    gazetteer: Gazetteer, path: str, subject: str | None
) -> None:
    assert subject_of_path(path, gazetteer) == subject


def test_a_name_that_two_libraries_share_is_settled_by_language() -> None:
    shared = Gazetteer([
        Entity("flame-go", "Flame", language="go"),
        Entity("flame-js", "Flame", language="javascript"),
    ])  # fmt: skip
    assert subject_of_path("go/flame/README.md", shared) == "flame-go"
    assert subject_of_path("flame/README.md", shared) is None


def test_front_matter_outweighs_the_path(gazetteer: Gazetteer) -> None:
    data = b"---\nslug: wax-rs\nlanguage: Rust\nas_of: 2025-02-03\n---\n# A title\n"
    read = document("rust/ember/a.md", data, "0" * 64, gazetteer)
    assert (read.subject, read.language, read.date, read.title) == ("wax-rs", "rust", "2025-02-03", "A title")


@pytest.mark.parametrize(
    ("path", "language"),
    [
        ("rust/x/a.md", "rust"),
        ("js/a.md", "javascript"),
        ("C#/a.md", "dotnet"),
        ("python/ember/a.md", "rust"),
        ("a.md", None),
    ],
)
def test_language(gazetteer: Gazetteer, path: str, language: str | None) -> None:
    assert document(path, b"text", "0" * 64, gazetteer).language == language


def test_the_title_falls_back_to_the_file_name(gazetteer: Gazetteer) -> None:
    assert document("a/b.md", b"## Not a title\n\nText.", "0" * 64, gazetteer).title == "b"


def test_front_matter_declares_an_entity() -> None:
    data = (
        b"---\nslug: spark\nname: Spark.js\naliases: [sparkjs, Spark]\n"
        b"language: js\nkind: native\ncategory: [numeric]\n---\n"
    )
    assert declared_entity("profiles/spark.md", data) == Entity(
        "spark", "Spark.js", ("sparkjs", "Spark"), "javascript", "native", ("numeric",)
    )


@pytest.mark.parametrize(
    ("path", "text", "slug"),
    [
        ("rust/new-lib/README.md", "# New Lib\n", "new-lib"),
        ("rust/new-lib/README.md", "# Getting started\n", None),
        ("rust/new-lib/guide.md", "# New Lib\n", None),
        ("docs/README.md", "# Docs\n", None),
        ("rust/README.md", "# Rust\n", None),
        ("examples/README.md", "# Examples\n", None),
        ("notes/a.md", "---\ntitle: Why I love wax\n---\n", None),
        ("notes/a.md", "---\nslug: why-i-love-wax\n---\n", None),
    ],
)
def test_only_what_is_named_like_its_folder_is_declared(path: str, text: str, slug: str | None) -> None:
    entity = declared_entity(path, text.encode())
    assert (entity.slug if entity else None) == slug
