"""`shoal config`: faults are named with their fix, origins are told, secrets are not."""

from __future__ import annotations

import pytest

from shoal.cli.config import flat, shown
from shoal.routing.certify import Aim, certify
from tests.unit.cli.conftest import Shell
from tests.unit.routing.labelled import labels

GOOD = """
[server]
port = 8700
[hosts.lab]
dialect = "openai"
base_url = "https://me:word@lab.example/v1?token=abc"
key = "env:LAB_KEY"
headers = { x-team = "secret-team" }
[models."llama-3.1-8b"]
host = "lab"
price = { input = 0.5 }
[auto]
reference = "llama-3.1-8b"
"""


def test_defaults_are_all_right(shell: Shell) -> None:
    assert shell("config", "check").out == "no file, all defaults: 0 hosts, 0 models, all right\n"


def test_a_good_file_is_all_right(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_KEY", "k")
    path = shell.write("shoal.toml", GOOD.replace("me:word@", ""))
    assert shell("config", "check").code == 0
    said = shell("config", "check", "--config", path, "--json").json()
    assert said == {"ok": True, "file": path, "hosts": ["lab"], "models": ["llama-3.1-8b"]}


def test_a_misspelt_key_is_named_with_its_neighbour(shell: Shell) -> None:
    shell.write("shoal.toml", "[server]\nprot = 1\n")
    said = shell("config", "check")
    assert said.code == 3
    assert "'server.prot' is not known: did you mean 'port'?" in said.err


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ('[hosts.a]\nrow = "openai"', 'set hosts.a.key = "env:NAME"'),
        ('[hosts.a]\nrow = "openai"\nkey = "env:NO_SUCH_KEY"', "set the environment variable NO_SUCH_KEY"),
        ('[hosts.a]\nrow = "openia"\nkey = "env:HOME"', "did you mean 'openai'?"),
        ('[hosts.a]\nrow = "azure"\nkey = "env:HOME"', "set base_url"),
        ('[hosts.a]\nrow = "ollama"\nkey = "env:HOME"\nbase_url = "http://me@x"', "there is a key too"),
        ('[hosts.a]\nrow = "ollama"\nheaders = { "a b" = "x" }', "the header 'a b'"),
    ],
)
def test_a_host_that_cannot_work_is_named_with_the_fix(shell: Shell, text: str, fix: str) -> None:
    shell.write("shoal.toml", text)
    said = shell("config", "check")
    assert said.code == 3
    assert fix in said.err


@pytest.mark.parametrize(
    ("text", "fix"),
    [
        ('[server]\ndatabase = "env:NO_SUCH_KEY"', "set the environment variable NO_SUCH_KEY"),
        ('[limits]\nstore = "env:NO_SUCH_KEY"', "set the environment variable NO_SUCH_KEY"),
        ('[trust]\nroot_key = "env:NO_SUCH_KEY"', "set the environment variable NO_SUCH_KEY"),
        ('[telemetry]\nheaders = { a = "env:NO_SUCH_KEY" }', "set the environment variable NO_SUCH_KEY"),
        ("[server]\nworkers = 2", "several processes need a shared store"),
        ('[plugins]\nmodules = ["no_such_module"]', "install it or take it out"),
    ],
)
def test_what_would_end_a_start_is_named(shell: Shell, text: str, fix: str) -> None:
    shell.write("shoal.toml", text)
    said = shell("config", "check")
    assert (said.code, said.err.count("\n")) == (3, 1)
    assert fix in said.err


def test_every_fault_is_named_at_once(shell: Shell) -> None:
    shell.write("shoal.toml", '[hosts.a]\nrow = "openai"\n[hosts.b]\nrow = "groq"\n')
    assert shell("config", "check").err.count("needs a key") == 2


