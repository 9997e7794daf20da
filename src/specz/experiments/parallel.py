"""Run independent experiments in parallel, on this machine or on a Dask cluster.

Both are executors of ``concurrent.futures``. A task is one fit with all its evaluations, so nothing
is fitted twice. It runs in a process of its own: if that is killed, for example because memory is
full, the error names its experiments and the others continue.

On this machine one experiment runs at a time by default, with all cores for TensorFlow and BLAS and
the memory of one experiment. With more workers each gets its share of the cores.

On a cluster a task starts from its settings and returns the files of its entries; no shared folder
is needed. Security: Dask sends pickled objects in both directions, so anyone who reaches the
scheduler can run code here and on every worker. Only numbers and Keras models enter the store,
each checked against its digest. A worker with other code or libraries than the caller refuses and
names the differences.
"""

import importlib.util
import logging
import pickle
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from specz.common import checks, paths
from specz.common.processes import Processes, cores
from specz.common.progress import say
from specz.common.store import Files, Store, key_of
from specz.experiments.base import BaseExperiment
from specz.experiments.recipe import Recipe, differences_here, fit_recipe, missing, result_recipe
from specz.experiments.run import run

FORESEEN = (ValueError, TypeError, MemoryError)
"""Errors whose message is clear without a traceback."""

Task = list[tuple[str, BaseExperiment]]
"""Experiments of one fit, each with its line in the terminal."""


class FanoutError(Exception):
    """Experiments could not be computed; the message says which and why."""


@dataclass(frozen=True)
class Backend:
    """Where experiments are computed.

    Attributes
    ----------
    workers : int
        Experiments at a time on this machine.
    cluster : str or None
        Address of a Dask scheduler, to use instead of this machine.

    Raises
    ------
    ValueError, TypeError
        If there are fewer cores than workers, the address is invalid, or Dask is not installed.
    """

    workers: int = 1
    cluster: str | None = None

    def __post_init__(self) -> None:
        checks.integer("workers", self.workers, 1, cores())
        if self.cluster is None:
            return
        if self.workers != 1:
            raise ValueError(f"workers are of this machine, not of a cluster; got {self.workers}")
        if not _is_address(self.cluster):
            example = "tcp://host:8786"
            raise ValueError(f"cluster must be an address like {example}; got {self.cluster!r}")
        if importlib.util.find_spec("distributed") is None:
            install = "pip install '.[cluster]' in the repository"
            raise ValueError(f"a cluster needs Dask distributed: {install}")

    @contextmanager
    def executor(self) -> Iterator[Executor]:
        """Yield an executor on this machine or on the cluster."""
        if self.cluster is None:
            threads = None if self.workers == 1 else cores() // self.workers
            with Processes(self.workers, threads) as processes:
                yield processes
            return
        import dask
        from distributed import Client

        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # it logs tracebacks
        # A stored network is sent along with the task, and may be large.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GB"}):
            try:
                client = Client(self.cluster)
            except OSError as error:
                raise FanoutError(f"no scheduler answers at {self.cluster}: {error}") from None
            with client:
                n = len(client.nthreads())
                say(f"{self.cluster}: {n} workers{'' if n else ', waiting for one'}")
                yield client.get_executor(pure=False)


LOCAL = Backend()


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        plain = f"{parts.scheme}://{parts.netloc}" == text and not parts.username
        return plain and parts.scheme in ("tcp", "tls") and bool(parts.hostname and parts.port)
    except ValueError:  # a port that is no number, or too large
        return False


def compute(
    wanted: Iterable[BaseExperiment], where: Backend = LOCAL, store: Store | None = None
) -> Iterator[BaseExperiment]:
    """Compute the experiments that the store lacks; yield each once its result is stored.

    The store is ``build/store`` by default. If an experiment fails, the others are still computed.
    Finished results stay in the store, so the same call continues after any interruption.

    Raises
    ------
    ValueError
        Before anything starts, if a library that an estimator names in ``requires`` is not
        installed here.
    FanoutError
        At the end, if an experiment failed; at once if the scheduler is lost or a worker has other
        code.
    OSError
        If a result cannot be written.
    """
    store = store or Store(paths.STORE)
    everything = list(dict.fromkeys(wanted))
    absent = missing(everything, store)
    yield from (experiment for experiment in everything if experiment not in absent)
    if not absent:
        return
    if where.cluster is None:
        for experiment in absent:
            _check_installed(experiment)
    groups: dict[str, list[BaseExperiment]] = {}
    for experiment in absent:
        groups.setdefault(key_of(fit_recipe(experiment)), []).append(experiment)
    ordered = enumerate((e for group in groups.values() for e in group), start=1)
    lines = {e: f"experiment {i} of {len(absent)}: {e.title}" for i, e in ordered}
    failed: dict[str, list[str]] = {}
    with where.executor() as executor:
        futures: dict[Future[dict[str, Files]], list[BaseExperiment]] = {}
        for group in groups.values():
            task = [(lines[experiment], experiment) for experiment in group]
            if where.cluster is None:
                futures[executor.submit(run_here, task, store.root)] = group
            else:
                futures[executor.submit(run_remote, *_pack(task, store))] = group
        for future in as_completed(futures):
            group = futures[future]
            why = _receive(future, group[0].title, where, store)
            left = missing(group, store)  # a task that fails may have finished some experiments
            for experiment in group:
                if experiment in left:
                    failed.setdefault(why, []).append(experiment.title)
                    continue
                if where.cluster is not None:
                    say(lines[experiment])
                yield experiment
    if failed:
        causes = [f"{'; '.join(titles)}: {why}" for why, titles in failed.items()]
        raise FanoutError("\n".join(["not computed, all else is:", *causes]))


