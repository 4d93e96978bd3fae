"""Sandboxes: the operator's settings with other hosts, and nothing that would go to services of the operator."""

from __future__ import annotations

from pathlib import Path

from shoal.config import Settings, load
from shoal.trust.retention.proof.sandbox import Sandbox


def test_what_names_hosts_or_collectors_of_the_operator_is_left_out(tmp_path: Path) -> None:
    given = Settings.model_validate(
        {
            "hosts": {"gpu": {"row": "vllm"}},
            "models": {"mine": {"host": "gpu", "params_b": 8}},
            "metering": {
                "here": {"region": "DEU"},
                "hosts": {"gpu": {"hardware": "h100"}},
                "models": {"mine": {"bits": 8}},
                "baseline": {"kind": "model", "model": "mine"},
            },
            "telemetry": {"otlp": "http://collector:4318", "headers": {"x": "env:NO_SUCH_KEY"}},
        }
    )
    sandbox = Sandbox.made(tmp_path / "sandbox")
    sandbox.write_settings(given, "http://127.0.0.1:1", "http://127.0.0.1:2", iter(["echo"]))
    found = load(sandbox.settings).settings
    assert "collector" not in sandbox.settings.read_text(encoding="utf-8")
    assert (found.telemetry.otlp, found.telemetry.headers) == ("http://127.0.0.1:2", {})
    assert found.metering.here.region == "DEU"
    assert (found.metering.hosts, found.metering.models, found.metering.baseline) == ({}, {}, None)
    assert "gpu" not in found.hosts


def test_no_service_of_the_operator_hears_of_a_canary(tmp_path: Path) -> None:
    given = Settings.model_validate(
        {
            "server": {"database": "env:DATABASE", "metrics_bind": "0.0.0.0:9600", "workers": 4},
            "hosts": {"gpu": {"row": "vllm"}},
            "models": {"small": {"host": "gpu"}, "large": {"host": "gpu"}},
            "auto": {"reference": "cascade:two"},
            "cascades": {"two": {"models": ["small", "large"]}},
            "routing": {"route": "/srv/route"},
            "limits": {"store": "env:REDIS", "rates": {"each": {"requests": "1/minute"}}},
            "budgets": {"month": {"usd": 1}},
            "events": {"webhooks": {"pager": {"url": "https://pager.example/x", "secret": "env:PAGER"}}},
            "identity": {
                "admin_key": "env:ADMIN",
                "metadata_tags": ["project"],
                "oidc": {
                    "issuer": "https://login.example",
                    "client_id": "shoal",
                    "redirect_url": "https://shoal.example/back",
                },
            },
        }
    )
    sandbox = Sandbox.made(tmp_path / "sandbox")
    sandbox.write_settings(given, "http://127.0.0.1:1", "http://127.0.0.1:2", iter(["echo"]))
    written = sandbox.settings.read_text(encoding="utf-8")
    assert not [word for word in ("env:", "example", "9600", "/srv", "two") if word in written]
    found = load(sandbox.settings).settings
    assert (found.server.database, found.server.workers, found.limits.store) == (None, 1, "memory")
    assert (found.events.webhooks, found.limits.rates, found.identity.oidc) == ({}, {}, None)
    assert list(found.budgets) == ["wide"]
    assert found.identity.metadata_tags == ("project",)
