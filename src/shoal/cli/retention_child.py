"""The gateway that `shoal verify-retention` watches: `shoal up`, which also says on a signal what it still points at.

`python -m shoal.cli.retention_child ANSWERS up ...`. On the first SIGUSR1 it runs the collector; on every one after
that it reads the words to look for from the file ANSWERS and writes there what still holds them. Words never come as
arguments: they would lie in this process's memory, where they are searched for.
"""

from __future__ import annotations

import gc
import json
import signal
import sys
from pathlib import Path
from types import FrameType

from shoal.cli.run import run
from shoal.trust.retention.proof.reachable import holders

ASK = ".ask"


class Watched:
    """Answers the signal."""

    def __init__(self, answers: Path) -> None:
        self._answers = answers

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Called between two instructions of the gateway."""
        ask = self._answers.with_suffix(ASK)
        gc.unfreeze()
        gc.collect()
        found = holders(json.loads(ask.read_text(encoding="utf-8"))) if ask.exists() else {}
        draft = self._answers.with_suffix(".draft")
        draft.write_text(json.dumps(found), encoding="utf-8")
        draft.replace(self._answers)


def main(answers: str, *words: str) -> int:
    """Runs the command line `words`."""
    if hasattr(signal, "SIGUSR1"):
        signal.signal(signal.SIGUSR1, Watched(Path(answers)))
    return run(list(words))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
