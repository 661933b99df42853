# SPDX-License-Identifier: MIT
"""The functions and the statistics of benchmarks/quality, compared with SciPy, COCO and published values."""

import json
import math
import pathlib
import sys

import cocoex
import numpy as np
import pytest
import scipy.stats

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "benchmarks/quality"))

import arms  # noqa: E402
import cache  # noqa: E402
import model_arms  # noqa: E402
import problems  # noqa: E402
import report  # noqa: E402
import scoring  # noqa: E402
import suite  # noqa: E402
import synthetic  # noqa: E402

RANDOM = np.random.default_rng(5)
ALL = [task for block in suite.compact() for task in block.tasks if block.letter != "L"]  # which needs scikit-learn
# Of COCO's bbob two functions stand for all.
SOME = [task for task in ALL if task.block != "A" or (task.problem in ("bbob-f1", "bbob-f22") and task.dimension == 5)]


class FixedTrial:
    """Gives the values of a list in turn, whatever is asked."""

    def __init__(self, values):
        self.values = list(values)

    def suggest_float(self, name, low, high, *, step=None, log=False):
        value = self.values.pop(0)
        assert low <= value <= high
        return value

    def suggest_int(self, name, low, high, *, step=1, log=False):
        value = self.values.pop(0)
        assert low <= value <= high and value == int(value)
        return int(value)

    def suggest_categorical(self, name, choices):
        value = self.values.pop(0)
        assert value in choices
        return value


# ---- statistics


@pytest.mark.parametrize("ties", [False, True])
def test_mann_whitney_is_scipys(ties):
    for n, m in [(5, 5), (10, 10), (15, 7), (30, 30)]:
        a, b = RANDOM.normal(size=n), RANDOM.normal(0.7, size=m)
        if ties:
            a, b = np.round(a, 0), np.round(b, 0)
        expected = scipy.stats.mannwhitneyu(a, b, method="asymptotic", alternative="two-sided").pvalue
        assert scoring.mann_whitney(a, b) == pytest.approx(expected, rel=1e-9)


def test_equal_samples_are_no_difference():
    assert scoring.mann_whitney([1.0] * 5, [1.0] * 5) == 1.0


def test_holm_multiplies_by_what_is_left_and_never_falls():
    # Sorted: 0.005 x 4, 0.01 x 3, then 0.03 x 2, and 0.04 x 1 raised to the one before.
    assert scoring.holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert scoring.holm([]) == []


def test_verdicts_are_corrected_for_their_number():
    low, high = list(range(5)), list(range(10, 15))  # p = 0.012
    assert scoring.verdicts([(low, high)]) == ["win"]
    assert scoring.verdicts([(high, low)]) == ["loss"]
    assert scoring.verdicts([(low, high)] + [(low, low)] * 9) == ["tie"] * 10


@pytest.mark.parametrize("ties", [False, True])
def test_wilcoxon_is_scipys(ties):
    for n in (8, 24, 60):
        differences = RANDOM.normal(0.4, 1.0, n)
        if ties:
            differences = np.round(differences, 0)
        expected = scipy.stats.wilcoxon(differences, zero_method="wilcox", correction=True, method="approx").pvalue
        assert scoring.wilcoxon(differences) == pytest.approx(expected, rel=1e-9)


def test_signs_are_tossed_coins():
    differences = [1.0] * 9 + [-2.0] * 3 + [0.0] * 5
    assert scoring.sign_test(differences) == pytest.approx(scipy.stats.binomtest(9, 12).pvalue)
    assert scoring.sign_test([0.0]) == scoring.wilcoxon([0.0]) == scoring.sign_test([1.0, -1.0]) == 1.0


def test_bootstrap_covers_the_mean_and_repeats_itself():
    table = [RANDOM.normal(0.3, 1.0, 20) for _ in range(30)]
    mean, low, high = scoring.bootstrap_mean(table)
    assert mean == pytest.approx(np.mean([d.mean() for d in table]))
    assert low < mean < high and 0.05 < high - low < 0.4
    assert scoring.bootstrap_mean(table) == (mean, low, high)


