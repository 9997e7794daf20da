"""The command line; ``specz --help`` lists its commands."""

import json
import os
import shutil
import sys
import traceback
from collections import defaultdict
from pathlib import Path
from typing import Annotated, Any

import typer

from specz import __version__
from specz.common import paths
from specz.common.circumstances import source_commit
from specz.common.progress import VERBOSITY, verbosity
from specz.common.store import canonical
from specz.experiments import recipe
from specz.experiments.base import BaseExperiment
from specz.experiments.parallel import Backend, FanoutError
from specz.own.files import Options, predict_files
from specz.site import build as book
from specz.site import sweep
from specz.site.contents import OTHER_SYSTEMS
from specz.site.crate import check_sources, write_crate
from specz.site.notebooks import BookError, execute, read_notebook
from specz.site.values import parse_override
from specz.study import archive, datathon, pages, profiles, verification
from specz.study.archiving import fill
from specz.study.studies import STUDIES
from specz.study.titles import study_title
from specz.tables.cells import SHORT

app = typer.Typer(
    help="A reproducible companion to 'CNNs for Spectroscopic Redshift Estimation on Euclid Data'.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)

Profile = Annotated[str, typer.Option(help="smoke, quick or paper.")]
OwnParameters = Annotated[
    list[str] | None, typer.Option("-p", "--parameter", help="name=value, as often as needed.")
]

Json = Annotated[bool, typer.Option("--json", help="For programs.")]

Workers = Annotated[int, typer.Option(help="Experiments at a time on this machine.")]
Cluster = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Of a Dask scheduler: tcp://host:8786.")
]


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"specz {__version__}, commit {source_commit()}")
        raise typer.Exit()


