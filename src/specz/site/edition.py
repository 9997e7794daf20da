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
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlparse

import yaml
from bs4 import BeautifulSoup, Tag

from specz import __version__
from specz.common import paths
from specz.common.circumstances import source_commit
from specz.site.notebooks import BookError
from specz.site.render import jupyter_book, site_lock

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
"""Names under which Chromium is looked for."""

OLDEST = 131
"""First version of Chromium that numbers pages from a style sheet."""

PATIENCE = 60_000
"""Milliseconds, of the page's own clock, in which formulas and living figures are drawn."""

STYLE = """
@page { size: A4; margin: 20mm 18mm 22mm; @bottom-center { content: counter(page); } }
@page :first { @bottom-center { content: none; } }
html {
  --pst-font-family-base: Arial, "Liberation Sans", sans-serif;
  --pst-font-family-heading: var(--pst-font-family-base);
  font: 9.5pt var(--pst-font-family-base);
}
.title { height: 235mm; display: flex; flex-direction: column; justify-content: center; }
.title .name { font-size: 32pt; line-height: 1.2; }
.title .about { font-size: 14pt; margin: 4mm 0 20mm; }
.contents { break-before: page; columns: 2; line-height: 1.8; }
.contents div { break-inside: avoid; margin-bottom: 1.2em; }
.contents ul { list-style: none; padding: 0; margin: 0; }
article, .toctree-wrapper, .chapter { break-before: page; }
.part + span + .chapter { break-before: avoid; }
/* An outline loses the space at which a heading is broken. */
h1 { font-size: 22pt !important; } h2 { font-size: 17pt !important; }
h3 { font-size: 13pt !important; } h4 { font-size: 11pt !important; }
.controls, .copybtn { display: none !important; }
pre { white-space: pre-wrap !important; overflow-wrap: anywhere; font-size: 8pt; }
table { display: table !important; font-size: 7.5pt !important; break-inside: auto !important; }
table:has(th:nth-child(9)) { font-size: 6pt !important; }
.cell_output, .cell_output *, .pst-scrollable-table-container { overflow: visible !important; }
td, th { overflow-wrap: break-word; padding: 2px 3px !important; }
tr, dt { break-inside: avoid; } dt { break-after: avoid; }
figure img { max-height: 115mm; }
.cell, .cell_output, .output { display: block !important; }
dl.py { font-size: 8.5pt; margin-bottom: 1em !important; }
dl.py dd { margin: 0 0 0 1.2em !important; } dl.py p { margin-bottom: 0.3em; }
"""

SEEN = """
window.IntersectionObserver = class {
  constructor(call) { this.call = call; }
  observe() { setTimeout(() => this.call([{ isIntersecting: true }], this)); }
  disconnect() {}
};
"""
"""A living figure waits until it is looked at: on paper every one is."""


def write_zip(html: Path, target: Path) -> Path:
    """Pack a built site; equal sites give equal files. It opens without a server or network.

    Raises
    ------
    BookError
        If there is no site.
    """
    if not (html / "index.html").is_file():
        raise BookError(f"no site in {html}: run 'make book' first")
    aside = target.with_suffix(".writing")
    with zipfile.ZipFile(aside, "w") as pack:
        files = [path for path in html.rglob("*") if path.is_file() and path.name[0] != "."]
        for path in sorted(files):
            # An entry is dated 1980, and in one folder, where it is unpacked.
            entry = zipfile.ZipInfo(f"specz/{path.relative_to(html).as_posix()}")
            entry.external_attr = 0o644 << 16
            pack.writestr(entry, path.read_bytes(), zipfile.ZIP_DEFLATED, compresslevel=9)
    return aside.replace(target)


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
    with site_lock(folder) as lock:
        if not (html / "index.html").is_file():
            raise BookError(f"no book in {folder}: run 'make book' first")
        if target.is_file():
            print("book.pdf: unchanged")
            return target
        page = jupyter_book(folder, "singlehtml", lock) / "index.html"
        config = yaml.safe_load((folder / "site" / "_config.yml").read_text(encoding="utf-8"))
        contents = yaml.safe_load((folder / "site" / "_toc.yml").read_text(encoding="utf-8"))
        banner = config["sphinx"]["config"]["html_theme_options"].get("announcement", "")
        soup = _parsed(page.read_text(encoding="utf-8"))
        arrange(soup, [part["caption"] for part in contents["parts"]], banner)
        page.write_text(str(soup), encoding="utf-8")
        made = page.with_name("book.pdf")
        _print(chromium, page, made)
        made.replace(target)
        index = html / "index.html"
        text = index.read_text(encoding="utf-8")
        index.write_text(text.replace("</article>", f"{LINK}</article>", 1), encoding="utf-8")
    print(f"book.pdf: printed, {target.stat().st_size / 1e6:.1f} MB")
    return target


