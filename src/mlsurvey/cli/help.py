"""Help texts with examples."""

from __future__ import annotations


def with_examples(summary: str, *examples: str) -> str:
    """Return the help of a command: the summary, then one example per line."""
    return f"{summary}\n\n\b\nExamples:\n" + "\n".join(f"  mlsurvey {example}" for example in examples)
