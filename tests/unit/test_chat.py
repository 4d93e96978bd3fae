"""The shared vocabulary keeps what it does not know, lowers trust only, and shows no text."""

from shoal.chat import Chat, Message, Passage, Piece, Trust, Usage


def test_unknown_fields_of_a_message_stay() -> None:
    wire = {"role": "user", "content": "hi", "name": "jo", "future": {"a": [1]}}
    assert Message.from_wire(wire).wire == wire


def test_trust_follows_the_role() -> None:
    roles = ("system", "developer", "user", "assistant", "tool", "function")
    labels = [Message.from_wire({"role": role, "content": "x"}).trust for role in roles]
    assert labels == [Trust.SYSTEM, Trust.SYSTEM, Trust.USER, Trust.MEMORY, Trust.TOOL, Trust.TOOL]


def test_a_caller_may_only_lower_trust_and_the_label_leaves_the_wire() -> None:
    content = [
        {"type": "text", "text": "a", "shoal": {"trust": "retrieved"}},
        {"type": "text", "text": "b", "shoal": {"trust": "system"}},
        {"type": "image_url", "image_url": {"url": "https://x"}},
    ]
    message = Message.from_wire({"role": "user", "content": content})
    assert [part.trust for part in message.parts()] == [Trust.RETRIEVED, Trust.USER, Trust.USER]
    assert "shoal" not in str(message.wire)
    assert message.text == "a\nb"


def test_ask_is_the_last_user_message() -> None:
    messages = (Message.of("user", "one"), Message.of("assistant", "two"), Message.of("user", "three"))
    assert Chat("m", messages).ask == "three"
    assert Chat("m", (Message.of("system", "s"),)).ask == ""


def test_no_repr_shows_text() -> None:
    secret = "my secret words"
    message = Message.of("user", secret)
    shown = [
        repr(Chat("m", (message,), {"stop": secret})),
        repr(message),
        repr(next(message.parts())),
        repr(Passage("1", "c", "s", "t", secret)),
        repr(Piece.of(secret)),
    ]
    assert not [text for text in shown if secret in text]


def test_usage_adds_up() -> None:
    total = Usage(1, 2, 3, 4, 0.5, {"a": 1}).plus(Usage(10, 20, 30, 40, 0.25))
    assert total == Usage(11, 22, 33, 44, 0.75)
    assert total.total_tokens == 33
