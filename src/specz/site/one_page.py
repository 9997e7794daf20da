"""The whole book as one page, to be printed.

Sphinx puts all pages into one, in the layout of the site. Here it gets that of a book.
"""

from collections.abc import Iterator, Sequence
from urllib.parse import urlparse

import yaml
from bs4 import BeautifulSoup, Tag

from specz import __version__
from specz.common import paths
from specz.common.circumstances import source_commit

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

SCRIPT = """
document.documentElement.dataset.theme = "light";
// A living figure waits until it is looked at: on paper every one is.
window.IntersectionObserver = class {
  constructor(call) { this.call = call; }
  observe() { setTimeout(() => this.call([{ isIntersecting: true }], this)); }
  disconnect() {}
};
"""
"""Runs after the theme has asked what the reader likes, and before figures are drawn."""


def to_print(page: str, parts: Sequence[str], banner: str) -> str:
    """Turn the one page of a book into one to be printed: title, contents, chapters.

    ``page`` is the HTML that Sphinx's builder ``singlehtml`` makes, ``parts`` are the names of its
    parts. ``banner`` says what is special about this book.
    """
    soup = _parsed(page)
    article = soup.find("article")
    assert isinstance(article, Tag)
    for each in article.select("a.headerlink, a[role=doc-backlink], script[type*=thebe]"):
        each.decompose()
    for table in article.select("details.numbers"):
        table["open"] = ""  # on paper nobody can unfold it
    # Sphinx moves the headings of a page one level down, but not those that a cell prints.
    for heading in article.select(".cell_output :is(h2, h3, h4, h5)"):
        heading.name = f"h{int(heading.name[1]) + 1}"
    _join(article)
    contents = ""
    for name, part in zip(parts, article.select(".toctree-wrapper"), strict=True):
        lines = ""
        for heading in part.select(":scope > section > h2"):
            section = heading.parent
            assert section is not None
            section["class"] = "chapter"
            lines += f'<li><a href="#{section["id"]}">{heading.decode_contents()}</a></li>'
        contents += f"<div><strong>{name}</strong><ul>{lines}</ul></div>"
        part.insert(0, _parsed(f'<h1 class="part">{name}</h1>'))
    assert soup.head is not None
    assert soup.body is not None
    soup.head.append(_parsed(f"<style>{STYLE}</style><script>{SCRIPT}</script>"))
    soup.body.clear()
    soup.body.append(_parsed(f'{_title_page(banner)}<div class="contents">{contents}</div>'))
    soup.body.append(article)
    return str(soup)


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
        if tag.name != "a" or not href or urlparse(href).scheme:
            continue
        path, _, name = href.partition("#")
        wanted = path.removesuffix(".html") if path else page
        at = homes.get(name or f"document-{wanted}", [])
        # Sphinx's own links name no page. Several pages have an id1; the one meant is a reference.
        home = next((each for each in (wanted, "references", *at) if each in at), None)
        if home is None:
            tag.unwrap()
        else:
            tag["href"] = f"#{home}.{name or f'document-{wanted}'}"


def _by_page(article: Tag) -> Iterator[tuple[str, Tag]]:
    """Every element with the name of the page that it comes from."""
    page = "index"
    for tag in article.find_all(True):
        assert isinstance(tag, Tag)
        name = str(tag.get("id", ""))
        if tag.name == "span" and "document-" in name:
            page = name.partition("document-")[2]
        yield page, tag
