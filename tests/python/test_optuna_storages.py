# SPDX-License-Identifier: MIT
"""Optuna's own suite for storages, against hone's. Where a case does not hold, what holds instead stands here, with the
reason."""

import pickle

import pytest

pytest.importorskip("optuna", reason="the comparisons with Optuna need the package optuna")

from optuna.study import StudyDirection  # noqa: E402
from optuna.testing.pytest_storages import StorageTestCase  # noqa: E402

import hone.optuna  # noqa: E402


class HoneStorageTestCase(StorageTestCase):
    def test_set_trial_intermediate_value(self, storage):
        """A report never changes: decisions to prune have been made by it, and are to be made again by `hone replay`.
        (Optuna's own Trial.report ignores the second report of a step as well; only its storages overwrite.)"""
        study_id = storage.create_new_study(directions=[StudyDirection.MINIMIZE])
        trial_id = storage.create_new_trial(study_id)
        for step, value in ((0, 0.3), (2, 0.4), (3, float("inf")), (0, 0.2)):
            storage.set_trial_intermediate_value(trial_id, step, value)
        assert storage.get_trial(trial_id).intermediate_values == {0: 0.3, 2: 0.4, 3: float("inf")}
        with pytest.raises(KeyError):
            storage.set_trial_intermediate_value(trial_id + 1, 0, 0.2)


class TestMemory(HoneStorageTestCase):
    @pytest.fixture
    def storage(self):
        return hone.optuna.Storage("memory")

    def test_pickle_storage(self, storage):
        """A copy of a study in memory would go its own way in the other process, and its trials would be lost."""
        with pytest.raises(TypeError, match="cannot be sent to another process"):
            pickle.dumps(storage)


class TestSqlite(HoneStorageTestCase):
    @pytest.fixture
    def storage(self, tmp_path):
        return hone.optuna.Storage(f"sqlite:///{tmp_path}/study.db")
