"""Each step of the pipeline is killed before every change that it makes to its folder.

An audit hook sees each change (a file opened to be written, a name made, moved or removed), in
whatever library it happens, and kills the process before the n-th, for n = 1, 2, ... until the step
comes to its end. After each kill what was finished is whole; then the step is run again.
"""

import itertools
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
import yaml
from waiting import until

from specz.common import circumstances, paths
from specz.common.fingerprint import file_digest
from specz.common.store import Store, key_of
from specz.site import build, notebooks, provenance, render
from specz.study.profiles import profile_parameters

pytestmark = pytest.mark.slow
CHANGES = {"os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.truncate", "subprocess.Popen"}
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
PROGRAM = """
import sys
from pathlib import Path
sys.path[:0] = ["tests", "tests/site"]
import test_killed
print(test_killed.killed_before_each_change(getattr(test_killed, sys.argv[1]), Path(sys.argv[2])))
"""
BUILD = """
import sys
from pathlib import Path
sys.path[:0] = ["tests", "tests/site"]
import test_killed
test_killed.stand_in_for_pages()
site = test_killed.Site(Path(sys.argv[1]))
site.write(sys.argv[2])
site.run()
"""
RENDERER = """
import sys, time
from pathlib import Path
def main():
    site, work = Path(sys.argv[2]), Path(sys.argv[4])
    text = (site / "index.md").read_text()
    html = work / "_build" / "html"
    (html / "_static").mkdir(parents=True)
    for name in ("index.html", "other.html"):
        (html / name).write_text(text)
        deadline = time.monotonic() + 100
        while "waits" in text and not (site.parents[1] / "go on").exists():
            assert time.monotonic() < deadline
            time.sleep(0.02)
"""


