"""Starts the gateway that TensorZero's Python wheel holds (Rust, in this process) and prints its address as JSON.

Runs under the peers' interpreter, which has `tensorzero`; `_start_http_gateway` is what the wheel's own
`patch_openai_client` calls. It serves until standard input closes.
"""

from __future__ import annotations

import importlib
import json
import sys


def main() -> None:
    start = importlib.import_module("tensorzero")._start_http_gateway
    gateway = start(config_file=sys.argv[1], clickhouse_url=None, postgres_url=None, valkey_url=None, async_setup=False)
    print(json.dumps({"base_url": gateway.base_url}), flush=True)
    sys.stdin.read()
    gateway.close()


if __name__ == "__main__":
    main()
