"""The browser of the tests: Debian's Chromium, driven by Playwright."""

import shutil
from contextlib import contextmanager

import pytest
import yaml
from playwright.sync_api import sync_playwright

from specz.common import paths

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="Chromium is not installed: apt-get install chromium"
)


@contextmanager
def chromium():
    """A browser that reaches for nothing by itself."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


def write_page(living, folder):
    """A page with nothing but a living figure; return its address."""
    file = folder / "living.html"
    text = f'<meta charset="utf-8">{living._repr_html_()}'
    config = yaml.safe_load(paths.CONFIG.read_text(encoding="utf-8"))["sphinx"]["config"]
    for name in config["html_js_files"]:
        if name.startswith("living"):
            script = (paths.BOOK / "_static" / name).read_text(encoding="utf-8")
            text += f"<script>{script}</script>"
    file.write_text(text, encoding="utf-8")
    return file.as_uri()
