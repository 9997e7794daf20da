"""Write ``codemeta.json``, the entry for catalogues of software: run it from anywhere.

It says in CodeMeta 3.0 (https://w3id.org/codemeta/3.0) what ``CITATION.cff`` and ``pyproject.toml``
say; a test holds the file to them.
"""

import re
from typing import Any

from specz.common import paths
from specz.site.metadata import CODEMETA, DOI, Project, author_of, read_project, to_json


def codemeta(project: Project) -> dict[str, Any]:
    """Return the project as CodeMeta 3.0 describes software."""
    needed = [re.match(r"([\w-]+)([^;\s]*)", line) for line in project.package["dependencies"]]
    papers = [
        {
            "@type": "ScholarlyArticle",
            "@id": f"{DOI}{paper['doi']}",
            "name": paper["title"],
            "author": [author_of(entry) for entry in paper["authors"]],
        }
        for paper in project.cited["references"]
    ]
    said = {
        "@context": "https://w3id.org/codemeta/3.0",
        "@type": "SoftwareSourceCode",
        "@id": project.doi,
        "identifier": project.doi,
        "name": project.package["name"],
        "description": project.package["description"],
        "version": project.cited["version"],
        "datePublished": project.released,
        "license": project.license,
        "author": project.authors,
        "keywords": project.cited["keywords"],
        "codeRepository": project.code,
        "url": project.site,
        "programmingLanguage": "Python",
        "runtimePlatform": f"Python {project.package['requires-python']}",
        "operatingSystem": ["Linux", "macOS"],
        "softwareRequirements": [
            {"@type": "SoftwareApplication", "name": found[1], "version": found[2]}
            for found in needed
            if found
        ],
        "referencePublication": papers,
    }
    return {name: value for name, value in said.items() if value is not None}


def main() -> None:
    """Write the file at the top of the repository."""
    project = read_project()
    assert project is not None  # this file is in its repository
    (paths.ROOT / CODEMETA).write_text(to_json(codemeta(project)), encoding="utf-8")


if __name__ == "__main__":
    main()
