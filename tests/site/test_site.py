"""The site as a reader's browser has it: Debian's Chromium, driven by Playwright."""

import hashlib
import re
import threading
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urldefrag, urljoin, urlparse

import nbformat
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import chromium, needs_chromium
from bs4 import BeautifulSoup

from specz.common import paths
from specz.estimators.bayes import BayesLimit, Evidence
from specz.estimators.equivariant import Equivariant
from specz.estimators.redshift_scan import coarse_scan
from specz.experiments.run import fitted
from specz.site import interactive, notebooks, provenance
from specz.spectra.components import decompose
from specz.spectra.grid import get_grid
from specz.spectra.library import LibraryConfig, build_library
from specz.spectra.observe import observe
from specz.study import archive, budget, claims
from specz.study.profiles import experiments, profile_parameters, profile_study
from specz.study.studies import STUDIES

SCREENS = {"wide": {"width": 1280, "height": 900}, "narrow": {"width": 375, "height": 740}}
LANDING_LIMIT, PAGE_LIMIT = 1_500_000, 4_000_000

pytestmark = pytest.mark.slow  # a whole book is built for them, strictly and without a network


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def server(smoke_site):
    """Address of a plain file server of the site."""
    http = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(smoke_site)))
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{http.server_port}/"
    http.shutdown()
    http.server_close()


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@dataclass
class Visit:
    """What a browser met on its way to a page."""

    page: object
    problems: list[str] = field(default_factory=list)
    responses: list[object] = field(default_factory=list)

    @property
    def weight(self):
        """Bytes of all that the page asked for."""
        return sum(len(response.body()) for response in self.responses)

    def go(self, url):
        def response(got):
            self.responses.append(got)
            if got.status >= 400:
                self.problems.append(f"{got.status} {got.url}")

        root = url.rpartition("/")[0]
        self.page.on("response", response)
        self.page.on("pageerror", lambda error: self.problems.append(f"error {error}"))
        self.page.on("requestfailed", lambda got: self.problems.append(f"failed {got.url}"))
        self.page.on("console", self._console)
        self.page.on("request", lambda got: self._request(got.url, urljoin(root, "/")))
        self.page.goto(url, wait_until="networkidle")
        return self

    def _console(self, message):
        if message.type == "error":
            self.problems.append(f"console: {message.text}")

    def _request(self, url, origin):
        if not url.startswith((origin, "data:", "blob:")):
            self.problems.append(f"external {url}")


def pages_of(site):
    """Every page, as a path below the site; the pages of source among them."""
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))


def book_pages(site):
    return [p for p in pages_of(site) if not p.startswith(("source/", "_static/"))]


@pytest.mark.fault("no network", "notebooks execute and the site is built; nothing reaches out")
def test_notebooks_and_site_are_made_without_a_network(built_site):
    assert not built_site.reached
    lines = built_site.said.splitlines()
    executed = {line.split(":")[0] for line in lines if "executed in" in line}
    assert executed == built_site.wanted
    assert "site: built" in built_site.said


