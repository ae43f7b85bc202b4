"""Determines which entity each block is about: by its path, headings, label, or first words."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from mlsurvey.reading.blocks import Block, BlockKind
from mlsurvey.reading.labels import label_of
from mlsurvey.reading.languages import language_in
from mlsurvey.reading.sentences import sentence_spans
from mlsurvey.types import Document, Span
from mlsurvey.vocabulary.gazetteer import Gazetteer, Mention, collapse

Subjects = tuple[str, ...]

_BRACKETS = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NUMBERING = re.compile(r"^\s*(?:\d+(?:\.\d+)*[.)]?|[IVX]+\.|[A-Z]\.|#)\s+")
_JOINED = re.compile(r"\s*+(?:,|&|/|\+|(?:,\s*+)?\b(?:and|or|vs\.?|versus)\b)\s*+", re.IGNORECASE)
# Before a name, these make it the other side of a relation, not the topic: "Comparison to X", "Migrating from X".
_RELATION = re.compile(
    r"\b(?:compar\w+|contrast\w*|vs\.?|versus|from|unlike|beyond|than|without|not|instead of|inspired by|"
    r"alternatives? to|equivalents? (?:of|to|in)|for|like|to|against|differences? (?:to|with|from))\s+(?:the\s+)?$",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:other|similar|related|alternative|competing|comparable|neighbou?ring|(?P<whole>alternatives|prior art))\b",
    re.IGNORECASE,
)
_SORT = re.compile(
    r"\b(?:frameworks?|librar(?:y|ies)|projects?|crates?|packages?|tools?|toolkits?|engines?|solutions?|systems?|work)\b",
    re.IGNORECASE,
)
_COMPARISON = re.compile(r"\bcompar|\bversus\b|\bvs\b|\bdifferen|\bmigrat|\bwith other\b", re.IGNORECASE)
_VERB = (
    r"(?:is|was|are|were|has|had|have|can|could|does|did|do|will|would|may|might|must|should|isn|wasn|doesn|hasn|aims?|"
    r"provides?|supports?|offers?|uses?|includes?|focus(?:es)?|reli(?:es|y)|takes?|comes?|runs?|lets?|allows?|makes?|"
    r"brings?|gives?|implements?|works?|targets?|stands?|leverages?|requires?|depends?|builds?|wraps?|binds?|needs?|"
    r"enables?|became|becomes?|remains?|represents?|features?|contains?|ships?|integrates?|excels?|lacks?|tends?|"
    r"handles?|started|began|appears?|seems?|follows?|keeps?|leads?|emerged|emphasi[sz]es?|specializes?|plays?|"
    r"fills?|exposes?|delivers?|adds?|helps?|serves?|shows?|fits?|gained|grew|evolved|simplifies|combines?|extends?)"
)
_ADVERB = r"(?:also|now|still|only|mainly|currently|already|often|further|itself|just|even|primarily|generally)"
_PREDICATE = re.compile(rf"(?:['’]s\b|,|\s+\([^()]*\))?\s*(?:{_ADVERB}\s+)*{_VERB}\b|['’]s\s|,\s|\s[–—]\s|:\s")
_CLAUSE_START = re.compile(
    r"(?:^|[,;:]\s|[–—]\s|\b(?:while|whereas|but|because|since|as)\s)(?:the\s)?[`\"“']?$", re.IGNORECASE
)
_MAX_DISCUSSION = 4000  # maximum characters of a paragraph searched for what it discusses
_MAX_BEFORE = 80  # characters before a name searched for what relates it: more than the longest such words
_MAX_OPENING = 400  # maximum characters of a block searched for its grammatical subject


@dataclass(slots=True)
class _Section:
    """State for the blocks under one heading."""

    trail: tuple[str, ...] = ()
    topic: Subjects = ()
    language: str | None = None
    is_others: bool = False
    carried: Subjects = ()
    """Subjects inherited by the following blocks."""
    depth: int = 0
    introduces: bool = False


@dataclass(slots=True)
class _Attribution:
    document: Document
    gazetteer: Gazetteer
    topics: dict[tuple[str, ...], Subjects] = field(default_factory=dict)
    section: _Section = field(default_factory=_Section)


def attribute(
    document: Document, blocks: Sequence[Block], trails: Sequence[tuple[str, ...]], gazetteer: Gazetteer
) -> list[Subjects]:
    """Determine the subjects of each block, in order.

    A document with a subject is about it throughout, except for content
    under headings such as "Other frameworks". Without one, the innermost heading
    that names an entity decides; if it names several, or if no heading names any,
    the bullet's label or the grammatical subject of the first sentence decides.
    """
    attribution = _Attribution(document, gazetteer)
    decide = _in_profile if document.subject else _in_survey
    subjects: list[Subjects] = []
    for block, trail in zip(blocks, trails, strict=True):
        if trail != attribution.section.trail or block.kind is BlockKind.HEADING:
            attribution.section = _section(attribution, trail)
        subjects.append(decide(attribution, block))
        attribution.section.introduces = block.reading.text.endswith(":")
    return subjects


def _section(attribution: _Attribution, trail: tuple[str, ...]) -> _Section:
    language = attribution.document.language or language_in(trail)
    topic = () if attribution.document.subject else _topic(attribution, trail, language)
    return _Section(trail, topic, language, any(map(_is_about_others, trail)))


def _is_about_others(heading: str) -> bool:
    """Whether a heading introduces items about other entities; a comparison includes the document's subject."""
    found = list(_OTHER.finditer(heading))
    if not found or _COMPARISON.search(heading):
        return False
    return any(one["whole"] for one in found) or _SORT.search(heading, found[0].end()) is not None


