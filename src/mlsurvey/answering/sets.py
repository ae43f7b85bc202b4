"""Answer about a class of libraries: which of them belong to a set, and which of them to choose."""

from __future__ import annotations

from collections.abc import Sequence

from mlsurvey.answering.candidates import denies_naming
from mlsurvey.answering.compose import Draft, Finding, interleave
from mlsurvey.answering.evidence import Scored, choose, excluding_part, naming_part
from mlsurvey.answering.gather import Gatherer, Pool
from mlsurvey.answering.members import MEMBER, Member, of_class, ranked, speaking, verdict
from mlsurvey.answering.silence import ENOUGH, chosen, share_spoken
from mlsurvey.answering.understood import AskedAspect, Understood
from mlsurvey.types import Aspect, Entity, Filters
from mlsurvey.vocabulary.load import Vocabulary

RELATION = "native-or-wrapper"
"""Aspect that says what a library has to do with another one that the question names."""
PURPOSE = "use-case"
"""Aspect that says what a library is good for."""
LIMITS = "limits"
"""Aspect that says what speaks against a library."""
UPKEEP = "maintenance"
"""Aspect that says whether a library is still alive: advice has to tell where it is not."""
ABANDONED = 0.4
"""What a library that is no longer maintained is worth beside one that is."""
CONSIDERED = 8
"""Candidates whose upkeep is looked into before the shortlist is made."""
RECOMMENDED = 3
"""Candidates that a recommendation names: a shortlist, not a catalogue."""
WORDS_COUNT = 0.25
"""What the needs count by themselves, beside the share of the question's very words that a candidate's quotes hold."""
QUOTED = 2
"""Statements that show why an entity is in a set or out of it."""


def members(understood: Understood, gatherer: Gatherer, vocabulary: Vocabulary, filters: Filters) -> Draft:
    """Every entity of the class, in the group where its evidence puts it: yes, no, unknown."""
    asked = _predicate(understood, vocabulary)
    found = ranked(_judged(understood, asked, gatherer, filters))
    groups = {v: [m for m in found if m.verdict == v] for v in ("yes", "no", "unknown")}
    aspect = asked.aspect.slug if asked else None
    said = tuple(Finding(m.slug, aspect, s) for v in ("yes", "no") for m in groups[v] for s in m.evidence)
    return Draft(
        entities=tuple(m.slug for m in groups["yes"]),
        findings=said,
        silent={(m.slug, aspect): m.searched for m in groups["unknown"]},
        groups={v: tuple(m.slug for m in group) for v, group in groups.items()},
        nearest=tuple(s for m in found for s in m.evidence[:1])[:3],
    )


def _judged(understood: Understood, asked: AskedAspect | None, gatherer: Gatherer, filters: Filters) -> list[Member]:
    judged = []
    pool = gatherer.pool(understood, asked, filters)
    for entity in of_class(understood, gatherer.gazetteer.entities):
        scored, searched = gatherer.about(entity.slug, pool)
        if searched:
            judged.append(_member(entity, scored, searched, understood, asked, gatherer, pool))
    return judged


def _member(
    entity: Entity,
    scored: Sequence[Scored],
    searched: int,
    understood: Understood,
    asked: AskedAspect | None,
    gatherer: Gatherer,
    pool: Pool,
) -> Member:
    """Where one entity belongs: excluded outright by a clear sentence, else by the verdict on what is left."""
    if understood.objects and not understood.objects_denied and entity.slug not in understood.objects:
        scored = [s for s in scored if s.features["object"] > 0]
    if asked is not None and _must_be_literal(asked, understood):
        scored = [s for s in scored if s.features["terms"] + s.features["context"] > 0]
    fitting, excluding = _parted(scored, understood, gatherer, pool)
    excludes = not fitting and any(s.score >= MEMBER for s in excluding)
    kept = excluding if excludes else fitting
    says = "no" if excludes else verdict(entity, kept, understood, asked)
    return Member(entity.slug, says, tuple(choose(speaking(kept, asked, says, understood), QUOTED)), searched)


def _parted(
    scored: Sequence[Scored], understood: Understood, gatherer: Gatherer, pool: Pool
) -> tuple[list[Scored], list[Scored]]:
    """What may put an entity into the set, and what keeps it out: another part only, or a denial of the object."""
    named = naming_part(scored, pool.cell)
    denied = []
    if understood.objects and not (understood.objects_denied or understood.kinds):
        gazetteer = gatherer.gazetteer
        denied = [s for s in named if denies_naming(s.candidate.text, understood.objects, gazetteer)]
    return [s for s in named if s not in denied], [*denied, *excluding_part(scored, pool.cell)]


def _must_be_literal(asked: AskedAspect, understood: Understood) -> bool:
    """Whether members have to be spoken of in the question's own words: "SIMD" is not just any performance."""
    return not (asked.aspect.polar or asked.denied or understood.objects or understood.kinds)


def _predicate(understood: Understood, vocabulary: Vocabulary) -> AskedAspect | None:
    """What is asked of each member: a known aspect, what it has to do with a named object, or the class itself."""
    known = [a for a in understood.aspects if a.known]
    if known:
        return known[0]
    if understood.objects and (relation := _aspect(RELATION, vocabulary)):
        return AskedAspect(relation, understood.terms)
    return _class_aspect(understood, vocabulary) or (understood.aspects[0] if understood.aspects else None)


