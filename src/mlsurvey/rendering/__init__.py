"""An answer, a list of hits or a report in a form to read: terminal, Markdown, JSON. Nothing here reads or prints."""
