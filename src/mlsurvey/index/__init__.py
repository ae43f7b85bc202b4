"""The persistent index: a catalogue in SQLite, vectors in FAISS, keywords in tantivy, published as one.

``refresh`` writes it, ``Snapshot`` reads one generation of it. The other modules are theirs.
"""
