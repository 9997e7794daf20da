from specz.study import profiles
from specz.study.titles import study_title, unique_titles


def test_no_two_experiments_of_the_study_share_a_title():
    experiments = profiles.profile_experiments("paper")
    assert len({e.title for e in experiments}) < len(experiments)  # alone, titles do not tell
    assert len({study_title(e) for e in experiments}) == len(experiments)


def test_a_title_is_completed_by_what_differs_alone():
    pair = list(profiles.experiments("budget", profiles.profile_parameters("paper", "budget")))
    titles = unique_titles(pair)
    longer = [t for e, t in titles.items() if t != e.title]
    assert longer
    assert all("min updates" in t and "n test" not in t for t in longer)
