"""GET /v1/shoal/audit: an organisation's own records, newest first."""

from __future__ import annotations

import json
import time

from tests.gateway.admin.conftest import Api


def test_an_organisation_reads_its_own_records(api: Api) -> None:
    south = api.made("/organisations", {"id": "southland", "name": "south"})["key"]
    now = time.time_ns()
    lines = [
        {"kind": "exchange", "time": now - hours * 3_600_000_000_000, "tenant": tenant, "exchange": f"ex_{number}"}
        for number, (tenant, hours) in enumerate(
            [("southland", 30), ("southland", 2), ("default", 1), ("southland", 1)]
        )
    ]
    text = "".join(json.dumps({"prev": "0" * 64, "seq": seq, **line}) + "\n" for seq, line in enumerate(lines))
    (api.folder / f"chain-{'0' * 28}-0001.jsonl").write_text(text)

    def asked(query: str = "") -> list[str]:
        answer = api("GET", f"/audit{query}", south)
        assert answer.status_code == 200, answer.text
        return [row["exchange"] for row in answer.json()["data"]]

    assert asked() == ["ex_3", "ex_1"]
    assert asked("?hours=48") == ["ex_3", "ex_1", "ex_0"]
    assert asked("?hours=48&limit=1") == ["ex_3"]
    assert asked("?exchange=ex_1") == ["ex_1"]
    pages, query = [], "?hours=48&limit=1"
    while query:
        answer = api("GET", f"/audit{query}", south).json()
        pages += [row["exchange"] for row in answer["data"]]
        query = f"?hours=48&limit=1&after={answer['next']}" if answer["next"] else ""
    assert pages == ["ex_3", "ex_1", "ex_0"]
    assert api("GET", "/audit?after=x", south).status_code == 400
    assert asked("?exchange=ex_2") == []
    assert api("GET", "/audit?hours=-1", south).status_code == 400
