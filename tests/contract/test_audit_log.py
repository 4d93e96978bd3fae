"""What every AuditLog does. An implementation's author runs this file with `log` and `records` of their own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from shoal.chat import Json
from shoal.stores.audit_log import AuditEvent, AuditLog, FileAuditLog
from shoal.trust.audit.export import Filter, read
from tests.unit.trust.audit.written import SIGNER, entry

Records = Callable[[], list[Json]]


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    return FileAuditLog(tmp_path, SIGNER)


@pytest.fixture
def records(tmp_path: Path) -> Records:
    """Reads back what a closed log holds."""
    return lambda: list(read(tmp_path, Filter()))


def test_entries_come_back_whole_and_in_their_order(log: AuditLog, records: Records) -> None:
    given = [entry(number, tokens={"prompt": number}) for number in range(50)]
    for each in given:
        log.add(each)
    log.close()
    told = records()
    assert [each["exchange"] for each in told] == [each.exchange for each in given]
    assert all(
        {name: told[at][name] for name in each.wire()} == each.wire() | {"hosts": []} for at, each in enumerate(given)
    )


def test_events_stand_between_exchanges(log: AuditLog, records: Records) -> None:
    for each in (entry(1), AuditEvent("refused", 2, {"code": "invalid_api_key", "count": 5}), entry(3)):
        log.add(each)
    log.close()
    assert [each["kind"] for each in records()] == ["exchange", "refused", "exchange"]


def test_no_request_is_refused_while_all_is_well(log: AuditLog) -> None:
    log.check()
    log.add(entry(1))
    log.check()
    log.close()


def test_adding_from_many_threads_loses_nothing(log: AuditLog, records: Records) -> None:
    def add() -> None:
        for number in range(100):
            log.add(entry(number))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    log.close()
    assert len(records()) == 400


def test_closing_twice_is_closing(log: AuditLog, records: Records) -> None:
    log.add(entry(1))
    log.close()
    log.close()
    assert len(records()) == 1
