"""The whole book in one file: the site as a zip, or a PDF that Chromium prints.

``python -m specz.site.edition zip`` and ``pdf`` make them from the book in ``build``.
"""

import argparse
import os
import re
import shutil
import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import yaml

from specz.common import paths
from specz.common.progress import say
from specz.site.notebooks import BookError
from specz.site.one_page import to_print
from specz.site.render import jupyter_book, site_lock

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
"""Names under which Chromium is looked for."""

OLDEST = 131
"""First version of Chromium that numbers pages from a style sheet."""

DRAWING = 60_000
"""Milliseconds, of the page's own clock, in which formulas and living figures are drawn."""

TIMEOUT = 1800.0
"""Seconds after which Chromium is stopped."""

LINK = '<p>The whole book, to print: <a href="book.pdf">PDF</a>.</p>'
"""Stands at the foot of the first page once there is a PDF."""


def write_zip(html: Path, target: Path) -> Path:
    """Pack a built site; equal sites give equal files. It opens without a server or network.

    Raises
    ------
    BookError
        If there is none.
    """
    _check_built(html)
    aside = target.with_suffix(".writing")
    with zipfile.ZipFile(aside, "w") as pack:
        files = [path for path in html.rglob("*") if path.is_file() and path.name[0] != "."]
        for path in sorted(files):
            # An entry is dated 1980, and in one folder, where it is unpacked.
            entry = zipfile.ZipInfo(f"specz/{path.relative_to(html).as_posix()}")
            entry.external_attr = 0o644 << 16
            pack.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED)
    return aside.replace(target)


def _check_built(html: Path) -> None:
    if not (html / "index.html").is_file():
        raise BookError(f"there is no book in {html}; 'make book' makes one")


def find_chromium() -> str:
    """Return the path of Chromium.

    Raises
    ------
    BookError
        If there is none, or it is too old to number pages.
    """
    wanted = f"the PDF is printed by Chromium {OLDEST} or later"
    install = "on Debian: apt-get install chromium"
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        raise BookError(f"{wanted}; none of {', '.join(CHROMIUM)} is on PATH; {install}")
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    version = re.search(r"(\d+)\.\d", said)
    if version is None or int(version[1]) < OLDEST:
        raise BookError(f"{wanted}; {path} says {said.strip()!r}; {install}")
    return path


def print_book(folder: Path, chromium: str) -> Path:
    """Print the book that lies in a folder as ``html/book.pdf``, and link it from the first page.

    The PDF has an outline, page numbers and the figures as vectors. A site that is rendered anew
    is without it until it is printed again.

    Raises
    ------
    BookError
        If there is no book, the page does not build, or Chromium fails.
    """
    html = folder / "html"
    target = html / "book.pdf"
    _check_built(html)
    with site_lock(folder) as lock:
        if target.is_file():
            say("book.pdf: unchanged")
            return target
        page = jupyter_book(folder, "singlehtml", lock) / "index.html"
        config, contents = (
            yaml.safe_load((folder / "site" / name).read_text(encoding="utf-8"))
            for name in ("_config.yml", "_toc.yml")
        )
        parts = [part["caption"] for part in contents["parts"]]
        banner = config["sphinx"]["config"]["html_theme_options"].get("announcement", "")
        text = to_print(page.read_text(encoding="utf-8"), parts, banner)
        page.write_text(text, encoding="utf-8")
        made = page.with_name("book.pdf")
        _print(chromium, page, made)
        index = html / "index.html"
        text = index.read_text(encoding="utf-8")
        if LINK not in text:  # an earlier attempt may have been killed here
            index.write_text(text.replace("</article>", f"{LINK}</article>", 1), encoding="utf-8")
        made.replace(target)
    say(f"book.pdf: printed, {target.stat().st_size / 1e6:.1f} MB")
    return target


def _print(chromium: str, page: Path, target: Path) -> None:
    with tempfile.TemporaryDirectory() as profile:  # or a browser that is open answers instead
        command = [
            *(chromium, "--headless", "--disable-gpu", f"--user-data-dir={profile}"),
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            *("--no-pdf-header-footer", "--generate-pdf-document-outline"),
            *(f"--virtual-time-budget={DRAWING}", f"--print-to-pdf={target}", page.as_uri()),
        ]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, check=False, timeout=TIMEOUT
            )
        except subprocess.TimeoutExpired:
            raise BookError(f"Chromium did not print {page} within {TIMEOUT:.0f} s") from None
    if done.returncode or not target.is_file():
        raise BookError(f"Chromium did not print {page}:\n{done.stderr[-2000:]}")


def main(arguments: Sequence[str] | None = None) -> None:
    """Make an edition of the book in ``build``."""
    parser = argparse.ArgumentParser(prog="python -m specz.site.edition")
    what = ["zip", "pdf", "chromium"]
    parser.add_argument("what", choices=what, help="chromium: say whether a PDF can be printed")
    chosen = parser.parse_args(arguments).what
    try:
        if chosen == "zip":
            print(write_zip(paths.BUILD / "html", paths.BUILD / "site.zip"))
        else:
            chromium = find_chromium()
            print(chromium if chosen == "chromium" else print_book(paths.BUILD, chromium))
    except (BookError, OSError) as error:
        parser.exit(1, f"specz: {error}\n")


if __name__ == "__main__":
    main()
