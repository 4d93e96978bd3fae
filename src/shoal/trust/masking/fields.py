"""Fields of records that are known to be sensitive: a path such as `$.customer.name` names the type of what lies there.

Exact, free, in any language. The paths are the part of JSONPath (RFC 9535) without filters: names, [number], [*], .*,
..name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from shoal.errors import ConfigError

Step = str | int
Path = tuple[Step, ...]
ANY, DEEP = "*", ".."
_STEP = re.compile(
    r"(?P<deep>\.\.)?(?:\.?(?P<name>[^.\[\]'\"*\s]+)|\.?(?P<any>\*)|\[(?:(?P<index>\d+)|(?P<all>\*)|'(?P<one>[^']*)'|\"(?P<two>[^\"]*)\")\])"
)


def parse(path: str) -> tuple[tuple[bool, Step | None], ...]:
    """The steps of `path` as (any depth before it, name or index, None for any). Raises ConfigError."""
    steps: list[tuple[bool, Step | None]] = []
    at = 1
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None:
            break
        steps.append((match["deep"] is not None, _step(match)))
        at = match.end()
    if not path.startswith("$") or at < len(path) or not steps:
        raise ConfigError(
            f"trust.masking.fields: '{path}' is no path: write $.customer.name, $.rows[*].email or $..phone"
        )
    return tuple(steps)


def _step(match: re.Match[str]) -> Step | None:
    if match["any"] or match["all"]:
        return None
    if match["index"] is not None:
        return int(match["index"])
    return next(match[name] for name in ("name", "one", "two") if match[name] is not None)


class FieldRules:
    """The types of fields by their paths."""

    def __init__(self, paths: Mapping[str, str]) -> None:
        """Raises ConfigError where a path cannot be read."""
        self._rules = [(parse(path), kind) for path, kind in paths.items()]

    def __bool__(self) -> bool:
        return bool(self._rules)

    def type_of(self, path: Path) -> str | None:
        """The type of the value at `path` or of what holds it; None where no rule says so. Names are compared without
        case."""
        if not self._rules:
            return None
        lower = tuple(step.casefold() if isinstance(step, str) else step for step in path)
        return next((kind for rule, kind in self._rules if _covers(rule, lower)), None)


def _covers(rule: Sequence[tuple[bool, Step | None]], path: Path) -> bool:
    """Whether the rule names `path` or something that it lies in. The places where the rule can stand after each step
    are kept together, so that no path makes it slow."""
    places = {0}
    for step in path:
        reached = set()
        for place in places:
            deep, wanted = rule[place]
            if deep:
                reached.add(place)
            if wanted is None or wanted == step or (isinstance(wanted, str) and wanted.casefold() == step):
                reached.add(place + 1)
        if len(rule) in reached:
            return True
        places = reached
    return False
