"""Passages: 80 to 200 words by structure, nothing cut in two, nothing lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.grounding.chunk import MOST_WORDS, chunk, sentences
from shoal.grounding.sections import Block, Kind, Section, fenced, table


def words(count: int, word: str = "word") -> str:
    return " ".join([word] * count)


def sentence(count: int) -> str:
    return "It " + words(count - 1) + "."


def paragraph(*counts: int) -> Block:
    return Block(Kind.PARAGRAPH, " ".join(sentence(count) for count in counts))


def lengths(*sections: Section) -> list[int]:
    return [len(draft.text.split()) for draft in chunk(sections)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Ask Dr. Who at 5 p.m. today. Then go.", ["Ask Dr. Who at 5 p.m. today.", "Then go."]),
        ("It costs 3.50 euros. See fig. 4.", ["It costs 3.50 euros.", "See fig. 4."]),
        ("Use it, e.g. Monday. J. S. Bach did.", ["Use it, e.g. Monday.", "J. S. Bach did."]),
        ('He said "No." Then left.', ['He said "No."', "Then left."]),
        ("Run `a.b`. `c` follows.", ["Run `a.b`.", "`c` follows."]),
        ("lower. case follows", ["lower. case follows"]),
        ("Über allem. Ähnlich.", ["Über allem.", "Ähnlich."]),
        ("一。二。", ["一。", "二。"]),
        ("", []),
    ],
)
def test_sentences(text: str, wanted: list[str]) -> None:
    assert sentences(text) == wanted


def test_a_section_of_the_right_size_is_one_passage() -> None:
    (draft,) = chunk([Section("T", (paragraph(50), paragraph(60)))])
    assert (draft.title, len(draft.text.split()), draft.text.count("\n\n")) == ("T", 110, 1)


def test_a_long_paragraph_is_divided_between_sentences() -> None:
    drafts = chunk([Section("T", (paragraph(*[30] * 10),))])
    assert [len(draft.text.split()) for draft in drafts] == [150, 150]
    assert all(draft.text.startswith("It") and draft.text.endswith(".") for draft in drafts)


def test_a_sentence_is_never_cut() -> None:
    assert lengths(Section("T", (paragraph(MOST_WORDS + 50),))) == [MOST_WORDS + 50]


def test_what_has_no_sentences_is_divided_between_words() -> None:
    assert max(lengths(Section("T", (Block(Kind.PARAGRAPH, "word " * 20_000),)))) <= MOST_WORDS


def test_writing_without_spaces_is_divided_between_sentences_and_stays_whole() -> None:
    sentence = "袋熊在地下挖洞而且它的粪便是方形的。"
    drafts = chunk([Section("T", (Block(Kind.PARAGRAPH, sentence * 200),))])
    assert len(drafts) > 5
    assert "".join(draft.text for draft in drafts).replace(" ", "") == sentence * 200
    endless = chunk([Section("T", (Block(Kind.PARAGRAPH, "洞" * 30_000),))])
    assert sum(draft.text.count("洞") for draft in endless) == 30_000
    assert max(len(draft.text) for draft in endless) <= 2 * MOST_WORDS + 1


def test_data_without_spaces_is_cut() -> None:
    (draft,) = chunk([Section("T", (Block(Kind.PARAGRAPH, "x" * 100_000),))])
    assert len(draft.text) < 1100


def test_a_long_list_is_divided_between_items() -> None:
    items = "\n".join(f"- {words(39)}\n  - {words(19)}" for _ in range(6))
    drafts = chunk([Section("T", (Block(Kind.LIST, items),))])
    assert len(drafts) == 2
    assert all(draft.text.startswith("- ") and draft.text.count("\n- ") == 2 for draft in drafts)


def test_every_part_of_a_long_table_has_its_header() -> None:
    rows = table([["name", "meaning"], *([words(20), words(20)] for _ in range(9))])
    drafts = chunk([Section("T", (Block(Kind.TABLE, rows),))])
    assert len(drafts) > 1
    assert all(draft.text.startswith("| name | meaning |\n|---|---|\n| word") for draft in drafts)


def test_every_part_of_long_code_has_its_fences() -> None:
    code = fenced("\n".join(words(10) for _ in range(30)), "sh")
    drafts = chunk([Section("T", (Block(Kind.CODE, code),))])
    assert len(drafts) == 2
    assert all(draft.text.startswith("```sh\n") and draft.text.endswith("\n```") for draft in drafts)


def test_a_line_that_leads_in_stays_with_what_it_introduces() -> None:
    lead = Block(Kind.PARAGRAPH, "Run this:")
    drafts = chunk([Section("T", (paragraph(150), lead, Block(Kind.CODE, fenced(words(100)))))])
    assert [draft.text.startswith("Run this:\n\n```") for draft in drafts] == [False, True]


def test_short_neighbours_share_a_passage_with_their_headings() -> None:
    sections = [
        Section("Doc", (paragraph(10),)),
        Section("Doc › One", (paragraph(20),)),
        Section("Doc › Two", (paragraph(30),)),
        Section("Other › Two", (paragraph(30),)),
    ]
    first, second = chunk(sections)
    assert first.title == "Doc › One / Two"
    assert [line for line in first.text.split("\n") if line.startswith("#")] == ["## One", "## Two"]
    assert (second.title, second.text) == ("Other › Two", sentence(30))


def test_long_neighbours_stay_apart() -> None:
    sections = [Section("Doc › One", (paragraph(90),)), Section("Doc › Two", (paragraph(90),))]
    assert [draft.title for draft in chunk(sections)] == ["Doc › One", "Doc › Two"]


def test_nothing_gives_nothing() -> None:
    assert chunk([]) == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "A › B", "A › C", "D"]),
            st.lists(st.tuples(st.sampled_from(Kind), st.text("ab .:\n#-|`", min_size=1, max_size=400)), max_size=4),
        ),
        max_size=5,
    )
)
def test_no_letter_is_lost(sections: list[tuple[str, list[tuple[Kind, str]]]]) -> None:
    made = [
        Section(title, tuple(Block(kind, text) for kind, raw in blocks if (text := _formed(kind, raw))))
        for title, blocks in sections
    ]
    before = sum(block.text.count("a") for section in made for block in section.blocks if block.kind is not Kind.TABLE)
    assert sum(draft.text.count("a") for draft in chunk(made)) >= before


def _formed(kind: Kind, raw: str) -> str:
    if not raw.strip():
        return ""
    if kind is Kind.TABLE:
        return table([raw.replace("|", "").split() or ["a"]])
    return fenced(raw) if kind is Kind.CODE else raw.strip()


def test_a_question_and_its_answer_stand_alone() -> None:
    titles = ("FAQ › How do I start?", "FAQ › How do I stop?", "FAQ › More", "FAQ › Even more")
    drafts = chunk([Section(title, (Block(Kind.PARAGRAPH, "Do it so."),)) for title in titles])
    assert [draft.title for draft in drafts] == [
        "FAQ › How do I start?",
        "FAQ › How do I stop?",
        "FAQ › More / Even more",
    ]
