"""Published figures beside our arithmetic: every row reproduces, the wrong card is flagged, and a wrong row fails."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shoal.errors import ConfigError
from shoal.facts.tables import Facts, load
from shoal.planning.published import Run, find_run, read_runs, shipped
from shoal.planning.verify import Check, Verdict, verify

COMPANY, TPU, DERIVATIVES = "one company's small models", "TPU v4 over TPU v3", "Llama 2 derivatives"


@pytest.fixture(scope="module")
def facts() -> Facts:
    return load()


@pytest.fixture(scope="module")
def checks(facts: Facts) -> dict[tuple[str, str], Check]:
    return {(each.name, each.figure): each for each in verify(shipped(facts), facts)}


@pytest.mark.parametrize(
    ("name", "figure", "ours"),
    [
        ("Evolved Transformer NAS", "energy_mwh", 200 * 6.8 * 24 * 208 * 1.1 / 1e6),
        ("T5", "tco2e", 512 * 20 * 24 * 310 * 1.12 / 1e6 * 0.545),
        ("Meena", "tco2e", 1024 * 30 * 24 * 289 * 1.09 / 1e6 * 0.415),
        ("GShard-600B", "tco2e_net", 1024 * 3.1 * 24 * 288 * 1.09 / 1e6 * 0.177),
        ("Switch Transformer", "tco2e", 1024 * 27 * 24 * 245 * 1.1 / 1e6 * 0.403),
        ("GPT-3", "tco2e", 10_000 * 14.8 * 24 * 330 * 1.1 / 1e6 * 0.429),
        ("Llama 2 70B", "tco2e", 1_720_320 * 400 * 1.1 / 1e6 * 0.385),
        ("Llama 3 8B", "tco2e", 1_300_000 * 700 * 1.1 / 1e6 * 0.385),
        ("Llama 3.1 405B", "tco2e", 30_840_000 * 700 / 1e6 * 0.413),
        ("Llama 4 Scout", "tco2e", 5_000_000 * 700 / 1e6 * 0.387),
        ("BLOOM 176B", "tco2e", 433.196 * 0.057),
        ("BLOOM 176B", "idle_tco2e", 256.646 * 0.057),
        ("BLOOM 176B", "total_tco2e", 433.196 * 0.057 + 256.646 * 0.057 + 11.2),
        ("BLOOM 176B", "whole_tco2e", 433.196 * 1.2 * 0.057),
        ("GLaM", "energy_mwh", 1_259_520 * 326 * 1.11 / 1e6),
        ("PaLM 540B", "tco2e_net", 8_404_992 * 378.5 * 1.08 / 1e6 * 0.079),
        (COMPANY, "tco2e", 105 * (1 - 0.688) / 0.688),
        (COMPANY, "reduction", 105 / 153),
        (COMPANY, "avoided_t", 48 * 0.688 / 0.312),
        (COMPANY, "times_less", 552.1 / 48),
        (TPU, "per_watt", 2.1 * 220 / 170),
        (DERIVATIVES, "t_saved", 13_000 * (31.22 + 62.44 + 291.42)),
        (DERIVATIVES, "homes", 13_000 * (31.22 + 62.44 + 291.42) / 7.15),
    ],
)
def test_worked_cases(name: str, figure: str, ours: float, checks: dict[tuple[str, str], Check]) -> None:
    check = checks[name, figure]
    assert check.ours == pytest.approx(ours, rel=1e-5)
    assert check.verdict is Verdict.REPRODUCED


def test_everything_reproduces_within_two_per_cent_and_one_card_is_flagged(
    checks: dict[tuple[str, str], Check],
) -> None:
    verdicts = {key: check.verdict for key, check in checks.items()}
    assert [key for key, each in verdicts.items() if each is Verdict.FLAGGED] == [("Llama 3.3 70B", "tco2e")]
    rest = {key: check for key, check in checks.items() if key[0] != "Llama 3.3 70B"}
    assert {check.verdict for check in rest.values()} == {Verdict.REPRODUCED}
    wide = [key for key, check in rest.items() if check.tolerance > 0.02]
    assert wide == [(COMPANY, "times_less")]
    assert checks["Llama 3.3 70B", "tco2e"].note == "inconsistent: it would mean 2.6 g per kWh of the machines"
    llama2 = [check for (name, _), check in checks.items() if name.startswith("Llama 2 ") and name != DERIVATIVES]
    assert {check.tolerance for check in llama2} == {0.001}


def test_a_factor_that_was_not_published_is_said(checks: dict[tuple[str, str], Check]) -> None:
    assert "inferred" in checks["Llama 3.1 8B", "tco2e"].note
    assert checks["GPT-3", "tco2e"].note == ""


def test_a_wrong_row_fails_and_a_flagged_one_that_agrees_fails_too(facts: Facts) -> None:
    gpt3, llama = find_run(facts, "gpt-3"), find_run(facts, "Llama 3.3 70B")
    wrong = replace(gpt3, figures={**gpt3.figures, "tco2e": 600.0})
    right = replace(llama, figures={**llama.figures, "tco2e": 2024.0})
    verdicts = {(each.name, each.figure): each.verdict for each in verify([wrong, right], facts)}
    assert verdicts["GPT-3", "tco2e"] is Verdict.FAILED
    assert verdicts["GPT-3", "energy_mwh"] is Verdict.REPRODUCED
    assert verdicts["Llama 3.3 70B", "tco2e"] is Verdict.FAILED


def test_what_has_no_inputs_is_not_checked(facts: Facts) -> None:
    (check,) = [each for each in verify([Run("mine", {"tco2e": 5.0}, "")], facts) if each.name == "mine"]
    assert (check.verdict, check.ours, check.off) == (Verdict.UNCHECKED, None, None)
    assert check.to_wire()["ours"] is None


def test_a_zero_is_met_by_a_zero_alone() -> None:
    assert Check("a", "b", "t", 0.0, 0.0, 0.02, "", "").verdict is Verdict.REPRODUCED
    assert Check("a", "b", "t", 0.0, 0.1, 0.02, "", "").verdict is Verdict.FAILED


ROW = {
    "model": "mine",
    "device_hours": 1e6,
    "device_power_w": 500,
    "pue": 1.1,
    "grid_kg_per_kwh_gross": 0.4,
    "tco2e_gross": 220,
}


def write(path: Path, *rows: Any, **others: Any) -> Path:
    path.write_text(json.dumps({"training": rows, **others}), encoding="utf-8")
    return path


def test_a_file_of_one_s_own(tmp_path: Path, facts: Facts) -> None:
    marked = {**ROW, "model": "marked", "tco2e_gross": 5, "status": "CARD IS INCONSISTENT"}
    wrong = {**ROW, "model": "wrong", "tco2e_gross": 250, "rel_tol": 0.5}
    path = write(tmp_path / "runs.json", ROW, marked, wrong, inference=[{"what": "a prompt"}, {}], note="text")
    runs, others = read_runs(path, facts)
    verdicts = {each.name: each.verdict for each in verify(runs, facts) if each.name in ("mine", "marked", "wrong")}
    assert verdicts == {"mine": "reproduced", "marked": "flagged", "wrong": "failed"}
    assert others == ["a prompt", "row 2"]


def test_factors_that_a_row_leaves_out_come_from_the_facts(tmp_path: Path, facts: Facts) -> None:
    row = {
        "model": "Llama 3.1 70B",
        "device_hours": 7e6,
        "device_power_w": 700,
        "tco2e_location": 2040,
        "implied_kg_per_it_kwh": 4e-4,
    }
    runs, _ = read_runs(write(tmp_path / "runs.json", row), facts)
    (check,) = [each for each in verify(runs, facts) if each.name == "Llama 3.1 70B"]
    assert check.ours == pytest.approx(7e6 * 700 / 1e6 * 0.413)
    assert check.verdict is Verdict.REPRODUCED


def test_claims_of_a_file_take_the_place_of_ours(tmp_path: Path, facts: Facts) -> None:
    row = {"model": "claims", "tco2e": 48, "avoided_t": 300, "reduction_vs_global_pct": 68.8}
    runs, _ = read_runs(write(tmp_path / "runs.json", row), facts)
    found = {each.figure: each for each in verify(runs, facts) if each.name == COMPANY}
    assert found["avoided_t"].verdict is Verdict.FAILED
    assert found["avoided_t"].published == 300


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "cannot be read"),
        ("[]", "no list 'training'"),
        ('{"training": []}', "no list 'training'"),
        ('{"training": [5]}', "row 1 of 'training'"),
        ('{"training": [{"device_hours": 5}]}', "a 'model' is needed"),
        ('{"training": [{"model": "a", "device_hours": -5}]}', "'device_hours' is no figure"),
        ('{"training": [{"model": "a", "device_hours": NaN}]}', "'device_hours' is no figure"),
        ('{"training": [{"model": "a", "device_hours": "5 h"}]}', "'device_hours' is no figure"),
        ('{"training": [{"model": "a", "pue": true}]}', "'pue' is no figure"),
    ],
)
def test_bad_files(text: str, said: str, tmp_path: Path, facts: Facts) -> None:
    path = tmp_path / "runs.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=said):
        read_runs(path, facts)


def test_an_unknown_model_names_the_nearest(facts: Facts) -> None:
    with pytest.raises(ConfigError, match="'Llama 2 7B'"):
        find_run(facts, "lama 2 7b")


REFERENCE = Path(__file__).resolve().parents[4] / "shared" / "data" / "carbon" / "reference_figures.json"


@pytest.mark.skipif(not REFERENCE.is_file(), reason="the file of reference figures is not here")
def test_the_file_of_reference_figures(facts: Facts) -> None:
    runs, others = read_runs(REFERENCE, facts)
    checks = verify(runs, facts)
    assert {each.name for each in checks if each.verdict is Verdict.FLAGGED} == {"Llama 3.3 70B"}
    assert not [each for each in checks if each.verdict in (Verdict.FAILED, Verdict.UNCHECKED)]
    checked = {each.name for each in checks}
    assert {run.name for run in runs if "avoided_t" not in run.claims} <= checked
    assert len(others) == 4
