"""The metrics of all workers on one page, whichever of them is asked: each sample says whose it is (`worker="0"`), so
that a worker that begins anew is a counter that does, and nothing is added up that could shrink.

Workers ask each other over sockets in a folder that is theirs alone; a worker that does not answer is left out, and
`shoal_worker_up` is 0 for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import orjson
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric

from shoal.gateway.metrics import Metrics

ANSWER_S = 1.0
Sample = tuple[str, dict[str, str], float]
Family = tuple[str, str, str, list[Sample]]


class WorkersMetrics:
    """The page as worker `number` of `of` gives it; `folder` holds the workers' sockets."""

    def __init__(self, own: Metrics, folder: Path, number: int, of: int) -> None:
        self._own = own
        self._folder = folder
        self._number = number
        self._of = of

    async def page(self) -> bytes:
        """The text exposition of all workers."""
        pages = await asyncio.gather(*(self._of_worker(number) for number in range(self._of)))
        return exposition(pages)

    @asynccontextmanager
    async def telling(self) -> AsyncIterator[None]:
        """Answers the others for as long as the context lasts."""
        path = socket_path(self._folder, self._number)
        path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._tell, path)
        try:
            yield
        finally:
            server.close()

    async def _tell(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            writer.write(orjson.dumps(families(self._own.registry)))
            await writer.drain()
        writer.close()

    async def _of_worker(self, number: int) -> Sequence[Family] | None:
        """What a worker counted; None where it does not answer."""
        if number == self._number:
            return families(self._own.registry)
        try:
            async with asyncio.timeout(ANSWER_S):
                reader, writer = await asyncio.open_unix_connection(socket_path(self._folder, number))
                said = await reader.read()
                writer.close()
            return orjson.loads(said)  # type: ignore[no-any-return]
        except (OSError, TimeoutError, ValueError):
            return None


def socket_path(folder: Path, number: int) -> Path:
    """Where that worker answers."""
    return folder / f"{number}.sock"


def families(registry: CollectorRegistry) -> list[Family]:
    """What a registry holds, in plain values: of each metric its name, help, kind and samples."""
    return [
        (each.name, each.documentation, each.type, [(one.name, dict(one.labels), one.value) for one in each.samples])
        for each in registry.collect()
    ]


def exposition(pages: Sequence[Sequence[Family] | None]) -> bytes:
    """The text of the workers' pages, by their numbers, every sample with its worker's."""
    found: dict[str, Metric] = {}
    up = Metric("shoal_worker_up", "Whether the worker answered this page's question", "gauge")
    for number, page in enumerate(pages):
        up.add_sample(up.name, {"worker": str(number)}, float(page is not None))
        for name, words, kind, samples in page or ():
            metric = found.setdefault(name, Metric(name, words, kind))
            for sample, labels, value in samples:
                metric.add_sample(sample, {**labels, "worker": str(number)}, value)
    return generate_latest(Gathered([up, *found.values()]))


class Gathered:
    """Metrics that are there already, for who reads a registry."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        """All of them."""
        return self._metrics
