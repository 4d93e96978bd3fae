"""The reply of an exchange on its way out: which of its fields are texts, and one unmasker for each.

Content (as text or in parts), reasoning, refusals and transcripts stream, and so do the arguments of tool calls, each
choice and call by itself; all other strings of a piece (annotations, names, unknown fields) come whole. Thoughts that a
host signs stay masked, since they go back to it (`sealed.py`). It does not know how a text is unmasked.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from shoal.chat import Choice, Json, Piece
from shoal.trust.masking.policy import Policy
from shoal.trust.masking.sealed import LISTS, Seals
from shoal.trust.masking.unmask import Unmasker
from shoal.trust.masking.vault import Vault

STREAMED = frozenset({"content", "reasoning_content", "reasoning", "refusal", "thinking"})
PART_TEXTS = frozenset({"text", "thinking", "refusal", "transcript"})
# Logprobs show the tokens that the model said: placeholders stay placeholders there.
KEPT = frozenset({"role", "id", "type", "index", "finish_reason", "logprobs", "system_fingerprint", "service_tier"})
CALLS = "tool_calls"
# A field of a delta -> the field in it that streams.
INNER = {"audio": "transcript"}
SUMMARY = "summary"
Wrap = Callable[[str], Json]


class ReplyUnmasker:
    """Unmasks the pieces of one reply."""

    def __init__(self, vault: Vault, policy: Policy, seals: Seals | None = None) -> None:
        self._vault = vault
        self._policy = policy
        self._seals = seals
        # (choice, place of a text): its unmasker, and the delta that a rest of it comes in.
        self._texts: dict[tuple[int, str], tuple[Unmasker, Wrap]] = {}
        # (choice, call, field that holds it): its unmasker, and the field of its arguments.
        self._calls: dict[tuple[int, int, str], tuple[Unmasker, str]] = {}

    def restore(self, piece: Piece) -> Piece:
        """The piece with its values put back, and with what was held back where a choice ends."""
        if not len(self._vault.values):
            return self._sealed(piece)
        for choice in piece.choices:
            self._restore(choice)
            if choice.finish_reason:
                _add(choice.delta, self._close(choice.index))
        if piece.extra:
            piece.extra = self._whole(piece.extra)
        return piece

    def end(self) -> Piece | None:
        """What is still held back where a reply ended without a finish reason."""
        open_choices = {index for index, _ in self._texts} | {index for index, _, _ in self._calls}
        rests = ((index, self._close(index)) for index in sorted(open_choices))
        choices = [Choice(rest, index) for index, rest in rests if rest]
        return Piece(choices) if choices else None

    def _sealed(self, piece: Piece) -> Piece:
        """Signed thoughts get their mark even where nothing was masked: their conversation may go on."""
        if self._seals is not None:
            for choice in piece.choices:
                for name in LISTS & choice.delta.keys():
                    if isinstance(thoughts := choice.delta[name], list):
                        choice.delta[name] = self._seals.sealed(choice.index, name, thoughts)
        return piece

    def _restore(self, choice: Choice) -> None:
        delta = choice.delta
        for name, value in delta.items():
            if name in STREAMED and isinstance(value, str):
                delta[name] = self._text(choice.index, name, partial(_field, name)).feed(value)
            elif name == CALLS and isinstance(value, list):
                for at, call in enumerate(value):
                    self._call(choice.index, at, call)
            elif name == "function_call" and isinstance(value, dict):
                self._function(choice.index, -1, name, value)
            elif name not in KEPT and value is not None:
                delta[name] = self._nested(choice.index, name, value)
        if choice.extra:
            choice.extra = self._whole(choice.extra)

    def _nested(self, index: int, name: str, value: Any) -> Any:
        """A field that is no plain text."""
        if name in LISTS and isinstance(value, list) and self._seals is not None:
            return self._seals.sealed(index, name, [self._summary(index, name, each) for each in value])
        if name in STREAMED and isinstance(value, list):
            return [self._part(index, name, each, lambda part: {name: [part]}) for each in value]
        if name in INNER and isinstance(value, dict) and isinstance(value.get(INNER[name]), str):
            inner = INNER[name]
            text = self._text(index, f"{name}/{inner}", lambda held: {name: {inner: held}})
            return {
                **self._whole({key: said for key, said in value.items() if key != inner}),
                inner: text.feed(value[inner]),
            }
        return self._whole(value)

    def _part(self, index: int, place: str, part: Any, wrap: Callable[[Json], Json]) -> Any:
        """A part of a content that comes in parts: each kind of part is a text of its own, parts within parts too."""
        if not isinstance(part, dict):
            return self._whole(part)
        kind = part.get("type")
        out: Json = {}
        for name, value in part.items():
            at = f"{place}/{kind}/{name}"
            if name in PART_TEXTS and isinstance(value, str):
                held = partial(_part_of, wrap, kind, name)
                out[name] = self._text(index, at, held).feed(value)
            elif name in PART_TEXTS and isinstance(value, list):
                inner = partial(_parts_of, wrap, kind, name)
                out[name] = [self._part(index, at, each, inner) for each in value]
            else:
                out[name] = value if name in KEPT else self._whole(value)
        return out

    def _summary(self, index: int, name: str, thought: Any) -> Any:
        """A thought; its summary is a text like others, which no host signs."""
        said = thought.get(SUMMARY) if isinstance(thought, dict) else None
        if not isinstance(said, str):
            return thought
        frame = {field: thought[field] for field in ("type", "index") if field in thought}
        place = f"{name}/{frame.get('index')}/{SUMMARY}"
        text = self._text(index, place, lambda held: {name: [{**frame, SUMMARY: held}]})
        return {**thought, SUMMARY: text.feed(said)}

    def _text(self, index: int, place: str, wrap: Wrap) -> Unmasker:
        found = self._texts.get((index, place))
        if found is None:
            found = self._texts[index, place] = (self._vault.streamer(), wrap)
        return found[0]

    def _call(self, index: int, at: int, call: Any) -> None:
        if not isinstance(call, dict):
            return
        place = call.get("index", at)
        for name in ("function", "custom"):
            if isinstance(call.get(name), dict):
                self._function(index, place if isinstance(place, int) else at, name, call[name])

    def _function(self, index: int, at: int, kind: str, function: Json) -> None:
        """The arguments of one call; the name of its tool comes with the first piece of them, or before."""
        known = self._calls.get((index, at, kind))
        if known is None:
            tool = function.get("name")
            granted = partial(self._policy.granted, tool if isinstance(tool, str) else "")
            field = "input" if kind == "custom" else "arguments"
            known = self._calls[index, at, kind] = (self._vault.streamer(field == "arguments", granted), field)
        unmasker, field = known
        if isinstance(function.get(field), str):
            function[field] = unmasker.feed(function[field])

    def _close(self, index: int) -> Json:
        """What the texts and calls of a choice still hold back, as a delta."""
        rest: Json = {}
        for text in [text for text in self._texts if text[0] == index]:
            unmasker, wrap = self._texts.pop(text)
            if held := unmasker.close():
                _add(rest, wrap(held))
        for key in [key for key in self._calls if key[0] == index]:
            _, place, kind = key
            unmasker, field = self._calls.pop(key)
            if held := unmasker.close():
                if place < 0:
                    rest[kind] = {field: held}
                else:
                    rest.setdefault(CALLS, []).append({"index": place, kind: {field: held}})
        return rest

    def _whole(self, value: Any) -> Any:
        """Strings that come whole, wherever they stand."""
        if isinstance(value, str):
            return self._vault.unmask(value)
        if isinstance(value, dict):
            return {name: inner if name in KEPT else self._whole(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._whole(inner) for inner in value]
        return value


def _add(delta: Json, rest: Json) -> None:
    """Puts the rest of a choice behind what its last delta says."""
    for name, held in rest.items():
        if name == CALLS:
            calls = {call.get("index", at): call for at, call in enumerate(delta.get(CALLS) or ())}
            for late in held:
                call = calls.setdefault(late["index"], {"index": late["index"]})
                kind = "custom" if "custom" in late else "function"
                _add(call.setdefault(kind, {}), late[kind])
            delta[CALLS] = list(calls.values())
        elif isinstance(held, dict):
            delta[name] = dict(delta.get(name) or {})
            _add(delta[name], held)
        elif isinstance(held, list):
            delta[name] = [*_parts(delta.get(name)), *held]
        elif isinstance(delta.get(name), list):
            delta[name] = [*delta[name], *_parts(held)]
        else:
            delta[name] = (delta.get(name) or "") + held


def _parts(content: Any) -> list[Any]:
    """A content in parts, also where it came as text: a reply may change from one to the other."""
    if isinstance(content, list):
        return content
    return [{"type": "text", "text": content}] if content else []


def _field(name: str, held: str) -> Json:
    return {name: held}


def _part_of(wrap: Callable[[Json], Json], kind: Any, name: str, held: str) -> Json:
    return wrap({"type": kind, name: held})


def _parts_of(wrap: Callable[[Json], Json], kind: Any, name: str, inner: Json) -> Json:
    return wrap({"type": kind, name: [inner]})
