"""Keeps an index in Milvus instead of a folder: for more than one machine has room for."""
