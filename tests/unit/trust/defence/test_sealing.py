"""What a remote host sees: where notes and the canary stand, and what is marked."""

from __future__ import annotations

import pytest

from shoal.chat import Chat, Message, Passage, Trust
from shoal.trust.defence.canary import Canary
from shoal.trust.defence.datamarking import Marks, Style
from shoal.trust.defence.sealing import count, has_system, marks_for, may_need_marks, opening, sealed
from shoal.trust.masking.placeholders import Scope

SCOPE = Scope(b"k" * 32)
CANARY = Canary(SCOPE)
SYSTEM, USER, TOOL = Message.of("system", "Be kind."), Message.of("user", "Hi"), Message.of("tool", "a b")
PASSAGE = Passage("1", "docs", "a.md", "One title", "Two words")


def marks(chat: Chat, retrieved: Style = "mark", tool: Style = "delimit") -> Marks:
    return marks_for(SCOPE, chat, retrieved, tool)


def test_the_canary_ends_the_system_prompt() -> None:
    chat = Chat("m", (SYSTEM, Message.of("developer", "And brief."), USER, Message.of("system", "Later.")))
    out = sealed(chat, None, CANARY)
    assert [message.text for message in out.messages] == ["Be kind.", f"And brief.\n\n{CANARY.note}", "Hi", "Later."]
    assert chat.messages[1].text == "And brief."


def test_without_a_system_prompt_there_is_no_canary() -> None:
    chat = Chat("m", (USER,))
    assert sealed(chat, None, CANARY) is chat
    assert not has_system(chat)


def test_in_a_prompt_of_parts_it_is_a_part_of_its_own() -> None:
    part = {"type": "text", "text": "Be kind.", "cache_control": {"type": "ephemeral"}}
    chat = Chat("m", (Message("system", {"role": "system", "content": [part]}, Trust.SYSTEM), USER))
    assert sealed(chat, None, CANARY).messages[0].wire["content"] == [part, {"type": "text", "text": CANARY.note}]


def test_data_is_marked_and_the_prompt_says_so() -> None:
    chat = Chat("m", (SYSTEM, USER, TOOL), passages=(PASSAGE,))
    found = marks(chat)
    out = sealed(chat, found, CANARY)
    assert out.messages[0].text == f"Be kind.\n\n{found.note}\n\n{CANARY.note}"
    assert out.messages[1] is USER
    assert out.messages[2].text == found.mark("a b", tool=True)
    assert out.passages[0].text == found.mark("Two words", tool=False)
    assert out.passages[0].title == found.mark("One title", tool=False)
    assert out.passages[0].source == "a.md"
    assert count(chat, found) == 2


def test_where_there_is_no_prompt_the_note_is_one() -> None:
    chat = Chat("m", (USER, TOOL))
    found = marks(chat)
    out = sealed(chat, found, CANARY)
    assert [message.role for message in out.messages] == ["system", "user", "tool"]
    assert out.messages[0].text == found.note


def test_the_note_is_there_from_the_first_turn_where_tools_are() -> None:
    first = Chat("m", (SYSTEM, USER), {"tools": [{}]})
    later = Chat("m", (SYSTEM, USER, Message.of("assistant", "x"), TOOL), {"tools": [{}]})
    assert may_need_marks(first)
    assert not may_need_marks(Chat("m", (SYSTEM, USER), {"tools": []}))
    said = [sealed(chat, marks(chat), CANARY).messages[0] for chat in (first, later)]
    assert said[0] == said[1]


def test_plain_says_and_changes_nothing() -> None:
    chat = Chat("m", (SYSTEM, USER, TOOL))
    out = sealed(chat, marks(chat, "plain", "plain"), None)
    assert out.messages == chat.messages
    assert count(chat, marks(chat, "plain", "plain")) == 0


@pytest.mark.parametrize("where", ["user", "tool", "passage"])
def test_a_mark_is_no_character_of_the_chat(where: str) -> None:
    taken = marks(Chat("m", (USER,))).character
    chat = {
        "user": Chat("m", (Message.of("user", taken), TOOL)),
        "tool": Chat("m", (Message.of("tool", taken),)),
        "passage": Chat("m", (USER,), passages=(Passage("1", "d", "s", "t", taken),)),
    }[where]
    assert marks(chat).character != taken


def test_an_opening_is_the_same_in_every_turn() -> None:
    turns = [
        Chat("m", (SYSTEM, USER)),
        Chat("n", (SYSTEM, USER, Message.of("assistant", "x"), Message.of("user", "y"))),
    ]
    assert opening(turns[0]) == opening(turns[1])
    assert opening(Chat("m", (USER,))) != opening(turns[0])
    assert opening(Chat("m", (Message.of("system", "ab"), Message.of("user", "c")))) != opening(
        Chat("m", (Message.of("system", "a"), Message.of("user", "bc")))
    )
    assert opening(Chat("m", ())) == "0/"