def _in_profile(attribution: _Attribution, block: Block) -> Subjects:
    """Subjects of a block in a document about one entity."""
    section, own = attribution.section, attribution.document.subject or ""
    if not section.is_others:
        return (own,)
    if exact := _exact(section.trail[-1], section.language, attribution.gazetteer):
        return exact
    if block.kind is BlockKind.ITEM:
        section.carried = _opening(block, section.language, attribution.gazetteer)
    elif block.kind is BlockKind.ROW:
        return _of_row(block, section.language, attribution.gazetteer) or (own,)
    elif not block.depth:
        section.carried = ()
    return section.carried or (own,)


def _in_survey(attribution: _Attribution, block: Block) -> Subjects:
    """Subjects of a block in a document about many entities, or none."""
    section, gazetteer = attribution.section, attribution.gazetteer
    if len(section.topic) == 1:
        return _under(section.topic, block, section.language, gazetteer)
    if block.kind is BlockKind.ROW:
        return _of_row(block, section.language, gazetteer) or section.topic
    if block.kind in (BlockKind.CODE, BlockKind.HEADING):
        return section.carried or section.topic
    named = _within(_named(block, section.language, gazetteer), section.topic)
    if section.topic:
        return _among(section, block, named, gazetteer)
    named = named or _discussed(block, section.language, gazetteer)
    if not named and not (section.introduces or block.depth > section.depth):
        section.carried = ()
    elif named:
        section.carried, section.depth = named, block.depth
    return section.carried


def _under(topic: Subjects, block: Block, language: str | None, gazetteer: Gazetteer) -> Subjects:
    """Subjects of a block under a heading that names one entity: that one, unless a paragraph turns to others."""
    if block.kind is not BlockKind.TEXT or block.depth or label_of(block):
        return topic
    named = _grammatical(block.reading.text, 0, language, gazetteer)
    if not named or named[0] == topic[0]:
        return topic
    mentioned = {mention.slug for mention in gazetteer.mentions(block.reading.text, language=language)}
    return named if topic[0] in named or topic[0] not in mentioned else topic


