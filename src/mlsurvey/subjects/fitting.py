"""The vocabulary that fits an index: what is declared, and what was found in its documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mlsurvey.found import Found
from mlsurvey.types import Aspect
from mlsurvey.vocabulary.load import Vocabulary
from mlsurvey.vocabulary.phrases import phrases

PURPOSE = "purpose"
"""The aspect that says what a thing is and is for: it fits every field."""


def fitting(vocabulary: Vocabulary, found: Found) -> Vocabulary:
    """The aspects and classes by which the documents can be asked.

    In the field of the bundled vocabulary, its aspects come first, and those found add what it lacks. In any other
    field, what was found comes first, and a bundled aspect is used only if a heading of the documents is a name of it.
    """
    own = [aspect for aspect in vocabulary.aspects if aspect.slug not in vocabulary.bundled_aspects]
    bundled = [aspect for aspect in vocabulary.aspects if aspect.slug in vocabulary.bundled_aspects]
    if found.in_field:
        declared = [*vocabulary.aspects]
        more = [replace(aspect, core=False) for aspect in _lacking(found.aspects, declared)]
        aspects, categories = [*declared, *more], [*vocabulary.categories]
    else:
        fit = [a for a in bundled if a.slug == PURPOSE or any(_is_name(label, a) for label in found.aspects)]
        aspects = [*own, *_lacking(found.aspects, [*own, *fit]), *fit]
        categories = [one for one in vocabulary.categories if one.slug not in vocabulary.bundled_aspects]
        known = {category.slug for category in categories}
        categories += [category for category in found.categories if category.slug not in known]
    return replace(vocabulary, aspects=tuple(aspects), categories=tuple(categories))


def _lacking(found: Iterable[Aspect], declared: Iterable[Aspect]) -> list[Aspect]:
    """The aspects that are none of the declared ones by another name."""
    known = [*declared]
    slugs = {aspect.slug for aspect in known}
    return [one for one in found if one.slug not in slugs and not any(_is_name(one, aspect) for aspect in known)]


def _is_name(label: Aspect, aspect: Aspect) -> bool:
    """Whether a label of the documents is a name of the aspect: a heading for it, and a wording that asks for it."""
    name = label.name.lower()
    if label.slug == aspect.slug or name == aspect.name.lower():
        return True
    return all(
        any(len(span) == len(name) for span in phrases(words).found(name)) for words in (aspect.labels, aspect.question)
    )
