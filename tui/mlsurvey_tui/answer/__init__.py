"""Show an answer."""
