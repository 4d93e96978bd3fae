"""What watching replies costs: characters and time held back, CPU for each streamed chunk, prompt and long reply.

    python -m bench.monitoring --data ../shared/data [--file FILE] [--repeats 3]

Replies are the answers of the Stanford Alpaca seed tasks (written by people, harmless), or the paragraphs of `--file`,
in chunks of CHUNK characters, about one token. Chunks are fed to monitoring as the gateway feeds them, at once for the
CPU figures; for the delays the arrival of a chunk is its number divided by the rate, and text counts as shown with the
chunk that lets it out. CPU is that of this process, the least of the repeats, less what the same loop takes without
monitoring. Also printed: how many of these harmless replies and prompts are stopped.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from shoal.call import Call, Trail
from shoal.chat import Chat, Choice, Message, Piece
from shoal.config.trust import TrustRules
from shoal.errors import ContentRefused
from shoal.models.registry import Registry
from shoal.trust.monitoring.session import Monitoring
from shoal.trust.monitoring.step import MonitoringStep

SEEDS = "trust/tatsu-lab+stanford_alpaca/seed_tasks.jsonl"
CHUNK = 4
RATES = (20, 50, 100)
PROMPT = 300
LONG = 5_000_000
SHORTEST = 40


@dataclass(frozen=True, slots=True)
class Shown:
    """One reply as its reader sees it: for each character, how many chunks after its own it came; `first` those until
    anything came; `stopped` whether the rest was withheld."""

    late: list[int]
    first: int
    stopped: bool


@dataclass(frozen=True, slots=True)
class Nothing:
    """A verdict."""

    scores: Mapping[str, float]
    overall: float = 1.0
    uncertain: bool = False


class Silent:
    """A monitor that looks at nothing: what is left is the cost of the stream."""

    thresholds: Mapping[str, float] = dict.fromkeys(("hate", "violence"), 0.5)

    def scores(self, texts: Sequence[str]) -> list[Nothing]:
        return [Nothing({"hate": 0.0, "violence": 0.0})] * len(texts)

    def held(self, text: str) -> int:
        return 0


def replies(data: Path, file: Path | None) -> list[str]:
    """The texts to stream."""
    if file is not None:
        found = file.read_text(encoding="utf-8").split("\n\n")
    else:
        rows = (json.loads(line) for line in (data / SEEDS).read_text(encoding="utf-8").splitlines())
        found = [instance["output"] for row in rows for instance in row["instances"]]
    return [text for text in found if len(text) >= SHORTEST]


def opened(step: MonitoringStep) -> tuple[Monitoring, Call]:
    """A session and a call for it."""
    session = step.open("bench")
    assert session is not None  # the rules are not all off
    return session, Call(exchange_id="ex", tenant="bench", opener=Registry({}), trail=Trail())


def chunks(text: str, size: int = CHUNK) -> list[Piece]:
    found = [Piece([Choice({"content": text[at : at + size]})]) for at in range(0, len(text), size)]
    return [*found, Piece([Choice({}, 0, "stop")])]


async def watched(step: MonitoringStep, text: str) -> Shown:
    """How late each character of a reply is."""
    session, call = opened(step)
    await session.prompt(Chat("m", ()), call)
    late: list[int] = []
    first = 0
    for number, piece in enumerate(chunks(text)):
        came = (await session.read(piece, call)).text
        if came and not late:
            first = number
        late += [number - at // CHUNK for at in range(len(late), len(late) + len(came))]
        if session.stopped:
            break
    return Shown(late, first, session.stopped)


async def streamed(step: MonitoringStep, pieces: Sequence[Sequence[Piece]]) -> None:
    for each in pieces:
        session, call = opened(step)
        await session.prompt(Chat("m", ()), call)
        for piece in each:
            await session.read(piece, call)
            if session.stopped:
                break


async def unwatched(pieces: Sequence[Sequence[Piece]]) -> None:
    async def handed_on(piece: Piece) -> Piece:
        return piece

    for each in pieces:
        for piece in each:
            await handed_on(piece)


def cpu_us(make: Callable[[], object], count: int, repeats: int) -> float:
    """The least CPU microseconds for one of `count`."""
    least = float("inf")
    for _ in range(repeats):
        work = make()
        begun = time.process_time()
        asyncio.run(work)  # type: ignore[arg-type]
        least = min(least, time.process_time() - begun)
    return least / count * 1e6


def show_delays(step: MonitoringStep, texts: Sequence[str]) -> None:
    """Prints how late text is at typical rates."""
    shown = [asyncio.run(watched(step, text)) for text in texts]
    whole = [each for each in shown if not each.stopped]
    late = np.array([steps for each in whole for steps in each.late])
    first = np.array([each.first for each in whole])
    print(f"{len(texts)} harmless replies, {sum(map(len, texts))} characters; {len(texts) - len(whole)} stopped")
    print(f"held back: {late.mean() * CHUNK:.0f} characters on average, {np.quantile(late, 0.95) * CHUNK:.0f} at the")
    print(f"  95th percentile, {late.max() * CHUNK} at most")
    print("\ntokens/s   first text later by ms: median, p95      all text later by ms: mean, p95")
    for rate in RATES:
        ms = 1000 / rate
        print(
            f"{rate:8} {np.median(first) * ms:20.0f} {np.quantile(first, 0.95) * ms:12.0f}"
            f" {late.mean() * ms:22.0f} {np.quantile(late, 0.95) * ms:9.0f}"
        )


def show_costs(texts: Sequence[str], repeats: int) -> None:
    """Prints the CPU of chunks, prompts and one long reply."""
    enforce = MonitoringStep(TrustRules.model_validate({"monitoring": {"prompts": "enforce"}}))
    observe = MonitoringStep(TrustRules(mode="observe"))
    count = sum(len(chunks(text)) for text in texts)
    base = cpu_us(lambda: unwatched([chunks(text) for text in texts]), count, repeats)
    held = cpu_us(lambda: streamed(enforce, [chunks(text) for text in texts]), count, repeats)
    silent = MonitoringStep(TrustRules(), monitor=Silent())
    stream = cpu_us(lambda: streamed(silent, [chunks(text) for text in texts]), count, repeats)
    print(
        f"\nCPU for each chunk of {CHUNK} characters: {held - base:.1f} µs, {stream - base:.1f} µs without the scoring"
    )
    prompts = [text[:PROMPT] for text in texts if len(text) >= PROMPT]
    spent = cpu_us(lambda: asked(enforce, prompts), len(prompts), repeats)
    refused = asyncio.run(asked(enforce, prompts))
    print(
        f"CPU for each prompt of {PROMPT} characters: {spent:.0f} µs; {refused} of {len(prompts)} harmless ones refused"
    )
    watched_us = cpu_us(lambda: streamed(observe, [chunks(text) for text in texts]), count, repeats)
    print(f"CPU for each chunk on the client's way where it is only observed: {watched_us - base:.1f} µs")
    long = ("\n".join(texts) * (LONG // sum(map(len, texts)) + 1))[:LONG]
    for size in (LONG // 10, LONG):
        spent = cpu_us(lambda size=size: streamed(enforce, [[Piece.of(long[:size])]]), 1, 1)  # type: ignore[misc]
        print(f"CPU for a whole reply of {size / 1e6:.1f} MB: {spent / 1e6:.1f} s")


async def asked(step: MonitoringStep, prompts: Sequence[str]) -> int:
    """How many of the prompts are refused."""
    refused = 0
    for prompt in prompts:
        session, call = opened(step)
        try:
            await session.prompt(Chat("m", (Message.of("user", prompt),)), call)
        except ContentRefused:
            refused += 1
    return refused


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with the public data sets")
    parser.add_argument("--file", type=Path, help="a text whose paragraphs are streamed instead")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    texts = replies(options.data, options.file)
    show_delays(MonitoringStep(TrustRules()), texts)
    show_costs(texts, options.repeats)


if __name__ == "__main__":
    main()
