"""What is known about whom, for every face of the service; counted once per generation."""

from __future__ import annotations

from mlsurvey.api.service import Service
from mlsurvey.calling import Cancelled
from mlsurvey.coverage import Coverage
from mlsurvey.wire.coverage import CoverageOptions


def coverage(service: Service, wanted: CoverageOptions, cancelled: Cancelled) -> tuple[str, Coverage]:
    """Return the id of the generation and the counts. Call it in a thread; raises like the survey's method."""
    asked = CoverageOptions.model_validate({name: getattr(wanted, name) for name in CoverageOptions.model_fields})

    def compute() -> tuple[str, Coverage]:
        generation, found = service.survey.coverage(
            filters=asked.filters(),
            classes=asked.category,
            aspects=asked.aspect,
            every=asked.every,
            cancelled=cancelled,
        )
        return generation.id, found

    return service.remembered("coverage", asked.model_dump_json(), compute)


def ordered(found: Coverage, order: str) -> Coverage:
    """Return the counts with their rows by name, or as they are: most known first."""
    if order == "known":
        return found
    rows = tuple(sorted(found.rows, key=lambda row: row.name.casefold()))
    return Coverage(found.points, rows, found.read, found.passages)
