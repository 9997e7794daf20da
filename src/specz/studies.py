"""The figures of the study as lists of experiments: one function a notebook.

Each takes the parameters of its notebook and returns the experiments that the notebook
draws, so that parameters are checked, and missing results counted, before any kernel starts.
Experiments that two notebooks share are computed once.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from math import isfinite

from specz import checks
from specz.alterations import ALTERATIONS
from specz.baselines import NearestNeighbours
from specz.bayes import BayesLimit
from specz.equivariant import Equivariant
from specz.estimators import REGISTRY, Estimator, estimator_class, uses_seed
from specz.experiment import N_MAX, SEED_MAX, SNR_MIN, Experiment
from specz.grid import GRIDS
from specz.library import LibraryConfig
from specz.networks import CNN, DatathonNetwork
from specz.templatefit import TemplateFit
from specz.training import TrainingConfig

N_SEDS = LibraryConfig().n_train
"""SEDs of the training split: as many spectra show each of them once."""

TEMPLATE_VALIDATION = 500
"""Validation spectra that choose the number of templates; a scan of each takes long."""

VALIDATION_MAX = 2000
"""Validation spectra are evaluated after every epoch; more would slow training down."""


def data(snr: Sequence[float], n_train: int, grid: str, seed: int) -> list[Experiment]:
    """Notebook ``data``: nothing to run; the settings of the spectra it shows."""
    for level in checks.listed("snr", snr, checks.number, SNR_MIN):
        Experiment(CNN(), n_train, level, grid, data_seed=seed)
    return []


def network(
    layers: int,
    n_train: int,
    snr: float,
    epochs: int,
    min_updates: int,
    n_test: int,
    grid: str,
    seed: int,
) -> list[Experiment]:
    """Notebook ``network``: one training, watched."""
    return [_experiment(cnn(layers, epochs, min_updates), n_train, snr, grid, n_test, seed)]


def data_availability(
    n_train: Sequence[int],
    snr: Sequence[float],
    layers: int,
    epochs: int,
    min_updates: int,
    n_test: int,
    grid: str,
    seed: int,
) -> list[Experiment]:
    """Notebook ``data_availability``: training sets of growing size, at each noise level."""
    return with_limits(
        [
            _experiment(cnn(layers, epochs, min_updates), n, level, grid, n_test, seed)
            for level in checks.listed("snr", snr, checks.number, SNR_MIN)
            for n in checks.listed("n_train", n_train, checks.integer, 1, N_MAX)
        ]
    )


def overfitting(
    n_train: Sequence[int],
    snr: float,
    dropout: float,
    l2: float,
    layers: int,
    epochs: int,
    min_updates: int,
    n_test: int,
    grid: str,
    seeds: Sequence[int],
) -> list[Experiment]:
    """Notebook ``overfitting``: nothing, dropout, L2, or fresh noise each epoch, at each size.

    Each network learns from the first size, where chance matters most, with each of the seeds.
    """
    checks.listed("seeds", seeds, checks.integer, 0, SEED_MAX)
    checks.number("dropout", dropout, 0.01, 0.99)
    checks.number("l2", l2, 1e-12, 10)
    checks.finite("snr", snr, SNR_MIN)  # clean spectra have no fresh noise
    plain = cnn(layers, epochs, min_updates)
    remedies = (
        plain,
        replace(plain, dropout=dropout),
        replace(plain, l2=l2),
        replace(plain, training=replace(plain.training, fresh_noise=True)),
    )
    firsts = [
        _experiment(network, n, snr, grid, n_test, seeds[0])
        for n in checks.listed("n_train", n_train, checks.integer, 1, N_MAX)
        for network in remedies
    ]
    return with_limits(
        [
            replace(first, seed=seed)
            for first in firsts
            for seed in (seeds if first.n_train == n_train[0] else seeds[:1])
        ]
    )


def depth(
    layers: Sequence[int],
    n_train: int,
    snr: float,
    epochs: int,
    min_updates: int,
    n_train_datathon: int,
    epochs_datathon: int,
    n_test: int,
    grid: str,
    seeds: Sequence[int],
) -> list[Experiment]:
    """Notebook ``depth``: networks of growing depth, each seed, then the datathon's network."""
    checks.listed("layers", layers, checks.integer, 1)
    checks.listed("seeds", seeds, checks.integer, 0, SEED_MAX)
    checks.integer("n_train_datathon", n_train_datathon, 1, N_MAX)
    checks.integer("epochs_datathon", epochs_datathon, 1, 10_000)
    common = _experiment(cnn(1, epochs, min_updates), n_train, snr, grid, n_test, seeds[0])
    datathon = DatathonNetwork()
    datathon = replace(datathon, training=replace(datathon.training, epochs=epochs_datathon))
    return [
        *(
            replace(common, estimator=cnn(n, epochs, min_updates), seed=seed)
            for n in layers
            for seed in seeds
        ),
        replace(common, estimator=datathon, n_train=n_train_datathon),
    ]


