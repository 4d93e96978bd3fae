"""What defence costs: CPU per request by what it holds, per piece of a stream, and for texts of 5 MB.

    python -m bench.defence_speed [--data PATH] [--repeats 5]

A request holds 300 bytes of the project's own documentation (or of a text file given as `--data`), another part each
time, so that nothing comes from memory. "Rest" is everything but the two classifiers: they are replaced by ones that
say 0 at once. CPU is that of the thread, the best of the repeats; long texts are counted with the whole process.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.process import ROOT
from shoal.call import ModelCard
from shoal.chat import Chat, Choice, Message, Passage, Piece
from shoal.config.trust import TrustRules
from shoal.trust.defence.guards import Guards
from shoal.trust.defence.session import Defence
from shoal.trust.defence.step import DefenceStep
from shoal.trust.keys import RootKey

HOST = ModelCard("host", "chat", "host", "host")
SYSTEM = Message.of("system", "You answer questions of a bank's customers, briefly and politely.")
BYTES = 300
ROUND = 300
PIECES = 20_000
LONG = 5_000_000


class Silent:
    """Both classifiers, finding nothing."""

    threshold = 1.0

    def scores(self, sentences: Sequence[str]) -> list[float]:
        return [0.0] * len(sentences)

    def score(self, text: str) -> float:
        return 0.0


@dataclass(frozen=True, slots=True)
class Shape:
    """A kind of request, made of a fresh text."""

    name: str
    make: Callable[[str], Chat]


SHAPES = (
    Shape("user", lambda text: Chat("m", (Message.of("user", text),))),
    Shape("system prompt, user", lambda text: Chat("m", (SYSTEM, Message.of("user", text)))),
    Shape(
        "system prompt, user, tool result",
        lambda text: Chat("m", (SYSTEM, Message.of("user", "Look."), Message.of("tool", text))),
    ),
    Shape(
        "system prompt, user, passage",
        lambda text: Chat("m", (SYSTEM, Message.of("user", "Look.")), passages=(Passage("1", "c", "s", "t", text),)),
    ),
)


def parts(data: Path | None) -> Iterator[str]:
    """Different parts of BYTES bytes, without end but not without a first repetition."""
    files = sorted((ROOT / "docs").rglob("*.md")) if data is None else [data]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files).encode()
    starts = itertools.chain.from_iterable(range(first, len(text) - BYTES, BYTES) for first in range(0, BYTES, 7))
    return (text[start : start + BYTES].decode(errors="ignore") for start in itertools.cycle(starts))


async def serve(step: DefenceStep, chat: Chat) -> Defence:
    """A request, as far as its host."""
    defence = step.open("t", "k", "e")
    if defence is None:
        raise ValueError("defence is off")
    await defence.screen(await defence.defend(chat), HOST)
    return defence


def request_us(step: DefenceStep, shape: Shape, texts: Iterator[str], repeats: int) -> float:
    """CPU µs of one request, the first piece of its reply included."""

    async def serve_all(chats: Sequence[Chat]) -> None:
        for chat in chats:
            (await serve(step, chat)).watch(Piece.of("I", None))

    best = float("inf")
    for _ in range(repeats):
        chats = [shape.make(text) for text in itertools.islice(texts, ROUND)]
        begun = time.thread_time()
        asyncio.run(serve_all(chats))
        best = min(best, (time.thread_time() - begun) / ROUND * 1e6)
    return best


def piece_us(step: DefenceStep, chat: Chat, repeats: int) -> float:
    """CPU µs of one further piece of a stream."""
    best = float("inf")
    for _ in range(repeats):
        defence = asyncio.run(serve(step, chat))
        pieces = [Piece([Choice({"content": " word"})]) for _ in range(PIECES)]
        begun = time.thread_time()
        for piece in pieces:
            defence.watch(piece)
        best = min(best, (time.thread_time() - begun) / PIECES * 1e6)
    return best


def print_requests(texts: Iterator[str], repeats: int) -> None:
    """Per request and per piece, with the classifiers and without."""
    whole = DefenceStep(TrustRules(), RootKey(b"r" * 32))
    rest = DefenceStep(TrustRules(), RootKey(b"r" * 32), Guards(Silent, Silent))
    print(f"{f'a request with {BYTES} bytes of':<40}{'all µs':>10}{'rest µs':>10}{'piece µs':>10}")
    for shape in SHAPES:
        figures = [request_us(step, shape, texts, repeats) for step in (whole, rest)]
        figures.append(piece_us(rest, shape.make(next(texts)), repeats))
        print(f"{shape.name:<40}" + "".join(f"{figure:>10.1f}" for figure in figures))


def print_long(texts: Iterator[str]) -> None:
    """Seconds of CPU for one long text, each kind once."""
    step = DefenceStep(TrustRules(), RootKey(b"r" * 32))
    text = "\n".join(itertools.islice(texts, LONG // BYTES))
    for name, chat in (
        ("user", Chat("m", (Message.of("user", text),))),
        ("tool result", Chat("m", (SYSTEM, Message.of("tool", text)))),
    ):
        begun = time.process_time()
        defence = asyncio.run(serve(step, chat))
        print(f"{f'{name} of {len(text) / 1e6:.0f} MB':<40}{time.process_time() - begun:>10.2f} s")
    begun = time.process_time()
    defence.watch(Piece.of(text))
    print(f"{f'whole reply of {len(text) / 1e6:.0f} MB':<40}{time.process_time() - begun:>10.2f} s")


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Prints what defence costs.")
    parser.add_argument("--data", type=Path, help="a text file to take the texts from; a folder is not used")
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args(arguments)
    texts = parts(options.data if options.data is not None and options.data.is_file() else None)
    print_requests(texts, options.repeats)
    print_long(texts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
