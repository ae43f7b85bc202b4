"""The persistent index: a catalogue in SQLite, vectors in FAISS, keywords in tantivy, published together.

``refresh`` writes it, ``Snapshot`` reads one generation. The other modules are internal.
"""
