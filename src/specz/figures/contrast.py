"""Contrast of two colours by WCAG 2.2: what can be read, on a white page or a dark one."""

import numpy as np
from matplotlib.colors import to_rgb

from specz.common.arrays import FloatArray

LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
"""Parts of linear red, green and blue in the luminance."""


def linear(rgb: FloatArray) -> FloatArray:
    """Linear light of sRGB from 0 to 1, shape (..., 3) (IEC 61966-2-1)."""
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def contrast(first: str, second: str) -> float:
    """Contrast ratio, from 1 to 21."""
    light = sorted(float(linear(np.array(to_rgb(c))) @ LUMINANCE) for c in (first, second))
    return (light[1] + 0.05) / (light[0] + 0.05)
