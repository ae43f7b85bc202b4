"""Names known to mlsurvey: entities (libraries) and aspects (points of comparison). Data, not code."""
