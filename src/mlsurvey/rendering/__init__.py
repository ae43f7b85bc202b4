"""Renders answers, hits and reports for terminals and as Markdown, JSON and other formats. Nothing here does I/O."""
