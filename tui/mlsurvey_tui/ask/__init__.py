"""Ask a question: the input, what was understood of it, hits while typing, and the answer."""
