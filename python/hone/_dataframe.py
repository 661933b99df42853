# SPDX-License-Identifier: MIT
"""Trials as a table of pandas, with the columns that Optuna's has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Tuple

if TYPE_CHECKING:
    import pandas

    from hone.study import Study

Column = Tuple[str, Any]


def trials_dataframe(study: Study, attrs: Tuple[str, ...], multi_index: bool) -> pandas.DataFrame:
    try:
        import pandas
    except ImportError:
        raise ImportError("trials_dataframe needs the package pandas; install it with: pip install pandas") from None
    trials = study.trials
    if not trials:
        return pandas.DataFrame()
    names = study.metric_names
    columns: Dict[Column, None] = {}
    rows: List[Dict[Column, Any]] = []
    for trial in trials:
        row: Dict[Column, Any] = {}
        for attr in attrs:
            if attr == "value" and (len(study.directions) > 1 or names):
                labels = names or range(len(study.directions))
                values = trial.values or [None] * len(study.directions)
                row.update({("values", label): value for label, value in zip(labels, values)})
            elif attr == "value":
                row["value", ""] = None if trial.values is None else trial.values[0]
            elif attr == "state":
                row["state", ""] = trial.state.name
            else:
                value = getattr(trial, attr)
                if isinstance(value, dict):
                    row.update({(attr, key): item for key, item in sorted(value.items())})
                else:
                    row[attr, ""] = value
        columns.update(dict.fromkeys(row))
        rows.append(row)
    order = sorted(columns, key=lambda column: attrs.index("value" if column[0] == "values" else column[0]))
    cells = [[row.get(column) for column in order] for row in rows]
    frame = pandas.DataFrame(cells, columns=pandas.MultiIndex.from_tuples(order))
    if not multi_index:
        frame.columns = ["_".join(str(part) for part in column if part != "") for column in order]
    return frame
