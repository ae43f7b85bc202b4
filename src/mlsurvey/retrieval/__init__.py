"""Hybrid retrieval: one question, two rankings (keyword and dense), one fused list of passages."""
