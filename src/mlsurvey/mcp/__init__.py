"""The survey as tools for agents, by the Model Context Protocol.

The tools only read. They take and give what the HTTP API takes and gives, with
the same schemas; what differs is who runs them: a process of its own that
speaks on standard input and output, or the HTTP service.
"""
