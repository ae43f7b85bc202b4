"""Take an answer away as a file."""
