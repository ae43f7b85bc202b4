"""The public contract as typed models: what programs send, and what they get.

One truth for the server, its clients and its OpenAPI description. The models
add no values of their own: what is sent is what :mod:`mlsurvey.rendering.json`
makes of the nouns, and the tests hold the two together, field by field.
Requests refuse unknown fields; replies may grow new ones, which an older client
leaves alone.
"""