LINK = '<p>The whole book, to print: <a href="book.pdf">PDF</a>.</p>'


def _print(chromium: str, page: Path, target: Path) -> None:
    with tempfile.TemporaryDirectory() as profile:  # or a browser that is open answers instead
        command = [
            *(chromium, "--headless", "--disable-gpu", f"--user-data-dir={profile}"),
            *(["--no-sandbox"] if os.geteuid() == 0 else []),
            *("--no-pdf-header-footer", "--generate-pdf-document-outline"),
            *(f"--virtual-time-budget={PATIENCE}", f"--print-to-pdf={target}", page.as_uri()),
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not target.is_file():
        raise BookError(f"Chromium did not print {page}:\n{done.stderr[-2000:]}")


def arrange(soup: BeautifulSoup, parts: Sequence[str], banner: str) -> None:
    """Turn the one page of a book, in place, into one to be printed: title, contents, chapters."""
    article = soup.find("article")
    assert isinstance(article, Tag)
    for each in article.select("a.headerlink, a[role=doc-backlink], script[type*=thebe]"):
        each.decompose()
    _join(article)
    contents = ""
    for name, part in zip(parts, article.select(".toctree-wrapper"), strict=True):
        lines = ""
        for heading in part.select(":scope > section > h2"):
            section = heading.parent
            assert section is not None
            section["class"] = ["chapter"]
            lines += f'<li><a href="#{section["id"]}">{heading.decode_contents()}</a></li>'
        contents += f"<div><strong>{name}</strong><ul>{lines}</ul></div>"
        part.insert(0, _parsed(f'<h1 class="part">{name}</h1>'))
    assert soup.html and soup.head and soup.body
    soup.html["data-theme"] = "light"
    soup.head.insert(0, _parsed(f"<script>{SEEN}</script>"))
    soup.head.append(_parsed(f"<style>{STYLE}</style>"))
    soup.body.clear()
    soup.body.append(_parsed(f'{_title_page(banner)}<div class="contents">{contents}</div>'))
    soup.body.append(article)


def _parsed(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def _title_page(banner: str) -> str:
    cited = yaml.safe_load((paths.ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    book = yaml.safe_load(paths.CONFIG.read_text(encoding="utf-8"))
    about = cited["title"].partition(": ")[2]
    return (
        f'<div class="title"><div class="name">{book["title"]}</div>'
        f'<div class="about">{about[:1].upper()}{about[1:]}</div><p>{book["author"]}</p>'
        f"<p>Version {__version__}, commit {source_commit()}.</p><p>{banner}</p></div>"
    )


def _join(article: Tag) -> None:
    """Let the links between pages lead to the one page.

    Names of targets repeat between pages, so each gets that of its page in front. Links to files
    that only the site has become text.
    """
    homes: dict[str, list[str]] = {}
    for page, tag in _by_page(article):
        if tag.get("id"):
            homes.setdefault(str(tag["id"]), []).append(page)
            tag["id"] = f"{page}.{tag['id']}"
    for page, tag in list(_by_page(article)):
        href = str(tag.get("href", ""))
        if tag.name != "a" or urlparse(href).scheme:
            continue
        path, _, name = href.partition("#")
        at = homes.get(name, [])
        # Without a page of its own: one that has a number is in the list of references.
        wanted = path.removesuffix(".html") if path else page
        home = next((each for each in (wanted, "references", *at) if each in at), None)
        if home is None:
            tag.unwrap()
        else:
            tag["href"] = f"#{home}.{name}"


def _by_page(article: Tag) -> Iterator[tuple[str, Tag]]:
    """Every element with the name of the page that it comes from."""
    page = "index"
    for tag in article.find_all(True):
        assert isinstance(tag, Tag)
        name = str(tag.get("id", ""))
        if tag.name == "span" and "document-" in name:
            page = name.partition("document-")[2]
        yield page, tag


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
