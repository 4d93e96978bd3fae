"""Runs the benches behind the figures in the docs one after the other, as `make bench` does; it measures nothing.

    python scripts/run_benches.py [--data PATH] [NAME ...]

Each bench prints its own table. Exit status 1 where one fails; the others run all the same.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


# In this order: those that need a quiet machine come first.
BENCHES = (
    *("gateway", "http_clients", "triage", "answer", "summarize", "retrieval", "retrieval_vectors"),
    *("masking_speed", "masking_quality", "masking_round_trip", "defence", "defence_speed"),
    *("harm", "harm_stages", "monitoring", "monitoring_stops", "groundedness", "audit", "metering"),
    *("routing", "rightsize", "families", "plan", "reports", "telemetry", "limits", "overload"),
    *("identity", "ledger", "kill"),
)
# The others take --data, the folder with the public data sets.
WITHOUT_DATA = frozenset({"http_clients", "identity", "kill", "ledger", "limits", "overload", "reports", "telemetry"})


def command(name: str, data: Path) -> list[str]:
    """What starts the bench."""
    given = [] if name in WITHOUT_DATA else ["--data", str(data)]
    return [sys.executable, "-m", f"bench.{name}", *given]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Prints the figures that the docs quote.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="public data sets")
    options = parser.parse_args(arguments)
    unknown = set(options.names) - set(BENCHES)
    if unknown:
        parser.error(f"no bench {', '.join(sorted(unknown))}")
    failed = []
    for name in options.names or BENCHES:
        print(f"\n=== bench/{name}.py", flush=True)
        if subprocess.run(command(name, options.data), cwd=ROOT, check=False).returncode:
            failed.append(name)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
