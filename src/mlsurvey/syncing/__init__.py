"""Fetch upstream documents into the corpus folder, and know where each came from."""