def test_hypervolume_of_two_and_three_objectives():
    assert scoring.hypervolume(np.array([[1.0, 2.0], [2.0, 1.0], [2.0, 2.0], [4.0, 0.0]]), [3.0, 3.0]) == 3.0
    cube = RANDOM.random((60, 3))
    grid = RANDOM.random((200_000, 3))
    dominated = np.zeros(len(grid), dtype=bool)
    for point in cube:
        dominated |= (grid >= point).all(axis=1)
    assert scoring.hypervolume(cube, [1.0] * 3) == pytest.approx(dominated.mean(), abs=5e-3)
    assert scoring.hypervolume(cube[:, :2], [1.0] * 2) == pytest.approx(
        scoring.hypervolume(np.column_stack([cube[:, :2], np.zeros(60)]), [1.0] * 3))
    assert scoring.hypervolume(np.array([[2.0, 2.0]]), [1.0, 1.0]) == 0.0
    ties = np.round(cube * 4) / 4
    corners = np.stack(np.meshgrid(*[np.arange(4) / 4 + 0.125] * 3), axis=-1).reshape(-1, 3)
    assert scoring.hypervolume(ties, [1.0] * 3) == pytest.approx(
        np.mean([(ties <= corner).all(axis=1).any() for corner in corners]))


def test_ecdf_area_is_the_share_of_targets_reached_on_the_way():
    assert scoring.ecdf_area([1e2, 1e2]) == 0.0
    assert scoring.ecdf_area([1e-8, 0.0]) == 1.0
    assert scoring.ecdf_area([1e2, 1e-3]) == pytest.approx(0.25)
    assert len(arms.checkpoints(20_000)) == 31 and len(arms.checkpoints(100)) == 6


@pytest.mark.parametrize("name, problem, dimension", [("pycma:BIPOP", "bbob-f1", 5), ("pymoo:NSGA2", "zdt1", 6)])
def test_peers_that_know_vectors_spend_exactly_their_trials_and_learn(name, problem, dimension):
    pytest.importorskip({"pycma": "cma"}.get(name.split(":")[0], name.split(":")[0]))
    function = problems.make(problem, dimension, 1)
    regrets, _ = arms.run(name, function, 600, 1)
    assert len(regrets) == 31 and regrets == sorted(regrets, reverse=True)
    assert regrets[-1] < 0.7 * regrets[0]


def test_score_is_0_for_random_and_1_for_the_best():
    assert scoring.score(1e-1, 1e-1, 1e-3) == 0.0
    assert scoring.score(1e-3, 1e-1, 1e-3) == pytest.approx(1.0)
    assert scoring.score(1e-2, 1e-1, 1e-3) == pytest.approx(0.5)
    assert scoring.score(1e9, 1e-1, 1e-3) == -0.5


def test_where_nothing_was_feasible_the_worst_regret_stands_in():
    ours, theirs = {0: [math.inf, 2.0]}, {0: [7.0, 1.0], 1: [math.inf, math.inf]}
    scoring.replace_missing([ours, theirs])
    assert ours == {0: [7.0, 2.0]} and theirs == {0: [7.0, 1.0], 1: [7.0, 7.0]}


def test_a_comparison_is_paired_by_seed_and_positive_when_ours_is_better():
    task = suite.Task("A", "sphere", 2, 10)
    table = {task: {"tpe": {0: [1.0, 0.1], 1: [1.0, 0.1], 9: [1.0, 1e6]}, "peer": {0: [1.0, 1.0], 1: [1.0, 10.0]}}}
    result = report.compare(table, "tpe", "peer")
    assert result["decades"] == pytest.approx(1.5)
    assert result["anytime_decades"] == pytest.approx(0.75)
    assert result["problems"] == 1 and result["verdicts"] == {"sphere/2/10": "tie"}
    assert result["pairs"] == 2 and result["rank"] == 1.0 and result["p_sign"] == 0.5


