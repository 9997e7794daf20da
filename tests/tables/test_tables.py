from dataclasses import replace

import numpy as np
import pytest
from bs4 import BeautifulSoup

from specz import metrics, tables
from specz.common.store import Store
from specz.estimators.bayes import BayesLimit
from specz.estimators.cnn import CNN
from specz.estimators.nearest_neighbours import NearestNeighbours
from specz.estimators.training import TrainingConfig
from specz.experiments.experiment import Experiment
from specz.experiments.run import run
from specz.metrics import line_confusion
from specz.metrics.effects import METRICS, Effect
from specz.spectra.grid import get_grid
from specz.spectra.library import LibraryConfig
from specz.study.budget import Budget
from specz.study.claims import TEXTS, Check, Claim, Verdict
from specz.study.contrasts import Contrast

KEPT = METRICS[-1].name
SMALL = LibraryConfig(n_train=100, n_validation=20, n_test=40)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """What two tests ask for is computed once."""
    return Store(tmp_path_factory.mktemp("store"))


def cells(table):
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()]


def test_a_comparison_holds_each_method_against_the_network(store):
    network = CNN(training=TrainingConfig(epochs=1, min_updates=0))
    group = run(
        [
            Experiment(estimator, 200, n_validation=20, n_test=40, library=SMALL)
            for estimator in (network, NearestNeighbours())
        ],
        store,
    )
    header, _, first, second, _, last = cells(tables.comparison_table(group))
    assert first[0] == "CNN"
    assert first[header.index("p")] == "–"
    assert second[0] == "k-NN"
    versus = metrics.compare(group[0].test, group[1].test)
    assert second[6] == versus.difference.points()
    assert second[3] == metrics.accuracy(group[1].test).percent()
    assert last[0].startswith("k-NN is first with ")

    again = replace(group[0], experiment=replace(group[0].experiment, seed=2), test=group[1].test)
    _, _, first, second, *_ = cells(tables.comparison_table([*group, again]))
    assert (first[2], second[2]) == ("2", "1")
    both = [group[0].test, again.test]
    assert first[3] == metrics.mean_accuracy(both).percent()
    assert second[6] == metrics.mean_difference(both, [group[1].test]).points()
    assert second[7] == "1"  # the second training says what k-NN says


def test_methods_are_held_against_the_limit_at_their_own_noise_level(store):
    knn = Experiment(NearestNeighbours(), 100, 1.0, n_validation=20, n_test=40, library=SMALL)
    limit = replace(knn, estimator=BayesLimit(), n_validation=1)
    results = run([replace(knn, snr=5.0), knn, limit], store)
    header, _, first, second = cells(tables.limit_table(results))  # none at S/N 5
    assert first[:2] == ["1", "k-NN"]
    assert second[:2] == ["1", "Bayes limit"]
    part = metrics.relative_accuracy(results[1].test, results[2].test)
    assert first[header.index("part of the limit")].startswith(f"{part.value:.4f}\u00a0(")
    assert second[-2:] == ["–", "–"]


def test_probabilities_are_listed_one_noise_level_after_another(store):
    knn = Experiment(NearestNeighbours(), 100, 1.0, n_validation=20, n_test=40, library=SMALL)
    limit = replace(knn, estimator=BayesLimit(), n_validation=1)
    results = run([knn, replace(knn, snr=5.0), limit, replace(limit, snr=5.0)], store)
    header, _, *rows = cells(tables.posterior_table(results))
    listed = [(row[header.index("S/N")], row[0]) for row in rows]
    assert listed == [("5", "k-NN"), ("5", "Bayes limit"), ("1", "k-NN"), ("1", "Bayes limit")]


