"""The history of questions and answers."""
