"""Chunker version, in its own module: comparing versions does not need the Markdown parser."""

from __future__ import annotations

CHUNKER_VERSION = 5
"""Bumped with every change that alters the passages of a document."""
