"""GET /v1/shoal/usage without any limit: what the key used, from the ledger; a lead's team too."""

from __future__ import annotations

import time
from calendar import timegm
from pathlib import Path
from typing import Any

import pytest

from shoal.chat import Usage
from shoal.identity import Role, mint
from shoal.stores.database import Database
from shoal.stores.usage_sums import usage_of
from shoal.testing import ScriptedModel
from tests import web
from tests.gateway.house import running
from tests.waiting import until


@pytest.fixture(autouse=True)
def _midday(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon in the middle of a month: no day and no month ends while a test goes on."""
    told, told_ns, now = time.time, time.time_ns, time.gmtime()
    ahead_s = timegm((now.tm_year, now.tm_mon, 15, 12, 0, 0)) - int(told())
    monkeypatch.setattr(time, "time", lambda: told() + ahead_s)
    monkeypatch.setattr(time, "time_ns", lambda: told_ns() + ahead_s * 1_000_000_000)


def test_what_was_used_where_nothing_is_limited(tmp_path: Path) -> None:
    opened = Database(tmp_path)
    opened.migrate()
    model = ScriptedModel(["hi"], name="m", kind="host", host="far", usage=Usage(7, 2))
    lead, other = mint("l", Role.LEAD, team="a"), mint("o", Role.MEMBER, team="a")
    stranger = mint("s", Role.MEMBER, team="a", tenant="elsewhere")

    def used(by: Any, name: str, span: Any) -> Any:
        return usage_of(opened, by, name, span)

    with running(tmp_path, model, used=used) as house:
        house.keys.add(lead.stored, other.stored, stranger.stored)
        body = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
        for minted, many in ((lead, 1), (other, 2), (stranger, 4)):
            headers = {"authorization": f"Bearer {minted.token}"}
            for _ in range(many):
                answer = web.post(f"{house.url}/v1/chat/completions", json=body, headers=headers)
                assert answer.status_code == 200

        def found(token: str) -> dict[tuple[str, str], int]:
            page = web.get(f"{house.url}/v1/shoal/usage", headers={"authorization": f"Bearer {token}"}).json()
            assert page["limits"] == []
            return {(each["of"], each["per"]): each["prompt_tokens"] for each in page["used"]}

        until(lambda: found(stranger.token) == {("key", "day"): 28, ("key", "month"): 28})
        assert found(lead.token) == {("key", "day"): 7, ("key", "month"): 7, ("team", "day"): 21, ("team", "month"): 21}
        assert found(other.token) == {("key", "day"): 14, ("key", "month"): 14}
    opened.close()


def test_usage_by_model_day_key_and_tag_and_who_may_see_it(tmp_path: Path) -> None:
    models = [ScriptedModel(["hi"], name=name, kind="host", host="far", usage=Usage(7, 2)) for name in ("m", "n")]
    lead, other = mint("l", Role.LEAD, team="a"), mint("o", Role.MEMBER, team="a")
    away, stranger = mint("b", Role.MEMBER, team="b"), mint("s", Role.MEMBER, team="a", tenant="elsewhere")
    auditor = mint("u", Role.AUDITOR)
    with running(tmp_path, *models) as house:
        house.keys.add(*(each.stored for each in (lead, other, away, stranger, auditor)))
        for minted, name, many in (
            (lead, "m", 1),
            (other, "m", 2),
            (other, "n", 1),
            (away, "n", 4),
            (stranger, "m", 8),
        ):
            body = {"model": name, "messages": [{"role": "user", "content": "x"}], "shoal": {"tags": {"p": name}}}
            headers = {"authorization": f"Bearer {minted.token}"}
            for _ in range(many):
                assert web.post(f"{house.url}/v1/chat/completions", json=body, headers=headers).status_code == 200
        house.ledger.flush()

        def asked(token: str, query: str) -> web.Response:
            return web.get(f"{house.url}/v1/shoal/usage?{query}", headers={"authorization": f"Bearer {token}"})

        def found(token: str, query: str) -> dict[str, int]:
            answer = asked(token, query)
            assert answer.status_code == 200, answer.text
            return {each["name"]: each["exchanges"] for each in answer.json()["data"]}

        today = time.strftime("%Y-%m-%d", time.gmtime(time.time()))
        assert found(other.token, "by=model") == {"m": 2, "n": 1}
        assert found(other.token, "by=day&days=2") == {today: 3}
        assert found(other.token, "by=key") == {other.stored.id: 3}
        assert found(lead.token, "by=model") == {"m": 1}
        assert found(lead.token, "by=model&of=team") == {"m": 3, "n": 1}
        assert found(lead.token, "by=key&of=team") == {lead.stored.id: 1, other.stored.id: 3}
        assert found(auditor.token, "by=model&of=organisation") == {"m": 3, "n": 5}
        assert found(auditor.token, "by=tag&of=organisation") == {"p=m": 3, "p=n": 5}
        assert found(stranger.token, "by=model") == {"m": 8}
        first = asked(auditor.token, "by=model&of=organisation&limit=1").json()
        assert ([each["name"] for each in first["data"]], first["next"]) == (["m"], "m")
        assert found(auditor.token, "by=model&of=organisation&limit=1&after=m") == {"n": 5}
        for token, of in ((other.token, "team"), (other.token, "organisation"), (lead.token, "organisation")):
            refused = asked(token, f"of={of}")
            assert refused.status_code == 403, (of, refused.text)
        for query in ("by=modl", "buy=model", "days=0", "days=x", "limit=9999", "by=tag", "by=model&by=day", "by="):
            assert asked(lead.token, query).status_code == 400, query