@app.callback()
def common_options(
    version: Annotated[
        bool,
        typer.Option("--version", help="Say the version.", is_eager=True, callback=_print_version),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("-q", "--quiet", help="Results and errors only, no progress.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("-v", "--verbose", help="Durations too, and where an error arose.")
    ] = False,
) -> None:
    """Options that come before a command."""
    if quiet and verbose:
        raise ValueError("give -q or -v, not both")
    if quiet or verbose:
        os.environ[VERBOSITY] = "2" if verbose else "0"


@app.command("list")
def list_notebooks(profile: Profile = "quick", as_json: Json = False) -> None:
    """List the notebooks with their parameters in a profile."""
    found = {name: profiles.profile_parameters(profile, name) for name in STUDIES}
    if as_json:
        _echo_json({"profile": profile, "notebooks": found})
        return
    for name, parameters in found.items():
        typer.echo(name)
        for key, value in parameters.items():
            typer.echo(f"  {key} = {json.dumps(canonical(value))}")


@app.command()
def run(
    notebook: Annotated[str, typer.Argument(help="A notebook's name; see 'specz list'.")],
    parameter: OwnParameters = None,
    profile: Profile = "quick",
    output: Annotated[
        Path | None, typer.Option(help="Copy the executed notebook and its figures here.")
    ] = None,
    workers: Workers = 1,
    cluster: Cluster = None,
) -> None:
    """Run one notebook through papermill with parameters of your own."""
    overrides = dict(parse_override(text) for text in parameter or [])
    parameters = profiles.resolve(notebook, profile, overrides)
    read_notebook(notebook)  # a fault in it is named before anything is computed
    book.compute(pages.experiments(notebook, parameters), Backend(workers, cluster))
    page = execute(notebook, parameters, profile)
    if output is not None:
        shutil.copytree(page.folder, output, dirs_exist_ok=True)
    file = (output or page.folder) / "notebook.ipynb"
    typer.echo(f"{file}{'' if page.fresh else ' (kept from an earlier run)'}")


@app.command()
def plan(
    profile: Profile = "quick",
    why: Annotated[
        bool, typer.Option("--why", help="Say what changed since the nearest stored result.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say which experiments of a profile are stored and which would be computed.

    The profile of the study is drawn from the archive and computes none; see 'specz status'.
    """
    listed: dict[str, list[dict[str, Any]]] = {}
    for name in STUDIES:
        experiments = pages.experiments(name, profiles.profile_parameters(profile, name))
        absent = recipe.missing(experiments)
        if as_json:
            listed[name] = [
                {"title": e.title, "stored": e not in absent}
                | ({"why": recipe.why(e)} if why else {})
                for e in experiments
            ]
            continue
        typer.echo(f"{name}: {len(experiments)} experiments, {len(absent)} to compute")
        for experiment in experiments:
            typer.echo(f"  {'miss' if experiment in absent else 'hit'}  {experiment.title}")
            for reason in recipe.why(experiment) if why else []:
                typer.echo(f"        {reason}")
    if as_json:
        _echo_json({"profile": profile, "notebooks": listed})


def _echo_json(value: object) -> None:
    typer.echo(json.dumps(canonical(value), ensure_ascii=False))


@app.command("archive")
def archive_profile(
    profile: Profile = profiles.STUDY,
    notebook: Annotated[
        str | None, typer.Option(help="Only the experiments of this notebook.")
    ] = None,
    method: Annotated[
        str | None, typer.Option(help="Only those of this method, such as cnn.")
    ] = None,
    minutes: Annotated[
        float | None, typer.Option(help="Stop in time; the same command goes on.")
    ] = None,
    workers: Workers = 1,
    cluster: Cluster = None,
) -> None:
    """Run the experiments of a profile that results/ lacks, and archive them.

    If it is stopped, the same command goes on: finished experiments are not repeated.
    """
    fill(profile, notebook, minutes, Backend(workers, cluster), method)


@app.command()
def status(
    profile: Profile = profiles.STUDY,
    as_json: Json = False,
) -> None:
    """Say which experiments of a profile are archived in results/, and their cost."""
    found = archive.status(profiles.profile_experiments(profile))
    if as_json:
        listed = {
            "profile": profile,
            "archived": [_named(experiment) for experiment in found.done],
            "left": [_named(experiment) for experiment in found.left],
            "core_hours": round(found.core_hours, 2),
            "accelerated": found.accelerated,
        }
        _echo_json(listed)
        return
    for word, experiments in (("archived", found.done), ("left", found.left)):
        for experiment in experiments:
            named = _named(experiment)
            typer.echo(f"{word:>8}  {named['key'][:SHORT]}  {named['title']}")
    total = len(found.done) + len(found.left)
    also = "".join(f"; {n} with {name}" for name, n in found.accelerated.items())
    typer.echo(f"{len(found.done)} of {total} archived, {found.core_hours:.2f} core-hours{also}")
    if absent := archive.absence():
        typer.echo(f"specz: {absent}", err=True)


def _named(experiment: BaseExperiment) -> dict[str, str]:
    """Key and title of an experiment."""
    return {"key": archive.archive_key(experiment), "title": study_title(experiment)}


@app.command()
def verify(
    receipt: Annotated[Path | None, typer.Option(help="Write the findings as JSON.")] = None,
    results: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="The archive, in place of results/ or SPECZ_RESULTS."),
    ] = None,
) -> None:
    """Check results/, test the claims on it, and compute a small part of it again.

    Exit status 1 if a result is damaged or this machine does not reproduce the part.
    """
    if results is not None:
        paths.RESULTS = results.absolute()
    if receipt is not None:  # tried before the minutes of work, not after them
        there = receipt.exists()
        try:
            receipt.open("a", encoding="utf-8").close()
            if not there:
                receipt.unlink()
        except OSError as error:
            where = "receipt must be a file that can be written"
            raise ValueError(f"{where}; got {str(receipt)!r}: {error.strerror}") from None
    found = verification.verify()
    for claim in found.claims:
        typer.echo(f"claim {claim.number}: {claim.verdict}. {claim.text}")
        for check in claim.checks:
            points = f"{check.exact.interval.points()} points" if check.effects else "no results"
            typer.echo(
                f"    {check.verdict}: {check.contrast.what} ({check.contrast.where}): {points}"
            )
    for again in found.reruns:
        word = "same" if again.passed else "DIFFERS"
        typer.echo(
            f"rerun, {word}: {again.title}: {again.here.percent()}, archived "
            f"{again.archived.percent()}; {again.same:.2%} of the predictions equal; "
            f"required: {again.condition}"
        )
    for fault in found.faults:
        typer.echo(f"fault: {fault}")
    typer.echo(
        f"{found.archived} of {found.wanted} results archived, {len(found.faults)} faults; "
        f"{'verified' if found.passed else 'NOT verified'} in {found.seconds:.0f} s"
    )
    if receipt is not None:
        text = json.dumps(canonical(found.to_json()), indent=1, ensure_ascii=False)
        receipt.write_text(text + "\n", encoding="utf-8")
    if not found.passed:
        raise typer.Exit(1)


@app.command()
def build(
    profile: Profile = profiles.STUDY,
    live: Annotated[
        list[str] | None, typer.Option(help="Compute this page at the quick profile.")
    ] = None,
    parameter: OwnParameters = None,
    redshifts_only: Annotated[
        bool, typer.Option("--redshifts-only", help="Leave out the talk's other systems.")
    ] = False,
    workers: Workers = 1,
    cluster: Cluster = None,
) -> None:
    """Build the whole site, by default from the archived results of the study.

    A page with --live or with a parameter of your own, notebook.name=value, is computed here and
    shown beside the archived results; such a site lies in a separate folder under build/books.
    """
    overrides: dict[str, dict[str, Any]] = defaultdict(dict)
    for text in parameter or []:
        name, value = parse_override(text)
        notebook, dot, key = name.partition(".")
        if not dot:
            raise ValueError(f"expected notebook.name=value; got {text!r}")
        overrides[notebook][key] = value
    part = OTHER_SYSTEMS if redshifts_only else ""
    typer.echo(book.build(profile, overrides, None, Backend(workers, cluster), live or (), part))


@app.command("sweep")
def run_sweep(
    file: Annotated[Path, typer.Argument(help="YAML with notebook, profile and grid.")],
    workers: Workers = 1,
    cluster: Cluster = None,
) -> None:
    """Run one notebook over a grid of parameters; build a book with a page that compares them."""
    typer.echo(book.build_sweep(sweep.read_sweep(file), where=Backend(workers, cluster)))


@app.command("datathon")
def run_datathon(
    folder: Annotated[Path, typer.Argument(help="With its two arrays.")],
    epochs: Annotated[int, typer.Option(help="Its notebook has 20.")] = 20,
) -> None:
    """Train the datathon's network on your copy of its arrays, as its notebook did."""
    for epoch, found in enumerate(datathon.accuracy(folder, epochs), start=1):
        typer.echo(f"epoch {epoch}: validation accuracy {found:.4f}")
    typer.echo(f"its notebook printed {datathon.PRINTED:.4f} after 20 epochs")


@app.command("predict")
def predict_redshifts(
    files: Annotated[
        list[Path],
        typer.Argument(help="Text tables, FITS files, or folders of them.", show_default=False),
    ],
    output: Annotated[
        Path | None, typer.Option(help="The table, .csv, .ecsv or .fits; else printed.")
    ] = None,
    plot: Annotated[Path | None, typer.Option(help="Folder for a picture of each.")] = None,
    unit: Annotated[
        str | None, typer.Option(help="Of wavelength where a file does not say it: Å, nm, µm.")
    ] = None,
    air: Annotated[
        bool, typer.Option("--air", help="Wavelengths are in air where a file does not say it.")
    ] = False,
    resolving_power: Annotated[
        float | None, typer.Option(help="λ/FWHM of the instrument; it widens the lines.")
    ] = None,
) -> None:
    """Find the redshifts of your own spectra; a line about each that is not readable.

    Exit status 1 if there was one. Ctrl-C leaves a table of what was found.
    """
    bad = 0

    def complain(line: str) -> None:
        nonlocal bad
        bad += 1
        typer.echo(f"specz: {line}", err=True)

    try:
        predict_files(files, Options(unit, air, resolving_power), complain, output, plot)
    except KeyboardInterrupt:
        raise _Stopped("stopped; the table has what was found until then") from None
    if bad:
        raise typer.Exit(1)


@app.command()
def crate(
    profile: Profile = profiles.STUDY,
    output: Annotated[
        Path, typer.Option(help="The zip file to write.", show_default="build/crate.zip")
    ] = paths.BUILD / "crate.zip",
) -> None:
    """Bundle executed notebooks, figures, results and environment as an RO-Crate, to deposit."""
    check_sources()  # before the work
    typer.echo(write_crate(book.make_pages(profile), output))


STOPPED = 130
"""Exit status after Ctrl-C."""


class _Stopped(Exception):  # noqa: N818 (no error)
    """Ctrl-C, with what is to be said about it."""


def main() -> None:
    """Run the command line; an error that the user can correct is one message, exit status 2."""
    try:
        app()
    except (ValueError, TypeError, OSError, BookError, FanoutError) as error:
        if verbosity() > 1:
            traceback.print_exc()
        typer.echo(f"specz: {error}", err=True)
        sys.exit(2 if isinstance(error, ValueError | TypeError) else 1)
    except _Stopped as stop:
        typer.echo(f"specz: {stop}", err=True)
        sys.exit(STOPPED)
    except SystemExit as end:
        if end.code == STOPPED:
            typer.echo("specz: stopped; the same command goes on from what is finished", err=True)
        raise