def _among(section: _Section, block: Block, named: Subjects, gazetteer: Gazetteer) -> Subjects:
    """Subjects of a block under a heading that names several entities: one or more of them, or all."""
    if not named:
        mentioned = {mention.slug for mention in gazetteer.mentions(block.reading.text, language=section.language)}
        named = tuple(slug for slug in section.topic if slug in mentioned)
    if len(named) == 1:
        section.carried = named
    return named or section.carried or section.topic


def _within(named: Subjects, topic: Subjects) -> Subjects:
    return tuple(slug for slug in named if slug in topic) if topic else named


def _named(block: Block, language: str | None, gazetteer: Gazetteer) -> Subjects:
    """Entities named as the topic of a block: by its label, or as the subject of its first sentence."""
    label = label_of(block)
    if label and (slugs := _heading_names(label.text, language, gazetteer, at_start=True)):
        return slugs
    return _grammatical(block.reading.text, label.end if label else 0, language, gazetteer)


def _grammatical(text: str, start: int, language: str | None, gazetteer: Gazetteer) -> Subjects:
    """Entities that are the grammatical subject of the first sentence of ``text[start:]``."""
    opening = text[start : start + _MAX_OPENING]
    if not gazetteer.may_mention(opening):
        return ()
    spans = sentence_spans(opening)
    return _subjects_in(spans[0].of(opening), language, gazetteer) if spans else ()


def _subjects_in(sentence: str, language: str | None, gazetteer: Gazetteer) -> Subjects:
    mentions = gazetteer.mentions(sentence, language=language)
    return tuple(dict.fromkeys(slug for run in _runs(mentions, sentence) for slug in _subjects_of(run, sentence)))


def _discussed(block: Block, language: str | None, gazetteer: Gazetteer) -> Subjects:
    """Entities a block compares: the grammatical subjects of its sentences, if there are several.

    A single one, mentioned in a general paragraph, is an example rather than the topic.
    """
    text = block.reading.text[:_MAX_DISCUSSION]
    if not gazetteer.may_mention(text):
        return ()
    sentences = (span.of(text) for span in sentence_spans(text, block.reading.opaque))
    found = tuple(dict.fromkeys(slug for one in sentences for slug in _subjects_in(one, language, gazetteer)))
    return found if len(found) > 1 else ()


def _runs(mentions: Sequence[Mention], text: str) -> Iterator[list[Mention]]:
    """Group mentions joined by "and" or a comma."""
    run: list[Mention] = []
    for mention in mentions:
        if run and not _JOINED.fullmatch(text, run[-1].span.end, mention.span.start):
            yield run
            run = []
        run.append(mention)
    if run:
        yield run


def _subjects_of(run: list[Mention], text: str) -> list[str]:
    if len(run) > 1 and _is_related(text, run[0].span.start):  # "Unlike X, Y is": only Y is the subject
        run = run[1:]
    start, end = run[0].span.start, run[-1].span.end
    if not _CLAUSE_START.search(text, max(0, start - _MAX_BEFORE), start):
        return []
    before, after = text[:start], text[end:].lstrip("`\"”'*")
    is_subject = _PREDICATE.match(after) and not _is_possessed(before, after)
    return [mention.slug for mention in run] if is_subject else []


def _is_related(text: str, start: int) -> bool:
    """Whether the words before ``start`` make what follows the other side of a relation."""
    return _RELATION.search(text, max(0, start - _MAX_BEFORE), start) is not None


def _is_possessed(before: str, after: str) -> bool:
    """Whether a possessive, list comma, dash or colon follows mid-sentence, where only a verb makes it a subject."""
    return bool(before.strip(" `\"“'")) and re.match(r"['’]s\s|,|\s[–—]|:", after) is not None


def _opening(block: Block, language: str | None, gazetteer: Gazetteer) -> Subjects:
    """The entity at the beginning of an item in a list of entities."""
    text = block.reading.text[:_MAX_OPENING]
    first = next(iter(gazetteer.candidates(text, language=language)), None)
    if first is None or collapse(text[: first.span.start]) not in ("", "the"):
        return ()
    return (first.slug,)


