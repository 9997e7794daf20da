"""Random forests for many classes, compiled by Numba at the first call.

The trees are those of scikit-learn, grown from the same seeds, split for split. Scikit-learn sums
over all classes at each threshold that it tries. Here the two sums of squares of Gini's impurity
change with the one spectrum that changes sides, and a leaf keeps its spectra in place of one number
per class: with 800 classes a hundred trees become affordable.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from specz.common.arrays import FloatArray, Flux, IntArray
from specz.estimators.redshift_scan import in_threads

ALIKE = np.float32(1e-7)
"""Values no further apart are not separated, as in scikit-learn."""

Keys = npt.NDArray[np.uint64]
Ranks = npt.NDArray[np.uint32]
HALF = np.uint64(32)

Codes = npt.NDArray[np.uint32]
"""Class of a spectrum, and in the last bits how often it was drawn, which is at least once."""
WEIGHT = np.uint32(8)
HEAVIEST = np.uint32(255)

NEXT = np.uint32(2**31)
"""Bit of a spectrum in the order of a pixel: the next value may be alike."""

LEAF = -1
"""In place of a feature."""

INT32_MAX = 2**31 - 1

FRACTION = 8
"""A node with at least an eighth of the spectra that are kept in order is picked from these."""

MANY = 1000
"""A node of so many spectra, or more, that is half as large as the last one keeps its own order."""

SHORT = 24
"""Up to so many values, insertion sorts them sooner than byte by byte."""


class Tree(NamedTuple):
    """A fully grown tree; the first node is the root.

    Attributes
    ----------
    feature : ndarray, shape (n_nodes,)
        Pixel that a node asks; :data:`LEAF` in a leaf.
    threshold : ndarray, shape (n_nodes,)
        Spectra up to this value go left.
    first, second : ndarray, shape (n_nodes,)
        Left and right child; of a leaf the range of its spectra in ``spectra``.
    spectra : ndarray
        Index of the training spectra that were drawn, leaf by leaf.
    weights : ndarray, shape (n_train,)
        How often each training spectrum was drawn.
    """

    feature: IntArray
    threshold: FloatArray
    first: IntArray
    second: IntArray
    spectra: IntArray
    weights: IntArray


def grow(flux: Flux, labels: IntArray, trees: int, features: int, seed: int) -> list[Tree]:
    """Grow the trees of scikit-learn's forest with ``random_state=seed``.

    Parameters
    ----------
    flux : ndarray, shape (n_train, n_pixels)
    labels : ndarray, shape (n_train,)
    trees : int
    features : int
        Pixels tried at each split.
    seed : int
    """
    values = np.ascontiguousarray(flux.T)
    order, ranks = np.empty(values.shape, np.uint32), np.empty(values.shape, np.uint32)
    n = len(labels)

    def arrange(pixel: int) -> None:
        order[pixel] = np.argsort(values[pixel])
        ranks[pixel, order[pixel]] = np.arange(n)
        ascending = values[pixel, order[pixel]]
        order[pixel, :-1] |= NEXT * (ascending[1:] <= ascending[:-1] + ALIKE)

    in_threads(arrange, len(ranks))
    random = np.random.RandomState(seed)
    seeds = [random.randint(INT32_MAX) for _ in range(trees)]

    def tree(k: int) -> Tree:
        drawn = np.random.RandomState(seeds[k]).randint(0, n, n, dtype=np.int32)
        weights = np.bincount(drawn, minlength=n)
        start = np.random.RandomState(seeds[k]).randint(0, INT32_MAX)
        return Tree(*_grow(values, order, ranks, labels, weights, features, start), weights)

    return in_threads(tree, trees)


def probabilities(trees: list[Tree], labels: IntArray, flux: Flux, n_classes: int) -> FloatArray:
    """Mean over the trees of the share of each class in a spectrum's leaf, (n_spectra, n_classes).

    ``labels``, shape (n_train,), are those that the trees were grown with.
    """
    out = np.zeros((len(flux), n_classes))
    parts = np.array_split(np.arange(len(flux)), max(1, len(flux) // 256))

    def add(k: int) -> None:
        for tree in trees:
            _add_shares(tree, labels, flux[parts[k]], out[parts[k][0] : parts[k][-1] + 1])

    if len(flux):
        in_threads(add, len(parts))
    return out / len(trees)


@njit(nogil=True, cache=True)
def _add_shares(tree: Tree, labels: IntArray, flux: Flux, out: FloatArray) -> None:
    for i in range(len(flux)):
        node = 0
        while tree.feature[node] != LEAF:
            left = flux[i, tree.feature[node]] <= tree.threshold[node]
            node = tree.first[node] if left else tree.second[node]
        leaf = tree.spectra[tree.first[node] : tree.second[node]]
        total = tree.weights[leaf].sum()
        for j in leaf:
            out[i, labels[j]] += tree.weights[j] / total


@njit(nogil=True, cache=True)
def _random(state: np.uint64) -> np.uint64:
    """Scikit-learn's generator of feature numbers, a xorshift of 32 bits (Marsaglia 2003)."""
    mask = np.uint64(0xFFFFFFFF)
    if state == np.uint64(0):
        state = np.uint64(1)
    state ^= (state << np.uint64(13)) & mask
    state ^= state >> np.uint64(17)
    return state ^ ((state << np.uint64(5)) & mask)


