"""The documents: listing, adding, removing, and the refresh."""
