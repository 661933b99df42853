# SPDX-License-Identifier: MIT
"""hone in other packages, a module each, imported when it is asked for:

- `hone.integrations.sklearn.HoneSearchCV`
- `hone.integrations.xgboost.XGBoostPruningCallback`
- `hone.integrations.lightgbm.LightGBMPruningCallback`

A PyTorch training loop needs no integration: see examples/pytorch.
"""
