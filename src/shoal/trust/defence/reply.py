"""The reply of an exchange on its way out: which of its fields are texts, and what is done where a rule stops it.

Content, reasoning and refusals stream, each choice by itself, and so do tool calls (`calls.py`); all other strings of a
piece come whole. It does not know how a mark or the canary is recognised.
"""

from __future__ import annotations

from typing import Any

from shoal.chat import Choice, Json, Piece
from shoal.trust.defence.calls import CALLS, OLD, CallWatch
from shoal.trust.defence.stream import Guarded, Stopped, Stream
from shoal.trust.masking.reply import KEPT, STREAMED
from shoal.trust.masking.sealed import LISTS

STOPPED = "content_filter"
OLD_CALL = "function_call"
PROBABILITIES = "logprobs"
SILENT: Json = {"role": "assistant", "content": ""}
MOST_CHOICES = 128
"""As many choices as OpenAI gives; of more than that only those that have begun get an end."""


class ReplyWatch:
    """Watches the pieces of one reply. `stopped` says that no more of it may go out."""

    def __init__(self, guarded: Guarded, calls: CallWatch) -> None:
        self._guarded = guarded
        self._calls = calls
        self.stopped = False
        self._expected = 1
        self._texts: dict[int, dict[str, Stream]] = {}
        self._ended: set[int] = set()
        self._probabilities: dict[int, list[Json]] = {}

    def expect(self, choices: object) -> None:
        """How many choices were asked for: where the reply is stopped, those that have not begun get an end as well."""
        if isinstance(choices, int):
            self._expected = min(choices, MOST_CHOICES)

    def watch(self, piece: Piece) -> Piece:
        """The piece as it may go out; the last one, with a finish reason, where the reply must end."""
        if self.stopped:
            return Piece(usage=piece.usage)
        if self._guarded.idle and self._calls.idle:
            return piece
        try:
            for choice in piece.choices:
                if not self._more(choice):
                    self._choice(choice)
            if piece.extra and not self._guarded.idle:
                piece.extra = self._whole(piece.extra)
        except Stopped:
            return self._end_here(piece)
        return piece

    def end(self) -> Piece | None:
        """What is still held back where a reply ended without a finish reason."""
        if self.stopped:
            return None
        rests = Piece([Choice({}, index) for index in sorted(self._texts.keys() - self._ended)])
        try:
            for choice in rests.choices:
                self._close(choice)
        except Stopped:
            return self._end_here(rests)
        rests.choices = [choice for choice in rests.choices if choice.delta or choice.extra]
        return rests if rests.choices else None

    def _choice(self, choice: Choice) -> None:
        texts = self._texts.get(choice.index)
        if texts is None:
            texts = self._texts[choice.index] = {}
        delta = choice.delta
        for name, value in delta.items():
            if name in STREAMED and isinstance(value, str):
                stream = texts.get(name)
                if stream is None:
                    stream = texts[name] = self._guarded.stream()
                delta[name] = stream.feed(value)
            elif value is not None and name not in KEPT:
                delta[name] = self._nested(choice.index, name, value)
        for name in (CALLS, OLD_CALL):
            if name in delta and delta[name] in ([], {}):
                del delta[name]
        if choice.extra is not None:
            self._extra(choice)
        if choice.finish_reason:
            self._close(choice)

    def _more(self, choice: Choice) -> bool:
        """As `_choice`, for what most chunks are: more of one text. False for all others."""
        delta = choice.delta
        if len(delta) != 1 or choice.finish_reason or choice.extra is not None:
            return False
        ((name, text),) = delta.items()
        stream = self._texts.get(choice.index, {}).get(name)
        if stream is None or not isinstance(text, str):
            return False
        delta[name] = stream.feed(text)
        return True

    def _nested(self, index: int, name: str, value: Any) -> Any:
        """A field that is no plain text."""
        if name == CALLS and isinstance(value, list):
            taken = [
                self._calls.take(index, at, call) if isinstance(call, dict) else call for at, call in enumerate(value)
            ]
            return [call for call in taken if call is not None]
        if name == OLD_CALL and isinstance(value, dict):
            return self._calls.take_old(index, value) or {}
        if name in LISTS:
            # What a host signed stays as it is, or the host would refuse it; it may stop the reply all the same.
            self._whole(value)
            return value
        return self._whole(value)

    def _extra(self, choice: Choice) -> None:
        """Logprobs show tokens, so they wait as long as their text."""
        extra = self._whole(choice.extra)
        found = extra.get(PROBABILITIES)
        if isinstance(found, dict):
            waiting = self._probabilities.setdefault(choice.index, [])
            waiting.append(found)
            waits = not choice.finish_reason and self._holds(choice.index)
            extra = {**extra, PROBABILITIES: None if waits else self._joined(choice.index)}
        choice.extra = extra

    def _holds(self, index: int) -> bool:
        return any(stream.holds for stream in self._texts[index].values()) or self._calls.holds(index)

    def _joined(self, index: int) -> Json:
        """The logprobs that waited, as one."""
        waiting = self._probabilities.pop(index)
        joined = dict(waiting[0])
        for more in waiting[1:]:
            for name, tokens in more.items():
                joined[name] = [*(joined.get(name) or ()), *tokens] if isinstance(tokens, list) else tokens
        return joined

    def _close(self, choice: Choice) -> None:
        """Puts what the texts and calls of a choice still hold back behind what its last delta says."""
        delta = choice.delta
        for name, stream in self._texts.get(choice.index, {}).items():
            if rest := stream.close():
                delta[name] = (delta.get(name) or "") + rest
        for place, call in list(self._calls.close(choice.index)):
            _add(delta, place, call)
        if choice.index in self._probabilities:
            choice.extra = {**(choice.extra or {}), PROBABILITIES: self._joined(choice.index)}
        self._texts[choice.index] = {}
        self._ended.add(choice.index)

    def _whole(self, value: Any) -> Any:
        """Strings that come whole, wherever they stand."""
        if isinstance(value, str):
            return self._guarded.whole(value)
        if isinstance(value, dict):
            return {name: inner if name in KEPT else self._whole(inner) for name, inner in value.items()}
        if isinstance(value, list):
            return [self._whole(inner) for inner in value]
        return value

    def _end_here(self, piece: Piece) -> Piece:
        """The last piece: of every choice that has not ended yet nothing more comes, begun or not."""
        self.stopped = True
        ended = [choice for choice in piece.choices if choice.index in self._ended]
        begun = {choice.index for choice in piece.choices} | self._texts.keys()
        said = {index: dict(SILENT) for index in set(range(self._expected)) - begun}
        said |= {choice.index: _opening(choice.delta) for choice in piece.choices}
        stopped = [Choice(said.get(index, {}), index, STOPPED) for index in sorted((begun | said.keys()) - self._ended)]
        return Piece(ended + stopped, usage=piece.usage, confidence=piece.confidence)


def _opening(delta: Json) -> Json:
    """What stays of a delta whose text may not go out."""
    return {"role": delta["role"], "content": ""} if delta.get("role") else {}


def _add(delta: Json, place: int, rest: Json) -> None:
    """Puts a call, or the rest of its arguments, behind what a delta says of it."""
    if place == OLD:
        known = delta.setdefault(OLD_CALL, {})
        for name, text in rest["function"].items():
            known[name] = known.get(name, "") + text if name == "arguments" else text
        return
    calls = delta.setdefault(CALLS, [])
    call = next((each for at, each in enumerate(calls) if each.get("index", at) == place), None)
    if call is None:
        calls.append({"index": place, **rest})
        return
    for kind, inner in rest.items():
        for name, text in inner.items() if isinstance(inner, dict) else ():
            call[kind] = {**call.get(kind, {}), name: call.get(kind, {}).get(name, "") + text}
