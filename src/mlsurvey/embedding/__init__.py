"""Embedding of texts. Passages use PyTorch, questions the same model exported to ONNX.

``models`` reads only model files, ``passages`` and ``export`` load PyTorch,
``questions`` never does. Import the module needed; nothing is re-exported here.
"""
