"""The vault: what is masked comes back as it was, and never anything else."""

import json
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal.trust.masking.entity import Entity
from shoal.trust.masking.placeholders import FORM, Scope
from shoal.trust.masking.values import Values
from shoal.trust.masking.vault import Vault

SCOPE = Scope(b"k" * 32)
TYPES = ("PERSON", "EMAIL_ADDRESS", "CREDIT_CARD", "ADDRESS", "my-code")


def entities(text: str, *wanted: tuple[str, str]) -> list[Entity]:
    """The next occurrence of each value, in order."""
    found, at = [], 0
    for type, value in wanted:
        at = text.index(value, at)
        found.append(Entity(type, at, at + len(value), 1.0, "test"))
        at += len(value)
    return found


def mask(vault: Vault, text: str, *wanted: tuple[str, str]) -> str:
    return vault.mask(text, entities(text, *wanted))


def ids(masked: str) -> list[str]:
    """The placeholders of a text without their types: "k7f3m2qa.first"."""
    return [match["body"].rpartition("_")[2] for match in FORM.finditer(masked)]


def test_one_value_one_placeholder_in_all_texts_and_vaults() -> None:
    one, other = Vault(SCOPE), Vault(SCOPE)
    first = mask(one, "I am Jane Doe", ("PERSON", "Jane Doe"))
    assert first == f"I am {SCOPE.token('PERSON', 'jane doe')}"
    mask(other, "From Bob Roe", ("PERSON", "Bob Roe"))
    assert mask(other, "I am Jane Doe", ("PERSON", "Jane Doe")) == first
    assert mask(one, "Jane Doe, Jane Doe", ("PERSON", "Jane Doe"), ("PERSON", "Jane Doe")) == ", ".join([first[5:]] * 2)
    assert dict(one.counts) == {"PERSON": 3}
    assert mask(Vault(Scope(b"j" * 32)), "I am Jane Doe", ("PERSON", "Jane Doe")) != first


def test_each_way_of_writing_comes_back_as_it_was() -> None:
    vault = Vault(SCOPE)
    text = "4111 1111 1111 1111, 4111111111111111, 4111 1111 1111 1111"
    masked = mask(vault, text, *(("CREDIT_CARD", value) for value in text.split(", ")))
    first, second, third = ids(masked)
    assert (second, third) == (f"{first}.2", first)
    assert vault.unmask(masked) == text


def test_parts_of_a_name_are_linked_to_it() -> None:
    vault = Vault(SCOPE)
    forms = ("Jane Doe", "Doe, Jane", "Jane", "Ms Doe", "JANE", "Doe", "J. Doe")
    text = "; ".join(forms)
    masked = mask(vault, text, *(("PERSON", form) for form in forms))
    found = ids(masked)
    assert [form.removeprefix(found[0]) for form in found] == [
        "",
        ".2",
        ".first",
        ".last2",
        ".first2",
        ".last",
        ".initial",
    ]
    assert vault.unmask(masked) == text
    assert vault.unmask(f"Dear <PERSON_{found[0]}.first>") == "Dear Jane"


def test_a_part_of_two_names_is_not_linked() -> None:
    vault = Vault(SCOPE)
    text = "Jane Doe, Jane Smith and Jane"
    masked = mask(vault, text, ("PERSON", "Jane Doe"), ("PERSON", "Jane Smith"), ("PERSON", "Jane"))
    assert len({form.partition(".")[0] for form in ids(masked)}) == 3
    assert vault.unmask(masked) == text


def test_what_was_said_keeps_its_placeholders_when_more_is_said() -> None:
    turns = [("Jane Doe is here", "Jane Doe"), ("Jane is", "Jane"), ("Jane Smith too", "Jane Smith"), ("Jane?", "Jane")]
    long, short = Vault(SCOPE), Vault(SCOPE)
    masked = [mask(long, text, ("PERSON", name)) for text, name in turns]
    assert [mask(short, text, ("PERSON", name)) for text, name in turns[:2]] == masked[:2]
    assert ids(masked[1])[0].endswith(".first")
    # Nobody can say which Jane is meant now.
    assert "." not in ids(masked[3])[0]
    assert [long.unmask(text) for text in masked] == [text for text, _ in turns]


class FewIds(Scope):
    """A scope in which all short ids are equal."""

    def identifier(self, type: str, value: str, length: int = 8) -> str:
        return "a2a2a2a2" if length == 8 else super().identifier(type, value, length)


