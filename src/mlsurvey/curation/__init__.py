"""The format of a curated corpus: profiles, surveys, names and sources, and a consistency check."""
