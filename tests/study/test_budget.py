from dataclasses import replace
from math import inf

import pytest

from specz import tables
from specz.estimators.cnn import CNN
from specz.study import archive
from specz.study.budget import untuned
from specz.study.profiles import profile_study
from specz.study.settings import CHOSEN, CLASSIFIERS, chosen, network_candidates

PAPER = profile_study("paper", "budget")


def test_every_method_gets_the_same_number_of_settings():
    tried = PAPER.candidates()
    assert set(tried) == {"CNN, 1 layer", "CNN, 3 layers", *CLASSIFIERS}
    assert {len(settings) for settings in tried.values()} == {8}
    for settings in tried.values():
        assert len(set(settings.values())) == 8, "no setting twice"
    experiments = PAPER.experiments()
    assert len(experiments) == len(set(experiments)) == 2 * 8 * len(tried)


def test_no_network_chooses_its_epoch():
    for network in network_candidates(CNN(), 10_000).values():
        assert not network.training.keep_best


def test_the_penalty_of_all_spectra_together_stays_the_same():
    few, many = (network_candidates(CNN(), n) for n in (10_000, 400_000))
    assert few["L2 0.1"].l2 == 0.1
    for name in few:
        assert many[name].l2 * 400_000 == pytest.approx(few[name].l2 * 10_000)


@pytest.mark.parametrize("method", CHOSEN)
def test_what_the_claims_use_is_among_the_settings(method):
    assert {chosen(method, snr) for snr in (inf, 1.0)} <= set(PAPER.candidates()[method])


def test_what_the_claims_use_was_the_best_on_archived_validation_spectra():
    found = tables.choices(PAPER, archive.reference("budget"))
    assert found, "at least one method is tuned"
    assert {(c.method, c.noise): c.best for c in found} == {
        (c.method, c.noise): c.used for c in found
    }


def test_a_method_is_tuned_when_every_setting_has_a_result():
    archived = archive.reference("budget")
    left = untuned(PAPER, archived)
    assert ("k-NN", inf) not in left
    assert ("k-NN", inf) in untuned(PAPER, [r for r in archived if r.method != "knn"][1:])
    other = replace(
        archived[0].experiment, estimator=PAPER.candidates()["linear SVM"]["C 10"], seed=9
    )
    others = [*archived, replace(archived[0], experiment=other)]
    assert untuned(PAPER, others) == left, "another size or seed is no tuning"
    some = [r for r in archived if r.estimator != PAPER.candidates()["k-NN"]["k 3"]]
    assert {("k-NN", inf), ("k-NN", 1.0)} <= untuned(PAPER, some)


def test_a_number_of_settings_out_of_range_is_named():
    with pytest.raises(ValueError, match="tried"):
        replace(PAPER, tried=9).experiments()