def test_two_values_with_one_id_both_get_longer_ones_whatever_the_order() -> None:
    texts = [("a@x.com", "EMAIL_ADDRESS"), ("b@x.com", "EMAIL_ADDRESS")]
    found = []
    for order in (texts, texts[::-1]):
        vault = Vault(FewIds(b"k" * 16))
        for text, type in order:
            vault.learn(text, entities(text, (type, text)))
        masked = {text: mask(vault, text, (type, text)) for text, type in order}
        assert {text: vault.unmask(said) for text, said in masked.items()} == {text: text for text, _ in texts}
        found.append(masked)
    assert found[0] == found[1]
    assert all(len(ids(said)[0]) == 13 for said in found[0].values())


def test_without_learning_the_first_keeps_its_id_and_both_come_back() -> None:
    vault = Vault(FewIds(b"k" * 16))
    said = [mask(vault, text, ("EMAIL_ADDRESS", text)) for text in ("a@x.com", "b@x.com", "a@x.com")]
    assert [len(ids(each)[0]) for each in said] == [8, 13, 8]
    assert [vault.unmask(each) for each in said] == ["a@x.com", "b@x.com", "a@x.com"]


LITERAL = SCOPE.token("EMAIL_ADDRESS", "jane@x.com")
BODY = LITERAL[1:-1]
LITERALS = [
    LITERAL,
    LITERAL.lower(),
    "<PERSON_k7f3m2qa>",
    f"\\<{BODY}\\>",
    f"&lt;{BODY}&gt;",
    f"%3C{BODY}%3E",
    f"\\u003c{BODY}\\u003e",
    f'{{"a": "\\\\u003c{BODY}\\\\u003e"}}',
    f"\\\\\\<{BODY}>",
]


@pytest.mark.parametrize("literal", LITERALS)
@pytest.mark.parametrize("first", [True, False])
def test_text_that_looks_like_a_placeholder_pulls_nothing_out(literal: str, first: bool) -> None:
    vault = Vault(SCOPE)
    if first:
        mask(vault, "jane@x.com", ("EMAIL_ADDRESS", "jane@x.com"))
    masked = vault.mask(f"What is {literal}?", [])
    assert BODY not in masked
    mask(vault, "jane@x.com", ("EMAIL_ADDRESS", "jane@x.com"))
    assert vault.unmask(masked) == f"What is {literal}?"
    assert "PLACEHOLDER" not in vault.counts


def test_what_the_vault_made_itself_may_stay() -> None:
    vault = Vault(SCOPE)
    token = mask(vault, "jane@x.com", ("EMAIL_ADDRESS", "jane@x.com"))
    text = f"to {token} or <PERSON_k7f3m2qa>, bob@x.com"
    across = Entity("PERSON", 1, 9, 1.0, "test")
    masked = vault.mask(text, [across, *entities(text, ("EMAIL_ADDRESS", "bob@x.com"))], own=True)
    assert masked.startswith(f"to {token} or <PLACEHOLDER_")
    assert vault.unmask(masked) == "to jane@x.com or <PERSON_k7f3m2qa>, bob@x.com"


def test_hints_come_from_titles_alone() -> None:
    vault = Vault(SCOPE, hints=True)
    text = "Ms Jane Doe met Herr Roe, Kim Poe and Familie Muster"
    names = [("PERSON", name) for name in ("Jane Doe", "Roe", "Kim Poe", "Familie Muster")]
    masked = mask(vault, text, *names)
    assert [form.partition(":")[2] for form in ids(masked)] == ["f", "m", "", "pl"]
    assert vault.unmask(masked) == vault.unmask(masked.replace(":f", "").replace(":pl", "")) == text


def test_a_bare_name() -> None:
    vault = Vault(SCOPE)
    assert vault.bare("Jane Doe", "PERSON") == SCOPE.token("PERSON", "jane doe")[1:-1]
    assert dict(vault.counts) == {"PERSON": 1}


def test_surrogates_keep_the_shape_and_come_back() -> None:
    vault = Vault(SCOPE, surrogates=frozenset({"CREDIT_CARD", "EMAIL_ADDRESS"}))
    text = "4111 1111 1111 1111 of jane@x.com, xjane@x.com"
    found = entities(
        text, ("CREDIT_CARD", "4111 1111 1111 1111"), ("EMAIL_ADDRESS", "jane@x.com"), ("EMAIL_ADDRESS", "jane@x.com")
    )
    masked = vault.mask(text, found)
    assert masked.startswith("4242 42")
    assert masked.count("@example.") == 1
    assert "x<EMAIL_ADDRESS_" in masked
    assert vault.unmask(masked) == text
    fake = masked.split()[5].rstrip(",")
    assert vault.unmask(vault.mask(f"a real {fake}", [])) == f"a real {fake}"


