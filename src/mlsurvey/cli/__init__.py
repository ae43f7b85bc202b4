"""The command line: Typer commands with short bodies over :class:`mlsurvey.survey.Survey`."""

from __future__ import annotations

from mlsurvey.cli.app import main

__all__ = ["main"]
