import pytest
import yaml

from specz import metrics
from specz.site import build, sweep
from specz.site.sweep import read_sweep
from specz.study import archive, pages

GOOD = {"notebook": "data", "profile": "smoke", "grid": {"n_train": [300, 400], "seed": [1, 2]}}
BAD = [
    ({"notebok": "data"}, "key of sweep.yml must be one of.*did you mean 'notebook'"),
    ({"grid": {"snrr": [1]}}, "parameter of notebook 'data'.*did you mean 'snr'"),
    ({"grid": {"n_train": 300}}, "list of values for n_train; got 300"),
    ({"grid": {"n_train": []}}, r"list of values for n_train; got \[\]"),
    ({"grid": {"n_train": [300, 300]}}, "must not repeat a value of n_train"),
    ({"grid": {"n_train": [300, -1]}}, "n_train must lie in .*got -1"),
    ({"grid": None}, "grid must give a list of values for each parameter; got None"),
    ({"profile": "smok"}, "profile must be one of.*did you mean 'smoke'"),
    ({"notebook": "dta"}, "notebook must be one of.*did you mean 'data'"),
]


def written(tmp_path, content):
    path = tmp_path / "sweep.yml"
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.mark.parametrize(("change", "message"), BAD)
def test_a_wrong_sweep_stops_before_anything_runs(tmp_path, change, message):
    with pytest.raises((ValueError, TypeError), match=message):
        read_sweep(written(tmp_path, GOOD | change))


@pytest.mark.parametrize("name", ["<script>alert(1)<.yml", "a b.yml", "`x`.yml"])
def test_a_name_that_a_page_would_read_is_refused(tmp_path, name):
    path = written(tmp_path, GOOD).rename(tmp_path / name)
    with pytest.raises(ValueError, match="the file's name must be letters"):
        read_sweep(path)


def test_too_many_points_are_counted_before_they_are_made(tmp_path):
    grid = {"n_train": list(range(1, 2001)), "seed": list(range(1, 1501))}
    with pytest.raises(ValueError, match="at most 1,000 points; got 3,000,000"):
        read_sweep(written(tmp_path, GOOD | {"grid": grid}))


def test_a_key_that_stands_twice_is_named(tmp_path):
    path = tmp_path / "sweep.yml"
    path.write_text("notebook: data\nprofile: smoke\ngrid:\n  seed: [1]\n  seed: [2]\n")
    with pytest.raises(ValueError, match=r"sweep.yml is not YAML: the key 'seed' stands twice"):
        read_sweep(path)


def test_numbers_are_read_as_people_write_them(tmp_path):
    path = tmp_path / "sweep.yml"
    path.write_text("notebook: tuning\nprofile: smoke\ngrid: {learning_rate: [[1e-3], [1e-2]]}\n")
    assert read_sweep(path).grid == {"learning_rate": [[0.001], [0.01]]}


def test_a_sweep_without_a_part_or_a_file_is_named(tmp_path):
    with pytest.raises(ValueError, match="'grid' is missing"):
        read_sweep(written(tmp_path, {k: GOOD[k] for k in ("notebook", "profile")}))
    with pytest.raises(ValueError, match="there is no file"):
        read_sweep(tmp_path / "nowhere.yml")


def test_the_grid_is_the_product_of_its_values(tmp_path):
    sweep = read_sweep(written(tmp_path, GOOD))
    runs = [(p["n_train"], p["seed"]) for p in sweep.runs()]
    assert runs == [(300, 1), (300, 2), (400, 1), (400, 2)]
    assert sweep.runs()[0]["grid"] == "paper"


def test_books_of_other_parameters_have_folders_and_banners_of_their_own():
    folders = {build._folder_of("smoke", {"noise.snr": value}) for value in ([0.7], [0.8])}
    assert len(folders) == 2
    assert all("noise.snr" in folder.name for folder in folders)
    assert "noise.snr = [0.7]" in build._banner("quick", {"noise.snr": [0.7]})
    assert "small training sets" in build._banner("quick", {})
    assert "noise.snr = [0.7]" in build._banner("paper", {"noise.snr": [0.7]})
    assert "<strong>quick</strong>" in build._banner("paper", {"noise": "live"})
    assert build._banner("paper", {}) is None  # nothing but the study


def test_a_run_with_the_parameters_of_the_study_is_drawn_from_the_archive(monkeypatch):
    def refuse(experiments, store=None):
        assert list(experiments) == []
        return []

    monkeypatch.setattr(pages, "run", refuse)
    numbers = "\n".join(sweep._numbers(sweep.Sweep("sizes", "noise", "paper", {"seed": [1]})))
    archived = archive.reference("noise")
    assert numbers.count("\n| 1 |") == len(archived)
    assert metrics.accuracy(archived[0].test).percent() in numbers
