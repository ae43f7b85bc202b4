"""Cuts documents into passages that tile them: split at headings and subject changes, sized for the embedder."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from mlsurvey.reading.blocks import Block, BlockKind
from mlsurvey.reading.formats import first_heading, read_blocks
from mlsurvey.reading.labels import label_of
from mlsurvey.reading.lines import Lines
from mlsurvey.reading.quotes import answered, block_sentences
from mlsurvey.reading.subjects import attribute
from mlsurvey.types import Document, Passage, Sentence, Span
from mlsurvey.vocabulary.gazetteer import Gazetteer

TokenCounter = Callable[[Sequence[str]], list[int]]
"""Word pieces of each text, excluding the model's special tokens."""

MAX_WORDS = 140
"""Maximum words of a passage: shorter ones are faster to read and more precise, longer ones keep their context."""
MIN_LABELLED_WORDS = 30
"""Words from which a labelled bullet is a passage of its own."""
_ENOUGH = 0.8  # share of the target size from which a passage may end at a block boundary
_MAX_TRAIL_SHARE = 0.4  # of the limit; longer headings would leave too little room for the text below them
_SEPARATORS = 4  # maximum word pieces of " > ", ": " and "|" between the parts of an embedding text


@dataclass(slots=True)
class _Piece:
    """A sentence with everything that determines its passage."""

    sentence: Sentence
    trail: tuple[str, ...]
    subjects: tuple[str, ...]
    label: str | None
    """Label of its bullet, if the bullet is long enough to be a passage."""
    block: int
    """Ordinal of its block in the document."""
    opens: int
    """Start of a passage that begins with it: at its preceding headings, or at itself."""
    introduces: bool
    """Whether its block ends with a colon, and so should stay with what follows."""
    words: int
    tokens: int
    room: int
    """Word pieces left for the text of a passage, after the headings."""


def passages(document: Document, gazetteer: Gazetteer, counter: TokenCounter, limit: int) -> tuple[Passage, ...]:
    """Passages of a document, in order; their spans tile its whole text.

    Args:
        document: from :func:`mlsurvey.reading.documents.document`.
        gazetteer: names of entities.
        counter: counts word pieces; called a few times per document, with many texts.
        limit: maximum word pieces of a passage's embedding text.
    """
    pieces = _pieces(document, gazetteer, counter, limit)
    groups = [group for run in _runs(pieces) for group in _grouped(run)]
    return tuple(_tiled(document, groups))


def _pieces(document: Document, gazetteer: Gazetteer, counter: TokenCounter, limit: int) -> list[_Piece]:
    head, blocks, _ = read_blocks(document.path, document.text)
    title = head.text("title") if first_heading(blocks) is None else None
    above = _headings_above(blocks)
    subjects = attribute(document, blocks, [_trail(blocks, headings, title) for headings in above], gazetteer)
    sentences = _sentences(document.text, blocks)
    trails = _trails_to_text(blocks, above, sentences, title)
    fitting = _fitting(sorted(set(trails)), counter, limit)
    fitted = [fitting[trail] for trail in trails]
    _add_lone_headings(document.text, blocks, above, fitted, sentences)
    pieces: list[_Piece] = []
    opens: int | None = None
    for index, block in enumerate(blocks):
        if block.kind is BlockKind.HEADING:
            opens = block.span.start if opens is None else opens
        label = _standing_label(block, sentences[index])
        for ordinal, sentence in enumerate(sentences[index]):
            start = sentence.span.start if ordinal else block.span.start if opens is None else opens
            is_lead = block.reading.text.endswith(":")
            pieces.append(_Piece(sentence, fitted[index], subjects[index], label, index, start, is_lead, 0, 0, 0))
            opens = None
    return _counted(pieces, counter, limit)


