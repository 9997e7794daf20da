"""Keras, loaded on first use and without TensorFlow's start-up messages.

Loading takes seconds, so commands that only list or plan avoid it. TensorFlow writes messages to
the standard error stream before it reads its log level (tensorflow/tensorflow#100442), so that
stream is closed during loading.

By default JAX takes most of an accelerator's memory at once, rounds factors to ten bits, and adds
in an order that changes between runs. The settings below let experiments share an accelerator,
compute in single precision as on a CPU, and repeat to the last digit.
"""

import importlib.util
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
"""Name of the device if there is no accelerator."""

LIBRARIES = {
    "tensorflow": ("tensorflow-cpu", "tensorflow"),
    "jax": ("jax", "jaxlib"),
    "torch": ("torch",),
}
"""Distributions whose versions are part of a recipe, for each backend."""


def backend() -> str:
    """Name of the backend in ``KERAS_BACKEND``, by default TensorFlow.

    Raises
    ------
    ValueError
        If Keras cannot train with it, or it is not installed.
    """
    name = os.environ.get("KERAS_BACKEND", "tensorflow")
    checks.choice("KERAS_BACKEND", name, LIBRARIES)
    if not _installed(name):
        there = ", ".join(filter(_installed, LIBRARIES)) or "none"
        raise ValueError(
            f"KERAS_BACKEND must be a backend that is installed, of which there are: {there}; "
            f"got {name!r}"
        )
    return name


def _installed(module: str) -> bool:
    return module in sys.modules or importlib.util.find_spec(module) is not None


@cache
def load_keras() -> ModuleType:
    """Import Keras with its :func:`backend`."""
    backend()
    with _silent_stderr():
        # TensorFlow warns that it traces every loaded model again.
        logging.getLogger("tensorflow").setLevel(logging.ERROR)
        keras = importlib.import_module("keras")
        keras.ops.zeros(1)  # the first operation writes messages too
    return keras


def device() -> str:
    """Device of the backend: ``CPU``, or the name that the accelerator reports."""
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
