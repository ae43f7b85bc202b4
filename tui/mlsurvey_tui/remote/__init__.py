"""The engine for a server."""
