"""Comparative questions about machine learning libraries, answered with citations from local documents."""

from __future__ import annotations

__version__ = "0.2.0"
