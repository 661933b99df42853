# SPDX-License-Identifier: MIT
"""A declared space stays with its study."""

import os
import pickle

import pytest

import hone

SPACE = {"x": hone.distributions.FloatDistribution(0, 1), "n": hone.distributions.IntDistribution(1, 9)}


def test_a_pickled_study_keeps_its_space(url):
    study = hone.create_study(storage=url, space=SPACE, sampler="random")
    copy = pickle.loads(pickle.dumps(study))
    assert set(copy.ask().params) == {"x", "n"}
    assert set(pickle.loads(pickle.dumps(copy)).ask().params) == {"x", "n"}


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of forks beside threads
def test_a_forked_study_keeps_its_space(url):
    study = hone.create_study(storage=url, space=SPACE, sampler="random")
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if set(study.ask().params) == {"x", "n"} else 2
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0


def test_a_space_is_given_to_a_study_that_is_loaded(url):
    hone.create_study(storage=url, study_name="s", sampler="random")
    study = hone.load_study(study_name="s", storage=url, sampler="random", space=SPACE)
    assert set(study.ask().params) == {"x", "n"}
    assert hone.load_study(study_name="s", storage=url, sampler="random").ask().params == {}