@needs_chromium
@pytest.mark.parametrize(
    ("screen", "theme", "with_axe"),
    [
        ("wide", "light", True),
        ("wide", "dark", False),  # axe sees each width and each theme once
        ("narrow", "light", False),
        ("narrow", "dark", True),
    ],
)
def test_every_page_is_sound(smoke_site, server, browser, screen, theme, with_axe):
    """No error, no request that fails or leaves, no sideways scroll, alt text, axe."""
    context = browser.new_context(
        viewport=SCREENS[screen],
        color_scheme=theme,
        reduced_motion="reduce",  # a cell that fades in has too little contrast while it does
    )
    axe, found = Axe(), []
    for name in [*book_pages(smoke_site), "source/notebooks/noise.py.html"]:
        page = context.new_page()
        visit = Visit(page).go(server + name)
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        found += [f"{name}: {problem}" for problem in visit.problems]
        if page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        ):
            found.append(f"{name}: scrolls sideways")
        if page.evaluate("document.getAnimations().length"):
            found.append(f"{name}: moves, although the reader asked for stillness")
        if page.evaluate("[...document.images].some(i => !i.getAttribute('alt'))"):
            found.append(f"{name}: an image has no alternative text")
        limit = LANDING_LIMIT if name == "index.html" else PAGE_LIMIT
        if visit.weight > limit:
            found.append(f"{name}: weighs {visit.weight / 1e6:.2f} MB, more than {limit / 1e6} MB")
        if with_axe:
            options = {"resultTypes": ["violations"]}
            found += [
                f"{name}: axe {v['id']} ({len(v['nodes'])} times): {v['nodes'][0]['html'][:150]}"
                for v in axe.run(page, options=options).response["violations"]
                if v["impact"] in ("serious", "critical")
            ]
        page.close()
    context.close()
    assert not found, "\n".join(found)


@needs_chromium
def test_the_site_works_from_files(smoke_site, browser):
    """Without any server: no error, maths and icons are drawn, search finds."""
    context = browser.new_context()
    found = []
    for name in book_pages(smoke_site):
        page = context.new_page()
        visit = Visit(page)
        visit.go((smoke_site / name).as_uri())
        found += [f"{name}: {problem}" for problem in visit.problems]
        if name == "redshift.html":
            assert page.locator("mjx-container").count() > 5
            icon = page.locator(".fa-bars").first
            assert "Font Awesome" in icon.evaluate("e => getComputedStyle(e).fontFamily")
        page.close()
    context.close()
    assert not found, "\n".join(found)


@needs_chromium
@pytest.mark.parametrize("way", ["server", "files"])
def test_search_finds_a_word(smoke_site, server, browser, way):
    page = browser.new_page()
    root = server if way == "server" else smoke_site.as_uri() + "/"
    page.goto(f"{root}search.html?q=Calzetti")
    results = page.locator("#search-results ul.search li a")
    results.first.wait_for(timeout=10_000)
    assert any("references.html" in a.get_attribute("href") for a in results.all())
    page.close()


@needs_chromium
def test_the_spectrum_of_the_living_figure_is_that_of_the_package(smoke_site, browser):
    page = browser.new_page()
    page.goto((smoke_site / "data.html").as_uri())
    library, grid = build_library(LibraryConfig()), get_grid("paper")
    seds = np.argsort(library.position)[[600, 4500, 8500, 12000]]
    for i, z in ((0, 1.0), (1, 1.234), (2, 1.79), (3, 2.1)):
        drawn = page.evaluate(
            """([i, z]) => {
                const data = document.querySelector('[data-figure=redshift] script').textContent;
                return Array.from(specz.observe(JSON.parse(data), i, z));
            }""",
            [i, z],
        )
        np.testing.assert_allclose(drawn, observe(library, seds[[i]], [z], grid)[0], atol=1e-4)
    page.close()


@needs_chromium
def test_the_living_figure_follows_the_keyboard(smoke_site, browser):
    """Lines move, enter and leave as the slider does."""
    page = browser.new_page()
    page.goto((smoke_site / "data.html").as_uri())
    figure = page.locator(".living[data-figure=redshift]")
    slider, said = figure.locator("input[type=range]"), figure.locator("p")
    before, path = said.text_content(), figure.locator("path").get_attribute("d")
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert said.text_content() != before
    assert figure.locator("path").get_attribute("d") != path
    page.keyboard.press("Home")
    assert "Not yet in it: [O II], Hβ, [O III]" in said.text_content()
    page.keyboard.press("End")
    assert "Gone beyond it:" in said.text_content()
    assert "Hα" in said.text_content().partition("Gone beyond it:")[2]
    assert "[O II] at" in said.text_content()
    figure.locator("select").first.select_option("0")
    assert figure.locator("path").get_attribute("d") != path
    page.close()


