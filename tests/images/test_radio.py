"""Radio galaxies: a wheel made here stands for the real one, which no test may need."""

import io
import zipfile
from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from specz import figures, tables
from specz.common import paths
from specz.common.fingerprint import file_digest
from specz.common.store import Store
from specz.experiments.result import Result
from specz.experiments.run import run
from specz.images import radio
from specz.images.radio import CATALOGUES, SIDE, TURNS, RadioImages, read_sources, split, symmetric
from specz.images.radio_experiment import RadioExperiment
from specz.images.radio_networks import RadioNetwork, fixed_length
from specz.images.radio_predictions import RadioPredictions
from specz.images.radio_shapes import NAMES, RadioForest, fanaroff_riley, shapes
from specz.study import archive, pages
from specz.study.claims import Verdict
from specz.study.radio import AVERAGED, FOREST, RadioGalaxies, changed, radio_checks

STUDY = RadioGalaxies(
    n_train=[60, 30], folds=2, updates=1, updates_copies=1, updates_averaged=1,
    catalogues=["MiraBest"], turned=["turned by 90°"],
)  # fmt: skip
N = 120
ONE_STEP = fixed_length(1, 1, False)


def double(separation, extent=60, turn=0):
    """Two spots on a faint bar through the middle of an image of the wheel, and a third aside."""
    image = np.zeros((300, 300), dtype=np.uint8)
    image[148:152, 150 - extent : 150 + extent] = 40
    for x in (150 - separation, 150 + separation):
        image[147:153, x - 3 : x + 3] = 250
    return np.rot90(image, turn)


