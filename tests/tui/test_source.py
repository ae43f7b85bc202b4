from __future__ import annotations

import os

import pytest
from textual.widgets import ContentSwitcher, Input, OptionList
from textual.widgets._markdown import MarkdownParagraph

from mlsurvey.types import Span
from mlsurvey_tui.corpus.screen import CorpusScreen
from mlsurvey_tui.places import document_place
from mlsurvey_tui.source.find import found_in
from mlsurvey_tui.source.outline import outline
from mlsurvey_tui.source.raw import RawText, lines_of, wrapped
from mlsurvey_tui.source.rendered import RenderedText
from mlsurvey_tui.source.screen import SourceScreen

from .conftest import asked, play, text_of, typed, until

COMPARE = "How do Burn and Candle differ in GPU support?"


async def opened(app, pilot, name="rust/burn.md") -> SourceScreen:
    app.open_source(document_place(name))
    await until(pilot, lambda: isinstance(app.screen, SourceScreen) and app.screen.document is not None)
    await pilot.pause(0.1)
    return app.screen


def test_a_citation_opens_at_its_quote_and_the_next_follows(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, SourceScreen) and app.screen.document is not None)
        screen = app.screen
        await until(pilot, lambda: bool(screen.query(".cited")))
        assert screen.document.path == "rust/burn.md"
        await pilot.press("n", "n", "n", "n")
        await until(pilot, lambda: screen.document.path == "rust/candle.md")
        await pilot.press("alt+left")
        await until(pilot, lambda: screen.document.path == "rust/burn.md")
        await pilot.press("escape")
        assert app.screen is not screen

    play(make_app(indexed), story)


def test_escape_closes_the_contents_before_the_document(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        screen = await opened(app, pilot)
        await pilot.press("t")
        assert screen.query_one("#contents").display
        await pilot.press("escape")
        assert app.screen is screen and not screen.query_one("#contents").display
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not screen)

    play(make_app(indexed), story)


