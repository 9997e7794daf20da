from specz.study import studies


def test_a_comparison_trains_with_each_seed_what_uses_one():
    found = studies.comparison(
        *(1.0, ["cnn", "knn", "forest"], [9000, 9000, 3000], 1000),
        *(3, 1, 0, 100, "paper", [4, 5]),
    )
    assert [(e.method, e.n_train, e.seed) for e in found] == [
        *(("cnn", 1000, 4), ("cnn", 1000, 5), ("knn", 1000, 4)),
        *(("forest", 1000, 4), ("forest", 1000, 5)),
        *(("cnn", 9000, 4), ("knn", 9000, 4), ("forest", 3000, 4)),
        ("bayes", 10_000, 1),
    ]
    assert len({e.data_seed for e in found}) == 1


def test_only_the_smallest_set_is_learned_from_with_every_seed():
    found = studies.overfitting([500, 900], 1.0, 0.5, 1e-4, 3, 1, 0, 100, "paper", [4, 5])
    networks = [e for e in found if e.method == "cnn"]
    assert [(e.n_train, e.seed) for e in networks] == [(500, 4), (500, 5)] * 4 + [(900, 4)] * 4
    assert len({e.estimator for e in networks}) == 4


def test_claims_train_the_network_with_every_seed_where_it_is_held_against_another():
    methods = ["cnn", "knn", "forest", "linear_svm", "kernel_svm"]
    found = studies.claims(
        *([300, 1000, 9000], [float("inf"), 1.0], [1, 3], [1.0], methods),
        *([9000, 9000, 2000, 1000, 1000], 500, 1, 0, 100, "paper", [4, 5]),
    )
    assert len(found) == len(set(found))
    seeds = {}
    for e in found:
        if e.method == "cnn":
            key = (e.estimator.layers, e.n_train, e.snr)
            seeds.setdefault(key, []).append(e.seed)
    several = [key for key in seeds if seeds[key] == [4, 5]]
    assert sorted(several) == [
        (1, 9000, float("inf")),
        *((3, n, snr) for n in (500, 1000, 2000) for snr in (1.0, float("inf"))),
        (3, 9000, float("inf")),
    ]
    assert sorted(seeds[key] for key in seeds if key not in several) == [[4]] * 3
