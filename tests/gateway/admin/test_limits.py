"""Limits, budgets and increases by the admin API: they hold while requests run, and loosen nothing of the settings."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.types import ASGIApp

from shoal.chat import Usage
from shoal.config import Settings
from shoal.config.events import EventRules
from shoal.gateway.admin.page import AdminPage
from shoal.gateway.door import Door
from shoal.identity import Identity
from shoal.identity.administration import Administration
from shoal.identity.events import Events
from shoal.identity.limit_admin import Known
from shoal.limits.live import LiveRules
from shoal.limits.step import LimitsStep, Seams
from shoal.stores.counters_memory import MemoryCounters
from shoal.stores.database import Database
from shoal.stores.events import SqlOutbox
from shoal.testing import ScriptedModel
from tests import web
from tests.gateway.admin.conftest import Api
from tests.gateway.house import running
from tests.waiting import SOON_S, until

HOUSE = Settings(budgets={"house": {"of": "tag", "only": ["job=house"], "requests": 2}})


class Limited(Api):
    """The admin API of a gateway whose limits are watched."""

    counters: MemoryCounters
    held: asyncio.Event

    def ask(self, key: str | None = None, model: str = "m") -> web.Response:
        body = {"model": model, "messages": [{"role": "user", "content": "hello"}]}
        return self("POST", "/../chat/completions", key, body)

    def becomes(self, status: int, ask: Callable[[], web.Response]) -> None:
        """Asks until the answer is that."""
        until(lambda: ask().status_code == status)

    def settled(self) -> None:
        until(lambda: not self.counters.reservations)
        assert all(state.reserved == 0 for state in self.counters._states.values())


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Limited]:
    folder, audited = tmp_path_factory.mktemp("data"), []
    held = asyncio.Event()
    usage = Usage(7, 2)
    models = (
        ScriptedModel(["Hel", "lo"], name="m", kind="host", host="far", usage=usage),
        ScriptedModel(["one ", held, "two"], name="slow", kind="host", host="far", usage=usage),
    )
    cards = {model.card.name: model.card for model in models}
    watched = Database(folder)
    watched.migrate()
    live, counters = LiveRules(HOUSE, watched), MemoryCounters()
    step = LimitsStep(live.read(), counters, Seams(cards.get, lambda chat, _: (chat.model,)))
    live.watch(lambda rules: setattr(step, "rules", rules))

    def admin_api(database: Database, identity: Identity) -> ASGIApp:
        events = Events(SqlOutbox(database.engine), EventRules(), lambda *facts: audited.append(facts))
        desk = Administration(database.engine, identity, events, b"s" * 32)
        return AdminPage(desk, Door(identity), "1.0", 200_000, 5, known=Known(HOUSE.budgets, lambda: tuple(cards)))

    with running(folder, *models, admin_api=admin_api, step=step) as house:
        found = Limited(house, house.admin, audited, Path(folder))
        found.counters, found.held = counters, held
        yield found
    live.close()
    watched.close()


def test_changed_limits_while_requests_run(api: Limited) -> None:
    key = api.made("/keys", {"name": "k"})
    ended, statuses = threading.Event(), set()

    def ask() -> None:
        while not ended.is_set():
            statuses.add(api.ask(key["key"]).status_code)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    body = {"name": "changed", "only": [key["id"]], "requests": "3/hour"}
    made = api.made("/limits", body)
    api.becomes(429, lambda: api.ask(key["key"]))
    assert (
        api("PATCH", f"/limits/{made['id']}", body={"requests": "100000/second"}).json()["requests"] == "100000/second"
    )
    api.becomes(200, lambda: api.ask(key["key"]))
    assert api("PATCH", f"/limits/{made['id']}", body={"requests": None, "tokens": "5k/hour"}).status_code == 200
    api.becomes(429, lambda: api.ask(key["key"]))
    assert api("DELETE", f"/limits/{made['id']}").status_code == 204
    api.becomes(200, lambda: api.ask(key["key"]))
    ended.set()
    for thread in threads:
        thread.join(2 * SOON_S)
    assert statuses == {200, 429}
    api.settled()


def test_a_budget_and_more_of_it_for_a_while(api: Limited) -> None:
    key = api.made("/keys", {"name": "k"})
    body = {"name": "small", "of": "key", "only": [key["id"]], "requests": 0, "per": "year"}
    made = api.made("/budgets", body)
    assert (made["per"], made["hard"], made["soft"]) == ("year", True, 0.8)
    api.becomes(429, lambda: api.ask(key["key"]))
    wish = {"budget": "small", "quantity": "requests", "amount": 2, "until": time.time() + 3600}
    more = api.made("/increases", wish)
    assert more["author"] == api("GET", "/self").json()["id"]
    api.becomes(200, lambda: api.ask(key["key"]))
    assert [api.ask(key["key"]).status_code for _ in range(2)] == [200, 429]
    assert api("DELETE", f"/increases/{more['id']}").status_code == 204
    api.made("/increases", {**wish, "amount": 1})
    assert api.ask(key["key"]).status_code == 429
    api.becomes(201, lambda: api("POST", "/increases", body={**wish, "until": time.time() + 1}))
    ended = time.time() + 1
    until(lambda: api.ask(key["key"]).status_code == 429 and time.time() > ended)
    for name in ("limit.created", "budget.created", "budget.increased", "budget.increase_ended"):
        assert name == "limit.created" or name in {name for name, _, _ in api.audited}
    assert api("DELETE", f"/budgets/{made['id']}").status_code == 204
    assert not [each for each in api("GET", "/increases").json()["data"] if each["budget"] == "small"]
    api.becomes(200, lambda: api.ask(key["key"]))


def test_what_the_settings_say_holds_beside_it(api: Limited) -> None:
    tagged = api.made("/keys", {"name": "k", "tags": {"job": "house"}})["key"]
    api.made("/budgets", {"name": "house", "of": "tag", "only": ["job=house"], "requests": 1000})
    assert [api.ask(tagged).status_code for _ in range(3)] == [200, 200, 429]
    admin = api.made("/organisations", {"id": "north", "name": "north"})["key"]
    api.made("/budgets", {"name": "own", "usd": 5}, admin)
    wish = {"budget": "house", "quantity": "requests", "amount": 9, "until": 4e9}
    assert api("POST", "/increases", admin, wish).status_code == 403
    # The organisation's own one of that name is increased first; the settings' one only when there is no such.
    api.made("/increases", wish)
    assert api.ask(tagged).status_code == 429
    (own,) = [each["id"] for each in api("GET", "/budgets").json()["data"] if each["name"] == "house"]
    api("DELETE", f"/budgets/{own}")
    assert api.made("/increases", wish)["of_settings"] is True
    api.becomes(200, lambda: api.ask(tagged))


BAD = (
    '{"name": "b", "usd": -1}',
    '{"name": "b", "usd": -0.000001}',
    '{"name": "b", "usd": 1e300}',
    '{"name": "b", "usd": 4503599628}',
    '{"name": "b", "usd": NaN}',
    '{"name": "b", "usd": Infinity}',
    '{"name": "b", "usd": "5"}',
    '{"name": "b", "tokens": 4503599627370497}',
    '{"name": "b", "tokens": 1.5}',
    '{"name": "b", "tokens": -1}',
    '{"name": "b", "wh": null}',
    '{"name": "b"}',
    '{"name": "b", "usd": 1, "soft": 0}',
    '{"name": "b", "usd": 1, "time_zone": "Mars/Olympus"}',
    '{"name": "b", "usd": 1, "time_zone": "../../etc/passwd"}',
    '{"name": "b", "usd": 1, "of": "model", "only": ["mm"]}',
    '{"name": "b", "usd": 1, "downshift": {"to": ["mm"]}}',
    '{"name": "b", "usd": 1, "euros": 1}',
    '{"name": "a/b", "usd": 1}',
)
BAD_LIMITS = (
    '{"name": "b", "requests": "-5/hour"}',
    '{"name": "b", "requests": "0/hour"}',
    '{"name": "b", "requests": "99999999999999999999/hour"}',
    '{"name": "b", "requests": "5/eon"}',
    '{"name": "b", "requests": 5}',
    '{"name": "b", "concurrent": 0}',
    '{"name": "b", "concurrent": -1}',
    '{"name": "b"}',
)
WISH = '{{"budget": "capped", "quantity": "{}", "amount": {}, "until": {}}}'
BAD_INCREASES = (
    WISH.format("usd", "-1", "4e9"),
    WISH.format("usd", "0", "4e9"),
    WISH.format("usd", "NaN", "4e9"),
    WISH.format("usd", "1e300", "4e9"),
    WISH.format("usd", "4503599628", "4e9"),
    WISH.format("tokens", "5", "4e9"),
    WISH.format("requests", "1.5", "4e9"),
    WISH.format("usd", "1", "1"),
    WISH.format("usd", "1", "-1"),
    WISH.format("usd", "1", "NaN"),
    WISH.format("usd", "1", "4e9").replace("capped", "caped"),
)
CASES = [
    (path, each)
    for path, bad in (("budgets", BAD), ("limits", BAD_LIMITS), ("increases", BAD_INCREASES))
    for each in bad
]


@pytest.mark.parametrize(("path", "body"), CASES)
def test_bad_amounts(api: Limited, path: str, body: str) -> None:
    names = {each["name"] for each in api("GET", "/budgets").json()["data"]}
    if "capped" not in names:
        api.made("/budgets", {"name": "capped", "of": "tag", "only": ["x=y"], "usd": 1e6, "requests": 10**9})
    headers = {"authorization": f"Bearer {api.root}", "content-type": "application/json"}
    answer = web.post(f"{api.house.url}/v1/shoal/{path}", content=body, headers=headers)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["message"]


def test_revisions_and_repeats(api: Limited) -> None:
    body = {"name": "twice", "of": "team", "only": ["nobody"], "usd": 5}
    first = api("POST", "/budgets", None, body, idempotency_key="one")
    assert (first.status_code, first.headers["etag"]) == (201, '"1"')
    assert api("POST", "/budgets", None, body, idempotency_key="one").json() == first.json()
    assert api("POST", "/budgets", None, body).status_code == 409
    path = f"/budgets/{first.json()['id']}"
    changed = api("PATCH", path, None, {"usd": 6.5}, if_match='"1"')
    assert (changed.json()["usd"], changed.headers["etag"]) == (6.5, '"2"')
    assert api("PATCH", path, None, {"usd": 7}, if_match='"1"').status_code == 412
    assert api("PATCH", path, None, {"usd": None}).status_code == 400
    assert api("GET", path).json()["usd"] == 6.5
    assert api("GET", path.replace("budgets", "limits")).status_code == 404


def test_a_team_with_live_keys_is_deleted_while_it_asks(api: Limited) -> None:
    api.made("/teams", {"id": "gone", "name": "gone"})
    key = api.made("/keys", {"name": "k", "team": "gone"})["key"]
    api.made("/limits", {"name": "gone", "of": "team", "only": ["gone"], "concurrent": 1, "tokens": "100k/hour"})
    api.becomes(200, lambda: api.ask(key))
    answers: list[web.Response] = []
    statuses = []

    def counted() -> bool:
        statuses.append(api.ask(key).status_code)
        return any("gone" in name for name in api.counters._states)

    until(counted)
    assert set(statuses) == {200}
    thread = threading.Thread(target=lambda: answers.append(api.ask(key, "slow")))
    thread.start()
    api.becomes(429, lambda: api.ask(key))
    assert api("DELETE", "/teams/gone?with_keys=true").status_code == 204
    assert api.ask(key).status_code == 401
    api.house.loop.call_soon_threadsafe(api.held.set)
    thread.join(2 * SOON_S)
    assert answers[0].status_code == 200
    api.settled()
    (used,) = [state.used for name, state in api.counters._states.items() if name.endswith("concurrent|default/gone")]
    assert used == 0
