"""Fetch upstream documents into the corpus folder, and record their origin."""
