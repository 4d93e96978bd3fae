"""`shoal energy report` and `shoal usage --explain`: each format, and every number back to its rows."""

from __future__ import annotations

import csv
import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import typer

from shoal.cli.energy_report_plots import figures
from shoal.cli.spans import begin_of, end_of
from shoal.metering.report import make_report
from shoal.stores.database import Database
from shoal.stores.usage_sums import Span
from tests.unit.cli.conftest import Shell
from tests.unit.metering.ledger import TOOK, attempt, exchange, write

AT = 1_795_000_000.0  # 2026-11-18T11:06:40Z
SPAN = ("--from", "2026-11", "--to", "2026-11")


@pytest.fixture
def filled(shell: Shell) -> Shell:
    database = Database(shell.data)
    database.migrate()
    factor = {"zone": "DEU", "gco2e_per_kwh": 380, "source": "s", "year": 2024}
    impacts: dict[str, Any] = {name: [0.5 * value, value, 1.5 * value] for name, value in TOOK.items()}
    impacts |= {"tier": "modelled", "bases": [{"boundary": "machines", "factor": factor}]}
    write(
        database,
        [
            exchange(1, AT, [attempt(0, "small$x$", "embedded")], tags={"=cmd": "<script>"}, impacts=impacts),
            exchange(2, AT + 86_400, [attempt(0, "large", "service"), attempt(1, "odd", "service", known=False)]),
        ],
    )
    database.close()
    return shell


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_the_table(filled: Shell) -> None:
    said = filled("energy", "report", *SPAN)
    lines = said.out.splitlines()
    assert said.code == 0
    assert lines[0] == "2026-11-01T00:00:00Z to 2026-12-01T00:00:00Z"
    assert lines[1].startswith("model\texchanges\tattempts\ttokens in\t")
    assert lines[5].startswith("total\t2\t3\t300\t150\t0.04 (0.02 to 0.06) + 1 unknown\t4 (2 to 6) + 1 unknown")
    assert [line.partition("\t")[0] for line in lines[6:9]] == ["day", "2026-11-18", "2026-11-19"]
    assert lines[10] == "per request\t2\tunknown, at least 1.1e+03\tunknown"
    assert "2\telectricity of own machines\tlocation-based\tDEU\t0.002 (0.001 to 0.003)\t2 (1 to 3)\t0" in lines
    assert lines[-1] == "v1\tnone\tnone\t1"
    assert "energy: 4 (2 to 6) + 1 unknown" in said.err
    assert "boundary: consumer's boundary" in said.err


def test_groups_as_csv(filled: Shell) -> None:
    rows = read(filled("energy", "report", *SPAN, "--by", "tag", "--format", "csv").out)
    assert [row["name"] for row in rows] == ["'=cmd=<script>", "none"]
    assert [(row["energy_wh_low"], row["energy_wh_expected"], row["energy_wh_high"]) for row in rows] == [
        ("1", "2", "3")
    ] * 2
    assert [row["energy_wh_unknown_attempts"] for row in rows] == ["0", "1"]
    assert [row["modelled_attempts"] for row in rows] == ["1", "1"]
    trend = read(filled("energy", "report", *SPAN, "--part", "trend", "--format", "csv").out)
    assert [row["name"] for row in trend] == ["2026-11-18", "2026-11-19"]


def test_inventory_lines_as_csv(filled: Shell) -> None:
    rows = read(filled("energy", "report", *SPAN, "--part", "inventory", "--format", "csv").out)
    assert [(row["scope"], row["category"], row["accounting"]) for row in rows] == [
        ("2", "", "location-based"),
        ("2", "", "market-based"),
        ("3", "2", "location-based"),
        ("3", "1", "location-based"),
        ("3", "1", "location-based"),
    ]
    first, known = rows[0], rows[3] if rows[3]["kgco2e"] else rows[4]
    assert first["period_begin"] == "2026-11-01T00:00:00Z"
    assert float(first["activity_kwh"]) * float(first["kgco2e_per_kwh"]) == pytest.approx(float(first["kgco2e"]))
    assert (known["kgco2e"], known["kgco2e_low"], known["kgco2e_high"]) == ("2.2", "1.1", "3.3")
    assert (known["zone"], known["factors_version"], known["method_version"]) == ("DEU", "v1", "m1")
    assert {row["unknown_attempts"] for row in rows if not row["kgco2e"]} == {"1"}