def tuning(
    n_train: int,
    snr: float,
    learning_rate: Sequence[float],
    batch: Sequence[int],
    updates: Sequence[int],
    filters: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    normalise: Sequence[bool],
    layers: int,
    epochs: int,
    min_updates: int,
    n_test: int,
    grid: str,
    seed: int,
) -> list[Experiment]:
    """Notebook ``tuning``: the study's network, then one setting changed at a time.

    Each list holds values to try; it may be empty. ``updates`` are other values of
    ``min_updates``.
    """
    checks.listed("learning_rate", learning_rate, checks.number, 1e-8, 10, empty=True)
    for name, values in (
        ("batch", batch),
        ("filters", filters),
        ("kernel", kernel),
        ("stride", stride),
    ):
        checks.listed(name, values, checks.integer, 1, empty=True)
    checks.listed("updates", updates, checks.integer, 0, empty=True)
    checks.listed("normalise", normalise, checks.flag, empty=True)
    base = cnn(layers, epochs, min_updates)
    training = base.training
    variants = [
        base,
        *(replace(base, training=replace(training, learning_rate=v)) for v in learning_rate),
        *(replace(base, training=replace(training, batch=v)) for v in batch),
        *(replace(base, training=replace(training, min_updates=v)) for v in updates),
        *(replace(base, filters=v) for v in filters),
        *(replace(base, kernel=v) for v in kernel),
        *(replace(base, stride=v) for v in stride),
        *(replace(base, normalise=v) for v in normalise),
    ]
    return [_experiment(v, n_train, snr, grid, n_test, seed) for v in dict.fromkeys(variants)]


def noise(
    snr: Sequence[float],
    n_train: int,
    layers: int,
    epochs: int,
    min_updates: int,
    n_test: int,
    grid: str,
    seed: int,
) -> list[Experiment]:
    """Notebook ``noise``: one network trained and tested at each noise level."""
    return data_availability([n_train], snr, layers, epochs, min_updates, n_test, grid, seed)


def comparison(
    snr: float,
    methods: Sequence[str],
    n_train: Sequence[int],
    n_common: int,
    layers: int,
    epochs: int,
    min_updates: int,
    n_test: int,
    grid: str,
    seeds: Sequence[int],
) -> list[Experiment]:
    """Notebooks ``comparison_clean`` and ``comparison_noisy``.

    Every method at one common training size, with each of the seeds if it uses one, then each at
    a size of its own (the largest that it is given) with the first.
    """
    checks.listed("methods", methods, checks.choice, REGISTRY)
    checks.listed("n_train", n_train, checks.integer, 1, N_MAX, repeats=True)
    checks.integer("n_common", n_common, 1, N_MAX)
    checks.listed("seeds", seeds, checks.integer, 0, SEED_MAX)
    if len(methods) != len(n_train):
        raise ValueError(
            f"n_train must give one size for each of the {len(methods)} methods; "
            f"got {len(n_train)} sizes"
        )
    common, own = [], []
    for name, n in zip(methods, n_train, strict=True):
        estimator: Estimator = (
            cnn(layers, epochs, min_updates) if name == "cnn" else estimator_class(name)()
        )
        first = _experiment(estimator, n_common, snr, grid, n_test, seeds[0])
        trainings = seeds if uses_seed(estimator) else seeds[:1]
        common += [replace(first, seed=seed) for seed in trainings]
        own.append(replace(first, n_train=n))
    return with_limits([*common, *own])


def limit(
    snr: float,
    snr_levels: Sequence[float],
    n_train: Sequence[int],
    n_train_plain: Sequence[int],
    layers: int,
    epochs: int,
    min_updates: int,
    epochs_equivariant: int,
    min_updates_equivariant: int,
    n_test: int,
    grid: str,
    seed: int,
) -> list[Experiment]:
    """Notebook ``limit``: what each method makes of how many spectra, under the Bayes limit.

    ``n_train`` are the sizes for the methods that know what redshift is, the equivariant
    network and the template fit; ``n_train_plain`` those for the plain network and k-NN. At the
    ``snr_levels`` both networks are compared, the plain one at its largest size.
    """
    rest = (grid, n_test, seed)
    checks.finite("snr", snr, SNR_MIN)  # clean spectra have no limit
    checks.listed("snr_levels", snr_levels, checks.finite, SNR_MIN)
    levels = list(dict.fromkeys([snr, *snr_levels]))
    plain = cnn(layers, epochs, min_updates)
    experiments = []
    for n in checks.listed("n_train_plain", n_train_plain, checks.integer, 1, N_MAX):
        experiments.append(_experiment(plain, n, snr, *rest))
        experiments.append(_experiment(NearestNeighbours(), n, snr, *rest))
    for n in checks.listed("n_train", n_train, checks.integer, 1, N_MAX):
        network = equivariant(epochs_equivariant, min_updates_equivariant)
        experiments += [_experiment(network, n, level, *rest) for level in levels]
        if n <= N_SEDS:  # more spectra show no more SEDs
            experiments.append(template_fit(n, snr, *rest))
    experiments += [_experiment(plain, max(n_train_plain), level, *rest) for level in levels]
    return with_limits(experiments)


