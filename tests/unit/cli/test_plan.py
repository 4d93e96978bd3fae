"""`shoal plan`: what its verbs print, their exit codes, and errors that name the nearest."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
import typer

from shoal.cli import plan_defer
from shoal.cli.plan_train import number, spread
from shoal.errors import HostFailed, HostUnreachable
from shoal.impacts import Range
from tests.unit.cli.conftest import Shell

RUN = ("plan", "train", "--params", "7B", "--tokens", "1.4T")
BEGIN = datetime(2026, 12, 1, tzinfo=UTC)


def csv(begin: datetime, values: list[float]) -> str:
    lines = [f"{(begin + timedelta(hours=at)).isoformat()},{value}" for at, value in enumerate(values)]
    return "\n".join(["time,gco2e_per_kwh", *lines])


@pytest.mark.parametrize(
    ("text", "value"), [("7e9", 7e9), ("7B", 7e9), ("1.4T", 1.4e12), ("20M", 2e7), (" 3 ", 3), ("100k", 1e5)]
)
def test_numbers_as_people_write_them(text: str, value: float) -> None:
    assert number(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["", "seven", "7X", "1.2.3", "-5", "nan"])
def test_what_is_no_number(text: str) -> None:
    with pytest.raises(typer.BadParameter):
        number(text)


def test_ranges() -> None:
    assert spread("0.4") == Range.exactly(0.4)
    assert spread("0.3:0.4:0.5") == Range(0.3, 0.4, 0.5)
    for wrong in ("", "a", "0.3:0.4", "0.5:0.4:0.3", "1:2:3:4", "-1:0:1"):
        with pytest.raises(typer.BadParameter):
            spread(wrong)


def test_train_prints_the_first_the_front_and_why(shell: Shell) -> None:
    said = shell(*RUN, "--hardware", "h100,a100", "--region", "us-east-1", "--devices", "64", "--mfu", "0.35")
    assert said.code == 0
    lines = {
        line[:18].strip(): line[18:] for line in said.out.splitlines() if not line.startswith(("h100\t", "a100\t"))
    }
    assert lines["first"] == "h100 in aws/us-east-1"
    assert lines["FLOP"] == "5.88e+22"
    assert lines["device hours"] == "47,200"
    assert lines["energy"].startswith("52.6 (38 to 69.2) MWh")
    assert lines["carbon, location"].startswith("20.8 (")
    assert lines["carbon, market"] == "0 tCO2e"
    assert lines["not included"].startswith("other runs: 26.3 (0 to ")
    assert "h100\taws/us-east-1\tany\t64\t" in said.out
    assert "h100 in aws/us-east-1 is first by carbon" in said.out
    assert "the attention is not counted" in said.err


def test_what_was_named_and_is_not_compared_is_said(shell: Shell) -> None:
    said = shell(*RUN, "--hardware", "h100,tpu-v5p", "--region", "FRA")
    assert said.code == 0
    assert "not compared, since it is not let there: tpu-v5p" in said.err
    assert "not compared" not in shell(*RUN, "--hardware", "h100", "--region", "FRA").err


def test_train_as_json(shell: Shell) -> None:
    told = shell(*RUN, "--region", "DEU", "--hardware", "h100", "--experiments", "0:1:2", "--all", "--json").json()
    assert told["compared"] == len(told["options"]) == 1
    first = told["first"]
    assert first["region"] == "DEU"
    assert first["flops"]["expected"] == 5.88e22
    assert first["impacts"]["tier"] == "modelled"
    energy = first["impacts"]["energy_wh"]
    assert first["other_runs_not_included"]["energy_wh"]["expected"] == energy["expected"]
    assert "options" not in shell(*RUN, "--region", "DEU", "--json").json()


def test_train_with_a_published_model_and_adapters(shell: Shell) -> None:
    told = shell("plan", "train", "--model", "llama 2 7b", "--hardware", "a100", "--region", "FRA", "--json").json()
    assert told["first"]["flops"]["expected"] == pytest.approx(6 * 6.74e9 * 2e12)
    small = ("--method", "lora", "--trainable", "20M", "--tokens", "1M", "--epochs", "5", "--base-bits", "4")
    tuned = shell(
        "plan", "train", "--model", "Llama 2 7B", *small, "--hardware", "l4", "--region", "FRA", "--json"
    ).json()
    assert tuned["first"]["flops"]["expected"] == pytest.approx((4 * 6.74e9 + 6 * 20e6) * 5e6)
    assert tuned["first"]["memory"]["fewest_devices"] == 1
    assert "the base's own training, 8.09e+22 FLOP by others, is not counted" in tuned["notes"]
    assert "the base's own training is not counted" in shell(*RUN, "--method", "continued", "--region", "FRA").err
    assert "more than 4 passes over the same data are worth ever less" in tuned["notes"]


def test_train_compares_starts_by_a_curve(shell: Shell) -> None:
    path = shell.write("de.csv", csv(BEGIN, [500.0] * 24 + [100.0] * 600))
    starts = ("--start", "2026-12-01T00:00Z", "--start", "2026-12-02")
    small = ("plan", "train", "--params", "100M", "--tokens", "2B", "--hardware", "h100", "--region", "DEU", *starts)
    told = shell(*small, "--intensity", f"DEU={path}", "--json").json()
    assert told["first"]["start"] == "2026-12-02T00:00:00+00:00"
    assert told["first"]["intensity_from_curve_share"] == 1
    assert "a start makes a difference only" in shell(*small).err


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ((*RUN, "--region", "Frence"), 3, "region 'Frence' is not known; the nearest are 'france'"),
        ((*RUN, "--hardware", "h10"), 3, "hardware 'h10' is not known; the nearest are h100"),
        (("plan", "train", "--model", "Lama 2 7B"), 3, "'Llama 2 7B'"),
        (("plan", "train", "--params", "7B"), 3, "give --tokens"),
        (("plan", "train", "--params", "many", "--tokens", "1B"), 2, "'many' is no number"),
        ((*RUN, "--mfu", "2"), 3, "(--mfu) lies above 0"),
        ((*RUN, "--mfu", "x"), 2, "'x' is no range"),
        ((*RUN, "--mfu", "nan"), 2, "'nan' is no range"),
        ((*RUN, "--price", "inf"), 3, "--price"),
        ((*RUN, "--pue", "nan"), 3, "less than 1"),
        ((*RUN, "--epochs", "nan"), 3, "epochs must be above 0"),
        ((*RUN, "--within", "nan"), 3, "must be above 0"),
        ((*RUN, "--account", "marginal", "--region", "FRA"), 3, "the marginal carbon of none of these is known"),
        ((*RUN, "--start", "soon"), 3, "'soon' is no time"),
        ((*RUN, "--intensity", "none.csv"), 3, "none.csv cannot be read"),
        ((*RUN, "--hardware", "tpu-v4", "--region", "FRA"), 3, "tpu-v4: gcp"),
        ((*RUN, "--method", "lora"), 3, "--trainable"),
    ],
)
def test_train_names_what_is_wrong(words: tuple[str, ...], code: int, said: str, shell: Shell) -> None:
    told = shell(*words)
    assert told.code == code
    assert said in told.err


def test_the_operator_s_own_facts_count(shell: Shell) -> None:
    row = "grid,FRA,average,,21,,gCO2e/kWh,2025,our supplier"
    own = shell.write("own.csv", f"topic,subject,quantity,low,value,high,unit,year,source\n{row}\n")
    config = shell.write("own.toml", f'[metering]\nfacts = ["{own}"]\n')
    told = shell(*RUN, "--region", "FRA", "--hardware", "h100", "--config", config, "--json").json()
    assert told["first"]["impacts"]["bases"][0]["factor"]["gco2e_per_kwh"] == 21


def test_a_start_in_the_past_is_told(shell: Shell) -> None:
    for year, told in ((2001, True), (2199, False)):
        begin = datetime(year, 12, 1, tzinfo=UTC)
        path = shell.write("forecast.csv", csv(begin, [300.0, 100.0, 100.0]))
        job = ("plan", "defer", "--hours", "1", "--slack", "1", "--from", begin.isoformat(), "--forecast", path)
        for verb in (job, (*RUN, "--region", "DEU", "--hardware", "h100", "--start", begin.isoformat())):
            said = shell(*verb)
            assert said.code == 0
            assert ("a start lies in the past: its figures are of that time" in said.err) is told


FORECAST = [300.0, 300.0, 200.0, 100.0, 300.0, 300.0]
JOB = ("plan", "defer", "--hours", "1", "--from", "2026-12-01T00:00Z")


def test_defer_from_a_forecast(shell: Shell) -> None:
    path = shell.write("forecast.csv", csv(BEGIN, FORECAST))
    said = shell(*JOB, "--slack", "4", "--forecast", path, "--power-kw", "2")
    assert said.code == 0
    assert said.out.splitlines()[0] == "start at 2026-12-01T03:00+00:00, 3 hours later"
    assert "expected saving   66.7% = 400 g, by the forecast" in said.out
    assert "is not known: give --history" in said.err
    told = shell(*JOB, "--deadline", "2026-12-01T03:00Z", "--forecast", path, "--energy-kwh", "1", "--json").json()
    assert (told["start"], told["slack_h"], told["saved_gco2e"]) == ("2026-12-01T02:00:00+00:00", 2, 100)
    assert told["expected_saving_from"] == "forecast"
    assert told["interval_90"] is None
    assert "start at once" in shell(*JOB, "--slack", "0", "--forecast", path).out


def test_defer_from_yesterday_with_an_interval(shell: Shell) -> None:
    day = [300.0] * 12 + [150.0] * 4 + [300.0] * 8
    path = shell.write("history.csv", csv(BEGIN - timedelta(days=30), day * 30))
    told = shell(*JOB, "--slack", "20", "--history", path, "--json").json()
    assert told["forecast"] == "yesterday's curve"
    assert told["start"] == "2026-12-01T12:00:00+00:00"
    assert told["interval_90"] == [0.5, 0.5]
    assert told["claim"] is True
    assert told["past_decisions"]["count"] == 29
    assert "interval (90 %)   50.0% to 50.0%" in shell(*JOB, "--slack", "20", "--history", path).out
    short = shell.write("short.csv", csv(BEGIN - timedelta(days=5), day * 5))
    assert "the history is too short" in shell(*JOB, "--slack", "20", "--history", short).err


def test_defer_takes_the_errors_of_the_forecast_in_the_history(shell: Shell) -> None:
    hours = [BEGIN - timedelta(days=30) + timedelta(hours=at) for at in range(30 * 24)]
    rows = [f"{at.isoformat()},300,{150 if at.hour == 3 else 300}" for at in hours]
    history = shell.write("history.csv", "\n".join(["time,actual,forecast", *rows]))
    forecast = shell.write("forecast.csv", csv(BEGIN, FORECAST))
    said = shell(*JOB, "--slack", "4", "--forecast", forecast, "--history", history)
    assert "interval (90 %)   16.7% to 16.7%" in said.out
    assert "promised 50.0%, came 0.0% on average" in said.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*JOB, "--forecast", "none.csv"), "either --slack or --deadline"),
        ((*JOB, "--slack", "4"), "give a forecast"),
        ((*JOB, "--slack", "4", "--history", "none.csv", "--energy-kwh", "1", "--power-kw", "1"), "not both"),
        ((*JOB, "--slack", "4", "--history", "none.csv", "--energy-kwh", "inf"), "a number of kWh"),
        ((*JOB, "--slack", "4", "--forecast", "none.csv"), "none.csv cannot be read"),
        ((*JOB, "--slack", "4", "--forecast", "a", "--service", "b"), "give one forecast"),
        ((*JOB, "--slack", "4", "--service", "wattime"), "'watttime'"),
        ((*JOB, "--slack", "4", "--service", "watttime", "--key", "env:NO_SUCH_KEY"), "set the environment variable"),
        ((*JOB, "--deadline", "2026-12-01T00:30Z", "--forecast", "none.csv"), "before the end of the job"),
        (("plan", "defer", "--hours", "0", "--slack", "1", "--forecast", "none.csv"), "more than 0 hours"),
    ],
)
def test_defer_names_what_is_wrong(words: tuple[str, ...], said: str, shell: Shell) -> None:
    told = shell(*words)
    assert told.code == 3
    assert said in told.err


def test_defer_asks_a_service(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, dict[str, str]]] = []

    async def scripted(url: str, headers: dict[str, str]) -> bytes:
        asked.append((url, dict(headers)))
        rows = [
            {"datetime": (BEGIN + timedelta(hours=at)).isoformat(), "carbonIntensity": value}
            for at, value in enumerate(FORECAST)
        ]
        return json.dumps({"forecast": rows}).encode()

    monkeypatch.setattr(plan_defer, "fetch", scripted)
    monkeypatch.setenv("THE_KEY", "secret")
    told = shell(
        *JOB, "--slack", "4", "--service", "electricity-maps", "--zone", "DE", "--key", "env:THE_KEY", "--json"
    ).json()
    assert told["start"] == "2026-12-01T03:00:00+00:00"
    assert told["forecast"] == "electricity-maps, average intensity"
    ((url, headers),) = asked
    assert url.endswith("forecast?zone=DE")
    assert headers == {"auth-token": "secret"}


def test_defer_from_now_on_starts_with_the_forecast(shell: Shell) -> None:
    begin = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    path = shell.write("forecast.csv", csv(begin, [300.0, *FORECAST, *FORECAST]))
    told = shell("plan", "defer", "--hours", "1", "--slack", "8", "--forecast", path, "--json").json()
    assert told["earliest"] == begin.isoformat()
    assert told["start"] == (begin + timedelta(hours=4)).isoformat()
    assert 7 <= told["slack_h"] <= 8


# More than comes in one read.
BODY = b"body" * 500_000


class Answers(BaseHTTPRequestHandler):
    """Says 200 to /good and 401 to all else."""

    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/good" else 401)
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Answers)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_fetching(address: str) -> None:
    assert asyncio.run(plan_defer.fetch(f"{address}/good", {"a": "b"})) == BODY
    with pytest.raises(HostFailed, match="answered 401: check --zone and --key"):
        asyncio.run(plan_defer.fetch(f"{address}/bad", {}))
    with pytest.raises(HostUnreachable, match="does not answer"):
        asyncio.run(plan_defer.fetch("http://127.0.0.1:1/", {}))


def test_verify_prints_every_row_and_fails_where_one_does_not_reproduce(shell: Shell) -> None:
    said = shell("plan", "verify")
    assert said.code == 0
    assert "58 reproduced, 1 flagged, 0 failed, 0 not checked" in said.err
    assert "Llama 3.3 70B\ttCO2e\t12.9\t2,023.7\t157 times\tflagged" in said.out
    row = {"model": "GPT-3", "tco2e_gross": 600}
    path = shell.write("runs.json", json.dumps({"training": [row], "inference": [{"what": "a prompt"}]}))
    wrong = shell("plan", "verify", "--data", path)
    assert wrong.code == 1
    assert "GPT-3\ttCO2e\t600\t553.142\t-7.81%\tfailed" in wrong.out
    assert "no training run, so not checked: a prompt" in wrong.err
    told = shell("plan", "verify", "--data", path, "--json")
    assert told.code == 1
    assert told.json()["counts"]["failed"] == 2, "the claim of 11 times less falls with GPT-3"
    assert shell("plan", "verify", "--data", "none.json").code == 3
