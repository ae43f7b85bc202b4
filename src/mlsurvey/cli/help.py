"""Help texts with examples."""

from __future__ import annotations


def with_examples(summary: str, *examples: str) -> str:
    """Help of a command: what it does, then commands to copy, one a line."""
    return f"{summary}\n\n\b\nExamples:\n" + "\n".join(f"  mlsurvey {example}" for example in examples)