class Step:
    """A step of the pipeline in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder

    def prepare(self):
        """Finish what must not be lost."""

    def run(self):
        """Do what is killed."""

    def after_kill(self):
        """Check that what was finished is whole."""

    def after_all(self):
        """Check that everything is there, and nothing else."""


class Saving(Step):
    """A store in which one entry is whole, one damaged, one to be written."""

    def prepare(self):
        self.arrays = {"a": np.arange(5)}
        self.store = Store(self.folder / "store")
        self.keys = [key_of({"x": i}) for i in range(3)]
        self.store.save(self.keys[0], {}, self.arrays)
        damaged = self.store.save(self.keys[1], {}, self.arrays).folder / "arrays.npz"
        damaged.write_bytes(b"")

    def run(self):
        for key in self.keys:
            if self.store.load(key) is None:
                self.store.save(key, {}, self.arrays, lambda f: f.joinpath("model").touch())

    def after_kill(self):
        assert self.store.load(self.keys[0]) is not None
        assert {m["key"] for m in self.store.manifests()} <= set(self.keys)
        new = self.store.folder(self.keys[2])
        assert not new.exists() or self.store.read(self.keys[2])

    def after_all(self):
        assert all(self.store.read(key) for key in self.keys)
        self.store.save(key_of({"x": "another"}), {}, self.arrays)
        assert not list(self.store.root.glob(".writing-*"))


class Executing(Step):
    """One notebook executed, another to be; papermill without a kernel."""

    def prepare(self):
        paths.EXECUTED = self.folder / "notebooks"
        parameters = profile_parameters("smoke", "data")
        self.finished = notebooks.execute("data", parameters | {"seed": 2}, "smoke")
        self.digest = file_digest(self.finished.folder / "notebook.ipynb")
        self.wanted = ("data", parameters, "smoke")

    def run(self):
        notebooks.execute(*self.wanted)

    def after_kill(self):
        assert file_digest(self.finished.folder / "notebook.ipynb") == self.digest
        page = notebooks.kept(*self.wanted)
        if page is not None:
            for name, digest in page.manifest["files"].items():
                assert file_digest(page.folder / name) == digest

    def after_all(self):
        assert notebooks.kept(*self.wanted) is not None
        self.after_kill()
        notebooks.execute("data", self.wanted[1] | {"seed": 3}, "smoke")
        assert not list(paths.EXECUTED.glob(".running-*"))


class Site(Step):
    """A site that is built, to be replaced: staged, rendered, swapped."""

    def prepare(self):
        self.write("the old text")
        self.run()
        self.write("the new text")

    def write(self, text):
        paths.BOOK = self.folder / f"book {text}"
        paths.BOOK.mkdir(exist_ok=True)
        (paths.BOOK / "index.md").write_text(text)
        (paths.BOOK / "_toc.yml").write_text(yaml.safe_dump({"root": "index.md", "parts": []}))

    def run(self):
        build.build("smoke", folder=self.folder / "build")

    def text(self, name="html"):
        """What the site says; it must say it on every page."""
        html = self.folder / "build" / name
        (text,) = {(html / page).read_text() for page in ("index.html", "other.html")}
        assert len((html / ".digest").read_text()) == 64
        return text

    def after_kill(self):
        html = self.folder / "build" / "html"
        if html.exists():
            assert self.text() in ("the old text", "the new text")
        else:  # the moment between two renames
            assert self.text("html.old") == "the old text"
            with render.site_lock(self.folder / "build"):  # the next build begins with it
                assert self.text() == "the old text"

    def after_all(self):
        assert self.text() == "the new text"
        left = {path.name for path in (self.folder / "build").iterdir()}
        assert left == {".lock", "html", "jupyter-book", "jupyter-book.log", "site"}


def kill_before(n, folder):
    """Kill this process before the n-th change to ``folder``."""
    count = itertools.count(1)

    def hook(event, arguments):
        if event == "open":
            path, _, flags = arguments
            changes = isinstance(path, str) and path.startswith(str(folder)) and flags & WRITES
        else:  # within a tree that is removed, names are relative to a descriptor
            within = str(arguments[0]).startswith(str(folder)) or arguments[-1] != -1
            changes = event in CHANGES and within
        if changes and next(count) == n:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def forked(function):
    """Run a function in a forked process; return how that ended."""
    process = os.fork()
    if process == 0:
        try:
            function()
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def stand_in(notebook, output, **options):
    nbformat.write(notebook, output)
    figures = Path(os.environ["SPECZ_FIGURES"])
    figures.mkdir()
    (figures / "seds.svg").write_text("<svg/>")


def stand_in_for_pages():
    """Let a site be built without notebooks, and without a file for each archived experiment."""
    build.make_pages = lambda *arguments: []
    render.write_archived = lambda site: None
    provenance.write_sources = lambda folder: folder.mkdir(parents=True)


def killed_before_each_change(kind, root):
    """Kill a step before its first, second, ... change; return how often it was killed."""
    stand_in_for_pages()
    circumstances.source_commit = lambda: "unknown"
    notebooks.papermill.execute_notebook = stand_in
    for n in itertools.count(1):
        folder = root / str(n)
        folder.mkdir()
        step = kind(folder)
        step.prepare()
        sys.stdout.flush()

        def killed(n=n, folder=folder, step=step):
            kill_before(n, folder)
            step.run()

        status = forked(killed)
        if status == 0:
            step.after_all()
            return n - 1
        assert status == -signal.SIGKILL
        step.after_kill()
        assert forked(step.run) == 0
        step.after_all()
        shutil.rmtree(folder)


@pytest.fixture
def renderer(tmp_path):
    """An environment in which another program stands in for Jupyter Book."""
    package = tmp_path / "stand_in" / "jupyter_book" / "cli"
    package.mkdir(parents=True)
    for folder in (package.parent, package):
        (folder / "__init__.py").touch()  # or the true package comes first
    (package / "main.py").write_text(RENDERER)
    search = [package.parents[1], Path(build.__file__).parents[2]]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, search))}


def kills_of(kind, root, environment):
    """Kill a step in a process of its own; return how often that was."""
    root.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, kind.__name__, str(root)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-3000:]
    return int(done.stdout.split()[-1])


@pytest.mark.fault(
    "saving of a result killed before each change", "stored results are whole; it is saved after"
)
def test_saving_killed_before_any_change_loses_nothing(tmp_path, renderer, tries):
    kills = kills_of(Saving, tmp_path / "steps", renderer)
    tries(kills)
    assert kills >= 10


@pytest.mark.fault(
    "execution of a notebook killed before each change", "pages are whole; it is executed after"
)
def test_executing_killed_before_any_change_loses_nothing(tmp_path, renderer, tries):
    kills = kills_of(Executing, tmp_path / "steps", renderer)
    tries(kills)
    assert kills >= 6


@pytest.mark.fault(
    "staging, rendering and swap of the site killed before each change",
    "the old site or the new one is whole; the same command makes the new one",
)
def test_a_site_killed_before_any_change_is_the_old_or_the_new(tmp_path, renderer, tries):
    kills = kills_of(Site, tmp_path / "steps", renderer)
    tries(kills)
    assert kills >= 25


class Build:
    """A build of a site that says ``text``, in a process of its own."""

    def __init__(self, folder, text, environment):
        self.log = folder / f"{text}.log"
        with self.log.open("w") as file:
            command = [sys.executable, "-c", BUILD, str(folder), text]
            self.process = subprocess.Popen(command, env=environment, stdout=file)

    def waits(self):
        return "another process builds the site in" in self.log.read_text()


@pytest.fixture
def start_build(tmp_path, renderer):
    """Start a build; a renderer of a text with "waits" waits for a file "go on"."""
    started = []

    def start(text):
        started.append(Build(tmp_path, text, renderer))
        return started[-1]

    yield start
    (tmp_path / "go on").touch()
    for one in started:
        with one.process as process:  # waits for its end
            process.kill()


@pytest.mark.fault(
    "three builds at once in one folder", "they take turns and say so; the site is whole"
)
def test_two_builds_in_one_folder_take_turns(tmp_path, start_build):
    texts = [f"site {i} waits" for i in range(3)]
    builds = [start_build(text) for text in texts]
    until(lambda: sum(build.waits() for build in builds) == 2)
    (tmp_path / "go on").touch()
    assert [build.process.wait(100) for build in builds] == [0, 0, 0]
    assert all("site: built" in build.log.read_text() for build in builds)
    site = Site(tmp_path)
    assert site.text() in texts
    assert not (tmp_path / "build" / "html.old").exists()


@pytest.mark.fault(
    "build right after a killed one whose renderer lives on", "it waits for it; the site is whole"
)
def test_a_build_waits_for_the_renderer_of_one_that_was_killed(tmp_path, start_build):
    first = start_build("site 0 waits")
    until((tmp_path / "build" / "jupyter-book" / "_build" / "html" / "index.html").exists)
    first.process.kill()
    first.process.wait()
    second = start_build("site 1")
    until(second.waits)
    (tmp_path / "go on").touch()
    assert second.process.wait(100) == 0
    assert Site(tmp_path).text() == "site 1"