def test_rows_as_csv_add_up_to_the_report(filled: Shell, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    assert filled("energy", "report", *SPAN, "--part", "rows", "--format", "csv", "--out", str(path)).code == 0
    rows = read(path.read_text(encoding="utf-8"))
    assert [row["exchange_id"] for row in rows] == ["ex_1", "ex_2", "ex_2"]
    total = filled("energy", "report", *SPAN, "--json").json()["total"]
    assert sum(float(row["energy_wh"] or 0) for row in rows) == total["energy_wh"]["expected"]


def test_the_json_says_what_it_rests_on(filled: Shell) -> None:
    told = filled("energy", "report", *SPAN, "--by", "host", "--format", "json").json()
    assert [group["name"] for group in told["groups"]] == ["embedded", "service"]
    assert told["total"]["unknown_attempts"]["energy_wh"] == 1
    assert told["factors"][0] == {"facts": "v1", "method": "m1", "zone": "DEU", "attempts": 2}
    assert told["per_unit"][0] == {
        **{"unit": "request", "units": 2.0, "gco2e": None, "marginal_gco2e": None},
        "at_least_gco2e": 1100.0,
    }
    assert "docs/methodology/energy.md" in told["formulas"]["more"]
    assert told["idle"]["energy_wh"] is None


def test_the_page_loads_nothing_and_shows_names_as_they_are(filled: Shell, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    assert filled("energy", "report", *SPAN, "--by", "tag", "--format", "html", "--out", str(path)).code == 0
    page = path.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "=cmd=&lt;script&gt;" in page
    assert page.count("<svg") == 2
    assert "src=" not in page
    assert "@import" not in page
    assert "default-src &#x27;none&#x27;" in page or "default-src 'none'" in page


def test_without_matplotlib_the_page_says_how_to_get_plots(
    filled: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    page = filled("energy", "report", *SPAN, "--format", "html").out
    assert "pip install &#x27;shoal[plots]&#x27;" in page
    assert "<svg" not in page
    said = filled("energy", "report", *SPAN, "--plots", str(tmp_path / "plots"))
    assert said.code == 3
    assert "pip install 'shoal[plots]'" in said.err


def test_plots_are_written_the_same_way_each_time(filled: Shell, tmp_path: Path) -> None:
    drawn = []
    for name in ("one", "two"):
        said = filled("energy", "report", *SPAN, "--plots", str(tmp_path / name))
        assert said.err.count("plotted: ") == 4
        drawn.append({path.name: path.read_bytes() for path in (tmp_path / name).iterdir()})
    assert sorted(drawn[0]) == ["by-model.png", "by-model.svg", "over-time.png", "over-time.svg"]
    assert drawn[0] == drawn[1]
    assert drawn[0]["by-model.png"].startswith(b"\x89PNG")


def test_the_plot_over_time_shows_the_range_of_all_and_says_what_is_not_in_it(filled: Shell) -> None:
    from matplotlib.collections import LineCollection

    database = Database(filled.data)
    report = make_report(database, Span(AT - 86_400, AT + 3 * 86_400), "model", {"embedded"})
    database.close()
    energy, *_ = dict(figures(report))["over-time"].axes
    (drawn,) = (each for each in energy.collections if isinstance(each, LineCollection))
    assert [segment.tolist() for segment in drawn.get_segments()] == [[[0, 1], [0, 3]], [[1, 1], [1, 3]]]
    assert energy.get_ylim()[0] == 0
    assert energy.get_ylim()[1] >= 3
    assert energy.get_xlabel() == "without 1 attempts of which it is unknown"


def test_names_in_any_script_are_drawn_and_are_no_formula(filled: Shell, tmp_path: Path) -> None:
    database = Database(filled.data)
    names = ("模型", "＝1+1", "\n=1", "a --> b")
    write(database, [exchange(3, AT, [attempt(at, name, "service") for at, name in enumerate(names)])])
    database.close()
    said = filled("energy", "report", *SPAN, "--plots", str(tmp_path / "plots"))
    assert (said.code, "Glyph" in said.err) == (0, False)
    assert "a --> b" not in (tmp_path / "plots" / "by-model.svg").read_text(encoding="utf-8")
    rows = read(filled("energy", "report", *SPAN, "--format", "csv").out)
    assert {"模型", "'＝1+1", "'\n=1", "a --> b"} <= {row["name"] for row in rows}


def test_days_without_anything_have_their_place_in_plots(filled: Shell) -> None:
    database = Database(filled.data)
    write(database, [exchange(3, AT + 5 * 86_400, [attempt(0, "small", "embedded")])])
    database.close()
    page = filled("energy", "report", *SPAN, "--format", "html").out
    assert all(f"<!-- 2026-11-{day} -->" in page for day in range(18, 24))
    assert "<!-- 2026-11-24 -->" not in page
    hours = filled("energy", "report", "--from", "2026-11-18", "--to", "2026-11-19", "--format", "html").out
    assert "<!-- 2026-11-18T14 -->" in hours


def test_an_empty_report(shell: Shell) -> None:
    told = shell.begun()("energy", "report", "--json").json()
    assert told["total"]["energy_wh"] == {"low": 0, "expected": 0, "high": 0}
    assert (told["groups"], told["per_unit"], told["inventory"]) == ([], [], [])
    assert "Nothing was used." in shell("energy", "report", "--format", "html").out
    assert "nothing was used in that span" in shell("energy", "report").err


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--from", "2026-11-02", "--to", "2026-11-01"), "ends before it begins"),
        (("--from", "2026-11", "--to", "1970-01-01T00:00"), "ends before it begins"),
        (("--from", "last week"), "write a day"),
        (("--from", "2026-13"), "there is no such day"),
        (("--by", "colour"), "colour"),
    ],
)
def test_wrong_usage(shell: Shell, words: tuple[str, ...], says: str) -> None:
    said = shell("energy", "report", *words)
    assert said.code == 2
    assert says in said.err


def test_a_file_that_cannot_be_written(filled: Shell, tmp_path: Path) -> None:
    for words in (("--format", "html", "--out"), ("--format", "csv", "--part", "rows", "--out")):
        said = filled("energy", "report", *words, str(tmp_path / "no" / "such" / "folder"))
        assert said.code == 1
        assert "cannot be written" in said.err


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--part", "rows"), "add --format csv"),
        (("--part", "inventory", "--format", "html"), "add --format csv"),
        (("--out", "report.txt"), "add --format csv, json or html"),
    ],
)
def test_what_would_have_no_effect_is_said(filled: Shell, options: tuple[str, ...], said: str) -> None:
    found = filled("energy", "report", *SPAN, *options)
    assert found.code == 2
    assert said in " ".join(found.err.split())


