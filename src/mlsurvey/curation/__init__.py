"""The form of a kept corpus: profiles, surveys, names and sources, and the check that they hold together."""
