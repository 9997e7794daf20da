"""A part of the book that is left out leaves no link behind."""

import re
import shutil

import pytest
import yaml

from specz.common import paths
from specz.site import build
from specz.site.contents import OTHER_SYSTEMS, chapters, leave_out


@pytest.fixture
def site(tmp_path):
    """The prose, and the notebooks as text in place of executed ones."""
    shutil.copytree(paths.BOOK, tmp_path / "site")
    for notebook in paths.NOTEBOOKS.glob("*.py"):
        shutil.copy(notebook, tmp_path / "site" / f"{notebook.stem}.ipynb")
    return tmp_path / "site"


def test_its_pages_and_every_link_to_them_are_gone(site):
    left = chapters(OTHER_SYSTEMS)
    assert {"other_systems.md", "denoising.ipynb"} < set(left)
    before = (site / "background.md").read_text(encoding="utf-8")
    assert "(page-other-systems)" in before
    leave_out(site, OTHER_SYSTEMS)
    contents = yaml.safe_load((site / "_toc.yml").read_text(encoding="utf-8"))
    named = [chapter["file"] for part in contents["parts"] for chapter in part["chapters"]]
    assert not set(named) & set(left)
    assert len(named) > 20
    pages = [*site.glob("*.md"), *site.glob("*.ipynb")]
    assert not {page.name for page in pages} & set(left)
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    assert not re.search(r"\]\((page-(other|star|radio|denois)|other_systems|fig-denois)", text)
    assert "a page of its own (left out of this build)" in text
    assert "(page-limit)" in text or "](limit.ipynb)" in text


def test_a_page_that_is_left_out_cannot_be_asked_for():
    with pytest.raises(ValueError, match="'denoising' is in the part that is left out"):
        build.make_pages("smoke", {"denoising": {"n_train": 10}}, part=OTHER_SYSTEMS)


def test_an_unknown_part_is_named():
    with pytest.raises(ValueError, match="part must be one of"):
        build.make_pages("smoke", part="The talk")
