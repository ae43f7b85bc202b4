"""Bounds on the figures of a run, for continuous integration."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from mlsurvey.errors import UsageError
from mlsurvey.evaluation.figures import FIGURES, SUMMARY_FIGURES, Figure

_BOUND = re.compile(r"([^=\s]+)\s*=\s*([0-9.]+)")


@dataclass(frozen=True, slots=True)
class Bound:
    """The minimum or maximum value of a figure."""

    figure: str
    value: float
    is_least: bool


def bounds(least: Iterable[str], greatest: Iterable[str]) -> tuple[Bound, ...]:
    """Parse bounds such as ``cell_recall=0.9``.

    Raises:
        UsageError: a bound is malformed or names an unknown figure.
    """
    typed = [(text, True) for text in least] + [(text, False) for text in greatest]
    return tuple(_bound(text, is_least) for text, is_least in typed)


def breaches(bounds: Sequence[Bound], figures: Iterable[Figure]) -> Iterator[str]:
    """Violated bounds, in words. A figure that could not be measured violates its bounds."""
    by_name = {figure.name: figure.value for figure in figures}
    for bound in bounds:
        value = by_name.get(bound.figure)
        if value is None:
            yield f"{bound.figure} cannot be measured: no question contributes to it"
        elif value < bound.value if bound.is_least else value > bound.value:
            yield f"{bound.figure} is {value:.3f}, {'below' if bound.is_least else 'above'} {bound.value:g}"


def _bound(text: str, is_least: bool) -> Bound:
    if not (match := _BOUND.fullmatch(text.strip())):
        raise UsageError(f"{text!r} is not a bound; type a figure and a number, such as cell_recall=0.9")
    name, number = match.groups()
    if name not in (known := (*FIGURES, *SUMMARY_FIGURES)):
        raise UsageError(f"no figure {name!r}; available: {', '.join(known)}")
    try:
        return Bound(name, float(number), is_least)
    except ValueError as error:
        raise UsageError(f"{number!r} in {text!r} is not a number") from error
