"""Content over HTTP: for the tenant's admins alone, and every reading is written down."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from shoal.config.audit import Audit
from shoal.config.trust import TrustRules
from shoal.identity import Role, mint
from shoal.testing import ScriptedModel
from shoal.trust.sensitive import Sensitive
from tests import web
from tests.gateway.house import Running, running

RULES = TrustRules.model_validate({"masking": {"tier": "patterns"}})
AUDIT = Audit.model_validate({"tenants": {"default": {"content": "masked"}}})
PROMPT, REPLY = '{"messages": [{"role": "user", "content": "said"}]}', "no JSON"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("data"), ScriptedModel(), trust=RULES, audit=AUDIT) as found:
        assert found.keeping.content is not None
        found.keeping.content.keep("ex_1", "default", "its key", "a1", Sensitive(PROMPT), Sensitive(REPLY))
        yield found


def get(house: Running, exchange: str, key: str | None = None) -> web.Response:
    path = f"{house.url}/v1/shoal/exchanges/{exchange}/content"
    return web.get(path, headers={"x-api-key": key or house.admin})


def test_an_admin_reads_it_and_that_is_written_down(house: Running) -> None:
    first, second = get(house, "ex_1").json(), get(house, "ex_1").json()
    assert first["object"] == "shoal.content"
    assert first["prompt"]["messages"][0]["content"] == "said"
    assert (first["reply"], first["person"], first["key_id"]) == (REPLY, "a1", "its key")
    assert len(second["readings"]) == len(first["readings"]) + 1
    assert second["readings"][-1]["key_id"] == house.admin.split("-")[2]


def test_nobody_else_reads_it(house: Running) -> None:
    foreign = mint("foreign", Role.ADMIN, tenant="another")
    house.keys.add(foreign.stored)
    before = get(house, "ex_1").json()["readings"]
    assert get(house, "ex_1", house.member).status_code == 403
    assert get(house, "ex_1", foreign.token).status_code == 404
    assert get(house, "ex_1", "sk-shoal-wrong").status_code == 401
    assert get(house, "ex_nothing").status_code == 404
    assert len(get(house, "ex_1").json()["readings"]) == len(before) + 1


def test_where_nobody_opted_in_there_is_none(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running(tmp_path_factory.mktemp("data"), ScriptedModel()) as found:
        assert found.keeping.content is None
        answer = get(found, "ex_1")
        assert answer.status_code == 404
        assert "audit.tenants" in answer.text
