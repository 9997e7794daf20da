"""A part of the book that a build may leave out: its pages, and the links that lead to them."""

import re
from pathlib import Path

import yaml

from specz.common import checks, paths

OTHER_SYSTEMS = "The talk's other systems"
"""Caption in ``book/_toc.yml`` of the part that has nothing to do with redshifts."""

LABEL = re.compile(r"^\(([\w-]+)\)=|:name: ([\w-]+)", flags=re.M)


def chapters(caption: str) -> list[str]:
    """Files of the chapters of a part, as the table of contents names them.

    Raise ValueError if no part has this caption.
    """
    contents = yaml.safe_load((paths.BOOK / "_toc.yml").read_text(encoding="utf-8"))
    parts = {part["caption"]: part["chapters"] for part in contents["parts"]}
    checks.choice("part", caption, parts)
    return [chapter["file"] for chapter in parts[caption]]


def leave_out(site: Path, caption: str) -> None:
    """Take a part out of a staged tree; a link to one of its pages becomes text that says so."""
    table, left = site / "_toc.yml", chapters(caption)
    contents = yaml.safe_load(table.read_text(encoding="utf-8"))
    contents["parts"] = [part for part in contents["parts"] if part["caption"] != caption]
    table.write_text(yaml.safe_dump(contents, sort_keys=False), encoding="utf-8")
    targets = set(left)
    for name in left:
        source = site / name if name.endswith(".md") else paths.NOTEBOOKS / f"{Path(name).stem}.py"
        text = source.read_text(encoding="utf-8").replace("\n# ", "\n")
        targets |= {"".join(found) for found in LABEL.findall(text)}
        (site / name).unlink(missing_ok=True)
    link = re.compile(rf"\[([^\]]*)\]\((?:{'|'.join(map(re.escape, sorted(targets)))})\)")

    def said(found: re.Match[str]) -> str:
        return f"{found[1] or 'a page'} (left out of this build)"

    for page in (*site.glob("*.md"), *site.glob("*.ipynb")):
        text = page.read_text(encoding="utf-8")
        if link.search(text):
            page.write_text(link.sub(said, text), encoding="utf-8")
