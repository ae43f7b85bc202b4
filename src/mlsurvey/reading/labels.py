"""Leading label of a bullet or paragraph: "Performance: …", "**Performance** – …"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlsurvey.reading.blocks import Block, BlockKind

_COLON = re.compile(r"(?P<label>(?:(?![.!?;]\s)[^:]){1,80}?)\s?(?::|：)(?:\s+|$)(?P<rest>)")
_DASH = re.compile(r"(?P<label>[^:.!?;]{1,60}?)\s+[–—-]\s+(?P<rest>)\S")
_AFTER_STRONG = re.compile(r"\s*(?:[:–—-]|\(|$|(?=[A-Z]))\s*")
_MAX_WORDS = 6
_MAX_PARAGRAPH_WORDS = 4  # a paragraph has a label far less often than a bullet
_MAX_DASH_WORDS = 4
# Labels that only call for attention and name no topic.
_CALLS = frozenset({
    "note", "notes", "tip", "warning", "caution", "important", "info", "hint", "attention", "remark", "example",
    "update", "for example", "nb", "n.b", "explanation", "answer", "danger", "disclaimer", "e.g", "i.e", "todo",
})  # fmt: skip
_LINK = re.compile(r"\w+://|^\d[\d\s:./-]*$")


@dataclass(frozen=True, slots=True)
class Label:
    """A label and the offset in the reading form where the text after it begins."""

    text: str
    end: int


def label_of(block: Block) -> Label | None:
    """The label of a bullet or paragraph, if it has one that names its topic."""
    if block.kind not in (BlockKind.ITEM, BlockKind.TEXT):
        return None
    label = _strong(block) or _before(_COLON, block, _words(block)) or _dashed(block)
    return None if label and label.text.lower() in _CALLS else label


def _strong(block: Block) -> Label | None:
    """Bold prefix as label, if followed by a colon or dash, or if it is a title of its own."""
    size = block.reading.strong
    text = block.reading.text
    if not 0 < size <= 80 or size == len(text):
        return None
    bold = text[:size].strip()
    is_ended = bold.endswith((":", "：")) or re.match(r"\s*(?:[:：–—]|-\s)", text[size:]) is not None
    is_title = block.kind is BlockKind.ITEM and bold.endswith(".") and bold.count(".") == 1
    if not (is_ended or is_title) or len(bold.split()) > _MAX_WORDS:
        return None
    after = _AFTER_STRONG.match(text, size)
    return Label(bold.rstrip(" :：.–—-"), after.end() if after else size)


def _words(block: Block) -> int:
    return _MAX_WORDS if block.kind is BlockKind.ITEM else _MAX_PARAGRAPH_WORDS


def _before(pattern: re.Pattern[str], block: Block, max_words: int) -> Label | None:
    text = block.reading.text
    found = pattern.match(text)
    if not found or found.end() >= len(text) or not _is_label(found["label"], max_words):
        return None
    return Label(found["label"].strip(), found.start("rest"))


def _dashed(block: Block) -> Label | None:
    return _before(_DASH, block, _MAX_DASH_WORDS) if block.kind is BlockKind.ITEM else None


def _is_label(label: str, max_words: int) -> bool:
    label = label.strip()
    if not label or len(label.split()) > max_words or _LINK.search(label):
        return False
    return label[0].isupper() or label[0].isdigit() or not label.islower() or len(label.split()) <= 2
