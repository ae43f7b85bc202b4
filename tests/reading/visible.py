"""Pieces of documents in each format, with a ``@`` for each word that a reader sees."""

from __future__ import annotations

import re
from itertools import count

_SHARED = [
    "@ @ @.", "@. @! @?", "@ (@) — @; @: @, @…", "@, e.g. @ and @.", "- @\n- @ @\n- @", "* @\n\n* @\n\n  @",
    "1. @\n2. @", "- @\n  - @\n    - @", "@\n@\n@", "@ @: @", "Note: @", "@: @.", "- @: @ @. @.", "`@` @.",
    "@ http://example.org/@ @.", "---\n@\n---", "• @\n• @", "@ @@@ @", "“@ @,” @ ‘@’.", "@ *@* @", "1) @\n2) @",
    "@\t@", "@  @", "2019. @", "@ & @ < @", "2.1 @", "1 @", "A. @\n\nB. @", "@ [@] @ {{@}} @",
]  # fmt: skip
MARKDOWN = [
    *_SHARED, "# @", "## @ @", "### @ `@`", "###### @", "# @ #", "@ @\n====", "@\n----", "**@ @**", "**@:** @.",
    "*@* **@** ***@*** ~~@~~ _@_ __@__", "[@](http://x.org/a_b) @", "[@][1] @", "[1]: http://x.org",
    "<http://x.org/@>", "> @\n> @", "> # @\n>\n> @", "> - @\n> - @", "| @ | @ |\n|---|---|\n| @ | @ |\n| @ | @ |",
    "| @ | @ |\n|---|---|", "| @ | @ |\n|---|---|\n| @ | |", "@ | @\n--|--\n@ | @", "```\n@ = @\n\n@\n```",
    '```python title="x"\n@(@)\n```', "~~~\n@\n~~~", "    @\n    @", "<p>@ <b>@</b></p>", "<div>\n\n@ @\n\n</div>",
    "<h2>@</h2>", "<table><tr><th>@</th><th>@</th></tr><tr><td>@</td><td>@</td></tr></table>",
    "<table><tr><th>@</th></tr></table>", "<ul><li>@</li><li>@ @</li></ul>",
    "<details><summary>@</summary>\n\n@\n\n</details>", "@[^n] @\n\n[^n]: @ @.", "!!! note\n    @ @",
    '!!! note "@"\n    @', "> [!NOTE]\n> @", ":::tip\n@\n:::", ":::note[@]\n@\n:::", "- [ ] @\n- [x] @", "@\n: @ @",
    "@\\\n@", "@  \n@", "\\*@\\* @", "@ &amp; @ &lt;@&gt;", "@ $@$ @", "1. @\n\n   @\n\n   - @", "- # @", "- > @",
    "* * *\n\n@", "- @\n\n      @", "@ <b>@</b> <kbd>@</kbd>", "<pre><code>@\n@</code></pre>", "# [@](http://x.org)",
    '## <a name="x"></a>@', "> **@** @", "**@** @", "<!-- x -->\n@", "@<br>@", "<blockquote>@</blockquote>",
    "<dl><dt>@</dt><dd>@</dd></dl>", "+ @\n+ @", "- **@**\n- *@*", "### 1. @", "# @ {#id}", "<center>@</center>",
    '=== "@"\n    @', "\\# @", "@ ==@== @", "@^@^ H~@~", "[@](#x) @", "[@](#x)", "- [@](#x)\n- [@](#y)", "## [@](#x)",
    "| [@ @](#x) | @ |\n|---|---|\n| [@ @](#x) | @ |", "[@] @", "@ :@: @", "@|@", '<h1 align="center">@</h1>',
]  # fmt: skip
RESTRUCTURED = [
    *_SHARED, "@ @\n=====", "@\n----", "====\n@ @\n====", "@\n~~~~", "**@** *@* ``@``", ":ref:`@ <x>` @",
    "`@ <http://x.org>`_ @", ".. note:: @\n\n   @", ".. note::\n\n   @ @", "::\n\n   @\n   @", "@::\n\n   @ = @",
    ".. code-block:: sh\n\n   @ @",
    "+----------+----------+\n| @ | @ |\n+==========+==========+\n| @ | @ |\n+----------+----------+", "@\n   @ @",
    ":@: @", "[#n]_ @\n\n.. [#n] @ @", "| @\n| @", ">>> @", "#. @\n#. @", "@_ @", "@ [1]_ @", ".. warning:: @ @",
]  # fmt: skip
PLAIN = [
    *_SHARED, "@ @\n=====", "@\n-----", "AND @", "    @\n    @", "1. @ @", "* @\n* @", "@ | @", "@:\n    @ = @",
    "__@__ @", "@_@ @", "- @\n  @",
]  # fmt: skip
TEMPLATES = {"a.md": MARKDOWN, "a.mdx": MARKDOWN, "a.rst": RESTRUCTURED, "a.txt": PLAIN}
_LETTERS = "bdfgklmnprstvz"


def filled(template: str) -> tuple[str, list[str]]:
    """The template with a word of its own for each ``@``, and the words."""
    words: list[str] = []
    numbers = count(1)

    def word(_: re.Match[str]) -> str:
        number = next(numbers)
        digits = (_LETTERS[number // len(_LETTERS) ** power % len(_LETTERS)] for power in (2, 1, 0))
        words.append("q" + "o".join(digits) + "u")
        return words[-1]

    return re.sub("@", word, template), words
