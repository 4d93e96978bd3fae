"""The texts of one choice of a reply that is under way: which fields of its pieces they are, what of them is kept back,
and how what was cleared gets into a piece again. It judges no text.

Content, reasoning and refusals stream, and so do the arguments of tool calls, each by itself. Whatever else holds text
comes whole and waits until that text is cleared; so do logprobs, which repeat the text.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from shoal.chat import Choice, Json
from shoal.trust.masking.reply import CALLS, KEPT, STREAMED
from shoal.trust.monitoring.placing import Path, join, put
from shoal.trust.monitoring.units import PROSE, WRITTEN, Cutter, Unit

PATHS = {name: Path(name) for name in STREAMED}
PLAIN = frozenset(PATHS.values())
EXTRA = "\0extra"
INSIDE = "\0inside"
FUNCTION_CALL = "function_call"
ARGUMENTS = {"function": "arguments", "custom": "input"}
# Nobody reads them: signatures of hosts, and sound.
OPAQUE = KEPT | {"signature", "data", "encrypted_content"}


class Line:
    """One text. `out` is what was cleared and has not gone out yet, `fed` and `cleared` count characters; `waits` are
    things that come whole, each with how much of the text must be cleared first. Of a text that is `inside` such things
    nothing else goes out."""

    __slots__ = ("cleared", "cutter", "fed", "inside", "out", "path", "waits")

    def __init__(self, path: Path, cutter: Cutter) -> None:
        self.path = path
        self.cutter = cutter
        self.inside = False
        self.fed = self.cleared = 0
        self.out: list[str] = []
        self.waits: deque[tuple[int, str, Any]] = deque()

    def clear(self, unit: Unit, said: str) -> None:
        """Lets a unit out, as `said`."""
        self.cleared += len(unit.text)
        if said and not self.inside:
            self.out.append(said)

    def due(self) -> Iterator[tuple[str, Any]]:
        """What waited for text that is cleared by now."""
        while self.waits and self.waits[0][0] <= self.cleared:
            _, name, value = self.waits.popleft()
            yield name, value


@dataclass(frozen=True, slots=True)
class Said:
    """A unit of one line, ready to be judged."""

    choice: ChoiceLines = field(repr=False)
    line: Line = field(repr=False)
    unit: Unit

    @property
    def is_content(self) -> bool:
        return self.line.path.name == "content" and not self.line.inside

    @property
    def is_written(self) -> bool:
        """Whether it is JSON as a model writes it, with escapes."""
        return self.line.path.form != ""


class ChoiceLines:
    """All texts of one choice. Where `holds` is false, nothing is taken out of the pieces."""

    __slots__ = ("_begun", "_held", "_lines", "_most", "_speaking", "ended", "holds", "index")

    def __init__(self, index: int, most: int, held: Callable[[str], int], *, holds: bool) -> None:
        self.index = index
        self.holds = holds
        self.ended = False
        self._begun = False
        self._most = most
        self._held = held if holds else _nothing
        self._lines: dict[Path, Line] = {}
        self._speaking: list[Line] = []

    def take(self, choice: Choice) -> list[Said]:
        """Takes the texts out of a choice; gives the units that are ready, all of them where it ends."""
        ready: list[Said] = []
        fed: list[Line] = []
        for name, value in list(choice.delta.items()):
            if not value or name in KEPT:
                continue
            if name in STREAMED and isinstance(value, str):
                fed.append(self._feed(PATHS[name], value, ready, last=choice.finish_reason is not None))
                if self.holds:
                    del choice.delta[name]
            else:
                self._take_other(choice.delta, name, value, ready, fed)
        if fed:
            self._turn(fed, ready)
        if choice.extra and self.holds:
            self._keep_extra(choice)
        if choice.finish_reason:
            self.ended = True
            ready += self.close()
        if len(ready) > 1 and len(self._lines) > 1:
            order = list(self._lines.values())
            ready.sort(key=lambda said: order.index(said.line))
        return ready

    def more(self, choice: Choice) -> bool:
        """As `take`, for what most chunks are: more of the one text that is speaking, and no end of a sentence. False
        for all others: then nothing was taken in."""
        delta, speaking = choice.delta, self._speaking
        if len(speaking) != 1 or len(delta) != 1 or choice.finish_reason or choice.extra or self.ended:
            return False
        if self.holds and not self._begun:
            return False
        line = speaking[0]
        text = delta.get(line.path.name)
        if not text or line.path not in PLAIN or not isinstance(text, str) or not line.cutter.more(text):
            return False
        line.fed += len(text)
        return True

    def close(self) -> list[Said]:
        """What is left of every text."""
        return [Said(self, line, unit) for line in self._lines.values() for unit in line.cutter.close()]

    def place(self, choice: Choice) -> None:
        """Puts what was cleared into a choice."""
        for line in self._lines.values():
            for name, value in line.due():
                if name == EXTRA:
                    choice.extra = join(choice.extra or {}, value)
                else:
                    put(choice.delta, Path(name), value)
            if line.out:
                put(choice.delta, line.path, "".join(line.out))
                line.out = []

    def stop(self, choice: Choice) -> None:
        """Ends the choice here: what was cleared goes out, and nothing else ever will. A call that is not whole would
        be of no use, so none goes out."""
        role = choice.delta.get("role")
        choice.delta = {"role": role} if role else {}
        self.place(choice)
        for name in (CALLS, FUNCTION_CALL):
            choice.delta.pop(name, None)
        choice.finish_reason = "content_filter"
        self._lines.clear()
        self.ended = True

    def is_empty(self, choice: Choice) -> bool:
        """Whether a choice says nothing that those before it did not."""
        if choice.finish_reason or choice.extra:
            return False
        begun, self._begun = self._begun, True
        return choice.delta.keys() <= {"role"} if begun else not choice.delta

    def _feed(self, path: Path, text: str, ready: list[Said], *, last: bool = False) -> Line:
        line = self._lines.get(path)
        if line is None:
            line = self._lines[path] = Line(path, Cutter(self._most, self._held, WRITTEN if path.form else PROSE))
        line.fed += len(text)
        for unit in line.cutter.last(text) if last else line.cutter.feed(text):
            ready.append(Said(self, line, unit))
        return line

    def _turn(self, fed: list[Line], ready: list[Said]) -> None:
        """Where other texts go on, those that spoke before need not wait for them."""
        if fed != self._speaking:
            for line in self._speaking:
                if line not in fed:
                    ready += [Said(self, line, unit) for unit in line.cutter.pause()]
            self._speaking = fed

    def _keep_extra(self, choice: Choice) -> None:
        """Logprobs wait for the text that they repeat."""
        for line in self._speaking:
            if line.cleared < line.fed:
                line.waits.append((line.fed, EXTRA, choice.extra))
                choice.extra = None
                return

    def _take_other(self, delta: Json, name: str, value: Any, ready: list[Said], fed: list[Line]) -> None:
        if name == CALLS and isinstance(value, list):
            for at, call in enumerate(value):
                if isinstance(call, dict):
                    place = call.get("index", at)
                    self._take_call(call, place if isinstance(place, int) else at, ready, fed)
            if self.holds and not (rest := [call for call in value if not _is_bare(call)]):
                del delta[name]
            elif self.holds:
                delta[name] = rest
        elif name == FUNCTION_CALL and isinstance(value, dict):
            self._take_arguments(value, Path(name, -1, "function", "arguments"), ready, fed)
            if self.holds and value == {"arguments": ""}:
                del delta[name]
        else:
            self._take_whole(delta, name, value, ready, fed)

    def _take_whole(self, delta: Json, name: str, value: Any, ready: list[Said], fed: list[Line]) -> None:
        """What comes whole waits for the text in it. Of a list what nobody can read, as a thought that a host sealed,
        may not overtake what waits before it."""
        # A field may change from a text to parts: what waits of the text goes its own way.
        path = Path(name, field=INSIDE)
        line = self._lines.get(path)
        if text := " ".join(_strings(value)):
            line = self._feed(path, text, ready)
            line.inside = True
            fed.append(line)
        elif line is None or not line.waits or not isinstance(value, list):
            return
        if self.holds:
            line.waits.append((line.fed, name, delta.pop(name)))

    def _take_call(self, call: Json, place: int, ready: list[Said], fed: list[Line]) -> None:
        for form, inner in ARGUMENTS.items():
            if isinstance(call.get(form), dict):
                self._take_arguments(call[form], Path(CALLS, place, form, inner), ready, fed)

    def _take_arguments(self, function: Json, path: Path, ready: list[Said], fed: list[Line]) -> None:
        text = function.get(path.field)
        if isinstance(text, str) and text:
            fed.append(self._feed(path, text, ready))
            if self.holds:
                function[path.field] = ""


def _nothing(text: str) -> int:
    return 0


def _is_bare(call: Any) -> bool:
    """Whether a call's frame said nothing but arguments, which were taken out. Without an index its place counts."""
    if not isinstance(call, dict) or "index" not in call:
        return False
    return all(
        name == "index" or (name in ARGUMENTS and value == {ARGUMENTS[name]: ""}) for name, value in call.items()
    )


def _strings(value: Any) -> Iterator[str]:
    """Every string in a value that people may read."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in OPAQUE:
                yield from _strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner)
