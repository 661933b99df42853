# SPDX-License-Identifier: MIT
"""The tables and the plot of curves.py."""

import math
import re
import statistics

import scoring

# hone's arms whose pruner Optuna has as well, and what it is called there.
SAME = {
    "tpe, `nop`": "none",
    "tpe, `median`": "median",
    "tpe, `percentile` 25": "percentile",
    "tpe, `patient` around `median`": "patient median",
    "tpe, `successive_halving`": "successive_halving",
    "tpe, `hyperband`": "hyperband",
}
WORDS = {"win": "ahead", "loss": "behind", "tie": ""}


def one_line_lists(text):
    return re.sub(r"\[\s*([-\d,\s]*?)\s*\]", lambda m: "[" + re.sub(r"\s+", "", m.group(1)) + "]", text)


def times(runs, limit):
    """By seed. What was not reached counts as the limit."""
    return {seed: run[0] if run[3] else limit for seed, run in runs.items()}


def quartiles(values):
    values = list(values)
    return statistics.quantiles(values, n=4, method="inclusive") if len(values) > 1 else values * 3


def cell(runs, limit):
    if not runs:
        return "–"
    low, middle, high = quartiles(times(runs, limit).values())
    return f"{middle:,.0f} ({low:,.0f}–{high:,.0f}), {sum(run[3] for run in runs.values())} of {len(runs)}"


def geometric_mean(values):
    return math.exp(statistics.fmean(map(math.log, values)))


def compared(ours, theirs, limits):
    """By workers: the best arm of either side by its geometric mean over the seeds that all have run, where ours is
    chosen by all the seeds that our arms share; and the verdict on each arm that both have, by Mann-Whitney with Holm's
    correction."""
    result = {}
    for workers, limit in limits.items():
        key = str(workers)
        sides = [{arm: times(cells[key], limit) for arm, cells in side.items() if cells.get(key)}
                 for side in (ours, theirs)]
        if not all(sides):
            continue
        common = [set.intersection(*map(set, side.values())) for side in sides]
        shared = common[0] & common[1]
        if not shared:
            continue
        means = [{name: geometric_mean(arm[s] for s in shared) for name, arm in side.items()} for side in sides]
        chosen = min(sides[0], key=lambda name: geometric_mean(sides[0][name][s] for s in common[0]))
        best = [(means[0][chosen], chosen), min((mean, name) for name, mean in means[1].items())]
        pairs = [(a, b) for a, b in SAME.items() if a in sides[0] and b in sides[1]]
        samples = [([sides[0][a][s] for s in shared], [sides[1][b][s] for s in shared]) for a, b in pairs]
        verdicts = scoring.verdicts(samples)
        result[workers] = {"seeds": len(shared), "best": best,
                           "verdicts": {a: WORDS[verdict] for (a, _), verdict in zip(pairs, verdicts)}}
    return result


def table(problem, ours, peers, limits):
    theirs = peers["runs"].get(problem, {})
    lines = [f"\n**{problem}**\n", "| | " + " | ".join(f"{w} worker{'s' * (w > 1)}" for w in limits) + " |",
             "|---|" + "---|" * len(limits)]
    names = [(name, runs) for name, runs in ours.items()]
    names += [(f"Optuna: tpe, {name}", runs) for name, runs in theirs.items()]
    for name, runs in names:
        lines.append(f"| {name} | " + " | ".join(cell(runs.get(str(w)), limit) for w, limit in limits.items()) + " |")
    for workers, found in compared(ours, theirs, limits).items():
        (our_time, our_name), (their_time, their_name) = found["best"]
        behind = [name for name, verdict in found["verdicts"].items() if verdict == "behind"]
        ahead = [name for name, verdict in found["verdicts"].items() if verdict == "ahead"]
        lines.append(f"\n{workers} worker{'s' * (workers > 1)}, {found['seeds']} seeds of both, geometric means: "
                     f"{our_name} {our_time:,.0f}, Optuna's {their_name} {their_time:,.0f}, "
                     f"ratio {our_time / their_time:.2f}; significantly behind Optuna's: "
                     f"{', '.join(behind) or 'none'}; ahead: {', '.join(ahead) or 'none'}")
    return "\n".join(lines)


# ---- the plot

ROW, LABELS, PANEL, GAP, TOP = 17, 260, 200, 24, 46


def svg_text(x, y, text, anchor="start", size=11, color="#333"):
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("`", "")
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" font-size="{size}" fill="{color}">{text}</text>'


def panel(left, top, arms, workers, limit):
    """A row for each arm: the median as a dot and the quartiles as a line, on a logarithmic axis up to the limit."""
    low = max(1.0, limit / 1000)

    def place(value):
        return left + PANEL * math.log(max(value, low) / low) / math.log(limit / low)

    height = ROW * len(arms)
    parts = [f'<rect x="{left}" y="{top}" width="{PANEL}" height="{height}" fill="#fafafa" stroke="#ccc"/>']
    tick = 10.0 ** math.ceil(math.log10(low))
    while tick <= limit:
        x = place(tick)
        parts.append(f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{top + height}" stroke="#e4e4e4"/>')
        parts.append(svg_text(x, top + height + 13, f"{tick:,.0f}", "middle", 10))
        tick *= 10.0
    for row, (name, runs) in enumerate(arms):
        if not runs.get(str(workers)):
            continue
        y = top + ROW * (row + 0.5)
        first, middle, third = (place(value) for value in quartiles(times(runs[str(workers)], limit).values()))
        color = "#8a8a8a" if name.startswith("Optuna") else "#1f6fb4"
        parts.append(f'<line x1="{first:.1f}" y1="{y}" x2="{third:.1f}" y2="{y}" stroke="{color}" stroke-width="2"/>')
        parts.append(f'<circle cx="{middle:.1f}" cy="{y}" r="4" fill="{color}"/>')
    return parts


def plot(runs, peers, limits):
    parts, top = [], 0
    for problem, of_problem in limits.items():
        arms = list(runs.get(problem, {}).items())
        arms += [(f"Optuna: tpe, {name}", of_arm) for name, of_arm in peers["runs"].get(problem, {}).items()]
        top += TOP
        for row, (name, _) in enumerate(arms):
            parts.append(svg_text(LABELS - 8, top + ROW * (row + 0.5) + 4, name, "end"))
        for column, (workers, limit) in enumerate(of_problem.items()):
            left = LABELS + column * (PANEL + GAP)
            parts.append(svg_text(left, top - 8, f"{problem}, {workers} worker{'s' * (workers > 1)}", size=12))
            parts += panel(left, top, arms, workers, limit)
        top += ROW * len(arms)
    width, height = LABELS + 3 * (PANEL + GAP), top + 44
    caption = "simulated time until a good trial: median and quartiles; the right edge is the limit"
    parts.append(svg_text(LABELS, height - 8, caption))
    body = "\n".join(parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'font-family="sans-serif">\n<rect width="{width}" height="{height}" fill="white"/>\n{body}\n</svg>\n')