def _sentences(text: str, blocks: Sequence[Block]) -> list[list[Sentence]]:
    """Sentences of each block; none for headings."""
    found: list[list[Sentence]] = []
    for index, block in enumerate(blocks):
        sentences = [] if block.kind is BlockKind.HEADING else block_sentences(text, block)
        if index and blocks[index - 1].kind is BlockKind.HEADING and block.kind is BlockKind.TEXT:
            sentences = answered(text, blocks[index - 1], sentences)
        found.append(sentences)
    return found


def _trails_to_text(
    blocks: Sequence[Block], above: Sequence[tuple[int, ...]], sentences: Sequence[list[Sentence]], title: str | None
) -> list[tuple[str, ...]]:
    """Headings above each block, of those that have text below them: an outline is one run under their trail."""
    used = {heading for headings, below in zip(above, sentences, strict=True) if below for heading in headings}
    return [_trail(blocks, [heading for heading in headings if heading in used], title) for headings in above]


def _add_lone_headings(
    text: str,
    blocks: Sequence[Block],
    above: Sequence[tuple[int, ...]],
    trails: Sequence[tuple[str, ...]],
    sentences: list[list[Sentence]],
) -> None:
    """Make sentences of the headings that no text has in its trail: nothing is below them, or they are too long."""
    below = [index for index, found in enumerate(sentences) if found]
    shown = {heading for i in below for heading in above[i] if blocks[heading].reading.text in trails[i]}
    for index, block in enumerate(blocks):
        if block.kind is BlockKind.HEADING and index not in shown and len(block.reading.starts):
            sentences[index] = block_sentences(text, block)


def _headings_above(blocks: Sequence[Block]) -> list[tuple[int, ...]]:
    """Ordinals of the headings above each block, outermost first; a heading is above itself."""
    stack: list[int] = []
    above: list[tuple[int, ...]] = []
    for index, block in enumerate(blocks):
        if block.kind is BlockKind.HEADING and block.reading.text:
            while stack and blocks[stack[-1]].level >= block.level:
                stack.pop()
            stack.append(index)
        above.append(tuple(stack))
    return above


def _trail(blocks: Sequence[Block], headings: Iterable[int], title: str | None) -> tuple[str, ...]:
    texts = tuple(blocks[index].reading.text for index in headings)
    return (title, *texts) if title else texts


def _standing_label(block: Block, sentences: Sequence[Sentence]) -> str | None:
    words = sum(len(sentence.text.split()) for sentence in sentences)
    label = label_of(block) if words >= MIN_LABELLED_WORDS else None
    return label.text if label else None


