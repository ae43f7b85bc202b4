"""Ask a question: the input, how it was understood, hits while typing, and the answer."""
