"""Changes to the documents and subjects of a corpus, and whether its files still agree with the index."""
