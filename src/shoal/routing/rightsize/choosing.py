"""Which judge a name stands for. It judges nothing."""

from __future__ import annotations

from shoal.config import nearest
from shoal.errors import ConfigError
from shoal.routing.rightsize.judges import Exact, Judge, Overlap, Pattern, Shape
from shoal.routing.rightsize.rubric import Asker, Rubric
from shoal.routing.rightsize.sandbox import CodeTests

JUDGES = ("exact", "f1", "regex", "schema", "tests", "rubric:MODEL")


def judge_of(name: str, asker: Asker, *, allow_exec: bool) -> Judge:
    """The judge of that name. Raises ConfigError for one that is not known, and for `tests` without leave."""
    plain: dict[str, Judge] = {"exact": Exact(), "f1": Overlap(), "regex": Pattern(), "schema": Shape()}
    if name in plain:
        return plain[name]
    if name == "tests":
        if not allow_exec:
            raise ConfigError(
                "the judge 'tests' runs code that models wrote: add --allow-exec if that is what you want (no network, "
                "bounds on time and memory, a temporary folder; it can read what you can read)"
            )
        return CodeTests()
    kind, _, model = name.partition(":")
    if kind == "rubric" and model:
        return Rubric(model, asker)
    raise ConfigError(f"judge '{name[:60]}'{nearest(name[:60], JUDGES)}")
