"""[routing.tenants.NAME]: what an organisation has of its own over what is for all."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.config import Settings, load
from shoal.errors import ConfigError

TEXT = """
[auto]
floor = 0.6
weights = { cost = 2, carbon = 3 }
[routing]
mode = "observe"
route = "shared"
licences = ["MIT"]
allow = ["cost"]
sticky_s = 5
[routing.tenants.own]
mode = "enforce"
route = "own"
licences = []
allow = ["energy", "quality"]
floor = 0.9
weights = { energy = 4 }
[routing.tenants.none]
route = ""
[routing.tenants.empty]
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "shoal.toml").write_text(TEXT)
    return load(tmp_path / "shoal.toml").settings


def test_what_is_left_out_is_as_for_all(settings: Settings) -> None:
    found = {}
    for tenant in (None, "own", "none", "empty", "other"):
        of = settings.of(tenant)
        rules, weights = of.routing, of.auto.weights
        assert (rules.sticky_s, weights.latency) == (5, 0)
        found[tenant] = (
            *(rules.mode, rules.route, rules.licences, rules.allow, of.auto.floor),
            *(weights.cost, weights.energy, weights.carbon),
        )
    shared = ("observe", Path("shared"), ("MIT",), ("cost",), 0.6, 2, 0.0002, 3)
    assert found == {
        None: shared,
        "own": ("enforce", Path("own"), (), ("energy", "quality"), 0.9, 2, 4, 3),
        "none": ("observe", None, *shared[2:]),
        "empty": shared,
        "other": shared,
    }


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("licenses = []", "'routing.tenants.a.licenses' is not known: did you mean 'licences'?"),
        ("weights = { carbn = 1 }", "'routing.tenants.a.weights.carbn' is not known: did you mean 'carbon'?"),
        ("sticky_s = 5", "'routing.tenants.a.sticky_s' is not known"),
        ("floor = 1.5", "routing.tenants.a.floor: Input should be less than or equal to 1"),
        ("weights = { cost = -1 }", "routing.tenants.a.weights.cost: Input should be greater than or equal to 0"),
        ('mode = "on"', "routing.tenants.a.mode: Input should be 'off', 'observe' or 'enforce'"),
    ],
)
def test_what_cannot_be_is_named(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "shoal.toml").write_text(f"[routing.tenants.a]\n{line}\n")
    with pytest.raises(ConfigError) as raised:
        load(tmp_path / "shoal.toml")
    assert says in raised.value.message


def test_where_values_come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "shoal.toml"
    path.write_text(TEXT)
    monkeypatch.setenv("SHOAL_ROUTING__TENANTS__OWN__MODE", "off")
    loaded = load(path)
    assert loaded.settings.of("own").routing.mode == "off"
    assert loaded.origins["routing.tenants.own.mode"] == "env SHOAL_ROUTING__TENANTS__OWN__MODE"
    assert loaded.origins["routing.tenants.own.weights.energy"] == f"file {path}"
    assert loaded.origins["routing.tenants.own.weights.cost"] == "default"
