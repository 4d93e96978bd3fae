"""One choice: refuses a request for several choices where a model gives one; it knows no model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shoal.errors import RequestError


def only_one(options: Mapping[str, Any]) -> None:
    """Raises RequestError where `n` asks for more than one choice: a client that reads the second would find none."""
    if (options.get("n") or 1) != 1:
        raise RequestError("this model gives one choice at a time: leave `n` out or set it to 1", param="n")
