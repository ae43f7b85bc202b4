"""What the documents are about: listing it, and correcting it."""
