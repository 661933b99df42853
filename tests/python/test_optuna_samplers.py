# SPDX-License-Identifier: MIT
"""Optuna's own suite for samplers, against the samplers of hone. Not `grid`: the suite asks for parameters of which a
grid has no values."""

import pytest

pytest.importorskip("optuna", reason="the comparisons with Optuna need the package optuna")

from optuna.testing.pytest_samplers import (  # noqa: E402
    BasicSamplerTestCase,
    MultiObjectiveSamplerTestCase,
    RelativeSamplerTestCase,
)

import hone.optuna  # noqa: E402


class TestRandom(BasicSamplerTestCase, MultiObjectiveSamplerTestCase):
    @pytest.fixture
    def sampler(self):
        return lambda: hone.optuna.Sampler("random", seed=1)


class TestQmc(BasicSamplerTestCase, RelativeSamplerTestCase, MultiObjectiveSamplerTestCase):
    @pytest.fixture
    def sampler(self):
        return lambda: hone.optuna.Sampler("qmc", seed=1)


class TestPartialFixed(BasicSamplerTestCase, RelativeSamplerTestCase, MultiObjectiveSamplerTestCase):
    @pytest.fixture
    def sampler(self):
        return lambda: hone.optuna.Sampler("partial_fixed", fixed_params={}, base_sampler="tpe", seed=1)


class TestTpe(BasicSamplerTestCase, RelativeSamplerTestCase, MultiObjectiveSamplerTestCase):
    @pytest.fixture
    def sampler(self):
        return lambda: hone.optuna.Sampler("tpe", n_startup_trials=0, seed=1)


class TestUnivariateTpe(BasicSamplerTestCase, MultiObjectiveSamplerTestCase):
    @pytest.fixture
    def sampler(self):
        return lambda: hone.optuna.Sampler("tpe", multivariate=False, n_startup_trials=0, seed=1)
