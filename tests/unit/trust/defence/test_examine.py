"""What the two classifiers are asked about."""

from __future__ import annotations

from shoal.chat import Message, Passage
from shoal.config.defence import Defence
from shoal.trust.defence.examine import LONGEST_JOINT, Examiner
from shoal.trust.defence.guards import Guards
from shoal.trust.defence.rules import Rules
from tests.unit.trust.defence.fakes import BlueTexts, RedSentences


def examiner(**rules: object) -> tuple[Examiner, BlueTexts, RedSentences]:
    texts, sentences = BlueTexts(), RedSentences()
    return (
        Examiner(Rules(Defence.model_validate(rules)), Guards(lambda: sentences, lambda: texts)),
        texts,
        sentences,
    )


def test_each_text_goes_to_its_classifier() -> None:
    found, texts, sentences = examiner()
    messages = [Message.of(role, role) for role in ("system", "user", "assistant", "tool")]
    passages = [Passage("1", "d", "source", "title", "text")]
    assert list(found.texts(messages, passages)) == ["user", "tool", "title", "text"]
    assert found.look(messages, passages) == (messages, passages)
    assert (texts.asked, sentences.asked) == (["user"], ["tool", "title", "text"])


def test_what_the_user_says_in_several_turns_is_read_together_too() -> None:
    found, texts, _ = examiner()
    found.look([Message.of("user", "one"), Message.of("assistant", "x"), Message.of("user", "two")], [])
    assert texts.asked == ["one", "two", "one\ntwo"]
    found.look([Message.of("user", "y" * LONGEST_JOINT), Message.of("user", "two")], [])
    assert len(texts.asked[-1]) == LONGEST_JOINT
    assert texts.asked[-1].endswith("two")


def test_rules_that_are_off_ask_nothing() -> None:
    found, texts, sentences = examiner(jailbreak={"mode": "off"}, instructions={"mode": "off"})
    messages = [Message.of("user", "blue"), Message.of("tool", "red")]
    assert list(found.texts(messages, [])) == []
    assert found.look(messages, []) == (messages, [])
    assert (texts.asked, sentences.asked) == ([], [])
