"""Run independent experiments side by side: on this machine, or on a Dask cluster.

Both are executors of ``concurrent.futures``. A task is one fit with all its evaluations, so that
nothing is fitted twice, and runs in a process of its own: one that is killed, as by a system whose
memory is full, takes nothing with it, and is named.

On this machine one experiment runs at a time by default. TensorFlow and BLAS use every core
within it, and memory is then what one needs. With more workers each gets its share of the cores.

On a cluster a task starts from its settings alone and comes back as the files of its entries; no
folder need be shared. What is trusted: Dask sends pickled objects both ways, so whoever reaches
the scheduler can run code here and on every worker. Only numbers, and models as Keras writes
them, get into the store, each held against its digest. A worker whose code or libraries are not
those of the caller refuses, and says what differs.
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
from typing import Any
from urllib.parse import urlsplit

from specz.common import checks, paths
from specz.common.processes import Processes, cores
from specz.common.store import Files, Store, key_of
from specz.experiments.experiment import Experiment
from specz.experiments.recipe import differences_here, fit_recipe, missing, result_recipe
from specz.experiments.run import run

FORESEEN = (ValueError, TypeError, MemoryError)
"""Errors that say what is wrong without a traceback."""

Task = list[tuple[str, Experiment]]
"""Experiments of one fit, each with its line for the terminal."""


class FanoutError(Exception):
    """Experiments could not be computed; the message says which and why."""


@dataclass(frozen=True)
class Backend:
    """Where experiments are computed; checked at once.

    Attributes
    ----------
    workers : int
        Experiments at a time on this machine.
    cluster : str or None
        Address of a Dask scheduler, in place of this machine.

    Raises
    ------
    ValueError, TypeError
        If there are fewer cores than workers, the address is none, or Dask is not installed.
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
            raise ValueError(
                f"cluster must be an address like tcp://host:8786; got {self.cluster!r}"
            )
        if importlib.util.find_spec("distributed") is None:
            raise ValueError(
                "a cluster needs Dask distributed: pip install '.[cluster]' in the repository"
            )

    @contextmanager
    def executor(self) -> Iterator[Executor]:
        """Give an executor of this machine or of the cluster."""
        if self.cluster is None:
            threads = None if self.workers == 1 else cores() // self.workers
            with Processes(self.workers, threads) as processes:
                yield processes
            return
        import dask
        from distributed import Client

        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # it logs tracebacks
        # A network that is evaluated on other test spectra goes along, and may be large.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GB"}):
            try:
                client = Client(self.cluster)
            except OSError as error:
                raise FanoutError(f"no scheduler answers at {self.cluster}: {error}") from None
            with client:
                n = len(client.nthreads())
                print(f"{self.cluster}: {n} workers{'' if n else ', waiting for one'}", flush=True)
                yield client.get_executor(pure=False)


LOCAL = Backend()


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return f"{parts.scheme}://{parts.netloc}" == text and all(
            (parts.scheme in ("tcp", "tls"), parts.hostname, parts.port, not parts.username)
        )
    except ValueError:  # a port that is no number, or too large
        return False


def compute(
    wanted: Iterable[Experiment], where: Backend = LOCAL, store: Store | None = None
) -> Iterator[Experiment]:
    """Compute the experiments that the store lacks; yield each once its result is there.

    One that fails does not keep the others from being computed. What is finished is kept, so
    that the same call goes on where this one ended, whatever ended it.

    Parameters
    ----------
    wanted : iterable of Experiment
    where : Backend
    store : Store, optional
        ``build/store`` by default.

    Raises
    ------
    FanoutError
        After all others, if an experiment failed; at once if the scheduler is lost or a worker
        has other code.
    OSError
        If a result cannot be written.
    """
    store = store or Store(paths.STORE)
    everything = list(dict.fromkeys(wanted))
    absent = missing(everything, store)
    yield from (experiment for experiment in everything if experiment not in absent)
    if not absent:
        return
    groups: dict[str, list[Experiment]] = {}
    for experiment in absent:
        groups.setdefault(key_of(fit_recipe(experiment)), []).append(experiment)
    ordered = enumerate((e for group in groups.values() for e in group), start=1)
    lines = {e: f"experiment {i} of {len(absent)}: {e.title}" for i, e in ordered}
    failed: dict[str, list[str]] = {}
    with where.executor() as executor:
        futures: dict[Future[dict[str, Files]], list[Experiment]] = {}
        for group in groups.values():
            task = [(lines[experiment], experiment) for experiment in group]
            if where.cluster is None:
                futures[executor.submit(run_here, task, store.root)] = group
            else:
                futures[executor.submit(run_remote, *_pack(task, store))] = group
        for future in as_completed(futures):
            why = ""
            try:
                for key, files in future.result().items():
                    store.receive(key, files)
            except CancelledError:
                raise FanoutError(
                    f"lost the scheduler at {where.cluster}; what had come back is kept, and "
                    "once it runs again the same command goes on"
                ) from None
            except FanoutError:
                raise
            except OSError as error:
                raise FanoutError(f"{futures[future][0].title}: {error}") from None
            except Exception as error:
                why = _describe(error)
            left = missing(futures[future], store)
            for experiment in futures[future]:
                if experiment in left:
                    failed.setdefault(why, []).append(experiment.title)
                    continue
                if where.cluster is not None:
                    print(lines[experiment], flush=True)
                yield experiment
    if failed:
        said = [f"{'; '.join(titles)}: {why}" for why, titles in failed.items()]
        raise FanoutError("\n".join(["not computed, all else is:", *said]))


def run_here(task: Task, root: Path) -> dict[str, Files]:
    """Compute experiments into the store at ``root``, in a process of their own; none is sent."""
    for line, experiment in task:
        print(line, flush=True)
        run([experiment], Store(root))
    return {}


def _pack(task: Task, store: Store) -> tuple[bytes, list[dict[str, Any]], dict[str, Files]]:
    """Pack a task, the recipes of what is to come back, and the fit if it is here already."""
    fit = fit_recipe(task[0][1])
    key = key_of(fit)
    held = {key: store.files(key)} if store.load(key) is not None else {}
    return pickle.dumps(task), [fit, *(result_recipe(experiment) for _, experiment in task)], held


def run_remote(
    task: bytes, recipes: list[dict[str, Any]], held: dict[str, Files]
) -> dict[str, Files]:
    """Compute experiments on a worker of Dask, in a process of their own.

    The worker's cores are shared between the tasks that it takes at a time.

    Parameters
    ----------
    task : bytes
        A pickled :data:`Task`; opened once code and versions are found to be the caller's.
    recipes : list of dict
        Of the entries that come of it.
    held : dict
        Entries that the caller has already, by key.

    Returns
    -------
    dict
        Key to the files of each entry that is new.
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


def _run_if_alike(task: bytes, recipes: list[dict[str, Any]], root: Path, worker: str) -> None:
    """Compute experiments if what they depend on is here what it is at the caller."""
    found = dict.fromkeys(line for recipe in recipes for line in differences_here(recipe))
    if found:
        raise FanoutError(f"worker {worker} is not like this machine: {'; '.join(found)}")
    run_here(pickle.loads(task), root)


def _describe(error: Exception) -> str:
    """Say what went wrong in an experiment; a traceback goes with what was not foreseen."""
    if isinstance(error, BrokenExecutor):
        return f"{error}, as happens when memory is full; a smaller n_train needs less"
    if isinstance(error, FORESEEN):
        return str(error)
    return "\n".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])])