def test_ranks_count_ties_as_half():
    tasks = [suite.Task("A", f"sphere{k}", 2, 10) for k in range(4)]
    table = {task: {"gp": {0: [a]}, "peer": {0: [1.0]}} for task, a in zip(tasks, [0.1, 1.0, 10.0, 0.5])}
    assert report.compare(table, "gp", "peer")["rank"] == (1 + 1.5 + 2 + 1) / 4


def test_a_mark_is_looked_at_as_if_the_run_had_ended_there():
    task = suite.Task("P", "bbob-f1", 5, 200, (100,))
    regrets = [float(200 - n) for n in arms.checkpoints(200, (100,))]
    at_100, at_200 = report.views({task: {"gp": {3: regrets}}})
    (early, runs), = at_100.items()
    assert early.trials == 100 and runs["gp"][3][-1] == 100.0 and len(runs["gp"][3]) == 5
    assert at_200 == {task: {"gp": {3: regrets}}} and task.key == "bbob-f1/5/100+200"
    plain = {suite.Task("A", "bbob-f1", 5, 100): {"tpe": {0: [1.0]}}}
    assert report.views(plain) == [plain]


# ---- problems


@pytest.mark.parametrize("task", SOME, ids=lambda t: f"{t.problem}-{t.dimension}")
def test_two_makings_of_a_problem_are_the_same_function(task):
    for instance in (1, 7):
        first, second = (problems.make(task.problem, task.dimension, instance) for _ in range(2))
        for seed in range(5):
            a, b = first(problems.RandomTrial(seed)), second(problems.RandomTrial(seed))
            assert repr(a) == repr(b)  # nan included
            assert len(a.values) == first.objectives
    assert first.dimension == task.dimension


@pytest.mark.parametrize("task", SOME, ids=lambda t: f"{t.problem}-{t.dimension}")
def test_no_point_is_better_than_the_best(task):
    problem = problems.make(task.problem, task.dimension, 3)
    outcomes = [problem(problems.RandomTrial(seed)) for seed in range(300)]
    if problem.objectives > 1:
        values = np.array([o.values for o in outcomes])
        assert (values >= np.array(problem.ideal) - 1e-9).all()
        assert scoring.dominated_share(values, problem.ideal, problem.reference) <= problem.best_share
    else:
        usable = [o for o in outcomes if o.feasible and math.isfinite(o.values[0])]
        assert all((o.values[0] if o.true_value is None else o.true_value) >= problem.best for o in usable)


@pytest.mark.parametrize("function", [1, 8, 21])
def test_bbob_is_cocos(function):
    bare = cocoex.BareProblem("bbob", function, 5, 4)
    problem = problems.make(f"bbob-f{function}", 5, 4)
    assert problem.best == pytest.approx(bare.best_value(), rel=1e-12)
    x = RANDOM.uniform(-5, 5, 5)
    assert problem(FixedTrial(x)).values[0] == pytest.approx(bare(x), rel=1e-12)


