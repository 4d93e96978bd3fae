"""Prints what OpenTelemetry costs: `python -m bench.telemetry`.

µs of CPU per exchange, in the path of a request and in the threads beside it, with a collector that is there and with
one that is not.
"""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

from shoal.call import Attempt, Purpose
from shoal.chat import Usage
from shoal.config import Settings
from shoal.gateway.telemetry import open_telemetry
from shoal.impacts import Impacts, Range, Tier
from shoal.stores.ledger import Record

EXCHANGES = 1000


class Taking(BaseHTTPRequestHandler):
    """Takes whatever is posted and says nothing."""

    def do_POST(self) -> None:
        """Answers 200."""
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


def record(number: int) -> Record:
    """An exchange with one answer and its guards."""
    some = Range(1, 2, 3)
    took = Impacts(some, some, some, some, some, some, some, some, Tier.MODELLED)
    tries = [
        Attempt("m", "h", Purpose.ANSWER, time.time(), 0, "ok", 9, 0.1, 0.9, Usage(100, 200), impacts=took),
        Attempt("g", "embedded", Purpose.GUARD, time.time(), 0, "ok", 1, 0.0, 0.01, Usage(cpu_s=0.01), impacts=took),
    ]
    made = Record(f"ex_{number}", "t", "k", time.time(), "auto", True, "m", outcome="ok", attempts=tries, impacts=took)
    made.first_piece_s, made.latency_s = 0.1, 1.0
    return made


def measure(what: str, address: str) -> dict[str, object]:
    """The figures with a collector at that address."""
    telemetry = open_telemetry(Settings.model_validate({"telemetry": {"otlp": address}}))
    assert telemetry is not None
    records = [record(number) for number in range(EXCHANGES)]
    all_cpu, own_cpu = time.process_time(), time.thread_time()
    for each in records:
        telemetry.observe(each)
    own = time.thread_time() - own_cpu
    begun = time.perf_counter()
    telemetry.close()
    beside = time.process_time() - all_cpu - own
    return {
        **{"collector": what, "in_the_path_us": round(own / EXCHANGES * 1e6, 2)},
        **{"beside_it_us": round(beside / EXCHANGES * 1e6, 1), "closed_in_s": round(time.perf_counter() - begun, 1)},
    }


def main() -> None:
    """Measures both."""
    there = HTTPServer(("127.0.0.1", 0), Taking)
    threading.Thread(target=there.serve_forever, daemon=True).start()
    print(json.dumps(measure("there", f"http://127.0.0.1:{there.server_address[1]}")))
    there.shutdown()
    there.server_close()
    print(json.dumps(measure("away", f"http://127.0.0.1:{there.server_address[1]}")))


if __name__ == "__main__":
    main()