def _class_aspect(understood: Understood, vocabulary: Vocabulary) -> AskedAspect | None:
    """The aspect that says what the class is about, where the question asks for nothing else."""
    category = next((c for c in vocabulary.categories if c.slug in understood.categories), None)
    if category is None:
        return None
    aspect = _aspect(category.aspect or category.slug.replace(" ", "-"), vocabulary)
    return AskedAspect(aspect, understood.class_words) if aspect else None


def _aspect(slug: str, vocabulary: Vocabulary) -> Aspect | None:
    return next((a for a in vocabulary.aspects if a.slug == slug), None)


def recommendation(
    understood: Understood, gatherer: Gatherer, vocabulary: Vocabulary, filters: Filters, limit: int
) -> Draft:
    """The candidates of the class that the documents speak for most, need by need, and what speaks against each."""
    pools = [gatherer.pool(understood, asked, filters) for asked in _needs(understood, vocabulary)]
    importance = gatherer.importance(understood)
    shortlist: list[tuple[float, str, list[list[Finding]]]] = []
    for entity in _eligible(understood, gatherer, pools):
        groups: list[list[Finding]] = []
        for pool in pools:
            told = [f.evidence for group in groups for f in group]
            groups.append(_for_need(entity.slug, gatherer, pool, limit, told))
        met = sum(group[0].evidence.score for group in groups if group and group[0].stance == "for")
        if met:
            words = share_spoken([f.evidence for group in groups for f in group], importance)
            shortlist.append((-met * (WORDS_COUNT + words), entity.slug, groups))
    upkeep, limits = (_pool_of(slug, understood, gatherer, vocabulary, filters) for slug in (UPKEEP, LIMITS))
    weighed = []
    for merit, slug, groups in sorted(shortlist, key=lambda item: item[:2])[:CONSIDERED]:
        ended = _ended(slug, gatherer, upkeep)
        weighed.append((merit * (ABANDONED if ended else 1.0), slug, [*interleave(groups), *ended]))
    best = sorted(weighed, key=lambda item: item[:2])[:RECOMMENDED]
    said = [f for _, slug, findings in best for f in _with_caveat(slug, findings, gatherer, limits)]
    return Draft(tuple(slug for _, slug, _ in best), tuple(said), nearest=tuple(f.evidence for f in said[:3]))


def _eligible(understood: Understood, gatherer: Gatherer, pools: Sequence[Pool]) -> list[Entity]:
    """Entities of the class; where the question names none, those that a search for the needs meets."""
    entities = of_class(understood, gatherer.gazetteer.entities)
    if understood.languages or understood.categories:
        return entities
    met = {slug for pool in pools for slug in gatherer.met(pool)}
    return [e for e in entities if e.slug in met]


def _needs(understood: Understood, vocabulary: Vocabulary) -> list[AskedAspect]:
    """What each candidate is good for, in the words of the need, and the aspects that are asked for."""
    purpose, the_class = _aspect(PURPOSE, vocabulary), _class_aspect(understood, vocabulary)
    needs = [AskedAspect(purpose, understood.terms)] if purpose else []
    needs += [*understood.aspects, *([the_class] if the_class else [])]
    return list({a.aspect.slug: a for a in needs}.values())


def _for_need(slug: str, gatherer: Gatherer, pool: Pool, limit: int, told: Sequence[Scored]) -> list[Finding]:
    scored, _ = gatherer.about(slug, pool)
    asked = pool.cell.asked
    return [Finding(slug, pool.cell.aspect, s, _stance(s, asked)) for s in chosen(scored, limit, told)]


def _stance(scored: Scored, asked: AskedAspect | None) -> str:
    """``against`` where the text denies what is needed, or says that the library is no choice."""
    if asked is None or not (asked.aspect.polar or asked.aspect.slug == PURPOSE):
        return "for"
    says = scored.candidate.polarity(asked.aspect)
    return "against" if (says < 0) is not asked.denied and says else "for"


def _pool_of(
    slug: str, understood: Understood, gatherer: Gatherer, vocabulary: Vocabulary, filters: Filters
) -> Pool | None:
    """The passages on an aspect that nobody asked for and advice should tell."""
    aspect = _aspect(slug, vocabulary)
    return gatherer.pool(understood, AskedAspect(aspect, ()), filters) if aspect else None


def _ended(slug: str, gatherer: Gatherer, upkeep: Pool | None) -> list[Finding]:
    """The statement that the library is no longer maintained, where its best evidence says so."""
    if upkeep is None or upkeep.cell.asked is None:
        return []
    scored, _ = gatherer.about(slug, upkeep)
    telling = [s for s in scored if s.score >= MEMBER and s.candidate.polarity(upkeep.cell.asked.aspect)]
    ended = telling[:1] if telling and telling[0].candidate.polarity(upkeep.cell.asked.aspect) < 0 else []
    return [Finding(slug, UPKEEP, s, "against") for s in ended]


def _with_caveat(slug: str, findings: Sequence[Finding], gatherer: Gatherer, caveats: Pool | None) -> list[Finding]:
    """The findings and the clearest limit that the documents state."""
    if caveats is None:
        return list(findings)
    scored, _ = gatherer.about(slug, caveats)
    stated = [s for s in scored if s.features["strong"] > 0 and s.score >= ENOUGH]
    against = choose(stated, 1, taken=[f.evidence for f in findings])
    return [*findings, *(Finding(slug, LIMITS, s, "against") for s in against)]