def living_network():
    """The experiment whose network runs on the page of the limit."""
    wanted = experiments("limit", profile_parameters("smoke", "limit"))
    return max((e for e in wanted if isinstance(e.estimator, Equivariant)), key=lambda e: e.n_train)


@needs_chromium
def test_the_living_posteriors_are_those_of_the_package(smoke_site, browser):
    """The network and the Bayes sum give in the browser what they give in Python, to 1e-4."""
    experiment = living_network()
    train, validation, _ = experiment.samples()
    flux = validation.flux(slice(0, 4))
    seds = interactive.prior_seds(train)
    components = decompose(train.library, seds, interactive.PRIOR_CONTINUA)
    evidence = Evidence(BayesLimit(), components, train, np.arange(len(seds)))
    log_p = coarse_scan(flux, evidence.log_likelihood, interactive.PRIOR_STEPS)
    p = np.exp(log_p - log_p.max(axis=1, keepdims=True))
    expected = [fitted(experiment).scores(flux).values, p / p.sum(axis=1, keepdims=True)]

    page = browser.new_page()
    page.goto((smoke_site / "limit.html").as_uri())
    drawn = page.evaluate(
        """([fluxes, snr]) => {
            const text = document.querySelector('[data-figure=posterior] script').textContent;
            const data = JSON.parse(text);
            const network = specz.network(data), bayes = specz.bayes(data);
            while (bayes.step() < 1);
            const spectra = fluxes.map((flux) => Float64Array.from(flux));
            return [spectra.map((x) => Array.from(network(x))),
                    spectra.map((x) => Array.from(bayes.posterior(x, snr)))];
        }""",
        [flux.tolist(), train.snr],
    )
    page.close()
    np.testing.assert_allclose(drawn, expected, atol=1e-4)


@needs_chromium
def test_the_living_posterior_widens_with_noise(smoke_site, browser):
    """The slider of noise works from the keyboard; all answers follow, and new noise differs."""
    page = browser.new_page()
    page.goto((smoke_site / "limit.html").as_uri())
    figure = page.locator(".living[data-figure=posterior]")
    figure.scroll_into_view_if_needed()
    said = figure.locator("p")

    def answer():
        page.wait_for_timeout(200)  # the sum starts when the hand rests
        for name in ("CNN", "Bayes posterior"):  # the weights of the CNN are a file of their own
            page.wait_for_function(
                "([e, words]) => e.textContent.includes(words)",
                arg=[said.element_handle(), f"{name}: z"],
            )
        p = re.search(r"Bayes posterior: z = [\d.]+ with p = ([\d.]+)", said.text_content())
        return float(p[1]), [path.get_attribute("d") for path in figure.locator("path").all()]

    figure.locator("input").nth(1).focus()
    page.keyboard.press("End")
    clear, paths_clear = answer()
    page.keyboard.press("Home")
    drowned, paths_drowned = answer()
    assert "S/N 0.10" in said.text_content()
    # The slider is of a logarithm; a screen reader says the S/N.
    assert figure.locator("input").nth(1).get_attribute("aria-valuetext") == "0.10 per pixel"
    assert clear > 0.9 > 0.5 > drowned
    assert all(a != b for a, b in zip(paths_clear, paths_drowned, strict=True))
    figure.get_by_role("button", name="New noise").click()
    assert answer()[1][0] != paths_drowned[0]
    page.close()


@needs_chromium
def test_the_living_figure_takes_the_colours_of_a_dark_page(smoke_site, browser):
    page = browser.new_page(color_scheme="dark")
    page.goto((smoke_site / "data.html").as_uri())
    style = "(e, name) => getComputedStyle(e)[name]"
    box = page.locator(".text_html:has(.living)")
    assert box.evaluate(style, "backgroundColor") == "rgba(0, 0, 0, 0)"
    text, body = page.locator(".living text").first, page.locator("article p").first
    assert text.evaluate(style, "fill") == body.evaluate(style, "color")
    page.close()


