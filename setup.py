"""Puts what pages are made of into the wheel, beside the package: see ``specz.common.paths``."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SOURCES = (
    *("_config.yml", "CITATION.cff", "codemeta.json", "pyproject.toml"),
    *("benchmarks", "book", "notebooks", "profiles"),
)
"""What the package reads of its repository. The archive, ``results/``, is too large to travel."""


class BuildWithSources(build_py):
    """Copies the sources to ``specz/_source``; an editable install reads the checkout."""

    def run(self) -> None:
        """Build the package, then copy."""
        super().run()
        if self.editable_mode:
            return
        target = Path(self.build_lib, "specz", "_source")
        shutil.rmtree(target, ignore_errors=True)  # from an earlier build
        target.mkdir(parents=True)
        generated = shutil.ignore_patterns(".*", "__pycache__", "*.ipynb")
        for name in SOURCES:
            if Path(name).is_dir():
                shutil.copytree(name, target / name, ignore=generated)
            else:
                shutil.copy(name, target)


setup(cmdclass={"build_py": BuildWithSources})