@contextmanager
def folder_of_builds(path):
    """Another folder of what is generated; nothing read before is remembered."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(paths, "BUILD", path)
        for kept in (read_sources, radio._middles):
            kept.cache_clear()
        yield patch
    for kept in (read_sources, radio._middles):
        kept.cache_clear()


@pytest.fixture
def build(tmp_path):
    """An empty folder without the wheel."""
    with folder_of_builds(tmp_path):
        yield tmp_path


@pytest.fixture(scope="module")
def fake(tmp_path_factory):
    """Sources of all classes and catalogues; each bent one is near the compact one before."""
    with folder_of_builds(tmp_path_factory.mktemp("build")) as patch:
        inner, outer = io.BytesIO(), radio.wheel()
        with zipfile.ZipFile(inner, "w") as files:
            for i in range(N):
                label = i % 4
                image = double(10 + 14 * label, turn=i % 3).copy()
                image[90 + i, 120] = 99  # no two are alike
                png = io.BytesIO()
                Image.fromarray(image).save(png, "PNG")
                dec = 10 + label - (0.98 if label == 3 else 0)
                name = f"{150 + i // 4}_{dec}_{label}_{CATALOGUES[i // 2 % 6]}.png"
                for folder in ("all", "train"):
                    files.writestr(f"galaxy_data/{folder}/x/{name}", png.getvalue())
        outer.parent.mkdir()
        with zipfile.ZipFile(outer, "w") as files:
            files.writestr("firstgalaxydata/galaxy_data.zip", inner.getvalue())
        patch.setattr(radio, "SHA256", file_digest(outer))
        yield


def test_sources_are_read_once_each_with_class_catalogue_and_group(fake):
    sources = read_sources()
    assert sources.images.shape == (N, 300, 300)
    assert np.bincount(sources.label).tolist() == [N // 4] * 4
    assert set(sources.catalogue) == set(range(6))
    assert sources.group.max() + 1 == 3 * N // 4, "near sources share a group"
    assert RadioImages(np.arange(3), 1).flux().shape == (3, SIDE, SIDE)


def test_without_the_wheel_or_with_another_one_line_names_the_script(build):
    with pytest.raises(FileNotFoundError, match=r"fetch_radio_galaxies\.py' fetches it"):
        read_sources()
    radio.wheel().parent.mkdir()
    radio.wheel().write_bytes(b"something else")
    with pytest.raises(
        ValueError, match=r"must have sha256 [0-9a-f]{64}; got [0-9a-f]{64}; .*fetch_radio_galaxies"
    ):
        read_sources()


@pytest.mark.parametrize("catalogue", ["", "MiraBest"])
@pytest.mark.parametrize("seed", [1, 5])
def test_no_group_is_in_two_parts(fake, seed, catalogue):
    sources = read_sources()
    parts = split(1, seed, catalogue)
    assert all(len(rows) for rows in parts)
    for i, one in enumerate(parts):
        for other in parts[i + 1 :]:
            assert not set(sources.group[one]) & set(sources.group[other])
    if catalogue:
        assert set(sources.catalogue[parts[2]]) == {CATALOGUES.index(catalogue)}
        assert CATALOGUES.index(catalogue) not in sources.catalogue[np.concatenate(parts[:2])]


def test_each_source_is_tested_in_one_fold(fake):
    tested = np.concatenate([split(1, seed, "")[2] for seed in range(1, radio.FOLDS + 1)])
    assert sorted(tested) == list(range(N))


def test_copies_are_turned_from_the_second_epoch_on_and_each_epoch_anew(fake):
    sample = RadioImages(np.arange(40), 1)
    first, second, third = (sample.flux(epoch=epoch) for epoch in (0, 1, 2))
    assert np.array_equal(first, sample.flux())
    assert not np.array_equal(second, third)
    for before, after in zip(first, second, strict=True):
        positions = [symmetric(before[None], e)[0] for e in range(8)]
        assert any(np.array_equal(after, position) for position in positions)
    assert np.array_equal(sample.flux(np.arange(5), 1), second[:5])


def test_a_quarter_turn_of_test_images_moves_pixels_only(fake):
    rows = np.arange(6)
    turned = RadioImages(rows, 1, TURNS["turned by 90°"]).flux()
    assert np.allclose(turned, symmetric(RadioImages(rows, 1).flux(), 1), atol=1e-6)


@pytest.mark.parametrize("averaged", [True, False])
def test_only_the_average_is_the_same_in_all_eight_positions(averaged):
    rng = np.random.default_rng(1)
    images = rng.random((3, SIDE, SIDE), dtype=np.float32)
    model = RadioNetwork(averaged=averaged, filters=2, dense=8).build()
    found = [model.predict_on_batch(np.ascontiguousarray(symmetric(images, e))) for e in range(8)]
    same = [np.allclose(each, found[0], rtol=1e-5, atol=1e-6) for each in found[1:]]
    assert all(same) if averaged else not any(same)


@pytest.mark.parametrize(("separation", "extent"), [(12, 60), (50, 60)])
def test_the_ratio_of_a_double_is_that_of_its_spots(separation, extent):
    image = radio.middle(double(separation, extent)[None])
    ratio = shapes(image)[0, NAMES.index("FR ratio")]
    assert ratio == pytest.approx(separation / extent, abs=0.08)
    along = np.linspace(-1, 1, 21)
    assert fanaroff_riley(np.zeros(21), along) == 0


def test_shapes_are_finite_and_do_not_change_with_a_quarter_turn():
    images = np.concatenate([radio.middle(double(30)[None]), np.zeros((1, SIDE, SIDE), "f4")])
    found = shapes(images)
    assert found.shape == (2, len(NAMES))
    assert np.isfinite(found).all()
    assert np.allclose(found, shapes(np.ascontiguousarray(symmetric(images, 1))), atol=1e-4)


@pytest.mark.parametrize(
    ("changed_to", "said"),
    [
        ({"catalogue": "Mirabest"}, "did you mean 'MiraBest'"),
        ({"altered": "turned by 91°"}, "did you mean 'turned by 90°'"),
        ({"n_train": 0}, "n_train must"),
    ],
)
def test_a_wrong_setting_is_named(changed_to, said):
    with pytest.raises(ValueError, match=said):
        replace(RadioExperiment(RadioForest(), 10), **changed_to)
    with pytest.raises(ValueError, match="features must"):
        RadioForest(features=16)


def invented(hits, folds=5):
    """Results that nobody computed: each method right in the fraction ``hits`` of its label."""
    found = []
    for experiment in replace(STUDY, folds=folds).experiments():
        n, label = 200, np.arange(200, dtype=np.int16) % 4
        hit = np.arange(n) % 10 < 10 * hits.get(experiment.estimator.label, 0.5)
        p = np.eye(4, dtype=np.float32)[np.where(hit, label, (label + 1) % 4)]
        sed = np.arange(experiment.seed * n, (experiment.seed + 1) * n, dtype=np.int32)
        catalogue = CATALOGUES.index(experiment.catalogue or "MiraBest")
        test = RadioPredictions(sed, label, np.full(n, catalogue, dtype=np.int16), p)
        found.append(Result(experiment, test, test, test, None, {"commit": "0000000"}))
    return found


def test_results_are_archived_whole_and_read_without_the_wheel(fake, tmp_path, monkeypatch):
    forest, network = RadioForest(trees=5), RadioNetwork(True, 1, 4, training=ONE_STEP)
    wanted = [RadioExperiment(e, 60) for e in (forest, network)]
    wanted.append(replace(wanted[1], altered="turned by 90°"))
    results = run(wanted, Store(tmp_path / "store"))
    monkeypatch.setattr(paths, "RESULTS", tmp_path / "results")
    for result in results:
        archive.add(result)
    with folder_of_builds(tmp_path):
        back = archive.archived(wanted)
    assert len(back) == len(results)
    for before, after in zip(results, back, strict=True):
        for column in ("sed", "label", "catalogue", "p"):
            assert np.array_equal(getattr(before.test, column), getattr(after.test, column))
    assert changed(back, AVERAGED, "turned by 90°").value == 0
    assert len(archive.summary(back).splitlines()) == 1 + len(back)


def test_a_page_without_the_wheel_computes_nothing(build, monkeypatch):
    assert STUDY.lacks().endswith("fetches them")
    monkeypatch.setattr(pages, "missing", lambda notebook: [])
    assert pages.computed("radio_galaxies", STUDY) == []
    radio.wheel().parent.mkdir()
    radio.wheel().touch()
    assert pages.computed("radio_galaxies", STUDY) == STUDY.experiments()


def test_figures_and_tables_name_every_method():
    results = invented({})
    for plot in (
        *(figures.plot_radio_size, figures.plot_radio_precision),
        *(figures.plot_radio_across, figures.plot_radio_turned),
    ):
        _, axes = figures.subplots()
        plot(results, axes[0, 0])
        assert AVERAGED in axes[0, 0].get_legend_handles_labels()[1]
    assert tables.radio_table(results).count("\n") == 1 + 5
    assert tables.catalogue_rule(results) == 0.25  # one catalogue with four classes
    for say in (tables.of_radio_size, tables.of_radio_precision, tables.of_radio_across):
        assert "averaged over rotations" in say(results)
    assert "plain CNN 0.0" in tables.of_radio_turned(results)
    _, axes = figures.subplots(4, 2)
    figures.plot_radio_sources(False, axes.ravel().tolist())
    assert axes[3, 0].get_title() == "bent"


def test_figures_without_results_say_so():
    results = [r for r in invented({}) if not (r.experiment.catalogue or r.experiment.altered)]
    for plot in (figures.plot_radio_across, figures.plot_radio_turned):
        _, axes = figures.subplots()
        assert plot(results, axes[0, 0]).texts[0].get_text() == "none at these settings"


def test_a_difference_over_five_folds_decides_and_over_two_does_not():
    hits = {FOREST: 0.9}
    few, many = (radio_checks(invented(hits, folds)) for folds in (2, 5))
    assert {check.verdict for check in few} == {Verdict.UNDECIDED}
    assert few[0].effect.trainings == 2
    assert many[0].verdict is Verdict.REVERSED
    assert many[0].effect.value == pytest.approx(-0.4)
    assert many[0].what == "CNN averaged over rotations minus shape forest, 60 sources"
    assert many[-1].what == "CNN averaged over rotations minus plain CNN, 30 against 60"


def test_training_with_copies_asks_for_other_images_each_epoch():
    assert fixed_length(1, 10, True).fresh_noise
    assert RadioNetwork(training=fixed_length(1, 10, True)).label == "CNN with rotated copies"
    assert not fixed_length(1, 10, False).keep_best