def convergence(
    snr: float,
    n_seds: Sequence[int],
    continua: Sequence[int],
    resolution: Sequence[float],
    n_test: int,
    grid: str,
    seed: int,
) -> list[Experiment]:
    """Notebook ``convergence``: the Bayes limit, then with one of its settings changed at a time.

    The first of ``n_seds`` is that of all but the other sizes. The last results do not know the
    mean flux, the noise level, or either.
    """
    checks.integer("seed", seed, 0)
    checks.finite("snr", snr, SNR_MIN)  # clean spectra have no limit
    first, *others = checks.listed("n_seds", n_seds, checks.integer, 1, N_SEDS)
    checks.listed("continua", continua, checks.integer, 1, empty=True)
    checks.listed("resolution", resolution, checks.number, 1, empty=True)
    whole = BayesLimit()
    changed = [
        *(replace(whole, continua=n) for n in continua),
        *(replace(whole, resolution=r) for r in resolution),
        replace(whole, known_amplitude=False),
        replace(whole, known_noise=False),
        replace(whole, known_amplitude=False, known_noise=False),
    ]
    return [
        Experiment(limit, n, snr, grid, n_validation=1, n_test=n_test)
        for limit, n in [(whole, n) for n in (first, *others)] + [(one, first) for one in changed]
    ]


def probing(
    snr: float,
    n_train: int,
    n_train_plain: int,
    altered: Sequence[str],
    grids: Sequence[str],
    n_probed: int,
    layers: int,
    epochs: int,
    min_updates: int,
    epochs_equivariant: int,
    min_updates_equivariant: int,
    n_test: int,
    grid: str,
    seed: int,
) -> list[Experiment]:
    """Notebook ``probing``: both networks and the limit on test spectra as they are, and altered.

    ``n_train`` is the size for the equivariant network, ``n_train_plain`` for the plain one.
    The networks are those of other pages; ``n_probed`` test spectra are asked about. On other
    ``grids`` both are trained there as well.
    """
    checks.integer("n_test", n_test, 1, N_MAX)
    checks.integer("n_probed", n_probed, 1)
    if n_probed > n_test:
        raise ValueError(f"n_probed must not exceed n_test, {n_test}; got {n_probed}")
    checks.integer("n_train_plain", n_train_plain, 1, N_MAX)
    checks.listed("altered", altered, checks.choice, ALTERATIONS)
    checks.listed("grids", grids, checks.choice, GRIDS, empty=True)
    checks.finite("snr", snr, SNR_MIN)  # clean spectra have no limit
    network = equivariant(epochs_equivariant, min_updates_equivariant)
    both = (
        _experiment(network, n_train, snr, grid, n_test, seed),
        _experiment(cnn(layers, epochs, min_updates), n_train_plain, snr, grid, n_test, seed),
    )
    probed = [replace(e, n_test=n_probed) for e in both]
    experiments = [replace(e, altered=name) for e in probed for name in ("", *altered)]
    experiments += [replace(e, grid=other) for e in probed for other in grids]
    return with_limits(experiments)


def ablation(
    snr: float,
    n_train: int,
    layers: int,
    epochs: int,
    min_updates: int,
    epochs_equivariant: int,
    min_updates_equivariant: int,
    n_test: int,
    grid: str,
    seed: int,
) -> list[Experiment]:
    """Notebook ``ablation``: the equivariant network, then without one of its parts at a time.

    The last network is the plain one, which has none of them.
    """
    whole = equivariant(epochs_equivariant, min_updates_equivariant)
    variants: tuple[Estimator, ...] = (
        whole,
        replace(whole, know_library=False, learn_filters=True),
        replace(whole, learn_filters=True),
        replace(whole, continua=1),
        replace(whole, continua=12),
        replace(whole, hidden=whole.hidden[:1]),
        replace(whole, shifts=400),
        cnn(layers, epochs, min_updates),
    )
    return with_limits([_experiment(v, n_train, snr, grid, n_test, seed) for v in variants])


