"""Curves of intensity: means over hours, files of several forms, and faults that are named with their row."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.errors import ConfigError
from shoal.planning.curve import Curve, make_curve, parse_time, read_curve

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


def steps(*values: float, hours: float = 1.0) -> Curve:
    return make_curve([(BEGIN + HOUR * hours * at, value) for at, value in enumerate(values)], "test")


@pytest.mark.parametrize(
    ("start_h", "hours", "mean"),
    [(0, 1, 10), (0, 2, 15), (0.5, 1, 15), (1, 2, 25), (0, 4, 25), (3.25, 0.75, 40), (0.75, 0.5, 15)],
)
def test_means(start_h: float, hours: float, mean: float) -> None:
    assert steps(10, 20, 30, 40).mean(BEGIN + HOUR * start_h, hours) == pytest.approx(mean)


@pytest.mark.parametrize(
    ("start_h", "hours", "mean", "share"), [(3, 2, 40, 0.5), (-1, 2, 10, 0.5), (4, 1, None, 0), (-2, 2, None, 0)]
)
def test_what_a_curve_does_not_cover(start_h: float, hours: float, mean: float | None, share: float) -> None:
    curve = steps(10, 20, 30, 40)
    assert curve.covered(BEGIN + HOUR * start_h, hours) == (mean, share)
    with pytest.raises(ConfigError, match="give a longer one"):
        curve.mean(BEGIN + HOUR * start_h, hours)


@given(st.lists(st.floats(0, 1000), min_size=2, max_size=50), st.data())
def test_a_mean_is_the_mean_of_its_parts(values: list[float], data: st.DataObject) -> None:
    curve = steps(*values)
    start = data.draw(st.floats(0, len(values) - 1))
    hours = data.draw(st.floats(0.25, max(len(values) - start, 0.25)))
    if start + hours > len(values):
        return
    first, second = (curve.mean(BEGIN + HOUR * at, hours / 2) for at in (start, start + hours / 2 - 1e-9))
    whole = curve.mean(BEGIN + HOUR * start, hours)
    assert whole == pytest.approx((first + second) / 2, abs=1e-3)
    assert min(values) - 1e-6 <= whole <= max(values) + 1e-6


CSV = "time,gco2e_per_kwh\n2026-01-01T00:00Z,10\n2026-01-01T01:00Z,20\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", CSV),
        ("a.csv", "\ufeff" + CSV),
        ("a.csv", "Time,Carbon Intensity\n2026-01-01 01:00:00,20\n2026-01-01 00:00:00,10\n"),
        ("a.csv", "datetime,zone,carbonIntensity\n2026-01-01T01:00+01:00,DE,10\n2026-01-01T02:00+01:00,DE,20\n"),
        ("a.csv", "from,value\n2026-01-01T00:00Z,8\n2026-01-01T00:15Z,12\n2026-01-01T01:00Z,20\n"),
        (
            "a.json",
            json.dumps([{"time": "2026-01-01T00:00Z", "value": 10}, {"time": "2026-01-01T01:00Z", "value": 20}]),
        ),
        (
            "a.JSON",
            json.dumps(
                {"forecast": [{"datetime": f"2026-01-01T0{at}:00Z", "carbonIntensity": 10 + 10 * at} for at in (0, 1)]}
            ),
        ),
    ],
)
def test_files(name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    curve = read_curve(path)
    assert (curve.begin, curve.step_s, curve.values) == (BEGIN, 3600, (10, 20))


def test_one_of_several_columns(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("time,actual,forecast\n2026-01-01T00:00Z,1,5\n2026-01-01T01:00Z,2,6\n", encoding="utf-8")
    assert read_curve(path, "forecast").values == (5, 6)
    assert read_curve(path, "actual").values == (1, 2)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "", "there is no row"),
        ("a.csv", "time,gco2e_per_kwh\n", "there is no row"),
        ("a.csv", "hour,gco2e_per_kwh\n1,2\n", "no column is called time"),
        ("a.csv", "time,temperature\n2026-01-01,2\n", "no column is called gco2e_per_kwh"),
        ("a.csv", CSV + "soon,30\n", "row 3: 'soon' is no time"),
        ("a.csv", CSV + "2026-01-01T02:00Z,many\n", "row 3: an intensity is a number"),
        ("a.csv", CSV + "2026-01-01T02:00Z\n", "row 3: an intensity is a number"),
        ("a.csv", CSV + "2026-01-01T02:00Z,-1\n", "row 3: an intensity is a number"),
        ("a.csv", CSV + "2026-01-01T02:00Z,nan\n", "row 3: an intensity is a number"),
        ("a.csv", CSV + "2026-01-01T02:00Z,20000\n", "row 3: an intensity is a number"),
        ("a.csv", CSV + "2026-01-01T01:00Z,30\n", "stands in it twice.*give a time zone offset"),
        ("a.csv", CSV + "2026-01-01T04:00Z,30\n", "no point in the hour from 2026-01-01T02:00:00.*time zone offset"),
        ("a.csv", "time,value\n2026-01-01T00:00Z,10\n", "needs two points"),
        ("a.csv", CSV + "0001-01-01T00:00+05:00,5\n", "the year lies between"),
        ("a.csv", CSV + "x" * 200_000, "is no CSV"),
        ("a.json", "{", "is no JSON"),
        ("a.json", "[" * 200_000, "is no JSON"),
        ("a.json", '{"points": []}', "list of objects"),
        ("a.json", "[1]", "list of objects"),
        ("a.json", '[{"time": 5, "value": 1}, {"time": 6, "value": 1}]', "the time is missing"),
        ("a.json", '[{"time": "2026-01-01", "value": true}]', "an intensity is a number"),
    ],
)
def test_faults_are_named(name: str, text: str, said: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        read_curve(path)


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        read_curve(tmp_path / "none.csv")
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_curve(tmp_path / "a.csv")


def test_times_without_a_zone_are_utc() -> None:
    assert parse_time("2026-01-01") == parse_time("2026-01-01T01:00+01:00") == BEGIN


@pytest.mark.parametrize(("value", "good"), [(0.38, False), (1.2, False), (3.0, True), (0.0, True)])
def test_a_curve_in_kilograms_is_told_from_one_in_grams(tmp_path: Path, value: float, good: bool) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"time,intensity\n2026-12-01T00:00Z,{value}\n2026-12-01T01:00Z,{value / 2}\n", encoding="utf-8")
    if good:
        assert read_curve(path).values == (value, value / 2)
    else:
        with pytest.raises(ConfigError, match="not kgCO2e/kWh"):
            read_curve(path)
