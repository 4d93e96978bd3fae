"""GET /v1/shoal/usage without any limit: what the key used, from the ledger; a lead's team too."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx2 as httpx

from shoal.chat import Usage
from shoal.identity import Role, mint
from shoal.stores.database import Database
from shoal.stores.usage_sums import usage_of
from shoal.testing import ScriptedModel
from tests.gateway.house import running


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
                answer = httpx.post(f"{house.url}/v1/chat/completions", json=body, headers=headers)
                assert answer.status_code == 200

        def found(token: str) -> dict[tuple[str, str], int]:
            page = httpx.get(f"{house.url}/v1/shoal/usage", headers={"authorization": f"Bearer {token}"}).json()
            assert page["limits"] == []
            return {(each["of"], each["per"]): each["prompt_tokens"] for each in page["used"]}

        deadline = time.monotonic() + 5
        while found(stranger.token) != {("key", "day"): 28, ("key", "month"): 28}:
            assert time.monotonic() < deadline
        assert found(lead.token) == {("key", "day"): 7, ("key", "month"): 7, ("team", "day"): 21, ("team", "month"): 21}
        assert found(other.token) == {("key", "day"): 14, ("key", "month"): 14}
    opened.close()