def test_an_exchange_is_explained(filled: Shell) -> None:
    said = filled("usage", "--explain", "ex_1").out
    assert "energy_wh = 2 (1 to 3)" in said
    assert "CPU seconds x W of a busy virtual CPU" in said
    assert "2 Wh x 380 g/kWh / 1000 = 0.76 g" in said
    assert "facts v1, method m1, zone DEU" in said
    assert "the factors v1 were not kept" in said
    assert "computed again: " not in said
    told: dict[str, Any] = filled("usage", "--explain", "ex_2", "--json").json()
    energy = [each["figures"][0] for each in told["attempts"]]
    assert energy[0]["explained"] == "docs/methodology/energy.md#models-on-accelerators"
    assert (energy[1]["value"], energy[1]["formula"][:7]) == (None, "unknown")
    assert (told["agrees"], told["sums_agree"]) == (None, None)
    assert filled("usage", "--explain", "ex_9").code == 4
    told = filled("usage", "--explain", "ex_1", "--json").json()
    assert (told["agrees"], told["sums_agree"]) == (None, True)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ({"host": "embedded"}, "embedded"),
        ({"host": "shoal", "model": "shoal/guards"}, "embedded"),
        ({"completion_tokens": 4}, "modelled"),
        ({"pieces": 4}, "cut"),
        ({"pieces": 4, "completion_tokens": 4, "estimated": True}, "cut"),
        ({}, "waited"),
        ({"tier": "measured", "host": "embedded"}, "measured"),
        ({"tier": "estimated"}, "estimated"),
        ({"energy_wh": None}, "unknown"),
    ],
)
def test_each_attempt_has_the_formula_by_which_it_was_metered(row: dict[str, Any], kind: str) -> None:
    from shoal.cli.usage_explain import kind_of

    plain = {"energy_wh": 1.0, "tier": "modelled", "host": "gpu", "completion_tokens": 0, "pieces": 0}
    assert kind_of(plain | {"estimated": False} | row) == kind


def test_explanations_point_to_headings_that_there_are() -> None:
    from shoal.cli.usage_explain import ENERGY, FORMULAS, PAGE

    text = (Path(__file__).parents[3] / PAGE).read_text(encoding="utf-8")
    headings = {line.strip("# ").lower().replace(" ", "-") for line in text.splitlines() if line.startswith("#")}
    assert {anchor for _, anchor in (*ENERGY.values(), *FORMULAS.values())} <= headings


@pytest.mark.parametrize(
    ("text", "begin", "end"),
    [
        ("1970", 0, 365 * 86_400),
        ("1970-02", 31 * 86_400, 59 * 86_400),
        ("1970-12", 334 * 86_400, 365 * 86_400),
        ("1970-01-02", 86_400, 2 * 86_400),
        ("1970-01-01T09:30", 34_200, 34_200),
        ("1970-01-01T09:30:05Z", 34_205, 34_205),
    ],
)
def test_spans(text: str, begin: float, end: float) -> None:
    assert (begin_of(text), end_of(text)) == (begin, end)


@pytest.mark.parametrize("text", ["", "1970-1", "1970-02-30", "0000", "9999-12-31", "yesterday", "1970-01-01T25:00"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        end_of(text)


def test_json_is_one_line(filled: Shell) -> None:
    assert json.loads(filled("energy", "report", "--format", "json").out)
