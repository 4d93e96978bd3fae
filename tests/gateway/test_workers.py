"""Several workers on one port, as processes, with a real Redis between them: limits hold across them, and who is killed
is replaced and loses nothing."""

from __future__ import annotations

import re
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]
import pytest

from tests import web
from tests.gateway.shoal_up import ASK, SETTINGS, Shoal, rows, started
from tests.redis_server import RedisServer, redis_server  # noqa: F401 - a fixture
from tests.waiting import SOON_S, until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="this system cannot fork")


@contextmanager
def streaming(shoal: Shoal, many: int) -> Iterator[list[Iterator[str]]]:
    """So many streams that have begun and wait for the rest."""
    headers = {"authorization": f"Bearer {shoal.member}"}
    clients = [web.Client() for _ in range(many)]
    begun: list[Iterator[str]] = []
    contexts = []
    try:
        for client in clients:
            url = f"{shoal.url}/v1/chat/completions"
            context = client.stream("POST", url, json={**ASK, "stream": True}, headers=headers)
            lines = (line for line in context.__enter__().iter_lines() if line)
            contexts.append(context)
            assert "Because" in next(lines)
            begun.append(lines)
        yield begun
    finally:
        for client in clients:
            client.close()


def rest(lines: Iterator[str]) -> bool:
    """Whether a stream came to its good end."""
    try:
        return list(lines)[-1] == "data: [DONE]"
    except (web.HTTPError, IndexError):
        return False


def at_once(shoal: Shoal) -> set[int]:
    """The statuses of some requests; whichever worker is free takes them."""
    with ThreadPoolExecutor(8) as pool:
        return set(pool.map(lambda _: shoal.ask(), range(16)))


def exchanges(shoal: Shoal) -> dict[str, Counter[str]]:
    """How many exchanges each worker that had any counted, by outcome."""
    found: dict[str, Counter[str]] = {}
    for line in shoal.metrics():
        if line.startswith("shoal_exchanges_total{"):
            labels = dict(re.findall(r'(\w+)="([^"]*)"', line))
            found.setdefault(labels["worker"], Counter())[labels["outcome"]] += int(float(line.rpartition(" ")[2]))
    return found


def test_two_workers_answer_and_a_cap_holds_across_them(
    tmp_path: Path,
    redis_server: RedisServer,  # noqa: F811
) -> None:
    with started(tmp_path, redis_server.url) as shoal:
        with ThreadPoolExecutor(8) as pool:
            statuses = Counter(pool.map(lambda _: shoal.ask(), range(40)))
        assert statuses == {200: 20, 429: 20}
        until(lambda: at_once(shoal) == {429} and len(exchanges(shoal)) == 2)
        assert {'shoal_worker_up{worker="0"} 1.0', 'shoal_worker_up{worker="1"} 1.0'} <= set(shoal.metrics())
        assert sum(each["ok"] for each in exchanges(shoal).values()) == 20
        until(lambda: shoal.used()["requests"] == (20, 0))
    assert shoal.ended() == 0
    assert rows(tmp_path)["ok"] == 20
    assert not list((tmp_path / "data/shoal/journal").glob("*.log"))


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_a_killed_worker_is_replaced_and_loses_nothing(
    tmp_path: Path,
    redis_server: RedisServer,  # noqa: F811
    request: pytest.FixtureRequest,
    kind: str,
) -> None:
    url = request.getfixturevalue("postgres_url") if kind == "postgres" else None
    settings = SETTINGS if url is None else SETTINGS.replace("[server]", '[server]\ndatabase = "env:DATABASE"')
    with started(tmp_path, redis_server.url, settings=settings, database=url or "") as shoal:
        workers = shoal.workers()
        with streaming(shoal, 6) as streams:
            workers[0].kill()
            until(lambda: len(set(shoal.workers()) - {workers[0]}) == 2)
            until(lambda: shoal.log().count('"worker_answers"') == 3)
            shoal.host.go_on()
            whole = sum(rest(lines) for lines in streams)
        assert [shoal.ask() for _ in range(4)] == [200] * 4
        until(lambda: sum(rows(tmp_path, url).values()) == 10)
        assert rows(tmp_path, url) == {"ok": whole + 4, **({"interrupted": 6 - whole} if whole < 6 else {})}
        # What the dead one had reserved counts as used once its lease is over.
        until(lambda: shoal.used()["requests"] == (10, 0))
        until(lambda: shoal.used()["tokens"][1] == 0)
    assert shoal.ended() == 0


def test_workers_share_the_places_at_a_model(tmp_path: Path, redis_server: RedisServer) -> None:  # noqa: F811
    settings = SETTINGS.replace("concurrency = 64", "concurrency = 4\nqueue = 0").replace("= 20\n", "= 1000\n")
    with started(tmp_path, redis_server.url, settings=settings) as shoal:
        # Whichever worker gets them, alone or not: four and no more.
        with streaming(shoal, 4) as streams:
            assert [shoal.ask() for _ in range(6)] == [503] * 6
            shoal.workers()[0].kill()
            until(lambda: shoal.log().count('"worker_answers"') == 3)
            shoal.host.go_on()
            assert sum(rest(lines) for lines in streams) <= 4
        until(lambda: shoal.ask() == 200)


