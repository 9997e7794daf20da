"""Keras, loaded when first needed and without TensorFlow's start-up chatter.

Loading it takes seconds, and commands that only list or plan do without. TensorFlow writes
notices to the standard error stream before its own log level is read
(tensorflow/tensorflow#100442), so that stream is closed for the moment of loading.
"""

import importlib
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


@cache
def load_keras() -> ModuleType:
    """Import Keras with the backend named by ``KERAS_BACKEND``, TensorFlow by default."""
    with _silent_stderr():
        logging.getLogger("tensorflow").setLevel(
            logging.ERROR
        )  # a model loaded anew is traced anew
        keras = importlib.import_module("keras")
        keras.ops.zeros(1)  # the first operation has notices of its own
    return keras


def device() -> str:
    """Kind of device that the backend computes on: ``CPU`` or ``GPU``."""
    keras = load_keras()
    if keras.backend.backend() == "torch":
        torch = importlib.import_module("torch")
        return "GPU" if torch.cuda.is_available() else "CPU"
    names = keras.distribution.list_devices()
    return "GPU" if any(name.startswith(("gpu", "cuda")) for name in names) else "CPU"


@contextmanager
def _silent_stderr() -> Iterator[None]:
    sys.stderr.flush()
    kept, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
