"""What the shared counters have not taken: written, and taken up once by others when its process is no more."""

from __future__ import annotations

from pathlib import Path

import pytest

from shoal.stores.counters import Settlement
from shoal.stores.unsettled import Unsettled


def settlement(name: str, actual: int, generation: str = "") -> Settlement:
    return Settlement(name, (("f", 2, actual, 0, 0, 2**52),), 5, generation)


def test_what_a_living_process_holds_is_nobody_elses(tmp_path: Path) -> None:
    lives, other = Unsettled(tmp_path), Unsettled(tmp_path)
    lives.write(settlement("a", 1))
    assert lives.left() == other.left() == []
    lives.clear()
    assert not list(tmp_path.iterdir())
    lives.write(settlement("b", 1))
    assert len(list(tmp_path.iterdir())) == 1
    lives.close()


def test_what_is_left_is_taken_up_once_with_the_last_word_of_each(tmp_path: Path) -> None:
    dead, lives, other = Unsettled(tmp_path), Unsettled(tmp_path), Unsettled(tmp_path)
    for each in (settlement("a", 0, "g"), settlement("a", 1), settlement("b", 2), settlement("a", 3)):
        dead.write(each)
    dead.close()
    (left,) = lives.left()
    assert other.left() == []
    assert left.settlements() == [settlement("a", 0, "g"), settlement("a", 3), settlement("b", 2)]
    left.close(done=False)
    (left,) = other.left()
    left.close(done=True)
    assert lives.left() == []
    assert not list(tmp_path.iterdir())


def test_half_a_line_says_nothing(tmp_path: Path) -> None:
    dead = Unsettled(tmp_path)
    dead.write(settlement("a", 1))
    dead.close()
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes() + b'["b",[["f",2,')
    (left,) = Unsettled(tmp_path).left()
    assert left.settlements() == [settlement("a", 1)]
    left.close(done=True)


def test_where_it_cannot_be_written_requests_go_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    blocked = Unsettled(tmp_path / "file")
    blocked.write(settlement("a", 1))
    blocked.write(settlement("b", 1))
    assert capsys.readouterr().out.count("limits_not_journalled") == 1
    blocked.clear()
