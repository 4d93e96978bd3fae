"""What a process says of failures: in a process of its own, type and place, never the words."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from shoal.trust.retention.last_words import LONGEST_VALUE, place_of, without_text

WORDS = "mildlyspokenwords"
BEGIN = """
import asyncio, gc, logging, sys, threading, warnings
from shoal.cli.logs import to_stderr
from shoal.trust.retention.last_words import say_no_text, say_no_text_of_tasks
import structlog
to_stderr("debug", as_json=True)
say_no_text()
words = "mildly" + "spoken" + "words"

class Odd(Exception):
    def __repr__(self): return words

class Dying:
    def __del__(self): raise Odd(words)

async def failing(): raise Odd(words)

async def run(coroutine):
    say_no_text_of_tasks(asyncio.get_running_loop())
    await coroutine

async def forgotten():
    task = asyncio.create_task(failing(), name=words)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    del task
    gc.collect()

async def called_back():
    def broken(said): raise Odd(said)
    asyncio.get_running_loop().call_soon(broken, words)
    await asyncio.sleep(0)
    await asyncio.sleep(0)

async def generator_left():
    async def pieces():
        try:
            yield words
        finally:
            raise Odd(words)
    each = pieces()
    await anext(each)
    del each
    gc.collect()
    await asyncio.sleep(0)
    await asyncio.sleep(0)

def in_thread():
    def broken(): raise Odd(words)
    thread = threading.Thread(target=broken)
    thread.start()
    thread.join()

def logged():
    try:
        raise Odd(words)
    except Odd:
        structlog.get_logger("x").exception("failed", value=words.encode(), more={"a": words})

def by_library():
    try:
        raise Odd(words)
    except Odd:
        logging.getLogger("some.library").exception(f"could not {words} %s", words)
"""


def said(code: str) -> list[dict[str, Any]]:
    done = subprocess.run([sys.executable, "-c", BEGIN + code], capture_output=True, text=True, timeout=99, check=False)
    assert WORDS not in done.stdout + done.stderr
    return [json.loads(line) for line in done.stderr.splitlines()]


@pytest.mark.parametrize(
    ("code", "event"),
    [
        ("raise Odd(words)", "uncaught"),
        ("raise ValueError(words)", "uncaught"),
        ("in_thread()", "thread_failed"),
        ("each = Dying(); del each", "unraisable"),
        ("asyncio.run(run(forgotten()))", "task_failed"),
        ("asyncio.run(run(called_back()))", "task_failed"),
        ("asyncio.run(run(generator_left()))", "task_failed"),
        ("logged()", "failed"),
        ("by_library()", "library"),
        ("warnings.warn(words)", "library"),
        ("import uvloop; uvloop.run(run(forgotten()))", "task_failed"),
    ],
)
def test_no_failure_is_told_in_its_own_words(code: str, event: str) -> None:
    (line,) = said(code)
    assert line["event"] == event
    if event != "library" or "library" in code:
        assert line["error"] in ("Odd", "ValueError")
        assert line["at"].rpartition(":")[2].isdigit()


def test_only_plain_values_are_shown() -> None:
    event = {
        "event": "e",
        "count": 3,
        "name": "short",
        "long": "x" * (LONGEST_VALUE + 1),
        "bytes": b"x",
        "table": {"a": 1},
        "list": ["a", 1],
        "objects": [object()],
        "error": ValueError("x"),
    }
    shown = without_text(None, "info", dict(event))
    assert shown == {
        "event": "e",
        "count": 3,
        "name": "short",
        "long": "(301 characters)",
        "bytes": "bytes",
        "table": "dict",
        "list": ["a", 1],
        "objects": "list",
        "error": "ValueError",
    }


def test_the_place_is_where_it_arose() -> None:
    with pytest.raises(ValueError, match="x") as caught:
        int("x")
    assert place_of(caught.value).startswith(__file__)
    assert place_of(ValueError("x")) == "unknown"
