"""Document reading: bytes to text, text to blocks, blocks to passages of quotable sentences."""
