"""The judge that runs code: what passes, what does not, and what foreign code cannot do."""

from __future__ import annotations

import asyncio
import ctypes
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from shoal.errors import ConfigError
from shoal.routing.rightsize.sandbox import CodeTests, code_of
from shoal.routing.rightsize.tasks import Task, tasks_of
from tests.waiting import SOON_S

DOUBLE = "```python\ndef double(x):\n    return 2 * x\n```"
CHECK = "assert double(4) == 8"


def task(tests: str) -> Task:
    return tasks_of([(1, {"prompt": "Write it.", "tests": tests})]).all[0]


def score(answer: str, tests: str = CHECK, wall_s: float = SOON_S) -> float | None:
    return asyncio.run(CodeTests(wall_s).judge(task(tests), answer)).score


@pytest.mark.parametrize(
    ("answer", "wanted"),
    [
        (DOUBLE, 1.0),
        ("def double(x):\n    return x + x", 1.0),
        ("Here it is:\n```py\ndef double(x):\n    return x * 2\n```\nIt doubles.", 1.0),
        ("```python\ndef double(x):\n    return x\n```", 0.0),
        ("def double(x) return", 0.0),
        ("I cannot do that.", 0.0),
        ("", 0.0),
        ("x" * 1_000_001, 0.0),
    ],
    ids=["fenced", "plain", "with words", "wrong", "no Python", "declined", "empty", "a megabyte"],
)
def test_code_passes_where_its_tests_do(answer: str, wanted: float) -> None:
    assert score(answer) == wanted


@pytest.mark.parametrize(
    "early",
    [
        "raise SystemExit(0)",
        "import os\nos._exit(0)",
        "import sys\nsys.exit()",
        "print('passed')\nimport os\nos.abort()",
    ],
)
def test_who_leaves_early_has_not_passed(early: str) -> None:
    assert score(early) == 0.0