@njit(nogil=True, cache=True)
def _sort(keys: Keys, room: Keys, n_ranks: int) -> None:
    """Sort ``keys`` by the rank in their upper half; ``room`` is as long."""
    n = len(keys)
    if n <= SHORT:
        for i in range(1, n):
            key, j = keys[i], i
            while j > 0 and keys[j - 1] > key:
                keys[j] = keys[j - 1]
                j -= 1
            keys[j] = key
        return
    shift, ends = HALF, np.empty(257, np.int64)
    while n_ranks >> (shift - HALF):  # byte by byte, the lowest first
        ends[:] = 0
        for i in range(n):
            ends[((keys[i] >> shift) & np.uint64(255)) + np.uint64(1)] += 1
        for byte in range(256):
            ends[byte + 1] += ends[byte]
        for i in range(n):
            byte = (keys[i] >> shift) & np.uint64(255)
            room[ends[byte]] = keys[i]
            ends[byte] += 1
        keys[:] = room
        shift += np.uint64(8)


@njit(nogil=True, cache=True)
def _arrange(
    node: IntArray,
    inside: Codes,
    order: Ranks,
    ranks: Ranks,
    arranged: Ranks,
    codes: Codes,
    keys: Keys,
    room: Keys,
) -> None:
    """Write the spectra of a ``node`` into ``arranged`` by their value in one pixel.

    Their codes go to ``codes``. The spectra of a large node are picked from the ``order`` of a node
    above; those of a small one are sorted by their ``ranks``. ``inside`` holds the code of each
    spectrum in the node, and 0 for the others.
    """
    n = len(node)
    if FRACTION * n >= len(order):
        i = 0
        for spectrum in order:
            code = inside[spectrum & ~NEXT]
            arranged[i], codes[i] = spectrum, code
            i += code != 0
            if i == n:
                return
    for i in range(n):
        keys[i] = (np.uint64(ranks[node[i]]) << HALF) | np.uint64(node[i])
    _sort(keys[:n], room[:n], len(ranks))
    for i in range(n):
        spectrum = np.uint32(keys[i] & np.uint64(0xFFFFFFFF))
        arranged[i], codes[i] = spectrum | NEXT, inside[spectrum]


@njit(nogil=True, cache=True)
def _those_inside(n: int, inside: Codes, order: Ranks) -> Ranks:
    """The ``n`` spectra of a node in the order of each pixel, from the order of a node above."""
    out, row = np.empty((len(order), n), np.uint32), np.empty(n + 1, np.uint32)
    for pixel in range(len(order)):
        i = 0
        for spectrum in order[pixel]:
            row[i] = spectrum
            i += inside[spectrum & ~NEXT] != 0
            if i == n:
                break
        out[pixel] = row[:n]
    return out


@njit(nogil=True, cache=True)
def _cut(
    arranged: Ranks,
    codes: Codes,
    values: Flux,
    doubled: FloatArray,
    counts: FloatArray,
    total: float,
    squares: float,
    best: float,
) -> tuple[float, int]:
    """Gain of the best threshold in one pixel and how many spectra are left of it.

    They are ``best`` and 0 where no threshold gains more than that. ``doubled`` is twice the number
    of spectra of each class, ``squares`` the sum of their squares. All sums are of whole numbers
    that a float holds exactly. ``counts``, of the spectra left of a threshold, is zero at the start
    and at the end.
    """
    n, cut = len(arranged), 0
    on_left, left, right = 0.0, 0.0, squares
    for i in range(n - 1):
        label, w = codes[i] >> WEIGHT, float(codes[i] & HEAVIEST)
        change = w * (2 * counts[label] + w)
        left += change
        right += change - w * doubled[label]
        counts[label] += w
        on_left += w
        if arranged[i] & NEXT:
            below, above = values[arranged[i] & ~NEXT], values[arranged[i + 1] & ~NEXT]
            if above <= below + ALIKE:
                continue
        on_right = total - on_left
        # Two divisions are spared where the gain is clearly below the best.
        if left * on_right + right * on_left < on_left * on_right * (best + total - 1e-6):
            continue
        gain = -on_right * (1 - right / (on_right * on_right))
        gain -= on_left * (1 - left / (on_left * on_left))  # rounded as there
        if gain > best:
            best, cut = gain, i + 1
    if n > len(counts):
        counts[:] = 0
    else:
        for i in range(n - 1):
            counts[codes[i] >> WEIGHT] = 0
    return best, cut


