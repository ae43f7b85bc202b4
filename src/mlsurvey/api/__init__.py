"""The HTTP API: the survey as a service for other programs.

Nothing outside this package depends on its web framework, and asking or searching
from the command line does not load it.
"""
