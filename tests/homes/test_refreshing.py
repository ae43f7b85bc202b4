"""What every home promises of a refresh; ``tests/index`` has more of the folder."""

from __future__ import annotations

import pytest
from index_doubles import EVERYTHING, World, assert_sides_agree, contents, page, paths, query_vector

from mlsurvey.errors import MismatchError, NoIndexError, NotFoundError
from mlsurvey.types import Filters


def test_no_index_yet(world: World) -> None:
    with pytest.raises(NoIndexError, match="mlsurvey refresh"):
        world.snapshot()


def test_new_unchanged_edited_and_reverted(world: World) -> None:
    world.write("a.md", page("one", "two"))
    world.write("b.md", page("three"))
    first = world.refresh()
    assert (first.added, first.embedded) == (("a.md", "b.md"), 2)
    again = world.refresh()
    assert (again.unchanged, again.embedded, again.is_change, again.generation) == (2, 0, False, first.generation)
    world.write("b.md", page("four"))
    edited = world.refresh()
    assert (edited.changed, edited.embedded) == (("b.md",), 1)
    assert edited.generation != first.generation
    world.write("b.md", page("three"))
    reverted = world.refresh()
    assert (reverted.embedded, reverted.generation) == (0, first.generation)
    assert paths(world) == ["a.md", "b.md"]


def test_renamed_removed_and_twice_the_same(world: World) -> None:
    world.write("a.md", page("one"))
    world.write("b.md", page("one"))
    assert world.refresh().duplicate == (("b.md", "a.md"),)
    (world.corpus / "a.md").rename(world.corpus / "c.md")
    renamed = world.refresh()
    assert (renamed.moved, renamed.embedded) == ((("a.md", "c.md"),), 0)
    (world.corpus / "b.md").unlink()
    assert world.refresh().removed == ("b.md",)
    assert paths(world) == ["c.md"]
    with world.snapshot() as snapshot:
        hits = snapshot.dense(query_vector("one"), EVERYTHING)
        assert {passage.path for passage in snapshot.passages([i for i, _ in hits])} == {"c.md"}
        with pytest.raises(NotFoundError, match=r"no document 'b\.md' in the index; did you mean c\.md"):
            snapshot.document("b.md")
        assert snapshot.document("c.md").text == page("one")
    (world.corpus / "c.md").unlink()
    assert world.refresh().removed == ("c.md",)
    assert paths(world) == []


def test_dry_run_writes_nothing(world: World) -> None:
    world.write("a.md", page("one"))
    preview = world.refresh(dry_run=True)
    assert (preview.added, preview.embedded, preview.dry_run) == (("a.md",), 1, True)
    with pytest.raises(NoIndexError):
        world.snapshot()


def test_another_model_embeds_everything_and_rebuilding_gives_the_same(world: World) -> None:
    world.write("a.md", page("one", "two"))
    first = world.refresh()
    world.model = "other"
    second = world.refresh()
    assert second.embedded == first.passages
    before = world.contents()
    rebuilt = world.refresh(rebuild=True)
    assert (rebuilt.generation, rebuilt.embedded) == (second.generation, second.embedded)
    assert world.contents() == before
    with world.snapshot() as snapshot:
        assert snapshot.generation.model == "other"
        assert_sides_agree(snapshot)
    with pytest.raises(MismatchError, match="mlsurvey refresh"):
        world.snapshot("hash")


def test_filters_select_the_same_on_both_sides(world: World) -> None:
    world.write("rust/burn.md", "# Burn common\n\n## Back ends\n\nA common sentence about Burn: 100% of c++ and c#.\n")
    world.write("dotnet/torchsharp.md", "# TorchSharp common\n\n## Tensors\n\nA common sentence about TorchSharp.\n")
    world.write("zh.md", "# 中文 common\n\n深度学习加速卡 common.\n")
    world.refresh()
    wanted = {
        Filters(entities=("burn",)): {"rust/burn.md"},
        Filters(languages=("dotnet",)): {"dotnet/torchsharp.md"},
        Filters(paths=("rust/",)): {"rust/burn.md"},
        Filters(headings=("back END",)): {"rust/burn.md"},
        Filters(headings=("ends", "tensors")): {"rust/burn.md", "dotnet/torchsharp.md"},
        Filters(phrases=("sentence about torchsharp",)): {"dotnet/torchsharp.md"},
        Filters(phrases=("学习加速",)): {"zh.md"},
        Filters(paths=("nowhere/",)): set(),
        Filters(entities=("burn",), paths=("dotnet/",)): set(),
    }
    with world.snapshot() as snapshot:
        for filters, expected in wanted.items():
            by_words = snapshot.keyword("common sentence", 50, filters)
            by_meaning = snapshot.dense(query_vector("common"), 50, filters)
            for hits in (by_words, by_meaning):
                assert {p.path for p in snapshot.passages([i for i, _ in hits])} == expected, filters
            assert snapshot.count(filters) == len(by_meaning)
            assert {row.path for row in snapshot.documents(filters)} == expected
            assert {p.path for p in snapshot.stream(filters)} == expected
        assert [snapshot.frequency(word) for word in ("c++", "c#", "sentences", "学习", "absent")] == [1, 1, 2, 1, 0]


def test_long_texts_come_back_whole(world: World) -> None:
    sentences = (f"A common sentence number {n} of {n * 7919 % 10007}." for n in range(9000))
    long = "# Long common\n\n" + "\n\n".join(sentences)
    world.write("long.md", long)
    world.write("odd.md", "# Odd common\n\n" + "x" * 70_000 + " common \U0001f600.\n")
    world.refresh()
    with world.snapshot() as snapshot:
        assert snapshot.document("long.md").text == long
        text = snapshot.document("odd.md").text
        cut = "".join(passage.span.of(text) for passage in snapshot.stream(Filters(paths=("odd.md",))))
        assert cut in text and "x" * 70_000 in cut
        snapshot.verify()


def test_reader_keeps_its_generation_while_others_are_published(world: World) -> None:
    world.write("a.md", page("one"))
    world.refresh()
    with world.snapshot() as reader:
        before = contents(reader)
        (world.corpus / "a.md").unlink()
        world.write("b.md", page("two"))
        world.refresh()
        assert contents(reader) == before
        assert reader.keyword("two", 5) == []
        assert reader.document("a.md").text == page("one")
        assert_sides_agree(reader)


def test_holdings_are_all_that_a_copy_needs(world: World) -> None:
    world.write("a.md", page("one", "burn"))
    world.write("empty.md", "")
    world.refresh()
    with world.snapshot() as snapshot:
        held = {one.document.path: one for one in snapshot.holdings()}
        assert list(held) == ["a.md", "empty.md"]
        assert list(held["a.md"].passages) == [*snapshot.stream(Filters(paths=("a.md",)))]
        assert (held["a.md"].known.sha256, held["empty.md"].passages) == (held["a.md"].document.sha256, ())
