"""Wait for what another process does."""

import time


def until(condition, seconds=100):
    """Return when ``condition()`` holds; TimeoutError if it does not within ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{seconds} s have passed")
        time.sleep(0.02)
