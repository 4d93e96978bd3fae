"""Measures one gateway on the mock host: load, CPU of its process tree, memory, start time. It prints nothing of it."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench.load import request_bytes
from bench.peers import PATIENCE_S, Gateway, Place, Running
from bench.process import ROOT, Sample, end, sample

Figures = dict[str, float]
CHUNKS = 100


@dataclass(frozen=True)
class Bounds:
    """How much load: requests in one go and seconds at most; `warm` requests go before and are not counted."""

    requests: int = 4000
    streams: int = 300
    seconds: float = 10.0
    warm: int = 300


def measure(gateway: Gateway, host_url: str, bounds: Bounds) -> Figures:
    """One round: start, load, end. Raises RuntimeError where the gateway does not answer."""
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        running = gateway.start(Place(host_url, Path(folder)))
        try:
            _first_answer(running)
            figures = {"start_s": time.perf_counter() - begun}
            found = _sample(running)
            figures |= {"start_cpu_s": found.cpu_s, "rss_idle_mb": found.rss_mb}
            for connections in (1, 32):
                figures |= _whole(running, connections, bounds)
            figures["rss_mb"] = _sample(running).rss_mb
            figures |= _streams(running, bounds)
            figures["rss_mb"] = max(figures["rss_mb"], _sample(running).rss_mb)
            return figures
        finally:
            end(running.process)


def _first_answer(running: Running) -> None:
    """Asks every 10 ms until the answer is 200."""
    until = time.perf_counter() + PATIENCE_S
    why = "it does not listen"
    while time.perf_counter() < until:
        try:
            status = _ask(running)
        except OSError as error:
            why = f"it does not listen ({type(error).__name__})"
        else:
            if status == 200:
                return
            why = f"it answers {status}"
        if running.process.poll() is not None:
            raise RuntimeError(f"it ended with exit code {running.process.returncode}")
        time.sleep(0.01)
    raise RuntimeError(f"no answer within {PATIENCE_S:g} s: {why}")


def _ask(running: Running) -> int:
    split = urlsplit(running.url)
    body = request_bytes(running.url, running.model, running.key, False, []).partition(b"\r\n\r\n")[2]
    headers = {"authorization": f"Bearer {running.key}", "content-type": "application/json"}
    headers |= dict(line.split(": ", 1) for line in running.headers)
    connection = http.client.HTTPConnection(split.hostname or "", split.port, timeout=30)
    try:
        connection.request("POST", split.path, body, headers)
        return connection.getresponse().status
    except http.client.HTTPException:
        return 0
    finally:
        connection.close()


def _sample(running: Running) -> Sample:
    found = sample(running.process.pid)
    if found is None:
        raise RuntimeError("its process cannot be measured: it ended, or this system does not tell")
    return found


def _whole(running: Running, connections: int, bounds: Bounds) -> Figures:
    count = bounds.requests if connections > 1 else bounds.requests // 2
    _load(running, connections, bounds.warm, bounds.seconds)
    before = _sample(running)
    report = _load(running, connections, count, bounds.seconds)
    cpu_s = _sample(running).cpu_s - before.cpu_s
    return {
        f"cpu_us_{connections}": cpu_s / report["requests"] * 1e6,
        f"per_s_{connections}": report["per_s"],
        f"p50_ms_{connections}": report["p50_ms"],
        f"p99_ms_{connections}": report["p99_ms"],
    }


def _streams(running: Running, bounds: Bounds) -> Figures:
    """Nothing where the gateway cannot stream from this host: the table shows a dash."""
    try:
        _load(running, 16, bounds.warm // 10, bounds.seconds, "--stream")
        before = _sample(running)
        report = _load(running, 16, bounds.streams, bounds.seconds, "--stream")
    except RuntimeError as error:
        print(f"  streams: {error}", file=sys.stderr)
        return {}
    cpu_us = (_sample(running).cpu_s - before.cpu_s) / report["requests"] * 1e6
    return {
        "cpu_us_stream": cpu_us,
        "cpu_us_chunk": cpu_us / CHUNKS,
        "per_s_stream": report["per_s"],
        "p50_ms_stream": report["p50_ms"],
        "first_ms_stream": report["first_p50_ms"],
    }


def _load(running: Running, connections: int, count: int, seconds: float, *more: str) -> Figures:
    """Runs the load generator in a process of its own. Raises RuntimeError where an answer was not a good one."""
    command = [sys.executable, "-m", "bench.load", "--url", running.url, "--model", running.model, *more]
    command += ["--key", running.key, "--connections", str(connections), "--count", str(count)]
    command += ["--seconds", str(seconds)] + [word for line in running.headers for word in ("--header", line)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + 60, cwd=ROOT)
    if done.returncode:
        raise RuntimeError(f"the load generator failed: {done.stderr.strip()[-200:]}")
    report: Figures = json.loads(done.stdout)
    if report["errors"] or not report["requests"]:
        raise RuntimeError(
            f"{report['errors']:.0f} of {report['requests']:.0f} answers failed: {report['first_error']}"
        )
    if "--stream" in more and report["words"] < CHUNKS:
        raise RuntimeError(f"a stream had {report['words']:.0f} of {CHUNKS} words")
    return report
