"""A language model writes beside the quotes; what it writes is checked against them before anybody sees it.

The model sees the question and the quotes that the answer already has, and returns text. It calls no tools, opens no
URL, and changes neither the quotes nor what is missing.
"""
