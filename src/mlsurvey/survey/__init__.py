"""The facade of mlsurvey and its parts: the composition root. Faces import from here and from nothing below."""

from __future__ import annotations

from mlsurvey.survey.collection import Placed
from mlsurvey.survey.facade import MODES, Found, Progress, Survey

__all__ = ["MODES", "Found", "Placed", "Progress", "Survey"]
