"""Plots of `shoal rightsize`: for each family the quality of small model and reference together over the share that the
small model keeps. It needs matplotlib, the extra `plots`.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from shoal.errors import ConfigError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from shoal.routing.rightsize.report import FamilyReport, Report

WIDTH, HEIGHT = 9.0, 3.2
MOST_FAMILIES = 12


def svgs(report: Report) -> list[str]:
    """The plots as SVG elements. Raises ConfigError where matplotlib is not installed."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ConfigError("plots need matplotlib: pip install 'shoal[plots]', and run the same command again") from None
    found = []
    for family in report.families[:MOST_FAMILIES]:
        if any(family.curves.values()):
            figure = Figure(figsize=(WIDTH, HEIGHT), layout="constrained")
            _draw(figure.subplots(), family, report.reference)
            found.append(_drawn(figure))
    return found


def _draw(axes: Axes, family: FamilyReport, reference: str) -> None:
    for name, points in family.curves.items():
        shares = [point.coverage for point in points]
        (line,) = axes.plot(
            shares, [point.together for point in points], label=f"{_plain(name)}, then {_plain(reference)}"
        )
        axes.plot(
            shares, [point.kept for point in points], "--", color=line.get_color(), label=f"{_plain(name)} alone there"
        )
    best = next(each.quality for each in family.measures if each.model == reference)
    if best is not None:
        axes.axhline(best.mean, color="grey", linewidth=1, label=_plain(reference))
    if family.chosen is not None:
        axes.axvline(family.chosen.share, color="grey", linestyle=":", label="certified")
    axes.set_title(_plain(family.name), fontsize=9)
    axes.set_xlabel("share that the small model keeps", fontsize=8)
    axes.set_ylabel("quality", fontsize=8)
    axes.legend(fontsize=7)


def _plain(name: str) -> str:
    """A name as it is: a dollar sign would begin a formula."""
    return name.replace("$", r"\$")


def _drawn(figure: Figure) -> str:
    import matplotlib

    drawn = io.BytesIO()
    # The same report is drawn the same way, byte for byte.
    with matplotlib.rc_context({"svg.hashsalt": "shoal"}):
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    svg = drawn.getvalue().decode()
    return svg[svg.index("<svg") :]
