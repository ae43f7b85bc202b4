"""From a question to a cited answer: parse, gather evidence for each side, select, and compose, or abstain."""