@njit(nogil=True, cache=True)
def _grow(
    values: Flux,
    order: Ranks,
    ranks: Ranks,
    labels: IntArray,
    weights: IntArray,
    features: int,
    start: int,
) -> tuple[IntArray, FloatArray, IntArray, IntArray, IntArray]:
    """Grow one tree depth first, left before right.

    The ``values`` of each pixel, the ``order`` of the spectra in it and their ``ranks`` have shape
    (n_pixels, n_train). ``start`` is the state of the generator that draws pixels. Pixels in which
    the spectra of a node are alike are remembered, as they are alike below it too.
    """
    spectra = np.flatnonzero(weights)
    n, n_pixels = len(spectra), len(ranks)
    node_feature = np.full(2 * n - 1, LEAF, np.int32)
    node_threshold = np.zeros(2 * n - 1)
    node_first = np.zeros(2 * n - 1, np.int32)
    node_second = np.zeros(2 * n - 1, np.int32)
    pixels, alike = np.arange(n_pixels), np.empty(n_pixels, np.int64)
    inside = np.zeros(len(labels), np.uint32)
    doubled, counts = np.zeros(labels.max() + 1), np.zeros(labels.max() + 1)
    keys, room = np.empty(n, np.uint64), np.empty(n, np.uint64)
    arranged, codes = np.empty(n + 1, np.uint32), np.empty(n + 1, np.uint32)
    right_of_it = np.empty(n, spectra.dtype)
    state = np.uint64(start)
    # Of nodes that wait: their spectra, the node above, whether left of it, pixels known alike.
    stack = [(0, n, -1, False, 0)]
    # Of the root and of nodes below it, each inside the one before: their spectra, and in order.
    for i in spectra:
        inside[i] = 1
    spans, orders = [(0, n)], [_those_inside(n, inside, order)]
    node = 0
    while stack:
        low, high, above, is_left, n_known = stack.pop()
        if above >= 0 and is_left:
            node_first[above] = node
        elif above >= 0:
            node_second[above] = node
        node_first[node], node_second[node] = low, high
        total, squares = 0.0, 0.0  # squares: sum over classes of the squared counts
        for i in spectra[low:high]:
            squares += weights[i] * (doubled[labels[i]] + weights[i])
            doubled[labels[i]] += 2 * weights[i]
            total += weights[i]
            inside[i] = (labels[i] << WEIGHT) | weights[i]
        while high > spans[-1][1] or low < spans[-1][0]:
            spans.pop()
            orders.pop()
        best, best_pixel, best_rank = -np.inf, LEAF, 0
        n_alike = n_known
        if squares < total * total:
            size = spans[-1][1] - spans[-1][0]
            if max(MANY, size / FRACTION) <= high - low <= size / 2:
                spans.append((low, high))
                orders.append(_those_inside(high - low, inside, orders[-1]))
            visited, found, drawn, last = 0, 0, 0, n_pixels
            # Draw without replacement, as Fisher and Yates, and one at least that is not alike.
            while last > n_alike and (visited < features or visited <= found + drawn):
                visited += 1
                state = _random(state)
                number = np.int64(state % np.uint64(2**31)) % (last - found - drawn)
                k = drawn + number
                if k < n_known:
                    pixels[drawn], pixels[k] = pixels[k], pixels[drawn]
                    drawn += 1
                    continue
                k += found
                pixel, value = pixels[k], values[pixels[k]]
                _arrange(
                    *(spectra[low:high], inside, orders[-1][pixel], ranks[pixel]),
                    *(arranged, codes, keys, room),
                )
                least, most = arranged[0] & ~NEXT, arranged[high - low - 1] & ~NEXT
                if value[most] <= value[least] + ALIKE:
                    pixels[k], pixels[n_alike] = pixels[n_alike], pixels[k]
                    found += 1
                    n_alike += 1
                    continue
                last -= 1
                pixels[last], pixels[k] = pixels[k], pixels[last]
                best, cut = _cut(
                    arranged[: high - low], codes, value, doubled, counts, total, squares, best
                )
                if cut:
                    below, above_it = arranged[cut - 1] & ~NEXT, arranged[cut] & ~NEXT
                    best_pixel, best_rank = pixel, ranks[pixel, below]
                    node_threshold[node] = value[below] / 2.0 + value[above_it] / 2.0
                    if node_threshold[node] == value[above_it]:
                        node_threshold[node] = value[below]
            pixels[:n_known] = alike[:n_known]  # the order of pixels known alike must stay
            alike[n_known:n_alike] = pixels[n_known:n_alike]
        for i in spectra[low:high]:
            doubled[labels[i]], inside[i] = 0, 0
        if best_pixel != LEAF:
            node_feature[node] = best_pixel
            middle, n_right = low, 0
            for i in spectra[low:high]:
                if ranks[best_pixel, i] <= best_rank:
                    spectra[middle] = i
                    middle += 1
                else:
                    right_of_it[n_right] = i
                    n_right += 1
            spectra[middle:high] = right_of_it[:n_right]
            stack.append((middle, high, node, False, n_alike))
            stack.append((low, middle, node, True, n_alike))
        node += 1
    return (
        node_feature[:node],
        node_threshold[:node],
        node_first[:node],
        node_second[:node],
        spectra,
    )
