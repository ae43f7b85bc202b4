"""The form of a profile, as :mod:`mlsurvey.curation.profile` has it, for files."""

from __future__ import annotations

from pathlib import Path

from mlsurvey.curation.profile import SECTIONS, Profile, Sentence, body, footnotes, references
from mlsurvey.curation.profile import parse as parse_text

__all__ = ["SECTIONS", "Profile", "Sentence", "body", "footnotes", "parse", "references"]


def parse(path: Path) -> Profile:
    """Read the profile in a file."""
    return parse_text(path.read_text("utf-8"), str(path))
