"""Rules for a single profile. Pure: a parsed profile in, findings out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlsurvey.curation.findings import Finding
from mlsurvey.curation.profile import SECTIONS, Profile
from mlsurvey.types import Entity
from mlsurvey.vocabulary.gazetteer import Gazetteer
from mlsurvey.vocabulary.languages import OTHER
from mlsurvey.vocabulary.records import sources

LIBRARIES = "libraries"
QUOTABLE = 400
"""Maximum characters of a sentence that works as a quotation."""

_ENDS_IN_REFERENCES = re.compile(r"[^\s.\]]\.(\[\^[a-z0-9-]+\])+$")
_TWO_SENTENCES = re.compile(r"[a-z)`]\. [A-Z]")
_DANGLING = re.compile(r"(It|Its|This|That|They|Their|These|Those|He|She|Here|There)\b")
_TOP = 1


def rules(profile: Profile, gazetteer: Gazetteer, *, is_kept: bool) -> Iterator[Finding]:
    """All findings for a profile; ``is_kept`` if the corpus has its own ``entities.toml``."""
    for rule in (_place, _sections, _sentences, _references, _footnotes, _dates, _facts):
        yield from rule(profile)
    yield from _alone(profile, gazetteer)
    if is_kept:
        yield from _entity(profile, gazetteer.entities.get(profile.front.slug))


def _place(profile: Profile) -> Iterator[Finding]:
    front = profile.front
    place = f"{LIBRARIES}/{front.language or OTHER}/{front.slug}.md"
    if profile.path != place:
        yield Finding(
            profile.path, _TOP, "place", "language and slug do not match the path of this file", f"move it to {place}"
        )
    if profile.title != front.name:
        problem = f"the heading is {profile.title!r}, the name is {front.name!r}"
        yield Finding(profile.path, _TOP, "place", problem, f"make the heading '# {front.name}'")


def _sections(profile: Profile) -> Iterator[Finding]:
    filled = {sentence.section for sentence in profile.sentences}
    known = [section for section in profile.sections if section in SECTIONS]
    for section in profile.sections:
        if section not in SECTIONS:
            yield Finding(profile.path, _TOP, "section", f"unknown section {section!r}", _listed("take", SECTIONS))
        elif section not in filled:
            yield Finding(profile.path, _TOP, "section", f"section {section!r} is empty", "fill or remove it")
    if known != [section for section in SECTIONS if section in known]:
        problem = "sections are repeated or out of order"
        yield Finding(profile.path, _TOP, "section", problem, _listed("the order is", SECTIONS))


def _sentences(profile: Profile) -> Iterator[Finding]:
    for sentence in profile.sentences:
        if not _ENDS_IN_REFERENCES.search(sentence.line):
            advice = "end the line with its references, such as 'text.[^id]'"
            yield Finding(profile.path, sentence.number, "unsourced", f"no source: {sentence.line!r}", advice)
        if _TWO_SENTENCES.search(sentence.words):
            problem = f"several sentences in one line: {sentence.words!r}"
            yield Finding(
                profile.path, sentence.number, "sentence", problem, "put each on its own line with its references"
            )


def _references(profile: Profile) -> Iterator[Finding]:
    known = {source.id for source in profile.front.sources}
    cited: set[str] = set()
    for sentence in profile.sentences:
        cited |= set(sentence.references)
        for reference in dict.fromkeys(sentence.references):
            if reference not in known:
                advice = "add it to sources in the front matter, or cite another"
                yield Finding(profile.path, sentence.number, "reference", f"unknown source {reference!r}", advice)
    for unused in sorted(known - cited):
        advice = "cite it, or remove it from sources"
        yield Finding(profile.path, _TOP, "reference", f"source {unused!r} is cited nowhere", advice)
    if profile.front.status.source not in cited:
        problem = f"status refers to {profile.front.status.source!r}, which no sentence cites"
        yield Finding(profile.path, _TOP, "reference", problem, "cite it in Maturity and maintenance")


def _footnotes(profile: Profile) -> Iterator[Finding]:
    expected = {source.id: source.footnote for source in profile.front.sources}
    for reference in sorted(expected.keys() | profile.footnotes.keys()):
        want, have = expected.get(reference), profile.footnotes.get(reference)
        if want is None:
            advice = "remove it, or add the source to the front matter"
            yield Finding(profile.path, _TOP, "reference", f"footnote {reference!r} is not a source", advice)
        elif have != want:
            problem = f"footnote {reference!r} is {'missing' if have is None else 'different from the source'}"
            yield Finding(profile.path, _TOP, "reference", problem, f"write [^{reference}]: {want}")


def _dates(profile: Profile) -> Iterator[Finding]:
    as_of = profile.front.as_of.isoformat()
    dated = [(f"source {source.id!r}", source.date or "") for source in profile.front.sources]
    dated.append(("status", profile.front.status.judged.isoformat()))
    for what, date in dated:
        if date > as_of:
            problem = f"{what} is dated {date}, after the profile ({as_of})"
            yield Finding(profile.path, _TOP, "date", problem, "correct the date, or as_of")


def _facts(profile: Profile) -> Iterator[Finding]:
    facts = profile.front.facts
    if facts is None:
        yield Finding(profile.path, _TOP, "facts", "no facts in the front matter", "add the block 'facts:'")
        return
    known = {source.id for source in profile.front.sources}
    for name, line in facts:
        for strange in sorted(set(sources(line)) - known):
            problem = f"{name} refers to {strange!r}, which is not a source"
            yield Finding(profile.path, _TOP, "facts", problem, "add it to sources, or cite another")


def _alone(profile: Profile, gazetteer: Gazetteer) -> Iterator[Finding]:
    """Each sentence must be understandable when quoted alone."""
    for sentence in profile.sentences:
        words = sentence.words
        if _DANGLING.match(words):
            problem = f"begins with {words.split()[0]!r}, which is unclear in a quote"
            yield Finding(profile.path, sentence.number, "alone", problem, "name the library instead")
        elif not _names(gazetteer, words, profile.front.slug):
            problem = f"does not name {profile.front.name}: {words!r}"
            yield Finding(profile.path, sentence.number, "alone", problem, "use a name from entities.toml")
        if len(words) > QUOTABLE:
            problem = f"{len(words)} characters are too long for a quote"
            yield Finding(profile.path, sentence.number, "alone", problem, f"split it: at most {QUOTABLE} characters")


def _names(gazetteer: Gazetteer, sentence: str, slug: str) -> bool:
    return any(slug in mention.slugs for mention in gazetteer.candidates(sentence))


def _entity(profile: Profile, entity: Entity | None) -> Iterator[Finding]:
    if entity is None:
        problem = f"entities.toml has no {profile.front.slug!r}"
        yield Finding(profile.path, _TOP, "entity", problem, "add an entry with that slug")
        return
    front = profile.front
    pairs: dict[str, tuple[object, object]] = {
        "name": (front.name, entity.name),
        "language": (front.language, entity.language),
        "kind": (front.kind, entity.kind),
        "category": (tuple(front.category), entity.category),
        "aliases": (tuple(front.aliases), entity.aliases),
    }
    for field, (here, there) in pairs.items():
        if here != there:
            problem = f"{field} is {_shown(here)} here and {_shown(there)} in entities.toml"
            yield Finding(profile.path, _TOP, "entity", problem, "make the two agree")


def _shown(value: object) -> str:
    return ", ".join(value) or "empty" if isinstance(value, tuple) else str(value or "not set")


def _listed(before: str, names: tuple[str, ...]) -> str:
    return f"{before} {', '.join(names)}"