def test_a_stop_lets_streams_end_whoever_is_signalled(
    tmp_path: Path,
    redis_server: RedisServer,  # noqa: F811
) -> None:
    with started(tmp_path, redis_server.url) as shoal:
        with streaming(shoal, 4) as streams:
            # As a service manager does: all of them, and the supervisor passes it on as well.
            for process in (psutil.Process(shoal.process.pid), *shoal.workers()):
                with suppress(psutil.NoSuchProcess):  # a worker without streams may have ended
                    process.send_signal(signal.SIGTERM)
            until(lambda: shoal.log().count('"draining"') == 2)
            shoal.host.go_on()
            assert all([rest(lines) for lines in streams])
        assert shoal.ended() == 0
    assert rows(tmp_path) == {"ok": 4}
    with pytest.raises(web.ConnectError):
        shoal.ask()


def test_a_second_signal_ends_all_at_once(tmp_path: Path, redis_server: RedisServer) -> None:  # noqa: F811
    with started(tmp_path, redis_server.url) as shoal, streaming(shoal, 4):
        shoal.process.send_signal(signal.SIGINT)
        until(lambda: shoal.log().count('"draining"') == 2)
        shoal.process.send_signal(signal.SIGINT)
        assert shoal.ended() == 0


def test_workers_do_not_outlive_their_supervisor(tmp_path: Path, redis_server: RedisServer) -> None:  # noqa: F811
    with started(tmp_path, redis_server.url) as shoal:
        workers = shoal.workers()
        with streaming(shoal, 2) as streams:
            shoal.process.kill()
            until(lambda: shoal.log().count('"draining"') == 2)
            shoal.host.go_on()
            assert all([rest(lines) for lines in streams])
        assert not psutil.wait_procs(workers, SOON_S)[1]


def test_a_worker_that_is_asked_to_end_is_replaced(tmp_path: Path, redis_server: RedisServer) -> None:  # noqa: F811
    with started(tmp_path, redis_server.url) as shoal:
        first = shoal.workers()[0]
        first.terminate()
        until(lambda: shoal.log().count('"worker_answers"') == 3)
        assert first not in shoal.workers()
        assert [shoal.ask() for _ in range(6)] == [200] * 6


def test_rules_that_change_hold_for_all_workers_while_requests_run(
    tmp_path: Path,
    redis_server: RedisServer,  # noqa: F811
) -> None:
    settings = SETTINGS.replace("requests = 20", "requests = 10000")
    with started(tmp_path, redis_server.url, settings=settings) as shoal:
        admin = {"authorization": f"Bearer {shoal.admin}"}
        rules = f"{shoal.url}/v1/shoal/budgets"

        def small() -> tuple[float, float]:
            found = web.get(f"{shoal.url}/v1/shoal/usage", headers={"authorization": f"Bearer {shoal.member}"})
            (level,) = [each for each in found.json()["limits"] if each["name"] == "small"]
            return level["used"], level["reserved"]

        with streaming(shoal, 4) as streams:
            made = web.post(rules, headers=admin, json={"name": "small", "requests": 3}).json()
            until(lambda: at_once(shoal) == {429})
            until(lambda: small() == (3, 0))
            shoal.host.go_on()
            assert all([rest(lines) for lines in streams])
        web.patch(f"{rules}/{made['id']}", headers=admin, json={"requests": 5}).raise_for_status()
        until(lambda: small() == (5, 0) or shoal.ask() == 0)
        until(lambda: at_once(shoal) == {429})
        until(lambda: small() == (5, 0))
        web.delete(f"{rules}/{made['id']}", headers=admin).raise_for_status()
        until(lambda: {shoal.ask() for _ in range(8)} == {200})
        until(lambda: shoal.used()["requests"] == (rows(tmp_path)["ok"], 0))


@pytest.mark.parametrize(
    ("store", "change", "said"),
    [
        ("", ("store", "# store"), "several processes need a shared store"),
        ("", ("concurrency = 64", "concurrency = 1"), "write 2 or more there"),
        ("", ("[budgets", '[limits.rates.a]\nmod = "off"\n[budgets'), "mod"),
        ("no address", ("", ""), "write an address such as"),
    ],
)
def test_what_cannot_work_refuses_to_start(tmp_path: Path, store: str, change: tuple[str, str], said: str) -> None:
    settings = SETTINGS.replace(*change, 1)
    with started(tmp_path, store or "redis://127.0.0.1:1/0", settings=settings) as shoal:
        assert shoal.ended() == 3
    assert said in shoal.log()
    assert shoal.log().count("shoal: ") == 1
