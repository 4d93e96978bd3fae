"""Answers of the admin API at rest, sealed, so that a request that is sent again does nothing twice. It opens none."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import Column, Connection, Float, Integer, LargeBinary, MetaData, String, Table, delete, insert, select

ANSWERS = Table(
    "idempotency",
    MetaData(),
    Column("actor", String),
    *(Column(name, LargeBinary) for name in ("key", "request", "sealed")),
    Column("status", Integer),
    Column("created", Float),
)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """The answer to a request of `actor` with an idempotency key: `key` and `request` are digests, `sealed` the answer
    encrypted under that key; `created` Unix seconds."""

    actor: str
    key: bytes
    request: bytes
    status: int
    sealed: bytes
    created: float


def kept_answer(connection: Connection, actor: str, key: bytes, since: float) -> KeptAnswer | None:
    """The answer to that key, if it was given at `since` or later."""
    found = select(ANSWERS).where(ANSWERS.c.actor == actor, ANSWERS.c.key == key, ANSWERS.c.created >= since)
    row = connection.execute(found).first()
    return KeptAnswer(**dict(row._mapping)) if row else None


def keep_answer(connection: Connection, answer: KeptAnswer, before: float) -> None:
    """Keeps it, and forgets those of before (Unix seconds)."""
    connection.execute(delete(ANSWERS).where(ANSWERS.c.created < before))
    connection.execute(insert(ANSWERS), [asdict(answer)])
