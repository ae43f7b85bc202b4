"""Every question and its answer, kept."""
