"""Terminal interface of mlsurvey; it stands on the library and is never imported by it."""
