"""Terminal interface of mlsurvey. It builds on the library and is never imported by it."""
