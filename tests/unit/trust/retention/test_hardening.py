"""Hardening, in processes of its own: what is asked for is so afterwards, and a refusal is said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shoal.trust.retention.hardening import DONE, ENVIRONMENT, Hardening, Returning

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux alone has all of it")

LOOK = """
import json, os, resource, sys
from shoal.trust.retention.hardening import harden, no_core_dumps
{first}
said = {call}
print(json.dumps({{
    "said": said if isinstance(said, str) else said.wire(),
    "core": resource.getrlimit(resource.RLIMIT_CORE),
    "owner": os.stat("/proc/self/mem").st_uid,
    "locked": [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmLck")][0],
}}))
"""


def looked(call: str, first: str = "", **environment: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", LOOK.format(call=call, first=first)],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
        env={**os.environ, **environment},
    )
    return json.loads(done.stdout)


def test_core_dumps_are_off() -> None:
    found = looked("no_core_dumps()")
    assert (found["said"], found["core"]) == (DONE, [0, 0])


def test_hardened() -> None:
    found = looked("harden(os.environ)", **ENVIRONMENT)
    assert found["said"]["core_dumps_off"] == found["said"]["not_dumpable"] == found["said"]["overwritten"] == DONE
    assert found["core"] == [0, 0]
    # What is not dumpable belongs to root in /proc, so that its owner cannot read it either.
    assert found["owner"] == 0
    assert (found["said"]["locked"] == DONE) == (int(found["locked"]) > 0)


def test_memory_is_not_locked_under_a_limit() -> None:
    limit = "resource.setrlimit(resource.RLIMIT_MEMLOCK, (65536, 65536))"
    found = looked("harden({})", limit)
    assert found["said"]["locked"].startswith("not tried: RLIMIT_MEMLOCK")
    assert found["said"]["overwritten"] != DONE
    assert found["locked"] == "0"


def test_freed_memory_is_overwritten() -> None:
    code = "import ctypes; n = 3000; at = id(x := b'a' * n) + 1000; del x; print(ctypes.string_at(at, 500).count(b'a'))"
    for environment, left in (({"PYTHONMALLOC": "malloc"}, True), (ENVIRONMENT, False)):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, **environment}
        )
        assert (int(done.stdout) > 0) is left


def test_what_was_not_asked_for_is_not_said() -> None:
    assert Hardening(core_dumps_off=DONE).wire() == {"core_dumps_off": DONE}


def test_an_ended_exchange_only_sets_a_mark() -> None:
    returning = Returning()
    returning(object())
    assert returning._due.is_set()


def test_a_hardened_gateway_says_what_came_of_it(tmp_path: Path) -> None:
    (tmp_path / "shoal.toml").write_text('[server]\nhardened = true\nport = 0\n[trust.masking]\ntier = "patterns"\n')
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SHOAL_")}
    environment |= {"XDG_CONFIG_HOME": str(tmp_path / "c"), "XDG_DATA_HOME": str(tmp_path / "d")}
    command = [sys.executable, "-m", "shoal.cli.retention_child", "none", "up", "--json"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["event"] == "started"
        process.terminate()
        _, said = process.communicate(timeout=300)
    (line,) = [json.loads(each) for each in said.splitlines() if '"hardened"' in each]
    assert line["overwritten"] == line["not_dumpable"] == line["core_dumps_off"] == DONE