def _fitting(
    trails: Sequence[tuple[str, ...]], counter: TokenCounter, limit: int
) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Map each trail to one shortened, from the outside, as needed to leave room for the text."""
    room = int(limit * _MAX_TRAIL_SHARE)
    counts = dict(zip(trails, counter([" > ".join(trail) for trail in trails]), strict=True)) if trails else {}
    return {trail: trail if counts[trail] <= room else _shortened(trail, counter, room) for trail in trails}


def _shortened(trail: tuple[str, ...], counter: TokenCounter, room: int) -> tuple[str, ...]:
    while len(trail) > 1:
        trail = trail[1:]
        if counter([" > ".join(trail)])[0] <= room:
            return trail
    heading = trail[0][: room * 4]
    while heading and counter([heading])[0] > room:
        heading = heading[: len(heading) * 3 // 4]
    return (heading,) if heading else ()


def _counted(pieces: list[_Piece], counter: TokenCounter, limit: int) -> list[_Piece]:
    """Return the pieces with their sizes; those too long for any passage are split."""
    texts = [_line(piece.sentence) for piece in pieces]
    above = {(piece.trail, piece.label): " > ".join((*piece.trail, piece.label or "")) for piece in pieces}
    trails = sorted(set(above.values()))
    counts = counter([*texts, *trails])
    trail_tokens = dict(zip(trails, counts[len(texts) :], strict=True))
    sized: list[_Piece] = []
    for piece, tokens in zip(pieces, counts, strict=False):
        room = limit - trail_tokens[above[piece.trail, piece.label]] - _SEPARATORS
        for part, size in _within(piece, tokens, counter, room):
            part.words, part.tokens, part.room = len(part.sentence.text.split()), size, room
            sized.append(part)
    return sized


def _within(piece: _Piece, tokens: int, counter: TokenCounter, room: int) -> Iterator[tuple[_Piece, int]]:
    """Yield a piece, halved repeatedly until each part has at most ``room`` word pieces."""
    if tokens <= room or len(piece.sentence.text) < 2:
        yield piece, tokens
        return
    if piece.sentence.header:  # the column names make it too long
        bare = replace(piece, sentence=replace(piece.sentence, header=()))
        yield from _within(bare, counter([bare.sentence.text])[0], counter, room)
        return
    halves = _halves(piece)
    for half, size in zip(halves, counter([half.sentence.text for half in halves]), strict=True):
        yield from _within(half, size, counter, room)


def _halves(piece: _Piece) -> list[_Piece]:
    """Split a sentence in the middle, at a nearby line end or white space if there is one."""
    sentence = piece.sentence
    cut = _middle(sentence.text)
    share = cut / len(sentence.text)
    place = sentence.span.start + max(1, min(len(sentence.span) - 1, round(len(sentence.span) * share)))
    first = replace(sentence, span=Span(sentence.span.start, place), text=sentence.text[:cut].rstrip())
    second = replace(sentence, span=Span(place, sentence.span.end), text=sentence.text[cut:].lstrip())
    return [replace(piece, sentence=first), replace(piece, sentence=second, opens=place)]


def _middle(text: str) -> int:
    half = len(text) // 2
    for mark in ("\n", " "):
        if (found := text.rfind(mark, len(text) // 4, half + 1)) > 0:
            return found + 1
    return half


def _line(sentence: Sentence) -> str:
    return f"{' | '.join(sentence.header)}: {sentence.text}" if sentence.header else sentence.text


def _runs(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """Yield runs of adjacent pieces that may share a passage: same headings, subjects and standalone label."""
    for _, run in groupby(pieces, key=lambda p: (p.trail, p.subjects, p.block if p.label else None)):
        yield list(run)


def _grouped(run: list[_Piece]) -> Iterator[list[_Piece]]:
    """Split a run into groups of similar size, at a block boundary if one is near, else between sentences."""
    left = sum(piece.words for piece in run)
    target = left / -(-left // MAX_WORDS) if left else 0
    group: list[_Piece] = []
    words = tokens = 0
    for piece in run:
        is_edge = bool(group) and group[-1].block != piece.block and not group[-1].introduces
        is_enough = is_edge and words >= target * _ENOUGH and words + left > MAX_WORDS
        if group and (is_enough or tokens + piece.tokens > piece.room or words + piece.words > MAX_WORDS):
            yield group
            group, words, tokens = [], 0, 0
        group.append(piece)
        words, tokens, left = words + piece.words, tokens + piece.tokens, left - piece.words
    if group:
        yield group


def _tiled(document: Document, groups: Sequence[list[_Piece]]) -> Iterator[Passage]:
    size = len(document.text)
    if not groups:
        yield _passage(document, Lines(document.text), 0, Span(0, size), [])
        return
    lines = Lines(document.text)
    edges = [0, *(group[0].opens for group in groups[1:]), size]
    for ordinal, group in enumerate(groups):
        yield _passage(document, lines, ordinal, Span(edges[ordinal], edges[ordinal + 1]), group)


def _passage(document: Document, lines: Lines, ordinal: int, span: Span, group: list[_Piece]) -> Passage:
    trail = group[0].trail if group else ()
    if group and group[0].label:
        trail = (*trail, group[0].label)
    return Passage(
        document.path,
        ordinal,
        span,
        lines.number(span.start) + 1,
        lines.number(max(span.start, span.end - 1)) + 1,
        trail,
        group[0].subjects if group else ((document.subject,) if document.subject else ()),
        tuple(piece.sentence for piece in group),
        document.leaf(group[0].sentence.span.start if group else span.start),
    )
