"""Each check on a machine where it is well, and on one where it is not."""

from __future__ import annotations

import os
import shutil
import socket
import sqlite3
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple

import pytest

from shoal.cli import checkup
from shoal.cli.checkup import Finding
from shoal.config import Auto, Host, ModelRow, Settings
from shoal.grounding import ensure_docs
from shoal.stores.database import FILE, Database
from shoal.stores.passages import SqlPassages
from shoal.testing import refused
from tests.redis_server import free_port
from tests.unit.cli.conftest import Shell
from tests.waiting import SOON_S


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What answers in this process may stand still with it for a while."""
    monkeypatch.setattr(checkup, "PATIENCE_S", SOON_S)


class Usage(NamedTuple):
    """What shutil.disk_usage returns."""

    total: int
    used: int
    free: int


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory after a first start; tests work on copies."""
    made = tmp_path_factory.mktemp("started") / "shoal"
    database = Database(made)
    database.migrate()
    ensure_docs(SqlPassages(database))
    database.close()
    return made


@pytest.fixture
def folder(started: Path, tmp_path: Path) -> Path:
    """A data directory of the test's own."""
    return Path(shutil.copytree(started, tmp_path / "shoal"))


def change(folder: Path, statement: str) -> None:
    connection = sqlite3.connect(folder / FILE)
    connection.execute(statement)
    connection.commit()
    connection.close()


def test_this_python_is_well() -> None:
    assert checkup.python().state == "ok"


def test_an_old_python_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkup, "OLDEST", (3, 99))
    assert checkup.python().fix.startswith("install Python")


def test_the_data_directory_is_well(folder: Path) -> None:
    assert checkup.data_directory(folder) == Finding("data directory", "ok", str(folder))


def test_a_data_directory_that_is_not_there_yet_is_no_fault(tmp_path: Path) -> None:
    assert checkup.data_directory(tmp_path / "a" / "b").state == "warning"
    assert not (tmp_path / "a").exists()


def test_a_data_directory_that_is_a_file_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert checkup.data_directory(tmp_path / "file").state == "fault"


def test_a_data_directory_that_cannot_be_written_is_a_fault(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    found = checkup.data_directory(folder)
    assert found.state == "fault"
    assert f"make {folder} writable" in found.fix


@pytest.mark.parametrize(("free_mb", "state"), [(5_000, "ok"), (200, "warning"), (10, "fault")])
def test_little_space_is_said(free_mb: int, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 0, free_mb * 10**6))
    assert checkup.disk(tmp_path / "not there yet").state == state


def test_the_database_is_well(folder: Path) -> None:
    assert checkup.database(folder).state == "ok"


def test_no_database_yet_is_no_fault(tmp_path: Path) -> None:
    assert checkup.database(tmp_path).state == "warning"
    assert not (tmp_path / FILE).exists()


@pytest.mark.parametrize(("revision", "state"), [("0000", "warning"), ("9999", "fault")])
def test_another_schema_is_said(folder: Path, revision: str, state: str) -> None:
    change(folder, f"UPDATE alembic_version SET version_num = '{revision}'")
    assert checkup.database(folder).state == state


def test_a_damaged_database_is_a_fault(folder: Path) -> None:
    for path in folder.glob(f"{FILE}*"):
        path.write_bytes(b"no database" * 1000)
    found = checkup.database(folder)
    assert found.state == "fault"
    assert "backup" in found.fix


def test_a_database_of_another_program_is_a_fault(tmp_path: Path) -> None:
    change(tmp_path, "CREATE TABLE fish (name TEXT)")
    assert checkup.database(tmp_path).state == "fault"


def test_the_documentation_is_well(folder: Path) -> None:
    assert checkup.documentation(folder).state == "ok"


def test_documentation_that_is_not_indexed_yet_is_no_fault(tmp_path: Path) -> None:
    assert checkup.documentation(tmp_path).state == "warning"