def test_archived_results_are_shown_first_under_their_own_commit(store):
    knn = Experiment(NearestNeighbours(), 100, 1.0, n_validation=20, n_test=40, library=SMALL)
    limit = replace(knn, estimator=BayesLimit(), n_validation=1)
    results = run([knn, replace(knn, n_train=200), limit, replace(limit, n_train=50)], store)
    archived = [replace(r, manifest=r.manifest | {"commit": "1234567890"}) for r in results]

    def shown(some, reference):
        table = tables.beside(tables.noise_table, some, reference)
        return "Archived at paper scale, commit 1234567:" in table

    first, both = "Archived at paper scale, commit 1234567:", tables.noise_table
    assert tables.beside(both, results, archived).split("\n\n")[1] == first  # it is folded
    assert "Computed here, commit " in tables.beside(both, results, archived)
    assert shown(results, archived)
    assert not shown([], archived)  # nothing to tell apart
    assert not shown(results, [])


def test_variants_are_held_against_the_first_and_the_limit(store):
    first = Experiment(NearestNeighbours(), 100, 1.0, n_validation=20, n_test=40, library=SMALL)
    limit = replace(first, estimator=BayesLimit(), n_validation=1)
    other = replace(first, estimator=NearestNeighbours(neighbours=(3,)))
    results = run([limit, first, other], store)
    header, _, *rows = cells(tables.variants_table(results, {"as it is": 1234}))
    assert [row[:3] for row in rows] == [
        ["as it is", "100", "1,234"],
        ["neighbours 3", "100", "–"],
    ]
    change = metrics.compare(results[2].validation, results[1].validation).difference
    assert [row[header.index("against the first (points)")] for row in rows] == [
        "–",
        change.points(),
    ]
    part = metrics.relative_accuracy(results[2].test, results[0].test)
    assert rows[1][-1].replace("\u00a0", " ") == f"{part}"
    assert "part of the limit" not in tables.variants_table(results[1:], {})


def test_remedies_are_held_against_none_at_their_own_size(store):
    plain = CNN(training=TrainingConfig(epochs=1, min_updates=0))
    experiments = [
        Experiment(network, n, n_validation=20, n_test=40, library=SMALL)
        for n in (100, 200)
        for network in (plain, replace(plain, dropout=0.5))
    ]
    results = run(experiments, store)
    _, _, *rows = cells(tables.remedies_table(results))
    assert [row[:2] for row in rows] == [
        [n, remedy] for n in ("100", "200") for remedy in ("nothing", "dropout 0.5")
    ]
    for without, remedied, row in zip(results[::2], results[1::2], rows[1::2], strict=True):
        assert row[7] == metrics.compare(remedied.test, without.test).difference.points()
        gap = metrics.difference_interval(
            metrics.accuracy(remedied.train), metrics.accuracy(remedied.validation)
        )
        assert row[4] == gap.points()

    first = replace(results[1], test=results[0].test)
    second = replace(results[1], experiment=replace(results[1].experiment, seed=2))
    _, _, _, row = cells(tables.remedies_table([results[0], first, second]))
    both = [first.test, second.test]
    assert row[2] == "2"
    assert row[6] == ", ".join(f"{100 * metrics.accuracy(test).value:.1f}" for test in both)
    assert row[7] == metrics.mean_difference(both, [results[0].test]).points()


def test_mistaken_lines_are_counted(store):
    knn = Experiment(NearestNeighbours(), 100, 1.0, n_validation=20, n_test=40, library=SMALL)
    (result,) = run([knn], store)
    (row,) = cells(tables.line_confusion_table([result], most=1))[2:]
    named = line_confusion.confused_lines(result.test, get_grid(knn.grid))
    assert row[1] == f"{np.count_nonzero(named)} of 40"
    name, count = row[2].split(": ")
    assert np.count_nonzero(named == name) == int(count) > 0


