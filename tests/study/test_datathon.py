import numpy as np
import pytest
from typer.testing import CliRunner

from specz import cli
from specz.spectra.grid import get_grid
from specz.spectra.noise import White
from specz.spectra.sample import draw_sample
from specz.study import datathon


@pytest.fixture(scope="module")
def spectra(library):
    """Arrays of the published shapes, from this package's galaxies."""
    sample = draw_sample(library, "train", datathon.N, White(1.0), get_grid("datathon"), 1)
    one_hot = np.zeros((datathon.N, 800), dtype=np.float32)
    one_hot[np.arange(datathon.N), sample.labels] = 1
    return sample.flux(), one_hot, sample.labels


@pytest.fixture
def folder(tmp_path, spectra):
    def write(values=spectra[0], labels=spectra[1]):
        np.save(tmp_path / datathon.SPECTRA, values)
        np.save(tmp_path / datathon.LABELS, labels)
        return tmp_path

    return write


def test_arrays_are_read_as_published(folder, spectra):
    found = datathon.read(folder())
    np.testing.assert_array_equal(found.flux(slice(3)), spectra[0][:3])
    np.testing.assert_array_equal(found.labels, spectra[2])
    assert len(found.head(5)) == 5


def changed(array, at, value):
    array = array.copy()
    array[at] = value
    return array


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda v, o: (v[:, :1779], o), r"shape \(10000, 1780\); got float32 of \(10000, 1779\)"),
        (lambda v, o: (v, o[:9000]), r"trainLabels.*\(10000, 800\); got"),
        (lambda v, o: (changed(v, (7, 3), np.nan), o), "row 7 .*not finite"),
        (lambda v, o: (v, changed(o, (12, slice(2)), 1)), "row 12 must hold one 1"),
        (lambda v, o: (v, changed(o, 12, 0)), "row 12 must hold one 1"),
        (lambda v, o: (v, o.astype(str)), "must be numbers"),
    ],
)
def test_other_arrays_are_named(folder, spectra, change, said):
    with pytest.raises(ValueError, match=said):
        datathon.read(folder(*change(*spectra[:2])))


def test_a_folder_without_them_is_named(tmp_path):
    with pytest.raises(ValueError, match=r"must hold train_data_10k\.npy"):
        datathon.read(tmp_path)
    (tmp_path / datathon.SPECTRA).write_text("a web page that asks to log in")
    with pytest.raises(ValueError, match="no array of NumPy"):
        datathon.read(tmp_path)


@pytest.mark.slow
def test_the_network_trains_on_them_and_its_accuracy_stands_beside_the_printed_one(folder):
    done = CliRunner().invoke(cli.app, ["datathon", str(folder()), "--epochs", "1"])
    assert done.exit_code == 0, done.output
    first, printed = done.output.splitlines()[-2:]
    assert first.startswith("epoch 1: validation accuracy 0.")
    assert printed == "its notebook printed 0.2160 after 20 epochs"
