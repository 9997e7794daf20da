"""Standard normal numbers addressed by a counter, compiled: bit for bit those of NumPy.

Philox 4×64 with ten rounds (Salmon et al. 2011, SC '11) turns a key and a counter of four words
into four random words. The ziggurat of Marsaglia & Tsang (2000, J. Stat. Softw. 5, 8) turns each
half of a word into a float32 normal number, with the tables of NumPy, which Numba carries. The
numbers are those of ``numpy.random.Generator(Philox(...)).standard_normal(dtype=float32)``, drawn
without Python's lock, so in parallel threads, and nearly three times as fast.
"""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numba.np.random._constants import (
    fi_float,
    ki_float,
    wi_float,
    ziggurat_nor_inv_r_f,
    ziggurat_nor_r_f,
)

ROUNDS = 10
MULTIPLIERS = np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157)
WEYL = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B)
"""Constants of Philox: factors of its products, and increments of the key per round."""

TAIL, INVERSE_TAIL = np.float32(ziggurat_nor_r_f), np.float32(ziggurat_nor_inv_r_f)
"""Start of the ziggurat's tail, and its inverse."""

UNIT = np.float32(2.0**-24)
"""Factor from 24 random bits to a number between 0 and 1."""

BUFFER = 256
"""Random half-words per refill; a multiple of eight, the half-words of a block."""


def _product(_: Any, a: Any, b: Any) -> Any:
    """High word of the product of two words: Numba has no integers of 128 bits, LLVM has."""

    def generate(context: Any, builder: Any, signature: Any, words: Any) -> Any:
        wide = ir.IntType(128)
        product = builder.mul(*(builder.zext(word, wide) for word in words))
        return builder.trunc(builder.lshr(product, ir.Constant(wide, 64)), ir.IntType(64))

    return types.uint64(types.uint64, types.uint64), generate


_high_product: Any = intrinsic(_product)


@njit(nogil=True, cache=True)
def _refill(
    bits: npt.NDArray[np.uint32],
    block: np.uint64,
    example: np.uint64,
    epoch: np.uint64,
    key: np.uint64,
) -> np.uint64:
    """Fill ``bits`` with the blocks after ``block``, each word's low half first; return the last.

    The counter is (block, 0, example, epoch).
    """
    half, low = np.uint64(32), np.uint64(0xFFFFFFFF)
    for at in range(0, len(bits), 8):
        block += np.uint64(1)
        a, b, c, d = block, np.uint64(0), example, epoch
        key_0, key_1 = key, np.uint64(0)
        for _ in range(ROUNDS):
            high_0, low_0 = _high_product(MULTIPLIERS[0], a), MULTIPLIERS[0] * a
            high_1, low_1 = _high_product(MULTIPLIERS[1], c), MULTIPLIERS[1] * c
            a, b, c, d = high_1 ^ b ^ key_0, low_1, high_0 ^ d ^ key_1, low_0
            key_0, key_1 = key_0 + WEYL[0], key_1 + WEYL[1]
        bits[at], bits[at + 1] = a & low, a >> half
        bits[at + 2], bits[at + 3] = b & low, b >> half
        bits[at + 4], bits[at + 5] = c & low, c >> half
        bits[at + 6], bits[at + 7] = d & low, d >> half
    return block


@njit(nogil=True, cache=True)
def add_normal(
    flux: npt.NDArray[np.float32],
    sigma: npt.NDArray[np.float32],
    key: np.uint64,
    example: npt.NDArray[np.uint64],
    epoch: np.uint64,
) -> None:
    """Add normal numbers of standard deviation ``sigma`` to spectra, in place.

    Parameters
    ----------
    flux : ndarray, shape (n_spectra, n_pixels), float32
    sigma : ndarray, shape (n_pixels,), float32
    key : uint64
        Number of the random stream.
    example : ndarray of uint64, shape (n_spectra,)
    epoch : uint64
        Together with the example, the address of the spectrum within the stream.
    """
    bits = np.empty(BUFFER, dtype=np.uint32)
    for i in range(flux.shape[0]):
        block, at = np.uint64(0), BUFFER
        for j in range(flux.shape[1]):
            while True:
                if at == BUFFER:
                    block, at = _refill(bits, block, example[i], epoch, key), 0
                layer, size = bits[at] & np.uint32(0xFF), bits[at] >> np.uint32(9)
                x = np.float32(size) * wi_float[layer]
                x = -x if bits[at] & np.uint32(0x100) else x
                at += 1
                if size < ki_float[layer]:  # 99 % end here
                    break
                if layer == 0:
                    beyond = np.float32(0)
                    while True:
                        if at == BUFFER:
                            block, at = _refill(bits, block, example[i], epoch, key), 0
                        beyond = -INVERSE_TAIL * np.log1p(-_uniform(bits[at]))
                        at += 1
                        if at == BUFFER:
                            block, at = _refill(bits, block, example[i], epoch, key), 0
                        other = -np.log1p(-_uniform(bits[at]))
                        at += 1
                        if other + other > beyond * beyond:
                            break
                    x = -(TAIL + beyond) if size & np.uint32(0x100) else TAIL + beyond
                    break
                if at == BUFFER:
                    block, at = _refill(bits, block, example[i], epoch, key), 0
                height = (fi_float[layer - 1] - fi_float[layer]) * _uniform(bits[at]) + fi_float[
                    layer
                ]
                at += 1
                if height < math.exp(-0.5 * np.float64(x) * np.float64(x)):
                    break
            flux[i, j] += x * sigma[j]


@njit(nogil=True, cache=True)
def _uniform(bits: np.uint32) -> np.float32:
    return np.float32(bits >> np.uint32(8)) * UNIT