def test_depths_are_held_against_the_deepest_seed_by_seed(store):
    network = CNN(layers=1, training=TrainingConfig(epochs=1, min_updates=0))
    one = Experiment(network, 100, n_validation=20, n_test=40, library=SMALL)
    two = replace(one, estimator=replace(network, layers=2))
    wanted = [one, replace(one, seed=2), replace(one, seed=3), two, replace(two, seed=2)]
    results = run(wanted, store)
    _, _, deep, shallow = cells(tables.depth_table(results))
    assert deep[:2] == ["2", "2"]
    assert deep[3:] == ["–", "–", "–"]
    assert shallow[:2] == ["1", "3"]
    tests = [r.test for r in results]
    assert shallow[2] == metrics.mean_accuracy(tests[:3]).percent()
    assert shallow[3] == metrics.mean_difference(tests[3:], tests[:2]).points()
    assert len(shallow[4].split(", ")) == len(shallow[5].split(", ")) == 2


def test_a_row_must_have_the_columns_of_the_first():
    with pytest.raises(ValueError, match=r"expected the columns \['a', 'b'\]; got \['a'\]"):
        tables.markdown_table([{"a": 1, "b": 2}, {"a": 3}])


def test_a_table_without_rows_says_so():
    assert tables.markdown_table([], empty="Nobody is here.") == "Nobody is here."


def test_an_interval_stays_on_one_line():
    (cell, text) = cells(tables.markdown_table([{"a": metrics.Interval(2, 1, 3), "b": "a b"}]))[2]
    assert (cell, text) == ("2\u00a0[1,\u00a03]", "a b")


def check(value, reach=0.01, **others):
    contrast = Contrast(4, "CNN minus k-NN", "N spectra", "clean", "100", ())
    names = {"exact class": value, **others}
    effects = {n: Effect(v, v - reach, v + reach, 0.001, 3) for n, v in names.items()}
    return Check(contrast, effects, (), p_value=0.002)


def test_checks_are_listed_or_said_to_be_missing():
    header, _, row = cells(tables.checks_table(Claim(4, "", (check(0.1, outliers=-0.02),))))
    found = dict(zip(header, row, strict=True))
    assert found["check"] == "CNN minus k-NN (N spectra, clean, 100)"
    assert found["verdict"] == "**holds**"
    assert found["exact class (points)"] == "+10.0<br>(+9.0\u00a0to\u00a0+11.0)<br>p 0.002"
    assert found["outliers"].startswith("\u22122.0")
    assert (found["±1 class"], found["trainings"]) == ("–", "3 of 3")
    missing = Check(check(0.1).contrast, {}, ())
    some = tables.checks_table(Claim(4, "", (check(0.1), missing, missing)))
    assert some.endswith("Checks that are not tested yet: 2.")
    assert len(cells(some)) == 5, "head, rule, one row, a blank, the line"
    assert "Nothing" in tables.checks_table(Claim(6, "", ()))


def test_votes_have_no_order_to_keep_by():
    row = cells(tables.checks_table(Claim(4, "", (check(0.1, **{KEPT: float("nan")}),))))[2]
    assert "nan" not in "".join(row)


def test_a_verdict_stands_beside_the_numbers_of_its_checks():
    claim = Claim(4, "It wins.", (check(0.1), check(0.2), check(-0.1)))
    row = cells(tables.verdicts_table([claim, Claim(5, "", ())]))[2:]
    assert row[0][1:] == [
        "It wins.",
        "[**holds in part**](fig-claim-4)",
        "2 hold (+10.0 to +20.0), 1 reversed (\u221210.0)",
    ]
    assert row[1][2:] == ["[**not tested**](fig-claim-5)", "–"]


def badges_of(*claims):
    return BeautifulSoup(tables.verdict_badges(claims), "html.parser")


def test_a_badge_says_what_was_found_and_leads_to_its_checks():
    found = badges_of(Claim(4, TEXTS[3], (check(0.1), check(0.2, reach=0.004), check(-0.1))))
    (badge,) = found.select("ol.verdicts > li")
    assert badge["class"] == ["verdict-holds-in-part"]
    assert badge.a["href"] == "claims.html#fig-claim-4"
    said = {span["class"][0]: span.get_text() for span in badge.select("[class]")}
    assert said == {
        "number": "4",
        "word": "holds in part",
        "claim": "The network beats other classifiers on clean spectra",
        "effect": "+20.0 points (+19.6\u00a0to\u00a0+20.4)",  # the narrowest that holds
        "what": "CNN minus k-NN (N spectra, clean, 100)",
        "checks": "2 hold (+10.0 to +20.0), 1 reversed (\u221210.0)",
    }


