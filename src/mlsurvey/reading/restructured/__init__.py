"""Converts reStructuredText to blocks.

The rules of what begins and ends a block are those of docutils
(``docutils.parsers.rst.states``), reimplemented: docutils only knows the line of
a node, and often the wrong one; it stops at unknown directives and roles,
common in documents written for Sphinx; and all spans must be exact. Where docutils
reports an error, the text is read on as well as possible.
"""
