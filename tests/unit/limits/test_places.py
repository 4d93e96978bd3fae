"""Places that processes share: never more than there are, whoever dies, and each gets its part. With real processes."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from typing import IO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.limits.places import OwnPlaces, part

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="this system cannot lock a part of a file")
WORKER = """
import sys
from shoal.limits.places import SharedPlaces
places = SharedPlaces(*map(int, sys.argv[1:]))
for line in sys.stdin:
    word, *wanting = line.split()
    said = places.ask(wanting=bool(wanting)) if word == "ask" else getattr(places, word)()
    print(said, flush=True)
"""


class Worker:
    """A process that does as it is told."""

    def __init__(self, file: IO[bytes], number: int, of: int, most: int) -> None:
        words = [sys.executable, "-c", WORKER, *map(str, (file.fileno(), number, of, most))]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True, pass_fds=(file.fileno(),))
        self.held = 0

    def said(self, words: str) -> bool:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{words}\n")
        self.process.stdin.flush()
        return self.process.stdout.readline() == "True\n"

    def take(self) -> bool:
        taken = self.said("take")
        self.held += taken
        return taken

    def give(self) -> None:
        self.said("give")
        self.held -= 1

    def kill(self) -> None:
        with self.process:
            self.process.kill()
        self.held = 0


@contextmanager
def started(of: int, most: int) -> Iterator[tuple[list[Worker], IO[bytes]]]:
    with TemporaryFile() as file:
        workers = [Worker(file, number, of, most) for number in range(of)]
        try:
            yield workers, file
        finally:
            for worker in workers:
                worker.kill()


def test_own_places_are_as_many_as_there_are() -> None:
    places = OwnPlaces(2)
    assert [places.take() for _ in range(4)] == [True, True, False, False]
    places.give()
    assert [places.take() for _ in range(2)] == [True, False]


def test_who_is_alone_has_all() -> None:
    with started(3, 7) as ((first, second, third), _):
        assert [first.take() for _ in range(8)] == [True] * 7 + [False]
        assert not second.take()
        first.give()
        assert [second.take(), third.take(), first.take()] == [True, False, False]


def test_who_has_more_than_its_part_gives_way_to_who_waits_with_less() -> None:
    with started(3, 7) as ((first, second, third), _):
        assert sum(first.take() for _ in range(9)) == 7
        assert not first.said("owes")
        for waits, part in ((second, 2), (third, 2)):
            waits.said("ask wanting")
            while first.said("owes"):
                first.give()
                assert not first.take()
                assert waits.take()
                waits.said("ask wanting")
            assert waits.held == part
        assert first.held == 3
        assert not any(each.said("owes") for each in (first, second, third))


def test_the_places_of_who_is_killed_are_free_at_once() -> None:
    with started(2, 6) as (workers, file):
        first, second = workers
        assert second.take()
        assert sum(first.take() for _ in range(9)) == 5
        second.said("ask wanting")
        assert first.said("owes")
        second.kill()
        assert not first.said("owes")
        assert first.take()
        workers[1] = again = Worker(file, 1, 2, 6)
        assert not again.take()
        first.kill()
        assert sum(again.take() for _ in range(9)) == 6


@pytest.mark.parametrize("seed", range(3))
def test_there_are_never_more_than_there_are(seed: int) -> None:
    chance, of, most = random.Random(seed), 3, 8
    with started(of, most) as (workers, file):
        for _ in range(300):
            number = chance.randrange(of)
            worker = workers[number]
            what = chance.choices(("take", "give", "ask", "kill"), (60, 30, 20, 1))[0]
            if what == "take":
                worker.take()
            elif what == "give" and worker.held:
                worker.give()
            elif what == "ask":
                worker.said(chance.choice(("ask", "ask wanting")))
            elif what == "kill":
                worker.kill()
                workers[number] = Worker(file, number, of, most)
            assert sum(each.held for each in workers) <= most
        for worker in workers:
            worker.said("ask")
        for worker in workers:
            while worker.take():
                pass
        assert sum(each.held for each in workers) == most


@given(st.integers(0, 1000), st.integers(1, 256))
def test_parts_add_up_and_differ_by_one_at_most(whole: int, of: int) -> None:
    parts = [part(whole, number, of) for number in range(of)]
    assert sum(parts) == whole
    assert max(parts) - min(parts) <= 1