def claims(
    n_train: Sequence[int],
    snr: Sequence[float],
    layers: Sequence[int],
    snr_levels: Sequence[float],
    methods: Sequence[str],
    n_train_methods: Sequence[int],
    n_common: int,
    epochs: int,
    min_updates: int,
    n_test: int,
    grid: str,
    seeds: Sequence[int],
) -> list[Experiment]:
    """Notebook ``claims``: all that the claims are tested on, mostly shared with other pages.

    The network learns from every size at which it is held against another method, below the
    largest, with each of the seeds.
    """
    checks.listed("layers", layers, checks.integer, 1)
    checks.listed("n_train", n_train, checks.integer, 1, N_MAX)
    checks.listed("snr", snr, checks.number, SNR_MIN)
    checks.listed("snr_levels", snr_levels, checks.number, SNR_MIN)
    checks.listed("n_train_methods", n_train_methods, checks.integer, 1, N_MAX, repeats=True)
    checks.listed("seeds", seeds, checks.integer, 0, SEED_MAX)
    once = (epochs, min_updates, n_test, grid, seeds[0])
    deepest, largest = max(layers), max(n_train)
    wanted = data_availability(n_train, snr, deepest, *once)
    wanted += noise(snr_levels, largest, deepest, *once)
    held_against = [(depth, largest, max(snr)) for depth in layers]
    held_against += [(deepest, n, level) for level in snr for n in n_train_methods if n < largest]
    for depth, n, level in held_against:
        first = _experiment(cnn(depth, epochs, min_updates), n, level, grid, n_test, seeds[0])
        wanted += [replace(first, seed=seed) for seed in seeds]
    for level in snr:
        wanted += comparison(
            *(level, methods, n_train_methods, n_common, deepest),
            *(epochs, min_updates, n_test, grid, seeds),
        )
        if isfinite(level):
            wanted.append(template_fit(N_SEDS, level, grid, n_test, seeds[0]))
    return list(dict.fromkeys(with_limits(wanted)))


def holds_up() -> list[Experiment]:
    """Notebook ``holds_up``: nothing to run and nothing to set; it shows what was recorded."""
    return []


def cnn(layers: int, epochs: int, min_updates: int) -> CNN:
    """Return the study's network at a given depth, with the settings of this companion."""
    return CNN(layers=layers, training=TrainingConfig(epochs, min_updates))


def equivariant(epochs: int, min_updates: int) -> Equivariant:
    """Return the network that knows what redshift is, with the settings of this companion."""
    checks.integer("epochs_equivariant", epochs, 1, 10_000)
    checks.integer("min_updates_equivariant", min_updates, 0)
    default = Equivariant()
    training = replace(default.training, epochs=epochs, min_updates=min_updates)
    return replace(default, training=training)


def template_fit(n_train: int, snr: float, grid: str, n_test: int, seed: int) -> Experiment:
    """Template fitting with the SEDs of ``n_train`` spectra."""
    experiment = _experiment(TemplateFit(), n_train, snr, grid, n_test, seed)
    return replace(experiment, n_validation=min(n_test, TEMPLATE_VALIDATION))


def with_limits(experiments: Sequence[Experiment]) -> list[Experiment]:
    """Add the Bayes limit on each set of noisy test spectra, once, at the end."""
    limits = [
        replace(e, estimator=BayesLimit(), n_train=e.library.n_train, n_validation=1, seed=1)
        for e in experiments
        if isfinite(e.snr)
    ]
    return list(dict.fromkeys([*experiments, *limits]))


def _experiment(
    estimator: Estimator, n_train: int, snr: float, grid: str, n_test: int, seed: int
) -> Experiment:
    """An experiment with as many validation as test spectra, up to VALIDATION_MAX."""
    checks.integer("n_test", n_test, 1, N_MAX)
    n_validation = min(n_test, VALIDATION_MAX)
    return Experiment(
        estimator, n_train, snr, grid, n_validation=n_validation, n_test=n_test, seed=seed
    )


STUDIES: dict[str, Callable[..., list[Experiment]]] = {
    "data": data,
    "network": network,
    "data_availability": data_availability,
    "overfitting": overfitting,
    "depth": depth,
    "tuning": tuning,
    "noise": noise,
    "comparison_clean": comparison,
    "comparison_noisy": comparison,
    "limit": limit,
    "ablation": ablation,
    "probing": probing,
    "convergence": convergence,
    "claims": claims,
    "holds_up": holds_up,
}
"""Notebook name to the function that lists its experiments."""
