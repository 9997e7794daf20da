"""Take the README's pictures of a built site: python scripts/screenshots.py build/html."""

import io
import shutil
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

IMAGES = Path(__file__).parents[1] / "book" / "images"
SHOTS = {
    "landing.webp": ("index.html", "scrollTo(0, 0)", None),
    "figure.webp": (
        "data.html",
        "document.querySelector('#fig-seds ~ details').open = true;"
        "document.querySelector('#fig-seds').scrollIntoView()",
        None,
    ),
    "efficiency.webp": ("limit.html", "scrollTo(0, 0)", "#fig-data-efficiency img"),
}


def main(site: Path) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1280, "height": 1000})
        for name, (address, action, part) in SHOTS.items():
            page.goto((site.resolve() / address).as_uri())
            page.evaluate(action)
            page.wait_for_timeout(500)
            shown = page.locator(part).locator("visible=true").first if part else page
            Image.open(io.BytesIO(shown.screenshot())).save(IMAGES / name, quality=80)
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
