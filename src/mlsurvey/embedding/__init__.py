"""Texts to vectors. Passages go through PyTorch, questions through the same model exported to ONNX.

``models`` knows a model by its files alone, ``passages`` and ``export`` load PyTorch,
``questions`` never does. Import the module that is needed; nothing is re-exported here.
"""
