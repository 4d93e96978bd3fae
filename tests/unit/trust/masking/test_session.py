"""One exchange's masking; the way through the rings is tested in test_exchange.py."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from shoal.call import ModelCard
from shoal.chat import Chat, Message, Passage, Piece
from shoal.config.trust import Masking
from shoal.errors import MaskingFailed
from shoal.trust.masking.detect import Detector
from shoal.trust.masking.entity import Entity
from shoal.trust.masking.fields import FieldRules
from shoal.trust.masking.placeholders import Scope
from shoal.trust.masking.policy import Policy
from shoal.trust.masking.session import Session
from shoal.trust.masking.vault import Vault

CARD = ModelCard("m", "general", "host", host="h")


class Words:
    """Finds single words by their type."""

    name = "words"

    def __init__(self, score: float = 0.9, **kinds: str) -> None:
        self.kinds = kinds
        self.score = score
        self.asked: list[str] = []

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(self.kinds)

    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        self.asked += texts
        return [
            [
                Entity(kind, at, at + len(word), self.score, self.name)
                for kind, word in self.kinds.items()
                for at in range(len(text))
                if text.startswith(word, at)
            ]
            for text in texts
        ]


def session(words: Words, **settings: Any) -> Session:
    masking = Masking(**settings)
    vault = Vault(Scope(b"k" * 32), frozenset(masking.surrogates))
    return Session(Detector([words]), Policy(masking), FieldRules(masking.fields), vault)


def masked(found: Session, *messages: Message, **more: Any) -> Chat:
    return asyncio.run(found.mask(Chat("m", messages, **more)))


def test_the_same_value_has_the_same_name_everywhere() -> None:
    found = session(Words(PERSON="Jane"))
    chat = masked(
        found, Message.of("user", "Jane"), Message.of("tool", '{"to": "Jane"}'), options={"metadata": {"a": "Jane"}}
    )
    name = chat.messages[0].text
    assert json.loads(chat.messages[1].text) == {"to": name}
    assert chat.options == {"metadata": {"a": name}}
    assert found.account()["masked"] == {"PERSON": [3, 0.3]}


def test_the_name_of_a_field_is_context() -> None:
    words = Words(NUMBER="bsn: 111")
    masked(session(words), Message.of("tool", '{"bsn": "111", "more": {"n": 12345678}}'))
    assert words.asked == ["bsn: 111\nmore\nn: 12345678"]


def test_what_reaches_from_one_field_into_the_next_is_masked_in_each() -> None:
    chat = masked(session(Words(PERSON="Jane\nlast: Doe")), Message.of("tool", '{"first": "Jane", "last": "Doe"}'))
    assert "Jane" not in chat.messages[0].text
    assert "Doe" not in chat.messages[0].text


def test_fields_named_by_the_schema_are_masked_whole_in_any_language() -> None:
    found = session(Words(), fields={"$.kunde.name": "PERSON", "$..nr": "CUSTOMER_ID"})
    chat = masked(
        found, Message.of("tool", '{"kunde": {"name": "何か", "ort": "Ulm"}, "nr": 12345678, "rows": [{"nr": "x"}]}')
    )
    record = json.loads(chat.messages[0].text)
    assert record["kunde"]["name"].startswith("<PERSON_")
    assert record["kunde"]["ort"] == "Ulm"
    assert record["nr"].startswith("<CUSTOMER_ID_")
    assert record["rows"][0]["nr"].startswith("<CUSTOMER_ID_")
    assert found.restore(Piece.of(chat.messages[0].text)).text.count("何か") == 1


def test_observed_types_pass_and_are_counted() -> None:
    found = session(Words(PERSON="Jane", URL="a.example"))
    chat = masked(found, Message.of("user", "Jane at a.example"))
    assert chat.ask.endswith(" at a.example")
    assert found.account() == {"mode": "enforce", "masked": {"PERSON": [1, 0.1]}, "observed": {"URL": [1, 0.1]}}


def test_what_is_only_observed_does_not_shield_what_is_enforced() -> None:
    found = session(Words(URL="https://a.example/?m=j@b.example", EMAIL_ADDRESS="j@b.example"))
    chat = masked(found, Message.of("user", "see https://a.example/?m=j@b.example"))
    assert "j@b.example" not in chat.ask
    assert chat.ask.startswith("see https://a.example/?m=<EMAIL_ADDRESS_")


def test_labels_have_rules_of_their_own() -> None:
    found = session(Words(PERSON="Jane"), labels={"system": "off", "tool": "observe"})
    chat = masked(found, Message.of("system", "Jane"), Message.of("tool", "Jane"), Message.of("user", "Jane"))
    assert [message.text[:4] for message in chat.messages] == ["Jane", "Jane", "<PER"]


def test_passages_are_masked_and_known() -> None:
    found = session(Words(PERSON="Jane"))
    chat = masked(found, Message.of("user", "hi"), passages=(Passage("p", "c", "s", "t", "Jane said"),))
    assert chat.passages[0].text.startswith("<PERSON_")
    again = asyncio.run(found.screen(chat, CARD))
    assert again is chat


def test_new_text_in_the_inner_ring_is_masked_and_placeholders_stay() -> None:
    found = session(Words(PERSON="Jane"))
    chat = masked(found, Message.of("user", "Jane"))
    more = replace(
        chat,
        messages=(*chat.messages, Message.of("tool", f"{chat.ask} is Jane")),
        passages=(Passage("q", "c", "s", "t", "Jane"),),
        options={"stop": ["Jane"]},
    )
    screened = asyncio.run(found.screen(more, CARD))
    assert screened.messages[1].text == f"{chat.ask} is {chat.ask}"
    assert screened.passages[0].text == chat.ask
    assert screened.options == {"stop": [chat.ask]}


def test_a_long_text_is_read_in_a_thread_with_the_same_result() -> None:
    found = session(Words(PERSON="Jane"))
    chat = masked(found, Message.of("user", "Jane " + "x" * 5000))
    assert "Jane" not in chat.ask


class Failing(Words):
    def find(self, texts: Sequence[str]) -> list[list[Entity]]:
        raise RuntimeError("Jane")


def test_a_failure_says_nothing_of_the_text() -> None:
    with pytest.raises(MaskingFailed) as caught:
        masked(session(Failing(PERSON="Jane")), Message.of("user", "Jane"))
    assert "Jane" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_names_are_masked_in_the_form_that_their_field_takes() -> None:
    found = session(Words())
    chat = masked(found, Message.from_wire({"role": "user", "name": "jane", "content": "x"}), options={"user": "jane"})
    name = chat.messages[0].wire["name"]
    assert name == chat.options["user"]
    assert name.startswith("PERSON_")
    assert name.replace("_", "").isalnum()


def test_many_entities() -> None:
    found = session(Words(PERSON="Jo"))
    chat = masked(found, Message.of("user", "Jo " * 20_000))
    assert "Jo" not in chat.ask
    assert found.restore(Piece.of(chat.ask)).text == "Jo " * 20_000