def test_the_effect_of_a_badge_is_one_behind_its_verdict():
    """The narrowest interval is that of no difference; the claim is not decided by it."""
    none = check(0.001, reach=0.002)
    none = replace(none, effects={n: e._replace(trainings=5) for n, e in none.effects.items()})
    (effect,) = badges_of(Claim(5, "", (check(-0.1), none))).select(".effect")
    assert effect.get_text().startswith("\u221210.0 points")
    assert Claim(5, "", (check(-0.1), none)).verdict == Verdict.REVERSED_IN_PART


def test_a_claim_without_results_has_a_badge_without_an_effect():
    found = badges_of(Claim(6, "", (Check(check(0.1).contrast, {}, ()),)))
    assert found.select_one(".effect").get_text() == "–"
    assert not found.select(".what")
    assert found.select_one(".checks").get_text() == "1 not tested"


def test_the_claims_are_counted_in_a_sentence():
    holds, none = (check(0.1),), ()
    found = badges_of(*(Claim(n, "", holds if n < 3 else none) for n in (1, 2, 3)))
    said = found.select_one("p.answer").get_text()
    assert said == "Of 3 claims, 2 hold and 1 is not tested."
    one = badges_of(Claim(1, "", (check(-0.1),))).select_one("p.answer").get_text()
    assert one == "Of 1 claims, 1 is reversed."


def test_every_claim_has_few_words_for_its_badge():
    found = badges_of(*(Claim(n, text, ()) for n, text in enumerate(TEXTS, start=1)))
    assert len({claim.get_text() for claim in found.select(".claim")}) == len(TEXTS)


def test_metrics_that_disagree_are_counted_by_claim():
    agreed, contrary = check(0.1, outliers=-0.02), check(0.1, outliers=0.05)
    assert "No other metric" in tables.where_they_disagree([Claim(4, "", (agreed,))])
    found = tables.where_they_disagree([Claim(4, "", (agreed, contrary))])
    assert found == "- claim 4, exact class *holds*: outliers *reversed*"
    twice = tables.where_they_disagree([Claim(4, "", (contrary, contrary))])
    assert twice.endswith("outliers *reversed* in 2 checks")


def test_the_previous_protocol_is_kept_as_it_was_printed():
    rows = cells(tables.previous_table())[2:]
    assert {row[0]: row[1] for row in rows} == {
        **dict.fromkeys("134", "holds"),
        **dict.fromkeys("26", "fails"),
        "5": "holds in part",
    }
    assert len(rows) == 35


def test_without_the_archive_the_previous_protocol_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(tables.claims, "PREVIOUS", tmp_path / "previous_protocol.csv")
    assert "`previous_protocol.csv`, which is not here" in tables.previous_table()


def test_the_best_setting_of_a_method_is_bold(store):
    budget = Budget(n_train=100, layers=[3], tried=2, epochs=1, min_updates=1, n_test=80)
    one, other = budget.tried_at(1.0)["k-NN"].items()
    small = Experiment(NearestNeighbours(), 100, 1.0, n_validation=20, n_test=40, library=SMALL)
    (result,) = run([small], store)
    right = replace(result.validation, predicted=result.validation.label)
    made = [
        replace(result, experiment=one[1]),
        replace(result, experiment=other[1], validation=right),
    ]
    rows = {tuple(row[:2]): row for row in cells(tables.budget_table(budget, made))[2:]}
    assert not rows["k-NN", one[0]][3].startswith("**")
    assert rows["k-NN", other[0]][3].startswith("**100.0")
    assert rows["k-NN", one[0]][2] == "–", "not tried on clean spectra"
    assert rows["linear SVM", "C 0.001"][3] == "–"
