"""Keras, loaded when first needed and without TensorFlow's start-up chatter.

Loading it takes seconds, and commands that only list or plan do without. TensorFlow writes
notices to the standard error stream before its own log level is read
(tensorflow/tensorflow#100442), so that stream is closed for the moment of loading.

On an accelerator JAX would take most of its memory at once, round what it multiplies to ten
bits, and add in an order that changes from run to run. Here experiments share one, compute in
single precision as on a CPU, and repeat to the last digit.
"""

import importlib
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import ModuleType

from specz.common import checks

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
os.environ.setdefault("JAX_DEFAULT_MATMUL_PRECISION", "float32")
os.environ.setdefault("XLA_FLAGS", "--xla_gpu_deterministic_ops=true")

CPU = "CPU"
"""The device where there is no accelerator."""

LIBRARIES = {
    "tensorflow": ("tensorflow-cpu", "tensorflow"),
    "jax": ("jax", "jaxlib"),
    "torch": ("torch",),
}
"""Distributions whose versions count, for each backend."""


def backend() -> str:
    """Name of the backend: that in ``KERAS_BACKEND``, TensorFlow by default.

    Raises
    ------
    ValueError
        If Keras has no such backend that trains.
    """
    name = os.environ.get("KERAS_BACKEND", "tensorflow")
    checks.choice("KERAS_BACKEND", name, LIBRARIES)
    return name


@cache
def load_keras() -> ModuleType:
    """Import Keras with its :func:`backend`."""
    backend()
    with _silent_stderr():
        logging.getLogger("tensorflow").setLevel(
            logging.ERROR
        )  # a model loaded anew is traced anew
        keras = importlib.import_module("keras")
        keras.ops.zeros(1)  # the first operation has notices of its own
    return keras


def device() -> str:
    """What the backend computes on: ``CPU``, or the name that the accelerator gives itself."""
    load_keras()
    if backend() == "torch":
        torch = importlib.import_module("torch")
        return str(torch.cuda.get_device_name()) if torch.cuda.is_available() else CPU
    if backend() == "jax":
        (first, *_) = importlib.import_module("jax").devices()
        return CPU if first.platform == "cpu" else str(first.device_kind)
    config = importlib.import_module("tensorflow").config
    found = config.list_physical_devices("GPU")
    if not found:
        return CPU
    return str(config.experimental.get_device_details(found[0]).get("device_name", "GPU"))


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
