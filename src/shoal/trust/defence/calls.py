"""The tool calls of a reply: which of them are held back until they are whole, and which may not go out.

It knows the policy and the wire form of calls, whole and streamed, not how arguments are compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from shoal.chat import Json
from shoal.config.table import Mode
from shoal.trust.defence.stream import Guarded, Stopped, Stream
from shoal.trust.defence.tally import Tally
from shoal.trust.defence.tools import Sources, ToolPolicy

CALLS = "tool_calls"
FIELDS = {"function": "arguments", "custom": "input"}
OLD = -1
"""The place of a call in the old form, `function_call`."""


@dataclass(slots=True)
class CallState:
    """One call. `kind` is the field that holds it; `said` its arguments as far as they have come, `held` all else of it
    where it may be stopped."""

    kind: str
    tool: str
    stream: Stream
    looked_at: bool
    holds: bool
    said: list[str] = field(default_factory=list, repr=False)
    held: Json = field(default_factory=dict, repr=False)


class CallWatch:
    """The tool calls of all choices of one reply."""

    def __init__(self, policy: ToolPolicy, mode: Mode, sources: Sources, guarded: Guarded, tally: Tally) -> None:
        self._policy = policy
        self._mode = mode
        self._sources = sources
        self._guarded = guarded
        self._tally = tally
        self._calls: dict[tuple[int, int], CallState] = {}

    @property
    def idle(self) -> bool:
        """Whether calls go out as they come, for all that is known of the request."""
        return self._mode == "off" or not self._sources

    def holds(self, choice: int) -> bool:
        """Whether anything of a choice's calls is held back."""
        return any(state.holds or state.stream.holds for _, state in self._of(choice))

    def take(self, choice: int, at: int, call: Json) -> Json | None:
        """The next piece of a call as it can go out now; None where it is held back. `at` is its place if it says none.
        Raises Stopped."""
        kind = next((name for name in FIELDS if isinstance(call.get(name), dict)), None)
        if kind is None:
            return call
        place = call.get("index", at)
        inner = self._take(choice, place if isinstance(place, int) else at, kind, call[kind], call)
        return None if inner is None else {**call, kind: inner}

    def take_old(self, choice: int, function: Json) -> Json | None:
        """The same for a call in the old form."""
        return self._take(choice, OLD, "function", function, {})

    def _take(self, choice: int, place: int, kind: str, inner: Json, call: Json) -> Json | None:
        state = self._calls.get((choice, place)) or self._begin(choice, place, kind, inner)
        name = FIELDS[kind]
        if isinstance(text := inner.get(name), str):
            inner = {**inner, name: state.stream.feed(text)}
            if state.looked_at:
                state.said.append(inner[name])
        if not state.holds:
            return inner
        known = state.held.get(kind, {})
        state.tool = state.tool or _name(inner)
        state.held = {**call, **state.held, kind: {**inner, **known}}
        return None

    def _begin(self, choice: int, place: int, kind: str, inner: Json) -> CallState:
        tool = _name(inner)
        action = self._policy.action(tool)
        looked_at = not self.idle and (action != "allow" or not tool)
        holds = looked_at and self._mode == "enforce" and (action == "block" or (not tool and self._policy.may_block))
        state = CallState(kind, tool, self._guarded.stream(kind == "function"), looked_at, holds)
        self._calls[choice, place] = state
        return state

    def close(self, choice: int) -> Iterator[tuple[int, Json]]:
        """What is still held back of a choice's calls, by their places: whole calls, or the rest of their arguments.
        Raises Stopped where one may not go out; then none of those held back does."""
        states = self._of(choice)
        rests = [self._rest(place, state) for place, state in states]
        if any([self._stops(state) for _, state in states if state.looked_at]):
            raise Stopped
        for place, _ in states:
            del self._calls[choice, place]
        yield from (rest for rest in rests if rest is not None)

    def _of(self, choice: int) -> list[tuple[int, CallState]]:
        return [(place, state) for (index, place), state in self._calls.items() if index == choice]

    def _rest(self, place: int, state: CallState) -> tuple[int, Json] | None:
        rest = state.stream.close()
        name = FIELDS[state.kind]
        if state.looked_at:
            state.said.append(rest)
        if state.holds:
            inner = {**state.held[state.kind], name: "".join(state.said)}
            return place, {**state.held, state.kind: inner}
        return (place, {state.kind: {name: rest}}) if rest else None

    def _stops(self, state: CallState) -> bool:
        """Counts the call; True where it may not go out."""
        self._tally.looked += 1
        action = self._policy.action(state.tool)
        if action == "allow" or not self._policy.derives(state.tool, "".join(state.said), self._sources):
            return False
        self._tally.fire()
        return action == "block" and self._mode == "enforce"


def _name(inner: Json) -> str:
    name = inner.get("name")
    return name if isinstance(name, str) else ""
