"""A running gateway with its admin API, for the tests of this folder: two organisations, two teams, every role."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from starlette.types import ASGIApp

from shoal.config.events import EventRules
from shoal.gateway.admin.page import AdminPage
from shoal.gateway.door import Door
from shoal.identity import Identity
from shoal.identity.administration import Administration
from shoal.identity.events import Events
from shoal.stores.database import Database
from shoal.stores.events import SqlOutbox
from shoal.testing import ScriptedModel
from tests import web
from tests.gateway.house import Running, running


@dataclass
class Api:
    """The admin API of a running gateway. `root` is the written key of the operator's first admin; `numbers` never
    come twice."""

    house: Running
    root: str
    audited: list[tuple[str, str, dict[str, Any]]]
    folder: Path
    keys: dict[str, str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=count)

    def __call__(
        self, method: str, path: str, key: str | None = None, body: Any = None, **headers: str
    ) -> web.Response:
        """Asks /v1/shoal`path` with the written key, the root key where none is given."""
        given = {"authorization": f"Bearer {key or self.root}"} | {n.replace("_", "-"): v for n, v in headers.items()}
        json = {} if body is None else {"json": body}
        return web.request(method, f"{self.house.url}/v1/shoal{path}", headers=given, **json)

    def made(self, path: str, body: Any, key: str | None = None) -> Any:
        """What a POST made."""
        answer = self("POST", path, key, body)
        assert answer.status_code == 201, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    audited: list[tuple[str, str, dict[str, Any]]] = []
    folder = tmp_path_factory.mktemp("audit")

    def admin_api(database: Database, identity: Identity) -> ASGIApp:
        rules = EventRules()
        events = Events(SqlOutbox(database.engine), rules, lambda *facts: audited.append(facts))
        desk = Administration(database.engine, identity, events, b"s" * 32)
        return AdminPage(desk, Door(identity), "1.0", 200_000, 5, audit=folder)

    with running(tmp_path_factory.mktemp("data"), ScriptedModel(), admin_api=admin_api) as house:
        yield Api(house, house.admin, audited, folder)