def test_the_optimum_of_a_constrained_function_is_feasible_within_rounding(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for function in (1, 10, 46):
        problem = problems.make(f"constrained-f{function}", 5, 2)
        problem.function._best_parameter("print")
        x = np.loadtxt("._bbob_problem_best_parameter.txt")
        outcome = problem(FixedTrial(x))
        assert outcome.values[0] == problem.best and max(outcome.constraints) < 1e-6


def test_noise_is_repeated_with_the_run_and_leaves_the_true_value_alone():
    problem, again = problems.make("noisy-f107", 5, 1), problems.make("noisy-f107", 5, 1)
    sphere = problems.make("bbob-f1", 5, 1)
    first, second = (problem(problems.RandomTrial(1)) for _ in range(2))
    assert first == again(problems.RandomTrial(1)) and first.values != second.values
    assert first.true_value == second.true_value == sphere(problems.RandomTrial(1)).values[0]
    # The median of a factor exp(N(0, 1)) is 1.
    noisy = np.median([problem(problems.RandomTrial(1)).values[0] for _ in range(4000)])
    assert noisy - problem.best == pytest.approx(first.true_value - problem.best, rel=0.1)


def test_severe_cauchy_noise_hits_a_fifth_of_the_evaluations():
    problem = problems.make("noisy-f115", 5, 1)
    shifts = np.array([(o := problem(problems.RandomTrial(1))).values[0] - o.true_value for _ in range(2000)])
    assert np.mean(np.abs(shifts - 1000) > 1e-6) == pytest.approx(0.2, abs=0.03)


def test_zdt_has_the_values_of_its_formulas():
    half = [0.5] * 6
    g = 5.5
    assert synthetic.zdt(1)(np.array(half)) == pytest.approx((0.5, g * (1 - math.sqrt(0.5 / g))))
    assert synthetic.zdt(2)(np.array(half)) == pytest.approx((0.5, g * (1 - (0.5 / g) ** 2)))
    assert synthetic.zdt(3)(np.array(half)) == pytest.approx(
        (0.5, g * (1 - math.sqrt(0.5 / g) - 0.5 / g * math.sin(5 * math.pi))))
    f1 = 1 - math.exp(-2) * math.sin(3 * math.pi) ** 6
    g6 = 1 + 9 * 0.5**0.25
    assert synthetic.zdt(6)(np.array(half)) == pytest.approx((f1, g6 * (1 - (f1 / g6) ** 2)))


def test_zdt_fronts_dominate_what_the_integral_says():
    # Below the front of ZDT1, f2 = 1 - sqrt(f1), lies 1/3 of the unit square; of ZDT2, f2 = 1 - f1^2, 2/3.
    for name, below in (("zdt1", 1 / 3), ("zdt2", 2 / 3)):
        problem = problems.make(name, 6, 1)
        assert problem.best_share == pytest.approx(1 - below / (1.1 * 11), abs=2e-5)


def test_dtlz2_and_wfg4_fronts_are_a_sphere_and_an_ellipse():
    values = np.array([synthetic.dtlz2(np.array([*RANDOM.random(2), 0.5, 0.5, 0.5, 0.5])) for _ in range(100)])
    assert np.sum(values**2, axis=1) == pytest.approx(1.0)
    values = np.array([synthetic.wfg4(np.array([u, u, 0.35, 0.35])) for u in np.linspace(0, 1, 200)])
    assert (values[:, 0] / 2) ** 2 + (values[:, 1] / 4) ** 2 == pytest.approx(1.0)
    assert min(synthetic.wfg4(RANDOM.random(6))[0] for _ in range(200)) >= 0


def test_wfg2_is_at_its_front_where_its_distance_parameters_are_at_035():
    on_front = synthetic.wfg2(np.array([0.3, 0.3, 0.35, 0.35, 0.35, 0.35]))
    off_front = synthetic.wfg2(np.array([0.3, 0.3, 0.35, 0.35, 0.35, 0.9]))
    assert on_front == pytest.approx((2 * (1 - math.cos(0.15 * math.pi)),
                                      4 * (1 - 0.3 * math.cos(1.5 * math.pi) ** 2)))
    assert off_front[0] > on_front[0] and off_front[1] > on_front[1]


def test_dtlz7_has_its_extreme_points():
    assert synthetic.dtlz7(np.zeros(6)) == pytest.approx((0.0, 4.0))
    assert synthetic.dtlz7(np.ones(6)) == pytest.approx((1.0, 11 * (2 - 1 / 11)))


def test_engineering_designs_have_their_published_optima():
    beam = problems.make("welded-beam", 4, 1)(FixedTrial([0.205729639786079, 9.036623910357633, 3.470488665628,
                                                          0.205729639786079]))
    assert beam.values[0] == pytest.approx(1.724852308, rel=1e-6) and max(beam.constraints) < 0.05
    vessel = problems.make("pressure-vessel", 4, 1)(FixedTrial([13, 7, 42.0984455958549, 176.6365958424394]))
    assert vessel.values[0] == pytest.approx(6059.714335, rel=1e-6) and max(vessel.constraints) < 0.01


@pytest.mark.parametrize("name", ["hpo-smooth", "hpo-plateau", "hpo-choices", "hpo-crash"])
def test_a_hyper_parameter_landscape_is_0_at_its_optimum(name):
    for instance in range(1, 16):
        problem = problems.make(name, 8, instance)
        best = problem.optimum
        at = [10 ** (5 * (best[0] - 1)), 10 ** (7 * best[1] - 8), best[2], round(best[3] * 7) + 3,
              round(best[4] * 496) + 16, best[5] / 2, synthetic.OPTIMIZERS[problem.choice[0]],
              synthetic.ACTIVATIONS[problem.choice[1]]]
        assert problem(FixedTrial(at)).values[0] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize("name", ["tree-two", "tree-three", "tree-four", "tree-nested"])
def test_a_tree_is_0_at_its_optimum_and_only_asks_for_its_branch(name):
    problem = problems.make(name, 11, 6)
    k = problem.best_branch
    center = problem.center[k]
    at = [*center[:2], f"branch{k}", *center[2 : 2 + problem.sizes[k]]]
    trial = FixedTrial(at + (["b", problem.inner[1]] if problem.nested else []))
    assert problem(trial).values[0] == pytest.approx(0.0, abs=1e-15) and trial.values == []


@pytest.mark.parametrize("name", ["learn-svr", "learn-boosting", "learn-mlp", "learn-choice"])
def test_a_learner_is_repeated_and_learns(name):
    pytest.importorskip("sklearn")
    dimension = dict(suite.LEARNERS)[name]
    first, second = (problems.make(name, dimension, 2) for _ in range(2))
    trials = [problems.RandomTrial(seed) for seed in range(6)]
    losses = [first(trial).values[0] for trial in trials]
    assert [second(problems.RandomTrial(seed)).values[0] for seed in range(2)] == losses[:2]
    usable = [loss for loss in losses if math.isfinite(loss)]
    assert len(usable) > 4 and 0 < min(usable) < 0.8 * max(usable)
    assert len({key for trial in trials for key in trial.params}) <= dimension


def test_a_learner_without_skill_has_the_loss_of_its_prior():
    learners = pytest.importorskip("learners", reason="needs scikit-learn")

    class Constant:
        classes_ = np.array([0, 1])

        def predict(self, x):
            return np.zeros(len(x))

        def predict_proba(self, x):
            return np.full((len(x), 2), 0.5)

    x, labels = np.zeros((4, 2)), np.array([0, 1, 1, 0])
    assert learners.Choice("learn-choice", 13, 1).loss(Constant(), x, labels) == pytest.approx(math.log(2))
    assert learners.SupportVectors("learn-svr", 6, 1).loss(Constant(), x, np.array([1.0, -1, 1, -1])) == 1.0


def test_the_space_is_what_the_problem_asks_for():
    space = model_arms.space_of(problems.make("mixint-f3", 5, 1))
    assert len(space) == 5 and space["x0"] == {"kind": "int", "low": 0, "high": 1} and space["x4"]["kind"] == "float"
    assert model_arms.space_of(problems.make("tree-two", 11, 1))["branch"]["choices"] == ["branch0", "branch1"]
    assert model_arms.ToldTrial({"x": 5.0000001}).suggest_float("x", -5.0, 5.0) == 5.0
    with pytest.raises(ValueError, match="dropout"):
        model_arms.space_of(problems.make("hpo-smooth", 8, 1))


# ---- samplers and results


@pytest.mark.parametrize("name", ["mixint-f3", "hpo-crash", "tree-nested", "biobj-f1", "constrained-f10"])
def test_hone_and_optuna_see_the_same_function(name):
    hone = pytest.importorskip("hone")
    task = next(t for t in ALL if t.problem == name)
    problem = problems.make(name, task.dimension, 2)
    for sampler in ("random", "optuna:RandomSampler"):
        study, _ = arms.study_of(sampler, 1, problem)
        seen = []

        def objective(trial):
            outcome = problem(trial)
            seen.append((dict(trial.params), outcome))
            return outcome.values[0] if problem.objectives == 1 else outcome.values

        study.optimize(objective, n_trials=20)
        for params, outcome in seen:
            assert repr(problem(hone.trial.FixedTrial(params))) == repr(outcome)


@pytest.mark.parametrize("name", suite.CURVES)
def test_some_points_come_near_to_a_learning_curves_least_loss(name):
    problem = problems.make(name, 5, 3)
    ends = [problem(problems.RandomTrial(seed)).true_value for seed in range(300)]
    assert 0.0 < problem.best <= min(ends) < problem.best + 0.2


@pytest.mark.parametrize("sampler", ["random", "optuna:RandomSampler"])
def test_learning_curves_are_pruned_and_the_best_that_ends_counts(sampler):
    pytest.importorskip("hone")
    problem, seen = problems.make("curve-diverging", 5, 3), []

    class Watched:
        def __getattr__(self, attribute):
            return getattr(problem, attribute)

        def __call__(self, trial):
            seen.append(problem(trial))
            return seen[-1]

    regrets, _ = arms.run(sampler, Watched(), 40, seed=1)
    assert 0 < sum(outcome.pruned for outcome in seen) < 40
    best = min((outcome for outcome in seen if not outcome.pruned), key=lambda outcome: outcome.values[0])
    assert regrets[-1] == pytest.approx(best.true_value - problem.best)


def test_a_run_can_be_repeated_alone():
    pytest.importorskip("hone")
    for sampler in ("tpe", '{"plugin": "tpe", "gamma": 0.2}', "optuna:TPESampler"):
        first, _ = arms.run(sampler, problems.make("bbob-f1", 5, 1), 30, 7)
        second, _ = arms.run(sampler, problems.make("bbob-f1", 5, 1), 30, 7)
        assert first == second and first == sorted(first, reverse=True)
        assert len(first) == len(arms.checkpoints(30))


def test_two_may_fill_the_cache_at_once(tmp_path):
    one, other = (cache.Cache(tmp_path / "peers.json") for _ in range(2))
    for kept, seed in ((one, 1), (other, 2)):
        kept.add("optuna:TPESampler", suite.Task("S", "sphere", 3, 20), seed, [1.0])
        kept.write()
    assert cache.Cache(tmp_path / "peers.json").runs("optuna:TPESampler", suite.Task("S", "sphere", 3, 20)) == {
        1: [1.0], 2: [1.0]}


def test_the_cache_keeps_runs_and_refuses_those_of_another_function(tmp_path):
    kept, task = cache.Cache(tmp_path / "peers.json"), suite.Task("S", "sphere", 3, 20)
    kept.add("optuna:TPESampler", task, 4, [math.inf, 0.123456789])
    kept.write()
    again = cache.Cache(tmp_path / "peers.json")
    assert again.runs("optuna:TPESampler", task) == {4: [math.inf, 0.12346]}
    assert again.runs("optuna:RandomSampler", task) == {}
    assert not again.lacks("optuna:TPESampler", task, 4) and again.lacks("optuna:TPESampler", task, 5)
    text = (tmp_path / "peers.json").read_text()
    kept_print = json.loads(text)["optuna:TPESampler"]["runs"]["sphere/3/20"]["fingerprint"]
    (tmp_path / "peers.json").write_text(text.replace(kept_print, "1 2 3"))
    with pytest.raises(SystemExit, match="sphere/3/20"):
        cache.Cache(tmp_path / "peers.json").runs("optuna:TPESampler", task)
