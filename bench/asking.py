"""Questions generated from the contents of an index, for measuring complete answers."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

from measuring import SEED

from mlsurvey.survey import Survey


def comparisons(survey: Survey) -> Iterator[str]:
    """Comparisons of two libraries on one point, without repetition, in a fixed order."""
    names = [entity.name for entity in survey.entities()]
    points = list(survey.aspects().values())
    pairs = itertools.combinations(names, 2)
    found = [f"How do {a} and {b} differ in {point.lower()}?" for a, b in pairs for point in points]
    random.Random(SEED).shuffle(found)
    return iter(found)
