"""The page in a browser: answers, documents and jobs as views, and the templates that show them.

Pure, except that templates are read once: what is shown comes in as the program's own types and leaves as HTML.
:mod:`mlsurvey.api.pages` serves it.
"""
