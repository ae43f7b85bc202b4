"""Texts of any size that are hard to read: tokens of every format, repeated and mixed, and larger constructs."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator

# fmt: off
TOKENS = (
    "#", "##### h\n", "*", "**", "***", "_", "__", "~", "~~", "`", "``", "```", "```\n", "~~~\n", "[", "]", "[]", "(",
    ")", "](", "[a](", "[a](b)", "[a](<", "[a](b \"", "![", "![a](b)", "[a]", "[a][", "[a][b]", "[a]: b\n", "[a]:\n",
    "[^", "[^a]", "[^a]:", "[^a]: b\n", "^", "<", ">", "> ", ">\n", "> a\n", "<a", "<a ", "<a b=\"", "<a b='", "<a>",
    "</a>", "<b c=d>", "<!--", "-->", "<!-- a -->", "<!", "<?", "<![CDATA[", "]]>", "<script", "<script>",
    "</script>", "<style>", "<svg ", "<pre>", "<div>", "<div>\n", "</div>", "<table>", "<tr>", "<td>", "<tr><td>",
    "<th>", "<li>", "<br>", "<h1>", "<A/>", "<A b={", "<A b={}>\n", "<http://a", "<http://a>", "<T>", "&", "&amp;",
    "&#", "&#1;", "&a", ";", "|", "||", "| a ", "a|", "|\n", "| a |\n", "|-|\n", "-|", "|:-:", "-", "- ", "- a\n",
    "--", "---\n", "+", "+ ", "+++\n", "=", "===\n", "a\n===\n", "a\n---\n", "1. ", "1.", "1. a\n", "1", "12", "1.1 ",
    ".", "..", "...", ". ", ".. ", ".. a::\n", ".. a:\n", ".. [a] ", ".. |a| ", ".. _a: b\n", "..\n", ":", "::",
    "::\n\n", ":a:", ":a: b\n", ":a:`", ":a:`b`", "::: a\n", ":::\n", "!!! a\n", "??? a\n", "=== \"a\"\n", "!", "?",
    "? ", "! ", ",", ", ", "; ", ": ", "\"", "'", "\"a\"", "' ", "“", "”", "’", "'s ", "\\", "\\\\", "\\*", "\\|",
    "\\\n", "{", "}", "{{", "}}", "{{#a", "{{<", "{{% a %}}", "{%", "{% a %}", "{#", "{#a}", "{/*", "*/}", "{:",
    "{: .a}\n", "$", "$$", "%", "@", "/", "//", "http://", "https://a.b ", "www.", "a@b.c ", " ", "  ", "   ", "    ",
    "    a\n", "\t", "\t\n", " \n", "  \n", "\n", "\n\n", "\r", "\r\n", "\r\n\r\n", "\x0c", "\x0b", "\x00", "\x01",
    "\x1b", "\x7f", "\x85", "\xa0", "\xad", "\u0301", "a\u0301", "\u200b", "\u200d", "\u2028", "\ufeff", "\ufe0f",
    "é", "â€™", "Ã", "ß", "İ", "漢", "。", "，", "🙂", "•", "• ", "• a\n", "– ", "— ", " - ", "a", "a ", "a\n", "a\n\n",
    "A ", "A", "A.", "a. ", "A. B ", "e.g. ", "etc. ", "I. ", "a, ", "a; ", "a: ", "a:", "a - ", "a/", "a/b ", "a_",
    "a-", "a.", "a.b ", "a' ", "and ", "or ", "not ", "title: ", "a: b\n", "description: a\n", "a = 1\n", "ember ",
    "Ember", "ember, ", "ember and ", "Unlike Ember, ", "wax-rs", "wax.", "Ember vs ", "compared to ", "other ",
    "alternative ", "> > ", "- - ", "> - ", "* * ", "1) ", "(1) ", "- [ ] a\n", "- [x] ", "Answer: a\n\n", "a?\n\n",
    "**a:** b\n\n", "- **a**: ", "**a** ", "**a**\n\n", "import a from\n", "# a\n", "# Quiz\n", "+---+\n", "+===+\n",
    "| a | b |\n", "=== ===\n", "a b\n", "* - a\n", "_a ", "a_ ", "`a`_ ", "`a`__ ", "`a <b>`_ ", "|a| ", "[1]_ ",
    "**a", "``a", "a``",
)
# fmt: on


def nested(mark: str, step: str = "  ") -> Callable[[int], str]:
    """Lines that go deeper and deeper, up to the given size of the text."""

    def text(size: int) -> str:
        depth = math.isqrt(2 * size // max(1, len(step)))
        return "\n".join(step * level + mark for level in range(depth))[:size]

    return text


def repeated(unit: str, before: str = "", after: str = "") -> Callable[[int], str]:
    """A unit repeated up to a size, between a beginning and an end."""
    return lambda size: before + (unit * (size // len(unit) + 1))[:size] + after


def counted(line: str, before: str = "", after: str = "") -> Callable[[int], str]:
    """Lines with a number of their own."""

    def text(size: int) -> str:
        count = max(1, size // len(line.format(100)))
        return before + "".join(line.format(number) for number in range(count)) + after

    return text


# Constructs that one token alone does not make.
BUILT: dict[str, Callable[[int], str]] = {
    "nested list": nested("- a\n"),
    "nested ordered list": nested("1. a\n", "   "),
    "nested quotes": nested("a\n", "> "),
    "nested admonitions": nested("!!! note\n", "    "),
    "nested code": nested("a\n\n", "    "),
    "nested rst": nested("a::\n", "  "),
    "brackets closed": lambda size: "[" * (size // 2) + "]" * (size // 2),
    "links closed": lambda size: "[" * (size // 6) + "a" + "](b)" * (size // 6),
    "images closed": lambda size: "![" * (size // 6) + "a" + "](b)" * (size // 6),
    "parentheses in a link": lambda size: "[a](" + "(" * (size // 2) + ")" * (size // 2) + ")",
    "emphasis closed": lambda size: "*a " * (size // 6) + "b* " * (size // 6),
    "strong closed": lambda size: "**a " * (size // 8) + "b** " * (size // 8),
    "mixed emphasis": repeated("*a_ "),
    "backticks of growing length": lambda size: " ".join("`" * (n + 1) for n in range(math.isqrt(2 * size))),
    "code spans of growing length": lambda size: "".join(f"`{'`' * n}a " for n in range(math.isqrt(2 * size))),
    "fences of growing length": lambda size: "\n".join("`" * (n + 3) for n in range(math.isqrt(2 * size))),
    "html nested": lambda size: "<div>\n" * (size // 13) + "</div>\n" * (size // 13),
    "html table": repeated("<tr><td>a</td><td>b</td></tr>\n", "<table>\n", "</table>"),
    "html table on one line": repeated("<tr><td>a</td><td>b</td></tr>", "<table>", "</table>"),
    "html attributes": repeated(' b="c"', "<a"),
    "html attributes block": repeated(' b="c"', "<div"),
    "html attribute value": repeated("a", '<a b="', '">'),
    "html name": repeated("a", "<"),
    "html spaces": repeated(" ", "<a"),
    "comment open": repeated("a\n", "<!--\n"),
    "comments": repeated("<!-- a -->\n"),
    "script open": repeated("<script>a\n"),
    "wide table": lambda size: (
        "|" + " a |" * (size // 12) + "\n|" + "---|" * (size // 12) + "\n|" + " b |" * (size // 12)
    ),
    "long table": repeated("| a | b |\n", "| a | b |\n|---|---|\n"),
    "table of empty cells": repeated("|", "| a | b |\n|---|---|\n| a |"),
    "table of short rows": lambda size: (
        "|" + "a|" * (size // 40) + "\n|" + "-|" * (size // 40) + "\n" + "|b\n" * (size // 4)
    ),
    "table of long cells": lambda size: (
        "| a | b |\n|---|---|\n| " + "word " * (size // 10) + "| " + "word " * (size // 10) + "|\n"
    ),
    "table of many wide rows": lambda size: (
        "|" + "a|" * 200 + "\n|" + "-|" * 200 + "\n" + ("|" + "b|" * 200 + "\n") * (size // 401)
    ),
    "tables": repeated("| a | b |\n|---|---|\n| c | d |\n\n"),
    "header names many cells": lambda size: (
        "|" + "Ember|" * (size // 20) + "\n|" + "-|" * (size // 20) + "\n" + "|b" * (size // 20)
    ),
    "definitions": counted("[r{0}]: http://x\n"),
    "definitions used": lambda size: counted("[r{0}]: http://x\n")(size // 2) + counted("\n[a][r{0}] ")(size // 2),
    "definitions missing": counted("[a][rab{0}] "),
    "footnotes": counted("[^{0}]: word\n"),
    "footnotes used": lambda size: counted("word[^{0}] ")(size // 2) + "\n\n" + counted("[^{0}]: word\n\n")(size // 2),
    "one definition": repeated("a ", '[a]: http://x "'),
    "definition of many lines": repeated("a\n", '[a]: http://x "'),
    "headings": counted("# heading {0}\n"),
    "headings with text": counted("## heading {0}\n\nWords of it.\n\n"),
    "headings of every level": lambda size: "".join(f"{'#' * (n % 6 + 1)} h{n}\n\ntext\n\n" for n in range(size // 14)),
    "long heading": repeated("word ", "# "),
    "long heading, much text": lambda size: "# " + "word " * (size // 10) + "\n\n" + "A sentence. " * (size // 24),
    "long headings": lambda size: ("# " + "word " * 400 + "\n\na\n\n") * (size // 2000),
    "heading of names": repeated("Ember, ", "# "),
    "heading of brackets": repeated("(", "# "),
    "long heading, many below": lambda size: "# " + "other " * (size // 12) + "\n\n" + "## a\n\nb\n\n" * (size // 24),
    "long word as heading": lambda size: "# " + "x" * (size // 2) + "\n\n" + "A sentence. " * (size // 24),
    "long column name": lambda size: "| " + "x" * (size // 2) + " | b |\n|---|---|\n" + "| a | b |\n" * (size // 20),
    "cell of names": repeated("Ember ", "| a | b |\n|---|---|\n| ", " | b |\n"),
    "front matter merges": lambda size: (
        "---\na0: &a0 {x: 1}\n"
        + "".join(f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}]}}\n" for n in range(1, min(400, size // 36)))
        + "---\ntext\n"
    ),
    "front matter of newlines": lambda size: "---\n" + "\n" * min(size, 19_000) + "---\n",
    "description of spaces": lambda size: "---\ndescription: a" + " " * min(size, 19_000) + "b\n---\n",
    "title of spaces": lambda size: "---\ntitle: [\ntitle: a" + " " * min(size, 19_000) + "b\n---\n",
    "component name": lambda size: "a <" + "A" * size + "/>",
    "html name in a block": lambda size: "<div>\n<" + "a" * size,
    "reference of a long word": lambda size: "[a][" + "a" * size,
    "headings that differ": counted("# heading {0} Ember\n\nEmber is {0}.\n\n"),
    "underlined headings": counted("heading {0}\n===========\n\n"),
    "underlines": repeated("a\n---\n"),
    "items": counted("- item {0}\n"),
    "loose items": counted("- item {0}\n\n"),
    "long item": repeated("word ", "- "),
    "item of many lines": repeated("word\n", "- "),
    "items with labels": counted("- **Label {0}**: text of it\n"),
    "checkboxes": counted("- [ ] item {0}\n"),
    "numbered": counted("{0}. item\n"),
    "bold paragraphs": counted("**heading {0}**\n\ntext\n\n"),
    "long word": repeated("x"),
    "long word of digits": repeated("1"),
    "long word of capitals": repeated("X"),
    "long word and dots": repeated("x."),
    "long word and hyphens": repeated("x-"),
    "long word and underscores": repeated("x_"),
    "long line": repeated("word "),
    "long paragraph": repeated("word word word\n"),
    "long sentence": repeated("word, "),
    "sentences": repeated("A sentence here. "),
    "sentence ends": repeated("A."),
    "abbreviations": repeated("e.g. word "),
    "initials": repeated("J. R. "),
    "numbers in brackets": repeated("(1) "),
    "CJK": repeated("漢字。"),
    "CJK without ends": repeated("漢字"),
    "base64": repeated("Aa0+/"),
    "long URL": repeated("a/", "http://"),
    "URLs": repeated("http://a.b/c "),
    "link of a long URL": repeated("a", "[b](http://", ")"),
    "code": repeated("code line\n", "```\n", "```\n"),
    "code open": repeated("code line\n", "```\n"),
    "code in one line": repeated("code ", "```\n", "\n```\n"),
    "code blank lines": repeated("\n", "```\n", "```\n"),
    "code indented": repeated("    code\n", "a\n\n"),
    "codes": repeated("```\na\n```\n"),
    "literal": repeated("   a\n", "a::\n\n"),
    "front matter": counted("key{0}: value\n", "---\n", "---\n\ntext"),
    "front matter open": counted("key{0}: value\n", "---\n"),
    "front matter nested": lambda size: "---\na: " + "[" * min(size, 15_000) + "\n---\n",
    "front matter list": repeated("- a\n", "---\na:\n", "---\n"),
    "front matter one value": repeated("a ", "---\na: ", "\n---\n"),
    "front matter dashes": repeated("-", "---\n"),
    "front matter spaces": repeated(" ", "", "---\n"),
    "front matter anchors": lambda size: (
        "---\na0: &a0 [x]\n"
        + "".join(f"a{n}: &a{n} [*a{n - 1},*a{n - 1}]\n" for n in range(1, min(600, size // 24)))
        + "---\n"
    ),
    "toml front matter": counted("key{0} = 1\n", "+++\n", "+++\n"),
    "toml nested": lambda size: "+++\na = " + "[" * min(size, 15_000) + "\n+++\n",
    "entities": repeated("&amp; "),
    "mojibake": repeated("â€™ "),
    "spaces inside": repeated(" ", "a", "b"),
    "tabs inside": repeated("\t", "a", "b"),
    "newlines inside": repeated("\n", "a", "b"),
    "spaces before braces": repeated(" ", "a", "{x"),
    "attributes": repeated("a {#b} "),
    "autolinks": repeated("<http://a.b> "),
    "hard breaks": repeated("a  \n"),
    "backslash breaks": repeated("a\\\n"),
    "quotes": repeated("> a\n"),
    "quotes of lists": repeated("> - a\n"),
    "mentions": repeated("Ember is fast. "),
    "plain mentions": repeated("ember is fast and "),
    "listed mentions": repeated("Ember, "),
    "compared mentions": repeated("Unlike Ember, wax-rs is fast. "),
    "label of commas": repeated("a,", "", ": b"),
    "label without end": repeated("a", "", ": b"),
    "rst directives": counted(".. note:: a {0}\n\n"),
    "rst directive body": repeated("   a\n", ".. note::\n\n"),
    "rst options": counted("   :opt{0}: a\n", ".. note::\n"),
    "rst fields": counted(":field{0}: a\n"),
    "rst list table": repeated("   * - a\n     - b\n", ".. list-table::\n\n"),
    "rst grid table": repeated("| a | b |\n+---+---+\n", "+---+---+\n"),
    "rst simple table": repeated("a   b\n", "=== ===\n", "=== ===\n"),
    "rst simple table open": repeated("a   b\n", "=== ===\n"),
    "rst targets": counted(".. _t{0}: http://x\n"),
    "rst substitutions": lambda size: counted(".. |s{0}| replace:: x\n")(size // 2) + counted("|s{0}| ")(size // 2),
    "rst footnotes": counted(".. [{0}] word\n"),
    "rst comments": repeated(".. a\n"),
    "rst roles": repeated(":a:`b` "),
    "rst interpreted": repeated("`a <b>`_ "),
    "rst definitions": counted("term {0}\n  text\n"),
    "rst wide grid": lambda size: (
        ("+" + "-+" * (size // 12) + "\n|" + "a|" * (size // 12) + "\n") * 2 + "+" + "-+" * (size // 12)
    ),
    "rst blocks of lines": repeated("| a\n"),
    "rst quote": repeated("  a\n\n"),
    "rst csv": repeated("   a, b\n", ".. csv-table::\n\n"),
    "quiz": repeated("- [ ] a\n\n", "# Quiz\n\na?\n\n"),
    "components": repeated("<A b={c}>\n"),
    "exports": repeated("export const a = 1\n"),
}


def inputs(pairs: int, mixtures: int) -> Iterator[tuple[str, Callable[[int], str]]]:
    """Names and makers of all texts; pairs and mixtures are drawn with a fixed seed."""
    yield from BUILT.items()
    for token in TOKENS:
        yield f"{token!r} repeated", repeated(token)
    for token in TOKENS:
        yield f"{token!r} repeated after a word, then a word", repeated(token, "word ", " word")
    chance = random.Random(0)
    for first, second in (chance.sample(TOKENS, 2) for _ in range(pairs)):
        yield f"{first!r} and {second!r} in turn", repeated(first + second)
        yield (
            f"{first!r} repeated, then {second!r}",
            lambda size, a=first, b=second: repeated(a)(size // 2) + repeated(b)(size // 2),
        )
    for number in range(mixtures):
        some = random.Random(number).sample(TOKENS, random.Random(number).randint(3, 12))
        yield f"mixture {number} of {some!r}", lambda size, n=number, t=tuple(some): _mixed(n, t, size)


def _mixed(seed: int, tokens: tuple[str, ...], size: int) -> str:
    chance = random.Random(seed)
    parts = chance.choices(tokens, k=size // 2)
    return "".join(parts)[:size]
