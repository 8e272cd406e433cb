#!/usr/bin/python3
"""Writes what `make bench` found into the README beside this file: its tables, and the plots it shows.

    tests/bench/report.py bench.json
"""

import json
import re
import sys
from pathlib import Path

import matplotlib
from run import MEASURES, number

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "reminderd", "font.size": 10,
                            "axes.spines.top": False, "axes.spines.right": False})  # fmt: skip
import matplotlib.pyplot as plt

HERE = Path(__file__).resolve().parent
README = HERE / "README.md"
BETWEEN = re.compile(r"(<!-- figures -->\n).*(<!-- end of figures -->)", re.DOTALL)


# ---- tables ----------------------------------------------------------------------------------------------------------


def cell(figure):
    spread = "" if figure["rounds"] == 1 else f" ({number(figure['least'])} … {number(figure['most'])})"
    return f"{number(figure['median'])} {figure['unit']}".strip() + spread


def goal(figure):
    return "" if figure["goal"] is None else f"{'≤' if figure['at_most'] else '≥'} {figure['goal']:g}"


def row(*cells):
    return f"| {' | '.join(cells)} |"


def measures(results):
    return {name: results[name] for name in MEASURES if name in results}


def ratios(results):
    yield row("`make bench ONLY=`", "what", "figure", "beside", "its figure", "ratio", "goal")
    yield row(*["---"] * 7)
    for name, result in measures(results).items():
        figures = result["figures"]
        for figure in result["ratios"]:
            yield row(name, figure["of"], cell(figures[figure["of"]]), figure["to"], cell(figures[figure["to"]]),
                      f"**{cell(figure)}**", goal(figure))  # fmt: skip


def others(results):
    """Figures that stand in no ratio."""
    yield row("`make bench ONLY=`", "what", "figure", "goal")
    yield row(*["---"] * 4)
    for name, result in measures(results).items():
        compared = {ratio[side] for ratio in result["ratios"] for side in ("of", "to")}
        for what, figure in result["figures"].items():
            if what not in compared:
                yield row(name, what, cell(figure), goal(figure))


def text(results):
    machine = results["machine"]
    yield (f"Measured on {machine['processors']} cores of an {machine['cpu']}, {machine['memory_mib']:,} MiB, Linux"
           f" {machine['kernel']}; its load before was {machine['load_before']}. A figure is the median of its rounds, in"
           " brackets the least and the most.")  # fmt: skip
    yield ""
    for name, result in measures(results).items():
        yield f"- `{name}`: {result['title']}."
        for peer, reason in result["skipped"].items():
            yield f"  Without {peer}: {reason}."
    yield ""
    yield from ratios(results)
    yield "\nThe other figures:\n"
    yield from others(results)
    yield ""
    if "mail" in results or "webhooks" in results:
        plot_throughput(results)
        yield "![Messages a second by connections](throughput.svg)"
    if "growth" in results:
        plot_growth(results)
        yield "![A tick by the number of obligations](growth.svg)"


# ---- plots -----------------------------------------------------------------------------------------------------------


def save(figure, name):
    figure.tight_layout()
    figure.savefig(HERE / name, metadata={"Date": None, "Creator": None})
    plt.close(figure)


def plot_throughput(results):
    """Messages a second by connections, from the sweeps."""
    names = [name for name in ("mail", "webhooks") if name in results]
    figure, axes = plt.subplots(1, len(names), figsize=(4.5 * len(names), 3.2), squeeze=False)
    for axis, name in zip(axes[0], names, strict=True):
        sweep = {what: found for what, found in results[name]["sweep"].items() if ":" not in what}
        for contender in ("bare loop", "reminderd"):
            points = sorted((int(what.split()[-1]), found["median"]) for what, found in sweep.items()
                            if what.startswith(contender))  # fmt: skip
            axis.plot(*zip(*points, strict=True), marker="o", label=contender)
        axis.set(title=name, xlabel="connections", ylim=(0, None), xticks=[point[0] for point in points])
        axis.set_ylabel(next(iter(sweep.values()))["unit"])
        axis.legend(frameon=False)
    save(figure, "throughput.svg")


def plot_growth(results):
    """How long a tick takes by how much there is."""
    figure, axis = plt.subplots(figsize=(4.5, 3.2))
    for label, what in (("until recorded", "tick, "), ("processor", "tick: processor, ")):
        points = [(int(name[len(what) :].replace(",", "")), found["median"])
                  for name, found in results["growth"]["figures"].items() if name.startswith(what)]  # fmt: skip
        axis.plot(*zip(*points, strict=True), marker="o", label=label)
    title = results["growth"]["title"].split("; ")[1]
    axis.set(title=title, xlabel="obligations", xscale="log", ylabel="ms", ylim=(0, None))
    axis.legend(frameon=False)
    save(figure, "growth.svg")


def main():
    results = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    found = "\n".join(text(results))
    page = README.read_text(encoding="utf-8")
    README.write_text(BETWEEN.sub(lambda m: f"{m[1]}\n{found}\n\n{m[2]}", page), encoding="utf-8")


if __name__ == "__main__":
    main()
