"""`make demo`: sends the 300 messages through a gateway with the OpenAI SDK, as an application would, and shows who
answered and how well. It starts a gateway of its own, or takes `--url` and `--key`.

Run it as `python -m demo.run`. No host is needed; a reference model that the settings name is used.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from openai import APIConnectionError, APIError, OpenAI
from rich.console import Console
from rich.progress import track

from bench.process import end, sample
from bench.served import serve_shoal
from demo.messages import FILE, Message, intents, load, request
from demo.report import Result, figures, show
from demo.verdict import Answer

START_S = 60.0


@contextmanager
def own_gateway(config: Path | None) -> Iterator[tuple[OpenAI, int]]:
    """A gateway on a free port with a temporary data directory: a client of it, and its process id."""
    with tempfile.TemporaryDirectory(prefix="shoal-demo-") as folder:
        served = serve_shoal(Path(folder), config)
        try:
            client = OpenAI(base_url=served.base_url, api_key=served.key, max_retries=0)
            _wait_until_up(client)
            yield client, served.process.pid
        finally:
            end(served.process)


def _wait_until_up(client: OpenAI) -> None:
    until = time.monotonic() + START_S
    while True:
        try:
            client.models.list()
        except APIConnectionError:
            if time.monotonic() > until:
                raise RuntimeError(f"the gateway did not answer within {START_S:g} s") from None
            time.sleep(0.02)
        else:
            return


def ask(client: OpenAI, message: Message, names: list[str]) -> Answer:
    """Sends one message to `auto`; an error of the API becomes part of the result."""
    begun = time.perf_counter()
    try:
        reply = client.chat.completions.create(model="auto", **request(message, names))
    except APIError as error:
        return Answer("", "", time.perf_counter() - begun, error=type(error).__name__)
    said: dict[str, Any] = (reply.model_extra or {}).get("shoal") or {}
    return Answer(
        text=reply.choices[0].message.content or "",
        model=said.get("model", reply.model),
        latency_s=time.perf_counter() - begun,
        sources=tuple(citation["source"] for citation in said.get("citations", ())),
        confidence=said.get("route", {}).get("confidence"),
    )


def run(client: OpenAI, messages: list[Message], console: Console) -> list[Result]:
    """One message after the other, after one that warms up client and gateway and is not counted."""
    names = intents(messages)
    ask(client, messages[0], names)
    steps = track(messages, "Sending messages", console=console, transient=True)
    return [Result(message, ask(client, message, names)) for message in steps]


def run_own(config: Path | None, messages: list[Message], log: Console) -> dict[str, object]:
    """The figures of a gateway of the demo's own, with its CPU time. Raises RuntimeError where it does not start."""
    with own_gateway(config) as (client, pid):
        before = sample(pid)
        results = run(client, messages, log)
        after = sample(pid)
    return figures(results, after.cpu_s - before.cpu_s if before and after else None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", help="a gateway that runs already, such as http://127.0.0.1:8600/v1")
    parser.add_argument("--key", help="a Shoal key, with --url")
    parser.add_argument("--config", type=Path, help="settings for the demo's own gateway")
    parser.add_argument("--messages", type=Path, default=FILE)
    parser.add_argument("--json", action="store_true", help="figures and every message's outcome as JSON")
    args = parser.parse_args()
    if bool(args.url) != bool(args.key):
        parser.error("--url and --key go together")
    messages, log = load(args.messages), Console(stderr=True)
    if args.url:
        found = figures(run(OpenAI(base_url=args.url, api_key=args.key, max_retries=0), messages, log), None)
    else:
        try:
            found = run_own(args.config.resolve() if args.config else None, messages, log)
        except RuntimeError as error:
            parser.exit(1, f"demo: {error}\n")
    if args.json:
        json.dump(found, sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        show(found, Console())


if __name__ == "__main__":
    main()
