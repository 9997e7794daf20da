"""The book in one file: a zip that opens without a server, a PDF to print."""

import re
import shutil
import stat
import zipfile

import pytest
import yaml
from browser import chromium, needs_chromium
from bs4 import BeautifulSoup
from pypdf import PdfReader

from specz import __version__
from specz.site import edition
from specz.site.edition import find_chromium, print_book, write_zip
from specz.site.notebooks import BookError
from specz.site.one_page import to_print


def a_site(folder, names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"text of {name}")
    return folder


def test_equal_sites_give_equal_zips(tmp_path):
    names = ["index.html", "_static/a.js", "z.html", ".digest"]
    first = write_zip(a_site(tmp_path / "a", names), tmp_path / "a.zip")
    other = a_site(tmp_path / "b", reversed(names))
    (other / "z.html").chmod(0o600)
    (other / ".digest").write_text("of another machine")
    second = write_zip(other, tmp_path / "b.zip")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as pack:
        assert pack.namelist() == [f"specz/{name}" for name in sorted(names[:3])]
        assert pack.read("specz/z.html") == b"text of z.html"


def test_without_a_book_the_one_command_that_makes_it_is_named(tmp_path):
    for make in (
        lambda: write_zip(tmp_path / "html", tmp_path / "site.zip"),
        lambda: print_book(tmp_path, "chromium"),
    ):
        with pytest.raises(BookError, match="'make book' makes one"):
            make()
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("said", "message"),
    [(None, "none of chromium.*is on PATH"), ("Chromium 120.0.6099.71", "Chromium 120.0")],
)
def test_a_browser_that_cannot_print_is_said_before_any_work(
    tmp_path, monkeypatch, capsys, said, message
):
    if said is not None:
        fake = tmp_path / "chromium"
        fake.write_text(f"#!/bin/sh\necho {said}\n")
        fake.chmod(fake.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(edition, "jupyter_book", lambda *_: pytest.fail("a page was built"))
    with pytest.raises(SystemExit) as stop:
        edition.main(["pdf"])
    assert stop.value.code == 1
    assert re.search(
        f"Chromium 131 or later; .*{message}.*apt-get install chromium", said_by(capsys)
    )


def said_by(capsys):
    return capsys.readouterr().err


ONE_PAGE = """<html><head></head><body><nav>of the site</nav><article>
<section id="book"><h1>Book<a class="headerlink" href="#book">#</a></h1>
<a href="index.html#id1">a citation</a> <a href="two.html#noise">the other noise</a>
<div class="toctree-wrapper"><span id="document-one"></span>
<section id="one"><h2>One</h2><p id="noise"></p><p id="id1"></p>
<details class="numbers"><summary>The numbers</summary></details>
<div class="cell_output"><section><h2>Printed by a cell</h2></section></div>
<a href="#noise">noise here</a> <a href="#document-two">two</a>
<a href="source/a.py.html">a file</a> <a href="https://doi.org/1">out</a></section></div>
<div class="toctree-wrapper"><span id="document-two"></span>
<section id="two"><h2>Two</h2><a id="noise"></a><a href="one.html">one</a></section>
<span id="document-references"></span>
<section id="refs"><h2>References</h2><p id="id1"></p></section></div>
</section></article></body></html>"""


def test_links_between_pages_lead_to_the_one_page():
    """Names that two pages have are told apart; what only the site has is text."""
    soup = BeautifulSoup(to_print(ONE_PAGE, ["First", "Last"], "a banner"), "html.parser")
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    links = {a.get_text(): a["href"] for a in soup.select("article a[href]")}
    assert links == {
        "a citation": "#references.id1",
        "the other noise": "#two.noise",
        "noise here": "#one.noise",
        "two": "#two.document-two",
        "one": "#one.document-one",
        "out": "https://doi.org/1",
    }
    assert {href[1:] for href in links.values() if href[0] == "#"} <= set(ids)
    contents = [a["href"] for a in soup.select(".contents a")]
    assert contents == ["#one.one", "#two.two", "#references.refs"]
    assert [h.get_text() for h in soup.select("h1")] == ["Book", "First", "Last"]
    assert soup.select_one(".cell_output h3").get_text() == "Printed by a cell"
    assert "a banner" in soup.select_one(".title").get_text()
    assert not soup.find("nav")
    assert soup.select_one("details.numbers").has_attr("open")


@pytest.mark.slow
@needs_chromium
def test_the_zip_works_from_disk_without_a_network(smoke_site, tmp_path):
    with zipfile.ZipFile(write_zip(smoke_site, tmp_path / "site.zip")) as pack:
        pack.extractall(tmp_path)
    root = (tmp_path / "specz").as_uri()
    with chromium() as browser:
        context = browser.new_context(color_scheme="dark", offline=True)
        reached, page = [], context.new_page()
        page.on("request", lambda got: got.url.startswith("file:") or reached.append(got.url))
        page.on("pageerror", lambda error: reached.append(str(error)))

        page.goto(f"{root}/index.html")
        page.locator(".search-button-field:visible").first.click()
        page.keyboard.type("Calzetti")
        page.keyboard.press("Enter")
        page.locator("#search-results ul.search li a").first.wait_for(timeout=10_000)

        page.goto(f"{root}/data.html")
        assert page.locator("html").get_attribute("data-theme") == "dark"
        figure = page.locator(".living[data-figure=redshift]")
        before = figure.locator("path").get_attribute("d")
        figure.locator("input[type=range]").fill("1.7")
        assert "z = 1.700" in figure.locator("p").text_content()
        assert figure.locator("path").get_attribute("d") != before
    assert not reached


MAP = re.compile(r'<image\s[^>]*href="([^"]+)"')


def titles(outline, depth=0):
    """Titles of an outline with their depth."""
    for each in outline:
        if isinstance(each, list):
            yield from titles(each, depth + 1)
        else:
            yield depth, each.title


@pytest.fixture(scope="module")
def printed(smoke_site, tmp_path_factory):
    """A book whose site is that of the smallest profile, and its PDF."""
    folder = tmp_path_factory.mktemp("edition")
    shutil.copytree(smoke_site.parent / "site", folder / "site")
    (folder / "html").mkdir()
    shutil.copy(smoke_site / "index.html", folder / "html")
    return folder, PdfReader(print_book(folder, find_chromium()))


@pytest.mark.slow
@needs_chromium
def test_the_pdf_has_every_chapter_in_its_outline(printed):
    folder, pdf = printed
    contents = yaml.safe_load((folder / "site" / "_toc.yml").read_text(encoding="utf-8"))
    parts = [part["caption"] for part in contents["parts"]]
    n_chapters = sum(len(part["chapters"]) for part in contents["parts"])
    found = list(titles(pdf.outline))
    page = folder / "jupyter-book" / "_build" / "singlehtml" / "index.html"
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    chapters = [h.get_text() for h in soup.select(".chapter > h2")]
    assert len(chapters) == n_chapters
    assert [title for depth, title in found if depth == 0][1:] == parts
    first_part = found.index((0, parts[0]))  # headings of the landing page come before
    assert [title for depth, title in found[first_part:] if depth == 1] == chapters
    assert len(pdf.pages) > 2 * n_chapters
    assert pdf.metadata.title == soup.title.string.strip()


@pytest.mark.slow
@needs_chromium
def test_the_pdf_has_a_title_page_and_numbers(printed):
    _, pdf = printed
    assert f"Version {__version__}, commit" in pdf.pages[0].extract_text()
    for i in (2, len(pdf.pages) - 1):
        words = pdf.pages[i].extract_text().split()
        assert str(i + 1) in (words[0], words[-1])


@pytest.mark.slow
@needs_chromium
def test_figures_of_the_pdf_are_vectors(printed):
    """Images are only those that a figure itself holds: maps of many cells."""
    folder, pdf = printed
    page = folder / "jupyter-book" / "_build" / "singlehtml"
    soup = BeautifulSoup((page / "index.html").read_text(encoding="utf-8"), "html.parser")
    shown = [page / image["src"] for image in soup.select("img")]
    assert len(shown) > 30
    assert all(path.suffix == ".svg" for path in shown)
    held = {found for path in shown for found in MAP.findall(path.read_text(encoding="utf-8"))}
    drawn = [image for sheet in pdf.pages for image in images_of(sheet.get("/Resources", {}))]
    # Chromium keeps equal images once.
    assert len({image.get_data() for image in drawn}) == len(held) > 0


@pytest.mark.slow
@needs_chromium
def test_living_figures_are_drawn_to_the_end(printed):
    """The sum over the library, for which the page of the site waits, included."""
    folder, pdf = printed
    page = folder / "jupyter-book" / "_build" / "singlehtml" / "index.html"
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    figure = soup.select_one(".chapter .living[data-figure=posterior]")
    chapter = figure.find_parent(class_="chapter").h2.get_text()
    starts = dict(destinations(pdf, pdf.outline))
    after = min(n for n in starts.values() if n > starts[chapter])
    text = " ".join(sheet.extract_text() for sheet in pdf.pages[starts[chapter] : after])
    assert re.search(r"Bayes posterior:\s+z = 1\.\d+ with p = ", text)
    assert "computing its library" not in text


def destinations(pdf, outline, depth=0):
    """Parts and chapters of an outline with the numbers of their pages."""
    for each in outline:
        if not isinstance(each, list):
            yield each.title, pdf.get_destination_page_number(each)
        elif depth == 0:
            yield from destinations(pdf, each, depth + 1)


def images_of(resources):
    """Raster images on a page, those within other drawings included."""
    found = []
    for each in resources.get("/XObject", {}).values():
        drawn = each.get_object()
        if drawn["/Subtype"] == "/Image":
            found.append(drawn)
        else:
            found += images_of(drawn.get("/Resources", {}))
    return found


@pytest.mark.slow
@needs_chromium
def test_no_link_of_the_pdf_leads_to_this_machine(printed):
    _, pdf = printed
    links = [
        note.get_object().get("/A", {}).get("/URI", "")
        for sheet in pdf.pages
        for note in sheet.get("/Annots", [])
    ]
    assert any(links)
    assert not [link for link in links if link and not link.startswith("http")]


@pytest.mark.slow
@needs_chromium
def test_the_landing_page_links_the_pdf_which_is_printed_once(printed, capsys):
    folder, _ = printed
    landing = (folder / "html" / "index.html").read_text(encoding="utf-8")
    assert landing.count('href="book.pdf"') == 1
    assert print_book(folder, "/bin/false") == folder / "html" / "book.pdf"
    assert "unchanged" in capsys.readouterr().out
