"""The documents: what there is, what is added and removed, and the refresh."""
