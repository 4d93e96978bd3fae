"""Plots of a report: energy, carbon and cost over time and by model. It needs matplotlib, the extra `plots`."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from shoal.errors import ConfigError, StorageError
from shoal.impacts import ZERO
from shoal.metering.report import Report
from shoal.stores.usage_sums import DAY, HOUR, Sums

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLOTTED = {"energy_wh": "energy (Wh)", "carbon_gco2e": "carbon (gCO2e)", "cost_usd": "cost (USD)"}
# Models beyond these are drawn as one.
MOST_MODELS = 9
OTHERS = "others"
MOST_TICKS = 12
WIDTH, ROW = 9.0, 2.4
DPI = 120


def write_plots(report: Report, folder: Path) -> list[Path]:
    """Writes over-time and by-model, each as SVG and PNG; returns their paths. Raises ConfigError where matplotlib is
    not installed, StorageError where the folder cannot be written."""
    written = []
    for name, figure in figures(report):
        for form in ("svg", "png"):
            path = folder / f"{name}.{form}"
            try:
                folder.mkdir(parents=True, exist_ok=True)
                path.write_bytes(_drawn(figure, form))
            except OSError as error:
                raise StorageError(f"{path} cannot be written ({error.strerror}): name another --plots") from None
            written.append(path)
    return written


def svgs(report: Report) -> list[str]:
    """The plots as SVG elements, to stand in a page. Raises ConfigError where matplotlib is not installed."""
    drawn = (_drawn(figure, "svg").decode() for _, figure in figures(report))
    return [svg[svg.index("<svg") :] for svg in drawn]


def figures(report: Report) -> Iterator[tuple[str, Figure]]:
    """The plots by name. Raises ConfigError where matplotlib is not installed."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ConfigError("plots need matplotlib: pip install 'shoal[plots]', or leave --plots out") from None
    if not report.trend:
        return
    for name, draw in (("over-time", _over_time), ("by-model", _by_model)):
        figure = Figure(figsize=(WIDTH, ROW * len(PLOTTED)), layout="constrained")
        for axes, quantity in zip(figure.subplots(len(PLOTTED), 1), PLOTTED, strict=True):
            draw(axes, report, quantity)
        yield name, figure


def _over_time(axes: Axes, report: Report, quantity: str) -> None:
    """One step for each day or hour, of one layer per model; over it the range of all models together."""
    times = _times(report)
    edges = [at - 0.5 for at in range(len(times) + 1)]
    below = [0.0] * len(times)
    for model, names in _models(report):
        above = [under + _expected(report, time, names, quantity) for under, time in zip(below, times, strict=True)]
        axes.stairs(above, edges, baseline=below, fill=True, label=_plain(model))
        below = above
    ranges = [_at(report, time).known.get(quantity, ZERO) for time in times]
    lows, highs = [each.low for each in ranges], [each.high for each in ranges]
    axes.vlines(range(len(times)), lows, highs, colors="black", linewidth=1, label="range, of all")
    axes.set_ylim(bottom=0)
    unknown = sum(each.unknown[quantity] for each in report.trend)
    if unknown:
        axes.set_xlabel(f"without {unknown} attempts of which it is unknown", fontsize=8)
    step = -(-len(times) // MOST_TICKS)
    axes.set_xticks(range(0, len(times), step), [time.removesuffix(":00Z") for time in times[::step]], fontsize=7)
    axes.set_ylabel(PLOTTED[quantity])
    if quantity == "energy_wh":
        axes.legend(fontsize=7, ncols=5, loc="lower left", bbox_to_anchor=(0, 1))


def _at(report: Report, time: str) -> Sums:
    return next((each for each in report.trend if each.name == time), Sums(time))


def _times(report: Report) -> list[str]:
    """All days or hours from the first to the last of the trend, those without anything too."""
    first, last = (datetime.fromisoformat(report.trend[at].name) for at in (0, -1))
    step, form = (timedelta(hours=1), HOUR) if report.trend_by == "hour" else (timedelta(days=1), DAY)
    return [(first + at * step).strftime(form) for at in range(int((last - first) / step) + 1)]


def _by_model(axes: Axes, report: Report, quantity: str) -> None:
    """One bar for each model, with its range."""
    models = _models(report)
    sums = [_of_models(report, names) for _, names in models]
    ranges = [each.known.get(quantity, ZERO) for each in sums]
    spread = [
        [found.expected - found.low for found in ranges],
        [found.high - found.expected for found in ranges],
    ]
    axes.barh(range(len(models)), [found.expected for found in ranges], xerr=spread, height=0.6)
    labels = [
        _plain(model) + (" *" if each.unknown[quantity] else "") for (model, _), each in zip(models, sums, strict=True)
    ]
    axes.set_yticks(range(len(models)), labels, fontsize=7)
    axes.invert_yaxis()
    note = "  (* and attempts of which it is unknown)" if any(each.unknown[quantity] for each in sums) else ""
    axes.set_xlabel(PLOTTED[quantity] + note, fontsize=8)


def _models(report: Report) -> list[tuple[str, Sequence[str]]]:
    """The models, those of the most energy first, with the rest as one."""
    names = {model for _, model in report.by_model}
    energy = {name: _of_models(report, [name]).known.get("energy_wh", ZERO).expected for name in names}
    ordered = sorted(names, key=lambda name: (-energy[name], name))
    shown: list[tuple[str, Sequence[str]]] = [(name, [name]) for name in ordered[:MOST_MODELS]]
    return shown + ([(OTHERS, ordered[MOST_MODELS:])] if len(ordered) > MOST_MODELS else [])


def _of_models(report: Report, names: Sequence[str]) -> Sums:
    whole = Sums("")
    for (_, model), sums in report.by_model.items():
        if model in names:
            whole.add(sums)
    return whole


def _expected(report: Report, time: str, names: Sequence[str], quantity: str) -> float:
    found = (report.by_model.get((time, name), Sums("")).known.get(quantity, ZERO) for name in names)
    return sum(each.expected for each in found)


def _plain(name: str) -> str:
    """A name as it is: a dollar sign would begin a formula."""
    return name.replace("$", r"\$")


def _drawn(figure: Figure, form: str) -> bytes:
    import matplotlib

    drawn = io.BytesIO()
    # The same report is drawn the same way, byte for byte. A sign that no font here has is drawn as an empty box.
    with matplotlib.rc_context({"svg.hashsalt": "shoal"}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"Glyph \d+", UserWarning)
        figure.savefig(drawn, format=form, dpi=DPI, metadata={"Date": None} if form == "svg" else None)
    return drawn.getvalue()
