"""Export an answer to a file."""