def test_no_socket_reaches_a_server_of_this_machine() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0)
        port = server.getsockname()[1]
        calls = f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 2)"
        assert score("x = 1", calls) == 0.0
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.parametrize(
    "attempt",
    [
        "import subprocess\nsubprocess.run(['true'])",
        "import os\nos.system('true')",
        "import os\nos.fork()",
        "import os\nos.execv('/bin/true', ['true'])",
        "import ctypes\nctypes.CDLL(None)",
        "import os\nos.kill(os.getppid(), 0)",
        "open('{outside}', 'w')",
        "import os\nos.open('{outside}', os.O_CREAT | os.O_WRONLY)",
        "import os\nos.remove('{there}')",
        "import os\nos.rename('{there}', 'mine')",
        "import os\nat = os.open('{folder}', os.O_RDONLY)\nos.open('mine', os.O_CREAT | os.O_WRONLY, dir_fd=at)",
        "import os\nat = os.open('{folder}', os.O_RDONLY)\nos.remove('there', dir_fd=at)",
        "import os\nat = os.open('{folder}', os.O_RDONLY)\nos.rename('there', 'mine', src_dir_fd=at, dst_dir_fd=at)",
        "import os\nos.fchmod(os.open('{there}', os.O_RDONLY), 0)",
        "import os\nos.utime('{there}', (0, 0))",
        "import sqlite3\nsqlite3.connect('{outside}').execute('create table t (x)')",
        "import os\nos.symlink('{folder}', 'way')\nopen('way/mine', 'w')",
        "import os\nos.pidfd_open(os.getppid())",
        "import os, posix\nposix.setpriority(os.PRIO_PROCESS, os.getppid(), 19)",
        "import os\nos.sched_setaffinity(os.getppid(), {0})",
        "import os, resource\nresource.prlimit(os.getppid(), resource.RLIMIT_NOFILE, (4, 4))",
        "import _posixsubprocess\n_posixsubprocess.fork_exec(['true'], [b'/bin/true'], True, ())",
        "x = bytearray(4 << 30)",
        "with open('big', 'wb') as file:\n    file.write(bytes(64 << 20))",
    ],
)
def test_what_foreign_code_may_not_do(attempt: str, tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("kept", encoding="utf-8")
    code = attempt.replace("{outside}", str(tmp_path / "outside")).replace("{there}", str(there))
    code = code.replace("{folder}", str(tmp_path))
    assert score("pass", code) == 0.0
    assert [path.name for path in tmp_path.iterdir()] == ["there"]
    assert there.read_text(encoding="utf-8") == "kept"


@pytest.mark.parametrize(
    "trick",
    [
        "import builtins\nbuiltins.exec = lambda *_: None",
        "import re\nwanted = int(re.search(r'== (.*)', open('tests.py').read())[1])\ndef double(x): return wanted",
    ],
)
def test_a_cheap_trick_does_not_pass_tests(trick: str) -> None:
    assert score(trick) == 0.0


def test_it_can_name_no_process_of_the_machine() -> None:
    """Where the kernel permits it; whatever else it finds to reach another process with then reaches none."""
    if not permits_processes_of_its_own():
        pytest.skip("this kernel gives no processes of their own")
    assert score("pass", "import os\nassert (os.getpid(), os.getppid()) == (1, 0)") == 1.0


def permits_processes_of_its_own() -> bool:
    ask = "import ctypes\nlibc = ctypes.CDLL(None)\nexit(libc.unshare(3 << 29) and libc.unshare(7 << 28))"
    return subprocess.run([sys.executable, "-I", "-c", ask], check=False).returncode == 0


def test_what_it_may_do() -> None:
    may = "import json, math, tempfile, os\nopen('note', 'w').write('x')\nassert len(os.environ) < 6"
    assert score("pass", may) == 1.0
    folders = "import os, shutil, tempfile\nos.mkdir('a')\nos.chmod('a', 0o700)\nopen('a/b', 'w').write('x')\n"
    assert score("pass", f"{folders}os.rename('a/b', 'c')\nshutil.rmtree('a')\ntempfile.mkdtemp()") == 1.0
    modules = "collections, dataclasses, decimal, hashlib, random, re, statistics, threading, unittest, zoneinfo"
    assert score("pass", f"import os, {modules}\nrandom.SystemRandom().random()\nopen(os.devnull, 'w')") == 1.0


def test_the_kernel_hides_other_files(tmp_path: Path) -> None:
    """Where it has Landlock; Python itself, and what it loads late, must be readable all the same."""
    if ctypes.CDLL(None).syscall(444, None, 0, 1) < 1:
        pytest.skip("this kernel has no Landlock")
    (tmp_path / "secret").write_text("kept", encoding="utf-8")
    assert score("pass", f"open({str(tmp_path / 'secret')!r}).read()") == 0.0
    assert score("pass", "import os\nos.listdir('/root' if os.path.isdir('/root') else '/home')") == 0.0
    assert score("pass", "import ssl, zlib, lzma, numpy\nassert numpy.eye(2).sum() == 2") == 1.0


def test_code_that_never_ends_is_killed_with_what_it_started() -> None:
    assert score("while True: pass", CHECK, wall_s=1.0) == 0.0
    assert score("import threading\nthreading.Event().wait()", CHECK, wall_s=1.0) == 0.0


def test_it_says_whether_there_was_no_network_at_all() -> None:
    judge = CodeTests()
    assert judge.alone is None
    asyncio.run(judge.judge(task(CHECK), DOUBLE))
    assert judge.alone in (True, False)


@pytest.mark.parametrize(
    ("row", "said"), [({"prompt": "x"}, "has no 'tests'"), ({"prompt": "x", "tests": "def"}, "tests are not Python")]
)
def test_a_task_needs_tests(row: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        CodeTests().check(tasks_of([(1, row)]).all[0])


def test_all_blocks_of_code_count() -> None:
    assert code_of("```python\na = 1\n```\nand\n```\nb = 2\n```") == "a = 1\n\nb = 2"
