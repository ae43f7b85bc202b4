"""Finds what documents are about, and by which points they can be compared, from the documents themselves. Pure.

:mod:`~mlsurvey.subjects.gather` takes one document and notes where names and labels stand in it. These traces are kept
with the document, so that a refresh reads changed documents only. :mod:`~mlsurvey.subjects.propose` puts the traces of
all documents together, which takes no reading. No word list of any field decides.
"""