def test_damaged_weights_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    from shoal.errors import WeightsError
    from shoal.models.specialists import catalogue

    def damaged() -> dict[str, Any]:
        raise WeightsError("the weights of shoal/answer are damaged")

    monkeypatch.setattr(catalogue, "load_all", damaged)
    assert checkup.weights().state == "fault"


def test_the_embedded_models_are_well() -> None:
    assert "shoal/answer" in checkup.weights().found


@pytest.mark.parametrize(
    ("rules", "state", "said"),
    [
        ({"masking": {"tier": "patterns"}}, "ok", "enforce, tier patterns"),
        ({"mode": "observe", "masking": {"tier": "patterns"}}, "warning", "observe: nothing is masked"),
        ({"masking": {"tier": "patterns", "types": {"PERSN": "off"}}}, "fault", "did you mean 'PERSON'?"),
    ],
)
def test_whether_personal_data_is_masked(rules: dict[str, Any], state: str, said: str, tmp_path: Path) -> None:
    settings = Settings.model_validate({"server": {"data_dir": tmp_path}, "trust": rules})
    found = checkup.masking(settings)
    assert found.state == state
    assert said in found.found


def test_a_stored_credential_is_well_until_others_can_read_it(shell: Shell) -> None:
    from shoal.identity import credential

    assert checkup.credential(shell.data).state == "warning"
    path = credential.save(shell.home / "config" / "shoal", shell.data, "sk-shoal-x-y")
    assert checkup.credential(shell.data) == Finding("credential", "ok", str(path))
    path.chmod(0o644)
    assert checkup.credential(shell.data).fix == f"run 'chmod 600 {path}'"
    path.write_text("[")
    assert checkup.credential(shell.data).state == "fault"


def test_a_key_in_the_environment_is_enough(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOAL_API_KEY", "sk-shoal-x-y")
    assert checkup.credential(shell.data).found == "SHOAL_API_KEY"


@pytest.fixture
def listening() -> Iterator[int]:
    """A port that takes connections and answers nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_host_that_takes_connections_is_well(listening: int) -> None:
    row = Host(dialect="openai", base_url=f"http://127.0.0.1:{listening}/v1")
    assert checkup.host("lab", row) == Finding("host lab", "ok", f"127.0.0.1:{listening} answers")


def test_a_host_that_is_not_there_is_a_fault() -> None:
    found = checkup.host("lab", Host(dialect="openai", base_url=refused()))
    assert found.state == "fault"
    assert found.fix == "start it, or mend hosts.lab.base_url"


def test_a_host_without_its_key_is_a_fault(listening: int) -> None:
    row = Host(row="openai", base_url=f"http://127.0.0.1:{listening}/v1", key="env:NO_SUCH_KEY")
    assert "set the environment variable NO_SUCH_KEY" in checkup.host("lab", row).fix


def test_whether_auto_has_a_reference() -> None:
    assert checkup.reference(Settings()).state == "warning"
    hosts = {"lab": Host(row="ollama")}
    named = Settings(hosts=hosts, models={"big": ModelRow(host="lab")}, auto=Auto(reference="big"))
    assert checkup.reference(named).found == "big"


def test_a_free_port_is_well() -> None:
    assert "is free" in checkup.gateway("127.0.0.1", free_port()).found
    assert checkup.gateway("127.0.0.1", 0).state == "ok"


def test_a_gateway_that_runs_is_well() -> None:
    with answering(b'{"status": "ready"}') as port:
        assert checkup.gateway("127.0.0.1", port).found == f"runs at http://127.0.0.1:{port}"


def test_a_port_that_another_program_holds_is_a_fault() -> None:
    with answering(b"<html>something else</html>") as port:
        found = checkup.gateway("127.0.0.1", port)
    assert found.state == "fault"
    assert f"--port {port + 1}" in found.fix


class answering:
    """A web server that answers everything with `body`."""

    def __init__(self, body: bytes) -> None:
        class Answer(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                return

        self._server = HTTPServer(("127.0.0.1", 0), Answer)
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})

    def __enter__(self) -> int:
        self._thread.start()
        return int(self._server.server_address[1])

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
