"""Version of what is noted of a document."""

from __future__ import annotations

SUBJECTS_VERSION = 1
"""Incremented when :mod:`mlsurvey.subjects` finds other things in the same documents: they are then read again."""
