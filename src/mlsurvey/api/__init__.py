"""The HTTP API: the survey as a service that other programs build on.

Nothing outside this package knows its web framework, and nothing that asks or
searches from the command line loads it.
"""