@needs_chromium
def test_a_page_prints_clean(smoke_site, browser):
    """On A4: the article alone, within the page's width."""
    page = browser.new_page(viewport={"width": 718, "height": 1000})  # A4 less margins at 96 dpi
    page.goto((smoke_site / "noise.html").as_uri())
    page.emulate_media(media="print")
    for part in (".bd-sidebar-primary", ".bd-header-article", ".prev-next-area", ".bd-footer"):
        assert not page.locator(part).first.is_visible(), part
    assert page.locator("figure img.only-light").first.is_visible()
    assert not page.locator("details.provenance").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 718
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.close()


@needs_chromium
def test_the_landing_page_says_in_one_screen_what_was_found(smoke_site, browser):
    page = browser.new_page(viewport={"width": 1300, "height": 1000})
    page.goto((smoke_site / "index.html").as_uri())
    cards = page.locator(".where-to-go").bounding_box()
    assert cards["y"] + cards["height"] <= 1000
    contrasts = profile_study("paper", "claims").contrasts()
    untuned = budget.untuned(profile_study("paper", "budget"), archive.reference("budget"))
    archived = claims.assess(contrasts, archive.reference("claims"), untuned)
    badges = page.locator(".verdicts li")
    assert badges.locator(".word").all_text_contents() == [claim.verdict for claim in archived]
    tops = {round(badge.bounding_box()["y"]) for badge in badges.all()}
    assert len(tops) == 2, "six badges in two rows"
    page.close()


@needs_chromium
@pytest.mark.parametrize(("theme", "shown"), [("light", ".svg"), ("dark", ".dark.svg")])
def test_each_theme_shows_its_own_figures(smoke_site, browser, theme, shown):
    """One of the twins is seen and loaded, with its caption; its room is kept before it loads."""
    page = browser.new_page(color_scheme=theme)
    loaded = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto((smoke_site / "noise.html").as_uri())
    figures = page.locator("figure:has(img)")
    assert figures.count() > 2
    for figure in figures.all():
        (seen,) = [image for image in figure.locator("img").all() if image.is_visible()]
        source = seen.get_attribute("src")
        assert source.endswith(shown)
        assert source.endswith(".dark.svg") == (theme == "dark")
        assert (smoke_site / source).exists()
        assert figure.locator("figcaption").is_visible()
        box = seen.bounding_box()
        ratio = int(seen.get_attribute("height")) / int(seen.get_attribute("width"))
        assert box["height"] / box["width"] == pytest.approx(ratio, rel=0.02)
        seen.scroll_into_view_if_needed()
        page.wait_for_function(
            "image => image.complete && image.naturalWidth", arg=seen.element_handle()
        )
        figure_colour = "e => getComputedStyle(e).filter"
        assert seen.evaluate(figure_colour) == "none"
    figures_loaded = [url for url in loaded if "_images/" in url]
    assert all(url.endswith(".dark.svg") == (theme == "dark") for url in figures_loaded)
    page.close()


@needs_chromium
def test_a_reader_without_javascript_sees_each_figure_once(smoke_site, browser):
    context = browser.new_context(java_script_enabled=False, color_scheme="dark")
    page = context.new_page()
    page.goto((smoke_site / "noise.html").as_uri())
    for figure in page.locator("figure:has(img)").all():
        assert [image.is_visible() for image in figure.locator("img").all()] == [True, False]
    context.close()


@needs_chromium
def test_a_dark_page_is_printed_in_light_colours(smoke_site, browser):
    page = browser.new_page(color_scheme="dark")
    page.goto((smoke_site / "noise.html").as_uri())
    page.emulate_media(media="print")
    light, dark = (page.locator(f"figure img.only-{theme}").first for theme in ("light", "dark"))
    assert light.is_visible()
    assert not dark.is_visible()
    assert light.evaluate("e => getComputedStyle(e).filter") == "none"
    text = page.locator("article p").first.evaluate("e => getComputedStyle(e).color")
    assert max(map(int, re.findall(r"\d+", text))) < 80, "dark text for white paper"
    page.close()


