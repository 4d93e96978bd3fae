"""Finds what still points at a text in this process: strings and bytes that hold it, and the objects that hold those.

Runs inside the process that is looked at. Freed memory does not count here (`memory.py` sees that): what nothing points
at, no code can ever read again.
"""

from __future__ import annotations

import gc
import io
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from types import FrameType, FunctionType, ModuleType
from typing import Any

_HOPS = 6
_TEXTS = (str, bytes, bytearray)
# What keeps its text where the collector does not look.
_BUFFERS = (io.BytesIO, io.StringIO, array)
_UNNAMED = (dict, list, tuple, set, frozenset)


def holders(tokens: Sequence[str]) -> Counter[str]:
    """How many texts hold one of the tokens, by the name of what holds them. Runs the collector first, so that what is
    only waiting for it does not count."""
    gc.unfreeze()
    gc.collect()
    found: Counter[str] = Counter()
    seen: set[int] = set()
    own = {id(tokens), *map(id, tokens)}
    everything = gc.get_objects()
    own.add(id(everything))
    for each in everything:
        if id(each) in own or isinstance(each, FrameType):
            continue
        texts = sum(1 for text in _texts(each, seen) if id(text) not in own and _holds(text, tokens))
        if texts:
            found[_name(each, [id(everything)])] += texts
    return found


def _texts(holder: object, seen: set[int]) -> Iterator[str | bytes | bytearray]:
    """The texts that the object holds itself, or in tuples and dicts of its own that the collector does not track."""
    left = list(gc.get_referents(holder))
    while left:
        each = left.pop()
        if isinstance(each, (*_TEXTS, *_BUFFERS)):
            if id(each) not in seen:
                seen.add(id(each))
                yield each if isinstance(each, _TEXTS) else _content(each)
        elif not gc.is_tracked(each) and isinstance(each, _UNNAMED) and id(each) not in seen:
            seen.add(id(each))
            left.extend(gc.get_referents(each))


def _content(buffer: io.BytesIO | io.StringIO | array[Any]) -> str | bytes:
    """What was written into it; nothing where it is closed."""
    if isinstance(buffer, array):
        return buffer.tobytes()
    return buffer.getvalue() if not buffer.closed else b""


def _holds(text: str | bytes | bytearray, tokens: Sequence[str]) -> bool:
    if isinstance(text, str):
        return any(token in text for token in tokens)
    return any(token.encode() in text for token in tokens)


def _name(holder: Any, hidden: list[int]) -> str:
    """A name for what holds a text: the object itself, or for a bare container what it belongs to, followed back a few
    steps."""
    path: list[str] = []
    hidden = [*hidden, id(path)]
    for _ in range(_HOPS):
        path.append(_own_name(holder))
        if not isinstance(holder, _UNNAMED):
            break
        hidden.append(id(holder))
        above = [each for each in gc.get_referrers(holder) if id(each) not in hidden and not _of_search(each)]
        hidden.append(id(above))
        if not above:
            break
        holder = min(above, key=lambda each: isinstance(each, _UNNAMED))
    return " of ".join(path)


def _of_search(each: object) -> bool:
    return isinstance(each, FrameType) and each.f_globals.get("__name__") == __name__


def _own_name(each: Any) -> str:
    if isinstance(each, ModuleType):
        return f"module {each.__name__}"
    if isinstance(each, FrameType):
        return f"running {each.f_globals.get('__name__')}.{each.f_code.co_qualname}"
    inner = getattr(each, "__wrapped__", each)
    if isinstance(inner, FunctionType):
        return f"{'cache of ' if inner is not each else ''}{inner.__module__}.{inner.__qualname__}"
    return f"{type(each).__module__}.{type(each).__qualname__}".removeprefix("builtins.")
