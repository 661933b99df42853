# SPDX-License-Identifier: MIT
"""Writes gp_reference.json: log marginal likelihoods with their gradients, and predictions, of scikit-learn 1.9.1.

    pip install scikit-learn==1.9.1
    python3 make_gp_reference.py

A categorical parameter is one column for each choice there: two different ones are at distance sqrt(2), so that length
scales are those of hone times sqrt(2) and the gradient by a length scale is the sum over the columns.
"""
import json
import pathlib
import warnings

import numpy as np
import sklearn
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Matern, WhiteKernel

warnings.simplefilter("ignore")
rng = np.random.default_rng(3)


def one_hot(X, choices):
    """The columns, and to which parameter each belongs."""
    columns, owners = [], []
    for j in range(X.shape[1]):
        if choices[j]:
            for k in range(choices[j]):
                columns.append((X[:, j] == k).astype(float))
                owners.append(j)
        else:
            columns.append(X[:, j])
            owners.append(j)
    return np.column_stack(columns), np.array(owners)


def case(kernel_name, n, choices, lengths, scale, noise):
    d = len(choices)
    X = rng.random((n, d))
    for j, count in enumerate(choices):
        if count:
            X[:, j] = rng.integers(count, size=n)
    y = np.sin(5 * X[:, 0]) + (X[:, d - 1] - 0.3) ** 2 + 0.1 * rng.standard_normal(n)
    Z, owners = one_hot(X, choices)
    lengths = np.array(lengths)
    columns = np.where(np.array(choices)[owners] > 0, np.sqrt(2), 1.0) * lengths[owners]
    shape = RBF(columns) if kernel_name == "rbf" else Matern(columns, nu=2.5)
    kernel = ConstantKernel(scale) * shape + WhiteKernel(noise)
    model = GaussianProcessRegressor(kernel, alpha=0.0, optimizer=None).fit(Z, y)
    value, gradient = model.log_marginal_likelihood(model.kernel_.theta, eval_gradient=True)
    by_length = gradient[1:-1]
    # The posterior about a constant that is N(0, 1).
    about = GaussianProcessRegressor(kernel + ConstantKernel(1.0), alpha=0.0, optimizer=None).fit(Z, y)
    T = rng.random((5, d))
    for j, count in enumerate(choices):
        if count:
            T[:, j] = rng.integers(count, size=5)
    # Every choice once, so that the columns are the same.
    pad = np.vstack([T] + [np.where(np.array(choices) > 0, k, 0.5) for k in range(max(choices + [1]))])
    for j, count in enumerate(choices):
        if count:
            pad[:, j] = np.minimum(pad[:, j], count - 1)
    inputs = one_hot(pad, choices)[0][:5]
    deviations = model.predict(inputs, return_std=True)[1]
    return {
        "kernel": kernel_name, "categorical": [int(c > 0) for c in choices], "lengths": lengths.tolist(),
        "scale": scale, "noise": noise, "points": X.tolist(), "outputs": y.tolist(), "value": float(value),
        "gradient": [float(by_length[owners == j].sum()) for j in range(d)] + [float(gradient[0]), float(gradient[-1])],
        "at": T.tolist(), "means": about.predict(inputs).tolist(),
        "deviations": np.sqrt(deviations**2 - noise).tolist(),
    }


cases = [
    case("matern52", 1, [0], [0.5], 1.0, 0.1),
    case("matern52", 12, [0, 0], [0.3, 1.7], 1.4, 1e-2),
    case("matern52", 30, [0, 0, 0, 0, 0], [0.2, 0.5, 3.0, 40.0, 0.9], 2.5, 1e-4),
    case("matern52", 25, [0, 3, 0], [0.4, 0.8, 1.1], 0.7, 3e-3),
    case("rbf", 20, [0, 0, 4], [0.3, 0.9, 1.3], 1.2, 1e-2),
]
text = json.dumps({"scikit-learn": sklearn.__version__, "cases": cases})
pathlib.Path(__file__).with_name("gp_reference.json").write_text(text + "\n")
