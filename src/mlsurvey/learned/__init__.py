"""What was learnt from labelled questions: a network that reads a question and judges evidence, and its numbers."""
