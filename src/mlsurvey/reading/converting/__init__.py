"""Conversion of other formats: the bytes of a PDF, a web page, a notebook or a Word file to Markdown.

All else works on the text that comes out: it is parsed, cut, stored in the index, shown and quoted.
"""
