"""An engine behind a server."""
