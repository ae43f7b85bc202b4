"""What mlsurvey knows by name: entities (libraries) and aspects (points of comparison). Data, not code."""