def _check_installed(experiment: BaseExperiment) -> None:
    """Raise ValueError if the optional library of an estimator is not installed."""
    needs = getattr(experiment.estimator, "requires", None)
    if needs and importlib.util.find_spec(needs.partition(">")[0]) is None:
        raise ValueError(f"{experiment.title}: its library is not installed: pip install {needs!r}")


def _receive(future: Future[dict[str, Files]], title: str, where: Backend, store: Store) -> str:
    """Store the files that a task returned; return the reason if it failed, else nothing."""
    try:
        for key, files in future.result().items():
            store.receive(key, files)
    except CancelledError:
        kept = "what had come back is kept, and once it runs again the same command goes on"
        raise FanoutError(f"lost the scheduler at {where.cluster}; {kept}") from None
    except FanoutError:  # a worker with other code: all other tasks would fail as well
        raise
    except OSError as error:  # such as a full disk, here
        raise FanoutError(f"{title}: {error}") from None
    except Exception as error:
        return _describe(error)
    return ""


def run_here(task: Task, root: Path) -> dict[str, Files]:
    """Compute experiments into the store at ``root``; the answer is empty, no files are sent."""
    for line, experiment in task:
        say(line)
        cost = run([experiment], Store(root))[0].manifest["seconds"]
        say(f"{line}: {cost:.0f} s", level=2)
    return {}


def _pack(task: Task, store: Store) -> tuple[bytes, list[Recipe], dict[str, Files]]:
    """Pack a task, the recipes of its entries, and the fit if it is stored here already."""
    fit = fit_recipe(task[0][1])
    key = key_of(fit)
    held = {key: store.files(key)} if store.load(key) is not None else {}
    return pickle.dumps(task), [fit, *(result_recipe(experiment) for _, experiment in task)], held


def run_remote(task: bytes, recipes: list[Recipe], held: dict[str, Files]) -> dict[str, Files]:
    """Compute experiments on a worker of Dask; return the files of each new entry by key.

    They run in a process of their own, with an equal share of the worker's cores.

    Parameters
    ----------
    task : bytes
        A pickled :data:`Task`, which is opened only after a check of code and versions.
    recipes : list of dict
        Of the entries to compute.
    held : dict
        Entries that the caller has already, by key.
    """
    from distributed import get_worker

    worker = get_worker()
    threads = max(1, cores() // worker.state.nthreads)
    with tempfile.TemporaryDirectory(prefix="specz-", dir=worker.local_directory) as folder:
        store = Store(Path(folder))
        for key, files in held.items():
            store.receive(key, files)
        with Processes(1, threads) as process:
            process.submit(_run_if_alike, task, recipes, store.root, worker.address).result()
        keys = [key_of(recipe) for recipe in recipes]
        new = [key for key in keys if key not in held and store.folder(key).is_dir()]
        return {key: store.files(key) for key in new}


def _run_if_alike(task: bytes, recipes: list[Recipe], root: Path, worker: str) -> None:
    """Compute experiments if code and versions are the same here as at the caller."""
    found = dict.fromkeys(line for recipe in recipes for line in differences_here(recipe))
    if found:
        raise FanoutError(f"worker {worker} is not like this machine: {'; '.join(found)}")
    run_here(pickle.loads(task), root)


def _describe(error: Exception) -> str:
    """Describe a failure, with a traceback unless the error is one of :data:`FORESEEN`."""
    if isinstance(error, BrokenExecutor):
        return f"{error}, as happens when memory is full; a smaller n_train needs less"
    if isinstance(error, FORESEEN):
        return str(error)
    return "\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])])
