"""The defence of one exchange: the chat on its way in, what a host sees of it, the reply on its way out.

It sees the masked view alone, and knows neither who asks nor how a request came. What it leaves is counts and scores.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from shoal.call import ModelCard
from shoal.chat import Chat, Citation, Json, Message, Passage, Piece
from shoal.trust.defence import sealing
from shoal.trust.defence.calls import CallWatch
from shoal.trust.defence.canary import Canary
from shoal.trust.defence.examine import Examiner, Scores
from shoal.trust.defence.guards import Guards
from shoal.trust.defence.leaves import data_texts, has_data, trusted_texts
from shoal.trust.defence.reply import ReplyWatch
from shoal.trust.defence.rules import Rules
from shoal.trust.defence.stream import Guarded
from shoal.trust.defence.tally import Tally
from shoal.trust.defence.tools import Sources, ToolPolicy
from shoal.trust.masking.placeholders import Scope
from shoal.trust.work import in_thread

INLINE_CHARS = 1500
"""More text than that is scored in a thread."""
Scopes = Callable[[str], Scope]


class Defence:
    """What one exchange is defended with. Where nothing is enforced, all goes its way and is only looked at."""

    def __init__(self, rules: Rules, guards: Guards, policy: ToolPolicy, scopes: Scopes) -> None:
        """`scopes` gives the scope of a conversation that nobody has named by how it begins."""
        settings = rules.settings
        self._rules = rules
        self._scopes = scopes
        # What was looked at, and what became of it, by the id of either.
        self._messages: dict[int, tuple[Message, Message]] = {}
        self._passages: dict[int, tuple[Passage, Passage]] = {}
        self._originals: dict[str, Passage] = {}
        self._sources = Sources()
        self._scope: Scope | None = None
        self._asked: Chat | None = None
        self._examiner = Examiner(rules, guards)
        self._marking = Tally(rules.datamarking, f"{settings.datamarking.retrieved}/{settings.datamarking.tool}")
        self._leaks = Tally(rules.canary, settings.canary.action)
        self._calls = Tally(rules.tools, settings.tools.action)
        self._guarded = Guarded(self._leaks, settings.canary.action == "block")
        calls = CallWatch(policy, rules.tools, self._sources, self._guarded, self._calls)
        self._reply = ReplyWatch(self._guarded, calls)

    @property
    def enforces(self) -> bool:
        """Whether anything but looking is done at all."""
        return self._rules.strongest == "enforce"

    @property
    def stopped(self) -> bool:
        """Whether the reply has been ended: nothing more of it may go out."""
        return self._reply.stopped

    async def defend(self, chat: Chat) -> Chat:
        """The chat without instructions in its data, a long one in a thread. Raises ContentRefused, GuardFailed: then
        nothing may be sent."""
        self._asked = chat
        self._reply.expect(chat.options.get("n"))
        if self._rules.tools != "off":
            # What a flow says later is not the word of system or user.
            self._sources.trust_schema(chat.options.get("tools"), chat.options.get("functions"))
            self._sources.trust(*trusted_texts(chat.messages))
        return await self._defended(chat)

    async def screen(self, chat: Chat, card: ModelCard) -> Chat:
        """The inner ring: defends what is new since `defend` (messages and passages that a flow made); for a remote
        host data is marked, and the system prompt ends with the canary. Raises ContentRefused, GuardFailed."""
        if not self.enforces:
            return chat
        if not self._looked_at(chat):
            chat = await self._defended(chat)
        if card.kind != "host":
            return chat
        if has_data(chat) and sum(map(len, data_texts(chat.messages, chat.passages))) > INLINE_CHARS:
            return await in_thread(self._sealed, chat)
        return self._sealed(chat)

    def watch(self, piece: Piece) -> Piece:
        """The piece without marks; where the reply may not go on, the last one, and `stopped` is set."""
        if piece.citations and self._guarded.marks is not None:
            piece.citations = tuple(map(self._restored, piece.citations))
        return self._reply.watch(piece)

    def end(self) -> Piece | None:
        """What was held back at the end of a reply without a finish reason; None where that is nothing."""
        return self._reply.end()

    def account(self) -> Json:
        """What was done, rule by rule, in counts and scores; rules that had nothing to do are left out."""
        tallies = {
            "jailbreak": self._examiner.jailbreak,
            "instructions": self._examiner.instructions,
            "datamarking": self._marking,
            "canary": self._leaks,
            "tools": self._calls,
        }
        wires = {name: tally.wire() for name, tally in tallies.items() if tally.mode != "off"}
        return {"mode": self._rules.strongest, **{name: wire for name, wire in wires.items() if wire is not None}}

    def _looked_at(self, chat: Chat) -> bool:
        """Whether all of the chat is what came out of a look."""
        known = self._messages
        for each in chat.messages:
            seen = known.get(id(each))
            if seen is None or seen[1] is not each:
                return False
        return all((read := self._passages.get(id(each))) is not None and read[1] is each for each in chat.passages)

    async def _defended(self, chat: Chat) -> Chat:
        """The chat with all looked at that is not known yet."""
        messages = [each for each in chat.messages if id(each) not in self._messages]
        passages = [each for each in chat.passages if id(each) not in self._passages]
        if self._rules.tools != "off":
            self._sources.distrust(*data_texts(messages, passages))
        if sum(map(len, self._examiner.texts(messages, passages))) > INLINE_CHARS:
            await in_thread(self._look, messages, passages)
        else:
            self._look(
                messages, passages, await self._examiner.foresee(messages) if self._guarded.marks is None else None
            )
        if self._looked_at(chat):
            return chat
        return replace(
            chat,
            messages=tuple(self._messages[id(each)][1] for each in chat.messages),
            passages=tuple(self._passages[id(each)][1] for each in chat.passages),
        )

    def _look(self, messages: Sequence[Message], passages: Sequence[Passage], known: Scores | None = None) -> None:
        """Looks at messages and passages and remembers what becomes of each. What a flow made of an answer may hold
        marks, which fall out first."""
        plain = messages
        if self._guarded.marks is not None:
            plain = [sealing.cleaned(each, self._guarded.marks.unmark) for each in messages]
        said, read = self._examiner.look(plain, passages, known)
        for before, after in zip((*messages, *said), (*said, *said), strict=True):
            self._messages[id(before)] = (before, after)
        for old, new in zip((*passages, *read), (*read, *read), strict=True):
            self._passages[id(old)] = (old, new)

    def _sealed(self, chat: Chat) -> Chat:
        """The chat as a remote host may see it."""
        settings = self._rules.settings.datamarking
        marks = self._guarded.marks
        if self._rules.datamarking == "enforce" and (marks is None and sealing.may_need_marks(chat)):
            marks = sealing.marks_for(self._scope_of(chat), chat, settings.retrieved, settings.tool)
        if marks is not None:
            self._guarded.marks = marks
            self._originals.update({passage.id: passage for passage in chat.passages})
            self._marking.found = sealing.count(chat, marks)
        if self._rules.canary == "enforce" and self._guarded.canary is None and sealing.has_system(chat):
            self._guarded.canary = Canary(self._scope_of(chat))
        return sealing.sealed(chat, marks, self._guarded.canary)

    def _scope_of(self, chat: Chat) -> Scope:
        if self._scope is None:
            self._scope = self._scopes(sealing.opening(self._asked or chat))
        return self._scope

    def _restored(self, citation: Citation) -> Citation:
        marks = self._guarded.marks
        passage = self._originals.get(citation.passage.id, citation.passage)
        return replace(citation, passage=passage, quote=marks.unmark(citation.quote) if marks else citation.quote)
