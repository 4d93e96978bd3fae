"""Puts cleared text back into the delta of a piece, where a client expects it. It knows the wire form alone."""

from __future__ import annotations

from typing import Any, NamedTuple

from shoal.chat import Json

# What streams inside an object: the arguments of a call, the transcript of sound and the sound itself.
STREAMED = frozenset({"arguments", "input", "transcript", "data"})


class Path(NamedTuple):
    """Where a text stands in a delta: a field, or the arguments of a call: its place, form and field."""

    name: str
    place: int = -1
    form: str = ""
    field: str = ""


def put(delta: Json, path: Path, value: Any) -> None:
    """Adds a value behind what the delta already has there: strings and lists are joined, a string and a list as parts;
    in objects what streams is joined; all else is replaced."""
    if path.place >= 0:
        calls = delta.setdefault(path.name, [])
        call = next((each for at, each in enumerate(calls) if _place(each, at) == path.place), None)
        if call is None:
            call = {"index": path.place}
            calls.append(call)
        _add(call.setdefault(path.form, {}), path.field, value)
    elif path.form:
        _add(delta.setdefault(path.name, {}), path.field, value)
    else:
        _add(delta, path.name, value)


def join(before: Json, after: Json) -> Json:
    """Two further fields of a choice, such as logprobs, as one: lists are joined, later values hold."""
    joined = dict(before)
    for name, value in after.items():
        known = joined.get(name)
        if isinstance(known, list) and isinstance(value, list):
            joined[name] = [*known, *value]
        elif isinstance(known, dict) and isinstance(value, dict):
            joined[name] = join(known, value)
        elif value is not None or name not in joined:
            joined[name] = value
    return joined


def _place(call: Any, at: int) -> int | None:
    if not isinstance(call, dict):
        return None
    place = call.get("index", at)
    return place if isinstance(place, int) else at


def _add(holder: Json, name: str, value: Any) -> None:
    known = holder.get(name)
    if isinstance(known, str) and isinstance(value, list):
        known = _parts(known)
    elif isinstance(known, list) and isinstance(value, str):
        value = _parts(value)
    if isinstance(known, dict) and isinstance(value, dict):
        for inner, said in value.items():
            _add(known, inner, said) if inner in STREAMED else known.update({inner: said})
        return
    both = (isinstance(known, str) and isinstance(value, str)) or (isinstance(known, list) and isinstance(value, list))
    holder[name] = known + value if both else value


def _parts(text: str) -> list[Json]:
    return [{"type": "text", "text": text}] if text else []
