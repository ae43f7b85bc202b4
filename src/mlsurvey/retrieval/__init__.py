"""Hybrid retrieval: a keyword and a dense ranking per question, fused into one list of passages."""
