"""Why a language model wrote nothing."""

from __future__ import annotations


class WriterError(Exception):
    """The model gave no usable reply. The message is shown with the answer, which is complete without the model."""


class ServerError(WriterError):
    """The server of the model failed, so it is not asked again for the same answer."""
