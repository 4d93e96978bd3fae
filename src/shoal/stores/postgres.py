"""Connections to PostgreSQL that notice a server which does not answer, stopped, cut off or gone, within seconds. It
knows no table.

A statement may take as long as it needs; but before a connection is used, the server has to answer on it.
"""

from __future__ import annotations

import selectors
import time
from typing import TYPE_CHECKING

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError

if TYPE_CHECKING:
    from psycopg import Connection

CONNECT_S = 5
ANSWER_S = 2.0
OK = 0
# For the turn of a connection, where all are in use.
TURN_S = 5.0
# Of a machine that is gone while a statement runs: without these the kernel waits for a quarter of an hour.
GONE = {"tcp_user_timeout": 10_000, "keepalives_idle": 10, "keepalives_interval": 3, "keepalives_count": 3}


def open_engine(url: URL) -> Engine:
    """An engine whose connections answer. Nothing is connected yet."""
    wait = {"connect_timeout": CONNECT_S, "application_name": "shoal", **GONE}
    engine = create_engine(url, connect_args=wait, hide_parameters=True, pool_timeout=TURN_S)
    event.listen(engine, "checkout", _check)
    return engine


def _check(connection: Connection, _record: object, _proxy: object) -> None:
    """Raises InvalidatePoolError where no answer comes: the pool connects anew then, or fails to."""
    from psycopg import Error

    try:
        answered = _answers(connection, ANSWER_S)
    except Error:
        answered = False
    if not answered:
        raise InvalidatePoolError("PostgreSQL does not answer")


def _answers(connection: Connection, within_s: float) -> bool:
    """Whether the server answers an empty query in time. Raises psycopg.Error for a connection that is closed."""
    line, until = connection.pgconn, time.monotonic() + within_s
    line.send_query(b"")
    line.flush()
    with selectors.DefaultSelector() as selector:
        selector.register(line.socket, selectors.EVENT_READ)
        line.consume_input()
        while line.is_busy():
            if not selector.select(max(until - time.monotonic(), 0.0)):
                return False
            line.consume_input()
    while line.get_result() is not None:
        pass
    # One that the server has ended says so first.
    return int(line.status) == OK
