"""Detection of content without value to the user, based on the reading form, never on document names."""

from __future__ import annotations

import re
from dataclasses import replace

from mlsurvey.reading.blocks import Block, BlockKind, Reading

DIAGRAM = "diagram"
QUIZ_OPTION = "answer option of a quiz"
_DIAGRAMS = frozenset({"mermaid", "plantuml", "puml", "dot", "graphviz", "ditaa", "vega", "vega-lite", "svgbob"})
_INCLUDE = re.compile(r"\{\{#\w+[^{}\n]*\}\}|\{\{[<%][^{}\n]*[>%]\}\}")
_MODULE_LINE = re.compile(
    r"import\b[^'\"]*\bfrom\s*['\"]|import\s*['\"]|export\s+(?:default|const|let|var|function|async|class|\{|\*)\s*\S"
)
_ADMONITION_MARK = re.compile(
    r"^(?::{3,}[ \t]*\w*|(?:!!!|\?\?\?\+?)[ \t]+[\w-]+|===[+!]?)[ \t]*(?P<title>\"?[^\n]*)|^\[!\w+\]", re.MULTILINE
)
_TITLE_MARK = re.compile(r'"|:[\w-]+:|\{[^{}\n]*\}')
_FOOTNOTE = re.compile(r"^\[\^[^\[\]\s]+\]:(?P<note>[^\n]*)", re.MULTILINE)
# Parts of a bibliographic reference, besides author and title: what says where it is, and what says which version.
_PLACE = re.compile(r"<?https?://\S+|(?:doi|isbn|issn|arxiv)\b[: ]*[\w./-]*\d[\w./-]*", re.IGNORECASE)
_VERSION = re.compile(
    r"commit [0-9a-f]{7,}|(?:version|release|v) ?\d\S*|\(?(?:1[5-9]|20)\d\d(?:-\d\d){0,2}\)?|licen[cs]e not stated"
    r"|(?:MIT|BSD|Apache|MPL|[AL]?GPL|CC|ISC|Unlicense)[\w.+-]*(?: (?:OR|AND|WITH) [\w.+-]+)*"
    r"|(?:accessed|retrieved)(?: on)? [\w -]*\d\d\d\d[\d-]*",
    re.IGNORECASE,
)
_PART_END = re.compile(r"[,.;:](?=\s|\Z)")
_MAX_PART = 500  # characters; nothing longer is a URL or a version that a person wrote
# Words of which nearly every statement has one, and a reference has none.
_STATES = re.compile(
    r"(?<!\S)(?:am|is|are|was|were|be|been|has|have|had|do|does|did|can|could|will|would|may|might|must|should|need\w*|"
    r"see|use\w*|it|its|this|that|these|those|which|who|they|them|we|us|you|your|there|here|only|also|if|when|because|"
    r"but|\w+n['’]t|cannot)(?![^\s,.;:?!])",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_ANSWER = re.compile(r"(explanation|answer|solution)\b", re.IGNORECASE)
_QUIZ_TITLE = re.compile(r"\bquiz\b|\btest your knowledge\b", re.IGNORECASE)


def is_readable(reading: Reading) -> bool:
    """Whether it has readable content: a letter or digit."""
    return any(character.isalnum() for character in reading.text)


def without_contents(blocks: list[Block]) -> list[Block]:
    """Remove tables of contents: blocks of links within the document, with words of its headings."""
    headings = " ".join(block.reading.text for block in blocks if block.kind is BlockKind.HEADING)
    titles = set(_WORD.findall(headings.casefold()))
    return [block for block in blocks if not _is_contents(block, titles)]


def _is_contents(block: Block, titles: set[str]) -> bool:
    readings = [reading for reading in block.cells or (block.reading,) if len(reading)]
    if block.kind is BlockKind.HEADING or not all(reading.anchors for reading in readings):
        return False
    return titles.issuperset(word for reading in readings for word in _WORD.findall(reading.text.casefold()))


def is_diagram(info: str) -> bool:
    """Whether the info string of a fence names a diagram language, whose source is not worth reading."""
    return info.strip().lower().split(",")[0].split(" ")[0].strip("{}.") in _DIAGRAMS


def is_directive(line: str) -> bool:
    """Whether a line of code is only an include directive; the included file is not available here."""
    return not _INCLUDE.sub("", line).strip() and bool(line.strip())


def is_module_code(content: str) -> bool:
    """Whether a paragraph of MDX is JavaScript: imports and exports."""
    return _MODULE_LINE.match(content.lstrip()) is not None


def mask_marks(content: str) -> str:
    """Blank out the marks of admonitions (``:::``, ``!!!``, ``[!NOTE]``), keeping the length.

    Footnotes that only cite a source are blanked out too; other footnotes are kept.
    """
    without_sources = _FOOTNOTE.sub(_unless_source, content)
    return _ADMONITION_MARK.sub(_title_only, without_sources)


def _unless_source(found: re.Match[str]) -> str:
    """The footnote, blanked out if it is only a reference, such as "Wax handbook, 2025, https://example.org"."""
    parts = [part.strip("<> \t") for part in _PART_END.split(found["note"]) if part.strip()]
    kinds = [_part_kind(part) for part in parts]
    rest = " ".join(part for part, kind in zip(parts, kinds, strict=True) if kind is None)
    cites = len(kinds) - kinds.count(None)
    is_source = cites > 1 or (_PLACE in kinds and not _STATES.search(rest))
    return " " * len(found.group()) if is_source else found.group()


def _part_kind(part: str) -> re.Pattern[str] | None:
    """The pattern that a part of a reference is wholly an instance of; None if it is author, title or a statement."""
    return next((kind for kind in (_PLACE, _VERSION) if len(part) <= _MAX_PART and kind.fullmatch(part)), None)


def _title_only(found: re.Match[str]) -> str:
    title = _TITLE_MARK.sub(lambda mark: " " * len(mark.group()), found["title"] or "")
    return " " * (len(found.group()) - len(title)) + title


def mark_quiz_options(blocks: list[Block], title: str) -> list[Block]:
    """Mark the answer options of quizzes as left out: most of them are wrong.

    Checkboxes are quiz options if an explanation or answer follows them, or if they
    follow a question in a document or section titled as a quiz.
    Otherwise they are tasks, and are kept.
    """
    marked: list[Block] = []
    in_quiz = bool(_QUIZ_TITLE.search(title))
    index = 0
    while index < len(blocks):
        end = index
        while end < len(blocks) and blocks[end].checkbox:
            end += 1
        if end == index:
            in_quiz = _is_quiz_section(blocks[index], in_quiz)
            marked.append(blocks[index])
            index += 1
            continue
        are_options = _are_options(marked, blocks[end] if end < len(blocks) else None, in_quiz)
        marked.extend(replace(b, left_out=QUIZ_OPTION) if are_options else b for b in blocks[index:end])
        index = end
    return marked


def _is_quiz_section(block: Block, in_quiz: bool) -> bool:
    return in_quiz or (block.kind is BlockKind.HEADING and bool(_QUIZ_TITLE.search(block.reading.text)))


def _are_options(before: list[Block], after: Block | None, in_quiz: bool) -> bool:
    is_asked = bool(before) and before[-1].reading.text.endswith("?")
    is_explained = after is not None and _ANSWER.match(after.reading.text) is not None
    return is_explained or (is_asked and in_quiz)
