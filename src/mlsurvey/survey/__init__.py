"""The facade of mlsurvey: the composition root. User interfaces import only from here."""

from __future__ import annotations

from mlsurvey.answering.parts import Part, Passages, ends
from mlsurvey.answering.understood import Understood
from mlsurvey.calling import Progress
from mlsurvey.documents.collection import Placed
from mlsurvey.documents.uploading import Condition, ConditionError, Stored
from mlsurvey.survey.facade import MODES, Survey
from mlsurvey.survey.results import Listed, Results
from mlsurvey.vocabulary.edits import Edit

__all__ = [
    "MODES",
    "Condition",
    "ConditionError",
    "Edit",
    "Listed",
    "Part",
    "Passages",
    "Placed",
    "Progress",
    "Results",
    "Stored",
    "Survey",
    "Understood",
    "ends",
]