def _of_row(block: Block, language: str | None, gazetteer: Gazetteer) -> Subjects:
    """Subjects of a table row: named by its first cell, or else by the column headings."""
    first = next((cell.text for cell in block.cells if len(cell)), "")
    if exact := _exact(first, language, gazetteer):
        return exact
    return _of_columns(block.header, language, gazetteer)


@lru_cache(maxsize=8)  # all rows of a table have the same columns
def _of_columns(header: tuple[str, ...], language: str | None, gazetteer: Gazetteer) -> Subjects:
    columns = (slug for name in header for slug in _exact(name, language, gazetteer))
    return tuple(dict.fromkeys(columns))


def _topic(attribution: _Attribution, trail: tuple[str, ...], language: str | None) -> Subjects:
    """Entities that a section is about: from its own heading, else from the one above."""
    if not trail:
        return ()
    if trail not in attribution.topics:
        outer = _topic(attribution, trail[:-1], language)
        attribution.topics[trail] = _of_heading(trail[-1], outer, language, attribution.gazetteer)
    return attribution.topics[trail]


def _of_heading(heading: str, outer: Subjects, language: str | None, gazetteer: Gazetteer) -> Subjects:
    if _is_about_others(heading):
        return ()
    if not outer:
        return _heading_names(heading, language, gazetteer)
    inner = _exact(heading, language, gazetteer)
    if not inner:  # below several entities, a heading may pick one; below one, what it mentions relates to that one
        inner = _within(_heading_names(heading, language, gazetteer), outer) if len(outer) > 1 else ()
    return inner or outer


def _heading_names(heading: str, language: str | None, gazetteer: Gazetteer, *, at_start: bool = False) -> Subjects:
    """Entities that a heading names as its topic, excluding those in brackets or after "comparison to"."""
    bare = _bare(heading)
    written = {m.span for m in gazetteer.mentions(bare, language=language)}
    mentions = [m for m in gazetteer.candidates(bare, language=language) if _is_meant(m, bare, written, gazetteer)]
    if not mentions:
        return ()
    before = bare[: mentions[0].span.start]
    if _is_related(bare, len(before)) or (at_start and collapse(before) not in ("", "the")):
        return ()
    return tuple(dict.fromkeys(mention.slug for mention in next(_runs(mentions, bare))))


def _is_meant(mention: Mention, bare: str, written: Container[Span], gazetteer: Gazetteer) -> bool:
    """Whether an ordinary word is meant as a name: alone in its heading, or written like a name, as ``written`` are."""
    plain = {collapse(word) for slug in mention.slugs for word in gazetteer.entities[slug].plain_words}
    if collapse(mention.surface) not in plain:
        return True
    rest = bare[mention.span.end :].lstrip("`*")
    if not bare[: mention.span.start].strip(" `*"):
        return not rest.strip() or rest.lstrip().startswith((":", "–", "—", ",", "&", "'", "’", "and ", "vs"))
    return mention.span in written


def _exact(heading: str, language: str | None, gazetteer: Gazetteer) -> Subjects:
    """Entities of a heading that consists only of names."""
    bare = _bare(heading)
    mentions = gazetteer.candidates(bare, language=language)
    if not mentions:
        return ()
    edges = [0, *(edge for mention in mentions for edge in (mention.span.start, mention.span.end)), len(bare)]
    left = "".join(bare[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True))
    is_only_names = not collapse(_JOINED.sub(" ", " ".join(left.split())))
    return tuple(dict.fromkeys(mention.slug for mention in mentions)) if is_only_names else ()


def _bare(heading: str) -> str:
    """A heading without its number and bracketed parts."""
    bare = _NUMBERING.sub("", _BRACKETS.sub("", heading)).strip()
    return bare or heading
