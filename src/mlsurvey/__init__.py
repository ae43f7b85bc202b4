"""Comparative questions about machine learning libraries, answered with citations from local documents."""

from __future__ import annotations

from mlsurvey.quiet import be_quiet

__version__ = "0.2.0"

be_quiet()
