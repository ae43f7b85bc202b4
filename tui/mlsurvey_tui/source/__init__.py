"""The document behind a quote."""
