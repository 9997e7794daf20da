"""Radio galaxies of the FIRST survey, read from the wheel of ``firstgalaxydata``, never committed.

Each source has one image and the class that one of six catalogues gives it. An image is scaled to
its brightest pixel, and what lies below three standard deviations of the noise is zero. Sources in
one image belong together: a part of the data holds all of them or none.
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from specz.common import paths
from specz.common.arrays import Flux, IntArray, Labels
from specz.common.fingerprint import file_digest

WHEEL = "firstgalaxydata-0.2.1-py3-none-any.whl"
SHA256 = "5bb01ee0cc2d9f47a2f3b4dfa1282fe9f2eb94cfc1967840e60f6dc184c7a82b"
SCRIPT = "scripts/fetch_radio_galaxies.py"
MEMBERS = "firstgalaxydata/galaxy_data.zip", "galaxy_data/all/"
"""The archive in the wheel, and the folder in it with each source once."""

CLASSES = ("FR I", "FR II", "compact", "bent")
"""Names of the classes, by number."""

CATALOGUES = (*("Gendre", "MiraBest", "Capetti2017a", "Capetti2017b", "Baldi2018", "Proctor_Tab1"),)
"""Names of the catalogues, by number, as in the wheel."""

WIDE, SIDE, BIN = 300, 48, 3
"""Pixels along a side: of an image in the wheel (1.8 arcsec each), of its middle as it is used, and
binned in each of those."""

APART = 4.5 / 60
"""Degrees: nearer sources lie in one image."""

PARTS, FOLDS = 10, 5
"""Random parts of the sources; in each fold two are for tests and one for validation."""

TURNS: Mapping[str, float] = {"turned by 90°": 90.0, "turned by 45°": 45.0}
"""Test images as no method was trained on: the angle in degrees."""


def wheel() -> Any:
    """Path of the wheel, whether it is there or not."""
    return paths.BUILD / "wheels" / WHEEL


class Sources(NamedTuple):
    """All sources: images (n, WIDE, WIDE), class and catalogue by number, group (n,)."""

    images: npt.NDArray[np.uint8]
    label: Labels
    catalogue: Labels
    group: IntArray


@lru_cache(maxsize=1)
def read_sources() -> Sources:
    """Read the wheel; raise FileNotFoundError or ValueError if it is absent or another one."""
    from PIL import Image  # with matplotlib; these take a while to load
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    path = wheel()
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there: 'python {SCRIPT}' fetches it")
    if (digest := file_digest(path)) != SHA256:
        raise ValueError(f"{path} must have sha256 {SHA256}; got {digest}; {SCRIPT} fetches it")
    with zipfile.ZipFile(path) as outer, zipfile.ZipFile(io.BytesIO(outer.read(MEMBERS[0]))) as z:
        names = sorted(n for n in z.namelist() if n.startswith(MEMBERS[1]) and n.endswith(".png"))
        images = np.array([np.asarray(Image.open(io.BytesIO(z.read(name)))) for name in names])
    about = [name.rpartition("/")[2].removesuffix(".png").split("_", 3) for name in names]
    ra, dec = np.radians([[float(ra), float(dec)] for ra, dec, *_ in about]).T
    where = np.stack([np.cos(dec) * np.cos(ra), np.cos(dec) * np.sin(ra), np.sin(dec)], axis=1)
    near = cKDTree(where).sparse_distance_matrix(cKDTree(where), np.radians(APART))
    return Sources(
        images,
        np.array([int(row[2]) for row in about], dtype=np.int16),
        np.array([CATALOGUES.index(row[3]) for row in about], dtype=np.int16),
        connected_components(near, directed=False)[1],
    )


def middle(images: npt.NDArray[Any]) -> Flux:
    """Cut out the middle and bin it, shape (n, SIDE, SIDE); the root lifts faint lobes."""
    edge = (WIDE - SIDE * BIN) // 2
    cut = images[:, edge:-edge, edge:-edge].astype(np.float32) / 255
    return np.asarray(np.sqrt(cut.reshape(-1, SIDE, BIN, SIDE, BIN).mean(axis=(2, 4))))


def symmetric(images: npt.NDArray[Any], element: int) -> npt.NDArray[Any]:
    """Turn images (n, side, side) by quarter turns, and flip in the last four of 8 elements."""
    turned = np.rot90(images, element % 4, axes=(1, 2))
    return turned[:, :, ::-1] if element >= 4 else turned


@dataclass(frozen=True, eq=False)
class RadioImages:
    """The sources ``rows``; with ``angle`` their images are turned by so many degrees."""

    rows: IntArray
    seed: int
    angle: float = 0.0

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def labels(self) -> Labels:
        """Class of each, a number in :data:`CLASSES`."""
        return read_sources().label[self.rows]

    def flux(self, index: Any = slice(None), epoch: int = 0) -> Flux:
        """Images, shape (n, SIDE, SIDE); from the second ``epoch`` on turned and flipped at random.

        So a training that asks for fresh noise gets rotated copies.
        """
        out = _middles()[self.rows[index]]
        if self.angle:
            from scipy.ndimage import rotate

            wide = read_sources().images[self.rows[index]].astype(np.float32)
            order = 1 if self.angle % 90 else 0
            out = middle(rotate(wide, self.angle, axes=(1, 2), reshape=False, order=order))
        if epoch:
            element = np.random.default_rng([self.seed, epoch]).integers(8, size=len(self))[index]
            for e in range(1, 8):
                out[element == e] = symmetric(out[element == e], e)
        return np.asarray(out)

    def head(self, n: int) -> "RadioImages":
        """The first ``n``; smaller samples are nested in larger ones."""
        return replace(self, rows=self.rows[:n])


@lru_cache(maxsize=1)
def _middles() -> Flux:
    return middle(read_sources().images)


def split(data_seed: int, seed: int, catalogue: str) -> tuple[IntArray, IntArray, IntArray]:
    """Rows for training, validation and test, in random order, without a common group.

    The test sources are those of ``catalogue`` or, without one, of the fold ``seed``, 1 to FOLDS.
    """
    _, _, of, group = read_sources()
    order = np.random.default_rng(data_seed).permutation(len(of))
    groups = np.arange(group.max() + 1)
    part = np.random.default_rng([data_seed, 1]).permutation(groups % PARTS)[group]
    tested = part // 2 == (seed - 1) % FOLDS
    if catalogue:
        tested = np.isin(group, group[of == CATALOGUES.index(catalogue)])
    chosen = ~tested & (part == 2 * seed % PARTS)
    test = tested & (of == CATALOGUES.index(catalogue)) if catalogue else tested
    train, validation, test = (order[rows[order]] for rows in (~tested & ~chosen, chosen, test))
    return train, validation, test
