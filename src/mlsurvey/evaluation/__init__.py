"""Evaluate answers on questions with known evidence."""
