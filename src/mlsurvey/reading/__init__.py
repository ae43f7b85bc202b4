"""Reading documents: bytes to text, text to blocks, blocks to passages with sentences that can be quoted."""
