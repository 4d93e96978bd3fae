"""The random sample behind a saving: which exchanges are drawn, and what replaying them gave. It calls no model.

A draw is by a keyed hash of the exchange's id, so that the same span and seed give the same sample whoever draws it,
and nobody picks. Results come from a file: what a baseline would have answered is the operator's to find out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from heapq import nsmallest
from pathlib import Path
from typing import Any

import orjson

from shoal.call import Attempt, Purpose
from shoal.chat import Usage
from shoal.errors import ConfigError

# Of one answer nobody takes more tokens or seconds: such a number is a slip.
MOST = 1e8
COUNTS = ("prompt_tokens", "completion_tokens", "cached_tokens", "reasoning_tokens")
SECONDS = ("latency_s", "cpu_s")
FIELDS = frozenset({"model", "concurrency", *COUNTS, *SECONDS})
OF_LINE = frozenset({"exchange_id", "attempts", "quality", "actual_quality"})


@dataclass(frozen=True, slots=True)
class Draw:
    """What was drawn from which span (Unix seconds): `ids`, of `exchanges` in all."""

    begin: float
    end: float
    tenant: str | None
    seed: int
    ids: tuple[str, ...]
    exchanges: int


@dataclass(frozen=True, slots=True)
class Replay:
    """What the baseline took for one exchange, as attempts that are not metered yet; qualities of both answers (0..1),
    None where nobody rated them."""

    attempts: tuple[Attempt, ...] = ()
    quality: float | None = None
    actual_quality: float | None = None


def draw(ids: Iterable[str], size: int, seed: int) -> tuple[tuple[str, ...], int]:
    """`size` of the ids at random, in the order of their hashes, and how many there were."""
    key, count = str(seed).encode()[:64], 0

    def hashed() -> Iterable[tuple[bytes, str]]:
        nonlocal count
        for name in ids:
            count += 1
            yield blake2b(name.encode(), digest_size=16, key=key).digest(), name

    chosen = nsmallest(size, hashed())
    return tuple(name for _, name in chosen), count


def write_draw(path: Path, drawn: Draw) -> None:
    """Writes the draw: a line that says what was drawn from, then one for each exchange to replay."""
    head = {"from": drawn.begin, "to": drawn.end, "tenant": drawn.tenant, "seed": drawn.seed}
    head |= {"size": len(drawn.ids), "exchanges": drawn.exchanges}
    lines = [head, *({"exchange_id": name, "attempts": []} for name in drawn.ids)]
    path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))


def read_replays(path: Path) -> tuple[Draw, dict[str, Replay]]:
    """The draw that a file begins with, and the replay of each exchange in it. Raises ConfigError that names the line
    where something is wrong."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read ({error.strerror}): name the file of replays") from None
    if not lines:
        raise ConfigError(f"{path} is empty: draw a sample first, with --draw")
    head = _object(lines[0], path, 1)
    replays: dict[str, Replay] = {}
    for number, line in enumerate(lines[1:], 2):
        found = _object(line, path, number)
        name = found.get("exchange_id")
        if not isinstance(name, str) or name in replays:
            raise ConfigError(f"{path}, line {number}: each line is of one exchange_id, which comes once")
        try:
            replays[name] = _replay(found)
        except (TypeError, ValueError, KeyError) as error:
            raise ConfigError(f"{path}, line {number}: {error}: see docs/guides/savings.md") from None
    try:
        span = (float(head["from"]), float(head["to"]), head["tenant"], int(head["seed"]))
        size, drawn = int(head["size"]), Draw(*span, tuple(replays), int(head["exchanges"]))
    except (KeyError, TypeError, ValueError):
        raise ConfigError(f"{path}, line 1: must be the line that --draw wrote: draw a sample first") from None
    if len(replays) != size:
        raise ConfigError(f"{path} has {len(replays)} of the {size} exchanges that were drawn: none may be left out")
    return drawn, replays


def _object(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        found = orjson.loads(line)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise ConfigError(f"{path}, line {number}: must be a JSON object")
    return found


def _replay(line: dict[str, Any]) -> Replay:
    _known(line, OF_LINE)
    attempts = tuple(_attempt(each) for each in line.get("attempts", ()))
    return Replay(attempts, _quality(line, "quality"), _quality(line, "actual_quality"))


def _quality(line: dict[str, Any], name: str) -> float | None:
    value = line.get(name)
    if value is not None and (isinstance(value, bool) or not 0 <= float(value) <= 1):
        raise ValueError(f"{name} must be from 0 to 1")
    return None if value is None else float(value)


def _attempt(found: dict[str, Any]) -> Attempt:
    _known(found, FIELDS)
    numbers = {name: found.get(name, 0) for name in (*COUNTS, *SECONDS)}
    if not all(isinstance(value, int | float) and not isinstance(value, bool) for value in numbers.values()):
        raise ValueError("tokens and seconds must be numbers")
    if not all(0 <= value <= MOST for value in numbers.values()):
        raise ValueError(f"tokens and seconds must be from 0 to {MOST:g}")
    prompt, completion, cached, reasoning = (int(numbers[name]) for name in COUNTS)
    usage = Usage(prompt, completion, cached, reasoning, float(numbers["cpu_s"]))
    made = Attempt(str(found["model"]), "", Purpose.ANSWER, 0.0, outcome="ok", pieces=1, usage=usage)
    made.latency_s = float(numbers["latency_s"])
    made.concurrency = None if found.get("concurrency") is None else float(found["concurrency"])
    return made


def _known(found: dict[str, Any], names: frozenset[str]) -> None:
    strange = sorted(set(found) - names)
    if strange:
        raise ValueError(f"'{strange[0]}' is not a field: there is {', '.join(sorted(names))}")