def test_show_tells_where_each_value_came_from(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOAL_SERVER__DRAIN_S", "5")
    path = shell.write("shoal.toml", GOOD)
    rows = {row["name"]: row for row in shell("config", "show", "--json", "--data-dir", "d").json()}
    assert rows["server.port"] == {"name": "server.port", "value": 8700, "origin": "file shoal.toml"}
    assert rows["server.drain_s"]["origin"] == "env SHOAL_SERVER__DRAIN_S"
    assert rows["server.data_dir"] == {"name": "server.data_dir", "value": "d", "origin": "option"}
    assert rows["server.host"]["origin"] == "default"
    assert rows["models.llama-3.1-8b.price.input"]["value"] == 0.5
    assert path.endswith("shoal.toml")


def test_show_hides_secrets_and_keeps_references(shell: Shell) -> None:
    shell.write("shoal.toml", GOOD)
    said = shell("config", "show")
    for secret in ("word", "abc", "secret-team"):
        assert secret not in said.out
    assert "env:LAB_KEY" in said.out
    assert "https://(hidden)@lab.example/v1?(hidden)" in said.out


def test_changed_leaves_the_defaults_out(shell: Shell) -> None:
    shell.write("shoal.toml", "[server]\nport = 1\n")
    assert shell("config", "show", "--changed").out == "name\tvalue\torigin\nserver.port\t1\tfile shoal.toml\n"


def test_an_address_without_secrets_is_shown_as_it_is() -> None:
    assert shown("hosts.a.base_url", "https://lab.example/v1") == "https://lab.example/v1"


def test_dotted_names() -> None:
    assert list(flat({"a": {"b": 1, "c": {}}, "d": [2]})) == [("a.b", 1), ("a.c", {}), ("d", [2])]


def test_check_names_weak_secrets_of_identity_and_webhooks(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPERATOR_KEY", "admin")
    monkeypatch.setenv("HOOK", "short")
    path = shell.write(
        "shoal.toml",
        """
[identity]
admin_key = "env:OPERATOR_KEY"
[identity.oidc]
issuer = "https://login.example.org"
client_id = "shoal"
client_secret = "env:NOT_SET"
redirect_url = "https://shoal.example.org/v1/shoal/auth/callback"
[events.webhooks.alerts]
url = "https://alerts.example.org/"
secret = "env:HOOK"
""",
    )
    said = shell("config", "check", "--config", path)
    assert said.code == 3
    assert all(word in said.err for word in ("identity.admin_key", "events.webhooks.alerts.secret", "NOT_SET"))


BRINGS = """
from shoal.plugins import extension
from shoal.testing import ScriptedModel

@extension
def shoal_models(settings):
    return [ScriptedModel(name="brought")]
"""
EVERY_KIND = """
[plugins]
modules = ["brings"]
[cascades.a]
models = ["shoal/triage-banking", "brought", "little", "large"]
uncertified = true
[routing]
shadow_judge = "cascade:a"
"""
ROUTED = """
[hosts.lab]
dialect = "openai"
base_url = "https://lab.example/v1"
[models.little]
host = "lab"
[models.large]
host = "lab"
[auto]
reference = "{reference}"
"""


def test_cascades_of_models_of_every_kind_are_all_right(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.write("plugins/brings.py", BRINGS)
    monkeypatch.syspath_prepend(shell.home / "plugins")
    shell.write("shoal.toml", ROUTED.format(reference="cascade:a") + EVERY_KIND)
    said = shell("config", "check")
    assert said.code == 0, said.err


@pytest.mark.parametrize(
    ("reference", "more", "fix"),
    [
        ("large", '[routing]\nroute = "nowhere"', "is missing or damaged"),
        ("little", '[routing]\nroute = "route"', "certified against 'large', but auto.reference is 'little'"),
        ("large", '[routing.tenants.b]\nroute = "nowhere"', "routing.tenants.b: the route in nowhere is missing"),
        (
            "little",
            '[routing]\nroute = "route"\nmode = "off"\n[routing.tenants.b]\nmode = "observe"',
            "routing.tenants.b: the route is certified against 'large', but auto.reference is 'little'",
        ),
        ("large", '[cascades.a]\nmodels = ["little", "large"]\ncertificate = "nowhere.json"', "cannot be read"),
        (
            "large",
            '[cascades.a]\nmodels = ["little", "large"]\ncertificate = "route/certificate.json"',
            "is of other cascades (none)",
        ),
        (
            "large",
            '[cascades.a]\nmodels = ["litle", "large"]',
            "cascades.a.models: 'litle' is not known: did you mean 'little'",
        ),
        (
            "large",
            '[cascades.a]\nmodels = ["shoal/triage-baking", "large"]',
            "'shoal/triage-baking' is not known: did you mean 'shoal/triage-banking'",
        ),
        ("large", '[cascades.a]\nmodels = ["cascade:b", "large"]', "is a cascade itself"),
        (
            "large",
            '[routing]\nshadow_judge = "larg"',
            "routing.shadow_judge: 'larg' is not known: did you mean 'large'",
        ),
    ],
)
def test_routes_and_certificates_that_do_not_fit(shell: Shell, reference: str, more: str, fix: str) -> None:
    """Found before the gateway starts, not by it."""
    certify(labels(300), "large", ["small"], Aim(alpha=0.2))[0].save(shell.home / "route")
    shell.write("shoal.toml", ROUTED.format(reference=reference) + more)
    said = shell("config", "check")
    assert said.code == 3
    assert fix in said.err