CUT_TABLES = """() => {
    document.querySelectorAll("details").forEach((box) => { box.open = true; });
    const cut = [...document.querySelectorAll("article table")]
        .filter((table) => table.parentElement.scrollWidth > table.parentElement.clientWidth);
    return cut.map((table) => {
        const box = table.parentElement, style = getComputedStyle(box);
        const ground = (cell) => getComputedStyle(cell).backgroundColor;
        box.scrollLeft = box.scrollWidth;
        const first = table.rows[table.rows.length - 1].cells[0].getBoundingClientRect();
        return {
            scrolls: style.overflowX == "auto",
            shaded: style.backgroundAttachment.startsWith("local, local, scroll, scroll")
                && style.backgroundImage.split("gradient").length == 5,
            grounds: [...new Set([...table.rows].flatMap(
                (row) => [ground(row), ground(row.cells[row.cells.length - 1])]))],
            first_moved: first.left - box.getBoundingClientRect().left,
            first_part: first.width / box.clientWidth,
        };
    });
}"""
"""What there is to say of each table that does not fit, after it was scrolled to its end."""


@needs_chromium
@pytest.mark.parametrize("width", [1300, 400])
def test_a_table_that_is_cut_says_so(smoke_site, browser, width):
    """A shade on the edge that cuts it; on a narrow screen the first column stays in sight."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    cut = []
    for name in book_pages(smoke_site):
        page.goto((smoke_site / name).as_uri())
        cut += [{"page": name, **table} for table in page.evaluate(CUT_TABLES)]
    page.close()
    assert cut, "no table is cut: nothing was tested"
    assert not [t for t in cut if not (t["scrolls"] and t["shaded"])]
    # A ground would hide the shade, which lies below the cells.
    assert not [t for t in cut if t["grounds"] != ["rgba(0, 0, 0, 0)"]]
    if width == 400:
        assert not [t for t in cut if abs(t["first_moved"]) > 1 or t["first_part"] > 0.6]


@needs_chromium
def test_text_is_narrower_than_figures_may_be(smoke_site, browser):
    """A line of text has at most some eighty letters."""
    page = browser.new_page(viewport={"width": 1600, "height": 900})
    page.goto((smoke_site / "redshift.html").as_uri())
    text = page.locator("article section > p").first
    family, size = text.evaluate(
        "e => { const s = getComputedStyle(e); return [s.fontFamily, parseFloat(s.fontSize)] }"
    )
    width = text.bounding_box()["width"]
    assert width <= 38 * size
    assert width < page.locator("article").bounding_box()["width"] - 64
    assert "Specz Serif" in family
    loaded = "[...document.fonts].filter(f => f.status == 'loaded').map(f => f.family)"
    page.wait_for_function("document.fonts.status == 'loaded'")
    assert any("Specz Serif" in name for name in page.evaluate(loaded))
    page.close()


@needs_chromium
def test_the_switcher_of_a_sweep_shows_one_run_at_a_time(smoke_site, browser):
    page = browser.new_page()
    page.goto((smoke_site / "sweep.html").as_uri())
    shown = ".sd-tab-content:visible img"
    first = page.locator(shown).first.get_attribute("src")
    page.get_by_text("n_train = 1000", exact=True).first.click()
    assert page.locator(shown).first.get_attribute("src") != first
    assert page.locator(".sd-tab-content:visible").count() == 1
    page.close()


def test_what_opens_a_folded_cell_holds_no_paragraph(smoke_site):
    """HTML allows none in a summary, and a screen reader reads it twice."""
    opened = [s for page in smoke_site.glob("*.html") for s in parsed(page).find_all("summary")]
    assert opened
    assert not any(summary.find("p") for summary in opened)


def parsed(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_every_internal_link_and_anchor_resolves(smoke_site):
    documents = {name: parsed(smoke_site / name) for name in pages_of(smoke_site)}
    anchors = {
        name: {tag["id"] for tag in soup.find_all(id=True)}
        | {tag["name"] for tag in soup.find_all("a", attrs={"name": True})}
        for name, soup in documents.items()
    }
    broken = []
    for name, soup in documents.items():
        for tag in soup.find_all(["a", "img", "script", "link"]):
            target = tag.get("href") or tag.get("src")
            if not target or urlparse(target).scheme or target in ("#", "#!"):
                continue
            where, fragment = urldefrag(urljoin(name, target))
            where = unquote(urlparse(where).path) or name
            if not (smoke_site / where).exists():
                broken.append(f"{name}: {target}")
            elif fragment and where in anchors and unquote(fragment) not in anchors[where]:
                broken.append(f"{name}: no anchor {target}")
    assert not broken, "\n".join(broken)


def test_every_download_is_there_and_matches_its_digest(smoke_site):
    figures = 0
    for name in book_pages(smoke_site):
        soup = parsed(smoke_site / name)
        for box in soup.select("details.provenance"):
            rows = [row for row in box.find_all("tr") if row.find("a", class_="download")]
            assert len(rows) in (2, 5)  # the notebook in two forms; a figure has three files more
            figures += len(rows) == 5
            for row in rows:
                file = smoke_site / row.find("a")["href"]
                digest = hashlib.sha256(file.read_bytes()).hexdigest()
                assert digest == row.find_all("td")[1].get_text(strip=True)
            assert "specz run" in box.find("pre").get_text()
    shown = sum(
        len(provenance.FIGURE.findall("\n\n".join(c.source for c in notebook.cells)))
        for notebook in map(notebooks.read_notebook, STUDIES)
    )
    assert figures == shown


def test_each_caption_leads_to_the_archived_experiments_behind_its_figure(smoke_site):
    rows = {a["id"] for a in parsed(smoke_site / "archived.html").select('a[id^="run-"]')}
    links = 0
    for name in book_pages(smoke_site):
        soup = parsed(smoke_site / name)
        for link in soup.select("figcaption a.behind"):
            links += 1
            box = soup.find(id=link["href"].removeprefix("#")).find_parent(class_="provenance")
            runs = box.select('a[href^="archived.html#run-"]')
            assert runs
            assert {run["href"].partition("#")[2] for run in runs} <= rows
    assert links > 20


@needs_chromium
def test_the_link_of_a_caption_opens_the_box(smoke_site, browser):
    page = browser.new_page()
    page.goto((smoke_site / "tuning.html").as_uri())
    run = page.locator('details.provenance a[href^="archived.html#run-"]').first
    assert not run.is_visible()
    page.locator("figcaption a.behind").first.click()
    assert run.is_visible()
    page.close()


def test_no_page_names_a_path_of_this_machine(smoke_site):
    suffixes = {".html", ".js", ".ipynb", ".py", ".csv", ".svg", ".md", ".json"}
    for path in smoke_site.rglob("*"):
        if path.suffix in suffixes and "_static/mathjax" not in path.as_posix():
            text = path.read_text(encoding="utf-8")
            assert str(paths.ROOT) not in text, path
            assert str(smoke_site.parent) not in text, path


def test_executed_notebooks_are_clean(smoke_site):
    """No stream, so no progress bar; no error; no warning."""
    executed = list(smoke_site.glob("_downloads/*/*.ipynb"))
    assert {path.stem for path in executed} == set(STUDIES)
    for path in executed:
        for cell in nbformat.read(path, as_version=4).cells:
            for output in cell.get("outputs", []):
                assert output.output_type in ("display_data", "execute_result"), path.name
                assert "Warning" not in str(output.data.get("text/plain", "")), path.name
