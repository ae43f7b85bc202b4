"""From a question to a cited answer: understand, gather evidence for each side, choose, compose, or stay silent."""
