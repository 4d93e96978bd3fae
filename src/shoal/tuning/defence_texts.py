"""The project's own texts for the classifiers of the defence: lines with choices, drawn from; it labels nothing.

A line is `[a|b] text`: one of each bracket. The templates of the personal-data classifier serve as ordinary texts of
many languages, with the names of their slots as masking writes them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Literal

from shoal.tuning.pii_data import read_templates

FOLDER = Path(__file__).with_name("defence_templates")
_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{([a-z_]+)\d*\}")


def drawn(line: str, rng: Random) -> str:
    """The line with one of each bracket's choices."""
    return " ".join(_CHOICE.sub(lambda found: rng.choice(found[1].split("|")), line).split())


def draw(name: Literal["orders", "requests", "ordinary"], per_line: int, seed: int) -> Iterator[tuple[str, str]]:
    """(line's number, text): up to `per_line` different texts of each line."""
    rng = Random(seed)
    for number, line in enumerate((FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()):
        if not line.startswith("#"):
            yield from ((str(number), text) for text in dict.fromkeys(drawn(line, rng) for _ in range(per_line)))


def masked_templates(seed: int) -> Iterator[tuple[str, str]]:
    """(line's number, text): each template of the personal-data classifier once, its slots as placeholders."""
    rng = Random(seed)
    for number, template in enumerate(read_templates()):
        text = _SLOT.sub(lambda found: f"<{found[1].upper()}>", template.text.replace("\\n", "\n"))
        yield str(number), _CHOICE.sub(lambda found: rng.choice(found[1].split("|")), text)
