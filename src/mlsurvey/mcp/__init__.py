"""The survey as tools for agents, over the Model Context Protocol.

The tools are read-only. They take and return the same data as the HTTP API, with
the same schemas. They run either in a separate process that communicates over
standard input and output, or in the HTTP service.
"""