def test_a_long_text_of_surrogates_is_escaped_in_linear_work() -> None:
    vault = Vault(SCOPE, surrogates=frozenset({"EMAIL_ADDRESS"}))
    fake = mask(vault, "jane@x.com", ("EMAIL_ADDRESS", "jane@x.com"))
    text = f"{fake} <PERSON_k7f3m2qa> " * 20_000
    masked = vault.mask(text, [])
    assert fake not in masked
    assert vault.unmask(masked) == text


JSON_TEXTS = [
    ('{"a": "Ann \\"AJ\\" Roe", "b": 5}', 'Ann \\"AJ\\" Roe', 'Ann "AJ" Roe'),
    ('{"a": "1 Main\\nRome", cut', "1 Main\\nRome", "1 Main\nRome"),
    ('{"a": "{\\"b\\": \\"Ann \\\\\\"AJ\\\\\\"\\"}"}', 'Ann \\\\\\"AJ\\\\\\"', 'Ann "AJ"'),
]


@pytest.mark.parametrize(("text", "written", "said"), JSON_TEXTS)
def test_in_json_a_value_is_what_its_string_says(text: str, written: str, said: str) -> None:
    vault = Vault(SCOPE)
    masked = mask(vault, text, ("ADDRESS", written))
    assert vault.unmask(masked) == text
    token = vault.mask(said, [Entity("ADDRESS", 0, len(said), 1.0, "test")])
    assert token in masked
    assert json.loads(vault.unmask(json.dumps([token]), is_json=True)) == [said]


def test_a_map_unmasks_elsewhere() -> None:
    vault = Vault(SCOPE, surrogates=frozenset({"EMAIL_ADDRESS"}))
    text = "Jane Doe, jane@x.com"
    masked = mask(vault, text, ("PERSON", "Jane Doe"), ("EMAIL_ADDRESS", "jane@x.com"))
    elsewhere = Vault(Scope(b"x" * 16))
    elsewhere.values = Values.from_map(json.loads(json.dumps(vault.values.to_map())))
    assert elsewhere.unmask(masked) == text


def test_nothing_shows_a_value() -> None:
    vault = Vault(SCOPE)
    mask(vault, "Jane Doe", ("PERSON", "Jane Doe"))
    assert repr(vault) == "Vault({'PERSON': 1})"
    assert "Jane" not in repr(vars(vault)["values"])


PLAIN = st.text('ab \n{}[]"\\<>_&;%,é\ud800' + "2", max_size=6)
VALUE = st.sampled_from(
    ["Jane Doe", "jane doe", "Jane", "Doe, Jane", "a@x.com", "4111 1111", 'A "B"\n\\C', "<x>", "é\ud800"]
)
PARTS = st.lists(
    PLAIN.map(lambda text: (text, ""))
    | st.tuples(VALUE, st.sampled_from(TYPES))
    | st.tuples(st.sampled_from(LITERALS), st.just("")),
    max_size=10,
)


@settings(max_examples=300)
@given(
    st.lists(PARTS, min_size=1, max_size=3),
    st.sampled_from([frozenset(), frozenset({"EMAIL_ADDRESS", "PERSON"})]),
    st.booleans(),
    st.lists(st.integers(0, 300), max_size=12),
)
def test_every_text_comes_back(
    parts: list[list[tuple[str, str]]], surrogates: frozenset[str], hints: bool, cuts: list[int]
) -> None:
    vault = Vault(SCOPE, surrogates, hints)
    texts, masked = [], []
    for each in parts:
        text, found = "", []
        for value, type in each:
            if type:
                found.append(Entity(type, len(text), len(text) + len(value), 1.0, "test"))
            text += value
        texts.append(text)
        masked.append(vault.mask(text, found))
    for text, said in zip(texts, masked, strict=True):
        edges = sorted({0, len(said), *(cut for cut in cuts if cut < len(said))})
        unmasker = vault.streamer()
        out = "".join(unmasker.feed(said[low:high]) for low, high in pairwise(edges)) + unmasker.close()
        assert out == text or read(out) == read(text)
    assert (vault.unknown, vault.withheld) == (0, 0)


def read(text: str) -> object:
    """What a JSON text says: values in it are written in the plain way, however they came."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def test_many_entities_in_a_long_text() -> None:
    text = " ".join(f"n{at}@x.com" for at in range(20_000))
    found, at = [], 0
    for word in text.split(" "):
        found.append(Entity("EMAIL_ADDRESS", at, at + len(word), 1.0, "test"))
        at += len(word) + 1
    vault = Vault(SCOPE)
    masked = vault.mask(text, found)
    assert "@" not in masked
    assert vault.unmask(masked) == text