def test_rendered_text_leaves_out_references_to_footnotes(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        rendered = RenderedText()
        await app.screen.mount(rendered)
        quote = "Burn is fast[^readme] on a GPU."
        await rendered.show_text(f"# Burn\n\n{quote}\n\n[^readme]: The README.\n", 3, 3, quote)
        shown = [block._content for block in rendered.query(MarkdownParagraph)]
        assert shown[0].plain == "Burn is fast on a GPU."
        assert any(span.style == "reverse" for span in shown[0].spans)
        assert "The README." in shown[1].plain

    play(make_app(indexed), story)


def test_only_the_quote_shown_is_marked(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        rendered = RenderedText()
        await app.screen.mount(rendered)
        await rendered.show_text("# Burn\n\nBurn is fast. It is new.\n", 3, 3, "Burn is fast.")
        rendered.mark(3, 3, "It is new.")
        content = rendered.query_one(MarkdownParagraph)._content
        assert [content.plain[s.start : s.end] for s in content.spans if s.style == "reverse"] == ["It is new."]

    play(make_app(indexed), story)


def test_of_a_table_only_the_row_of_the_quote_is_marked(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        rendered = RenderedText()
        await app.screen.mount(rendered)
        table = "| Name | GPU |\n| --- | --- |\n| Burn | yes |\n| Linfa | no |\n"
        await rendered.show_text(f"# All\n\n{table}", 6, 6, "Linfa")
        await until(pilot, lambda: bool(rendered.query(".cited")))
        assert [str(cell.content) for cell in rendered.query(".cited")] == ["Linfa", "no"]

    play(make_app(indexed), story)


def test_the_documents_are_a_key_away_from_a_source_and_back(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        screen = await opened(app, pilot)
        await pilot.press("f4")
        await until(pilot, lambda: isinstance(app.screen, CorpusScreen) and bool(app.screen.shown))
        await pilot.press("f4")
        await until(pilot, lambda: app.screen is screen)
        await pilot.press("escape", "f4")
        await until(pilot, lambda: isinstance(app.screen, CorpusScreen) and bool(app.screen.shown))
        documents = app.screen
        await opened(app, pilot)
        await pilot.press("f4")
        await until(pilot, lambda: app.screen is documents)

    play(make_app(indexed), story)


def test_raw_text_has_line_numbers_and_the_mark(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, SourceScreen) and app.screen.document is not None)
        await pilot.press("s")
        await until(pilot, lambda: app.screen.query_one(ContentSwitcher).current == "raw")
        await pilot.pause(0.1)
        assert "▌10 Burn supports GPUs" in text_of(app)

    play(make_app(indexed), story, (140, 30))


def test_a_file_that_changed_or_went_is_marked(make_app, home) -> None:
    async def story(app, pilot) -> None:
        await asked(app, pilot, COMPARE)
        (home.corpus / "rust/burn.md").unlink()
        await opened(app, pilot)
        assert "STALE" in text_of(app)
        await pilot.press("escape", "r")
        await until(pilot, lambda: bool(app.screen.shown.stale))
        await until(pilot, lambda: "no longer there" in text_of(app))

    play(make_app(home), story)


def test_words_are_found_within(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        screen = await opened(app, pilot)
        await pilot.press("slash")
        await typed(pilot, "apache")
        find = screen.query_one("#find", Input)
        await until(pilot, lambda: find.border_subtitle == "1 found")
        await pilot.press("enter", "escape")
        assert not find.display and app.screen is screen

    play(make_app(indexed), story)


def test_the_contents_lead_to_a_heading(make_app, indexed) -> None:
    async def story(app, pilot) -> None:
        screen = await opened(app, pilot)
        await pilot.press("t")
        contents = screen.query_one("#contents", OptionList)
        assert contents.option_count == 3, [str(option.prompt) for option in contents.options]
        await pilot.press("down", "enter")
        assert app.screen is screen

    play(make_app(indexed), story)


def test_the_editor_opens_the_file_at_the_line(make_app, indexed, monkeypatch, tmp_path) -> None:
    note = tmp_path / "note"
    editor = tmp_path / "editor.sh"
    editor.write_text(f'#!/bin/sh\necho "$@" > {note}\n')
    editor.chmod(0o755)
    monkeypatch.setenv("VISUAL", str(editor))

    async def story(app, pilot) -> None:
        await opened(app, pilot)
        await pilot.press("e")  # without a terminal there is nothing to suspend, which is reported, not raised
        await pilot.pause(0.2)
        assert app.screen.is_attached

    play(make_app(indexed), story)


@pytest.mark.slow
def test_five_megabytes_are_no_more_than_a_page(make_app, home) -> None:
    line = "Burn supports GPUs through CUDA, and this line goes on for a while to be like one of a book.\n"
    text = "# Book\n\n" + line * (5_000_000 // len(line))

    async def story(app, pilot) -> None:
        screen = await opened(app, pilot)
        raw = screen.query_one(RawText)
        from dataclasses import replace

        raw.show_text(replace(screen.document, text=text), Span(4_000_000, 4_000_050))
        screen.query_one(ContentSwitcher).current = "raw"
        raw.focus()
        await pilot.pause(0.2)
        await pilot.press("G", "pageup", "g", "pagedown")
        assert "Burn supports GPUs" in text_of(app)

    play(make_app(home), story)


def test_lines_are_those_of_the_document_whatever_ends_them() -> None:
    text = "a\r\nb\rc\n\nd"
    assert [span.of(text) for span in lines_of(text)] == ["a", "b", "c", "", "d"]
    assert lines_of("") == (Span(0, 0),)


def test_long_lines_break_at_blanks_and_lose_nothing() -> None:
    text = "word " * 50 + "x" * 100
    rows = wrapped(text, 7, Span(0, len(text)), 30)
    assert "".join(row.span.of(text) for row in rows) == text
    assert [row.number for row in rows] == [7, *[None] * (len(rows) - 1)]
    assert max(len(row.span) for row in rows) <= 30


def test_finding_ignores_case_and_kinds_of_blanks() -> None:
    assert [span.of("One\n two ONE") for span in found_in("One\n two ONE", "one")] == ["One", "ONE"]
    assert found_in("One\n two", "one two") == (Span(0, 8),)
    assert found_in("anything", "  ") == ()


def test_the_outline_has_headings_of_text_and_not_of_code() -> None:
    text = "# A\n\n```\n# no\n```\n\n## B\n"
    assert [(heading.level, heading.text) for heading in outline(text)] == [(1, "A"), (2, "B")]


@pytest.mark.skipif(os.name == "nt", reason="names of POSIX")
def test_no_file_name_garbles_the_screen(make_app, home) -> None:
    from mlsurvey_tui.places import Place, Places

    async def story(app, pilot) -> None:
        app.open_source(Places((Place("\x1b[31mgone\x07.md", Span(0, 4), 1, "[1]"),)))
        await pilot.pause(0.5)
        shown = text_of(app)
        assert "\x1b" not in shown and "\x07" not in shown

    play(make_app(home), story)
