"""Settings: layers, origins, and errors that name the fix."""

from pathlib import Path

import pytest

from shoal.config import Settings, load, nearest, secret
from shoal.errors import ConfigError


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("SHOAL_CONFIG", "SHOAL_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


def write(folder: Path, text: str) -> Path:
    path = folder / "shoal.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_defaults_come_from_nowhere_else(tmp_path: Path) -> None:
    loaded = load()
    assert loaded.path is None
    assert loaded.settings.server.port == 8600
    assert loaded.settings.server.data_dir == tmp_path / "data" / "shoal"
    assert set(loaded.origins.values()) == {"default"}


def test_environment_over_file_over_default_and_options_over_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, '[server]\nport = 1\nhost = "0.0.0.0"\ndrain_s = 5\n')
    monkeypatch.setenv("SHOAL_SERVER__PORT", "2")
    monkeypatch.setenv("SHOAL_SERVER__DRAIN_S", "6")
    loaded = load(overrides={"server": {"drain_s": 7}})
    assert (loaded.settings.server.host, loaded.settings.server.port, loaded.settings.server.drain_s) == (
        "0.0.0.0",
        2,
        7,
    )
    assert loaded.origins["server.host"] == "file shoal.toml"
    assert loaded.origins["server.port"] == "env SHOAL_SERVER__PORT"
    assert loaded.origins["server.drain_s"] == "option"
    assert loaded.origins["server.max_messages"] == "default"
    assert path.exists()


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("[server]\nprot = 1", "'server.prot' is not known: did you mean 'port'?"),
        ("[sevrer]\nport = 1", "'sevrer' is not known: did you mean 'server'?"),
        ('[hosts.a]\nrow = "ollama"\nbas_url = "x"', "'hosts.a.bas_url' is not known: did you mean 'base_url'?"),
        ('[models.b]\nhost = "c"', "models.b.host = 'c' is not known: there is none yet"),
        ('[hosts.local]\nrow="ollama"\n[models.b]\nhost = "locl"', "did you mean 'local'?"),
        ('[hosts.a]\nrow="vllm"\n[models.b]\nhost = "a"\nprice = {inptu = 1}', "did you mean 'input'?"),
        ('[auto]\nreference = "x"', "auto.reference = 'x' is not known"),
        ('[hosts.a]\nrow = "openai"\nkey = "sk-123"', 'write key = "env:NAME" or "file:PATH"'),
        ('[hosts.a]\nbase_url = "http://x"', "give either row"),
        ('[hosts.a]\ndialect = "openai"', "needs its base_url"),
        ("[server]\nport = 70000", "server.port"),
        ("[server]\nmax_body_mb = inf", "server.max_body_mb"),
        ('[server]\nmetrics_bind = "127.0.0.1:70000"', "a port is at most 65535"),
        ('[hosts.a]\ndialect = "openai"\nbase_url = "http://"', "write an address such as"),
        ('[hosts.a]\ndialect = "openai"\nbase_url = "http://[::1/v1"', "write an address such as"),
        ('[hosts.a]\ndialect = "openai"\nbase_url = "http://x:70000/v1"', "write an address such as"),
        ('[hosts.a]\ndialect = "openai"\nbase_url = "http://a b/v1"', "write an address such as"),
        ("[server]\nworkers = 0", "server.workers"),
        ('[hosts.a]\nrow="vllm"\n[models.auto]\nhost="a"', "this name is Shoal's own"),
        ("[server\n", "is not valid TOML"),
    ],
)
def test_a_fault_is_named_with_its_fix(tmp_path: Path, toml: str, said: str) -> None:
    with pytest.raises(ConfigError) as raised:
        load(write(tmp_path, toml))
    assert said in raised.value.message


def test_a_key_written_into_the_settings_is_not_repeated_in_the_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load(write(tmp_path, '[hosts.a]\nrow = "openai"\nkey = "sk-live-123"'))
    assert "sk-live-123" not in str(raised.value)


def test_all_faults_are_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load(write(tmp_path, "[server]\nprot = 1\nhots = 2"))
    assert len(raised.value.message.splitlines()) == 2


def test_a_misspelt_variable_fails_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOAL_SERVR__PORT", "1")
    with pytest.raises(ConfigError, match="did you mean 'server'"):
        load()


@pytest.mark.parametrize("name", ["SHOAL_AUTO__CANDIDATES", "SHOAL_HOSTS"])
def test_a_variable_that_is_no_json(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "a,b")
    with pytest.raises(ConfigError, match="is written as JSON"):
        load()


def test_an_empty_variable_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SHOAL_SERVER__DATA_DIR", "")
    assert load().settings.server.data_dir == tmp_path / "data" / "shoal"


def test_a_named_file_that_is_missing() -> None:
    with pytest.raises(ConfigError, match=r"copy shoal\.example\.toml"):
        load(Path("nowhere.toml"))


def test_secrets_by_reference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", " k1 ")
    (tmp_path / "key").write_text("k2\n", encoding="utf-8")
    assert secret("env:SOME_KEY") == "k1"
    assert secret(f"file:{tmp_path / 'key'}") == "k2"


@pytest.mark.parametrize("reference", ["env:NOT_SET_ANYWHERE", "file:/nowhere/key"])
def test_a_missing_secret_says_what_to_set(reference: str) -> None:
    with pytest.raises(ConfigError, match=r"NOT_SET_ANYWHERE|/nowhere/key"):
        secret(reference)


def test_settings_are_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        setattr(Settings().server, "port", 1)  # noqa: B010 - a plain assignment is refused by mypy already


def test_nearest_lists_what_there_is_when_nothing_is_near() -> None:
    assert nearest("zzz", ["b", "a"]) == " is not known: there is a, b"
