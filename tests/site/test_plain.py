import jupytext
import nbformat

from specz.common import paths
from specz.site.plain import concluded, plain, restore, write_plain

TEXT = """(page-noise)=

# Noise

```{figure} figures/some_figure.svg
:name: fig-some-figure
:alt: A line.

Accuracy against the {term}`S/N <signal-to-noise ratio>`, as in {numref}`fig-other`
({cite}`bishop2006`); see [](limit.ipynb).
```

After it."""


def test_a_figure_is_its_caption_and_a_role_its_words():
    assert plain(TEXT) == (
        "# Noise\n\nAccuracy against the S/N, as in the figure *other*\n"
        "([bishop2006]); see [limit](limit.ipynb).\n\nAfter it."
    )


def test_no_myst_is_left_in_any_notebook():
    for path in paths.NOTEBOOKS.glob("*.py"):
        for cell in jupytext.read(path).cells:
            if cell.cell_type == "markdown":
                text = plain(cell.source)
                assert "```{figure}" not in text, path.name
                assert ")=" not in text, path.name
                assert "}`" not in text, path.name


def test_the_conclusion_stands_in_bold_before_the_caption():
    text = concluded(TEXT, {"some_figure": "It is 3.0 %.", "another": "No."})
    assert ":alt: A line.\n\n**It is 3.0 %.** Accuracy against" in text
    assert concluded(TEXT, {}) == TEXT


def test_the_site_gets_its_text_back():
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(TEXT)])
    write_plain(notebook, {"some_figure": "It is."})
    assert notebook.cells[0].source == plain(concluded(TEXT, {"some_figure": "It is."}))
    restore(notebook)
    assert notebook.cells[0].source == concluded(TEXT, {"some_figure": "It is."})
    assert "myst" not in notebook.cells[0].metadata
