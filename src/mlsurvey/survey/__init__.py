"""The facade of mlsurvey: the composition root. User interfaces import only from here."""

from __future__ import annotations

from mlsurvey.answering.parts import Part, Passages
from mlsurvey.answering.understood import Understood
from mlsurvey.calling import Progress
from mlsurvey.survey.collection import Placed
from mlsurvey.survey.facade import MODES, Survey
from mlsurvey.survey.found import Found, Listed
from mlsurvey.survey.uploading import Condition, ConditionError, Stored
from mlsurvey.vocabulary.edits import Edit

__all__ = [
    "MODES",
    "Condition",
    "ConditionError",
    "Edit",
    "Found",
    "Listed",
    "Part",
    "Passages",
    "Placed",
    "Progress",
    "Stored",
    "Survey",
    "Understood",
]
