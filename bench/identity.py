"""What it costs to know who asks: a remembered key, one that must be looked up, a wrong one, and a change of one key
among many. Prints a table; `--keys` is how many lie in the database, `--postgres URL` takes PostgreSQL."""

from __future__ import annotations

import argparse
import json
import secrets
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from sqlalchemy import insert

from shoal.errors import AuthenticationError
from shoal.identity import Identity, Minted, Role, mint
from shoal.stores.database import Database
from shoal.stores.keys import KEYS, SqlKeys

BATCH = 10_000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--keys", type=int, nargs="*", default=[1_000, 1_000_000])
    options.add_argument("--postgres", metavar="URL")
    options.add_argument("--rounds", type=int, default=20_000)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    rows = [measure(count, given.postgres, given.rounds) for count in given.keys]
    if given.json:
        print(json.dumps(rows))
        return
    print("| keys | remembered, µs | looked up, µs | wrong, µs | change of one, µs |\n|---|---|---|---|---|")
    for row in rows:
        print("| {keys:,.0f} | {remembered:.2f} | {looked_up:.0f} | {wrong:.0f} | {change:.0f} |".format(**row))


def measure(count: int, url: str | None, rounds: int) -> dict[str, float]:
    """CPU and waiting in µs of one call, the median of five runs, with `count` keys in the table."""
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Path(folder), url)
        database.migrate()
        keys, known = SqlKeys(database), [mint(str(number), Role.MEMBER) for number in range(1_000)]
        keys.add(*(each.stored for each in known))
        fill(database, count - len(known))
        # The store's count of changes is read once a second here; the gateway has a thread for that.
        identity = Identity(keys)
        found = {
            "keys": float(count),
            "remembered": median(lambda: remembered(identity, known[0], rounds)),
            "looked_up": median(lambda: looked_up(identity, known)),
            "wrong": median(lambda: wrong(identity, known)),
            "change": median(lambda: change(keys, known[:20])),
        }
        database.close()
    return found


def fill(database: Database, count: int) -> None:
    """Adds `count` keys in batches, without a change counted for each."""
    pattern = mint("filler", Role.MEMBER).stored
    columns = {"tenant": "default", "name": "filler", "role": "member", "digest": pattern.digest, "revision": 1}
    for begin in range(0, max(count, 0), BATCH):
        size = min(BATCH, count - begin)
        rows = [{**columns, "id": secrets.token_hex(6), "created": float(begin + each)} for each in range(size)]
        with database.engine.begin() as connection:
            connection.execute(insert(KEYS), rows)


def remembered(identity: Identity, key: Minted, rounds: int) -> float:
    identity.authenticate(key.token)
    return timed(lambda: identity.authenticate(key.token), rounds)


def looked_up(identity: Identity, known: Sequence[Minted]) -> float:
    identity.forget()
    tokens = iter([each.token for each in known])
    return timed(lambda: identity.authenticate(next(tokens)), len(known))


def wrong(identity: Identity, known: Sequence[Minted]) -> float:
    tokens = iter([each.token[:-1] + ("A" if each.token[-1] != "A" else "B") for each in known])

    def once() -> None:
        with suppress(AuthenticationError):
            identity.authenticate(next(tokens))

    return timed(once, len(known))


def change(keys: SqlKeys, known: Sequence[Minted]) -> float:
    ids = iter([each.stored.id for each in known])
    return timed(lambda: keys.disable(next(ids), 1.0), len(known))


def timed(work: Callable[[], object], rounds: int) -> float:
    """µs of one round."""
    began = time.perf_counter()
    for _ in range(rounds):
        work()
    return (time.perf_counter() - began) / rounds * 1e6


def median(run: Callable[[], float]) -> float:
    return sorted(run() for _ in range(5))[2]


if __name__ == "__main__":
    main()
