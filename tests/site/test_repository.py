"""The address of the source code: one field, shown everywhere or nowhere."""

import json
import re
import shutil

import pytest
import yaml

from specz.common import paths
from specz.site import repository
from specz.site.crate import _describe
from specz.site.metadata import read_project
from specz.site.render import stage_site

CITED = paths.ROOT / "CITATION.cff"
ADDRESS = "https://example.org/specz"  # a name that is kept for examples


@pytest.fixture
def with_address(tmp_path, monkeypatch):
    """Set the address of the source code, or leave it out."""

    def write(address, field="Repository"):
        text = (paths.ROOT / "pyproject.toml").read_text(encoding="utf-8")
        text = re.sub(rf"^{field} = .*\n", "", text, flags=re.M)
        if address is not None:
            text = text.replace("[project.urls]\n", f'[project.urls]\n{field} = "{address}"\n')
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
        monkeypatch.setattr(paths, "ROOT", tmp_path)

    return write


@pytest.mark.parametrize("address", [None, ADDRESS])
def test_the_site_links_to_the_code_and_says_how_to_clone_it_or_shows_nothing(
    with_address, tmp_path, address
):
    with_address(address)
    site = tmp_path / "site"
    stage_site(site, [], None)
    how = (site / "reproduce.md").read_text(encoding="utf-8")
    footer = yaml.safe_load((site / "_config.yml").read_text())["html"].get("extra_footer", "")
    assert repository.CLONE not in how
    assert (f"git clone {ADDRESS} specz\ncd specz" in how) == (address is not None)
    fetch = f"!git clone {ADDRESS} specz\n" if address else repository.FETCH
    assert fetch in how  # the first line of a hosted notebook
    assert (f'href="{ADDRESS}"' in footer) == (address is not None)
    assert ("git clone" in how) == (address is not None)


@pytest.mark.parametrize("address", [None, ADDRESS])
def test_the_bundle_names_the_code_or_nothing(with_address, address):
    from rocrate.rocrate import ROCrate

    with_address(address)
    shutil.copy(CITED, paths.ROOT)
    crate = ROCrate(version="1.3")
    _describe(crate, read_project(), "2020-01-01")
    found = crate.root_dataset.get("isBasedOn")
    assert (found.id if found else None) == address


@pytest.mark.parametrize("field", ["Repository", "Documentation"])
@pytest.mark.parametrize(
    "address", ["", "host.org/x", "http://host.org/x", "https://", "https://x"]
)
def test_what_is_no_address_is_named(with_address, address, field):
    with_address(address, field)
    with pytest.raises(ValueError, match=rf"{field} in pyproject.toml must be .*got"):
        repository.address_of(field)


def faults(address, cited, readme, deposit):
    """What files that are read as they are say of the address, and should not."""
    named = cited.get("repository-code")
    if address is None:
        said = {"CITATION.cff": named, "README.md": "git clone" in readme or None}
        said[".zenodo.json"] = "isDerivedFrom" in deposit or None
    else:
        said = {
            "CITATION.cff": named != address or None,
            "README.md": repository.clone_command(address) not in readme or None,
            ".zenodo.json": f'"identifier": "{address}", "relation": "isDerivedFrom"' not in deposit
            or None,
        }
    return [name for name, wrong in said.items() if wrong is not None]


def test_files_that_are_read_as_they_are_name_the_same_address_or_none():
    texts = [
        (paths.ROOT / n).read_text("utf-8") for n in ("CITATION.cff", "README.md", ".zenodo.json")
    ]
    cited = yaml.safe_load(texts[0])
    assert faults(repository.repository(), cited, *texts[1:]) == []


def test_a_file_that_names_another_address_is_found():
    line = repository.clone_command(ADDRESS)
    deposit = json.dumps([{"identifier": ADDRESS, "relation": "isDerivedFrom"}])
    good = ({"repository-code": ADDRESS}, f"```\n{line}\n```", deposit)
    assert faults(ADDRESS, *good) == []
    assert faults(ADDRESS + "2", *good) == ["CITATION.cff", "README.md", ".zenodo.json"]
    assert faults(None, *good) == ["CITATION.cff", "README.md", ".zenodo.json"]
    assert faults(None, {}, "", "") == []
