"""The version of the chunker, apart from it: who compares versions need not load a Markdown parser."""

from __future__ import annotations

CHUNKER_VERSION = 2
"""Raised with every change that makes other passages of the same document."""
