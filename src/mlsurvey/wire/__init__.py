"""The public contract as typed models of requests and replies.

It is the single source for the server, its clients and its OpenAPI description.
Where a type of :mod:`mlsurvey.types` is sent as it is, such as an answer, it is
the model itself. The other models add no values of their own: what is sent is
what :mod:`mlsurvey.rendering.json` makes of the types, and tests compare the two
field by field. Requests reject unknown fields; replies may gain new ones, which
older clients ignore.
"""
