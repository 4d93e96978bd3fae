"""Waits for what comes about by itself: asks again and again, and fails after a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

SOON_S = 60.0
# A host is let go of within a second. A slow machine may take longer to show it, but no limit of a wait is as short,
# and an idle connection is kept for longer.
LET_GO_S = 25.0


def until(true: Callable[[], Any], within_s: float = SOON_S) -> None:
    """Returns once it is true."""
    deadline, pause = time.monotonic() + within_s, threading.Event()
    while not true():
        assert time.monotonic() < deadline
        pause.wait(0.01)
