"""Answer about a class of libraries: which of them belong to a set, and which of them to choose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mlsurvey.answering.asked import in_own_words
from mlsurvey.answering.compose import Draft, Finding, Pair, interleave
from mlsurvey.answering.conditions import ENDED, UPKEEP, meets
from mlsurvey.answering.facts import Facts
from mlsurvey.answering.members import (
    NO,
    UNKNOWN,
    YES,
    Member,
    by_text,
    deciding,
    of_class,
    ranked,
    speaking,
    together,
)
from mlsurvey.answering.names import languages_in, proper_names
from mlsurvey.answering.polarity import is_silent
from mlsurvey.answering.recorded import Wanted
from mlsurvey.answering.retrieve import Pool
from mlsurvey.answering.score import Scored
from mlsurvey.answering.select import choose, good
from mlsurvey.answering.understood import AskedAspect, Understood
from mlsurvey.answering.words import stems
from mlsurvey.answering.workbench import Found, Workbench
from mlsurvey.parsed import Condition
from mlsurvey.types import Entity, Filters
from mlsurvey.vocabulary.phrases import phrases

LIMITS = "limits"
"""Aspect that says what speaks against a library."""
ALIVE = "still maintained"
"""What is asked of the documents about the state of a library."""
ABANDONED = 0.4
"""What a library that is no longer maintained is worth beside one that is."""
CONSIDERED = 8
"""Candidates whose upkeep is looked into before the shortlist is made."""
RECOMMENDED = 3
"""Candidates that a recommendation names: a shortlist, not a catalogue."""
WORTH = 0.5
"""Least worth, as a share of the best, of what is put on the shortlist: better one than three."""
TELLING = 0.25
"""Least score, as a share of the best member's, of a member in a field that the judge was not trained on: its scores
rank well there, but are no probabilities."""
MOST_MEMBERS = 200
"""Members of a class that are looked at one by one; of a larger class, those that a search finds nearest."""
QUOTED = 2
"""Statements that show why an entity is in a set or out of it."""


@dataclass(frozen=True, slots=True)
class Matter:
    """What members of a set are asked for: in the documents, and by a fact where one says it all."""

    asked: AskedAspect
    condition: Condition | None = None
    wanted: tuple[Wanted, ...] = ()

    def holds(self, entity: Entity, facts: Mapping[str, str]) -> bool | None:
        """Whether the facts of an entity say that it is so; None if they do not say."""
        if self.condition:
            return meets(entity, facts, self.condition)
        said = [wanted.holds(facts) for wanted in self.wanted]
        holds = False if False in said else None if None in said or not said else True
        return holds if holds is None else holds is not self.asked.negated

    def verdict(self, entity: Entity, facts: Mapping[str, str]) -> str | None:
        """What the facts of an entity say; None if they leave it to the documents."""
        holds = self.holds(entity, facts)
        if holds is None:
            return UNKNOWN if any(wanted.is_open(facts) for wanted in self.wanted) else None
        return YES if holds else NO

    def cited(self, entity: Entity, facts: Facts) -> Iterator[Scored]:
        """The lines of front matter that the verdict on an entity rests on."""
        fields = [(wanted.fact.slug, wanted.fact.details or "") for wanted in self.wanted]
        if self.condition:
            fields = [(self.condition.field, "")]
        for names in fields:
            yield from [line for name in names if (line := facts.known(entity.slug, name))][:1]


def members(understood: Understood, bench: Workbench, filters: Filters) -> Draft:
    """Every entity of the class, in the group where its evidence puts it: yes, no, unknown."""
    if understood.objects and not understood.aspects:  # what is like another library has to be shown, like any matter
        understood = replace(understood, aspects=(_of_class(understood, bench),))
    understood = replace(understood, aspects=tuple(bench.turned(a) for a in understood.aspects))
    asked = [Matter(a) for a in understood.aspects]
    stated = [Matter(_asked_by(c, bench), c) for c in deciding(understood)]
    matters = [*asked, *stated] or [Matter(_of_class(understood, bench))]
    judged, unsaid, nearest_only = _judged(understood, matters, bench, filters)
    found = _apart_from_best(ranked(judged), bench)
    groups = {v: [m for m in found if m.verdict == v] for v in (YES, NO, UNKNOWN)}
    aspect = matters[0].asked.aspect.slug
    said = tuple(Finding(m.slug, aspect, s) for v in (YES, NO) for m in groups[v] for s in m.evidence)
    return Draft(
        entities=tuple(m.slug for m in groups[YES]),
        findings=said,
        silent={(m.slug, aspect): m.searched for m in groups[UNKNOWN]} | unsaid,
        groups={v: tuple(m.slug for m in group) for v, group in groups.items()},
        nearest=tuple(s for m in found for s in m.evidence[:1])[:3],
        nearest_only=nearest_only,
    )


def _asked_by(stated: Condition, bench: Workbench) -> AskedAspect:
    """What is asked of the documents where no fact decides a condition; of its state always in the affirmative."""
    if stated.field == "state":
        negated = (stated.values[0] in ENDED) is not stated.negated
        return replace(bench.recognise(ALIVE), wording=(f"Is it {ALIVE}?",), negated=negated)
    return replace(bench.recognise(stated.words), negated=stated.negated)


def _of_class(understood: Understood, bench: Workbench) -> AskedAspect:
    """What shows that a library is of the class, where nothing else is asked of it."""
    words = [c.words for c in understood.conditions if c.field == "class"]
    return bench.recognise(words[0]) if words else in_own_words(understood.question)


def _judged(
    understood: Understood, matters: Sequence[Matter], bench: Workbench, filters: Filters
) -> tuple[list[Member], dict[Pair, int], int]:
    """Where each entity belongs; the matters that say it of none and so do not decide; see also :func:`_nearest`."""
    pools = [bench.pool(understood, matter.asked, filters) for matter in matters]
    entities, nearest_only = _nearest(_members(understood, bench, filters), pools, bench)
    slugs = [e.slug for e in entities]
    about = _spoken(bench.about(understood, slugs, pools), understood, bench)
    matters = [m if m.condition else replace(m, wanted=bench.wanted(understood, m.asked, slugs)) for m in matters]
    telling = _telling(matters, entities, about, bench)
    unsaid: dict[Pair, int] = {
        (None, matter.asked.aspect.slug): sum(found[place].searched for found in about)
        for place, (matter, tells) in enumerate(zip(matters, telling, strict=True))
        if not tells
    }
    kept = [[f for f, tells in zip(found, telling, strict=True) if tells] for found in about]
    matters = [matter for matter, tells in zip(matters, telling, strict=True) if tells]
    return (
        [
            _member(entity, found, matters, bench, has_objects=bool(understood.objects))
            for entity, found in zip(entities, kept, strict=True)
            if any(f.searched or f.scored for f in found)
        ],
        unsaid,
        nearest_only,
    )


def _telling(
    matters: Sequence[Matter], entities: Sequence[Entity], about: Sequence[Sequence[Found]], bench: Workbench
) -> list[bool]:
    """Of each matter, whether it decides: an aspect only where documents or facts say or deny it of any entity.

    All do where otherwise none would be left.
    """
    least = bench.thresholds["member"]
    tells = [
        matter.condition is not None
        or any(by_text(found[place].scored, least) != UNKNOWN for found in about)
        or any(matter.holds(e, bench.facts.of(e.slug)) is not None for e in entities)
        for place, matter in enumerate(matters)
    ]
    return tells if any(tells) else [True] * len(matters)


def _member(
    entity: Entity, found: Sequence[Found], matters: Sequence[Matter], bench: Workbench, *, has_objects: bool
) -> Member:
    """Where one entity belongs: by fact on each matter, else by the text."""
    least = bench.thresholds["member"]
    facts = bench.facts.of(entity.slug)
    found = [_of_objects(f) if has_objects and not m.condition else f for f, m in zip(found, matters, strict=True)]
    verdicts: list[str] = []
    cited: list[Scored] = []
    for matter, on_it in zip(matters, found, strict=True):
        recorded = matter.verdict(entity, facts)
        verdicts.append(recorded or _turned(by_text(on_it.scored, least), on_it))
        cited += matter.cited(entity, bench.facts) if recorded in (YES, NO) else ()
    says = together(verdicts)
    shown = choose((s for f in found for s in speaking(f.scored, _turned(says, f)) if s.score >= least), QUOTED)
    evidence = [*shown[: QUOTED - 1], *cited] if cited else shown
    if not evidence and says == YES:
        evidence = choose((s for f in found for s in f.scored), 1)
    searched = sum(f.searched for f in found)
    return Member(entity.slug, says if evidence else UNKNOWN, tuple(evidence[:QUOTED]), searched)


def _spoken(about: Sequence[Sequence[Found]], understood: Understood, bench: Workbench) -> list[list[Found]]:
    """The evidence that can decide: it names what the question names, and does not only say that documents are silent.

    Silence counts where the contrary is asked for: "which do *not* run on a GPU".
    """
    named = {f.cell.aspect: _names_in(f.cell.asked, understood, bench) for found in about[:1] for f in found}
    return [[replace(f, scored=[*_deciding(f, named[f.cell.aspect])]) for f in found] for found in about]


def _deciding(found: Found, named: frozenset[str]) -> Iterator[Scored]:
    for s in found.scored:
        is_silence = not found.cell.is_turned and not s.candidate.label and is_silent(s.candidate.text)
        if not is_silence and (not named or not named.isdisjoint(s.candidate.stems)):
            yield s


def _names_in(asked: AskedAspect | None, understood: Understood, bench: Workbench) -> frozenset[str]:
    """Stems of the names in a matter that are no library, language or word of the lexicon: "written in *Fortran*"."""
    names = proper_names(understood.question, asked.wording) if asked else []
    if not names:
        return frozenset()
    lexicon = phrases(tuple(p for a in bench.vocabulary.aspects for p in (*a.question, *a.narrow, *a.strong, *a.weak)))
    is_known = (bool(languages_in(n) or bench.planner.gazetteer.lookup(n) or lexicon.match(n)) for n in names)
    return stems(n for n, known in zip(names, is_known, strict=True) if not known)


def _of_objects(found: Found) -> Found:
    """Only what has to do with the objects of the question: the rest is no answer, however alike it sounds."""
    return replace(found, scored=[s for s in found.scored if s.features["object"] > 0])


def _apart_from_best(members: Sequence[Member], bench: Workbench) -> list[Member]:
    """The members; those found in the documents whose evidence is far below the best are unknown."""
    least = TELLING * max((m.score for m in members if m.verdict == YES), default=0.0)
    return [
        replace(m, verdict=UNKNOWN, evidence=())
        if m.verdict == YES and m.score < least and bench.entities[m.slug].found and not m.has_fact
        else m
        for m in members
    ]


def _turned(verdict: str, found: Found) -> str:
    """The verdict on a matter of which the contrary is asked for."""
    return {YES: NO, NO: YES}.get(verdict, verdict) if found.cell.is_turned else verdict


def recommendation(understood: Understood, bench: Workbench, filters: Filters, limit: int) -> Draft:
    """The libraries of the class that the documents speak for most, need by need, and what speaks against each."""
    needs = understood.aspects or (in_own_words(understood.question),)
    pools = [bench.pool(understood, need, filters) for need in needs]
    entities, nearest_only = _nearest(_eligible(understood, bench, pools, filters), pools, bench)
    about = _spoken(bench.about(understood, [e.slug for e in entities], pools), understood, bench)
    if understood.objects and not understood.aspects:  # "something like pandas": nothing else says what is wanted
        about = [[_of_objects(f) for f in found] for found in about]
    slugs = [e.slug for e in entities]
    asked = [Matter(need, wanted=bench.wanted(understood, need, slugs)) for need in needs]
    recorded = [{e.slug: m.verdict(e, bench.facts.of(e.slug)) for e in entities} for m in asked]
    sure = [verdicts for verdicts in recorded if YES in verdicts.values()]
    merits = []
    for entity, found in zip(entities, about, strict=True):
        slug = entity.slug
        merit = sum(_worth(f, bench) for f in found) / len(needs)
        is_out = any(of[slug] == NO for of in recorded) or any(of[slug] == UNKNOWN for of in sure)
        if merit and not is_out and _meets_conditions(entity, understood, bench):
            merits.append((merit, slug, interleave([_for_need(f, bench, limit) for f in found])))
    best = sorted(merits, key=lambda item: (-item[0], item[1]))[:CONSIDERED]
    ended = _extra(UPKEEP, [slug for _, slug, _ in best], understood, bench, filters, is_denial=True)
    weighed = sorted(
        ((merit * (ABANDONED if slug in ended else 1.0), slug, said) for merit, slug, said in best),
        key=lambda item: (-item[0], item[1]),
    )[:RECOMMENDED]
    short = [item for item in weighed if item[0] >= WORTH * weighed[0][0]]
    limits = _extra(LIMITS, [slug for _, slug, _ in short], understood, bench, filters)
    said = tuple(
        f
        for _, slug, findings in short
        for f in (*findings, *_against(slug, UPKEEP, ended), *_against(slug, LIMITS, limits))
    )
    silent: dict[Pair, int] = {}
    if not said:
        silent = {(None, n.aspect.slug): sum(f[place].searched for f in about) for place, n in enumerate(needs)}
    chosen = tuple(slug for _, slug, _ in short)
    return Draft(chosen, said, silent, nearest=tuple(f.evidence for f in said[:3]), nearest_only=nearest_only)


def _members(understood: Understood, bench: Workbench, filters: Filters) -> list[Entity]:
    """Entities of the class, less those that the filters keep out."""
    return [e for e in of_class(understood, bench.entities) if not filters.entities or e.slug in filters.entities]


def _nearest(entities: list[Entity], pools: Sequence[Pool], bench: Workbench) -> tuple[list[Entity], int]:
    """The entities to look at; and their number, if they are only the nearest ones."""
    if len(entities) <= MOST_MEMBERS:
        return entities, 0
    near, has_others = bench.nearest(pools, MOST_MEMBERS)
    kept = [entity for entity in entities if entity.slug in near]
    return kept, len(kept) if has_others else 0


def _eligible(understood: Understood, bench: Workbench, pools: Sequence[Pool], filters: Filters) -> list[Entity]:
    """Entities of the class; where the question names none, those that a search for the needs meets."""
    entities = _members(understood, bench, filters)
    if understood.languages or understood.categories:
        return entities
    met = {slug for pool in pools for slug in pool.of_entity}
    return [e for e in entities if e.slug in met]


def _meets_conditions(entity: Entity, understood: Understood, bench: Workbench) -> bool:
    """Whether no fact says that an entity fails a condition."""
    facts = bench.facts.of(entity.slug)
    return all(meets(entity, facts, c) is not False for c in deciding(understood))


def _worth(found: Found, bench: Workbench) -> float:
    """What a library is worth for one need: how likely its best evidence meets it, where that outweighs what denies."""
    least = bench.thresholds["member"]
    if _turned(by_text(found.scored, least), found) != YES:
        return 0.0
    return max(s.score for s in speaking(found.scored, _turned(YES, found)))


def _for_need(found: Found, bench: Workbench, limit: int) -> list[Finding]:
    shown = good(found.scored, bench.thresholds["shown"], limit)
    cell = found.cell
    return [Finding(cell.entity, cell.aspect, s, "for" if s.is_denial is cell.is_turned else "against") for s in shown]


def _extra(
    slug: str,
    entities: Sequence[str],
    understood: Understood,
    bench: Workbench,
    filters: Filters,
    *,
    is_denial: bool | None = None,
) -> dict[str, Scored]:
    """The best evidence on an aspect that nobody asked for and advice should tell, where it is likely."""
    aspect = bench.aspect(slug)
    if aspect is None or not entities:
        return {}
    wording = (ALIVE,) if slug == UPKEEP else ()
    question = f"Is it {ALIVE}?" if wording else understood.question
    asked = Understood(question, understood.kind, (), aspects=(AskedAspect(aspect, wording),))
    pools = [bench.pool(asked, asked.aspects[0], filters)]
    best = {}
    for entity, (found,) in zip(entities, bench.about(asked, entities, pools), strict=True):
        likely = [s for s in found.scored if s.score >= bench.thresholds["member"]][:1]
        if likely and (is_denial is None or likely[0].is_denial is is_denial):
            best[entity] = likely[0]
    return best


def _against(slug: str, aspect: str, found: dict[str, Scored]) -> list[Finding]:
    return [Finding(slug, aspect, found[slug], "against")] if slug in found else []
